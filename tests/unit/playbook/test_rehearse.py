"""Policies on fresh paths: exact on paths of the tree itself, without a look at what comes later, never better than foresight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prospects import Invented, changed, invented, ruled

from roadstead.footprint.dispatch import no_new
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.growth.fan import Fan, fan_tree, walk
from roadstead.futures.subtrees import of_nodes
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.playbook import yardsticks
from roadstead.playbook.reading import path_values
from roadstead.playbook.rehearse import (
    Foreseen,
    Policy,
    Rehearsed,
    carried,
    foresee,
    foresight,
    mean,
    outcomes,
    regret,
    rehearse,
    side_by_side,
    tail,
)

if TYPE_CHECKING:
    from roadstead.footprint.dispatcher import Dispatcher
    from roadstead.footprint.solve import Solved

EXACT = Effort(gap=0.0)
SEEDS = range(8)


@dataclass(frozen=True)
class Open:
    """A fan that is worked out already."""

    known: Fan

    @property
    def paths(self) -> int:
        return self.known.paths

    def fan(self) -> Fan:
        return self.known


def alike(seed: int) -> Invented:
    """An invented prospect in which a module keeps as much wherever it is ordered, as in one that is worked out of facts."""
    made = invented(seed)
    salvage = made.prospect.resources.salvage
    return changed(made, "resources", salvage=np.broadcast_to(salvage.max(0), salvage.shape).copy())


@lru_cache
def best(seed: int) -> Solved:
    made = alike(seed)
    return solve(made.tree, made.prospect, EXACT)


def own_paths(made: Invented) -> Fan:
    """The tree's own paths as a fan, each as likely as its leaf."""
    tree, ends = made.tree, leaves(made.tree)
    below = [history(tree, leaf)[1:] for leaf in ends]
    nodes = np.asarray([0, *(n for path in below for n in path)])
    first = [0, *below[0]]
    fan = fan_tree(tree.start[first], tree.years[first], node_probability(tree)[list(ends)])
    return Fan(fan, of_nodes(made.prospect, nodes), nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_its_own_paths_a_plan_is_worth_what_the_tree_says(seed: int):
    made, plan = alike(seed), best(seed)
    fan = own_paths(made)
    npv, keeps = carried(fan, Policy("plan", plan.plan.decisions))
    assert keeps.all()
    assert npv == pytest.approx(list(path_values(made.tree, plan.certificate.by_node).values()), rel=1e-9)
    weight = node_probability(made.tree)[list(leaves(made.tree))]
    assert weight @ npv == pytest.approx(plan.certificate.expected, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_standing_and_exports_alone_are_too(seed: int):
    made = alike(seed)
    fan, weight = own_paths(made), node_probability(made.tree)[list(leaves(made.tree))]
    alone = yardsticks.export_only(made.tree, made.prospect, EXACT)
    npv, _ = carried(fan, Policy("export_only", alone.plan.decisions, abroad=False))
    assert weight @ npv == pytest.approx(alone.certificate.expected, rel=1e-9)
    npv, _ = carried(fan, Policy("standing", no_new(made.tree, made.prospect)))
    assert weight @ npv == pytest.approx(best(seed).standing, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_of_a_fan_are_worth_what_they_are_in_the_whole(seed: int):
    fan, policy = own_paths(alike(seed)), Policy("plan", best(seed).plan.decisions)
    whole, _ = carried(fan, policy)
    alone = [carried(fan.of([i]), policy)[0][0] for i in range(fan.paths)]
    assert alone == pytest.approx(whole.tolist(), rel=1e-9)
    some, _ = carried(fan.of([fan.paths - 1, 0]), policy)
    assert some == pytest.approx(whole[[-1, 0]], rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_foresight_is_no_worse_than_any_policy_on_any_path(seed: int):
    made = alike(seed)
    fan = own_paths(made)
    policies = [
        Policy("plan", best(seed).plan.decisions),
        Policy("standing", no_new(made.tree, made.prospect)),
        Policy("export_only", yardsticks.export_only(made.tree, made.prospect, EXACT).plan.decisions, abroad=False),
    ]
    for i in range(fan.paths):
        alone = fan.of([i])
        found, bound = foresight(alone.tree, alone.prospect, EXACT)
        assert found <= bound
        for policy in policies[:2]:
            assert carried(alone, policy)[0][0] <= bound + 1.0


def test_what_a_case_asks_is_kept_path_by_path():
    """A policy that must break what is asked on one path is valued as asked on the others."""
    made = next(one for one in map(ruled, range(40)) if len(leaves(one.tree)) > 2)
    free = yardsticks.unasked(made.prospect)
    fan = own_paths(Invented(made.tree, free))
    standing = Policy("standing", no_new(made.tree, made.prospect))
    before, keeps = carried(fan, standing)
    assert keeps.all()
    least = np.zeros_like(free.demand.least)
    last = np.flatnonzero(fan.prospect.node_years.node == fan.tree.count - 1)
    least = np.zeros_like(fan.prospect.demand.least)
    least[last] = 1e9
    asked = replace(fan, prospect=replace(fan.prospect, demand=replace(fan.prospect.demand, least=least)))
    npv, keeps = carried(asked, standing)
    assert keeps.tolist() == [True] * (fan.paths - 1) + [False]
    assert npv == pytest.approx(before, rel=1e-9)


@given(st.integers(0, 10_000), st.integers(0, 40))
def test_what_comes_later_changes_no_earlier_decision(draw: int, seed: int):
    """Non-anticipativity: other later years of a path lead to the same nodes until they begin, and to a child of where it was."""
    tree = invented(seed).tree
    rng = np.random.default_rng(draw)
    years = tree.last_year - tree.first_year + 1
    nodes, paths = rng.normal(size=(tree.count, years, 3)), rng.normal(size=(20, years, 3))
    at = walk(tree, nodes, paths)
    assert (tree.parent[at[:, 1:]] == at[:, :-1]).all()
    assert set(at[:, -1]) <= set(leaves(tree))
    for stage in range(1, at.shape[1]):
        begin = int(tree.start[at[0, stage]]) - tree.first_year
        other = paths.copy()
        other[:, begin:] = 10.0 * rng.normal(size=other[:, begin:].shape)
        assert (walk(tree, nodes, other)[:, :stage] == at[:, :stage]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_that_does_as_a_leaf_does_is_at_its_nodes(seed: int):
    tree = invented(seed).tree
    rng = np.random.default_rng(seed)
    nodes = rng.normal(size=(tree.count, tree.last_year - tree.first_year + 1, 2))
    ends = leaves(tree)
    paths = np.zeros((len(ends), *nodes.shape[1:]))
    for i, leaf in enumerate(ends):
        for n in history(tree, leaf):
            here = slice(int(tree.start[n]) - tree.first_year, int(tree.start[n] + tree.years[n]) - tree.first_year)
            paths[i, here] = nodes[n, here]
    assert walk(tree, nodes, paths).tolist() == [list(history(tree, leaf)) for leaf in ends]


def foresee_both(parts: list[Open], whole: Rehearsed):
    """What is found and its bound, path by path."""
    seen = foresee(parts, whole, (100, 1), EXACT)
    return seen.npv, seen.bound


def test_workers_and_parts_change_nothing():
    made, plan = alike(3), best(3)
    fan = own_paths(made)
    policies = [Policy("plan", plan.plan.decisions), Policy("standing", no_new(made.tree, made.prospect))]
    whole = rehearse([Open(fan)], policies)
    parts = rehearse([Open(fan.of([i])) for i in range(fan.paths)], policies)
    assert parts.npv == pytest.approx(whole.npv, rel=1e-9)
    assert parts.weight == pytest.approx(np.full(fan.paths, 1.0 / fan.paths))
    seen = [foresee([Open(fan)], whole, (100, 1), EXACT) for _ in range(2)]
    assert (seen[0].npv == seen[1].npv).all()
    assert np.isfinite(seen[0].npv).sum() == sum(len(some) for some in seen[0].looked)
    halves = [Open(fan.of(half)) for half in np.array_split(np.arange(fan.paths), 2)]
    for one, other in zip((seen[0].npv, seen[0].bound), foresee_both(halves, whole), strict=True):
        assert other == pytest.approx(one, rel=1e-9, nan_ok=True)
    alone = [solve(fan.of([i]).tree, fan.of([i]).prospect, EXACT).certificate.value for i in range(fan.paths)]
    here = np.isfinite(seen[0].npv)
    assert seen[0].npv[here] == pytest.approx(np.asarray(alone)[here], rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_policies_that_decide_alike_are_looked_at_once(seed: int, monkeypatch):
    """And are worth what each is by itself."""
    made = alike(seed)
    fan, d = own_paths(made), best(seed).plan.decisions
    last = leaves(made.tree)[-1]
    build = d.build.copy()
    build[last] = 0.0
    ways = [
        Policy("plan", d),
        Policy("again", d),
        Policy("builds less", replace(d, build=build, retire=np.zeros_like(d.retire), close=np.zeros_like(d.close))),
        Policy("exports", no_new(made.tree, made.prospect), abroad=False),
        Policy("standing", no_new(made.tree, made.prospect)),
    ]
    alone = np.stack([carried(fan, way)[0] for way in ways], axis=1)
    looked: list[tuple[str, int]] = []

    def counted(fan: Fan, policy: Policy, *warm: dict[bool, Dispatcher]):
        looked.append((policy.key, fan.paths))
        return carried(fan, policy, *warm)

    monkeypatch.setattr("roadstead.playbook.rehearse.carried", counted)
    npv, keeps = side_by_side(fan, ways)
    assert keeps.all()
    assert npv == pytest.approx(alone, rel=1e-9)
    assert "again" not in dict(looked)
    assert dict(looked)["exports"] == fan.paths


def test_estimates_on_paper():
    value, weight = np.arange(1.0, 11.0), np.full(10, 0.1)
    assert mean(value, weight).value == pytest.approx(5.5)
    assert mean(value, weight).error == pytest.approx(value.std() / np.sqrt(10))
    assert tail(value, weight).value == pytest.approx(1.0)
    assert tail(value, weight, 0.3).value == pytest.approx(2.0)
    assert tail(value, weight, 0.3).error == pytest.approx(np.std([2, 1, *[0] * 8]) / np.sqrt(10) / 0.3)


def test_regret_on_paper():
    """Two strata of five, two looked at in each: 0.5 * mean(1, 3) + 0.5 * mean(0, 4)."""
    value, weight = np.zeros(10), np.full(10, 0.1)
    npv = np.full(10, np.nan)
    npv[[0, 3, 5, 9]] = 1.0, 3.0, 0.0, 4.0
    strata = (np.arange(5), np.arange(5, 10))
    found = regret(value, weight, Foreseen(strata, (np.asarray([0, 3]), np.asarray([5, 9])), npv, npv))
    assert found.value == pytest.approx(2.0)
    within = 0.25 * (2.0 / 2 + 8.0 / 2) * 0.6
    assert found.error == pytest.approx(np.sqrt(within + (0.5 * 5 + 0.5 * 8 - 4.0) / 10))


def test_regret_is_near_what_all_paths_say_and_as_far_off_as_it_says():
    """Over many draws of the sample the mean is right, and the spread of the sample's part is what is told."""
    rng = np.random.default_rng(5)
    value = rng.normal(size=400)
    best = value + 1.0 + 0.5 * value**2 + 0.3 * rng.random(400)
    weight = np.full(400, 1.0 / 400)
    order = np.argsort(value)
    strata = tuple(np.array_split(order, 20))
    found = []
    for _ in range(400):
        looked = tuple(rng.choice(some, 2, replace=False) for some in strata)
        npv = np.full(400, np.nan)
        npv[np.concatenate(looked)] = best[np.concatenate(looked)]
        found.append(regret(value, weight, Foreseen(strata, looked, npv, npv)))
    told = np.asarray([one.value for one in found])
    whole = float((best - value).mean())
    assert told.mean() == pytest.approx(whole, abs=3 * told.std() / 20)
    of_paths = float((best - value).var()) / 400
    within = np.mean([one.error**2 for one in found]) - of_paths
    assert within == pytest.approx(told.var(), rel=0.3)


def test_outcomes_side_by_side():
    npv = np.asarray([[3.0, 1.0], [2.0, 2.0], [5.0, 1.0], [0.0, 4.0]])
    rehearsed = Rehearsed(
        ("plan", "export_only"), np.full(4, 0.25), npv, np.asarray([[True, True]] * 3 + [[False, True]])
    )
    plan, other = outcomes(rehearsed, None, "export_only")
    assert plan.mean.value == pytest.approx(2.5)
    assert (plan.low, plan.middle, plan.high) == (0.0, 2.0, 5.0)
    assert plan.beats is not None
    assert plan.beats.value == pytest.approx(0.5)
    assert plan.beats.error == pytest.approx(0.25)
    assert plan.keeps == pytest.approx(0.75)
    assert other.beats is None
    assert plan.regret is None
