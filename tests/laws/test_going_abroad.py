"""Rules of the country that goods or money leave: export bans, tax not given back, approval of plants abroad."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import roadstead as rs
from roadstead.futures.costs.borders import Borders
from roadstead.futures.costs.costing import as_law_sees
from roadstead.futures.costs.gates import Gate, gate_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.costs.waiting import with_waiting
from roadstead.futures.evaluate import barred
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.ids import EntryMode, Product
from roadstead.trade.law import Span
from roadstead.trade.non_tariff import FORBIDS, Car, met, met_abroad
from roadstead.trade.taxes import cascade, export_taxes

CASES = Path(__file__).parents[2] / "cases"


@pytest.fixture(scope="module")
def evaluation():
    return prepare(read_study(CASES / "byd"), Quiet()).evaluation


@pytest.fixture(scope="module")
def costing(evaluation):
    return evaluation.ledger.costing


@pytest.fixture(scope="module")
def now(evaluation):
    return evaluation.ledger.circumstances[0]


# --- tax that stays on exports ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "rate"), [("2026-03-31", 0.04), ("2026-04-01", 0.07), ("2026-12-31", 0.07), ("2027-01-01", 0.115)]
)
def test_china_gives_back_less_of_the_tax_on_battery_packs(rules, on, rate):
    """MOF/STA announcement 2 of 8 January 2026: 13 % less 9, then 6, then nothing (a sale at home: 13/113)."""
    taxes = export_taxes(rules, "CHN", Product.BATTERY, "BEV", date.fromisoformat(on))
    assert cascade(taxes, "EXPORT") == pytest.approx(rate)


@pytest.mark.parametrize("product", [Product.CAR, Product.KIT_CKD, Product.PARTS])
def test_cars_kits_and_other_parts_get_it_back_in_full(rules, product):
    assert export_taxes(rules, "CHN", product, "BEV", date(2027, 7, 1)) == ()
    assert export_taxes(rules, "KOR", product, "BEV", date(2027, 7, 1)) == ()


def test_a_plant_abroad_pays_it_on_the_packs_it_brings_in(costing, now):
    """The bar is the rate on the pack's own transfer price; the same line on kits pays none."""
    line, model = costing.carmaker.lines["szeged"], costing.carmaker.models["compact"]
    kits = replace(line, mode=EntryMode.KIT)
    moments = Moments([2030], [now])
    whole, assembled = gate_costs(Borders(costing, moments), [Gate(one, model, moments) for one in (line, kits)])
    paid = {bar.key: bar for bar in whole.bars(0)}["battery_export_tax"]
    share = line.local_content
    material = costing.carmaker.models["compact"].ex_works * (1 - costing.conventions.cost_decline) ** (
        2030 - costing.conventions.base_year
    )
    pack = material * model.material * model.battery * (1.0 - share)
    haulage = costing.carmaker.home.inland * pack / material
    assert paid.amount == pytest.approx(0.115 * (pack + haulage) * (1.0 + model.transfer_margin))
    assert paid.rests_on == "CHN"
    assert not [bar for bar in assembled.bars(0) if bar.key.endswith("export_tax")]


def battery(importer):
    lane = {"importer": importer, "origin": "CHN", "product": "battery", "powertrain": "BEV"}
    return rs.duty(**lane, on="2027-06-01", value=5_000.0)


def test_a_quote_tells_it_apart_from_duty():
    told = battery("CAN")
    (tax,) = [tax for tax in told.taxes if tax.tax == "CHN-VAT-EXPORT"]
    assert (tax.base, tax.rate) == ("price free on board", pytest.approx(0.115))
    assert tax.amount == pytest.approx(0.115 * 5_000.0), "Canada values free on board"
    assert told.with_import_taxes_amount == pytest.approx(told.total_duty_amount), "borne by the maker at home"
    (tax,) = [tax for tax in battery("HUN").taxes if tax.tax == "CHN-VAT-EXPORT"]
    assert tax.amount is None, "the price free on board is not what Hungary values"


# --- who may ship to Russia ------------------------------------------------------------------------------------------------


def banned(rules, made_in, powertrain, engine, on):
    car = Car(
        "RUS", "RUS", made_in, "CBU", powertrain, "CHN", {"engine_cm3": engine, "powertrain": powertrain}, None, {}
    )
    return {rule.measure_id for rule in met(rules, car, date.fromisoformat(on), frozenset({FORBIDS}))}


