"""Shapes of rule that more than one rate makes: units with an index, groups that do not stack, bans, bands in other money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.duty import Shipment, barring
from roadstead.trade.units import unit_dollars

CLOSE = 1e-12


# --- amounts in a unit whose worth changes (T.14) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "units", "worth"),
    [
        ("2024-09-30", 30, 340_000),
        ("2024-10-01", 30, 375_000),
        ("2025-04-30", 30, 375_000),
        ("2025-05-01", 120, 375_000),  # UZS 45 m, as the source prints it
        ("2025-07-31", 120, 375_000),
        ("2025-08-01", 120, 412_000),
    ],
)
def test_a_fee_in_units_follows_what_the_unit_is_worth(ask, dollars, on, units, worth):
    assert ask("UZB CHN BEV", on).fee == pytest.approx(units * worth * dollars["UZS"], rel=1e-12)


def test_what_a_unit_was_raised_to_later_is_not_known(ask, dollars):
    then = rulebook.load(date(2025, 7, 1))
    assert ask("UZB CHN BEV", "2026-06-01", law=then).fee == pytest.approx(120 * 375_000 * dollars["UZS"], rel=1e-12)
    assert rulebook.load(date(2023, 12, 31)).obligations == tuple(
        one for one in rulebook.load().obligations if one.fact == "programme.THA_EV30"
    )


def test_an_older_car_pays_the_dearer_band(ask):
    new, old = (ask("UZB CHN BEV", "2026-06-01", {"age_years": age}).fee for age in (0.0, 3.0))
    assert old / new == pytest.approx(210 / 120)


def test_a_russian_fee_is_its_coefficient_of_the_base_rate(rules, ask, dollars):
    """Coefficient 109.68 of RUB 20,000 is RUB 2,193,600; a base rate raised raises every band alike."""
    facts = {"power_kw": 150.0}
    now = ask("RUS CHN BEV", "2026-07-01", facts)
    assert now.fee == pytest.approx(2_193_600 * dollars["RUB"], rel=1e-12)
    raised = replace(rules.units["RUS_FEE_BASE"][0], worth=25_000.0, first=date(2026, 1, 1))
    dearer = replace(rules, units={**rules.units, "RUS_FEE_BASE": (raised, *rules.units["RUS_FEE_BASE"])})
    assert ask("RUS CHN BEV", "2026-07-01", facts, law=dearer).fee == pytest.approx(1.25 * now.fee, rel=1e-12)
    assert ask("RUS CHN BEV", "2025-12-15", facts, law=dearer).fee == ask("RUS CHN BEV", "2025-12-15", facts).fee


@pytest.mark.parametrize(
    ("engine", "power", "roubles"),
    [
        (1500.0, 228.0, 1_291_200),
        (1500.0, 228.1, 1_459_200),
        (2000.0, 400.0, 3_201_600),
        (2500.0, 139.75, 2_306_800),
        (3000.0, 205.94, 2_520_000),
    ],
)
def test_russian_bands_of_engine_and_power(ask, dollars, engine, power, roubles):
    found = ask("RUS CHN PHEV", "2026-07-01", {"engine_cm3": engine, "power_kw": power})
    assert found.fee == pytest.approx(roubles * dollars["RUB"], rel=1e-12)


def test_a_unit_not_yet_fixed_or_without_a_rate_of_exchange_is_worth_nothing_known(rules, ask):
    assert "UZB_BRV" not in unit_dollars(rules.units, date(2019, 8, 31), {"UZS": 1e-4})
    assert unit_dollars(rules.units, date(2026, 1, 1), {"RUB": 0.01}) == {"RUS_FEE_BASE": pytest.approx(200.0)}


@pytest.mark.parametrize(
    ("on", "engine", "rate"),
    [
        ("2023-06-15", 900.0, 0.15 + 0.4 * 900 / 20_000),
        ("2023-06-16", 900.0, 0.0),
        ("2023-06-15", 1200.0, 0.15 + 0.6 * 1200 / 20_000),
        ("2023-06-16", 1200.0, 0.05),
        ("2028-01-01", 1200.0, 0.15 + 0.6 * 1200 / 20_000),
        ("2022-06-01", 3500.0, 0.15 + 1.5 * 3500 / 20_000),
        ("2023-06-01", 3500.0, 0.15 + 1.25 * 3500 / 20_000),
    ],
)
def test_uzbekistan_charges_by_the_cubic_centimetre_in_bands(ask, on, engine, rate):
    assert ask("UZB CHN ICE", on, {"engine_cm3": engine}).rate == pytest.approx(rate, abs=CLOSE)


def test_an_amount_by_engine_asks_for_the_engine(ask):
    with pytest.raises(RoadsteadError) as caught:
        ask("UZB CHN ICE", "2027-07-01")
    (fault,) = caught.value.faults
    assert (fault.code, fault.expected) == ("RS-L207", "the fact engine_cm3")


# --- groups that do not stack -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lane", ["CHN BEV", "JPN HEV", "DEU ICE", "IND ICE"])
def test_the_reciprocal_duty_is_kept_from_cars_under_section_232(ask, lane):
    """Whichever rule of section 232 applies, the general one or a deal's ceiling, it keeps the reciprocal duty out."""
    found = ask(f"USA {lane}", "2025-10-01")
    assert "USA-901" not in found.measures
    assert any(remark.startswith("USA-901 not charged: it does not stack with USA-0") for remark in found.stack.remarks)


