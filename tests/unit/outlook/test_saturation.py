"""Saturation on income: the curve by hand, recovered from data it made, and handed over to without a step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from roadstead.outlook.forecast import forecast
from roadstead.outlook.industry import SETTLED, Anchor, Sales, centre_of, draw_markets, hand_over, spread_of
from roadstead.outlook.panels import packaged, sales
from roadstead.outlook.saturation import (
    FEWEST_MARKETS,
    GROWTH_LASTS,
    LEAST_GROWTH,
    MOST_GROWTH,
    PRICE_RISE,
    PRICE_YEAR,
    Income,
    Saturation,
    anchor,
    fit,
    prospect,
)
from roadstead.world import reference

CURVE = Saturation(level=40.0, depth=3.0, curvature=0.08, lasting=1.0)
YEARS = np.arange(2010, 2024)


@pytest.fixture(scope="module")
def world():
    return reference.load()


def flat(place, per_head, last=2045, people=1e6):
    """A country whose people and income stand still."""
    years = np.arange(2005, last + 1)
    return Income(place, years, np.full(years.size, people), np.full(years.size, per_head), 2023)


def made_up(markets, noise=0.0, offset=0.0, seed=0):
    """Sales that the curve itself would bring, with an offset to each market and noise to each year."""
    rng = np.random.default_rng(seed)
    histories, incomes = [], {}
    for i, level in enumerate(np.linspace(2.0, 70.0, markets)):
        place = f"M{i:02d}"
        per_head = level * np.exp(0.02 * np.arange(YEARS.size))
        income = Income(place, YEARS, np.full(YEARS.size, 5e6), per_head, 2023)
        own = offset * rng.standard_normal()
        cars = 5e3 * CURVE.per_thousand(income.per_head) * np.exp(own + noise * rng.standard_normal(YEARS.size))
        histories.append(Sales(place, YEARS, cars))
        incomes[place] = income
    return histories, incomes


# --- the curve -------------------------------------------------------------------------------------------------------


def test_the_curve_by_hand():
    """40 exp(-3 exp(-0.08 * 10)) = 40 exp(-1.347987) = 10.3905."""
    assert float(CURVE.per_thousand(np.asarray(10.0))) == pytest.approx(10.3905, abs=1e-3)
    assert float(CURVE.per_thousand(np.asarray(0.0))) == pytest.approx(40 * np.exp(-3))
    assert float(CURVE.per_thousand(np.asarray(1e4))) == pytest.approx(40.0)


@given(st.floats(0.1, 150), st.floats(0.1, 150), st.floats(5, 100), st.floats(0.1, 20), st.floats(0.005, 1))
def test_who_earns_more_buys_no_fewer(one, other, level, depth, curvature):
    curve = Saturation(level, depth, curvature, 0.9)
    low, high = (float(curve.per_thousand(np.asarray(i))) for i in sorted((one, other)))
    assert low <= high <= level * (1 + 1e-12)


@given(st.floats(1, 100), st.floats(0, 40))
def test_the_anchor_grows_with_income(start, more):
    years = np.arange(2010, 2046)
    past = np.where(years <= 2025, start, start + more)
    history = Sales("AAA", np.arange(2016, 2026), np.full(10, 3e4))
    poor = anchor(history, flat("AAA", start), CURVE, 2045)
    rich = anchor(history, Income("AAA", years, np.full(years.size, 1e6), past, 2023), CURVE, 2045)
    assert (rich.log >= poor.log).all()
    assert rich.room == poor.room


def test_the_fit_finds_the_curve_that_made_the_sales():
    found = fit(*made_up(30))
    assert found is not None
    assert (found.level, found.depth, found.curvature) == pytest.approx((40.0, 3.0, 0.08), rel=1e-4)


def test_the_fit_agrees_with_another_solver():
    """The same least squares by scipy's curve_fit, which goes about it by Levenberg and Marquardt."""
    histories, incomes = made_up(25, noise=0.15, offset=0.3, seed=4)
    found = fit(histories, incomes)
    income = np.concatenate([incomes[h.place].per_head for h in histories])
    log = np.log(np.concatenate([h.cars / 5e3 for h in histories]))
    other, _ = curve_fit(lambda i, s, a, k: np.log(s) - a * np.exp(-k * i), income, log, (30.0, 2.0, 0.05))
    assert found is not None
    assert (found.level, found.depth, found.curvature) == pytest.approx(tuple(other), rel=1e-3)


