"""`roadstead rules`: the law of a place, one row in full, and what changed in the law between two days."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

import roadstead as rs
from roadstead.showing.laws import TABLES
from roadstead.terms.evidence import Confidence
from roadstead.trade import changes, register, rulebook, schemas
from roadstead.trade.columns import ENACTED
from roadstead.world import reference

SPANS = {
    "blocs": ("member_from", "member_to"),
    "obligations": ("imported_from", "due"),
    "units": ("effective_from", ""),
}
"""Columns of first and last day of the tables that do not call them effective_from and effective_to."""
DEU_HEADINGS = (
    "Duties and fees at the border, European Union",
    "Taxes the buyer pays, Germany",
    "Trade agreements and customs unions",
    "Rules of origin",
    "Rules other than duties, European Union",
    "Members of blocs",
)


def law_on(day: date) -> dict[str, int]:
    """Rows of law in force on a day, counted by table straight from the tables."""
    tables = rulebook.rows()
    measures = {row["measure"]: row for row in tables["measures"]}
    found = dict.fromkeys(register.TELLERS, 0)
    for table in found:
        for row in tables[table]:
            dated = measures[row["measure"]] if table == "quota_shares" else row
            first, last = (dated.values.get(name) for name in SPANS.get(table, ("effective_from", "effective_to")))
            held = dated.values.get("status", "IN_FORCE") in ENACTED
            found[table] += held and (first is None or first <= day) and (last is None or day <= last)
    # Of the worths of one unit the newest holds.
    found["units"] = len({row["unit"] for row in tables["units"] if row["effective_from"] <= day})
    return found


def test_what_changed_has_both_sides_and_their_citations(run):
    told = run("rules", "diff", "2026-06-30", "2026-07-01", "--importer", "BRA", "--json").json
    battery = next(change for change in told if change["before"] and change["before"]["id"] == "BRA-006")
    assert (battery["day"], battery["what"]) == ("2026-07-01", "changed")
    assert battery["after"]["measure"] == "BRA-007"
    assert battery["before"]["charges"].startswith("25 % of the customs value (CIF)")
    assert battery["after"]["charges"].startswith("35 % of the customs value (CIF)")
    assert battery["after"]["source"]["title"]
    ended = [c["before"]["id"] for c in told if c["what"] == "ended" and c["before"]["table"] == "measures"]
    assert ended == ["BRA-018", "BRA-021", "BRA-024"], "the quotas end with nothing in their place"


def test_for_people(run):
    said = run("rules", "diff", "2024-10-01", "2024-11-01", "--importer", "Germany")
    assert "2024-10-30  European Union  countervailing duty changed: built-up cars, CKD kits, SKD kits;" in said.out
    assert "- EU27-018: 17.4 % of the customs value (CIF), on top of the base rate" in said.out
    assert "+ EU27-023: 17 % of the customs value (CIF), on top of the base rate" in said.out
    assert "Implementing Regulation (EU) 2024/2754" in said.out


def test_a_tax_whose_rate_changed(run):
    lines = run("rules", "diff", "2025-12-31", "2026-01-01", "--importer", "Russia").out.splitlines()
    at = lines.index("2026-01-01  Russia  value-added tax or its like changed: any powertrain")
    told = [line for line in lines[at + 1 : at + 5] if not line.startswith("      ")]
    assert told[:2] == [
        "  - RUS-VAT-2025: 20 % of the price on sale, after other taxes",
        "  + RUS-VAT: 22 % of the price on sale, after other taxes",
    ]
    assert "(as of " in lines[at + 2]
    assert "changes of the law after 2025-12-31 up to 2026-01-01: " in lines[-1]


@pytest.mark.parametrize(("notes", "printed"), [(("same", "same"), 1), (("old", "new"), 2)])
def test_what_both_sides_rest_on_is_told_once(notes, printed, run, tmp_path):
    header = ",".join(column.name for column in schemas.UNITS.all_columns)
    rows = (f"X_UNIT,USD,{day[:4]},{day},assumption,2026,low,{n}" for day, n in zip(DAYS, notes, strict=True))
    (tmp_path / "units.csv").write_text("\n".join((header, *rows)), encoding="utf-8")
    said = run("rules", "diff", "2024-06-30", "2024-07-01", "--rules", tmp_path).out
    told = said[said.index("X_UNIT/2020-01-01") :].split("changes of the law")[0]
    assert told.count("an assumption (as of 2026, confidence low)") == printed


DAYS = ("2020-01-01", "2024-07-01")


def test_an_agreement_concerns_its_members_through_blocs_too():
    def began(importer):
        changed = rs.rules_diff("2020-12-31", "2021-01-01", importer)
        return {c.after.id for c in changed if c.what == "began" and c.after.table == "agreements"}

    assert "EU-UK-TCA" in began("GBR") & began("EU27") & began("DEU")
    assert "EU-UK-TCA" not in began("CHN")


def test_a_country_that_joins_a_bloc():
    def joined(importer):
        return [c.after.id for c in rs.rules_diff("2013-06-30", "2013-07-01", importer) if c.after.table == "blocs"]

    assert joined("HRV") == joined("EU27") == joined("DEU") == ["EU27/HRV"]
    assert joined("USA") == []


def test_a_prohibition_that_starts(run):
    said = run("rules", "diff", "2022-04-08", "2022-04-09", "--importer", "UKR").out
    assert "2022-04-09  Ukraine  prohibition began: built-up cars; " in said
    assert "from Belarus or Russia" in said
    assert "+ UKR-005: forbids import" in said


@pytest.mark.parametrize(("first", "second"), [("2018-01-01", "2020-01-01"), ("2024-01-01", "2026-07-02")])
def test_changes_lead_from_the_law_of_one_day_to_the_law_of_the_other(first, second):
    """Rows of each table in force on the first day, less what ended, with what began, are those of the second."""
    start, end = date.fromisoformat(first), date.fromisoformat(second)
    held = {(e.table, e.id) for e in register.open_register(reference.load()).entries if e.holds(start)}
    found = rs.rules_diff(start, end)
    assert {change.entry.table for change in found} >= {"measures", "taxes", "agreements", "origin_rules", "non_tariff"}
    assert [change.day for change in found] == sorted(change.day for change in found)
    held |= {(change.after.table, change.after.id) for change in found if change.after}
    held -= {(change.before.table, change.before.id) for change in found if change.before}
    counted = {table: sum(name == table for name, _ in held) for table in register.TELLERS}
    assert counted == law_on(end)


def test_a_stretch_of_days_changes_what_its_parts_change():
    days = ["2024-01-01", "2024-10-15", "2025-11-21", "2026-07-02"]
    parts = [change for one, two in itertools.pairwise(days) for change in rs.rules_diff(one, two)]
    assert set(map(str, parts)) == set(map(str, rs.rules_diff(days[0], days[-1])))


def test_where_the_tables_begin_no_law_began():
    began = {change.after.id: change.after for change in rs.rules_diff("2014-12-31", "2015-01-01") if change.after}
    assert {entry.table for entry in began.values()} <= {"agreements", "blocs"}
    assert "EAEU/RUS" in began, "a union that did begin on that day"


def test_what_is_only_proposed_never_began():
    found = rs.rules_diff("2020-01-01", "2030-01-01")
    assert found
    for change in found:
        for entry in filter(None, (change.before, change.after)):
            assert entry.is_law


def test_every_table_is_told_compared_and_headed():
    told = {schema.name for schema in schemas.ALL} - {"firm_groups"}
    assert set(register.TELLERS) == set(TABLES) == set(changes.SAME) == told
    assert list(register.TELLERS) == list(TABLES)


def test_one_measure_in_full(run):
    told = run("rules", "show", "eu27-024", "--json").json
    assert (told["table"], told["id"], told["measure"]) == ("measures", "EU27-024", "EU27-024")
    assert (told["places"], told["importer"], told["kind"]) == (["EU27"], "EU27", "COUNTERVAILING")
    assert told["fields"]["rate"] == pytest.approx(0.188)
    assert told["fields"].keys() == {column.name for column in schemas.MEASURES.columns}
    assert (told["effective_from"], told["effective_to"], told["known_from"]) == (
        "2024-10-30",
        "2029-10-29",
        "2024-10-30",
    )
    assert (told["charges"], told["payers"]) == (told["does"], told["whom"])
    assert told["whom"].startswith("built-up cars")
    assert told["whom"].endswith("; EREV, BEV; from China; made by Geely Group")
    assert told["source"]["url"].startswith("https://")
    assert told["confidence"] in tuple(Confidence)
    said = run("rules", "show", "EU27-024").out
    assert "EU27-024: countervailing duty, European Union, in force" in said
    assert "in force: 2024-10-30 to 2029-10-29" in said
    assert "rests on: Implementing Regulation (EU) 2024/2754" in said


def test_an_agreement_in_full(run):
    told = run("rules", "show", "eu-uk-tca", "--json").json
    assert (told["table"], told["places"], told["kind"]) == ("agreements", ["EU27", "GBR"], "FTA")
    assert told["fields"].keys() == {column.name for column in schemas.AGREEMENTS.columns}
    assert "measure" not in told
    said = run("rules", "show", "EU-UK-TCA").out
    assert "EU-UK-TCA: free-trade agreement, European Union and United Kingdom, in force" in said
    assert "does: between the European Union and the United Kingdom" in said
    assert "in force: since 2021-01-01" in said
    assert "known from: 2021-01-01" in said


def test_every_row_of_law_is_found_by_its_id():
    known = register.open_register(reference.load())
    for entry in known.entries:
        assert register.show(known, entry.id.lower()) is entry


@pytest.mark.parametrize(
    ("row_id", "does"),
    [
        ("USA-024", "tops the base rate up to 15 % of the customs value (FOB)"),
        ("USA-024", "only the most specific of the Section 232 duties is charged"),
        ("TUR-007", "40 % of the customs value (CIF) or, if higher, USD 7,000 per vehicle, on top of the base rate"),
        ("USA-022", "25 % of the value without what was made in the United States"),
        ("CHE-001", "CHF 15 per 100 kg, as the base rate"),
        ("EU27-030", "not in the table: reported in one digest without a rate: not law"),
        ("RUS_FEE_BASE/2012-09-01", "one is RUB 20,000"),
    ],
)
def test_what_a_row_does_in_words(row_id, does):
    assert does in rs.rules_show(row_id).does


def test_an_importer_has_the_law_of_its_union(run):
    told = run("rules", "list", "--importer", "Russia", "--on", "2026-06-01", "--json").json
    assert {entry["importer"] for entry in told if entry["table"] == "measures"} == {"RUS", "EAEU"}
    on_the_day = {entry["id"] for entry in told}
    assert on_the_day >= {"EAEU-005", "RUS-VAT", "EAEU", "EAEU/KAZ"}
    assert not on_the_day & {"EAEU-001", "RUS-VAT-2025"}
    assert {entry["id"] for entry in run("rules", "list", "--importer", "RUS", "--json").json} > on_the_day


def test_a_member_has_taxes_of_its_own_and_the_measures_of_the_union():
    german = {entry.id: entry for entry in rs.rules_list("DEU")}
    assert {"DEU-VAT", "EU27-023", "EU-UK-TCA", "EU27/DEU"} <= german.keys()
    assert "FRA-VAT" not in german
    assert not [entry.id for entry in rs.rules_list("EU27") if entry.table == "taxes"]


def test_a_list_goes_table_by_table_and_fits_a_terminal(run):
    said = run("rules", "list", "--importer", "DEU", "--on", "2026-06-01").out
    assert [line.strip() for line in said.splitlines() if line.strip() in DEU_HEADINGS] == list(DEU_HEADINGS)
    assert max(map(len, said.splitlines())) <= 120
    assert "EU27-023" in said.split(DEU_HEADINGS[1], maxsplit=1)[0]


def test_a_list_with_proposals_unless_a_day_is_named(run):
    assert "proposed, since" in run("rules", "list", "--importer", "ZAF").out
    assert "proposed, since" not in run("rules", "list", "--importer", "ZAF", "--on", "2027-01-01").out


def test_only_what_was_published_by_then(run):
    told = run("rules", "list", "--importer", "EU27", "--as-known-on", "2024-06-30", "--json").json
    assert all(entry["known_from"] <= "2024-06-30" for entry in told)
    known = {entry["id"] for entry in told}
    assert "EU-UK-TCA" in known
    assert "EU27-023" not in known


def test_days_of_a_unit_follow_each_other():
    worths = [entry for entry in rs.rules_list("UZB") if entry.table == "units"]
    assert len(worths) > 1
    for one, two in itertools.pairwise(worths):
        assert one.effective_to + timedelta(days=1) == two.effective_from
    assert worths[-1].effective_to is None


def test_own_rules_count(run, tmp_path):
    header, *rows = (rulebook.data_folder() / "measures.csv").read_text(encoding="utf-8").splitlines()
    own = next(row for row in rows if row.startswith("EU27-023,")).replace("0.17", "0.05", 1)
    (tmp_path / "measures.csv").write_text(f"{header}\n{own}\n", encoding="utf-8")
    assert run("rules", "show", "EU27-023", "--rules", tmp_path, "--json").json["fields"]["rate"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("diff", "2026-01-01", "2025-01-01"), ["RS-L213"]),
        (("diff", "soon", "later", "--importer", "Narnia"), ["RS-L213", "RS-L213", "RS-W301"]),
        (("diff", "2026-01-01"), ["RS-C701"]),
        (("show", "EU27-999"), ["RS-L282"]),
        (("list",), ["RS-C701"]),
        (("list", "--importer", "Narnia", "--on", "soon"), ["RS-L213", "RS-W301"]),
        (("list", "--importer", "EU27", "--as-known-on", "soon"), ["RS-L213"]),
    ],
)
def test_bad_input(words, codes, run):
    said = run("rules", *words)
    assert (said.status, sorted(said.codes), said.out) == (2, codes, "")


@pytest.mark.parametrize(
    ("meant", "near"),
    [("EU27-0233", "EU27-023"), ("rus_vat", "RUS-VAT"), ("eu-uktca", "EU-UK-TCA"), ("RUS_FEE_BASE", "RUS_FEE_BASE/")],
)
def test_a_near_id_is_guessed(meant, near, run):
    assert f"did you mean {near}" in run("rules", "show", meant).err