def test_without_section_232_the_reciprocal_duty_is_charged(rules, ask):
    end = [(Amendment("end", "USA", "no 232", measure_id=f"USA-0{n}"), date(2025, 9, 1)) for n in (19, 25)]
    law = amend(rules, end)
    assert ask("USA IND ICE", "2025-10-01", law=law).rate == pytest.approx(0.025 + 0.10, abs=CLOSE)
    assert ask("USA IND ICE", "2025-08-31", law=law).rate == pytest.approx(0.025 + 0.25, abs=CLOSE)


def test_section_301_and_the_fentanyl_duty_stack_all_the_same(ask):
    assert ask("USA CHN BEV", "2025-06-15").rate == pytest.approx(0.025 + 1.00 + 0.20 + 0.25, abs=CLOSE)


# --- nothing comes in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "on", "facts", "measure", "certain"),
    [
        ("UKR RUS ICE", "2027-07-01", {"engine_cm3": 1500.0, "fuel": "petrol"}, "UKR-005", True),
        ("DZA CHN BEV", "2020-06-01", {}, "DZA-003", True),
        ("DZA CHN BEV", "2017-06-01", {}, "DZA-002", False),
        ("DZA CHN BEV", "2017-06-01", {"in_quota": False}, "DZA-002", True),
        ("CAN CHN BEV", "2026-06-01", {"in_quota": False}, "CAN-901", True),
        ("CAN CHN BEV", "2026-06-01", {}, "CAN-901", False),
    ],
)
def test_a_ban_is_told_beside_what_would_be_charged(ask, lane, on, facts, measure, certain):
    found = ask(lane, on, facts)
    assert [(ban.measure_id, sure) for ban, sure in found.stack.barred] == [(measure, certain)]
    assert measure not in found.measures


@pytest.mark.parametrize(
    ("lane", "on", "facts"),
    [
        ("UKR CHN BEV", "2027-07-01", {}),
        ("UKR RUS BEV", "2022-04-08", {}),
        ("DZA CHN BEV", "2017-06-01", {"in_quota": True}),
        ("DZA CHN BEV", "2022-11-17", {}),
        ("CAN CHN BEV", "2026-06-01", {"in_quota": True}),
        ("CAN KOR BEV", "2026-06-01", {"in_quota": False}),
    ],
)
def test_a_ban_ends_where_its_law_does(ask, lane, on, facts):
    assert ask(lane, on, facts).stack.barred == ()


@pytest.mark.parametrize(
    ("on", "facts", "barred"),
    [
        ("2025-06-01", {"retail_price": 99_999.0}, [("MYS-901", True)]),
        ("2025-06-01", {"retail_price": 100_000.0}, []),
        ("2025-06-01", {}, [("MYS-901", False)]),
        ("2026-06-01", {"retail_price": 249_999.0, "approved.MYS_BEFORE_2026": False}, [("MYS-902", True)]),
        (
            "2026-06-01",
            {"retail_price": 260_000.0, "power_kw": 150.0, "approved.MYS_BEFORE_2026": False},
            [("MYS-902", True)],
        ),
        ("2026-06-01", {"retail_price": 260_000.0, "power_kw": 200.0}, []),
        ("2026-06-01", {"approved.MYS_BEFORE_2026": True}, []),
    ],
)
def test_a_least_price_censors_the_price_and_charges_nothing(ask, on, facts, barred):
    found = ask("MYS CHN BEV", on, facts)
    assert [(ban.measure_id, sure) for ban, sure in found.stack.barred] == barred
    assert found.rate == ask("MYS CHN BEV", on).rate


