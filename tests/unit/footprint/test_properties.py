"""Footprint: what must hold for any prospect. Bounds bound, cuts cut nothing whole off, wishes cost, choice helps."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import Invented, best_plan, changed, invented, random_decisions, split_leaf

from roadstead.footprint.bounds import weak_duality
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import dispatch, fixed
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.levels import in_levels
from roadstead.footprint.linking import LinkingCuts, broken_cuts, cut_rows
from roadstead.footprint.operations import offers
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, solve
from roadstead.footprint.strengthening import broken_lumps_at, lump_rows
from roadstead.futures.tree import leaves

if TYPE_CHECKING:
    from roadstead.footprint.formulation import Formulation

SEEDS = st.integers(0, 11)
SMALL = (0, 2, 3, 5, 6, 7)
ANY = st.integers(0, 2**32 - 1)
NEAR = 1e-7
"""Relative; a solver's rounding."""


@lru_cache(maxsize=64)
def relaxed(seed: int) -> tuple[Formulation, float, np.ndarray]:
    """The relaxed program, its optimum and its row prices."""
    made = invented(seed)
    whole = formulate(made.tree, made.prospect, relaxed=True)
    answer = run(whole.program, Limits())
    assert answer.price is not None
    return whole, answer.bound, answer.price


def value(made: Invented, pins: tuple[Pin, ...] = ()) -> float:
    return solve(made.tree, made.prospect, Effort(gap=0.0), pins=pins).certificate.value


def at_least(more: float, less: float) -> None:
    assert more >= less - NEAR * abs(less)


@settings(max_examples=60)
@given(seed=SEEDS, chance=ANY, scale=st.floats(-4, 4), near=st.booleans())
def test_any_prices_prove_a_bound(seed: int, chance: int, scale: float, near: bool):
    """(F.13) holds for prices of either sign, far from or near the right ones."""
    whole, optimum, price = relaxed(seed)
    noise = np.random.default_rng(chance).normal(0, 10.0**scale, len(price))
    bound = weak_duality(whole.program, price + noise if near else noise)
    assert bound >= optimum - NEAR * abs(optimum)
    at_least(MONEY * bound, best_plan(seed).certificate.value)


@pytest.mark.parametrize("seed", range(12))
def test_the_right_prices_prove_the_best_bound(seed: int):
    whole, optimum, price = relaxed(seed)
    assert weak_duality(whole.program, price) == pytest.approx(optimum, rel=1e-6)


def test_prices_on_missing_sides_count_for_nothing():
    """A row without a lower bound allows no negative price, one without an upper bound no positive one."""
    program = relaxed(4)[0].program
    price = np.where(np.isfinite(program.low), 0.0, -5.0) + np.where(np.isfinite(program.high), 0.0, 5.0)
    assert weak_duality(program, price) == weak_duality(program, np.zeros_like(price))


@settings(max_examples=60)
@given(seed=SEEDS, chance=ANY)
def test_cuts_keep_every_whole_plan(seed: int, chance: int):
    """(F.14) for any cell, segment and set of options, at the best flows of random decisions; none is found broken."""
    made, rng = invented(seed), np.random.default_rng(chance)
    p = made.prospect
    whole = relaxed(seed)[0]
    answer = run(fixed(whole, random_decisions(made, rng)), Limits())
    assert answer.point is not None
    count = 40
    cuts = LinkingCuts(
        node_year=rng.integers(p.node_years.count, size=count),
        cell=rng.integers(len(p.labels.cell), size=count),
        segment=rng.integers(p.demand.width.shape[-1], size=count),
        by_entry=rng.random(count) < 0.3,
        options=rng.random((count, len(p.labels.option))) < 0.5,
    )
    # In thousand cars, against the solver's own tolerance.
    assert (cut_rows(p, whole.columns, cuts) @ answer.point).max() <= 1e-5
    assert broken_cuts(p, whole.columns, answer.point).count == 0


@settings(max_examples=60)
@given(seed=SEEDS, chance=ANY, between=st.floats(0.05, 0.95))
def test_lumps_keep_every_whole_plan(seed: int, chance: int, between: float):
    """(F.21), found where a mean of two plans, or of a plan and nothing, breaks it, at the best flows of random decisions."""
    made, rng = invented(seed), np.random.default_rng(chance)
    whole = relaxed(seed)[0]
    points = [run(fixed(whole, random_decisions(made, rng)), Limits()).point for _ in range(3)]
    mean = between * points[0] + (1 - between) * points[1]
    loose = np.where(np.isin(np.arange(len(mean)), whole.columns.k), mean * 0.7, mean)
    for broken_by in (mean, loose):
        offered = offers(made.tree, made.prospect)
        rows, high = lump_rows(offered, whole, broken_lumps_at(offered, whole, broken_by))
        for point in points:
            assert (rows @ point - high).max(initial=0.0) <= 1e-5


