"""Compiled schedules say what the law says, shipment by shipment: on every day, on both sides of every threshold."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.condition import comparisons, parse
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.schedule import Lane, draw_up, in_scope
from roadstead.trade.tariff import Schedules
from roadstead.world import reference

RULES = rulebook.load()
WORLD = reference.load()
FIRST, LAST = date(2018, 1, 1), date(2031, 12, 31)
RATES = {year: WORLD.dollars(year) for year in range(FIRST.year, LAST.year + 1)}
IMPORTERS = sorted(set(RULES.measures) | {member for member, _ in RULES.blocs["EAEU"]})
FACTS = st.fixed_dictionaries(
    {"engine_cm3": st.sampled_from([998.0, 1500.0, 3200.0]), "power_kw": st.sampled_from([60.0, 150.0])},
    optional={
        "in_quota": st.booleans(),
        "mass_kg": st.just(1_650.0),
        "fuel": st.sampled_from(["petrol", "diesel"]),
        "qualifies.USMCA": st.booleans(),
        "qualifies.ACFTA": st.booleans(),
        "content.USA": st.sampled_from([0.0, 0.4]),
        "approved.IND_SPMEPCI": st.booleans(),
        "retail_price": st.sampled_from([100_000.0, 300_000.0]),
    },
)
LANES = st.builds(
    lambda importer, origin, product, powertrain, firm, facts: Lane(
        importer, origin, product, powertrain, firm, tuple(sorted(facts.items()))
    ),
    st.sampled_from(IMPORTERS),
    st.sampled_from(["CHN", "DEU", "JPN", "KOR", "USA", "MEX", "THA", "TUR", "GBR"]),
    st.sampled_from(["CAR_CBU", "KIT_CKD", "PARTS", "BATTERY"]),
    st.sampled_from(["ICE", "HEV", "PHEV", "EREV", "BEV"]),
    st.sampled_from(["", "BYD", "Tesla", "Nobody"]),
    FACTS,
)


def dollars(year):
    return RATES[year]


def settled(lane, day, value, fob, law=RULES):
    """The law's own answer, or its refusal's codes."""
    facts = {"fob_value": fob, **dict(lane.facts)}
    shipment = Shipment(lane.importer, lane.origin, lane.product, lane.powertrain, lane.firm, day, facts)
    try:
        return settle(law, shipment, value, dollars(day.year))
    except RoadsteadError as error:
        return [fault.code for fault in error.faults]


def looked_up(schedules, number, day, value, fob):
    """The compiled answer to the same question."""
    tariff = schedules.tariff
    lanes, days = np.asarray([number]), np.asarray([day.toordinal()])
    try:
        segment = tariff.find(lanes, days, np.asarray([value]), np.asarray([fob]))
    except RoadsteadError as error:
        return [fault.code for fault in error.faults], None
    return tariff.stacks[segment[0]], tariff.charges(segment, np.asarray([value]))[0]


def assert_same(schedules, number, lane, day, value, fob, law=RULES):
    expected = settled(lane, day, value, fob, law)
    found, charged = looked_up(schedules, number, day, value, fob)
    if isinstance(expected, list):
        assert found == expected
        return
    assert found.lines == expected.lines
    assert found.missing == expected.missing
    assert found.barred == expected.barred
    amounts = expected.amounts(np.asarray(value))
    np.testing.assert_allclose(charged[: len(amounts)], amounts, rtol=1e-12)
    assert not charged[len(amounts) :].any()


@given(LANES, st.dates(FIRST, LAST), st.floats(0.0, 120_000.0), st.floats(0.0, 120_000.0))
@settings(max_examples=150)
def test_a_schedule_says_what_the_law_says(lane, day, value, fob):
    schedules = Schedules(FIRST, LAST, dollars)
    assert_same(schedules, schedules.lane(RULES, lane), lane, day, value, fob)


@given(LANES, st.data())
@settings(max_examples=60)
def test_it_turns_on_the_day_the_law_does(lane, data):
    """The day a stretch begins, and the day before."""
    schedule = draw_up(RULES, lane, in_scope(RULES, lane), (FIRST, LAST), dollars)
    schedules = Schedules(FIRST, LAST, dollars)
    number = schedules.lane(RULES, lane)
    stretch = data.draw(st.sampled_from(schedule.stretches))
    for day in (stretch.first, max(FIRST, stretch.first - timedelta(days=1))):
        assert_same(schedules, number, lane, day, 20_000.0, 20_000.0)


@pytest.mark.parametrize(
    ("importer", "powertrain", "day"),
    [
        ("IND", "ICE", "2024-07-01"),
        ("IND", "BEV", "2026-07-01"),
        ("ARG", "BEV", "2026-07-01"),
        ("PAK", "BEV", "2024-07-01"),
    ],
)
def test_it_turns_at_the_very_value_the_law_does(importer, powertrain, day):
    """Both sides of every threshold on value, to the last digit, in other currencies too."""
    facts = (("engine_cm3", 1500.0), ("in_quota", True), ("approved.IND_SPMEPCI", True))
    lane, on = Lane(importer, "CHN", "CAR_CBU", powertrain, "", facts), date.fromisoformat(day)
    scope = in_scope(RULES, lane)
    schedules = Schedules(on, on, dollars)
    number = schedules.lane(RULES, lane)
    (stretch,) = draw_up(RULES, lane, scope, (on, on), dollars).stretches
    breaks = {*stretch.value_breaks, *stretch.fob_breaks}
    assert breaks
    for at in breaks:
        for amount in (math.nextafter(at, 0.0), at, math.nextafter(at, math.inf)):
            assert_same(schedules, number, lane, on, amount, 1.0)
            assert_same(schedules, number, lane, on, 1.0, amount)


def test_every_threshold_on_value_in_the_tables_is_found():
    """Which conditions hold facts of value against numbers is read off the conditions, not off a list."""
    asked = {
        name.partition(".")[0]
        for measure in RULES.every_measure()
        if measure.condition is not None
        for name, _, _ in comparisons(measure.condition)
    }
    assert {"customs_value", "fob_value", "engine_cm3", "power_kw"} <= asked


def test_comparisons_are_found_wherever_they_stand():
    text = 'not (power_kw >= 59 and fuel == "diesel") or engine_cm3 in {1000, 1500} or qualifies.USMCA'
    assert set(comparisons(parse(text))) == {
        ("power_kw", ">=", 59.0),
        ("engine_cm3", "==", 1000.0),
        ("engine_cm3", "==", 1500.0),
    }


def test_a_value_that_must_be_met_exactly_has_a_band_of_its_own(ask):
    odd = replace(
        next(m for m in RULES.measures["GBR"] if m.kind == "MFN" and "CAR_CBU" in m.products), measure_id="ODD"
    )
    odd = replace(odd, stack="ADD", kind="SURTAX", rate=0.5, condition=parse("customs_value == 20000"))
    law = replace(RULES, measures={**RULES.measures, "GBR": (*RULES.measures["GBR"], odd)})
    lane, day = Lane("GBR", "CHN", "CAR_CBU", next(iter(odd.powertrains or {"BEV"})), ""), date(2027, 7, 1)
    schedules = Schedules(day, day, dollars)
    number = schedules.lane(law, lane)
    for value in (19_999.0, math.nextafter(20_000.0, 0.0), 20_000.0, math.nextafter(20_000.0, math.inf)):
        assert_same(schedules, number, lane, day, value, value, law)
    assert looked_up(schedules, number, day, 20_000.0, 0.0)[1].sum() == pytest.approx(0.6 * 20_000)


def test_a_patch_settles_again_only_the_lanes_it_touches():
    """A node that raises the European duty on electric cars keeps every other lane's schedule."""
    schedules = Schedules(FIRST, LAST, dollars)
    lanes = [Lane(i, "CHN", "CAR_CBU", p, "BYD") for i in ("EU27", "MEX", "THA") for p in ("BEV", "PHEV")]
    before = [schedules.lane(RULES, lane) for lane in lanes]
    rise = Amendment("set", "EU27", "rise", kind="COUNTERVAILING", firms=frozenset({"BYD Group"}), rate=0.40)
    patched = amend(RULES, [(rise, date(2028, 1, 1))])
    after = [schedules.lane(patched, lane) for lane in lanes]
    moved = [lane for lane, one, other in zip(lanes, before, after, strict=True) if one != other]
    assert [(lane.importer, lane.powertrain) for lane in moved] == [("EU27", "BEV")]
    assert len(schedules) == len(lanes) + 1
    day = date(2028, 7, 1)
    old, new = (looked_up(schedules, numbers[0], day, 20_000.0, 20_000.0)[1].sum() for numbers in (before, after))
    assert (old, new) == (pytest.approx(0.27 * 20_000), pytest.approx(0.50 * 20_000))