@pytest.mark.parametrize(
    ("made_in", "powertrain", "engine", "on", "by"),
    [
        ("HUN", "BEV", 0.0, "2023-06-22", set()),
        ("HUN", "BEV", 0.0, "2023-06-23", {"NTM-071-EU27"}),
        ("DEU", "ICE", 1_400.0, "2026-01-01", set()),
        ("DEU", "ICE", 1_984.0, "2026-01-01", {"NTM-071-EU27"}),
        ("JPN", "HEV", 1_500.0, "2023-08-08", set()),
        ("JPN", "HEV", 1_500.0, "2023-08-09", {"NTM-071-JPN"}),
        ("KOR", "BEV", 0.0, "2026-01-01", set()),
        ("KOR", "ICE", 2_500.0, "2024-02-24", {"NTM-071-KOR"}),
        ("USA", "ICE", 1_400.0, "2022-03-11", {"NTM-071"}),
        ("GBR", "BEV", 0.0, "2022-04-14", {"NTM-071-GBR"}),
        ("CHN", "BEV", 0.0, "2026-01-01", set()),
        ("TUR", "BEV", 0.0, "2026-01-01", set()),
    ],
)
def test_cars_for_russia_by_where_they_are_made(rules, made_in, powertrain, engine, on, by):
    """Regulation 833/2014 annex XXIII (June 2023), Japan's export order (August 2023), Korea's notice (February 2024)."""
    assert banned(rules, made_in, powertrain, engine, on) == by


# --- the home country's rules on building abroad -----------------------------------------------------------------------------


@pytest.fixture
def ruled(now):
    """Today's circumstances with a rule of China on building in Türkiye."""

    def ruled(**fields):
        base = next(rule for rule in now.rulebook.non_tariff if rule.measure_id == "NTM-131")
        rule = replace(
            base, measure_id="OWN-1", acts=True, made_in=frozenset({"TUR"}), span=Span(date(2027, 1, 1), None)
        )
        rows = (*now.rulebook.non_tariff, replace(rule, **fields))
        return replace(now, rulebook=replace(now.rulebook, non_tariff=rows))

    return ruled


def test_a_ban_on_building_there_bars_the_plant_and_not_the_imports(costing, ruled, now):
    asked = ruled(effect=FORBIDS)
    manisa, szeged = (costing.carmaker.lines[line] for line in ("manisa", "szeged"))
    compact = costing.carmaker.models["compact"]
    assert barred(costing, asked, manisa, compact, "TUR", 2030)
    assert not barred(costing, now, manisa, compact, "TUR", 2030)
    assert not barred(costing, asked, szeged, compact, "DEU", 2030)
    assert not barred(costing, asked, None, compact, "TUR", 2030)


def test_an_approval_lengthens_the_lead_of_plants_there(costing, ruled):
    asked = ruled(effect="DELAYS", amount=14.0)
    before, after = costing.carmaker.lines, with_waiting(costing, asked.rulebook).carmaker.lines
    grown = {name: after[name].lead - line.lead for name, line in before.items() if after[name].lead != line.lead}
    assert grown == {"manisa": 2}, "fourteen months in whole years; nowhere else"


def test_it_binds_only_the_makers_of_its_country(costing, ruled):
    asked = ruled(effect=FORBIDS)
    car = as_law_sees(costing, costing.carmaker.lines["manisa"], costing.carmaker.models["compact"], "TUR", 2030)
    on, bans = date(2030, 7, 1), frozenset({FORBIDS})
    assert [rule.measure_id for rule in met_abroad(asked.rulebook, "CHN", car, on, bans)] == ["OWN-1"]
    assert not list(met_abroad(asked.rulebook, "KOR", car, on, bans))
    assert not list(met(asked.rulebook, replace(car, market="CHN", territory="CHN"), on, bans)), "no rule of its market"


def test_the_rules_of_home_are_told_beside_those_of_its_market():
    outward = {rule.measure for rule in rs.other_rules("CHN", "2026-08-01") if rule.outward}
    assert {"NTM-129", "NTM-131", "NTM-201", "NTM-204", "NTM-205", "NTM-206"} <= outward
    assert "NTM-008" in {rule.measure for rule in rs.other_rules("CHN") if not rule.outward}


# --- grants by origin --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "grant"), [(2026, 5_000.0), (2027, 4_000.0), (2030, 2_000.0), (2031, 0.0)])
def test_canada_pays_for_cars_of_its_partners(rules, year, grant):
    """Electric Vehicle Affordability Program: from a partner of a free-trade agreement, below CAD 50,000, and no Chinese car."""

    def paid(made_in, price):
        rates = {"CAD": 0.72}
        car = Car("CAN", "CAN", made_in, "CBU", "BEV", "CHN", {"powertrain": "BEV"}, price * 0.72, rates)
        return sum(rule.amount for rule in met(rules, car, date(year, 7, 1), frozenset({"PRICE_SUBSIDY"})))

    assert paid("HUN", 45_000.0) == paid("MEX", 45_000.0) == grant
    assert paid("CHN", 45_000.0) == paid("HUN", 55_000.0) == 0.0
