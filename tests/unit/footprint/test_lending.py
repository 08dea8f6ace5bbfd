"""Prices lent to node-years that run alike: who lends to whom, and that cuts at borrowed prices are cuts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from priced import ANY, NEAR, SEEDS, asking, drawn, parts, states_of
from prospects import best_plan, invented, random_decisions

from benchmarks.instances import Size, as_prospect, generate
from roadstead.footprint import decompose, master, turns
from roadstead.footprint import search as search_room
from roadstead.footprint.ground import ground
from roadstead.footprint.lending import alike, every_so_many, lenders
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.operations import offers
from roadstead.footprint.search import Search
from roadstead.footprint.turns import FEW
from roadstead.futures.prospect import NodeYears


def test_nodes_run_alike_where_they_have_the_same_years():
    node = np.asarray([0, 0, 1, 2, 2, 3, 4, 4])
    year = np.asarray([27, 28, 29, 29, 30, 29, 29, 30])
    span = np.asarray([1, 1, 1, 1, 1, 1, 1, 3])
    assert alike(NodeYears(node, year, span), 5).tolist() == [0, 1, 2, 1, 3]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 5))
def test_one_of_every_so_many_of_each_kind_is_taken(kinds: list[int], step: int):
    group = np.asarray(kinds)
    taken = every_so_many(group, step)
    for g in np.unique(group):
        mine = taken[group == g]
        assert mine[0]
        assert np.flatnonzero(mine).tolist() == list(range(0, len(mine), step))


@given(st.integers(0, 10**6))
def test_a_node_borrows_from_the_nearest_of_its_kind_that_is_asked(seed: int):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, 20)
    mine = np.flatnonzero(rng.random(20) < 0.7)
    nodes = np.repeat(mine, group[mine] + 1)  # a kind has years of its own number
    asked = rng.random(20) < 0.4
    lent = lenders(nodes, group, asked)
    for y, n in enumerate(nodes):
        could = [m for m in mine if asked[m] and group[m] == group[n]]
        if asked[n] or not could:
            assert lent[y] == -1
            continue
        m = nodes[lent[y]]
        assert m in could
        assert abs(m - n) == min(abs(each - n) for each in could)
        assert lent[y] - np.searchsorted(nodes, m) == y - np.searchsorted(nodes, n)


@given(SEEDS, ANY)
def test_cuts_at_borrowed_prices_are_below_nothing_that_is_earned(seed: int, chance: int):
    made = invented(seed)
    ops, _, _, programs = parts(seed)
    rng = np.random.default_rng(chance)
    nodes = made.prospect.node_years.node
    group = alike(made.prospect.node_years, made.tree.count)
    asked = every_so_many(group, 2)
    states = states_of(seed, random_decisions(made, rng))
    lent = lenders(nodes, group, asked)
    wanted = np.flatnonzero(asked[nodes])
    for at_shares in (False, True):
        # Prices of a state in part are lent, too, and hold at whole decisions.
        asked_at = drawn(ops, rng) if at_shares else states
        found = programs(Asked(asked_at, lumps=at_shares, wanted=wanted, lent=lent))
        years = found.prices.node_year
        assert set(years) >= set(wanted)
        assert np.array_equal(np.isnan(found.value), ~np.isin(years, wanted))
        earned = programs(Asked(states)).value[years]
        fits = np.isfinite(earned)
        allowed = found.cuts.at(states.of_years(years))
        assert np.all(allowed[fits] >= earned[fits] - NEAR * (1 + np.abs(earned[fits])))


@pytest.mark.parametrize("seed", range(12))
def test_who_borrows_borrows_for_all_years_of_a_node(seed: int):
    """What does not fit is not lent; a cut that left out a year of a node would lie below what it earns."""
    made = asking(seed)
    ops, years = offers(made.tree, made.prospect).every(), made.prospect.node_years
    programs = NodePrograms((ops, years.node))
    group = alike(years, made.tree.count)
    asked = every_so_many(group, 2)
    found = programs(
        Asked(
            drawn(ops, np.random.default_rng(seed)),
            wanted=np.flatnonzero(asked[years.node]),
            lent=lenders(years.node, group, asked),
        )
    )
    answering = np.isin(np.arange(ops.count), found.prices.node_year)
    for n in range(made.tree.count):
        mine = answering[years.node == n]
        assert mine.all() or not mine.any()


@pytest.mark.parametrize("seed", range(6))
def test_a_small_tree_that_lends_finds_what_it_finds_without(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Families that share rows, of which some have nobody to borrow from, too."""
    monkeypatch.setattr(turns, "FEW", 0)
    monkeypatch.setattr(search_room, "FEW", 0)
    monkeypatch.setattr(master, "MOST_ROWS", 2)
    made = invented(seed)
    best = best_plan(seed).certificate.value
    found = decompose.decompose(made.tree, made.prospect, decompose.Goal(0.0, 120.0, 1))
    assert found.certificate is not None
    assert found.bound_certified >= best - 1e-6 * abs(best)
    assert found.bound_solver >= best - 1e-6 * abs(best)
    assert found.certificate.value == pytest.approx(best, rel=2e-6)


def test_nothing_is_said_of_a_family_of_which_one_has_not_answered(monkeypatch: pytest.MonkeyPatch):
    """A row for all of them would take the silent one to earn nothing."""
    monkeypatch.setattr(master, "MOST_ROWS", 2)
    made = invented(1)
    with Search(ground(made.tree, made.prospect, ()), 1) as search:
        search.learn_from_nothing()
        point = np.zeros(len(search.at.decided.program.gain))
        before = search.master.allowed(point)
        heads, size = np.unique(search.master.family, return_counts=True)
        large = heads[size > 1][0]
        asked = np.arange(made.tree.count) == np.flatnonzero(search.master.family == large)[0]
        search.learn(search.answers(point, asked))
        assert np.array_equal(search.master.allowed(point), before)
        search.learn(search.answers(point, search.master.family == large))
        assert np.any(search.master.allowed(point) < before)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_node_answers_a_round_in_which_few_are_asked(workers: int):
    """A larger tree: one of every few of each share is asked, and their cuts lie near to those of own prices."""
    tree, prospect = as_prospect(generate(Size(12, 4, 2, (1, 4, 4, 3), (1, 1, 2, 2)), 0))
    assert tree.count > FEW
    at = ground(tree, prospect, ())
    rng = np.random.default_rng(0)
    point = np.minimum(at.decided.program.ceiling, 1.0) * rng.random(len(at.decided.program.gain)) * 0.3
    with Search(at, workers) as search:
        some = search.spread(3)
        assert 0 < some.sum() <= tree.count / 2
        own, few = search.answers(point), search.answers(point, some, lend=True)
    assert search.answering(few).all()
    assert len(few.value) == len(own.value)
    asked = some[search.nodes]
    assert np.array_equal(np.isnan(few.value), ~asked)
    at_point = at.states.at(point)
    by_own, by_few = own.cuts.at(at_point), few.cuts.at(at_point)
    assert by_few[asked] == pytest.approx(by_own[asked], rel=1e-6)
    assert by_few.sum() >= by_own.sum() * (1 - 1e-9)
    assert by_few.sum() <= by_own.sum() * 1.05
