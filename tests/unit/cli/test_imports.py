"""`roadstead import`: what it lists, what it prints of a template, what it says of an import, and of a file it refuses."""

from __future__ import annotations

import pytest

BACI = "BACI_HS22_Y2023_V202501.csv"


@pytest.fixture
def baci(tmp_path):
    path = tmp_path / BACI
    path.write_text("t,i,j,k,v,q\n2023,156,56,870380,1000,1\n2023,156,899,870380,1,1\n", encoding="utf-8")
    return path


def test_formats_are_listed_with_their_licence(run):
    said = run("import", "--json")
    listed = {one["format"]: one for one in said.json}
    assert {"comtrade", "baci", "worldbank", "oica", "wits", "wto", "sales", "overseas_production"} <= set(listed)
    assert all(one["licence"] for one in listed.values() if one["publisher"])
    assert "Etalab Open Licence 2.0" in " ".join(run("import").out.split())


def test_a_table_alone_prints_its_template_and_a_publisher_where_to_get_the_file(run):
    assert run("import", "nev_split").out == "place,year,bev_share,as_of,confidence,note\n"
    assert "https://wits.worldbank.org/" in run("import", "wits").out


def test_a_template_comes_back_filled(run, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(run("import", "nev_split").out + "Norway,2025,0.97,,,\n", encoding="utf-8")
    said = run("import", "nev_split", path, "--into", tmp_path / "case", "--publisher", "OFV", "--licence", "its page")
    assert said.status == 0
    assert "1 row put into" in said.out
    assert "NOR,2025,0.97," in (tmp_path / "case/world/nev_split.csv").read_text(encoding="utf-8")


def test_it_says_what_was_put_where_and_what_was_left_out(run, baci, tmp_path):
    case = tmp_path / "case"
    said = run("import", "baci", baci, "--into", case, "--whole")
    assert said.status == 0
    assert f"3 rows put into {case / 'world/exports.csv'}" in said.out
    assert "1 left out: one side is a group of countries or an area not specified (codes 899)" in said.out
    assert "cited as baci-hs22-version-202501-" in said.out
    again = run("import", "baci", baci, "--into", case, "--whole", "--json").json
    assert next((put["path"], put["rows"], put["replaced"]) for put in again["tables"]) == ("world/exports.csv", 3, 3)


def test_faults_are_listed_and_nothing_is_made(run, tmp_path):
    path = tmp_path / BACI
    path.write_text("t,i,j,k,v,q\n2023,156,56,870380,x,1\n2023,156,56,10121,1,1\n", encoding="utf-8")
    said = run("import", "baci", path, "--into", tmp_path / "case")
    assert (said.status, said.codes) == (2, ["RS-W322", "RS-W322"])
    assert said.err.splitlines()[0].startswith(f"{BACI}:2:1: ")
    assert not (tmp_path / "case").exists()


def test_an_unknown_format_is_refused(run, baci):
    said = run("import", "bacci", baci)
    assert (said.status, said.codes) == (2, ["RS-W320"])


def test_what_was_imported_is_what_markets_and_claims_are_told_from(run, tmp_path):
    """The risk of a country that markets are ranked by; exports of parts that a claim is held against."""
    case, terms = tmp_path / "case", ("--publisher", "An association", "--licence", "its page")
    risk = tmp_path / "risk.csv"
    risk.write_text("place,indicator,period,value,unit\nBrazil,country_risk_premium,2026,0.0777,1\n", encoding="utf-8")
    parts = tmp_path / "parts.csv"
    head = "place,flow,year,goods,definition,value"
    parts.write_text(f"{head}\nChina,EXPORT,2023,PARTS,HS 8708,151\n", encoding="utf-8")
    for name, path in (("economies", risk), ("parts_trade", parts)):
        assert run("import", name, path, "--into", case, *terms).status == 0
    facts = ("--world", case / "world")
    assert "7.8 %" in run("markets", "BRA", "--on", "2026-06-01", *facts).out
    assert "7.8 %" not in run("markets", "BRA", "--on", "2026-06-01").out
    told = {claim["claim"]: claim for claim in run("claims", "--json", *facts).json}
    packaged = {claim["claim"]: claim for claim in run("claims", "--json").json}
    changed = [name for name in told if told[name]["readings"] != packaged[name]["readings"]]
    assert changed
    assert all("151" in str(told[name]["readings"]) for name in changed if "HS 8708" in str(told[name]["readings"]))


def test_a_folder_of_facts_that_is_none_is_refused(run, tmp_path):
    for command in ("claims", "markets"):
        said = run(command, "--world", tmp_path / "nowhere")
        assert (said.status, said.codes) == (2, ["RS-S721"])
