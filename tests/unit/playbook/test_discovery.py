"""Boxes that tell where something happens: found where there is one, the same as another program peels, none in noise."""

from __future__ import annotations

import warnings
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lacking import lacking

from roadstead.playbook import discovery
from roadstead.playbook.discovery import (
    Limit,
    discover,
    earning,
    enough,
    every_side,
    inside,
    paste,
    peel,
    quasi_p,
    rounded,
    telling,
)

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats

TENTHS = np.full(8, 0.1)


def made(seed: int, rows: int = 1200) -> tuple[Floats, Flags]:
    """Eight columns, the last of zeros and ones; nine in ten rows of a box of two of them happen, one in twenty elsewhere."""
    drawn = np.random.default_rng(seed)
    value = drawn.random((rows, 8))
    value[:, 7] = value[:, 7] < 0.3
    box = (value[:, 2] > 0.6) & (value[:, 7] > 0.5)
    return value, drawn.random(rows) < np.where(box, 0.9, 0.05)


@pytest.mark.parametrize("seed", range(5))
def test_a_known_box_is_found(seed: int):
    value, happens = made(seed)
    found = discover(value, happens, TENTHS)
    assert found is not None
    sides = {(limit.column, limit.above): limit.threshold for limit in found.box}
    assert set(sides) == {(2, True), (7, True)}
    assert sides[2, True] == pytest.approx(0.6, abs=0.05)
    assert 0.0 < sides[7, True] <= 1.0
    assert found.density.value == pytest.approx(0.9, abs=4 * found.density.error + 0.05)
    assert max(found.quasi_p) < 1e-6


def test_it_is_judged_on_the_rows_that_were_not_looked_at():
    value, happens = made(1)
    found = discover(value, happens, TENTHS)
    assert found is not None
    kept = inside(found.box, value)[1::2]
    hits, rows, such = (kept & happens[1::2]).sum(), kept.sum(), happens[1::2].sum()
    assert (found.rows, found.density.value, found.coverage.value) == (rows, hits / rows, hits / such)
    density = hits / rows
    assert found.density.error == pytest.approx((density * (1 - density) / rows) ** 0.5)
    worse = happens.copy()
    worse[1::2] = np.random.default_rng(0).permutation(happens[1::2])
    assert discover(value, worse, TENTHS) is None


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_noise_gives_no_box(share: float):
    """At most one chance in a hundred for each, with 60 columns to choose from."""
    told = 0
    for seed in range(8):
        drawn = np.random.default_rng(seed)
        value = drawn.random((400, 60))
        told += discover(value, drawn.random(400) < share, np.full(60, 0.1)) is not None
    assert told <= 1


def test_nothing_is_looked_for_among_too_few():
    happens = np.zeros(100, dtype=bool)
    happens[:38:2] = happens[1:20:2] = True
    assert enough(happens)
    assert enough(~happens)
    happens[1] = False
    assert not enough(happens)
    assert not enough(~happens)


def test_nothing_is_told_of_nothing_seen():
    assert discover(np.zeros((100, 0)), np.arange(100) % 4 < 2, TENTHS[:0]) is None
    one = np.arange(100.0)[:, None]
    found = discover(one, (one[:, 0] > 30) & (one[:, 0] < 60), TENTHS[:1])
    assert found is not None
    assert {limit.above for limit in found.box} == {True, False}


def test_three_limits_at_most():
    drawn = np.random.default_rng(3)
    value = drawn.random((2000, 8))
    found = discover(value, (value[:, :5] > 0.25).all(1), TENTHS)
    assert found is not None
    assert len(found.box) == discovery.MOST
    assert {limit.column for limit in found.box} <= set(range(5))


def test_what_a_box_is_worth_by_hand():
    """Ten rows, four of them such; the box holds four rows, three of them such: 3/4 of (3/4 - 4/10) / (1 - 4/10)."""
    value = np.arange(10.0)[:, None]
    happens = np.isin(np.arange(10), [0, 1, 3, 8])
    worth = telling(happens)
    assert worth(inside((Limit(0, above=False, threshold=3.0),), value)) == pytest.approx(0.75 * 0.35 / 0.6)
    assert worth(happens) == pytest.approx(1.0)
    assert worth(inside((), value)) == 0.0
    assert worth(inside((Limit(0, above=True, threshold=99.0),), value)) == 0.0
    assert telling(value[:, 0] >= 0.0)(happens) == 0.0