def test_what_cannot_be_worked_out_is_refused_only_where_it_is_asked():
    """Russia's fee of 2027 is not in the tables; that of mid-2024 is."""
    lane = Lane("RUS", "CHN", "CAR_CBU", "ICE", "", (("engine_cm3", 1500.0), ("power_kw", 110.0)))
    schedules = Schedules(FIRST, LAST, dollars)
    number = schedules.lane(RULES, lane)
    assert looked_up(schedules, number, date(2024, 7, 1), 20_000.0, 20_000.0)[1].any()
    refused, _ = looked_up(schedules, number, date(2027, 7, 1), 20_000.0, 20_000.0)
    assert refused == ["RS-L210"]


def test_a_day_outside_the_tariff_is_refused():
    schedules = Schedules(FIRST, LAST, dollars)
    number = schedules.lane(RULES, Lane("GBR", "CHN", "CAR_CBU", "BEV", ""))
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        assert looked_up(schedules, number, day, 1.0, 1.0)[0] == ["RS-L213"]


def test_stretches_follow_each_other_and_differ():
    """Every lane of cars from China: days in order, the first day asked for included."""
    for importer in IMPORTERS:
        lane = Lane(importer, "CHN", "CAR_CBU", "BEV", "BYD", (("mass_kg", 1_650.0), ("power_kw", 150.0)))
        days = [s.first for s in draw_up(RULES, lane, in_scope(RULES, lane), (FIRST, LAST), dollars).stretches]
        assert days[0] == FIRST
        assert all(one < other for one, other in pairwise(days))
