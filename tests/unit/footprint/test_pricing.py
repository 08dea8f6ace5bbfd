"""Pricing: no plan earns more than any prices allow; the prices of a node-year's own program make its cut tight."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import Invented, changed, invented, random_decisions

from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.formulation import formulate_decisions
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.operations import Operations, operations
from roadstead.footprint.pricing import NodePrices, bare_prices, with_segment_prices, year_cuts
from roadstead.footprint.states import StateMap, decisions_at, state_map

if TYPE_CHECKING:
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.plan import Decisions

SEEDS = st.integers(0, 11)
ANY = st.integers(0, 2**32 - 1)
NEAR = 1e-7
"""Relative; a solver's rounding."""


@lru_cache(maxsize=16)
def parts(seed: int) -> tuple[Operations, Formulation, StateMap, NodePrograms]:
    made = invented(seed)
    ops, decided = operations(made.tree, made.prospect), formulate_decisions(made.tree, made.prospect)
    return ops, decided, state_map(made.prospect, decided), NodePrograms((ops, made.prospect.node_years.node))


def without_costs(made: Invented) -> Invented:
    """The same where decisions and what stands cost nothing: a node is worth what its node-years earn."""
    p = made.prospect
    made = changed(
        made, "options", cost=0 * p.options.cost, fixed=0 * p.options.fixed, exit_cost=0 * p.options.exit_cost
    )
    nothing = {name: 0 * getattr(p.resources, name) for name in ("cost", "fixed", "scrap", "salvage")}
    return changed(made, "resources", **nothing)


def states_of(seed: int, decisions: Decisions) -> tuple[np.ndarray, np.ndarray]:
    _, decided, states, _ = parts(seed)
    c = decided.columns
    return states.at(decisions_at((c.u, c.v, c.z, c.w), decisions, len(decided.program.gain)))


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


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY, scale=st.floats(-2, 2), near=st.booleans())
def test_no_plan_earns_more_than_any_prices_allow(seed: int, chance: int, scale: float, near: bool):
    """(F.15) at prices without any sense, or near the right ones of another state."""
    ops, _, _, programs = parts(seed)
    rng = np.random.default_rng(chance + 1)
    decisions, worth = earned(seed, chance)
    is_open, at_work = states_of(seed, decisions)
    base = with_segment_prices(ops, programs(Asked(rng.random(is_open.shape), rng.random(at_work.shape) * 2)).prices)
    noise = [rng.normal(0, 10.0**scale, part.shape) for part in (base.eta, base.gamma, base.nu, base.mu)]
    start = (base.eta, base.gamma, base.nu, base.mu) if near else (0.0,) * 4
    cuts = year_cuts(ops, NodePrices(*(part + more for part, more in zip(start, noise, strict=True))))
    allowed = by_node(seed, cuts.at(is_open, at_work))
    assert np.all(allowed >= worth - NEAR * (1 + np.abs(worth)))


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY)
def test_the_right_prices_make_the_cut_tight(seed: int, chance: int):
    """Program, certificate and cut agree at the state of a plan, node by node; the segments' prices are the best there."""
    programs = parts(seed)[3]
    decisions, worth = earned(seed, chance)
    is_open, at_work = states_of(seed, decisions)
    answered = programs(Asked(is_open, at_work))
    near = 1e-6 * (1 + np.abs(worth))
    assert np.all(np.abs(by_node(seed, answered.value) - worth) <= near)
    assert np.all(np.abs(by_node(seed, answered.cuts.at(is_open, at_work)) - worth) <= near)


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY)
def test_segment_prices_are_the_best_there_are(seed: int, chance: int):
    """(F.16): no other prices of cars allow less at the same state and the same prices of all else."""
    ops, _, _, _ = parts(seed)
    rng = np.random.default_rng(chance)
    is_open, at_work = rng.random((ops.count, ops.options)), 2 * rng.random(ops.free.shape)
    nu, mu = np.abs(rng.normal(0, 1, (2, *ops.free.shape)))
    gamma = rng.normal(0, 1, (ops.count, len(ops.members)))
    best = with_segment_prices(ops, bare_prices(ops, (gamma, nu, mu), is_open, at_work))
    least = year_cuts(ops, best).at(is_open, at_work)
    for scale in (0.01, 1.0):
        other = NodePrices(best.eta + rng.normal(0, scale, best.eta.shape), best.gamma, best.nu, best.mu)
        assert np.all(year_cuts(ops, other).at(is_open, at_work) >= least - 1e-9 * (1 + np.abs(least)))


@pytest.mark.parametrize("seed", range(12))
def test_the_mean_of_prices_proves_no_less_than_the_mean_of_cuts(seed: int):
    ops, _, _, programs = parts(seed)
    rng = np.random.default_rng(seed)
    asked = [Asked(rng.random((ops.count, ops.options)), 2 * rng.random(ops.free.shape)) for _ in range(2)]
    one, two = (programs(each) for each in asked)
    share = 0.3
    whole = [with_segment_prices(ops, each.prices) for each in (one, two)]
    mean = NodePrices(*(share * getattr(whole[0], f) + (1 - share) * getattr(whole[1], f) for f in whole[0].__slots__))
    for each in asked:
        bound = year_cuts(ops, mean).at(each.is_open, each.at_work)
        apart = share * one.cuts.at(each.is_open, each.at_work) + (1 - share) * two.cuts.at(each.is_open, each.at_work)
        assert np.all(bound <= apart + 1e-9 * (1 + np.abs(apart)))
