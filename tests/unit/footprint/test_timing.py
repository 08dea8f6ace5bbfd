"""Timing: when an order placed at a node works, against years counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import changed, invented
from second_model import times

from roadstead.footprint.timing import Pairs, timing


def dense(pairs: Pairs, weight: np.ndarray) -> np.ndarray:
    """Weights of pairs as matrices. Shape (J, I) -> (J, below, node)."""
    return np.asarray([pairs.matrix(each).toarray() for each in weight])


@settings(max_examples=40)
@given(seed=st.integers(0, 500))
def test_years_are_counted_one_by_one(seed: int):
    """(F.1) and the shares beside it, node by node and year by year."""
    made = invented(seed)
    met, counted = timing(made.tree, made.prospect), times(made)
    assert met.on_path.toarray() == pytest.approx(counted.path)
    assert met.reaches.toarray() == pytest.approx(counted.path[made.prospect.node_years.node])
    for weight, expected in (
        (met.module_output, counted.phi),
        (met.module_service, counted.sigma_r),
        (met.option_service, counted.sigma_d),
        (met.option_open, counted.omega),
    ):
        assert dense(met.years, weight) == pytest.approx(np.moveaxis(expected, -1, 0), abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_ready_was_ordered_above_and_in_time(seed: int):
    made = invented(seed)
    tree, p = made.tree, made.prospect
    met = timing(tree, p)
    for lead, ready in (
        (p.resources.lead, dense(met.nodes, met.module_ready)),
        (p.options.lead, dense(met.nodes, met.option_ready)),
    ):
        for i, years in enumerate(lead.tolist()):
            for m in range(tree.count):
                n, above = int(tree.parent[m]), []
                while n >= 0:
                    above.append(n)
                    n = int(tree.parent[n])
                expected = [float(k in above and tree.start[k] + years <= tree.start[m]) for k in range(tree.count)]
                assert ready[i, m].tolist() == expected


def test_output_grows_by_the_ramp_and_stays():
    """Lead of one year, a ramp of 0.5, 0.8, 1: the block of the 2nd and 3rd year yields 0.25, the next 0.9 and so on."""
    made = invented(0)
    count = len(made.prospect.labels.resource)
    lead, ramp = np.ones(count, dtype=int), np.tile([0.5, 0.8, 1.0], (count, 1))
    made = changed(made, "resources", lead=lead, ramp=ramp)
    met = timing(made.tree, made.prospect)
    years, step = made.prospect.node_years, {0: 0.0, 1: 0.5, 2: 0.8}
    start = int(made.tree.start[0])
    for y in range(years.count):
        calendar = range(int(years.year[y]), int(years.year[y] + years.span[y]))
        expected = np.mean([step.get(year - start, 1.0) for year in calendar])
        assert dense(met.years, met.module_output)[:, y, 0] == pytest.approx(expected)
