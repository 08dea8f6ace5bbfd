"""`plan` and `verify`: a run folder that holds, an answer in words and in JSON, and no harm to what is there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from quick_cases import quick_case

from roadstead.cli import plan
from roadstead.study import api
from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.study import Run

CODE = "import sys; from roadstead.cli import main; sys.exit(main())"
QUICK = ("--seconds", "20", "--gap", "0.1", "--workers", "1")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The starter planned once, by a process of its own, with JSON asked for."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    command = [sys.executable, "-c", CODE, "plan", str(bundled("starter")), "--out", str(folder), *QUICK, "--json"]
    environment = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", env=environment)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_standard_output_is_json_and_nothing_else(planned):
    folder, done = planned
    told = json.loads(done.stdout)
    assert told["run"] == str(folder)
    assert told["playbook"] == str(folder / "playbook.html")
    assert told["headline"]
    assert {row["key"] for row in told["comparisons"]} == {"plan", "standing", "announced", "export_only", "central"}
    best = next(row for row in told["comparisons"] if row["key"] == "plan")
    assert all(best["npv"] + 1 >= row["npv"] for row in told["comparisons"])
    assert 0 <= told["cover"]["gap_value_added"] <= 0.1 + 1e-9
    assert told["cover"]["bound"] in {"certified", "solver"}


def test_progress_is_told_on_standard_error(planned):
    lines = planned[1].stderr.splitlines()
    stages = [line.partition(" (")[0].partition(":")[0] for line in lines]
    assert list(dict.fromkeys(stages)) == [
        "reading the case",
        "drawing the outlook",
        "growing the tree of futures",
        "pricing every lane in every future",
        "planning",
        "planning again for comparison",
        "working out what flexibility is worth",
        "telling the playbook",
        "writing pages and run folder",
    ]


def test_the_run_folder_has_pages_and_manifest(planned):
    folder, _ = planned
    for name in ("playbook.html", "playbook.xlsx", "playbook.pptx", "manifest.json"):
        assert (folder / name).stat().st_size > 0
    assert [path.name for path in folder.parent.iterdir()] == ["first"], "nothing is left beside it"


def test_verify_finds_that_it_holds(planned, run):
    said = run("verify", planned[0], "--json")
    assert said.status == 0
    assert said.json["holds"] is True
    assert all(check["holds"] for check in said.json["checks"])
    assert "the run holds" in run("verify", planned[0]).out


def test_verify_ends_with_one_where_a_file_was_touched(planned, run):
    page = planned[0] / "playbook.html"
    before = page.read_bytes()
    page.write_bytes(before + b" ")
    try:
        said = run("verify", planned[0], "--json")
        assert said.status == 1
        assert said.json["holds"] is False
        assert any("playbook.html" in check["detail"] for check in said.json["checks"] if not check["holds"])
        assert "does not hold" in run("verify", planned[0]).out
    finally:
        page.write_bytes(before)


def test_verify_of_no_run(run, tmp_path: Path):
    said = run("verify", tmp_path, "--json")
    assert (said.status, said.codes) == (2, ["RS-S703"])
    assert said.json["faults"][0]["code"] == "RS-S703"


def test_a_folder_with_something_in_it_is_refused_before_any_work(planned, run):
    said = run("plan", bundled("starter"), "--out", planned[0])
    assert (said.status, said.codes, said.out) == (2, ["RS-S701"], "")
    assert "planning" not in said.err


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--gap", "5"), ["RS-T109"]),
        (("--gap", "-0.1"), ["RS-S622"]),
        (("--seconds", "0"), ["RS-S622"]),
        (("--seconds", "nan", "--workers", "0"), ["RS-S622", "RS-S622"]),
        (("--language", "fr"), ["RS-C701"]),
    ],
)
def test_effort_out_of_bounds_writes_nothing(words, codes, run, tmp_path: Path):
    said = run("plan", bundled("starter"), "--out", tmp_path / "out", *words)
    assert (said.status, said.codes, said.out) == (2, codes, "")
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_is_not_there_is_told_before_any_work(run, monkeypatch, tmp_path: Path):
    monkeypatch.setattr("roadstead.engine.cluster.CONNECT", 0.5)
    said = run("plan", bundled("starter"), "--out", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1")
    assert (said.status, said.codes, said.out) == (2, ["RS-E802"], "")
    assert "planning" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_case_that_is_not_there(run, tmp_path: Path):
    said = run("plan", tmp_path / "nothing", "--out", tmp_path / "out", "--json")
    assert (said.status, said.codes) == (2, ["RS-S601"])
    assert list(tmp_path.iterdir()) == []


def test_a_pin_and_a_budget_that_clash_are_told_in_the_cases_words(run, tmp_path: Path):
    """At the pin, with every budget in its way and the cheapest way out; nothing is written."""
    shutil.copytree(bundled("starter"), tmp_path / "case")
    file = tmp_path / "case" / "case.yaml"
    text = file.read_text(encoding="utf-8").replace("pins: []", "pins:\n  - {what: izmir, do: open, by: 2028}")
    file.write_text(text.replace("budget: {}", "budget: {2027: 20e6}"), encoding="utf-8")
    line = 1 + text.splitlines().index("  - {what: izmir, do: open, by: 2028}")
    said = run("plan", tmp_path / "case", "--out", tmp_path / "out", *QUICK)
    assert (said.status, said.codes, said.out) == (2, ["RS-F503"], "")
    assert f"case.yaml:{line}:5: no plan keeps these together: the pin `izmir` committed to by 2028" in said.err
    assert "a budget of 2027 (Rules as they stand) of 20,000,000" in said.err
    assert "cheapest: `izmir` committed to by 2029, with a plan worth" in said.err
    assert not (tmp_path / "out").exists()


def test_people_see_the_first_screen_and_where_to_read_on(run, starter_run: Run, monkeypatch, tmp_path: Path):
    """In Chinese too; the plan itself is not written, so that the page's place is only told."""
    monkeypatch.setattr(api, "plan", lambda *_, **__: api.Planned(starter_run, tmp_path / "run"))
    english = run("plan", bundled("starter"))
    assert english.status == 0
    assert f"Read on in {tmp_path / 'run' / 'playbook.html'}" in english.out.splitlines()[-1]
    assert "Do now" in english.out
    chinese = run("plan", bundled("starter"), "--language", "zh")
    assert str(tmp_path / "run" / "playbook.html") in chinese.out.splitlines()[-1]
    assert "完整报告" in chinese.out


