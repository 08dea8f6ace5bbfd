"""Where imported rows are put: the own tables of a case, beside what lies there, all at once or not at all."""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.study.folders import FACTS
from roadstead.terms.errors import Fault, RoadsteadError, in_folder
from roadstead.terms.tables import Column, Kind, Schema, scan_table
from roadstead.world.schemas import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.terms.tables import Row

IMPORTS = Schema(
    "imports",
    "Files that rows of a case's own were imported from; `roadstead import` writes it, beside the tables.",
    (
        Column("source", Kind.TEXT, "id under which rows cite the import"),
        Column("format", Kind.TEXT, "format, as `roadstead import` takes it"),
        Column("files", Kind.LIST, "names of the files"),
        Column("sha256", Kind.LIST, "SHA-256 of each file, in the same order"),
        Column("read_on", Kind.DATE, "day on which they were first read"),
        Column("edition", Kind.TEXT, "edition of the data set, as far as the file tells", required=False),
        Column("licence", Kind.TEXT, "under which licence the publisher gives the data"),
        Column("columns", Kind.TEXT, "columns of the file that figures were read from"),
    ),
    key=("source",),
    evidence=False,
)
SAME = {
    "exports": ("origin", "destination", "period", "powertrain", "definition", "unit"),
    "overseas_production": ("home", "firms", "period", "metric", "unit"),
    "sales": ("place", "year", "scope", "measure"),
}
"""Columns that say of two rows of a table that they tell the same figure, where the table's own key does not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table within a case: which, and in which of its folders."""

    schema: Schema
    folder: str

    @property
    def path(self) -> str:
        """Path within the case."""
        return f"{self.folder}/{self.schema.name}.csv"


@dataclass(frozen=True, slots=True)
class Put:
    """What came of a table.

    Attributes
    ----------
    path
        Of the table, within the case.
    rows
        Rows put in.
    replaced
        Rows of earlier imports that gave way, those of the same file included.
    kept
        Imported rows left out because the user has written the same figure by hand.
    """

    path: str
    rows: int
    replaced: int
    kept: int


def put(case: Path, tables: Mapping[Place, Sequence[Mapping[str, Any]]], cited: Mapping[str, Any]) -> tuple[Put, ...]:
    """Put rows into a case's own tables; nothing is changed unless every table is right when all is in.

    A row takes the place of one of an earlier import that tells the same figure, never of one that a person wrote.

    Parameters
    ----------
    case
        The case's folder; made where it is missing.
    tables
        Rows by table: cells by column, all but the source.
    cited
        The row of imports.csv, with ``title``, ``url`` and ``published_on`` for sources.csv beside it.

    Raises
    ------
    RoadsteadError
        What is wrong with tables that lie there, or with the rows.
    """
    world = Place(IMPORTS, FACTS), Place(SOURCES, FACTS)
    faults: list[Fault] = []
    known = {place: _own(case, place, faults) for place in (*tables, *world)}
    if faults:
        raise RoadsteadError(faults)
    imported = {row["source"] for row in known[world[0]]} | {cited["source"]}
    before = {row["source"]: row for row in known[world[0]]}.get(cited["source"])
    read_on = cited["read_on"] if before is None else before["read_on"]
    contents = {place: _beside(known[place], {**cited, "read_on": read_on}) for place in world}
    told = []
    for place, rows in tables.items():
        contents[place], came = _merged(place, known[place], rows, cited["source"], imported)
        told.append(came)
    _write(case, contents)
    return tuple(told)


def _own(case: Path, place: Place, faults: list[Fault]) -> tuple[Row, ...]:
    path = case / place.path
    if not path.exists():
        return ()
    noted: list[Fault] = []
    rows = scan_table(path, place.schema, noted, must_rest_on=True) or ()
    faults += [in_folder(place.folder, fault) for fault in noted]
    return rows


def _beside(known: Iterable[Row], cited: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows of a table of sources with the import's own, in the place of the one it had."""
    return list(({row["source"]: row.values for row in known} | {cited["source"]: cited}).values())


def _merged(
    place: Place, known: Sequence[Row], rows: Sequence[Mapping[str, Any]], source: str, imported: set[str]
) -> tuple[list[Mapping[str, Any]], Put]:
    names = SAME.get(place.schema.name, place.schema.key)

    def figure(cells: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(cells[name] for name in names)

    by_hand = {figure(row.values) for row in known if row["source"] not in imported}
    new = [{**cells, "source": source} for cells in rows if figure(cells) not in by_hand]
    told = {figure(cells) for cells in new}
    staying = [
        row.values
        for row in known
        if row["source"] not in imported or (row["source"] != source and figure(row.values) not in told)
    ]
    return [*staying, *new], Put(place.path, len(new), len(known) - len(staying), len(rows) - len(new))


def _write(case: Path, contents: Mapping[Place, Sequence[Mapping[str, Any]]]) -> None:
    """Write every table aside, check it as it would be read, and only then move all into place."""
    case.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".import-", dir=case))
    try:
        faults: list[Fault] = []
        for place, rows in contents.items():
            path = aside / place.path
            path.parent.mkdir(exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerow(column.name for column in place.schema.all_columns)
                writer.writerows([_cell(row.get(c.name)) for c in place.schema.all_columns] for row in rows)
            scan_table(path, place.schema, faults, must_rest_on=True)
        if faults:
            raise RoadsteadError(faults)
        for place in contents:
            (case / place.folder).mkdir(exist_ok=True)
            (aside / place.path).replace(case / place.path)
    finally:
        shutil.rmtree(aside)


def _cell(value: Any) -> str:
    """A cell as it is written: yes and no, lists with strokes, numbers to the last digit that counts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (tuple, list)):
        return "|".join(map(str, value))
    return str(value)
