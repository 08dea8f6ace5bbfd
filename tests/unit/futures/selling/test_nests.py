"""Nests: segments divide what the outlook says of a powertrain, own cars take their part, rivals have the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.demand.calibrate import Elasticities
from roadstead.demand.choice import own_elasticities
from roadstead.demand.pricing import settle_prices, shares_at
from roadstead.futures.selling.nests import Nests, nest_of, nests_of
from roadstead.futures.selling.rivals import SMALL, Sides, contest
from roadstead.futures.selling.selling import build_demand
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Powertrain
from roadstead.world.carmaker import Segment

if TYPE_CHECKING:
    from roadstead.futures.selling.rivals import Contest
    from roadstead.futures.selling.selling import Selling
    from roadstead.study.study import Ready

WANTED = Elasticities(np.asarray(-4.0), np.asarray(-0.9), 0.5)


def nests(sales, own=(0,), names=("BEV small", "BEV mid", "other"), classes=("BEV", "BEV", "other")) -> Nests:
    return Nests(names, classes, np.asarray(sales, dtype=float), np.asarray(own))


def market(own_sales, of: Nests, wanted: Elasticities = WANTED, shipped: float = 0.2) -> Contest:
    sold = np.asarray(own_sales, dtype=float)
    price = np.full(sold.shape, 30_000.0) + 5_000.0 * np.arange(sold.shape[1])
    years = np.arange(2027, 2027 + len(sold))
    return contest("DEU", tuple(range(sold.shape[1])), Sides(sold, price, of, years, shipped, 8.0), wanted)


def with_segments(ready: Ready, segments: dict[tuple[str, str], tuple[Segment, ...]]) -> Selling:
    ledger = ready.evaluation.ledger
    costing = replace(ledger.costing, carmaker=replace(ledger.costing.carmaker, segments=segments))
    return build_demand(costing, ready.grown, ledger.node_years, ledger.circumstances, ledger.offers)


def test_whose_market_a_powertrain_shares():
    found = [nest_of(powertrain) for powertrain in Powertrain]
    assert found == ["other", "other", "PHEV", "PHEV", "BEV", "PHEV"]


def test_segments_divide_a_powertrain_and_the_others_stay_whole(starter_ready: Ready):
    """By hand: 1,000 electric cars are 250 small and 750 mid-size ones; the hybrid competes in the whole of its powertrain."""
    carmaker = replace(
        starter_ready.study.carmaker,
        segments={("DEU", "BEV"): (Segment("small", 0.25, ()), Segment("mid", 0.75, ("city",)))},
    )
    sales = {"BEV": np.asarray([1000.0, 2000.0]), "PHEV": np.asarray([400.0, 300.0]), "other": np.asarray([50.0, 0.0])}
    found = nests_of(carmaker, "DEU", sales, ["city", "voyage"])
    assert found.names == ("BEV small", "BEV mid", "PHEV", "other")
    assert found.classes == ("BEV", "BEV", "PHEV", "other")
    assert found.sales.tolist() == [[250, 750, 400, 50], [500, 1500, 300, 0]]
    assert found.own.tolist() == [1, 2]
    elsewhere = nests_of(carmaker, "BRA", sales, ["voyage", "city"])
    assert (elsewhere.names, elsewhere.own.tolist()) == (("BEV", "PHEV", "other"), [1, 0])


def test_rivals_have_what_own_cars_leave_of_each_nest():
    """By hand: 60 of 400 small cars and 100 of 600 mid-size ones are own; a fifth of the rest is shipped from home."""
    of = nests([[400, 600, 3000]], own=(0, 1))
    met = market([[60, 100]], of)
    sold = shares_at(met.competition, met.price) * met.scale.potential[:, None]
    assert sold[0] == pytest.approx([60, 100, 68, 100, 600, 272, 400, 2400])
    assert met.competition.nest.tolist() == [0, 1, 0, 1, 2, 0, 1, 2]
    assert met.competition.firm.tolist() == [0, 0, 1, 1, 1, 2, 2, 2]
    assert met.shipped.tolist() == [False] * 2 + [True] * 3 + [False] * 3
    assert (met.nests, met.classes) == (of.names, of.classes)


def test_the_starters_nests_hold_what_its_tables_say(starter_ready: Ready):
    """Brazil has rows of its own for electric cars, those of every market for hybrids."""
    selling, costing = starter_ready.evaluation.ledger.selling, starter_ready.evaluation.ledger.costing
    m = selling.markets.index("BRA")
    met, bev = selling.contests[m], costing.bev_of_nev["BRA"]
    assert met.nests == ("BEV small", "BEV compact", "BEV large", "PHEV car", "PHEV suv", "other")
    sold = shares_at(met.competition, met.price) * met.scale.potential[:, None]
    nest = np.stack([sold[:, met.competition.nest == g].sum(1) for g in range(6)], axis=1)
    nev = selling.market[:, m] * selling.nev_share[:, m]
    expected = [*(nev * bev * part for part in (0.4, 0.35, 0.25)), *(nev * (1 - bev) * part for part in (0.4, 0.6))]
    assert nest == pytest.approx(np.stack([*expected, selling.market[:, m] - nev], axis=1), rel=1e-6)
    assert met.competition.nest[: met.own].tolist() == [1, 4]


def test_segments_leave_reference_sales_and_elasticities_as_they_are(starter_ready: Ready):
    """What a segment changes is whom a car competes with, not how many are sold at reference prices."""
    split, whole = starter_ready.evaluation.ledger.selling, with_segments(starter_ready, {})
    assert (split.reference_sales == whole.reference_sales).all()
    assert whole.contests[0].nests == ("BEV", "PHEV", "other")
    for met in (*split.contests, *whole.contests):
        share, mine = shares_at(met.competition, met.price), np.arange(met.price.shape[1]) < met.own
        mean = np.average(met.price[:, mine], axis=1, weights=share[:, mine])
        of_all = met.competition.alpha * mean * (1 - share.sum(1))
        each = own_elasticities(share, met.price, met.competition.nest, 1.0, met.competition.rho)
        own = np.average(each[:, mine], axis=1, weights=share[:, mine]) * met.competition.alpha
        assert own == pytest.approx(np.full(len(own), -4.0))
        assert of_all == pytest.approx(np.full(len(own), 0.9))


def test_a_dearer_car_loses_most_to_rivals_of_its_own_segment(starter_ready: Ready):
    """Buyers who leave the electric compact go to compacts first; as one nest with all electric cars, they spread."""
    split, whole = starter_ready.evaluation.ledger.selling, with_segments(starter_ready, {})
    m, c = split.markets.index("BRA"), split.contests[split.markets.index("BRA")].cells[0]
    kept = []
    for selling in (split, whole):
        met = selling.contests[m]
        dearer = np.where(np.arange(met.price.shape[1]) == 0, 1.1 * met.price, met.price)
        before, after = shares_at(met.competition, met.price), shares_at(met.competition, dearer)
        gained = (after - before)[:, met.own :]
        own_nest = met.competition.nest[met.own :] == met.competition.nest[0]
        growth = after[:, met.own :] / before[:, met.own :]
        assert (growth[:, own_nest].min(1) > growth[:, ~own_nest].max(1) + 1e-6).all()
        kept.append(gained[:, own_nest].sum(1) / (before - after)[:, 0])
    electric = split.market[:, m] * split.nev_share[:, m] * starter_ready.evaluation.ledger.costing.bev_of_nev["BRA"]
    own = split.reference_sales[:, c]
    compacts = (0.35 * electric - own) / (electric - own)  # of the rivals' electric cars, which gain alike in one nest
    assert (kept[0] > 1.2 * compacts * kept[1]).all()


@settings(deadline=None, max_examples=40)
@given(
    parts=st.lists(st.floats(0.05, 1.0), min_size=2, max_size=5),
    held=st.floats(0.001, 0.6),
    rho=st.sampled_from([0.0, 0.3, 0.5, 0.7]),
    nev=st.floats(0.1, 0.9),
)
def test_where_buyers_go_by_nests(parts, held, rho, nev):
    """With correlation the own segment's rivals grow by more than all others; without, all grow alike. All prices held."""
    size, part = 1e6, np.asarray(parts) / sum(parts)
    names = tuple(f"BEV {g}" for g in range(len(part)))
    sales = np.append(size * nev * part, size * (1 - nev))
    of = nests([sales], names=(*names, "other"), classes=("BEV",) * len(part) + ("other",))
    met = market([[held * sales[0]]], of, Elasticities(np.asarray(-4.0), np.asarray(-0.5 * (1 - rho)), rho))
    assert shares_at(met.competition, met.price).sum(1) * met.scale.potential == pytest.approx(size)
    price = met.price * np.where(np.arange(met.price.shape[1]) == 0, 1.2, 1.0)
    growth = (shares_at(met.competition, price) / shares_at(met.competition, met.price))[0, 1:]
    same = met.competition.nest[1:] == 0
    assert growth[~same] == pytest.approx(growth[~same][0])
    assert growth[same] == pytest.approx(growth[same][0])
    if rho > 0:
        assert growth[same][0] > growth[~same][0] > 1
    else:
        assert growth == pytest.approx(growth[0])


