"""Trails of what a car costs and earns on a lane: landed cost, duty, price, what is kept of it, margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.capacity.capital import tax_rate
from roadstead.futures.costs.costing import BUILT_UP, arrives_as, entry_day, retail_price
from roadstead.playbook.book import Amount, Sentence
from roadstead.study.trail.steps import Step, dated, step, summed
from roadstead.trade.taxes import cascade, taxes_in_force

if TYPE_CHECKING:
    from roadstead.playbook.book import Term
    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Ground, Lane
    from roadstead.trade.landed import CostLine

PER_CAR = "money_per_car"
BROUGHT_IN = ("kit_", "parts_", "battery_")
"""Before the name of a bar of what crosses the border to be assembled."""
SHIPPING = (
    "fuel", "speed", "port_days", "round_trip", "ship_capacity", "fill", "reference_volume", "handling",
)  # fmt: skip


def landed(g: Ground, lane: Lane) -> Step:
    """Landed cost: the bars of the waterfall (T.10)."""
    bars = g.ledger.waterfall(lane.arc, lane.node_year)
    whole = step(
        Sentence("trail.landed", _of(g, lane)),
        sum(bar.amount for bar in bars),
        PER_CAR,
        key=f"landed/{lane.key}",
        how=Sentence("trail.how.bars", {}),
        equation="T.10",
    )
    return summed(whole, [_bar(g, lane, bar) for bar in bars])


def duty(g: Ground, lane: Lane) -> Step:
    """What borders charge under a measure."""
    bars = [bar for bar in g.ledger.waterfall(lane.arc, lane.node_year) if bar.is_charge]
    whole = step(
        Sentence("trail.duty", _of(g, lane)),
        sum(bar.amount for bar in bars),
        PER_CAR,
        key=f"duty/{lane.key}",
        how=Sentence("trail.how.duty", {"count": Amount(float(len(bars)), "count")}),
    )
    return summed(whole, [_bar(g, lane, bar) for bar in bars])


def margin(g: Ground, lane: Lane) -> Step:
    """What a car leaves after tax at the reference price."""
    kept = float(g.ledger.selling.net_price[lane.node_year, _cell(g, lane)])
    costs = sum(bar.amount for bar in g.ledger.waterfall(lane.arc, lane.node_year))
    rate = tax_rate(g.ledger.costing, lane.line, g.costed_in(lane.node_year))
    value = float(g.prospect.arcs.margin[lane.node_year, lane.arc])
    whole = step(
        Sentence("trail.margin", _of(g, lane)),
        value,
        PER_CAR,
        key=f"margin/{lane.key}",
        how=Sentence("trail.how.margin", {}),
    )
    payer = (lane.line.line_id, lane.line.place) if lane.line else ("home", g.home)
    parts = [
        net(g, _cell(g, lane), lane.node_year),
        step(Sentence("trail.minus_landed", {}), -costs, PER_CAR, key=f"landed/{lane.key}"),
        step(
            Sentence("trail.minus_tax", {"rate": Amount(rate, "share")}),
            -(kept - costs) * rate,
            PER_CAR,
            rests_on=g.roots.tax_rate(*payer),
        ),
    ]
    partner = value - (kept - costs) * (1.0 - rate)
    if lane.line is not None and lane.line.own_share < 1.0:
        roots = g.roots.own("lines", lambda row: row["line"] == lane.line.line_id, "own_share")  # type: ignore[union-attr]
        parts.append(step(Sentence("trail.partner", {}), partner, PER_CAR, rests_on=roots, equation="P.4"))
    return summed(whole, parts)


def price(g: Ground, cell: int, node_year: int) -> Step:
    """Retail price of reference."""
    offer, year = g.ledger.offers[cell], g.costed_in(node_year)
    worth = g.now(node_year).worth_of(offer.market)
    terms = g.ledger.costing.conventions
    value = retail_price(g.ledger.costing, offer, year) * worth
    rows = [
        r for r in g.study.rows["prices"] if r["model"] == offer.model_id and _place(g, r["market"]) == offer.market
    ]
    currency = str(rows[0]["currency"]) if rows else terms.currency
    return step(
        Sentence(
            "trail.price",
            {"market": g.reading.place(offer.market), "model": g.reading.model(offer.model_id), "year": dated(year)},
        ),
        value,
        PER_CAR,
        key=f"price/{offer.market}/{offer.model_id}/{year}{g.at(node_year)}",
        how=Sentence(
            "trail.how.price",
            {
                "price": Amount(offer.price, "money_per_car"),
                "base": dated(terms.base_year),
                "decline": Amount(terms.price_decline, "share"),
                "worth": Amount(worth, "ratio"),
            },
        ),
        rests_on=(
            *g.roots.own("prices", lambda row: row in rows, "price", unit=currency),
            *(g.roots.rate_of(currency) if currency != terms.currency else ()),
            *g.roots.figures("case", "price_decline"),
        ),
    )


def net(g: Ground, cell: int, node_year: int) -> Step:
    """What the maker keeps of the price of a car that arrives built up."""
    offer, year, now = g.ledger.offers[cell], g.costed_in(node_year), g.now(node_year)
    retail = price(g, cell, node_year)
    powertrain = g.ledger.costing.carmaker.models[offer.model_id].powertrain
    taxes = taxes_in_force(now.rulebook, offer.market, powertrain, BUILT_UP, entry_day(year))
    before = retail.amount.value / (1.0 + cascade(taxes, "PRICE"))
    share = g.ledger.costing.carmaker.channels[offer.market].dealer_margin
    whole = step(
        Sentence(
            "trail.net",
            {"market": g.reading.place(offer.market), "model": g.reading.model(offer.model_id), "year": dated(year)},
        ),
        float(g.ledger.selling.net_price[node_year, cell]),
        PER_CAR,
        key=f"net/{offer.market}/{offer.model_id}/{year}{g.at(node_year)}",
        how=Sentence("trail.how.net", {}),
    )
    on_price = tuple(root for tax in taxes if tax.base == "PRICE" for root in g.roots.law("taxes", tax.tax_id))
    parts = (
        Step(retail.what, retail.amount, retail.key),
        step(
            Sentence("trail.minus_taxes", {}), before - retail.amount.value, PER_CAR, rests_on=on_price, equation="T.6"
        ),
        step(
            Sentence("trail.minus_dealer", {"rate": Amount(share, "share")}),
            -before * share,
            PER_CAR,
            rests_on=g.roots.figures(offer.market, "dealer_margin"),
        ),
    )
    return summed(whole, parts)


def _bar(g: Ground, lane: Lane, bar: CostLine) -> Step:
    """A bar with the rows that it rests on."""
    key = bar.key
    prefix = next((start for start in BROUGHT_IN if key.startswith(start)), "")
    kind = key.removeprefix(prefix)
    if bar.is_charge or bar.is_rule:
        year = g.costed_in(lane.node_year)
        roots = g.roots.measure(bar.rests_on, entry_day(year), g.come(lane.node_year))
    else:
        roots = _rows_of(g, lane, kind, prefix)
    equations = {"freight": "W.1", "insurance": "T.8", "tied_up": "T.9", "import_tax": "T.6", "export_tax": "T.6"}
    what = Sentence("trail.bar", {"bar": key})
    return step(what, bar.amount, PER_CAR, rests_on=roots, equation=equations.get(kind, ""))


def _rows_of(g: Ground, lane: Lane, kind: str, prefix: str) -> tuple[Root, ...]:
    """Rows behind a bar that is no charge."""
    maker = lane.line.line_id if lane.line else "home"
    if kind == "freight":
        return _freight(g, lane, brought_in=bool(prefix))
    if kind in {"import_tax", "export_tax", "price_tax"}:
        return _taxes(g, lane, kind)
    given = {
        "delivery": (lane.offer.market, "delivery"),
        "after_sales": (lane.offer.market, "after_sales"),
        "conversion": (maker, "conversion", "fee"),
        "inland": ("home", "inland"),
        "insurance": ("case", "insurance_rate"),
        "tied_up": ("case", "money_rate", "land_days", "speed", "port_days"),
    }
    return g.roots.figures(*given[kind]) if kind in given else _making(g, lane, kind, maker)


def _making(g: Ground, lane: Lane, kind: str, maker: str) -> tuple[Root, ...]:
    """Rows behind what the car or its parts cost to make."""
    columns = ("ex_works",) if kind in {"ex_works", "kit"} else ("ex_works", "material", "battery")
    made = g.roots.own("models", lambda row: row["model"] == lane.model.model_id, *columns)
    of_case = ("cost_decline", "kit_share") if kind == "kit" else ("cost_decline",)
    of_line = ("local_content", "local_premium") if kind in {"imported_parts", "local_parts"} else ()
    course = g.roots.economy_terms("battery_") if g.now(lane.node_year).battery != 1.0 else ()
    return (*made, *g.roots.figures("case", *of_case), *g.roots.figures(maker, *of_line), *course)


def _freight(g: Ground, lane: Lane, *, brought_in: bool) -> tuple[Root, ...]:
    """What a way over the sea or the land rests on."""
    place = lane.line.place if lane.line else g.home
    origin, destination = (g.home, place) if brought_in else (place, lane.offer.market)
    lanes = g.roots.distance(origin, destination, g.now(lane.node_year).route)
    volume = g.roots.own("models", lambda row: row["model"] == lane.model.model_id, "volume", unit="m3")
    kits = g.roots.figures("case", "kit_freight") if brought_in else ()
    if not lanes:
        overland = g.roots.own("figures", lambda row: row["item"] == "overland", "value", unit="money/car")
        return (*overland, *volume, *g.roots.figures("case", "reference_volume"), *kits)
    charter = g.roots.own("figures", lambda row: row["item"] == "charter_rate", "value", unit="money/day")
    course = g.roots.economy_terms("charter_") if g.now(lane.node_year).freight != 1.0 else ()
    return (*lanes, *charter, *g.roots.figures("case", *SHIPPING), *volume, *kits, *course)


def _taxes(g: Ground, lane: Lane, kind: str) -> tuple[Root, ...]:
    """Taxes on import, on export, or on the price, in force as the car comes in."""
    base, now, day = kind.partition("_")[0].upper(), g.now(lane.node_year), entry_day(g.costed_in(lane.node_year))
    form = arrives_as(g.ledger.costing, lane.line, lane.offer.market)
    place = g.home if base == "EXPORT" else lane.offer.market
    every = now.rulebook.taxes.get(place, ()) if base == "EXPORT" else taxes_in_force(
        now.rulebook, place, lane.model.powertrain, form, day
    )  # fmt: skip
    ids = [tax.tax_id for tax in every if tax.base == base and tax.span.covers(day)]
    return tuple(root for one in ids for root in g.roots.law("taxes", one))


def _of(g: Ground, lane: Lane) -> dict[str, Term]:
    terms, _ = g.lane_words(lane.arc)
    return {**terms, "year": dated(g.costed_in(lane.node_year))}


def _cell(g: Ground, lane: Lane) -> int:
    return g.ledger.arcs[lane.arc].offer


def _place(g: Ground, written: str) -> str:
    found = g.study.world.gazetteer.find(written)
    return found.place_id if found else written
