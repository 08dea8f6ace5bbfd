"""The template as a person meets it: what is asked stands out, what may be said is offered, and no text is alive."""

from __future__ import annotations

import zipfile
from datetime import date

import openpyxl
import pytest

from roadstead.study.entries import CaseFile
from roadstead.study.items import ITEMS, OPTIONAL
from roadstead.study.workbook import entry_forms, filling
from roadstead.study.workbook.forms import Group, forms
from roadstead.study.workbook.write import template, write_template
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.tables import Kind


def rules(sheet, cell):
    """Rules for what may be typed into a cell."""
    return [
        one for one in sheet.data_validations.dataValidation if cell in one.sqref and one.type not in {None, "none"}
    ]


def test_the_first_sheet_says_how_and_lists_every_sheet(written):
    for path, first, title in ((written["en"], "How_to", "workbook"), (written["zh"], "填写说明", "工作簿")):
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[0] == book.active.title == first
        said = [str(cell.value or "") for row in book[first].iter_rows() for cell in row]
        assert title in said[0]
        assert any("roadstead plan" in one for one in said)
        listed = [row[0].value for row in book[first].iter_rows() if row[0].hyperlink]
        assert listed == book.sheetnames[1:-1]


def test_every_table_has_headings_notes_and_stays_in_sight(written):
    book = openpyxl.load_workbook(written["en"])
    for form in forms().values():
        name = form.sheet("en")
        if name not in book.sheetnames or form.key == "case":
            continue
        sheet = book[name]
        assert [cell.value for cell in sheet[2]] == [column.name for column in form.columns]
        for cell, column in zip(sheet[3], form.columns, strict=True):
            assert cell.value.startswith("↑ ")
            assert form.note(column, "en") in cell.value.replace("[USD]", "[money]")
        assert sheet.freeze_panes == "B4"
        fills = {column.required: sheet.cell(2, c).fill.fgColor.rgb for c, column in enumerate(form.columns, 1)}
        assert len(set(fills.values())) == len(fills)


def test_money_is_called_by_the_currency_of_the_case(written):
    book = openpyxl.load_workbook(written["en"])
    assert "[USD/car]" in book["Models"]["E3"].value
    assert "[cars/year]" in book["Volumes"]["C3"].value


def test_words_numbers_and_names_are_offered_or_bounded(written):
    book = openpyxl.load_workbook(written["en"])
    (powertrain,) = rules(book["Models"], "D4")
    assert powertrain.type == "list"
    assert "BEV" in powertrain.formula1
    (share,) = rules(book["Mix"], "C9")
    assert share.operator in {None, "between"}  # between where nothing is said
    assert (share.type, float(share.formula1), float(share.formula2)) == ("decimal", 0.0, 1.0)
    (entered,) = rules(book["Markets"], "B50")
    assert entered.formula1 == '"yes,no"'
    (market,) = rules(book["Prices"], "A4")
    sheet, _, cells = market.formula1.lstrip("=").partition("!")
    offered = [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]
    assert {"DEU", "BRA", "EU27"} <= set(offered)
    assert None not in offered
    assert market.errorStyle == "information"  # a name or * is as good as a code
    (model,) = rules(book["Prices"], "B4")
    assert model.formula1 == "'Models'!$A$4:$A$1000"
    (line,) = rules(book["Tooling"], "A4")
    assert line.formula1 == "'Lines'!$A$4:$A$1000"
    (route,) = rules(book["Case"], "B9")
    assert "SUEZ_OPEN" in route.formula1


def test_every_cell_says_what_belongs_there_as_it_is_chosen(written):
    book = openpyxl.load_workbook(written["zh"])
    messages = [one.prompt for one in book["车型"].data_validations.dataValidation]
    assert len(messages) == len(forms()["models"].columns)
    assert any("基年国内出厂的可变成本" in one for one in messages)


def test_a_chinese_workbook_speaks_chinese(written):
    book = openpyxl.load_workbook(written["zh"])
    assert [cell.value for cell in book["销量"][2]][:3] == ["市场", "动力类型", "销量"]
    assert book["市场"]["B4"].value == "是"
    (entered,) = rules(book["市场"], "B4")
    assert entered.formula1 == '"是,否"'


