"""Origin by bill of materials: each way of counting by hand, what else must hold, and the cheapest way to qualify."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.bill import Bill, Offer, assess, cheapest_change
from roadstead.trade.bills import FAILS, OPEN, QUALIFIES, Bills, qualify
from roadstead.trade.origin import cumulating

CLOSE = 1e-9
NORTH_AMERICAN = {"LVC": 0.40, "STEEL_PURCHASE": 0.70, "STEEL_MELTED_POURED": 0.70, "ALUMINIUM_PURCHASE": 0.70}


def judge(rules, agreement, powertrain, bill, on, declared=None):
    return assess(rules, agreement, powertrain, bill, date.fromisoformat(on), declared)


def bill(profit=0.0, **groups):
    """``battery="CHN 30 GBR 10"``: value by place."""
    parts = {}
    for group, text in groups.items():
        words = text.split()
        parts[group] = {place: float(value) for place, value in zip(words[::2], words[1::2], strict=True)}
    return Bill(parts, profit)


BRITISH = bill(battery="CHN 30 GBR 10", body="GBR 20", other="CHN 10 GBR 10", labour="GBR 10", profit=10.0)


def test_most_foreign_materials(rules):
    """MaxNOM 60 % until the end of 2026, 45 % and an originating pack from 2027: 40 of 100 is foreign."""
    before = judge(rules, "EU-UK-TCA", "BEV", BRITISH, "2026-12-31")
    assert (before.qualifies, before.tests[0].reached, before.tests[0].least) == (True, pytest.approx(0.6), 0.4)
    after = judge(rules, "EU-UK-TCA", "BEV", BRITISH, "2027-01-01")
    assert after.qualifies is None
    assert after.missing == ("BATTERY_PACK.UNCHANGED",)
    body, pack = after.tests
    assert body.met is True
    assert (pack.reached, pack.least, pack.gap_value) == (pytest.approx(0.25), pytest.approx(0.7), pytest.approx(18.0))


@pytest.mark.parametrize(
    ("british", "declared", "qualifies"),
    [
        (28, {}, True),
        (27.9, {}, None),
        (27.9, {"BATTERY_PACK.UNCHANGED": 0.0}, True),
        (27.9, {"BATTERY_PACK.UNCHANGED": 0.10}, True),  # within the tolerance of 10 %
        (27.9, {"BATTERY_PACK.UNCHANGED": 0.11}, False),
    ],
)
def test_a_battery_pack_originates_by_value_or_by_its_making(rules, british, declared, qualifies):
    car = bill(battery=f"GBR {british} CHN {40 - british}", other="GBR 60")
    assert judge(rules, "EU-UK-TCA", "BEV", car, "2027-06-01", declared).qualifies is qualifies


def test_no_tolerance_waives_a_share_of_value(rules):
    car = bill(battery="GBR 40", other="CHN 46 GBR 14")
    found = judge(rules, "EU-UK-TCA", "BEV", car, "2027-06-01", {"BATTERY_PACK.UNCHANGED": 0.0})
    assert (found.qualifies, found.gap) == (False, pytest.approx(0.01))


def test_petrol_cars_need_no_pack(rules):
    assert judge(rules, "EU-UK-TCA", "ICE", BRITISH, "2027-06-01").qualifies is True


@pytest.mark.parametrize(
    ("foreign", "profit", "method", "met"),
    [
        (25, 0, "NET_COST", True),
        (25.1, 0, "NET_COST", False),
        (27, 80, "BUILD_DOWN", True),  # 27 of net cost 100 is too much, 27 of a price of 180 is not
        (27.1, 80, "NET_COST", False),
    ],
)
def test_net_cost_or_transaction_value(rules, foreign, profit, method, met):
    car = bill(powertrain="MEX 30", body="USA 30", other=f"CHN {foreign} MEX {40 - foreign}", profit=float(profit))
    found = judge(rules, "USMCA", "ICE", car, "2026-06-01", NORTH_AMERICAN)
    test = found.tests[0]
    assert test.met is met
    if met:
        assert test.method == method
    assert found.qualifies is met


@pytest.mark.parametrize(
    ("short", "on"), [("LVC", "2026-06-01"), ("STEEL_PURCHASE", "2026-06-01"), ("STEEL_MELTED_POURED", "2027-07-01")]
)
def test_labour_and_metal_are_declared(rules, short, on):
    car = bill(powertrain="MEX 30", body="USA 30", other="CAN 40")
    assert judge(rules, "USMCA", "ICE", car, on, NORTH_AMERICAN).qualifies is True
    unsaid = judge(rules, "USMCA", "ICE", car, on, {k: v for k, v in NORTH_AMERICAN.items() if k != short})
    assert (unsaid.qualifies, unsaid.missing) == (None, (short,))
    low = judge(rules, "USMCA", "ICE", car, on, NORTH_AMERICAN | {short: 0.39})
    assert low.qualifies is False


def test_core_parts_have_a_share_of_their_own(rules):
    """Three quarters of the car is Mexican, but of battery, powertrain and body only 70 %."""
    car = bill(battery="CHN 18 MEX 7", powertrain="MEX 20", body="MEX 15", other="MEX 40")
    found = judge(rules, "USMCA", "BEV", car, "2026-06-01", NORTH_AMERICAN)
    core = next(test for test in found.tests if test.method == "CORE_PARTS")
    assert (found.tests[0].met, core.met, core.reached) == (True, False, pytest.approx(0.70))
    assert core.gap_value == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("korean", "profit", "method"),
    [
        (35, 0.0, "BUILD_UP"),  # 35 of materials in 100
        (30, 12.0, None),  # 30 of 112 built up, 30 of 100 by net cost, 42 of 112 built down
    ],
)
def test_the_united_states_and_korea_count_in_three_ways(rules, korean, profit, method):
    car = bill(other=f"CHN {100 - korean} KOR {korean}", profit=profit)
    found = judge(rules, "KORUS", "ICE", car, "2026-06-01")
    assert found.qualifies is (method is not None)
    if method:
        assert found.tests[0].method == method
    assembled = bill(other="CHN 60 KOR 5", labour="KOR 35")  # materials 5, with labour 40 of net cost
    assert judge(rules, "KORUS", "ICE", assembled, "2026-06-01").tests[0].method == "NET_COST"


@pytest.mark.parametrize(("told", "qualifies"), [({}, None), ({"WORKFORCE": 0.25}, True), ({"WORKFORCE": 0.2}, False)])
def test_the_gulf_asks_for_a_national_workforce(rules, told, qualifies):
    assert judge(rules, "GCC", "BEV", bill(other="SAU 40 CHN 60"), "2026-06-01", told).qualifies is qualifies
    assert judge(rules, "GCC", "BEV", bill(other="SAU 39 CHN 61"), "2026-06-01", told).qualifies is False


def test_materials_of_diagonal_partners_count(rules):
    """Egypt's parts count in a Moroccan car for Europe: both are linked by Agadir and each with the Union."""
    on = date(2026, 6, 1)
    assert cumulating(rules, "EU-MAR", ("MAR", "DEU", "EGY", "CHN", "KOR"), on) == {"MAR", "DEU", "EGY"}
    assert cumulating(rules, "EU-MAR", ("MAR", "EGY"), date(2007, 3, 26)) == {"MAR"}
    assert cumulating(rules, "EU-KOR", ("KOR", "MAR"), on) == {"KOR"}
    car = bill(body="MAR 30", other="EGY 35 CHN 35")
    assert judge(rules, "EU-MAR", "ICE", car, "2026-06-01").qualifies is True