def test_what_a_box_earns_by_hand():
    """To act everywhere earns 2, so what a sign earns more is a part of the 5 that knowing every row would earn."""
    money = np.asarray([3.0, 2.0, -1.0, -2.0])
    worth = earning(money)
    assert worth(money > 0) == pytest.approx(3.0 / 5.0)
    assert worth(np.asarray([True, False, False, False])) == pytest.approx(1.0 / 5.0)
    assert worth(np.ones(4, dtype=bool)) == 0.0
    assert earning(money - 1.0)(money > 0) == pytest.approx(3.0 / 3.0)  # to act nowhere is better than everywhere
    assert earning(-np.ones(4))(money > 0) == 0.0


def test_where_rows_are_worth_unlike_money_the_dear_ones_decide():
    """It pays in seven of ten rows on one side, but the other three cost five times as much; it pays everywhere above 0.8."""
    drawn = np.random.default_rng(5)
    value = drawn.random((1000, 3))
    good = drawn.random(1000) < np.where(value[:, 0] > 0.8, 0.95, np.where(value[:, 0] > 0.4, 0.7, 0.1))
    money = np.where(good, 1.0, -5.0)
    by_count, by_money = discover(value, good, TENTHS[:3]), discover(value, good, TENTHS[:3], money)
    assert by_count is not None
    assert by_money is not None
    assert [(limit.column, limit.above) for limit in by_count.box] == [(0, True)]
    assert 0.35 < by_count.box[0].threshold < 0.6
    assert by_money.box[0].threshold == pytest.approx(0.8, abs=0.06)


def test_quasi_p_values_by_hand():
    """Three hits or four among the four rows of the box, if each were as likely as without the limit."""
    value = np.stack([np.arange(10.0), np.asarray([0, 0, 0, 0, 1, 1, 0, 0, 0, 0])], axis=1)
    happens = np.isin(np.arange(10), [0, 1, 3, 8])
    box = (Limit(0, above=False, threshold=3.0), Limit(1, above=False, threshold=0.5))
    first, second = quasi_p(box, value, happens)

    def chance(share: float) -> float:
        return sum(comb(4, k) * share**k * (1 - share) ** (4 - k) for k in (3, 4))

    assert first == pytest.approx(chance(4 / 8))  # eight rows within the second limit, four hits
    assert second == pytest.approx(chance(3 / 4))  # the second keeps nothing out that the first lets in


def test_thresholds_are_round():
    value, happens = made(2)
    box = (Limit(2, above=True, threshold=0.59731), Limit(7, above=True, threshold=0.5))
    worth = telling(happens)
    told = rounded(box, value, TENTHS, worth)
    assert [limit.threshold for limit in told] == [0.6, 0.5]
    assert worth(inside(told, value)) >= worth(inside(box, value)) / discovery.ROUNDER


def test_peeling_takes_all_equal_values_at_once():
    """Of zeros and ones no part can be taken but all zeros, and then no more."""
    value = np.asarray([0.0] * 60 + [1.0] * 40)[:, None]
    way = peel(value, value[:, 0] > 0.5, every_side(value))
    assert way == [(), (Limit(0, above=True, threshold=0.5),)]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_boxes_as_the_workbench(seed: int):
    """Peeling and pasting by ema_workbench, step by step: rows kept, hits among them, and the last limits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pandas as pd
            from ema_workbench.analysis import prim
        except ImportError:
            lacking("no ema_workbench on this machine: boxes were not held against it")
        drawn = np.random.default_rng(seed)
        value = drawn.random((500, 5))
        value[:, 4] = value[:, 4] < 0.6
        happens = drawn.random(500) < np.where((value[:, 0] > 0.5) & (value[:, 4] > 0.5), 0.8, 0.1)
        names = [f"x{i}" for i in range(5)]
        theirs = prim.Prim(pd.DataFrame(value, columns=names), happens.astype(int), threshold=0.01).find_box()
    way = peel(value, happens, every_side(value))
    trajectory = theirs.peeling_trajectory
    pasted = trajectory["n"].diff().to_numpy() > 0
    steps = int(np.argmax(pasted)) if pasted.any() else len(trajectory)  # theirs stop where no step gains
    assert 10 < steps <= len(way)
    for mine, (_, step) in zip(way[:steps], trajectory.iloc[:steps].iterrows(), strict=True):
        kept = inside(mine, value)
        assert (kept.sum(), (kept & happens).sum()) == (step["n"], step["k"])
    last, limits = paste(way[steps - 1], value, happens), theirs.box_lims[-1]
    kept = inside(last, value)
    assert (kept.sum(), (kept & happens).sum()) == tuple(trajectory.iloc[-1][["n", "k"]])
    for limit in last:
        assert limit.threshold == pytest.approx(limits[names[limit.column]][0 if limit.above else 1])
