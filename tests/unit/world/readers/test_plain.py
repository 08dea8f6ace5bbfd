"""The plain layout: what is read, what is mended with a note, and every fault at its place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.world.readers.plain import history

if TYPE_CHECKING:
    from random import Random

HEADER = "code,region,year,ev_share_pct,ev_sales,total_sales,is_agg,source"


def row(code="DEU", year=2020, share="12", nev="", total="", region="Germany", is_agg="False"):
    return code, region, year, share, nev, total, is_agg, "a test"


def test_a_history_is_read_in_fractions_and_cars(table):
    path = table(HEADER, row(year=2020, share="12.5", nev="375000.0", total="3000000"), row(year=2021, share="24"))
    series = history(path)["DEU"]
    assert series.years.tolist() == [2020, 2021]
    assert series.share.tolist() == [0.125, 0.24]
    assert (series.nev[0], series.total[0]) == (375_000.0, 3_000_000.0)
    assert np.isnan([series.nev[1], series.total[1]]).all()
    assert (series.region, series.is_aggregate, series.notes) == ("Germany", False, ())


def test_columns_in_any_order_others_kept_out_a_mark_of_order_and_chinese_names(table):
    header = "is_agg,remark,year,ev_share_pct,region,code"
    path = table(
        header, ("True", "x", 2023, 35, "世界", "WLD"), ("no", "y", 2023, 20, "德国", "DEU"), encoding="utf-8-sig"
    )
    panel = history(path)
    assert list(panel) == ["DEU", "WLD"]
    assert [(s.region, s.is_aggregate) for s in panel.values()] == [("德国", False), ("世界", True)]


def test_what_is_an_aggregate_and_what_a_region_is_called_follow_from_the_code_where_the_file_is_silent(table):
    panel = history(table("code,year,ev_share_pct", ("EU27", 2020, 11), ("EU27", 2021, 18), ("FRA", 2020, 11)))
    assert [(s.region, s.is_aggregate) for s in panel.values()] == [("EU27", True), ("FRA", False)]


def test_a_blank_share_is_worked_out_from_the_sales_and_noted(table):
    path = table(HEADER, row(year=2020, share="", nev="300", total="4000"), row(year=2021, share="9"))
    series = history(path)["DEU"]
    assert series.share.tolist() == [0.075, 0.09]
    assert series.notes == ("2020: share worked out from the sales",)
    without = table("code,year,ev_sales,total_sales", ("DEU", 2020, 300, 4000), ("DEU", 2021, 500, 4000))
    assert history(without)["DEU"].share.tolist() == [0.075, 0.125]


def test_gaps_zeros_order_and_short_series_are_kept_and_noted(table):
    path = table(HEADER, row(year=2022, share="4"), row(year=2018, share="0"), row(year=2020, share="NaN", nev="5"))
    series = history(path)["DEU"]
    assert series.years.tolist() == [2018, 2019, 2020, 2021, 2022]
    np.testing.assert_array_equal(series.share, [0.0, np.nan, np.nan, np.nan, 0.04])
    assert series.nev[2] == 5.0
    assert series.notes == (
        "years stood in no order: sorted",
        "no share for 2019-2021: left as a gap",
        "share 0 in 2018: kept, though the source may have rounded to it",
    )
    assert history(table(HEADER, row()))["DEU"].notes == ("1 year(s) with a share: too few to show growth",)
    assert history(table(HEADER, row(share="")))["DEU"].notes == ("0 year(s) with a share: too few to show growth",)


def test_a_change_of_name_is_noted(table):
    path = table(HEADER, row("TUR", 2020, "3", region="Turkey"), row("TUR", 2021, "4", region="Türkiye"))
    series = history(path)["TUR"]
    assert series.region == "Türkiye"
    assert series.notes == ("named Turkey, Türkiye: the latest name is kept",)


def test_sales_that_contradict_the_share_are_noted(table):
    path = table(
        HEADER, row(year=2020, share="6", nev="30", total="1000"), row(year=2021, share="6", nev="61", total="1000")
    )
    (note,) = history(path)["DEU"].notes
    assert note.startswith("2020: the sales give another share")


@pytest.mark.parametrize(
    "rows",
    [
        (row(year=2020, share="0.12", nev="360000", total="3000000"), row(year=2021, share="0.25")),
        (row(year=2020, share="0.12", nev="360000"), row(year=2021, share="0.25")),
        (row("WLD", 2020, "0.04", nev="3100000", is_agg="True"),),
        tuple(row(code, 2020, "0.02", nev="20000") for code in ("AAA", "BBB")),
    ],
    ids=["by sales", "by an impossible market", "by an impossible world", "by the sum of markets"],
)
def test_fractions_are_refused(table, told, rows):
    assert told(history, table(HEADER, *rows)) == [("file.csv:2:4 (ev_share_pct)", "RS-W311")]


def test_the_fault_of_fractions_says_how_to_write_percent(table):
    with pytest.raises(RoadsteadError, match=r"write 12 for 12 %, here 25"):
        history(table(HEADER, row(year=2019, share=""), row(share="0.25", nev="100", total="400")))


def test_small_percent_are_percent_where_the_sales_say_so_and_by_default_with_a_note(table):
    by_sales = history(table(HEADER, row(share="0.5", nev="50", total="10000"), row(year=2021, share="0.8")))["DEU"]
    assert by_sales.share.tolist() == [0.005, 0.008]
    assert by_sales.notes == ()
    panel = history(table(HEADER, row(share="0.5", nev="50"), row("FRA", share="0.4"), row("FRA", 2021, "0.6")))
    assert panel["FRA"].share.tolist() == [0.004, 0.006]
    assert all("read as percent" in series.notes[0] for series in panel.values())


@pytest.mark.parametrize(
    ("bad", "place", "code"),
    [
        (row(share="112"), "4 (ev_share_pct)", "RS-W312"),
        (row(share="-1"), "4 (ev_share_pct)", "RS-W312"),
        (row(share="", nev="11", total="10"), "5 (ev_sales)", "RS-W312"),
        (row(nev="-3"), "5 (ev_sales)", "RS-T110"),
        (row(total="-3"), "6 (total_sales)", "RS-T110"),
        (row(year=2019), "3 (year)", "RS-W313"),
        (row(year="2020.5"), "3 (year)", "RS-W314"),
        (row(year="FY20"), "3 (year)", "RS-W314"),
        (row(year="202003"), "3 (year)", "RS-W314"),
        (row(year=""), "3 (year)", "RS-W314"),
        (row(code=""), "1 (code)", "RS-T105"),
        (row(share="12,5"), "4 (ev_share_pct)", "RS-W315"),
        (row(share="about 12"), "4 (ev_share_pct)", "RS-T107"),
        (row(share="inf"), "4 (ev_share_pct)", "RS-T107"),
        (row(share="1_2"), "4 (ev_share_pct)", "RS-W315"),
        (row(nev="1,234"), "5 (ev_sales)", "RS-W315"),
        (row(is_agg="perhaps"), "7 (is_agg)", "RS-T107"),
        ("DEU,Germany,2020,12,5,,,False,x", "8", "RS-T103"),
        ("DEU,Germany,2020", "3", "RS-T103"),
    ],
)
def test_a_bad_cell_is_told_at_its_place(table, told, bad, place, code):
    assert told(history, table(HEADER, row(year=2019), bad)) == [(f"file.csv:3:{place}", code)]


def test_every_fault_of_a_file_at_once(table, told):
    path = table(HEADER, row(share="12,5"), row(year="x", share="101"), "", row(code="", year=2021))
    assert told(history, path) == [
        ("file.csv:2:4 (ev_share_pct)", "RS-W315"),
        ("file.csv:3:3 (year)", "RS-W314"),
        ("file.csv:3:4 (ev_share_pct)", "RS-W312"),
        ("file.csv:5:1 (code)", "RS-T105"),
    ]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("12,5", "write 12.5"),
        ("0,125", "write 0.125"),
        ("1,234", "write 1234 if thousands are meant, 1.234 if not"),
        ("1,234,567", "write 1234567"),
        ("1,234.5", "write 1234.5"),
        ("1.234,5", "write 1234.5"),
        ("1.234.567", "write 1234567"),
        ("1 234", "write 1234"),
        ("12 %", "write 12 ["),
    ],
)
def test_separators_are_told_with_what_was_meant(table, cell, meant):
    with pytest.raises(RoadsteadError) as caught:
        history(table(HEADER, row(nev=cell)))
    assert meant in str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "code", "says"),
    [
        (b"", "file.csv:1:1", "RS-T102", "empty"),
        (b"code,year\nDEU,2020\n", "file.csv:1:1", "RS-T102", "ev_share_pct"),
        (b"code,year,year,ev_share_pct\nDEU,2020,2020,3\n", "file.csv:1:3", "RS-T102", "stands twice"),
        (b"code,year,ev_share_pct\n", "file.csv:2:1", "RS-W316", "no row"),
        (b"\x89PNG\r\n\x1a\n", "file.csv:1:1", "RS-T112", "UTF-8"),
        (b'code,year,ev_share_pct\n"DEU,2020,3\n', "file.csv:2:1", "RS-T112", "table"),
    ],
    ids=["empty", "no shares", "a column twice", "no rows", "a picture", "an open quotation"],
)
def test_what_is_no_history(tmp_path, text, where, code, says):
    path = tmp_path / "file.csv"
    path.write_bytes(text)
    with pytest.raises(RoadsteadError, match=says) as caught:
        history(path)
    assert [(fault.where, fault.code) for fault in caught.value.faults] == [(where, code)]


def test_a_file_parted_by_semicolons_or_without_columns_says_what_to_do(tmp_path, told):
    path = tmp_path / "file.csv"
    path.write_text("code;year;ev_share_pct\nDEU;2020;3\n", encoding="utf-8")
    assert told(history, path) == [("file.csv:1:1", "RS-T102")] * 2
    with pytest.raises(RoadsteadError, match="semicolons"):
        history(path)
    assert told(history, tmp_path / "none.csv") == [("none.csv", "RS-T101")]


def percents():
    return st.none() | st.just(0.0) | st.floats(1e-3, 100.0)


@st.composite
def histories(draw):
    """Percent and size by code and consecutive years; unknown is None."""
    found = {}
    for code in draw(st.lists(st.sampled_from(["DEU", "BRA", "WLD", "EU27"]), min_size=1, unique=True)):
        size = draw(st.integers(1, 6))
        found[code] = (
            draw(st.integers(1990, 2020)),
            draw(st.lists(percents(), min_size=size, max_size=size)),
            draw(st.lists(st.floats(1e3, 1e7), min_size=size, max_size=size)),
        )
    return found


@given(histories(), st.randoms(use_true_random=False), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_what_is_written_is_read(drawn, chance: Random, encoding):
    columns = HEADER.split(",")
    chance.shuffle(columns)
    lines = []
    for code, (first, shares, totals) in drawn.items():
        for year, (share, total) in enumerate(zip(shares, totals, strict=True), first):
            cells = {"code": code, "region": f"名 {code}", "year": year, "total_sales": total, "source": "x"}
            cells |= {"ev_share_pct": "" if share is None else share, "is_agg": code in {"WLD", "EU27"}}
            cells["ev_sales"] = "" if share is None else share / 100 * total
            lines.append(",".join(str(cells[name]) for name in columns))
    chance.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        path.write_text("\n".join([",".join(columns), *lines]), encoding=encoding)
        panel = history(path)
    assert list(panel) == sorted(drawn)
    for code, (first, shares, totals) in drawn.items():
        series = panel[code]
        known = np.array([np.nan if share is None else share for share in shares])
        assert (series.region, series.is_aggregate) == (f"名 {code}", code in {"WLD", "EU27"})
        np.testing.assert_array_equal(series.years, np.arange(first, first + len(shares)))
        np.testing.assert_array_equal(series.share, known / 100)
        np.testing.assert_array_equal(series.total, totals)
        np.testing.assert_array_equal(series.nev, known / 100 * np.array(totals))
