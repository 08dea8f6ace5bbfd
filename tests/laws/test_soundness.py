"""Rules that do not fit together are refused as a table is loaded: every fault at once, each at its row."""

from __future__ import annotations

import csv

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook, schemas, schemas_beside, soundness

RATE = {
    "importer": "AUS",
    "origins": "*",
    "products": "LIGHT_TRUCK",
    "kind": "MFN",
    "rate_type": "AD_VALOREM",
    "rate": "0.05",
    "base": "FOB",
    "stack": "BASE",
    "status": "IN_FORCE",
    "effective_from": "2020-01-01",
    "from_is_floor": "no",
}
TAX = {"importer": "ATA", "name": "excise", "rate": "0.1", "status": "IN_FORCE", "effective_from": "2020-01-01"}
RULE = {
    "importer": "AUS",
    "category": "TAX",
    "title": "a rule",
    "forms": "CBU|LOCAL",
    "acts": "yes",
    "status": "IN_FORCE",
    "effective_from": "2020-01-01",
}
GROUND = {"source": "assumption", "confidence": "low", "note": "made up for the test"}
LISTS = {
    "measures": (schemas.MEASURES, RATE),
    "taxes": (schemas_beside.TAXES, TAX),
    "non_tariff": (schemas_beside.NON_TARIFF, RULE),
}


@pytest.fixture
def refused(tmp_path):
    """Load own tables, each a list of rows with what differs; the faults, or none."""

    def refused(currencies=None, **tables):
        for name, rows in tables.items():
            schema, usual = LISTS[name]
            heads = [column.name for column in schema.all_columns]
            with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, heads)
                writer.writeheader()
                for i, row in enumerate(rows):
                    writer.writerow({schema.key[0]: f"OWN-{i}", **usual, **GROUND, **row})
        try:
            rulebook.load(None, tmp_path, currencies)
        except RoadsteadError as error:
            return [(fault.code, *_place(fault.where)) for fault in error.faults]
        return []

    return refused


def _place(where):
    """``file:line`` and the column's name; every fault says all three and the column's number."""
    file, line, column = where.split(":")
    number, name, *_ = column.split(" ")
    assert int(number) > 0
    return f"{file}:{line}", name.strip("()")


def codes(found):
    return [(code, place) for code, place, _ in found]


def test_the_packaged_tables_fit_together():
    assert rulebook.load().measures


def test_one_row_is_nobodys_rival(refused):
    assert refused(measures=[{}]) == []


# --- overlaps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"effective_from": "2024-05-05"},
        {"products": "LIGHT_TRUCK|CAR_CBU", "powertrains": ""},
        {"rate": "0.2", "kind": "MFN"},
    ],
)
def test_two_base_rates_of_one_scope_are_refused(refused, other):
    assert ("RS-L241", "measures.csv:3") in codes(refused(measures=[{}, other]))


@pytest.mark.parametrize(
    "other",
    [
        {"powertrains": "BEV"},
        {"origins": "CHN"},
        {"firms": "BYD Group"},
        {"condition": "power_kw > 100"},
        {"products": "BATTERY", "origins": "CHN"},
        {"importer": "ATA"},
        {"status": "PROPOSED"},
        {"stack": "ADD"},
    ],
)
def test_a_narrower_rate_or_one_of_another_scope_stands_beside(refused, other):
    assert refused(measures=[{}, other]) == []


def test_a_rate_that_follows_the_day_after_is_no_overlap(refused):
    assert refused(measures=[{"effective_to": "2023-12-31"}, {"effective_from": "2024-01-01"}]) == []
    found = refused(measures=[{"effective_to": "2024-01-01"}, {"effective_from": "2024-01-01"}])
    assert codes(found) == [("RS-L241", "measures.csv:3")]


def test_crossing_lists_leave_open_which_rate_holds(refused):
    crossing = [{"powertrains": "ICE|HEV"}, {"powertrains": "HEV|PHEV"}]
    assert codes(refused(measures=crossing)) == [("RS-L241", "measures.csv:3")]


