"""Rounds that ask some nodes: who is asked, and that what they answer is what they would among all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prospects import best_plan, invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint import turns
from roadstead.footprint.ground import ground
from roadstead.footprint.improving import Improver, Stage
from roadstead.footprint.pricing import BY_YEAR
from roadstead.footprint.search import Search
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.footprint.turns import Turns

ALONE = np.arange(100)
NONE = ALONE < 0


def test_the_first_round_asks_every_node_and_so_does_one_that_is_told_to():
    asked = Turns(ALONE, ~NONE)
    assert asked.next().all()
    assert asked.all
    asked.learn(np.ones(100, dtype=bool), np.full(100, 2.0), np.arange(100.0) / 100, NONE)
    assert not asked.next().all()
    assert not asked.all
    asked.ask_all()
    assert asked.next().all()


@given(st.lists(st.floats(0.0, 1e6), min_size=100, max_size=100))
def test_those_asked_are_expected_to_say_most_of_it_and_none_passed_over_more_than_they(gains: list[float]):
    gain = np.asarray(gains)
    asked = Turns(ALONE, ~NONE)
    asked.learn(np.ones(100, dtype=bool), gain, np.zeros(100), NONE)
    now = asked.next()
    assert gain[now].sum() >= turns.SHARE * gain.sum() * (1 - 1e-9)
    assert now.any()
    if not now.all():
        assert gain[~now].max() <= gain[now].min()
        # With one fewer they would not be most of it.
        assert gain[now].sum() - gain[now].min() < turns.SHARE * gain.sum() * (1 + 1e-9)


def test_where_nothing_is_expected_of_any_node_all_are_asked():
    asked = Turns(ALONE, ~NONE)
    asked.learn(np.ones(100, dtype=bool), np.zeros(100), np.zeros(100), NONE)
    assert asked.next().all()
    assert asked.all


def test_families_are_asked_together():
    family = ALONE // 4 * 4
    gain = np.zeros(100)
    gain[[3, 50]] = 1.0
    asked = Turns(family, ~NONE)
    asked.learn(np.ones(100, dtype=bool), gain, np.zeros(100), NONE)
    assert np.flatnonzero(asked.next()).tolist() == [0, 1, 2, 3, 48, 49, 50, 51]


def test_what_was_passed_over_is_expected_as_it_was():
    asked = Turns(ALONE, ~NONE)
    asked.learn(np.ones(100, dtype=bool), np.full(100, 3.0), np.full(100, 1.0), NONE)
    first = ALONE == 0
    earned = asked.learn(first, np.full(100, 5.0), np.where(first, 4.5, np.nan), NONE)
    assert earned[0] == pytest.approx(4.5)
    assert earned[1:] == pytest.approx(np.full(99, 3.0))
    assert asked.expected.tolist() == [0.5, *[2.0] * 99]


def test_the_first_round_asks_those_it_is_given_and_what_the_others_borrowed_is_expected_of_them():
    every_third = ALONE % 3 == 0
    asked = Turns(ALONE, every_third)
    assert np.array_equal(asked.next(), every_third)
    assert not asked.all
    earned = asked.learn(every_third, np.full(100, 5.0), np.where(ALONE == 50, 1.0, 4.0), ~every_third)
    assert earned == pytest.approx(np.where(ALONE == 50, 1.0, 4.0))
    assert asked.expected == pytest.approx(np.where(ALONE == 50, 4.0, 1.0))
    # What is borrowed once more says nothing of what own prices would take.
    again = asked.learn(NONE, np.full(100, 5.0), np.full(100, 4.5), ~NONE)
    assert asked.expected == pytest.approx(np.where(ALONE == 50, 4.0, 1.0))
    assert again == pytest.approx(np.where(ALONE == 50, 1.0, 4.0))
    asked.ask_all()
    assert asked.next().all()


def test_the_first_round_asks_families_whose_head_it_is_given():
    family = ALONE // 4 * 4
    asked = Turns(family, ALONE % 8 < 2)
    assert np.array_equal(asked.next(), family % 8 == 0)


def test_a_first_round_that_left_some_unknown_asks_them_next():
    asked = Turns(ALONE, ALONE < 10)
    asked.next()
    asked.learn(ALONE < 10, np.full(100, 5.0), np.full(100, 4.0), (ALONE >= 10) & (ALONE < 90))
    assert asked.next()[90:].all()


def test_where_nothing_fits_a_node_it_is_asked_again():
    asked = Turns(ALONE, ~NONE)
    earned = np.zeros(100)
    earned[7] = -np.inf
    asked.learn(np.ones(100, dtype=bool), np.zeros(100), earned, NONE)
    assert np.flatnonzero(asked.next()).tolist() == [7]


@pytest.mark.parametrize(("workers", "every"), [(1, 3), (2, 3), (2, 10**6)])
def test_some_nodes_answer_as_they_do_among_all(workers: int, every: int):
    """Of a node alone one of two workers knows nothing."""
    tree, prospect = as_prospect(generate("tiny", 0))
    at = ground(tree, prospect, ())
    point = np.minimum(at.decided.program.ceiling, 2.0) * np.random.default_rng(1).random(len(at.decided.program.gain))
    some = np.arange(tree.count) % every == 1
    years = np.flatnonzero(some[at.prospect.node_years.node])
    with Search(at, workers) as search:
        of_all, of_some = search.answers(point), search.answers(point, some)
        assert of_some.prices.node_year.tolist() == years.tolist()
        assert of_some.value == pytest.approx(of_all.value[years])
        assert search.earned(point, of_some)[some] == pytest.approx(search.earned(point, of_all)[some])
        search.learn(of_all)
        bound = search.master.allowed(point)
        search.learn(of_some)
        assert search.master.allowed(point) == pytest.approx(bound)
        # Prices kept of some give their cuts again, wherever they stand among all.
        search.learn_again(of_some.prices)
        assert search.master.allowed(point) == pytest.approx(bound)
    assert all(len(getattr(of_some.prices, name)) == len(years) for name in BY_YEAR)


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_rounds_of_some_nodes_find_the_same_plan_and_prove_it(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(turns, "FEW", 0)
    made, best = invented(seed), best_plan(seed)
    found = solve(made.tree, made.prospect, Effort(gap=1e-4, method="decomposition"))
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=1e-4)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified >= best.certificate.value * (1 - 1e-7)


def test_stages_tried_in_vain_come_up_ever_less_often_and_none_is_forgotten():
    """However long a search goes on, finding the next stage stays as quick."""
    tree, prospect = as_prospect(generate("small", 0))
    with Search(ground(tree, prospect, ()), 1) as search:
        improver, met = Improver(search), list[int]()
        search.best, search.plan = 0.0, np.zeros(1)

        def fruitless(stage: Stage) -> bool:
            met.append(next(i for i, one in enumerate(improver.stages) if one is stage))
            search.best += met[-1] == 0
            return met[-1] < 2

        improver._stage = fruitless  # type: ignore[method-assign]
        assert all(improver.step() for _ in range(200))
    assert len(improver.stages) > 2
    assert met.count(0) > 10 * met.count(1) > 0
    assert 0 < met.count(2) <= met.count(0)


def test_the_hand_that_would_be_done_first_is_asked_for_more_of_those_most_is_expected_of():
    gain = np.where(ALONE % 2 == 0, 100.0 - ALONE, 10.0 - ALONE / 10)
    plain, dealt = Turns(ALONE, ~NONE), Turns(ALONE, ~NONE, ALONE % 2, np.full(100, 3))
    for asked in (plain, dealt):
        asked.learn(np.ones(100, dtype=bool), gain, np.zeros(100), NONE)
    first, now = plain.next(), dealt.next()
    assert np.array_equal(now & (ALONE % 2 == 0), first & (ALONE % 2 == 0))
    loads = np.bincount(ALONE[now] % 2)
    assert loads[0] == loads[1]
    odd = ALONE % 2 == 1
    assert gain[odd & now].min() > gain[odd & ~now].max()
    assert not dealt.all


def test_what_is_asked_for_to_even_out_takes_no_longer_than_the_rest_and_parts_no_family():
    family, work = np.where(ALONE < 70, ALONE, ALONE // 10 * 10), np.where(ALONE % 2 == 0, 2, 5)
    asked = Turns(family, ~NONE, np.where(ALONE < 40, 0, 1), work)
    asked.learn(np.ones(100, dtype=bool), np.where(ALONE < 20, 10.0, 0.1), np.zeros(100), NONE)
    now = asked.next()
    most, more = (int(work[now & half].sum()) for half in (ALONE < 40, ALONE >= 40))
    assert most - 5 < more <= most
    assert not now[70:].any()
    assert now[40:70].any()
