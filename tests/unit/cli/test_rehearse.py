"""`roadstead rehearse`: the starter case with a grown tree, on a handful of paths."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from rehearsals import PATHS, small_grown_case
from worked_out_once import Once

from roadstead.cli import main
from roadstead.cli.rehearse import Rehearsing
from roadstead.playbook.book import Amount
from roadstead.report.words import Words
from roadstead.study import rehearsing
from roadstead.study.rehearsing import Size, rehearse_folder
from roadstead.study.template import new_case
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.rehearsing import Rehearsal

FIRST = ("plan", "standing", "announced", "export_only", "central")
LATER = ("kits_first", "local_everywhere", "timetable")
"""Ways to act: those every case has, and those it has where it has lines for them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("rehearse") / "case"
    small_grown_case(where)
    return where


@pytest.fixture(scope="module")
def rehearsed(folder: Path) -> tuple[Rehearsal, dict[str, Any]]:
    """What the command found on five paths, and the JSON that it printed."""
    found: list[Rehearsal] = []

    def watched(*given: Any, **wanted: Any) -> Rehearsal:
        found.append(rehearse_folder(*given, **wanted))
        return found[0]

    printed = io.StringIO()
    words = ("rehearse", str(folder), "--paths", "5", "--ahead", "2", "--workers", "1", "--json")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(rehearsing, "rehearse_folder", watched)
        assert main([*words]) == 0
    return found[0], json.loads(printed.getvalue())


def test_json_has_every_path_and_policy(rehearsed: tuple[Rehearsal, dict[str, Any]]):
    found = rehearsed[1]
    assert found["paths"] == 5
    assert found["first_path"] == PATHS
    assert found["timetable_wait"] == 5
    keys = [one["policy"] for one in found["policies"]]
    assert tuple(keys[:5]) == FIRST
    assert keys[5:] == [key for key in LATER if key in keys]
    assert len(found["said"]) >= 3
    assert found["run"] is None
    for one in found["policies"]:
        assert len(one["npv"]) == 5
        assert one["mean"]["value"] == pytest.approx(sum(one["npv"]) / 5)
        assert (one["beats_exports"] is None) == (one["policy"] == "export_only")
        assert one["keeps"] == pytest.approx(1.0)
    assert [one["policy"] for one in found["breaks"]] == [key for key in keys if key != "export_only"]
    assert all(one["how"] == "exports" and one["said"] and one["said_zh"] for one in found["breaks"])
    assert found["signposts"]
    for one in found["signposts"]:
        assert one["fresh"]["asked"] <= 5
        assert one["to_go_by"]["conditions"] == one["conditions"], "five paths choose no other sign"
        assert one["to_go_by"]["said_zh"]
        assert 0.0 <= one["tree"]["missed"] <= 1.0
    assert len(found["foresight"]) == 2
    for one in found["foresight"]:
        i = one["path"] - found["first_path"]
        assert one["npv"] <= one["bound"]
        for policy in found["policies"]:
            assert policy["npv"][i] <= one["bound"] + 1.0 or policy["policy"] == "export_only"


@pytest.mark.parametrize(("language", "head", "words"), [("en", "USD m", "On 5 paths"), ("zh", "亿美元", "5条路径上")])
def test_the_table_in_both_languages(
    run, folder: Path, rehearsed: tuple[Rehearsal, dict[str, Any]], language: str, head: str, words: str, monkeypatch
):
    """Of a rehearsal that is in hand."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setenv("COLUMNS", "160")  # no heading runs over two lines
    monkeypatch.setattr(rehearsing, "rehearse_folder", lambda _, **wanted: asked.append(wanted) or rehearsed[0])
    said = run("rehearse", folder, "--paths", "5", "--ahead", "2", "--workers", "1", "--language", language)
    assert said.status == 0
    assert [(one["paths"], one["ahead"], one["workers"], one["replace"]) for one in asked] == [(5, 2, 1, False)]
    assert head in said.out
    own = Words(language, "USD")
    for key in ("mean", "p10", "tail", "regret", "beats"):
        assert own.label(f"column.{key}") in said.out
    assert words in said.out
    assert own.tell("rehearsal.timetable", years=Amount(5, "years")) in said.out
    assert "±" in said.out
    for key in ("table.breaks", "table.fresh_signs", "beside.plan"):
        assert own.label(key) in said.out
    assert {"en": "of 5 paths", "zh": "5条路径中"}[language] in said.out


@pytest.fixture(scope="module")
def planned(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A plan that was rehearsed as it was made: its run folder, and what was printed."""
    out = tmp_path_factory.mktemp("runs") / "first"
    printed = io.StringIO()
    words = ("plan", folder, "--out", out, "--gap", "0.05", "--workers", "1", "--json", "--rehearse", "--paths", "3")
    with redirect_stdout(printed):
        assert main([*map(str, words), "--ahead", "0"]) == 0
    return out, json.loads(printed.getvalue())