def test_a_duty_moves_the_segments_rivals_most():
    """In the equilibrium after all have set their prices: the own segment's rivals gain most, in cars and in price."""
    of = nests([[400, 600, 3000]])
    met = market([[60]], of)
    mine = np.arange(met.price.shape[1]) == 0
    before = settle_prices(met.competition, met.cost)
    after = settle_prices(met.competition, met.cost + 3_000.0 * mine)
    growth, rise = (after.share / before.share)[0, 1:], (after.price - before.price)[0, 1:]
    same = met.competition.nest[1:] == 0
    assert growth[same].min() > growth[~same].max() > 1
    assert rise[same].min() > rise[~same].max()


def test_own_sales_beyond_a_nest_are_told_with_both_numbers():
    """In the year in which they go furthest beyond; every nest that is too small is told."""
    of = nests([[400, 600, 3000], [200, 300, 3000]], own=(0, 1))
    with pytest.raises(RoadsteadError) as caught:
        market([[500, 100], [350, 301]], of)
    small, mid = caught.value.faults
    assert small.message == "own reference sales of 350 cars in 2028 where all makers sell 200 in the nest `BEV small`"
    shares = "smaller shares of BEV in ambitions.csv and entry_paths.csv"
    assert small.expected == f"{shares}, or a larger one of `BEV small` in segments.csv"
    assert "301 cars in 2028 where all makers sell 300 in the nest `BEV mid`" in mid.message
    assert {small.code, mid.code} == {"RS-D501"}
    with pytest.raises(RoadsteadError) as caught:
        market([[3001]], nests([[400, 3000]], own=(1,), names=("BEV", "other"), classes=("BEV", "other")))
    assert caught.value.faults[0].expected == "smaller shares of other in ambitions.csv and entry_paths.csv"