def test_two_preferences_rival_only_under_one_agreement(refused):
    free = {"kind": "PREFERENTIAL", "stack": "REPLACE", "replaces": "MFN", "rate": "0", "origins": "CHN"}
    assert refused(measures=[{}, {**free, "requires": "CHAFTA"}, {**free, "requires": "RCEP"}]) == []
    found = refused(measures=[{}, {**free, "requires": "CHAFTA"}, {**free, "requires": "CHAFTA"}])
    assert codes(found) == [("RS-L241", "measures.csv:4")]


def test_a_row_of_ones_own_that_doubles_a_packaged_one_is_refused_at_the_own_row(refused):
    (packaged,) = [m for m in rulebook.load().measures["AUS"] if m.kind == "MFN" and "CAR_CBU" in m.products][:1]
    doubled = {
        "products": "|".join(sorted(packaged.products)),
        "powertrains": "|".join(sorted(packaged.powertrains)),
        "effective_from": "2026-01-01",
    }
    assert codes(refused(measures=[doubled])) == [("RS-L241", "measures.csv:2")]
    assert refused(measures=[{**doubled, "measure": packaged.measure_id}]) == []


# --- gaps --------------------------------------------------------------------------------------------------------------

RAMP = [{"effective_to": "2022-12-31"}, {"effective_from": "2023-03-01", "rate": "0.04"}]


def test_days_between_two_steps_are_refused(refused):
    assert codes(refused(measures=RAMP)) == [("RS-L242", "measures.csv:3")]


def test_a_reason_or_another_rule_closes_the_gap(refused):
    assert refused(measures=[RAMP[0], {**RAMP[1], "lapse": "the act ran out and was renewed in March"}]) == []
    wide = {"products": "LIGHT_TRUCK|PARTS", "condition": "power_kw > 0"}
    assert refused(measures=[*RAMP, wide]) == []


def test_other_rules_may_close_a_gap_together(refused):
    unruled = {"importer": "ATA"}  # no packaged rate closes a gap there
    both = [{**step, **unruled, "products": "LIGHT_TRUCK|PARTS", "origins": "CHN|JPN"} for step in RAMP]
    held = {**unruled, "effective_from": "2022-01-01", "effective_to": "2023-12-31", "origins": "*"}
    truck = {**held, "products": "LIGHT_TRUCK", "condition": "power_kw > 0"}
    parts = {**held, "products": "PARTS", "condition": "power_kw > 0"}
    assert refused(measures=[*both, truck, parts]) == []
    assert codes(refused(measures=[*both, truck])) == [("RS-L242", "measures.csv:3")]
    january = {**truck, "effective_to": "2023-01-31"}
    assert codes(refused(measures=[*both, january, parts])) == [("RS-L242", "measures.csv:3")]
    later = {**truck, "effective_from": "2023-02-01"}
    assert refused(measures=[*both, january, later, parts]) == []


def test_a_step_inside_a_longer_one_opens_no_gap(refused):
    added = {"stack": "ADD", "kind": "SURTAX"}
    steps = [{}, {"effective_to": "2020-06-30"}, {"effective_from": "2021-01-01", "effective_to": "2021-12-31"}]
    assert refused(measures=[{**step, **added} for step in steps]) == []


def test_two_acts_that_each_add_a_charge_are_no_ramp(refused):
    added = [{**step, "stack": "ADD", "kind": "SURTAX"} for step in RAMP]
    assert codes(refused(measures=added)) == [("RS-L242", "measures.csv:3")]
    assert refused(measures=[{**step, "instrument": f"act {i}"} for i, step in enumerate(added)]) == []


# --- days, facts, currencies ---------------------------------------------------------------------------------------------


