"""The freight equation (W.1), term by term."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.world.lanes import SeaLanes, ShippingTerms, charter_rate, days_at_sea, freight_per_car

TERMS = ShippingTerms(
    charter={2024: 100_000.0, 2026: 50_000.0},
    fuel=30_000.0,
    speed=16.0,
    port_days=6.0,
    round_trip=1.8,
    capacity=6_500.0,
    fill=0.9,
    reference_volume=11.0,
    handling=150.0,
)
YEARS = np.asarray([2026.0])


def test_freight_by_hand():
    """Shanghai to Zeebrugge by the Cape: 13,424 miles at 16 knots are 34.96 days, with six in port 40.96."""
    days = 13_424 / (24 * 16) + 6
    by_hand = (50_000 + 30_000) * days * 1.8 / (6_500 * 0.9) * (13.2 / 11.0) + 150
    assert days_at_sea(TERMS, 13_424.0) == pytest.approx(40.958, abs=1e-3)
    assert freight_per_car(TERMS, 13_424.0, 13.2, YEARS) == pytest.approx([by_hand], rel=1e-12)


@pytest.mark.parametrize(
    ("year", "rate"), [(2020, 100_000), (2024, 100_000), (2025, 75_000), (2026, 50_000), (2040, 50_000)]
)
def test_charter_between_and_beyond_its_dates(year, rate):
    assert charter_rate(TERMS, year) == pytest.approx(rate)


@given(st.floats(0, 20_000), st.floats(0, 20_000), st.floats(1, 30), st.floats(1, 30))
def test_farther_and_bulkier_costs_more(one, other, small, large):
    near, far = sorted((one, other))
    slim, bulky = sorted((small, large))
    assert freight_per_car(TERMS, far, slim, YEARS) >= freight_per_car(TERMS, near, slim, YEARS)
    assert freight_per_car(TERMS, near, bulky, YEARS) >= freight_per_car(TERMS, near, slim, YEARS)


@pytest.mark.parametrize(("distance", "volume"), [(-1.0, 11.0), (100.0, 0.0), (100.0, -2.0)])
def test_no_negative_voyage(distance, volume):
    with pytest.raises(RoadsteadError) as caught:
        freight_per_car(TERMS, distance, volume, YEARS)
    assert caught.value.faults[0].code == "RS-W302"


def test_lanes_run_both_ways_and_unknown_ones_are_none():
    lanes = SeaLanes({("CHN", "BRA", "SUEZ_OPEN"): 11_074.0})
    assert lanes.distance("CHN", "BRA", "SUEZ_OPEN") == lanes.distance("BRA", "CHN", "SUEZ_OPEN") == 11_074.0
    assert lanes.distance("CHN", "BRA", "SUEZ_CLOSED") is None
    assert lanes.distance("CHN", "MNG", "SUEZ_OPEN") is None
