"""What the plan is held against: standing still, the announced programme, exports alone, the plan for one future."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import invented

from roadstead.footprint.dispatch import no_new
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.tree import ScenarioTree, leaves, node_probability
from roadstead.playbook import yardsticks
from roadstead.playbook.leaving_out import flipped_markets, lost_markets
from roadstead.playbook.reading import path_values

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.playbook.reading import Reading
    from roadstead.study.study import Run

EXACT = Effort(gap=0.0)


def test_the_plan_is_no_worse_than_anything_it_is_held_against(book: Book, starter_run: Run):
    """By no more than what is unproven of it."""
    assert [c.key for c in book.comparisons] == ["plan", "standing", "announced", "export_only", "central"]
    npv = {c.key: c.npv for c in book.comparisons}
    for c in book.comparisons:
        assert c.plan_is_better_by == pytest.approx(npv["plan"] - c.npv, abs=1.0)
        assert c.plan_is_better_by >= -starter_run.solved.unproven
    assert npv["plan"] == starter_run.solved.certificate.value
    assert npv["standing"] == starter_run.solved.standing


def test_futures_average_to_the_comparisons(book: Book):
    for c in book.comparisons:
        mine = [f for f in book.futures if f.key == c.key]
        assert sum(f.probability for f in mine) == pytest.approx(1.0)
        assert sum(f.probability * f.npv for f in mine) == pytest.approx(c.npv)
        assert c.worst == min(f.npv for f in mine)


def test_futures_are_named_by_their_path(book: Book, reading: Reading):
    names = {f.leaf: f.name.en for f in book.futures}
    assert set(names) == set(leaves(reading.tree))
    assert len(set(names.values())) == len(names)
    assert all(name.count("›") == 1 for name in names.values())


def test_standing_commits_to_nothing():
    made = invented(1)
    found = yardsticks.standing(made.tree, made.prospect)
    d = found.plan.decisions
    assert not any(part.any() for part in (d.commit, d.close, d.build, d.retire))
    assert found.certificate.capital == 0.0
    assert found.certificate.value == solve(made.tree, made.prospect, EXACT).standing


def test_a_programme_is_carried_out_where_its_year_lies():
    """Committed to in 2029 means in every node that runs in 2029, and nowhere else."""
    made = invented(1)
    option = made.prospect.labels.option.index("plant 2")
    found = yardsticks.announced(made.tree, made.prospect, {"plant 2": (2029, 2.0)})
    ran = (made.tree.start <= 2029) & (made.tree.start + made.tree.years > 2029)
    assert 0 < ran.sum() < made.tree.count
    assert found.plan.decisions.commit[:, option].tolist() == ran.astype(float).tolist()
    assert (
        found.plan.decisions.build[:, made.prospect.labels.resource.index("plant 2")].tolist() == (2.0 * ran).tolist()
    )
    assert found.plan.decisions.commit.sum() == ran.sum()


@pytest.mark.parametrize("seed", range(6))
def test_exports_alone_leave_every_line_out(seed: int):
    """No car from a line, no cost of one, no commitment to one; markets may be entered."""
    made = invented(seed)
    p = made.prospect
    found = yardsticks.export_only(made.tree, p, EXACT)
    abroad = p.arcs.supply > 0
    lines = [i for i, name in enumerate(p.labels.option) if not name.startswith("enter")]
    assert found.plan.flows.flow[:, abroad].sum() == 0.0
    assert found.plan.decisions.commit[:, lines].sum() == found.plan.decisions.close[:, lines].sum() == 0.0
    assert found.plan.flows.short.sum() == 0.0
    bare = yardsticks.without_lines(p)
    assert bare.options.fixed[:, lines].sum() == 0.0
    assert bare.resources.existing.sum() == bare.resources.fixed.sum() == 0.0


def test_a_line_that_serves_nothing_is_left_out_too():
    """Its cost would otherwise stay with a maker that is said to have no line."""
    made = invented(4)
    p = made.prospect
    mute = p.labels.option.index("operating 2")
    keep = p.arcs.supply_option != mute
    assert not keep.all()
    assert yardsticks.without_lines(p).options.fixed[:, mute].sum() == 0.0
    assert (yardsticks.without_lines(p).options.opens[: len(p.labels.supply) - 1] > made.tree.last_year).all()


def test_the_plan_for_one_future_is_carried_out_in_all():
    """What its one path decides in a year, every node that begins in that year decides."""
    made = invented(1)
    tree, p = made.tree, made.prospect
    starts = sorted(set(tree.start.tolist()))
    length = [int(tree.years[tree.start == s][0]) for s in starts]
    path = ScenarioTree(
        np.arange(-1, len(starts) - 1), np.asarray(starts), np.asarray(length), np.ones(len(starts)),
        tuple("abcdef"[: len(starts)]), ("",) * len(starts),
    )  # fmt: skip
    d = no_new(path, p)
    plant, row = p.labels.option.index("plant 2"), p.labels.resource.index("plant 2")
    d.commit[1, plant], d.build[1, row] = 1.0, 2.0
    found = yardsticks.central(tree, p, path, d)
    begins = (tree.start == starts[1]).astype(float)
    assert found.plan.decisions.commit[:, plant].tolist() == begins.tolist()
    assert found.plan.decisions.build[:, row].tolist() == (2 * begins).tolist()
    probability = node_probability(tree)
    by_path = path_values(tree, found.certificate.by_node)
    assert sum(probability[leaf] * by_path[leaf] for leaf in by_path) == pytest.approx(found.certificate.value)


def test_markets_flip_only_between_different_plans(reading: Reading, starter_run: Run):
    """A plan serves no market by another line than itself; what is gained one way round is lost the other."""
    solved, evaluation = starter_run.solved, reading.evaluation
    for line in evaluation.ledger.lines:
        assert flipped_markets(evaluation, solved, solved, line.line_id) == ()
        assert lost_markets(evaluation, solved, solved, line.line_id) == ()


def test_a_market_flips_where_another_line_serves_it_most(reading: Reading, starter_run: Run):
    """All cars of Brazil's kit line taken off: the market is no longer the line's."""
    from dataclasses import replace

    solved, evaluation = starter_run.solved, reading.evaluation
    flow = solved.plan.flows.flow.copy()
    kits = [a for a, key in enumerate(evaluation.ledger.arcs) if key.line == "bahia"]
    assert flow[:, kits].sum() > 0
    flow[:, kits] = 0.0
    without = replace(solved, plan=replace(solved.plan, flows=replace(solved.plan.flows, flow=flow)))
    assert flipped_markets(evaluation, without, solved, "bahia") == ("BRA",)
    assert lost_markets(evaluation, solved, without, "bahia") == ("BRA",)
