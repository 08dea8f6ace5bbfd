"""What one car has cost at the dealer by each way of supply, bar by bar, under the rules of one node.

Built-up cars cross one border. Kits and parts cross the border of the country that assembles; the finished car crosses
another where it is sold elsewhere, with the origin its content gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import EntryMode, Product
from roadstead.trade.bill import Bill, assess
from roadstead.trade.duty import Shipment, Stack, settle
from roadstead.trade.landed import CostLine, Voyage, cross, crossing_lines, customs_value, valuation
from roadstead.trade.non_tariff import Car, cost_bars, price_moved, rule_bar
from roadstead.trade.origin import preference_agreements
from roadstead.trade.taxes import cascade, taxes_in_force
from roadstead.world.lanes import days_at_sea, freight_per_car

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.trade.condition import FactValue
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Carmaker, Conventions, Line, Model, Offer
    from roadstead.world.lanes import ShippingTerms
    from roadstead.world.reference import World

OVERLAND_DAYS = 10.0
"""Days by road and rail between neighbours that no ship serves. An assumption, told in the playbook."""
BUILT_UP = "CBU"
FORMS = {EntryMode.EXPORT: BUILT_UP, EntryMode.KIT: "CKD", EntryMode.CONTRACT: "CKD", EntryMode.LOCAL: "LOCAL"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds where a cost is asked for: the rules, the sea route and the least local content by place."""

    rulebook: Rulebook
    route: str
    content: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Costing:
    """Everything a lane's cost rests on; ``lane_cost`` does the work.

    Attributes
    ----------
    overland
        Freight of a car of reference volume between places that no ship serves, by pair of places, or by pair of customs
        territories for any two places in them. [money/car]
    dollars
        US dollars per unit of each currency.
    bev_of_nev
        BEV share of NEV sales by market. [fraction]
    segment_now
        Cars sold in the base year by market, in the powertrain of each model. [cars]
    first_year, last_decision
        First year of the horizon; last year in which a node may still commit to something.
    """

    world: World
    carmaker: Carmaker
    conventions: Conventions
    shipping: ShippingTerms
    overland: Mapping[tuple[str, str], float]
    dollars: Mapping[str, float]
    bev_of_nev: Mapping[str, float]
    segment_now: Mapping[tuple[str, str], float]
    first_year: int
    last_decision: int

    def territory(self, place: str) -> str:
        """Customs territory of a place."""
        return self.world.gazetteer.territory(place)


def arrives_as(costing: Costing, line: Line | None, market: str) -> str:
    """What a car is to the market's law: how it was made where that was inside its customs territory, else built up."""
    if line is None or costing.territory(line.place) != costing.territory(market):
        return BUILT_UP
    return FORMS[line.mode]


def retail_price(costing: Costing, offer: Offer, year: int) -> float:
    """Reference price of an offer in a year, all taxes in, in real money. [money/car]"""
    terms = costing.conventions
    return offer.price * (1.0 - terms.price_decline) ** (year - terms.base_year)


def kept_share(costing: Costing, rulebook: Rulebook, offer: Offer, year: int, form: str) -> float:
    """Share of the retail price that reaches the maker: taxes on price and the dealer's margin off."""
    powertrain = costing.carmaker.models[offer.model_id].powertrain
    taxes = taxes_in_force(rulebook, offer.market, powertrain, form, _entry_day(year))
    return (1.0 - costing.carmaker.channels[offer.market].dealer_margin) / (1.0 + cascade(taxes, "PRICE"))


def ex_works(costing: Costing, model: Model, year: int) -> float:
    """Variable cost at the home gate in a year, in real money. [money/car]"""
    decline = costing.conventions.cost_decline
    return model.ex_works * (1.0 - decline) ** (year - costing.conventions.base_year)


