"""The workbook: numbers are numbers, text is text, and nothing in it calculates."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import fastexcel
import openpyxl
import pytest

from roadstead.playbook.book import Name
from roadstead.report.tables import ALL
from roadstead.report.words import Words
from roadstead.report.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STARTS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "{=1+1}", "http://example.org", "1234")


def sheets(path: Path) -> dict[str, ET.Element]:
    """XML of every sheet, by its file."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        return {name: ET.fromstring(archive.read(name)) for name in names}


def test_every_table_has_a_sheet(written: dict[str, Path], book: Book):
    found = fastexcel.read_excel(written["playbook.xlsx"])
    assert len(found.sheet_names) == len(ALL)
    language = "zh" if "现在要做" in found.sheet_names else "en"
    words = Words(language, "USD")
    for name, build in zip(found.sheet_names, ALL, strict=True):
        table = build(book, words)
        assert name == words.label(f"table.{table.key}")
        assert found.load_sheet(name).height == len(table.rows)


def test_english_sheets_are_named_for_what_they_hold(pages: dict[str, dict[str, Path]]):
    names = fastexcel.read_excel(pages["en"]["playbook.xlsx"]).sheet_names
    assert names[:4] == ["Do now", "Triggers", "Later", "Comparisons"]
    assert names[-2:] == ["Evidence", "About"]


@pytest.mark.parametrize("start", STARTS)
def test_no_text_becomes_live(book: Book, tmp_path: Path, start: str):
    evil = replace(
        book,
        cover=replace(book.cover, carmaker=Name(start, start), run=start),
        triggers=tuple(replace(entry, event=Name(start, start), rests_on=start) for entry in book.triggers),
        evidence=tuple(replace(row, figure=start, note=start, unit=start) for row in book.evidence),
    )
    path = tmp_path / "evil.xlsx"
    write_workbook(evil, path, Words("en", "USD"))
    for name, root in sheets(path).items():
        assert not list(root.iter(f"{MAIN}f")), name
        assert not list(root.iter(f"{MAIN}hyperlink")), name
    shown = fastexcel.read_excel(path).load_sheet("Triggers").to_polars()
    assert shown["Event"].to_list() == [start] * len(book.triggers)


def test_numbers_are_numbers_with_a_format(pages: dict[str, dict[str, Path]], book: Book):
    found = fastexcel.read_excel(pages["en"]["playbook.xlsx"])
    compared = found.load_sheet("Comparisons").to_polars()
    assert compared["Expected NPV [USD]"].to_list() == [row.npv for row in book.comparisons]
    assert compared["Worst future [USD]"].to_list() == [row.worst for row in book.comparisons]
    later = found.load_sheet("Later").to_polars()
    assert later["Year"].to_list() == [row.year for row in book.later]
    assert later["Probability"].to_list() == pytest.approx([row.probability for row in book.later])
    evidence = found.load_sheet("Evidence").to_polars()
    assert evidence["Value"].to_list() == [8000.0, 450e6]
    with zipfile.ZipFile(pages["en"]["playbook.xlsx"]) as archive:
        styles = ET.fromstring(archive.read("xl/styles.xml"))
    formats = {element.get("formatCode") for element in styles.iter(f"{MAIN}numFmt")}
    assert "0.0%" in formats


def test_an_estimate_takes_two_cells(pages: dict[str, dict[str, Path]], book: Book):
    shown = fastexcel.read_excel(pages["en"]["playbook.xlsx"]).load_sheet("How wrong we may be").to_polars()
    outcomes = book.rehearsal.outcomes
    assert shown["Mean [USD]"].to_list() == [one.mean.value for one in outcomes]
    assert shown["Mean, standard error [USD]"].to_list() == [one.mean.error for one in outcomes]
    assert shown["Regret [USD]"].to_list() == [None if one.regret is None else one.regret.value for one in outcomes]
    assert shown["Beats (c)"].to_list() == [None if one.beats is None else one.beats.value for one in outcomes]
    assert shown["Beats (c), standard error"].to_list()[0] == outcomes[0].beats.error
    assert len(shown.columns) == 15


