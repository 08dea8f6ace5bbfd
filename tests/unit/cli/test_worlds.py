"""`roadstead world diff` and `world snapshot`: what a reader sees, and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from pathlib import Path


def test_a_case_beside_the_packaged_world(run):
    said = run("world", "diff", bundled("starter"))
    assert said.status == 0
    assert "trade/measures      0        0        1" in said.out
    assert "changed: TUR-502 (measures.csv:2 -> packaged measures.csv:" in said.out
    assert "rate: 0.0 -> 0.3" in said.out
    assert "SHA-256" in said.out


def test_rows_are_cut_to_a_few_unless_asked_for(run, tmp_path: Path):
    header = "place,year,scope,measure,value,preferred,source,as_of,confidence,note"
    rows = [f"DEU,{1960 + i},ALL,sales,{i}.0,no,assumption,2026-01,low,made up" for i in range(12)]
    (tmp_path / "sales.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    said = run("world", "diff", "packaged", tmp_path)
    assert said.out.count("  added: DEU 19") == 10
    assert "and 2 more: `--table sales`, or `--rows` for all" in said.out
    for words in (("--rows",), ("--table", "sales")):
        assert run("world", "diff", "packaged", tmp_path, *words).out.count("  added: DEU 19") == 12
    told = run("world", "diff", "packaged", tmp_path, "--json").json
    assert (told["same"], told["added"], told["removed"], told["changed"]) == (False, 12, 0, 0)
    first = told["tables"][0]["rows"][0]
    assert (first["what"], first["was_at"], first["now_at"]) == ("added", "", "sales.csv:2")
    assert {"column": "value", "was": None, "now": 0.0} in first["cells"]


def test_the_same_twice_differs_in_nothing(run):
    assert "no row differs" in run("world", "diff", "packaged").out
    assert run("world", "diff", "packaged", "--json").json["same"]


def test_a_snapshot_says_what_it_is(run, tmp_path: Path):
    kept = tmp_path / "kept.zip"
    told = run("world", "snapshot", kept, "--of", bundled("starter"), "--json").json
    assert told["file"] == str(kept)
    assert told["version"] == f"{told['built_on']}+{told['sha256'][:12]}"
    assert run("world", "diff", kept, bundled("starter"), "--json").json["same"]
    again = run("world", "snapshot", kept)
    assert (again.status, again.codes) == (2, ["RS-S784"])


def test_what_is_no_world_is_said(run):
    said = run("world", "diff", "nowhere")
    assert (said.status, said.codes) == (2, ["RS-S781"])
    assert run("world", "diff", "packaged", "--table", "sale").codes == ["RS-W304"]
