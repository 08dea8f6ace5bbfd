"""What cars have cost at the dealer by each way of supply, bar by bar, under the rules of their nodes.

Built-up cars cross one border. Kits and parts cross the border of the country that assembles; the finished car crosses
another where it is sold elsewhere, with the origin its content gives it. All borders of all ways are crossed in two
passes: first what the gates bring in, then the finished cars. Every way is worked out in all its moments at once: what rests on law once
for each law that stands in some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.borders import Borders, Crossing
from roadstead.futures.costs.costing import (
    BUILT_UP,
    arrives_as,
    as_law_sees,
    entry_day,
    kept_share,
    offer_of,
    retail_price,
    voyages,
)
from roadstead.futures.costs.gates import Gate, gate_costs
from roadstead.futures.costs.items import Item, item, summed, told
from roadstead.futures.costs.moments import Moments
from roadstead.terms.ids import Product
from roadstead.trade.non_tariff import cost_bars, price_moved, rule_bar
from roadstead.trade.taxes import cascade, export_taxes, taxes_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.costs.borders import Crossed
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.costs.gates import GateCost
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.landed import CostLine
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


@dataclass(frozen=True, slots=True)
class Way:
    """The same way to a dealer in some moments, told by their places among all. Shape of ``at``: (n,), rising."""

    line: Line | None
    model: Model
    market: str
    regime: str
    at: Ints


@dataclass(frozen=True, slots=True)
class LaneCost:
    """All bars from the gate to the dealer (T.10).

    Attributes
    ----------
    total
        Shape (n,). [money/car]
    sent
        As in ``GateCost``. Shape (n,). [money/car]
    """

    items: tuple[Item, ...]
    total: Floats
    sent: Floats

    def bars(self, moment: int) -> list[CostLine]:
        """The bars of one moment."""
        return told(self.items, moment)


def lane_costs(costing: Costing, moments: Moments, ways: Sequence[Way]) -> list[LaneCost]:
    """What a car costs by every way, in the moments of each; a way has some."""
    if not ways:
        return []
    borders = Borders(costing, moments)
    gates = _gates(borders, ways)
    own = [moments.some(way.at) for way in ways]
    shipped = [i for i, way in enumerate(ways) if _origin(costing, way) != way.market]
    crossed = borders.cross([_crossing(costing, ways[i], own[i], gates[i]) for i in shipped])
    crossing_of = {i: which for which, i in enumerate(shipped)}
    found = []
    for i, (way, there, gate) in enumerate(zip(ways, own, gates, strict=True)):
        channel, worth = costing.carmaker.channels[way.market], there.worth_of(way.market)
        items = [*gate.items, *_to_the_port(costing, way, there)]
        if i in crossing_of:
            items += [_tax_on_export(costing, way, there, gate), _border(crossed, crossing_of[i])]
        items += [
            *_tax_on_price(costing, way, there),
            _other_rules(costing, way, there),
            item("delivery", channel.delivery * worth, way.market),
            item("after_sales", channel.after_sales * worth, way.market),
        ]
        found.append(LaneCost(tuple(items), summed(items, len(there)), gate.sent))
    return found


def lane_cost(costing: Costing, supply: Supply) -> list[CostLine]:
    """All bars of one supply."""
    way = Way(supply.line, supply.model, supply.market, supply.regime, np.zeros(1, dtype=np.int64))
    return lane_costs(costing, Moments([supply.year], [supply.now]), [way])[0].bars(0)


def _gates(borders: Borders, ways: Sequence[Way]) -> list[GateCost]:
    """Cost at the gate of every way, in its moments; ways to several markets share one."""
    keys = [(way.model.model_id, *_made(way.line)) for way in ways]
    wanted: dict[tuple[object, ...], list[Way]] = {}
    for key, way in zip(keys, ways, strict=True):
        wanted.setdefault(key, []).append(way)
    rows = {key: np.unique(np.concatenate([way.at for way in some])) for key, some in wanted.items()}
    gates = [Gate(some[0].line, some[0].model, borders.moments.some(rows[key])) for key, some in wanted.items()]
    costs = dict(zip(wanted, gate_costs(borders, gates), strict=True))
    return [costs[key].some(np.searchsorted(rows[key], way.at)) for key, way in zip(keys, ways, strict=True)]


def _made(line: Line | None) -> tuple[object, ...]:
    """A line with the content its cars are made with."""
    return () if line is None else (line.line_id, line.local_content, line.local_premium)


def _origin(costing: Costing, way: Way) -> str:
    return way.line.place if way.line else costing.carmaker.home.place


def _to_the_port(costing: Costing, way: Way, moments: Moments) -> list[Item]:
    return [item("inland", np.full(len(moments), costing.carmaker.home.inland))] if way.line is None else []


def _border(crossed: Crossed, which: int) -> Item:
    return Item(crossed.total(which), lambda moment: crossed.bars(which, moment))


def _crossing(costing: Costing, way: Way, moments: Moments, gate: GateCost) -> Crossing:
    """The border before the dealer; what moves inside one customs territory crosses it free, and is not imported."""
    origin, market, model = _origin(costing, way), way.market, way.model
    importer, form = costing.territory(market), arrives_as(costing, way.line, market)

    def taxed(year: int, now: Circumstances) -> float:
        return cascade(taxes_in_force(now.rulebook, market, model.powertrain, form, entry_day(year)), "IMPORT")

    inside = costing.territory(origin) == importer
    rate = moments.told(("import tax", market, model.powertrain, form), taxed, moments.rules)
    return Crossing(
        moments=moments,
        importer=importer,
        origin=origin,
        product=Product.CAR,
        model=model,
        bill=gate.bill,
        price=_price(costing, way, moments, gate),
        way=voyages(costing, origin, market, model, moments),
        import_tax_rate=np.zeros(len(moments)) if inside else rate,
        in_quota=way.regime == IN_QUOTA,
    )


def _tax_on_export(costing: Costing, way: Way, moments: Moments, gate: GateCost) -> Item:
    """What the country a finished car leaves does not give back, or takes; nothing inside one customs territory."""
    origin, model = _origin(costing, way), way.model

    def taxed(year: int, now: Circumstances) -> float:
        return cascade(export_taxes(now.rulebook, origin, Product.CAR, model.powertrain, entry_day(year)), "EXPORT")

    if costing.territory(origin) == costing.territory(way.market):
        return item("export_tax", np.zeros(len(moments)), origin)
    rate = moments.told(("export tax", origin, Product.CAR, model.powertrain), taxed, moments.rules)
    return item("export_tax", rate * _price(costing, way, moments, gate), origin)


def _price(costing: Costing, way: Way, moments: Moments, gate: GateCost) -> Floats:
    """Transfer price, free on board. Shape (n,). [money/car]"""
    cost = gate.total + summed(_to_the_port(costing, way, moments), len(moments))
    return np.asarray(cost * (1.0 + way.model.transfer_margin))


def _tax_on_price(costing: Costing, way: Way, moments: Moments) -> list[Item]:
    """What taxes on price take more (or less) of a car finished in the market than of one that arrives built up."""
    form = arrives_as(costing, way.line, way.market)
    offer = offer_of(costing, way.model, way.market)
    if form == BUILT_UP or offer is None:
        return []

    def taken(year: int, now: Circumstances) -> float:
        kept, of_built_up = (kept_share(costing, now.rulebook, offer, year, each) for each in (form, BUILT_UP))
        return retail_price(costing, offer, year) * (of_built_up - kept)

    price = moments.told(("price tax", way.market, way.model.model_id, form), taken, moments.rules)
    return [item("price_tax", price * moments.worth_of(way.market), way.market)]


def _other_rules(costing: Costing, way: Way, moments: Moments) -> Item:
    """What rules other than duties cost a car, and what they move the price that is kept by."""
    bars, which = moments.each(lambda year, now: _rule_bars(costing, way, year, now), moments.rules, moments.contents)
    total = np.asarray([sum(bar.amount for bar in some) for some in bars], dtype=np.float64)
    return Item(total[which], lambda moment: bars[int(which[moment])])


def _rule_bars(costing: Costing, way: Way, year: int, now: Circumstances) -> list[CostLine]:
    """The same under one law.

    The price was met beside the grants that a built-up car from home had in the base year.
    """
    base_year, market, rulebook = costing.conventions.base_year, way.market, now.rulebook
    on = entry_day(year)
    least = now.content.get(way.line.place, 0.0) if way.line else 0.0
    car = as_law_sees(costing, way.line, way.model, market, year, least)
    reference = as_law_sees(costing, None, way.model, market, base_year)
    bars = cost_bars(rulebook, car, on)
    moved = price_moved(rulebook, car, on, reference, entry_day(base_year))
    offer = offer_of(costing, way.model, market)
    kept = kept_share(costing, rulebook, offer, year, car.form) if offer and moved else 0.0
    return bars + [rule_bar("rule_price", rule, kept * amount) for rule, amount in moved.items()]
