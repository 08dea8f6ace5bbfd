"""From `roadstead template` to a run folder: a workbook goes wherever a case folder goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from quick_cases import quick_case
from rehearsals import small_grown_case

from roadstead.study import manifest
from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said

    from roadstead.study.study import Run

QUICK = ("--gap", "0.3", "--workers", "1")


@pytest.fixture
def book(run: Callable[..., Said], tmp_path: Path) -> Path:
    path = tmp_path / "mine.xlsx"
    assert run("template", path, "--from", "starter").status == 0
    return path


def fill(path: Path, **cells: object) -> None:
    """Write cells as a person would, and save."""
    book = openpyxl.load_workbook(path)
    for where, value in cells.items():
        sheet, _, cell = where.partition("__")
        book[sheet][cell] = value
    book.save(path)


def test_template_says_what_it_wrote_and_what_comes_next(run, tmp_path: Path):
    path = tmp_path / "deep" / "mine.xlsx"
    said = run("template", path)
    assert f"roadstead check {path}" in said.out
    assert "an empty case" in said.out
    assert path.is_file()
    again = run("template", path)
    assert (again.status, again.codes) == (2, ["RS-S616"])
    told = run("template", tmp_path / "zh.xlsx", "--from", "byd", "--language", "zh", "--json").json
    assert told == {"workbook": str(tmp_path / "zh.xlsx"), "from": "byd", "language": "zh"}
    assert run("template", tmp_path / "no.xlsx", "--from", "nobody").codes == ["RS-S615"]


@pytest.mark.parametrize("name", ["mine", "mine.xls", "mine.xlsm"])
def test_a_template_is_named_as_a_workbook_that_can_be_opened(run, tmp_path: Path, name: str):
    refused = run("template", tmp_path / name)
    assert (refused.status, refused.codes) == (2, ["RS-C701"])
    assert "ends in .xlsx: mine.xlsx" in refused.err
    assert not list(tmp_path.iterdir())


def test_check_answers_as_for_the_folder(run, book: Path):
    here, there = (run("check", case, "--json").json for case in (book, bundled("starter")))
    for told in (here, there):  # a table without rows may be left out
        told["tables"] = [table for table in told["tables"] if table["rows"]]
    assert here == there


def test_check_names_every_cell_at_once(run, book: Path):
    fill(book, Volumes__C4="4,000", Models__G4=85, Tree__C5="often")
    said = run("check", book)
    assert said.status == 2
    places = [line.partition(" ")[0] for line in said.err.splitlines()]
    assert places == ["Models!G4", "Tree!C5", "Volumes!C4"]
    told = run("check", book, "--json").json["faults"]
    assert [fault["code"] for fault in told] == ["RS-T109", "RS-S603", "RS-T107"]


def test_the_plan_of_a_workbook_is_that_of_its_case_and_its_run_records_it(run, starter_run: Run, tmp_path: Path):
    book = tmp_path / "quick.xlsx"
    assert run("template", book, "--from", quick_case(tmp_path / "quick")).status == 0
    said = run("plan", book, "--out", tmp_path / "run", "--workers", "1", "--seconds", "300", "--json")
    assert said.status == 0, said.err
    told = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert told["workbook"] == "quick.xlsx"
    assert told["files"]["inputs/quick.xlsx"] == manifest.sha256(book)
    assert told["result"]["npv"] == pytest.approx(starter_run.solved.certificate.expected, rel=1e-12)
    assert run("verify", tmp_path / "run").status == 0
    assert run("check", tmp_path / "run" / "inputs").status == 0
    said = run("why", tmp_path / "run", "landed/DEU/city/home/2032")
    assert "quick.xlsx Models!A" in said.out
    assert "quick.xlsx Figures!C" in said.out
    assert "packaged measures.csv:" in said.out
    assert all("packaged" in line for line in said.out.splitlines() if ".csv:" in line)
    assert "quick.xlsx Models!A" in (tmp_path / "run" / "playbook.html").read_text(encoding="utf-8")
    fill(tmp_path / "run" / "inputs" / "quick.xlsx", Volumes__C4=1)
    assert run("verify", tmp_path / "run").status == 1


def test_a_run_is_named_after_its_workbook(run, book: Path, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run("plan", book, *QUICK, "--set", "case/flexibility/times=0", "--json")
    assert said.status == 0, said.err
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("mine-2")
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (told["workbook"], told["patches"]) == ("mine.xlsx", ["case/flexibility/times=0"])


def test_what_is_set_wrong_is_told_at_the_cell_it_would_stand_in(run, book: Path, tmp_path: Path):
    said = run("plan", book, "--set", "lines/izmir/place=Turkeye", "--out", tmp_path / "run")
    assert said.status == 2
    assert "lines/izmir/place=Turkeye" in said.err
    assert "Lines!D5 (place)" in said.err


def test_a_workbook_is_swept(run, book: Path, tmp_path: Path):
    said = run("sweep", book, "--over", "figures/case/fill=0.7", "--out", tmp_path / "s", *QUICK, "--json")
    assert said.status == 0, said.err
    assert [point["case"] for point in said.json["points"]] == ["mine", "mine"]


def test_a_workbook_is_rehearsed_and_asked_for_its_futures(run, tmp_path: Path):
    small_grown_case(tmp_path / "grown")
    book = tmp_path / "grown.xlsx"
    assert run("template", book, "--from", tmp_path / "grown").status == 0
    said = run("rehearse", book, "--paths", "3", "--ahead", "0", "--workers", "1", "--json")
    assert said.status == 0, said.err
    assert said.json["paths"] == 3
    assert run("futures", book, "--json").json == run("futures", tmp_path / "grown", "--json").json


def test_a_folder_that_is_no_case_is_never_copied(run, tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "private.csv").write_text("a", encoding="utf-8")
    said = run("new", tmp_path / "mine", "--from", tmp_path / "letters")
    assert (said.status, said.codes) == (2, ["RS-S615"])
    assert not (tmp_path / "mine").exists()


def test_a_folder_is_made_from_a_workbook(run, book: Path, tmp_path: Path):
    fill(book, Case__B3="Mine")
    assert run("new", tmp_path / "mine", "--from", book).status == 0
    assert run("check", tmp_path / "mine", "--json").json["case"] == "Mine"
    refused = run("new", tmp_path / "other", "--from", book, "--grown")
    assert (refused.status, refused.codes) == (2, ["RS-S615"])


@pytest.mark.parametrize("command", ["check", "plan", "sweep", "rehearse", "futures"])
def test_what_is_no_workbook_is_told_by_every_command(run, command: str, tmp_path: Path):
    (tmp_path / "fake.xlsx").write_text("market,sales", encoding="utf-8")
    over = ("--over", "EU27/MFN=0.1") if command == "sweep" else ()
    said = run(command, tmp_path / "fake.xlsx", *over)
    assert (said.status, said.codes) == (2, ["RS-T112"])
    none = run(command, tmp_path / "none.xlsx", *over)
    assert (none.status, none.codes) == (2, ["RS-S601"])


def test_nothing_is_left_behind(spawn, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    before = set(tmp_path.iterdir())
    assert spawn("check", book).status == 0
    assert set(tmp_path.iterdir()) == before