def test_signposts_on_fresh_paths_are_numbers(pages: dict[str, dict[str, Path]], book: Book):
    found = fastexcel.read_excel(pages["en"]["playbook.xlsx"])
    signs = found.load_sheet("Signposts on fresh paths").to_polars()
    first = book.rehearsal.signs[0]
    assert signs["Held against"].to_list()[:3] == ["the tree", "what the plan does here", "what pays here"]
    assert signs["False alarms"].to_list()[:3] == [
        first.signpost.false_alarm,
        first.fresh.false_alarm.value,
        first.pays.false_alarm.value,
    ]
    assert signs["Held against"].to_list()[3] == "the sign chosen here, what pays here"
    assert signs["Money lost [USD]"].to_list()[:4] == [None, None, first.lost.value, first.chosen.tried.lost.value]
    assert signs["Of paths"].to_list()[:3] == [None, first.fresh.asked, first.pays.asked]
    breaks = found.load_sheet("Where each way breaks").to_polars()
    assert breaks["Breaks on"].to_list() == [one.share.value for one in book.rehearsal.broken]
    assert breaks["Coverage, standard error"].to_list() == [
        None if one.coverage is None else one.coverage.error for one in book.rehearsal.broken
    ]


def test_a_plan_that_was_not_rehearsed_has_no_such_sheet(book: Book, tmp_path: Path):
    write_workbook(replace(book, rehearsal=None), tmp_path / "none.xlsx", Words("en", "USD"))
    names = fastexcel.read_excel(tmp_path / "none.xlsx").sheet_names
    assert not {"How wrong we may be", "Where each way breaks", "Signposts on fresh paths"} & set(names)
    assert len(names) == len(ALL) - 3


def test_a_share_that_is_not_known_is_an_empty_cell(pages: dict[str, dict[str, Path]], book: Book):
    fronts = fastexcel.read_excel(pages["en"]["playbook.xlsx"]).load_sheet("Three fronts").to_polars()
    assert fronts["NEV share"].to_list() == [row.nev for row in book.fronts]
    assert fronts["NEV share"].to_list()[-1] is None


def test_headings_stay_in_sight_and_filter(written: dict[str, Path]):
    for name, root in sheets(written["playbook.xlsx"]).items():
        panes = list(root.iter(f"{MAIN}pane"))
        assert [pane.get("ySplit") for pane in panes] == ["1"], name
        assert len(list(root.iter(f"{MAIN}autoFilter"))) == 1, name
        assert list(root.iter(f"{MAIN}col")), name


def test_every_number_has_room_and_every_line_of_text(written: dict[str, Path]):
    """A number that does not fit is shown as ###, and wrapped text without height covers the row below."""
    book = openpyxl.load_workbook(written["playbook.xlsx"])
    for sheet in book:
        ranges = sheet.column_dimensions.values()
        widths = {column: one.width for one in ranges for column in range(one.min, one.max + 1)}
        for row in sheet.iter_rows():
            height = sheet.row_dimensions[row[0].row].height or 15.0
            for cell in row:
                width = widths[cell.column]
                if isinstance(cell.value, str) and cell.alignment.wrap_text:
                    assert height / 15.0 >= len(cell.value) // width, (sheet.title, cell.coordinate)
                elif isinstance(cell.value, (int, float)):
                    shown = f"{cell.value:,.0f}" if cell.number_format == "#,##0" else f"{cell.value:.1f}"
                    assert len(shown) < width, (sheet.title, cell.coordinate)


def test_a_number_that_is_none_is_refused(book: Book, tmp_path: Path):
    bad = replace(book, comparisons=(replace(book.comparisons[0], npv=float("nan")),))
    with pytest.raises(TypeError, match="nan_inf_to_errors"):
        write_workbook(bad, tmp_path / "bad.xlsx", Words("en", "USD"))


def test_every_table_is_as_wide_as_its_columns(book: Book, words: Words):
    for build in ALL:
        table = build(book, words)
        assert all(len(row) == len(table.columns) for row in table.rows), table.key
        assert table.rows, table.key
