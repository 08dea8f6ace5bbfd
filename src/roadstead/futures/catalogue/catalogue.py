"""The catalogue of events: what may happen, when, how bad it would be, and on what evidence that rests.

The catalogue is data. Packaged tables lie in ``futures/data``; a case may bring rows of its own in its folder ``futures``: an
event of events.csv by its id, the rows of the other tables event by event. What an event does stands in the rules' own
terms, so that it can be played into the rulebook; an event that no plan can work out yet says so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.catalogue.checks import faults_of, placed
from roadstead.futures.catalogue.counting import BaseClass
from roadstead.futures.catalogue.tables import ALL, BASE_CLASSES, EPISODES, EVENTS, OF_AN_EVENT
from roadstead.futures.paths import hazards
from roadstead.futures.paths.hazards import Hazard, Influence, Level
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Row, merged, read_table, scan_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from roadstead.terms.evidence import Evidence, Source
    from roadstead.terms.tables import Schema
    from roadstead.world.places import Gazetteer

FOLDER = "futures"
"""Folder of a case that holds its own tables of events."""
ONLY = "only"
"""Level of an event without degrees."""
CHANCE = re.compile(r"(\d{4})=(\d*\.?\d+(?:[eE]-?\d+)?)")


@dataclass(frozen=True, slots=True)
class Cited:
    """What one figure of an event rests on.

    Attributes
    ----------
    about
        chance, lasts, levels, scope, or the id of the event whose influence it is.
    source
        Title of the document, or ``assumption``.
    text
        What it says, or the reasoning.
    """

    about: str
    source: str
    url: str
    text: str
    as_of: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Degree:
    """One degree of severity by its names."""

    level: Level
    title: str
    title_zh: str


@dataclass(frozen=True, slots=True)
class CatalogueEvent:
    """One event; catalogue_tables.py says what each field holds.

    Attributes
    ----------
    changes
        Rows of event_changes.csv, in order.
    played
        True where a plan can work it out.
    evidence
        What its figures and influences rest on.
    """

    event_id: str
    title: str
    title_zh: str
    comes: str
    comes_zh: str
    stays_away: str
    stays_away_zh: str
    markets: tuple[str, ...]
    kind: str
    hazard: Hazard
    degrees: tuple[Degree, ...]
    amount_is: str
    amount_is_zh: str
    demand: str
    route: str
    changes: tuple[Row, ...]
    played: bool
    would_change: str
    would_change_zh: str
    base: str
    why: str
    why_zh: str
    evidence: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All events in their order, the classes their chances are held against, and what happened before."""

    events: Mapping[str, CatalogueEvent]
    classes: Mapping[str, BaseClass]
    episodes: tuple[Row, ...]

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """When they may come, in order."""
        return tuple(event.hazard for event in self.events.values())


@remembered
def packaged(schema: Schema) -> tuple[Row, ...]:
    """Rows of a packaged table."""
    return read_table(packaged_table("futures", schema.name), schema, must_rest_on=True)


def load(gazetteer: Gazetteer, sources: Mapping[str, Source], own: Path | None = None) -> Catalogue:
    """The packaged catalogue with a user's own rows in place of, or beside, the packaged ones.

    Parameters
    ----------
    sources
        Documents by id; a source that is none of them stands for itself.
    own
        Folder with tables of the same names; None for none.

    Raises
    ------
    RoadsteadError
        With every fault: of cells, RS-F541 of names, RS-F542 of what does not fit together, RS-F511 to F517 of hazards.
    """
    faults: list[Fault] = []
    tables = rows(own)
    named = {row["event"] for row in tables[EVENTS.name]}
    tables[EVENTS.name] = tuple(row for row in tables[EVENTS.name] if row["chances"])
    faults += faults_of(tables, named, gazetteer)
    events = {row["event"]: _event(row, tables, sources, faults) for row in tables[EVENTS.name]}
    raise_if_any(faults)
    catalogue = Catalogue(events, _classes(tables[BASE_CLASSES.name]), tables[EPISODES.name])
    try:
        hazards.check(catalogue.hazards)
    except RoadsteadError as error:
        raise RoadsteadError([placed(fault, tables) for fault in error.faults]) from None
    return catalogue


def rows(own: Path | None = None) -> dict[str, tuple[Row, ...]]:
    """Rows of every table with a user's own in place of, or beside, the packaged ones; with every fault of the user's cells."""
    faults: list[Fault] = []
    tables = {schema.name: packaged(schema) for schema in ALL}
    if own is not None:
        for schema in ALL:
            _merge(tables, schema, own, faults)
    raise_if_any(faults)
    return tables


