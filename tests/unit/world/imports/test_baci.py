"""BACI: sums by hand, what a part of the codes cannot tell, and every line that is none of BACI."""

from __future__ import annotations

import pytest

from roadstead.world.imports import goods
from roadstead.world.imports.baci import MOST, read

NAME = "BACI_HS22_Y2023_V202501.csv"
EVERY_CAR = goods.CODES["ALL"]


def flows(*lines, header="t,i,j,k,v,q"):
    return "\n".join((header, *lines)) + "\n"


def every_code(exporter=392, importer=842):
    """One thousand dollars of every subheading of cars and parts, so that a file can tell all."""
    return [f"2023,{exporter},{importer},{code},1,0.5" for code in (*EVERY_CAR, *goods.PARTS_CODES)]


def told(taken, table, **wanted):
    """Value of the one row with such cells."""
    (row,) = [row for row in taken.rows[table] if all(row[name] == cell for name, cell in wanted.items())]
    return row["value"]


def test_flows_become_billions_by_powertrain_and_a_missing_weight_costs_nothing(file, world):
    path = file(
        NAME,
        flows(
            *every_code(),
            "2023,156,56,870323,1500.5,          NA",
            "2023,156,56,870332,2000,10",
            "2023,156,56,870380,4000000,1",
            "2023,156,56,870360,1e+06,2",
            '2023,699,156,"010121",9.5,0.1',
        ),
    )
    taken = read([path], world.gazetteer)
    shipped = {"origin": "CHN", "destination": "BEL", "period": "2023", "definition": "BACI HS 8703", "unit": "US$bn"}
    assert told(taken, "exports", powertrain="ICE", **shipped) == pytest.approx(3500.5e-6)
    assert told(taken, "exports", powertrain="BEV", **shipped) == pytest.approx(4.0)
    assert told(taken, "exports", powertrain="PHEV", **shipped) == pytest.approx(1.0)
    assert told(taken, "exports", powertrain="NEV", **shipped) == pytest.approx(5.0)
    assert told(taken, "exports", powertrain="ALL", **shipped) == pytest.approx(5.0035005)
    assert not [row for row in taken.rows["exports"] if row["powertrain"] == "HEV" and row["destination"] == "BEL"]
    assert {row["origin"] for row in taken.rows["exports"]} == {"CHN", "JPN"}  # horses of India are none of ours
    assert (taken.edition, taken.notes) == ("HS22, version 202501", ())


def test_places_and_the_world_trade_in_cars_parts_and_batteries(file, world):
    path = file(
        NAME,
        flows(*every_code(), "2023,156,276,870899,2e6,1", "2023,410,276,850760,3e6,1", "2023,156,251,870321,1e6,1"),
    )
    taken = read([path], world.gazetteer)
    parts = {"goods": "PARTS", "year": 2023, "definition": "BACI HS 8708"}
    assert told(taken, "parts_trade", place="CHN", flow="EXPORT", **parts) == pytest.approx(2.0)
    assert told(taken, "parts_trade", place="DEU", flow="IMPORT", **parts) == pytest.approx(2.0)
    assert told(taken, "parts_trade", place="WLD", flow="EXPORT", **parts) == pytest.approx(2.0 + 14e-6)
    assert told(taken, "parts_trade", place="DEU", flow="IMPORT", goods="BATTERIES") == pytest.approx(3.0)
    assert told(taken, "parts_trade", place="FRA", flow="IMPORT", goods="CARS") == pytest.approx(1.0)


def test_part_of_the_codes_is_no_total_unless_the_rest_is_known_to_be_nothing(file, world):
    path = file(NAME, flows("2023,156,56,870380,1000,1", "2023,156,56,870360,500,1", "2023,156,56,870829,70,1"))
    taken = read([path], world.gazetteer)
    assert {row["powertrain"] for row in taken.rows["exports"]} == {"BEV"}
    assert taken.rows["parts_trade"] == ()
    assert taken.notes[0] == "PHEV is left out: the file has no line of 870370"
    assert taken.notes[-1].startswith("parts are left out: the file has no line of 870810, ")
    whole = read([path], world.gazetteer, whole=True)
    assert {row["powertrain"]: row["value"] for row in whole.rows["exports"]} == pytest.approx(
        {"BEV": 1e-3, "PHEV": 0.5e-3, "NEV": 1.5e-3, "ALL": 1.5e-3}
    )
    assert {row["goods"] for row in whole.rows["parts_trade"]} == {"CARS", "PARTS"}