def test_numbers_are_numbers_days_are_days_and_no_text_is_alive(starter_rows, tmp_path):
    rows = {key: [dict(row) for row in table] for key, table in starter_rows.items()}
    evil = ['=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(1)", "http://x.example", "=1+1"]
    for row, text in zip(rows["lines"] + rows["models"], evil, strict=False):
        row["name"] = row["note"] = text
    path = write_template(tmp_path / "evil.xlsx", rows)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = archive.read(name).decode()
                assert "<f>" not in text
            assert b"http://x" not in archive.read(name) or name == "xl/sharedStrings.xml"
    book = openpyxl.load_workbook(path)
    assert {cell.data_type for row in book["Volumes"].iter_rows(min_row=4, min_col=3, max_col=3) for cell in row} == {
        "n"
    }
    assert book["Lines"]["B4"].value == evil[0]
    assert book["Lines"]["B4"].data_type != "f"
    assert book["rules.measures"]["A4"].value == "TUR-502"
    days = [cell.value for cell in book["rules.measures"][4] if hasattr(cell.value, "year")]
    assert days
    assert all(day.date() >= date(1900, 3, 1) for day in days)


def test_an_empty_template_asks_for_every_figure_a_case_needs(tmp_path):
    book = openpyxl.load_workbook(template(tmp_path / "empty.xlsx", None))
    items = {row[1].value for row in book["Figures"].iter_rows(min_row=4)}
    assert items == {name for name, item in ITEMS.items() if name not in OPTIONAL and item.of != "lane"}
    case = {row[0].value: row[1] for row in book["Case"].iter_rows(min_row=3) if row[0].value}
    assert case["draws"].value == 1000
    assert case["name"].value is None
    yellow = {name for name, cell in case.items() if cell.fill.fgColor.rgb == "FFFFF8DC"}
    assert yellow == {column.name for column in entry_forms.singles() if column.required}


def test_all_sheets_where_they_are_asked_for(tmp_path):
    book = openpyxl.load_workbook(template(tmp_path / "all.xlsx", None, every=True))
    assert book.sheetnames[1:-1] == [form.sheet("en") for form in forms().values()]
    few = openpyxl.load_workbook(template(tmp_path / "few.xlsx", None))
    own = {Group.FACTS, Group.LAW, Group.FUTURES}
    assert few.sheetnames[1:-1] == [form.sheet("en") for form in forms().values() if form.group not in own]


def test_nothing_is_written_over_and_nothing_half(written, starter_rows, tmp_path):
    with pytest.raises(RoadsteadError, match=r"RS-S616"):
        write_template(written["en"], starter_rows)
    long = {"case": starter_rows["case"], "models": [dict(starter_rows["models"][0], note="x" * 40_000)]}
    with pytest.raises(RoadsteadError, match=r"RS-S653"):
        write_template(tmp_path / "long.xlsx", long)
    assert not list(tmp_path.iterdir())


def test_every_entry_of_case_yaml_stands_in_one_sheet():
    """Whatever the model of case.yaml gains must be asked for somewhere."""
    singles = {column.name.partition(".")[0] for column in entry_forms.singles()}
    listed = {table.way[0] for table in entry_forms.TABLES}
    assert singles | listed == set(CaseFile.model_fields)
    kinds = {column.name: column.kind for column in entry_forms.singles()}
    assert (kinds["horizon.first"], kinds["effort.gap"], kinds["seed"], kinds["outlook.policy_steps"]) == (
        Kind.YEAR, Kind.FRACTION, Kind.COUNT, Kind.FLAG,
    )  # fmt: skip


def test_rows_of_a_case_leave_nothing_out(starter_rows):
    assert len(starter_rows["tree"]) == 7
    assert [row["event"] for row in starter_rows["amendments"]] == [
        "eu_duty_prolonged", "eu_price_deal", "turkey_relents", "brazil_relents",
    ]  # fmt: skip
    assert starter_rows["declared"] == [{"importer": "TUR", "fact": "certificate.TUR_INVESTMENT", "value": "no"}]
    assert {row["scenario"]: row["set"] for row in starter_rows["scenarios"]}["high_walls"] == (
        "EU27/COUNTERVAILING/OTHERS=0.50; BRA/MFN=0.50@2029"
    )


def test_a_faulty_case_is_no_source_of_a_template(tmp_path):
    with pytest.raises(RoadsteadError):
        filling.from_case(tmp_path)
