"""Rows that are no products are named; taxes, least prices and partial pass-through are worked out market by market."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from roadstead.demand import Products, equilibrium_prices, settle_products
from roadstead.terms.errors import RoadsteadError

BASE = Products(
    price=[30.0, 28.0, 25.0, 40.0],
    share=[0.10, 0.20, 0.05, 0.15],
    firm=["a", "b", "a", "c"],
    nest=["BEV", "BEV", "PHEV", "PHEV"],
    alpha=0.3,
    rho=0.5,
)


def faults(**wrong) -> list[tuple[str, str, str]]:
    with pytest.raises(RoadsteadError) as caught:
        settle_products(replace(BASE, **wrong), np.full(4, 20.0))
    return [(fault.where, fault.code, fault.message) for fault in caught.value.faults]


NAN = float("nan")


@pytest.mark.parametrize(
    ("wrong", "where", "message"),
    [
        ({"share": [0.1, NAN, 0.05, 0.15]}, "row 2", "the share is missing"),
        ({"share": [0.1, 0.2, 0.0, 0.15]}, "row 3", "the share is zero"),
        ({"share": [0.1, 0.2, -0.1, 0.15]}, "row 3", "the share is -0.1"),
        ({"share": [0.4, 0.3, 0.2, 0.15]}, "shares", "shares sum to 1.05"),
        ({"nest": ["BEV", None, "PHEV", "PHEV"]}, "row 2", "the nest is not known"),
        ({"nest": ["BEV", "BEV", "", "PHEV"]}, "row 3", "the nest is not known"),
        ({"firm": [NAN, "b", "a", "c"]}, "row 1", "the firm is not known"),
        ({"price": [30.0, 28.0, 0.0, 40.0]}, "row 3", "the price is 0"),
        ({"price": [30.0, 28.0, NAN, 40.0]}, "row 3", "the price is nan"),
        ({"alpha": -0.3}, "row 1", "alpha is -0.3"),
        ({"rho": 1.0}, "row 1", "rho is 1"),
        ({"kept": [0.8, 1.2, 0.8, 0.8]}, "row 2", "1.2 of the price is kept"),
        ({"alpha": [0.3, 0.3, 0.2, 0.3]}, "alpha", "alpha runs from 0.2 to 0.3 in one market"),
        ({"firm": ["a", "b"]}, "firm", "2 entries beside 4 prices"),
        ({"market": ["x", "x", "y"]}, "market", "3 entries beside 4 prices"),
    ],
)
def test_a_row_that_is_no_product_is_named(wrong, where, message):
    assert (where, "RS-D503", message) in faults(**wrong)


def test_every_fault_is_told_at_once():
    found = faults(share=[NAN, 0.2, 0.0, 0.15], nest=["BEV", "BEV", "PHEV", None])
    assert [where for where, _, _ in found] == ["row 1", "row 3", "row 4"]


def test_a_price_that_implies_a_negative_cost_is_named_and_not_clipped():
    [(where, code, message)] = faults(price=[2.0, 28.0, 25.0, 40.0])
    assert (where, code) == ("row 1", "RS-D504")
    assert message.startswith("its price of 2 implies a cost of -")


def test_a_missing_cost_is_named():
    with pytest.raises(RoadsteadError) as caught:
        equilibrium_prices(
            BASE.price, BASE.share, BASE.firm, BASE.nest, 0.3, 0.5, [[20, 20, 20, 20], [20, NAN, 20, 20]]
        )
    assert (caught.value.faults[0].where, caught.value.faults[0].message) == ("row 2", "a cost is missing")


@pytest.mark.parametrize(
    ("changed", "cost", "part", "where", "words"),
    [
        ({"price": ["x", 28.0, 25.0, 40.0]}, 20.0, 1.0, "price", "no number"),
        ({"floor": [np.inf, NAN, NAN, NAN]}, 20.0, 1.0, "row 1", "the least price is inf"),
        ({"floor": [NAN, 0.0, NAN, NAN]}, 20.0, 1.0, "row 2", "the least price is 0"),
        ({"market": ["x", None, "x", "x"]}, 20.0, 1.0, "row 2", "the market is not known"),
        ({"rho": [0.5, 0.4, 0.5, 0.5]}, 20.0, 1.0, "rho", "rho runs from 0.4 to 0.5"),
        ({}, -1.0, 1.0, "row 1", "a cost is -1"),
        ({}, 20.0, NAN, "pass_through", "nan of a cost is passed on"),
        ({}, 20.0, 1.6, "pass_through", "1.6 of a cost is passed on"),
    ],
)
def test_what_is_no_number_or_cannot_be_is_named(changed, cost, part, where, words):
    with pytest.raises(RoadsteadError) as caught:
        settle_products(replace(BASE, **changed), [cost] * 4, part)
    fault = caught.value.faults[0]
    assert (fault.where, fault.code) == (where, "RS-D503")
    assert words in fault.message


def test_no_products_are_told():
    with pytest.raises(RoadsteadError, match="there are no products"):
        equilibrium_prices([], [], [], [], 0.3, 0.5, [])


def test_markets_are_solved_each_on_its_own():
    twice = Products(
        *([*getattr(BASE, name), *getattr(BASE, name)] for name in ("price", "share", "firm", "nest")),
        alpha=[0.3] * 4 + [0.4] * 4,
        rho=[0.5] * 4 + [0.2] * 4,
        market=["x"] * 4 + ["y"] * 4,
    )
    cost = np.linspace(15, 32, 24).reshape(3, 8)
    both = settle_products(twice, cost)
    for at, alpha, rho in ((slice(0, 4), 0.3, 0.5), (slice(4, 8), 0.4, 0.2)):
        one = equilibrium_prices(BASE.price, BASE.share, BASE.firm, BASE.nest, alpha, rho, cost[:, at])
        assert both.prices[:, at] == pytest.approx(one.prices)
        assert both.shares[:, at] == pytest.approx(one.shares)


def test_what_is_kept_turns_costs_into_retail_terms():
    cost = np.asarray([18.0, 17.0, 15.0, 25.0])
    taxed = settle_products(replace(BASE, kept=0.75), 0.75 * cost)
    plain = settle_products(BASE, cost)
    assert taxed.prices == pytest.approx(plain.prices, rel=1e-9)


def test_a_least_price_holds_where_it_binds():
    cost = np.asarray([18.0, 17.0, 15.0, 25.0])
    free = settle_products(BASE, cost)
    bound = settle_products(replace(BASE, floor=[free.prices[0] + 1.0, NAN, 1.0, NAN]), cost)
    assert bound.prices[0] == pytest.approx(free.prices[0] + 1.0)
    assert bound.prices[1] > free.prices[1]
    assert bound.shares[0] < free.shares[0]


def test_a_part_of_a_change_in_cost_is_passed_on():
    """Nothing passed on leaves the base prices as they are; half lies where the costs in between lead."""
    raised = np.asarray([30.0, 17.0, 15.0, 25.0])
    none = settle_products(BASE, raised, pass_through=0.0)
    assert none.prices == pytest.approx(np.asarray(BASE.price), rel=1e-9)
    half, whole = (settle_products(BASE, raised, pass_through=part) for part in (0.5, 1.0))
    assert none.prices[0] < half.prices[0] < whole.prices[0]