def test_before_2017_no_powertrain_is_told(file, world):
    path = file("BACI_HS12_Y2015_V202501.csv", flows(*(f"2015,156,56,{code},1,1" for code in goods.FORMER_ALL)))
    taken = read([path], world.gazetteer)
    assert {row["powertrain"]: row["value"] for row in taken.rows["exports"]} == pytest.approx({"ALL": 9e-6})
    assert "ICE is left out: this edition of the Harmonized System has no subheadings of its own for it" in taken.notes


def test_groups_of_countries_are_counted_with_their_codes(file, world):
    taken = read(
        [file(NAME, flows("2023,156,899,870380,1,1", "2023,156,156,870380,1,1", "2023,156,56,870380,1,1"))],
        world.gazetteer,
    )
    assert taken.left_out == {
        "one side is a group of countries or an area not specified (codes 899)": 1,
        "a country with itself: goods that came back": 1,
    }
    assert len(taken.rows["exports"]) == 1


def test_years_are_read_together(file, world):
    paths = [file(f"BACI_HS22_Y{year}_V202501.csv", flows(f"{year},156,56,870380,{year},1")) for year in (2022, 2023)]
    taken = read(paths, world.gazetteer)
    assert [(row["year"], round(row["value"] * 1e6)) for row in taken.rows["exports"]] == [(2022, 2022), (2023, 2023)]


def test_every_line_that_is_none_of_baci_is_told_at_once(file, world, refused):
    path = file(
        NAME,
        flows(
            "2023,156,56,870380,1000,1",
            "2023,156,56,10121,1000,1",  # a spreadsheet took the zero
            "2023,156,56,870380,1000",
            "",
            "2023,156,56,870360,12,5,1",
            "2023,156,56,870360,-1,1",
            "2023;156;56;870360;1;1",
            "2023,156,56,870360,many,1",
        ),
    )
    places = [(f"{NAME}:{line}:1", "RS-W322") for line in (3, 4, 6, 7, 8, 9)]
    assert refused(read, [path], world.gazetteer) == places


def test_a_wholly_wrong_file_is_told_in_part(file, world, refused):
    path = file(NAME, flows(*(f"2023,156,56,{1000 + i},1,1" for i in range(MOST + 500))))
    told_of = refused(read, [path], world.gazetteer)
    assert len(told_of) == MOST + 1
    assert told_of[0] == (f"{NAME}:2:1", "RS-W322")


@pytest.mark.parametrize(
    ("name", "text", "where", "code"),
    [
        ("baci.csv", flows("2023,156,56,870380,1,1"), "baci.csv", "RS-W321"),
        ("BACI_HS28_Y2029_V203101.csv", flows("2029,156,56,870380,1,1"), "BACI_HS28_Y2029_V203101.csv", "RS-W321"),
        (NAME, flows("2023,156,56,870380,1,1", header="t;i;j;k;v;q"), f"{NAME}:1:1", "RS-W321"),
        (NAME, flows("2023,156,56,870380,1,1", header="t,j,i,k,v,q"), f"{NAME}:1:1", "RS-W321"),
        (NAME, flows("2022,156,56,870380,1,1"), f"{NAME}:2:1", "RS-W322"),
        (NAME, flows("2023,156,56,870380,1,1", "2023,156,56,870380,2,1"), f"{NAME}:3:1", "RS-W323"),
        (NAME, flows("2023,156,56,010121,1,1"), NAME, "RS-W316"),
    ],
    ids=["name", "edition", "separators", "order of columns", "another year", "twice", "no cars"],
)
def test_what_is_not_baci_is_refused(file, world, refused, name, text, where, code):
    assert refused(read, [file(name, text)], world.gazetteer) == [(where, code)]


def test_editions_are_not_mixed_and_a_missing_file_is_told(file, world, refused, tmp_path):
    one, other = (
        file(NAME, flows("2023,156,56,870380,1,1")),
        file("BACI_HS22_Y2022_V202401b.csv", flows("2022,156,56,870380,1,1")),
    )
    assert refused(read, [one, other], world.gazetteer) == [(f"{NAME}, {other.name}", "RS-W323")]
    assert refused(read, [one, one], world.gazetteer) == [(f"{NAME}, {NAME}", "RS-W323")]
    gone = tmp_path / "BACI_HS22_Y2021_V202501.csv"
    assert refused(read, [gone], world.gazetteer) == [(gone.name, "RS-T101")]
