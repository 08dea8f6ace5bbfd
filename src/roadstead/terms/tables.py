"""Tables with a schema: one description of each column drives the checks, the documentation and the templates."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.evidence import ASSUMPTION, Confidence, Evidence
from roadstead.terms.placing import Place, Placing, placing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Kind(StrEnum):
    """What a cell of a column holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "whole number"
    FRACTION = "fraction between 0 and 1"
    YEAR = "year"
    DATE = "ISO date"
    FLAG = "yes or no"
    LIST = "list separated by |"
    HS = "HS code as text"

    @property
    def is_number(self) -> bool:
        """True for what is counted or measured."""
        return self in {Kind.NUMBER, Kind.COUNT, Kind.FRACTION, Kind.YEAR}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    unit
        Unit of the numbers, as printed in the documentation.
    required
        False where a cell may stay empty.
    least, most
        Bounds, both allowed.
    choices
        The only values allowed, if any.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    required: bool = True
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


EVIDENCE_COLUMNS = (
    Column("source", Kind.TEXT, "id of a row of sources.csv, or `assumption`", required=False),
    Column("as_of", Kind.TEXT, "when the source said so", required=False),
    Column(
        "confidence",
        Kind.TEXT,
        "high: stated by the source; medium: second-hand or derived; low: rough",
        choices=tuple(Confidence),
    ),
    Column("note", Kind.TEXT, "reasoning, doubts, conflicts", required=False),
)


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of one table.

    Attributes
    ----------
    key
        Columns that together name a row; no two rows share them.
    evidence
        True where rows carry source, as_of, confidence and note.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    evidence: bool = True

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Own columns and, where rows carry evidence, its four."""
        return self.columns + (EVIDENCE_COLUMNS if self.evidence else ())


@dataclass(frozen=True, slots=True)
class Row:
    """One row, typed; ``row["units"]`` gives a value, ``row.where("units")`` its place."""

    values: dict[str, Any]
    place: Place
    line: int
    columns: dict[str, int] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def where(self, name: str) -> str:
        """``file:line:column``, or ``Sheet!C7``, of a cell, with the column's name."""
        return self.place.cell(self.line, self.columns.get(name, 0), name)

    @property
    def file(self) -> str:
        """Name of its file, or of its sheet."""
        return self.place.name

    @property
    def at(self) -> str:
        """Where it stands: ``file:line``, or ``Sheet!A7``."""
        return self.place.begin(self.line)

    @property
    def called(self) -> str:
        """What a person calls it: line 7, or row 7 of a sheet."""
        return self.place.line(self.line)

    @property
    def evidence(self) -> Evidence:
        """The row's evidence."""
        v = self.values
        return Evidence(v["source"], v["as_of"], Confidence(v["confidence"] or Confidence.LOW), v["note"])


def read_table(path: Path, schema: Schema, *, must_rest_on: bool = False) -> tuple[Row, ...]:
    """Read and check a CSV file; raises RoadsteadError with every fault in it.

    ``must_rest_on`` asks that every row names a source or says ``assumption`` with its reasoning in the note.
    """
    faults: list[Fault] = []
    rows = scan_table(path, schema, faults, must_rest_on=must_rest_on)
    raise_if_any(faults)
    return rows or ()


def scan_table(
    path: Path, schema: Schema, faults: list[Fault], *, must_rest_on: bool = False
) -> tuple[Row, ...] | None:
    """Read a CSV file and note every fault in it.

    A faulty cell is None in its row, so that whoever reads on can find what else is wrong. The answer is None where the
    file has no rows to speak of: it is missing, is no table, or has another header.
    """
    needed = ", ".join(c.name for c in schema.all_columns if c.required)
    at = placing(path)
    lines = csv_lines(path, f"a table `{schema.name}`: {schema.description}", f"columns {needed}", faults, at)
    if not lines or not header_is_right(at, lines[0], schema.all_columns, faults):
        return None
    rows = tuple(_rows(at, schema, lines, faults))
    if must_rest_on and schema.evidence:
        faults += _unfounded(rows)
    return rows


def merged(schema: Schema, packaged: Iterable[Row], own: Iterable[Row]) -> tuple[Row, ...]:
    """Rows of the package with a user's own: each takes the place of the packaged row with its key, or stands after them all."""
    if not schema.key:
        return (*packaged, *own)
    return tuple({tuple(row[name] for name in schema.key): row for row in (*packaged, *own)}.values())


