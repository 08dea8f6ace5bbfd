r"""What a change of duty makes the cars dearer that rivals ship from the firm's own home country.

Their makers sell a part of what they sell in a market from plants elsewhere, and turn to those as the duty rises: with the
sourcing elasticity :math:`\theta` and that part as the share of another source, their cost changes by (H.4). They
pass the part :math:`\lambda` of it on (D.7). A tax that home puts on exports reaches them as a duty does.

Where events let them build inside a market, the share of their cars :math:`\beta` that they build there bears neither: it costs what
it did before duty. On the whole their cost changes by

.. math::
    \Delta = (1 - \beta)\, \Delta_{\text{shipped}} - \beta\, \lambda\, d                              \qquad (D.12)

with d the duty under today's rules, which their cost at reference prices has in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.sourcing import rivals_cost_hats
from roadstead.futures.costs.circumstances import moments_of
from roadstead.futures.costs.costing import entry_day
from roadstead.futures.costs.moments import filed
from roadstead.futures.selling.nests import OTHER
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.schedule import value_breaks
from roadstead.trade.taxes import cascade, export_taxes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.costs.moments import Moments
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.rivals import Contest
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.duty import Stack
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.demand_terms import Term

RIVAL = "Chery"
"""A cooperating exporter without a rate of its own stands for rivals shipped from the home country."""
DRIVEN_BY = {"BEV": Powertrain.BEV, "PHEV": Powertrain.PHEV, OTHER: Powertrain.ICE}
"""Powertrain whose duty the rivals' cars of a nest pay."""


def rises(
    costing: Costing, years: NodeYears, circumstances: Sequence[Circumstances], contests: Sequence[Contest]
) -> tuple[Floats, ...]:
    """Rise of the cost of each car that rivals ship from home, since today's rules, in retail terms; nothing for all others.

    Length M, shapes (Y, J). [money/car]
    """
    moments = moments_of(years, circumstances)
    duties, found = Duties(costing), []
    for met in contests:
        importer, rise = costing.territory(met.market), np.zeros(met.price.shape)
        moved = _moved(costing, moments, met.market) if met.shipped.any() else np.zeros(0, dtype=np.int64)
        if moved.size:
            there = moments.some(moved)
            for now, at in _terms(costing, there, met.market):
                part = there.some(at)
                for j in np.flatnonzero(met.shipped).tolist():
                    powertrain = DRIVEN_BY[met.classes[int(met.competition.nest[j])]]
                    customs, cost = now["rival_value"].value * met.price[moved[at], j], met.cost[moved[at], j]
                    before, after = duties.rates(part, circumstances[0], importer, powertrain, customs)
                    taxed = _export_tax(costing, part, circumstances[0], powertrain)
                    dearer, inside = (after - before + taxed) * customs, _inside(costing, part, met.market)
                    _check(met.market, cost, dearer)
                    _check(met.market, cost, -np.where(inside > 0, before, 0.0) * customs)
                    saved = now["pass_through"].value * before * customs
                    rise[moved[at], j] = (1.0 - inside) * _rise(cost, dearer, now) - inside * saved  # (D.12)
        found.append(rise)
    return tuple(found)


def _moved(costing: Costing, moments: Moments, market: str) -> Ints:
    """Moments in which duty in a market, tax on exports from home, or what rivals build differs from today's."""
    home, importer = costing.carmaker.home.place, costing.territory(market)
    measures = moments.numbers(moments.measures(importer))
    taxes = moments.numbers(moments.taxes(home))
    moved = (measures != measures[0]) | (taxes != taxes[0]) | (_inside(costing, moments, market) > 0)
    return np.flatnonzero(moved)


def _inside(costing: Costing, moments: Moments, market: str) -> Floats:
    """Share of what rivals shipped from home today that they build inside a market's customs territory. Shape (n,). [fraction]"""
    places, maker = {market, costing.territory(market)}, costing.carmaker.nationality
    return moments.told(
        ("rivals build", market), lambda _, now: now.shifted("rivals_build", places, maker) or 0.0, moments.shifts
    )


def _export_tax(costing: Costing, moments: Moments, today: Circumstances, powertrain: Powertrain) -> Floats:
    """Tax on a car that leaves home less that by today's rules, over its value there. Shape (n,). [fraction]"""
    home = costing.carmaker.home.place

    def told(year: int, now: Circumstances) -> float:
        rates = (export_taxes(each.rulebook, home, Product.CAR, powertrain, entry_day(year)) for each in (today, now))
        before, after = (cascade(taxes, "EXPORT") for taxes in rates)
        return after - before

    return moments.told(("rivals' export tax", powertrain), told, moments.rules)


