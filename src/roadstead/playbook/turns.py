"""What a decision is worth on a path, by carrying the plan out twice: with it taken wherever it can be in its year, and nowhere then.

All else stays as the plan has it; what is done once is not done again later. So the two differ by that decision alone, and a sign
can be held against what pays and not only against what the plan does at the node nearest to a path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatcher import Dispatcher
from roadstead.footprint.keeping import check_decisions
from roadstead.footprint.plan import Decisions
from roadstead.futures.tree import ancestry
from roadstead.playbook.reading import continuation
from roadstead.playbook.rehearse import Policy
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.hinges import Hinge
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.terms.errors import Fault

SOLE = frozenset({"open", "enter", "expand"})
"""Kinds of decision that stand or fall alone; a conversion, a tool or a closing bears on what stands already."""


MOST = 6
"""Signposts at most whose decisions are carried out both ways: each takes as long as a policy more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A plan carried out twice.

    Attributes
    ----------
    nodes
        Nodes of the decision's year at which the two differ.
    worth
        What doing it is worth at each on the tree, given that the node is reached. Shape (nodes,). [money]
    """

    nodes: Ints
    worth: Floats
    do: Policy
    do_not: Policy

    def __post_init__(self) -> None:
        for array in (self.nodes, self.worth):
            frozen(array)


def turns(reading: Reading, hinges: Sequence[Hinge]) -> tuple[Turn | None, ...]:
    """One for each of the first decisions that hang, which are due soonest, the likeliest before others.

    None where a decision does not stand alone, or fits nowhere else or cannot be left out.
    """
    programs = Dispatcher(reading.tree, reading.evaluation.prospect)
    return tuple(_turn(reading, programs, one, f"{i}") if i < MOST else None for i, one in enumerate(hinges))


def _turn(reading: Reading, programs: Dispatcher, hinge: Hinge, name: str) -> Turn | None:
    if hinge.kind not in SOLE:
        return None
    asked, below = hinge.asked, ancestry(reading.tree)
    taken, others = asked.nodes[asked.taken], asked.nodes[~asked.taken]
    do, do_not = reading.plan.decisions, _copy(reading.plan.decisions)
    _undo(reading, hinge, do_not, np.asarray(below[:, taken].sum(1)).ravel() > 0, taken)
    model = hinge.told(reading).node
    done: list[int] = []
    for n in others.tolist():
        tried = _copy(do)
        _do(reading, hinge, tried, n, model, np.asarray(below[:, [n]].sum(1)).ravel() > 0)
        if _allowed(reading, tried):
            do, done = tried, [*done, n]
    values = [_valued(reading, programs, way) for way in (do, do_not)] if done else []
    if not done or any(value is None for value in values):
        return None
    nodes = np.concatenate([taken, done])
    with_it, without = (value[nodes] for value in values if value is not None)
    return Turn(
        nodes,
        with_it - without,
        Policy(f"do {name}", do, aside=True),
        Policy(f"do not {name}", do_not, aside=True),
    )


def _copy(d: Decisions) -> Decisions:
    return Decisions(d.commit.copy(), d.close.copy(), d.build.copy(), d.retire.copy())


def _rows(reading: Reading, hinge: Hinge) -> tuple[int, Ints]:
    """The option that is committed to, -1 for none, and the resources whose modules belong to the decision."""
    labels, resources = reading.evaluation.prospect.labels, reading.evaluation.prospect.resources
    if hinge.kind == "expand":
        return -1, np.asarray([labels.resource.index(hinge.subject)])
    option = labels.option.index(f"enter {hinge.subject}" if hinge.kind == "enter" else hinge.subject)
    return option, np.flatnonzero(resources.option == option)


def _undo(reading: Reading, hinge: Hinge, d: Decisions, below: Flags, taken: Ints) -> None:
    """Take a decision back, with what follows from it below: modules of a line that is not opened, closing, retiring."""
    option, rows = _rows(reading, hinge)
    if option < 0:
        d.build[np.ix_(taken, rows)] = 0.0
        return
    d.commit[taken, option] = 0.0
    d.close[below, option] = 0.0
    for part in (d.build, d.retire):
        part[np.ix_(below, rows)] = 0.0


def _do(reading: Reading, hinge: Hinge, d: Decisions, node: int, model: int, below: Flags) -> None:
    """Take a decision at a node as it is taken at another, and not again below."""
    plan = reading.plan.decisions
    option, rows = _rows(reading, hinge)
    if option >= 0:
        again = np.flatnonzero(below & (d.commit[:, option] > 0.0))
        d.commit[again, option] = 0.0
        d.build[np.ix_(again, rows)] = 0.0
        d.commit[node, option] = 1.0
    d.build[node, rows] = plan.build[model, rows]


def _allowed(reading: Reading, d: Decisions) -> bool:
    """True where decisions keep the rules for decisions; whether cars can flow is looked at once, at the end."""
    faults: list[Fault] = []
    prospect = reading.evaluation.prospect
    nothing_open = np.zeros((prospect.node_years.count, len(prospect.labels.option)), dtype=bool)
    check_decisions(reading.tree, prospect, d, nothing_open, faults)
    return not faults


def _valued(reading: Reading, programs: Dispatcher, d: Decisions) -> Floats | None:
    """Value of every node and what follows it under decisions; None where no cars can flow. Shape (N,). [money]"""
    try:
        found = certify(reading.tree, reading.evaluation.prospect, programs.plan(d))
    except RoadsteadError:
        return None
    return continuation(reading.tree, found.by_node)
