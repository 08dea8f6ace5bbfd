"""The playbook as a workbook: the page's tables, numbers as numbers, and no formula made from anybody's text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from roadstead.report.cells import Link, PlusMinus, unfolded
from roadstead.report.charts.style import text_width
from roadstead.report.tables import ALL

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book
    from roadstead.report.cells import Cell, Column, Table
    from roadstead.report.words import Words

NO_TEXT_IS_LIVE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
FORMATS = {
    "money": "#,##0", "money_per_car": "#,##0", "cars": "#,##0", "share": "0.0%", "year": "0", "count": "0",
    "number": "General", "ratio": "0.00", "text": "@", "prose": "@",
}  # fmt: skip
WHERE_THERE_IS_ANY = {"rehearsal", "breaks", "fresh_signs", "regret"}
"""Sheets that stand only where they have rows: a plan need not be rehearsed."""
NARROWEST, WIDEST, PROSE = 9.0, 42.0, 60.0
"""Widths of columns, in characters."""
ROOMY = 1.15
"""How much wider letters are in the fonts of some spreadsheets."""
LINE = 15.0
"""Height of a line, in points."""


def write_workbook(book: Book, path: Path, words: Words) -> None:
    """Write every table of the book to one sheet each."""
    with xlsxwriter.Workbook(str(path), NO_TEXT_IS_LIVE) as workbook:
        workbook.set_properties({"title": words.label("title"), "author": "Roadstead"})
        styles = {kind: workbook.add_format(_style(kind)) for kind in FORMATS}
        heading = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEF0F2"}
        )
        for build in ALL:
            table = unfolded(build(book, words))
            if table.key in WHERE_THERE_IS_ANY and not table.rows:
                continue
            sheet = workbook.add_worksheet(words.label(f"table.{table.key}")[:31])
            _fill(sheet, table, words, styles, heading)


def _style(kind: str) -> dict[str, Any]:
    wraps = {"text_wrap": True} if kind == "prose" else {}
    return {"num_format": FORMATS[kind], "valign": "top", **wraps}


def _fill(sheet: Any, table: Table, words: Words, styles: dict[str, Any], heading: Any) -> None:
    heads = [column_heading(column, words) for column in table.columns]
    widths = [_width(column, heads[c], [row[c] for row in table.rows]) for c, column in enumerate(table.columns)]
    for c, column in enumerate(table.columns):
        sheet.write_string(0, c, heads[c], heading)
        sheet.set_column(c, c, widths[c])
        for r, row in enumerate(table.rows, 1):
            _write(sheet, (r, c), row[c], styles[column.kind])
    wrapping = [c for c, column in enumerate(table.columns) if column.kind == "prose"]
    # Not every spreadsheet makes room for text that wraps.
    sheet.set_row(0, LINE * max(_lines(head, width) for head, width in zip(heads, widths, strict=True)))
    for r, row in enumerate(table.rows, 1):
        sheet.set_row(r, LINE * max((_lines(_printed(row[c], "prose"), widths[c]) for c in wrapping), default=1))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def column_heading(column: Column, words: Words) -> str:
    """A column's heading with the unit of its numbers."""
    head = column.heading(words)
    if column.kind == "money":
        return f"{head} [{words.currency}]"
    if column.kind == "money_per_car":
        return f"{head} [{words.currency}/{words.label('unit.car')}]"
    if column.kind == "cars":
        return f"{head} [{words.label('unit.cars')}]"
    return head


def _write(sheet: Any, at: tuple[int, int], cell: Cell, style: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(*at, cell, style)
    elif isinstance(cell, Link):
        sheet.write_string(*at, f"{cell.text} ({cell.url})", style)
    elif cell is not None:
        assert not isinstance(cell, PlusMinus)  # unfolded
        sheet.write_number(*at, cell, style)


def _width(column: Column, head: str, cells: list[Cell]) -> float:
    """Room for the longest text up to a limit, and for every number: one that does not fit is shown as ###."""
    if column.kind == "prose":
        return PROSE
    texts = [text_width(_printed(cell, column.kind), 1.8) for cell in cells if isinstance(cell, (str, Link))]
    figures = [len(_printed(cell, column.kind)) for cell in cells if isinstance(cell, (int, float))]
    fits = min(max([NARROWEST, text_width(head, 1.8) + 2.0, *(width + 2.0 for width in texts)]), WIDEST)
    return max([fits, *(ROOMY * figure + 2.0 for figure in figures)])


def _printed(cell: Cell, kind: str) -> str:
    """A cell about as a spreadsheet shows it."""
    if isinstance(cell, Link):
        return f"{cell.text} ({cell.url})"
    if cell is None or isinstance(cell, str):
        return cell or ""
    return {"share": f"{cell:.1%}", "year": f"{cell:.0f}", "ratio": f"{cell:.2f}"}.get(kind, f"{cell:,.0f}")


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of a width."""
    return max(1, -(-int(ROOMY * text_width(text, 1.8)) // int(width)))
