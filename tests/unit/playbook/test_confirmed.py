"""Rates of a sign on paths, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.playbook.confirmed import _better, gained, rates
from roadstead.playbook.observed import Seen, Sight
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.reading import Reading

SHOWN = np.asarray([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
TAKEN = np.asarray([1, 1, 1, 0, 1, 1, 0, 0, 0, 0], dtype=bool)


def test_rates_by_hand():
    """Of four that show it one is not done; of five on which it is done two do not show it."""
    found = rates(SHOWN, TAKEN)
    assert (found.asked, found.shown, found.taken) == (10, 4, 5)
    assert found.false_alarm is not None
    assert found.missed is not None
    assert found.false_alarm.value == 0.25
    assert found.false_alarm.error == pytest.approx((0.25 * 0.75 / 4) ** 0.5)
    assert found.missed.value == 0.4
    assert found.missed.error == pytest.approx((0.4 * 0.6 / 5) ** 0.5)


def test_where_nothing_is_shown_or_done_there_is_no_rate():
    never = np.zeros(10, dtype=bool)
    assert rates(never, TAKEN).false_alarm is None
    assert rates(SHOWN, never).missed is None


def test_what_a_sign_is_worth_by_hand():
    """Done where the plan does not on one path, worth 6; not done where it does on two, worth 2 and -3: (6 - 2 + 3) / 10."""
    worth = np.asarray([9.0, 9.0, 9.0, 6.0, 2.0, -3.0, 9.0, 9.0, 9.0, 9.0])
    found = gained(SHOWN, TAKEN, worth)
    assert found is not None
    assert found.value == pytest.approx(0.7)
    apart = np.asarray([0.0, 0, 0, 6, -2, 3, 0, 0, 0, 0])
    assert found.error == pytest.approx(apart.std() / 10**0.5)
    assert gained(SHOWN[:0], TAKEN[:0], worth[:0]) is None


SIGHTS = (Sight("share", "TUR", 2029), Sight("share", "BRA", 2029), Sight("share", "BRA", 2032))


def on_paths(count: int = 800) -> tuple[Seen, np.ndarray]:
    """Doing it pays 5 where Brazil's share in 2029 is 0.4 or more and costs 5 elsewhere; that of 2032 tells the sum itself."""
    drawn = np.random.default_rng(2)
    value = drawn.random((count, 3))
    worth = np.where(value[:, 1] >= 0.4, 5e6, -5e6) + drawn.normal(0.0, 2e6, count)
    value[:, 2] = worth
    return Seen(SIGHTS, value, np.full(3, 0.1)), worth


def test_the_sign_that_earns_most_is_found_in_what_is_seen_by_then(reading: Reading):
    seen, worth = on_paths()
    may = np.arange(100, 800)
    taken = np.zeros(700, dtype=bool)
    found = _better(seen, (reading, {}), 2029, may, taken, worth[may])
    assert found is not None
    [limit] = found.where
    assert (limit.kind, limit.of, limit.year, limit.above) == ("share", "BRA", 2029, True)
    assert limit.threshold == pytest.approx(0.4, abs=0.03)
    judged = may[1::2]
    shown, pays = seen.value[judged, 1] >= limit.threshold, worth[judged] > 0
    assert found.pays == rates(shown, pays)
    assert found.gain.value == pytest.approx((worth[judged] * shown).mean())  # the plan does it nowhere
    said = Words("en", "USD").say(found.said)
    assert "the new-energy share in Brazil in 2029 is 40% or more" in said
    assert Words("zh", "USD").say(found.said)


def test_no_sign_is_told_where_nothing_seen_tells_what_pays(reading: Reading):
    seen, worth = on_paths()
    may = np.arange(800)
    unlike = np.random.default_rng(3).permutation(worth)
    assert _better(seen, (reading, {}), 2029, may, np.zeros(800, dtype=bool), unlike) is None
