"""Exchange rates: spreads and correlations read off output in dollars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.futures.paths.exchange import estimate, output, shrunk_correlation
from roadstead.terms.errors import RoadsteadError
from roadstead.world.reference import load


def series(changes: list[float], start: int = 2000) -> dict[int, float]:
    return dict(enumerate(np.exp(np.cumsum([0.0, *changes])).tolist(), start))


def test_the_spread_is_that_of_output_against_home_less_that_of_growth():
    rng = np.random.default_rng(0)
    moved, home = rng.normal(0.0, 0.1, 15), rng.normal(0.05, 0.03, 15)
    world = {"HOM": series(home.tolist()), "ABC": series((home + moved).tolist())}
    found = estimate(world, {"ABC": ("ABC",)}, ("HOM",), 0.02)
    assert found.spread[0] == pytest.approx(np.sqrt(moved.var(ddof=1) - 0.02**2))
    assert found.correlation.tolist() == [[1.0]]
    assert estimate(world, {"ABC": ("ABC",)}, ("HOM",), 0.5).spread[0] == 0.0


def test_places_of_one_currency_are_added():
    rng = np.random.default_rng(1)
    world = {name: series(rng.normal(0.0, 0.1, 12).tolist()) for name in ("HOM", "AAA", "BBB")}
    both = {year: world["AAA"][year] + world["BBB"][year] for year in world["AAA"]}
    one = estimate(world, {"X": ("AAA", "BBB")}, ("HOM",), 0.0)
    other = estimate(world | {"CCC": both}, {"X": ("CCC",)}, ("HOM",), 0.0)
    assert one.spread == pytest.approx(other.spread)


def test_only_the_last_run_of_years_counts():
    rng = np.random.default_rng(2)
    world = {name: series(rng.normal(0.0, 0.1, 20).tolist()) for name in ("HOM", "AAA")}
    gap = {year: value for year, value in world["AAA"].items() if year != 2008}
    later = {year: value for year, value in world["AAA"].items() if year > 2008}
    found, same = (estimate(world | {"AAA": kept}, {"X": ("AAA",)}, ("HOM",), 0.0) for kept in (gap, later))
    assert found.spread.tolist() == same.spread.tolist()


def test_too_few_years_are_refused():
    world = {"HOM": series([0.1] * 7), "AAA": series([0.2] * 7)}
    for known in (world, {"HOM": world["HOM"]}):
        with pytest.raises(RoadsteadError) as caught:
            estimate(known, {"X": ("AAA",)}, ("HOM",), 0.0)
        assert caught.value.faults[0].code == "RS-F521"


@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(8, 30))
def test_shrunk_correlations_can_hold_at_once(seed: int, count: int, length: int):
    rng = np.random.default_rng(seed)
    changes = rng.normal(size=(count, length)) + 1.5 * rng.normal(size=length)
    found = shrunk_correlation(changes)
    assert np.diag(found) == pytest.approx(np.ones(count))
    assert found == pytest.approx(found.T)
    assert np.linalg.eigvalsh(found)[0] > 0.0


def by_the_paper(changes: np.ndarray) -> np.ndarray:
    """The estimator of Ledoit & Wolf (2004), appendix B, sum by sum, on changes brought to one variance."""
    count, length = changes.shape
    y = changes - changes.mean(axis=1, keepdims=True)
    y = y / np.sqrt((y**2).mean(axis=1, keepdims=True))
    s = y @ y.T / length
    mean = sum(s[i, j] for i in range(count) for j in range(i)) * 2.0 / (count * (count - 1))
    target = np.full((count, count), mean) + (1.0 - mean) * np.eye(count)

    def theta(k: int, i: int, j: int) -> float:
        return float(((y[k] ** 2 - s[k, k]) * (y[i] * y[j] - s[i, j])).mean())

    pi = sum(float(((y[i] * y[j] - s[i, j]) ** 2).mean()) for i in range(count) for j in range(count))
    rho = sum(theta(i, i, i) for i in range(count))
    rho += sum(mean / 2.0 * (theta(i, i, j) + theta(j, i, j)) for i in range(count) for j in range(count) if i != j)
    gamma = float(((target - s) ** 2).sum())
    delta = max(0.0, min((pi - rho) / gamma / length, 1.0))
    return delta * target + (1.0 - delta) * s


@given(st.integers(0, 2**32 - 1), st.integers(3, 6), st.integers(9, 40))
def test_shrinking_is_that_of_the_paper(seed: int, count: int, length: int):
    rng = np.random.default_rng(seed)
    changes = rng.exponential(size=(count, length)) + rng.uniform(0.0, 2.0) * rng.exponential(size=length)
    assert shrunk_correlation(changes) == pytest.approx(by_the_paper(changes))


def test_with_many_years_the_sample_is_believed_and_with_few_the_mean():
    rng = np.random.default_rng(3)
    blocks = np.kron(np.eye(2), np.full((3, 3), 0.8)) + 0.2 * np.eye(6)
    root = np.linalg.cholesky(blocks)
    assert shrunk_correlation(root @ rng.normal(size=(6, 20_000))) == pytest.approx(blocks, abs=0.02)
    even = np.linalg.cholesky(np.full((6, 6), 0.5) + 0.5 * np.eye(6)) @ rng.normal(size=(6, 15))
    off = ~np.eye(6, dtype=bool)
    assert shrunk_correlation(even)[off].std() < 0.4 * np.corrcoef(even)[off].std()


def test_shrinking_brings_correlations_nearer_to_the_truth():
    rng = np.random.default_rng(4)
    truth = np.full((12, 12), 0.4) + 0.6 * np.eye(12)
    truth[:6, :6] += 0.2 * (1.0 - np.eye(6))
    root = np.linalg.cholesky(truth)
    samples = [root @ rng.normal(size=(12, 19)) for _ in range(60)]
    raw = np.mean([((np.corrcoef(one) - truth) ** 2).sum() for one in samples])
    shrunk = np.mean([((shrunk_correlation(one) - truth) ** 2).sum() for one in samples])
    assert shrunk < 0.6 * raw


def test_the_packaged_incomes_tell_of_the_real_and_the_euro():
    known = output(load().tables["incomes"])
    found = estimate(known, {"EUR": ("DEU", "FRA", "ITA", "ESP"), "BRL": ("BRA",)}, ("CHN",), 0.02)
    euro, real = found.spread
    assert 0.04 < euro < real < 0.25
    assert 0.0 < found.correlation[0, 1] < 0.9
