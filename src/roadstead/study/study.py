"""The conductor: facts, rules, outlook, tree, prospect, plan, playbook, run folder; nothing else happens here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.footprint.plan import Pin
from roadstead.futures.evaluate import evaluate
from roadstead.futures.grow import central, marginals
from roadstead.futures.selling.reaction import react
from roadstead.playbook import leaving_out, yardsticks
from roadstead.playbook.demand_told import implied_demand
from roadstead.playbook.flexibility import Allowed, Terms
from roadstead.playbook.reading import Names, Reading
from roadstead.playbook.tell import Told, first_decisions, tell
from roadstead.playbook.worth import worth
from roadstead.study import cover, entry_paths
from roadstead.study.checkpoint import Searches, problem_digest, solve_watched
from roadstead.study.demand_checks import placed
from roadstead.study.growing import begin
from roadstead.study.progress import Quiet
from roadstead.study.weighing import weigh
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.footprint.solve import Effort, Solved
    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.grow import Grown
    from roadstead.futures.growth.from_paths import Source
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.selling.reaction import Reaction
    from roadstead.outlook.forecast import Outlook
    from roadstead.playbook.book import Book
    from roadstead.study.entries import EffortEntry
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.terms.arrays import Floats
    from roadstead.terms.errors import Fault
    from roadstead.trade.rulebook import Rulebook


MOST_ROUNDS = 3
"""Times at most that a case is planned, each time against rivals who have answered the plan before."""
SETTLED = 0.01
"""Share of cars that may still change hands as rivals answer a plan."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A study evaluated on its tree, not solved yet.

    Attributes
    ----------
    answered
        Own prices that rivals have answered, by market; None where they answered the reference prices. Shape (Y, K).
    source
        What the tree was grown from; None where it was declared.
    """

    study: Study
    rulebook: Rulebook
    outlook: Outlook
    grown: Grown
    evaluation: Evaluation
    answered: Mapping[str, Floats] | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan that rivals have answered.

    Attributes
    ----------
    rounds
        Times it was planned.
    """

    ready: Ready
    solved: Solved
    reaction: Reaction
    rounds: int


@dataclass(frozen=True, slots=True)
class Run:
    """A finished plan.

    Attributes
    ----------
    held_against
        What the plan is compared with.
    seconds
        Time each stage took. [s]
    """

    ready: Ready
    effort: Effort
    solved: Solved
    held_against: tuple[yardsticks.Yardstick, ...]
    book: Book
    seconds: Mapping[str, float]


def prepare(study: Study, progress: Progress, answered: Mapping[str, Floats] | None = None) -> Ready:
    """From facts to the prospect, against rivals who answer own prices: the reference ones, or those given."""
    begun = begin(study, progress)
    grown, rules = begun.grown, begun.rules
    progress.begin("prospect")
    try:
        evaluation = evaluate(grown, begun.costing, rules, grown.events, answered)
    except RoadsteadError as error:
        raise placed(study, error) from None
    return Ready(study, rules, begun.outlook, grown, evaluation, answered, begun.source)


def run(
    study: Study,
    *,
    effort: Effort,
    progress: Progress,
    searches: Searches | None = None,
    before: Study | None = None,
) -> Run:
    """Plan a study and tell its playbook.

    Parameters
    ----------
    searches
        Keep what a run that is ended by force had found.
    before
        The study as it stands without what was worked into it for a what-if; None where nothing was.
    """
    stood = None if before is None else _as_it_stood(before)
    clock = _Clock()
    ready = prepare(study, progress)
    clock.mark("evaluate")
    alike = stood == _posed(ready)
    progress.begin("plan")
    settled = settle(study, ready, effort, progress, searches or Searches())
    ready, solved = settled.ready, settled.solved
    tree = ready.grown.tree
    clock.mark("plan")
    progress.begin("comparisons")
    again = effort
    if progress.stopped():  # whoever ended the search early waits for nothing better than it in what it is held against
        again = replace(effort, gap=max(effort.gap, solved.gap_reached))
    held_against = others(study, ready, again)
    reading = read_back(study, ready, solved)
    first = first_decisions(reading)
    left_out, full = leaving_out.solve_again(tree, ready.evaluation, solved, first, again, progress.done)
    clock.mark("comparisons")
    progress.begin("flexibility")
    flexible = worth(
        reading, solved, first, Allowed(effort, clock.marks["plan"], terms(study), progress.stopped, progress.done)
    )
    clock.mark("flexibility")
    progress.begin("weights")
    weights = weigh(ready, solved, study.case.assumptions.most, effort, progress)
    clock.mark("weights")
    progress.begin("playbook")
    other_rules = cover.other_rules(study, ready.rulebook)
    told = Told(
        reading=reading,
        solved=solved,
        yardsticks=held_against,
        left_out=left_out,
        full_home=full,
        events=ready.grown.events,
        implied=marginals(ready.grown),
        rests_on=cover.rests_on(study),
        cover=cover.cover(study, ready.rulebook, solved),
        evidence=cover.evidence(study),
        warnings=(
            *cover.warnings(study, ready.outlook, other_rules),
            *entry_paths.told(ready.evaluation.ledger.costing),
            *cover.approvals_asked(ready.evaluation.ledger.costing, ready.rulebook),
        ),
        years=cover.shown_years(study),
        other_rules=other_rules,
        demand=implied_demand(reading, settled.reaction, settled.rounds),
        flexibility=flexible,
        weights=weights,
        alike=alike,
    )
    book = tell(told)
    clock.mark("tell")
    return Run(ready, effort, solved, held_against, book, clock.marks)


