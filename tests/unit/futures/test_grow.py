"""Growing the tree: what fires where, and the demand every node expects of the draws that fit it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.futures.events import Event, Happening, NodePlan, TreePlan
from roadstead.futures.grow import CLASS_YEAR, class_draws, grow, marginals
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.outlook.forecast import Outlook
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from roadstead.futures.grow import Grown
    from roadstead.study.study import Ready

DRAWS, YEARS = 2000, range(2027, 2037)
EVENTS = {
    name: Event(name, name, name, (), demand, "", (), 1.0, "for the test", "")
    for name, demand in (("fast", "fast"), ("slow", "slow"), ("wall", ""))
}


def outlook(seed: int = 0) -> Outlook:
    """Draws in which markets and their NEV shares rise and fall together."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.3, (DRAWS, 1, 1))
    steps = np.arange(len(YEARS))[None, None, :] + 1
    market = (
        1e5 * np.asarray([1.0, 3.0])[None, :, None] * np.exp(common + 0.02 * steps + rng.normal(0, 0.05, (DRAWS, 2, 1)))
    )
    share = 1 / (1 + np.exp(2.0 - 0.2 * steps - common - rng.normal(0, 0.1, (DRAWS, 2, 1))))
    return Outlook(("A", "B"), np.asarray(YEARS), market, share, np.asarray([0.6, 0.7]), seed, {})


def plan(*nodes: NodePlan, starts: tuple[int, ...] = (2027, 2029, 2032)) -> TreePlan:
    depth: dict[str, int] = {}
    for node in nodes:
        depth[node.node_id] = depth.get(node.parent, -1) + 1
    return TreePlan(starts, 2036, nodes, tuple(depth[n.node_id] for n in nodes))


def wall_and_pace(wall: float, fast: float) -> TreePlan:
    """A wall or none in 2029, fast, slow or middling demand in 2032; a fifth is middling everywhere."""

    def pace(parent: str) -> tuple[NodePlan, ...]:
        return (
            NodePlan(f"{parent} fast", parent, fast, ("fast",), "fast"),
            NodePlan(f"{parent} slow", parent, 0.8 - fast, ("slow",), "slow"),
            NodePlan(f"{parent} middling", parent, 0.2, (), "middling"),
        )

    return plan(
        NodePlan("today", "", 1.0, (), "today"),
        NodePlan("wall", "today", wall, ("wall",), "wall"),
        NodePlan("open", "today", 1.0 - wall, (), "open"),
        *pace("wall"),
        *pace("open"),
    )


def grown(wall: float = 0.3, fast: float = 0.5) -> Grown:
    return grow(wall_and_pace(wall, fast), EVENTS, outlook())


def test_events_are_inherited_with_the_node_they_fired_at():
    tree = grown().tree
    at = {name: n for n, name in enumerate(("today", "wall", "open"))}
    found = grown()
    assert found.happened[0] == ()
    wall_fast, wall = 3, Happening("wall", 1, 2029, NEVER)
    assert found.happened[at["wall"]] == (wall,)
    assert found.happened[wall_fast] == (wall, Happening("fast", wall_fast, 2032, NEVER))
    assert found.begun(wall_fast) == ("fast",)
    assert found.demand[wall_fast] == "fast"
    assert found.demand[at["open"]] == ""
    assert tree.state[0] == "today"
    assert tree.state[wall_fast] == "wall+fast"
    assert [int(tree.start[n]) for n in history(tree, wall_fast)] == [2027, 2029, 2032]
    assert [int(tree.years[n]) for n in history(tree, wall_fast)] == [2, 3, 5]


@settings(max_examples=30)
@given(wall=st.floats(0.05, 0.95), fast=st.floats(0.05, 0.75))
def test_marginals_are_what_the_paths_say(wall: float, fast: float):
    found = marginals(grow(wall_and_pace(wall, fast), EVENTS, outlook()))
    assert found == pytest.approx({"wall": wall, "fast": fast, "slow": 0.8 - fast})


