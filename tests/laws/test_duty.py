"""What a shipment pays, shape by shape, and what must never happen: a preference nobody proved, a bill taken for law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from roadstead.terms.errors import NotExpressibleError, RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.columns import ENACTED, NOT_LAW
from roadstead.trade.duty import Shipment, same_territory, settle

CLOSE = 1e-12


def changed(rules, measure_id, **fields):
    """The rulebook with one row changed."""
    measures = {
        importer: tuple(replace(m, **fields) if m.measure_id == measure_id else m for m in filed)
        for importer, filed in rules.measures.items()
    }
    return replace(rules, measures=measures)


# --- dated ramps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "rate"),
    [
        ("2019-01-31", 0.10),
        ("2019-02-01", 0.0875),
        ("2020-01-31", 0.0875),
        ("2020-02-01", 0.075),
        ("2021-02-01", 0.0625),
        ("2022-02-01", 0.05),
        ("2023-02-01", 0.0375),
        ("2024-02-01", 0.025),
        ("2025-02-01", 0.0125),
        ("2026-01-31", 0.0125),
        ("2026-02-01", 0.0),
    ],
)
def test_japanese_cars_enter_europe_on_a_falling_ramp(ask, on, rate):
    assert ask("EU27 JPN HEV", on, {"qualifies.EU-JPN": True}, firm="Toyota").rate == pytest.approx(rate, abs=CLOSE)


@pytest.mark.parametrize(
    ("powertrain", "rates"),
    [
        ("BEV", (0.0, 0.10, 0.18, 0.25, 0.35)),
        ("PHEV", (0.04, 0.12, 0.20, 0.28, 0.35)),
        ("HEV", (0.04, 0.15, 0.25, 0.30, 0.35)),
    ],
)
def test_brazil_raises_its_duty_on_the_dates_it_named(ask, powertrain, rates):
    days = ("2023-12-31", "2024-06-30", "2024-07-01", "2026-06-30", "2026-07-01")
    found = [ask(f"BRA CHN {powertrain}", on).rate for on in days]
    assert found == pytest.approx(rates, abs=CLOSE)


@pytest.mark.parametrize(
    ("lane", "product", "on", "rate"),
    [
        ("BRA CHN BEV", "KIT_CKD", "2026-09-01", 0.10),
        ("BRA CHN BEV", "KIT_SKD", "2026-09-01", 0.25),
        ("BRA CHN BEV", "KIT_CKD", "2027-01-01", 0.35),
        ("BRA CHN PHEV", "KIT_SKD", "2027-01-01", 0.35),
        ("IND CHN BEV", "KIT_CKD", "2027-06-01", 0.165),
        ("IND CHN BEV", "KIT_SKD", "2027-06-01", 0.35),
        ("UZB CHN PHEV", "KIT_CKD", "2027-06-01", 0.0),
        ("EU27 CHN BEV", "PARTS", "2027-06-01", 0.045),
        ("EU27 CHN BEV", "BATTERY", "2027-06-01", 0.027),
        ("BRA CHN BEV", "PARTS", "2027-06-01", 0.16),
        ("USA CHN BEV", "PARTS", "2027-06-01", 0.025 + 0.25 + 0.25),
        ("USA CHN BEV", "BATTERY", "2027-06-01", 0.034 + 0.25),
    ],
)
def test_kits_parts_and_batteries_have_rates_of_their_own(ask, lane, product, on, rate):
    assert ask(lane, on, product=product).rate == pytest.approx(rate, abs=CLOSE)


# --- what a planner decides on: law of 2027 as it stands ---------------------------------------------------------------

ACFTA = {"qualifies.ACFTA": True}
LAW_OF_2027 = [
    ("EU27 CHN BEV", {}, 0.27),
    ("EU27 CHN EREV", {}, 0.27),
    ("EU27 CHN PHEV", {}, 0.10),
    ("GBR CHN BEV", {}, 0.10),
    ("GBR CHN PHEV", {}, 0.10),
    ("TUR CHN BEV", {}, 0.10 + 8_500 / 20_000),
    ("TUR CHN BEV", {"certificate.TUR_INVESTMENT": True}, 0.10),
    ("TUR CHN PHEV", {}, 0.10 + 7_000 / 20_000),
    ("MEX CHN BEV", {}, 0.50),
    ("MEX CHN PHEV", {}, 0.50),
    ("BRA CHN BEV", {}, 0.35),
    ("BRA CHN PHEV", {}, 0.35),
    ("THA CHN BEV", ACFTA, 0.0),
    ("THA CHN BEV", {}, 0.80),
    ("THA CHN PHEV", ACFTA, 0.80),
    ("IDN CHN BEV", ACFTA, 0.50),
    ("MYS CHN BEV", ACFTA, 0.05),
    ("MYS CHN PHEV", {}, 0.30),
    ("UZB CHN BEV", {}, 0.0),
    ("UZB CHN PHEV", {}, 0.15),
    ("CAN CHN BEV", {"in_quota": False}, 1.061),
    ("CAN CHN BEV", {"in_quota": True}, 0.061),
    ("USA CHN BEV", {}, 1.275),
    ("USA CHN PHEV", {}, 1.275),
    ("AUS CHN BEV", {"retail_price": 60_000}, 0.0),
    ("AUS CHN PHEV", {"qualifies.CHAFTA": True}, 0.0),
    ("AUS CHN PHEV", {}, 0.05),
    ("JPN CHN BEV", {}, 0.0),
    ("ISR CHN BEV", {}, 0.07),
    ("ZAF CHN BEV", {}, 0.25),
    ("COL CHN BEV", {}, 0.0),
    ("COL CHN PHEV", {"in_quota": False}, 0.35),
    ("EU27 TUR BEV", {"qualifies.EU-TUR-CU": True}, 0.0),
    ("EU27 HUN BEV", {}, 0.0),
]


@pytest.mark.parametrize(("lane", "facts", "rate"), LAW_OF_2027)
def test_duty_of_2027(ask, lane, facts, rate):
    assert ask(lane, "2027-07-01", facts, firm="BYD").rate == pytest.approx(rate, abs=CLOSE)


@pytest.mark.parametrize(("value", "rate"), [(20_000, 0.70), (39_999, 0.70), (40_000, 1.10)])
def test_indian_duty_depends_on_the_value(ask, value, rate):
    assert ask("IND CHN BEV", "2027-07-01", value=float(value)).rate == pytest.approx(rate, abs=CLOSE)


def test_chinese_makers_are_barred_from_the_united_states(rules):
    barring = [n for n in rules.non_tariff if n.importer == "USA" and n.acts and "CHN" in n.bars]
    assert [n.measure_id for n in barring if n.span.covers(date(2027, 7, 1)) and n.status in ENACTED] == ["NTM-039"]
    assert {"CBU", "CKD", "LOCAL"} <= barring[0].forms


# --- preference hangs on origin --------------------------------------------------------------------------------------


def test_a_preference_needs_a_declaration_and_the_quote_says_which(ask):
    unsaid = ask("CHL CHN BEV", "2027-07-01")
    assert unsaid.rate == pytest.approx(0.06)
    assert unsaid.stack.missing == {"qualifies.CN-CHL": ("CHL-002",)}
    said = ask("CHL CHN BEV", "2027-07-01", {"qualifies.CN-CHL": True})
    assert (said.rate, said.stack.missing) == (0.0, {})
    denied = ask("CHL CHN BEV", "2027-07-01", {"qualifies.CN-CHL": False})
    assert (denied.rate, denied.stack.missing) == (pytest.approx(0.06), {})


def test_one_of_several_agreements_is_enough(ask):
    assert ask("AUS CHN PHEV", "2027-07-01", {"qualifies.RCEP": True}).rate == 0.0
    neither = ask("AUS CHN PHEV", "2027-07-01", {"qualifies.RCEP": False, "qualifies.CHAFTA": False})
    assert (neither.rate, neither.stack.missing) == (pytest.approx(0.05), {})


TOLD = {"fuel": ("petrol", "diesel"), "person": ("legal", "natural")}


def test_no_missing_fact_ever_lowers_a_duty(rules, ask):
    """Whatever is not said is read at its dearest: saying one of the facts asked for, anything at all, never raises it."""
    told = 0
    for importer in sorted(rules.measures):
        for powertrain in ("ICE", "PHEV", "BEV"):
            lane = f"{importer} CHN {powertrain}"
            try:
                unsaid = ask(lane, "2026-10-01")
            except RoadsteadError:
                continue
            for fact in set(unsaid.stack.missing) - {"firm"}:
                yes_or_no = fact == "in_quota" or ("." in fact and not fact.startswith("content"))
                for value in (True, False) if yes_or_no else TOLD.get(fact, (0.0, 1.0, 1_500.0, 5_000.0, 1e6)):
                    said = ask(lane, "2026-10-01", {fact: value})
                    assert said.rate <= unsaid.rate + CLOSE, (lane, fact, value)
                    assert said.fee <= unsaid.fee + CLOSE, (lane, fact, value)
                    told += 1
    assert told > 40


def test_agreements_that_are_not_in_force_are_not_asked_about(ask):
    assert not any("EU-AUS" in fact for fact in ask("AUS EU27 ICE", "2027-07-01").stack.missing)


# --- firms -----------------------------------------------------------------------------------------------------------

CVD = {
    "BYD": 0.170, "Denza": 0.170, "Geely": 0.188, "MG": 0.353, "SAIC": 0.353, "Tesla": 0.078, "XPeng": 0.207,
    "Chery": 0.207, "VW Anhui": 0.207, "Unheard-of Motors": 0.353,
}  # fmt: skip


@pytest.mark.parametrize(("firm", "rate"), CVD.items())
def test_countervailing_duty_by_producer_group(ask, firm, rate):
    assert ask("EU27 CHN BEV", "2026-10-01", firm=firm).rate == pytest.approx(0.10 + rate, abs=CLOSE)


def test_a_group_is_known_by_its_own_name_too(ask):
    assert ask("EU27 CHN BEV", "2026-10-01", firm="byd group").rate == pytest.approx(0.27, abs=CLOSE)


def test_without_a_firm_the_rate_of_all_others_holds_and_the_firm_is_asked_for(ask):
    found = ask("EU27 CHN BEV", "2026-10-01")
    assert found.rate == pytest.approx(0.453, abs=CLOSE)
    assert found.stack.missing["firm"] == ("EU27-028",)


def test_countervailing_duty_ends_with_its_regulation(ask):
    assert ask("EU27 CHN BEV", "2029-10-29", firm="BYD").rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 CHN BEV", "2029-10-30", firm="BYD").rate == pytest.approx(0.10, abs=CLOSE)


def test_an_undertaking_frees_only_its_own_firm(ask):
    facts = {"undertaking.EU_BEV": True, "model": "Tavascan"}
    assert ask("EU27 CHN BEV", "2026-10-01", facts, firm="BYD").rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 CHN BEV", "2026-10-01", firm="VW Anhui").rate == pytest.approx(0.307, abs=CLOSE)


# --- top-up, compound, weight ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "rate"), [({"qualifies.KORUS": True}, 0.15), ({}, 0.15)])
def test_a_ceiling_is_filled_from_whatever_base_holds(ask, facts, rate):
    found = ask("USA KOR ICE", "2026-01-01", facts)
    assert found.rate == pytest.approx(rate, abs=CLOSE)
    base, top = (line.rate for line in found.stack.lines)
    assert base + top == pytest.approx(0.15, abs=CLOSE)
    assert base == (0.0 if facts else 0.025)


def test_a_ceiling_below_the_base_adds_nothing(rules, ask):
    low = changed(rules, "USA-024", ceiling=0.02)
    assert ask("USA JPN HEV", "2025-10-01", law=low).rate == pytest.approx(0.025, abs=CLOSE)


@pytest.mark.parametrize("value", [5_000.0, 17_500.0, 28_333.0, 28_334.0, 60_000.0])
def test_the_higher_of_rate_and_amount(ask, value):
    found = ask("TUR CHN BEV", "2027-07-01", value=value)
    assert found.rate == pytest.approx(0.10 + max(0.30, 8_500 / value), abs=CLOSE)


@pytest.mark.parametrize(("engine", "per_cm3"), [(1500.0, 1.25), (3500.0, 1.25)])
def test_rate_and_amount_together(ask, engine, per_cm3):
    """Uzbekistan: 15 % and an amount for every cubic centimetre."""
    found = ask("UZB CHN ICE", "2027-07-01", {"engine_cm3": engine})
    assert found.rate == pytest.approx(0.15 + per_cm3 * engine / 20_000, abs=CLOSE)


def test_a_duty_by_weight_asks_for_the_mass(rules):
    shipment = Shipment("CHE", "CHN", "CAR_CBU", "ICE", "BYD", date(2023, 6, 1))
    francs = {"CHF": 1.1}
    with pytest.raises(RoadsteadError) as caught:
        settle(rules, shipment, 20_000.0, francs)
    assert caught.value.faults[0].code == "RS-L207"
    heavy = settle(rules, replace(shipment, facts={"mass_kg": 1500.0}), 20_000.0, francs)
    assert heavy.duty_rate(20_000.0) == pytest.approx(15 * 15.0 * 1.1 / 20_000, rel=1e-12)


def test_a_duty_in_money_without_a_rate_of_exchange_stops(rules):
    shipment = Shipment("UZB", "CHN", "CAR_CBU", "BEV", "BYD", date(2027, 7, 1))
    with pytest.raises(RoadsteadError) as caught:
        settle(rules, shipment, 20_000.0, {"USD": 1.0})
    assert caught.value.faults[0].code == "RS-L206"


@pytest.mark.parametrize(("content", "share"), [(0.0, 0.85), (0.10, 0.85), (0.40, 0.60), (1.0, 0.0)])
def test_canada_taxes_american_cars_on_what_is_not_canadian_or_mexican(ask, content, share):
    facts = {"qualifies.USMCA": True, "content.CAN_MEX": content}
    assert ask("CAN USA ICE", "2026-10-01", facts).rate == pytest.approx(0.25 * share, abs=CLOSE)


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_the_rate_over_a_quota_is_what_the_law_states(rules, ask):
    """Rows state the rate over the quota beside the quota; the engine must get there on its own."""
    checked = set()
    for measure in rules.every_measure():
        if measure.over_quota_rate is None or not measure.is_law or measure.importer == "USA":
            continue
        for powertrain in measure.powertrains:
            origin = "CHN" if "*" in measure.origins else min(measure.origins)
            facts = {"in_quota": False, "engine_cm3": 1500.0, "fuel": "petrol", "power_kw": 100.0}
            value = 50_000.0 if measure.importer == "IND" else 20_000.0
            found = ask(f"{measure.importer} {origin} {powertrain}", measure.span.first.isoformat(), facts, value=value)
            known = {"IND-006"}  # the law of its first year; the later split in duty and surcharge adds to the same
            stated = measure.over_quota_rate
            assert found.rate == pytest.approx(stated, abs=CLOSE) or measure.measure_id in known, measure.measure_id
            checked.add(measure.importer)
    assert {"CAN", "BRA", "ARG", "COL", "KAZ", "BLR"} <= checked


def test_a_quota_is_not_assumed(ask):
    found = ask("CAN CHN BEV", "2027-07-01", firm="BYD")
    assert found.rate == pytest.approx(1.061, abs=CLOSE)
    assert found.stack.missing == {"in_quota": ("CAN-008", "CAN-901")}


# --- standing in law -------------------------------------------------------------------------------------------------


def test_what_is_not_law_changes_no_quote(rules, ask):
    """Rows of every other status may be dropped from the rulebook, and no quote on any lane moves."""
    law = replace(
        rules,
        measures={
            importer: tuple(m for m in filed if m.status in ENACTED) for importer, filed in rules.measures.items()
        },
    )
    dropped = sum(len(filed) for filed in rules.measures.values()) - sum(len(filed) for filed in law.measures.values())
    assert dropped >= 10
    told = 0
    for measure in rules.every_measure():
        if measure.status in ENACTED:
            continue
        assert measure.status in NOT_LAW
        origin = "CHN" if "*" in measure.origins else min(measure.origins - {"EU27"} or {"DEU"})
        day = max(measure.span.first or date(2027, 1, 1), date(2026, 8, 1)).isoformat()
        for powertrain in measure.powertrains or {"BEV"}:
            lane, facts = (
                f"{measure.importer} {origin} {powertrain}",
                {"engine_cm3": 1500.0, "fuel": "petrol", "in_quota": True},
            )
            for product in measure.products:
                assert (
                    ask(lane, day, facts, product=product).stack
                    == ask(lane, day, facts, product=product, law=law).stack
                )
                told += 1
    assert told >= 20


def test_a_bill_becomes_a_charge_only_once_it_is_law(rules, ask):
    enacted = changed(rules, "USA-030", status="IN_FORCE")
    assert ask("USA CHN BEV", "2026-10-01").rate == pytest.approx(1.275, abs=CLOSE)
    assert ask("USA CHN BEV", "2026-10-01", law=enacted).rate == pytest.approx(1.400, abs=CLOSE)


# --- two clocks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "on", "before", "rate_before", "rate_after"),
    [
        ("USA DEU ICE", "2025-08-15", date(2025, 9, 24), 0.275, 0.15),  # published 25 September, in force from 1 August
        ("USA KOR ICE", "2025-11-15", date(2025, 12, 3), 0.275, 0.15),  # published 4 December, in force from 1 November
        ("USA JPN ICE", "2025-10-01", date(2025, 9, 15), 0.275, 0.15),
        ("TUR CHN BEV", "2026-01-01", date(2025, 9, 21), 0.50, 0.525),  # the old surcharge goes on, as far as is known
        ("MEX CHN BEV", "2026-02-01", date(2025, 12, 31), 0.15, 0.50),  # and so does the old rate
    ],
)
def test_a_back_test_sees_only_what_could_be_known(ask, lane, on, before, rate_before, rate_after):
    then, next_day = rulebook.load(before), rulebook.load(before + timedelta(days=1))
    assert ask(lane, on, law=then).rate == pytest.approx(rate_before, abs=CLOSE)
    assert ask(lane, on, law=next_day).rate == pytest.approx(rate_after, abs=CLOSE)


def test_agreements_taxes_and_bans_of_later_days_are_not_known_either():
    then = rulebook.load(date(2024, 12, 31))
    assert "EU-MERCOSUR" not in then.agreements
    assert "EU-UK-TCA" in then.agreements
    assert not any(n.measure_id == "NTM-039" for n in then.non_tariff)
    assert not any(t.tax_id == "ISR-PT-BEV" for t in then.taxes["ISR"])
    assert all(m.known_from <= date(2024, 12, 31) for m in then.every_measure())


# --- what the engine cannot work out ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "on", "facts"),
    [
        ("RUS CHN PHEV", "2026-07-01", {"engine_cm3": 2500.0, "power_kw": 220.0}),
        ("RUS CHN BEV", "2026-07-01", {"power_kw": 40.0}),
    ],
)
def test_a_rule_out_of_reach_says_so(ask, lane, on, facts):
    with pytest.raises(NotExpressibleError) as caught:
        ask(lane, on, facts)
    (fault,) = caught.value.faults
    assert fault.message.startswith("not expressible yet: ")
    assert fault.code == "RS-L210"
    assert fault.where == lane.split()[0]


@pytest.mark.parametrize(
    "fields", [{"rate": None}, {"specific": 10.0, "specific_unit": "seat", "specific_currency": "USD"}]
)
def test_a_row_without_a_rate_or_with_a_strange_unit_is_no_free_entry(rules, ask, fields):
    with pytest.raises(NotExpressibleError, match="not expressible yet: MEX-005"):
        ask("MEX CHN BEV", "2027-07-01", law=changed(rules, "MEX-005", **fields))


def test_a_preference_whose_rate_is_unknown_is_not_applied_and_said(ask):
    found = ask("EU27 BRA BEV", "2027-07-01", {"qualifies.EU-MERCOSUR": True})
    assert found.rate == pytest.approx(0.10)
    assert any(remark.startswith("EU27-032 not applied") for remark in found.stack.remarks)


def test_russian_fee_does_not_run_out_silently(ask):
    """The rows of 2026 end with the year, the fee does not: 2027 is out of reach, not free."""
    assert ask("RUS CHN BEV", "2026-12-31", {"power_kw": 150.0}).fee > 20_000
    with pytest.raises(NotExpressibleError, match="RUS-903"):
        ask("RUS CHN BEV", "2027-01-01", {"power_kw": 150.0})


def test_an_unknown_band_takes_the_dearest(rules, ask):
    """Power untold, a fee that certainly holds is no shelter from a dearer band that may."""
    law = changed(changed(rules, "RUS-901", not_expressible="", specific=0.0, specific_currency="RUB", specific_unit="vehicle"),
                  "RUS-031", span=rulebook.Span(date(2024, 10, 1), None))  # fmt: skip
    found = ask("RUS CHN PHEV", "2026-07-01", {"engine_cm3": 1500.0}, law=law)
    assert found.measures[-1] == "RUS-917"
    assert any("dearest reading" in remark for remark in found.stack.remarks)


def test_no_rule_no_answer(ask):
    with pytest.raises(RoadsteadError) as caught:
        ask("ISL CHN PHEV", "2027-07-01")
    assert caught.value.faults[0].code == "RS-L211"


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_customs_value_is_an_amount(ask, value):
    with pytest.raises(RoadsteadError) as caught:
        ask("EU27 CHN BEV", "2027-07-01", value=value)
    assert caught.value.faults[0].code == "RS-L212"


def test_inside_one_customs_territory_nothing_is_due(rules, ask):
    found = ask("EU27 HUN BEV", "2027-07-01", firm="BYD")
    assert found.stack.lines == ()
    assert found.rate == 0.0
    croatian = Shipment("EU27", "HRV", "CAR_CBU", "BEV", "", date(2013, 7, 1))
    assert same_territory(rules, croatian)
    assert not same_territory(rules, replace(croatian, on=date(2013, 6, 30)))  # Croatia joined the day after