def test_a_customs_union_and_an_unknown_agreement(rules):
    assert judge(rules, "EU-TUR-CU", "BEV", bill(other="CHN 90 TUR 10"), "2026-06-01").qualifies is True
    assert judge(rules, "NO-SUCH", "BEV", BRITISH, "2026-06-01").qualifies is None
    assert cheapest_change(rules, "NO-SUCH", "BEV", BRITISH, [], date(2026, 6, 1)) is None


def test_the_gap_is_what_must_move_at_today_s_price(rules):
    car = bill(other="CHN 70 THA 30")
    found = judge(rules, "ATIGA", "BEV", car, "2026-06-01")
    assert (found.qualifies, found.gap, found.tests[0].gap_value) == (False, pytest.approx(0.10), pytest.approx(10.0))
    assert judge(rules, "ATIGA", "BEV", bill(other="CHN 60 THA 40"), "2026-06-01").qualifies is True


# --- the cheapest change ----------------------------------------------------------------------------------------------


def test_the_cheaper_source_moves_first_and_just_enough(rules):
    """Foreign 70 of 100, 60 allowed: x at a premium of 5 % leaves 70 - x <= 0.6 (100 + 0.05 x)."""
    car = bill(battery="CHN 40", other="CHN 30 THA 30")
    offers = [Offer("battery", "THA", 0.30), Offer("other", "THA", 0.05)]
    change = cheapest_change(rules, "ATIGA", "BEV", car, offers, date(2026, 6, 1))
    moved = 10 / 1.03
    assert [(move.group, move.place) for move in change.moves] == [("other", "THA")]
    assert (change.moves[0].value, change.cost) == (pytest.approx(moved), pytest.approx(0.05 * moved))
    assert judge(rules, "ATIGA", "BEV", change.bill, "2026-06-01").qualifies is True
    assert change.bill.price == pytest.approx(100 + change.cost)


