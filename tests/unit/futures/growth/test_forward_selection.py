"""Which paths stand for the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from roadstead.futures.growth.forward_selection import choose


def far(told, group, chosen) -> float:
    """Sum of the distances of all paths to the nearest that stands for their group."""
    return sum(
        float(cdist(told[group == g], told[rows], "cityblock").min(axis=1).sum()) for g, rows in enumerate(chosen)
    )


def invented(seed: int):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(1, 4))
    group = np.concatenate([np.arange(groups), rng.integers(groups, size=30)])
    return rng.integers(0, 6, size=(len(group), 3)).astype(float), group


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_more_never_stand_farther_off(seed: int):
    told, group = invented(seed)
    groups = int(group.max()) + 1
    before = np.inf
    for wanted in range(groups, groups + 8):
        chosen = choose(told, group, wanted, 100)
        assert sum(len(rows) for rows in chosen) <= wanted
        assert all(set(group[rows].tolist()) == {g} for g, rows in enumerate(chosen))
        now = far(told, group, chosen)
        assert now <= before + 1e-9
        before = now


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_with_one_for_every_path_that_differs_nothing_is_left_over(seed: int):
    told, group = invented(seed)
    chosen = choose(told, group, 1000, 1000)
    assert far(told, group, chosen) == 0.0
    differ = len(np.unique(np.column_stack([group, told]), axis=0))
    assert sum(len(rows) for rows in chosen) == differ


def test_one_stands_in_the_middle_and_another_where_it_saves_most():
    told = np.asarray([[0.0], [1.0], [2.0], [50.0], [51.0], [7.0], [7.5]])
    group = np.asarray([0, 0, 0, 0, 0, 1, 1])
    assert [rows.tolist() for rows in choose(told, group, 2, 100)] == [[2], [5]]
    three = choose(told, group, 3, 100)
    assert sorted(told[three[0]][:, 0].tolist()) in ([1.0, 50.0], [1.0, 51.0])
    assert told[three[0][0], 0] == 1.0  # it stands for three, the other for two
    assert three[1].tolist() == [5]


def test_few_candidates_are_still_some_of_every_group():
    rng = np.random.default_rng(0)
    told, group = rng.normal(size=(400, 2)), np.repeat([0, 1], [390, 10])
    chosen = choose(told, group, 6, 40)
    assert [len(rows) > 0 for rows in chosen] == [True, True]
    assert far(told, group, chosen) < 0.8 * far(told, group, choose(told, group, 2, 40))


def test_fewer_are_chosen_where_nothing_is_left_to_save():
    chosen = choose(np.ones((5, 2)), np.zeros(5, dtype=int), 4, 100)
    assert [len(rows) for rows in chosen] == [1]
    assert far(np.ones((5, 2)), np.zeros(5, dtype=int), chosen) == pytest.approx(0.0)
