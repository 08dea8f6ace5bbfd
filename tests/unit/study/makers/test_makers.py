"""Makers of the past: what came after a day, which places are asked, what a case knows, and a plan of three places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from roadstead.study.bundled import past_case
from roadstead.study.makers import back_test, tables
from roadstead.study.makers.assumed import Assumed
from roadstead.study.makers.came import built_by_others, came, known_already
from roadstead.study.makers.candidates import candidates
from roadstead.study.makers.case import write_case
from roadstead.study.makers.pricing import charged, price, shop
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.placing import Place
from roadstead.terms.tables import Row
from roadstead.trade import rulebook
from roadstead.world import reference

DAY = date(2021, 12, 31)


def plant(record, host, announced="", start="", mode="full", status="operating", company="Made"):
    values = {
        "record": record, "kind": "CN_PLANT", "home": "CHN", "company": company, "host": host, "site": record, "mode": mode,
        "announced": announced, "start": start, "capacity": "50000", "status": status, "status_as_of": "2025-06",
        "source": "a book", "as_of": "2025", "confidence": "low", "note": "",
    }  # fmt: skip
    return Row(values, Place("precedents.csv"), 2, {})


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture
def made(world):
    rows = (
        plant("stood", "THA", "2017-01", "2019-06"),
        plant("said", "BRA", "2021-08", "2025-08"),
        plant("more", "THA", "2023-01", "2024-06"),
        plant("built", "MYS", "2023-05", "2025-02", mode="CKD->full"),
        plant("later", "MYS", "2024-05", "2026-12", status="under construction"),
        plant("opened", "PAK", "", "2022-08", mode="CKD"),
        plant("refused", "IND", "2023-04", "", status="refused"),
        plant("union", "HUN", "2023-12", "2026-04", status="planned"),
        plant("other", "IDN", "2015-01", "2017-07", company="Another"),
    )
    tables_ = {**world.tables, "precedents": rows, "plant_dates": ()}
    return replace(world, tables=tables_)


def test_what_came_after_a_day(made):
    assert known_already(made, "Made", DAY) == {"THA", "BRA"}
    found = came(made, "Made", DAY)
    assert sorted(found) == ["EU27", "IND", "MYS", "PAK"]
    assert (found["MYS"].year, found["MYS"].is_kit, found["MYS"].records) == (2025, True, ("built", "later"))
    assert (found["PAK"].year, found["PAK"].is_kit) == (2022, True)
    assert (found["IND"].year, found["IND"].is_given_up) == (None, True)
    assert (found["EU27"].year, found["EU27"].is_kit, found["EU27"].is_given_up) == (2026, False, False)
    assert built_by_others(made, "Made", DAY) == {"IDN": 1}
    assert built_by_others(made, "Made", date(2016, 1, 1)) == {}


def test_candidates_are_by_rule_and_not_by_what_came(world):
    found = candidates(world, rulebook.load(), 2021)
    sizes = [one.size for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] >= 100_000
    by_name = {one.territory: one for one in found}
    assert by_name["EU27"].host == "DEU"
    assert len(by_name["EU27"].markets) == 5
    assert by_name["EU27"].size > sum(by_name["EU27"].markets.values())
    assert "CHN" not in by_name
    # Places that nobody built in are asked as well as those that somebody did.
    assert {"USA", "JPN", "NOR", "THA", "IDN"} <= by_name.keys()
    assert by_name["VNM"].borrowed == {"VNM": 2022}


@pytest.fixture(scope="module")
def small():
    """What cases of 2021 stand on, with three candidates."""
    ground = back_test.ground_of(2021)
    return replace(ground, candidates=tuple(one for one in ground.candidates if one.territory in {"MEX", "TUR", "AUS"}))


def test_a_case_knows_nothing_of_later_years(small, tmp_path):
    study = write_case(tmp_path / "byd", tables.makers(2021)["BYD"], small, Assumed())
    assert study.as_known_on == DAY
    for name in ("sales", "nev", "incomes"):
        assert max(row["year"] for row in study.world.tables[name]) == 2021
    assert max(figure.year for history in study.world.markets.values() for figure in history.nev_share) == 2021
    assert not study.beside.months
    assert {line.place for line in study.carmaker.lines.values()} == {"MEX", "TUR", "AUS"}
    sold = sum(offer.sales for offer in study.carmaker.offers)
    assert sold == pytest.approx(14_000, rel=1e-3)
    # Only what a powertrain's buyers are, law and distance tell one market from another.
    assert len({(offer.model_id, round(offer.mature_share, 9)) for offer in study.carmaker.offers}) == 2
    at = shop(study, small.rulebook, 0.25)
    car = study.carmaker.models["bev"]
    # Türkiye: 10 % and 10 % more on battery cars from most places; Australia lets cars from China in free.
    assert charged(at, "TUR", car, 15_000.0) == pytest.approx(0.20)
    assert charged(at, "AUS", car, 15_000.0) == pytest.approx(0.05)
    assert price(at, "TUR", "bev") > price(shop(study, small.rulebook, 0.1), "TUR", "bev")
    assert price(at, "TUR", "bev") == price(shop(study, small.rulebook, 0.9), "TUR", "bev")


def test_a_plan_of_three_places(small, monkeypatch):
    monkeypatch.setattr(back_test, "ground_of", lambda _: small)
    told = []
    found = back_test.back_test(2021, ["Chery"], tell=told.append)
    assert told == ["Chery"]
    (maker,) = found.makers
    assert maker.places == {"MEX", "TUR", "AUS"}
    assert set(maker.picks) <= maker.places
    assert {place: one.records for place, one in maker.came.items()} == {"TUR": ("H-107",)}
    assert maker.before == ("BRA", "EGY")
    assert all(len(picked) == len(maker.picks) for picked in maker.by_rule.values())
    assert all(2023 <= pick.year <= 2028 for pick in maker.picks.values())
    assert found.fared(back_test.PLAN).hits == len({"TUR"} & set(maker.picks))
    assert found.fared(back_test.PLAN, kept=True).came == 1
    assert found.df["place"].to_list() == sorted({*maker.picks, "TUR"})
    assert "Chery" in found._repr_html_()


def test_a_maker_or_year_that_is_not_packaged():
    with pytest.raises(RoadsteadError, match="RS-S761"):
        back_test.back_test(2021, ["Tesla"])
    with pytest.raises(RoadsteadError, match="RS-S761"):
        back_test.ground_of(2020)


def test_cases_that_are_kept_are_those_that_the_rule_writes(tmp_path):
    """One of them, file by file; where it is another, the page of the makers is measured again (tools/evidence_report.py)."""
    makers = tables.makers(2021)
    assert all((past_case(f"{maker.lower()}-2021") / "lines.csv").is_file() for maker in makers)
    write_case(tmp_path / "case", makers["Chery"], back_test.ground_of(2021), Assumed())
    kept = past_case("chery-2021")
    names = [path.relative_to(kept) for path in sorted(kept.rglob("*")) if path.is_file()]
    assert names == [p.relative_to(tmp_path / "case") for p in sorted((tmp_path / "case").rglob("*")) if p.is_file()]
    for name in names:
        assert (tmp_path / "case" / name).read_text(encoding="utf-8") == (kept / name).read_text(encoding="utf-8"), name