def _merge(tables: dict[str, tuple[Row, ...]], schema: Schema, own: Path, faults: list[Fault]) -> None:
    """A user's row takes the place of the packaged row with its key; of an event's rows all of them."""
    path = own / f"{schema.name}.csv"
    if not path.exists():
        return
    rows = scan_table(path, schema, faults, must_rest_on=True) or ()
    if schema in OF_AN_EVENT:
        named = {row["event"] for row in rows}
        tables[schema.name] = (*(row for row in tables[schema.name] if row["event"] not in named), *rows)
        return
    tables[schema.name] = merged(schema, tables[schema.name], rows)


def _classes(rows: Iterable[Row]) -> dict[str, BaseClass]:
    return {
        row["base"]: BaseClass(
            base=row["base"],
            title=row["title"],
            title_zh=row["title_zh"],
            counts=row["counts"],
            of=row["of"],
            places=row["places"],
            since=row["since"],
            step=row["step"] or 0.0,
            note=row["note"],
        )
        for row in rows
    }


def _event(
    row: Row, tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source], faults: list[Fault]
) -> CatalogueEvent:
    name, present = row["event"], {other["event"] for other in tables[EVENTS.name]}
    of_it = {schema.name: [r for r in tables[schema.name] if r["event"] == name] for schema in OF_AN_EVENT}
    degrees = tuple(
        Degree(Level(r["level"], r["probability"], r["amount"]), r["title"], r["title_zh"])
        for r in of_it["event_levels"]
    ) or (Degree(Level(ONLY, 1.0, 0.0), "", ""),)
    # What an event that was left out would do to others is left out with it.
    influences = [r for r in of_it["event_influences"] if r["cause"] in present]
    return CatalogueEvent(
        event_id=name,
        title=row["title"],
        title_zh=row["title_zh"],
        comes=row["comes"],
        comes_zh=row["comes_zh"],
        stays_away=row["stays_away"],
        stays_away_zh=row["stays_away_zh"],
        markets=row["markets"],
        kind=row["kind"],
        hazard=Hazard(
            event_id=name,
            yearly=_yearly(row, faults),
            needs=row["needs"],
            ends=tuple(other for other in row["ends"] if other in present),
            influences=tuple(Influence(r["cause"], r["factor"], r["years"], r["kind"]) for r in influences),
            lasts=math.inf if row["lasts"] is None else row["lasts"],
            levels=tuple(degree.level for degree in degrees),
            low=row["low"],
            high=row["high"],
        ),
        degrees=degrees,
        amount_is=row["amount_is"],
        amount_is_zh=row["amount_is_zh"],
        demand=row["demand"],
        route=row["route"],
        changes=tuple(of_it["event_changes"]),
        played=row["played"],
        would_change=row["would_change"],
        would_change_zh=row["would_change_zh"],
        base=row["base"],
        why=row["why"],
        why_zh=row["why_zh"],
        evidence=(
            *(_cited(r["about"], r.evidence, r["url"], sources) for r in of_it["event_evidence"]),
            *(_cited(r["cause"], r.evidence, r["url"], sources) for r in influences),
        ),
    )


def _yearly(row: Row, faults: list[Fault]) -> tuple[tuple[int, float], ...]:
    """Chances as a cell states them, YEAR=CHANCE each."""
    found = []
    for text in row["chances"]:
        match = CHANCE.fullmatch(text.replace(" ", ""))
        if match is None:
            expected = "YEAR=CHANCE with the chance as a fraction, separated by |: 2027=0.05|2030=0.10"
            faults.append(Fault(row.where("chances"), "RS-F542", f"{text!r} is no chance of a year", expected))
        else:
            found.append((int(match[1]), float(match[2])))
    return tuple(found)


def _cited(about: str, evidence: Evidence, url: str, sources: Mapping[str, Source]) -> Cited:
    known = sources.get(evidence.source_id)
    source = known.title if known and evidence.source_id != ASSUMPTION else evidence.source_id
    address = url or (known.url if known else "")
    return Cited(about, source, address, evidence.note, evidence.as_of, str(evidence.confidence))


def find(catalogue: Catalogue, event_id: str) -> CatalogueEvent:
    """The event of this id.

    Raises
    ------
    RoadsteadError
        RS-F541 for an id that is none.
    """
    if event_id not in catalogue.events:
        expected = f"one of {', '.join(catalogue.events)}"
        raise RoadsteadError(Fault("event", "RS-F541", f"the catalogue has no event `{event_id}`", expected))
    return catalogue.events[event_id]


def chance_by(hazard: Hazard, first: int, last: int) -> float:
    r"""Chance to have come between two years, both included, if nothing else bore on it.

    .. math::
        1 - \prod_{y} (1 - p_y) \qquad (B.4)
    """
    left = math.prod(1.0 - hazards.chance(hazard, year) for year in range(first, last + 1))
    return 1.0 - left  # (B.4)
