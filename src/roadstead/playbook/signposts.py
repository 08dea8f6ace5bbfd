"""What tells the futures in which a decision is taken from those in which it is not, with how often that misleads.

For a decision that the plan takes at some nodes of a year and not at others, every sign that can be looked up is tried: an event
that has come, taxes at a border, the NEV share of a market; alone, and two together where one alone misleads. A tree has few nodes,
so many a sign parts them by chance: what bears on the decision's own markets goes before what does not, as long as it tells as much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import history, node_probability
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import CONVERT, TOOL, decisions, likeliest, sentence
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.signs_book import Condition, Signpost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from roadstead.futures.events import Event
    from roadstead.playbook.decisions import Decision
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Flags, Floats, Ints

ONCE = frozenset({"open", "enter", CONVERT, TOOL, "close"})
"""Decisions that are taken at most once on a path."""
APART = 0.002
"""Shares nearer than that are the same. [fraction]"""
BETTER = 0.005
"""Probability by which two signs together must mislead less than one, to be worth looking at both. [fraction]"""
TOGETHER = 3
"""Events in step that are told at most."""
PAIRED = 60
"""Signs at most that are tried two and two, those that mislead least alone."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign at some nodes: which of them show it, and whether it bears on the markets of the decision."""

    kind: Literal["event", "share", "duty"]
    of: str
    above: bool
    threshold: float
    shown: Flags
    bears: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Nodes of a year at which a decision may be taken, their probabilities, and where it is. Shapes (n,)."""

    year: int
    nodes: Ints
    weight: Floats
    taken: Flags

    def misled(self, shown: Flags) -> Floats:
        """Probability that a sign says one thing and the plan does another; ``shown``: (..., nodes)."""
        return np.asarray((shown != self.taken) @ self.weight)


def signposts(reading: Reading, events: Mapping[str, Event]) -> tuple[Signpost, ...]:
    """One for every decision of a year that hangs on how things turn out, the likeliest first within a year."""
    grouped: dict[tuple[int, str, str], list[Decision]] = {}
    every = decisions(reading)
    for decision in every:
        if decision.node > 0:
            year = int(reading.tree.start[decision.node])
            grouped.setdefault((year, *decision.key), []).append(decision)
    found = []
    for (year, _, _), same in grouped.items():
        asked = _asked(reading, year, same, every)
        if not asked.taken.all():
            signs = _signs(reading, events, same[0], asked)
            found.append(_signpost(reading, year, same, asked, signs))
    return tuple(sorted((one for one in found if one), key=lambda one: (one.year, -one.probability)))


def asked_of(reading: Reading, signpost: Signpost) -> Asked:
    """Where the decision of a signpost may be taken in its year, and is."""
    every = decisions(reading)
    key, start = (signpost.kind, signpost.subject), reading.tree.start
    return _asked(reading, signpost.year, [d for d in every if d.key == key and start[d.node] == signpost.year], every)


def _asked(reading: Reading, year: int, same: Sequence[Decision], every: Sequence[Decision]) -> Asked:
    """Where the decision may be taken in a year: everywhere, or, of what is done once, where it has not been done yet."""
    tree, likely = reading.tree, node_probability(reading.tree)
    first, at = same[0], {d.node for d in same}
    nodes = [n for n in np.flatnonzero(tree.start == year).tolist() if likely[n] > 0.0]
    if first.kind in ONCE:
        done = {d.node for d in every if d.key == first.key and d.node not in at}
        nodes = [n for n in nodes if not done.intersection(history(tree, n))]
    return Asked(year, np.asarray(nodes), likely[nodes], np.asarray([n in at for n in nodes]))


def _signpost(
    reading: Reading, year: int, same: Sequence[Decision], asked: Asked, signs: Sequence[_Sign]
) -> Signpost | None:
    if not signs or not asked.taken.any():
        return None
    chosen = [each for sign in _best(signs, asked) for each in _in_step(sign, signs)]
    shown = np.all([sign.shown for sign in chosen], axis=0)
    taken, signalled = float(asked.weight @ asked.taken), float(asked.weight @ shown)
    lead = _lead(reading, same[0])
    told = likeliest(reading.tree, same)
    return Signpost(
        what=sentence(reading, told),
        kind=told.kind,
        subject=told.subject,
        year=year,
        lead=lead,
        probability=taken,
        conditions=tuple(_condition(reading, sign, year) for sign in chosen),
        false_alarm=float(asked.weight @ (shown & ~asked.taken)) / signalled if signalled else 0.0,
        missed=float(asked.weight @ (asked.taken & ~shown)) / taken,
        lead_time=Sentence(
            "sign.lead",
            {
                "year": Amount(float(year), "year"),
                "lead": Amount(float(lead), "years"),
                "opens": Amount(float(year + lead), "year"),
            },
        ),
    )


def _best(signs: Sequence[_Sign], asked: Asked) -> tuple[_Sign, ...]:
    """The sign that misleads least, or two together that mislead less; of equals, the first."""
    shown = np.stack([sign.shown for sign in signs])
    alone = np.round(asked.misled(shown), 9)
    best = int(np.argmin(alone))
    few = np.argsort(alone, kind="stable")[:PAIRED]
    both = asked.misled(shown[few][:, None, :] & shown[few][None, :, :])
    i, j = np.unravel_index(int(np.argmin(both)), both.shape)
    if both[i, j] < alone[best] - BETTER:
        first, second = sorted((int(few[i]), int(few[j])))
        return signs[first], signs[second]
    return (signs[best],)


def _in_step(chosen: _Sign, signs: Sequence[_Sign]) -> list[_Sign]:
    """An event with those that come and stay away in step with it, for a tree cannot tell them apart.

    First those that bear on the decision: that they come, or else that they stay away; then others that come.
    """
    if chosen.kind != "event":
        return [chosen]
    same = [one for one in signs if one.kind == "event" and np.array_equal(one.shown, chosen.shown)]
    bearing = [one for one in same if one.bears and one.above] or [one for one in same if one.bears]
    others = [one for one in same if one.above and not one.bears]
    return [*bearing, *others][:TOGETHER] or [chosen]


def _signs(reading: Reading, events: Mapping[str, Event], decision: Decision, asked: Asked) -> list[_Sign]:
    """Every sign that some nodes show and others do not: events that bear on the decision, duties, shares, other events."""
    markets = _markets(reading, decision)
    come = _events_come(reading, asked)
    places = {market for market, _ in markets}
    come = [replace(sign, bears=_bears(reading, events[sign.of], decision, places)) for sign in come]
    near, far = [one for one in come if one.bears], [one for one in come if not one.bears]
    return [*near, *_levels(reading, markets, asked), *far]


def _events_come(reading: Reading, asked: Asked) -> list[_Sign]:
    happened = reading.evaluation.ledger.grown.happened
    come = [{one.event for one in happened[n]} for n in asked.nodes.tolist()]
    signs = []
    for event in dict.fromkeys(one.event for n in asked.nodes.tolist() for one in happened[n]):
        has_come = np.asarray([event in events for events in come])
        if not has_come.all():
            signs += [_Sign("event", event, True, 0.5, has_come), _Sign("event", event, False, 0.5, ~has_come)]
    return signs


def _bears(reading: Reading, event: Event, decision: Decision, markets: set[str]) -> bool:
    """True where an event changes the law of a market or of the line's own country, or what holds everywhere."""
    ledger = reading.evaluation.ledger
    line = ledger.costing.carmaker.lines.get(decision.subject)
    places = markets | ({line.place} if line else set())
    territories = places | {ledger.costing.world.gazetteer.territory(place) for place in places}
    changed = {change.importer for change in event.amendments} | {rule.place for rule in event.content}
    changed |= {one.importer for one in event.least_prices} | {one.place for one in event.shifts}
    # What home limits or taxes as it leaves touches every market.
    home = ledger.costing.carmaker.home.place
    if {home, ledger.costing.territory(home)} & changed:
        return True
    return bool(event.demand or event.route or event.terms or territories & changed)


