"""What is at stake: the sign and size of events, reckoned by the law and costs of the evaluation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.costs.costing import Circumstances
from roadstead.futures.costs.lane_costs import Supply, lane_cost
from roadstead.futures.evaluate import list_arcs, margins
from roadstead.futures.grow import grow
from roadstead.futures.growth.from_paths import played_levels
from roadstead.futures.growth.reckoning import Playable, World, reckon
from roadstead.futures.prospect import NodeYears
from roadstead.futures.selling.selling import reference
from roadstead.study.growing import currencies
from roadstead.world.reference import DOLLAR

if TYPE_CHECKING:
    from roadstead.futures.growth.stakes import Stakes
    from roadstead.study.growing import Begun
    from roadstead.study.spec import Study

EVENTS = ("eu_duty_prolonged", "eu_hybrids_duty", "tur_ends_surtax", "kor_defence", "cars_cheap", "support_cut")


@pytest.fixture(scope="module")
def world(grown_study: Study, grown_begun: Begun) -> World:
    line = grow(grown_study.tree.line(), {}, grown_begun.outlook)
    return World(grown_begun.costing, grown_begun.rules, grown_begun.outlook, line, currencies(grown_study))


@pytest.fixture(scope="module")
def stakes(grown_study: Study, world: World) -> Stakes:
    return reckon(world, playable(grown_study))


def playable(study: Study) -> list[Playable]:
    assert study.catalogue is not None
    events = [study.catalogue.events[name] for name in EVENTS]
    return [Playable(event.hazard, played_levels(event)) for event in events]


def test_walls_cost_and_openings_pay(stakes: Stakes):
    worth = dict(zip(EVENTS, stakes.events, strict=True))
    assert worth["eu_duty_prolonged"][0] < 0.0
    ten, twenty, thirty_five = worth["eu_hybrids_duty"]
    assert 0.0 > ten > twenty >= thirty_five
    assert worth["tur_ends_surtax"][0] > 0.0
    assert worth["kor_defence"] == (0.0, 0.0)
    assert worth["cars_cheap"][0] > 0.0 > worth["support_cut"][0]


def test_a_duty_costs_what_it_levies_on_what_is_sold(grown_study: Study, world: World, stakes: Stakes):
    """By hand: the duty of ten points on hybrids is ten points of the customs value of every hybrid sold to Germany, after tax."""
    costing, hybrids = world.costing, stakes.events[EVENTS.index("eu_hybrids_duty")]
    total, weights = 0.0, 0.0
    at = [i for i, o in enumerate(costing.carmaker.offers) if (o.market, o.model_id) == ("DEU", "voyage")]
    for year in (2030, 2034):
        now = Circumstances(world.rulebook, costing.conventions.route, {})
        years = NodeYears(np.zeros(1, dtype=np.int64), np.asarray([year]), np.ones(1, dtype=np.int64))
        sold = reference(costing, world.central, years, [now], costing.carmaker.offers)
        bars = {
            bar.key: bar.amount
            for bar in lane_cost(costing, Supply(None, costing.carmaker.models["voyage"], "DEU", "", year, now))
        }
        weight = float(stakes.year_weight[year - 2027])
        cost = bars["mfn"] * (1.0 - costing.carmaker.home.tax_rate)  # the ordinary duty is ten points, too
        total += weight * cost * float(sold.sales[0, at[0]])
        weights += weight
    assert hybrids[0] == pytest.approx(-total / weights)


def test_what_is_moved_beside_duties_is_reckoned_too(grown_study: Study, world: World, stakes: Stakes):
    """By hand: a tenth fewer plug-in cars in the Union cost a tenth of what they earn there; sites, limits and taxes cost what they cost."""
    assert grown_study.catalogue is not None
    asked = (
        "chn_plants_held",
        "chn_licence_quota",
        "chn_rebate_ends",
        "eu_rival_builds",
        "eu_co2_softened",
        "ind_refuses",
    )
    events = [grown_study.catalogue.events[name] for name in asked]
    found = reckon(world, [Playable(event.hazard, played_levels(event)) for event in events]).events
    worth = dict(zip(asked, found, strict=True))
    assert worth["chn_plants_held"][0] < 0.0  # Izmir is the best way to Germany, and cannot be built
    as_many, half_more = worth["chn_licence_quota"]
    assert as_many < half_more < 0.0
    four, all_of_it = worth["chn_rebate_ends"]
    assert all_of_it < four < 0.0
    quarter, half = worth["eu_rival_builds"]
    assert 0.0 > quarter > half
    assert half == pytest.approx(2.0 * quarter, rel=0.05)
    assert worth["ind_refuses"] == (0.0,)
    offers, costing = world.costing.carmaker.offers, world.costing
    arcs = list_arcs(costing, world.rulebook, offers, tuple(costing.carmaker.lines.values()))
    total, weights = np.zeros(2), 0.0
    for year in (2030, 2034):
        now = Circumstances(world.rulebook, costing.conventions.route, {})
        years = NodeYears(np.zeros(1, dtype=np.int64), np.asarray([year]), np.ones(1, dtype=np.int64))
        sold = reference(costing, world.central, years, [now], offers)
        margin, allowed = margins(costing, years, [now], arcs, sold.kept * sold.retail)
        weight = float(stakes.year_weight[year - 2027])
        for way in (0, 1):
            for c in (c for c, o in enumerate(offers) if o.market == "DEU"):
                ways = [
                    a for a, key in enumerate(arcs) if key.offer == c and (way or key.line is None) and allowed[0, a]
                ]
                total[way] -= 0.1 * weight * max(margin[0, ways].max(), 0.0) * float(sold.sales[0, c])
        weights += weight
    assert worth["eu_co2_softened"][0] == pytest.approx(total[np.abs(total).argmax()] / weights)


def test_factors_are_worth_what_they_cost(stakes: Stakes, world: World):
    assert stakes.battery > stakes.freight > 0.0
    rates = dict(zip(world.places, stakes.rates.tolist(), strict=True))
    assert rates["BRL"] == max(rates.values())
    assert rates[DOLLAR] == pytest.approx(stakes.freight)
    assert stakes.index.mean(axis=0) == pytest.approx(np.ones(stakes.index.shape[1]))


def test_looking_only_where_an_event_reaches_changes_nothing(
    grown_study: Study, world: World, stakes: Stakes, monkeypatch
):
    """Every lane costed anew gives the same money."""
    monkeypatch.setattr("roadstead.futures.growth.reckoning._reach", lambda *_: None)
    again = reckon(world, playable(grown_study))
    for one, other in zip(stakes.events, again.events, strict=True):
        assert one == pytest.approx(other)
    assert again.rates == pytest.approx(stakes.rates)


def test_currencies_are_those_of_the_case(grown_study: Study):
    assert currencies(grown_study) == {
        "USD": (), "EUR": ("DEU", "AUT"), "GBP": ("GBR",), "TRY": ("TUR",), "BRL": ("BRA",), "THB": ("THA",),
    }  # fmt: skip
    unknown = replace(grown_study.world, tables={**grown_study.world.tables, "incomes": ()})
    assert currencies(replace(grown_study, world=unknown)) == {}
