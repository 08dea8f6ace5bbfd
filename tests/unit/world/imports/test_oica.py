"""OICA's workbooks: what is counted, countries among regions, years among parts of years, and which counts are the ones to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from roadstead.world.imports.oica import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TITLE = "REGISTRATIONS OR SALES OF NEW VEHICLES - {}"
HEADER = ("REGIONS/COUNTRIES", "Q1-Q4 2019", "Q1-Q4 2020", "Q1-Q4 2021", "2021/\n2020", "2021/2019")
ROWS = (
    ("EUROPE", 20_000_000, 16_000_000, 16_800_000, 0.05, -0.2),
    ("EU 27 countries + EFTA + UK", 18e6, 14e6, 14e6, 0.0, -0.2),
    (),
    ("ALBANIA ", 2_510, 2_043, "n.a.", -0.1, -0.2),
    ("FRANCE (1)", 2_755_696, 2_100_058, 2_142_278, 0.02, -0.2),
    ("UNITED STATES OF AMERICA", 4_715_005, 3_401_838, 3_350_050, 0.0, 0.0),
    ("CHINA", 21_444_180, 20_177_731, 21_481_537, 0.0, 0.0),
    ("TOTAL OICA MEMBERS ", 63e6, 53e6, 56e6, 0.0, 0.0),
    ("ALL COUNTRIES/REGIONS", 64e6, 54e6, 57e6, 0.0, 0.0),
    (),
    ("(1) including overseas departments",),
)


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A workbook as OICA lays it out: title, blank row, header, rows."""

    def write(*rows, kind="PASSENGER CARS", title=TITLE, header=HEADER, name="pc_sales_2021.xlsx"):
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as workbook:
            sheet = workbook.add_worksheet("sales")
            sheet.write(0, 0, title.format(kind))
            sheet.write_row(2, 0, header)
            for number, row in enumerate(rows, 3):
                sheet.write_row(number, 0, row)
        return path

    return write


def taken_from(paths, world, **asked):
    """What is read beside the sales that the world knows."""
    return read(paths, world.gazetteer, world.tables["sales"], **asked)


def test_countries_and_years_are_read_and_the_rest_is_counted(book, world):
    taken = taken_from([book(*ROWS)], world)
    found = {(row["place"], row["year"]): row["value"] for row in taken.rows["sales"]}
    assert found["FRA", 2021] == 2_142_278
    assert found["ALB", 2020] == 2_043
    assert ("ALB", 2021) not in found
    assert len(found) == 11
    assert {(row["scope"], row["measure"]) for row in taken.rows["sales"]} == {
        ("PASSENGER", "OICA REGISTRATIONS OR SALES")
    }
    assert taken.left_out == {"regions and totals": 4, "lines without figures: headings and footnotes": 1}


def test_names_of_oicas_own_are_known_and_unions_are_no_country(book, world):
    rows = [
        (name, 1, 1, 1) for name in ("TAHITI", "MOLDAVIA", "CONGO KINSHASA", "VIETNAM", "EUROPEAN UNION", "AMERICA")
    ]
    found = taken_from([book(*rows)], world).rows["sales"]
    assert {row["place"] for row in found} == {"PYF", "MDA", "COD", "VNM"}


def used(taken):
    return {row["place"] for row in taken.rows["sales"] if row["preferred"]}


def test_counts_stand_beside_the_packaged_ones_unless_they_are_preferred(book, world):
    rows = (*ROWS, ("MALAWI", 100, 100, 100))
    assert used(taken_from([book(*rows)], world)) == {"MWI"}
    preferred = taken_from([book(*rows)], world, prefer=True)
    assert {"MWI", "FRA"} <= used(preferred)
    assert not used(preferred) & {"CHN", "USA"}
    notes = {row["place"]: row["note"] for row in preferred.rows["sales"]}
    assert "contains exports" in notes["CHN"]
    assert "without pick-ups" in notes["USA"]
    assert taken_from([book(*ROWS)], world).notes[0].startswith("11 figures of sales stand beside")


