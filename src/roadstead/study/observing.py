"""What newer law and newer facts say of an event or a share: how far it has come, and which rows say so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.futures.evaluate import evaluate
from roadstead.futures.events import Happening, TreePlan
from roadstead.futures.grow import CLASS_YEAR, central, class_draws, halves
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.signposts import APART
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.events import DemandClass, Event
    from roadstead.playbook.signs_book import Condition
    from roadstead.study.study import Ready
    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.evidence import Evidence, Source
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World, YearFigure

Status = Literal["fired", "near", "not yet", "unseen"]
"""``unseen``: nothing that is known on the day can tell."""

BARRED = -1e6
"""Assumption: what a car counts for on a way that law bars, beside what it earns where it does not. [money/car]"""
MOVES = 1.0
"""What an event moves on a way at least, to be seen there. [money/car]"""
COME, ON_ITS_WAY = 0.75, 0.25
"""Assumption, told beside what is seen: part of what an event would change from which it has come, or is near."""
NEAR = 0.02
"""Assumption, told as well: distance to a threshold within which a share or a duty is near, or, of it, a market's size. [fraction]"""


@dataclass(frozen=True, slots=True)
class Observation:
    """What is seen on a day.

    Attributes
    ----------
    value
        Part of an event's change that is law, or the share or duty looked at; None where there is none. [fraction]
    year
        Year the value is of; nothing where there is none.
    sources
        Rows and documents it was read from, each in words with its address.
    is_share
        True where the value is an NEV share that tells of an event.
    """

    status: Status
    value: float | None
    year: int
    sources: tuple[str, ...]
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Newer:
    """What is known on a later day.

    Attributes
    ----------
    before, law
        The central future under the rules of the case's day, and under those of the later one.
    sources
        Documents by id.
    """

    ready: Ready
    as_of: date
    rules: Rulebook
    world: World
    before: Evaluation
    law: Evaluation
    sources: Mapping[str, Source]


def newer(ready: Ready, as_of: date, rules: Rulebook, world: World) -> Newer:
    """Evaluate the central future under newer rules, beside the same under the case's."""
    sources = {**ready.study.sources, **world.sources}
    return Newer(ready, as_of, rules, world, _central(ready, ready.rulebook), _central(ready, rules), sources)


def _central(ready: Ready, rules: Rulebook, event: Event | None = None, since: int = 0) -> Evaluation:
    """The one path on which nothing happens but, where named, one event's law from a year on."""
    path, events = central(ready.grown, ready.outlook), ready.grown.events
    if event is not None:
        stage = int(np.flatnonzero(path.tree.start <= since)[-1])
        come = Happening(event.event_id, stage, since, NEVER)
        happened = tuple((*so_far, come) if n >= stage else so_far for n, so_far in enumerate(path.happened))
        path, events = replace(path, happened=happened), {**events, event.event_id: event}
    return evaluate(path, ready.evaluation.ledger.costing, rules, events)


def event_seen(now: Newer, event: Event) -> Observation:
    """Whether an event has come: by law where it changes law, by sales where it says how demand goes, else unseen."""
    if event.amendments:
        return _law_seen(now, event)
    return _demand_seen(now, event.demand) if event.demand else Observation("unseen", None, 0, ())


def _law_seen(now: Newer, event: Event) -> Observation:
    """Part of what an event would change on all ways, each by what it moves, that newer law does change."""
    grown = now.ready.grown
    came = [one.since for so_far in grown.happened for one in so_far if one.event == event.event_id]
    since = min(came, default=grown.tree.first_year)
    bare = replace(event, demand="", route="", content=(), terms={}, least_prices=(), shifts=())
    if since <= grown.tree.first_year:
        return Observation("fired", 1.0, grown.tree.first_year, _sources(now, event))
    amended = _by_way(_central(now.ready, now.ready.rulebook, bare, since))
    before, law = _by_way(now.before), _by_way(now.law)
    years = now.before.prospect.node_years.year >= since
    ways = [way for way in before if way in amended and way in law]
    if not ways:
        return Observation("unseen", None, 0, ())
    was, would, does = (np.stack([found[way][years] for way in ways]) for found in (before, amended, law))
    moved = np.abs(would - was)
    counts = np.where(moved > MOVES, moved, 0.0)
    if not counts.any():
        return Observation("unseen", None, 0, ())
    part = np.clip((does - was) / np.where(moved > MOVES, would - was, 1.0), 0.0, 1.0)
    come = float((counts * part).sum() / counts.sum())
    status: Status = "fired" if come >= COME else "near" if come >= ON_ITS_WAY else "not yet"
    return Observation(status, come, since, _sources(now, event))


def _by_way(found: Evaluation) -> dict[tuple[int, str | None, str], Floats]:
    """What a car earns on every way in every node-year, by what the way is."""
    p = found.prospect
    earned = np.where(p.arcs.allowed, p.arcs.margin, BARRED)
    return {(key.offer, key.line, key.regime): earned[:, a] for a, key in enumerate(found.ledger.arcs)}


def _sources(now: Newer, event: Event) -> tuple[str, ...]:
    """Rules of the event's importers that are new or changed since the case's day."""
    return _rows(now, {change.importer for change in event.amendments})


