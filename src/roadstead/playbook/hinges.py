"""Decisions that hang on how things turn out: where each may be taken in its year, where it is, and what bears on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import history, node_probability
from roadstead.playbook.decisions import CONVERT, TOOL, Decision, decisions, likeliest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.events import Event
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Flags, Floats, Ints

ONCE = frozenset({"open", "enter", CONVERT, TOOL, "close"})
"""Decisions that are taken at most once on a path."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Nodes of a year at which a decision may be taken, their probabilities, and where it is. Shapes (n,)."""

    year: int
    nodes: Ints
    weight: Floats
    taken: Flags


@dataclass(frozen=True, slots=True)
class Hinge:
    """A decision that the plan takes at some nodes of a year and not at others.

    Attributes
    ----------
    same
        The decision at every node at which it is taken.
    """

    asked: Asked
    same: tuple[Decision, ...]

    @property
    def year(self) -> int:
        """Year at whose beginning it is taken."""
        return self.asked.year

    @property
    def kind(self) -> str:
        """What is done."""
        return self.same[0].kind

    @property
    def subject(self) -> str:
        """To what it is done."""
        return self.same[0].subject

    @property
    def probability(self) -> float:
        """That it is taken in its year."""
        return float(self.asked.weight @ self.asked.taken)

    def told(self, reading: Reading) -> Decision:
        """The one that speaks for all."""
        return likeliest(reading.tree, self.same)


def hinges(reading: Reading) -> tuple[Hinge, ...]:
    """One for every decision of a year that hangs on how things turn out, those due soonest first, of a year the likeliest."""
    grouped: dict[tuple[int, str, str], list[Decision]] = {}
    every = decisions(reading)
    for decision in every:
        if decision.node > 0:
            year = int(reading.tree.start[decision.node])
            grouped.setdefault((year, *decision.key), []).append(decision)
    found = (Hinge(_asked(reading, year, same, every), tuple(same)) for (year, _, _), same in grouped.items())
    hang = (one for one in found if one.asked.taken.any() and not one.asked.taken.all())
    return tuple(sorted(hang, key=lambda one: (one.year, -one.probability)))


def _asked(reading: Reading, year: int, same: Sequence[Decision], every: Sequence[Decision]) -> Asked:
    """Where the decision may be taken in a year: everywhere, or, of what is done once, where it has not been done yet."""
    tree, likely = reading.tree, node_probability(reading.tree)
    first, at = same[0], {d.node for d in same}
    nodes = [n for n in np.flatnonzero(tree.start == year).tolist() if likely[n] > 0.0]
    if first.kind in ONCE:
        done = {d.node for d in every if d.key == first.key and d.node not in at}
        nodes = [n for n in nodes if not done.intersection(history(tree, n))]
    return Asked(year, np.asarray(nodes), likely[nodes], np.asarray([n in at for n in nodes]))


def markets(reading: Reading, decision: Decision) -> list[tuple[str, str]]:
    """Markets and models that a decision is about: the market entered, or what its line serves anywhere."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    carries = reading.plan.flows.flow.max(0) > 0.0
    lines = {decision.subject} if decision.subject in p.labels.supply else set()
    option = p.labels.option.index(decision.subject) if decision.subject in p.labels.option else -1

    def concerns(a: int) -> bool:
        offer, line = ledger.offers[ledger.arcs[a].offer], ledger.arcs[a].line
        if decision.kind == "enter":
            return offer.market == decision.subject
        return bool(carries[a]) and (line in lines or (decision.kind == TOOL and p.arcs.supply_option[a] == option))

    offers = (ledger.offers[key.offer] for a, key in enumerate(ledger.arcs) if concerns(a))
    return list(dict.fromkeys((offer.market, offer.model_id) for offer in offers))


def places(reading: Reading, decision: Decision) -> set[str]:
    """Where a decision bears: its markets, and where its line stands."""
    line = reading.evaluation.ledger.costing.carmaker.lines.get(decision.subject)
    return {market for market, _ in markets(reading, decision)} | ({line.place} if line else set())


def bears(reading: Reading, event: Event, places: set[str]) -> bool:
    """True where an event changes the law of one of some places, or what holds everywhere."""
    costing = reading.evaluation.ledger.costing
    territories = places | {costing.world.gazetteer.territory(place) for place in places}
    changed = {change.importer for change in event.amendments} | {rule.place for rule in event.content}
    changed |= {one.importer for one in event.least_prices} | {one.place for one in event.shifts}
    # What home limits or taxes as it leaves touches every market.
    home = costing.carmaker.home.place
    if {home, costing.territory(home)} & changed:
        return True
    return bool(event.demand or event.route or event.terms or territories & changed)


def lead_time(reading: Reading, decision: Decision) -> int:
    """Years from a decision to its first car; what is given up acts at once."""
    p = reading.evaluation.prospect
    if decision.kind in {"close", "retire"}:
        return 0
    if decision.kind == "expand":
        return int(p.resources.lead[p.labels.resource.index(decision.subject)])
    name = f"enter {decision.subject}" if decision.kind == "enter" else decision.subject
    return int(p.options.lead[p.labels.option.index(name)])
