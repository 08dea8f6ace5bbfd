"""Dispatch: the best flows of given decisions, and no others; decisions that do not fit are told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import invented, random_decisions, ruled

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch, no_new, read_decisions
from roadstead.footprint.dispatcher import Dispatcher
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.node_program import NodeProgram
from roadstead.footprint.plan import FootprintPlan
from roadstead.terms.errors import RoadsteadError

MADE = invented(1)
OPERATING, PLANT = (MADE.prospect.labels.option.index(name) for name in ("operating 1", "plant 2"))
AT = MADE.prospect.labels.resource.index


@settings(max_examples=30)
@given(seed=st.integers(0, 200), chance=st.integers(0, 2**32 - 1))
def test_decisions_are_kept_and_certified(seed: int, chance: int):
    made = invented(seed)
    decisions = random_decisions(made, np.random.default_rng(chance))
    plan = dispatch(made.tree, made.prospect, decisions)
    assert plan.decisions is decisions
    assert np.isfinite(certify(made.tree, made.prospect, plan).value)
    flow = plan.flows.flow
    assert flow.min() >= 0
    assert flow[~made.prospect.arcs.allowed].max(initial=0.0) == 0


@settings(max_examples=30)
@given(seed=st.integers(0, 60), chance=st.integers(0, 2**32 - 1), share=st.floats(0.0, 1.0))
def test_no_other_flows_are_worth_more(seed: int, chance: int, share: float):
    """Fewer cars everywhere, or on some arcs, never earn more under the same decisions."""
    made, rng = invented(seed), np.random.default_rng(chance)
    plan = dispatch(made.tree, made.prospect, random_decisions(made, rng))
    fewer = plan.flows.flow * np.where(rng.random(plan.flows.flow.shape) < 0.5, share, 1.0)
    best = certify(made.tree, made.prospect, plan).value
    other = FootprintPlan(
        plan.decisions, type(plan.flows)(fewer, plan.flows.sale, plan.flows.group_sale, plan.flows.short)
    )
    assert certify(made.tree, made.prospect, other).value <= best + 1e-7 * abs(best)


@settings(max_examples=30)
@given(seed=st.integers(0, 200), chances=st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=4))
def test_warm_node_years_earn_what_one_program_does(seed: int, chances: list[int]):
    """One set of decisions after another, in node-years that stand apart, and in one program of all, from nothing each time."""
    made = invented(seed)
    warm = Dispatcher(made.tree, made.prospect)
    for chance in chances:
        decisions = random_decisions(made, np.random.default_rng(chance))
        plans = warm.plan(decisions), dispatch(made.tree, made.prospect, decisions)
        found, whole = (certify(made.tree, made.prospect, plan).by_node for plan in plans)
        np.testing.assert_allclose(found, whole, rtol=1e-9, atol=1e-6 * np.abs(whole).max())


def test_a_solver_that_loses_its_way_begins_again(monkeypatch):
    """Every third word of it is that it came to nothing: what is found is the same, and found from nothing."""
    warm, decisions = Dispatcher(MADE.tree, MADE.prospect), no_new(MADE.tree, MADE.prospect)
    sure = certify(MADE.tree, MADE.prospect, warm.plan(decisions)).by_node
    told, words = [], iter(range(10**6))
    status = NodeProgram._status

    def lost(program: NodeProgram) -> str:
        told.append(next(words))
        return "Unknown" if told[-1] % 3 == 0 else status(program)

    monkeypatch.setattr(NodeProgram, "_status", lost)
    assert certify(MADE.tree, MADE.prospect, warm.plan(decisions)).by_node == pytest.approx(sure, rel=1e-9)
    assert len(told) > MADE.prospect.node_years.count


def test_a_solver_that_finds_nothing_leaves_it_to_one_program(monkeypatch):
    decisions = no_new(MADE.tree, MADE.prospect)
    whole = certify(MADE.tree, MADE.prospect, dispatch(MADE.tree, MADE.prospect, decisions)).by_node
    monkeypatch.setattr(NodeProgram, "_status", lambda _: "Unknown")
    plan = Dispatcher(MADE.tree, MADE.prospect).plan(decisions)
    assert certify(MADE.tree, MADE.prospect, plan).by_node == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_accounts_that_link_years_are_kept(seed: int):
    """Pledges: what a year may spend another must earn, so that it is one program."""
    made = ruled(seed)
    nothing = no_new(made.tree, made.prospect)
    try:
        whole = certify(made.tree, made.prospect, dispatch(made.tree, made.prospect, nothing)).by_node
    except RoadsteadError:
        with pytest.raises(RoadsteadError, match="RS-F501"):
            Dispatcher(made.tree, made.prospect).plan(nothing)
    else:
        found = certify(made.tree, made.prospect, Dispatcher(made.tree, made.prospect).plan(nothing)).by_node
        np.testing.assert_allclose(found, whole, rtol=1e-9, atol=1e-6 * np.abs(whole).max())


def test_nothing_new_is_nothing():
    d = no_new(MADE.tree, MADE.prospect)
    assert d.commit.shape == d.close.shape == (MADE.tree.count, len(MADE.prospect.labels.option))
    assert d.build.shape == d.retire.shape == (MADE.tree.count, len(MADE.prospect.labels.resource))
    assert not any(part.any() for part in (d.commit, d.close, d.build, d.retire))


def test_decisions_that_do_not_fit_are_told():
    """Modules before their commitment: no flows fit."""
    d = no_new(MADE.tree, MADE.prospect)
    d.build[0, AT("plant 2")] = 1.0
    for way in (dispatch, lambda tree, prospect, d: Dispatcher(tree, prospect).plan(d)):
        with pytest.raises(RoadsteadError, match=r"decisions: no flows fit these decisions.*\[RS-F501\]"):
            way(MADE.tree, MADE.prospect, d)


def test_a_decision_that_is_not_offered_is_told():
    """The line that runs is committed to, and something is built where nothing is decided any more: both are named."""
    d = no_new(MADE.tree, MADE.prospect)
    d.commit[0, OPERATING] = d.build[3, AT("plant 2")] = 1.0
    with pytest.raises(RoadsteadError) as caught:
        dispatch(MADE.tree, MADE.prospect, d)
    told = [str(fault) for fault in caught.value.faults]
    assert [line.split(",")[0] for line in told] == [
        "operating 1: committed to at node 0",
        "plant 2: built at node 3",
    ]
    assert all(line.endswith("[RS-F501]") for line in told)


def test_points_are_read_with_whole_decisions_rounded():
    """A solver leaves whole numbers a millionth off; shares of divisible modules are left as they are."""
    whole = formulate(MADE.tree, MADE.prospect)
    point = run(whole.program, Limits(relative_gap=0.01)).point
    assert point is not None
    off = np.where(whole.program.whole, point + 1e-7, point)
    exact = read_decisions(whole.columns, point, MADE.prospect.resources)
    met = read_decisions(whole.columns, off, MADE.prospect.resources)
    assert np.array_equal(met.commit, exact.commit)
    assert np.array_equal(met.build, exact.build)
    assert np.array_equal(met.commit, np.round(met.commit))
    divisible = ~MADE.prospect.resources.whole
    assert np.array_equal(
        met.build[:, divisible], np.where(whole.columns.z >= 0, point[whole.columns.z], 0.0)[:, divisible]
    )


def test_divisible_modules_a_solver_leaves_below_zero_are_none():
    """Part of a module is bought or not; a ten-millionth less than nothing is the solver's rounding, not a decision."""
    whole = formulate(MADE.tree, MADE.prospect)
    point = np.zeros(len(whole.program.whole))
    divisible = ~MADE.prospect.resources.whole
    below = whole.columns.z[:, divisible]
    point[below[below >= 0]] = -1e-7
    assert below.max() >= 0
    assert read_decisions(whole.columns, point, MADE.prospect.resources).build.min() == 0.0
