"""The IEA's download in its editions: history, projections, and what is told where a file is another."""

from __future__ import annotations

import numpy as np
import pytest
import xlsxwriter

from roadstead.terms.errors import RoadsteadError
from roadstead.world.readers.iea import Projection, history, projections

OLD = "region,category,parameter,mode,powertrain,year,unit,value"
NEW = "region_country,category,parameter,mode,powertrain,year,unit,value,Aggregate group"


def sales(region, year, value, powertrain="BEV", category="Historical", mode="Cars"):
    return region, category, "EV sales", mode, powertrain, year, "Vehicles", value


def share(region, year, value, category="Historical", mode="Cars"):
    return region, category, "EV sales share", mode, "EV", year, "percent", value


def some_rows():
    """Invented: one country in two years, aggregates, other modes and parameters, two projections."""
    return [
        sales("Turkiye", 2022, 300),
        sales("Turkiye", 2022, 100, "PHEV"),
        sales("Turkiye", 2022, 7, "FCEV"),
        share("Turkiye", 2022, 4.0),
        sales("Turkiye", 2021, 90),
        share("Turkiye", 2021, 1.5),
        share("Turkiye", 2022, 44, mode="Buses"),
        ("Turkiye", "Historical", "EV stock share", "Cars", "EV", 2022, "percent", 0.2),
        share("World", 2022, 14),
        share("Europe", 2022, 21),
        share("EU27", 2022, 19),
        share("Rest of the world", 2022, 2.5),
        share("Asia Pacific", 2022, 9),
        share("World", 2030, 35, "Projection-STEPS"),
        sales("World", 2030, 3000, category="Projection-STEPS"),
        sales("World", 2030, 500, "PHEV", category="Projection-STEPS"),
        share("Asia Pacific", 2030, 33, "Projection-APS"),
    ]


def newer(rows):
    """As editions since 2025 print it: a further column, and capitals of their own."""
    return [(r[0], r[1].lower() if r[1] == "Historical" else r[1], *r[2:], "World") for r in rows]


@pytest.fixture(params=["2022", "2025", "2025 workbook"])
def download(request, table, workbook):
    if request.param == "2022":
        return table(OLD, *some_rows(), name="IEA-EV-data.csv")
    if request.param == "2025":
        return table(NEW.upper(), *newer(some_rows()), name="iea.csv", encoding="utf-8-sig")
    return workbook(NEW, *newer(some_rows()), name="iea.xlsx")


def test_history_in_every_edition(download, gazetteer):
    panel = history(download, gazetteer)
    assert list(panel) == ["EU27", "EUR", "ROW", "TUR", "WLD"]
    assert [code for code, series in panel.items() if not series.is_aggregate] == ["TUR"]
    series = panel["TUR"]
    assert series.region == "Turkiye"
    assert series.years.tolist() == [2021, 2022]
    assert series.share.tolist() == [0.015, 0.04]
    assert series.nev.tolist() == [90.0, 400.0]
    np.testing.assert_allclose(series.total, [6_000.0, 10_000.0], rtol=1e-12)
    assert "edition 2023" in series.notes[0]
    assert panel["WLD"].at(2022) == 0.14
    assert [code for code, series in panel.items() if any("own rest of the world" in n for n in series.notes)] == [
        "ROW"
    ]
    assert np.isnan(panel["WLD"].nev).all()


def test_projections_in_every_edition(download, gazetteer):
    found = projections(download, gazetteer, edition=2024)
    assert [(p.scenario, p.code, p.region, p.year) for p in found] == [
        ("APS", "", "Asia Pacific", 2030),
        ("STEPS", "WLD", "World", 2030),
    ]
    assert found[1] == Projection(2024, "STEPS", "WLD", "World", 2030, 0.35, 3500.0)
    assert found[0].share == 0.33
    assert np.isnan(found[0].nev)


@pytest.mark.parametrize(("name", "edition"), [("GlobalEVDataExplorer2026.csv", 2026), ("download.csv", 2023)])
def test_the_edition_is_in_the_name_of_the_file_or_follows_its_history(table, gazetteer, name, edition):
    assert {p.edition for p in projections(table(OLD, *some_rows(), name=name), gazetteer)} == {edition}


def test_projections_alone_have_no_edition_but_the_one_given(table, gazetteer):
    path = table(OLD, share("World", 2030, 35, "Projection-STEPS"))
    assert projections(path, gazetteer)[0].edition == 0
    assert projections(path, gazetteer, edition=2025)[0].edition == 2025


def test_several_editions_in_one_file(table, gazetteer, told):
    header = f"{OLD},edition"
    rows = [
        (*share("Germany", 2021, 26), 2022),
        (*share("Germany", 2021, 25), 2024),
        (*share("Germany", 2023, 24), 2024),
    ]
    path = table(header, *rows)
    assert history(path, gazetteer)["DEU"].share.tolist()[::2] == [0.25, 0.24]
    assert history(path, gazetteer, edition=2022)["DEU"].share.tolist() == [0.26]
    assert told(history, path, gazetteer, edition=2019) == [("file.csv", "RS-W316")]


