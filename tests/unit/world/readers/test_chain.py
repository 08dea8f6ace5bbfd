"""Chaining (W.2): growth comes through exactly, levels never, and agreement changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.world.panel import Series
from roadstead.world.readers.chain import extended

GAP = float("nan")


def series(first, share, total=None, code="DEU", notes=()):
    size = len(share)
    sizes = np.full(size, GAP) if total is None else np.array(total, dtype=np.float64)
    shares = np.array(share, dtype=np.float64)
    years = np.arange(first, first + size, dtype=np.int64)
    return Series(code, "Germany", False, years, shares, shares * sizes, sizes, notes)


def logit(share):
    return np.log(share) - np.log1p(-share)


shares = st.lists(st.floats(1e-4, 0.999), min_size=4, max_size=9)


@given(shares, shares, st.integers(0, 3))
def test_growth_is_the_others_on_the_logit_scale(own, others, shift):
    base, other = series(2010, own), series(2010 + shift, others)
    chained = extended(base, other)
    np.testing.assert_array_equal(chained.share[: len(own)], own)
    anchor = min(base.years[-1], other.years[-1])
    for year in range(anchor + 1, other.years[-1] + 1):
        grown = logit(chained.at(year)) - logit(base.at(anchor))
        carried = (chained.at(year), base.at(anchor), other.at(year), other.at(anchor))
        # A share's rounding of about 1e-16 is magnified by the slope of the logit, 1/(s(1-s)), at each of the four.
        rounding = 1e-15 * sum(1 / (s * (1 - s)) for s in carried)
        assert grown == pytest.approx(logit(other.at(year)) - logit(other.at(anchor)), abs=rounding)


@given(shares, st.integers(1, 3))
def test_where_levels_agree_the_other_comes_through_unchanged(own, known):
    sizes = np.linspace(1e5, 3e5, len(own))
    whole = series(2010, own, sizes)
    chained = extended(whole.known(2010 + known - 1), whole)
    np.testing.assert_array_equal(chained.years, whole.years)
    np.testing.assert_array_equal(chained.share, whole.share)
    np.testing.assert_array_equal(chained.total, whole.total)
    np.testing.assert_array_equal(chained.nev, whole.nev)


def test_by_hand_with_a_note():
    """Odds of a half carry on with the growth of 1/9 to 1/3, threefold: 3/2, a share of 0.6."""
    chained = extended(series(2020, [0.2, 1 / 3], notes=("kept",)), series(2021, [0.1, 0.25]))
    assert chained.years.tolist() == [2020, 2021, 2022]
    assert chained.share[-1] == pytest.approx(0.6, rel=1e-12)
    assert chained.notes == (
        "kept",
        "2022 chained on the logit scale to another count at 2021: 33.3 % here, 10 % there",
    )


def test_the_market_is_carried_on_by_growth_and_nev_are_share_times_size():
    chained = extended(series(2020, [0.2], [1000.0]), series(2020, [0.2, 0.4], [600.0, 900.0]))
    assert chained.total.tolist() == [1000.0, 1500.0]
    assert chained.nev[-1] == pytest.approx(600.0)
    unknown = extended(series(2020, [0.2]), series(2020, [0.2, 0.4], [600.0, 900.0]))
    assert np.isnan(unknown.total).all()
    assert np.isnan(unknown.nev).all()


def test_the_last_year_that_both_know_is_the_anchor_over_gaps_and_zeros():
    base = series(2018, [0.1, 0.2, 0.3])
    other = series(2018, [0.1, 0.25, GAP, GAP, 0.4, 0.0])
    chained = extended(base, other)
    np.testing.assert_array_equal(chained.share[:4], [0.1, 0.2, 0.3, np.nan])
    assert logit(chained.at(2022)) == pytest.approx(logit(0.2) + logit(0.4) - logit(0.25))
    assert chained.at(2023) == 0.0
    assert "2022-2023 chained" in chained.notes[-1]
    assert "at 2019" in chained.notes[-1]


def test_an_other_that_ends_sooner_or_begins_earlier_adds_nothing():
    base = series(2019, [0.1, 0.2, 0.3])
    assert extended(base, series(2015, [0.01, 0.02, 0.03, 0.05, 0.1])) is base


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (series(2022, [0.3, 0.4]), "no year with a share in both series: 2019-2021 and 2022-2023"),
        (series(2021, [0.0, 0.4]), "2019-2021 and 2022"),
        (series(2021, [1.0, GAP]), "2019-2021 and no year"),
        (series(2020, [0.3, 0.4], code="FRA"), "FRA cannot carry on DEU"),
    ],
)
def test_no_chain_without_a_year_in_common_or_between_markets(other, says):
    with pytest.raises(RoadsteadError) as caught:
        extended(series(2019, [0.1, 0.2, 0.3]), other)
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("DEU", "RS-W317")
    assert says in fault.message
