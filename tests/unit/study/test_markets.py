"""The ranking of markets: figures by hand, ports of transit, what is missing, and weights."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import roadstead as rs
from roadstead.study.markets import KEYS, Market, Markets, of_names, rank_markets, read_weights
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference
from roadstead.world.lanes import ShippingTerms, freight_per_car

if TYPE_CHECKING:
    from collections.abc import Mapping

ON = date(2026, 6, 1)


@pytest.fixture(scope="module")
def found() -> Markets:
    return rank_markets(reference.load(), ON)


@pytest.fixture(scope="module")
def by_place(found: Markets) -> Mapping[str, Market]:
    return {market.market: market for market in found.markets}


def test_countries_are_ranked_blocs_and_the_home_market_are_not(found: Markets):
    places = {market.market for market in found.markets}
    assert {"USA", "DEU", "BRA", "JPN", "IND"} <= places
    assert not places & {"CHN", "EU27", "EUR", "WLD", "ROW"}
    assert [market.rank for market in found.markets] == sorted(market.rank for market in found.markets)


def test_openness_is_what_the_rules_charge(by_place: Mapping[str, Market]):
    def duty(powertrain: str) -> float:
        facts = {"firm_nationality": "CHN"}
        return rs.duty(
            importer="BRA", origin="CHN", powertrain=powertrain, on=ON, value=20_000, facts=facts
        ).total_duty_rate

    mean = (duty("ICE") + duty("PHEV") + duty("BEV")) / 3
    assert 0.0 < mean < 1.0
    assert by_place["BRA"].cells["openness"].value == pytest.approx(1.0 - mean)
    assert by_place["BRA"].cells["openness"].sources


def test_a_market_that_bars_the_maker_is_closed(by_place: Mapping[str, Market]):
    cell = by_place["USA"].cells["openness"]
    assert cell.value == 0.0
    assert "barred by NTM-039" in cell.note


def test_the_landed_gap_by_hand(by_place: Mapping[str, Market]):
    """New Zealand charges a Chinese car no duty: what is left is freight (W.1) and insurance."""
    world = reference.load()
    assert rs.duty(importer="NZL", origin="CHN", powertrain="BEV", on=ON, value=20_000).total_duty_rate == 0.0
    miles = world.lanes.distance("CHN", "NZL", "SUEZ_OPEN")
    ship = ShippingTerms({2026: 50_000}, 17_000, 16.5, 5, 1.75, 6500, 0.85, 10.5, 160)
    freight = float(freight_per_car(ship, miles, 13.5, [2026])[0])
    expected = (freight + 0.004 * (18_316 + freight)) / 18_316
    assert by_place["NZL"].cells["landed_gap"].value == pytest.approx(expected)


def test_a_member_without_a_port_is_reached_by_the_unions_port_of_transit(by_place: Mapping[str, Market]):
    austria, belgium = by_place["AUT"].cells["landed_gap"], by_place["BEL"].cells["landed_gap"]
    assert austria.value == belgium.value
    assert "by the port of BEL" in austria.note
    assert not belgium.note


def test_ports_of_transit_are_told_from_markets(by_place: Mapping[str, Market]):
    assert {market.market for market in by_place.values() if market.transit} == {"BEL", "ARE"}
    emirates = by_place["ARE"]
    assert emirates.transit.shipped.value == 572_000
    assert emirates.transit.over_size == pytest.approx(572_000 / emirates.cells["size"].value)
    # Belgium's size is what is registered there, far below what is shipped there in a year.
    assert by_place["BEL"].cells["size"].value < 450_000
    assert by_place["BEL"].transit.shipped.period == "2025-01..09"


def test_what_is_missing_is_told_and_leaves_the_rank_open(found: Markets, by_place: Mapping[str, Market]):
    for market in found.markets:
        unknown = tuple(key for key in KEYS if market.cells[key].value is None)
        assert market.missing == unknown
        assert all(market.cells[key].missing for key in unknown)
        assert market.best <= market.rank <= market.worst
        assert (market.low == market.high) == (not unknown)
    assert "landed_gap" in by_place["CHE"].missing
    assert set(found.left_out["JOR"]) >= {"growth", "openness"}
    assert not set(found.left_out) & set(by_place)


def test_every_figure_names_what_it_rests_on(found: Markets):
    for market in found.markets:
        for key, cell in market.cells.items():
            if cell.value is not None:
                assert cell.sources or cell.note == "no source located", (market.market, key)
                assert cell.period


def test_the_gap_cites_its_freight_as_well_as_its_duty(found: Markets, by_place: Mapping[str, Market]):
    world = reference.load()
    terms = {row["term"]: row["source"] for row in world.tables["market_terms"]}
    lanes = {row["source"] for row in world.tables["sea_distances"] if row["destination"] == "BEL"}
    cited = set(by_place["AUT"].cells["landed_gap"].sources)
    assert cited >= {terms["ship.charter"], terms["car.fob"], "assumption"}
    assert cited & lanes
    assert cited - lanes - set(terms.values())
    assert found.until == 2030


def test_the_first_tier_buys_half(found: Markets):
    sizes = [market.cells["size"].value for market in found.markets]
    first = [market.cells["size"].value for market in found.markets if market.tier == 1]
    assert sum(first) >= 0.5 * sum(sizes)
    assert sum(first[:-1]) < 0.5 * sum(sizes)


def test_size_alone_ranks_by_size():
    weights = dict.fromkeys(KEYS, 0.0) | {"size": 1.0}
    told = rank_markets(reference.load(), ON, weights=weights)
    sizes = [market.cells["size"].value for market in told.markets]
    assert sizes == sorted(sizes, reverse=True)
    assert told.markets[0].market == "USA"
    turned = rank_markets(reference.load(), ON, weights=weights | {"size": -1.0})
    assert turned.markets[-1].market == "USA"


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (("beauty=2",), 1),
        (("size",), 1),
        (("size=heavy",), 1),
        (("size=nan",), 1),
        (("size=inf",), 1),
        (("size=1", "size=2"), 1),
        (("beauty=1", "growth=x", "openness=2"), 2),
    ],
)
def test_bad_weights_are_all_told(written: tuple[str, ...], count: int):
    with pytest.raises(RoadsteadError) as caught:
        read_weights(written)
    assert [fault.code for fault in caught.value.faults] == ["RS-S751"] * count


def test_weights_of_any_finite_size_rank(found: Markets):
    huge = rank_markets(reference.load(), ON, weights={key: 1e307 * found.weights[key] for key in KEYS})
    assert [market.market for market in huge.markets] == [market.market for market in found.markets]


def test_weights_are_read():
    assert read_weights(("size=2", " growth = 0.5 ", "chinese_share=-1")) == {
        "size": 2.0,
        "growth": 0.5,
        "chinese_share": -1.0,
    }


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"weights": dict.fromkeys(KEYS, 0.0)}, ["RS-S751"]),
        ({"weights": {"beauty": 1.0}}, ["RS-S751"]),
        ({"weights": {"size": float("nan")}}, ["RS-S751"]),
        ({"powertrain": "STEAM"}, ["RS-L208"]),
    ],
)
def test_a_bad_question_is_refused(asked: dict[str, object], codes: list[str]):
    with pytest.raises(RoadsteadError) as caught:
        rs.markets(ON, **asked)
    assert [fault.code for fault in caught.value.faults] == codes


@pytest.mark.parametrize(("name", "code"), [("Narnia", "RS-W301"), ("CHN", "RS-S752"), ("JOR", "RS-S752")])
def test_who_is_not_ranked_is_told(found: Markets, name: str, code: str):
    with pytest.raises(RoadsteadError) as caught:
        of_names(found, reference.load(), [name])
    assert [fault.code for fault in caught.value.faults] == [code]


def test_the_same_question_has_the_same_answer(found: Markets):
    again = rank_markets(reference.load(), ON)
    assert [(m.market, m.score) for m in again.markets] == [(m.market, m.score) for m in found.markets]