def test_a_preferred_count_of_other_vehicles_than_the_market_is_counted_in_stays_beside(book, world):
    """France is counted in passenger cars: a count of all vehicles must not take their place."""
    taken = taken_from([book(*ROWS, kind="ALL TYPES", name="total_sales_2021.xlsx")], world, prefer=True)
    assert {row["scope"] for row in taken.rows["sales"]} == {"ALL"}
    assert "FRA" not in used(taken)


def test_years_may_be_numbers_and_parts_of_years_are_left_out(book, world):
    header = ("REGIONS/COUNTRIES", 2023, 2024, "Q1-Q3 2025", "% change")
    taken = taken_from([book(("FRANCE", 1, 2, 3, 0.1), header=header, kind="COMMERCIAL VEHICLES")], world)
    assert [(row["year"], row["value"], row["scope"]) for row in taken.rows["sales"]] == [
        (2023, 1.0, "COMMERCIAL"),
        (2024, 2.0, "COMMERCIAL"),
    ]
    assert taken.left_out == {"columns that are part of a year: Q1-Q3 2025": 1}


@pytest.mark.parametrize(
    ("title", "name", "metric"),
    [
        (
            "WORLD MOTOR VEHICLE PRODUCTION BY COUNTRY/REGION AND TYPE",
            "By-country-region-2023.xlsx",
            "DOMESTIC_PRODUCTION",
        ),
        ("2023 PRODUCTION STATISTICS", "By-country-region-2023.xlsx", "DOMESTIC_PRODUCTION"),
        ("WORLD PRODUCTION OF PASSENGER CARS", "x.xlsx", "DOMESTIC_PRODUCTION_PASSENGER"),
        ("WORLD PRODUCTION OF COMMERCIAL VEHICLES", "x.xlsx", "DOMESTIC_PRODUCTION_COMMERCIAL"),
    ],
)
def test_production_goes_beside_that_of_the_makers(book, world, title, name, metric):
    taken = taken_from([book(("JAPAN", 9_684_294, 8_067_943, 7_846_955), title=title, name=name)], world)
    (first, *_) = taken.rows["overseas_production"]
    assert (first["home"], first["period"], first["metric"], first["value"]) == ("JPN", "2019", metric, 9_684_294.0)
    assert "sales" not in taken.rows


def test_a_sheet_saved_as_csv_reads_alike(file, world):
    text = f"{TITLE.format('PASSENGER CARS')},,\n,,\nREGIONS/COUNTRIES,Q1-Q4 2020,Q1-Q4 2021\nHONG-KONG,1,2\n"
    assert [row["place"] for row in taken_from([file("pc.csv", text)], world).rows["sales"]] == ["HKG", "HKG"]


@pytest.mark.parametrize(
    ("kind", "title", "name"),
    [
        ("HEAVY TRUCKS", TITLE, "ht.xlsx"),
        ("LIGHT COMMERCIAL VEHICLES", "WORLD PRODUCTION OF {}", "lcv.xlsx"),
        ("PC", "{} WORLD VEHICLES IN USE (in thousand units)", "PC-World-vehicles-in-use-2020.xlsx"),
        ("STATISTICS", "{}", "2021.xlsx"),
    ],
)
def test_what_counts_something_else_is_refused(book, world, refused, kind, title, name):
    assert refused(taken_from, [book(*ROWS, kind=kind, title=title, name=name)], world) == [(f"{name}:1:1", "RS-W326")]


def test_every_fault_is_told_at_once(book, world, refused):
    path = book(("FRANCE", 1, "1,234", -5), ("FRANCIA", 1, 2, 3), ("FRANCE ", 1, 2, 3), ("JAPAN", "many", 2, 3))
    name = path.name
    assert refused(taken_from, [path], world) == [
        (f"{name}:4:3 (2020)", "RS-W315"),
        (f"{name}:4:4 (2021)", "RS-T110"),
        (f"{name}:5:1", "RS-W301"),
        (f"{name}:6:1", "RS-W323"),
        (f"{name}:7:2 (2019)", "RS-T107"),
    ]


def test_no_header_and_no_country_are_refused(book, world, refused):
    assert refused(taken_from, [book(*ROWS, header=("A", "B"))], world) == [("pc_sales_2021.xlsx:1:1", "RS-W321")]
    assert refused(taken_from, [book(ROWS[0])], world) == [("pc_sales_2021.xlsx", "RS-W316")]
