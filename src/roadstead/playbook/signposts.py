"""What tells the futures in which a decision is taken from those in which it is not, as the tree alone has it.

For a decision that the plan takes at some nodes of a year and not at others, every sign that can be looked up is tried: an event
that has come, taxes at a border, the NEV share of a market; alone, and two together where one alone misleads. To be misled counts
with what it costs where that is known (``turns``). A tree has few nodes, so many a sign parts them by chance, and three things guard against
that: what bears on the decision's own markets goes before what does not; of levels that tell as much the widest gap goes first, its
threshold halfway; and every sign is told with its rates on nodes left out, one at a time, as it was chosen. Nodes of a grown tree stand for
paths unlike any of them: there a sign that nodes left out do not bear out is none, for on fresh paths such signs cost more than to do
always alike. A declared tree is all its author sees: there it stands, with those rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import sentence
from roadstead.playbook.hinges import bears, hinges, lead_time, markets, places
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.misled import rates_of, tried
from roadstead.playbook.sign_words import condition
from roadstead.playbook.signs_book import Signpost, sign_key
from roadstead.playbook.turns import turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from roadstead.futures.events import Event
    from roadstead.playbook.hinges import Asked, Hinge
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signs_book import Kind
    from roadstead.playbook.turns import Turn
    from roadstead.terms.arrays import Flags, Floats

APART = 0.002
"""Shares nearer than that are the same. [fraction]"""
BETTER = 0.005
"""Part of all there is to be misled in by which two signs together must mislead less than one, to be worth looking at both."""
TOGETHER = 3
"""Events in step that are told at most."""
PAIRED = 60
"""Signs at most that are tried two and two, those that mislead least alone."""
SLIGHT = 1e-6
"""What being misled counts at least, beside where it costs most: of signs that cost alike the one that misleads less often goes first."""


@dataclass(frozen=True, slots=True)
class Column:
    """Something that is known at the nodes of a decision, as of a year; 1 where an event has come. Value of shape (n,)."""

    kind: Literal["event", "share", "duty"]
    of: str
    value: Floats
    bears: bool = True


@dataclass(frozen=True, slots=True)
class Sign:
    """A limit on a column, which nodes show it, and how wide the gap about its threshold is beside all that the column spans."""

    kind: Literal["event", "share", "duty"]
    of: str
    above: bool
    threshold: float
    shown: Flags
    bears: bool = True
    gap: float = 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """Where a decision is taken, and what it counts to be misled at each node. Shapes (n,)."""

    taken: Flags
    counts: Floats

    def misled(self, shown: Flags) -> Floats:
        """Part of all there is to be misled in where a sign says one thing and the plan does another; ``shown``: (..., nodes)."""
        return np.asarray((shown != self.taken) @ self.counts / self.counts.sum())

    def borne_out(self, left_out: Flags) -> bool:
        """True where what is said of nodes left out misleads less than to do always alike."""
        alike = min(self.misled(np.zeros_like(self.taken)), self.misled(np.ones_like(self.taken)))
        return bool(self.misled(left_out) < alike - SLIGHT)


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision that hangs, what it is worth, and its signpost as the tree alone has it, at every node at which it may be taken.

    Attributes
    ----------
    columns
        What is known there.
    worth
        What doing it is worth; None where that cannot be told. Shape (n,). [money]
    shown, left_out
        Where the sign shows, and where the one shows that is chosen without the node. Shapes (n,).
    """

    hinge: Hinge
    turn: Turn | None
    signpost: Signpost
    columns: tuple[Column, ...]
    worth: Floats | None
    shown: Flags
    left_out: Flags


def signposts(reading: Reading, events: Mapping[str, Event]) -> tuple[Signpost, ...]:
    """One for every decision of a year that hangs on how things turn out, the likeliest first within a year."""
    return tuple(one.signpost for one in posted(reading, events))


