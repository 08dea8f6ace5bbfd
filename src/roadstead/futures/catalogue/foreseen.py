"""Events whose coming is settled beforehand: certain in a year, or never; paths are drawn of the catalogue that this leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.futures.catalogue.catalogue import Cited
from roadstead.futures.paths.hazards import chance
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from roadstead.futures.catalogue.catalogue import Catalogue, CatalogueEvent
    from roadstead.futures.paths.hazards import Hazard


@dataclass(frozen=True, slots=True)
class Sure:
    """An event that comes on every path in a year, and in no other; ``level`` names its degree, empty where that is drawn."""

    event: str
    year: int
    level: str = ""


def foreseen(catalogue: Catalogue, sure: Collection[Sure], never: Collection[str]) -> Catalogue:
    """The catalogue in which some events come in a year for certain, and others never do.

    A certain event comes whatever else is in force: it needs nothing, nothing bears on it, and what would end it does not come in that
    very year. How long it stays, and what ends it later, stays as it was. What needs an event that never comes does not come either.

    Raises
    ------
    RoadsteadError
        RS-F514 where of two events that are certain in one year one ends the other.
    """
    by_id = {one.event: one for one in sure}
    _must_agree(catalogue, by_id)
    events = {
        name: _certain(event, by_id[name]) if name in by_id else _kept_back(event, by_id)
        for name, event in catalogue.events.items()
    }
    gone = _gone(events, never)
    kept = {
        name: replace(event, hazard=_without(event.hazard, gone)) for name, event in events.items() if name not in gone
    }
    return replace(catalogue, events=kept)


def _must_agree(catalogue: Catalogue, sure: Mapping[str, Sure]) -> None:
    raise_if_any(
        Fault(
            f"event {name}", "RS-F514", f"it ends `{other}`, and both are certain in {one.year}", "another year for one"
        )
        for name, one in sure.items()
        for other in catalogue.events[name].hazard.ends
        if other in sure and sure[other].year == one.year
        if name < other or name not in catalogue.events[other].hazard.ends
    )


def _certain(event: CatalogueEvent, one: Sure) -> CatalogueEvent:
    degrees = event.degrees
    if one.level:
        degrees = tuple(
            replace(degree, level=replace(degree.level, probability=float(degree.level.level_id == one.level)))
            for degree in degrees
        )
    hazard = replace(
        event.hazard,
        yearly=((one.year, 1.0), (one.year + 1, 0.0)),
        needs="",
        influences=(),
        levels=tuple(degree.level for degree in degrees),
    )
    why = f"made certain in {one.year} by hand, to see what would follow"
    told = Cited("chance", ASSUMPTION, "", why, "", "low")
    return replace(
        event,
        hazard=hazard,
        degrees=degrees,
        why=why,
        why_zh=f"人为设定在{one.year}年必然发生，以观察后果",
        evidence=(told, *(each for each in event.evidence if each.about in {"lasts", "levels", "scope"})),
    )


def _kept_back(event: CatalogueEvent, sure: Mapping[str, Sure]) -> CatalogueEvent:
    """An event that does not come in the very year of a certain one that it would end."""
    years = {sure[name].year for name in event.hazard.ends if name in sure}
    if not years:
        return event
    stated = dict(event.hazard.yearly)
    stated |= {year + 1: chance(event.hazard, year + 1) for year in years if year + 1 not in years}
    stated |= dict.fromkeys(years, 0.0)
    return replace(event, hazard=replace(event.hazard, yearly=tuple(sorted(stated.items()))))


def _gone(events: Mapping[str, CatalogueEvent], never: Collection[str]) -> set[str]:
    """Events that never come: those named, those without a chance, and what needs them."""
    gone = {*never, *(name for name, one in events.items() if all(p == 0.0 for _, p in one.hazard.yearly))}
    while more := {name for name, one in events.items() if one.hazard.needs in gone} - gone:
        gone |= more
    return gone


def _without(hazard: Hazard, gone: Collection[str]) -> Hazard:
    return replace(
        hazard,
        ends=tuple(name for name in hazard.ends if name not in gone),
        influences=tuple(one for one in hazard.influences if one.cause not in gone),
    )
