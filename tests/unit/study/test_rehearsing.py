"""The grown starter case on fresh paths: what they are, and that plans are tried on them as they are on the tree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from margins import margin_check

from roadstead.footprint.dispatch import no_new
from roadstead.footprint.solve import Effort
from roadstead.futures.evaluate import evaluate, node_years
from roadstead.futures.growth.fan import drawn, fan_of, walked
from roadstead.playbook import yardsticks
from roadstead.playbook.rehearse import Policy
from roadstead.study.progress import Quiet
from roadstead.study.rehearsing import Rehearsal, Size, rehearsal
from roadstead.study.silence import solver_silenced

if TYPE_CHECKING:
    from roadstead.footprint.solve import Solved
    from roadstead.futures.growth.from_paths import Source
    from roadstead.study.study import Ready

EFFORT = Effort(gap=0.01, seconds=60.0, workers=1)


@pytest.fixture(scope="module")
def ways(ready: Ready, grown_plan: Solved) -> tuple[Policy, ...]:
    tree, prospect = ready.grown.tree, ready.evaluation.prospect
    plan = grown_plan.plan.decisions
    with solver_silenced():
        alone = yardsticks.export_only(tree, prospect, EFFORT).plan.decisions
    standing = Policy("standing", no_new(tree, prospect))
    return Policy("plan", plan), standing, Policy("export_only", alone, abroad=False)


@pytest.fixture(scope="module")
def rehearsed(ready: Ready, ways: tuple[Policy, ...]) -> Rehearsal:
    with solver_silenced():
        return rehearsal(ready, ways, Size(50, 6), EFFORT, Quiet())


def test_the_trees_own_paths_end_at_its_leaves(source: Source):
    """So decisions are taken as often as the tree has them taken."""
    told = source.told(0, source.plan.paths)
    assert (walked(source, told)[:, -1] == source.found.leaf).all()


def test_a_fresh_path_is_the_same_whoever_draws_it(source: Source):
    first = source.plan.paths
    many, one = source.told(first, 40), source.told(first + 17, 1)
    assert (many.level[17] == one.level[0]).all()
    assert many.draw[17] == one.draw[0]
    assert (many.factors.battery[17] == one.factors.battery[0]).all()
    assert (many.factors.rates[17] == one.factors.rates[0]).all()
    assert (walked(source, many)[17] == walked(source, one)[0]).all()


def test_fresh_paths_have_the_means_of_the_trees(source: Source):
    told = source.told(source.plan.paths, 20_000)
    assert told.factors.battery.mean(axis=0) == pytest.approx(1.0, abs=0.01)
    assert told.factors.rates.mean(axis=(0, 1)) == pytest.approx(1.0, abs=0.01)
    held = (told.level >= 0).mean(axis=0)
    assert held == pytest.approx(source.found.in_force_paths, abs=0.02)


def test_a_path_of_the_fan_holds_what_it_does_itself(source: Source):
    paths = source.told(source.plan.paths, 30)
    fan = fan_of(source, paths)
    years, outlook = node_years(fan), source.world.outlook
    assert fan.names[0] == source.grown.names[0]
    assert (fan.market[0] == source.grown.market[0]).all()
    depth = len(source.plan.starts) - 1
    ids = [set(names) for names in source.ids]
    for node, year in zip(years.node.tolist(), years.year.tolist(), strict=True):
        if node == 0:
            continue
        path, t = (node - 1) // depth, year - fan.tree.first_year
        assert (fan.market[node] == outlook.market[paths.draw[path]]).all()
        assert fan.climate is not None
        assert fan.climate.battery[node, t] == paths.factors.battery[path, t]
        held = {one.event for one in fan.happened[node] if one.holds(year)}
        shown = {source.ids[e][level] for e, level in enumerate(paths.level[path, t].tolist()) if level >= 0}
        assert held & set().union(*ids) == shown


def test_rivals_answer_the_prices_of_the_nodes_a_path_is_at(source: Source):
    count = node_years(source.grown).count
    own = {"BRA": np.arange(float(count))[:, None]}
    found = drawn(source, source.plan.paths, 4, own)
    assert found.answered is not None
    node, year = node_years(source.grown).node, node_years(source.grown).year
    mine = node_years(found.grown)
    rows = found.answered["BRA"][:, 0].astype(int)
    assert (node[rows] == found.at[mine.node]).all()
    assert (year[rows] == mine.year).all()


def test_foresight_is_no_worse_than_any_plan_and_the_plan_beats_standing_still(rehearsed: Rehearsal):
    seen = rehearsed.foreseen
    assert seen is not None
    looked = np.concatenate(seen.looked)
    assert len(looked) == 6
    assert (rehearsed.rehearsed.npv[looked, :2] <= seen.bound[looked, None] + 1.0).all()
    plan, standing, alone = rehearsed.outcomes
    assert plan.regret is not None
    assert standing.regret is not None
    assert plan.regret.value < standing.regret.value
    assert plan.mean.value > standing.mean.value
    assert plan.tail.value < plan.low < plan.middle < plan.high
    assert plan.beats is not None
    assert plan.beats.value > 0.8
    assert alone.beats is None
    assert all(one.keeps == 1.0 for one in rehearsed.outcomes)


def test_parts_and_workers_change_nothing(ready: Ready, ways: tuple[Policy, ...], rehearsed: Rehearsal):
    with solver_silenced():
        again = rehearsal(ready, ways, Size(8, 0), replace(EFFORT, workers=2), Quiet())
    assert again.foreseen is None
    assert again.rehearsed.npv == pytest.approx(rehearsed.rehearsed.npv[:8], rel=1e-6)


def test_fresh_paths_priced_together_earn_what_each_does_alone(source: Source):
    """Laws that paths share are looked at once, and nothing is taken from a path beside it."""
    count = 12
    fresh = drawn(source, source.plan.paths, count)
    together = fresh.fan()
    for i in range(count):
        alone, mine = fresh.of([i]).fan().prospect, together.of([i]).prospect
        assert (alone.arcs.allowed == mine.arcs.allowed).all()
        assert alone.arcs.margin == pytest.approx(mine.arcs.margin, rel=1e-12, abs=1e-9)
        assert alone.resources.free == pytest.approx(mine.resources.free, rel=1e-12)
        assert alone.resources.fixed == pytest.approx(mine.resources.fixed, rel=1e-12)
        for width, price in (("width", "price"), ("group_width", "group_price")):
            sold = getattr(alone.demand, width)
            segments = sold.shape[-1]  # others may be cut into more, which are of no width here
            assert sold == pytest.approx(getattr(mine.demand, width)[..., :segments], rel=1e-9, abs=1e-9)
            assert not getattr(mine.demand, width)[..., segments:].any()
            assert getattr(alone.demand, price) == pytest.approx(getattr(mine.demand, price)[..., :segments], rel=1e-9)


def test_every_margin_of_a_fresh_path_is_the_sum_of_bars_worked_out_by_themselves(source: Source):
    """One node-year after another, each supply by itself, as the question "why?" is answered."""
    fresh = drawn(source, source.plan.paths, 12)
    found = evaluate(fresh.grown, fresh.costing, fresh.rulebook, fresh.grown.events)
    allowed = np.argwhere(found.prospect.arcs.allowed)
    looked = allowed[np.random.default_rng(1).choice(len(allowed), 300, replace=False)]
    assert len({bars.rulebook.state for bars in found.ledger.circumstances}) > 10
    assert max(abs(margin_check(found, int(a), int(y))) for y, a in looked) < 1e-9
