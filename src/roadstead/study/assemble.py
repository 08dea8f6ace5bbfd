"""From the rows and figures of a case to the carmaker, its conventions and the terms of shipping."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.demand.entry_terms import entry_terms
from roadstead.study.asking import asked
from roadstead.study.estimates import EstimateReader, demand_terms
from roadstead.study.segments import segments
from roadstead.terms.errors import Fault
from roadstead.terms.ids import EntryMode, Powertrain, powertrain_class
from roadstead.terms.years import NEVER
from roadstead.world.carmaker import (
    Carmaker,
    Channel,
    ChannelModule,
    Conventions,
    Home,
    Line,
    Model,
    Offer,
    Standing,
)
from roadstead.world.lanes import ShippingTerms
from roadstead.world.line_terms import ContentVariant, Tooling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.study.document import Document
    from roadstead.study.figures import Lookup
    from roadstead.study.places import Places
    from roadstead.terms.tables import Row
    from roadstead.world.demand_terms import DemandTerms
    from roadstead.world.reference import World


EVERY = "*"
"""Stands for every market without rows of its own."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a case says."""

    document: Document
    rows: Mapping[str, tuple[Row, ...]]
    world: World
    places: Places
    lookup: Lookup
    dollars: Mapping[str, float]

    def market(self, row: Row, column: str = "market") -> str:
        """Country id of a cell."""
        return self.places.country(row[column], row.where(column))

    def rate(self, row: Row) -> float:
        """US dollars per unit of a row's currency; one, with a fault noted, where none is known."""
        rate = self.dollars.get(row["currency"])
        if rate is None:
            expected = f"one of {', '.join(sorted(self.dollars))}, or a rate in your own world/economies.csv"
            message = f"no exchange rate of `{row['currency']}` is known"
            self.lookup.faults.append(Fault(row.where("currency"), "RS-S605", message, expected))
        return rate or 1.0


def carmaker(inputs: Inputs) -> Carmaker:
    """The carmaker of the case."""
    case, places = inputs.document.case, inputs.places
    home_place = places.country(case.home, inputs.document.where("home"))
    models = {row["model"]: _model(row) for row in inputs.rows["models"]}
    markets = {inputs.market(row): row for row in inputs.rows["markets"]}
    quota: dict[str, float] = {}
    for market in markets:
        importer = places.gazetteer.territory(market) if market in places.gazetteer.places else market
        share = inputs.lookup.maybe("quota_share", market, market, importer)
        if share is not None:
            quota[importer] = share
    return Carmaker(
        firm=case.firm,
        nationality=places.country(case.nationality, inputs.document.where("nationality")),
        home=_home(inputs, home_place),
        models=models,
        offers=_offers(inputs, models, markets),
        channels={market: _channel(inputs, market, row) for market, row in markets.items()},
        lines={row["line"]: _line(inputs, row) for row in inputs.rows["lines"]},
        declared={
            places.territory(importer, inputs.document.where("declared", importer)): facts
            for importer, facts in case.declared.items()
        },
        quota_share=quota,
        chinese_rivals={market: row["chinese_rivals"] or 0.0 for market, row in markets.items()},
        segments=segments(inputs.rows.get("segments", ()), places.gazetteer, tuple(markets)),
        asked=asked(inputs.document.case, inputs.rows, places),
    )


def _model(row: Row) -> Model:
    return Model(
        model_id=row["model"],
        name=row["name"],
        name_zh=row["name_zh"],
        powertrain=Powertrain(row["powertrain"] or "BEV"),
        ex_works=row["ex_works"] or 1.0,
        home_fixed=row["home_fixed"] or 0.0,
        material=row["material"] or 0.0,
        battery=row["battery"] or 0.0,
        volume=row["volume"] or 1.0,
        power_kw=row["power_kw"] or 0.0,
        engine_cm3=row["engine_cm3"] or 0.0,
        transfer_margin=row["transfer_margin"] or 0.0,
        driver_sides=frozenset(row["driver_sides"]),
    )


def _home(inputs: Inputs, place: str) -> Home:
    need = inputs.lookup.need
    return Home(
        place=place,
        capacity=need("capacity", "home", "home"),
        reserved=need("reserved", "home", "home"),
        reserved_growth=need("reserved_growth", "home", "home"),
        inland=need("inland", "home", "home"),
        tax_rate=_economy(inputs, "tax_rate", "corporate_tax_rate", "home", ("home", place)),
    )


def _economy(inputs: Inputs, item: str, indicator: str, asked_by: str, subjects: tuple[str, ...]) -> float:
    """The case's own figure, else the packaged one of the country (last subject)."""
    own = inputs.lookup.maybe(item, asked_by, *subjects)
    if own is not None:
        return own
    packaged = inputs.world.economies.get((subjects[-1], indicator))
    if packaged is not None:
        return packaged.value
    if subjects[-1] not in inputs.places.gazetteer.places:
        return math.nan  # no country at all: told where it stands
    return inputs.lookup.need(item, asked_by, *subjects)


