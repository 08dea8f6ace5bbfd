"""What flexibility is worth: to know, to wait, to begin smaller, to hold a right to a site; every answer between two bounds.

Each question's problems are looked at from the plan on, in the time a plan took times a factor: first each by one relaxation that
begins where the plan's own ended, then, in the same order, again by a search of its own. What time does not reach is told as not
reached. A value is never one number: the plan found and the bound proved differ, and so do those it is compared with.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.engine.local import map_until
from roadstead.footprint.glimpse import Near, glimpse
from roadstead.footprint.nearby import ended
from roadstead.footprint.session import Checkpoint, Session
from roadstead.footprint.solve import CLASH, NOT_IN_TIME, UNPLANNED, Effort, Proof, solve
from roadstead.futures.accounts import Tails
from roadstead.futures.subtrees import mean_path
from roadstead.futures.tree import node_probability, to_root
from roadstead.playbook import questions
from roadstead.playbook.leaving_out import QUICK
from roadstead.playbook.worth_book import Between, Valued
from roadstead.playbook.yardsticks import asks
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.nearby import Ended
    from roadstead.footprint.plan import Decisions, Pin
    from roadstead.footprint.solve import Solved
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.questions import Problem, Question
    from roadstead.playbook.worth_book import Standing

LEAST_TIME = 10.0
"""Time given at least, however quick the plan was: every question of the starter case is then answered, and twice the time narrows 3 of 18. [s]"""
LITTLE = 1.0
"""Time given at least to one problem. [s]"""
FIRST_EVENTS = 4
"""Events that are asked about before single lines are, those on which most money hangs; the others come last."""
MOST = 3
"""Lines at most that a question about single lines is asked of."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a case says flexibility is tried with.

    Attributes
    ----------
    times
        Time all of it may take, over the time the plan took; none of it is worked out where it is nothing.
    dearer
        By how much a car of capacity costs more where steps come in halves. [fraction]
    share
        Share of a site and its first step that a right to it costs. [fraction]
    sooner
        Years by which the first car comes sooner where there is such a right. [years]
    """

    times: float
    dearer: float
    share: float
    sooner: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what it comes to, with the problems and the plan that it is a difference of; None where it was not worked out."""

    question: Question
    worth: Between | None
    standing: Standing
    solved: tuple[Valued, ...] = ()
    plan: Valued | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    problem: Problem
    pins: tuple[Pin, ...]
    beside: Solved | None
    known: _Known | None
    effort: Effort
    ends: float
    searched: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """Cuts of the plan's own problem, and where its relaxation with them has ended; none where it was decomposed."""

    cuts: LinkingCuts
    ended: Ended


@dataclass(frozen=True, slots=True)
class _Valued:
    """Value found and bound of a problem; none where the code says why."""

    value: float
    bound: float
    code: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """How long to look, and who may end it.

    Attributes
    ----------
    seconds
        Time the plan itself took, all its rounds. [s]
    """

    effort: Effort
    seconds: float
    terms: Terms
    stopped: Callable[[], bool]
    progress: Callable[[int, int], None] | None = None


def answers(
    tree: ScenarioTree,
    prospect: Prospect,
    solved: Solved,
    came: Mapping[str, frozenset[int]],
    first: Sequence[Pin],
    allowed: Allowed,
) -> tuple[Answer, ...]:
    """Every question with its answer, in the order they are worked out.

    Parameters
    ----------
    came
        Leaves at which each event has come.
    first
        What the plan commits to as the horizon begins, as pins that would forbid it.
    """
    if allowed.terms.times <= 0.0:
        return ()
    ends = time.time() + max(allowed.terms.times * allowed.seconds, LEAST_TIME)
    prospect, solved = _neutral(tree, prospect, solved, allowed.effort)
    asked = _asked(tree, prospect, solved, came, first, allowed)
    effort = Effort(allowed.effort.gap, min(allowed.effort.seconds, max(solved.seconds, LITTLE)), 1)
    pins, known = solved.proof.pins, _known(tree, prospect, solved)
    beside = solved if known else None
    problems = _problems(asked)
    tasks = [
        _Task(one, pins, beside if one.same else None, known, effort, ends, searched)
        for searched in ((False, True) if known else (True,))
        for one in problems
    ]
    found = map_until(
        _valued,
        tasks,
        workers=allowed.effort.workers if solved.seconds > QUICK else 1,
        over=lambda: time.time() > ends or allowed.stopped(),
        progress=allowed.progress,
    )
    valued = {
        id(one): _best([at for task, at in zip(tasks, found, strict=True) if task.problem is one]) for one in problems
    }
    return _narrowed(tuple(_answer(one, [valued[id(p)] for _, p in one.problems], solved) for one in asked))


