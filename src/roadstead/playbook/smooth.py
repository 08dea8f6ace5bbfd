"""A plan's flows beside the smooth benchmark of sourcing: a sanity check, printed and never acted upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.selling.smooth_sourcing import departure, expected_shares, landed_costs
from roadstead.futures.tree import node_probability
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.reading import capacity

if TYPE_CHECKING:
    from roadstead.futures.selling.smooth_sourcing import Departure
    from roadstead.playbook.reading import Reading

ELASTICITY = "sourcing_elasticity"
UNLIKELY = 0.05
"""Benchmark share under which a way counts as unlikely, as in a test at one in twenty."""


def beside_smooth_sourcing(reading: Reading) -> tuple[Departure, Departure]:
    """How far the plan lies from the benchmark: with the sites it opens, and with every site there could be."""
    p = reading.evaluation.prospect
    theta = reading.evaluation.ledger.costing.conventions.demand.of(ELASTICITY).value
    cost = landed_costs(reading.evaluation)
    working = np.concatenate([np.ones((p.node_years.count, 1)), capacity(reading)], axis=1) > 0
    weight = node_probability(reading.tree)[p.node_years.node] * p.node_years.span
    found = []
    for allowed in (p.arcs.allowed & working[:, p.arcs.supply], p.arcs.allowed):
        shares = expected_shares(cost, p.arcs.cell, p.arcs.supply, allowed, theta)
        flow = reading.plan.flows.flow
        found.append(departure(flow, shares, p.arcs.cell, p.arcs.supply, weight=weight, below=UNLIKELY))
    return found[0], found[1]


def smooth_sentence(reading: Reading) -> Sentence:
    """The same in words."""
    with_own_sites, with_all = beside_smooth_sourcing(reading)
    terms = {
        "moved": Amount(with_own_sites.moved, "share"),
        "unlikely": Amount(with_all.unlikely, "share"),
        "below": Amount(with_all.below, "share"),
    }
    return Sentence("warn.smooth_sourcing", terms)
