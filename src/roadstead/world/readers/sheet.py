"""A foreign table, CSV or workbook: the columns that are wanted, as text, and numbers read from it with every fault noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from roadstead.terms.errors import Fault, RoadsteadError, in_order
from roadstead.terms.tables import csv_lines
from roadstead.terms.workbooks import OTHER_SUFFIXES, SUFFIXES, read_workbook, text_of, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.terms.workbooks import Sheet as WorkbookSheet

LINE = "line"
"""Column of a sheet's cells that holds the line each row begins in."""
WORKBOOKS = SUFFIXES | OTHER_SUFFIXES
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years a person can mean; what lies outside is a month, a count or a slip."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that is looked for, and the other names under which editions of a file print it.

    Attributes
    ----------
    required
        False where the file may do without; its cells are then empty text.
    """

    name: str
    spellings: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Cells as text, stripped.

    Attributes
    ----------
    cells
        One text column for each that was wanted, and ``line``. Shape (rows, wanted + 1).
    places
        Number of each column that the file has, from 1.
    record
        What a file without lines calls its rows.
    """

    file: str
    cells: pl.DataFrame
    places: Mapping[str, int]
    record: str = ""

    def where(self, line: int, column: str) -> str:
        """``file:line:column`` of a cell, or ``file:record number``, with the column's name."""
        if self.record:
            return f"{self.file}:{self.record} {line} ({column})"
        return f"{self.file}:{line}:{self.places.get(column, 0)} ({column})"

    def kept(self, rows: pl.Expr | pl.Series) -> Sheet:
        """The rows for which a condition holds."""
        return Sheet(self.file, self.cells.filter(rows), self.places, self.record)


def read_sheet(path: Path, wanted: Sequence[Wanted], faults: list[Fault], *, western: bool = False) -> Sheet:
    """Cells of the wanted columns; other columns are kept out and the order is free.

    Rows with too many or too few cells are faults to be told with those that the reader finds in the others; empty cells beyond
    the header's are none. ``western`` as for :func:`roadstead.terms.tables.csv_lines`.

    Raises
    ------
    RoadsteadError
        The file is missing, no table, or lacks a required column: there is nothing to read on.
    """
    columns = "columns " + ", ".join(w.name for w in wanted if w.required)
    if path.suffix.lower() in WORKBOOKS:
        lines = _workbook_lines(path, wanted, columns, faults)
    else:
        lines = csv_lines(path, f"a table with {columns}", columns, faults, western=western)
    header = [_bare(cell) for cell in lines[0][1]] if lines else []
    places = _places(path.name, header, wanted, faults) if lines else None
    if places is None:
        raise RoadsteadError(in_order(faults))
    rows = list(_even_rows(path.name, lines, len(header), faults))
    cells = {
        w.name: pl.Series(
            w.name, [row[places[w.name] - 1].strip() if w.name in places else "" for _, row in rows], pl.String
        )
        for w in wanted
    }
    numbers = pl.Series(LINE, [line for line, _ in rows], pl.Int64)
    return Sheet(path.name, pl.DataFrame([numbers, *cells.values()]), places)


def _bare(name: str) -> str:
    """A column's name without what editions of one file differ in: capitals, spaces, strokes."""
    return re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")


def _places(name: str, header: list[str], wanted: Sequence[Wanted], faults: list[Fault]) -> dict[str, int] | None:
    places: dict[str, int] = {}
    before = len(faults)
    for want in wanted:
        names = {want.name, *map(_bare, want.spellings)}
        found = [number for number, cell in enumerate(header, 1) if cell in names]
        if len(found) > 1:
            message = f"the column `{want.name}` stands twice"
            faults.append(Fault(f"{name}:1:{found[1]}", "RS-T102", message, "one of each"))
        if found:
            places[want.name] = found[0]
    missing = [want.name for want in wanted if want.required and want.name not in places]
    expected = f"columns {', '.join(want.name for want in wanted)}"
    if missing and len(header) == 1:
        expected += ", with commas between them: a file parted by semicolons or tabs is to be saved as `CSV UTF-8`"
    faults += [Fault(f"{name}:1:1", "RS-T102", f"the column `{column}` is missing", expected) for column in missing]
    return places if len(faults) == before else None


def _even_rows(
    name: str, lines: list[tuple[int, list[str]]], width: int, faults: list[Fault]
) -> Iterator[tuple[int, list[str]]]:
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width and (len(cells) < width or any(cell.strip() for cell in cells[width:])):
            message = f"{len(cells)} cells where the header has {width}"
            expected = 'put text with a comma between double quotes, "a, b", and write numbers with a point: 12.5'
            faults.append(Fault(f"{name}:{line}:{min(len(cells), width)}", "RS-T103", message, expected))
            continue
        yield line, cells


