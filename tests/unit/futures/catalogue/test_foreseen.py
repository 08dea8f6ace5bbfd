"""Events whose coming is settled: on every path in that year and in no other, or on none; all that they do not bear on stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.foreseen import Sure, foreseen
from roadstead.futures.paths import hazards
from roadstead.futures.paths.policy_paths import policy_levels
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference

YEARS = np.arange(2027, 2042)
KNOWN = catalogue.load(reference.load().gazetteer, reference.load().sources)
EVENTS = sorted(KNOWN.events)
COUNT = 400


def levels(known: catalogue.Catalogue) -> dict[str, np.ndarray]:
    found = policy_levels(known.hazards, YEARS, 5, 0, COUNT)
    return {name: found[:, :, i] for i, name in enumerate(known.events)}


BASE = levels(KNOWN)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(EVENTS), st.integers(2027, 2041))
def test_a_certain_event_comes_on_every_path_in_its_year_and_in_no_other(name: str, year: int):
    known = foreseen(KNOWN, [Sure(name, year)], ())
    hazards.check(known.hazards)
    mine, at = levels(known)[name], year - 2027
    assert (mine[:, at] >= 0).all()
    assert (mine[:, :at] < 0).all()
    over = np.diff((mine[:, at:] >= 0).astype(int), axis=1)
    assert (over <= 0).all()  # once it has gone it does not come back


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(EVENTS))
def test_what_never_comes_is_on_no_path_and_the_rest_can_be_drawn(name: str):
    known = foreseen(KNOWN, [], [name])
    hazards.check(known.hazards)
    assert name not in known.events
    needing = {other for other, event in KNOWN.events.items() if event.hazard.needs == name}
    assert not needing & set(known.events)


def bears_on(name: str) -> set[str]:
    """Everything that an event may move, however far around."""
    found, more = set[str](), {name}
    while more:
        found |= more
        more = {
            other
            for other, event in KNOWN.events.items()
            if {one.cause for one in event.hazard.influences} & found or event.hazard.needs in found
            or any(other in KNOWN.events[one].hazard.ends for one in found)
        } - found  # fmt: skip
        more |= {other for one in found for other, event in KNOWN.events.items() if one in event.hazard.ends} - found
    return found


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(EVENTS), st.integers(2027, 2041), st.booleans())
def test_events_it_does_not_bear_on_are_the_very_same_on_every_path(name: str, year: int, never: bool):
    known = foreseen(KNOWN, [] if never else [Sure(name, year)], [name] if never else [])
    moved, now = bears_on(name), levels(known)
    assert moved < set(EVENTS)
    for other in set(EVENTS) - moved:
        np.testing.assert_array_equal(now[other], BASE[other])


def test_a_level_that_is_named_is_the_only_one():
    known = foreseen(KNOWN, [Sure("bra_defence", 2030, "twenty")], ())
    names = [degree.level.level_id for degree in known.events["bra_defence"].degrees]
    mine = levels(known)["bra_defence"][:, 2030 - 2027]
    assert set(mine.tolist()) == {names.index("twenty")}
    drawn = levels(foreseen(KNOWN, [Sure("bra_defence", 2030)], ()))["bra_defence"][:, 2030 - 2027]
    assert len(set(drawn.tolist())) > 1


def test_an_event_ruled_out_by_another_comes_all_the_same():
    """`can_closes` is ruled out while `can_widens` is in force, and `can_widens` would end it."""
    known = foreseen(KNOWN, [Sure("can_widens", 2028), Sure("can_closes", 2031)], ())
    now = levels(known)
    assert (now["can_closes"][:, 2031 - 2027] >= 0).all()
    assert (now["can_widens"][:, 2028 - 2027] >= 0).all()


def test_two_that_end_one_another_in_one_year_are_refused():
    with pytest.raises(RoadsteadError, match="RS-F514"):
        foreseen(KNOWN, [Sure("tur_ends_surtax", 2030), Sure("tur_raises", 2030)], ())


def test_what_a_certain_event_rests_on_says_so():
    event = foreseen(KNOWN, [Sure("us_lets_in", 2029)], ()).events["us_lets_in"]
    assert [(one.source, "2029" in one.text) for one in event.evidence if one.about == "chance"] == [
        ("assumption", True)
    ]
    assert "2029" in event.why
    assert "2029" in event.why_zh
