"""Dated steps of policy: shifts by hand, nothing used before it was known, and no steps, no change."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.outlook.backtest import OURS, backtest
from roadstead.outlook.baselines import WALK
from roadstead.outlook.beside import Beside
from roadstead.outlook.forecast import forecast
from roadstead.outlook.growth import Adoption, moments
from roadstead.outlook.links import link
from roadstead.outlook.panels import packaged
from roadstead.outlook.policy import KINDS, MOVES, SHRINK, Effects, Step, changed, in_force, learn_effects, read_steps
from roadstead.outlook.projections import look_back_on, project
from roadstead.world import reference


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def panel(world):
    return packaged(world)


@pytest.fixture(scope="module")
def steps(world):
    return read_steps(world.tables["policy_steps"], world.gazetteer)


@pytest.fixture(scope="module")
def both(world, panel, steps):
    """Back-tests of 2023 to 2025, without steps and with them."""
    targets = [2023, 2024, 2025]
    return backtest(panel, world.gazetteer, targets), backtest(
        panel, world.gazetteer, targets, past=look_back_on(panel, world.gazetteer, steps)
    )


def ends(place="DEU", day=date(2024, 1, 1), known=date(2023, 12, 16)):
    return Step("made up", frozenset({place}), "subsidy_end", day, known, -1.0)


# --- the table -------------------------------------------------------------------------------------------------------


def test_steps_are_known_places_and_days(world, steps):
    assert len(steps) >= 20
    assert {step.kind for step in steps} == set(KINDS)
    for step in steps:
        assert abs(step.direction) == 1.0, step.step
        assert step.places <= set(world.gazetteer.places), step.step
        assert step.kind != "subsidy_end" or step.direction == -1.0, step.step


def test_a_blocs_step_binds_its_members(steps):
    (union,) = (step for step in steps if step.step == "EU-CO2-2020")
    assert len(union.places) == 27
    assert {"DEU", "SWE"} <= union.places
    assert not {"GBR", "NOR", "EU27"} & union.places


# --- parts of years --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "year", "part"),
    [
        (date(2024, 1, 1), 2023, 0.0),
        (date(2024, 1, 1), 2024, 1.0),
        (date(2025, 10, 1), 2025, 92 / 365),
        (date(2025, 10, 1), 2026, 1.0),
    ],
)
def test_part_of_a_year(day, year, part):
    assert in_force(ends(day=day), year) == pytest.approx(part)


@given(st.dates(date(2010, 1, 1), date(2030, 12, 31)), st.integers(2008, 2032), st.integers(0, 6))
def test_a_step_comes_into_force_once(day, since, ahead):
    step = ends(day=day)
    years = np.arange(since, since + ahead + 1)
    parts = changed(step, years[:-1], years[1:])
    assert np.all(parts >= 0.0)
    assert parts.sum() == pytest.approx(in_force(step, since + ahead) - in_force(step, since))


# --- shifts ----------------------------------------------------------------------------------------------------------


def test_a_shift_by_hand():
    told = Effects((ends(day=date(2025, 10, 1)),), dict.fromkeys(KINDS, 0.4))
    # A quarter of 2025 is under it already, so three quarters are to come.
    by_hand = -0.4 * (1.0 - 92 / 365)
    np.testing.assert_allclose(told.shift("DEU", 2025, np.array([2026, 2027])), [by_hand, by_hand])
    np.testing.assert_array_equal(told.shift("FRA", 2025, np.array([2026, 2027])), [0.0, 0.0])
    draws = np.array([[0.2, 0.3], [0.4, 0.5]])
    np.testing.assert_allclose(link(told.moved(draws, "DEU", 2025), "logit"), link(draws, "logit") + by_hand)
    assert told.moved(draws, "FRA", 2025) is draws


@given(st.floats(0.0, 2.0), st.floats(0.01, 0.98))
def test_an_end_never_raises_a_share(size, share):
    told = Effects((ends(),), dict.fromkeys(KINDS, size))
    draws = np.full((1, 3), share)
    moved = told.moved(draws, "DEU", 2023)
    assert np.all(moved <= draws + 1e-12)
    assert np.all(moved > 0.0)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - MOVES))
def test_kinds_that_made_forecasts_worse_move_none(kind):
    told = Effects((dataclasses.replace(ends(), kind=kind),), dict.fromkeys(KINDS, 1.0))
    np.testing.assert_array_equal(told.shift("DEU", 2023, np.array([2024])), [0.0])


# --- what is learnt --------------------------------------------------------------------------------------------------


def learnt(fall, origin=2024, known_by=date(2024, 12, 31), markets=7):
    """Seven markets foretold to stand at a fifth; the first falls by so much as its subsidy ends."""
    years = np.array([2022, 2023, 2024])
    falls = [fall, *[0.0] * (markets - 1)]
    later = [0.2 if f == 0.0 else float(1 / (1 + np.exp(-(np.log(0.25) - f)))) for f in falls]
    histories = [Adoption(f"M{i}", f"M{i}", years, np.array([0.2, 0.2, s])) for i, s in enumerate(later)]
    seen = moments(histories)
    foretold = np.full(len(seen.year), 0.2)
    places = [history.place for history in histories]
    return learn_effects(seen, foretold, places, [ends("M0")], origin, known_by)


def test_an_effect_by_hand():
    """One step of full size with an error of -0.8, shrunken by a prior worth as much."""
    assert learnt(0.8).sizes["subsidy_end"] == pytest.approx(0.8 / (1.0 + SHRINK))
    assert learnt(0.8).sizes["co2_step"] == 0.0


def test_an_effect_of_the_wrong_sign_is_none():
    assert learnt(-0.8).sizes["subsidy_end"] == 0.0


def test_what_came_later_teaches_nothing():
    assert learnt(0.8, origin=2023).sizes["subsidy_end"] == 0.0


def test_a_step_not_yet_known_is_not_there():
    told = learnt(0.8, known_by=date(2023, 12, 15))
    assert told.steps == ()
    assert told.sizes["subsidy_end"] == 0.0


def test_what_all_markets_missed_is_no_effect():
    """A year that went the same way everywhere says nothing of a step in one market."""
    years = np.array([2022, 2023, 2024])
    histories = [Adoption(f"M{i}", f"M{i}", years, np.array([0.2, 0.2, 0.1])) for i in range(7)]
    seen = moments(histories)
    places = [history.place for history in histories]
    told = learn_effects(seen, np.full(len(seen.year), 0.2), places, [ends("M0")], 2024, date.max)
    assert told.sizes["subsidy_end"] == pytest.approx(0.0, abs=1e-12)


# --- in forecasts ----------------------------------------------------------------------------------------------------


def test_a_step_known_only_later_is_not_used(world, panel, steps):
    """Germany's end was announced on 16 December 2023; a day into the next year it would have been unknown."""

    def told(known):
        mine = [s if s.step != "DE-BONUS-END" else dataclasses.replace(s, known_from=known) for s in steps]
        past = look_back_on(panel, world.gazetteer, mine)
        found = project(panel, 2023, world.gazetteer, draws=300, past=past).only(["DEU"])
        return found.share[0, 0, 9]

    assert told(date(2023, 12, 16)) < told(date(2024, 1, 1))