@settings(max_examples=60)
@given(seed=SEEDS, chance=ANY)
def test_levels_are_the_same_program(seed: int, chance: int):
    """Every whole plan has its levels, worth as much; they keep all rows and bounds, and lead back to the plan."""
    made = invented(seed)
    whole = formulate(made.tree, made.prospect)
    point = run(fixed(whole, random_decisions(made, np.random.default_rng(chance))), Limits()).point
    levels = in_levels(made.tree, whole.columns, whole.program)
    at, p = levels.of(point), levels.program
    assert point is not None
    assert at is not None
    assert levels.decided(at) == pytest.approx(point, abs=1e-9)
    assert p.gain @ at == pytest.approx(whole.program.gain @ point, rel=1e-9, abs=1e-9)
    row = p.matrix @ at
    assert np.all((row <= p.high + 1e-5) & (row >= p.low - 1e-5))
    assert np.all((at <= p.ceiling + 1e-5) & (at >= p.floor - 1e-5))


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY)
def test_no_plan_is_worth_more_than_the_bound(seed: int, chance: int):
    """Random decisions with their best flows are plans, and no plan passes either bound."""
    made = invented(seed)
    plan = dispatch(made.tree, made.prospect, random_decisions(made, np.random.default_rng(chance)))
    worth = certify(made.tree, made.prospect, plan).value
    at_least(best_plan(seed).bound_certified, worth)
    at_least(best_plan(seed).bound_solver, worth)


@pytest.mark.parametrize("seed", SMALL)
def test_more_options_never_harm(seed: int):
    made = invented(seed)
    allowed = np.ones_like(made.prospect.options.allowed)
    at_least(value(changed(made, "options", allowed=allowed)), best_plan(seed).certificate.value)


@pytest.mark.parametrize("seed", SMALL)
def test_more_trade_never_harms(seed: int):
    made = invented(seed)
    allowed = np.ones_like(made.prospect.arcs.allowed)
    at_least(value(changed(made, "arcs", allowed=allowed)), best_plan(seed).certificate.value)


@pytest.mark.parametrize("seed", SMALL)
def test_cheaper_is_never_worse(seed: int):
    made = invented(seed)
    dearer = best_plan(seed).certificate.value
    half = value(changed(made, "resources", cost=made.prospect.resources.cost / 2))
    at_least(half, dearer)
    at_least(value(changed(made, "options", cost=made.prospect.options.cost / 2)), dearer)


@settings(max_examples=12)
@given(seed=SEEDS, chance=ANY)
def test_a_wish_never_adds_value(seed: int, chance: int):
    made, rng = invented(seed), np.random.default_rng(chance)
    kind = ("option", "resource", "close", "retire")[int(rng.integers(4))]
    names = made.prospect.labels.option if kind in {"option", "close"} else made.prospect.labels.resource
    never = Pin(kind, int(rng.integers(len(names))), do=False)  # type: ignore[arg-type]
    at_least(best_plan(seed).certificate.value, value(made, (never,)))


@pytest.mark.parametrize("seed", SMALL)
def test_money_has_no_unit_of_its_own(seed: int):
    """All discount factors thrice as large: the same decisions, thrice the value."""
    made = invented(seed)
    p = made.prospect
    thrice = changed(made, discount=3 * p.discount, node_discount=3 * p.node_discount, end_discount=3 * p.end_discount)
    solved = solve(thrice.tree, thrice.prospect, Effort(gap=0.0))
    assert solved.certificate.value == pytest.approx(3 * best_plan(seed).certificate.value, rel=1e-6)


@settings(max_examples=8)
@given(seed=SEEDS, chance=ANY)
def test_two_names_for_one_future_change_nothing(seed: int, chance: int):
    """A leaf split into two that are alike, its probability shared between them."""
    made = invented(seed)
    ends = leaves(made.tree)
    rng = np.random.default_rng(chance)
    split = split_leaf(made, ends[int(rng.integers(len(ends)))], float(rng.uniform(0.1, 0.9)))
    assert split.tree.count == made.tree.count + 1
    assert value(split) == pytest.approx(best_plan(seed).certificate.value, rel=1e-6)


@pytest.mark.parametrize("seed", SMALL)
def test_a_certain_future_is_worth_itself(seed: int):
    """Where one branch has all the probability, the plan is worth what it is worth on that branch alone."""
    made = invented(seed)
    tree = made.tree
    certain = tree.branch_probability.copy()
    first = {int(parent): int(np.flatnonzero(tree.parent == parent)[0]) for parent in set(tree.parent.tolist())}
    for n in range(1, tree.count):
        certain[n] = float(first[int(tree.parent[n])] == n)
    whole = solve(replace(tree, branch_probability=certain), made.prospect, Effort(gap=0.0))
    on_path = [0]
    while on_path[-1] in first:
        on_path.append(first[on_path[-1]])
    off = np.setdiff1d(np.arange(tree.count), on_path)
    assert np.abs(whole.certificate.by_node[off]).max(initial=0.0) == 0.0
    assert whole.certificate.value == pytest.approx(whole.certificate.by_node[on_path].sum(), rel=1e-12)
