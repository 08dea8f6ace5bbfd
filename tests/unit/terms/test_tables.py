"""Reading tables: every fault told once, at its file, line and column, with what would have been right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import ASSUMPTION, Confidence, Evidence
from roadstead.terms.tables import Column, Kind, Schema, merged, read_table

SCHEMA = Schema(
    "cars",
    "cars for tests",
    (
        Column("car", Kind.TEXT, "name"),
        Column("hs", Kind.HS, "code", required=False),
        Column("rate", Kind.FRACTION, "duty", unit="1", required=False),
        Column("surtax", Kind.FRACTION, "surtax", most=2.0, required=False),
        Column("mass", Kind.NUMBER, "mass", unit="kg", least=0, most=5000, required=False),
        Column("doors", Kind.COUNT, "doors", required=False),
        Column("year", Kind.YEAR, "year", least=1950, most=2100, required=False),
        Column("since", Kind.DATE, "day", required=False),
        Column("sold", Kind.FLAG, "sold", required=False),
        Column("fuels", Kind.LIST, "fuels", required=False, choices=("petrol", "diesel")),
        Column("body", Kind.TEXT, "body", required=False, choices=("saloon", "estate")),
    ),
    key=("car",),
    evidence=False,
)
DOORS = tuple(column for column in SCHEMA.columns if column.name in {"car", "doors"})
HEAD = ",".join(column.name for column in SCHEMA.columns)
GOOD = "a,8703.80,0.27,1.0,1500.5,4,2026,2026-03-01,yes,petrol|diesel,saloon"


def read(tmp_path, text, schema=SCHEMA, **how):
    path = tmp_path / "cars.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, schema, **how)


def faults(tmp_path, text, schema=SCHEMA, **how):
    with pytest.raises(RoadsteadError) as caught:
        read(tmp_path, text, schema, **how)
    return [(fault.where, fault.code) for fault in caught.value.faults]


def test_cells_are_typed(tmp_path):
    (row,) = read(tmp_path, f"{HEAD}\n{GOOD}\n")
    assert (row["hs"], row["rate"], row["mass"], row["doors"], row["year"]) == ("8703.80", 0.27, 1500.5, 4, 2026)
    assert (row["since"].isoformat(), row["sold"], row["fuels"]) == ("2026-03-01", True, ("petrol", "diesel"))
    assert row.where("rate") == "cars.csv:2:3 (rate)"


def test_empty_cells_say_nothing(tmp_path):
    (row,) = read(tmp_path, f"{HEAD}\na{',' * 10}\n")
    assert (row["hs"], row["rate"], row["fuels"], row["sold"]) == ("", None, (), None)


ONE_FAULT = [
    ("b,,27", "RS-T109", "3 (rate)", "27 looks like a percentage", "write 0.27 for 27 %"),
    ("b,,2.5", "RS-T109", "3 (rate)", "2.5 looks like a percentage", "write 0.025 for 2.5 %"),
    ("b,,,2.5", "RS-T109", "4 (surtax)", "2.5 looks like a percentage", "write 0.025 for 2.5 %"),
    ("b,,-0.1", "RS-T110", "3 (rate)", "-0.1 is too small", "at least 0"),
    ("b,,250", "RS-T110", "3 (rate)", "250 is too large", "at most 1"),
    ("b,,0.27%", "RS-T107", "3 (rate)", "'0.27%' is not", "fraction between 0 and 1"),
    ("b,,nan", "RS-T107", "3 (rate)", "'nan' is not", "fraction"),
    ("b,,inf", "RS-T107", "3 (rate)", "'inf' is not", "fraction"),
    ("b,,1_0", "RS-T107", "3 (rate)", "'1_0' is not", "fraction"),
    ("b,870,", "RS-T108", "2 (hs)", "'870' is not an HS code", "every zero kept"),
    ("b,8703.8,", "RS-T108", "2 (hs)", "'8703.8' is not an HS code", "quote it"),
    ("b,87.03,", "RS-T108", "2 (hs)", "'87.03' is not an HS code", "digits as text"),
    ("b,,,,-1", "RS-T110", "5 (mass)", "-1 is too small", "[kg], at least 0"),
    ("b,,,,9000", "RS-T110", "5 (mass)", "9000 is too large", "at most 5000"),
    ("b,,,,heavy", "RS-T107", "5 (mass)", "'heavy' is not a number", "number [kg]"),
    ("b,,,,,4.5", "RS-T107", "6 (doors)", "'4.5' is not a whole number", "whole number"),
    ("b,,,,,,1900", "RS-T110", "7 (year)", "1900 is too small", "at least 1950"),
    ("b,,,,,,,1.3.2026", "RS-T107", "8 (since)", "'1.3.2026' is not", "ISO date"),
    ("b,,,,,,,,maybe", "RS-T107", "9 (sold)", "'maybe' is not", "yes or no"),
    ("b,,,,,,,,,petrol|coal", "RS-T106", "10 (fuels)", "'coal' is not known here", "one of petrol, diesel"),
    ("b,,,,,,,,,,hearse", "RS-T106", "11 (body)", "'hearse' is not known here", "one of saloon, estate"),
    (",,0.1", "RS-T105", "1 (car)", "nothing stands here", "text: name"),
]


@pytest.mark.parametrize(("cells", "code", "place", "message", "expected"), ONE_FAULT)
def test_a_faulty_cell_is_told_at_its_place(tmp_path, cells, code, place, message, expected):
    line = cells + "," * (len(SCHEMA.columns) - 1 - cells.count(","))
    with pytest.raises(RoadsteadError) as caught:
        read(tmp_path, f"{HEAD}\n{GOOD}\n{line}\n")
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == (code, f"cars.csv:3:{place}")
    assert message in fault.message
    assert expected in fault.expected


def test_all_faults_at_once_in_the_order_of_their_places(tmp_path):
    rows = "\n".join(f"c{i},,27,,,,,,,," for i in range(11))
    found = faults(tmp_path, f"{HEAD}\n{rows}\n")
    assert found == [(f"cars.csv:{line}:3 (rate)", "RS-T109") for line in range(2, 13)]


def test_a_key_that_stands_twice_names_the_first(tmp_path):
    with pytest.raises(RoadsteadError) as caught:
        read(tmp_path, f"{HEAD}\n{GOOD}\nb,,,,,,,,,,\n{GOOD}\n")
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == ("RS-T104", "cars.csv:4:1 (car)")
    assert fault.message == "a stands twice, first in line 2"


def test_rows_whose_keys_are_unreadable_are_no_duplicates(tmp_path):
    keyed = Schema("cars", "", (Column("year", Kind.YEAR, "year"),), key=("year",), evidence=False)
    assert faults(tmp_path, "year\nthen\nthen\n", keyed) == [
        ("cars.csv:2:1 (year)", "RS-T107"),
        ("cars.csv:3:1 (year)", "RS-T107"),
    ]


def test_a_row_has_as_many_cells_as_the_header(tmp_path):
    assert [code for _, code in faults(tmp_path, f"{HEAD}\na,b\n")] == ["RS-T103"]


def test_a_cell_over_two_lines_does_not_shift_the_lines_after_it(tmp_path):
    text = f'{HEAD}\n"a\nb",,,,,,,,,,\nc,,27,,,,,,,,\n'
    assert faults(tmp_path, text) == [("cars.csv:4:3 (rate)", "RS-T109")]


def test_blank_lines_count_as_lines(tmp_path):
    assert faults(tmp_path, f"{HEAD}\n\n\nc,,27,,,,,,,,\n") == [("cars.csv:4:3 (rate)", "RS-T109")]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (HEAD.removeprefix("car,"), ["the column `car` is missing"]),
        (f"{HEAD},colour", ["the column `colour` is not known"]),
        (f"{HEAD},rate", ["the column `rate` stands twice"]),
    ],
)
def test_the_header_is_as_the_schema_says(tmp_path, head, told):
    with pytest.raises(RoadsteadError) as caught:
        read(tmp_path, f"{head}\n")
    assert [fault.message for fault in caught.value.faults] == told
    assert {fault.code for fault in caught.value.faults} == {"RS-T102"}
    assert all(fault.where.startswith("cars.csv:1") for fault in caught.value.faults)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RoadsteadError) as caught:
        read_table(tmp_path / "cars.csv", SCHEMA)
    assert [(fault.where, fault.code) for fault in caught.value.faults] == [("cars.csv", "RS-T101")]


def test_spreadsheets_save_with_a_mark_and_with_other_line_ends(tmp_path):
    (row,) = read(tmp_path, f"\ufeff{HEAD}\r\n{GOOD}\r\n")
    assert row["body"] == "saloon"
    assert row.line == 2


@pytest.mark.parametrize("text", ["名,1".encode("gbk"), f"{HEAD}\n{GOOD}\n".encode("utf-16")])
def test_another_encoding_is_told_not_guessed(tmp_path, text):
    assert [code for _, code in faults(tmp_path, text)] == ["RS-T112"]


# --- evidence --------------------------------------------------------------------------------------------------------

SOURCED = Schema("cars", "", (Column("car", Kind.TEXT, "name"),), key=("car",))
SOURCED_HEAD = "car,source,as_of,confidence,note"


def test_rows_carry_what_they_rest_on(tmp_path):
    (row,) = read(tmp_path, f"{SOURCED_HEAD}\na,acea-1,2026-01,high,rounded\n", SOURCED)
    assert row.evidence == Evidence("acea-1", "2026-01", Confidence.HIGH, "rounded")
    assert row.evidence.is_sourced
    assert not row.evidence.is_assumption


@pytest.mark.parametrize(
    ("source", "sourced", "assumed"), [("x", True, False), ("", False, False), (ASSUMPTION, False, True)]
)
def test_a_figure_is_sourced_assumed_or_neither(source, sourced, assumed):
    evidence = Evidence(source, "2026", Confidence.LOW)
    assert (evidence.is_sourced, evidence.is_assumption) == (sourced, assumed)


@pytest.mark.parametrize(
    ("cells", "place"),
    [("a,,2026,high,", "2 (source)"), (f"a,{ASSUMPTION},2026,low,", "5 (note)")],
)
def test_a_persons_own_rows_rest_on_something(tmp_path, cells, place):
    text = f"{SOURCED_HEAD}\n{cells}\n"
    assert len(read(tmp_path, text, SOURCED)) == 1
    assert faults(tmp_path, text, SOURCED, must_rest_on=True) == [(f"cars.csv:2:{place}", "RS-T111")]


def test_an_assumption_with_its_reasoning_is_welcome(tmp_path):
    text = f"{SOURCED_HEAD}\na,{ASSUMPTION},2026,low,as the neighbour\n"
    assert len(read(tmp_path, text, SOURCED, must_rest_on=True)) == 1


# --- faults ----------------------------------------------------------------------------------------------------------


def test_a_persons_own_rows_take_the_place_of_those_with_their_key_or_stand_after_them(tmp_path):
    packaged = read(tmp_path, "car,doors\na,2\nb,4\n", replace(SCHEMA, columns=DOORS))
    own = read(tmp_path, "car,doors\nc,3\na,5\n", replace(SCHEMA, columns=DOORS))
    assert [(row["car"], row["doors"]) for row in merged(SCHEMA, packaged, own)] == [("a", 5), ("b", 4), ("c", 3)]
    without_key = replace(SCHEMA, key=())
    assert [row["doors"] for row in merged(without_key, packaged, own)] == [2, 4, 3, 5]


def test_a_fault_in_one_line():
    fault = Fault("a.csv:2:3 (rate)", "RS-T109", "27 looks like a percentage", "a fraction")
    assert str(fault) == "a.csv:2:3 (rate): 27 looks like a percentage; a fraction [RS-T109]"
    assert str(Fault("", "RS-T101", "gone")) == "gone [RS-T101]"


def test_faults_are_told_once_and_line_9_before_line_10():
    said = [Fault(f"a.csv:{line}:1", "RS-T105", "x") for line in (10, 9, 10, 2)] + [Fault("a.csv", "RS-T101", "x")]
    with pytest.raises(RoadsteadError) as caught:
        raise_if_any(said)
    assert [fault.where for fault in caught.value.faults] == ["a.csv", "a.csv:2:1", "a.csv:9:1", "a.csv:10:1"]


def test_no_fault_no_error():
    raise_if_any([])
