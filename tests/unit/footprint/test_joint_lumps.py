"""Two lines that serve the same cells: the hull of what both bring is the one a linear program finds, and no plan breaks a cut of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced import drawn, parts, states_of
from prospects import invented, random_decisions
from scipy.optimize import linprog

from benchmarks.instances import as_prospect, generate
from roadstead.footprint.joint_lumps import MOST_MODULES, Lines, Pairs, broken_pairs, constants, hulls, right_at, sound
from roadstead.footprint.lump_prices import hold, in_force, pairs_of
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.operations import Operations, offers
from roadstead.footprint.pricing import cuts_of
from roadstead.footprint.states import States

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

ANY = st.integers(0, 2**32 - 1)


def anything(chance: int, count: int = 20) -> tuple[Pairs, Floats]:
    """Pairs of all sizes, and states of theirs, whole ones and closed lines among them."""
    rng = np.random.default_rng(chance)
    most = rng.integers(1, 6, (count, 2)).astype(float)
    size = np.where(rng.random((count, 2)) < 0.5, rng.choice([20.0, 60.0], (count, 2)), rng.uniform(1, 90, (count, 2)))
    full = np.where(rng.random(count) < 0.3, rng.choice([20.0, 60.0, 120.0], count), rng.uniform(1, 400, count))
    is_open = np.where(rng.random((count, 2)) < 0.5, rng.integers(0, 2, (count, 2)), rng.random((count, 2)))
    ratio = most * rng.random((count, 2))
    ratio = np.where(rng.random((count, 2)) < 0.5, np.round(ratio), ratio)
    return Pairs(full, size, most), np.stack([is_open, ratio * is_open], axis=-1)


def ways(most: Floats) -> Floats:
    """All ways two lines stand, each (o, k, o, k)."""
    one = [[(0, 0), *((1, k) for k in range(int(m) + 1))] for m in most]
    return np.asarray([first + second for first, second in product(*one)], dtype=float)


@settings(max_examples=40)
@given(chance=ANY)
def test_the_hull_is_that_of_a_linear_program(chance: int):
    """(F.31) against another solver, over all ways up to the limits, those that bring no more than fewer modules among them."""
    pairs, state = anything(chance)
    right, slope = hulls(pairs, state)
    found = constants(pairs, right) + (right * state.reshape(-1, 4)).sum(1)
    for i in range(len(state)):
        each = ways(pairs.most[i])
        brings = np.minimum(pairs.full[i], each[:, [1, 3]] @ pairs.size[i])
        mixed = linprog(-brings, A_eq=np.vstack([each.T, np.ones(len(each))]), b_eq=[*state[i].ravel(), 1.0])
        assert found[i] >= -mixed.fun - 1e-6
        # Modules that bring nothing more are left out of the ways: a line that has them may stand on fewer.
        if np.all(pairs.modules[i] == pairs.most[i]):
            assert found[i] == pytest.approx(-mixed.fun, abs=1e-6)
    assert np.all((slope >= -1e-9) & (slope <= 1 + 1e-9))


@settings(max_examples=60)
@given(chance=ANY, scale=st.floats(-2, 3))
def test_no_way_to_stand_breaks_a_cut_of_any_numbers(chance: int, scale: float):
    """(F.30) with any a and b, for modules up to the limit and not only as many as serve all."""
    pairs, _ = anything(chance)
    right = sound(10.0**scale * np.random.default_rng(chance + 1).normal(size=(len(pairs.full), 4)))
    allowed = constants(pairs, right)
    for i in np.flatnonzero(pairs.few):
        each = ways(pairs.most[i])
        brings = np.minimum(pairs.full[i], each[:, [1, 3]] @ pairs.size[i])
        assert np.all(brings <= allowed[i] + each @ right[i] + 1e-9 * (1 + 10.0**scale))


def test_a_line_in_part_adds_nothing_to_one_that_serves_all():
    """60 cars, three modules of 20 at work, and half a plant of 60: both bring 60 and no more. The plant alone brings 30."""
    state = np.asarray([[[1.0, 3.0], [0.5, 0.5]], [[0.5, 0.5], [0.0, 0.0]]])
    lines = np.asarray([[0, 1], [1, -1]])
    pairs = Pairs(np.full(2, 60.0), np.asarray([[20.0, 60.0], [60.0, 0.0]]), np.asarray([[3.0, 4.0], [4.0, 0.0]]))
    constant, right = right_at(pairs, lines, state)
    assert constant + (right * state.reshape(-1, 4)).sum(1) == pytest.approx([60.0, 30.0])


def test_the_cut_broken_most_is_found_and_holds_the_flows():
    """Two lines send 60 and 30 into one cell of 60; a third, under the same option as the first, is no partner of it."""
    state = np.asarray([[[1.0, 3.0], [0.5, 0.5], [1.0, 0.5]]])
    sent = np.asarray([[[60.0], [30.0], [0.0]]])
    lines = Lines(
        state, np.asarray([[20.0, 60.0, 60.0]]), np.full((1, 3), 3.0), np.ones((1, 3), dtype=bool),
        np.ones((3, 1)), np.asarray([0, 1, 0]),
    )  # fmt: skip
    beyond, ceiling = np.zeros((1, 1, 1)), np.full((1, 1, 1), 60.0)
    year, pair, segment = broken_pairs(lines, (sent, beyond), ceiling)
    assert (year.tolist(), pair.tolist(), segment.tolist()) == ([0], [[0, 1]], [[0]])
    for whole in ([True, False, True], [False, True, True]):
        in_part = replace(lines, whole=np.asarray([whole]))
        assert not len(broken_pairs(in_part, (sent, beyond), ceiling)[0])
    assert not len(broken_pairs(replace(lines, gate=np.zeros(3, dtype=int)), (sent, beyond), ceiling)[0])


@lru_cache(maxsize=1)
def frozen() -> tuple[Operations, NodePrograms, States]:
    tree, prospect = as_prospect(generate("tiny", 0))
    ops = offers(tree, prospect).every()
    return ops, NodePrograms((ops, prospect.node_years.node)), drawn(ops, np.random.default_rng(0))


def test_programs_meet_pairs_and_no_whole_state_earns_more_than_they_allow():
    ops, programs, states = frozen()
    for _ in range(4):
        held = programs(Asked(states, lumps=True))
    lumps = held.prices.lumps
    joint = np.flatnonzero(lumps.lines[:, 1] >= 0)
    assert len(joint) > 0
    assert in_force(ops, lumps).count == lumps.count
    # No number said of two lines can cut a whole state off, be it said by a solver or made up.
    rng = np.random.default_rng(1)
    made_up = replace(lumps, right=lumps.right + rng.normal(0.0, 30.0, lumps.right.shape))
    cuts = [cuts_of(ops, replace(held.prices, lumps=each)) for each in (lumps, made_up)]
    for _ in range(10):
        is_open = (rng.random(states.is_open.shape) < 0.5).astype(float)
        under = np.where(ops.resource_gate >= 0, is_open[:, ops.resource_gate], 1.0)
        at_work = np.floor(rng.random(ops.most.shape) * (ops.most + 1)) * under
        whole = States(is_open, at_work, states.earned, states.spent)
        value = programs(Asked(whole, whole=True)).value
        for each in cuts:
            assert np.all(value <= each.at(whole) + 1e-6 * (1 + np.abs(value)))


def test_two_lines_of_one_option_and_lines_of_many_modules_have_no_credit():
    """Cars of two resources under one option would count twice; and not all ways of many modules are gone through."""
    ops, programs, states = frozen()
    for _ in range(4):
        lumps = programs(Asked(states, lumps=True)).prices.lumps
    joint = lumps.some(np.flatnonzero(lumps.lines[:, 1] >= 0))
    assert hold(ops, joint, pairs_of(ops, joint)).all()
    assert not hold(replace(ops, resource_gate=np.zeros_like(ops.resource_gate)), joint, pairs_of(ops, joint)).any()
    small = replace(ops, most=np.full_like(ops.most, np.inf), reach=ops.reach / (100.0 * MOST_MODULES))
    assert not hold(small, joint, pairs_of(small, joint)).any()


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_has_more_modules_at_work_than_there_can_be(seed: int):
    ops = parts(seed)[0]
    for chance in range(5):
        at_work = states_of(seed, random_decisions(invented(seed), np.random.default_rng(chance))).at_work
        assert np.all(at_work <= ops.most + 1e-9)