def posted(reading: Reading, events: Mapping[str, Event]) -> tuple[Posted, ...]:
    """The same with what they rest on; without those that nothing which can be looked up tells apart."""
    hang = hinges(reading)
    found = []
    for hinge, turn in zip(hang, turns(reading, hang), strict=True):
        columns = _columns(reading, events, hinge)
        if signs(columns, np.ones(len(hinge.asked.nodes), dtype=bool)):
            found.append(_posted(reading, hinge, turn, columns))
    return tuple(found)


def _posted(reading: Reading, hinge: Hinge, turn: Turn | None, columns: Sequence[Column]) -> Posted:
    asked, worth = hinge.asked, None if turn is None else _worth(hinge.asked, turn)
    question = Question(asked.taken, asked.weight if worth is None else asked.weight * _cost(asked.taken, worth))
    left_out = foretold(columns, question)
    found = tried("left_out", left_out, (asked.taken, worth), asked.weight)
    chosen = choose(columns, question, np.ones(len(asked.nodes), dtype=bool))
    if reading.evaluation.ledger.grown.nearness is not None and not question.borne_out(left_out):
        chosen = []
    shown = np.all([sign.shown for sign in chosen], axis=0) if chosen else np.full(len(asked.nodes), found.always)
    own = rates_of(shown, asked.taken, asked.weight)
    told, lead = hinge.told(reading), lead_time(reading, hinge.same[0])
    key = sign_key(told.kind, told.subject, hinge.year)
    signpost = Signpost(
        what=sentence(reading, told),
        kind=told.kind,
        subject=told.subject,
        year=hinge.year,
        lead=lead,
        probability=hinge.probability,
        conditions=tuple(
            condition(
                (one.kind, one.of, looked_up(hinge.year, one.kind)),
                (one.above, one.threshold),
                reading,
                key=f"{key}/threshold{i}",
            )
            for i, one in enumerate(chosen, 1)
        ),
        false_alarm=own.false_alarm.value if own.false_alarm else 0.0,
        missed=own.missed.value if own.missed else 0.0,
        lead_time=Sentence(
            "sign.lead",
            {
                "year": Amount(float(hinge.year), "year"),
                "lead": Amount(float(lead), "years", f"{key}/lead"),
                "opens": Amount(float(hinge.year + lead), "year"),
            },
        ),
        tried=found,
    )
    return Posted(hinge, turn, signpost, tuple(columns), worth, shown, left_out)


def looked_up(year: int, kind: Kind) -> int:
    """Year whose figure is known as a decision of a year falls due: a share is counted after its year, law is known in it."""
    return year - (kind == "share")


def _worth(asked: Asked, turn: Turn) -> Floats:
    """What the decision is worth at every node at which it may be taken; nothing where it has no room. Shape (n,). [money]"""
    worth = np.zeros(len(asked.nodes))
    at = {n: i for i, n in enumerate(asked.nodes.tolist())}
    worth[[at[n] for n in turn.nodes.tolist()]] = turn.worth
    return worth


def _cost(taken: Flags, worth: Floats) -> Floats:
    """What it counts to be misled at a node: what the plan's own decision earns there over the other. Shape (n,)."""
    cost = np.maximum(np.where(taken, worth, -worth), 0.0)
    return cost + max(SLIGHT * float(cost.max()), 1.0)


def foretold(columns: Sequence[Column], question: Question) -> Flags:
    """What the sign says at every node that is chosen without that node. Shape (n,)."""
    count = len(question.taken)
    found = np.zeros(count, dtype=bool)
    for i in range(count):
        others = np.arange(count) != i
        taken = question.taken[others]
        if taken.all() or not taken.any():  # the others all say the same
            found[i] = taken.all()
        elif chosen := choose(columns, question, others):
            found[i] = all(sign.shown[i] for sign in chosen)
        else:
            found[i] = question.counts[others] @ taken > question.counts[others] @ ~taken
    return found


def choose(columns: Sequence[Column], question: Question, looked: Flags) -> list[Sign]:
    """The sign that misleads least at the nodes looked at, with events in step; none where they all look alike."""
    found = signs(columns, looked)
    if not found:
        return []
    seen = Question(question.taken[looked], question.counts[looked])
    return [each for sign in best(found, seen, looked) for each in in_step(sign, found, looked)]


