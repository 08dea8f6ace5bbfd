"""Pages made from the code are up to date, and the documentation builds without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


def test_generated_pages_are_up_to_date():
    command = [sys.executable, str(ROOT / "tools/build_docs.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_documentation_builds_without_a_warning(tmp_path: Path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        str(ROOT / "docs"),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "index.html").is_file()


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tools")
    return import_module("outlook_report")


def test_the_outlook_page_tells_what_is_measured(report: ModuleType):
    """The table that needs no other package, figure by figure; the last digit may differ from machine to machine."""
    from roadstead.outlook.backtest import backtest
    from roadstead.outlook.panels import packaged
    from roadstead.world import reference

    world = reference.load()
    told = report.by_group(backtest(packaged(world), world.gazetteer, report.CHOSEN))
    page = report.PAGE.read_text(encoding="utf-8").splitlines()
    mark = page.index(report.PART.format(name="groups, 2015 to 2020"))
    kept = page[mark + 2 : mark + 2 + len(told)]
    for made, written in zip(told, kept, strict=True):
        numbers = [[float(n) for n in re.findall(r"\d+(?:\.\d+)?", line)] for line in (made, written)]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.02, rel=0.02), written


def test_a_table_takes_the_place_of_the_one_before(report: ModuleType):
    mark = report.PART.format(name="x")
    once = report.put(f"Before.\n\n{mark}\n\nAfter.\n", mark, ["| a |", "| --- |", "| 1 |"])
    twice = report.put(once, mark, ["| a |", "| --- |", "| 2 |"])
    assert once == f"Before.\n\n{mark}\n\n| a |\n| --- |\n| 1 |\n\nAfter.\n"
    assert twice == once.replace("| 1 |", "| 2 |")
    with pytest.raises(ValueError, match="must stand once"):
        report.put("nothing", mark, [])


def test_the_evidence_pages_tell_what_is_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    evidence = import_module("evidence_report")
    page = (ROOT / "docs/evidence-walls.md").read_text(encoding="utf-8").splitlines()
    found = evidence.backtest_walls(evidence.KNOWN)
    for name, told in {
        "walls in short": evidence.in_short(found),
        "walls by class": evidence.as_grid(evidence.walls_tables.classes(found, "en")),
        "walls that came": evidence.as_grid(evidence.walls_tables.came(found, "en")),
    }.items():
        mark = page.index(evidence.PART.format(name=name))
        assert page[mark + 2 : mark + 2 + len(told)] == told, f"{name}: python tools/evidence_report.py --write"
