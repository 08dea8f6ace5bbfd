"""A relaxation that begins where a neighbour's ended comes to the same end, sooner; and what one look says holds of an exact search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from prospects import invented

from roadstead.footprint.extensive import WarmProgram
from roadstead.footprint.formulation import formulate
from roadstead.footprint.glimpse import Near, glimpse
from roadstead.footprint.linking import cut_rows, tighten
from roadstead.footprint.nearby import ended
from roadstead.footprint.plan import Pin
from roadstead.footprint.program import tightened
from roadstead.footprint.solve import Effort, Proof, solve
from roadstead.futures.accounts import Tails
from roadstead.futures.tree import leaves, node_probability
from roadstead.playbook.questions import Problem
from roadstead.terms.errors import RoadsteadError

SEEDS = range(6)


def planned(seed):
    made = invented(seed)
    solved = solve(made.tree, made.prospect, Effort(gap=0.02))
    assert isinstance(solved.proof, Proof)
    where = ended(made.tree, made.prospect, solved.proof.pins, solved.proof.cuts, solved.basis)
    return made.tree, made.prospect, solved, where


def known_to_end_in(tree, prospect, solved, ends):
    return Problem(tree, prospect, solved.plan.decisions, ends=tuple(ends))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_problem_itself_begins_just_where_it_ended(seed):
    tree, prospect, solved, where = planned(seed)
    whole = formulate(tree, prospect, solved.proof.pins)
    matrix = tightened(whole.program, cut_rows(prospect, whole.columns, solved.proof.cuts)).matrix
    found = where.basis(whole.columns, matrix)
    np.testing.assert_array_equal(found.column, solved.basis.column)
    np.testing.assert_array_equal(found.row, solved.basis.row)


def relaxed(tree, prospect, cuts, begin):
    whole = formulate(tree, prospect)
    warm = WarmProgram(replace(whole.program, whole=np.zeros_like(whole.program.whole)))
    answer, _ = tighten(prospect, whole.columns, warm, cuts, begin)
    return answer.bound, warm._solver.getInfo().simplex_iteration_count


def test_a_problem_of_fewer_futures_ends_where_it_would_from_nothing():
    for seed in SEEDS:
        tree, prospect, solved, where = planned(seed)
        for ends in (leaves(tree)[:1], leaves(tree)[1:], leaves(tree)[: len(leaves(tree)) // 2 + 1]):
            if not node_probability(tree)[list(ends)].sum() > 0.0:
                continue
            part = known_to_end_in(tree, prospect, solved, ends)
            cuts = part.of_cuts(solved.proof.cuts)
            fewer, kept, _ = part.posed()
            near, _ = relaxed(fewer, kept, cuts, part.of_ended(where))
            alone, _ = relaxed(fewer, kept, cuts, None)
            assert near == pytest.approx(alone, rel=1e-3, abs=1e-6)  # cuts found on the way differ


def test_it_begins_nearer_than_from_nothing():
    """All pinned problems of the bundled kind together: fewer steps of the simplex, whatever the machine."""
    near = alone = 0
    for seed in SEEDS:
        tree, prospect, solved, where = planned(seed)
        whole = formulate(tree, prospect, (Pin("option", 0, do=False),))
        stated = replace(whole.program, whole=np.zeros_like(whole.program.whole))
        for begin in (where, None):
            warm = WarmProgram(stated)
            warm.add_rows(cut_rows(prospect, whole.columns, solved.proof.cuts))
            if begin is not None:
                warm.begin_at(begin.basis(whole.columns, warm.program.matrix))
            warm.solve()
            steps = warm._solver.getInfo().simplex_iteration_count
            near, alone = near + steps * (begin is not None), alone + steps * (begin is None)
    assert near < alone / 2


def test_families_of_other_shapes_have_no_beginning_there():
    tree, prospect, _, where = planned(0)
    part = where.among(np.asarray([0]), np.flatnonzero(prospect.node_years.node == 0))
    whole = formulate(tree, prospect)
    assert part.basis(whole.columns, whole.program.matrix) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_one_look_holds_what_an_exact_search_finds(seed):
    tree, prospect, solved, where = planned(seed)
    for ends in (leaves(tree)[:1], leaves(tree)):
        part = known_to_end_in(tree, prospect, solved, ends)
        fewer, kept, start = part.posed()
        near = Near(start, part.of_cuts(solved.proof.cuts), part.of_ended(where))
        for pins in ((), (Pin("option", 0, do=False),)):
            exact = solve(fewer, kept, Effort(gap=0.0), pins=pins).certificate.value
            seen = glimpse(fewer, kept, pins, near)
            off = 1e-6 * abs(exact)
            assert seen.bound >= exact - off
            assert seen.value is not None
            assert seen.value <= exact + off


def test_what_cannot_be_kept_has_no_bound():
    tree, prospect, solved, where = planned(0)
    must = (Pin("option", 0, do=True, by=tree.first_year), Pin("option", 0, do=False))
    with pytest.raises(RoadsteadError, match="RS-F503"):
        solve(tree, prospect, Effort(gap=0.0), pins=must)
    seen = glimpse(tree, prospect, must, Near(solved.plan.decisions, solved.proof.cuts, where))
    assert (seen.value, seen.bound) == (None, float("-inf"))


def test_a_look_does_not_weigh_tails():
    tree, prospect, solved, where = planned(0)
    weighed = replace(prospect, tails=Tails(np.asarray([0.5]), np.asarray([0.4])))
    with pytest.raises(ValueError, match="tails"):
        glimpse(tree, weighed, (), Near(solved.plan.decisions, solved.proof.cuts, where))
