"""World Bank indicators: every shape they come in, groups left out, and no row that would hide a fuller one."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest

from roadstead.world.imports.worldbank import EXCHANGE, PER_HEAD, POPULATION, PRODUCT, read

PREAMBLE = '\ufeff"Data Source","World Development Indicators",\n\n"Last Updated Date","2025-07-01",\n\n'


def api_csv(indicator, *rows, years=("2022", "2023")):
    """A file of the API's ZIP: names, codes, one column a year, a comma at every end."""
    head = ",".join(
        f'"{cell}"' for cell in ("Country Name", "Country Code", "Indicator Name", "Indicator Code", *years)
    )
    lines = [
        f'"{name}","{code}","Some, name","{indicator}",' + ",".join(f'"{v}"' for v in values) + ","
        for name, code, *values in rows
    ]
    return PREAMBLE + head + ",\n" + "\n".join(lines) + "\n"


def api_json(indicator, *points, pages=1, updated="2025-07-01"):
    about = {
        "page": 1,
        "pages": pages,
        "per_page": 20000,
        "total": len(points),
        "sourceid": "2",
        "lastupdated": updated,
    }
    records = [
        {
            "indicator": {"id": indicator, "value": "Some name"},
            "country": {"id": code[:2], "value": name},
            "countryiso3code": code,
            "date": str(year),
            "value": value,
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }
        for name, code, year, value in points
    ]
    return json.dumps([about, records])


GERMANS = ("Germany", "DEU", 2023, 83_280_000)
GERMAN_INCOME = ("Germany", "DEU", 2023, 54_343.2)
DEU = {"place": "DEU", "year": 2023, "population": 83_280_000.0, "gdp_per_head": 54_343.2, "as_of": "2025-07-01"}


def brief(row):
    return {name: row[name] for name in DEU}


def test_the_files_of_the_api_go_together(file, world, tmp_path):
    pages = [file("p.json", api_json(POPULATION, GERMANS)), file("g.json", api_json(PER_HEAD, GERMAN_INCOME))]
    tables = [
        file(f"API_{name}_DS2_en_csv_v2_1.csv", api_csv(name, ("Germany", "DEU", "", value)))
        for name, value in ((POPULATION, 83280000), (PER_HEAD, 54343.2))
    ]
    archives = []
    for number, path in enumerate(tables):
        archives.append(tmp_path / f"{number}.zip")
        with ZipFile(archives[-1], "w") as archive:
            archive.writestr("Metadata_Country_API.csv", "Country Code\n")
            archive.write(path, path.name)
    for paths in (pages, tables, archives, [pages[0], tables[1]]):
        taken = read(paths, world)
        assert [brief(row) for row in taken.rows["incomes"]] == [DEU]
        assert taken.edition == "2025-07-01"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "databank.csv",
            (
                '"Country Name","Country Code","Series Name","Series Code","2022 [YR2022]","2023 [YR2023]"\n'
                f'"Germany","DEU","Population, total","{POPULATION}","..","83280000"\n'
                f'"Germany","DEU","GDP per capita","{PER_HEAD}","..","54343.2"\n\n\n'
                '"Data from database: World Development Indicators"\n"Last Updated: 07/01/2025"\n'
            ),
        ),
        ("wbgapi.csv", f"economy,series,YR2022,YR2023\nDEU,{POPULATION},,83280000.0\nDEU,{PER_HEAD},,54343.2\n"),
        (
            "wbgapi.json",
            json.dumps(
                [
                    {"value": v, "series": s, "economy": "DEU", "aggregate": False, "time": "YR2023"}
                    for s, v in ((POPULATION, 83280000), (PER_HEAD, 54343.2))
                ]
            ),
        ),
    ],
)
def test_databank_and_what_wbgapi_returns(file, world, name, text):
    (row,) = read([file(name, text)], world).rows["incomes"]
    assert brief(row) | {"as_of": ""} == DEU | {"as_of": ""}