def test_no_steps_no_change(world, panel):
    plain = project(panel, 2023, world.gazetteer, draws=200)
    none = project(panel, 2023, world.gazetteer, draws=200, past=look_back_on(panel, world.gazetteer, ()))
    np.testing.assert_array_equal(plain.share, none.share)


def test_markets_without_a_step_keep_their_numbers(world, panel, steps):
    plain = project(panel, 2024, world.gazetteer, draws=200)
    moved = project(panel, 2024, world.gazetteer, draws=200, past=look_back_on(panel, world.gazetteer, steps))
    at = {code: i for i, code in enumerate(plain.codes)}
    for code in ("JPN", "NOR", "WLD"):
        np.testing.assert_array_equal(plain.share[at[code]], moved.share[at[code]])
    assert np.all(moved.share[at["AUS"]] < plain.share[at["AUS"]])


def test_the_outlook_moves_only_when_asked(world, steps):
    places, years = ["USA", "JPN"], range(2026, 2029)
    plain = forecast(world.markets, world.gazetteer, places, years, draws=200)
    moved = forecast(world.markets, world.gazetteer, places, years, draws=200, beside=Beside(steps=steps))
    # The American credit ended in October 2025: three quarters of its effect are to come.
    assert np.all(moved.nev_share[:, 0] < plain.nev_share[:, 0])
    np.testing.assert_array_equal(moved.nev_share[:, 1], plain.nev_share[:, 1])


# --- marks -----------------------------------------------------------------------------------------------------------


def test_steps_hurt_no_group(both):
    """Seen before the kinds that move were settled: a mark to keep, no proof of skill."""
    plain, moved = both

    def ratio(found, rows):
        return found.scores(OURS, rows).crps / found.scores(WALK, rows).crps

    for name, rows in plain.groups().items():
        assert ratio(moved, rows) <= ratio(plain, rows) + 0.002, name
    assert ratio(moved, plain.cliffs()) < ratio(plain, plain.cliffs())
