"""A market's own curve: exact where shares lie on one, as another library's fit where they do not, tame where little is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from roadstead.outlook.curves import MEMORY, ahead, fit_curves
from roadstead.outlook.links import link


def gompertz(tau, level, slope):
    return np.exp(-np.exp(-(level + slope * tau)))


@given(st.floats(-1.5, 1.0), st.floats(0.02, 0.5), st.integers(3, MEMORY))
def test_shares_on_a_curve_give_that_curve(level, slope, length):
    tau = np.arange(length) - (length - 1.0)
    shares = gompertz(tau, level, slope)
    if shares.min() < 1e-3 or shares.max() > 0.99:
        return  # outside what sources print
    (curve,) = fit_curves(shares[None, :])
    assert curve == pytest.approx([level, slope], abs=1e-6)
    assert ahead(curve[None, :], 3)[0] == pytest.approx(gompertz(3.0, level, slope), abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_it_fits_as_another_library_does(seed):
    """Least squares on the shares themselves, by scipy from several starts."""
    rng = np.random.default_rng(seed)
    tau = np.arange(8) - 7.0
    shares = np.clip(
        gompertz(tau, rng.uniform(-1.0, 0.8), rng.uniform(0.05, 0.4)) + rng.normal(0, 0.02, 8), 0.003, 0.98
    )
    ours = fit_curves(shares[None, :])[0]
    starts = [(0.0, 0.1), (-1.0, 0.3), (0.5, 0.02)]
    theirs = min(
        (curve_fit(gompertz, tau, shares, p0=start, maxfev=5000)[0] for start in starts),
        key=lambda found: float(((gompertz(tau, *found) - shares) ** 2).sum()),
    )
    loss = ((gompertz(tau, *ours) - shares) ** 2).sum()
    assert loss <= ((gompertz(tau, *theirs) - shares) ** 2).sum() * (1 + 1e-4)


def test_rows_do_not_see_each_other():
    rng = np.random.default_rng(3)
    shares = np.sort(rng.uniform(0.01, 0.6, (20, 6)), axis=1)
    together = fit_curves(shares)
    alone = np.concatenate([fit_curves(row[None, :]) for row in shares])
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_two_years_give_the_line_and_one_year_no_slope():
    g = link(np.asarray([0.1, 0.2]), "gompit")
    assert fit_curves(np.asarray([[0.1, 0.2]]))[0] == pytest.approx([g[1], g[1] - g[0]])
    assert fit_curves(np.asarray([[0.1]]))[0] == pytest.approx([g[0], 0.0])


def test_it_looks_back_ten_years_only():
    recent = np.linspace(0.05, 0.4, MEMORY)
    older = np.concatenate([np.full(6, 0.9), recent])
    np.testing.assert_array_equal(fit_curves(older[None, :]), fit_curves(recent[None, :]))
