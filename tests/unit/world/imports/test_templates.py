"""Templates: a table's own columns, countries by any name, evidence where one likes, every fault told."""

from __future__ import annotations

import pytest

from roadstead.world.imports.templates import TABLES, header, read

SAME = ("home", "firms", "period", "metric", "unit")
OVERSEAS = TABLES["overseas_production"]
HEAD = "home,firms,year,period,metric,value,unit"


def test_the_template_is_the_table_without_its_source():
    assert header(OVERSEAS) == f"{HEAD},as_of,confidence,note"
    assert {"sales", "nev", "exports", "overseas_production", "parts_trade", "incomes", "brand_registrations"} <= set(
        TABLES
    )
    assert not {"places", "sources", "claims", "market_terms"} & set(TABLES)


def test_countries_stand_by_any_name_and_evidence_is_filled(file, world):
    text = f"{HEAD},note\n日本,all Japanese makers,2024,2024,OVERSEAS_PRODUCTION,16000000,vehicles,from the release\n"
    taken = read([file("jama.csv", text)], OVERSEAS, world.gazetteer, SAME)
    (row,) = taken.rows["overseas_production"]
    assert (row["home"], row["value"], row["as_of"], row["confidence"], row["note"]) == (
        "JPN", 16e6, "2024", "high", "from the release",
    )  # fmt: skip


def test_what_the_file_says_of_its_evidence_stands(file, world):
    text = f"{HEAD},confidence\nKOR,makers,2024,2024,EXPORTS,2780000,vehicles,low\n"
    (row,) = read([file("kama.csv", text)], OVERSEAS, world.gazetteer, SAME).rows["overseas_production"]
    assert row["confidence"] == "low"


def test_every_fault_is_told_at_once(file, world, refused):
    rows = (
        "Japn,makers,2024,2024,EXPORTS,1,vehicles",
        'JPN,makers,2023,2023,EXPORTS,"4,400,000",vehicles',
        "KOR,makers,2024,2024,EXPORTS,1,vehicles",
        "South Korea,makers,2024,2024,EXPORTS,2,vehicles",
        "DEU,makers,24,2024,EXPORTS,1,vehicles",
    )
    path = file("a.csv", "\n".join((HEAD, *rows)))
    assert refused(read, [path], OVERSEAS, world.gazetteer, SAME) == [
        ("a.csv:2:1 (home)", "RS-W301"),
        ("a.csv:3:6 (value)", "RS-T107"),
        ("a.csv:5:1 (home)", "RS-W323"),
        ("a.csv:6:3 (year)", "RS-T110"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [(f"{HEAD}\n", "RS-W316"), (f"{HEAD},source\nJPN,a,2024,2024,EXPORTS,1,vehicles,x\n", "RS-T102")],
    ids=["no rows", "a source of its own"],
)
def test_what_is_no_template_is_refused(file, world, refused, text, code):
    assert [found for _, found in refused(read, [file("a.csv", text)], OVERSEAS, world.gazetteer, SAME)] == [code]


def test_a_cost_may_be_of_a_route(file, world):
    head = "fact,kind,item,place,period,value,unit"
    path = file("c.csv", f"{head}\nX1,FREIGHT_PER_CAR,RoRo,Shanghai-Zeebrugge,2026-10,900,US$/car\n")
    (row,) = read([path], TABLES["costs"], world.gazetteer, ("fact",)).rows["costs"]
    assert row["place"] == "Shanghai-Zeebrugge"


def test_sales_count_vehicles_that_somebody_can_read(file, world, refused):
    head = "place,year,scope,measure,value,preferred"
    rows = "BRA,2025,LIGHT,SALES,5,yes\nBRA,2025,CARS,SALES,4,yes\n"
    path = file("s.csv", f"{head}\n{rows}")
    assert refused(read, [path], TABLES["sales"], world.gazetteer, ("place", "year", "scope", "measure")) == [
        ("s.csv:3:3 (scope)", "RS-T106")
    ]
