"""Replay a run's triggers on newer rules and facts: which have fired, which are near, which cannot be seen yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.grow import marginals
from roadstead.study.folders import FACTS, RULES, check_folders
from roadstead.study.kept import kept_book, take_up
from roadstead.study.observing import Newer, Observation, duty_seen, event_seen, newer, share_seen, size_seen
from roadstead.study.progress import Quiet
from roadstead.study.snapshot import world_of
from roadstead.study.world_moved import moved
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import standing_on
from roadstead.terms.showing import Shown
from roadstead.trade import rulebook
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from roadstead.playbook.signs_book import Condition, Signpost
    from roadstead.study.kept import Kept
    from roadstead.study.observing import Status
    from roadstead.study.progress import Progress
    from roadstead.study.study import Ready
    from roadstead.study.world_diff import WorldDiff

LOOKED_UP: Mapping[str, Callable[[Newer, Condition], Observation]] = {
    "duty": duty_seen,
    "share": share_seen,
    "size": size_seen,
}
WORST_FIRST = ("not yet", "unseen", "near", "fired")
"""A sign of several conditions stands where the worst of them does."""


@dataclass(frozen=True, slots=True)
class EventWatched:
    """An event of the case and what is seen of it.

    Attributes
    ----------
    probability
        That it comes, as the tree implies it. [fraction]
    watch_in
        First year in which the tree lets it come.
    """

    event_id: str
    title: str
    title_zh: str
    probability: float
    watch_in: int
    seen: Observation


@dataclass(frozen=True, slots=True)
class SignWatched:
    """A signpost with what is seen of each of its conditions.

    Attributes
    ----------
    status
        Of all conditions together.
    days_left
        Days from the day of the watch to the one on which to decide; below nothing where that has passed.
    """

    signpost: Signpost
    status: Status
    days_left: int
    seen: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Watched(Shown):
    """What has become of a run's triggers.

    Attributes
    ----------
    currency
        Of all money.
    since, as_of
        The day the case was decided on, and the day whose knowledge it is held against.
    moved
        How the world has moved since the run was made; None where it has not.
    """

    folder: Path
    currency: str
    since: date
    as_of: date
    events: tuple[EventWatched, ...]
    signs: tuple[SignWatched, ...]
    moved: WorldDiff | None = None


def watch(
    folder: Path,
    as_of: date | None = None,
    *,
    rules: Path | None = None,
    world: Path | None = None,
    progress: Progress | None = None,
) -> Watched:
    """Replay the triggers of a run folder, and the signposts that its playbook tells.

    Parameters
    ----------
    as_of
        Day whose knowledge counts; that of the packaged rules, or of the newest of a user's ``rules``, where None.
    rules, world
        Folders of a user's own rules and facts, in place of those that the case brought.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder, or one whose plan no longer fits its inputs; RS-S720 for a day before the case's, RS-S721
        where a folder of rules or facts is none.
    """
    check_folders(rules, world)
    with world_of(folder):
        kept = take_up(folder, progress or Quiet())
        given = {RULES: rules, FACTS: world}
        gone = moved(folder, {kind: path for kind, path in given.items() if path is not None})
        return replace(_watched(kept, as_of, rules, world), moved=gone)


def _watched(kept: Kept, as_of: date | None, rules: Path | None, world: Path | None) -> Watched:
    """A run's triggers on the law and facts of today; all else as the run knew it."""
    ready, study, signs = kept.ready, kept.ready.study, kept_book(kept.folder).signposts
    with standing_on(None):
        day = as_of or _newest(ready, rules)
        later = reference.load(world or study.own_facts)
        law = rulebook.load(day, rules or study.own_rules, later.dollars().keys())
    if day < study.as_known_on:
        message = f"{day.isoformat()} lies before {study.as_known_on.isoformat()}, the day the case was decided on"
        raise RoadsteadError(Fault("--as-of", "RS-S720", message, "that day or a later one"))
    now = newer(ready, day, law, later)
    told = ready.grown.events
    implied = {event: share for event, share in marginals(ready.grown).items() if share > 0}
    seen = {event: event_seen(now, told[event]) for event in implied}
    first = _first_years(ready)
    events = tuple(EventWatched(e, told[e].title, told[e].title_zh, implied[e], first[e], seen[e]) for e in implied)
    return Watched(
        kept.folder,
        study.conventions.currency,
        study.as_known_on,
        day,
        events,
        tuple(_sign_watched(now, one, seen) for one in signs),
    )


def _newest(ready: Ready, rules: Path | None) -> date:
    """The day of the packaged rules, or of the newest rule of a user's that is not packaged."""
    packaged = rulebook.load()
    days = [packaged.as_of, ready.study.as_known_on]
    if rules is not None:
        old = {measure.measure_id: measure for measure in packaged.every_measure()}
        every = rulebook.load(None, rules, ready.study.world.dollars().keys()).every_measure()
        days += [measure.known_from for measure in every if old.get(measure.measure_id) != measure]
    return max(days)


def _first_years(ready: Ready) -> Mapping[str, int]:
    """First year in which the tree lets each event come."""
    found: dict[str, int] = {}
    for one in (one for so_far in ready.grown.happened for one in so_far):
        found[one.event] = min(found.get(one.event, one.since), one.since)
    return found


def _sign_watched(now: Newer, one: Signpost, seen: Mapping[str, Observation]) -> SignWatched:
    observed = tuple(_condition_seen(now, condition, seen) for condition in one.conditions)
    left = (date(one.year, 1, 1) - now.as_of).days
    if not observed:  # no sign holds: where it is known what pays, the playbook says what to do whatever comes
        if one.tried is None or one.tried.lost is None:
            return SignWatched(one, "unseen", left, ())
        return SignWatched(one, "fired" if one.tried.always else "not yet", left, ())
    return SignWatched(one, min((o.status for o in observed), key=WORST_FIRST.index), left, observed)


def _condition_seen(now: Newer, condition: Condition, seen: Mapping[str, Observation]) -> Observation:
    """A condition on the day; that something stays away is not seen before its year, and no table says what batteries and freight cost."""
    if condition.kind in LOOKED_UP:
        return LOOKED_UP[condition.kind](now, condition)
    if condition.kind != "event":
        return Observation("unseen", None, 0, ())
    event = _event_seen(now, condition.of, seen)
    if condition.above:
        return event
    if event.status == "fired":
        return replace(event, status="not yet")
    return replace(event, status="unseen" if now.as_of.year < condition.year else "fired")


def _event_seen(now: Newer, event_id: str, seen: Mapping[str, Observation]) -> Observation:
    """An event, at whatever level it comes."""
    told = now.ready.grown.events
    levels = [name for name in told if name == event_id or name.startswith(f"{event_id}:")]
    found = [seen[name] if name in seen else event_seen(now, told[name]) for name in levels]
    return max(found, key=lambda one: WORST_FIRST.index(one.status), default=Observation("unseen", None, 0, ()))