def test_whole_percent_say_nothing_of_small_markets(table, gazetteer):
    rows = [
        share("Germany", 2021, 26),
        sales("Germany", 2021, 520),
        share("Germany", 2012, 1),
        sales("Germany", 2012, 9),
    ]
    series = history(table(OLD, *rows), gazetteer)["DEU"]
    assert series.total[-1] == pytest.approx(2000.0)
    assert np.isnan(series.total[0])
    assert any("whole percent" in note for note in series.notes)


def test_a_file_without_modes_is_read_as_cars_with_a_note(table, gazetteer):
    header = OLD.replace("mode,", "")
    rows = [(r[0], r[1], r[2], *r[4:]) for r in (share("Germany", 2021, 26.5), share("Germany", 2022, 31))]
    assert "the file names no mode: every row read as cars" in history(table(header, *rows), gazetteer)["DEU"].notes


@pytest.mark.parametrize(
    ("bad", "place", "code"),
    [
        (share("Germania", 2021, 3), "1 (region)", "RS-W301"),
        (share("Germany", 2021, 103), "8 (value)", "RS-W312"),
        (sales("Germany", 2021, -1), "8 (value)", "RS-T110"),
        (sales("Germany", 2021, "1,5"), "8 (value)", "RS-W315"),
        (share("Germany", 2020, 14), "6 (year)", "RS-W313"),
        (share("Germany", "21/22", 14), "6 (year)", "RS-W314"),
        ((*share("Germany", 2021, 0.14)[:6], "fraction", 0.14), "7 (unit)", "RS-T106"),
        ((*sales("Germany", 2021, 14)[:6], "thousands", 14), "7 (unit)", "RS-T106"),
    ],
)
def test_a_bad_cell_is_told_at_its_place(table, workbook, gazetteer, told, bad, place, code):
    for write, name in ((table, "file.csv"), (workbook, "file.xlsx")):
        path = write(OLD, share("Germany", 2020, 13.5), bad)
        assert told(history, path, gazetteer) == [(f"{name}:3:{place}", code)]


def test_a_name_is_told_once_with_a_guess(table, gazetteer):
    with pytest.raises(RoadsteadError, match="did you mean") as caught:
        history(table(OLD, share("Germanny", 2020, 3), share("Germanny", 2021, 4)), gazetteer)
    assert len(caught.value.faults) == 1


def test_a_file_without_cars_or_history(table, gazetteer, told):
    assert told(history, table(OLD, share("Germany", 2020, 3, mode="Vans")), gazetteer) == [("file.csv", "RS-W316")]
    only = table(OLD, share("World", 2030, 35, "Projection-STEPS"))
    assert told(history, only, gazetteer) == [("file.csv", "RS-W316")]
    assert projections(table(OLD, share("World", 2020, 4.5)), gazetteer) == ()


def test_another_table_or_no_workbook(table, workbook, tmp_path, gazetteer, told):
    missing = [("file.xlsx:1:1", "RS-T102")] * 5
    assert told(history, workbook("region,value", ("Germany", 3)), gazetteer) == missing
    assert told(history, tmp_path / "none.xlsx", gazetteer) == [("none.xlsx", "RS-T101")]
    (tmp_path / "fake.xlsx").write_text("region,value", encoding="utf-8")
    assert told(history, tmp_path / "fake.xlsx", gazetteer) == [("fake.xlsx", "RS-T112")]


def test_rows_of_a_workbook_are_counted_as_in_the_sheet(tmp_path, gazetteer, told):
    with xlsxwriter.Workbook(tmp_path / "low.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 0, OLD.split(","))
        sheet.write_row(4, 0, share("Germany", 2020, 140))
    assert told(history, tmp_path / "low.xlsx", gazetteer) == [("low.xlsx:5:8 (value)", "RS-W312")]


def test_an_empty_workbook(tmp_path, gazetteer, told):
    with xlsxwriter.Workbook(tmp_path / "empty.xlsx") as book:
        book.add_worksheet()
    assert told(history, tmp_path / "empty.xlsx", gazetteer) == [("empty.xlsx:1:1", "RS-T102")]


def test_an_old_kind_of_workbook_is_told_what_to_save_it_as(tmp_path, gazetteer):
    (tmp_path / "old.xls").write_bytes(b"")
    with pytest.raises(RoadsteadError, match=r"save it as \.xlsx, or the sheet as `CSV UTF-8` \[RS-W318\]"):
        history(tmp_path / "old.xls", gazetteer)


def test_a_formula_without_a_value_is_told(tmp_path, gazetteer, told):
    with xlsxwriter.Workbook(tmp_path / "sums.xlsx") as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, OLD.split(","))
        sheet.write_row(1, 0, share("Germany", 2020, 13)[:-1])
        sheet.write_formula(1, 7, "=1+12", None, "")
    assert told(history, tmp_path / "sums.xlsx", gazetteer) == [("Data!H2", "RS-T115")]
