"""Excel workbooks read cell by cell: values as they are stored, within limits, and never a formula worked out.

Only what a cell holds is kept in memory, whatever its place: a workbook of five kilobytes with one cell in its last row and column
would make a reader that keeps whole rectangles ask for ten gigabytes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.parsers import expat

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.placing import Place, letters
from roadstead.terms.zips import BROKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SUFFIXES = {".xlsx", ".xlsm"}
"""Workbooks that are read."""
OTHER_SUFFIXES = {".xls", ".xlsb", ".ods", ".et", ".numbers"}
"""Workbooks that spreadsheets keep in other forms; saved as .xlsx they can be read."""
MOST_PACKED, MOST_UNPACKED, MOST_CELLS = 20_000_000, 100_000_000, 500_000
"""Limits of a file on disk and of its parts unpacked [bytes], and of filled cells: fifty times the largest case there is."""
CHUNK = 1 << 16
PARTS = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
UNREADABLE = (*BROKEN, expat.ExpatError)
"""What a damaged or protected file may raise on the way."""
OLD = b"\xd0\xcf\x11\xe0"
"""How files of old spreadsheets begin, and those with a password."""
DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Numbers of the built-in formats of days and times, those of Chinese and Japanese Excel among them."""

Value: TypeAlias = str | float | bool | date | datetime