def test_a_plan_is_rehearsed_as_it_is_made(run, planned: tuple[Path, dict[str, Any]]):
    folder, told = planned
    assert told["rehearsal"]["paths"] == 3
    assert told["rehearsal"]["foresight"] is None
    assert told["headline"][-1].startswith("On 3 fresh paths the plan is worth ")
    assert "On 3 fresh paths the plan is worth " in (folder / "playbook.html").read_text(encoding="utf-8")
    assert run("verify", folder).status == 0


def test_a_run_is_rehearsed_again_where_that_is_asked_for(run, planned: tuple[Path, dict[str, Any]], monkeypatch):
    folder, told = planned
    Once().stands_in(monkeypatch)  # its inputs are the same each time
    refused = run("rehearse", folder, "--paths", "3", "--ahead", "0", "--workers", "1")
    assert (refused.status, refused.codes) == (2, ["RS-S704"])
    assert "--replace" in refused.err
    said = run("rehearse", folder, "--paths", "3", "--ahead", "0", "--workers", "1", "--replace", "--json")
    assert said.status == 0
    assert said.json == told["rehearsal"] | {"run": str(folder), "world_moved": None}
    case = folder / json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["made_from"]
    own = case / "rules" / "measures.csv"
    before = own.read_text(encoding="utf-8")
    own.write_text(before.replace(",AD_VALOREM,0.0,", ",AD_VALOREM,0.1,"), encoding="utf-8")
    again = run("rehearse", folder, "--paths", "2", "--ahead", "0", "--workers", "1", "--replace")
    own.write_text(before, encoding="utf-8")
    assert "The world has moved since this run was made: trade/measures: 1 changed; it stands on its own." in again.out
    assert f"Told in {folder / 'playbook.html'} from now on" in again.out


def test_the_command_goes_as_far_as_the_library_where_nobody_says_how_far():
    asked = Rehearsing()
    assert Size(asked.paths, asked.ahead, asked.breaks) == Size()


def test_what_cannot_be_rehearsed_is_refused(run, folder: Path, tmp_path: Path):
    assert run("rehearse", folder, "--paths", "0", "--ahead", "-1").codes == ["RS-S622", "RS-S622"]
    assert run("rehearse", folder, "--breaks", "often").status == 2
    with pytest.raises(RoadsteadError, match="RS-S622"):
        rehearse_folder(folder, breaks="often")  # type: ignore[arg-type]
    new_case(tmp_path / "declared")
    said = run("rehearse", tmp_path / "declared")
    assert (said.status, said.codes) == (2, ["RS-S625"])
    assert "grown:" in said.err


def test_a_plan_that_cannot_be_rehearsed_is_not_begun(run, folder: Path, tmp_path: Path):
    new_case(tmp_path / "declared")
    said = run("plan", tmp_path / "declared", "--rehearse", "--out", tmp_path / "run")
    assert (said.status, said.codes) == (2, ["RS-S625"])
    sized = run("plan", folder, "--paths", "10", "--ahead", "2", "--out", tmp_path / "run")
    assert (sized.status, sized.codes) == (2, ["RS-S622", "RS-S622"])
    assert "`--rehearse` beside it" in sized.err
    none = run("plan", folder, "--rehearse", "--paths", "0", "--out", tmp_path / "run")
    assert (none.status, none.codes) == (2, ["RS-S622"])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_to_act_has_a_name(language: str):
    words = Words(language, "USD")
    named = {words.label(f"comparison.{key}") for key in (*FIRST, *LATER)}
    assert len(named) == len(FIRST) + len(LATER)
