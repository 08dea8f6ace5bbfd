"""From paths to a grown tree: what nodes hold is what their paths do, in the case's own money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.catalogue.catalogue import chance_by
from roadstead.futures.grow import central, halves, pace
from roadstead.futures.growth.from_paths import brought, class_shares, words
from roadstead.futures.paths.economy import usual_economy
from roadstead.futures.paths.exchange import Exchange
from roadstead.futures.paths.simulate import Possible, simulate
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.study.growing import begin
from roadstead.study.progress import Quiet

if TYPE_CHECKING:
    from roadstead.study.growing import Begun
    from roadstead.study.spec import Study

HORIZON = range(2027, 2037)


def test_probabilities_and_means_are_those_of_the_paths(grown_begun: Begun):
    """The law of total expectation: cars, electric cars and costs, over the nodes of any year, are the outlook's and the case's."""
    grown, outlook = grown_begun.grown, grown_begun.outlook
    tree, probability = grown.tree, node_probability(grown.tree)
    electric = (outlook.market * outlook.nev_share).mean(0)
    for t, year in enumerate(HORIZON):
        here = [n for n in range(tree.count) if tree.start[n] <= year < tree.start[n] + tree.years[n]]
        p = probability[here]
        assert p.sum() == pytest.approx(1.0)
        assert p @ grown.market[here, :, t] == pytest.approx(outlook.market[:, :, t].mean(0), rel=0.01)
        nev = p @ (grown.market[here, :, t] * grown.nev_share[here, :, t])
        assert nev == pytest.approx(electric[:, t], rel=0.02)
        assert grown.climate is not None
        assert p @ grown.climate.battery[here, t] == pytest.approx(1.0)
        for worth in grown.climate.worth.values():
            assert p @ worth[here, t] == pytest.approx(1.0)


def test_names_tell_siblings_apart_in_both_languages(grown_begun: Begun):
    grown = grown_begun.grown
    for parent in range(grown.tree.count):
        children = np.flatnonzero(grown.tree.parent == parent)
        for language in (0, 1):
            told = [grown.names[n][language] for n in children]
            assert len(set(told)) == len(told)
            assert all(told)
    english = " ".join(name for name, _ in grown.names)
    assert "EVs beat fuel cars" in english
    assert "not: " not in english
    assert not any("_" in name for names in grown.names for name in names)


def test_an_event_is_in_force_at_one_level_at_most(grown_begun: Begun):
    grown = grown_begun.grown
    for node in range(grown.tree.count):
        for year in range(2027, int(grown.tree.start[node] + grown.tree.years[node])):
            held = [one.event.partition(":")[0] for one in grown.happened[node] if one.holds(year)]
            assert len(set(held)) == len(held)
        for one in grown.happened[node]:
            assert one.node in history(grown.tree, node)
            begun = int(grown.tree.start[one.node])
            assert begun <= one.since < begun + int(grown.tree.years[one.node])
            assert one.since <= one.until


def test_the_same_seed_grows_the_same_tree(grown_study: Study, grown_begun: Begun):
    again, other = (
        begin(study, Quiet()).grown
        for study in (grown_study, replace(grown_study, tree=replace(grown_study.tree, seed=99)))
    )
    mine = grown_begun.grown
    assert again.names == mine.names
    assert again.happened == mine.happened
    assert (again.tree.branch_probability == mine.tree.branch_probability).all()
    assert (again.market == mine.market).all()
    assert other.happened != mine.happened


def test_the_tree_is_nearer_than_a_line(grown_begun: Begun):
    near = grown_begun.grown.nearness
    assert near is not None
    assert 0.0 < near.distance < near.undivided
    assert near.paths == 20_000
    assert {"kor_defence", "zaf_raises"} <= set(near.idle)


def test_events_stand_with_the_chance_that_paths_give_them(grown_study: Study, grown_begun: Begun):
    """That of an event that no other bears on is the catalogue's own; levels share it out as the catalogue does."""
    stated = grown_begun.grown.events
    assert grown_study.catalogue is not None
    suez, duty = (grown_study.catalogue.events[name] for name in ("suez_opens", "gbr_duty"))
    assert stated["suez_opens"].probability == pytest.approx(chance_by(suez.hazard, HORIZON[0], HORIZON[-1]), abs=0.01)
    levels = np.asarray([stated[f"gbr_duty:{degree.level.level_id}"].probability for degree in duty.degrees])
    assert levels / levels.sum() == pytest.approx([degree.level.probability for degree in duty.degrees], abs=0.05)
    assert all(0.0 <= event.probability <= 1.0 and event.rests_on for event in stated.values())


def test_events_bring_draws_and_leave_all_as_likely(grown_study: Study, grown_begun: Begun):
    catalogue, outlook = grown_study.catalogue, grown_begun.outlook
    assert catalogue is not None
    none = usual_economy(Exchange((), np.zeros(0), np.zeros((0, 0))))
    paths = simulate(Possible(catalogue.hazards, none, outlook.years, len(outlook.market)), 3, 0, 20_000)
    draw = brought(paths, catalogue, outlook, class_shares(paths, catalogue))
    count = np.bincount(draw, minlength=len(outlook.market))
    assert count.min() > 0
    assert count.mean() == 20.0
    assert count.std() < 10.0
    names = list(catalogue.events)
    slow, fast = ((paths.level[:, :, names.index(name)] >= 0).any(axis=1) for name in ("support_cut", "cars_cheap"))
    rank = pace(outlook)[draw]
    assert rank[slow & ~fast].max() <= rank[~slow & ~fast].min() + 1
    assert rank[~slow & ~fast].max() <= rank[fast & ~slow].min() + 1


def test_halves_are_halves(grown_begun: Begun):
    found = halves(grown_begun.outlook)
    assert found["slow"].sum() == found["fast"].sum() == len(grown_begun.outlook.market) // 2
    assert not (found["slow"] & found["fast"]).any()


def test_the_central_future_holds_what_holds_today(grown_begun: Begun):
    line = central(grown_begun.grown, grown_begun.outlook)
    assert leaves(line.tree) == (line.tree.count - 1,)
    assert line.happened == ((),) * line.tree.count
    assert line.market[1] == pytest.approx(grown_begun.outlook.market.mean(0))


def test_every_played_event_has_words_of_its_own(grown_study: Study):
    assert grown_study.catalogue is not None
    for event in grown_study.catalogue.events.values():
        told = words(event)
        assert len({told.comes, told.stays_away}) == 2
        assert len({told.comes_zh, told.stays_away_zh}) == 2
        for english, chinese in ((told.comes, told.comes_zh), (told.stays_away, told.stays_away_zh)):
            assert len(english) <= 32
            assert any("一" <= letter <= "鿿" for letter in chinese)
        assert len(told.levels) == len(event.degrees)
    bare = replace(next(iter(grown_study.catalogue.events.values())), comes="", stays_away="")
    assert words(bare).comes == bare.title
    assert words(bare).stays_away == f"not: {bare.title}"