def test_a_nest_that_is_all_own_is_no_fault():
    """Rounding is none either; rivals then have the least share there is, so that the nest does not stand empty."""
    for own in (400.0, 400.0 * (1 + 1e-12)):
        met = market([[own]], nests([[400, 600, 3000]]))
        sold = (shares_at(met.competition, met.price) * met.scale.potential[:, None])[0]
        assert sold[met.competition.nest == 0][1:].sum() == pytest.approx(SMALL * 4000, rel=1e-4)


def test_a_segment_too_small_is_told_where_it_is(starter_ready: Ready):
    """The whole way: the market stands in the fault's place, the nest and both numbers in its message."""
    segments = {("DEU", "BEV"): (Segment("compact", 0.001, ("city",)), Segment("rest", 0.999, ()))}
    with pytest.raises(RoadsteadError) as caught:
        with_segments(starter_ready, segments)
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("demand in DEU", "RS-D501")
    selling = starter_ready.evaluation.ledger.selling
    c = next(
        i for i, o in enumerate(starter_ready.evaluation.ledger.offers) if (o.market, o.model_id) == ("DEU", "city")
    )
    m = selling.markets.index("DEU")
    all_bev = selling.market[:, m] * selling.nev_share[:, m] * starter_ready.evaluation.ledger.costing.bev_of_nev["DEU"]
    over = selling.reference_sales[:, c] - 0.001 * all_bev
    y = int(np.argmax(over))
    assert f"{selling.reference_sales[y, c]:,.0f} cars" in fault.message
    assert f"{0.001 * all_bev[y]:,.0f} in the nest `BEV compact`" in fault.message
