"""Workbooks read cell by cell: what other programs wrote comes back exactly, and what is no workbook is told, not opened."""

# ruff: noqa: DTZ001 - days of a spreadsheet have no zone

from __future__ import annotations

import math
import zipfile
from datetime import date, datetime

import fastexcel
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.terms import workbooks
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.workbooks import read_workbook, text_of, unread

SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{rest}</worksheet>"""
PARTS = {
    "xl/workbook.xml": """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
      xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
      <workbookPr{date1904}/><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
      <Relationship Id="rId1" Target="/xl/worksheets/one.xml"
       Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>""",
    "xl/sharedStrings.xml": """<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
      <si><t xml:space="preserve"> two words</t></si><si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>
      <si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>tab_x0009_and _x005F_x0041_</t></si></sst>""",
    "xl/styles.xml": """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
      <numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/>
      <numFmt numFmtId="166" formatCode="[Red]#,##0"/></numFmts>
      <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="31"/><xf numFmtId="166"/></cellXfs></styleSheet>""",
}  # fmt: skip


@pytest.fixture
def by_hand(tmp_path):
    """Writes a workbook part by part, as some program might."""

    def write(rows="", rest="", name="hand.xlsx", date1904="", **parts):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in (PARTS | parts).items():
                archive.writestr(part, text.replace("{date1904}", date1904))
            archive.writestr("xl/worksheets/one.xml", SHEET.format(rows=rows, rest=rest))
        return path

    return write


def cells(path):
    (sheet,) = read_workbook(path)
    return sheet.cells


def code_of(path):
    with pytest.raises(RoadsteadError) as caught:
        read_workbook(path)
    (fault,) = caught.value.faults
    assert fault.where == path.name
    return fault.code


def test_cells_of_every_kind(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("中文")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number("A1", 1 / 3)
        sheet.write_string("B2", "文 = 字")
        sheet.write_boolean("C3", True)
        sheet.write_datetime("D4", datetime(2026, 7, 2), day)
        sheet.write_datetime("E5", datetime(2026, 7, 2, 13, 5), day)
        sheet.write_formula("F6", "=1+1", None, 2)
        sheet.write_number("G7", 0.27, book.add_format({"num_format": "0%"}))
    (read,) = read_workbook(tmp_path / "a.xlsx")
    assert read.name == "中文"
    assert read.cells == {
        (1, 1): 1 / 3, (2, 2): "文 = 字", (3, 3): True, (4, 4): date(2026, 7, 2),
        (5, 5): datetime(2026, 7, 2, 13, 5), (6, 6): 2.0, (7, 7): 0.27,
    }  # fmt: skip


# openpyxl writes sixteen digits, which is one too few for some numbers.
WRITTEN = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: float(f"{number:.16g}") == number)


@settings(max_examples=15, deadline=None)
@given(
    numbers=st.lists(WRITTEN, min_size=1, max_size=8),
    texts=st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1), max_size=8
    ),
)
def test_what_another_program_wrote_comes_back_to_the_digit(tmp_path_factory, numbers, texts):
    path = tmp_path_factory.mktemp("many") / "a.xlsx"
    book = openpyxl.Workbook()
    for r, number in enumerate(numbers, 1):
        book.active.cell(r, 1, number)
    for r, text in enumerate(texts, 1):
        cell = book.active.cell(r, 2, text)
        cell.data_type = "s"
    book.save(path)
    met = cells(path)
    assert [met[r, 1] for r in range(1, len(numbers) + 1)] == numbers
    assert [met[r, 2] for r in range(1, len(texts) + 1)] == texts


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_gives_it_back(number):
    assert float(text_of(number)) == number


def test_another_reader_sees_the_same(tmp_path):
    """fastexcel rounds to nine decimals as it makes text of numbers; within that both must agree."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["one", 2, 3.25, -0.125, "é 文"])
        sheet.write_row(1, 0, ["", 1e6, 0.1, 12345.678, "|"])
    frame = fastexcel.read_excel(tmp_path / "a.xlsx").load_sheet(0, header_row=None, dtypes="string").to_polars()
    theirs = {(r, c): cell for r, row in enumerate(frame.rows(), 1) for c, cell in enumerate(row, 1) if cell}
    assert {at: text_of(value) for at, value in cells(tmp_path / "a.xlsx").items()} == theirs


def test_texts_in_every_form(by_hand):
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>'
        '<c r="D1" t="s"><v>3</v></c><c r="E1" t="inlineStr"><is><t>in line</t></is></c>'
        '<c r="F1" t="str"><f>A1</f><v>worked out</v></c></row>'
    )
    assert [cells(by_hand(rows))[1, c] for c in range(1, 7)] == [
        " two words", "rich text", "東京", "tab\tand _x0041_", "in line", "worked out",
    ]  # fmt: skip


def test_cells_need_not_say_where_they_stand(by_hand):
    rows = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>"
    assert cells(by_hand(rows)) == {(1, 1): 1.0, (1, 3): 3.0, (2, 1): 4.0}