def _known(tree: ScenarioTree, prospect: Prospect, solved: Solved) -> _Known | None:
    proof = solved.proof
    if not isinstance(proof, Proof):
        return None
    return _Known(proof.cuts, ended(tree, prospect, proof.pins, proof.cuts, solved.basis))


def _best(looks: Sequence[_Valued | None]) -> _Valued:
    """The best plan and the least bound of every look at a problem; why there is none where no look found a plan."""
    met = [one for one in looks if one is not None]
    found = [one for one in met if not one.code]
    if not found:
        codes = [one.code for one in met]
        return _Valued(np.nan, np.nan, CLASH if CLASH in codes else NOT_IN_TIME)
    value = max(one.value for one in found)
    return _Valued(value, max(min(one.bound for one in found), value))


def _problems(asked: Sequence[Question]) -> list[Problem]:
    """Every problem once, in the order it is first asked for."""
    return list({id(problem): problem for question in asked for _, problem in question.problems}.values())


def _neutral(tree: ScenarioTree, prospect: Prospect, solved: Solved, effort: Effort) -> tuple[Prospect, Solved]:
    """Problem and plan by expected value alone: what is learnt of one future must not change how another is weighed."""
    if not prospect.tails.level.size:
        return prospect, solved
    neutral = replace(prospect, tails=Tails())
    return neutral, solve(tree, neutral, effort, pins=solved.proof.pins, start=solved.plan.decisions)


def _asked(
    tree: ScenarioTree,
    prospect: Prospect,
    solved: Solved,
    came: Mapping[str, frozenset[int]],
    first: Sequence[Pin],
    allowed: Allowed,
) -> list[Question]:
    """All questions there are to ask of a plan."""
    plan, terms = solved.plan.decisions, allowed.terms
    met: questions.Met = {}
    asked = [questions.all_known(tree, prospect, plan, met)]
    pins = solved.proof.pins
    mean = _mean_decisions(tree, prospect, pins, allowed.effort)
    if mean is not None:
        asked.append(questions.mean_held(tree, prospect, mean))
    first = first if tree.count > 1 else ()  # of one stage there is none to wait for
    if first:
        asked.append(questions.waiting(tree, prospect, plan))
    at_stake = sorted(questions.parted(tree, came).items(), key=lambda turns: -_at_stake(tree, solved, turns[1]))
    events = [questions.event_known(tree, prospect, plan, turns, met) for turns in at_stake]
    alone = [questions.waiting_with(tree, prospect, plan, pin) for pin in first] if len(first) > 1 else []
    sites = [
        questions.right_to_site(tree, prospect, plan, d, (terms.share, terms.sooner)) for d in _sites(prospect, plan)
    ]
    steps = [questions.smaller_steps(tree, prospect, plan, r, terms.dearer) for r in _stepped(prospect, plan)]
    asked += [*events[:FIRST_EVENTS], *alone, *sites, *steps, *events[FIRST_EVENTS:]]
    return asked


def _at_stake(tree: ScenarioTree, solved: Solved, at: Sequence[int]) -> float:
    """How far the plan's value spreads by whether something comes: standard deviation of its mean either way. [money]"""
    likely, by_node = node_probability(tree), solved.certificate.by_node
    reached = to_root(tree, np.where(np.isin(np.arange(tree.count), list(at)), likely, 0.0))
    come = float(reached[0])
    if not 0.0 < come < 1.0:
        return 0.0
    there = float((by_node * np.where(likely > 0.0, reached / np.where(likely > 0.0, likely, 1.0), 0.0)).sum())
    apart = there / come - (float(by_node.sum()) - there) / (1.0 - come)
    return abs(apart) * float(np.sqrt(come * (1.0 - come)))


def _mean_decisions(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], effort: Effort) -> Decisions | None:
    """Decisions of the plan for the mean future, taken in every node of the same year; None where there is no such plan."""
    found = mean_path(tree, prospect)
    if found is None:
        return None
    path, mean = found
    try:
        d = solve(path, mean, effort, pins=pins).plan.decisions
    except RoadsteadError:
        if not (asks(prospect) or pins):
            raise
        return None
    return d.at(np.searchsorted(path.start, tree.start))


