"""What a grown tree says of the catalogue's events by name: which nodes may show, which are certain in a year, which never come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.futures.catalogue.foreseen import Sure, foreseen
from roadstead.futures.catalogue.playing import unplayed
from roadstead.futures.paths.hazards import nearest
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.futures.catalogue.catalogue import Catalogue
    from roadstead.study.document import Document
    from roadstead.study.entries import GrownEntry

CERTAIN = ("tree", "grown", "certain")


def as_settled(document: Document, grown: GrownEntry, found: Catalogue, faults: list[Fault]) -> Catalogue:
    """The catalogue that paths are drawn of; as it is, with faults noted, where the case names what is not there."""
    noted = list(_named(document, grown, found))
    if not noted:
        try:
            return foreseen(found, [_sure(name, year) for name, year in grown.certain.items()], grown.never)
        except RoadsteadError as error:
            where = document.where(*CERTAIN)
            noted = [replace(fault, where=where, message=f"{fault.where}: {fault.message}") for fault in error.faults]
    faults += noted
    return found


def _sure(name: str, year: int) -> Sure:
    event, _, level = name.partition(":")
    return Sure(event, year, level)


def _named(document: Document, grown: GrownEntry, found: Catalogue) -> Iterator[Fault]:
    played = [name for name, event in found.events.items() if event.played]
    for i, name in enumerate(grown.events):
        yield from _played(found, name, played, document.where("tree", "grown", "events", i))
    first, last = document.case.tree.stages[0], document.case.horizon.last
    for name, year in grown.certain.items():
        where, one = document.where(*CERTAIN, name), _sure(name, year)
        yield from _played(found, one.event, played, where)
        if not first <= year <= last:
            message = f"`{name}` is certain in {year}, outside the years planned"
            yield Fault(where, "RS-S609", message, f"a year from {first} to {last}")
        if one.event in played:
            yield from _level(found, one, where)
    for i, name in enumerate(grown.never):
        where = document.where("tree", "grown", "never", i)
        if name not in found.events:
            yield Fault(where, "RS-S609", f"there is no event `{name}`", nearest(name, found.events))
        elif any(_sure(key, year).event == name for key, year in grown.certain.items()):
            yield Fault(where, "RS-S609", f"`{name}` is certain and never comes", "one of both")


def _played(found: Catalogue, name: str, played: list[str], where: str) -> Iterator[Fault]:
    if name not in played:
        event = found.events.get(name)
        message = unplayed(event) if event else f"there is no event `{name}`"
        yield Fault(where, "RS-S609", message, nearest(name, played))


def _level(found: Catalogue, one: Sure, where: str) -> Iterator[Fault]:
    levels = [degree.level.level_id for degree in found.events[one.event].degrees]
    if one.level and one.level not in levels:
        message = f"`{one.event}` has no level `{one.level}`"
        yield Fault(where, "RS-S609", message, f"one of {', '.join(levels)}")
