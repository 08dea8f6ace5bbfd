"""Paper, page and code name the same equations: every tag in the code is on docs/notation.md, and the other way round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TAG = re.compile(r"\(([A-Z]\.\d+)\)")


def tags(path: Path) -> set[str]:
    return set(TAG.findall(path.read_text(encoding="utf-8")))


def code_tags(root: Path) -> set[str]:
    return set().union(*(tags(path) for path in (root / "src").rglob("*.py")))


def test_every_equation_of_the_code_is_on_the_notation_page(root: Path):
    missing = code_tags(root) - tags(root / "docs/notation.md")
    assert not missing, sorted(missing)


def test_every_equation_of_the_notation_page_is_in_the_code(root: Path):
    stale = tags(root / "docs/notation.md") - code_tags(root)
    assert not stale, sorted(stale)


def test_the_model_page_states_every_equation_of_the_planner(root: Path):
    planner = set().union(*(tags(path) for path in (root / "src/roadstead/footprint").rglob("*.py")))
    assert {tag for tag in planner if tag.startswith("F.")} == {
        tag for tag in tags(root / "docs/model.md") if tag.startswith("F.")
    }


def test_equations_are_numbered_without_gaps(root: Path):
    by_letter: dict[str, list[int]] = {}
    for tag in code_tags(root):
        letter, number = tag.split(".")
        by_letter.setdefault(letter, []).append(int(number))
    gaps = {letter: sorted(numbers) for letter, numbers in by_letter.items() if max(numbers) != len(numbers)}
    assert not gaps, gaps


def test_what_holds_stands_in_the_order_of_the_code(root: Path):
    """Families of rows, each where its page and its function first state it."""
    page = (root / "docs/model.md").read_text(encoding="utf-8")
    holds = page[page.index("## What holds") : page.index("## Where the worst futures count more")]
    stated = re.findall(r"\\qquad \\text\{\((F\.\d+)\)\}", holds)
    code = (root / "src/roadstead/footprint/formulation.py").read_text(encoding="utf-8")
    begun = re.findall(r'    """\((F\.\d+)\)(?: and \((F\.\d+)\))?', code)
    order = list(dict.fromkeys(tag for pair in begun for tag in pair if tag))
    assert len(order) > 10
    assert [tag for tag in stated if tag in order] == order
    assert {*stated} - {*order} == {"F.20"}, "a program of its own, in shortage.py"