def csv_lines(
    path: Path, about: str, columns: str, faults: list[Fault], at: Placing | None = None, *, western: bool = False
) -> list[tuple[int, list[str]]]:
    """Cells by the line, or the sheet's row, they begin in, header first; nothing, with a fault noted, where it is no CSV table.

    ``about`` and ``columns`` say what was expected of a file that is missing and of one that is empty. ``western`` takes a file
    that is not UTF-8 for Windows-1252: for publishers who write so, where no name is read but codes.
    """
    found: list[tuple[int, list[str]]] = []
    begins, at = 1, at or Placing(Place(path.name))
    try:
        reader = csv.reader(io.StringIO(_text(path, western=western), newline=""), strict=True)
        for cells in reader:
            # A quoted cell may run over several lines: a row's place is where it begins.
            found.append((at.row(len(found), begins), cells))
            begins = reader.line_num + 1
    except FileNotFoundError:
        message = f"this {'sheet' if at.place.is_sheet else 'file'} is missing"
        faults.append(Fault(at.place.name, "RS-T101", message, about))
        return []
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-8"
        expected = "save the table as `CSV UTF-8`; spreadsheets default to the code page of the machine"
        faults.append(Fault(f"{path.name}:1:1", "RS-T112", message, expected))
        return []
    except (OSError, csv.Error) as error:
        expected = "a CSV file; a cell with a quotation mark in it stands between two and doubles it"
        faults.append(Fault(f"{path.name}:{begins}:1", "RS-T112", f"not readable as a table: {error}", expected))
        return []
    if not found:
        faults.append(Fault(f"{path.name}:1:1", "RS-T102", "this file is empty", columns))
    return found


def _text(path: Path, *, western: bool) -> str:
    if not western:
        return path.read_text(encoding="utf-8-sig")
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(at: Placing, schema: Schema, lines: list[tuple[int, list[str]]], faults: list[Fault]) -> Iterator[Row]:
    header = lines[0][1]
    stands = {column: i for i, column in enumerate(header)}
    place = {column: at.column(i) for column, i in stands.items()}
    seen: dict[tuple[Any, ...], int] = {}
    for begins, cells in lines[1:]:
        if not any(cells):
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header has {len(header)}"
            expected = 'put text with a comma between double quotes: "a, b"'
            last = at.column(min(len(cells), len(header)) - 1)
            faults.append(Fault(at.place.cell(begins, last), "RS-T103", message, expected))
            continue
        row = Row({}, at.place, begins, place)
        for column in schema.all_columns:
            cell = cells[stands[column.name]].strip() if column.name in stands else ""
            row.values[column.name] = parse_cell(cell, column, row.where(column.name), faults)
        values = row.values
        key = tuple(values[part] for part in schema.key)
        if schema.key and None not in key and key in seen:
            named = ", ".join(str(part) for part in key)
            message = f"{named} stands twice, first in {at.place.line(seen[key])}"
            expected = f"one row per {' and '.join(schema.key)}"
            faults.append(Fault(row.where(schema.key[0]), "RS-T104", message, expected))
        seen.setdefault(key, begins)
        yield row


def header_is_right(
    at: Placing, first: tuple[int, list[str]], columns: tuple[Column, ...], faults: list[Fault]
) -> bool:
    """True for a header, given with its line, that has every column it needs, once, and no other; else faults are noted."""
    (line, header), names = first, [column.name for column in columns]
    missing = [c.name for c in columns if c.required and c.name not in header]
    strange = [(i, h) for i, h in enumerate(header) if h not in names]
    doubled = sorted({h for h in header if h in names and header.count(h) > 1})
    for column in missing:
        message = f"the column `{column}` is missing"
        faults.append(Fault(at.place.cell(line, 1), "RS-T102", message, f"columns {', '.join(names)}"))
    for i, column in strange:
        near = difflib.get_close_matches(column.casefold(), names, 1, 0.6)
        expected = f"{f'did you mean `{near[0]}`? ' if near else ''}one of {', '.join(names)}"
        where = at.place.cell(line, at.column(i))
        faults.append(Fault(where, "RS-T102", f"the column `{column}` is not known", expected))
    for column in doubled:
        last = at.column(len(header) - 1 - header[::-1].index(column))
        where = at.place.cell(line, last)
        faults.append(Fault(where, "RS-T102", f"the column `{column}` stands twice", "one of each"))
    return not (missing or strange or doubled)


_HS = re.compile(r"[0-9]{4}(\.?[0-9]{2}){0,3}")
_EMPTY: dict[Kind, Any] = {
    Kind.TEXT: "",
    Kind.HS: "",
    Kind.LIST: (),
}


