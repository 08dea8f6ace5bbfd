"""The back-test: groups by facts of the origin, forecasts that use nothing later, and the marks our own must reach."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from roadstead.outlook.backtest import OURS, backtest, read_targets
from roadstead.outlook.baselines import DRIFT, WALK
from roadstead.outlook.forecast_file import frame, write
from roadstead.outlook.panels import last_run, packaged, sales
from roadstead.outlook.projections import project
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference
from roadstead.world.panel import Series


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def panel(world):
    return packaged(world)


@pytest.fixture(scope="module")
def found(panel, world):
    return backtest(panel, world.gazetteer, [2023, 2024, 2025])


# --- marks -----------------------------------------------------------------------------------------------------------


def ratio(found, rows, against=WALK):
    return found.scores(OURS, rows).crps / found.scores(against, rows).crps


def test_it_beats_the_random_walk_by_a_quarter(found):
    """Targets of 2023 to 2025; the method was chosen on forecasts judged by 2020."""
    groups = found.groups()
    assert ratio(found, groups["markets from 0.5 %"]) <= 0.75
    assert ratio(found, groups["emergent, 0.05 to 0.5 %"]) <= 0.75
    for name, rows in groups.items():
        assert ratio(found, rows) < 0.85, name
        assert ratio(found, rows, DRIFT) < 1.0, name


def test_bands_are_as_wide_as_they_should_be(found):
    for name, rows in found.groups().items():
        told = found.scores(OURS, rows)
        assert told.cover80 >= 0.70, name
        assert told.cover90 >= 0.82, name
    core = found.scores(OURS, found.groups()["markets from 0.5 %"])
    assert 0.75 <= core.cover80 <= 0.90
    assert 0.85 <= core.cover90 <= 0.96


def test_a_cliff_is_where_it_loses(found):
    """Known only afterwards, and told: a market that loses a quarter of its share is foreseen better by standing still."""
    rows = found.cliffs()
    assert rows.any()
    assert ratio(found, rows) > 1.0


# --- what is judged --------------------------------------------------------------------------------------------------


def test_groups_go_by_facts_of_the_origin(found, panel):
    groups = found.groups()
    for row in range(0, len(found.code), 37):
        series = panel[found.code[row]]
        level = series.at(int(found.origin[row]))
        assert found.level[row] == level
        assert found.actual[row] == series.at(int(found.target[row]))
        assert groups["mature, above 20 %"][row] == (level > 0.2 and not series.is_aggregate)
    single = ~found.is_aggregate
    assert not (groups["emergent, 0.05 to 0.5 %"] & groups["markets from 0.5 %"]).any()
    assert ((groups["Europe"] | groups["outside Europe"]) == groups["markets from 0.5 %"]).all()
    assert not (groups["regions and world"] & single).any()


def test_every_horizon_and_target_is_there(found):
    assert set(found.target.tolist()) == {2023, 2024, 2025}
    assert set(found.horizon.tolist()) == {1, 2, 3, 4, 5}
    assert all(told.shape == (len(found.code), 19) for told in found.quantiles.values())


def test_forecasts_use_nothing_later(panel, world):
    """Histories changed after the origin change nothing."""

    def spoilt(series):
        share = series.share.copy()
        share[series.years > 2021] = 0.5
        return Series(series.code, series.region, series.is_aggregate, series.years, share, series.nev, series.total)

    one = project(panel, 2021, world.gazetteer, draws=300)
    other = project({code: spoilt(series) for code, series in panel.items()}, 2021, world.gazetteer, draws=300)
    assert one.codes == other.codes
    np.testing.assert_array_equal(one.share, other.share)


@pytest.mark.parametrize("text", ["", "soon", "2025-2023", "1990-1995", "2023-2099"])
def test_years_that_cannot_be_judged_are_refused(panel, text):
    with pytest.raises(RoadsteadError) as caught:
        read_targets(text, panel)
    assert caught.value.faults[0].code == "RS-O407"


def test_years_are_read_as_written(panel):
    assert read_targets("2023-2025", panel) == (2023, 2024, 2025)
    assert read_targets(" 2024 ", panel) == (2024,)


# --- forecast files --------------------------------------------------------------------------------------------------


def test_a_forecast_file_has_nineteen_quantiles_in_order(panel, world, tmp_path):
    write(project(panel, 2024, world.gazetteer, draws=400), tmp_path / "deep" / "forecast.csv")
    table = pl.read_csv(tmp_path / "deep" / "forecast.csv")
    names = [f"q{level:02d}" for level in range(5, 100, 5)]
    assert table.columns == ["code", "origin", "year", "variable", *names]
    assert set(table["variable"]) == {"share", "units", "market"}
    quantiles = table.select(names).to_numpy()
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    shares = table.filter(pl.col("variable") == "share")
    assert shares.select(names).to_numpy().min() > 0
    assert shares.select(names).to_numpy().max() < 100
    assert set(shares["year"]) == {2025, 2026, 2027, 2028, 2029}
    per_market = shares.group_by("code").len()["len"]
    assert set(per_market) == {5}


def test_a_market_s_forecast_does_not_hang_on_its_company(panel, world):
    every = project(panel, 2024, world.gazetteer, draws=200)
    one = every.only(["BRA"])
    at = every.codes.index("BRA")
    np.testing.assert_array_equal(one.share[0], every.share[at])
    assert one.codes == ("BRA",)


def test_what_cannot_be_forecast_is_told(panel, world):
    for origin, markets, code in ((1999, (), "RS-O405"), (2024, ("XXX", "YYY"), "RS-O406")):
        with pytest.raises(RoadsteadError) as caught:
            project(panel, origin, world.gazetteer, draws=50).only(markets)
        assert {fault.code for fault in caught.value.faults} == {code}


def test_units_are_share_times_market(panel, world):
    told = project(panel, 2024, world.gazetteer, draws=4000).only(["DEU"])
    middle = told.share[0, 0, 9] * told.market[0, 0, 9]
    assert told.units[0, 0, 9] == pytest.approx(middle, rel=0.05)


def test_too_few_years_of_sales_give_no_size(panel, world):
    short = panel["DEU"]
    bare = Series("DEU", "Germany", False, short.years, short.share, short.nev * np.nan, short.total * np.nan)
    assert sales(bare) is None
    told = project({**panel, "DEU": bare}, 2024, world.gazetteer, draws=50).only(["DEU"])
    assert np.isnan(told.units).all()
    assert "units" not in set(frame(told)["variable"])


def test_a_year_alone_after_a_gap_is_joined_to_the_years_before_it():
    share = np.asarray([0.01, 0.02, np.nan, 0.06])
    alone = Series("XXX", "X", False, np.arange(2017, 2021), share, share * 0, share * 0)
    run = last_run(alone, "XXX")
    assert run is not None
    assert run.years.tolist() == [2017, 2018, 2019, 2020]
    np.testing.assert_allclose(run.shares[[0, 1, 3]], [0.01, 0.02, 0.06])
    middle = np.log(run.shares[2] / (1 - run.shares[2]))
    assert middle == pytest.approx((np.log(0.02 / 0.98) + np.log(0.06 / 0.94)) / 2)


def test_a_run_of_years_stands_by_itself_and_so_does_a_single_year():
    share = np.asarray([0.01, np.nan, 0.04, 0.06])
    run = last_run(Series("XXX", "X", False, np.arange(2017, 2021), share, share * 0, share * 0), "XXX")
    assert run is not None
    assert run.years.tolist() == [2019, 2020]
    single = np.asarray([np.nan, 0.06])
    alone = last_run(Series("XXX", "X", False, np.arange(2019, 2021), single, single, single), "XXX")
    assert alone is not None
    assert alone.years.tolist() == [2020]
    unknown = np.full(2, np.nan)
    assert last_run(Series("XXX", "X", False, np.arange(2019, 2021), unknown, unknown, unknown), "XXX") is None
