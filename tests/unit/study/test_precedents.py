"""Precedents recomputed by hand and from the bare tables."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from math import exp, log
from statistics import median

import numpy as np
import pytest
from scipy.optimize import minimize

import roadstead as rs
from roadstead.study.precedent_plants import known_on, utilisation
from roadstead.study.precedents import MARKS, Precedents, of_names
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference
from roadstead.world.plants import Standing


@pytest.fixture(scope="module")
def found() -> Precedents:
    return rs.precedents()


@pytest.fixture(scope="module")
def bare() -> list[dict[str, str]]:
    """precedents.csv, read by nothing of ours."""
    path = resources.files("roadstead.world") / "data" / "precedents.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_shares_by_hand(found: Precedents):
    """JAMA: 891,142 abroad and 6.73 m exported in 1985; KAMA: 0.41 m and 2.37 m in 2004; VDA: 1.7 m and 2.1 m in 1993."""
    firsts = {home.home: min(home.points, key=lambda one: one.year) for home in found.homes}
    told = {home: (one.year, one.share) for home, one in firsts.items()}
    assert told == {
        "JPN": (1985, pytest.approx(891_142 / 7_621_142)),
        "KOR": (2004, pytest.approx(0.41 / 2.78)),
        "DEU": (1993, pytest.approx(1.7 / 3.8)),
    }


def test_every_point_fitted_is_of_foreign_sales_and_not_rough(found: Precedents):
    for home in found.homes:
        for one in home.points:
            assert one.share == one.pair.abroad["value"] / (one.pair.abroad["value"] + one.pair.beside["value"])
            assert one.pair.beside["metric"] == "EXPORTS"
            assert "low" not in {one.pair.abroad["confidence"], one.pair.beside["confidence"]}
        assert all("low" in {one.pair.abroad["confidence"], one.pair.beside["confidence"]} for one in home.rough)
        assert all(one.pair.beside["metric"] == "DOMESTIC_PRODUCTION" for one in home.of_production)


def test_the_curves_are_as_good_as_another_method_finds(found: Precedents):
    for home in found.homes:
        years = np.asarray([one.year for one in home.points], dtype=float)
        shares = np.asarray([one.share for one in home.points])
        weights = np.asarray([1.0 / (years == year).sum() for year in years])

        def loss(p, years=years, shares=shares, weights=weights):
            if not (0.0 < p[0] <= 1.0 and p[1] > 0.0):
                return 9.0
            return float((weights * (p[0] / (1 + np.exp(-p[1] * (years - p[2]))) - shares) ** 2).sum())

        curve = home.fitted.curve
        ours = loss((min(curve.ceiling, 1.0), curve.pace, curve.middle))
        best = min(
            minimize(loss, (k, r, m), method="Nelder-Mead", options={"maxiter": 4000}).fun
            for k in (0.6, 0.8, 0.95)
            for r, m in ((0.1, 1995), (0.3, 2005))
        )
        assert ours <= best * 1.001 + 1e-9
        assert home.fitted.error == pytest.approx((ours / weights.sum()) ** 0.5)


def test_only_in_japan_did_the_peak_come_first(found: Precedents):
    japan, korea, germany = found.homes
    assert (japan.peak["year"], japan.peak["value"]) == (1985, 6_730_000)
    assert (korea.peak["year"], germany.peak["year"]) == (2011, 2017)
    assert japan.half > japan.peak["year"]
    assert korea.half < korea.peak["year"]
    assert germany.half < germany.peak["year"]
    assert japan.at_peak < 0.2
    assert 0.5 < korea.at_peak < germany.at_peak


def test_korea_stood_still_for_a_decade_and_its_plants_in_china_emptied(found: Precedents):
    korea = found.homes[1]
    (last,) = korea.series[2023]["OVERSEAS_PRODUCTION"]
    (first,) = korea.series[2012]["OVERSEAS_PRODUCTION"]
    assert last["value"] / first["value"] == pytest.approx(1.0, abs=0.02)
    (then,), (now,) = korea.series[2016]["CHINA_PRODUCTION"], korea.series[2023]["CHINA_PRODUCTION"]
    assert now["value"] / then["value"] == pytest.approx(394_249 / 1_830_000)
    assert {plant.host for plant in found.rates.stranded} == {"CHN"}
    assert korea.fitted.curve.ceiling < 0.62


def test_china_is_carried_on_by_hand(found: Precedents):
    plain, volvo = found.china
    assert plain.level.share == pytest.approx(285 / (285 + 2790))
    assert volvo.level.share == pytest.approx(475 / (475 + 2790))
    for placed in found.china:
        for one, cars in zip(placed.ahead, placed.cars, strict=True):
            years = one.year - 2024
            middles = []
            for home in found.homes:
                k, r = home.fitted.curve.ceiling, home.fitted.curve.pace
                odds = placed.level.share / (k - placed.level.share) * exp(r * years)
                assert one.by_home[home.home][1] == pytest.approx(k * odds / (1 + odds))
                assert one.by_home[home.home][0] <= one.by_home[home.home][1] <= one.by_home[home.home][2]
                middles.append(one.by_home[home.home][1])
            assert one.share[0] == min(span[0] for span in one.by_home.values())
            assert one.share[1] == median(middles)
            assert one.share[2] == max(span[2] for span in one.by_home.values())
            assert cars == pytest.approx([s * m for s, m in zip(one.share, (7.5e6, 9e6, 10e6), strict=True)])
        for home in found.homes:
            k, r, m = home.fitted.curve.ceiling, home.fitted.curve.pace, home.fitted.curve.middle
            assert placed.like[home.home] == pytest.approx(m - log(k / placed.level.share - 1) / r)
    assert all(b > a for a, b in zip(plain.ahead[0].share, plain.ahead[1].share, strict=True))
    assert all(b >= a for a, b in zip(plain.ahead[0].share, volvo.ahead[0].share, strict=True))
    assert plain.ahead_of(2030, found.homes) == plain.ahead[0].share


def test_a_home_left_out_is_told_by_the_others_alone(found: Precedents):
    japan = found.checks[0]
    korea, germany = found.homes[1].fitted.curve, found.homes[2].fitted.curve
    year, known, span = japan.told[0]
    assert (year, known) == (1990, pytest.approx(3_260_000 / 9_091_555))
    assert span[1] == pytest.approx((korea.ahead(japan.level, 5) + germany.ahead(japan.level, 5)) / 2)
    for check in found.checks:
        assert check.inside == len([1 for _, share, (low, _, high) in check.told if low <= share <= high])
        assert check.error == pytest.approx(np.mean([abs(share - middle) for _, share, (_, middle, _) in check.told]))
    every = [abs(share - middle) for check in found.checks for _, share, (_, middle, _) in check.told]
    assert found.missed == pytest.approx(np.mean(every))


def test_plants_given_up_are_those_of_the_catalogue(found: Precedents, bare: list[dict[str, str]]):
    gone = [
        row
        for row in bare
        if row["kind"] == "CN_PLANT" and row["status"].startswith(("refused", "abandoned", "shelved", "not adv"))
    ]
    assert found.rates.given_up.count == len(gone) == 4
    of_event = next(one.base for one in rs.futures().events if one.base and one.base.base == "plant_refused")
    assert found.rates.given_up == of_event
    low, counted, high = found.rates.rates
    assert low < counted < high
    assert counted == pytest.approx(4 / found.rates.given_up.exposure)


def test_lateness_from_the_bare_tables(found: Precedents, bare: list[dict[str, str]]):
    path = resources.files("roadstead.world") / "data" / "plant_dates.csv"
    planned = {
        row["record"]: row["date"]
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        if row["event"] == "FIRST_PLANNED"
    }
    starts = {row["record"]: row["start"][:7] for row in bare}
    late = {record for record, month in planned.items() if starts[record] > month}
    assert {p.record for p, months in zip(found.rates.due, found.rates.late, strict=True) if months > 0} == late
    assert found.rates.share_late == pytest.approx(len(late) / len(found.rates.due))
    assert found.rates.median_late == median(found.rates.late)
    assert found.rates.count_late == len(late)
    months, worst = found.rates.worst
    assert (months, worst.record) == max((m, p.record) for m, p in zip(found.rates.late, found.rates.due, strict=True))


def test_closed_plants_are_counted(found: Precedents, bare: list[dict[str, str]]):
    assert found.rates.transplants == sum(row["kind"] == "TRANSPLANT" for row in bare)
    assert {plant.record for plant in found.rates.closed} >= {"H-039", "H-058", "H-066", "H-080"}


def test_utilisation_from_the_bare_table(bare: list[dict[str, str]]):
    """570,000 cars a year, at the rate of the first half of 2024, over what plants begun by its end could build."""
    ran = [
        float(row["capacity"])
        for row in bare
        if row["kind"] == "CN_PLANT"
        and "Volvo" not in row["company"]
        and row["capacity"]
        and row["start"]
        and row["start"] <= "2024-06-30"
    ]
    assert utilisation(reference.load()) == pytest.approx(570_000 / sum(ran))


def test_makers_plants_are_those_of_the_table(found: Precedents, bare: list[dict[str, str]]):
    by_name = {one.maker.maker: one.maker for one in found.makers}
    byd = [row for row in bare if row["kind"] == "CN_PLANT" and row["company"] == "BYD"]
    assert sum(len(some) for some in by_name["BYD"].plants.values()) == len(byd)
    assert by_name["BYD"].capacity == sum(float(r["capacity"] or 0) for r in byd if r["status"].startswith("operating"))
    assert sum(sum(len(some) for some in one.plants.values()) for one in by_name.values()) == sum(
        row["kind"] == "CN_PLANT" for row in bare
    )
    assert len(by_name["GWM"].plants[Standing.GIVEN_UP]) == 1  # Talegaon, under the maker's older name


def test_a_maker_is_placed_by_its_own_figure_or_by_its_plants(found: Precedents):
    by_name = {one.maker.maker: one for one in found.makers}
    saic = by_name["SAIC"].maker
    assert saic.share == (pytest.approx(111 / 1017), pytest.approx(111 / 1017))
    assert saic.year == 2022
    byd, used = by_name["BYD"].maker, found.utilisation
    shipped = 1_046_083
    assert byd.share == pytest.approx(
        (used * byd.capacity / (used * byd.capacity + shipped), 350e3 / (350e3 + shipped))
    )
    gwm = by_name["GWM"].maker
    assert gwm.share == pytest.approx((used * 352e3 / 453_141, 352e3 / 453_141))  # all it sells abroad
    changan = by_name["Changan"]
    assert (changan.maker.sold, changan.maker.share, changan.like, changan.ahead) == (None, None, None, None)


def test_capacity_ahead_lies_between_what_runs_and_all_announced(found: Precedents):
    for one in found.makers:
        waits = sum(plant.capacity or 0.0 for plant in one.maker.plants[Standing.WAITS])
        low, middle, high = one.maker.later
        assert one.maker.capacity <= low <= middle <= high <= one.maker.capacity + waits
    assert known_on(reference.load()) == date(2026, 1, 31)
    without_volvo = [one.maker for one in found.makers if one.maker.maker != "Volvo"]
    assert found.capacity == (sum(m.capacity for m in without_volvo), sum(m.later[1] for m in without_volvo))
    assert found.made == pytest.approx(found.utilisation * found.capacity[1])


def test_a_plant_put_off_begins_no_earlier_than_last_stated(found: Precedents):
    """Leapmotor in Spain, 40,000 a year from August 2026, of which a share is given up in the half year before."""
    leap = next(one.maker for one in found.makers if one.maker.maker == "Leapmotor")
    at_best = 40_000 * exp(-found.rates.rates[1] * (212 / 365.25))  # 31 January to 1 August 2026
    assert leap.later[1] - leap.capacity < at_best + 1_000


def test_marks_are_the_years_asked(found: Precedents):
    assert MARKS == (2030, 2035)
    assert all([one.year for one in placed.ahead] == [2030, 2035] for placed in found.china)


def test_names_are_found_in_both_languages_and_strange_ones_refused(found: Precedents):
    world = reference.load()
    homes, makers = of_names(found, world, ["德国", "byd", "JPN", "Germany"])
    assert [home.home for home in homes] == ["DEU", "JPN"]
    assert [one.maker.maker for one in makers] == ["BYD"]
    with pytest.raises(RoadsteadError) as refused:
        of_names(found, world, ["FRA", "Tesla", "JPN"])
    assert [fault.code for fault in refused.value.faults] == ["RS-W306", "RS-W306"]