def _sites(prospect: Prospect, plan: Decisions) -> list[int]:
    """Options with steps and a lead that the plan commits to somewhere, the dearest first."""
    options, resources = prospect.options, prospect.resources
    gates = set(resources.option[(resources.option >= 0) & resources.whole].tolist())
    cost = options.cost[0].copy()
    np.add.at(cost, resources.option[resources.option >= 0], resources.cost[0, resources.option >= 0])
    some = [
        d for d in np.argsort(-cost, kind="stable").tolist() if plan.commit[:, d].any() and options.grows_from[d] < 0
    ]
    return [d for d in some if d in gates and options.lead[d] > 0 and options.allowed[1:, d].any()][:MOST]


def _stepped(prospect: Prospect, plan: Decisions) -> list[int]:
    """Resources in whole steps that the plan buys, the dearest purchases first."""
    spent = (prospect.resources.cost * plan.build).sum(0)
    return [r for r in np.argsort(-spent, kind="stable").tolist() if spent[r] > 0 and prospect.resources.whole[r]][
        :MOST
    ]


def _valued(task: _Task) -> _Valued:
    """A problem's value and bound, in what time is left."""
    began = time.time()
    left = task.ends - began
    if left <= 0.0:
        return _Valued(np.nan, np.nan, NOT_IN_TIME)
    tree, prospect, start = task.problem.posed()
    pins, known = (*task.pins, *task.problem.pins), task.known
    near = None if known is None else Near(start, task.problem.of_cuts(known.cuts), task.problem.of_ended(known.ended))
    if near is not None and not task.searched:
        seen = glimpse(tree, prospect, pins, near)
        code = CLASH if seen.bound == -np.inf else NOT_IN_TIME
        return _Valued(np.nan, np.nan, code) if seen.value is None else _Valued(seen.value, seen.bound)
    effort = replace(task.effort, seconds=max(min(task.effort.seconds, left), LITTLE))
    found = Checkpoint(start) if near is None else Checkpoint(start, near.cuts, ended=near.ended)
    try:
        solved = solve(tree, prospect, effort, pins=pins, start=start, beside=task.beside, session=Session(found=found))
    except RoadsteadError as error:
        code = error.faults[0].code
        if code not in UNPLANNED:
            raise
        # What is held of the first decisions is no rule that could be blamed: a search that ends before time is over found none.
        in_time = time.time() - began < effort.seconds
        return _Valued(np.nan, np.nan, CLASH if in_time else code)
    return _Valued(solved.certificate.value, solved.bound)


def _answer(question: Question, values: Sequence[_Valued], solved: Solved) -> Answer:
    """The difference to the plan, between what is sure and what is possible."""
    codes = [one.code for one in values if one.code]
    if codes:
        return Answer(question, None, "no time" if NOT_IN_TIME in codes else "not kept")
    weights = [weight for weight, _ in question.problems]
    value = float(np.dot(weights, [one.value for one in values]))
    bound = float(np.dot(weights, [one.bound for one in values]))
    low = max(value - solved.bound, question.at_least)
    high = min(bound - solved.certificate.value, question.at_most)
    between = _between(value - solved.certificate.value, low, high)
    if question.key == "mean":
        between = _between(-between.value, -between.high, -between.low)
    price = question.price
    worth = Between(between.value - price, between.low - price, between.high - price)
    told = tuple(
        Valued(weight, one.value, one.bound, problem.ends)
        for (weight, problem), one in zip(question.problems, values, strict=True)
    )
    return Answer(question, worth, "worked out", told, Valued(1.0, solved.certificate.value, solved.bound))


def _between(value: float, low: float, high: float) -> Between:
    high = max(high, low)  # both ends are a solver's rounding apart where all is proved
    return Between(min(max(value, low), high) + 0.0, low + 0.0, high + 0.0)  # no minus before nothing


def _narrowed(told: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """To know one thing is worth no more than to know all: each bounds the other."""
    perfect = next((one.worth for one in told if one.question.key == "perfect"), None)
    if perfect is None:
        return told
    least = max((one.worth.low for one in told if one.question.key == "event" and one.worth), default=0.0)
    found = []
    for one in told:
        worth = one.worth
        if worth is not None and one.question.key == "event":
            worth = _between(min(worth.value, perfect.value), worth.low, min(worth.high, perfect.high))
        elif one.question.key == "perfect":
            worth = _between(perfect.value, max(perfect.low, least), perfect.high)
        found.append(replace(one, worth=worth))
    return tuple(found)
