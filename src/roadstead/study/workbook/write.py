"""The template: a workbook that says how it is filled in, with a sheet for every table of a case."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from roadstead.report.charts.style import text_width
from roadstead.report.workbook import NO_TEXT_IS_LIVE
from roadstead.study.workbook import entry_forms, filling
from roadstead.study.workbook.choices import Choices
from roadstead.study.workbook.forms import CASE, HOW_TO, LISTS, VALUE, Form, Group, forms
from roadstead.study.workbook.reading import NOTED, OWN
from roadstead.study.workbook.words import words
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.tables import EVIDENCE_COLUMNS, Column, Kind

if TYPE_CHECKING:
    from roadstead.study.workbook.filling import Rows
    from roadstead.study.workbook.words import Language

WRITTEN = ".xlsx"
TITLE, HEADER, NOTES = 0, 1, 2
"""Rows of a sheet, counted from 0; what is filled in begins below."""
ROOM = 300
"""Rows with drop-downs below those that are filled."""
LONGEST = 32767
"""Characters that a cell can hold."""
NARROWEST, WIDEST, NOTE = 11.0, 34.0, 50.0
"""Widths of columns, in characters."""
INK, PALE, FILL, QUIET = "#1F3A5F", "#DDE5EE", "#FFF8DC", "#6B7280"
TABS = {Group.ENTRIES: INK, Group.TABLES: INK, Group.MORE: "#9AA7B5", Group.FACTS: "#5B8C5A", Group.LAW: "#8C5A5A",
        Group.FUTURES: "#7A5AA6"}  # fmt: skip
FIRST_DAY = date(1900, 3, 1)
"""Day from which Excel counts as the calendar does; earlier ones are written as text."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Formats of a workbook."""

    title: Any
    must: Any
    may: Any
    note: Any
    text: Any
    number: Any
    year: Any
    day: Any
    ask: Any
    link: Any
    prose: Any
    step: Any
    value: Any


