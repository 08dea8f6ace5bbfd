"""Preferential origin: thresholds, their dated steps, and what shares of value cannot decide."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.trade import origin
from roadstead.trade.bill import Bill, assess


def examine(rules, agreement, powertrain, content, on):
    """A car whose parts are alike: shares of its value by place."""
    return assess(rules, agreement, powertrain, Bill({"other": content}), date.fromisoformat(on))


@pytest.mark.parametrize(
    ("agreement", "powertrain", "on", "least"),
    [
        ("RCEP", "BEV", "2027-07-01", 0.40),
        ("ATIGA", "BEV", "2027-07-01", 0.40),
        ("AKFTA", "BEV", "2027-07-01", 0.45),
        ("KORUS", "ICE", "2027-07-01", 0.35),
        ("EU-JPN", "HEV", "2020-01-01", 0.45),
        ("EU-JPN", "HEV", "2022-01-31", 0.45),
        ("EU-JPN", "HEV", "2022-02-01", 0.50),
        ("EU-JPN", "HEV", "2025-01-31", 0.50),
        ("EU-JPN", "HEV", "2025-02-01", 0.55),
        ("EU-UK-TCA", "ICE", "2025-01-01", 0.55),
        ("EU-UK-TCA", "BEV", "2026-12-31", 0.40),
        ("EU-UK-TCA", "BEV", "2027-01-01", 0.55),
        ("USMCA", "ICE", "2021-06-30", 0.66),
        ("USMCA", "ICE", "2021-07-01", 0.69),
        ("USMCA", "ICE", "2022-07-01", 0.72),
        ("USMCA", "ICE", "2023-07-01", 0.75),
    ],
)
def test_least_share_step_by_step(rules, agreement, powertrain, on, least):
    """A maximum of foreign value (MaxNOM) asks for what is left of the whole."""
    home = min(rules.agreements[agreement].members - rules.blocs.keys())
    short = examine(rules, agreement, powertrain, {home: least - 0.001, "XXX": 1.001 - least}, on)
    assert min(test.least for test in short.tests if test.reached is not None) == pytest.approx(least)
    assert short.qualifies is False
    assert short.gap == pytest.approx(0.001)
    enough = examine(rules, agreement, powertrain, {home: least, "XXX": 1.0 - least}, on)
    assert enough.qualifies is not False


def test_materials_of_all_members_count_together(rules):
    content = {"THA": 0.15, "IDN": 0.15, "CHN": 0.70}
    assert examine(rules, "ATIGA", "BEV", content, "2027-07-01").qualifies is False
    assert examine(rules, "ACFTA", "BEV", content, "2027-07-01").qualifies is True
    assert examine(rules, "ATIGA", "BEV", content, "2027-07-01").tests[0].reached == pytest.approx(0.30)


def test_members_of_a_union_are_its_members_and_only_while_they_are(rules):
    content = {"HUN": 0.6, "CHN": 0.4}
    assert examine(rules, "EU-UK-TCA", "ICE", content, "2026-06-01").qualifies is True
    assert examine(rules, "EU-UK-TCA", "ICE", {"CHN": 1.0}, "2026-06-01").qualifies is False
    early = date(2013, 6, 30)
    assert origin.cumulating(rules, "EU-KOR", {"HRV"}, early) == set()
    assert origin.cumulating(rules, "EU-KOR", {"HRV"}, date(2013, 7, 1)) == {"HRV"}


@pytest.mark.parametrize(
    ("agreement", "powertrain", "content"),
    [
        ("USMCA", "ICE", {"MEX": 0.9, "CHN": 0.1}),  # wages, core parts, steel and aluminium hold together with value
        ("EU-UK-TCA", "BEV", {"GBR": 0.9, "CHN": 0.1}),  # from 2027 the battery pack must originate
        ("GCC", "BEV", {"SAU": 0.9, "CHN": 0.1}),  # a share of national workforce
    ],
)
def test_what_value_alone_cannot_decide_stays_open(rules, agreement, powertrain, content):
    found = examine(rules, agreement, powertrain, content, "2027-07-01")
    assert found.qualifies is None
    assert found.missing


def test_a_customs_union_asks_for_free_circulation_not_origin(rules):
    assert examine(rules, "EU-TUR-CU", "BEV", {"CHN": 0.9, "TUR": 0.1}, "2027-07-01").qualifies is True


@pytest.mark.parametrize("agreement", ["EU-IND", "NO-SUCH", "CN-KOR"])
def test_no_rule_in_force_no_answer(rules, agreement):
    assert examine(rules, agreement, "ICE", {"IND": 1.0}, "2027-07-01").qualifies is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_local_value_never_loses_origin(rules, one, other):
    less, more = sorted((one, other))
    if examine(rules, "RCEP", "BEV", {"THA": less, "XXX": 1 - less}, "2027-07-01").qualifies:
        assert examine(rules, "RCEP", "BEV", {"THA": more, "XXX": 1 - more}, "2027-07-01").qualifies


def test_a_preference_hangs_on_the_agreements_between_the_two(rules):
    def agreements(measure_id, importer, country, on="2027-07-01"):
        measure = next(m for m in rules.every_measure() if m.measure_id == measure_id)
        return origin.preference_agreements(rules, measure, importer, country, date.fromisoformat(on))

    assert agreements("AUS-003", "AUS", "CHN") == ("CHAFTA", "RCEP")
    assert agreements("AUS-003", "AUS", "CHN", "2021-06-01") == ("CHAFTA",)
    assert agreements("EU27-015", "EU27", "MAR") == ("EU-MAR",)
    # One rule of origin serves several agreements, of which the table files it under some.
    assert agreements("EU27-015", "EU27", "ZAF") == ("EU-ZAF",)
    assert "UK-IND" not in agreements("KOR-002", "KOR", "GBR")
