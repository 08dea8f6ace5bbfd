"""What flexibility is worth, reckoned on paper on the smallest tree, and what holds of it on any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import invented
from walls import PLANT, M, wall_or_no_wall

from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.accounts import Tails
from roadstead.futures.subtrees import of_nodes
from roadstead.futures.tree import ScenarioTree, leaves
from roadstead.playbook import questions
from roadstead.playbook.flexibility import Allowed, Answer, Terms, answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.footprint.solve import Solved
    from roadstead.futures.prospect import Prospect
    from roadstead.study.study import Run

EXACT = Effort(gap=0.0)
WALL, OPEN = 1, 2
CAME = {"wall": frozenset({WALL}), "no wall": frozenset({OPEN})}
FIRST = (Pin("option", PLANT, do=False), Pin("resource", 1, do=False))
PATIENT = Terms(times=1e9, dearer=0.1, share=0.1, sooner=1)


def asked(
    problem: tuple[ScenarioTree, Prospect],
    came: Mapping[str, frozenset[int]],
    effort: Effort = EXACT,
    terms: Terms = PATIENT,
) -> tuple[Solved, dict[str, list[Answer]]]:
    tree, prospect = problem
    solved = solve(tree, prospect, effort)
    found: dict[str, list[Answer]] = {}
    for one in answers(tree, prospect, solved, came, FIRST[:1], Allowed(effort, solved.seconds, terms, lambda: False)):
        found.setdefault(one.question.key, []).append(one)
    return solved, found


@pytest.mark.parametrize("method", ["extensive", "decomposition"])
def test_the_wall_on_paper(method: str):
    """The plan waits, and is worth 36.3 M (footprint/test_by_hand.py).

    EVPI. Who knows of the wall builds two steps in 2027: 24,000 cars behind it bring 28.8 M, for 9 M, four years of 0.4 M and
    of 1.6 M, less the 1.2 M left: 20 + 28.8 - 9 - 1.6 - 6.4 + 1.2 = 33 M. Without it he earns 20 + 30 = 50 M. Half of each is
    41.5 M: 5.2 M more. There is one event, so it is worth all of that.

    VSS. In the mean future nothing comes from home (half of the futures are no more than half), and a car of the plant brings
    850: two steps at once bring 24,000 x 850 = 20.4 M, less the same 15.8 M: more than nothing, and than later, where 12,000
    cars bring 10.2 M for 9 + 0.8 + 3.2 - 1.2 M. With two steps at once the tree is worth 35.4 M: 0.9 M less.

    Waiting costs nothing, for the plan waits. Steps half as large bring half each: at 2.2 M instead of 2 M four of them cost
    0.8 M more, half of which counts. With a right to the site there are 4,000, 8,000 and 8,000 cars behind the wall, 24 M for
    9 + 1.2 + 4.8 - 1.2 M: 10.2 M in place of 2.6 M, half of which counts, less a tenth of the 5 M of site and step.
    """
    _, found = asked(wall_or_no_wall(), CAME, Effort(gap=0.0, method=method))  # type: ignore[arg-type]
    by_hand = {"perfect": 5.2, "event": 5.2, "mean": 0.9, "wait": 0.0, "module": -0.4, "option": 3.3}
    assert set(found) == set(by_hand)
    for key, worth in by_hand.items():
        [one] = found[key]
        assert one.worth is not None
        for value in (one.worth.low, one.worth.value, one.worth.high):
            assert value == pytest.approx(worth * M, abs=100), key
    assert found["event"][0].question.of == ("wall", "no wall")
    assert found["option"][0].question.price == pytest.approx(0.5 * M)


def test_a_certain_wall_leaves_nothing_to_know():
    tree, prospect = wall_or_no_wall()
    certain = replace(tree, branch_probability=np.asarray([1.0, 1.0, 0.0]))
    solved, found = asked((certain, prospect), CAME)
    assert solved.certificate.value == pytest.approx(33 * M, abs=100)  # builds at once, as above
    for key in ("perfect", "event", "mean"):
        assert [one.worth.value for one in found[key] if one.worth] == pytest.approx([0.0], abs=100)
    [wait] = found["wait"]
    assert wait.worth is not None
    assert wait.worth.value == pytest.approx((22.6 - 33) * M, abs=100)  # as the plan that waits: 20 + 2.6 M


@pytest.mark.parametrize(("seed", "gap"), [(0, 0.0), (1, 0.05), (2, 0.05), (5, 0.0)])
def test_what_holds_of_any_tree(seed: int, gap: float):
    """To know is worth something, one thing no more than all; to plan for one future is worth no more than for all."""
    made = invented(seed)
    ends = leaves(made.tree)
    came = {"first": frozenset(ends[:1]), "last": frozenset(ends[1:]), "some": frozenset(ends[: len(ends) // 2 + 1])}
    came = {name: at for name, at in came.items() if at != frozenset(ends)}
    solved, found = asked((made.tree, made.prospect), came, Effort(gap=gap, workers=1))
    off = 1e-6 * abs(solved.certificate.value)
    for one in (one for every in found.values() for one in every):
        assert one.worth is not None, one
        assert one.worth.low <= one.worth.value <= one.worth.high
    [perfect] = found["perfect"]
    assert perfect.worth is not None
    assert perfect.worth.low >= 0.0
    for one in found.get("event", ()):
        assert one.worth is not None
        assert one.worth.low >= 0.0
        assert one.worth.high <= perfect.worth.high + off
    for key, sign in (("mean", 1.0), ("wait", -1.0)):
        for one in found.get(key, ()):
            assert one.worth is not None
            assert sign * (one.worth.low if sign > 0 else one.worth.high) >= -off


@pytest.mark.parametrize("seed", [3, 4])
def test_bounds_hold_what_an_exact_solve_finds(seed: int):
    made = invented(seed)
    came = {"first": frozenset(leaves(made.tree)[:1])}
    _, rough = asked((made.tree, made.prospect), came, Effort(gap=0.1))
    solved, exact = asked((made.tree, made.prospect), came)
    for key, every in rough.items():
        if key in {"option", "module"}:  # asked of the lines of another plan
            continue
        for one, other in zip(every, exact[key], strict=True):
            if key == "mean" and one.question.problems[0][1].pins != other.question.problems[0][1].pins:
                continue  # another plan for the mean future, as good within its gap
            assert one.worth is not None
            assert other.worth is not None
            off = 1e-6 * abs(solved.certificate.value)
            assert one.worth.low - off <= other.worth.value <= one.worth.high + off


def test_events_that_part_the_futures_alike_are_one_question():
    tree, _ = wall_or_no_wall()
    came = {
        "wall": frozenset({WALL}),
        "never": frozenset(),
        "always": frozenset({WALL, OPEN}),
        "no wall": frozenset({OPEN}),
    }
    assert questions.parted(tree, came) == {("wall", "no wall"): (WALL,)}


def test_a_problem_is_asked_for_once():
    """Who knows of the one event of two futures knows all: his problems are those of the first question."""
    tree, prospect = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT)
    met: questions.Met = {}
    perfect = questions.all_known(tree, prospect, solved.plan.decisions, met)
    event = questions.event_known(tree, prospect, solved.plan.decisions, (("wall",), (WALL,)), met)
    assert {id(problem) for _, problem in event.problems} == {id(problem) for _, problem in perfect.problems}


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_one_look_at_each_problem_answers_every_question(seed: int):
    """Time for no search at all: all is answered, and the ends hold what the searches find."""
    made = invented(seed)
    came = {"first": frozenset(leaves(made.tree)[:1])}
    solved = solve(made.tree, made.prospect, EXACT)
    every = answers(made.tree, made.prospect, solved, came, FIRST[:1], Allowed(EXACT, 1.0, PATIENT, lambda: False))
    problems = {id(problem) for one in every for _, problem in one.question.problems}
    left = iter(range(len(problems)))
    looked = answers(
        made.tree,
        made.prospect,
        solved,
        came,
        FIRST[:1],
        Allowed(EXACT, 1.0, PATIENT, lambda: next(left, None) is None),
    )
    assert {one.standing for one in looked} == {"worked out"}
    off = 1e-6 * abs(solved.certificate.value)
    for one, other in zip(looked, every, strict=True):
        assert one.worth is not None
        assert other.worth is not None
        assert one.worth.low - off <= other.worth.low <= other.worth.high <= one.worth.high + off


def test_of_one_stage_there_is_none_to_wait_for():
    tree, prospect = wall_or_no_wall()
    root = ScenarioTree(
        tree.parent[:1], tree.start[:1], tree.years[:1], tree.branch_probability[:1], tree.name[:1], tree.state[:1]
    )
    solved, found = asked((root, of_nodes(prospect, [0])), {})
    assert solved.plan.decisions.commit[0, PLANT] == 0.0
    assert found["perfect"][0].worth is not None
    assert not {"wait", "wait_one"} & found.keys()
    assert {"wait"} <= asked((tree, prospect), CAME)[1].keys()


def test_what_time_does_not_reach_is_told_as_such():
    tree, prospect = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT)
    found = answers(tree, prospect, solved, CAME, FIRST, Allowed(EXACT, 1.0, PATIENT, lambda: True))
    assert {one.standing for one in found} == {"no time"}
    assert not any(one.worth for one in found)
    assert (
        answers(tree, prospect, solved, CAME, FIRST, Allowed(EXACT, 1.0, replace(PATIENT, times=0.0), lambda: False))
        == ()
    )


def test_a_plan_that_weighs_its_worst_futures_is_valued_by_the_mean():
    """To learn of one future must not change how another is weighed: the answers are those of the mean."""
    tree, prospect = wall_or_no_wall()
    tails = Tails(np.asarray([0.5]), np.asarray([0.4]))
    _, weighed = asked((tree, replace(prospect, tails=tails)), CAME)
    _, plain = asked((tree, prospect), CAME)
    for key in ("perfect", "event", "mean"):
        assert [one.worth for one in weighed[key]] == [one.worth for one in plain[key]]


def test_what_cannot_be_kept_is_told_as_such():
    """Half of the cars must be served: behind the wall that takes the plant, and in time only if it is begun at once."""
    tree, prospect = wall_or_no_wall()
    least = np.asarray([0.0, 0.0, 5_000.0, 0.0])[:, None]
    _, found = asked((tree, replace(prospect, demand=replace(prospect.demand, least=least))), CAME)
    assert [one.standing for one in found["wait"]] == ["not kept"]
    assert [one.standing for one in found["perfect"]] == ["worked out"]


def test_the_starter_case_answers_every_question(starter_run: Run):
    rows = starter_run.book.flexibility
    assert {row.key for row in rows} == {"perfect", "event", "mean", "wait", "wait_one", "module", "option"}
    perfect = next(row.worth for row in rows if row.key == "perfect")
    for row in rows:
        if row.worth is not None and perfect is not None and row.key == "event":
            assert 0.0 <= row.worth.low <= row.worth.value <= row.worth.high <= perfect.high
    assert {event for row in rows if row.key == "event" for event in row.of} == set(starter_run.ready.study.events)
