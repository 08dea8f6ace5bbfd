"""The prospect: what is none is refused as it is made, with the array named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import changed, invented

from roadstead.futures.axes import DIMENSIONS, arrays, sizes

if TYPE_CHECKING:
    from collections.abc import Callable

MADE = invented(1)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_arrays_are_as_long_as_their_axes(seed: int):
    p = invented(seed).prospect
    length = sizes(p)
    for name, array in arrays(p).items():
        assert array.shape == tuple(length[axis] for axis in DIMENSIONS[name]), name
        assert not array.flags.writeable


def put(part: str, field: str, value: Any) -> Callable[[], object]:
    """One entry of an array replaced; the last, so that a sorted array may stay sorted."""
    array = np.array(getattr(getattr(MADE.prospect, part), field))
    array.flat[-1] = value
    return lambda: changed(MADE, part, **{field: array})


def shorter(part: str, field: str) -> Callable[[], object]:
    return lambda: changed(MADE, part, **{field: getattr(getattr(MADE.prospect, part), field)[:-1]})


def rising(field: str) -> Callable[[], object]:
    return lambda: changed(MADE, "demand", **{field: -getattr(MADE.prospect.demand, field)})


def over_an_empty_segment() -> object:
    width, price = MADE.prospect.demand.width.copy(), MADE.prospect.demand.price.copy()
    width[0, 0, :3], price[0, 0, :3] = (10.0, 0.0, 10.0), (5.0, 1.0, 6.0)
    return changed(MADE, "demand", width=width, price=price)


def unsorted_years() -> object:
    return changed(MADE, "node_years", node=MADE.prospect.node_years.node[::-1].copy())


REFUSED = {
    "too short": (shorter("arcs", "margin"), "arcs.margin has shape"),
    "too few regimes": (shorter("arcs", "regime"), "arcs.regime has"),
    "not finite": (put("resources", "cost", np.inf), "resources.cost holds a number that is not finite"),
    "no such cell": (put("arcs", "cell", 999), "arcs.cell points to entry 999 of axis c"),
    "no such supply": (put("arcs", "supply", 99), "arcs.supply points to entry 99 of axis o"),
    "no such option": (put("resources", "option", 99), "resources.option points to entry 99 of axis d"),
    "no such arc": (put("resources", "use_arc", 999), "resources.use_arc points to entry 999 of axis a"),
    "no such risk": (put("options", "risk", 99), "options.risk points to entry 99 of axis k"),
    "counted from the end": (put("arcs", "cell", -1), "arcs.cell holds -1, expected at least 0"),
    "negative width": (put("demand", "width", -1.0), "demand.width holds -1.0, expected at least 0"),
    "negative capacity": (put("resources", "free", -1.0), "resources.free holds -1.0"),
    "order in the past": (put("options", "lead", -1), "options.lead holds -1"),
    "no years": (put("node_years", "span", 0), "node_years.span holds 0, expected at least 1"),
    "years out of order": (unsorted_years, "node-years are sorted by node"),
    "rising prices": (rising("price"), "prices of a cell's segments must not rise"),
    "rising prices of a group": (rising("group_price"), "prices of a group's segments must not rise"),
    "rising over an empty segment": (over_an_empty_segment, "prices of a cell's segments must not rise"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_prospect(name: str):
    spoil, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        spoil()


def test_an_empty_segment_may_have_any_price():
    width, price = MADE.prospect.demand.width.copy(), MADE.prospect.demand.price.copy()
    width[0, 0, :3], price[0, 0, :3] = (10.0, 0.0, 10.0), (5.0, 9.0, 4.0)
    price[0, 0, 3] = 3.0
    assert changed(MADE, "demand", width=width, price=price).prospect.demand.price[0, 0, 1] == 9.0


NO_ARRAYS: dict[str, Any] = {
    "list": np.ndarray.tolist,
    "nothing": lambda _: None,
    "one number": lambda _: np.asarray(1.0),
    "words": lambda array: array.astype(str),
}


@pytest.mark.parametrize("kind", NO_ARRAYS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_what_is_no_array_is_named(name: str, kind: str):
    """Whatever has been given in an array's place, left-out ones too."""
    part, _, field = name.rpartition(".")
    value = NO_ARRAYS[kind](getattr(getattr(MADE.prospect, part) if part else MADE.prospect, field))
    with pytest.raises(ValueError, match=f"^{name} "):
        changed(MADE, part, **{field: value})


def test_what_points_is_whole():
    with pytest.raises(ValueError, match=r"options.needs holds float64, expected whole numbers"):
        changed(MADE, "options", needs=MADE.prospect.options.needs.astype(float))
