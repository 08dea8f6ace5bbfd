"""Patches of a case's tables: which rows and column a selector means, and the cells as they stand afterwards."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study import tables
from roadstead.study.cover import VALUE_COLUMNS
from roadstead.study.items import ITEMS, OPTIONAL
from roadstead.study.patch import Setting, factor, number
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.spelling import meant
from roadstead.terms.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from roadstead.terms.tables import Schema
    from roadstead.world.places import Gazetteer

EVERY, ASSUMED = "every", "assumed"
"""Words that stand for every row, and for every row that is an assumption."""
TABLES = {schema.name: schema for schema in (*tables.ALL, *tables.OPTIONAL)}
OWNERS = {"lines": "line", "markets": "market"}
"""Tables whose rows have figures of their own in figures.csv, and whose figures those are."""
BY_HAND, BEFORE = "set by hand: ", "; before: "
"""What the note of a row that was set says: the patch, and what stood there."""
SHOWN, ASKED = 8, 3
"""Names that a message lists, and of near ones those that it asks about."""


@dataclass(slots=True)
class Cells:
    """A table as it stands in its file, header first."""

    path: Path
    rows: list[list[str]]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return self.rows[0]

    def get(self, row: list[str], column: str) -> str:
        """A cell; empty where the table has no such column."""
        return row[self.header.index(column)].strip() if column in self.header else ""

    def put(self, row: list[str], column: str, value: str) -> None:
        """Write a cell, in a column added at the end where there is none."""
        if column not in self.header:
            for one in self.rows:
                one.append("")
            self.header[-1] = column
        row[self.header.index(column)] = value

    def write(self) -> None:
        """Write the table back."""
        with self.path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(self.rows)


def read(path: Path) -> Cells:
    """The cells of a table that is known to be one."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return Cells(path, [row for row in csv.reader(handle) if any(row)])


def apply(folder: Path, patch: Setting, gazetteer: Gazetteer) -> None:
    """Set the cells that a selector means.

    Raises
    ------
    RoadsteadError
        RS-S731 where it selects nothing, RS-S732 where it names too little to be one thing, RS-S733 where the value does not fit.
    """
    schema = TABLES[patch.path[0]]
    patch, schema = _own_figure(folder, patch, schema)
    where, names = f"--set {patch.text}", patch.path[1:]
    if patch.year is not None:
        message = "a year stands behind a value of a table"
        raise RoadsteadError(Fault(where, "RS-S733", message, "no year: only rates of law hold from a day on"))
    path = folder / f"{schema.name}.csv"
    if not path.exists():
        raise RoadsteadError(Fault(where, "RS-S731", f"the case has no {schema.name}.csv", "a table it has"))
    cells = read(path)
    if schema.name == "figures":
        _add_where_packaged(cells, names)
    column = _column(schema, names, where)
    keys = names[: len(schema.key)]
    chosen = _chosen(cells, schema, keys, gazetteer, where)
    for row in chosen:
        _set(cells, row, column, patch, schema)
    cells.write()


def _own_figure(folder: Path, patch: Setting, schema: Schema) -> tuple[Setting, Schema]:
    """``lines/izmir/open_cost`` is the figure of a line: a row of figures.csv, made from the wider one where it has none."""
    names = patch.path[1:]
    of = OWNERS.get(schema.name)
    is_figure = len(names) == 2 and names[1] not in {c.name for c in schema.columns}
    if not (of and is_figure and names[1] in ITEMS and ITEMS[names[1]].of == of):
        return patch, schema
    own = read(folder / f"{schema.name}.csv")
    row = next((one for one in own.rows[1:] if own.get(one, of).casefold() == names[0].casefold()), None)
    if row is None:
        return patch, schema
    subject = own.get(row, of)
    wider = (own.get(row, "place"), own.get(row, "mode"), "*") if of == "line" else ("*",)
    figures = read(folder / "figures.csv")
    by_subject = {figures.get(one, "subject"): one for one in figures.rows[1:] if figures.get(one, "item") == names[1]}
    if subject not in by_subject:
        model = next((by_subject[name] for name in wider if name in by_subject), None)
        if model is not None:
            figures.rows.append(list(model))
            figures.put(figures.rows[-1], "subject", subject)
            figures.write()
    return Setting(("figures", subject, names[1]), patch.value, patch.year), TABLES["figures"]


