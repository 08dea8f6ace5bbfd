"""The curve of building abroad: against hand values, itself, and curves it must find again."""

from __future__ import annotations

from math import exp, inf, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.outlook.localisation import Curve, chance_begun, fit

curves = st.builds(Curve, st.floats(0.3, 0.95), st.floats(0.05, 0.6), st.floats(1985, 2010))


def test_by_hand():
    curve = Curve(0.8, 0.2, 1990.0)
    assert curve.at(1990) == pytest.approx(0.4)
    assert curve.at(1995) == pytest.approx(0.8 / (1 + exp(-1)))
    assert curve.year_of(0.4) == pytest.approx(1990)
    assert curve.year_of(0.2) == pytest.approx(1990 - log(3) / 0.2)
    assert curve.year_of(0.8) == inf
    # From 0.2 the odds to the ceiling grow from 1/3 by e in five years.
    odds = exp(1) / 3
    assert curve.ahead(0.2, 5) == pytest.approx(0.8 * odds / (1 + odds))


@given(curves, st.floats(1980, 2020), st.floats(0, 40))
def test_a_level_carried_on_from_the_curve_stays_on_it(curve, year, years):
    assert curve.ahead(curve.at(year), years) == pytest.approx(curve.at(year + years), rel=1e-9)


@given(curves, st.floats(0.001, 1.0), st.floats(0, 30), st.floats(0, 30))
def test_a_level_never_falls_and_never_passes_the_ceiling_from_below(curve, level, years, more):
    there = curve.ahead(level, years)
    assert level - 1e-12 <= there <= max(curve.ceiling, level) + 1e-12
    assert curve.ahead(level, years + more) >= there - 1e-12
    assert curve.ahead(there, more) == pytest.approx(curve.ahead(level, years + more), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(curves)
def test_a_curve_is_found_again_from_its_own_points(curve):
    years = [int(curve.middle) + step for step in (-8, -4, 0, 4, 8, 14, 20)]
    found = fit(years, [curve.at(year) for year in years])
    for year in range(years[0], years[-1] + 1):
        assert found.curve.at(year) == pytest.approx(curve.at(year), abs=2e-3)
    assert found.error < 1e-3


def test_several_figures_of_a_year_weigh_as_one():
    years, shares = [2000, 2005, 2010, 2015, 2020], [0.1, 0.32, 0.41, 0.55, 0.52]
    once = fit(years, shares).curve
    thrice = fit([*years, 2015, 2015], [*shares, 0.55, 0.55]).curve
    assert (thrice.ceiling, thrice.pace, thrice.middle) == pytest.approx(
        (once.ceiling, once.pace, once.middle), rel=1e-3
    )


def test_years_left_out_are_left_out():
    years, shares = [2000, 2005, 2010, 2015, 2020], [0.1, 0.32, 0.41, 0.55, 0.52]
    found = fit(years, shares)
    assert set(found.without) == set(years)
    rest = fit(years[:2] + years[3:], shares[:2] + shares[3:])
    assert found.without[2010] == rest.curve
    assert rest.without == {}
    low, middle, high = found.ahead(0.1, 8)
    assert middle == found.curve.ahead(0.1, 8)
    assert low == min(curve.ahead(0.1, 8) for curve in found.curves)
    assert high == max(curve.ahead(0.1, 8) for curve in found.curves)
    assert low < high


def test_three_years_are_too_few():
    assert fit([2000, 2005, 2010, 2010], [0.1, 0.2, 0.3, 0.31]) is None


def test_a_chance_to_have_begun_by_hand():
    """Known at 2026.0; a third each at 2026.5, 2027.0 and 2031.5, asked by the end of 2030; one in ten a year given up."""
    assert chance_begun([2026.5, 2027.0, 2031.5], 0.1, 2026.0, 2031.0) == pytest.approx((exp(-0.05) + exp(-0.1)) / 3)
    assert chance_begun([2025.0], 0.1, 2026.0, 2031.0) == 1.0
    assert chance_begun([2026.5], 0.0, 2026.0, 2026.0) == 0.0


@given(st.lists(st.floats(2024, 2034), min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_rate_and_an_earlier_day_leave_less(starts, rate, more):
    p = chance_begun(starts, rate, 2026.0, 2030.0)
    assert 0.0 <= chance_begun(starts, rate + more, 2026.0, 2030.0) <= p <= 1.0
    assert chance_begun(starts, rate, 2026.0, 2029.0) <= p
