"""Rates of a sign on paths, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.playbook.book import Sentence
from roadstead.playbook.confirmed import OnPaths, told
from roadstead.playbook.misled import lost, rates_of, share
from roadstead.playbook.observed import Sight
from roadstead.playbook.signs_book import Condition, Signpost
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.reading import Reading

SHOWN = np.asarray([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
TAKEN = np.asarray([1, 1, 1, 0, 1, 1, 0, 0, 0, 0], dtype=bool)


def test_rates_by_hand():
    """Of four that show it one is not done; of five on which it is done two do not show it."""
    found = rates_of(SHOWN, TAKEN)
    assert (found.asked, found.shown, found.taken) == (10, 4, 5)
    assert found.false_alarm is not None
    assert found.missed is not None
    assert found.false_alarm.value == 0.25
    assert found.false_alarm.error == pytest.approx((0.25 * 0.75 / 4) ** 0.5)
    assert found.missed.value == 0.4
    assert found.missed.error == pytest.approx((0.4 * 0.6 / 5) ** 0.5)


def test_where_nothing_is_shown_or_done_there_is_no_rate():
    never = np.zeros(10, dtype=bool)
    assert rates_of(never, TAKEN).false_alarm is None
    assert rates_of(SHOWN, never).missed is None
    assert share(never[:0], np.ones(0)) is None


def test_shares_of_unlike_weights_by_hand():
    """Two nodes show it, of weights 0.1 and 0.3, and the second is not done."""
    found = rates_of(np.asarray([True, True, False]), np.asarray([True, False, False]), np.asarray([0.1, 0.3, 0.6]))
    assert found.false_alarm is not None
    assert found.false_alarm.value == pytest.approx(0.75)
    assert found.false_alarm.error == pytest.approx((0.25**2 * 0.75**2 + 0.75**2 * 0.25**2) ** 0.5)


def test_what_a_sign_loses_by_hand():
    """Not done where it pays 2, done where it costs 3: five over ten paths; nothing lost where both agree."""
    worth = np.asarray([9.0, 9.0, 9.0, -3.0, 2.0, -9.0, -9.0, -9.0, -9.0, -9.0])
    found = lost(SHOWN, worth)
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.error == pytest.approx(np.asarray([0.0, 0, 0, 3, 2, 0, 0, 0, 0, 0]).std() / 10**0.5)
    assert lost(SHOWN[:0], worth[:0]) is None


SIGHTS = (Sight("share", "TUR", 2029), Sight("share", "BRA", 2029))


def signpost() -> Signpost:
    """As a tree may have it: by Turkey's share, which tells nothing on the paths below."""
    said = Sentence("sign.share", {})
    return Signpost(
        what=Sentence("later", {}),
        kind="expand",
        subject="line",
        year=2029,
        lead=1,
        probability=0.5,
        conditions=(Condition("share", "TUR", True, 0.5, 2029, said),),
        false_alarm=0.0,
        missed=0.0,
        lead_time=said,
    )


def on_paths(count: int = 700, cost: float = 5e6) -> OnPaths:
    """Doing it pays 5 where Brazil's share in 2029 is 0.4 or more and costs 5, or another amount, elsewhere."""
    drawn = np.random.default_rng(2)
    value = drawn.random((count, 2))
    worth = np.where(value[:, 1] >= 0.4, 5e6, -cost) + drawn.normal(0.0, 2e6, count)
    by_tree = value[:, 0] >= 0.5
    return OnPaths(np.zeros(count, dtype=bool), by_tree, value, np.full(2, 0.1), SIGHTS, worth)


