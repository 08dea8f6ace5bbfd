"""Where trails end: the rows of the case, of the packaged tables and of the law that a figure was worked out from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from roadstead.futures.paths import economy
from roadstead.playbook.trails_book import WORKED_IN, Root
from roadstead.study import tables
from roadstead.study.bundled import CASE_FILE
from roadstead.study.patch_tables import BEFORE, BY_HAND
from roadstead.study.world_tables import PACKAGED
from roadstead.terms.evidence import ASSUMPTION, document
from roadstead.terms.placing import entry_cells, unpacked
from roadstead.trade import rulebook
from roadstead.trade.schemas import ALL as LAW
from roadstead.world import reference
from roadstead.world.schemas import ALL as FACTS
from roadstead.world.sources import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from roadstead.demand.bands import Band
    from roadstead.futures.events import Event
    from roadstead.study.spec import Study
    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row, Schema
    from roadstead.world.carmaker import Figure
    from roadstead.world.demand_terms import Term

NEWEST = 5
"""Rows of a series that are shown: its newest years."""
AMENDED = "*"
"""Ends the id of a measure that an event has changed."""
SAYS = {
    "measures": ("rate", "specific", "ceiling", "rate_type", "base", "effective_from", "effective_to"),
    "taxes": ("rate", "base", "effective_from", "effective_to"),
    "non_tariff": ("effect", "amount", "effective_from", "effective_to"),
}
"""Cells of a row of law that count."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A column that is told, with its unit."""

    name: str
    unit: str = ""