def test_every_fault_of_every_table_is_told_at_once(refused):
    found = refused(
        measures=[
            {"effective_to": "2019-12-31"},
            {"condition": "power_kw >", "origins": "CHN"},
            {"condition": "powr_kw > 1", "origins": "JPN"},
            {"specific": "5", "specific_currency": "XXX", "specific_unit": "vehicle", "origins": "KOR"},
            {"rate": "five", "origins": "USA"},
        ],
        taxes=[{"base": "PRICE", "order": "1", "effective_to": "2019-12-31"}],
        non_tariff=[{"effect": "COST_PER_CAR", "amount": "5"}, {"effect": "FORBIDS", "condition": "modell"}],
    )
    assert codes(found) == [
        ("RS-L204", "measures.csv:2"),
        ("RS-L201", "measures.csv:3"),
        ("RS-L202", "measures.csv:4"),
        ("RS-L206", "measures.csv:5"),
        ("RS-T107", "measures.csv:6"),
        ("RS-L244", "non_tariff.csv:2"),
        ("RS-L244", "non_tariff.csv:3"),
        ("RS-L202", "non_tariff.csv:3"),
        ("RS-L204", "taxes.csv:2"),
    ]
    columns = "effective_to condition condition specific_currency rate amount firm_nationality condition effective_to"
    assert [name for _, _, name in found] == columns.split()


def test_a_currency_needs_a_rate_in_the_world_that_is_asked(refused):
    fee = {"rate_type": "SPECIFIC", "rate": "", "specific": "5", "specific_currency": "FJD", "specific_unit": "vehicle"}
    assert codes(refused(measures=[fee])) == [("RS-L206", "measures.csv:2")]
    assert refused(currencies={*_rates(), "FJD"}, measures=[fee]) == []


def _rates():
    from roadstead.world import reference

    return reference.packaged_currencies()


def test_a_faulty_row_is_not_held_against_another(refused):
    assert codes(refused(measures=[{}, {"effective_from": "soon"}])) == [("RS-T107", "measures.csv:3")]


# --- taxes ---------------------------------------------------------------------------------------------------------------


def test_a_tax_on_import_after_one_on_price_is_circular(refused):
    found = refused(taxes=[{"base": "PRICE", "order": "1"}, {"base": "IMPORT", "order": "2"}])
    assert codes(found) == [("RS-L243", "taxes.csv:3")]
    assert refused(taxes=[{"base": "IMPORT", "order": "1"}, {"base": "PRICE", "order": "2"}]) == []


@pytest.mark.parametrize(
    ("other", "refuses"),
    [
        ({}, True),
        ({"powertrains": "BEV"}, True),
        ({"forms": "CBU"}, True),
        ({"status": "PROPOSED"}, False),
        ({"importer": "BVT"}, False),
    ],
)
def test_two_taxes_with_one_place_have_no_order(refused, other, refuses):
    rows = [{"base": "PRICE", "order": "1"}, {"base": "PRICE", "order": "1", **other}]
    assert codes(refused(taxes=rows)) == ([("RS-L243", "taxes.csv:3")] if refuses else [])


def test_taxes_of_different_cars_or_days_may_share_a_place(refused):
    bev, hybrid = ({"base": "PRICE", "order": "1", "powertrains": name} for name in ("BEV", "PHEV"))
    assert refused(taxes=[bev, hybrid, {**bev, "effective_from": "2019-01-01", "effective_to": "2019-12-31"}]) == []


# --- rules that act --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sound"),
    [
        ({"effect": "FORBIDS", "firm_nationality": "CHN"}, True),
        ({"effect": "FORBIDS"}, False),
        ({"effect": "DELAYS", "amount": "8"}, True),
        ({"effect": "DELAYS", "amount": "8", "currency": "USD"}, False),
        ({"effect": "DELAYS"}, False),
        ({"effect": "ONE_OFF_COST", "amount": "8", "currency": "USD"}, True),
        ({"effect": "PRICE_SUBSIDY", "amount": "8"}, False),
        ({"effect": "CREDIT", "amount": "8", "currency": "USD"}, False),
        ({"effect": "CREDIT", "acts": "no"}, True),
    ],
)
def test_a_rule_acts_only_with_what_it_needs(refused, rule, sound):
    assert codes(refused(non_tariff=[rule])) == ([] if sound else [("RS-L244", "non_tariff.csv:2")])


def test_every_table_with_days_is_looked_at():
    dated = {s.name for s in schemas.ALL if {"effective_to", "member_to"} & {c.name for c in s.columns}}
    assert dated == soundness.SPANS.keys()
