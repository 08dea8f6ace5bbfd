"""Random numbers that belong to a name, a seed and a path."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from roadstead.futures.paths import streams
from roadstead.futures.paths.streams import normal, uniform


@given(st.integers(0, 2**70), st.integers(0, 2**50), st.integers(1, 20), st.integers(1, 13))
def test_numbers_belong_to_their_path(seed: int, first: int, count: int, length: int):
    whole = uniform("a", seed, first, count, length)
    assert whole.shape == (length, count)
    assert np.all((whole >= 0.0) & (whole < 1.0))
    last = uniform("a", seed, first + count - 1, 1, length)
    assert np.array_equal(whole[:, -1:], last)


def test_names_seeds_and_paths_have_numbers_of_their_own():
    drawn = [
        uniform("a", 1, 0, 100, 4),
        uniform("b", 1, 0, 100, 4),
        uniform("a", 2, 0, 100, 4),
        uniform("a", 1, 100, 100, 4),
    ]
    assert len(np.unique(np.concatenate([one.ravel() for one in drawn]))) == 1600


def test_normal_numbers_are_quantiles_and_finite(monkeypatch):
    drawn = uniform("a", 1, 0, 50, 3)
    assert np.array_equal(normal("a", 1, 0, 50, 3), ndtri(drawn))
    monkeypatch.setattr(streams, "uniform", lambda *_: np.zeros((1, 2)))
    assert np.all(np.isfinite(normal("a", 1, 0, 2, 1)))