def _channel(inputs: Inputs, market: str, row: Row) -> Channel:
    def need(item: str) -> float:
        return inputs.lookup.need(item, market, market, "*")

    entered = bool(row["entered"])
    growth = inputs.lookup.maybe("channel_growth", market, market, EVERY)
    return Channel(
        market=market,
        entered=entered,
        dealer_margin=need("dealer_margin"),
        delivery=need("delivery"),
        after_sales=need("after_sales"),
        entry_cost=0.0 if entered else need("entry_cost"),
        entry_lead=0 if entered else _whole(need("entry_lead")),
        entry_fixed=0.0 if entered else need("entry_fixed"),
        growth=entry_terms()["channel_growth"].value if growth is None else growth,
        module=_channel_module(inputs, market) if entered else None,
    )


def _channel_module(inputs: Inputs, market: str) -> ChannelModule | None:
    """The step a network can be enlarged by; none where the case gives it no size."""
    size = inputs.lookup.maybe("channel_module_size", market, market, EVERY)
    if size is None:
        return None
    cost, fixed, lead = (
        inputs.lookup.need(f"channel_module_{item}", market, market, EVERY) for item in ("cost", "fixed", "lead")
    )
    return ChannelModule(size, cost, fixed, _whole(lead))


def _whole(value: float) -> int:
    return round(value) if math.isfinite(value) else 0


def _line(inputs: Inputs, row: Row) -> Line:
    line_id, place = row["line"], inputs.market(row, "place")
    mode = EntryMode(row["mode"] or "local")
    standing = Standing(row["standing"] or "candidate")
    subjects = (line_id, place, mode.value, "*")

    def need(item: str) -> float:
        return inputs.lookup.need(item, line_id, *subjects)

    contract, committed = mode is EntryMode.CONTRACT, standing is Standing.COMMITTED
    return Line(
        line_id=line_id,
        site=row["name"],
        place=place,
        mode=mode,
        standing=standing,
        opens=row["opens"] or 0,
        module_size=row["module_size"] or 1.0,
        modules_now=row["modules_now"] or 0.0,
        modules_limit=row["modules_limit"] or 0.0,
        lead=row["lead"] or 0,
        models=row["models"],
        serves=tuple(inputs.places.country(p, row.where("serves")) for p in row["serves"]),
        open_cost=need("open_cost"),
        module_cost=need("module_cost"),
        site_fixed=need("site_fixed"),
        module_fixed=need("module_fixed"),
        conversion=need("conversion"),
        local_content=need("local_content"),
        local_premium=need("local_premium"),
        fee=need("fee") if contract else 0.0,
        minimum_take=need("minimum_take") if contract else 0.0,
        exit_cost=need("exit_cost"),
        sunk_share=need("sunk_share") if committed else float(standing is Standing.OPERATING),
        tax_rate=_economy(inputs, "tax_rate", "corporate_tax_rate", line_id, (line_id, place)),
        holiday_rate=need("holiday_rate"),
        holiday_until=_whole(need("holiday_until")),
        grant=need("grant"),
        evidence=row.evidence,
        minimum_life=row["minimum_life"] or 0,
        maximum_life=row["maximum_life"] or NEVER,
        notice=row["notice"] or 0,
        converts=row["converts"] or "",
        choice=row["choice"] or "",
        own_share=row["own_share"] or 1.0,
        tooling=tuple(_tooling(inputs, tool) for tool in inputs.rows.get("tooling", ()) if tool["line"] == line_id),
        variants=tuple(
            ContentVariant(other["variant"], other["local_content"] or 0.0, other["local_premium"] or 0.0)
            for other in inputs.rows.get("content_variants", ())
            if other["line"] == line_id
        ),
    )


def _tooling(inputs: Inputs, row: Row) -> Tooling:
    rate = inputs.rate(row)
    return Tooling(row["model"], (row["cost"] or 0.0) * rate, (row["fixed"] or 0.0) * rate, row["lead"] or 0)


