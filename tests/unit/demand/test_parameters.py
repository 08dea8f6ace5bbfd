"""Parameters of demand: draws stay in their range and do not hang together, and an estimate brings a range of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from roadstead.demand.parameters import WIDTH_OF_RANGE, draw, parameters, quantile

OWN = parameters()["own_elasticity"]
FIRST_OWN, FIRST_PASS = [-3.992159268558634, -3.9215307617819604], [0.42342438065001753, 0.583216873649002]
ENDS = st.floats(-1e6, 1e6, allow_subnormal=False)


@st.composite
def ranges(draw_one):
    """A parameter with any range and value in it, at its ends too."""
    low, mode, high = sorted(draw_one(st.lists(ENDS, min_size=3, max_size=3)))
    kind = draw_one(st.sampled_from(["triangular", "uniform"]))
    mode = draw_one(st.sampled_from([low, mode, high]))
    return replace(OWN, value=mode, low=low, high=high, distribution=kind)


def test_packaged_parameters_are_possible_and_say_how_they_lie_in_their_range():
    for p in parameters().values():
        assert p.least <= p.low <= p.value <= p.high <= p.most, p.name
        assert p.is_possible(p.value)
        assert p.evidence.source_id, p.name
        assert p.evidence.note, p.name
        assert p.distribution == "triangular" or p.low < p.value < p.high, p.name
        assert p.low < p.high, p.name


def test_the_codes_of_cars_average_to_the_heading():
    """ProTEE gives the mean of HS 8703 itself, under the code that was not estimated: another way to the same number."""
    codes = [
        p.value
        for name, p in parameters().items()
        if name.startswith("trade_elasticity_8703") and name != "trade_elasticity_8703"
    ]
    assert len(codes) == 8
    assert np.mean(codes) == pytest.approx(parameters()["trade_elasticity_8703"].value, abs=1e-6)
    heading = parameters()["trade_elasticity_8703"]
    assert (heading.low, heading.high) == (min(codes), max(codes))


@given(ranges(), st.integers(0, 2**63 - 1))
def test_no_draw_lies_outside_its_range(parameter, seed):
    found = draw({"x": parameter}, 50, seed)["x"]
    assert np.all((found >= parameter.low) & (found <= parameter.high))


@given(ranges(), st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=2, max_size=20))
def test_quantiles_rise_and_stay_in_the_range(parameter, parts):
    if parameter.low == parameter.high:
        return
    found = quantile(parameter, np.sort(np.asarray(parts)))
    assert np.all((found >= parameter.low) & (found <= parameter.high))
    assert np.all(np.diff(found) >= -1e-9 * (abs(parameter.low) + abs(parameter.high)))


@pytest.mark.parametrize("name", ["own_elasticity", "pass_through", "localisation_uplift"])
def test_triangular_draws_are_triangular(name):
    """Held against scipy's own triangular distribution, quantile by quantile."""
    p = parameters()[name]
    other = stats.triang((p.value - p.low) / (p.high - p.low), loc=p.low, scale=p.high - p.low)
    at = np.linspace(0.001, 0.999, 97)
    assert quantile(p, at) == pytest.approx(other.ppf(at), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["entry_strength", "rival_firms"])
def test_the_value_is_the_median_of_a_uniform_one(name):
    p = parameters()[name]
    drawn = draw({name: p}, 20_000, 3)[name]
    assert quantile(p, np.asarray([0.0, 0.25, 0.5, 0.75])) == pytest.approx(
        [p.low, (p.low + p.value) / 2, p.value, (p.value + p.high) / 2]
    )
    assert np.mean(drawn < p.value) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))


def test_draws_do_not_depend_on_what_else_is_drawn_or_on_how_many():
    everything = draw(parameters(), 400, 11)
    alone = draw({"pass_through": parameters()["pass_through"]}, 100, 11)
    assert np.array_equal(everything["pass_through"][:100], alone["pass_through"])
    assert not np.array_equal(draw(parameters(), 100, 12)["pass_through"], alone["pass_through"])


def test_draws_of_two_parameters_do_not_hang_together():
    many = draw(parameters(), 20_000, 5)
    names = [name for name, p in parameters().items() if p.uncertain]
    table = np.corrcoef([many[name] for name in names])
    assert np.abs(table - np.eye(len(names))).max() < 5 / np.sqrt(20_000)


def test_what_is_not_uncertain_stays():
    fixed = {name: replace(p, uncertain=False) for name, p in parameters().items()}
    for name, found in draw(fixed, 7, 1).items():
        assert np.all(found == fixed[name].value)
        assert found.shape == (7,)


def test_draws_are_the_same_on_every_machine():
    """First draws of seed 1, written down when they were first made."""
    found = draw({"own_elasticity": OWN, "pass_through": parameters()["pass_through"]}, 2, 1)
    assert found["own_elasticity"] == pytest.approx(FIRST_OWN, rel=1e-12)
    assert found["pass_through"] == pytest.approx(FIRST_PASS, rel=1e-12)


@given(st.floats(-10, -2), st.floats(0, 0.4))
def test_an_estimate_brings_its_own_range(estimate, error):
    found = OWN.as_estimated(estimate, error, OWN.evidence)
    assert found.value == estimate
    assert (found.high - found.low) == pytest.approx(2 * WIDTH_OF_RANGE * error, abs=1e-9)
    assert (found.high + found.low) / 2 == pytest.approx(estimate)


@given(st.floats(-20, -1.01))
def test_a_value_without_a_range_keeps_the_packaged_one_where_it_holds_it(value):
    found = OWN.as_stated(value, OWN.evidence)
    assert found.low <= value <= found.high
    assert found.low <= OWN.low
    assert found.high >= OWN.high
    if OWN.low <= value <= OWN.high:
        assert (found.low, found.high) == (OWN.low, OWN.high)
