"""What the past teaches: nothing from later than the year asked about, errors as they were, members as they should weigh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.outlook.experience import CHANCES, LEVELS, learn, look_back, taken_out, weights
from roadstead.outlook.growth import REACH, Adoption, fit, learns, moments
from roadstead.outlook.links import FLOOR, unlink
from roadstead.outlook.panels import every_run, packaged
from roadstead.world import reference


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def panel(world):
    return packaged(world)


@pytest.fixture(scope="module")
def past(panel, world):
    return look_back(moments(every_run(panel, world.gazetteer)))


@pytest.mark.parametrize("origin", [2016, 2019, 2022])
def test_nothing_later_than_the_origin_is_used(panel, past, world, origin):
    """The same from histories that end there as from whole ones."""
    cut = {code: series.known(origin) for code, series in panel.items() if series.years[0] <= origin}
    whole = learn(past, origin)
    alone = learn(look_back(moments(every_run(cut, world.gazetteer))), origin)
    for key, projection in whole.projections.items():
        np.testing.assert_array_equal(projection.beta, alone.projections[key].beta)
    for one, other in zip(whole.errors, alone.errors, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one.table, other.table, rtol=1e-12)


def test_aggregates_teach_nothing(past):
    assert past.seen.teaches.sum() < len(past.seen.year)
    assert not (learns(past.seen, 2025, 1) & ~past.seen.teaches).any()


def test_growth_that_is_the_same_everywhere_is_learnt():
    """Forty markets whose logit rises by three tenths a year: forecasts rise by as much, and err by nothing."""
    years = np.arange(2010, 2021)
    histories = [
        Adoption(f"M{i}", f"M{i}", years, unlink(start + 0.3 * (years - 2010.0), "logit"))
        for i, start in enumerate(np.linspace(-5.0, -1.0, 40))
    ]
    seen = moments(histories)
    step = fit(seen, 2020)["logit", 3].step(seen.features["logit"][seen.year == 2015])
    assert step == pytest.approx(0.9, abs=0.02)


@given(st.floats(FLOOR, 0.99))
def test_members_weigh_one_together(share):
    found = weights(np.asarray([share]))[0]
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    if share <= 0.003:
        assert found.tolist() == [0.0, 1.0, 0.0, 0.0]
    if share >= 0.02:
        assert found == pytest.approx([0.25] * 4)


def test_the_median_is_taken_out_of_mature_markets_and_aggregates():
    shares = np.asarray([0.001, 0.005, 0.1, 0.6])
    assert taken_out(shares, is_aggregate=False) == pytest.approx([0.0, 0.0, 0.85, 0.85])
    assert taken_out(shares, is_aggregate=True) == pytest.approx(1.0)


def test_errors_are_read_off_their_table(past):
    for errors in learn(past, 2022).errors:
        assert errors is not None
        assert (np.diff(errors.table, axis=1) >= 0).all(), "a higher chance is no lower error"
        level, chance = 20, 50
        share = unlink(LEVELS[[level]], "logit")
        found = errors.at(share, CHANCES[[chance]], np.zeros(1))
        assert found == pytest.approx(errors.table[level, chance], abs=1e-9)
        middle = errors.at(share, np.asarray([0.5]), np.ones(1))
        assert middle == pytest.approx(0.0, abs=1e-9)


def test_errors_of_the_past_are_what_came_less_what_was_foretold(past):
    """One row by hand: Germany at the end of 2019."""
    seen = past.seen
    row = np.flatnonzero((seen.year == 2019) & (seen.later[:, 0] > 0.1) & (seen.share < 0.04))[0]
    assert np.isfinite(past.foretold[row]).all()
    assert past.foretold.shape[1] == REACH
    assert past.foretold[row, 0] < seen.later[row, 0], "the rules of 2020 were a surprise"