def voyage(costing: Costing, origin: str, destination: str, model: Model, year: int, route: str) -> Voyage:
    """Freight and days from one place to another.

    Raises
    ------
    RoadsteadError
        RS-W303 where neither a sea lane nor an overland freight is known.
    """
    terms = costing.conventions
    distance = costing.world.lanes.distance(origin, destination, route)
    if origin == destination:
        return Voyage(0.0, 0.0, terms.money_rate, terms.land_days / 2.0)
    if distance is None:
        inside = (costing.territory(origin), costing.territory(destination))
        pairs = ((origin, destination), (destination, origin), inside)
        known = next((costing.overland[pair] for pair in pairs if pair in costing.overland), None)
        if known is None:
            where = f"{origin} to {destination}"
            expected = "a port in sea_distances.csv, or a figure `overland` for the pair in figures.csv"
            raise RoadsteadError(Fault(where, "RS-W303", "no way to ship a car is known", expected))
        freight = known * model.volume / costing.shipping.reference_volume
        return Voyage(freight, terms.insurance_rate, terms.money_rate, terms.land_days + OVERLAND_DAYS)
    freight = float(freight_per_car(costing.shipping, distance, model.volume, [year])[0])  # type: ignore[arg-type]
    days = days_at_sea(costing.shipping, distance) + terms.land_days
    return Voyage(freight, terms.insurance_rate, terms.money_rate, days)


def duty_stack(
    costing: Costing,
    rulebook: Rulebook,
    shipment: Shipment,
    transfer_price: float,
    way: Voyage,
) -> Stack:
    """The stack a shipment meets, with the facts the maker declares and those the car itself gives."""
    value = customs_value(transfer_price, way, valuation(rulebook, shipment.importer))
    return settle(rulebook, shipment, value, costing.dollars)


def _facts(costing: Costing, model: Model, importer: str, price: float) -> dict[str, FactValue]:
    return {"fob_value": price, **_facts_of_model(costing, model, importer)}


def _facts_of_model(costing: Costing, model: Model, importer: str) -> dict[str, FactValue]:
    declared = costing.carmaker.declared.get(importer, {})
    return {
        "power_kw": model.power_kw,
        "engine_cm3": model.engine_cm3,
        "firm_nationality": costing.carmaker.nationality,
        **declared,
    }


def as_law_sees(costing: Costing, line: Line | None, model: Model, market: str, year: int) -> Car:
    """A car from home (``line`` None) or a line abroad, as the rules of a market see it that are no duties."""
    carmaker, importer = costing.carmaker, costing.territory(market)
    offer = _offer(costing, model, market)
    money = costing.dollars[costing.conventions.currency]
    return Car(
        market=market,
        territory=importer,
        made_in=line.place if line else carmaker.home.place,
        form=arrives_as(costing, line, market),
        powertrain=model.powertrain,
        nationality=carmaker.nationality,
        facts={"model": model.model_id, "powertrain": model.powertrain, **_facts_of_model(costing, model, importer)},
        retail_price=retail_price(costing, offer, year) if offer else None,
        rates={currency: dollars / money for currency, dollars in costing.dollars.items()},
    )


def _entry_day(year: int) -> date:
    return date(year, 7, 1)


@dataclass(frozen=True, slots=True)
class GateCost:
    """What a car costs at the gate that finishes it.

    Attributes
    ----------
    content
        Shares of the gate price by country of origin, summing to one.
    bill
        The same as a bill of materials, by group where a group is known to come apart: the battery from other parts.
    """

    bars: tuple[CostLine, ...]
    content: Mapping[str, float]
    bill: Bill

    @property
    def total(self) -> float:
        """Cost at the gate. [money/car]"""
        return sum(bar.amount for bar in self.bars)


def gate_cost(costing: Costing, line: Line | None, model: Model, year: int, now: Circumstances) -> GateCost:
    """Cost at the gate of the home plants (``line`` None) or of a line abroad."""
    home = costing.carmaker.home
    variable = ex_works(costing, model, year)
    if line is None:
        whole = Bill({"other": {home.place: variable}})
        return GateCost((CostLine("ex_works", variable, model.model_id),), {home.place: 1.0}, whole)
    if line.mode is EntryMode.KIT:
        return _kit_gate(costing, line, model, variable, year, now)
    return _parts_gate(costing, line, model, variable, year, now)


@dataclass(frozen=True, slots=True)
class Inbound:
    """Kits or parts brought into the country that assembles: their bars, and what customs and origin count them at."""

    group: str
    bars: list[CostLine]
    customs_value: float


