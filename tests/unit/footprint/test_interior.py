"""Programs on a tree solved from within, beside the simplex method; and the relaxed master."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prospects import best_plan, changed, invented
from scipy import sparse
from scipy.optimize import linprog
from tree_rows import rows_on_paths, tree_of

from benchmarks.instances import as_prospect, generate
from roadstead.footprint import master
from roadstead.footprint.elimination import TreeElimination
from roadstead.footprint.ground import ground
from roadstead.footprint.interior import Inside, Stated, walk
from roadstead.footprint.interior_master import CutsAtWork, InteriorMaster
from roadstead.footprint.master import Master
from roadstead.footprint.price_proof import bound_of
from roadstead.footprint.search import Search
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.futures.accounts import Tails

if TYPE_CHECKING:
    from roadstead.futures.tree import ScenarioTree


@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_program_on_a_tree_has_the_value_that_the_simplex_method_finds(seed: int, count: int):
    """A box around all unknowns, and rows that keep its middle."""
    rng = np.random.default_rng(seed)
    parent = tree_of(rng, count)
    node = np.repeat(np.arange(count), rng.integers(1, 4, count))
    width = len(node)
    box = sparse.vstack([sparse.identity(width), -sparse.identity(width)]).tocsr()
    others = rows_on_paths(rng, parent, node, 3 * count, 6)
    rows = sparse.vstack([box, others]).tocsr()
    least = np.concatenate(
        [np.zeros(width), -np.ones(width), others @ np.full(width, 0.5) - rng.uniform(0.01, 0.5, 3 * count)]
    )
    gain = rng.normal(size=width)
    system = TreeElimination(parent, node, box)
    system.take(others)
    begin = np.full(width, 0.5)
    slack = rows @ begin - least
    found = walk(
        Stated(gain, rows, least, np.ones(len(least))), system, Inside(begin, slack, 1.0 / slack), 1e-7, np.inf
    )
    best = linprog(-gain, A_ub=-rows, b_ub=-least, bounds=(None, None), method="highs")
    assert found.is_whole
    assert float(gain @ found.end.x) == pytest.approx(-best.fun, abs=1e-5)
    assert np.all(rows @ found.end.x >= least - 1e-8)


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees of any size are solved from within."""
    monkeypatch.setattr(master, "WITHIN", 1)


def after_rounds(search: Search, rounds: int = 4) -> None:
    """Ask about what the master proposes, round after round."""
    point = np.minimum(search.at.decided.program.ceiling, 0.25)
    for _ in range(rounds):
        search.learn(search.answers(point))
        answer = search.master.solve()
        assert answer is not None
        point = answer.point


@pytest.mark.usefixtures("within")
@pytest.mark.parametrize("seed", [0, 6, 9])
def test_rounds_from_within_find_what_the_extensive_form_finds(seed: int):
    """Of invented problems, those that may be: the plan is the best, and the proof needs no solver."""
    made, best = invented(seed), best_plan(seed)
    assert master.interior(made.tree, ground(made.tree, made.prospect, ()).decided) is not None
    found = solve(made.tree, made.prospect, Effort(gap=0.0, method="decomposition"))
    assert found.status == "Optimal"
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified >= best.certificate.value * (1 - 1e-7)


@pytest.mark.usefixtures("within")
@pytest.mark.parametrize("seed", [0, 3])
def test_from_within_the_master_has_the_value_that_the_simplex_method_finds(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Round for round: as near as was asked, never below; prices of a node's cuts add up to one."""
    tree, prospect = as_prospect(generate("tiny", seed))
    with Search(ground(tree, prospect, ()), 1) as search:
        after_rounds(search)
        near = 0.01 * search.master.solve().value
        loose, sharp = search.master.solve(near=near), search.master.solve()
        monkeypatch.setattr(search.master, "_inner", None)
        exact = search.master.solve()
    assert exact is not None
    assert exact.value * (1 - 1e-9) <= sharp.value <= exact.value * (1 + 1e-5)
    assert sharp.value <= loose.value <= exact.value + near
    assert loose.weight.sum(0) == pytest.approx(np.ones(tree.count))
    program = search.at.decided.program
    assert np.all(loose.point >= program.floor)
    assert np.all(program.matrix @ loose.point <= program.high + 1e-6)


@pytest.mark.usefixtures("within")
def test_a_walk_goes_on_from_where_the_last_one_was():
    """Fewer steps than from nothing, for cuts that take little off."""
    tree, prospect = as_prospect(generate("tiny", 1))
    with Search(ground(tree, prospect, ()), 1) as search:
        after_rounds(search, 6)
        inner = search.master._inner
        assert inner is not None
        search.master.solve(near=1e-4 * search.master._stood[2])
        again = inner.steps
        inner._been.clear()
        search.master.solve(near=1e-4 * search.master._stood[2])
    assert again < inner.steps


@pytest.mark.usefixtures("within")
def test_where_the_way_from_within_leads_nowhere_the_simplex_method_goes_on(monkeypatch: pytest.MonkeyPatch):
    """From the rows at work, and it is not asked again."""
    asked = []
    monkeypatch.setattr(InteriorMaster, "solve", lambda *_: asked.append(1))
    made, best = invented(6), best_plan(6)
    found = solve(made.tree, made.prospect, Effort(gap=0.0, method="decomposition"))
    assert asked == [1]
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)