def test_a_limited_source_and_then_the_next(rules):
    car = bill(battery="CHN 40", other="CHN 30 THA 30")
    offers = [Offer("battery", "THA", 0.30), Offer("other", "THA", 0.05, most=4.0)]
    change = cheapest_change(rules, "ATIGA", "BEV", car, offers, date(2026, 6, 1))
    assert {move.group for move in change.moves} == {"battery", "other"}
    assert next(move.value for move in change.moves if move.group == "other") == pytest.approx(4.0)


def test_the_pack_must_move_where_the_pack_must_originate(rules):
    car = bill(battery="CHN 30 GBR 10", other="GBR 60")
    offers = [Offer("battery", "DEU", 0.25), Offer("other", "GBR", 0.0)]
    change = cheapest_change(rules, "EU-UK-TCA", "BEV", car, offers, date(2027, 6, 1))
    # 10 + 1.25 x >= 0.7 (40 + 0.25 x)
    assert change.moves[0].value == pytest.approx(18 / (1.25 - 0.7 * 0.25))
    assert judge(rules, "EU-UK-TCA", "BEV", change.bill, "2027-06-01").qualifies is True
    made_here = {"BATTERY_PACK.UNCHANGED": 0.0}
    free = cheapest_change(rules, "EU-UK-TCA", "BEV", car, offers, date(2027, 6, 1), made_here)
    assert (free.moves, free.cost, free.bill) == ((), 0.0, car)


def test_no_offer_no_change(rules):
    car, on = bill(other="CHN 70 THA 30"), date(2026, 6, 1)
    assert cheapest_change(rules, "ATIGA", "BEV", car, [], on) is None
    assert cheapest_change(rules, "ATIGA", "BEV", car, [Offer("other", "KOR", 0.0)], on) is None
    assert cheapest_change(rules, "ATIGA", "BEV", car, [Offer("other", "THA", 0.1, most=5.0)], on) is None
    # What value cannot mend: too little of the labour is well paid.
    poor = NORTH_AMERICAN | {"LVC": 0.1}
    mexican = bill(powertrain="MEX 30", body="MEX 30", other="CHN 40")
    assert cheapest_change(rules, "USMCA", "ICE", mexican, [Offer("other", "MEX", 0.1)], on, poor) is None


