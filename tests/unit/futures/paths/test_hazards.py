"""Hazards: what they say of a year, the order events are looked at, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hazardous import PLAIN, hazard, invented_hazards
from hypothesis import given
from hypothesis import strategies as st

from roadstead.futures.paths.hazards import Influence, Level, chance, check, in_order
from roadstead.terms.errors import RoadsteadError


def codes(*hazards) -> list[str]:
    with pytest.raises(RoadsteadError) as caught:
        check(hazards)
    return [fault.code for fault in caught.value.faults]


def test_a_chance_holds_until_the_next():
    event = hazard("eu-raises", yearly=((2027, 0.2), (2030, 0.0), (2031, 0.5)))
    assert [chance(event, year) for year in range(2026, 2033)] == [0.0, 0.2, 0.2, 0.2, 0.0, 0.5, 0.5]


def test_what_is_needed_comes_before_what_needs_it():
    hazards = [hazard("c", needs="b"), hazard("a"), hazard("b", needs="d"), hazard("d")]
    assert in_order(hazards) == (3, 2, 0, 1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_every_event_is_looked_at_once_after_what_it_needs(seed: int, count: int):
    hazards = invented_hazards(np.random.default_rng(seed), count)
    check(hazards)
    order = in_order(hazards)
    assert sorted(order) == list(range(count))
    at = {hazards[i].event_id: k for k, i in enumerate(order)}
    assert all(at[h.needs] < at[h.event_id] for h in hazards if h.needs)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"yearly": ((2026, 1.2),)}, "RS-F511"),
        ({"yearly": ((2026, math.nan),)}, "RS-F511"),
        ({"yearly": ((2027, 0.1), (2026, 0.2))}, "RS-F511"),
        ({"yearly": ((2026, 0.1), (2026, 0.2))}, "RS-F511"),
        ({"levels": ()}, "RS-F512"),
        ({"levels": (replace(PLAIN, probability=0.9),)}, "RS-F512"),
        ({"levels": (replace(PLAIN, amount=math.nan),)}, "RS-F512"),
        ({"levels": (Level("one", 0.5, 0.1), Level("one", 0.5, 0.2))}, "RS-F512"),
        ({"needs": "nobody"}, "RS-F513"),
        ({"ends": ("nobody",)}, "RS-F513"),
        ({"influences": (Influence("nobody", 2.0, 0, "imitation"),)}, "RS-F513"),
        ({"needs": "eu-raises"}, "RS-F514"),
        ({"ends": ("eu-raises",)}, "RS-F514"),
        ({"low": 1.2}, "RS-F515"),
        ({"high": 0.9}, "RS-F515"),
        ({"low": -0.1}, "RS-F515"),
        ({"high": math.inf}, "RS-F515"),
        ({"yearly": ()}, "RS-F516"),
        ({"yearly": ((2026, 0.0),)}, "RS-F516"),
        ({"influences": (Influence("eu-raises", 2.0, 0, "imitation"),)}, "RS-F516"),
        ({"lasts": 0.5}, "RS-F517"),
        ({"lasts": math.nan}, "RS-F517"),
    ],
)
def test_what_cannot_be_is_refused(change, code):
    assert codes(hazard("eu-raises", **change)) == [code]


@pytest.mark.parametrize(
    ("influence", "code"),
    [
        (Influence("us-raises", -1.0, 0, "imitation"), "RS-F515"),
        (Influence("us-raises", math.inf, 0, "imitation"), "RS-F515"),
        (Influence("us-raises", 1.0, 0, "imitation"), "RS-F516"),
        (Influence("us-raises", 2.0, -1, "imitation"), "RS-F517"),
    ],
)
def test_an_influence_that_cannot_be_is_refused(influence, code):
    assert codes(hazard("us-raises"), hazard("eu-raises", influences=(influence,))) == [code]


def test_levels_of_probability_out_of_bounds_are_refused():
    assert set(codes(hazard("a", levels=(Level("one", 1.5, 0.1), Level("two", -0.5, 0.2))))) == {"RS-F512"}


def test_every_fault_is_told_at_once():
    found = codes(hazard("a", chance=2.0, lasts=0.0), hazard("b", low=2.0), hazard("b"))
    assert sorted(found) == ["RS-F511", "RS-F513", "RS-F515", "RS-F517"]


def test_a_circle_of_needs_is_told_once_with_its_way_round():
    with pytest.raises(RoadsteadError) as caught:
        check([hazard("a", needs="b"), hazard("b", needs="c"), hazard("c", needs="a"), hazard("d", needs="a")])
    (fault,) = caught.value.faults
    assert fault.code == "RS-F514"
    assert "a > b > c > a" in fault.message


def test_an_event_may_not_end_what_it_stands_on():
    assert codes(hazard("a"), hazard("b", needs="a"), hazard("c", needs="b", ends=("a",))) == ["RS-F514"]


def test_an_event_may_not_be_ruled_out_by_what_it_stands_on():
    ruled_out = hazard("c", needs="b", influences=(Influence("a", 0.0, 1, "exhaustion"),))
    assert codes(hazard("a"), hazard("b", needs="a"), ruled_out) == ["RS-F514"]


def test_influences_may_go_round():
    check(
        [
            hazard("a", influences=(Influence("b", 2.0, 2, "retaliation"),)),
            hazard("b", influences=(Influence("a", 2.0, 2, "retaliation"),)),
        ]
    )
