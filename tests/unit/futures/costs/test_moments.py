"""Moments side by side: what rests on law is asked once for each law, and every moment is told what its own law says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.costs.lane_costs import Supply, Way, lane_cost, lane_costs
from roadstead.futures.costs.moments import Moments
from roadstead.trade.amendment import Amendment, amend

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Circumstances
    from roadstead.study.study import Ready


@pytest.fixture
def both(starter_ready: Ready) -> tuple[Circumstances, Circumstances]:
    """Today, and a change of one union's law."""
    now = starter_ready.evaluation.ledger.circumstances[0]
    rise = Amendment("add", "EU27", "rise", rate=0.2)
    return now, replace(now, rulebook=amend(now.rulebook, [(rise, date(2027, 1, 1))]))


def test_a_law_is_asked_once_and_every_moment_told(both):
    now, after = both
    moments = Moments([2030, 2031, 2030, 2030, 2031], [now, after, after, replace(now, battery=1.2), now])
    asked: list[tuple[int, bool]] = []

    def look(year: int, there: Circumstances) -> float:
        raised = there.rulebook.measures["EU27"] is after.rulebook.measures["EU27"]
        asked.append((year, raised))
        return year + 0.5 * raised

    told = moments.told("looked", look, moments.law("EU27"))
    assert told.tolist() == [2030.0, 2031.5, 2030.5, 2030.0, 2031.0]
    assert sorted(asked) == [(2030, False), (2030, True), (2031, False), (2031, True)]
    assert moments.told("looked", look, moments.law("EU27")) is told
    assert len(moments.apart(moments.law("TUR"))[0]) == len(moments.apart(moments.years)[0]) == 2
    assert len(moments.apart(moments.measures("EU27"))[0]) == 2
    assert moments.battery.tolist() == [1.0, 1.0, 1.0, 1.2, 1.0]


def test_some_moments_are_as_they_are_among_all(both):
    now, after = both
    dear = replace(after, freight=1.5, worth={"BRA": 0.9}, content={"TUR": 0.4})
    moments = Moments([2030, 2031, 2032, 2031], [now, dear, after, dear])
    some = moments.some(np.asarray([1, 3]))
    assert some.places.tolist() == [1, 3]
    assert some.year.tolist() == [2031, 2031]
    assert some.freight.tolist() == [1.5, 1.5]
    assert some.worth_of("BRA").tolist() == [0.9, 0.9]
    assert some.worth_of("TUR").tolist() == [1.0, 1.0]
    assert some.content_of("TUR").tolist() == [0.4, 0.4]
    assert len(some.apart(some.law("EU27"), some.rules, some.routes, some.terms)[0]) == 1
    assert moments.some(np.asarray([1, 3])) is some
    assert moments.some(np.arange(4)) is moments
    fewer = moments.some(np.asarray([1, 2, 3])).some(np.asarray([0, 2]))
    assert fewer is some
    assert fewer.all is moments.all is moments


def test_costs_of_some_moments_are_those_among_all(starter_ready: Ready, both):
    """Whoever looks at some moments of many, out of their order, is told their own law."""
    now, after = both
    costing = starter_ready.evaluation.ledger.costing
    many = Moments([2030, 2031, 2032, 2030, 2031], [now, after, now, after, after])
    some = many.some(np.asarray([4, 3, 2]))
    way = Way(None, costing.carmaker.models["city"], "DEU", "", np.arange(3))
    (found,) = lane_costs(costing, some, [way])
    alone = [lane_cost(costing, Supply(None, way.model, "DEU", "", int(some.year[i]), some.now[i])) for i in range(3)]
    assert [found.bars(i) for i in range(3)] == alone