premiums = st.floats(0.0, 0.6)


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 60), st.floats(1, 60), st.floats(1, 60), st.floats(0, 20), st.tuples(premiums, premiums, premiums))
def test_no_other_mix_of_moves_is_cheaper(rules, battery, body, home, profit, asked):
    """Against a grid of every mix: none that qualifies costs less, and the mix found qualifies."""
    on, groups = date(2026, 6, 1), ("battery", "body")
    car = Bill({"battery": {"CHN": battery, "USA": 5.0}, "body": {"CHN": body}, "labour": {"MEX": home}}, profit)
    offers = [
        Offer("battery", "USA", asked[0]),
        Offer("body", "MEX", asked[1]),
        Offer("body", "USA", asked[2], most=20.0),
    ]
    change = cheapest_change(rules, "USMCA", "BEV", car, offers, on, NORTH_AMERICAN)
    best = float("inf")
    steps = [k / 5 for k in range(6)]
    for one, two, three in itertools.product(steps, repeat=3):
        x, y, z = one * battery, two * body, three * min(20.0, body)
        if y + z > body:
            continue
        parts = {
            "battery": {"CHN": battery - x, "USA": 5.0 + x * (1 + asked[0])},
            "body": {"CHN": max(0.0, body - y - z), "MEX": y * (1 + asked[1]), "USA": z * (1 + asked[2])},
            "labour": {"MEX": home},
        }
        if assess(rules, "USMCA", "BEV", Bill(parts, profit), on, NORTH_AMERICAN).qualifies:
            best = min(best, x * asked[0] + y * asked[1] + z * asked[2])
    assert change is not None
    assert change.cost <= best + 1e-6
    assert assess(rules, "USMCA", "BEV", change.bill, on, NORTH_AMERICAN).gap <= 1e-6
    assert {move.group for move in change.moves} <= set(groups)


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_local_value_never_loses_origin(rules, one, other):
    less, more = sorted((one, other))

    def qualifies(local):
        return assess(
            rules, "RCEP", "BEV", Bill({"other": {"THA": local, "XXX": 101 - local}}), date(2027, 7, 1)
        ).qualifies

    assert qualifies(more) or not qualifies(less)


@pytest.mark.parametrize(
    ("parts", "profit"),
    [
        ({"wheels": {"CHN": 1.0}}, 0.0),
        ({"other": {"CHN": -1.0}}, 5.0),
        ({}, 0.0),
        ({"other": {"CHN": float("nan")}}, 0.0),
    ],
)
def test_what_is_no_bill_is_refused(parts, profit):
    with pytest.raises(RoadsteadError) as caught:
        Bill(parts, profit)
    assert caught.value.faults[0].code == "RS-L231"


PLACES = ("CHN", "HUN", "DEU", "TUR", "GBR", "MEX")
VALUES = st.lists(st.floats(0.0, 20_000.0), min_size=len(PLACES), max_size=len(PLACES))


@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES, st.floats(0.0, 5_000.0)), min_size=1, max_size=6),
    agreement=st.sampled_from(["EU-UK-TCA", "EU-TUR-CU", "USMCA", "EU-MEX", "EU-KOR", "KORUS", "RCEP"]),
    powertrain=st.sampled_from(["BEV", "PHEV", "ICE"]),
    year=st.integers(2025, 2035),
)
def test_many_bills_come_to_what_each_does_alone(rules, rows, agreement, powertrain, year):
    """Side by side or one by one, a part of no value at all among them."""
    groups = ("battery", "other", "labour")
    parts = {
        group: {place: np.asarray([row[g][p] for row in rows]) for p, place in enumerate(PLACES)}
        for g, group in enumerate(groups)
    }
    parts["labour"]["HUN"] = parts["labour"]["HUN"] + 1.0
    bills, on = Bills(parts, np.asarray([row[3] for row in rows])), date(year, 7, 1)
    said = {QUALIFIES: True, FAILS: False, OPEN: None}
    found = [said[each] for each in qualify(rules, agreement, powertrain, bills, on).tolist()]
    assert found == [assess(rules, agreement, powertrain, bills.one(i), on).qualifies for i in range(len(rows))]


def test_bills_that_are_none_are_refused():
    """As one bill is: nothing left, or less than nothing."""
    sound, none = np.asarray([1.0, 2.0]), np.asarray([0.0, 0.0])
    assert Bills({"other": {"CHN": sound}}, none).one(1).price == 2.0
    for wrong in (np.asarray([1.0, -1.0]), np.asarray([1.0, np.nan]), np.asarray([1.0, 0.0])):
        with pytest.raises(RoadsteadError, match="RS-L231"):
            Bills({"other": {"CHN": wrong}}, none)