def parse_cell(text: str, column: Column, where: str, faults: list[Fault]) -> Any:
    """The typed value of one cell, or None with a fault noted."""
    if not text:
        if column.required:
            expected = f"{column.kind}{_unit(column)}: {column.description}"
            faults.append(Fault(where, "RS-T105", "nothing stands here", expected))
        return _EMPTY.get(column.kind)
    if column.kind is Kind.LIST:
        values = tuple(part.strip() for part in text.split("|") if part.strip())
        return tuple(value for value in values if _is_choice(value, column, where, faults))
    if column.kind in {Kind.TEXT, Kind.HS}:
        if column.kind is Kind.HS and not _HS.fullmatch(text):
            faults.append(hs_fault(where, text))
        return text if _is_choice(text, column, where, faults) else None
    return _parse_typed(text, column, where, faults)


def hs_fault(where: str, text: str) -> Fault:
    """An HS code that is no code, most often because a spreadsheet took its zero."""
    message = f"{text!r} is not an HS code"
    expected = (
        "4, 6, 8 or 10 digits as text with every zero kept, for instance '8703.80' or '8507.60'; "
        "a spreadsheet or YAML that reads it as a number drops zeros: quote it"
    )
    return Fault(where, "RS-T108", message, expected)


def _is_choice(value: str, column: Column, where: str, faults: list[Fault]) -> bool:
    if not column.choices or value in column.choices:
        return True
    expected = f"one of {', '.join(column.choices)}"
    faults.append(Fault(where, "RS-T106", f"{value!r} is not known here", expected))
    return False


def _unit(column: Column) -> str:
    return f" [{column.unit}]" if column.unit not in {"", "1"} else ""


def _parse_typed(text: str, column: Column, where: str, faults: list[Fault]) -> Any:
    try:
        value: Any
        match column.kind:
            case Kind.DATE:
                return date.fromisoformat(text)
            case Kind.FLAG:
                return {"yes": True, "no": False}[text.lower()]
            case Kind.COUNT | Kind.YEAR:
                value = int(text)
            case _:
                value = float(text)
        readable = "_" not in text and math.isfinite(value)
    except (ValueError, KeyError, OverflowError):
        readable = False
    if not readable:
        expected = f"{column.kind}{_unit(column)}{_hint(text, column.kind)}"
        faults.append(
            Fault(where, "RS-T107", f"{text!r} is not {_ARTICLE.get(column.kind, 'a ')}{column.kind}", expected)
        )
        return None
    return value if check_bounds(value, column, where, faults) else None


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ARTICLE = {Kind.DATE: "an ", Kind.FLAG: "", Kind.HS: "an "}


def _hint(text: str, kind: Kind) -> str:
    """What a person most likely meant by a number that is none."""
    bare = text.replace(",", "").replace(" ", "").replace("_", "")
    if kind is Kind.FRACTION and bare.endswith("%") and _NUMBER.fullmatch(bare[:-1]):
        return f": write {float(bare[:-1]) / 100:g} for {bare}"
    if bare != text and _NUMBER.fullmatch(bare):
        return f": write {bare}, without separators"
    return ""


def check_bounds(value: float, column: Column, where: str, faults: list[Fault]) -> bool:
    """True for a number within its column's bounds; else a fault is noted, guessing at a percentage."""
    fraction = column.kind is Kind.FRACTION
    least = 0.0 if fraction and column.least is None else column.least
    most = 1.0 if fraction and column.most is None else column.most
    if fraction and most is not None and most < value <= 100:
        message = f"{value:g} looks like a percentage"
        expected = f"a fraction: write {value / 100:g} for {value:g} %"
        faults.append(Fault(where, "RS-T109", message, expected))
    elif least is not None and value < least:
        expected = f"{column.kind}{_unit(column)}, at least {least:g}"
        faults.append(Fault(where, "RS-T110", f"{value:g} is too small", expected))
    elif most is not None and value > most:
        expected = f"{column.kind}{_unit(column)}, at most {most:g}"
        faults.append(Fault(where, "RS-T110", f"{value:g} is too large", expected))
    else:
        return True
    return False


def _unfounded(rows: tuple[Row, ...]) -> Iterator[Fault]:
    for row in rows:
        if not row["source"]:
            expected = f"a source's id, or `{ASSUMPTION}` with the reasoning in the note"
            yield Fault(row.where("source"), "RS-T111", "no source is named", expected)
        elif row["source"] == ASSUMPTION and not row["note"]:
            expected = "say in the note why this figure and not another"
            yield Fault(row.where("note"), "RS-T111", "an assumption without reasoning", expected)