def _inbound(
    costing: Costing, line: Line, model: Model, product: Product, goods: float, year: int, now: Circumstances
) -> Inbound:
    """Bring kits or parts worth ``goods`` at home into the country that assembles."""
    home = costing.carmaker.home
    importer = costing.territory(line.place)
    share = goods / ex_works(costing, model, year)
    price = (goods + home.inland * share) * (1.0 + model.transfer_margin)
    way = voyage(costing, home.place, line.place, model, year, now.route)
    way = Voyage(way.freight * share * costing.conventions.kit_freight, way.insurance_rate, way.money_rate, way.days)
    shipment = Shipment(
        importer, home.place, product, model.powertrain, costing.carmaker.firm, _entry_day(year),
        _facts(costing, model, importer, price) | _qualifies(now.rulebook, importer, home.place, Bill({"other": {home.place: price}}), model, year),
    )  # fmt: skip
    stack = duty_stack(costing, now.rulebook, shipment, price, way)
    crossing = cross(price, way, valuation(now.rulebook, importer), stack, 0.0)
    prefix = f"{product.value.split('_')[0].lower()}_"
    bars = [CostLine("inland", home.inland * share), *crossing_lines(crossing, prefix=prefix)]
    group = "battery" if product is Product.BATTERY else "other"
    return Inbound(group, bars, customs_value(price, way, "CIF"))


def _kit_gate(costing: Costing, line: Line, model: Model, variable: float, year: int, now: Circumstances) -> GateCost:
    kit = variable * costing.conventions.kit_share
    local = max(variable * model.material - kit, 0.0)
    inbound = _inbound(costing, line, model, Product.KIT_CKD, kit, year, now)
    bars = [CostLine("kit", kit, model.model_id), *inbound.bars]
    bars.append(CostLine("local_parts", local * (1.0 + line.local_premium), line.line_id))
    bars.append(CostLine("conversion", line.conversion + line.fee, line.line_id))
    return _with_content(costing, bars, [inbound], {}, line, model)


def _parts_gate(costing: Costing, line: Line, model: Model, variable: float, year: int, now: Circumstances) -> GateCost:
    content = max(line.local_content, now.content.get(line.place, 0.0))
    material = variable * model.material
    goods = {
        Product.BATTERY: material * model.battery * (1.0 - content),
        Product.PARTS: material * (1.0 - model.battery) * (1.0 - content),
    }
    inbound = [_inbound(costing, line, model, part, worth, year, now) for part, worth in goods.items() if worth > 0]
    bars = [CostLine("imported_parts", sum(goods.values()), model.model_id)]
    bars += [bar for part in inbound for bar in part.bars]
    bars.append(CostLine("local_parts", material * content * (1.0 + line.local_premium), line.line_id))
    bars.append(CostLine("conversion", line.conversion + line.fee, line.line_id))
    local = material * content * (1.0 + line.local_premium)
    made = {"battery": local * model.battery, "other": local * (1.0 - model.battery)}
    return _with_content(costing, bars, inbound, made, line, model)


def _with_content(
    costing: Costing,
    bars: list[CostLine],
    inbound: Sequence[Inbound],
    made: Mapping[str, float],
    line: Line,
    model: Model,
) -> GateCost:
    """The gate's bars, and the content as origin counts it: customs value of what is brought in over the ex-works price.

    (Agreement on Rules of Origin practice, for instance EU-UK Trade and Cooperation Agreement, annex 3; ASEAN Trade in Goods
    Agreement, art. 29.)
    """
    kept = tuple(bar for bar in _summed(bars) if bar.amount != 0.0)
    price = sum(bar.amount for bar in kept) * (1.0 + model.transfer_margin)
    home, brought = costing.carmaker.home.place, sum(part.customs_value for part in inbound)
    foreign = min(brought / price, 1.0)
    scale = foreign * price / brought if brought else 0.0
    parts = {group: {line.place: worth} for group, worth in made.items() if worth > 0}
    for part in inbound:
        parts.setdefault(part.group, {})[home] = part.customs_value * scale
    # What is neither brought in nor bought as parts is work of the line: assembly, haulage, duties it pays on parts.
    profit = price - price / (1.0 + model.transfer_margin)
    work = price - profit - sum(sum(places.values()) for places in parts.values())
    parts["labour"] = {line.place: max(0.0, work)}
    return GateCost(kept, {home: foreign, line.place: 1.0 - foreign}, Bill(parts, profit + min(0.0, work)))


def _summed(bars: Sequence[CostLine]) -> list[CostLine]:
    """One bar of haulage for all that is brought in."""
    haulage = sum(bar.amount for bar in bars if bar.key == "inland")
    kept = [bar for bar in bars if bar.key != "inland"]
    return [kept[0], CostLine("inland", haulage), *kept[1:]]


