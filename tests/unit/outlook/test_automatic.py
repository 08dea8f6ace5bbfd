"""Forecasts to beat that choose their own model: every series gets one, short ones are flagged, trends are followed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from roadstead.outlook.automatic import MODELS, SHORTEST, as_baseline, automatic
from roadstead.outlook.baselines import random_walk
from roadstead.outlook.score import LEVELS, MEDIAN
from roadstead.terms.errors import RoadsteadError

TAUGHT = 12


@pytest.fixture(scope="module")
def models():
    """The package itself: it takes a second to load, which whoever runs other tests need not wait for."""
    from statsforecast import models

    return models


def share(value):
    return 1.0 / (1.0 + np.exp(-np.asarray(value, dtype=np.float64)))


def walk(seed, count):
    return share(-4.0 + np.cumsum(np.random.default_rng(seed).normal(0.3, 0.25, count)))


@pytest.fixture(scope="module", params=MODELS)
def batch(request):
    """Histories of 1 to 15 years, forecast by one model."""
    histories = [walk(count, count) for count in range(1, 16)]
    return histories, automatic(histories, 5, request.param)


def test_every_series_gets_a_forecast(batch):
    histories, found = batch
    assert found.quantiles.shape == (len(histories), 5, LEVELS.size)
    assert (np.diff(found.quantiles, axis=-1) >= 0).all()
    assert ((found.quantiles > 0) & (found.quantiles < 1)).all()
    assert not found.quantiles.flags.writeable


def test_short_series_walk_at_random_and_say_so(batch):
    histories, found = batch
    for history, quantiles, stands_in, reason in zip(
        histories, found.quantiles, found.stands_in, found.reasons, strict=True
    ):
        short = history.size < SHORTEST[found.model]
        assert bool(stands_in) == short
        assert reason == (f"{history.size} years known, {SHORTEST[found.model]} needed" if short else "")
        assert np.array_equal(quantiles, random_walk(history, 5)) == short


@pytest.mark.parametrize("model", ["AutoETS", "AutoTheta"])
def test_one_year_less_is_refused_by_the_model_itself(model, models):
    forecaster = getattr(models, model)(season_length=1)
    with pytest.raises(NotImplementedError, match="tiny datasets"):
        forecaster.forecast(y=np.log(walk(1, SHORTEST[model] - 1)), h=1, level=[90])


def test_one_year_less_leaves_arima_without_a_spread(models):
    with np.errstate(all="ignore"):
        told = [
            models.AutoARIMA(season_length=1).forecast(y=np.log(walk(seed, SHORTEST["AutoARIMA"] - 1)), h=1, level=[90])
            for seed in range(30)
        ]
    assert not all(np.isfinite(one["hi-90"]).all() for one in told)


@pytest.mark.parametrize("model", MODELS)
def test_a_straight_line_goes_on_up(model):
    noise = 0.01 * np.random.default_rng(3).standard_normal(TAUGHT)
    found = automatic([share(np.linspace(-5.0, -1.0, TAUGHT) + noise)], 5, model)
    median = found.quantiles[0, :, MEDIAN]
    assert not found.stands_in[0]
    assert median[0] > share(-1.0)
    assert (np.diff(median) > 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_quantiles_rise_and_spread_with_the_years(model):
    found = automatic([walk(8, 14)], 5, model).quantiles[0]
    assert (np.diff(found, axis=1) > 0).all()
    logits = np.log(found / (1 - found))
    assert (np.diff(logits[:, -1] - logits[:, 0]) > 0).all()


def test_bounds_stand_at_their_levels():
    """Exponential smoothing tells normal intervals, so its logits over the normal's quantiles are a straight line."""
    normal = ndtri(LEVELS)
    found = automatic([walk(4, 12)], 3, "AutoETS").quantiles[0]
    for row in np.log(found / (1 - found)):
        slope = (row[-1] - row[0]) / (normal[-1] - normal[0])
        np.testing.assert_allclose(row, row[MEDIAN] + slope * normal, atol=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_forecast_does_not_hang_on_its_neighbours(model):
    """A short series beside it changes nothing: through statsforecast's own frame it would."""
    long, short = walk(1, 12), walk(2, 2)
    alone = automatic([long], 4, model).quantiles[0]
    np.testing.assert_array_equal(automatic([short, long, short], 4, model).quantiles[1], alone)
    np.testing.assert_array_equal(as_baseline(model)(long, 4), alone)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_that_fails_is_stood_in_for(model, models, monkeypatch):
    def fails(*_, **__):
        raise ValueError("no luck")

    monkeypatch.setattr(getattr(models, model), "forecast", fails)
    found = automatic([walk(1, 12)], 4, model)
    assert found.reasons == ("ValueError: no luck",)
    np.testing.assert_array_equal(found.quantiles[0], random_walk(walk(1, 12), 4))


def test_a_spread_that_is_no_number_is_stood_in_for(models, monkeypatch):
    real = models.AutoETS.forecast

    def vague(self, **asked):
        return real(self, **asked) | {"hi-90": np.full(asked["h"], np.nan)}

    monkeypatch.setattr(models.AutoETS, "forecast", vague)
    found = automatic([walk(1, 12)], 4, "AutoETS")
    assert found.stands_in.tolist() == [True]
    assert found.reasons == ("the model found has no finite spread",)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12).map(np.asarray), st.sampled_from(["AutoETS", "AutoTheta"])
)
def test_no_history_is_too_odd(history, model):
    found = automatic([history], 3, model).quantiles
    assert (np.diff(found, axis=-1) >= 0).all()
    assert ((found > 0) & (found < 1)).all()


def test_what_to_install_is_told_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    monkeypatch.delitem(sys.modules, "statsforecast.models", raising=False)
    with pytest.raises(RoadsteadError, match=r"pip install 'roadstead\[baselines\]'") as caught:
        automatic([walk(1, 12)], 3, "AutoETS")
    assert caught.value.faults[0].code == "RS-O411"


def test_nothing_heavy_is_imported_before_it_is_asked_for():
    code = "import sys, roadstead.outlook.automatic; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"statsforecast", "pandas", "pyarrow"} & set(done.stdout.split())