class Roots:
    """Finds the rows behind figures of one case."""

    def __init__(self, study: Study, events: Mapping[str, Event]) -> None:
        self.study = study
        self._events = events
        self._schemas: dict[str, Schema] = {
            schema.name: schema for schema in (*FACTS, *LAW, *tables.ALL, *tables.OPTIONAL, economy.ECONOMY)
        }

    @cached_property
    def _packaged(self) -> frozenset[int]:
        """Packaged rows, by identity."""
        tables = (*reference.load().tables.values(), *rulebook.rows().values(), economy.packaged().values())
        return frozenset(id(row) for rows in tables for row in rows)

    @cached_property
    def _workbook(self) -> Mapping[str, Any]:
        """What is known of the workbook that the case stands in; nothing of a case in a folder."""
        return unpacked(self.study.folder)

    @cached_property
    def _law(self) -> Mapping[str, Mapping[str, Row]]:
        """Rows of law by table and id."""
        tables = rulebook.rows(self.study.own_rules)
        return {name: {row[self._schemas[name].key[0]]: row for row in tables[name]} for name in SAYS}

    def figures(self, asked_by: str, *items: str) -> tuple[Root, ...]:
        """Figures that a line, a market, home or the case was given, by item; one that it was not given has none."""
        used = self.study.used.get(asked_by, {})
        return tuple(self._figure(item, used[item]) for item in items if item in used)

    def _figure(self, item: str, figure: Figure) -> Root:
        """A figure in the case's money, and as it is stated where that is in another."""
        row = self._stated.get(figure.where)
        subject = f"{row['subject']} {item}" if row else item
        says = [f"{item} {figure.value:,.6g} {figure.unit}".removesuffix(" 1")]
        if row is not None and row["value"] != figure.value:
            says.append(f"stated as {_said(row['value'])} {row['unit']}")
        return self._root("figures", subject, figure.where.partition(" (")[0], says, figure.evidence)

    @cached_property
    def _stated(self) -> Mapping[str, Row]:
        """Rows of figures by the place of their value."""
        return {row.where("value"): row for row in self.study.rows["figures"]}

    def tax_rate(self, asked_by: str, place: str) -> tuple[Root, ...]:
        """Tax on profit, the case's own figure or the country's packaged one; and an incentive's."""
        own = self.figures(asked_by, "tax_rate")
        return (own or self.economy(place, "corporate_tax_rate")) + self.figures(
            asked_by, "holiday_rate", "holiday_until"
        )

    def economy(self, place: str, indicator: str) -> tuple[Root, ...]:
        """Newest packaged figure of a country."""
        rows = [r for r in self.study.world.tables["economies"] if (r["place"], r["indicator"]) == (place, indicator)]
        newest = sorted(rows, key=lambda row: str(row["period"]))[-1:]
        return tuple(self.fact("economies", row, _Cell("value", newest[0]["unit"])) for row in newest)

    def rate_of(self, currency: str) -> tuple[Root, ...]:
        """Exchange rate of a currency."""
        rows = [r for c, r in reference.exchange_rates(self.study.world.tables["economies"]) if c == currency]
        year = str(self.study.case.money.price_year)
        best = [r for r in rows if r["period"] == year] or rows[-1:]
        return tuple(self.fact("economies", row, _Cell("value", row["unit"])) for row in best[:1])

    def economy_terms(self, begins: str) -> tuple[Root, ...]:
        """What batteries or freight come to in a tree that is grown: how their course was drawn."""
        rows = [row for name, row in economy.packaged().items() if name.startswith(begins)]
        return tuple(self.fact("economy", row, _Cell("value", row["unit"])) for row in rows)

    def own(self, table: str, wanted: Callable[[Row], bool], *columns: str, unit: str = "") -> tuple[Root, ...]:
        """Rows of a table of the case."""
        rows = [row for row in self.study.rows.get(table, ()) if wanted(row)]
        return tuple(self.fact(table, row, *(_Cell(name, unit) for name in columns), own=True) for row in rows)

    def series(self, table: str, wanted: Callable[[Row], bool], *columns: str) -> tuple[Root, ...]:
        """The newest rows of a series of facts."""
        rows = [row for row in self.study.world.tables[table] if wanted(row)]
        newest = sorted(rows, key=lambda row: int(row["year"]))[-NEWEST:]
        return tuple(self.fact(table, row, *map(_Cell, columns)) for row in newest)

    def distance(self, origin: str, destination: str, route: str) -> tuple[Root, ...]:
        """The sea lane between two places."""
        pairs = {(origin, destination), (destination, origin)}
        rows = [
            row
            for row in self.study.world.tables["sea_distances"]
            if (row["origin"], row["destination"]) in pairs and row["route"] == route
        ]
        shortest = sorted(rows, key=lambda row: float(row["distance"]))[:1]
        return tuple(self.fact("sea_distances", row, _Cell("distance", "nautical miles")) for row in shortest)

    def facts(self, table: str, rows: Iterable[Row], *columns: str) -> tuple[Root, ...]:
        """Rows of a table of facts, as they were found."""
        return tuple(self.fact(table, row, *map(_Cell, columns)) for row in rows)

    def fact(self, table: str, row: Row, *cells: _Cell, own: bool = False) -> Root:
        """A row of facts or of the case."""
        schema = self._schemas[table]
        units = {column.name: column.unit for column in schema.columns}
        if "currency" in units:  # of a row that names its own
            units = {name: unit.replace("currency", str(row["currency"])) for name, unit in units.items()}
        says = tuple(
            f"{cell.name} {_said(row[cell.name])} {cell.unit or units[cell.name]}".rstrip().removesuffix(" 1")
            for cell in cells
            if row[cell.name] not in {None, ""}
        )
        is_own = own or id(row) not in self._packaged
        return self._root(table, naming(schema, row), row.at if is_own else f"{PACKAGED} {row.at}", says, row.evidence)

    def law(self, table: str, row_id: str) -> tuple[Root, ...]:
        """A row of law by its id."""
        row = self._law[table].get(row_id)
        return () if row is None else (self.fact(table, row, *map(_Cell, SAYS[table])),)

    def measure(self, rests_on: str, day: date, come: Collection[str]) -> tuple[Root, ...]:
        """What a bar cites: a measure or another rule; before it the event that has set, added or prolonged it.

        ``come`` are the events that have come by ``day``, on which the car crosses the border.
        """
        measure, _, instrument = rests_on.partition(" ")
        base, _, _ = measure.partition(AMENDED)
        row = self._law["measures"].get(base)
        found = self.law("measures", base) or self.law("non_tariff", base)
        assumed = instrument.removeprefix("assumed: ")
        events = [e for e in self._events.values() if assumed != instrument and assumed in {e.title, e.event_id}]
        if row is not None and row["effective_to"] is not None and row["effective_to"] < day:
            events += [
                event
                for event in self._events.values()
                if event.event_id in come
                and any(c.action == "prolong" and c.importer == row["importer"] for c in event.amendments)
            ]
        return (*map(self.event, events), *found)

    def demand(self, market: str, *names: str) -> tuple[Root, ...]:
        """Parameters of demand as they hold in a market."""
        terms = [self.study.conventions.demand.of(name, market) for name in names]
        return tuple(
            self._root(
                "estimates" if term.origin == "estimate" else "figures",
                term.name,
                term.where,
                (_range(term),),
                term.evidence,
            )
            if term.where
            else self._root("parameters", term.name, f"{PACKAGED} parameters.csv", (_range(term),), term.evidence)
            for term in terms
        )

    def band(self, of: Band, table: str) -> Root:
        """The packaged band that a check of demand is held against."""
        says = (f"low {of.low:,.6g}", f"high {of.high:,.6g}")
        return self._root(table, of.check, f"{PACKAGED} {table}.csv", says, of.evidence)

    def events_named(self, names: Iterable[str]) -> tuple[Root, ...]:
        """Events of the tree by their ids; of one with levels, all of them where none is named."""
        events = self._events.values()
        found = (e for name in names for e in events if name in {e.event_id, e.event_id.partition(":")[0]})
        return tuple(map(self.event, found))

    def of_case(self, entry: str, value: float) -> Root:
        """An entry of case.yaml, which is its author's, or the program's where he says nothing: an assumption either way."""
        says = (f"{entry.rpartition('.')[2]} {value:,.6g}",)
        at = self._entry_worked_in(entry) or self._in_workbook(
            (entry_cells(self.study.folder / CASE_FILE) or {}).get(entry, "")
        )
        return Root(CASE_FILE, entry, at, says, ASSUMPTION, "", "", "low", True, "")

    def event(self, event: Event) -> Root:
        """An event of the tree: its chance is its author's."""
        says = (f"probability {event.probability:.6g}",)
        return Root("events", event.event_id, "", says, event.rests_on or ASSUMPTION, "", "", "low", True, event.note)

    def _root(self, table: str, row: str, at: str, says: Iterable[str], evidence: Evidence) -> Root:
        source = document(self.study.sources, evidence.source_id)
        return Root(
            table=table,
            row=row,
            at=at if at.startswith(PACKAGED) else self._worked_in(evidence.note) or self._in_workbook(at),
            says=tuple(says),
            source=source.title,
            url=source.url,
            as_of=evidence.as_of,
            confidence=evidence.confidence.value,
            is_assumption=not evidence.is_sourced,
            note=evidence.note,
        )

    def _worked_in(self, note: str) -> str:
        """Of a row that a what-if has set, the patch; nothing of any other."""
        patch, before, _ = note.removeprefix(BY_HAND).partition(BEFORE)
        is_set = self.study.case.patched and note.startswith(BY_HAND) and before
        return WORKED_IN + patch if is_set else ""

    def _entry_worked_in(self, entry: str) -> str:
        """Of an entry of case.yaml that a what-if has set, alone or in a scenario, the patch; nothing of any other."""
        sought = re.compile(rf"(?:^|[(,]\s*)(case/{re.escape(entry.replace('.', '/'))}=[^,)]*)")
        found = [one for text in self.study.case.patched for one in sought.findall(text)]
        return WORKED_IN + found[-1] if found else ""

    def _in_workbook(self, at: str) -> str:
        """A place of the case's own, a cell after the name of its workbook."""
        book = self._workbook.get("workbook")
        return f"{book} {at}" if book and "!" in at else at


def _range(term: Term) -> str:
    """A parameter with its range."""
    return f"value {term.value:,.6g} (from {term.low:,.6g} to {term.high:,.6g})"


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}"
    return "|".join(map(str, value)) if isinstance(value, tuple) else str(value)