def _add_where_packaged(cells: Cells, names: Sequence[str]) -> None:
    """A row for a figure that a case may leave to the package and this one does."""
    if len(names) < 2 or names[1] not in OPTIONAL or {EVERY, ASSUMED} & set(names):
        return
    if any((cells.get(row, "subject"), cells.get(row, "item")) == names[:2] for row in cells.rows[1:]):
        return
    cells.rows.append([""] * len(cells.header))
    unit = ITEMS[names[1]].unit.replace("money", "USD")
    for column, value in (("subject", names[0]), ("item", names[1]), ("unit", unit)):
        cells.put(cells.rows[-1], column, value)


def _column(schema: Schema, names: Sequence[str], where: str) -> str:
    """The column meant: the last part, or the table's main figure where the parts name a row alone."""
    known = [c.name for c in schema.columns if c.name not in schema.key]
    if len(names) <= len(schema.key):
        return VALUE_COLUMNS[schema.name][0]
    column = names[len(schema.key)]
    if column not in known or len(names) > len(schema.key) + 1:
        shape = "/".join((schema.name, *(part.upper() for part in schema.key), "COLUMN"))
        items = [i for i, item in ITEMS.items() if item.of == OWNERS.get(schema.name)]
        near = _meant(column, (*known, *items))
        raise RoadsteadError(
            Fault(where, "RS-S731", f"`{column}` is no column of {schema.name}.csv", f"{shape}; {near}")
        )
    return column


def _chosen(cells: Cells, schema: Schema, keys: Sequence[str], gazetteer: Gazetteer, where: str) -> list[list[str]]:
    """The rows that the first parts of a selector mean."""
    rows = cells.rows[1:]
    for part, column in zip(keys, schema.key, strict=False):
        found = [row for row in rows if _is(cells, row, column, part, gazetteer)]
        if not found:
            known = dict.fromkeys(cells.get(row, column) or "*" for row in rows)
            message = f"no row of {schema.name}.csv has the {column} `{part}`"
            raise RoadsteadError(Fault(where, "RS-S731", message, _meant(part, known)))
        rows = found
    if len(keys) < len(schema.key) and len(rows) > 1:
        column = schema.key[len(keys)]
        choices = list(dict.fromkeys(cells.get(row, column) or "*" for row in rows))
        message = f"that selects {len(rows)} rows of {schema.name}.csv"
        expected = f"the {column} as well: {', '.join(choices[:SHOWN])}, or `{EVERY}`"
        raise RoadsteadError(Fault(where, "RS-S732", message, expected))
    return rows


def _is(cells: Cells, row: list[str], column: str, part: str, gazetteer: Gazetteer) -> bool:
    cell = cells.get(row, column) or "*"
    if part in {EVERY, ASSUMED}:
        return part == EVERY or cells.get(row, "source") == ASSUMPTION
    if cell.casefold() == part.casefold():
        return True
    if column not in {"market", "subject", "place"}:
        return False
    one, other = gazetteer.find(cell), gazetteer.find(part)
    return one is not None and one == other


def _set(cells: Cells, row: list[str], column: str, patch: Setting, schema: Schema) -> None:
    """Write a cell, and in the row's evidence that it was set by hand and what stood there."""
    where, before = f"--set {patch.text}", cells.get(row, column)
    times, value = factor(patch.value), patch.value
    kind = next(c.kind for c in schema.columns if c.name == column)
    if patch.value[:1] in {"x", "×"} and kind.is_number:
        standing = number(before)
        if times is None or standing is None:
            message = f"{before!r} cannot be multiplied" if times is not None else f"{patch.value!r} is no factor"
            raise RoadsteadError(Fault(where, "RS-S733", message, "a factor such as x1.2 of a cell with a number"))
        value = repr(standing * times) if kind in {Kind.NUMBER, Kind.FRACTION} else str(round(standing * times))
    elif kind.is_number and number(value) is None:
        expected = f"a {kind} such as {before or '1'}, or a factor of it such as x1.2"
        raise RoadsteadError(Fault(where, "RS-S733", f"{value!r} is no number", expected))
    cells.put(row, column, value)
    if schema.evidence:
        source = cells.get(row, "source")
        note = f"{BY_HAND}{patch.text}{BEFORE}{before or 'nothing'} ({source or 'no source'})"
        cells.put(row, "source", ASSUMPTION)
        cells.put(row, "confidence", "low")
        cells.put(row, "note", note)


def _meant(part: str, known: Iterable[str]) -> str:
    every = list(known)
    return meant(part, every, f"one of {', '.join(every[:SHOWN])}", ASKED)
