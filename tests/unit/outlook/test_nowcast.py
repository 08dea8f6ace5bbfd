"""Months of the year under way: weighed against our own forecast by their precision, never spliced in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.outlook.beside import Beside, known_beside
from roadstead.outlook.links import link
from roadstead.outlook.nowcast import SPREAD, TAILS, packaged, tells_of, update
from roadstead.outlook.nowcast_backtest import nowcast
from roadstead.outlook.panels import packaged as histories
from roadstead.outlook.projections import project
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference
from roadstead.world.panel import Series
from roadstead.world.readers.registrations import Registrations, YearToDate

LAST = 0.10


def logit(share):
    return np.log(share / (1 - share))


def months_known(count, share=0.20, before=0.10, year=2026):
    return YearToDate("XXX", year, tuple(range(1, count + 1)), share, before, 20.0, 100.0)


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(0)
    steps = rng.normal(0.3, 0.5, (4000, 1)) + rng.normal(0.2, 0.1, (4000, 5)).cumsum(axis=1)
    return 1 / (1 + np.exp(-(logit(LAST) + steps)))


@pytest.fixture(scope="module")
def world():
    return reference.load()


def spread(values):
    low, high = np.quantile(values, (0.1, 0.9))
    return (high - low) / (2 * 1.2816)


def test_centre_and_spread_are_those_of_two_readings_weighed_by_precision(draws):
    moved = logit(update(draws, LAST, months_known(6))[:, 0])
    own, middle = spread(logit(draws[:, 0])), np.median(logit(draws[:, 0]))
    of_months = SPREAD * 0.5
    says = logit(LAST) + logit(0.20) - logit(0.10)
    centre = (middle / own**2 + says / of_months**2) / (1 / own**2 + 1 / of_months**2)
    assert np.median(moved) == pytest.approx(centre, abs=1e-6)
    assert spread(moved) == pytest.approx(TAILS / np.sqrt(1 / own**2 + 1 / of_months**2), rel=1e-6)


def test_more_months_bring_the_median_nearer_to_what_they_say(draws):
    says = logit(LAST) + logit(0.20) - logit(0.10)
    gaps = [abs(np.median(logit(update(draws, LAST, months_known(k))[:, 0])) - says) for k in range(1, 12)]
    widths = [spread(logit(update(draws, LAST, months_known(k))[:, 0])) for k in range(1, 12)]
    assert gaps == sorted(gaps, reverse=True)
    assert widths == sorted(widths, reverse=True)


def test_later_years_move_as_far_as_the_first(draws):
    moved = logit(update(draws, LAST, months_known(6))) - logit(draws)
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:, :1], moved.shape), atol=1e-9)


@given(factor=st.floats(0.3, 3.0))
def test_only_growth_of_the_months_counts_not_their_level(draws, factor):
    def odds(share):
        return factor * share / (1 - share) / (1 + factor * share / (1 - share))

    one = update(draws, LAST, months_known(6))
    other = update(draws, LAST, months_known(6, share=odds(0.20), before=odds(0.10)))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_nothing_drawn_stays_nothing():
    assert update(np.empty((5, 0)), LAST, months_known(6)).shape == (5, 0)


@pytest.mark.parametrize(
    ("told", "whether"),
    [
        (None, False),
        (months_known(6), True),
        (months_known(6, year=2025), False),
        (months_known(6, before=float("nan")), False),
        (months_known(6, before=0.0), False),
        (months_known(6, share=0.0), False),
    ],
)
def test_months_tell_of_a_year_only_beside_those_of_the_year_before(told, whether):
    assert tells_of(told, 2026) is whether


def test_projections_move_for_the_market_with_months_and_for_no_other(world):
    panel = histories(world)
    told = YearToDate("BRA", 2025, (1, 2, 3, 4, 5, 6), 0.30, 0.10, 1.0, 1.0)
    plain = project(panel, 2024, world.gazetteer, draws=300)
    moved = project(panel, 2024, world.gazetteer, draws=300, beside=Beside(months={"BRA": told}))
    brazil = plain.codes.index("BRA")
    others = [i for i in range(len(plain.codes)) if i != brazil]
    assert (moved.share[brazil] > plain.share[brazil]).all()
    np.testing.assert_array_equal(moved.share[others], plain.share[others])
    assert any("6 months of 2025 are known" in note for note in moved.notes["BRA"])


def test_rows_of_an_own_table_are_months(world):
    row = {
        "place": "BRA",
        "year": 2026,
        "months": 3,
        "nev_share": 0.2,
        "nev_share_before": 0.1,
        "nev_sales": 20.0,
        "total_sales": 100.0,
    }
    assert packaged([row])["BRA"] == YearToDate("BRA", 2026, (1, 2, 3), 0.2, 0.1, 20.0, 100.0)  # type: ignore[list-item]
    assert known_beside(world).months == {}


def made_up(growth):
    """A market whose share doubles its odds each year, month after month, in two sources of different level."""
    years = np.arange(2012, 2026)
    share = 1 / (1 + np.exp(-(-4.0 + growth * (years - 2012))))
    panel = Series("BRA", "Brazil", False, years, share, share * 1e6, np.full(14, 1e6))
    months = np.asarray([100 * y + m for y in years.tolist() for m in range(1, 13)])
    other = 1 / (1 + np.exp(-(-3.5 + growth * (months // 100 - 2012))))
    return panel, Registrations("BRA", "Brazil", False, months, other * 1e5, np.full(months.size, 1e5))


def test_back_test_stands_on_the_level_of_the_registrations(world):
    panel = dict(histories(world))
    panel["BRA"], known = made_up(0.3)
    found = nowcast(panel, {"BRA": known}, world.gazetteer, (2023, 2024), 6, draws=200)
    assert found.code == ("BRA", "BRA")
    np.testing.assert_allclose(found.by_months, found.actual)
    assert found.error(found.by_months) == pytest.approx(0, abs=1e-9)
    assert found.error(found.before) > 3 * found.scores().mae


def test_back_test_uses_no_month_after_those_known(world):
    panel = dict(histories(world))
    panel["BRA"], known = made_up(0.3)
    late = (known.months // 100 == 2024) & (known.months % 100 > 6)
    spoilt = Registrations("BRA", "Brazil", False, known.months, np.where(late, 9e4, known.nev), known.total)
    one, other = (nowcast(panel, {"BRA": k}, world.gazetteer, (2024,), 6, draws=200) for k in (known, spoilt))
    np.testing.assert_array_equal(one.quantiles, other.quantiles)
    assert one.actual[0] != other.actual[0]


@pytest.mark.parametrize("months", [0, 12])
def test_no_month_or_every_month_is_no_nowcast(world, months):
    with pytest.raises(RoadsteadError) as caught:
        nowcast(histories(world), {}, world.gazetteer, (2024,), months)
    assert caught.value.faults[0].code == "RS-O410"


def test_link_and_logit_agree():
    assert float(link(np.asarray(0.2), "logit")) == pytest.approx(logit(0.2))