def _posed(ready: Ready) -> tuple[str, EffortEntry]:
    """All that a plan depends on: its problem, and how long the case has it searched."""
    study, prospect = ready.study, ready.evaluation.prospect
    return problem_digest(ready.grown.tree, prospect, pins(study, prospect)), study.case.effort


def _as_it_stood(before: Study) -> tuple[str, EffortEntry] | None:
    """The same of the case before a what-if; None where it cannot be planned without."""
    try:
        return _posed(prepare(before, Quiet()))
    except RoadsteadError:
        return None


def others(study: Study, ready: Ready, effort: Effort) -> tuple[yardsticks.Yardstick, ...]:
    """What a plan is held against."""
    tree, prospect, path = ready.grown.tree, ready.evaluation.prospect, _central(ready)
    alone = _solve(study, path, effort, Quiet(), Searches())
    return (
        yardsticks.standing(tree, prospect),
        yardsticks.announced(tree, prospect, programme(study)),
        yardsticks.export_only(tree, prospect, effort),
        yardsticks.central(tree, prospect, path.grown.tree, alone.plan.decisions),
    )


def read_back(study: Study, ready: Ready, solved: Solved) -> Reading:
    """A plan beside the study it is for, to be read in the words of the case."""
    return Reading(ready.grown.tree, ready.evaluation, solved.plan, solved.certificate, names_of(study, ready.grown))


def settle(study: Study, ready: Ready, effort: Effort, progress: Progress, searches: Searches) -> Settled:
    """Plan, let rivals answer, and plan again against their answer, until it moves hardly a car."""
    for round_ in range(1, MOST_ROUNDS + 1):
        solved = _solve(study, ready, effort, progress, searches)
        selling, years = ready.evaluation.ledger.selling, ready.evaluation.prospect.node_years
        reaction = react(ready.grown.tree, years, selling, solved.plan.flows.sale.sum(-1))
        if reaction.moved < SETTLED or round_ == MOST_ROUNDS:
            break
        ground, own = ready.evaluation.ledger.costing, reaction.own_price
        again = evaluate(ready.grown, ground, ready.rulebook, ready.grown.events, own)
        ready = replace(ready, evaluation=again, answered=own)
    return Settled(ready, solved, reaction, round_)


def _solve(study: Study, ready: Ready, effort: Effort, progress: Progress, searches: Searches) -> Solved:
    """Plan; a pin that cannot be honoured is told at its place in the case."""
    tree, prospect = ready.grown.tree, ready.evaluation.prospect
    try:
        return solve_watched(tree, prospect, effort, pins(study, prospect), progress, searches)
    except RoadsteadError as error:
        raise RoadsteadError([_at_its_place(study, fault) for fault in error.faults]) from None


def _at_its_place(study: Study, fault: Fault) -> Fault:
    """A fault of the planner at its place in the case: that of a pin, or what the case asks where it is no pin's."""
    asked = (
        study.pin_places.get("asked", fault.where)
        if fault.code in {"RS-F503", "RS-F505"} and fault.where == "plan"
        else ""
    )
    return replace(fault, where=asked or study.pin_places.get(fault.where, fault.where))


def pins(study: Study, prospect: Prospect) -> tuple[Pin, ...]:
    """The case's pins as the planner knows them."""
    options = prospect.labels.option
    found = []
    for pin in study.pins:
        name = pin.what if pin.what in options else f"enter {pin.what}"
        found.append(Pin("option", options.index(name), pin.do == "open", pin.by or 0))
    return tuple(found)


def names_of(study: Study, grown: Grown) -> Names:
    """What a case calls its lines, events and nodes."""
    titles = {event.event_id: (event.title, event.title_zh) for event in grown.events.values()}
    return Names(study.names, titles, grown.names)


def terms(study: Study) -> Terms:
    """What the case says flexibility is tried with."""
    entry = study.case.flexibility
    return Terms(entry.times, entry.half_step_dearer, entry.site_right, entry.site_sooner)


def programme(study: Study) -> dict[str, tuple[int, float]]:
    """The announced programme: year of commitment and modules by line."""
    return {line: (entry.year, entry.modules) for line, entry in study.case.announced.items()}


def _central(ready: Ready) -> Ready:
    """The same study on the one path of its central future."""
    grown = central(ready.grown, ready.outlook)
    evaluation = evaluate(grown, ready.evaluation.ledger.costing, ready.rulebook, grown.events)
    return Ready(ready.study, ready.rulebook, ready.outlook, grown, evaluation)


class _Clock:
    """Seconds between marks."""

    def __init__(self) -> None:
        self.marks: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, name: str) -> None:
        now = time.perf_counter()
        self.marks[name] = now - self._last
        self._last = now
