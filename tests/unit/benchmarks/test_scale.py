"""What the benchmark of clusters says of more hands follows from its parts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale import Parts, estimated, largest_share

PARTS = Parts(node_years=80.0, master=15.0, total=100.0, rounds=10)


def test_one_hand_takes_what_it_took():
    assert estimated(PARTS, 1.0, 0.0) == 100.0


def test_only_node_years_are_divided_and_every_round_costs_something():
    assert estimated(PARTS, 0.25, 0.3) == pytest.approx(20.0 + 20.0 + 3.0)


def test_the_largest_share_is_that_of_the_hand_with_most_node_years():
    nodes = np.asarray([0, 1, 1, 2, 2, 2])
    assert largest_share(nodes, 1) == 1.0
    assert largest_share(nodes, 2) == pytest.approx(4 / 6)
    assert largest_share(nodes, 64) == pytest.approx(3 / 6)
