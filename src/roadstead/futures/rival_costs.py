r"""What a change of duty makes the cars dearer that rivals ship from the firm's own home country.

Their makers sell a part of what they sell in a market from plants elsewhere, and turn to those as the duty rises: with the
sourcing elasticity :math:`\theta` and that part as the share of another source, their cost changes by (H.4). They
pass the part :math:`\lambda` of it on (D.7).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.sourcing import index_hats
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costing import Circumstances, Costing
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.rivals import Contest
    from roadstead.terms.arrays import Floats
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.demand_terms import Term

RIVAL = "Chery"
"""A cooperating exporter without a rate of its own stands for rivals shipped from the home country."""


def rises(
    costing: Costing, years: NodeYears, circumstances: Sequence[Circumstances], contests: Sequence[Contest]
) -> Floats:
    """Rise of the cost of a car that rivals ship from home, since today's rules, in retail terms. Shape (Y, M). [money/car]"""
    found = np.zeros((years.count, len(contests)))
    known: dict[tuple[object, ...], float] = {}
    for y in range(years.count):
        now, today = circumstances[int(years.node[y])], circumstances[0]
        year = int(years.year[y] + (years.span[y] - 1) // 2)
        for m, met in enumerate(contests):
            if not met.shipped.any():
                continue
            importer = costing.territory(met.market)
            moved, before = (_law(each.rulebook, importer) for each in (now, today))
            if moved == before:
                continue
            key = (met.market, year, moved, tuple(sorted(now.terms.items())))
            if key not in known:
                terms = costing.conventions.demand.terms_of_demand(met.market, set_by_events=now.terms)
                duties = tuple(_rate(costing, each.rulebook, importer, year, met, y, terms) for each in (today, now))
                known[key] = _rise(met, y, duties, terms)
            found[y, m] = known[key]
    return found


def _law(rulebook: Rulebook, importer: str) -> tuple[int, ...]:
    """Measures that may concern an importer, told apart by identity: what no event touched is one object in every node."""
    return tuple(id(rulebook.measures.get(one)) for one in (importer, *sorted(rulebook.blocs)))


def _rise(met: Contest, y: int, duties: tuple[float, ...], terms: Mapping[str, Term]) -> float:
    """Money by which the cost at reference rises, as far as it is passed on."""
    first = int(np.flatnonzero(met.shipped)[0])
    cost, customs = float(met.cost[y, first]), terms["rival_value"].value * float(met.price[y, first])
    before, after = duties
    shipped, elsewhere = 1.0 + (after - before) * customs / cost, terms["rivals_elsewhere"].value
    hat = index_hats(
        np.asarray([1.0 - elsewhere, elsewhere]), np.asarray([shipped, 1.0]), terms["sourcing_elasticity"].value
    )
    return terms["pass_through"].value * (float(hat) - 1.0) * cost


def _rate(
    costing: Costing, rulebook: Rulebook, importer: str, year: int, met: Contest, y: int, terms: Mapping[str, Term]
) -> float:
    """Duty on a rival's electric car from home, over its customs value. [fraction]"""
    home = costing.carmaker.home.place
    declared = {k: v for k, v in costing.carmaker.declared.get(importer, {}).items() if k.startswith("qualifies.")}
    shipment = Shipment(importer, home, Product.CAR, Powertrain.BEV, RIVAL, date(year, 7, 1), declared)
    value = terms["rival_value"].value * float(met.price[y, met.own])
    try:
        stack = settle(rulebook, shipment, value, costing.dollars)
    except RoadsteadError:
        return 0.0  # a rival's fee the engine cannot work out moves neither before nor after
    return stack.duty_rate(value)
