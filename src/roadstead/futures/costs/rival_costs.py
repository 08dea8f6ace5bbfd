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
from roadstead.futures.selling.nests import OTHER
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.rivals import Contest
    from roadstead.terms.arrays import Floats
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
    found = []
    known: dict[tuple[object, ...], float] = {}
    for met in contests:
        importer, rise = costing.territory(met.market), np.zeros(met.price.shape)
        for y in range(years.count) if met.shipped.any() else ():
            now, today = circumstances[y], circumstances[0]
            moved, before = (_law(each.rulebook, importer) for each in (now, today))
            if moved == before:
                continue
            year = int(years.year[y] + (years.span[y] - 1) // 2)
            terms = costing.conventions.demand.terms_of_demand(met.market, set_by_events=now.terms)
            for j in np.flatnonzero(met.shipped).tolist():
                powertrain = DRIVEN_BY[met.classes[int(met.competition.nest[j])]]
                customs = terms["rival_value"].value * float(met.price[y, j])
                key = (importer, year, moved, powertrain, customs)
                if key not in known:
                    known[key] = _change(costing, (today.rulebook, now.rulebook), importer, year, powertrain, customs)
                cost, duty = float(met.cost[y, j]), known[key] * customs
                if cost + duty <= 0:
                    raise RoadsteadError(_for_nothing(met.market, cost, duty))
                rise[y, j] = _rise(cost, duty, terms)
        found.append(rise)
    return tuple(found)


def _for_nothing(market: str, cost: float, duty: float) -> Fault:
    message = (
        f"a rival's car from home costs {cost:,.0f} in retail terms, and a duty of {-duty:,.0f} less is levied on it"
    )
    return Fault(f"demand in {market}", "RS-D504", message, "a model's own elasticity farther from zero")


def _law(rulebook: Rulebook, importer: str) -> tuple[int, ...]:
    """Measures that may concern an importer, told apart by identity: what no event touched is one object in every node."""
    return tuple(id(rulebook.measures.get(one)) for one in (importer, *sorted(rulebook.blocs)))


def _rise(cost: float, duty: float, terms: Mapping[str, Term]) -> float:
    """Money by which a cost rises as the duty does, as far as makers do not turn to other plants and pass it on."""
    elsewhere = terms["rivals_elsewhere"].value
    hat = rivals_cost_hats(
        np.asarray([[1.0 - elsewhere, elsewhere]]),
        before=np.zeros(2),
        after=np.asarray([duty / cost, 0.0]),
        dutiable=1.0,
        theta=terms["sourcing_elasticity"].value,
    )
    return terms["pass_through"].value * (float(hat[0]) - 1.0) * cost


def _change(
    costing: Costing,
    rulebooks: tuple[Rulebook, Rulebook],
    importer: str,
    year: int,
    powertrain: Powertrain,
    customs: float,
) -> float:
    """Duty on a rival's car from home by the second rulebook less that by the first, over its customs value. [fraction]"""
    declared = {k: v for k, v in costing.carmaker.declared.get(importer, {}).items() if k.startswith("qualifies.")}
    home = costing.carmaker.home.place
    shipment = Shipment(importer, home, Product.CAR, powertrain, RIVAL, date(year, 7, 1), declared)
    try:
        before, after = (settle(rules, shipment, customs, costing.dollars).duty_rate(customs) for rules in rulebooks)
    except RoadsteadError:
        return 0.0  # a rival's fee the engine cannot work out by both counts as one that did not move
    return after - before
