"""Ask a finished run why: every figure with a key, and the trail of one, worked out again from what the run keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.grow import marginals
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.marks import duty_share, market_rows
from roadstead.playbook.waterfalls import lanes as shown_lanes
from roadstead.study.cover import shown_years
from roadstead.study.kept import kept_book, must_be_as_written, take_up
from roadstead.study.snapshot import world_of
from roadstead.study.trail import lanes, volumes, worth
from roadstead.study.trail.ground import HOME, PATTERNS, Ground, Lane, unknown
from roadstead.study.trail.steps import NEAR, Step, step, unequal
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from roadstead.playbook.book import Term
    from roadstead.study.progress import Progress

MOST_MEANT = 3
"""Keys that a wrong one is answered with."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A figure of the playbook that may be asked about."""

    key: str
    what: Sentence
    amount: Amount


@dataclass(frozen=True, slots=True)
class Why:
    """What a run was asked.

    Attributes
    ----------
    keys
        Figures of the playbook, where no key was named.
    trail
        Trail of the one that was.
    """

    folder: Path
    currency: str
    keys: tuple[Keyed, ...] = ()
    trail: Step | None = None


def why(folder: Path, key: str, progress: Progress) -> Why:
    """List the keys of a run's figures, or follow one of them back to the rows it rests on.

    The run is worked out again from its inputs, on the world it was made with, and must come out as it was.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder; RS-S705 where it does not come out as it was written; RS-S771 where no figure has this key;
        RS-S772 where a trail does not lead to the figure.
    """
    with world_of(folder):
        kept = take_up(folder, progress)
        must_be_as_written(kept)
        ground = Ground(kept, kept_book(folder))
        currency = kept.ready.study.conventions.currency
        known = tuple(listed(ground))
        if not key:
            return Why(folder, currency, keys=known)
        found = trail(ground, key, [one.key for one in known])
        for one in known:
            if one.key == key and abs(one.amount.value - found.amount.value) > NEAR * max(abs(one.amount.value), 1.0):
                raise unequal(key, one.amount.value, found.amount.value)
        return Why(folder, currency, trail=found)


def listed(g: Ground) -> Iterator[Keyed]:
    """Figures of the playbook that have a trail, as the playbook has them."""
    rows = {row.key: row for row in g.book.comparisons}
    money: list[tuple[str, Sentence, float]] = [("npv", Sentence("trail.npv", {}), rows[worth.PLAN].npv)]
    money.append(("npv/kinds", Sentence("trail.npv", {}), rows[worth.PLAN].npv))
    money += [(f"npv/{k}", Sentence("trail.npv_of", {"which": k}), r.npv) for k, r in rows.items() if k != worth.PLAN]
    if g.kept.told["result"]["standing"] is not None:
        money.append(("added", Sentence("trail.added", {}), rows["standing"].plan_is_better_by))
    money.append(("capital", Sentence("trail.capital", {}), rows[worth.PLAN].capital))
    money += [(key, Sentence("trail.skip", {"what": (what,)}), cost) for key, what, cost, _ in worth.skips(g)]
    yield from (Keyed(key, what, Amount(value, "money")) for key, what, value in money)
    yield Keyed("gap", Sentence("trail.gap", {}), worth.gap(g).amount)
    yield from _lanes(g)
    yield from _markets(g)
    for event, chance in marginals(g.kept.ready.grown).items():
        yield Keyed(f"chance/{event}", _chance(g, event), Amount(chance, "share"))


def _lanes(g: Ground) -> Iterator[Keyed]:
    """Waterfalls, with the price and what is kept of it; duties on the map."""
    year = _middle(g)
    _, arcs = shown_lanes(g.reading, year)
    for a, row in zip(arcs, g.book.waterfalls, strict=True):
        offer, line = g.ledger.offers[g.ledger.arcs[a].offer], g.ledger.arcs[a].line
        supply = "+".join(filter(None, (line or HOME, g.ledger.arcs[a].regime)))
        key = f"{offer.market}/{offer.model_id}/{supply}/{year}"
        terms: dict[str, Term] = {
            "model": row.model,
            "market": row.market,
            "supply": row.supply,
            "year": Amount(float(row.year), "year"),
        }
        yield Keyed(f"landed/{key}", Sentence("trail.landed", terms), _per_car(sum(bar.amount for bar in row.bars)))
        of_price = f"{offer.market}/{offer.model_id}/{year}"
        if line is None:
            yield Keyed(f"price/{of_price}", Sentence("trail.price", terms), _per_car(row.retail_price))
            yield Keyed(f"net/{of_price}", Sentence("trail.net", terms), _per_car(row.net_price))
    for one in g.book.world_map.markets:
        on_the_map: dict[str, Term] = {"market": one.place, "year": Amount(float(year), "year")}
        yield Keyed(f"duties/{one.iso3}/{year}", Sentence("trail.duties", on_the_map), Amount(one.duty, "share"))


