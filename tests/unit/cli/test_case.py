"""`new` and `check`: a case is copied whole and never over anything; a sound one is counted, a faulty one is refused."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from roadstead.study import bundled, template

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def starter(run, tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert run("new", folder).status == 0
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", ["starter", "byd"])
def test_new_copies_a_bundled_case(name, run, tmp_path: Path):
    said = run("new", tmp_path / "deep" / "mine", "--from", name, "--json")
    source = bundled.bundled(name)
    expected = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
    assert said.json["files"] == expected
    for file in expected:
        copied = tmp_path / "deep" / "mine" / file
        assert copied.read_bytes() == (source / file).read_bytes()
        assert copied.stat().st_mode & stat.S_IWUSR


def test_new_says_what_to_do_next(run, tmp_path: Path):
    out = run("new", tmp_path / "mine").out
    assert f"roadstead check {tmp_path / 'mine'}" in out
    assert f"roadstead plan {tmp_path / 'mine'}" in out


def test_new_takes_an_empty_folder_and_no_other(run, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    assert run("new", folder).status == 0
    before = sorted(folder.rglob("*"))
    (folder / "case.yaml").write_text("mine", encoding="utf-8")
    said = run("new", folder)
    assert (said.status, said.codes) == (2, ["RS-S616"])
    assert sorted(folder.rglob("*")) == before
    assert (folder / "case.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["tesla", "", "..", "../byd", "."])
def test_new_knows_its_bundled_cases(name, run, tmp_path: Path):
    said = run("new", tmp_path / "mine", "--from", name)
    assert (said.status, said.codes) == (2, ["RS-S615"])
    assert "byd, starter" in said.err
    assert list(tmp_path.iterdir()) == []


def test_new_leaves_nothing_half_done(run, tmp_path: Path, monkeypatch):
    def fails(source, target):
        target.mkdir()
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(template, "_copied", fails)
    said = run("new", tmp_path / "mine", "--json")
    assert (said.status, said.codes) == (2, ["RS-C702"])
    assert said.json["faults"][0]["message"] == "No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_check_counts_a_sound_case(run, starter: Path):
    told = run("check", starter, "--json").json
    assert told["futures"] <= told["nodes"]
    assert told["markets"]
    assert told["lines"]
    tables = {entry["table"]: entry for entry in told["tables"]}
    assert all(entry["sourced"] + entry["assumed"] == entry["rows"] for entry in tables.values())
    rows = (starter / "figures.csv").read_text(encoding="utf-8").splitlines()
    assert tables["figures"]["rows"] == len(rows) - 1
    for event in told["events"]:
        assert event["rests_on"]
        assert 0 < event["implied"] <= 1


def test_check_prints_stated_beside_implied_odds(run, starter: Path):
    out = run("check", starter).out
    row = next(line for line in out.splitlines() if line.startswith("eu_duty_prolonged"))
    assert row.count("60 %") == 2
    assert "no fault found" in out


def test_check_remarks_on_odds_the_tree_does_not_imply(run, starter: Path):
    change(starter / "case.yaml", "probability: 0.6\n", "probability: 0.5\n")
    remarks = run("check", starter, "--json").json["remarks"]
    assert [remark for remark in remarks if "stated 0.5" in remark and "implies 0.6" in remark]


def test_check_refuses_a_faulty_case_with_every_fault(run, starter: Path):
    change(starter / "markets.csv", ",yes,", ",perhaps,")
    change(starter / "case.yaml", "seed:", "sead:")
    said = run("check", starter, "--json")
    assert said.status == 2
    faults = said.json["faults"]
    assert len(faults) == len(said.codes) >= 2
    assert any(fault["where"].startswith("case.yaml:") for fault in faults)
    assert all(fault["code"].startswith("RS-") for fault in faults)


def test_check_of_nothing_is_one_line(run, tmp_path: Path):
    said = run("check", tmp_path / "nothing")
    assert (said.status, said.codes) == (2, ["RS-S601"])
    assert "roadstead new nothing" in said.err


def test_a_file_that_is_no_text_is_no_traceback(run, starter: Path):
    (starter / "markets.csv").write_bytes("market,entered\nDEU,\u4e2d\u56fd".encode("gbk"))
    said = run("check", starter, "--json")
    assert said.status == 2
    assert said.json["faults"]


def test_a_grown_tree_is_told_in_both_languages(run, tmp_path: Path):
    assert run("new", tmp_path / "mine", "--grown", "--json").status == 0
    told = run("check", tmp_path / "mine", "--json").json
    assert told["nodes"] == len(told["tree"]) == 16
    assert told["nearness"]["distance"] < told["nearness"]["undivided"]
    assert {node["name_zh"] for node in told["tree"]} >= {"今天"}
    out = run("check", tmp_path / "mine").out
    assert "grown from 20,000 paths" in out
    assert "in force at its end" in out
    assert all(word in out for word in ("节点", "paths", "implied", "planning takes roughly"))
