"""Nested logit: shares and their inverse, slopes by finite differences, diversion that adds up, what buyers gain."""

from __future__ import annotations

import numpy as np
import pytest
from contests import markets
from hypothesis import given
from hypothesis import strategies as st

from roadstead.demand import choice
from roadstead.demand.pricing import shares_at


@given(markets(), st.floats(0.8, 1.3))
def test_utilities_invert_shares(drawn, dearer):
    share = shares_at(drawn.game, drawn.price * dearer)
    utility = choice.utilities(share, drawn.nest, drawn.wanted.rho)
    assert utility == pytest.approx(drawn.game.appeal - drawn.game.alpha * drawn.price * dearer, abs=1e-8)
    assert np.all(share > 0)
    assert share.sum() < 1


@given(markets())
def test_slopes_are_what_a_small_step_of_each_price_does(drawn):
    game, price = drawn.game, drawn.price
    slopes = choice.price_slopes(drawn.share, drawn.nest, float(game.alpha), game.rho)
    for j in range(len(price)):
        step = np.where(np.arange(len(price)) == j, 0.01, 0.0)
        found = (shares_at(game, price + step) - shares_at(game, price - step)) / 0.02
        assert slopes[:, j] == pytest.approx(found, rel=1e-5, abs=1e-13)
    own = choice.own_elasticities(drawn.share, price, drawn.nest, float(game.alpha), game.rho)
    assert own == pytest.approx(np.diagonal(slopes) * price / drawn.share)


@given(markets())
def test_diversion_sums_to_one_with_those_who_buy_nothing(drawn):
    """A9: every lost buyer goes somewhere, and to no product is less than nobody."""
    ratios = choice.diversion_ratios(drawn.share, drawn.nest, drawn.wanted.rho)
    assert ratios.sum(0) == pytest.approx(np.ones(len(drawn.nest)))
    assert np.all(ratios >= 0)
    assert np.all(np.diagonal(ratios) == 0)


@given(markets(rhos=(0.25, 0.5, 0.75)))
def test_more_of_the_lost_stay_in_their_nest_than_in_plain_logit(drawn):
    nested = choice.diversion_ratios(drawn.share, drawn.nest, drawn.wanted.rho)
    plain = choice.diversion_ratios(drawn.share, drawn.nest, 0.0)
    same = drawn.nest[:, None] == drawn.nest[None, :]
    inside_nested, inside_plain = (np.where(same, ratios[:-1], 0).sum(0) for ratios in (nested, plain))
    assert np.all(inside_nested >= inside_plain - 1e-12)


@given(markets())
def test_a_dearer_car_costs_buyers_what_they_would_have_spent_more(drawn):
    """Roy's identity: the surplus falls by the share times the step of the price."""
    game = drawn.game
    utility = game.appeal - game.alpha * drawn.price
    for j in range(len(drawn.price)):
        step = np.where(np.arange(len(drawn.price)) == j, 0.01 * game.alpha, 0.0)
        low, high = (
            choice.buyers_surplus(utility + sign * step, drawn.nest, float(game.alpha), game.rho) for sign in (-1, 1)
        )
        assert (high - low) / 0.02 == pytest.approx(drawn.share[j], rel=1e-4)


def test_no_correlation_is_the_plain_logit_and_batches_go_row_by_row():
    rng = np.random.default_rng(0)
    utility, nest = rng.normal(0, 2, (5, 4)), np.asarray([0, 1, 1, 0])
    plain = np.exp(utility) / (1 + np.exp(utility).sum(-1, keepdims=True))
    assert choice.shares(utility, nest, 0.0) == pytest.approx(plain)
    batch = choice.shares(utility, nest, 0.6)
    for i in range(5):
        assert choice.shares(utility[i], nest, 0.6) == pytest.approx(batch[i])


def test_far_utilities_do_not_overflow():
    share = choice.shares(np.asarray([900.0, -900.0, 901.0]), np.asarray([0, 0, 1]), 0.5)
    assert share == pytest.approx([1 / (1 + np.e), 0.0, np.e / (1 + np.e)])
