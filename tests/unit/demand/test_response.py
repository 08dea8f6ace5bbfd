"""Curves for the planner: exact revenue, the fit of its parts, chords below it, and the equilibrium they lead to."""

from __future__ import annotations

import numpy as np
import pytest
from contests import markets
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from roadstead.demand import response
from roadstead.demand.pricing import Bounds, settle_prices, shares_at


@given(markets(), st.floats(0.05, 2.0))
def test_revenue_is_what_is_sold_times_what_it_sells_for(drawn, scale):
    """(D.9) beside (D.1): whatever the own prices, the volumes they sell earn volume times price."""
    own = drawn.own
    price = np.where(own, drawn.price + (scale - 1) * drawn.price[own].mean() / 3, drawn.price)
    volume = shares_at(drawn.game, price)[None, own]
    assert response.revenue(drawn.stand, volume)[0] == pytest.approx(float((volume * price[own]).sum()), rel=1e-8)
    assert response.prices_at(drawn.stand, volume)[0] == pytest.approx(price[own], rel=1e-7)


@given(markets(rhos=(0.0,)), st.floats(0.1, 1.8))
def test_plain_logit_splits_exactly_into_models_and_their_total(drawn, scale):
    stand, volume = drawn.stand, drawn.stand.volume * scale
    assume(volume.sum() < 0.9)
    alpha, total = float(stand.alpha[0]), float(volume.sum())
    each = (volume * (stand.appeal - np.log(volume))).sum() / alpha
    together = total * np.log((1 - total) / (1 + stand.rivals.sum())) / alpha
    assert each + together == pytest.approx(response.revenue(stand, volume)[0], rel=1e-9)
    assert response.groups_of(stand.nest, 0.0) == (tuple(range(len(stand.nest))),)


@settings(max_examples=60)
@given(markets(most_held=0.25, rhos=(0.0, 0.25, 0.5)), st.integers(0, 2**32 - 1))
def test_segments_are_within_a_hundredth_of_the_revenue(drawn, seed):
    """Volumes of 0.3 to 1.8 times the reference, each model on its own, for a firm with at most half of any nest."""
    stand = drawn.stand
    assume(largest_hold(drawn) <= 0.5)
    curves = response.respond(stand)
    rng = np.random.default_rng(seed)
    reference = float(response.revenue(stand, stand.volume)[0])
    for volume in stand.volume * rng.uniform(0.3, 1.8, (12, stand.volume.shape[1])):
        exact = float(response.revenue(stand, volume[None])[0])
        by_segments = float(response.fitted(curves, stand, volume[None])[0])
        assert abs(by_segments - exact) <= 0.01 * max(exact, reference)


def largest_hold(drawn) -> float:
    """Largest share of a nest that the firm holds."""
    return float((np.bincount(drawn.nest, drawn.sales * drawn.own) / np.bincount(drawn.nest, drawn.sales)).max())


@given(markets(rhos=(0.0,)), st.floats(0.05, 2.0))
def test_in_plain_logit_segments_never_earn_more_than_the_curve(drawn, scale):
    stand, volume = drawn.stand, drawn.stand.volume * scale
    assume(volume.sum() < 0.9)
    curves = response.respond(stand)
    assume(volume.sum() <= curves.groups.width[0, 0].sum())
    assume(np.all(volume <= curves.cells.width.sum(-1)))
    reference = float(response.revenue(stand, stand.volume)[0])
    assert response.fitted(curves, stand, volume)[0] <= response.revenue(stand, volume)[0] + 1e-4 * reference


@given(markets())
def test_segments_are_few_and_concave(drawn):
    curves = response.respond(drawn.stand)
    for part in (curves.cells, curves.groups):
        assert part.width.shape[-1] <= response.MOST_SEGMENTS
        assert np.all(part.width >= 0)
        assert np.all(np.diff(part.slope, axis=-1) <= 1e-9)
    assert np.all(curves.cells.width.sum(-1) <= response.REACH * drawn.stand.volume * (1 + 1e-9))
    assert np.all(curves.cells.width.sum(-1) >= 1.1 * drawn.stand.volume)


