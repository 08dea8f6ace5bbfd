"""Laws of putting imported rows away: each figure once, hands off what a person wrote, all or nothing."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.study.shelf import Place, put
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.tables import read_table
from roadstead.world import schemas

EXPORTS = Place(schemas.EXPORTS, "world")
FIGURES = st.dictionaries(
    st.tuples(st.sampled_from(["BEL", "RUS", "MEX"]), st.sampled_from(["2023", "2024"])),
    st.floats(0.001, 1e6, allow_nan=False),
    max_size=6,
)
"""Cars by destination and period."""


def cells(figures):
    return [
        {
            "origin": "CHN",
            "destination": destination,
            "period": period,
            "year": int(period),
            "full_year": True,
            "powertrain": "BEV",
            "definition": "CUSTOMS HS 8703",
            "value": value,
            "unit": "vehicles",
            "as_of": period,
            "confidence": "high",
            "note": "",
        }
        for (destination, period), value in figures.items()
    ]


def cited(source):
    return {
        "source": source,
        "format": "comtrade",
        "files": (f"{source}.csv",),
        "sha256": ("0" * 64,),
        "read_on": date(2026, 11, 27),
        "edition": "H6",
        "licence": "internal use",
        "columns": "qty",
        "title": source,
        "url": "",
        "published_on": "",
    }


def held(case):
    """Value and source of every figure; each must stand once."""
    rows = read_table(case / EXPORTS.path, schemas.EXPORTS, must_rest_on=True)
    found = {(row["destination"], row["period"]): (row["value"], row["source"]) for row in rows}
    assert len(found) == len(rows)
    return found


def write_by_hand(case, figures):
    put(case, {EXPORTS: cells(figures)}, cited("mine"))
    (case / "world/imports.csv").unlink()


@settings(max_examples=30)
@given(FIGURES, FIGURES, FIGURES)
def test_the_hand_goes_before_the_newest_import_and_that_before_the_older(mine, first, second):
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder)
        write_by_hand(case, mine)
        put(case, {EXPORTS: cells(first)}, cited("first"))
        (told,) = put(case, {EXPORTS: cells(second)}, cited("second"))
        expected = {figure: (value, "first") for figure, value in first.items()}
        expected |= {figure: (value, "second") for figure, value in second.items()}
        expected |= {figure: (value, "mine") for figure, value in mine.items()}
        found = held(case)
        assert {figure: source for figure, (_, source) in found.items()} == {
            figure: source for figure, (_, source) in expected.items()
        }
        for figure, (value, _) in expected.items():
            assert found[figure][0] == pytest.approx(value, rel=1e-11)
        assert told.rows == len(second.keys() - mine.keys())
        assert told.kept == len(second.keys() & mine.keys())
        assert told.replaced == len((first.keys() & second.keys()) - mine.keys())


@settings(max_examples=30)
@given(FIGURES, FIGURES)
def test_the_same_again_changes_nothing_and_less_takes_away(first, second):
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder)
        put(case, {EXPORTS: cells(first)}, cited("one"))
        before = {path.name: path.read_bytes() for path in case.rglob("*.csv")}
        put(case, {EXPORTS: cells(first)}, cited("one") | {"read_on": date(2027, 1, 1)})
        assert {path.name: path.read_bytes() for path in case.rglob("*.csv")} == before
        put(case, {EXPORTS: cells(second)}, cited("one"))
        assert held(case).keys() == second.keys()


def test_rows_that_a_table_refuses_leave_all_tables_as_they_were(tmp_path):
    good, bad = cells({("BEL", "2023"): 1.0}), cells({("RUS", "2023"): -1.0, ("MEX", "2023"): 2.0})
    put(tmp_path, {EXPORTS: good}, cited("one"))
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    parts = Place(schemas.PARTS_TRADE, "world")
    with pytest.raises(RoadsteadError) as caught:
        put(tmp_path, {parts: [], EXPORTS: bad}, cited("two"))
    assert [fault.code for fault in caught.value.faults] == ["RS-T110"]
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["world"]