def test_what_lasts_is_the_variance_between_markets_over_all():
    """Differences of 0.4 from market to market and 0.2 from year to year: 0.16 / (0.16 + 0.04) = 0.8."""
    found = fit(*made_up(400, noise=0.2, offset=0.4, seed=1))
    assert found is not None
    assert found.lasting == pytest.approx(0.8, abs=0.03)


def test_too_few_markets_teach_no_curve():
    histories, incomes = made_up(FEWEST_MARKETS - 1)
    assert fit(histories, incomes) is None
    assert fit(histories, {}) is None


# --- the anchor ------------------------------------------------------------------------------------------------------


def test_the_anchor_by_hand():
    """A million people at 10,000 dollars: 10,390 cars by the curve. Twice as many were sold; all, half, none of it lasts."""
    history = Sales("AAA", np.arange(2016, 2026), np.full(10, 20781.0))
    for lasting, cars in ((1.0, 20781.0), (0.5, 14694.4), (0.0, 10390.5)):
        told = anchor(history, flat("AAA", 10.0), Saturation(40.0, 3.0, 0.08, lasting), 2030)
        assert np.exp(told.log) == pytest.approx(np.full(5, cars), rel=1e-4)
        assert told.room == pytest.approx(1 - 10.3905 / 40, abs=1e-4)


def test_people_count_in_proportion():
    years = np.arange(2005, 2041)
    people = np.where(years <= 2025, 1e6, 1.2e6)
    history = Sales("AAA", np.arange(2016, 2026), np.full(10, 2e4))
    told = anchor(history, Income("AAA", years, people, np.full(years.size, 10.0), 2023), CURVE, 2040)
    assert np.exp(told.log) == pytest.approx(np.full(15, 2.4e4))


def test_no_anchor_without_income():
    history = Sales("AAA", np.arange(2016, 2026), np.full(10, 2e4))
    assert anchor(history, flat("AAA", 10.0, last=2030), CURVE, 2031) is None
    earlier = Sales("AAA", np.arange(1990, 2000), np.full(10, 2e4))
    assert anchor(earlier, flat("AAA", 10.0), CURVE, 2031) is None


# --- what is assumed -------------------------------------------------------------------------------------------------


def grown(rate, years=YEARS, people=0.0):
    """A country with a steady growth of income beyond the rise of prices."""
    ahead = years - years[0]
    return years, 1e6 * np.exp(people * ahead), 1e4 * np.exp((rate + PRICE_RISE) * ahead)


def test_income_goes_on_as_before_and_its_growth_fades():
    told = prospect("AAA", *grown(0.04), 2026)
    steps = np.diff(np.log(told.per_head))[-3:]
    assert told.known_to == 2023
    assert steps == pytest.approx([LEAST_GROWTH + (0.04 - LEAST_GROWTH) * GROWTH_LASTS**k for k in (1, 2, 3)])


@given(st.floats(-0.1, 0.2), st.floats(-0.08, 0.08))
def test_assumed_growth_keeps_its_bounds(rate, people):
    told = prospect("AAA", *grown(rate, people=people), 2060)
    later = told.years[1:] > 2023
    steps = np.diff(np.log(told.per_head))[later]
    assert (steps >= LEAST_GROWTH - 1e-9).all()
    assert (steps <= MOST_GROWTH + 1e-9).all()
    heads = np.diff(np.log(told.people))[later]
    assert (np.abs(heads[1:]) <= np.abs(heads[:-1]) + 1e-12).all()
    assert np.abs(heads).max() <= 0.025