def _qualifies(
    rulebook: Rulebook,
    importer: str,
    origin: str,
    bill: Bill,
    model: Model,
    year: int,
) -> dict[str, FactValue]:
    """Facts ``qualifies.AGREEMENT`` the bill of materials decides; undecided agreements stay unknown."""
    on = _entry_day(year)
    found: dict[str, FactValue] = {}
    for measure in rulebook.measures.get(importer, ()):
        if not measure.requires or measure.stack != "REPLACE":
            continue
        for agreement in preference_agreements(rulebook, measure, importer, origin, on):
            name = f"qualifies.{agreement}"
            if name in found or agreement not in rulebook.agreements:
                continue
            tested = assess(rulebook, agreement, model.powertrain, bill, on)
            if tested.qualifies is not None:
                found[name] = tested.qualifies
    return found


def lane_cost(
    costing: Costing, line: Line | None, model: Model, market: str, year: int, regime: str, now: Circumstances
) -> list[CostLine]:
    """All bars from the gate to the dealer (T.10), for home plants (``line`` None) or a line abroad."""
    carmaker, on = costing.carmaker, _entry_day(year)
    gate = gate_cost(costing, line, model, year, now)
    origin = line.place if line else carmaker.home.place
    importer = costing.territory(market)
    channel = carmaker.channels[market]
    bars = list(gate.bars)
    if line is None:
        bars.append(CostLine("inland", carmaker.home.inland))
    if costing.territory(origin) != importer or origin != market:
        price = sum(bar.amount for bar in bars) * (1.0 + model.transfer_margin)
        way = voyage(costing, origin, market, model, year, now.route)
        facts = _facts(costing, model, importer, price)
        facts |= _qualifies(now.rulebook, importer, origin, gate.bill, model, year)
        if regime == "in_quota":
            facts["in_quota"] = True
        shipment = Shipment(importer, origin, Product.CAR, model.powertrain, carmaker.firm, on, facts)
        stack = duty_stack(costing, now.rulebook, shipment, price, way)
        taxes = taxes_in_force(now.rulebook, market, model.powertrain, arrives_as(costing, line, market), on)
        # What moves inside one customs territory is not imported.
        on_import = 0.0 if costing.territory(origin) == importer else cascade(taxes, "IMPORT")
        crossing = cross(price, way, valuation(now.rulebook, importer), stack, on_import)
        bars += crossing_lines(crossing)
    bars += _tax_on_price(costing, line, model, market, year, now)
    bars += _other_rules(costing, line, model, market, year, now)
    bars.append(CostLine("delivery", channel.delivery, market))
    bars.append(CostLine("after_sales", channel.after_sales, market))
    return [bar for bar in bars if bar.amount != 0.0]


def _tax_on_price(
    costing: Costing, line: Line | None, model: Model, market: str, year: int, now: Circumstances
) -> list[CostLine]:
    """What taxes on price take more (or less) of a car finished in the market than of one that arrives built up."""
    form = arrives_as(costing, line, market)
    offer = _offer(costing, model, market)
    if form == BUILT_UP or offer is None:
        return []
    kept, of_built_up = (kept_share(costing, now.rulebook, offer, year, each) for each in (form, BUILT_UP))
    return [CostLine("price_tax", retail_price(costing, offer, year) * (of_built_up - kept), market)]


def _other_rules(
    costing: Costing, line: Line | None, model: Model, market: str, year: int, now: Circumstances
) -> list[CostLine]:
    """What rules other than duties cost a car, and what they move the price that is kept by.

    The price was met beside the grants that a built-up car from home had in the base year.
    """
    base_year = costing.conventions.base_year
    car, reference = (
        as_law_sees(costing, line, model, market, year),
        as_law_sees(costing, None, model, market, base_year),
    )
    bars = cost_bars(now.rulebook, car, _entry_day(year))
    moved = price_moved(now.rulebook, car, _entry_day(year), reference, _entry_day(base_year))
    offer = _offer(costing, model, market)
    kept = kept_share(costing, now.rulebook, offer, year, car.form) if offer and moved else 0.0
    return bars + [rule_bar("rule_price", rule, kept * amount) for rule, amount in moved.items()]


def _offer(costing: Costing, model: Model, market: str) -> Offer | None:
    """The model in the market; None where it is not sold."""
    return next((o for o in costing.carmaker.offers if (o.market, o.model_id) == (market, model.model_id)), None)