def held_by(tree: ScenarioTree, gradient: np.ndarray) -> CutsAtWork:
    """A cut on what each node earns, and the same once more for the first."""
    node = np.append(np.arange(tree.count), 0)
    return CutsAtWork(node, np.ones(len(node)), np.full(len(node), 5.0), sparse.csr_matrix(gradient))


@pytest.mark.parametrize("lack", ["a cut for a node", "a path"])
def test_what_cannot_be_solved_from_within_is_left_to_the_simplex_method(lack: str):
    """Nodes of which nothing is known, and a cut on two branches at once."""
    tree, prospect = as_prospect(generate("tiny", 1))
    decided = ground(tree, prospect, ()).decided
    inner = master.interior(tree, decided)
    assert inner is not None
    gradient = np.zeros((tree.count + 1, len(decided.program.gain)))
    held = held_by(tree, gradient)
    assert inner.solve(held, 0.0, np.inf) is not None
    if lack == "a path":
        gradient[-1, decided.columns.u[-2:].max(1)] = 1.0
        held = held_by(tree, gradient)
    else:
        held = replace(held, node=np.zeros_like(held.node))
    assert inner.solve(held, 0.0, np.inf) is None


@pytest.mark.usefixtures("within")
def test_a_walk_that_time_cuts_off_proves_a_bound_all_the_same():
    """Looser, never false, and what was proved before stays proved."""
    tree, prospect = as_prospect(generate("tiny", 2))
    with Search(ground(tree, prospect, ()), 1) as search:
        after_rounds(search, 3)
        sharp = search.master.solve()
        search.learn(search.answers(sharp.point))
        cut_off = search.master.solve(seconds=0.0)
        after = search.master.solve()
    assert after.value <= cut_off.value
    assert after.value <= sharp.value * (1 + 1e-5)


@pytest.mark.usefixtures("within")
@pytest.mark.parametrize("what", ["nothing", "weighed tails", "divisible modules"])
def test_what_is_asked_of_the_solver_in_between_is_left_to_it(what: str):
    """Of a problem that is else solved from within."""
    made = invented(0)
    if what == "weighed tails":
        made = changed(made, tails=Tails(np.array([0.2]), np.array([0.5])))
    decided = ground(made.tree, made.prospect, ()).decided
    if what == "divisible modules":
        p = decided.program
        decided = replace(decided, program=replace(p, whole=np.zeros_like(p.whole)))
    assert (Master(made.tree, made.prospect, decided)._inner is None) == (what != "nothing")


@pytest.mark.usefixtures("within")
def test_what_proves_the_best_answer_is_not_forgotten(monkeypatch: pytest.MonkeyPatch):
    """However many rounds have come since."""
    monkeypatch.setattr(master, "ASLEEP", -1)
    monkeypatch.setattr(master, "KEPT", 2)
    tree, prospect = as_prospect(generate("tiny", 1))
    at = ground(tree, prospect, ())
    with Search(at, 1) as search:
        after_rounds(search, 3)
        best = search.master.solve()
        for _ in range(4):
            search.learn(search.answers(best.point))
        search.purge(best)
        assert not np.all(np.isin(np.flatnonzero(best.weight.any(1)), search.master.living))
        proof, bound = search.proved(best, ())
    assert bound == bound_of(at, proof) <= best.value * (1 + 1e-6)