def test_known_years_stay_as_they_are_in_dollars_of_one_year():
    years, people, dollars = grown(0.03)
    told = prospect("AAA", years, people, dollars, 2040)
    known = told.years <= 2023
    assert told.people[known] == pytest.approx(people)
    assert told.per_head[known] == pytest.approx(dollars / 1000 * np.exp(PRICE_RISE * (PRICE_YEAR - years)))


def test_people_may_be_known_a_year_longer_than_income():
    years = np.append(YEARS, 2024)
    _, people, dollars = grown(0.02, years, people=0.01)
    dollars[-1] = np.nan
    told = prospect("AAA", years, people, dollars, 2030)
    assert told.known_to == 2023
    assert told.at(np.asarray([2024]))[0] == pytest.approx(people[-1:])


@pytest.mark.parametrize("missing", ["income", "people"])
def test_one_year_is_no_growth(missing):
    years, people, dollars = grown(0.02)
    (dollars if missing == "income" else people)[1:] = np.nan
    assert prospect("AAA", years, people, dollars, 2030) is None


# --- handing over ----------------------------------------------------------------------------------------------------


@given(st.integers(0, 30), st.floats(-3, 3), st.floats(0, 1))
def test_five_years_are_untouched_and_no_step_follows(ahead, off, room):
    centre = centre_of(Sales("AAA", np.arange(2016, 2026), np.linspace(1e5, 2e5, 10)), ahead)
    told = hand_over(centre, Anchor(centre + off, room))
    np.testing.assert_array_equal(told[:SETTLED], centre[:SETTLED])
    moved = np.abs(told - centre)
    # The way left shrinks by a fifth a year, so no step is longer than a fifth of it.
    assert (np.abs(np.diff(moved)) <= 0.2 * abs(off) + 1e-9).all()
    assert (moved <= abs(off) + 1e-9).all()


def test_the_nearer_to_saturation_the_less_the_anchor_weighs():
    at = [
        anchor(Sales("AAA", np.arange(2016, 2026), np.full(10, 2e4)), flat("AAA", i), CURVE, 2030) for i in (2, 20, 60)
    ]
    assert at[0].room > at[1].room > at[2].room
    assert at[2].room < 0.03
    assert (
        hand_over(np.zeros(20), Anchor(np.ones(20), 0.25)) == 0.25 * hand_over(np.zeros(20), Anchor(np.ones(20), 1))
    ).all()


def test_twenty_years_on_the_anchor_has_taken_over():
    told = hand_over(np.zeros(20), Anchor(np.ones(20), 1.0))
    assert told[5] == pytest.approx(0.2)
    assert told[6] == pytest.approx(0.36)
    assert told[-1] == pytest.approx(1 - 0.8**15)


def test_spread_is_what_yearly_shocks_add_up_to():
    """Shocks of 0.165 of which 0.8 lasts a year: 0.165, then 0.165 sqrt(1 + 0.64) = 0.2113; at last 0.165 / 0.6 = 0.275."""
    told = spread_of(60)
    assert told[:2] == pytest.approx([0.165, 0.21130], abs=1e-4)
    assert told[-1] == pytest.approx(0.275, abs=1e-4)
    rng = np.random.default_rng(3)
    path = np.zeros(40_000)
    for h in range(5):
        path = 0.8 * path + 0.165 * rng.standard_normal(path.size)
        assert told[h] == pytest.approx(path.std(), rel=0.02)


def test_an_anchor_moves_the_centre_and_not_the_spread():
    history = Sales("AAA", np.arange(2016, 2026), np.full(10, 1e5))
    bare, moved = (
        draw_markets([history], 2040, 500, np.random.default_rng(0), anchors)[0]
        for anchors in (None, {"AAA": Anchor(np.full(15, np.log(2e5)), 1.0)})
    )
    np.testing.assert_array_equal(bare[:, :SETTLED], moved[:, :SETTLED])
    np.testing.assert_allclose(np.log(moved).std(axis=0), np.log(bare).std(axis=0))
    assert np.median(moved[:, -1]) == pytest.approx(1e5 * 2 ** (1 - 0.8**10), rel=0.02)


