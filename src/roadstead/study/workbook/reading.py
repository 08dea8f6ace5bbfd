"""A sheet of a workbook as records under the columns of its form, with everything said that a table cannot hold."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study.workbook.forms import HOW_TO, LISTS, Form, forms
from roadstead.study.workbook.words import LANGUAGES, words
from roadstead.terms.errors import Fault
from roadstead.terms.placing import Place, Placing
from roadstead.terms.workbooks import unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roadstead.study.workbook.words import Language
    from roadstead.terms.workbooks import Sheet, Value

OWN, NOTED = "#", "↑"
"""How sheets and columns begin that are the user's own and not read, and how the notes do under a header."""
MOST_STRANGE = 20
"""Columns without a known heading that are told: a sheet may have sixteen thousand."""
DEEPEST = 12
"""Row by which a header stands."""


@dataclass(frozen=True, slots=True)
class Table:
    """Records of a sheet.

    Attributes
    ----------
    columns
        Names of the columns that are read, in the order of the sheet; those that are not known stand as they are written.
    numbers
        Their columns in the sheet.
    records
        Row in the sheet, and values by column, blanks left out.
    """

    form: Form
    sheet: str
    header: int
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    records: tuple[tuple[int, Mapping[str, Value]], ...]

    @property
    def place(self) -> Place:
        """The sheet as a place."""
        return Place(self.sheet, is_sheet=True)

    @property
    def placing(self) -> Placing:
        """Where every record stands, the header first."""
        rows = (self.header, *(row for row, _ in self.records))
        return Placing(self.place, rows, self.numbers)

    def where(self, row: int, column: str) -> str:
        """The cell of a column in a row."""
        number = self.numbers[self.columns.index(column)] if column in self.columns else 1
        return self.place.cell(row, number, column)


def chosen(sheets: Iterable[Sheet], faults: list[Fault]) -> dict[str, Sheet]:
    """The sheets of a case by the key of their form; what is no sheet of a case is told, with the name nearest to it."""
    written = {_bare(form.sheet(language)): form.key for form in forms().values() for language in LANGUAGES}
    aside = {_bare(words()[f"sheet.{key}"][language]) for key in (HOW_TO, LISTS) for language in LANGUAGES}
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        name = _bare(sheet.name)
        if name in aside or sheet.name.startswith(OWN) or not (sheet.cells or sheet.unworked or sheet.errors):
            continue
        key = written.get(name)
        where = Place(sheet.name, is_sheet=True).cell(1, 1)
        if key is None:
            near = difflib.get_close_matches(name, list(written), 1, 0.6)
            guess = f"did you mean `{forms()[written[near[0]]].sheet(_language(near[0]))}`? " if near else ""
            expected = f"{guess}a sheet of the template; one of your own begins with {OWN}"
            faults.append(Fault(where, "RS-S651", "no case has a sheet of this name", expected))
        elif key in found:
            message = f"this is the same table as the sheet `{found[key].name}`"
            faults.append(Fault(where, "RS-S651", message, "one sheet for each table"))
        else:
            found[key] = sheet
    return found


def _bare(name: str) -> str:
    """A sheet's or a column's name without what people write differently: capitals, spaces, strokes."""
    return re.sub(r"[\s_/.\-]+", "_", name.strip().casefold())


def _language(bare: str) -> Language:
    return "en" if bare.isascii() else "zh"


def table(sheet: Sheet, form: Form, faults: list[Fault]) -> Table:
    """The records of a sheet; none, with a fault noted, where no header of the form stands in it."""
    place = Place(sheet.name, is_sheet=True)
    rows: dict[int, dict[int, Value]] = {}
    for (row, column), value in sorted(sheet.cells.items()):
        if not isinstance(value, str) or value.strip():
            rows.setdefault(row, {})[column] = value.strip() if isinstance(value, str) else value
    known = {_bare(form.label(c.name, language)): c.name for c in form.columns for language in LANGUAGES}
    tops = [row for row in rows if row <= DEEPEST]
    header = max(tops, key=lambda row: len(_headings(rows[row], known)), default=0)
    if not header or not _headings(rows[header], known):
        expected = f"a row with the headings {', '.join(c.name for c in form.columns)} among the first {DEEPEST}"
        faults.append(Fault(place.cell(1, 1), "RS-T102", "no headings stand here", expected))
        names = tuple(column.name for column in form.columns)
        return Table(form, sheet.name, 1, names, tuple(range(1, len(names) + 1)), ())
    heads = {number: str(cell) for number, cell in rows[header].items()}
    read = {number: known.get(_bare(head), head) for number, head in heads.items() if not head.startswith(OWN)}
    strange = [number for number, name in read.items() if name not in known.values()]
    for number in strange[MOST_STRANGE:]:
        del read[number]
    faults += _odd_cells(sheet, header, heads, rows)
    records = tuple(
        (row, {name: cells[number] for number, name in read.items() if number in cells})
        for row, cells in rows.items()
        if row > header and not (row == header + 1 and str(next(iter(cells.values()))).startswith(NOTED))
    )
    kept = tuple((row, values) for row, values in records if values)
    return Table(form, sheet.name, header, tuple(read.values()), tuple(read), kept)


def _headings(cells: Mapping[int, Value], known: Mapping[str, str]) -> set[str]:
    return {known[bare] for cell in cells.values() if (bare := _bare(str(cell))) in known}


def _odd_cells(
    sheet: Sheet, header: int, heads: Mapping[int, str], rows: Mapping[int, Mapping[int, Value]]
) -> Iterator[Fault]:
    """What stands where no heading is, cells that are merged, and formulas and errors that hold no value."""
    place = Place(sheet.name, is_sheet=True)
    told: set[int] = set()
    for row, cells in rows.items():
        for number in cells:
            if row > header and number not in heads and number not in told:
                told.add(number)
                expected = f"a heading in row {header}: a column of your own begins with {OWN}"
                yield Fault(place.cell(row, number), "RS-T102", "this column has no heading", expected)
    for span in sheet.merged:
        first, _, last = span.replace("$", "").partition(":")
        if _row(last or first) >= header:
            expected = "each row states all it holds: unmerge them and fill every cell"
            yield Fault(f"{sheet.name}!{first}", "RS-T116", f"the cells {span} are merged", expected)
    own = {number for number, head in heads.items() if head.startswith(OWN)}
    yield from unread(sheet, lambda row, number: row >= header and number not in own)


def _row(reference: str) -> int:
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 1 << 20