def _check(market: str, cost: Floats, duty: Floats) -> None:
    """Raise where a car costs nothing after all."""
    if not np.all(cost + duty > 0):
        worst = int(np.argmin(cost + duty))
        raise RoadsteadError(_for_nothing(market, float(cost[worst]), float(duty[worst])))


def _terms(costing: Costing, moments: Moments, market: str) -> list[tuple[Mapping[str, Term], Ints]]:
    """Terms of demand that hold in some of the moments, and in which."""
    first, which = moments.apart(moments.terms)
    terms = costing.conventions.demand
    return [
        (terms.terms_of_demand(market, set_by_events=moments.now[i].terms), np.flatnonzero(which == kind))
        for kind, i in enumerate(first.tolist())
    ]


def _for_nothing(market: str, cost: float, duty: float) -> Fault:
    message = (
        f"a rival's car from home costs {cost:,.0f} in retail terms, and a duty of {-duty:,.0f} less is levied on it"
    )
    return Fault(f"demand in {market}", "RS-D504", message, "a model's own elasticity farther from zero")


def _rise(cost: Floats, duty: Floats, terms: Mapping[str, Term]) -> Floats:
    """Money by which costs rise as duties do, as far as makers do not turn to other plants and pass it on. Shape (n,)."""
    elsewhere = terms["rivals_elsewhere"].value
    hat = rivals_cost_hats(
        np.asarray([[1.0 - elsewhere, elsewhere]]),
        before=np.zeros(2),
        after=np.stack([duty / cost, np.zeros(len(cost))], axis=1),
        dutiable=1.0,
        theta=terms["sourcing_elasticity"].value,
    )
    return np.asarray(terms["pass_through"].value * (hat[:, 0] - 1.0) * cost)


class Duties:
    """Duty on a rival's car from home, by law and by band of value: settled once each."""

    def __init__(self, costing: Costing) -> None:
        self._costing = costing
        self._known: dict[tuple[object, ...], Stack | None] = {}

    def rates(
        self, moments: Moments, today: Circumstances, importer: str, powertrain: Powertrain, customs: Floats
    ) -> tuple[Floats, Floats]:
        """Duty by today's rules and by those of every moment, over the customs value. Shapes (n,). [fraction]

        A fee the engine cannot work out by both counts as one that did not move.
        """
        found = np.zeros((2, len(customs)))
        first, which = moments.apart(moments.law(importer))
        for kind, i in enumerate(first.tolist()):
            at, year = np.flatnonzero(which == kind), int(moments.year[i])
            rules = today.rulebook, moments.now[i].rulebook
            goods = self._goods(importer, powertrain, year)
            breaks = np.unique(np.concatenate([self._breaks(each, goods) for each in rules]))
            band = np.searchsorted(breaks, customs[at], side="right")
            for one in np.unique(band).tolist():
                mine = at[band == one]
                begins = float(breaks[one - 1]) if one else 0.0
                before, after = (self._settled(each, goods, begins, float(customs[mine[0]])) for each in rules)
                if before is not None:
                    found[:, mine] = before.duty_rate(customs[mine])
                    found[1, mine] = (after or before).duty_rate(customs[mine])
        return found[0], found[1]

    def _goods(self, importer: str, powertrain: Powertrain, year: int) -> Shipment:
        declared = self._costing.carmaker.declared.get(importer, {})
        facts = {name: fact for name, fact in declared.items() if name.startswith("qualifies.")}
        home = self._costing.carmaker.home.place
        return Shipment(importer, home, Product.CAR, powertrain, RIVAL, entry_day(year), facts)

    def _breaks(self, rules: Rulebook, goods: Shipment) -> Floats:
        return np.asarray(value_breaks(rules, goods, self._costing.dollars))

    def _settled(self, rules: Rulebook, goods: Shipment, begins: float, value: float) -> Stack | None:
        """What is charged in the band of value that begins there, told by a value in it; None where that cannot be worked out."""
        key = (*filed(rules, goods.importer), goods.importer, goods.powertrain, goods.on, begins)
        if key not in self._known:
            try:
                self._known[key] = settle(rules, goods, value, self._costing.dollars)
            except RoadsteadError:
                self._known[key] = None
        return self._known[key]