def _levels(reading: Reading, markets: Sequence[tuple[str, str]], asked: Asked) -> list[_Sign]:
    """Duties from home, and shares, in the markets of a decision."""
    signs: list[_Sign] = []
    years, grown = reading.evaluation.prospect.node_years, reading.evaluation.ledger.grown
    at = [int(np.flatnonzero(years.node == n)[0]) for n in asked.nodes.tolist()]
    for market, model in markets:
        duty = np.asarray([duty_from_home(reading.evaluation, market, model, y) for y in at])
        signs += _thresholds("duty", f"{market} {model}", duty)
    known = reading.evaluation.ledger.selling.markets
    for market in dict.fromkeys(market for market, _ in markets):
        share = grown.nev_share[asked.nodes, known.index(market), asked.year - reading.tree.first_year]
        signs += _thresholds("share", market, share)
    return signs


def _thresholds(kind: Literal["share", "duty"], of: str, values: Floats) -> list[_Sign]:
    """A sign between every two values that lie apart, upwards and downwards."""
    met = np.unique(values)
    return [
        _Sign(kind, of, above, (low + high) / 2, (values >= (low + high) / 2) == above)
        for low, high in pairwise(met.tolist())
        if high - low > APART
        for above in (True, False)
    ]


def _markets(reading: Reading, decision: Decision) -> list[tuple[str, str]]:
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


def _lead(reading: Reading, decision: Decision) -> int:
    """Years from a decision to its first car; what is given up acts at once."""
    p = reading.evaluation.prospect
    if decision.kind in {"close", "retire"}:
        return 0
    if decision.kind == "expand":
        return int(p.resources.lead[p.labels.resource.index(decision.subject)])
    name = f"enter {decision.subject}" if decision.kind == "enter" else decision.subject
    return int(p.options.lead[p.labels.option.index(name)])


def _condition(reading: Reading, sign: _Sign, year: int) -> Condition:
    said: dict[str, Callable[[], Sentence]] = {
        "event": lambda: _event_said(reading, sign),
        "share": lambda: _share_said(reading, sign, year),
        "duty": lambda: _duty_said(reading, sign, year),
    }
    return Condition(sign.kind, sign.of, sign.above, sign.threshold, year, said[sign.kind]())


def _event_said(reading: Reading, sign: _Sign) -> Sentence:
    event = reading.names.event(sign.of)
    return Sentence("sign.has_come", {"event": event}) if sign.above else Sentence("sign.stays_away", {"event": event})


def _share_said(reading: Reading, sign: _Sign, year: int) -> Sentence:
    return Sentence(
        "sign.share",
        {
            "market": reading.place(sign.of),
            "year": Amount(float(year), "year"),
            "threshold": Amount(sign.threshold, "share"),
            "above": Amount(float(sign.above), "count"),
        },
    )


def _duty_said(reading: Reading, sign: _Sign, year: int) -> Sentence:
    market, model = sign.of.split(" ", 1)
    return Sentence(
        "sign.duty",
        {
            "market": reading.place(market),
            "model": reading.model(model),
            "year": Amount(float(year), "year"),
            "threshold": Amount(sign.threshold, "share"),
            "above": Amount(float(sign.above), "count"),
        },
    )
