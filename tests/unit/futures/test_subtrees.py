"""Parts of a tree as problems of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from prospects import invented
from walls import wall_or_no_wall

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch, no_new
from roadstead.futures.axes import arrays
from roadstead.futures.subtrees import mean_path, with_futures
from roadstead.futures.tree import leaves, node_probability


@pytest.mark.parametrize("seed", range(6))
def test_parts_add_up_to_the_whole(seed: int):
    """Of a plan that does nothing, the value is the mean of its values in the parts, whatever they are."""
    made = invented(seed)
    likely, ends = node_probability(made.tree), leaves(made.tree)

    def value(part: tuple[int, ...]) -> float:
        tree, prospect = with_futures(made.tree, made.prospect, part)
        return certify(tree, prospect, dispatch(tree, prospect, no_new(tree, prospect))).value

    whole = value(ends)
    assert whole == pytest.approx(
        certify(made.tree, made.prospect, dispatch(made.tree, made.prospect, no_new(made.tree, made.prospect))).value
    )
    for at in range(1, len(ends)):
        parts = (ends[:at], ends[at:])
        assert sum(likely[list(part)].sum() * value(part) for part in parts) == pytest.approx(whole)


def test_all_futures_are_the_problem_itself():
    made = invented(3)
    tree, prospect = with_futures(made.tree, made.prospect, leaves(made.tree))
    for name in ("parent", "start", "years", "branch_probability"):
        assert np.allclose(getattr(tree, name), getattr(made.tree, name))
    for name, array in arrays(made.prospect).items():
        assert np.array_equal(arrays(prospect)[name], array), name


def test_an_impossible_future_is_left_out():
    tree, prospect = wall_or_no_wall()
    certain = replace(tree, branch_probability=np.asarray([1.0, 1.0, 0.0]))
    part, _ = with_futures(certain, prospect, (1, 2))
    assert part.name == ("today", "wall")
    alone, _ = with_futures(certain, prospect, (2,))
    assert alone.name == ("today", "open")


def test_the_mean_of_the_wall():
    """Half of 1,200 and 500 for a car of the plant; what half of the futures forbid is forbidden."""
    tree, prospect = wall_or_no_wall()
    found = mean_path(tree, prospect)
    assert found is not None
    path, mean = found
    assert path.start.tolist() == [2027, 2029]
    assert path.years.tolist() == [2, 3]
    assert mean.node_years.node.tolist() == [0, 0, 1]
    assert mean.node_years.span.tolist() == [1, 1, 3]
    assert mean.arcs.margin.tolist() == [[1000.0, 500.0], [1000.0, 500.0], [1000.0, 850.0]]
    assert mean.arcs.allowed.tolist() == [[True, True], [True, True], [False, True]]
    likelier = replace(tree, branch_probability=np.asarray([1.0, 0.25, 0.75]))
    tilted = mean_path(likelier, prospect)
    assert tilted is not None
    assert tilted[1].arcs.margin[2].tolist() == [1000.0, 675.0]
    assert tilted[1].arcs.allowed[2].tolist() == [True, True]


def test_a_mean_price_weighs_the_cars_it_is_paid_for():
    """2,000 cars at 30 behind the wall and 6,000 at 10 elsewhere: 15 a car; a segment that nobody has keeps its plain mean."""
    tree, prospect = wall_or_no_wall()
    width, price = np.zeros((4, 1, 2)), np.zeros((4, 1, 2))
    width[2, 0], width[3, 0] = [2000.0, 0.0], [6000.0, 0.0]
    price[2, 0], price[3, 0] = [30.0, 8.0], [10.0, 4.0]
    width[:2, 0], price[:2, 0] = [1000.0, 0.0], [5.0, 0.0]
    demand = replace(prospect.demand, width=width, price=price)
    found = mean_path(tree, replace(prospect, demand=demand))
    assert found is not None
    assert found[1].demand.width[2, 0].tolist() == [4000.0, 0.0]
    assert found[1].demand.price[2, 0].tolist() == [15.0, 6.0]


def test_futures_out_of_step_have_no_mean():
    tree, prospect = wall_or_no_wall()
    years = replace(prospect.node_years, year=np.asarray([2027, 2028, 2029, 2030]), span=np.asarray([1, 1, 3, 2]))
    assert mean_path(tree, replace(prospect, node_years=years)) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_mean_is_a_problem(seed: int):
    """One path, its prices falling as those of the futures do."""
    made = invented(seed)
    found = mean_path(made.tree, made.prospect)
    if found is None:
        return
    path, mean = found
    assert path.count == len(np.unique(made.tree.start))
    assert certify(path, mean, dispatch(path, mean, no_new(path, mean))).worst_violation < 1e-6
