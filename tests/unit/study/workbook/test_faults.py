"""What is wrong in a workbook is told at its cell, all at once, in the words of who filled it in."""

# ruff: noqa: DTZ001 - days of a spreadsheet have no zone

from __future__ import annotations

import shutil
from datetime import date, datetime

import openpyxl
import pytest

from roadstead.study.bundled import case_folder
from roadstead.study.manifest import files_of
from roadstead.study.spec import read_study
from roadstead.study.workbook.entry_forms import singles
from roadstead.study.workbook.forms import Group, forms
from roadstead.study.workbook.reading import MOST_STRANGE
from roadstead.study.workbook.unpack import opened
from roadstead.study.workbook.write import template
from roadstead.terms.errors import RoadsteadError


def test_faults_of_every_kind_at_once_each_at_its_cell(book):
    book.set(book.entry("effort.gap"), "soon")
    book.set(book.at("Volumes", "DEU", "sales"), "4,000")
    book.set(book.at("Lines", "izmir", "place"), "Turkeye")
    book.set(book.at("Models", "city", "material"), 85)
    book.set(book.at("Events", "turkey_relents", "probability"), 30)
    book.changed.create_sheet("Volums")["A1"] = "market"
    told = {fault.where.partition(" ")[0]: fault for fault in book.faults()}
    expected = {
        book.entry("effort.gap"): ("RS-S603", "'soon' does not fit"),
        book.at("Volumes", "DEU", "sales"): ("RS-T107", "write 4000, without separators"),
        book.at("Lines", "izmir", "place"): ("RS-W301", "did you mean TUR"),
        book.at("Models", "city", "material"): ("RS-T109", "write 0.85 for 85 %"),
        book.at("Events", "turkey_relents", "probability"): ("RS-T109", "write 0.3 for 30 %"),
        "Volums!A1": ("RS-S651", "did you mean `Volumes`?"),
    }
    for where, (code, words) in expected.items():
        assert told[where].code == code
        assert words in str(told[where])


def test_faults_of_the_tree_and_the_horizon_name_their_cells(book):
    book.set("Tree!D5", "eu_duty_prolongd")
    book.set("Tree!C6", 0.3)
    book.set(book.entry("horizon.last_decision"), 2050)
    told = {fault.where.partition(" ")[0]: fault.code for fault in book.faults()}
    assert told == {
        "Tree!D5": "RS-S609", "Tree!C5": "RS-S610", "Events!A4": "RS-S609", book.entry("horizon.first"): "RS-S608",
    }  # fmt: skip


def test_a_table_is_called_by_its_sheet(book):
    book.changed["Ambitions"].delete_rows(4)
    (fault,) = book.faults()
    assert fault.where.startswith("Prices!B")
    assert "the sheet Ambitions has no BEV share there" in fault.message
    assert ".csv" not in str(fault)


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("about 4000", "RS-T107", "'about 4000' is not a number"),
        ("4.000,50", "RS-T107", "is not a number"),
        (-1, "RS-T110", "at least 0"),
        (None, "RS-T105", "nothing stands here"),
        (datetime(2026, 7, 2), "RS-T107", "'2026-07-02' is not a number"),
        (True, "RS-T107", "'yes' is not a number"),
        ("=3000+1000", "RS-T115", "never worked out"),
    ],
    ids=["words", "separators", "negative", "blank", "day", "flag", "formula"],
)  # fmt: skip
def test_a_bad_number(book, value, code, words):
    where = book.at("Volumes", "DEU", "sales")
    book.set(where, value)
    (fault,) = [fault for fault in book.faults() if fault.where.partition(" ")[0] == where]
    assert fault.code == code
    assert words in str(fault)


@pytest.mark.parametrize("value", ["5000", " 5000 ", 5000, 5000.0, "5e3"], ids=repr)
def test_a_number_stored_as_text_is_taken_for_what_it_is(book, value):
    book.set(book.at("Volumes", "DEU", "sales"), value)
    assert book.study().rows["volumes"][0]["sales"] == 5000.0