# --- what it is worth ------------------------------------------------------------------------------------------------


def test_six_to_ten_years_ahead_it_helps_where_income_still_grows(world):
    """From the ends of 2014 to 2018, with what was known then; countries near saturation lose nothing."""
    misses = {True: [], False: []}
    for origin in range(2014, 2019):
        histories, incomes, later = [], {}, {}
        for place, series in packaged(world).items():
            known = [f for f in world.markets[place].incomes if f.year <= origin] if place in world.markets else []
            told = sales(series.known(origin))
            if not known or series.is_aggregate or told is None or told.years[-1] != origin:
                continue
            table = [(f.year, f.population, np.nan if f.gdp_per_head is None else f.gdp_per_head) for f in known]
            years, people, dollars = (np.asarray(column) for column in zip(*table, strict=True))
            incomes[place] = prospect(place, years, people, dollars, origin + 10)
            histories.append(told)
            later[place] = dict(zip(series.years.tolist(), series.total.tolist(), strict=True))
        curve = fit(histories, incomes)
        for told in histories:
            centre = centre_of(told, 10)
            moved = hand_over(centre, anchor(told, incomes[told.place], curve, origin + 10))
            poor = bool(incomes[told.place].at(np.asarray([origin]))[1][0] < 25.0)
            for h in range(6, 11):
                actual = later[told.place].get(origin + h, np.nan)
                if np.isfinite(actual):
                    misses[poor].append([abs(np.exp(c[h - 1]) / actual - 1) for c in (centre, moved)])
    (mean_poor, anchor_poor), (mean_rich, anchor_rich) = (np.mean(misses[poor], axis=0) for poor in (True, False))
    assert min(len(rows) for rows in misses.values()) > 100
    assert anchor_poor < 0.85 * mean_poor
    assert anchor_rich < 1.005 * mean_rich


# --- the packaged world ----------------------------------------------------------------------------------------------


def test_no_market_does_what_a_planner_would_laugh_at(world):
    places = [p for p in world.markets if world.gazetteer.places[p].kind == "territory" and world.markets[p].incomes]
    told = forecast(world.markets, world.gazetteer, places, (2026, 2040), draws=1500, seed=5)
    middle = np.median(told.market, axis=0)[:, 1]
    last = {p: world.markets[p].sales[-1].value for p in places}
    mean = {p: np.exp(np.mean(np.log([f.value for f in world.markets[p].sales[-8:]]))) for p in places}
    change = {p: middle[i] / mean[p] for i, p in enumerate(places)}
    for place in ("USA", "DEU", "FRA", "GBR", "JPN", "KOR", "ITA"):  # saturated
        assert 0.85 < change[place] < 1.2, place
    for place in ("CHN", "IND", "IDN", "VNM", "MEX", "BRA"):  # growing, none twice as large
        assert 1.1 < change[place] < 1.8, place
    assert min(change.values()) > 0.6
    assert max(change.values()) < 2.0
    assert 25e6 < middle[places.index("CHN")] < 33e6
    assert 1.0 < middle[places.index("IND")] / last["IND"] < 1.5


def test_a_market_without_income_says_so(world):
    told = forecast(world.markets, world.gazetteer, ["TWN", "DEU"], (2040,), draws=50)
    assert "income is not known" in told.notes["TWN"]
    assert "DEU" not in told.notes
    near = forecast(world.markets, world.gazetteer, ["TWN"], (2030,), draws=50)
    assert "TWN" not in near.notes


def test_incomes_are_of_countries_with_a_market(world):
    rows = world.tables["incomes"]
    assert {world.gazetteer.places[row["place"]].kind for row in rows} == {"territory"}
    assert min(row["year"] for row in rows) == 2005
    assert len({row["place"] for row in rows}) > 70
    usa = {figure.year: figure for figure in world.markets["USA"].incomes}
    assert usa[2023].gdp_per_head == pytest.approx(82_000, rel=0.02)
    assert usa[2024].gdp_per_head is None
