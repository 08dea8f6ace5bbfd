"""Rows of every table of law told, listed and compared, on invented rules of a user's own."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import schemas
from roadstead.trade.changes import differences
from roadstead.trade.register import listed, open_register, show
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.trade.register import Register

SCHEMAS = {schema.name: schema for schema in schemas.ALL}
USUAL = {
    "taxes": {
        "importer": "CHE",
        "name": "road tax",
        "base": "PRICE",
        "order": "3",
        "rate": "0.1",
        "status": "IN_FORCE",
    },
    "agreements": {"name": "Invented Agreement", "kind": "FTA", "members": "CHE|JPN", "status": "IN_FORCE"},
    "origin_rules": {"agreement": "CH-JP", "rule": "CHJP-CAR", "product": "CAR", "status": "IN_FORCE"},
    "non_tariff": {
        "importer": "CHE",
        "category": "SUBSIDY_ORIGIN",
        "title": "Grant",
        "effect": "PRICE_SUBSIDY",
        "acts": "yes",
        "currency": "CHF",
        "forms": "CBU|CKD|LOCAL",
        "status": "IN_FORCE",
    },
    "measures": {
        "importer": "CHE",
        "origins": "CHN",
        "products": "CAR_CBU",
        "kind": "QUOTA_TRQ",
        "rate_type": "AD_VALOREM",
        "rate": "0",
        "base": "CIF",
        "stack": "REPLACE",
        "replaces": "MFN",
        "status": "IN_FORCE",
        "from_is_floor": "no",
    },
    "quota_shares": {"condition": "fob_value.CHF <= 30000", "rule": "RESERVED"},
    "units": {"currency": "CHF"},
    "blocs": {"bloc": "EFTA"},
    "obligations": {
        "importer": "CHE",
        "fact": "programme.CHE_PLAN",
        "imported_from": "2024-01-01",
        "imported_to": "2024-12-31",
        "made_from": "2025-01-01",
        "due": "2026-12-31",
        "penalty": "DUTY_FORGONE",
    },
}
"""Cells that a test does not care about, by table."""
RESTS_ON = {"source": "assumption", "as_of": "2026", "confidence": "low", "note": "invented"}


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Register]:
    """Open a register with rows of one's own, given by table."""

    def opened(**tables: list[dict[str, str]]) -> Register:
        for table, rows in tables.items():
            names = [column.name for column in SCHEMAS[table].all_columns]
            with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(USUAL[table] | RESTS_ON | row for row in rows)
        return open_register(reference.load(), None, tmp_path)

    return opened


def changed(register: Register, first: str, second: str, importer: str = "CHE") -> list[tuple[str, str, str]]:
    """Day, what and the id of each side of every change."""
    return [
        (str(c.day), c.what, " -> ".join(e.id for e in (c.before, c.after) if e))
        for c in differences(register, first, second, importer)
    ]


def test_a_tax_is_changed_by_one_of_its_name_that_covers_as_much(own):
    register = own(
        taxes=[
            {"tax": "OLD", "powertrains": "BEV", "effective_from": "2020-02-01", "effective_to": "2024-06-30"},
            {"tax": "NEW", "powertrains": "BEV|PHEV", "effective_from": "2024-07-01", "rate": "0.12"},
            {"tax": "LEVY-1", "name": "levy", "order": "4", "powertrains": "", "effective_to": "2024-06-30"},
            {"tax": "LEVY-2", "name": "levy", "order": "4", "powertrains": "BEV", "effective_from": "2024-07-01"},
        ]
    )
    assert changed(register, "2024-06-30", "2024-07-01") == [
        ("2024-07-01", "ended", "LEVY-1"),
        ("2024-07-01", "began", "LEVY-2"),
        ("2024-07-01", "changed", "OLD -> NEW"),
    ], "a levy on fewer cars takes no place"


def test_what_is_no_law_is_listed_and_shown_but_never_changes(own):
    register = own(taxes=[{"tax": "PLAN", "status": "PROPOSED", "effective_from": "2024-07-01"}])
    assert changed(register, "2024-06-30", "2024-07-01") == []
    assert "PLAN" in {entry.id for entry in listed(register, "CHE")}
    assert "PLAN" not in {entry.id for entry in listed(register, "CHE", "2024-08-01")}
    assert not show(register, "plan").is_law


def test_a_first_day_that_is_only_the_tables_floor_begins_nothing(own):
    register = own(
        taxes=[
            {"tax": "BLANK", "effective_to": "2024-06-30"},
            {"tax": "FLOOR", "order": "4", "effective_from": "2015-01-01"},
            {"tax": "DATED", "order": "5", "effective_from": "2015-01-02"},
        ]
    )
    assert changed(register, "2014-12-01", "2015-02-01") == [("2015-01-02", "began", "DATED")]
    assert ("2024-07-01", "ended", "BLANK") in changed(register, "2024-06-01", "2024-08-01")
    assert [show(register, name).from_is_floor for name in ("FLOOR", "DATED")] == [True, False]


