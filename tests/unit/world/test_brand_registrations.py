"""Brands new to a market: what was counted is sound, cited, and of the same size as the market's own count."""

from __future__ import annotations

import re

import pytest

from roadstead.terms.evidence import Confidence
from roadstead.world import reference

PERIOD = re.compile(r"(?P<year>[0-9]{4})(-[0-9]{2}(\.\.[0-9]{2})?|-part)?")


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def rows(world):
    return world.tables["brand_registrations"]


def test_every_row_counts_something_somewhere_and_says_where_it_was_read(world, rows):
    definitions = {row["definition"] for row in world.tables["definitions"]}
    assert len(rows) > 200
    assert len({row["place"] for row in rows}) >= 23
    for row in rows:
        assert row["cars"] is not None or row["share"] is not None, row.where("cars")
        assert row["place"] in world.gazetteer.places, row.where("place")
        assert row["definition"] in definitions, row.where("definition")
        match = PERIOD.fullmatch(row["period"])
        assert match, row.where("period")
        assert int(match["year"]) == row["year"], row.where("period")
        assert world.sources[row["source"]].url.startswith("http"), row.where("source")


def test_what_was_worked_out_is_not_called_certain(rows):
    for row in rows:
        if row["note"].startswith("derived"):
            assert row.evidence.confidence != Confidence.HIGH, row.where("note")


def test_cars_over_the_markets_own_count_are_the_share_the_source_prints(world, rows):
    """Two counts of one market by different agencies differ; none by more than an eighth of the share and its rounding."""
    counted = {(r["place"], r["year"], r["scope"]): r["value"] for r in world.tables["sales"] if r["preferred"]}
    compared = 0
    for row in rows:
        market = counted.get((row["place"], row["year"], row["definition"]))
        if (
            row["powertrain"] != "ALL"
            or row["period"] != str(row["year"])
            or None in (row["cars"], row["share"], market)
        ):
            continue
        assert row["cars"] / market == pytest.approx(row["share"], rel=0.125, abs=0.0006), row.where("share")
        compared += 1
    assert compared >= 15


def test_brands_sum_to_no_more_than_all_chinese_brands(rows):
    totals = {
        (r["place"], r["period"]): r["cars"]
        for r in rows
        if r["brand"] == "ALL_CHINESE" and r["powertrain"] == "ALL" and r["cars"]
    }
    parts = {}
    for row in rows:
        groups = {"ALL_CHINESE", "ALL_JAPANESE", "SAIC"}
        if row["brand"] not in groups and row["powertrain"] == "ALL" and row["cars"]:
            parts[row["place"], row["period"]] = parts.get((row["place"], row["period"]), 0.0) + row["cars"]
    compared = totals.keys() & parts.keys()
    assert len(compared) > 8
    assert [key for key in compared if parts[key] > totals[key] * 1.005] == []


def test_japanese_imports_of_the_united_states_are_the_published_table(rows):
    """Bureau of Transportation Statistics, table 1-16, thousands of cars: 313 of 8,400 in 1970, 1,894 of 8,949 in 1980."""
    share = {r["year"]: r["share"] for r in rows if (r["place"], r["brand"]) == ("USA", "ALL_JAPANESE")}
    assert share[1970] == pytest.approx(313 / 8400, abs=5e-5)
    assert share[1980] == pytest.approx(1894 / 8949, abs=5e-5)
    assert share[1990] < share[1985] < share[1980]


def test_outlets_are_dated_and_cited(world):
    for row in world.tables["dealer_outlets"]:
        assert re.fullmatch(r"[0-9]{4}-[0-9]{2}", row["on"]), row.where("on")
        assert world.sources[row["source"]].url.startswith("http"), row.where("source")