@pytest.mark.parametrize(
    ("style", "serial", "value"),
    [
        (1, 46205, date(2026, 7, 2)),
        (3, 46205, date(2026, 7, 2)),
        (1, 61, date(1900, 3, 1)),
        (1, 59, date(1900, 2, 28)),
        (1, 46205.5, datetime(2026, 7, 2, 12)),
        (0, 46205, 46205.0),
        (2, 46205, 46205.0),
        (4, 46205, 46205.0),
        (1, 1e12, 1e12),
    ],
    ids=["own", "Chinese", "March 1900", "February 1900", "noon", "plain", "quoted word", "colour", "no day"],
)
def test_a_number_is_a_day_where_its_format_shows_one(by_hand, style, serial, value):
    assert cells(by_hand(f'<row r="1"><c r="A1" s="{style}"><v>{serial}</v></c></row>')) == {(1, 1): value}


def test_days_may_be_counted_from_1904(by_hand):
    path = by_hand('<row r="1"><c r="A1" s="1"><v>44743</v></c></row>', date1904=' date1904="1"')
    assert cells(path) == {(1, 1): date(2026, 7, 2)}


def test_a_formula_is_never_worked_out_and_an_error_never_read(by_hand):
    rows = (
        '<row r="3"><c r="A3"><f>1+1</f><v></v></c><c r="B3"><f>1+1</f></c><c r="C3" t="str"><f>A1</f><v></v></c>'
        '<c r="D3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    (sheet,) = read_workbook(by_hand(rows, '<mergeCells><mergeCell ref="A5:B6"/></mergeCells>'))
    assert sheet.cells == {}
    assert sheet.merged == ["A5:B6"]
    assert [(fault.where, fault.code) for fault in unread(sheet)] == [
        ("A!A3", "RS-T115"), ("A!B3", "RS-T115"), ("A!D3", "RS-T115"),
    ]  # fmt: skip


def test_a_far_cell_takes_no_room(tmp_path):
    """A reader of whole rectangles would ask for ten gigabytes."""
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
        book.add_worksheet().write_number(1_048_575, 16_383, 2)
    assert cells(tmp_path / "far.xlsx") == {(1_048_576, 16_384): 2.0}


def test_what_unpacks_to_too_much_is_refused_as_it_unpacks(by_hand, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 3_000_000)
    path = by_hand("<row/>" * 1_000_000)
    assert path.stat().st_size < 30_000
    assert code_of(path) == "RS-T114"


def test_too_many_cells_are_refused(by_hand, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 10)
    assert code_of(by_hand("<row>" + "<c><v>1</v></c>" * 11 + "</row>")) == "RS-T114"


def test_too_many_texts_and_merged_cells_are_refused(by_hand, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 10)
    many = PARTS["xl/sharedStrings.xml"].replace("</sst>", "<si/>" * 11 + "</sst>")
    assert code_of(by_hand(**{"xl/sharedStrings.xml": many})) == "RS-T114"
    assert code_of(by_hand(rest="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 11 + "</mergeCells>")) == "RS-T114"


def test_a_file_too_large_is_not_opened(by_hand, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_PACKED", 10)
    assert code_of(by_hand()) == "RS-T114"


def test_entities_that_unfold_without_end_are_refused(by_hand):
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>' + PARTS["xl/sharedStrings.xml"].replace(
        "two words", "&c;"
    )
    assert code_of(by_hand(**{"xl/sharedStrings.xml": bomb})) == "RS-T112"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="x"><c><v>1</v></c></row>',
        '<row><c t="s"><v>99</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>12,5</v></c></row>",
        '<row><c t="d"><v>yesterday</v></c></row>',
        "<row>",
        '<row><c s="many"><v>1</v></c></row>',
    ],
)
def test_a_damaged_sheet_is_told(by_hand, rows):
    assert code_of(by_hand(rows)) == "RS-T112"


def test_what_is_no_workbook_is_told(tmp_path, by_hand):
    whole = by_hand("<row><c><v>1</v></c></row>").read_bytes()
    for name, content in {
        "text.xlsx": b"market,sales\n",
        "locked.xlsx": b"\xd0\xcf\x11\xe0" + bytes(500),
        "empty.xlsx": b"",
        "half.xlsx": whole[: len(whole) // 2],
        "flipped.xlsx": whole[:90] + bytes([whole[90] ^ 255]) + whole[91:],
    }.items():
        (tmp_path / name).write_bytes(content)
        assert code_of(tmp_path / name) == "RS-T112", name
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert code_of(tmp_path / "other.xlsx") == "RS-T112"
    assert code_of(tmp_path / "none.xlsx") == "RS-T101"


def test_an_infinite_number_stays_one_that_no_column_takes(by_hand):
    met = cells(by_hand("<row><c><v>1e999</v></c></row>"))
    assert math.isinf(met[1, 1])
    assert text_of(met[1, 1]) == "inf"
