"""`outlook`, `world`, `sources`, `doctor`: what is known, how sure, how old, and is everything here."""

from __future__ import annotations

import pytest

from roadstead.study import doctor

LEVELS = ("p05", "p10", "p50", "p90", "p95")


def test_outlook_gives_quantiles_beside_history(run):
    told = run("outlook", "Germany", "--years", "2026-2028", "--draws", "300", "--seed", "4", "--json").json
    (market,) = told["markets"]
    assert (market["market"], told["draws"], told["seed"]) == ("DEU", 300, 4)
    assert [year["year"] for year in market["ahead"]] == [2026, 2027, 2028]
    known = {year["year"]: year for year in market["history"]}
    assert known[2025]["sales"] > 1e6
    assert known[2025]["nev_evidence"]["source_id"]
    for year in market["ahead"]:
        for spread in (year["sales"], year["nev_share"], year["nev_sales"]):
            assert [spread[level] for level in LEVELS] == sorted(spread[level] for level in LEVELS)
        assert 0 < year["nev_share"]["p05"] < year["nev_share"]["p95"] < 1


def test_a_market_looks_the_same_in_any_company(run):
    alone = run("outlook", "BRA", "--years", "2030", "--draws", "200", "--json").json["markets"][0]
    both = run("outlook", "MEX", "BRA", "--years", "2030", "--draws", "200", "--json").json["markets"][1]
    assert alone == both


def test_the_seed_moves_the_numbers(run):
    def share(seed):
        told = run("outlook", "BRA", "--years", "2030", "--draws", "200", "--seed", seed, "--json").json
        return told["markets"][0]["ahead"][0]["nev_share"]["mean"]

    assert share(1) == share(1)
    assert share(1) != share(2)


def test_outlook_of_all_markets_is_one_table(run):
    said = run("outlook", "--draws", "200", "--years", "2026-2030")
    assert said.status == 0
    rows = [line for line in said.out.splitlines() if line[:3].isupper() and line[3:5] == "  "]
    assert len(rows) > 40
    assert "10 to 90 % span" in said.out


def test_outlook_of_one_market_goes_year_by_year(run):
    out = run("outlook", "THA", "--draws", "200", "--years", "2026-2029").out
    assert all(f"\n{year}" in out for year in (2025, 2026, 2027, 2028, 2029))


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("Narnia",), ["RS-W301"]),
        (("VAT",), ["RS-O401"]),
        (("--years", "2020-2030"), ["RS-O403"]),
        (("--years", "2040-2030"), ["RS-O403"]),
        (("--years", "soon"), ["RS-O403"]),
        (("--draws", "5"), ["RS-O404"]),
        (("--draws", "5", "--seed", "-1"), ["RS-O404", "RS-O404"]),
        (("--draws", "many"), ["RS-C701"]),
    ],
)
def test_outlook_refuses(words, codes, run):
    said = run("outlook", *words)
    assert (said.status, said.codes, said.out) == (2, codes, "")


def test_world_tells_age_coverage_and_markets(run):
    told = run("world", "--json").json
    assert told["rules_as_of"] < told["built_on"]
    assert told["age_days"] > 0
    tables = {entry["table"]: entry for entry in told["coverage"]}
    assert {"sales", "nev", "costs", "measures", "taxes", "origin_rules", "parameters"} <= tables.keys()
    for entry in tables.values():
        assert entry["sourced"] + entry["unsourced"] == entry["rows"]
        assert entry["high"] + entry["medium"] + entry["low"] == entry["rows"]
    assert len(told["markets"]) >= 45
    assert {"CHN", "DEU", "BRA"} <= {market["market"] for market in told["markets"]}


def test_world_for_people(run):
    assert "measures" in run("world").out
    assert "Germany" in run("world", "--markets").out


def test_unsourced_rows_are_those_the_coverage_counts(run):
    counted = {entry["table"]: entry["unsourced"] for entry in run("world", "--json").json["coverage"]}
    told = run("sources", "--unsourced", "--json").json
    assert told["count"] == len(told["unsourced"]) == sum(counted.values()) > 0
    sales = run("sources", "--unsourced", "--table", "sales", "--json").json["unsourced"]
    assert len(sales) == counted["sales"]
    assert {row["table"] for row in sales} == {"sales"}
    assert sales[0]["place"].startswith("sales.csv:")


def test_sources_lists_documents_with_their_rows(run):
    told = run("sources", "--table", "measures", "--json").json["sources"]
    assert told
    assert all(entry["tables"] == ["measures"] and entry["rows"] > 0 for entry in told)
    assert all(entry["source"]["title"] for entry in told)
    address = told[0]["source"]["url"]
    assert address in run("sources", "--table", "measures").out


def test_sources_of_no_table(run):
    said = run("sources", "--table", "recipes")
    assert (said.status, said.codes) == (2, ["RS-W304"])
    assert "measures" in said.err


def test_doctor_finds_this_installation_sound(run):
    said = run("doctor", "--json")
    assert said.status == 0
    findings = {finding["name"]: finding for finding in said.json["findings"]}
    assert said.json["sound"] is True
    assert {"versions", "packages", "solver", "writing", "facts", "fonts", "browser"} == findings.keys()
    assert "solver" in run("doctor").out


def test_doctor_ends_with_one_where_something_is_broken(run, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package-at-all",))
    said = run("doctor", "--json")
    assert said.status == 1
    assert said.json["sound"] is False
    (broken,) = [finding for finding in said.json["findings"] if finding["state"] == "broken"]
    assert "no-such-package-at-all" in broken["found"]
    assert broken["advice"]


def test_doctor_says_where_nothing_can_be_written(tmp_path):
    from datetime import date

    findings = {finding.name: finding for finding in doctor.examine(tmp_path / "nowhere", date(2026, 7, 3))}
    assert findings["writing"].state == "lacking"
    assert findings["facts"].state == "good"
    later = {finding.name: finding for finding in doctor.examine(tmp_path, date(2028, 1, 1))}
    assert (later["writing"].state, later["facts"].state) == ("good", "lacking")
