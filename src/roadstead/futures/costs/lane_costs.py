"""What cars have cost at the dealer by each way of supply, bar by bar, under the rules of their nodes.

Built-up cars cross one border. Kits and parts cross the border of the country that assembles; the finished car crosses
another where it is sold elsewhere, with the origin its content gives it. All borders of all supplies are crossed in two
passes: first what the gates bring in, then the finished cars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.costs.borders import Crossing, open_borders
from roadstead.futures.costs.costing import (
    BUILT_UP,
    arrives_as,
    as_law_sees,
    entry_day,
    kept_share,
    offer_of,
    retail_price,
    voyage,
)
from roadstead.futures.costs.gates import Gate, gate_costs
from roadstead.terms.ids import Product
from roadstead.trade.landed import CostLine
from roadstead.trade.non_tariff import FORBIDS, cost_bars, price_moved, rule_bar
from roadstead.trade.taxes import cascade, taxes_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.costs.borders import Borders
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.costs.gates import GateCost
    from roadstead.world.carmaker import Line, Model

IN_QUOTA = "in_quota"
"""Customs regime of cars that come in under a quota's permit."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A way to a dealer: a model from home (``line`` None) or a line abroad to a market, in a year, under a node's rules.

    Attributes
    ----------
    regime
        Customs regime: empty, or ``IN_QUOTA``.
    """

    line: Line | None
    model: Model
    market: str
    regime: str
    year: int
    now: Circumstances


def lane_costs(costing: Costing, supplies: Sequence[Supply]) -> list[list[CostLine]]:
    """All bars from the gate to the dealer (T.10), of every supply."""
    if not supplies:
        return []
    borders = open_borders(costing, [supply.year for supply in supplies])
    gates = _gates(borders, supplies)
    shipped = [i for i, supply in enumerate(supplies) if _origin(costing, supply) != supply.market]
    crossed = borders.cross([_crossing(costing, supplies[i], gates[i]) for i in shipped])
    crossing_of = {i: which for which, i in enumerate(shipped)}
    found = []
    for i, (supply, gate) in enumerate(zip(supplies, gates, strict=True)):
        channel = costing.carmaker.channels[supply.market]
        bars = _to_the_port(costing, supply, gate)
        if i in crossing_of:
            bars += crossed.bars(crossing_of[i])
        bars += _tax_on_price(costing, supply)
        bars += _other_rules(costing, supply)
        worth = supply.now.worth_of(supply.market)
        bars.append(CostLine("delivery", channel.delivery * worth, supply.market))
        bars.append(CostLine("after_sales", channel.after_sales * worth, supply.market))
        found.append([bar for bar in bars if bar.amount != 0.0])
    return found


def lane_cost(costing: Costing, supply: Supply) -> list[CostLine]:
    """All bars of one supply."""
    return lane_costs(costing, [supply])[0]


def rests_on(costing: Costing, supply: Supply) -> tuple[object, ...]:
    """What a supply's cost rests on: two nodes whose rules agree on a lane share its cost."""
    now, market = supply.now, supply.market
    places = {market, costing.territory(market)}
    others = (id(r) for r in now.rulebook.non_tariff if r.acts and r.effect != FORBIDS and r.importer in places)
    border = _measures(costing, now, market)
    paid_in = (now.freight, now.worth_of(market))
    return (*_gate_rests_on(costing, supply), market, supply.regime, now.route, *paid_in, border, tuple(others))


def _gate_rests_on(costing: Costing, supply: Supply) -> tuple[object, ...]:
    now, line, gate = supply.now, supply.line, (supply.model.model_id, supply.year, supply.now.battery)
    if line is None:
        return gate
    content = line.local_content, line.local_premium
    return (
        *gate,
        line.line_id,
        *content,
        now.route,
        now.freight,
        now.worth_of(line.place),
        now.content.get(line.place, 0.0),
        _measures(costing, now, line.place),
    )