@settings(max_examples=30)
@given(fast=st.floats(0.05, 0.75))
def test_classes_have_the_shares_of_the_tree(fast: float):
    found = grow(wall_and_pace(0.4, fast), EVENTS, outlook())
    chosen = class_draws(found.tree, found.demand, outlook())
    assert chosen[""].all()
    assert chosen["fast"].mean() == pytest.approx(fast, abs=1.0 / DRAWS)
    assert chosen["slow"].mean() == pytest.approx(0.8 - fast, abs=1.0 / DRAWS)
    assert not (chosen["fast"] & chosen["slow"]).any()


def test_stated_shares_hold_where_the_paths_say_something_else():
    certain = plan(
        NodePlan("today", "", 1.0, (), "today"), NodePlan("f", "today", 1.0, ("fast",), "f"), starts=(2027, 2032)
    )
    whole = grow(certain, EVENTS, outlook())
    half = grow(replace(certain, shares={"fast": 0.5, "slow": 0.5}), EVENTS, outlook())
    chosen = class_draws(half.tree, half.demand, outlook(), {"fast": 0.5, "slow": 0.5})
    assert chosen["fast"].mean() == pytest.approx(0.5, abs=1.0 / DRAWS)
    assert (half.nev_share[1] >= whole.nev_share[1] - 1e-12).all()
    assert half.nev_share[1].sum() > whole.nev_share[1].sum()


def test_fast_draws_are_those_with_most_electric_cars():
    found, drawn = grown(), outlook()
    chosen = class_draws(found.tree, found.demand, drawn)
    at = list(YEARS).index(CLASS_YEAR)
    units = (drawn.market[:, :, at] * drawn.nev_share[:, :, at]).sum(1)
    middle = ~chosen["fast"] & ~chosen["slow"]
    assert units[chosen["slow"]].max() <= units[middle].min()
    assert units[middle].max() <= units[chosen["fast"]].min()


@settings(max_examples=30)
@given(wall=st.sampled_from([0.1, 0.25, 0.5, 0.9]), fast=st.sampled_from([0.1, 0.3, 0.5, 0.7]))
def test_what_nodes_expect_averages_to_what_is_expected(wall: float, fast: float):
    """The law of total expectation, in every market and year, of cars and of electric cars."""
    found, drawn = grow(wall_and_pace(wall, fast), EVENTS, outlook()), outlook()
    tree, probability = found.tree, node_probability(found.tree)
    electric = drawn.market * drawn.nev_share
    for t, year in enumerate(YEARS):
        here = [n for n in range(tree.count) if tree.start[n] <= year < tree.start[n] + tree.years[n]]
        assert probability[here].sum() == pytest.approx(1.0)
        cars = probability[here] @ found.market[here, :, t]
        nev = probability[here] @ (found.market[here, :, t] * found.nev_share[here, :, t])
        assert cars == pytest.approx(drawn.market[:, :, t].mean(0), rel=1e-9)
        assert nev == pytest.approx(electric[:, :, t].mean(0), rel=1e-9)


def test_nodes_before_the_class_shows_expect_all_draws():
    found, drawn = grown(), outlook()
    for n in range(3):
        assert found.market[n] == pytest.approx(drawn.market.mean(0))
    assert (found.market[3] > found.market[0]).all()
    assert (found.market[4] < found.market[0]).all()


def test_nothing_fires_in_a_tree_of_one_node():
    found = grow(plan(NodePlan("today", "", 1.0, (), "today"), starts=(2027,)), {}, outlook())
    assert found.tree.count == 1
    assert leaves(found.tree) == (0,)
    assert marginals(found) == {}
    assert found.market[0] == pytest.approx(outlook().market.mean(0))


def test_the_starter_cases_events_are_as_likely_as_its_author_thinks(starter_ready: Ready):
    study = starter_ready.study
    implied = marginals(starter_ready.grown)
    assert implied == pytest.approx({name: event.probability for name, event in study.events.items()})
