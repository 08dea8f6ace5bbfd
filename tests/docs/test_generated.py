"""Pages made from the code are up to date, and the documentation builds without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from roadstead.world import reference

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


@pytest.mark.parametrize(
    ("page", "part", "module", "made_of", "command"),
    [
        (
            "evidence-makers.md",
            "makers rest on",
            "evidence_report",
            "makers_rest_on",
            "evidence_report.py --write --makers",
        ),
        ("evidence-japan.md", "japan rests on", "japan_report", "rests_on", "japan_report.py FOLDER --write"),
    ],
)
def test_pages_that_take_long_rest_on_what_they_were_measured_on(
    page: str, part: str, module: str, made_of: str, command: str, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is planned here: what plans would be made from is as it was when the tables were."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    report = import_module(module)
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    mark, told = lines.index(report.PART.format(name=part)), getattr(report, made_of)()
    assert lines[mark + 2 : mark + 2 + len(told)] == told, f"docs/{page} must be measured again: python tools/{command}"


def test_a_fingerprint_holds_every_table_that_a_world_is_put_together_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    read: set[str] = set()

    class Watched(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            read.add(name)
            return super().__getitem__(name)

    reference._world(Watched(reference.load().tables), None)
    assert {"incomes", "sales"} <= read
    assert read - {"sources"} <= import_module("rests_on").PLANNED_FROM


def test_a_fingerprint_moves_with_figures_and_not_with_what_they_cite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    resting = import_module("rests_on")
    table = tmp_path / "sizes.csv"

    def met(cell: str, note: str) -> list[str]:
        table.write_text(f"place,size,note\nDEU,{cell},{note}\n", encoding="utf-8")
        found: list[str] = resting.fingerprints({"sizes": [table]})
        return found

    assert met("3", "counted") == met("3", "counted twice")
    assert met("3", "counted") != met("4", "counted")
    assert resting.fingerprints({"rules": "A = 1"}) != resting.fingerprints({"rules": "A = 2"})


def cells(page: str, part: str, row: str) -> list[str]:
    """Cells of a row of a measured table, by what it begins with."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    mark = next(i for i, line in enumerate(lines) if line.startswith(f"<!-- {part}:"))
    found = next(line for line in lines[mark:] if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in found.strip("|").split("|")][1:]


def test_the_summary_of_the_evidence_says_what_its_pages_do():
    told = (ROOT / "docs/evidence.md").read_text(encoding="utf-8")
    picks, hits, blind = cells("evidence-makers.md", "makers by way", "the plan")[:3]
    assert f"{hits} of {picks} places picked came, where blind picks hit {float(blind):.0f}" in told
    came = sum(
        int(cells("evidence-makers.md", "makers by maker", name)[2])
        for name in ("BYD", "Chery", "Great Wall", "SAIC", "Geely")
    )
    assert f"{came - int(hits)} of {came} plants were not picked" in told
    later = cells("evidence-makers.md", "makers later by way", "the plan")
    assert f"{later[1]} of {later[0]}, where blind picks hit {float(later[2]):.0f}" in told
    assert f"*highest duty* hits {cells('evidence-makers.md', 'makers later by way', 'highest duty')[1]}" in told
    when = cells("evidence-makers.md", "makers by time", "as above")
    assert when[0] == "7"
    assert f"the seven with a year are {when[2]} years off" in told
    expected = cells("evidence-walls.md", "walls in short", "expected to come by the counts")[0]
    came_walls = cells("evidence-walls.md", "walls in short", "came")[0]
    assert f"{came_walls} came where {float(expected):.0f} were expected" in told
    held = cells("evidence-walls.md", "walls in short", "classes whose 80 % range held")[0]
    assert f"held in {held} classes" in told
    precedents = (ROOT / "docs/precedents.md").read_text(encoding="utf-8")
    assert "8 of 21 years" in told
    assert "8 of 21 years" in precedents
