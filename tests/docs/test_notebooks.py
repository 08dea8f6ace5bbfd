"""Notebooks of the examples run from top to bottom, every cell's last value showing itself as a notebook asks it to."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from roadstead.report.charts.files import Drawing
from roadstead.terms.showing import Shown

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def run(path: Path) -> list[Any]:
    """The last value of every code cell that has one; names are those of the cells before."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for i, cell in enumerate(cells(path)):
        if cell["cell_type"] != "code":
            continue
        where = f"{path.name}, cell {i}"
        tree = ast.parse("".join(cell["source"]), where)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, where, "exec"), names)
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), where, "eval"), names))
    return shown


def test_there_are_notebooks():
    assert {path.stem for path in EXAMPLES} == {"duty-desk", "outlook", "plan"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_found(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shown = run(path)
    ours = [value for value in shown if isinstance(value, (Shown, Drawing))]
    assert len(ours) >= 4
    for value in ours:
        html = value._repr_html_()
        assert html.startswith("<figure" if isinstance(value, Drawing) else '<div class="roadstead"')
        assert "<script" not in html


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_notebook_keeps_no_outputs_and_says_what_it_does(path: Path):
    found = cells(path)
    assert found[0]["cell_type"] == "markdown"
    assert found[0]["source"][0].startswith("# ")
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in found if cell["cell_type"] == "code")