def _rows(now: Newer, importers: set[str]) -> tuple[str, ...]:
    old = {measure.measure_id: measure for measure in now.ready.rulebook.every_measure()}
    fresh = [
        measure
        for importer in sorted(importers)
        for measure in now.rules.measures.get(importer, ())
        if old.get(measure.measure_id) != measure
    ]
    return tuple(_cited(now, measure) for measure in fresh)


def _cited(now: Newer, measure: Measure) -> str:
    return f"{measure.measure_id}, known from {measure.known_from.isoformat()}: {_document(now, measure.evidence)}"


def _document(now: Newer, evidence: Evidence) -> str:
    """What a row rests on, by title and address where the document is known."""
    source = now.sources.get(evidence.source_id)
    return " ".join(filter(None, (source.title, source.url))) if source else evidence.source_id


def duty_seen(now: Newer, condition: Condition) -> Observation:
    """Taxes at the border in the sign's year, as law known on the day has them; unseen while it is as the case knew it."""
    market, model = condition.of.split(" ", 1)
    years, tree = now.law.prospect.node_years, now.law.ledger.grown.tree
    at = int(np.flatnonzero(tree.start[years.node] == condition.year)[0])
    was, value = (duty_from_home(found, market, model, at) for found in (now.before, now.law))
    gazetteer = now.ready.study.world.gazetteer
    sources = _rows(now, {market, gazetteer.territory(market)})
    if abs(value - was) < APART and now.as_of.year < condition.year:
        return Observation("unseen", value, condition.year, sources)
    return Observation(_against(value, condition), value, condition.year, sources)


def share_seen(now: Newer, condition: Condition) -> Observation:
    """The newest NEV share of a market: it decides in the sign's year, and is told before."""
    return _figure_seen(condition, _newest_share(now, condition.of))


def size_seen(now: Newer, condition: Condition) -> Observation:
    """The same of a market's new cars."""
    history = now.world.markets.get(condition.of)
    return _figure_seen(condition, _newest(now, history.sales if history else ()))


def _figure_seen(condition: Condition, found: tuple[int, float, str] | None) -> Observation:
    if found is None:
        return Observation("unseen", None, 0, ())
    year, value, source = found
    return Observation("unseen" if year < condition.year else _against(value, condition), value, year, (source,))


def _against(value: float, condition: Condition) -> Status:
    beyond = (value - condition.threshold) * (1.0 if condition.above else -1.0)
    near = NEAR * condition.threshold if condition.kind == "size" else NEAR
    return "fired" if beyond >= 0.0 else "near" if beyond > -near else "not yet"


def _newest_share(now: Newer, market: str) -> tuple[int, float, str] | None:
    history = now.world.markets.get(market)
    return _newest(now, history.nev_share if history else ())


def _newest(now: Newer, figures: Sequence[YearFigure]) -> tuple[int, float, str] | None:
    """Year, value and source of the newest figure that was out by the day."""
    known = [f for f in figures if f.year < now.as_of.year and (f.evidence.as_of or "0") <= now.as_of.isoformat()]
    if not known:
        return None
    newest = max(known, key=lambda f: f.year)
    return newest.year, newest.value, f"{_document(now, newest.evidence)}, {newest.evidence.as_of}"


def _demand_seen(now: Newer, wanted: DemandClass) -> Observation:
    """Where the NEV share of the planned markets stands between the slow draws and the fast ones of the newest year known.

    It decides in the year that sorts the draws; before, it is near where it stands with the draws of the event.
    """
    outlook = now.ready.outlook
    markets = tuple(now.ready.study.carmaker.channels)
    seen = {market: one for market in markets if (one := _newest_share(now, market)) is not None}
    years = outlook.years.tolist()
    latest = min((year for year, _, _ in seen.values()), default=0)
    if latest not in years:
        return Observation("unseen", None, latest, tuple(source for _, _, source in seen.values()))
    rows = [markets.index(market) for market in seen]
    size = outlook.market[:, rows, years.index(latest)]
    share = (size * outlook.nev_share[:, rows, years.index(latest)]).sum(1) / size.sum(1)
    met = float(np.average([value for _, value, _ in seen.values()], weights=size.mean(0)))
    draws = slow_and_fast(now.ready)
    slow, fast = (float(share[draws[name]].mean()) for name in ("slow", "fast"))
    middle = (slow + fast) / 2
    leans = (met - middle) * (1.0 if wanted == "fast" else -1.0)
    status: Status = "not yet" if leans < 0.0 else "fired" if latest >= CLASS_YEAR else "near"
    return Observation(status, met, latest, tuple(source for _, _, source in seen.values()), is_share=True)


def slow_and_fast(ready: Ready) -> Mapping[str, Flags]:
    """Draws that the case means by slow and by fast; halves where the nodes of its tree have draws of their own."""
    grown, plan = ready.grown, ready.study.tree
    shares = plan.shares if isinstance(plan, TreePlan) else {}
    draws = class_draws(grown.tree, grown.demand, ready.outlook, shares)
    return draws if draws["slow"].any() and draws["fast"].any() else halves(ready.outlook)
