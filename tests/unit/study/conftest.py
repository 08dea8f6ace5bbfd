"""A copy of the starter case that a test may break, and the grown one, ready to be planned."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from quick_cases import quick_case

from roadstead.footprint.solve import Effort, solve
from roadstead.futures.evaluate import evaluate
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.study import Ready
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.footprint.solve import Solved
    from roadstead.futures.growth.from_paths import Source
    from roadstead.study.growing import Begun
    from roadstead.study.spec import Study

STARTER = Path(__file__).parents[3] / "cases" / "starter"


@dataclass(frozen=True)
class Case:
    """A case folder with ways to spoil it."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def table(self, name: str) -> list[list[str]]:
        with self.path(name).open(encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))

    def write(self, name: str, rows: list[list[str]]) -> None:
        with self.path(name).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)

    def set(self, name: str, key: tuple[str, ...], column: str, value: str) -> str:
        """Put a value in the row that begins with ``key``; the place of its cell, as a fault should name it."""
        rows = self.table(name)
        (line,) = [i for i, row in enumerate(rows) if i and tuple(row[: len(key)]) == key]
        at = rows[0].index(column)
        rows[line][at] = value
        self.write(name, rows)
        return f"{name}:{line + 1}:{at + 1} ({column})"

    def drop(self, name: str, *key: str) -> None:
        rows = self.table(name)
        kept = [row for row in rows if tuple(row[: len(key)]) != key]
        assert len(kept) == len(rows) - 1
        self.write(name, kept)

    def add(self, name: str, /, **values: str) -> int:
        """Add a row, an assumption; the line it stands in."""
        rows = self.table(name)
        given = {"source": "assumption", "confidence": "low", "note": "for the test", **values}
        rows.append([given.get(column, "") for column in rows[0]])
        self.write(name, rows)
        return len(rows)

    def line_of(self, name: str, text: str) -> str:
        """``file:line:column`` of the only place where a text stands."""
        found = [
            f"{name}:{i}:{line.index(text) + 1}"
            for i, line in enumerate(self.path(name).read_text(encoding="utf-8").splitlines(), 1)
            if text in line
        ]
        assert len(found) == 1, f"{text!r} stands in {found}"
        return found[0]

    def faults(self) -> tuple[Fault, ...]:
        with pytest.raises(RoadsteadError) as caught:
            read_study(self.folder)
        return caught.value.faults

    def fault(self) -> Fault:
        """The only fault; one line, with a place and a code."""
        found = self.faults()
        assert len(found) == 1, "\n".join(str(fault) for fault in found)
        assert "\n" not in str(found[0])
        return found[0]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(quick_case(tmp_path / "case"))


@pytest.fixture(scope="session")
def source(grown_begun: Begun) -> Source:
    """Where the grown starter case's paths are drawn from."""
    assert grown_begun.source is not None
    return grown_begun.source


@pytest.fixture(scope="session")
def ready(grown_study: Study, grown_begun: Begun) -> Ready:
    """The grown starter case, ready to be planned."""
    b = grown_begun
    evaluation = evaluate(b.grown, b.costing, b.rules, b.grown.events)
    return Ready(grown_study, b.rules, b.outlook, b.grown, evaluation, None, b.source)


@pytest.fixture(scope="session")
def grown_plan(ready: Ready) -> Solved:
    """Its plan, within a hundredth of value added."""
    with solver_silenced():
        return solve(ready.grown.tree, ready.evaluation.prospect, Effort(gap=0.01, seconds=60.0, workers=1))