def test_the_demo_plans_the_bundled_carmaker(run, monkeypatch, tmp_path: Path):
    asked = []

    def noted(case, **wishes):
        asked.append((case, wishes["out"], wishes["language"]))
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "plan", noted)
    monkeypatch.chdir(tmp_path)
    assert run("demo", "--language", "zh").status == 130
    ((case, out, language),) = asked
    assert (case, language) == (bundled("byd"), "zh")
    assert out.parent == plan.RUNS
    assert out.name.startswith("byd-")


def test_two_runs_of_one_second_have_two_names(tmp_path: Path):
    assert plan._free(tmp_path / "byd") == tmp_path / "byd"
    (tmp_path / "byd").mkdir()
    (tmp_path / "byd-2").mkdir()
    assert plan._free(tmp_path / "byd") == tmp_path / "byd-3"


def interrupted(case: Path, tmp_path: Path, stage: str) -> tuple[int, str, str]:
    """Status, output and log of a plan that is interrupted once a stage begins; not at all where that is nothing."""
    command = [sys.executable, "-c", CODE, "plan", str(case), "--out", str(tmp_path / "out"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr if stage else ():
            if line.startswith(stage):
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=240)
    return process.returncode, out, err


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is sent otherwise there")
@pytest.mark.parametrize("stage", ["planning", "planning again"])
def test_an_interrupt_ends_planning_with_what_there_is_and_comparing_with_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, stage: str
):
    """Planning is ended early, and the best plan so far is told and written; what comes after it is left, and planned again from there."""
    case = quick_case(tmp_path_factory.mktemp("quick") / "case")
    status, out, err = interrupted(case, tmp_path, stage)
    if stage == "planning":
        assert "interrupted: ending with the best plan so far, which is then compared; once more leaves at once" in err
        assert status == 0
        assert json.loads(out)["headline"]
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
        assert api.verify(tmp_path / "out").holds
    else:
        assert (status, out) == (130, "")
        kept = tmp_path / plan.UNFINISHED
        assert err.splitlines()[-1] == plan.KEPT.format(folder=kept)
        assert list(tmp_path.iterdir()) == [kept]
        status, _, err = interrupted(case, tmp_path, "")
        assert status == 0
        assert "planning, from what an unfinished run had found" in err
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