def _markets(g: Ground) -> Iterator[Keyed]:
    """Cars sold, market size, NEV share, and what lines make, in the years shown."""
    years = shown_years(g.study)
    places = [(market, year) for market in g.ledger.selling.markets for year in years]
    assert len(places) == len(market_rows(g.reading, years)) == len(g.book.markets)
    for (market, year), row in zip(places, g.book.markets, strict=True):
        terms: dict[str, Term] = {"market": row.market, "year": Amount(float(year), "year")}
        yield Keyed(f"cars/{market}/{year}", Sentence("trail.cars", terms), Amount(row.sales, "cars"))
        yield Keyed(f"size/{market}/{year}", Sentence("trail.size", terms), Amount(row.size, "cars"))
        yield Keyed(f"nev/{market}/{year}", Sentence("trail.nev", terms), Amount(row.nev_share, "share"))
    lines = {g.reading.names.line(line.line_id): line.line_id for line in g.ledger.lines}
    for site in g.book.sites:
        if site.year in years and site.output:
            what = Sentence("trail.made", {"site": site.site, "year": Amount(float(site.year), "year")})
            yield Keyed(f"made/{lines[site.site]}/{site.year}", what, Amount(site.output, "cars"))


def trail(g: Ground, key: str, known: list[str]) -> Step:
    """The trail of a figure."""
    kind, *rest = key.split("/")
    found = _asked(g, key, rest).get((kind, len(rest)))
    if found is None:
        raise unknown(key, "no figure has this key", f"{meant(key, known, 'a key', MOST_MEANT)}; {'; '.join(PATTERNS)}")
    return found()


def _asked(g: Ground, key: str, rest: list[str]) -> dict[tuple[str, int], Callable[[], Step]]:
    """What may be asked, by the first word of a key and how many follow."""

    def on(answer: Callable[[Ground, Lane], Step]) -> Callable[[], Step]:
        return lambda: answer(g, g.lane(key, (rest[0], rest[1], rest[2]), rest[3]))

    def priced(answer: Callable[[Ground, int, int], Step]) -> Callable[[], Step]:
        return lambda: answer(g, g.cell(key, rest[0], rest[1]), g.node_year(key, rest[2]))

    return {
        ("npv", 0): lambda: worth.npv(g),
        ("npv", 1): lambda: _npv(g, key, rest[0]),
        ("npv", 2): lambda: worth.of_node_year(g, key, *rest),
        ("added", 0): lambda: worth.added(g),
        ("gap", 0): lambda: worth.gap(g),
        ("capital", 0): lambda: worth.capital(g),
        ("skip", 2): lambda: worth.skip(g, key),
        ("landed", 4): on(lanes.landed),
        ("duty", 4): on(lanes.duty),
        ("margin", 4): on(lanes.margin),
        ("price", 3): priced(lanes.price),
        ("net", 3): priced(lanes.net),
        ("duties", 2): lambda: _duties(g, key, *rest),
        ("cars", 2): lambda: volumes.sold(g, key, *rest),
        ("cars", 4): lambda: volumes.on_lane(g, key, g.lane(key, (rest[0], rest[1], rest[2]), rest[3]), rest[3]),
        ("size", 2): lambda: volumes.size(g, key, *rest),
        ("nev", 2): lambda: volumes.nev_share(g, key, *rest),
        ("made", 2): lambda: volumes.made(g, key, *rest),
        ("chance", 1): lambda: _of_event(g, key, rest[0]),
    }


def _npv(g: Ground, key: str, which: str) -> Step:
    if which == "kinds":
        return worth.kinds(g)
    nodes = [f"n{n}" for n in range(g.reading.tree.count)]
    return worth.of_node(g, key, which) if which in nodes else worth.compared(g, key, which, nodes)


def _duties(g: Ground, key: str, market: str, text: str) -> Step:
    """Duties on the car the map is of, from home, as a share of its price at the home gate."""
    g.market(key, market)
    wanted = [m for m in g.ledger.costing.carmaker.models if g.reading.model(m) == g.book.world_map.model]
    offered = [offer.model_id for offer in g.ledger.offers if offer.market == market]
    model = next((m for m in wanted if m in offered), offered[0])
    lane = g.lane(key, (market, model, HOME), text)
    bars = g.ledger.waterfall(lane.arc, lane.node_year)
    whole = sum(bar.amount for bar in bars if bar.is_charge)
    terms: dict[str, Term] = {
        "model": g.reading.model(model),
        "duty": _per_car(whole),
        "gate": _per_car(sum(bar.amount for bar in bars if bar.key == "ex_works")),
        "margin": Amount(lane.model.transfer_margin, "share"),
    }
    of = lanes.duty(g, lane)
    return step(
        Sentence(
            "trail.duties", {"market": g.reading.place(market), "year": Amount(float(g.year(key, text)[0]), "year")}
        ),
        duty_share(lane.model, bars),
        "share",
        key=key,
        how=Sentence("trail.how.duties", terms),
        rests_on=tuple(root for part in of.parts for root in part.rests_on),
    )


def _of_event(g: Ground, key: str, event_id: str) -> Step:
    """How likely an event is on the tree, beside what its author states."""
    implied, events = marginals(g.kept.ready.grown), g.kept.ready.grown.events
    g.among(key, event_id, implied, "event of the tree")
    event = events[event_id]
    how = Sentence("trail.how.chance", {"stated": Amount(event.probability, "share")})
    roots = (g.roots.event(event),)
    return step(_chance(g, event_id), implied[event_id], "share", key=key, how=how, rests_on=roots)


def _chance(g: Ground, event_id: str) -> Sentence:
    return Sentence("trail.chance", {"event": g.reading.names.event(event_id)})


def _middle(g: Ground) -> int:
    """The year of the map, the waterfalls and the reasons."""
    return shown_years(g.study)[1]


def _per_car(value: float) -> Amount:
    return Amount(value, "money_per_car")
