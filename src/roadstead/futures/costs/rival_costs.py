r"""What a change of duty makes the cars dearer that rivals ship from the firm's own home country.

Their makers sell a part of what they sell in a market from plants elsewhere, and turn to those as the duty rises: with the
sourcing elasticity :math:`\theta` and that part as the share of another source, their cost changes by (H.4). They
pass the part :math:`\lambda` of it on (D.7).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.sourcing import rivals_cost_hats
from roadstead.futures.costs.circumstances import moments_of
from roadstead.futures.costs.moments import filed
from roadstead.futures.selling.nests import OTHER
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.schedule import value_breaks

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
        measures = moments.numbers(moments.measures(importer))
        moved = np.flatnonzero(measures != measures[0]) if met.shipped.any() else np.zeros(0, dtype=np.int64)
        if moved.size:
            there = moments.some(moved)
            for now, at in _terms(costing, there, met.market):
                part = there.some(at)
                for j in np.flatnonzero(met.shipped).tolist():
                    powertrain = DRIVEN_BY[met.classes[int(met.competition.nest[j])]]
                    customs, cost = now["rival_value"].value * met.price[moved[at], j], met.cost[moved[at], j]
                    duty = duties.change(part, circumstances[0], importer, powertrain, customs) * customs
                    if not np.all(cost + duty > 0):
                        worst = int(np.argmin(cost + duty))
                        raise RoadsteadError(_for_nothing(met.market, float(cost[worst]), float(duty[worst])))
                    rise[moved[at], j] = _rise(cost, duty, now)
        found.append(rise)
    return tuple(found)


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

    def change(
        self, moments: Moments, today: Circumstances, importer: str, powertrain: Powertrain, customs: Floats
    ) -> Floats:
        """Duty in every moment less that by today's rules, over the customs value. Shape (n,). [fraction]"""
        found = np.zeros(len(customs))
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
                # A rival's fee the engine cannot work out by both counts as one that did not move.
                if before is not None and after is not None:
                    found[mine] = after.duty_rate(customs[mine]) - before.duty_rate(customs[mine])
        return found

    def _goods(self, importer: str, powertrain: Powertrain, year: int) -> Shipment:
        declared = self._costing.carmaker.declared.get(importer, {})
        facts = {name: fact for name, fact in declared.items() if name.startswith("qualifies.")}
        home = self._costing.carmaker.home.place
        return Shipment(importer, home, Product.CAR, powertrain, RIVAL, date(year, 7, 1), facts)

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