def best(signs: Sequence[Sign], question: Question, looked: Flags) -> tuple[Sign, ...]:
    """The sign that misleads least, or two together that mislead less; of equals, the first."""
    shown = np.stack([sign.shown[looked] for sign in signs])
    alone = np.round(question.misled(shown), 9)
    first = int(np.argmin(alone))
    few = np.argsort(alone, kind="stable")[:PAIRED]
    both = question.misled(shown[few][:, None, :] & shown[few][None, :, :])
    i, j = np.unravel_index(int(np.argmin(both)), both.shape)
    if both[i, j] < alone[first] - BETTER:
        earlier, later = sorted((int(few[i]), int(few[j])))
        return signs[earlier], signs[later]
    return (signs[first],)


def in_step(chosen: Sign, signs: Sequence[Sign], looked: Flags) -> list[Sign]:
    """An event with those that come and stay away in step with it, for a tree cannot tell them apart.

    First those that bear on the decision: that they come, or else that they stay away; then others that come.
    """
    if chosen.kind != "event":
        return [chosen]
    shown = chosen.shown[looked]
    same = [one for one in signs if one.kind == "event" and np.array_equal(one.shown[looked], shown)]
    bearing = [one for one in same if one.bears and one.above] or [one for one in same if one.bears]
    others = [one for one in same if one.above and not one.bears]
    return [*bearing, *others][:TOGETHER] or [chosen]


def signs(columns: Sequence[Column], looked: Flags) -> list[Sign]:
    """Every sign that some of the nodes looked at show and others do not: events that bear, levels, other events.

    Of levels the widest gap goes first, beside what its column spans.
    """
    near: list[Sign] = []
    levels: list[Sign] = []
    far: list[Sign] = []
    for column in columns:
        own = _thresholds(column, looked)
        if column.kind != "event":
            levels += own
        else:
            (near if column.bears else far).extend(own)
    return [*near, *sorted(levels, key=lambda one: -one.gap), *far]


def _thresholds(column: Column, looked: Flags) -> list[Sign]:
    """A sign between every two values that lie apart, upwards and downwards."""
    met = np.unique(column.value[looked])
    return [
        Sign(column.kind, column.of, above, (low + high) / 2, (column.value >= (low + high) / 2) == above, column.bears, gap)
        for low, high in pairwise(met.tolist())
        if high - low > APART
        for gap in ((high - low) / float(met[-1] - met[0]),)
        for above in (True, False)
    ]  # fmt: skip


def _columns(reading: Reading, events: Mapping[str, Event], hinge: Hinge) -> list[Column]:
    """Events, duties from home and shares in the markets of a decision."""
    concerned, where = markets(reading, hinge.same[0]), places(reading, hinge.same[0])
    ledger, asked = reading.evaluation.ledger, hinge.asked
    happened = ledger.grown.happened
    come = [[one.event for one in happened[n] if one.since <= asked.year] for n in asked.nodes.tolist()]
    columns = [
        Column(
            "event",
            event,
            np.asarray([float(event in so_far) for so_far in come]),
            bears(reading, events[event], where),
        )
        for event in dict.fromkeys(chain.from_iterable(come))
    ]
    years = reading.evaluation.prospect.node_years
    at = [int(np.flatnonzero(years.node == n)[0]) for n in asked.nodes.tolist()]
    for market, model in concerned:
        duty = np.asarray([duty_from_home(reading.evaluation, market, model, y) for y in at])
        columns.append(Column("duty", f"{market} {model}", duty))
    known = ledger.selling.markets
    for market in dict.fromkeys(market for market, _ in concerned):
        share = ledger.grown.nev_share[
            asked.nodes, known.index(market), looked_up(asked.year, "share") - reading.tree.first_year
        ]
        columns.append(Column("share", market, share))
    return columns
