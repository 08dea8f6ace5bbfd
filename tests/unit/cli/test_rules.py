"""`roadstead rules`: what an importer levies, one measure in full, and what changed in the law between two days."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

import roadstead as rs
from roadstead.terms.evidence import Confidence
from roadstead.trade import rulebook, schemas


def test_what_changed_has_both_sides_and_their_citations(run):
    told = run("rules", "diff", "2026-06-30", "2026-07-01", "--importer", "BRA", "--json").json
    battery = next(change for change in told if change["before"] and change["before"]["measure"] == "BRA-006")
    assert (battery["day"], battery["what"]) == ("2026-07-01", "changed")
    assert battery["after"]["measure"] == "BRA-007"
    assert battery["before"]["charges"].startswith("25 % of the customs value (CIF)")
    assert battery["after"]["charges"].startswith("35 % of the customs value (CIF)")
    assert battery["after"]["source"]["title"]
    ended = [change["before"]["measure"] for change in told if change["what"] == "ended"]
    assert ended == ["BRA-018", "BRA-021", "BRA-024"], "the quotas end with nothing in their place"


def test_for_people(run):
    said = run("rules", "diff", "2024-10-01", "2024-11-01", "--importer", "Germany")
    assert "2024-10-30  EU27  countervailing changed" in said.out
    assert "- EU27-018: 17.4 % of the customs value (CIF), on top of the base rate" in said.out
    assert "+ EU27-023: 17 % of the customs value (CIF), on top of the base rate" in said.out
    assert "Implementing Regulation (EU) 2024/2754" in said.out


@pytest.mark.parametrize(("first", "second"), [("2018-01-01", "2020-01-01"), ("2024-01-01", "2026-07-02")])
def test_changes_lead_from_the_law_of_one_day_to_the_law_of_the_other(first, second):
    """Rows in force on the first day, less what ended, with what began, are those in force on the second."""

    def in_force(day):
        return {m.measure_id for m in rulebook.load().every_measure() if m.is_law and m.span.covers(day)}

    start, end = date.fromisoformat(first), date.fromisoformat(second)
    held = in_force(start)
    changes = rs.rules_diff(start, end)
    assert changes
    assert [change.day for change in changes] == sorted(change.day for change in changes)
    held |= {change.after.measure for change in changes if change.after}
    held -= {change.before.measure for change in changes if change.before}
    assert held == in_force(end)


def test_a_stretch_of_days_changes_what_its_parts_change():
    days = ["2024-01-01", "2024-10-15", "2025-11-21", "2026-07-02"]
    parts = [change for one, two in itertools.pairwise(days) for change in rs.rules_diff(one, two)]
    assert set(map(str, parts)) == set(map(str, rs.rules_diff(days[0], days[-1])))


def test_where_the_tables_begin_no_law_began():
    began = [change.after.measure for change in rs.rules_diff("2014-12-31", "2015-01-02", "EU27") if change.after]
    assert began == []


def test_what_is_only_proposed_never_began():
    for change in rs.rules_diff("2020-01-01", "2030-01-01"):
        for entry in filter(None, (change.before, change.after)):
            assert entry.is_law


def test_one_measure_in_full(run):
    told = run("rules", "show", "eu27-024", "--json").json
    assert told["measure"] == "EU27-024"
    assert told["fields"]["rate"] == pytest.approx(0.188)
    assert told["fields"].keys() == {column.name for column in schemas.MEASURES.columns}
    assert (told["effective_from"], told["effective_to"], told["known_from"]) == (
        "2024-10-30",
        "2029-10-29",
        "2024-10-30",
    )
    assert told["payers"].startswith("CAR_CBU")
    assert told["payers"].endswith("; BEV, EREV; from CHN; made by Geely Group")
    assert told["source"]["url"].startswith("https://")
    assert told["confidence"] in tuple(Confidence)
    said = run("rules", "show", "EU27-024").out
    assert "in force: 2024-10-30 to 2029-10-29" in said
    assert "rests on: Implementing Regulation (EU) 2024/2754" in said


@pytest.mark.parametrize(
    ("measure", "charges"),
    [
        ("USA-024", "what lacks to 15 % of the customs value (FOB), on top of the base rate, one only of US232"),
        ("TUR-007", "40 % of the customs value (CIF) or, if higher, USD 7,000 per vehicle, on top of the base rate"),
        ("USA-022", "25 % of the value without what was made in the United States"),
        ("CHE-001", "CHF 15 per 100 kg, as the base rate"),
        ("EU27-030", "not in the table: reported in one digest without a rate: not law"),
    ],
)
def test_charges_in_words(measure, charges):
    assert charges in rs.rules_show(measure).charges


def test_every_measure_can_be_told():
    entries = rs.rules_list("USA") + rs.rules_list("RUS") + rs.rules_list("EU27")
    assert len({entry.measure for entry in entries}) == len(entries)
    assert all(entry.charges and entry.payers for entry in entries)


def test_an_importer_levies_what_its_union_levies(run):
    told = run("rules", "list", "--importer", "Russia", "--on", "2026-06-01", "--json").json
    assert {entry["importer"] for entry in told} == {"RUS", "EAEU"}
    on_the_day = {entry["measure"] for entry in told}
    assert "EAEU-005" in on_the_day
    assert "EAEU-001" not in on_the_day
    assert {entry["measure"] for entry in run("rules", "list", "--importer", "RUS", "--json").json} > on_the_day


def test_a_list_with_proposals_unless_a_day_is_named(run):
    assert "PROPOSED" in run("rules", "list", "--importer", "ZAF").out
    assert "PROPOSED" not in run("rules", "list", "--importer", "ZAF", "--on", "2027-01-01").out


def test_only_what_was_published_by_then(run):
    told = run("rules", "list", "--importer", "EU27", "--as-known-on", "2024-06-30", "--json").json
    assert all(entry["known_from"] <= "2024-06-30" for entry in told)
    assert "EU27-023" not in {entry["measure"] for entry in told}


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


def test_a_near_id_is_guessed(run):
    assert "did you mean EU27-023?" in run("rules", "show", "EU27-0233").err
