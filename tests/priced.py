"""Node-years of made-up prospects: states in part and of plans, and what these earn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from prospects import Invented, changed, invented, random_decisions, ruled

from roadstead.footprint import node_years
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.formulation import formulate_decisions
from roadstead.footprint.node_years import NodePrograms
from roadstead.footprint.operations import Operations, offers
from roadstead.footprint.states import StateMap, States, decisions_at, state_map

if TYPE_CHECKING:
    import pytest

    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.plan import Decisions

SEEDS = st.integers(0, 11)
ANY = st.integers(0, 2**32 - 1)
NEAR = 1e-7
"""Relative; a solver's rounding."""


@lru_cache(maxsize=16)
def parts(seed: int) -> tuple[Operations, Formulation, StateMap, NodePrograms]:
    made = invented(seed)
    ops, decided = offers(made.tree, made.prospect).every(), formulate_decisions(made.tree, made.prospect)
    return ops, decided, state_map(made.prospect, decided), NodePrograms((ops, made.prospect.node_years.node))


def without_costs(made: Invented) -> Invented:
    """The same where decisions and what stands cost nothing: a node is worth what its node-years earn."""
    p = made.prospect
    made = changed(
        made, "options", cost=0 * p.options.cost, fixed=0 * p.options.fixed, exit_cost=0 * p.options.exit_cost
    )
    nothing = {name: 0 * getattr(p.resources, name) for name in ("cost", "fixed", "scrap", "salvage")}
    return changed(made, "resources", **nothing)


def asking(seed: int) -> Invented:
    """Cars that must be served, and two pledges."""
    made = ruled(seed)
    width = made.prospect.demand.width.sum(-1)
    least = width * (np.random.default_rng(seed).random(width.shape) < 0.3) * 0.8
    return changed(made, "demand", least=least)


def sharing(own: NodePrograms, monkeypatch: pytest.MonkeyPatch) -> NodePrograms:
    """The same node-years in two programs, as many of a large problem are."""
    assert len(own.programs) == own.ops.count
    monkeypatch.setattr(node_years, "MOST_COLUMNS", 0)
    monkeypatch.setattr(node_years, "MOST_PROGRAMS", 2)
    nodes = np.repeat(np.arange(len(own.years)), [len(years) for years in own.years])
    shared = NodePrograms((own.ops, nodes[np.argsort(np.concatenate(own.years))]))
    assert len(shared.programs) == 2 < len(own.programs)
    return shared


def states_of(seed: int, decisions: Decisions) -> States:
    _, decided, states, _ = parts(seed)
    c = decided.columns
    return states.at(decisions_at((c.u, c.v, c.z, c.w), decisions, len(decided.program.gain)))


def drawn(ops: Operations, rng: np.random.Generator) -> States:
    """States of shares, as a relaxed master proposes them."""
    pledges = 2 * rng.random((2, ops.count, len(ops.earns)))
    return States(rng.random((ops.count, ops.options)), 2 * rng.random(ops.free.shape), *pledges)


def earned(seed: int, chance: int) -> tuple[Decisions, np.ndarray]:
    """Random decisions, and what their best flows earn in every node by the certificate. In the program's unit."""
    made = invented(seed)
    decisions = random_decisions(made, np.random.default_rng(chance))
    plan = dispatch(made.tree, made.prospect, decisions)
    free = without_costs(made)
    return decisions, certify(free.tree, free.prospect, plan).by_node / MONEY


def by_node(seed: int, by_year: np.ndarray) -> np.ndarray:
    made = invented(seed)
    return np.bincount(made.prospect.node_years.node, by_year, made.tree.count)
