"""How a person is told where something stands: file, line and column, or sheet and cell where it came out of a workbook.

A workbook is unpacked into a folder of tables; a hidden file beside them says which cell each came from, so that every fault, wherever it
is found, names the place that the person knows. A file that was changed by hand since is told by its own lines: its cells say otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = ".workbook.json"
"""Hidden file of an unpacked folder that says where its parts stood."""
WRITTEN = "written"
"""Part of it: SHA-256 of each file as the program wrote it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands.

    Attributes
    ----------
    name
        Name of the file, or of the sheet.
    is_sheet
        True for a sheet of a workbook.
    """

    name: str
    is_sheet: bool = False

    def cell(self, line: int, column: int, label: str = "") -> str:
        """``file:line:column``, or ``Sheet!C7``; with a label in brackets."""
        spot = f"!{letters(column)}{line}" if self.is_sheet else f":{line}:{column}"
        return f"{self.name}{spot}{f' ({label})' if label else ''}"

    def begin(self, number: int) -> str:
        """``file:line``, or ``Sheet!A7``: where a line of it begins."""
        return self.cell(number, 1) if self.is_sheet else f"{self.name}:{number}"

    def line(self, number: int) -> str:
        """What a person calls a line of it: line 7, or row 7 of a sheet."""
        return f"{'row' if self.is_sheet else 'line'} {number}"


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the records of a table stand.

    Attributes
    ----------
    rows
        Row of each record in its sheet, the header's first; empty where lines are counted.
    columns
        Column of each of a record's cells; empty where cells are counted.
    """

    place: Place
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()

    @property
    def begins(self) -> str:
        """Where the table begins: its header."""
        return self.place.cell(self.row(0, 1), self.column(0))

    def row(self, index: int, begins: int) -> int:
        """Number to call a record by, ``begins`` being the line it begins in; rows that were added later follow the last."""
        if not self.place.is_sheet:
            return begins
        return self.rows[index] if index < len(self.rows) else max(self.rows, default=0) + 1 + index - len(self.rows)

    def column(self, index: int) -> int:
        """Number to call a record's cell by, from 1."""
        return self.columns[index] if index < len(self.columns) else index + 1


def letters(column: int) -> str:
    """Letters of a spreadsheet's column: C for 3, AB for 28; A for none."""
    found, rest = "", max(column, 1)
    while rest:
        rest, digit = divmod(rest - 1, 26)
        found = chr(65 + digit) + found
    return found


def placing(path: Path) -> Placing:
    """Where the records of a table stand that may have come out of a workbook."""
    told = unpacked(path.parent)
    known = told.get("tables", {}).get(path.name)
    if known is None or not _is_as_unpacked(path, told):
        return Placing(Place(path.name))
    return Placing(Place(known["sheet"], is_sheet=True), tuple(known["rows"]), tuple(known["columns"]))


def entry_cells(case_file: Path) -> Mapping[str, str] | None:
    """Cells by the path of an entry of case.yaml; None where it came out of no workbook, or no longer says what its sheets say."""
    told = unpacked(case_file.parent)
    found: Mapping[str, str] | None = told.get("entries")
    return found if found is not None and _is_as_unpacked(case_file, told) else None


def note_written(folder: Path, told: Mapping[str, Any], names: Iterable[str]) -> None:
    """Write what an unpacked folder says of its workbook, with what stands in its files now."""
    written = {name: _digest(folder / name) for name in names}
    (folder / NAME).write_text(json.dumps({**told, WRITTEN: written}, ensure_ascii=False), encoding="utf-8")


def note_changes(folder: Path) -> None:
    """Keep the places of an unpacked folder whose files the program itself has changed: what was set knows that it was."""
    for known in sorted(folder.rglob(NAME)):
        told = unpacked(known.parent)
        note_written(known.parent, told, told.get(WRITTEN, ()))


def _is_as_unpacked(path: Path, told: Mapping[str, Any]) -> bool:
    known = told.get(WRITTEN, {}).get(path.name)
    return known is None or not path.is_file() or _digest(path) == known


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def noted(folder: Path) -> list[Fault]:
    """What was found wrong as a folder was unpacked; nothing of any other folder."""
    return [Fault(**fault) for fault in unpacked(folder).get("faults", ())]


def as_known(folder: Path, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults of an unpacked folder with its files called by the sheets that they came from."""
    called = unpacked(folder).get("called")
    if not called:
        return tuple(faults)

    def said(text: str) -> str:
        return _FILE.sub(lambda found: f"the sheet {called[found[0]]}" if found[0] in called else found[0], text)

    return tuple(replace(fault, message=said(fault.message), expected=said(fault.expected)) for fault in faults)


_FILE = re.compile(r"[a-z_]+(/[a-z_]+)?\.(csv|yaml)\b")


def unpacked(folder: Path) -> dict[str, Any]:
    """What an unpacked folder says of its workbook; nothing for any other folder."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except OSError:
        return {}
    return found if isinstance(found, dict) else {}
