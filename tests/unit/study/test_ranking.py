"""Ranking: weights move rows the way they should, missing figures leave ranks open, tiers hold what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from roadstead.study.ranking import points, rank, ranks, tiers

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

ROWS, COLUMNS = 6, 4
TABLE = arrays(np.float64, (ROWS, COLUMNS), elements=st.floats(0, 1))
WEIGHTS = arrays(np.float64, (COLUMNS,), elements=st.floats(0.1, 5))
ROW, COLUMN = st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)


@given(TABLE, WEIGHTS, COLUMN, st.floats(0.01, 20))
def test_more_weight_never_lowers_who_is_ahead_in_the_column(table: Floats, weights: Floats, column: int, more: float):
    """A row ahead of another as a whole and in the column stays ahead; the best of the column never loses a rank to one."""
    before = rank(table, weights)
    heavier = weights.copy()
    heavier[column] += more
    after = rank(table, heavier)
    for one in range(ROWS):
        for other in range(ROWS):
            if before.rank[one] < before.rank[other] and table[one, column] >= table[other, column]:
                assert after.rank[one] <= after.rank[other]


@given(TABLE, WEIGHTS, COLUMN, st.floats(0.01, 20))
def test_the_best_of_a_column_never_falls_as_it_weighs_more(table: Floats, weights: Floats, column: int, more: float):
    best = int(table[:, column].argmax())
    assume((np.delete(table[:, column], best) < table[best, column] - 1e-6).all())
    heavier = weights.copy()
    heavier[column] += more
    assert rank(table, heavier).rank[best] <= rank(table, weights).rank[best]


@given(TABLE, WEIGHTS, st.floats(0.1, 9))
def test_only_the_proportions_of_weights_count(table: Floats, weights: Floats, factor: float):
    np.testing.assert_allclose(rank(table, weights).score, rank(table, factor * weights).score, atol=1e-12)


@given(TABLE, WEIGHTS, COLUMN)
def test_a_negative_weight_turns_its_column_round(table: Floats, weights: Floats, column: int):
    turned, negative = table.copy(), weights.copy()
    turned[:, column] = 1.0 - turned[:, column]
    negative[column] *= -1.0
    np.testing.assert_allclose(rank(table, negative).score, rank(turned, weights).score, atol=1e-12)


@given(TABLE, WEIGHTS, ROW, COLUMN, st.floats(0, 1))
def test_whatever_a_missing_figure_is_the_rank_lies_in_its_span(
    table: Floats, weights: Floats, row: int, column: int, found: float
):
    holed = table.copy()
    holed[row, column] = np.nan
    open_ = rank(holed, weights)
    assert open_.low[row] - 1e-9 <= open_.score[row] <= open_.high[row] + 1e-9
    filled = holed.copy()
    filled[row, column] = found
    told = rank(filled, weights)
    assert open_.best[row] <= told.rank[row] <= open_.worst[row]


@given(TABLE, WEIGHTS)
def test_without_gaps_nothing_is_open(table: Floats, weights: Floats):
    told = rank(table, weights)
    assert (told.best == told.rank).all()
    assert (told.worst == told.rank).all()


def test_by_hand():
    table = np.asarray([[1.0, 0.0], [0.0, 1.0], [0.5, np.nan]])
    told = rank(table, np.asarray([3.0, 1.0]))
    # The missing figure counts as the median of 0 and 1.
    assert told.score.tolist() == [0.75, 0.25, 0.5]
    assert told.rank.tolist() == [1, 3, 2]
    assert (told.low[2], told.high[2]) == (0.375, 0.625)
    assert rank(table, np.asarray([1.0, 3.0])).worst.tolist() == [3, 1, 3]


def test_points_lie_between_the_worst_and_the_best_known():
    assert points([10.0, None, 30.0, 20.0]).tolist()[::2] == [0.0, 1.0]
    assert points([10.0, 20.0, 30.0], less_is_better=True).tolist() == [1.0, 0.5, 0.0]
    assert points([1.0, 10.0, 1000.0], by_order=True).tolist() == pytest.approx([0.0, 1 / 3, 1.0])
    assert points([0.0, 1.0, 10.0, None], by_order=True).tolist()[:3] == [0.0, 0.0, 1.0]
    assert points([0.0, 0.0], by_order=True).tolist() == [0.5, 0.5]
    assert np.isnan(points([None, 1.0, 2.0])[0])
    assert np.isnan(points([None, None])).all()
    assert points([5.0, 5.0, None]).tolist()[:2] == [0.5, 0.5]


def test_equal_scores_share_a_rank():
    assert ranks(np.asarray([0.5, 0.7, 0.5, 0.1 + 0.2, 0.3])).tolist() == [2, 1, 2, 4, 4]


def test_tiers_hold_the_shares_they_say():
    score, sizes = np.asarray([0.9, 0.8, 0.7, 0.6]), np.asarray([40.0, 20.0, 30.0, np.nan])
    # Before each: 0, 40, 60 and 90 of 90.
    assert tiers(score, sizes, 0.5, 0.8).tolist() == [1, 1, 2, 3]


@given(arrays(np.float64, (8,), elements=st.floats(0, 1)), arrays(np.float64, (8,), elements=st.floats(1, 100)))
def test_no_better_score_stands_in_a_lower_tier(score: Floats, sizes: Floats):
    found = tiers(score, sizes, 0.5, 0.8)
    assert found[int(score.argmax())] == 1
    for i in range(8):
        for j in range(8):
            if score[i] > score[j]:
                assert found[i] <= found[j]
