"""Entry paths: courses found again, the error on markets not seen worked out another way, quantiles, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtri

from roadstead.demand.analogues import ALL, NEV, Analogue, analogues, listed, named
from roadstead.demand.entry import (
    ENOUGH,
    analogue_path,
    assumed_path,
    fit_course,
    leave_one_market_out,
    stated_path,
)
from roadstead.demand.entry_terms import entry_terms
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import Confidence, Evidence
from roadstead.world import reference

NO_EVIDENCE = Evidence("assumption", "", Confidence.LOW, "for the test")


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def course(world):
    return fit_course(analogues(world, NEV))


def made(name, years, share):
    return Analogue(name, name, NEV, np.asarray(years, float), np.asarray(share, float), (NO_EVIDENCE,), ())


def synthetic(g, spread=0.0, count=8, seed=1):
    """Analogues that follow a course exactly, each on its own level, with noise about it."""
    rng = np.random.default_rng(seed)
    years = np.arange(1.0, 8.0)
    levels = rng.normal(-2.0, 1.0, count)
    return [made(f"m{i}", years, expit(a + g(years) + rng.normal(0, spread, 7))) for i, a in enumerate(levels)]


# --- finding the course ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "g", "years"),
    [
        ("logistic", lambda t: -np.log1p(np.exp(-(t - 3.0) / 0.7)), (3.0, 0.7)),
        ("saturating", lambda t: np.log(1 - np.exp(-t / 2.5)), (2.5,)),
        ("line", lambda t: np.log(np.minimum(t / 5.0, 1.0)), (5.0,)),
    ],
)
def test_a_course_is_found_again(family, g, years):
    """(N.3), (N.4): without noise the family and its years come back, and the error on unseen markets is nothing."""
    found = fit_course(synthetic(g))
    assert found.family == family
    assert found.years == pytest.approx(years, rel=2e-3)
    assert found.errors[family] == pytest.approx(0.0, abs=5e-3)
    assert all(found.errors[family] < error for name, error in found.errors.items() if name != family)


def test_a_noisy_logistic_is_found_nearly(world):
    found = fit_course(synthetic(lambda t: -np.log1p(np.exp(-(t - 3.0) / 0.7)), spread=0.1, count=14))
    assert found.family == "logistic"
    assert found.years == pytest.approx((3.0, 0.7), rel=0.1)


def test_the_spread_is_that_of_the_levels():
    """(N.6): two levels at the same distance from their mean, no noise: the distance."""
    years, g = np.arange(1.0, 6.0), np.log(np.minimum(np.arange(1.0, 6.0) / 4.0, 1.0))
    half = [made(f"m{i}", years, expit((-2.0 if i % 2 else -1.0) + g)) for i in range(6)]
    found = fit_course(half)
    assert found.spread == pytest.approx(0.5, abs=2e-3)
    assert found.level == pytest.approx(-1.5, abs=5e-3)


def test_too_few_analogues_are_no_course():
    few = synthetic(lambda t: np.log(np.minimum(t / 5.0, 1.0)), count=ENOUGH - 1)
    assert fit_course(few) is None
    alone = [made(f"once{i}", [2.0], [0.01]) for i in range(9)]
    assert fit_course([*few, *alone]) is None, "a single year says nothing of a course"


# --- what is packaged ------------------------------------------------------------------------------------------------


def test_errors_on_markets_not_seen_are_those_told(world):
    """In logarithms of the share. Plug-in brands follow a logistic; for full ranges no course beats another clearly."""
    plug_in, full = fit_course(analogues(world, NEV)), fit_course(analogues(world, ALL))
    assert (len(plug_in.analogues), len(full.analogues)) == (13, 15)
    assert plug_in.family == "logistic"
    assert plug_in.errors == pytest.approx({"line": 1.438, "saturating": 1.453, "logistic": 0.891}, abs=5e-4)
    assert plug_in.years == pytest.approx((2.52, 0.452), abs=5e-3)
    assert plug_in.spread == pytest.approx(1.479, abs=5e-4)
    assert full.family == "saturating"
    assert full.errors == pytest.approx({"line": 1.198, "saturating": 1.188, "logistic": 1.389}, abs=5e-4)
    assert full.spread == pytest.approx(1.059, abs=5e-4)


def test_the_error_worked_out_by_a_general_optimiser(world):
    """(N.4) for the logistic: each market left out by hand, the course fitted by Nelder and Mead on the raw sums of (N.3)."""
    known = [one for one in analogues(world, NEV) if one.years.size > 1]

    def g(t, m, w):
        return -np.log1p(np.exp(-(t - m) / w))

    def loss(theta, these):
        total = 0.0
        for one in these:
            off = logit(one.share) - g(one.years, theta[0], np.exp(theta[1]))
            total += np.mean((off - off.mean()) ** 2)
        return total

    squares = []
    for held in known:
        rest = [one for one in known if one.place != held.place]
        starts = ([2.0, -0.5], [4.0, 0.0], [3.0, -1.0])
        fits = [minimize(loss, s, args=(rest,), method="Nelder-Mead", options={"xatol": 1e-5}) for s in starts]
        m, w = min(fits, key=lambda f: f.fun).x
        shift = logit(held.share[-1]) - g(held.years[-1], m, np.exp(w))
        told = expit(shift + g(held.years[:-1], m, np.exp(w)))
        squares.append(np.mean(np.log(told / held.share[:-1]) ** 2))
    assert leave_one_market_out(analogues(world, NEV), "logistic") == pytest.approx(np.sqrt(np.mean(squares)), abs=2e-3)


def test_shares_are_of_the_market_the_brand_sells_in(world):
    """BYD in Brazil, 2023: 17,937 of the plug-in cars the IEA counts; MG in Britain, 2024: 81,536 of 1,952,778 cars."""
    (brazil,) = named(world, ["BYD BRA"], "here")
    nev = next(r for r in world.tables["nev"] if (r["place"], r["year"]) == ("BRA", 2023))
    assert brazil.years.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert brazil.share[1] == pytest.approx(17_937 / (nev["nev_share"] * nev["total_sales"]))
    (britain,) = named(world, ["MG GBR"], "here")
    assert dict(zip(britain.years, britain.share, strict=True))[14.0] == pytest.approx(81_536 / 1_952_778)
    assert len(brazil.evidence) == 5


def test_what_cannot_be_used_is_told(world):
    (australia,) = named(world, ["MG AUS"], "here")
    assert [text.partition(": ")[2] for text in australia.left_out] == [
        "all ALL cars of AUS in 2017 are not known",
        "all ALL cars of AUS in 2018 are not known",
    ]
    assert any("2024-01..11 is no whole year" in text for text in named(world, ["BYD IDN"], "here")[0].left_out)


def test_an_entry_nobody_knows(world):
    with pytest.raises(RoadsteadError) as caught:
        named(world, ["BYD BRA", "BYD DEN"], "entry_paths.csv:2:7 (analogues)")
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("entry_paths.csv:2:7 (analogues)", "RS-D551")
    assert fault.message == "no entry `BYD DEN` is known"
    assert fault.expected.startswith("one of MG GBR, MG AUS")


def test_a_brand_cannot_sell_more_than_its_market_buys(tmp_path):
    """A count that leaves the brand out is told with the row, and never cut to fit."""
    head = "place,year,period,brand,powertrain,cars,share,definition,source,as_of,confidence,note\n"
    text = f"{head}BRA,2024,2024,BYD,ALL,900000,,PC_LCV,assumption,2026,low,for the test\n"
    (tmp_path / "brand_registrations.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RoadsteadError) as caught:
        named(reference.load(tmp_path), ["BYD BRA"], "here")
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("brand_registrations.csv:2:6 (cars)", "RS-D551")
    assert "BYD BRA has 720% of the NEV cars counted in 2024" in fault.message


def test_every_listed_entry_says_when_and_gives_a_share(world):
    assert len({row["analogue"] for row in listed()}) == len(listed())
    for row in listed():
        assert row["source"], row.where("source")
        assert row["analogue"] == f"{row['brand']} {row['place']}"
    assert all(one.years.size for of in (ALL, NEV) for one in analogues(world, of))


def test_growth_of_networks_is_that_of_the_outlets_counted(world):
    """MG in France: 150 outlets at the end of 2022, 179 two years later; and the ends of the range."""
    outlets = {(r["place"], r["brand"], r["on"]): r["outlets"] for r in world.tables["dealer_outlets"]}

    def yearly(place, brand, first, last, years):
        return (outlets[place, brand, last] / outlets[place, brand, first]) ** (1 / years) - 1

    term = entry_terms()["channel_growth"]
    assert term.value == pytest.approx(yearly("FRA", "MG", "2022-12", "2024-12", 2), abs=5e-4)
    assert term.low == pytest.approx(yearly("USA", "Toyota", "1958-12", "2007-10", 48 + 10 / 12), abs=5e-4)
    assert term.high == pytest.approx(yearly("GBR", "MG", "2015-03", "2022-07", 7 + 4 / 12), abs=5e-4)


# --- paths -----------------------------------------------------------------------------------------------------------


def test_a_path_leads_to_the_share_aimed_at_and_stays(course):
    path = analogue_path(course, 0.04, 7.0)
    assert path.share(7.0) == pytest.approx(0.04)
    assert path.share(20.0) == pytest.approx(0.04)
    assert path.share(0.0) == path.share(-3.0) == 0.0
    assert path.share(1.0) < 0.04 / 7 < path.share(3.0), "slow at first, then faster than a straight line"


def test_the_strength_is_a_quantile(course):
    """(N.5): a strength of .9 lies 1.2816 spreads above the middle, on the logit."""
    path = analogue_path(course, 0.04, 7.0)
    up, down = (logit(path.share(3.0, u)) - logit(path.share(3.0)) for u in (0.9, 0.1))
    assert up == pytest.approx(1.2815515655 * course.spread)
    assert down == pytest.approx(-up)


@given(
    mature=st.floats(0.001, 0.9),
    horizon=st.floats(1.0, 15.0),
    early=st.floats(0.0, 30.0),
    later=st.floats(0.0, 30.0),
    weak=st.floats(0.0, 1.0),
    strong=st.floats(0.0, 1.0),
)
def test_no_path_falls_with_years_or_strength_or_leaves_its_bounds(course, mature, horizon, early, later, weak, strong):
    early, later = sorted((early, later))
    weak, strong = sorted((weak, strong))
    for path in (analogue_path(course, mature, horizon), assumed_path(mature, horizon, 0.8, NO_EVIDENCE)):
        shares = [path.share(early, weak), path.share(early, strong), path.share(later, strong)]
        assert 0.0 <= shares[0] <= shares[1] + 1e-12
        assert shares[1] <= shares[2] + 1e-12
        assert shares[2] < 1.0


def test_without_analogues_the_line_is_straight():
    path = assumed_path(0.06, 6.0, 0.8, NO_EVIDENCE)
    assert [path.share(float(t)) for t in (1, 2, 3, 6, 9)] == pytest.approx([0.01, 0.02, 0.03, 0.06, 0.06])
    assert path.basis == "assumption"


def test_a_stated_path_gives_back_its_shares():
    shares = np.asarray([[0.002, 0.01, 0.03], [0.02, 0.05, 0.08]])
    path = stated_path(np.asarray([2.0, 5.0]), shares, (NO_EVIDENCE,))
    for year, row in ((2.0, shares[0]), (5.0, shares[1]), (9.0, shares[1])):
        assert [path.share(year, u) for u in (0.1, 0.5, 0.9)] == pytest.approx(row.tolist())
    assert path.share(1.0) == pytest.approx(0.005), "in a straight line from nothing to the first year stated"
    between = (logit(0.01) * 2 + logit(0.05)) / 3
    assert path.share(3.0) == pytest.approx(float(expit(between)))
    assert path.share(2.0, 0.8) == pytest.approx(
        float(expit(logit(0.01) + (logit(0.03) - logit(0.01)) * ndtri(0.8) / ndtri(0.9)))
    )
