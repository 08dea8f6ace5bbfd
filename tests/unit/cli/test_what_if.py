"""`plan` with patches, `sweep` and `compare` on the command line: what is refused, and answers in words and in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from quick_cases import quick_case

from roadstead.cli.what_if import Sweeping
from roadstead.study import axes
from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Said

QUICK = ("--gap", "0.3", "--workers", "1")


@pytest.fixture
def starter() -> Path:
    return bundled("starter")


def test_bad_patches_are_told_all_at_once_and_nothing_is_written(
    run: Callable[..., Said], starter: Path, tmp_path: Path
):
    said = run("plan", starter, "--out", tmp_path / "r", "--set", "EU27/MFN=30", "--set", "figures/cas/fill=1", *QUICK)
    assert said.status == 2
    assert sorted(said.codes) == ["RS-S731", "RS-S733"]
    assert not list(tmp_path.iterdir())
    said = run("plan", starter, "--set", "EU27/MFN", "--event", "us_lets_in")
    assert sorted(said.codes) == ["RS-S733", "RS-S733"]


def test_a_tornado_goes_as_far_as_what_the_playbook_tells_of_assumptions_where_nobody_says_how_far():
    assert Sweeping().spread == axes.SPREAD


def test_an_option_takes_one_value_and_may_be_repeated(run: Callable[..., Said], starter: Path):
    said = run("plan", starter, "--event", "nothing 2029", "--scenario", "nobody", "--event", "neither 2030")
    assert sorted(said.codes) == ["RS-S734", "RS-S734", "RS-S736"]
    said = run("plan", starter, "--event", "nothing 2029", "--event", "neither 2030")
    assert said.codes == ["RS-S734", "RS-S734"]


def test_a_sweep_answers_in_json_alone(run: Callable[..., Said], starter: Path, tmp_path: Path):
    words = ("sweep", starter, "--over", "figures/case/fill=0.7", "--out", tmp_path / "s", *QUICK)
    first = run(*words, "--json")
    assert first.status == 0, first.err
    told = first.json
    assert told["axes"] == ["figures/case/fill"]
    assert [point["values"] for point in told["points"]] == [{}, {"figures/case/fill": "0.7"}]
    assert Path(told["written"]["sweep.html"]).is_file()
    again = run(*words, "--language", "zh")
    assert "取值点" in again.out
    assert "案例现状" in again.out


def test_a_sweep_over_nothing_and_without_a_case_is_refused(run: Callable[..., Said], starter: Path, tmp_path: Path):
    assert run("sweep", starter, "--out", tmp_path / "s").codes == ["RS-S741"]
    assert run("sweep", "--over", "EU27/MFN=0.1,0.2", "--out", tmp_path / "s").codes == ["RS-S741"]
    assert run("sweep", starter, "--tornado", "--spread", "20", "--out", tmp_path / "s").codes == ["RS-S741"]
    nowhere = run("sweep", starter, "--over", "xx/yy=1,2", "--out", tmp_path / "s")
    assert nowhere.codes == ["RS-S731"]
    assert "--over xx/yy=2: " in nowhere.err


@pytest.mark.parametrize("command", ["plan", "duty", "futures", "serve", "sweep", "import"])
def test_help_shows_defaults_where_there_are_any(run: Callable[..., Said], command: str):
    told = " ".join(run(command, "--help").out.replace("│", " ").split())
    assert not [odd for odd in ("()", "[]", '""', "False", "None") if f"[default: {odd}]" in told]
    assert ("[default: en]" in told) == (command in {"plan", "futures", "sweep"})


def test_runs_are_compared_in_words_and_in_json(run: Callable[..., Said], stored: Path, tmp_path: Path):
    said = run("compare", stored, stored, "--page", tmp_path / "beside.html")
    assert said.status == 0, said.err
    assert "no decision differs" in said.out
    assert (tmp_path / "beside.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    told = run("compare", stored, stored, "--json").json
    assert len(told["runs"]) == 2
    assert run("compare", stored).codes == ["RS-S743"]
    assert run("compare", stored, tmp_path).codes == ["RS-S703"]
    assert run("compare", stored, stored, "--page", tmp_path / "beside.pdf").codes == ["RS-C701"]
    assert not (tmp_path / "beside.pdf").exists()


def test_a_what_if_that_changes_nothing_says_so(run: Callable[..., Said], tmp_path: Path):
    """The base duty stands at a tenth already; at a fifth the plan is another, and is told as such."""
    case = quick_case(tmp_path / "quick")
    same, moved = (
        run("plan", case, "--set", f"EU27/MFN={rate}", "--out", tmp_path / rate, *QUICK, "--json")
        for rate in ("0.10", "0.2")
    )
    assert same.status == moved.status == 0, same.err + moved.err
    assert "EU27/MFN=0.10" in same.json["headline"][0]
    assert "changes nothing that the plan is worked out from" in same.json["headline"][0]
    assert "This is not the case as it stands" in moved.json["headline"][0]
    assert "changes nothing" in (tmp_path / "0.10" / "playbook.html").read_text(encoding="utf-8")


def test_a_what_if_may_mend_a_case_that_cannot_be_planned_as_it_stands(run: Callable[..., Said], tmp_path: Path):
    case = quick_case(tmp_path / "quick")
    with (case / "figures.csv").open("a", encoding="utf-8") as figures:
        figures.write("case,own_elasticity,-1.05,1,assumption,2026-06,low,made up: too near the market's own\n")
    assert run("plan", case, *QUICK).codes == ["RS-D502"]
    said = run("plan", case, "--set", "figures/case/own_elasticity=-5", *QUICK, "--json")
    assert said.status == 0, said.err
    assert "This is not the case as it stands" in said.json["headline"][0]
