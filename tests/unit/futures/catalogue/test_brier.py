"""Scores of chances, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.futures.catalogue import brier

TOLD = np.asarray([0.1, 0.1, 0.1, 0.1, 0.5, 0.5])
CAME = np.asarray([True, False, False, False, True, True])


def test_a_score_by_hand():
    found = brier.score(TOLD, CAME)
    assert found.brier == pytest.approx((0.81 + 0.03 + 0.50) / 6)
    # Told 0.1: one of four came; told 0.5: both did; half of all came.
    assert found.reliability == pytest.approx((4 * (0.1 - 0.25) ** 2 + 2 * (0.5 - 1.0) ** 2) / 6)
    assert found.resolution == pytest.approx((4 * (0.25 - 0.5) ** 2 + 2 * (1.0 - 0.5) ** 2) / 6)
    assert found.uncertainty == pytest.approx(0.25)
    assert (found.count, found.came) == (6, 3)
    assert found.expected == pytest.approx(1.4)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.02, 0.3, 1.0]), st.booleans()), min_size=1, max_size=40))
def test_its_parts_make_up_a_score(rows):
    told, came = (np.asarray(column) for column in zip(*rows, strict=True))
    found = brier.score(told, came)
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty)


def test_skill_is_over_another():
    assert brier.skill(0.05, 0.10) == pytest.approx(0.5)
    assert brier.skill(0.20, 0.10) == pytest.approx(-1.0)
    assert math.isnan(brier.skill(0.0, 0.0))


def test_bins_hold_every_question_once():
    told = np.asarray([0.0, 0.01, 0.011, 0.2, 0.9])
    found = brier.bins(told, np.asarray([True, False, False, False, True]))
    assert [(b.low, b.high, b.count, b.came) for b in found] == [
        (0.0, 0.0, 1, 1),
        (0.0, 0.01, 1, 0),
        (0.01, 0.02, 1, 0),
        (0.1, 0.2, 1, 0),
        (0.2, 1.0, 1, 1),
    ]


def test_as_many_or_more():
    # Two coins: none 1/4, one 1/2, two 1/4.
    coins = np.asarray([0.5, 0.5])
    assert [brier.at_least(coins, n) for n in (0, 1, 2)] == pytest.approx([1.0, 0.75, 0.25])
    # Unlike chances: both come with 0.2 * 0.9.
    assert brier.at_least(np.asarray([0.2, 0.9]), 2) == pytest.approx(0.18)


def test_groups_are_drawn_whole():
    """Of one group there is nothing to draw anew; of two that differ the skill lies between the two."""
    ours, theirs = np.full(4, 0.5), np.full(4, 0.1)
    came = np.asarray([True, True, False, False])
    alone = brier.resampled_skill(ours, theirs, came, ["A"] * 4, 1, 50)
    assert alone == pytest.approx([1 - 0.25 / 0.41] * 2)
    low, high = brier.resampled_skill(ours, theirs, came, ["A", "A", "B", "B"], 1, 200)
    assert low == pytest.approx(1 - 0.25 / 0.01)
    assert high == pytest.approx(1 - 0.25 / 0.81)
