"""Picks of places against places that came, by hand."""

from __future__ import annotations

import pytest

from roadstead.study.makers.scoring import Asked, best, by_chance, fared, moved

FOUR = frozenset("abcd")


def asked(picked, came, places=FOUR, maker="one"):
    return Asked(maker, places, frozenset(picked), frozenset(came))


def test_hits_and_shares():
    found = fared([asked("ab", "bc"), asked("c", "abc", maker="two")])
    assert (found.picks, found.came, found.hits) == (3, 5, 2)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 5)
    # Two of four picked and two came: one by chance; one of four picked and three came: three quarters.
    assert found.blind == pytest.approx(1.75)


def test_blind_picks_by_hand():
    """Two of four, of which two came: none in 1 of 6 ways, one in 4, both in 1."""
    one = [asked("ab", "bc")]
    assert [by_chance(one, n) for n in (0, 1, 2)] == pytest.approx([1.0, 5 / 6, 1 / 6])
    two = [*one, asked("c", "abc", maker="two")]
    # Both of the first and the one of the second: 1/6 times 3/4.
    assert by_chance(two, 3) == pytest.approx(1 / 8)


def test_makers_that_follow_one_another_are_one_draw():
    """Ten makers with the same pick and the same plant: blind picks hardly ever hit all ten, moved names one time in four."""
    herd = [asked("a", "a", maker=str(n)) for n in range(10)]
    assert by_chance(herd, 10) == pytest.approx(0.25**10)
    assert moved(herd, 10, 4_000, 1) == pytest.approx(0.25, abs=0.03)


def test_nothing_picked_has_no_precision():
    found = fared([asked("", "ab")])
    assert found.precision != found.precision
    assert (found.hits, found.by_chance) == (0, 1.0)


def test_the_best_are_the_highest_then_by_name():
    assert best({"a": 1.0, "b": 3.0, "c": 3.0, "d": 0.0}, FOUR, 2) == frozenset("bc")
    assert best({"d": 1.0}, FOUR, 2) == frozenset("ad")
    assert best({"a": 1.0}, frozenset("bc"), 1) == frozenset("b")
