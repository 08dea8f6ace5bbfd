"""Rates of a sign on paths, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.playbook.confirmed import gained, rates, share

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
    assert share(never[:0]) is None


def test_what_a_sign_is_worth_by_hand():
    """Done where the plan does not on one path, worth 6; not done where it does on two, worth 2 and -3: (6 - 2 + 3) / 10."""
    worth = np.asarray([9.0, 9.0, 9.0, 6.0, 2.0, -3.0, 9.0, 9.0, 9.0, 9.0])
    found = gained(SHOWN, TAKEN, worth)
    assert found is not None
    assert found.value == pytest.approx(0.7)
    apart = np.asarray([0.0, 0, 0, 6, -2, 3, 0, 0, 0, 0])
    assert found.error == pytest.approx(apart.std() / 10**0.5)
    assert gained(SHOWN[:0], TAKEN[:0], worth[:0]) is None