def best_by_segments(drawn, cost):
    """Own volumes that earn most by the segments: a linear program over cells and groups."""
    stand = drawn.stand
    curves = response.respond(stand)
    cells, groups = curves.cells, curves.groups
    count, steps = cells.width.shape[1:]
    jumps = groups.width.shape[2]
    gain = (cells.slope[0] + (stand.price[0] - cost)[:, None]).ravel()
    rows = np.zeros((len(curves.members), count * steps + len(curves.members) * jumps))
    for g, members in enumerate(curves.members):
        for k in members:
            rows[g, k * steps : (k + 1) * steps] = 1.0
        rows[g, count * steps + g * jumps : count * steps + (g + 1) * jumps] = -1.0
    objective = -np.concatenate([gain, groups.slope[0].ravel()])
    width = np.concatenate([cells.width[0].ravel(), groups.width[0].ravel()])
    unit = stand.volume.sum()
    answer = linprog(objective, A_eq=rows, b_eq=np.zeros(len(rows)), bounds=[(0, w / unit) for w in width])
    return answer.x[: count * steps].reshape(count, steps).sum(1) * unit


@settings(max_examples=40)
@given(markets(most_held=0.3))
def test_segments_lead_to_the_equilibrium(drawn):
    """At costs that explain the prices, what earns most by the segments falls short of the best by 0.75 % of revenue at most."""
    own = drawn.own
    cost = drawn.cost[own]
    assume(np.all(cost > 0))
    volume = best_by_segments(drawn, cost)
    exact = float(response.revenue(drawn.stand, np.maximum(volume, 1e-12)[None])[0] - volume @ cost)
    best = float(drawn.share[own] @ (drawn.price[own] - cost))
    assert exact <= best * (1 + 1e-9)
    assert best - exact <= 0.0075 * float(drawn.share[own] @ drawn.price[own])


@settings(max_examples=40)
@given(markets(most_held=0.3), st.floats(-0.15, 0.15))
def test_a_dearer_or_cheaper_source_leads_to_the_firms_best_answer(drawn, part):
    """Rivals' prices held, the full first-order conditions and the segments agree on what the firm earns."""
    own, price = drawn.own, drawn.price
    cost = drawn.cost + np.where(own, part * price, 0.0)
    assume(np.all(cost > 0))
    free = np.where(own, np.inf, price)
    answer = settle_prices(drawn.game, cost, Bounds(np.where(own, -np.inf, price), free))
    assume(np.all(answer.share[own] <= 0.9 * response.REACH * drawn.share[own]))  # beyond it the curves end
    best = float((answer.share * answer.earned)[own].sum())
    volume = best_by_segments(drawn, cost[own])
    exact = float(response.revenue(drawn.stand, np.maximum(volume, 1e-12)[None])[0] - volume @ cost[own])
    revenue = float(drawn.share[own] @ price[own])
    assert exact <= best + 1e-9 * revenue
    assert best - exact <= 0.0075 * max(revenue, float((answer.share * answer.price)[own].sum()))


def test_chords_meet_the_curve_and_their_error_is_the_one_asked_for():
    x = np.linspace(0, 3, 200)[None] ** 2
    f = np.sqrt(x + 1)
    found = response.cut(x, f, np.asarray([1.0]), np.asarray([4e-3]))
    points = np.concatenate([[0.0], np.cumsum(found.width[0])])
    money = np.concatenate([[f[0, 0]], f[0, 0] + np.cumsum(found.width[0] * found.slope[0])])
    assert money == pytest.approx(np.sqrt(points + 1), rel=1e-9)
    error = f[0] - np.interp(x[0], points, money)
    allowed = 4e-3 * np.sqrt(np.maximum(x[0], 1.0))
    assert np.all(error >= -1e-12)
    assert np.all(error <= 1.3 * allowed)
    assert len(found.width[0]) < response.MOST_SEGMENTS