def _offers(inputs: Inputs, models: Mapping[str, Model], markets: Mapping[str, Row]) -> tuple[Offer, ...]:
    """One offer for every price; sales and mature shares by powertrain are divided by the mix of the models offered."""
    sales = {(inputs.market(r), r["powertrain"]): r["sales"] or 0.0 for r in inputs.rows["volumes"]}
    mature = {(inputs.market(r), r["powertrain"]): r["share"] or 0.0 for r in inputs.rows["ambitions"]}
    mix = {
        (r["market"] if r["market"] == EVERY else inputs.market(r), r["model"]): r["share"] or 0.0
        for r in inputs.rows["mix"]
    }
    prices: dict[tuple[str, str], float] = {}
    for row in inputs.rows["prices"]:
        prices[inputs.market(row), row["model"]] = (row["price"] or 1.0) * inputs.rate(row)
    weight = {(market, model): mix.get((market, model), mix.get((EVERY, model), 0.0)) for market, model in prices}
    found = []
    for market in markets:
        offered = [m for m in models if (market, m) in prices and weight[market, m] > 0]
        for model in offered:
            group = powertrain_class(models[model].powertrain)
            like = [m for m in offered if powertrain_class(models[m].powertrain) == group]
            share = weight[market, model] / sum(weight[market, m] for m in like)
            found.append(
                Offer(
                    market=market,
                    model_id=model,
                    price=prices[market, model],
                    sales=sales.get((market, group), 0.0) * share,
                    mature_share=mature.get((market, group), 0.0) * share,
                )
            )
    return tuple(offer for offer in found if offer.mature_share > 0)


def conventions(inputs: Inputs) -> Conventions:
    """How the case counts money and time."""
    case, lookup = inputs.document.case, inputs.lookup

    def need(item: str) -> float:
        return lookup.need(item, "case", "case")

    demand = _demand(inputs)

    def of_demand(item: str) -> float:
        term = demand.of(item)
        if term.origin == "figure":
            lookup.maybe(item, "case", "case")  # noted as what the case rests on
        return term.value

    home = inputs.places.gazetteer.find(case.home)
    places = {inputs.market(r) for r in inputs.rows["markets"]} | {
        inputs.market(r, "place") for r in inputs.rows["lines"]
    }
    places |= {home.place_id} if home else set()
    known = sorted(p for p in places if p in inputs.places.gazetteer.places)
    return Conventions(
        currency=case.money.currency,
        price_year=case.money.price_year,
        base_year=case.money.base_year,
        route=case.route,
        discount_base=need("discount_base"),
        premiums={p: _economy(inputs, "country_premium", "country_risk_premium", p, (p,)) for p in known},
        money_rate=need("money_rate"),
        insurance_rate=need("insurance_rate"),
        land_days=need("land_days"),
        cost_decline=need("cost_decline"),
        price_decline=need("price_decline"),
        own_elasticity=of_demand("own_elasticity"),
        market_elasticity=of_demand("market_elasticity"),
        pass_through=of_demand("pass_through"),
        years_to_mature=need("years_to_mature"),
        channel_headroom=need("channel_headroom"),
        channel_ramp=(need("channel_ramp_1"), need("channel_ramp_2"), 1.0),
        plant_ramp=(need("plant_ramp_1"), need("plant_ramp_2"), 1.0),
        kit_share=need("kit_share"),
        kit_freight=need("kit_freight"),
        salvage_share=need("salvage_share"),
        plant_life=need("plant_life"),
        demand=demand,
    )


def _demand(inputs: Inputs) -> DemandTerms:
    """The terms of demand: packaged, the case's figures over them, its estimates over these."""
    found = inputs.lookup.figures.found
    figures = {item: figure for (subject, item), figure in found.items() if subject == "case"}
    markets = tuple(dict.fromkeys(inputs.market(row) for row in inputs.rows["markets"]))
    reader = EstimateReader(inputs.places, markets, inputs.lookup.faults)
    return demand_terms(inputs.rows.get("estimates", ()), figures, reader)


def shipping(inputs: Inputs) -> ShippingTerms:
    """The terms of the freight equation (W.1)."""
    lookup = inputs.lookup
    charter = {
        int(subject): figure.value
        for (subject, item), figure in lookup.figures.found.items()
        if item == "charter_rate" and subject.isdigit()
    }
    if not charter:
        lookup.need("charter_rate", "case", str(inputs.document.case.horizon.first))

    def need(item: str) -> float:
        return lookup.need(item, "case", "case")

    return ShippingTerms(
        charter=charter,
        fuel=need("fuel"),
        speed=need("speed"),
        port_days=need("port_days"),
        round_trip=need("round_trip"),
        capacity=need("ship_capacity"),
        fill=need("fill"),
        reference_volume=need("reference_volume"),
        handling=need("handling"),
    )


def overland(inputs: Inputs) -> Mapping[tuple[str, str], float]:
    """Freight between places no ship serves; subjects are written FROM>TO."""
    found = {}
    for (subject, item), figure in inputs.lookup.figures.found.items():
        if item != "overland":
            continue
        origin, _, destination = subject.partition(">")
        pair = inputs.places.country(origin, figure.where), inputs.places.country(destination, figure.where)
        found[pair] = figure.value
    return found