def workbook_tables(
    path: Path, about: str, faults: list[Fault]
) -> list[tuple[list[tuple[int, list[str]]], WorkbookSheet]]:
    """Every sheet that is not blank: its filled rows, each with its number, and the sheet; nothing, with a fault noted, without one.

    ``about`` says what was expected of a workbook that is empty.
    """
    if path.suffix.lower() in OTHER_SUFFIXES:
        message = "workbooks of this kind are not read"
        expected = "save it as .xlsx, or the sheet as `CSV UTF-8`"
        faults.append(Fault(path.name, "RS-W318", message, expected))
        return []
    try:
        filled = [(rows, sheet) for sheet in read_workbook(path) if (rows := _filled_rows(sheet))]
    except RoadsteadError as error:
        faults += error.faults
        return []
    if not filled:
        faults.append(Fault(f"{path.name}:1:1", "RS-T102", "this file is empty", about))
    return filled


def _workbook_lines(
    path: Path, wanted: Sequence[Wanted], columns: str, faults: list[Fault]
) -> list[tuple[int, list[str]]]:
    """Rows of the sheet with most of the wanted columns, the first of equals: downloads begin with covers and notes.

    What is right of the header is left out.
    """
    filled = workbook_tables(path, columns, faults)
    if not filled:
        return []
    rows, chosen = max(filled, key=lambda one: _known_columns(one[0][0][1], wanted))
    faults += unread(chosen)
    width = max(at for at, cell in enumerate(rows[0][1], 1) if cell)
    return [(number, cells[:width]) for number, cells in rows]


def _filled_rows(sheet: WorkbookSheet) -> list[tuple[int, list[str]]]:
    """Rows that are not blank, by their number in the sheet and all as wide as the widest: a header may stand below empty ones."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), value in sorted(sheet.cells.items()):
        rows.setdefault(row, {})[column] = text_of(value)
    width = max((column for cells in rows.values() for column in cells), default=0)
    return [(row, [cells.get(column, "") for column in range(1, width + 1)]) for row, cells in rows.items()]


def _known_columns(header: list[str], wanted: Sequence[Wanted]) -> int:
    names = {name for want in wanted for name in (want.name, *map(_bare, want.spellings))}
    return len(names.intersection(map(_bare, header)))


NOT_KNOWN = ("", "nan", "na")
"""How an empty cell is written, capitals aside: sources that come out of pandas or R write it out."""


def numbers(sheet: Sheet, column: str, faults: list[Fault]) -> pl.Series:
    """Numbers of a column; null where a cell is empty, or is no number and a fault is noted."""
    text = sheet.cells[column]
    value = text.cast(pl.Float64, strict=False)
    value = pl.select(pl.when(value.is_finite()).then(value)).to_series().alias(column)
    odd = sheet.cells.filter(~text.str.to_lowercase().is_in(NOT_KNOWN) & value.is_null())
    faults += [no_number(sheet.where(line, column), cell) for line, cell in odd.select(LINE, column).iter_rows()]
    return value


_SEPARATED = re.compile(r"[+-]?[0-9][0-9.,'’   _]*%?")


def no_number(where: str, cell: str) -> Fault:
    """What to say of a cell that is no number."""
    if not _SEPARATED.fullmatch(cell):
        return Fault(where, "RS-T107", f"{cell!r} is not a number", "a number, for instance 12.5; empty if not known")
    return Fault(
        where, "RS-W315", f"{cell!r} is written with separators", f"digits and a point only: write {_meant(cell)}"
    )


def _meant(cell: str) -> str:
    """What a number with separators most likely says; both readings where two are as likely."""
    bare = re.sub(r"['’   _%]", "", cell)
    point, comma = bare.rfind("."), bare.rfind(",")
    if comma > point >= 0:
        return bare.replace(".", "").replace(",", ".")
    if bare.count(",") == 1 and point < 0:
        whole, part = bare.split(",")
        if len(part) == 3 and whole.lstrip("+-") not in {"", "0"}:
            return f"{whole}{part} if thousands are meant, {whole}.{part} if not"
        return f"{whole}.{part}"
    bare = bare.replace(",", "")
    return bare.replace(".", "") if bare.count(".") > 1 else bare


def whole_numbers(sheet: Sheet, column: str, faults: list[Fault], *, what: str = "year") -> pl.Series:
    """Years of a column, or months written 202503; null, with a fault noted, where a cell is none."""
    text = sheet.cells[column]
    value = text.cast(pl.Float64, strict=False)
    year = value if what == "year" else (value / 100).floor()
    good = (value == value.floor()) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    if what == "month":
        good &= (value % 100 >= 1) & (value % 100 <= 12)
    good = good.fill_null(value=False)
    example = "2024" if what == "year" else "202503"
    for line, cell in sheet.cells.filter(~good).select(LINE, column).iter_rows():
        message = f"{cell!r} is no {what}" if cell else f"no {what} stands here"
        expected = f"a {what} between {FIRST_YEAR} and {LAST_YEAR}, for instance {example}"
        faults.append(Fault(sheet.where(line, column), "RS-W314", message, expected))
    return pl.select(pl.when(good).then(value.cast(pl.Int64, strict=False))).to_series().alias(column)


def no_negatives(sheet: Sheet, column: str, value: pl.Series, faults: list[Fault]) -> None:
    """Note a fault at each number below zero."""
    low = sheet.cells.select(LINE).with_columns(value.alias("value")).filter(pl.col("value") < 0)
    for line, met in low.iter_rows():
        faults.append(Fault(sheet.where(line, column), "RS-T110", f"{met:g} is too small", "cars, at least 0"))