def test_the_sign_that_earns_most_is_the_one_to_go_by(reading: Reading):
    met = on_paths()
    found = told(signpost(), rates_of(met.by_tree, met.taken), met, (reading, {}))
    [limit] = found.chosen.conditions
    assert (limit.kind, limit.of, limit.year, limit.above) == ("share", "BRA", 2029, True)
    assert limit.threshold == pytest.approx(0.4, abs=0.03)
    assert (found.signpost.chosen_on, found.chosen.chosen_on) == ("tree", "paths")
    assert found.chosen.lead == 1
    assert met.worth is not None
    judged = slice(1, None, 2)  # the paths that nobody chose on
    shown, worth, tried = met.value[judged, 1] >= limit.threshold, met.worth[judged], found.chosen.tried
    assert tried is not None
    assert tried.beside == "pays"
    assert tried.rates == rates_of(shown, worth > 0)
    assert tried.lost == lost(shown, worth)
    assert tried.always == (met.worth[::2].sum() > 0)
    assert tried.blind == lost(np.full(len(worth), tried.always), worth)
    assert found.pays == rates_of(met.by_tree[judged], worth > 0)
    assert found.lost == lost(met.by_tree[judged], worth)
    assert found.nearest == lost(met.taken[judged], worth)
    said = Words("en", "USD").say(found.said)
    assert "the new-energy share in Brazil in 2029 is 40% or more" in said
    assert Words("zh", "USD").say(found.said)


def test_thresholds_go_by_the_money(reading: Reading):
    """Where a wrong alarm costs ten times what a right one earns, the sign asks for more before it shows."""
    sure, dear = (
        told(signpost(), rates_of(met.by_tree, met.taken), met, (reading, {}))
        for met in (noisy(cost=1e6), noisy(cost=20e6))
    )
    first, second = (next(c.threshold for c in one.chosen.conditions if c.of == "BRA") for one in (sure, dear))
    assert second > first + 0.05


def noisy(cost: float) -> OnPaths:
    """What pays rises with Brazil's share, and never surely."""
    drawn = np.random.default_rng(5)
    value = drawn.random((900, 2))
    worth = np.where(drawn.random(900) < value[:, 1], 5e6, -cost)
    return OnPaths(np.zeros(900, dtype=bool), value[:, 0] >= 0.5, value, np.full(2, 0.1), SIGHTS, worth)


def test_where_nothing_seen_tells_it_is_done_always_or_never(reading: Reading):
    met = on_paths()
    assert met.worth is not None
    for by, always in ((3e6, True), (-6e6, False)):
        unlike = replace(met, worth=np.random.default_rng(3).permutation(met.worth) + by)
        found = told(signpost(), rates_of(met.by_tree, met.taken), unlike, (reading, {}))
        assert found.chosen.conditions == ()
        assert found.chosen.tried is not None
        assert found.chosen.tried.always is always
        assert found.chosen.tried.lost == found.chosen.tried.blind
        for language in ("en", "zh"):
            assert Words(language, "USD").say(found.said)


def test_the_trees_sign_stands_where_it_earns_most(reading: Reading):
    met = on_paths()
    assert met.worth is not None
    right = replace(met, by_tree=met.worth > 0)
    found = told(signpost(), rates_of(right.by_tree, met.taken), right, (reading, {}))
    assert found.chosen.conditions == signpost().conditions
    assert found.chosen.chosen_on == "tree"
    assert found.lost is not None
    assert found.lost.value == 0.0
    assert "what the tree says" in Words("en", "USD").say(found.said)


def test_on_a_few_paths_no_other_sign_is_chosen(reading: Reading):
    met = on_paths(count=12)
    found = told(signpost(), rates_of(met.by_tree, met.taken), met, (reading, {}))
    assert found.chosen.conditions == signpost().conditions
    assert "12" in Words("en", "USD").say(found.said)
    none = on_paths(count=0)
    assert told(signpost(), rates_of(none.by_tree, none.taken), none, (reading, {})).lost is None


def test_what_cannot_be_worked_out_by_path_is_told_by_what_the_plan_does(reading: Reading):
    met = on_paths()
    plan = replace(met, worth=None, taken=met.value[:, 1] >= 0.4)
    found = told(signpost(), rates_of(met.by_tree, plan.taken), plan, (reading, {}))
    [limit] = found.chosen.conditions
    assert limit.of == "BRA"
    assert found.pays is None
    assert found.chosen.tried is not None
    assert (found.chosen.tried.beside, found.chosen.tried.lost) == ("plan", None)
    assert "Brazil" in Words("en", "USD").say(found.said)