def test_a_threshold_of_origin_steps_for_the_members_of_its_agreement(own):
    steps = [
        {"row": "STEP-1", "metric": "MAXNOM", "threshold": "0.5", "basis": "EXW", "effective_to": "2024-06-30"},
        {"row": "STEP-2", "metric": "MAXNOM", "threshold": "0.45", "basis": "EXW", "effective_from": "2024-07-01"},
        {"row": "OTHER", "metric": "RVC", "threshold": "0.4", "basis": "FOB", "effective_from": "2024-07-01"},
    ]
    register = own(agreements=[{"agreement": "CH-JP", "effective_from": "2019-01-01"}], origin_rules=steps)
    expected = [("2024-07-01", "began", "OTHER"), ("2024-07-01", "changed", "STEP-1 -> STEP-2")]
    for member in ("CHE", "JPN"):
        assert changed(register, "2024-06-30", "2024-07-01", member) == expected
    assert not {"OTHER", "STEP-2"} & {entry.id for entry in listed(register, "USA")}
    assert show(register, "STEP-2").does == "foreign materials at most 45 % of the ex-works price"
    assert show(register, "STEP-2").whom == "cars; any powertrain; under the Invented Agreement"
    assert show(register, "OTHER").does == "at least 40 % of the FOB value made in the agreement's territory"


ASKED = {
    "COUNTED": {"metric": "RVC", "methods": "NET_COST 0.6|BUILD_DOWN 0.7"},
    "BESIDES": {"metric": "MAXNOM", "threshold": "0.45", "also": "BATTERY_PACK|WORKFORCE 0.25"},
    "PRINTED": {"metric": "RVC", "threshold": "0.4", "basis": "BUILD_DOWN on FOB"},
    "REMARK": {"metric": "QUALITATIVE", "additional": "old makers only"},
    "FREE": {"metric": "FREE_CIRCULATION", "basis": "A.TR"},
}


@pytest.mark.parametrize(
    ("row_id", "parts"),
    [
        ("COUNTED", ["at least 60 % of the net cost originating or at least 70 % of the value", "(build-down)"]),
        ("BESIDES", ["foreign materials at most 45 % of the value; and the battery pack originating by its own rule"]),
        ("BESIDES", ["; and 25 % of the workforce national"]),
        ("PRINTED", ["at least 40 % of the value made in the agreement's territory (build-down on FOB)"]),
        ("REMARK", ["no share in the table; as printed: old makers only"]),
        ("FREE", ["free circulation is enough, whatever the origin (A.TR)"]),
    ],
)
def test_what_a_rule_of_origin_asks_for(row_id, parts, own):
    register = own(agreements=[{"agreement": "CH-JP"}], origin_rules=[{"row": row_id, **ASKED[row_id]}])
    for part in parts:
        assert part in show(register, row_id).does


def test_a_rule_of_an_agreement_in_no_table_is_no_law(own):
    entry = show(
        own(origin_rules=[{"row": "LOST", "agreement": "NO-WHERE", "metric": "RVC", "threshold": "0.4"}]), "LOST"
    )
    assert (entry.is_law, entry.places) == (False, ())


def test_a_grant_and_a_prohibition(own):
    register = own(
        non_tariff=[
            {"measure": "G-1", "amount": "4000", "powertrains": "BEV", "effective_to": "2024-06-30"},
            {"measure": "G-2", "amount": "3000", "powertrains": "BEV", "effective_from": "2024-07-01"},
            {
                "measure": "BAN-1",
                "category": "BAN",
                "title": "Ban",
                "effect": "FORBIDS",
                "currency": "",
                "made_in": "RUS|BLR",
                "condition": "age_years > 5",
                "effective_from": "2024-07-01",
            },
        ]
    )
    assert changed(register, "2024-06-30", "2024-07-01") == [
        ("2024-07-01", "began", "BAN-1"),
        ("2024-07-01", "changed", "G-1 -> G-2"),
    ]
    assert (show(register, "G-2").does, show(register, "G-2").whom) == ("grants the buyer CHF 3,000", "Grant; BEV")
    assert show(register, "BAN-1").title == "ban"
    assert show(register, "BAN-1").does == "forbids"
    assert show(register, "BAN-1").whom == "Ban; made in Belarus or Russia; where age over 5 years"