@pytest.mark.parametrize("day", [date(2026, 7, 3), datetime(2026, 7, 3), "2026-07-03"], ids=["day", "midnight", "text"])
def test_a_day_may_be_a_day_or_its_text(book, day):
    book.set(book.entry("as_known_on"), day)
    assert book.study().as_known_on == date(2026, 7, 3)


@pytest.mark.parametrize("day", ["1 July 2026", "01.07.2026", 46204, datetime(2026, 7, 1, 12)], ids=repr)
def test_no_other_day_is_guessed(book, day):
    book.set(book.entry("as_known_on"), day)
    assert (book.entry("as_known_on"), "RS-S603") in book.told()


def test_the_country_no_needs_no_quotes_in_a_workbook(book):
    book.set(book.at("Lines", "styria", "serves"), "GBR|NO")
    assert book.study().carmaker.lines["styria"].serves == ("GBR", "NOR")


def test_an_hs_code_typed_as_a_number_is_told(book):
    where = book.at("rules.measures", "TUR-502", "hs")
    book.set(where, 8507.6)
    (fault,) = book.faults()
    assert (fault.where.partition(" ")[0], fault.code) == (where, "RS-T108")


def test_a_row_that_stands_twice_says_which_row(book):
    sheet = book.changed["Markets"]
    sheet.append([cell.value for cell in sheet[4]])
    fault = next(fault for fault in book.faults() if fault.code == "RS-T104")
    assert fault.where == f"Markets!A{sheet.max_row} (market)"
    assert "first in row 4" in fault.message


def test_blank_rows_and_columns_of_ones_own_are_left_alone(book):
    sheet = book.changed["Models"]
    sheet.insert_rows(5, 3)
    sheet.insert_cols(2)
    sheet["B2"], sheet["B8"], sheet["B9"] = "# who said so", "Ann", "=1/0"
    book.changed.create_sheet("# scratch")["A1"] = "=1/0"
    assert list(book.study().carmaker.models) == ["city", "voyage"]
    book.set("Models!G8", "dear")
    assert book.told() == [("Models!G8", "RS-T107")]


def test_a_column_without_a_heading_is_told_once(book):
    book.changed["Markets"]["J4"] = book.changed["Markets"]["J5"] = "what is this"
    assert book.told() == [("Markets!J4", "RS-T102")]


def test_an_unknown_column_is_told_with_the_nearest_name(book):
    book.set("Volumes!C2", "salles")
    told = [str(fault) for fault in book.faults() if fault.where.startswith("Volumes!")]
    assert any("Volumes!A2: the column `sales` is missing" in said for said in told)
    assert any("Volumes!C2: the column `salles` is not known; did you mean `sales`?" in said for said in told)


def test_a_sheet_of_sixteen_thousand_columns_is_told_in_few_words(book):
    for column in range(8, 16_384):
        book.changed["Markets"].cell(2, column, f"x{column}")
    told = [fault for fault in book.faults() if fault.where.startswith("Markets!")]
    assert len(told) == MOST_STRANGE
    assert {fault.code for fault in told} == {"RS-T102"}


@pytest.mark.parametrize("name", [".hidden.xlsx", "__mine.xlsx", "..xlsx", "a b 中.XLSX"])
def test_a_workbook_may_have_any_name(book, name, tmp_path):
    shutil.copy(book.path, tmp_path / name)
    folder = case_folder(tmp_path / name)
    assert read_study(folder).case.name == "Harbour Motors"
    assert [path.suffix.lower() for path in files_of(folder)].count(".xlsx") == 1


def test_columns_and_sheets_may_stand_in_any_order_and_case(book):
    sheet = book.changed["Markets"]
    for row in sheet.iter_rows(min_row=2):
        row[0].value, row[2].value = row[2].value, row[0].value
    sheet["A2"] = "Chinese Rivals"
    sheet.title = "other"
    sheet.title = "MARKETS"
    book.changed.move_sheet(sheet, -10)
    assert book.study().carmaker.chinese_rivals["DEU"] == 0.03