def test_a_ban_is_found_without_working_out_the_duty(rules):
    def shipment(**facts):
        return Shipment("DZA", "CHN", "CAR_CBU", "BEV", "BYD", date(2017, 6, 1), facts)

    assert barring(rules, shipment(in_quota=False)) == ("DZA-002",)
    assert barring(rules, shipment()) == ()
    assert barring(rules, replace(shipment(in_quota=False), importer="CHL")) == ()


# --- one model of one firm; bands in another money ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("firm", "model", "rate"), [("VW Anhui", "Tavascan", 0.10), ("VW Anhui", "Other", 0.307), ("BYD", "Tavascan", 0.27)]
)
def test_an_undertaking_is_of_one_model_of_one_firm(ask, firm, model, rate):
    facts = {"undertaking.EU_BEV": True, "model": model}
    assert ask("EU27 CHN BEV", "2026-10-01", facts, firm=firm).rate == pytest.approx(rate, abs=CLOSE)


def test_without_the_model_the_undertaking_is_asked_about_and_not_assumed(ask):
    found = ask("EU27 CHN BEV", "2026-10-01", {"undertaking.EU_BEV": True}, firm="VW Anhui")
    assert found.rate == pytest.approx(0.307, abs=CLOSE)
    assert found.stack.missing["model"] == ("EU27-029",)


@pytest.mark.parametrize(
    ("euros", "rate", "row"),
    [(14_999, None, ""), (15_000, 0.35, "IND-010"), (35_000, 0.30, "IND-011"), (50_000, 0.30, "IND-012")],
)
def test_bands_of_value_in_euros(rules, ask, dollars, euros, rate, row):
    """The India-EU agreement, once it is law: the value in euros follows from the customs value in dollars."""
    law = amend(
        rules, [(Amendment("enact", "IND", "FTA", measure_id=f"IND-01{n}"), date(2027, 1, 1)) for n in (0, 1, 2)]
    )
    facts = {"approved.INEU_MAKER": True, "in_quota": True, "qualifies.EU-IND": True}
    facts |= {"engine_cm3": 1500.0, "fuel": "petrol"}
    found = ask("IND DEU ICE", "2027-07-01", facts, value=(euros + 0.01) * dollars["EUR"], law=law)
    if rate is None:
        assert not {"IND-010", "IND-011", "IND-012"} & set(found.measures)
    else:
        assert (found.stack.lines[0].rate, found.measures[0]) == (pytest.approx(rate, abs=CLOSE), row)


def test_a_maker_outside_the_agreement_gets_no_band(rules, ask):
    law = amend(rules, [(Amendment("enact", "IND", "FTA", measure_id="IND-010"), date(2027, 1, 1))])
    facts = {
        "approved.INEU_MAKER": False,
        "in_quota": True,
        "qualifies.EU-IND": True,
        "engine_cm3": 1500.0,
        "fuel": "petrol",
    }
    assert "IND-010" not in ask("IND DEU ICE", "2027-07-01", facts, law=law).measures


def test_a_user_s_own_unit_and_charge_by_power(tmp_path, ask):
    """A table of one's own may add a unit, and an amount per kilowatt in it."""
    (tmp_path / "units.csv").write_text(
        "unit,currency,worth,effective_from,source,as_of,confidence,note\n"
        "FEE_UNIT,USD,10,2026-01-01,assumption,2026,low,a test\n"
    )
    (tmp_path / "measures.csv").write_text(
        "measure,importer,origins,products,powertrains,kind,rate_type,specific,specific_currency,specific_unit,base,stack,"
        "status,effective_from,from_is_floor,source,as_of,confidence,note\n"
        "OWN-1,CHL,*,CAR_CBU,BEV,RECYCLING_FEE,SPECIFIC,2,FEE_UNIT,kW,UNIT,ADD,IN_FORCE,2026-01-01,no,assumption,2026,low,a\n"
    )
    law = rulebook.load(own_rules=tmp_path)
    assert ask("CHL CHN BEV", "2026-06-01", {"power_kw": 100.0}, law=law).fee == pytest.approx(2 * 10 * 100)


def test_every_rule_expressed_again_that_once_was_out_of_reach(rules):
    """What the engine still cannot work out is a rate no source gives, never a shape."""
    left = {m.measure_id for m in rules.every_measure() if m.not_expressible}
    assert left <= {"EU27-030", "EU27-031", "EU27-032", "IND-014", "RUS-900", "RUS-901", "RUS-902", "RUS-903"}