def test_a_part_of_a_quota_holds_as_long_as_its_quota(own):
    quotas = [
        {"measure": "Q-1", "quota": "100", "quota_unit": "vehicles", "effective_to": "2024-06-30"},
        {"measure": "Q-2", "quota": "200", "quota_unit": "vehicles", "effective_from": "2024-07-01"},
    ]
    shares = [{"measure": "Q-1", "share": "0.1"}, {"measure": "Q-2", "share": "0.2"}, {"measure": "GONE", "share": "1"}]
    register = own(measures=quotas, quota_shares=shares)
    assert changed(register, "2024-06-30", "2024-07-01") == [
        ("2024-07-01", "changed", "Q-1 -> Q-2"),
        ("2024-07-01", "changed", "Q-1/SHARE-1 -> Q-2/SHARE-1"),
    ]
    told = show(register, "q-2/share-1")
    assert told.does == "20 % of the quota is kept for them"
    assert told.whom == "cars within the quota of Q-2; where FOB value in CHF at most 30,000"
    assert not show(register, "GONE/SHARE-1").is_law


def test_a_unit_holds_until_its_next_worth(own):
    worths = [
        {"unit": "CHE_UNIT", "worth": "10", "effective_from": "2020-01-01"},
        {"unit": "CHE_UNIT", "worth": "12.5", "effective_from": "2024-07-01"},
    ]
    fee = {
        "measure": "FEE",
        "kind": "RECYCLING_FEE",
        "rate": "",
        "rate_type": "SPECIFIC",
        "specific": "3",
        "stack": "ADD",
    }
    register = own(
        units=worths, measures=[{**fee, "specific_currency": "CHE_UNIT", "specific_unit": "vehicle", "replaces": ""}]
    )
    assert changed(register, "2024-06-30", "2024-07-01") == [
        ("2024-07-01", "changed", "CHE_UNIT/2020-01-01 -> CHE_UNIT/2024-07-01")
    ]
    assert changed(register, "2024-06-30", "2024-07-01", "USA") == []
    assert show(register, "che_unit/2024-07-01").does == "one is CHF 12.5"
    assert show(register, "FEE").does.startswith("3 times the unit CHE_UNIT per vehicle, on top of the base rate")


def test_members_join_and_leave_a_bloc(own):
    register = own(blocs=[{"member": "JPN", "member_from": "2024-07-01", "member_to": "2025-12-31"}])
    expected = [("2024-07-01", "began", "EFTA/JPN"), ("2026-01-01", "ended", "EFTA/JPN")]
    for place in ("JPN", "NOR"):
        found = changed(register, "2024-06-30", "2026-06-30", place)
        assert [change for change in found if "EFTA" in change[2]] == expected


def test_an_obligation_stands_until_it_is_due(own):
    register = own(obligations=[{"obligation": "OWED", "owed": "1.5"}])
    assert ("2024-01-01", "began", "OWED") in changed(register, "2023-12-31", "2024-01-01")
    assert ("2027-01-01", "ended", "OWED") in changed(register, "2026-12-31", "2027-01-01")
    told = show(register, "OWED")
    assert told.does.startswith("1.5 cars made locally for each car imported, from 2025-01-01 to 2026-12-31")
    assert told.whom.endswith("where the maker takes part in the programme CHE PLAN")


def test_an_id_of_two_tables_asks_for_the_table(own):
    register = own(taxes=[{"tax": "EU27-023", "effective_from": "2024-07-01"}])
    with pytest.raises(RoadsteadError) as caught:
        show(register, "eu27-023")
    [fault] = caught.value.faults
    assert (fault.code, fault.expected) == ("RS-L282", "one of measures/EU27-023, taxes/EU27-023")
    assert show(register, "Taxes/eu27-023").table == "taxes"


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"origin_rules": [{"row": "R", "metric": "RVC", "methods": "GUESS 0.4"}]}, "RS-T106"),
        ({"quota_shares": [{"measure": "CAN-008", "share": "0.1", "condition": "engine_cm3 <"}]}, "RS-L201"),
        ({"units": [{"unit": "U", "worth": "much", "effective_from": "2024-01-01"}]}, "RS-T107"),
    ],
)
def test_faults_of_own_tables_are_told_before_anything_is(tables, code, own):
    with pytest.raises(RoadsteadError) as caught:
        own(**tables)
    assert {fault.code for fault in caught.value.faults} == {code}


def test_the_words_of_the_packaged_law_hold_no_codes():
    code = re.compile(r"\b[A-Z]{2,}_[A-Z_]+\b|engine_cm3|power_kw|\bNone\b")
    entries = [entry for entry in open_register(reference.load()).entries if entry.table != "non_tariff"]
    told = {entry.id: f"{entry.title}: {entry.does}; {entry.whom}" for entry in entries}
    assert not {row_id: text for row_id, text in told.items() if code.search(text)}
    assert all(entry.does and entry.whom for entry in entries)