def write_template(path: Path, rows: Rows, language: Language = "en", *, every: bool = False) -> Path:
    """Write a workbook for a case, whole or not at all; its path.

    Parameters
    ----------
    rows
        What stands in it, as ``filling`` gives it.
    every
        True for sheets of the case's own facts, law and events even where it has none.

    Raises
    ------
    RoadsteadError
        RS-C701 where the name does not end in .xlsx, so that no spreadsheet nor command would take it; RS-S616 where something
        is there already; RS-S653 where a text is longer than a cell can hold.
    """
    if path.suffix.lower() != WRITTEN:
        message = "a workbook of this name could not be opened"
        expected = f"a name that ends in {WRITTEN}: {path.stem}{WRITTEN}"
        raise RoadsteadError(Fault(str(path), "RS-C701", message, expected))
    if path.exists():
        expected = "a workbook that does not exist yet; nothing is ever written over"
        raise RoadsteadError(Fault(str(path), "RS-S616", "something is here already", expected))
    shown = [form for form in forms().values() if every or form.group in _ALWAYS or rows.get(form.key)]
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=WRITTEN, dir=path.parent)
    os.close(handle)
    try:
        with xlsxwriter.Workbook(name, NO_TEXT_IS_LIVE) as workbook:
            _Writing(workbook, rows, language, shown).write()
        Path(name).chmod(0o644)
        Path(name).rename(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    return path


_ALWAYS = {Group.ENTRIES, Group.TABLES, Group.MORE}


class _Writing:
    """A workbook being written."""

    def __init__(self, workbook: Any, rows: Rows, language: Language, shown: list[Form]) -> None:
        self.workbook, self.rows, self.language, self.shown = workbook, rows, language, shown
        self.look = _looks(workbook)
        currency = next((row[VALUE] for row in rows[CASE] if row["entry"] == "money.currency" and row[VALUE]), "")
        self.money = str(currency) or "money"
        self.choices = Choices(language, {form.key for form in shown})

    def write(self) -> None:
        self.workbook.set_properties({"title": self.word("how.title"), "author": "Roadstead"})
        how_to = self.workbook.add_worksheet(self.word(f"sheet.{HOW_TO}"))
        sheets = [(form, self.workbook.add_worksheet(form.sheet(self.language))) for form in self.shown]
        lists = self.workbook.add_worksheet(self.word(f"sheet.{LISTS}"))
        self._how_to(how_to)
        for form, sheet in sheets:
            sheet.set_tab_color(TABS[Group.MORE if form.may_be_empty and form.group in _ALWAYS else form.group])
            (self._case if form.key == CASE else self._table)(form, sheet)
            _printed(sheet)
            sheet.repeat_rows(HEADER)
        self.choices.write(lists, self.look.must, self.look.text)
        how_to.activate()

    def word(self, key: str) -> str:
        return words()[key][self.language]

    def _how_to(self, sheet: Any) -> None:
        """How to fill the workbook in, and what every sheet holds."""
        sheet.hide_gridlines(2)
        _printed(sheet)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 88)
        sheet.set_column(2, 3, 14)
        sheet.write_string(0, 0, self.word("how.title"), self.look.title)
        row = 2
        for key in sorted(key for key in words() if key.startswith("how.step.")):
            head, _, said = self.word(key).partition(": " if self.language == "en" else "：")
            sheet.write_string(row, 0, head, self.look.step)
            sheet.write_string(row, 1, said, self.look.prose)
            sheet.set_row(row, _height(said))
            row += 1
        row += 1
        for column, key in enumerate(("how.sheet", "how.holds", "how.needed", "how.rows")):
            sheet.write_string(row, column, self.word(key), self.look.must)
        for form in self.shown:
            row += 1
            name = form.sheet(self.language)
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.look.link, name)
            sheet.write_string(row, 1, form.what(self.language), self.look.prose)
            sheet.set_row(row, _height(form.what(self.language)))
            sheet.write_string(row, 2, self.word("how.may" if form.may_be_empty else "how.must"), self.look.text)
            sheet.write_number(row, 3, len(self.rows.get(form.key, ())), self.look.number)

    def _case(self, form: Form, sheet: Any) -> None:
        """The single values: what each is called, its value, and what it means."""
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, 2, 96)
        self._top(form, sheet)
        for c, head in enumerate(("entry", VALUE)):
            sheet.write_string(HEADER, c, form.label(head, self.language), self.look.must)
        sheet.write_string(HEADER, 2, f"{OWN} {self.word('how.means')}", self.look.may)
        sheet.freeze_panes(HEADER + 1, 1)
        known = {column.name: column for column in entry_forms.singles()}
        at, above = HEADER, ""
        for row in self.rows[CASE]:
            name, value = row["entry"], row[VALUE]
            if name == "patched" and not value:
                continue
            at += 1 + (at > HEADER and name.partition(".")[0] != above and "." in name + above)
            above = name.partition(".")[0] if "." in name else ""
            column = known[name]
            sheet.write_string(at, 0, name, self.look.text)
            style = self.look.ask if column.required else self.look.value
            sheet.write_blank(at, 1, None, style)
            self._value(sheet, (at, 1), value, column, style)
            note = self._note(form, Column(name, column.kind, "", choices=column.choices, unit=column.unit))
            sheet.write_string(at, 2, note, self.look.prose)
            for rule in self.choices.rules(form.key, column, note):
                sheet.data_validation(at, 1, at, 1, rule)

    def _table(self, form: Form, sheet: Any) -> None:
        """A table: headings, what each column holds, and the rows."""
        rows = self.rows.get(form.key, [])
        self._top(form, sheet)
        deepest = 1
        for c, column in enumerate(form.columns):
            head = form.label(column.name, self.language)
            sheet.write_string(HEADER, c, head, self.look.must if column.required else self.look.may)
            note = self._note(form, column)
            sheet.write_string(NOTES, c, f"{NOTED} {note}", self.look.note)
            width = self._width(column, head, [row.get(column.name) for row in rows])
            sheet.set_column(c, c, width, self._style(column))
            deepest = max(deepest, -(-int(text_width(note, 1.8) + 2) // int(width)))
            for rule in self.choices.rules(form.key, column, note):
                sheet.data_validation(NOTES + 1, c, NOTES + len(rows) + ROOM, c, rule)
            for r, row in enumerate(rows, NOTES + 1):
                self._value(sheet, (r, c), row.get(column.name), column)
        sheet.set_row(NOTES, min(12.5 * deepest + 4, 90))
        sheet.freeze_panes(NOTES + 1, 1)
        sheet.print_area(0, 0, NOTES + max(len(rows), 1), len(form.columns) - 1)

    def _top(self, form: Form, sheet: Any) -> None:
        sheet.set_row(TITLE, 20)
        sheet.write_string(TITLE, 0, form.what(self.language), self.look.title)

    def _note(self, form: Form, column: Column) -> str:
        unit = column.unit.replace("money", self.money)
        note = form.note(column, self.language).replace("[money]", f"[{self.money}]")
        apart = any(word in note for word in ("between", "分隔")) or all(
            word in note for word in column.choices or "\0"
        )
        return note + (f" [{unit}]" if unit not in {"", "1"} else "") + ("" if apart else self.choices.allowed(column))

    def _width(self, column: Column, head: str, cells: list[Any]) -> float:
        if column in EVIDENCE_COLUMNS and column.name == "note":
            return NOTE
        shown = [text_width(_text(cell), 1.8) for cell in cells if cell not in {None, ()}]
        least = NARROWEST if column.kind.is_number else NARROWEST + 3
        return min(max(least, text_width(head, 1.8) + 3, *(width + 2 for width in shown), least), WIDEST)

    def _style(self, column: Column) -> Any:
        if column.kind is Kind.YEAR:
            return self.look.year
        if column.kind is Kind.DATE:
            return self.look.day
        return self.look.number if column.kind.is_number else self.look.text

    def _value(self, sheet: Any, at: tuple[int, int], value: Any, column: Column, style: Any = None) -> None:
        """One cell, typed; a text is never a formula, and no number loses a digit."""
        style = style or self._style(column)
        if not value and not isinstance(value, (bool, int, float)):
            return
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if column.kind is Kind.FLAG:
            value = self.choices.flag(value)
        if isinstance(value, date) and value >= FIRST_DAY:
            sheet.write_datetime(*at, value, style)
        elif isinstance(value, (int, float)) and float(f"{value:.16G}") == value:
            sheet.write_number(*at, value, style)
        else:
            text = _text(value)
            if len(text) > LONGEST:
                message = f"a text of {len(text):,} characters stands under {column.name}"
                raise RoadsteadError(Fault(sheet.get_name(), "RS-S653", message, f"at most {LONGEST:,} in a cell"))
            sheet.write_string(*at, text, style)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _height(prose: str) -> float:
    """Height of a row of the first sheet that a text has room in. [points]"""
    return 15.0 * max(1, -(-int(text_width(prose, 1.8)) // 96)) + 3.0


def _printed(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _looks(workbook: Any) -> _Look:
    top = {"valign": "top"}
    head = {"bold": True, "bottom": 1, "valign": "vcenter"}
    return _Look(
        title=workbook.add_format({"bold": True, "font_size": 13, "font_color": INK}),
        must=workbook.add_format(head | {"bg_color": INK, "font_color": "#FFFFFF"}),
        may=workbook.add_format(head | {"bg_color": PALE, "font_color": INK}),
        note=workbook.add_format(top | {"italic": True, "font_color": QUIET, "text_wrap": True, "font_size": 9}),
        text=workbook.add_format(top | {"num_format": "@"}),
        number=workbook.add_format(top | {"num_format": "[>=100000]#,##0;General"}),
        year=workbook.add_format(top | {"num_format": "0"}),
        day=workbook.add_format(top | {"num_format": "yyyy-mm-dd"}),
        ask=workbook.add_format(top | {"bg_color": FILL, "border": 1, "border_color": "#D9CBA3", "align": "left"}),
        link=workbook.add_format(top | {"font_color": "#1D4ED8", "underline": 1}),
        step=workbook.add_format(top | {"bold": True, "font_color": INK}),
        value=workbook.add_format(top | {"align": "left", "border": 1, "border_color": "#D5DBE3", "num_format": "General"}),
        prose=workbook.add_format(top | {"text_wrap": True, "font_color": "#374151"}),
    )  # fmt: skip


def template(path: Path, source: Path | None, language: Language = "en", *, every: bool = False) -> Path:
    """Write a template, empty or with a case in it; its path."""
    rows = filling.empty() if source is None else filling.from_case(source)
    return write_template(path, rows, language, every=every)
