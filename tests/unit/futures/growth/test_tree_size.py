"""Trees too large for the machine, told before anything is solved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.futures.growth.tree_size import Need, check_size, widths
from roadstead.terms.errors import RoadsteadError


def estimate(nodes: int) -> Need:
    return Need(memory=10.0 * nodes, time=0.5 * nodes**1.5)


def refused(nodes, most: Need) -> str:
    with pytest.raises(RoadsteadError) as caught:
        check_size(nodes, estimate, most)
    (fault,) = caught.value.faults
    assert fault.code == "RS-F533"
    return str(fault)


def test_what_fits_is_let_through():
    check_size((1, 3, 6), estimate, Need(100.0, 20.0))


@given(st.integers(4, 5000), st.floats(1.0, 5e4), st.floats(1.0, 1e5))
def test_the_size_that_is_named_fits_and_one_more_does_not(total: int, memory: float, time: float):
    most, asked = Need(memory, time), widths(total, 4)
    if estimate(total).within(most):
        check_size(asked, estimate, most)
        return
    told = refused(asked, most)
    if "not even one node in every stage" in told:
        assert not estimate(4).within(most)
        return
    fits = int(told.split("at most ")[1].split(" nodes")[0])
    assert estimate(fits).within(most)
    assert not estimate(fits + 1).within(most)
    assert sum(int(n) for n in told.split("for instance ")[1].split(" by stage")[0].split(", ")) == fits


def test_amounts_are_told_as_people_say_them():
    told = refused((1, 20, 400, 2000), Need(24_000.0, 600.0))
    assert "24.2 GB and 16.5 hours, where there is 24.0 GB and 10 minutes" in told
    assert "50 MB and 6 s" in refused((1, 1, 1, 2), Need(45.0, 100.0))


@given(st.integers(1, 8), st.integers(0, 3000))
def test_widths_add_up_and_never_fall(stages: int, more: int):
    total = stages + more if stages > 1 else 1
    found = widths(total, stages)
    assert sum(found) == total
    assert found[0] == 1
    assert len(found) == stages
    assert list(found) == sorted(found)


@pytest.mark.parametrize(("total", "stages"), [(2, 3), (0, 1), (3, 0)])
def test_a_tree_has_a_node_in_every_stage(total, stages):
    with pytest.raises(ValueError, match="at least one node"):
        widths(total, stages)


def test_four_stages_of_forty_nodes_triple():
    assert widths(40, 4) == (1, 3, 9, 27)