def _measures(costing: Costing, now: Circumstances, place: str) -> tuple[int, ...]:
    """Measures of a place's territory and its unions, told apart by identity.

    Rows of an importer that no event touched are the same object in every node's rulebook.
    """
    importer, book = costing.territory(place), now.rulebook
    unions = (bloc for bloc, members in book.blocs.items() if any(member == importer for member, _ in members))
    return tuple(id(book.measures.get(one)) for one in (importer, *unions))


def _gates(borders: Borders, supplies: Sequence[Supply]) -> list[GateCost]:
    """Cost at each supply's gate; supplies of several markets share one."""
    numbers: dict[tuple[object, ...], int] = {}
    gates: list[Gate] = []
    at = []
    for supply in supplies:
        key = _gate_rests_on(borders.costing, supply)
        if key not in numbers:
            numbers[key] = len(gates)
            gates.append(Gate(supply.line, supply.model, supply.year, supply.now))
        at.append(numbers[key])
    costs = gate_costs(borders, gates)
    return [costs[number] for number in at]


def _origin(costing: Costing, supply: Supply) -> str:
    return supply.line.place if supply.line else costing.carmaker.home.place


def _to_the_port(costing: Costing, supply: Supply, gate: GateCost) -> list[CostLine]:
    inland = [CostLine("inland", costing.carmaker.home.inland)] if supply.line is None else []
    return [*gate.bars, *inland]


def _crossing(costing: Costing, supply: Supply, gate: GateCost) -> Crossing:
    """The border before the dealer; what moves inside one customs territory crosses it free, and is not imported."""
    origin, market, model = _origin(costing, supply), supply.market, supply.model
    importer, rulebook = costing.territory(market), supply.now.rulebook
    form = arrives_as(costing, supply.line, market)
    taxes = taxes_in_force(rulebook, market, model.powertrain, form, entry_day(supply.year))
    cost = sum(bar.amount for bar in _to_the_port(costing, supply, gate))
    return Crossing(
        rulebook=rulebook,
        importer=importer,
        origin=origin,
        product=Product.CAR,
        model=model,
        year=supply.year,
        bill=gate.bill,
        price=cost * (1.0 + model.transfer_margin),
        way=voyage(costing, origin, market, model, supply.year, supply.now.route, supply.now.freight),
        import_tax_rate=0.0 if costing.territory(origin) == importer else cascade(taxes, "IMPORT"),
        in_quota=supply.regime == IN_QUOTA,
    )


def _tax_on_price(costing: Costing, supply: Supply) -> list[CostLine]:
    """What taxes on price take more (or less) of a car finished in the market than of one that arrives built up."""
    form = arrives_as(costing, supply.line, supply.market)
    offer = offer_of(costing, supply.model, supply.market)
    if form == BUILT_UP or offer is None:
        return []
    rulebook, year = supply.now.rulebook, supply.year
    kept, of_built_up = (kept_share(costing, rulebook, offer, year, each) for each in (form, BUILT_UP))
    price = retail_price(costing, offer, year) * supply.now.worth_of(supply.market)
    return [CostLine("price_tax", price * (of_built_up - kept), supply.market)]


def _other_rules(costing: Costing, supply: Supply) -> list[CostLine]:
    """What rules other than duties cost a car, and what they move the price that is kept by.

    The price was met beside the grants that a built-up car from home had in the base year.
    """
    base_year, market, rulebook = costing.conventions.base_year, supply.market, supply.now.rulebook
    on = entry_day(supply.year)
    car = as_law_sees(costing, supply.line, supply.model, market, supply.year)
    reference = as_law_sees(costing, None, supply.model, market, base_year)
    bars = cost_bars(rulebook, car, on)
    moved = price_moved(rulebook, car, on, reference, entry_day(base_year))
    offer = offer_of(costing, supply.model, market)
    kept = kept_share(costing, rulebook, offer, supply.year, car.form) if offer and moved else 0.0
    return bars + [rule_bar("rule_price", rule, kept * amount) for rule, amount in moved.items()]
