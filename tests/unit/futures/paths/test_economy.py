"""Paths of the economy against their closed forms, and the packaged figures against what they are said to rest on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from roadstead.futures.paths.economy import check, draw_factors, packaged, usual_economy
from roadstead.futures.paths.exchange import Exchange
from roadstead.terms.errors import RoadsteadError
from roadstead.world.lanes import ShippingTerms, freight_per_car
from roadstead.world.reference import load

TOGETHER = np.asarray([[1.0, 0.6, -0.2], [0.6, 1.0, 0.1], [-0.2, 0.1, 1.0]])
USUAL = usual_economy(Exchange(("EUR", "BRL", "TRY"), np.asarray([0.08, 0.13, 0.2]), TOGETHER))
MANY = 60_000


@pytest.fixture(scope="module")
def factors():
    return draw_factors(USUAL, 12, 1, 0, MANY)


def test_rates_spread_as_their_equation_says(factors):
    kept = 2.0 ** (-1.0 / USUAL.rate_half_life)
    moved = np.log(factors.rates)
    for t in range(12):
        spread = USUAL.exchange.spread * math.sqrt((1.0 - kept ** (2 * t + 2)) / (1.0 - kept**2))
        assert moved[:, t].std(axis=0) == pytest.approx(spread, rel=0.02)
        assert np.abs(moved[:, t].mean(axis=0)).max() < 0.005
        assert np.corrcoef(moved[:, t].T) == pytest.approx(TOGETHER, abs=0.02)


def test_half_of_a_deviation_is_left_after_a_half_life(factors):
    years = int(USUAL.rate_half_life)
    moved = np.log(factors.rates[:, :, 0])
    slope = (moved[:, 0] * moved[:, years]).mean() / (moved[:, 0] ** 2).mean()
    assert slope == pytest.approx(0.5, abs=0.02)


def test_batteries_learn_with_output_and_their_spread_grows(factors):
    logs, terms = np.log(factors.battery), USUAL.battery
    decline = terms.output_growth * math.log2(1.0 - terms.learning)
    doubt = terms.output_growth * terms.learning_spread / (math.log(2.0) * (1.0 - terms.learning))
    for t in range(12):
        assert np.median(logs[:, t]) == pytest.approx((t + 1) * decline, abs=0.01)
        spread = math.sqrt((t + 1) * terms.spread**2 + ((t + 1) * doubt) ** 2)
        assert logs[:, t].std() == pytest.approx(spread, rel=0.02)


def test_a_doubling_of_output_saves_the_rate_of_learning():
    sure = replace(USUAL, battery=replace(USUAL.battery, output_growth=math.log(2.0), spread=0.0, learning_spread=0.0))
    drawn = draw_factors(sure, 3, 1, 0, 2)
    assert drawn.battery == pytest.approx(np.tile(0.8 ** np.arange(1, 4), (2, 1)))


def test_freight_returns_to_its_level_and_never_falls_below_what_is_no_charter(factors):
    terms = USUAL.freight
    charter = np.log(1.0 + (factors.freight - 1.0) / terms.share)
    assert charter[:, -1].std() == pytest.approx(terms.spread, rel=0.02)
    assert np.median(factors.freight, axis=0) == pytest.approx(np.ones(12), abs=0.02)
    assert factors.freight.min() > 1.0 - terms.share
    kept = 2.0 ** (-1.0 / terms.half_life)
    assert np.corrcoef(charter[:, -2], charter[:, -1])[0, 1] == pytest.approx(kept, abs=0.02)


def test_a_world_without_currencies_has_none():
    still = usual_economy(Exchange((), np.zeros(0), np.zeros((0, 0))))
    check(still)
    assert draw_factors(still, 4, 1, 0, 5).rates.shape == (5, 4, 0)


@pytest.mark.parametrize(
    "economy",
    [
        replace(USUAL, rate_half_life=0.0),
        replace(USUAL, rate_half_life=math.nan),
        replace(USUAL, freight=replace(USUAL.freight, share=1.0)),
        replace(USUAL, freight=replace(USUAL.freight, spread=-0.1)),
        replace(USUAL, battery=replace(USUAL.battery, learning=-0.2)),
        replace(USUAL, battery=replace(USUAL.battery, spread=math.inf)),
        replace(USUAL, exchange=Exchange(("A", "B"), np.asarray([0.1, -0.1]), np.eye(2))),
        replace(USUAL, exchange=Exchange(("A", "B"), np.full(2, 0.1), np.asarray([[1.0, 0.2], [0.3, 1.0]]))),
        replace(USUAL, exchange=Exchange(("A", "B"), np.full(2, 0.1), np.full((2, 2), 1.0))),
    ],
)
def test_what_cannot_be_drawn_is_refused(economy):
    with pytest.raises(RoadsteadError) as caught:
        check(economy)
    assert [fault.code for fault in caught.value.faults] == ["RS-F521"]


def test_every_parameter_says_what_it_rests_on():
    for row in packaged().values():
        assert row.evidence.note
        assert row.evidence.source_id


def cost_rows(kind: str) -> list:
    return [row for row in load().tables["costs"] if row["kind"] == kind]


def test_the_spread_of_batteries_is_that_of_the_packaged_prices():
    prices = {
        int(row["period"]): row["value"]
        for row in cost_rows("BATTERY_PACK_PRICE")
        if row["item"].startswith("all segments")
    }
    years = np.asarray(sorted(prices))
    assert years.tolist() == [2010, 2016, *range(2020, 2026)]
    logs = np.log([prices[year] for year in years.tolist()])
    drift = (logs[-1] - logs[0]) / (years[-1] - years[0])
    shocks = (np.diff(logs) - drift * np.diff(years)) / np.sqrt(np.diff(years))
    found = math.sqrt((shocks**2).sum() / (len(shocks) - 1))
    assert packaged()["battery_spread"]["value"] == pytest.approx(found, abs=0.005)


def test_the_spread_of_charter_is_that_of_the_packaged_rates():
    by_year: dict[str, list[float]] = {}
    for row in cost_rows("CHARTER_RATE"):
        by_year.setdefault(row["period"][:4], []).append(row["value"])
    assert sorted(by_year) == ["2008", "2021", "2023", "2024", "2025"]
    logs = [math.log(sum(rates) / len(rates)) for rates in by_year.values()]
    assert packaged()["charter_spread"]["value"] == pytest.approx(np.std(logs, ddof=1), abs=0.005)


def test_the_share_of_charter_is_that_of_the_freight_equation():
    terms = ShippingTerms({2025: 50_000.0}, 17_000.0, 16.5, 5.0, 1.75, 6500.0, 0.85, 10.5, 160.0)
    dearer = replace(terms, charter={2025: 100_000.0})
    one, other = (float(freight_per_car(t, 11_000.0, 13.0, np.asarray([2025.0]))[0]) for t in (terms, dearer))
    assert packaged()["charter_share"]["value"] == pytest.approx((other - one) / one, abs=0.005)


def test_the_growth_of_output_is_worked_out_as_its_note_says():
    sold = [row["nev_sales"] for row in load().tables["nev"] if row["place"] == "WLD" and row["year"] >= 2020]
    before = sum(sold) + 7e6
    later = sum(21e6 * 1.08**t for t in range(1, 13))
    assert before == pytest.approx(78e6, rel=0.02)
    found = math.log((before + later) / before) / 12.0
    assert packaged()["battery_output_growth"]["value"] == pytest.approx(found, abs=0.005)