def test_income_is_worked_out_from_the_product_where_only_that_is_there(file, world):
    paths = [
        file("p.json", api_json(POPULATION, GERMANS)),
        file("y.json", api_json(PRODUCT, ("Germany", "DEU", 2023, 4.5e12))),
    ]
    (row,) = read(paths, world).rows["incomes"]
    assert row["gdp_per_head"] == pytest.approx(4.5e12 / 83_280_000)
    assert (row["confidence"], row["note"]) == ("medium", "NY.GDP.MKTP.CD over SP.POP.TOTL")


def test_groups_and_gaps_are_counted_and_no_half_row_takes_the_place_of_a_whole_one(file, world):
    people = [GERMANS, ("Germany", "DEU", 2024, 84e6), ("World", "WLD", 2023, 8e9), ("Arab World", "ARB", 2023, 4e8)]
    income = [GERMAN_INCOME, ("Chad", "TCD", 2023, 700), ("Germany", "DEU", 2022, None)]
    taken = read([file("p.json", api_json(POPULATION, *people)), file("g.json", api_json(PER_HEAD, *income))], world)
    assert [brief(row) for row in taken.rows["incomes"]] == [DEU]
    assert taken.left_out == {
        "groups of countries": 2,
        "population without product": 1,
        "product without population": 1,
        "no figure for the country and year": 1,
    }


def test_exchange_rates_stand_in_the_currency_that_economies_names(file, world):
    rates = [("Japan", "JPN", 2024, 151.4), ("Euro area", "EMU", 2024, 0.924), ("Chad", "TCD", 2024, 606)]
    taken = read([file("x.json", api_json(EXCHANGE, *rates))], world)
    assert {(row["place"], row["period"], row["value"], row["unit"]) for row in taken.rows["economies"]} == {
        ("JPN", "2024", 151.4, "JPY per USD"),
        ("EU27", "2024", 0.924, "EUR per USD"),
    }
    assert taken.left_out == {"exchange rate of a country whose currency economies.csv does not name": 1}
    assert "incomes" not in taken.rows


@pytest.mark.parametrize(
    ("name", "text", "where", "code"),
    [
        ("p.json", api_json(POPULATION, GERMANS), "p.json", "RS-W325"),
        ("g.json", api_json(PER_HEAD, GERMAN_INCOME), "g.json", "RS-W325"),
        ("p.json", api_json(POPULATION, GERMANS, pages=34), "p.json", "RS-W324"),
        ("x.json", api_json("SL.UEM.TOTL.ZS", GERMANS), "x.json", "RS-W316"),
        ("x.json", api_json(EXCHANGE, ("Japan", "JPN", 2024, -1)), "x.json:record 1", "RS-T110"),
        ("x.json", api_json(EXCHANGE, ("Japan", "JPN", 2024, "150,1")), "x.json:record 1", "RS-T107"),
        (
            "x.json",
            api_json(EXCHANGE, ("Japan", "JPN", 2024, 150), ("Japan", "JPN", 2024, 151)),
            "x.json:record 2",
            "RS-W323",
        ),
        ("x.json", '[{"message": [{"id": "120"}]}]', "x.json:record 1", "RS-W321"),
        ("x.json", "not JSON", "x.json", "RS-T112"),
        ("x.csv", "Country Name,Country Code,Year,Value\nGermany,DEU,2023,1\n", "x.csv:1:1", "RS-W321"),
        ("x.csv", api_csv(EXCHANGE, ("Japan", "JPN", "", "1O")), "x.csv:6:6 (2023)", "RS-T107"),
        ("x.zip", "no archive", "x.zip", "RS-T112"),
    ],
)
def test_what_cannot_be_read_is_refused(file, world, refused, name, text, where, code):
    assert refused(read, [file(name, text)], world) == [(where, code)]


def test_all_faults_of_a_table_are_told(file, world, refused):
    path = file("x.csv", api_csv(EXCHANGE, ("Japan", "JPN", "a", "b"), ("Norway", "NOR", "1", "c")))
    assert [where for where, _ in refused(read, [path], world)] == [
        "x.csv:6:5 (2022)",
        "x.csv:6:6 (2023)",
        "x.csv:7:6 (2023)",
    ]
