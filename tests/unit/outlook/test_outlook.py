"""The outlook: joint draws that keep their bounds, repeat by seed, move together in Europe, and beat a random walk."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from roadstead.outlook.adoption import draw_paths
from roadstead.outlook.experience import learn, look_back
from roadstead.outlook.forecast import forecast, quantiles
from roadstead.outlook.growth import Adoption, moments
from roadstead.outlook.industry import Sales, draw_markets
from roadstead.outlook.links import CEILING, FLOOR, link, unlink
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import Confidence, Evidence
from roadstead.world import reference
from roadstead.world.reference import MarketHistory, YearFigure

YEARS = range(2025, 2036)
RESTS = Evidence("assumption", "2026", Confidence.LOW, "made up")


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def outlook(world):
    places = [p for p in world.markets if world.gazetteer.places[p].kind == "territory"]
    return forecast(world.markets, world.gazetteer, places, YEARS, draws=600, seed=7)


def logit(share):
    return np.log(share / (1 - share))


def series(place, values, first=2021):
    figures = tuple(YearFigure(first + i, value, RESTS) for i, value in enumerate(values))
    sold = tuple(YearFigure(first + i, 1e5, RESTS) for i in range(len(values)))
    return MarketHistory(place, "cars", sold, figures, YearFigure(2024, 0.6, RESTS))


# --- links -----------------------------------------------------------------------------------------------------------


@given(st.floats(FLOOR, CEILING), st.sampled_from(["logit", "gompit"]))
def test_links_have_inverses(share, kind):
    there = link(np.asarray(share), kind)
    assert float(unlink(there, kind)) == pytest.approx(share, rel=1e-9)


@given(st.floats(-50, 50), st.sampled_from(["logit", "gompit"]))
def test_every_value_is_some_share(value, kind):
    assert 0.0 <= float(unlink(np.asarray(value), kind)) <= 1.0


# --- draws -----------------------------------------------------------------------------------------------------------


def test_shapes_and_bounds(outlook, world):
    shape = (600, len(outlook.places), len(YEARS))
    assert outlook.market.shape == outlook.nev_share.shape == shape
    assert len(outlook.places) >= 60
    assert np.all((outlook.nev_share >= 0) & (outlook.nev_share <= 1))
    assert np.all(outlook.market > 0)
    assert np.all(np.isfinite(outlook.market))
    assert np.all((outlook.bev_of_nev >= 0) & (outlook.bev_of_nev <= 1))


def test_a_known_year_is_the_same_in_every_draw(outlook, world):
    for i, place in enumerate(outlook.places):
        last = world.markets[place].nev_share[-1]
        if last.year == 2025:
            assert np.all(outlook.nev_share[:, i, 0] == last.value), place
        sold = world.markets[place].sales[-1]
        if sold.year == 2025:
            assert np.all(outlook.market[:, i, 0] == sold.value), place
    assert np.all(outlook.nev_share[:, :, 1:].std(axis=0) > 0)


def test_seeds_repeat_and_differ(world):
    places = ["DEU", "BRA", "THA"]
    one, again, other = (
        forecast(world.markets, world.gazetteer, places, YEARS, draws=50, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.nev_share, again.nev_share)
    assert np.array_equal(one.market, again.market)
    assert not np.array_equal(one.nev_share, other.nev_share)


def test_results_cannot_be_changed_behind_their_back(outlook):
    with pytest.raises(ValueError, match="read-only"):
        outlook.nev_share[0, 0, 0] = 0.5


def test_the_years_asked_for_are_the_years_told(world):
    full = forecast(world.markets, world.gazetteer, ["DEU"], range(2026, 2031), draws=40, seed=3)
    ends = forecast(world.markets, world.gazetteer, ["DEU"], (2026, 2030), draws=40, seed=3)
    assert np.array_equal(full.nev_share[:, :, [0, 4]], ends.nev_share)
    past = forecast(world.markets, world.gazetteer, ["DEU"], (2023, 2024), draws=40, seed=3)
    assert np.all(past.nev_share == past.nev_share[0])


def test_years_before_the_history_are_refused(world):
    with pytest.raises(RoadsteadError) as caught:
        forecast(world.markets, world.gazetteer, ["DEU"], (1990, 2030), draws=10)
    assert caught.value.faults[0].code == "RS-O402"


def test_markets_nobody_knows_are_told_all_at_once(world):
    with pytest.raises(RoadsteadError) as caught:
        forecast(world.markets, world.gazetteer, ["DEU", "PRK", "TCD"], YEARS, draws=10)
    assert [(fault.where, fault.code) for fault in caught.value.faults] == [("PRK", "RS-O401"), ("TCD", "RS-O401")]


def test_europe_moves_together_and_others_little(outlook):
    def correlation(one, other):
        i, j = outlook.places.index(one), outlook.places.index(other)
        steps = [np.diff(logit(outlook.nev_share[:, k, :2]), axis=1)[:, 0] for k in (i, j)]
        return float(np.corrcoef(*steps)[0, 1])

    europe = [correlation(*pair) for pair in (("DEU", "FRA"), ("DEU", "ESP"), ("ITA", "POL"), ("GBR", "NLD"))]
    apart = [correlation(*pair) for pair in (("BRA", "THA"), ("DEU", "BRA"), ("AUS", "TUR"), ("USA", "IDN"))]
    assert min(europe) > 0.4
    assert max(np.abs(apart)) < 0.3


def test_market_sizes_share_their_shocks(outlook):
    i, j = outlook.places.index("DEU"), outlook.places.index("BRA")
    size = np.log(outlook.market[:, [i, j], -1])
    assert 0.15 < np.corrcoef(size.T)[0, 1] < 0.6


def test_medians_make_sense(outlook):
    """Shares rise from low levels and stay where they are complete; leaders stay ahead of laggards."""
    at = {place: i for i, place in enumerate(outlook.places)}
    middle = np.median(outlook.nev_share, axis=0)

    def share(place, year):
        return middle[at[place], year - 2025]

    assert share("NOR", 2035) > 0.95
    assert 0.55 < share("CHN", 2030) < 0.95
    assert 0.35 < share("DEU", 2030) < 0.85
    assert 0.05 < share("USA", 2030) < 0.45
    assert share("CHN", 2030) > share("DEU", 2030) > share("USA", 2030)
    assert share("IND", 2030) > share("IND", 2025)
    assert share("BRA", 2035) > share("BRA", 2030) > share("BRA", 2025)
    wide = quantiles(outlook.nev_share[:, at["BRA"]], (0.1, 0.9))
    assert np.all(np.diff(wide[1] - wide[0])[:4] > 0)  # the further ahead, the less is known


def test_market_sizes_return_to_their_mean(outlook, world):
    for place in ("DEU", "USA", "BRA", "THA"):
        i = outlook.places.index(place)
        known = [figure.value for figure in world.markets[place].sales[-8:]]
        assert 0.8 * min(known) < np.median(outlook.market[:, i, -1]) < 1.2 * max(known)
        low, high = quantiles(outlook.market[:, i, -1], (0.1, 0.9))
        assert 1.2 < high / low < 3.0


# --- thin histories --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [(0.01,), (0.0,), (0.0, 0.0), (0.01, 0.02), (0.0, 0.3)])
def test_short_and_empty_histories_still_draw_and_say_so(world, values):
    markets = dict(world.markets) | {"PRK": series("PRK", values)}
    found = forecast(markets, world.gazetteer, ["PRK"], (2028, 2032), draws=30)
    assert np.all((found.nev_share > 0) & (found.nev_share < 1))
    assert "PRK" in found.notes


def test_a_gap_in_the_history_starts_it_anew(world):
    """A year missing between is not bridged: momentum is of consecutive years."""
    whole = dict(world.markets) | {"PRK": series("PRK", (0.2, 0.02, 0.03), first=2023)}
    gap = series("PRK", (0.02, 0.03), first=2024)
    broken = dataclasses.replace(gap, nev_share=(YearFigure(2019, 0.2, RESTS), *gap.nev_share))
    cut = dict(world.markets) | {"PRK": broken}
    alone = dict(world.markets) | {"PRK": gap}
    draws = [forecast(m, world.gazetteer, ["PRK"], (2030,), draws=30, seed=2).nev_share for m in (whole, cut, alone)]
    assert not np.array_equal(draws[0], draws[1])
    assert np.allclose(draws[1], draws[2], rtol=0.05)


def test_too_little_to_learn_from_expects_no_change():
    few = [Adoption("AAA", "AAA", np.arange(2020, 2024), np.asarray([0.1, 0.1, 0.1, 0.1]))]
    known = learn(look_back(moments(few)), 2023)
    assert known.errors == (None,) * 5
    (paths,) = draw_paths(known, few, 2026, 400, np.random.default_rng(0))
    assert paths.shape == (400, 3)
    assert np.median(paths[:, 2]) == pytest.approx(0.1, rel=0.25)


def test_no_market_no_year_ahead():
    (found,) = draw_markets(
        [Sales("AAA", np.asarray([2024, 2025]), np.asarray([1e5, 1e5]))], 2025, 9, np.random.default_rng(0)
    )
    assert found.shape == (9, 0)


# --- back-test -------------------------------------------------------------------------------------------------------

LEVELS = np.arange(5, 100, 5) / 100


def crps(quantile, actual):
    """Twice the mean pinball loss over nineteen quantiles."""
    return 2 * np.where(actual >= quantile, LEVELS * (actual - quantile), (1 - LEVELS) * (quantile - actual)).mean()


def test_three_years_ahead_of_2022_it_beats_the_random_walk(world):
    """Fitted on what was known at the end of 2022, scored on 2023 to 2025 against a random walk on the logit scale."""
    whole = {}
    for place, history in world.markets.items():
        if world.gazetteer.places[place].kind == "territory":
            known = {f.year: f.value for f in history.nev_share if f.value > 0}
            whole[place] = known
    cut = []
    for place, known in whole.items():
        years = [2022]
        while years[0] - 1 in known:
            years.insert(0, years[0] - 1)
        if 2022 in known and len(years) >= 3:
            region = world.gazetteer.places[place].region
            shares = np.asarray([known[year] for year in years])
            cut.append(Adoption(place, region if region == "Europe" else place, np.asarray(years), shares))
    paths = draw_paths(learn(look_back(moments(cut)), 2022), cut, 2025, 500, np.random.default_rng(11))
    ours, walk, inside = [], [], []
    for history, draws in zip(cut, paths, strict=True):
        g = link(history.shares, "logit")
        spread = np.sqrt(np.mean(np.diff(g)[-6:] ** 2))
        for h in (1, 2, 3):
            actual = whole[history.place].get(2022 + h)
            if actual is not None:
                own = np.quantile(draws[:, h - 1], LEVELS)
                ours.append(crps(own, actual))
                walk.append(crps(unlink(g[-1] + spread * np.sqrt(h) * ndtri(LEVELS), "logit"), actual))
                inside.append(own[1] <= actual <= own[-2])
    assert len(ours) > 140
    assert np.mean(ours) < 0.92 * np.mean(walk)
    assert 0.70 < np.mean(inside) < 0.90  # the band of 80 %


def test_first_years_do_not_hang_on_how_many_are_asked_for(world):
    short, long = (
        forecast(world.markets, world.gazetteer, ["DEU", "BRA"], range(2026, last + 1), draws=50, seed=3)
        for last in (2028, 2040)
    )
    np.testing.assert_array_equal(short.nev_share, long.nev_share[:, :, :3])
    np.testing.assert_array_equal(short.market, long.market[:, :, :3])
