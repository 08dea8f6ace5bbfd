"""Paths of policy: chances, stays, influences, needs and ends against closed forms and hand-worked cases."""

from __future__ import annotations

import numpy as np
import pytest
from hazardous import hazard, invented_hazards
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.futures.paths.hazards import Influence, Level, check
from roadstead.futures.paths.policy_paths import policy_levels, tilted

YEARS = np.arange(2026, 2036)
MANY = 40_000


def drawn(*hazards, count=MANY, **kwargs):
    check(hazards)
    return policy_levels(hazards, YEARS, 3, 0, count, **kwargs)


def near(share: float, of: int = MANY):
    """A share of so many independent trials, within five standard errors."""
    return pytest.approx(share, abs=5.0 * np.sqrt(max(share * (1.0 - share), 1e-4) / of))


def test_independent_events_have_come_by_each_year_as_their_chances_say():
    events = hazard("a", 0.1), hazard("b", yearly=((2028, 0.3), (2031, 0.05)))
    level = drawn(*events)
    left = np.cumprod([[0.9] * 10, [1.0] * 2 + [0.7] * 3 + [0.95] * 5], axis=1)
    for e in range(2):
        for t in range(len(YEARS)):
            assert (level[:, t, e] >= 0).mean() == near(1.0 - left[e, t])
    both = (level[:, -1] >= 0).all(axis=1).mean()
    assert both == near((1.0 - left[0, -1]) * (1.0 - left[1, -1]))


@pytest.mark.parametrize("lasts", [1.0, 2.0, 5.0, np.inf])
def test_stays_are_geometric_with_their_mean(lasts):
    level = drawn(hazard("a", yearly=((2026, 1.0), (2027, 0.0)), lasts=lasts))[:, :, 0]
    for t in range(len(YEARS)):
        assert (level[:, t] >= 0).mean() == near((1.0 - 1.0 / lasts) ** t)
    if lasts < 3.0:
        assert (level >= 0).sum(axis=1).mean() == pytest.approx(lasts, rel=0.03)


def test_an_event_comes_again_after_it_ran_out():
    level = drawn(hazard("a", 1.0, lasts=1.0), count=3)[:, :, 0]
    assert (level >= 0).tolist() == [[t % 2 == 0 for t in range(len(YEARS))]] * 3


def test_influences_multiply_the_odds_while_they_hold():
    cause = hazard("a", yearly=((2027, 1.0),))
    other = hazard("b", 0.2, influences=(Influence("a", 3.0, 2, "retaliation"),))
    level = drawn(cause, other)[:, :, 1]
    raised = 0.75 / 1.75  # odds of 0.2 are a quarter; thrice that
    for t, chance in enumerate([0.2, 0.2, raised, raised, 0.2, 0.2]):
        free = level[:, t - 1] < 0 if t else np.ones(MANY, dtype=bool)
        assert (level[free, t] >= 0).mean() == near(chance, int(free.sum()))


def test_influences_multiply_together_and_one_may_last_as_long_as_its_cause():
    causes = hazard("a", 1.0), hazard("b", 1.0)
    influences = (Influence("a", 3.0, 0, "imitation"), Influence("b", 0.5, 0, "bargain"))
    level = drawn(*causes, hazard("c", 0.2, influences=influences))[:, :, 2]
    raised = 0.375 / 1.375
    for t in range(1, 6):
        free = level[:, t - 1] < 0
        assert (level[free, t] >= 0).mean() == near(raised, int(free.sum()))


def test_a_factor_of_nothing_rules_even_the_certain_out():
    influence = Influence("a", 0.0, 0, "exhaustion")
    level = drawn(hazard("a", 1.0), hazard("b", first=2027, chance=1.0, influences=(influence,)), count=5)
    assert np.all(level[:, :, 1] < 0)
    assert tilted(1.0, np.asarray([0.0, 0.5, 2.0])).tolist() == [0.0, 1.0, 1.0]


def test_what_needs_an_event_comes_in_its_year_and_falls_with_it():
    need = hazard("a", yearly=((2028, 1.0), (2029, 0.0)), lasts=3.0)
    level = drawn(hazard("b", 1.0, needs="a"), need)
    assert np.array_equal(level[:, :, 0] >= 0, level[:, :, 1] >= 0)


def test_what_falls_in_a_chain_falls_whole():
    chain = [hazard("c", 1.0, needs="b"), hazard("b", 1.0, needs="a"), hazard("a", 1.0, lasts=2.0)]
    level = drawn(*chain, count=2000)
    assert np.all((level[:, :, 2] >= 0) >= (level[:, :, 0] >= 0))
    assert np.array_equal(level[:, :, 1] >= 0, level[:, :, 0] >= 0)


def test_an_event_ends_others_as_it_comes_and_they_do_not_come_again_that_year():
    wall, opening = hazard("wall", 1.0), hazard("opens", yearly=((2028, 1.0), (2029, 0.0)), ends=("wall",))
    level = drawn(wall, opening, count=4)
    assert (level[:, :, 0] >= 0).tolist() == [[True, True, False] + [True] * 7] * 4
    assert (level[:, :, 1] >= 0).tolist() == [[False, False] + [True] * 8] * 4


def test_of_two_that_end_each_other_in_one_year_the_later_listed_stands():
    level = drawn(hazard("a", 1.0, ends=("b",)), hazard("b", 1.0, ends=("a",)), count=2)
    assert np.all(level[:, 0] == [-1, 0])


def test_levels_come_with_their_probabilities_and_stay():
    levels = (Level("mild", 0.5, 0.1), Level("hard", 0.3, 0.3), Level("worst", 0.2, 0.9))
    influence = Influence("b", 4.0, 0, "retaliation")
    level = drawn(hazard("a", 0.3, levels=levels, influences=(influence,)), hazard("b", 0.5))[:, :, 0]
    came = level[:, -1] >= 0
    for k, one in enumerate(levels):
        assert (level[came, -1] == k).mean() == near(one.probability, int(came.sum()))
    first = level.argmax(axis=1)
    assert all(set(row[row >= 0].tolist()) == {int(row[-1])} for row in level[came][:200])
    assert first.max() > 0


def test_an_event_of_no_hazards_leaves_the_others_as_they_were():
    events = invented_hazards(np.random.default_rng(1), 4)
    more = (*events, hazard("new", 0.3))
    assert np.array_equal(drawn(*events, count=300), drawn(*more, count=300)[:, :, :4])


def test_the_experts_range_moves_the_odds_about_their_median():
    event = hazard("a", 0.2, low=0.25, high=2.0)
    plain, ranged = drawn(event)[:, 0, 0] >= 0, drawn(event, ranged=True)[:, 0, 0] >= 0
    part = (np.arange(4000) + 0.5) / 4000
    odds = np.concatenate([0.25**part, 2.0**part])
    assert plain.mean() == near(0.2)
    assert ranged.mean() == near(tilted(0.2, odds).mean())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.booleans())
def test_needs_hold_and_levels_are_levels(seed: int, count: int, ranged: bool):
    events = invented_hazards(np.random.default_rng(seed), count)
    level = policy_levels(events, YEARS, seed, 0, 40, ranged=ranged)
    place = {event.event_id: i for i, event in enumerate(events)}
    for i, event in enumerate(events):
        assert level[:, :, i].max() < len(event.levels)
        if event.needs:
            assert np.all(level[:, :, place[event.needs]][level[:, :, i] >= 0] >= 0)
        if event.lasts == np.inf and not event.needs and not any(event.event_id in e.ends for e in events):
            force = level[:, :, i] >= 0
            assert np.all(force[:, 1:] >= force[:, :-1])