def test_without_the_notes_a_sheet_reads_the_same(book):
    book.changed["Markets"].delete_rows(3)
    book.changed["Volumes"].delete_rows(1)
    assert len(book.study().rows["markets"]) == 5


def test_merged_cells_are_told(book):
    book.changed["Volumes"].merge_cells("A4:A5")
    assert ("Volumes!A4", "RS-T116") in book.told()


def test_a_sheet_that_is_missing_or_without_headings(book):
    del book.changed["Mix"]
    book.changed["Prices"].delete_rows(1, 3)
    told = book.told()
    assert ("Mix", "RS-T101") in told
    assert ("Prices!A1", "RS-T102") in told


def test_one_table_in_two_sheets(book):
    book.changed.create_sheet("销量")["A1"] = "市场"
    assert ("销量!A1", "RS-S651") in book.told()


def test_an_event_that_is_none(book):
    book.set("Amendments!A4", "eu_duty_prolongd")
    fault = next(fault for fault in book.faults() if fault.where.startswith("Amendments!A4"))
    assert "did you mean `eu_duty_prolonged`" in str(fault)


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("Case!A8", "as_known", "did you mean `as_known_on`"),
        ("Case!A5", "name", "`name` stands twice, first in row 3"),
        ("Case!B9", "SUEZ", "does not fit"),
        ("Case!B11", "many", "'many' does not fit"),
        ("Tree!C5", "often", "'often' does not fit"),
    ],
)
def test_an_entry_that_does_not_fit(book, cell, value, words):
    book.set(cell, value)
    fault = next(fault for fault in book.faults() if fault.where.partition(" ")[0] == cell)
    assert words in str(fault)


def test_what_is_missing_of_an_empty_template_is_told_at_its_cells(tmp_path):
    folder = opened(template(tmp_path / "empty.xlsx", None))
    with pytest.raises(RoadsteadError) as caught:
        read_study(folder)
    told = {fault.where for fault in caught.value.faults}
    assert {
        "Case!B3 (name)",
        "Case!B17 (horizon.first)",
        "Case!B19 (horizon.last_decision)",
        "Figures!C4 (value)",
    } <= told


def test_a_workbook_that_holds_no_case(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "hello"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(RoadsteadError, match=r"has no sheet `Case` or `案例`.*\[RS-S652\]"):
        case_folder(tmp_path / "other.xlsx")


@pytest.mark.parametrize("name", ["none.xlsx", "old.xls"])
def test_a_workbook_that_is_not_there_or_not_read(tmp_path, name):
    if name == "old.xls":
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(RoadsteadError) as caught:
        case_folder(tmp_path / name)
    assert "roadstead template" in str(caught.value) or "save it as .xlsx" in str(caught.value)


def test_a_chinese_workbook_names_its_own_sheets_and_takes_its_own_words(chinese):
    chinese.set("市场!B4", "是")
    chinese.set("市场!B6", "否")
    told = [fault.where for fault in chinese.faults()]
    assert told
    assert all(not where.split("!")[0].isascii() for where in told)
    assert not any("市场!B4" in where for where in told)


def test_every_sheet_and_column_of_a_case_has_its_words_in_both_languages():
    """Tables of facts, law and events that nobody has translated are called by their own names."""
    names: dict[str, set[str]] = {"en": set(), "zh": set()}
    for form in forms().values():
        must = form.group in {Group.ENTRIES, Group.TABLES, Group.MORE}
        for language in ("en", "zh"):
            assert 0 < len(form.sheet(language)) <= 31
            assert form.sheet(language) not in names[language]
            names[language].add(form.sheet(language))
            assert form.what(language)
            labels = [form.label(column.name, language) for column in form.columns]
            assert len(set(labels)) == len(labels), form.key
            for column in form.columns if form.key != "case" else singles():
                assert form.note(column, language), (form.key, column.name)
                if must and language == "zh":
                    assert not form.note(column, language).isascii(), (form.key, column.name)
        if must:
            assert not (form.sheet("zh") + form.what("zh")).isascii()
            assert not any(form.label(column.name, "zh").isascii() for column in form.columns), form.key
