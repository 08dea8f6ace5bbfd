"""The smooth benchmark beside a plan: shares by arc, and how far flows lie from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import softmax

from roadstead.futures.selling.smooth_sourcing import departure, expected_shares, landed_costs

if TYPE_CHECKING:
    from roadstead.study.study import Ready

THETA = 7.7
CELL, SUPPLY = np.asarray([0, 0, 0, 0, 1, 1]), np.asarray([0, 0, 1, 2, 0, 1])
"""Two cells; the first is served from home in two regimes and from two lines, the second from home and one line."""
flags = arrays.arrays(bool, (3, 6))
costs = arrays.arrays(float, (3, 6), elements=st.floats(5e3, 8e4))
flows = arrays.arrays(float, (3, 6), elements=st.just(0.0) | st.floats(1e-6, 1e5))  # a millionth of a car, or none


def by_way(values):
    """The two regimes of home as one way."""
    return np.column_stack([values[:, 0] + values[:, 1], values[:, 2:]])


@given(costs, flags, st.floats(1.0, 12.0))
def test_shares_are_those_of_the_cheapest_regime_of_each_supply(cost, allowed, theta):
    found = expected_shares(cost, CELL, SUPPLY, allowed, theta)
    assert np.all(found[~allowed] == 0.0)
    for cell in (0, 1):
        total = found[:, cell == CELL].sum(1)
        assert total == pytest.approx(allowed[:, cell == CELL].any(1).astype(float))
    assert np.all((found[:, 0] == 0.0) | (found[:, 1] == 0.0))
    open_cost = np.where(allowed, cost, np.inf)
    ways = np.column_stack([open_cost[:, :2].min(1), open_cost[:, 2], open_cost[:, 3]])
    some = np.isfinite(ways).any(1)
    assert by_way(found)[some, :3] == pytest.approx(softmax(-theta * np.log(ways[some]), axis=1), abs=1e-12)


@given(costs, st.floats(1.0, 2.0))
def test_a_dearer_way_never_carries_more(cost, dearer):
    every = np.ones((3, 6), dtype=bool)
    raised = cost.copy()
    raised[:, 3] *= dearer
    before, after = (expected_shares(c, CELL, SUPPLY, every, THETA) for c in (cost, raised))
    assert np.all(after[:, 3] <= before[:, 3] + 1e-12)
    assert np.array_equal(after[:, 4:], before[:, 4:])


@given(costs, flows)
def test_a_plan_that_follows_the_benchmark_departs_from_it_in_nothing(cost, flow):
    shares = expected_shares(cost, CELL, SUPPLY, np.ones((3, 6), dtype=bool), THETA)
    in_cell = np.stack([flow[:, c == CELL].sum(1) for c in CELL], axis=1)
    found = departure(shares * in_cell, shares, CELL, SUPPLY, below=0.0)
    assert found.moved == pytest.approx(0.0, abs=1e-12)
    assert found.unlikely == 0.0


@given(costs, flows, st.floats(0.0, 1.0), arrays.arrays(float, 3, elements=st.floats(0.1, 4.0)))
def test_departures_are_shares_of_cars(cost, flow, below, weight):
    shares = expected_shares(cost, CELL, SUPPLY, np.ones((3, 6), dtype=bool), THETA)
    found = departure(flow, shares, CELL, SUPPLY, weight=weight, below=below)
    assert -1e-12 <= found.moved <= 1 + 1e-12
    assert 0 <= found.unlikely <= 1 + 1e-12
    again = departure(flow, shares, CELL, SUPPLY, weight=3 * weight, below=below)
    assert again.moved == pytest.approx(found.moved)
    swapped = flow.copy()
    swapped[:, [0, 1]] = flow[:, [1, 0]]  # another regime of the same supply is no other way
    assert departure(swapped, shares, CELL, SUPPLY, weight=weight, below=below).moved == pytest.approx(found.moved)


def test_a_departure_by_hand():
    """All 100 cars of one cell by a way worth 0.2, 40 and 60 of the other as expected: 80 of 200 would move."""
    shares = np.asarray([[0.5, 0.0, 0.2, 0.3, 0.4, 0.6]])
    flow = np.asarray([[0.0, 0.0, 100.0, 0.0, 40.0, 60.0]])
    found = departure(flow, shares, CELL, SUPPLY, below=0.25)
    assert (found.moved, found.unlikely) == pytest.approx((0.4, 0.5))
    assert departure(np.zeros((1, 6)), shares, CELL, SUPPLY).moved == 0.0


def test_costs_are_those_of_the_waterfalls(starter_ready: Ready):
    evaluation = starter_ready.evaluation
    cost, allowed = landed_costs(evaluation), evaluation.prospect.arcs.allowed
    assert np.array_equal(np.isfinite(cost), allowed)
    for y in (0, len(cost) - 1):
        for a in np.flatnonzero(allowed[y]).tolist():
            assert cost[y, a] == pytest.approx(sum(bar.amount for bar in evaluation.ledger.waterfall(a, y)))
