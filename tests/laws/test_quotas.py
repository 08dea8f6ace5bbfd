"""Quotas filled as cars arrive, and incentives that are owed for in local production."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.trade.obligations import debt, obligations_of
from roadstead.trade.quotas import Arrival, Quota, fill, quota_of


def measure(rules, measure_id):
    return next(m for m in rules.every_measure() if m.measure_id == measure_id)


def quota(rules, measure_id, first, last):
    return quota_of(rules, measure(rules, measure_id), date.fromisoformat(first), date.fromisoformat(last))


def came(on, cars, value=20_000.0, **facts):
    return Arrival(date.fromisoformat(on), cars, value, {name.replace("__", "."): told for name, told in facts.items()})


def test_canada_opens_half_and_carries_over(rules):
    canada = quota(rules, "CAN-007", "2026-01-01", "2027-12-31")
    assert (canada.first, canada.last) == (date(2026, 3, 1), date(2027, 2, 28))
    days = ("2026-02-28", "2026-03-01", "2026-08-31", "2026-09-01", "2027-02-28", "2027-03-01")
    assert [canada.opened(date.fromisoformat(day)) for day in days] == [0, 24_500, 24_500, 49_000, 49_000, 0]
    arrivals = [came("2026-03-05", 20_000), came("2026-06-01", 10_000), came("2026-10-01", 30_000)]
    assert fill(canada, arrivals) == [20_000, 4_500, 24_500]


def test_canada_keeps_a_share_for_cheaper_cars(rules):
    canada = quota(rules, "CAN-011", "2030-03-01", "2031-02-28")
    dear, cheap = (
        came("2030-04-01", 63_037, fob_value__CAD=50_000.0),
        came("2030-05-01", 63_037, fob_value__CAD=35_000.0),
    )
    assert fill(canada, [dear, cheap]) == [pytest.approx(63_037 / 2), pytest.approx(63_037 / 2)]
    assert fill(canada, [cheap]) == [63_037]
    # A value nobody declares opens no share that is kept for others.
    assert fill(canada, [came("2030-04-01", 63_037)]) == [pytest.approx(63_037 / 2)]


def test_argentina_caps_chinese_brands_at_half(rules):
    argentina = quota(rules, "ARG-004", "2026-01-01", "2026-12-31")
    arrivals = [came("2026-02-01", 40_000, firm_nationality="CHN"), came("2026-03-01", 40_000, firm_nationality="DEU")]
    assert fill(argentina, arrivals) == [25_000, 25_000]
    assert fill(argentina, [*arrivals[:1], came("2026-03-01", 5_000)]) == [25_000, 0]


def test_brazil_counts_value_and_pools_two_forms_of_kit(rules):
    brazil = quota(rules, "BRA-016", "2024-01-01", "2024-06-30")
    assert brazil.by_value
    assert fill(brazil, [came("2024-02-01", 10_000), came("2024-03-01", 10_000)]) == [10_000, pytest.approx(4_150)]
    kits = [quota(rules, row, "2025-08-01", "2026-01-31") for row in ("BRA-029", "BRA-030")]
    assert kits[0] == kits[1]
    assert (kits[0].name, kits[0].volume) == ("BRA_KITS_2025", 463e6)


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.floats(0, 400), st.floats(1, 50), st.sampled_from(["CHN", "DEU", None])),
        max_size=8,
    ),
    st.booleans(),
    st.integers(1, 4),
)
def test_a_quota_is_never_oversold(rules, arrivals, by_value, windows):
    shares = rules.quota_shares["ARG-004"]
    first = date(2026, 1, 1)
    held = Quota("q", 1_000.0, by_value, first, date(2026, 12, 31), windows, shares)
    told = [
        Arrival(date.fromordinal(first.toordinal() + day), cars, value, {"firm_nationality": home} if home else {})
        for day, cars, value, home in arrivals
    ]
    admitted = fill(held, told)
    sizes = [one.value if by_value else 1.0 for one in told]
    assert all(0 <= cars <= one.cars for cars, one in zip(admitted, told, strict=True))
    for day in {one.on for one in told}:
        so_far = sum(c * s for c, s, one in zip(admitted, sizes, told, strict=True) if one.on <= day <= held.last)
        if day <= held.last:
            assert so_far <= held.opened(day) * (1 + 1e-9)
    chinese = sum(
        c * s for c, s, one in zip(admitted, sizes, told, strict=True) if one.facts.get("firm_nationality") != "DEU"
    )
    assert chinese <= 500 * (1 + 1e-9)


# --- what is owed -------------------------------------------------------------------------------------------------------


def days(**cars):
    return {date.fromisoformat(day.lstrip("d").replace("_", "-")): number for day, number in cars.items()}


def test_indonesia_is_owed_one_car_for_one(rules):
    owed = obligations_of(rules, "IDN", "approved.IDN_BKPM", date(2025, 6, 1))
    assert [one.obligation_id for one in owed] == ["IDN-BKPM"]
    imports, output = (
        days(d2024_07_01=10_000, d2025_07_01=20_000),
        days(d2025_12_31=9_000, d2026_07_01=12_000, d2027_07_01=10_000),
    )
    found = debt(owed, imports, output, duty_forgone=5_000.0)
    assert (found.imported, found.made, found.owed, found.short) == (30_000, 22_000, 30_000, 8_000)
    assert found.penalty == 8_000 * 5_000.0
    assert debt(owed, imports, days(d2026_07_01=31_000), 5_000.0).penalty == 0.0


def test_thailand_is_owed_more_the_later(rules):
    """Two for one by the end of 2026; what is left then, three for one by the end of 2027."""
    owed = obligations_of(rules, "THA", "programme.THA_EV35", date(2024, 7, 1))
    assert [one.owed for one in owed] == [2.0, 3.0]
    imports = days(d2024_07_01=1_000)
    assert debt(owed, imports, days(d2026_07_01=2_000), 1.0).short == 0
    assert debt(owed, imports, days(d2027_07_01=2_000), 1.0).short == pytest.approx(1_000 - 2_000 / 3)
    split = debt(owed, imports, days(d2026_07_01=1_000, d2027_07_01=1_500), 8_000.0)
    assert (split.short, split.owed, split.penalty) == (0, 2_500, 0.0)
    assert debt(owed, imports, {}, 8_000.0).penalty == 1_000 * 8_000.0


@pytest.mark.parametrize(
    ("importer", "fact", "on"),
    [("IDN", "approved.IDN_BKPM", "2026-01-01"), ("IDN", "programme.THA_EV35", "2024-07-01")],
)
def test_an_import_outside_the_programme_owes_nothing(rules, importer, fact, on):
    assert obligations_of(rules, importer, fact, date.fromisoformat(on)) == ()


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1e5))
def test_more_output_never_raises_the_debt(rules, brought, less, more):
    owed = obligations_of(rules, "THA", "programme.THA_EV30", date(2023, 1, 1))
    imports = {date(2023, 1, 1): brought}
    low, high = sorted((less, more))
    shorts = [debt(owed, imports, {date(2025, 3, 1): cars}, 1.0).short for cars in (low, high)]
    assert 0 <= shorts[1] <= shorts[0] <= brought
