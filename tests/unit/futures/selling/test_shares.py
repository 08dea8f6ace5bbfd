"""Reference shares: today's on its way to the mature one, an entry on its path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.demand.entry import stated_path
from roadstead.futures.selling.shares import (
    LEAST,
    brand_share,
    is_entry,
    reference_share,
    settled_share,
    years_on_market,
)
from roadstead.terms.ids import Powertrain

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.study.study import Ready


@pytest.fixture
def costing(starter_ready: Ready) -> Costing:
    return starter_ready.evaluation.ledger.costing


def offered(costing: Costing, market: str, model: str):
    return next(o for o in costing.carmaker.offers if (o.market, o.model_id) == (market, model))


def test_a_share_moves_from_todays_to_the_mature_one(costing: Costing):
    """In a straight line over six years from the base year, then it stays; the strength of an entry does not touch it."""
    offer = offered(costing, "DEU", "city")
    now = offer.sales / costing.segment_now["DEU", "city"]
    base, years = costing.conventions.base_year, costing.conventions.years_to_mature
    assert not is_entry(costing, offer)
    assert reference_share(costing, offer, base) == pytest.approx(now)
    assert reference_share(costing, offer, base + 3) == pytest.approx(now + (offer.mature_share - now) * 3 / years)
    assert reference_share(costing, offer, base + 6) == pytest.approx(offer.mature_share)
    assert reference_share(costing, offer, base + 20, 0.9) == pytest.approx(offer.mature_share)


def test_a_new_market_takes_the_path_of_those_before(costing: Costing):
    """Entered in 2027 at the soonest, sold in from 2028: little in the first year, all of it in the sixth."""
    offer = offered(costing, "GBR", "city")
    path = costing.entry_paths["GBR", Powertrain.BEV]
    assert [years_on_market(costing, "GBR", year) for year in (2027, 2028, 2033)] == [0, 1, 6]
    assert path.basis == "analogues"
    assert brand_share(costing, "GBR", Powertrain.BEV) == offer.mature_share, "one electric model alone"
    for year in range(2028, 2040):
        expected = path.share(float(year - 2027))
        assert reference_share(costing, offer, year) == pytest.approx(expected)
    assert reference_share(costing, offer, 2027) == offer.mature_share * LEAST
    assert reference_share(costing, offer, 2033) == pytest.approx(offer.mature_share)
    assert reference_share(costing, offer, 2050) == pytest.approx(offer.mature_share)
    assert reference_share(costing, offer, 2030, 0.1) < reference_share(costing, offer, 2030, 0.9)


def test_models_divide_the_brands_path_as_its_mature_share(costing: Costing):
    """Two electric models where one was: a quarter and three quarters of the brand's path at any strength."""
    offer = offered(costing, "GBR", "city")
    small, large = replace(offer, mature_share=0.005), replace(offer, model_id="grand", mature_share=0.015)
    models = {**costing.carmaker.models, "grand": replace(costing.carmaker.models["city"], model_id="grand")}
    others = tuple(o for o in costing.carmaker.offers if o is not offer)
    two = replace(costing, carmaker=replace(costing.carmaker, models=models, offers=(*others, small, large)))
    path = two.entry_paths["GBR", Powertrain.BEV]
    for strength in (0.1, 0.5, 0.9):
        assert reference_share(two, small, 2030, strength) == pytest.approx(path.share(3.0, strength) / 4)
        assert reference_share(two, large, 2030, strength) == pytest.approx(path.share(3.0, strength) * 3 / 4)
    assert settled_share(two, large) == pytest.approx(path.share(9.0) * 3 / 4)


def test_nothing_sold_in_a_market_entered_is_an_entry(costing: Costing):
    """The network stands, so that the first year is the first of the horizon."""
    offer = replace(offered(costing, "DEU", "voyage"), sales=0.0)
    path = stated_path(np.asarray([1.0, 4.0]), np.asarray([[0.001, 0.004, 0.01], [0.01, 0.02, 0.05]]), ())
    offers = tuple(offer if (o.market, o.model_id) == ("DEU", "voyage") else o for o in costing.carmaker.offers)
    new = replace(
        costing,
        carmaker=replace(costing.carmaker, offers=offers),
        entry_paths={**costing.entry_paths, ("DEU", Powertrain.PHEV): path},
    )
    assert is_entry(new, offer)
    assert reference_share(new, offer, 2026) == offer.mature_share * LEAST
    assert reference_share(new, offer, 2027) == pytest.approx(0.004)
    assert reference_share(new, offer, 2030) == pytest.approx(0.02)
    assert reference_share(new, offer, 2030, 0.9) == pytest.approx(0.05)
