"""Every importer quotes: each powertrain, as car, kit, parts and battery, from eight origins, in ten years."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.duty import Shipment, settle

PRODUCTS = ("CAR_CBU", "KIT_CKD", "PARTS", "BATTERY")
POWERTRAINS = ("ICE", "HEV", "PHEV", "EREV", "BEV", "FCEV")
ORIGINS = ("CHN", "DEU", "JPN", "KOR", "USA", "MEX", "THA", "TUR")
YEARS = range(2018, 2028)
CAR = {"engine_cm3": 1500.0, "mass_kg": 1600.0, "power_kw": 110.0}
"""A car of ordinary size; who declares nothing of it is told which facts are missing."""

OPEN = {
    # The utilisation fee of 2027 is not known.
    ("RUS", "CAR_CBU", "RS-L210"): 48,
}
"""Quotes refused for a reason, with their number; all others answer."""


def importers(rules):
    """Countries with rules of their own or of a union they belong to, and the European Union as one."""
    unions = {union for union in rules.measures if union in rules.blocs} - {"EU27"}
    members = {member for union in unions for member, _ in rules.blocs[union]}
    return sorted((set(rules.measures) | members) - unions)


@pytest.fixture(scope="module")
def refused(rules, world):
    """Refusals by importer, product and code."""
    found = Counter()
    dollars = {year: world.dollars(year) for year in YEARS}
    for importer in importers(rules):
        for product in PRODUCTS:
            for powertrain in POWERTRAINS:
                facts = CAR | ({"engine_cm3": 0.0} if powertrain in {"BEV", "FCEV"} else {})
                for origin in ORIGINS:
                    for year in YEARS:
                        shipment = Shipment(importer, origin, product, powertrain, "", date(year, 7, 1), facts)
                        try:
                            settle(rules, shipment, 20_000.0, dollars[year])
                        except RoadsteadError as error:
                            found[importer, product, error.faults[0].code] += 1
    return found


def test_no_shipment_is_without_a_rule(refused):
    missing = {key: count for key, count in refused.items() if key[2] == "RS-L211"}
    assert not missing


def test_what_is_refused_is_refused_for_a_known_reason(refused):
    assert dict(refused) == OPEN


def test_the_table_is_wide_enough(rules):
    assert len(importers(rules)) >= 40
    assert len(rules.agreements) >= 60


def test_a_kit_is_the_car_it_makes_where_no_rule_says_otherwise(rules, dollars):
    """General rule 2(a) of the Harmonized System: the European countervailing duty reaches an electric car in parts."""
    facts = {"engine_cm3": 0.0}

    def rate(importer, product):
        shipment = Shipment(importer, "CHN", product, "BEV", "BYD", date(2025, 9, 1), facts)
        return settle(rules, shipment, 20_000.0, dollars).duty_rate(20_000.0)

    assert rate("EU27", "KIT_CKD") == rate("EU27", "CAR_CBU") == pytest.approx(0.27)
    assert rate("EU27", "PARTS") == pytest.approx(0.045)
    # Brazil and India tell kits apart.
    assert rate("BRA", "KIT_CKD") < rate("BRA", "CAR_CBU")
    assert rate("IND", "KIT_CKD") == pytest.approx(0.165)


@pytest.mark.parametrize("importer", ["EU27", "USA", "BRA", "JPN", "AUS", "CHN", "KOR"])
def test_a_fuel_cell_car_is_a_battery_car_to_the_tariff(rules, dollars, importer):
    """Heading 8703.80: other vehicles, with only electric motor for propulsion."""
    origin = "JPN" if importer != "JPN" else "KOR"
    stacks = [
        settle(rules, Shipment(importer, origin, "CAR_CBU", powertrain, "", date(2026, 6, 1), CAR), 20_000.0, dollars)
        for powertrain in ("BEV", "FCEV")
    ]
    assert stacks[0].lines == stacks[1].lines


def test_batteries_into_turkiye_pay_more_unless_they_come_from_the_union(rules, dollars):
    """Additional duty of Presidential Decision 8044 (TUR-502); European batteries in free circulation pay nothing."""

    def rate(origin, on, facts):
        shipment = Shipment("TUR", origin, "BATTERY", "BEV", "", date.fromisoformat(on), facts)
        return settle(rules, shipment, 8_000.0, dollars).duty_rate(8_000.0)

    assert rate("CHN", "2023-06-01", {}) == pytest.approx(0.027)
    assert rate("CHN", "2024-06-01", {}) == pytest.approx(0.327)
    assert rate("DEU", "2024-06-01", {"qualifies.EU-TUR-CU": True}) == 0.0


def test_parts_of_normal_track_origin_are_free(rules, dollars):
    """ASEAN-China agreement (THA-403 and its like): only where the goods are declared to qualify."""
    shipment = Shipment("THA", "CHN", "PARTS", "BEV", "", date(2026, 7, 1), {})
    assert settle(rules, shipment, 8_000.0, dollars).duty_rate(8_000.0) == pytest.approx(0.30)
    declared = Shipment("THA", "CHN", "PARTS", "BEV", "", date(2026, 7, 1), {"qualifies.ACFTA": True})
    assert settle(rules, declared, 8_000.0, dollars).duty_rate(8_000.0) == 0.0