@dataclass(slots=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    cells
        Values by row and column, from 1; empty cells are none.
    merged
        Ranges of merged cells, as A1:B2.
    unworked
        Cells with a formula whose value was never stored.
    errors
        Cells that show an error, by what they show.
    """

    name: str
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    unworked: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """Every sheet in its order.

    Raises
    ------
    RoadsteadError
        RS-T101 where there is no file, RS-T112 where it is no workbook that can be read, RS-T114 where it is larger than any case.
    """
    must_be_small(path)
    try:
        with path.open("rb") as file:
            begins = file.read(4)
        if begins == OLD:
            message = "this is a workbook with a password, or of an old kind"
            raise RoadsteadError(Fault(path.name, "RS-T112", message, "save it as .xlsx without a password"))
        with zipfile.ZipFile(path) as archive:
            return _Reading(path, archive).sheets()
    except UNREADABLE as error:
        said = str(error).splitlines()
        message = f"not readable as a workbook: {said[0] if said else type(error).__name__}"
        raise RoadsteadError(Fault(path.name, "RS-T112", message, "an Excel workbook, .xlsx")) from None


def must_be_small(path: Path) -> None:
    """Refuse a file that is not there (RS-T101) or too large to be looked at (RS-T114)."""
    if not path.exists():
        raise RoadsteadError(Fault(path.name, "RS-T101", "this file is missing", "an Excel workbook, .xlsx"))
    packed = path.stat().st_size
    if packed > MOST_PACKED:
        raise _too_large(path, f"{packed / 1e6:,.0f} MB", f"at most {MOST_PACKED / 1e6:.0f} MB")


def text_of(value: Value) -> str:
    """A value as a CSV file would hold it: numbers in the fewest digits that give them back, days as 2026-07-02, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def unread(sheet: Sheet, matters: Callable[[int, int], bool] = lambda *_: True) -> Iterator[Fault]:
    """Cells that show something and hold no value: errors, and formulas that no spreadsheet has worked out yet.

    ``matters`` says whether a cell, by row and column, is one that is read.
    """
    place = Place(sheet.name, is_sheet=True)
    for row, column in sorted(cell for cell in sheet.unworked if matters(*cell)):
        message = "a formula stands here whose value was never worked out"
        expected = "open the workbook in a spreadsheet and save it, or write the value itself"
        yield Fault(place.cell(row, column), "RS-T115", message, expected)
    for (row, column), shown in sorted((cell, shown) for cell, shown in sheet.errors.items() if matters(*cell)):
        yield Fault(place.cell(row, column), "RS-T115", f"{shown} stands here", "a value, or nothing")


def _too_large(path: Path, met: str, limit: str) -> RoadsteadError:
    return RoadsteadError(Fault(path.name, "RS-T114", f"this workbook is too large: {met}", limit))


class _Reading:
    """A workbook being read; ``unpacked`` counts what came out of the archive so far."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self.archive = path, archive
        self.names = {name.lower(): name for name in archive.namelist()}
        self.unpacked = self.filled = 0
        self.strings: list[str] = []
        self.day_styles: set[int] = set()
        self.since_1904 = False

    def sheets(self) -> tuple[Sheet, ...]:
        main, strings, styles = PARTS
        if main not in self.names:
            raise zipfile.BadZipFile("it has no xl/workbook.xml")
        listed: list[tuple[str, str]] = []

        def begin(tag: str, a: Mapping[str, str]) -> None:
            if tag == "workbookPr":
                self.since_1904 = a.get("date1904", "0") in {"1", "true"}
            if tag == "sheet":
                listed.append((a["name"], next((v for k, v in a.items() if k.rpartition(":")[2] == "id"), "")))

        self._parse(main, begin)
        targets = self._targets()
        self._parse(strings, *self._shared_strings())
        self._parse(styles, self._styles())
        return tuple(self._sheet(name, targets[key]) for name, key in listed if key in targets)

    def _targets(self) -> dict[str, str]:
        """Parts of the sheets by their ids; charts and macros that stand among sheets hold no cells."""
        found: dict[str, str] = {}

        def begin(tag: str, a: Mapping[str, str]) -> None:
            if tag == "Relationship" and a.get("Type", "").endswith("/worksheet"):
                target = a["Target"]
                found[a["Id"]] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")

        self._parse("xl/_rels/workbook.xml.rels", begin)
        return found

    def _shared_strings(self) -> tuple[Callable[..., None], Callable[..., None], Callable[[str], None]]:
        text = _Text()

        def begin(tag: str, _: Mapping[str, str]) -> None:
            text.begin(tag)

        def end(tag: str) -> None:
            text.end(tag)
            if tag == "si":
                self.strings.append(text.taken())
                self.must_be_few(len(self.strings))

        return begin, end, text.more

    def _styles(self) -> Callable[..., None]:
        """Notes which cell styles show a number as a day."""
        formats: dict[int, str] = {}
        state = {"cell_styles": False, "count": 0}

        def begin(tag: str, a: Mapping[str, str]) -> None:
            if tag == "numFmt":
                formats[int(a["numFmtId"])] = a.get("formatCode", "")
            elif tag in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
                state["cell_styles"] = tag == "cellXfs"
            elif tag == "xf" and state["cell_styles"]:
                number = int(a.get("numFmtId", "0"))
                if number in DAY_FORMATS or _shows_a_day(formats.get(number, "")):
                    self.day_styles.add(state["count"])
                state["count"] += 1

        return begin

    def _sheet(self, name: str, part: str) -> Sheet:
        sheet = Sheet(name)
        cell = _OneCell(self, sheet)
        self._parse(part, cell.begin, cell.end, cell.text.more)
        return sheet

    def count_cell(self) -> None:
        self.filled += 1
        self.must_be_few(self.filled)

    def must_be_few(self, count: int) -> None:
        if count > MOST_CELLS:
            raise _too_large(self.path, f"more than {MOST_CELLS:,} filled cells", f"at most {MOST_CELLS:,}")

    def _parse(
        self,
        part: str,
        begin: Callable[..., None],
        end: Callable[..., None] | None = None,
        data: Callable[[str], None] | None = None,
    ) -> None:
        """Read a part piece by piece, so that nothing large is ever unpacked; one that is not there says nothing."""
        name = self.names.get(part.lower())
        if name is None:
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        # A workbook declares no document type; one that does could name entities that unfold without end.
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.StartElementHandler = lambda tag, a: begin(_local(tag), {_local(key): v for key, v in a.items()})
        if end is not None:
            parser.EndElementHandler = lambda tag: end(_local(tag))
        if data is not None:
            parser.CharacterDataHandler = data
        with self.archive.open(name) as file:
            while chunk := file.read(CHUNK):
                self.unpacked += len(chunk)
                if self.unpacked > MOST_UNPACKED:
                    met = f"it unpacks to more than {MOST_UNPACKED / 1e6:.0f} MB"
                    raise _too_large(self.path, met, f"at most {MOST_UNPACKED / 1e6:.0f} MB")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def _no_document_type(*_: Any) -> None:
    raise ValueError("a part declares a document type")


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Text:
    """Text gathered from ``t`` elements; how a Chinese or Japanese word is read aloud is left out."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.inside, self.aloud = False, False

    def begin(self, tag: str) -> None:
        self.aloud = self.aloud or tag == "rPh"
        self.inside = tag in {"t", "v"} and not self.aloud

    def end(self, tag: str) -> None:
        self.inside = False
        self.aloud = self.aloud and tag != "rPh"

    def more(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)

    def taken(self) -> str:
        text, self.parts = "".join(self.parts), []
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _OneCell:
    """The cell that is being read, which may or may not say where it stands."""

    def __init__(self, reading: _Reading, sheet: Sheet) -> None:
        self.reading, self.sheet, self.text = reading, sheet, _Text()
        self.row = self.column = 0
        self.kind, self.style, self.has_formula = "n", -1, False

    def begin(self, tag: str, a: Mapping[str, str]) -> None:
        if tag == "row":
            self.row = int(a["r"]) if "r" in a else self.row + 1
            self.column = 0
        elif tag == "c":
            self.column = _column(a["r"]) if "r" in a else self.column + 1
            self.kind, self.style, self.has_formula = a.get("t", "n"), int(a.get("s", "-1")), False
        elif tag == "f":
            self.has_formula = True
        elif tag == "mergeCell":
            self.sheet.merged.append(a.get("ref", ""))
            self.reading.count_cell()
        self.text.begin(tag)

    def end(self, tag: str) -> None:
        self.text.end(tag)
        if tag != "c":
            return
        raw, at = self.text.taken(), (self.row, self.column)
        if self.kind == "e":
            self.sheet.errors[at] = raw
        elif not raw:
            if self.has_formula and self.kind != "str":
                self.sheet.unworked.add(at)
            return
        else:
            self.sheet.cells[at] = self._value(raw)
        self.reading.count_cell()

    def _value(self, raw: str) -> Value:
        match self.kind:
            case "s":
                if not 0 <= int(raw) < len(self.reading.strings):
                    raise ValueError(f"{letters(self.column)}{self.row} points to a text that is not there")
                return self.reading.strings[int(raw)]
            case "b":
                return raw == "1"
            case "d":
                return _day_or_moment(datetime.fromisoformat(raw))
            case "n":
                number = float(raw)
                is_day = self.style in self.reading.day_styles
                return _as_day(number, since_1904=self.reading.since_1904) if is_day else number
            case _:
                return raw


def _column(reference: str) -> int:
    """Number of a cell's column: 3 for C7."""
    found = 0
    for letter in reference.upper():
        if not letter.isalpha():
            break
        found = found * 26 + ord(letter) - 64
    return found


_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_.|\*.')


def _shows_a_day(code: str) -> bool:
    """True for a format that shows a number as a day or a time; colours, quoted words and the like are no codes."""
    return any(letter in "ymdhs" for letter in _NOT_CODE.sub("", code).lower().replace("general", ""))


def _as_day(serial: float, *, since_1904: bool) -> Value:
    """The day or moment of a serial number; the number itself where it is none.

    Excel counts 29 February 1900, which never was, so that days before it are one off.
    """
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001 - wall clock
    try:
        return _day_or_moment(first + timedelta(seconds=round(serial * 86400)))
    except (OverflowError, ValueError):
        return serial


def _day_or_moment(moment: datetime) -> date | datetime:
    return moment if moment.time() != moment.min.time() else moment.date()
