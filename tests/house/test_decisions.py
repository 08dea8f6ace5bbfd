"""Decisions are numbered in the order they were taken, none missing, each on about half a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 60
"""Lines a decision may take."""


def test_decisions_are_numbered_in_sequence(root: Path):
    names = sorted(path.name for path in (root / "docs/decisions").glob("*.md"))
    assert names
    odd = [name for name in names if not re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", name)]
    assert not odd, odd
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_decisions_are_short_and_say_why(root: Path):
    for path in sorted((root / "docs/decisions").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        number = int(path.name[:4])
        assert text.startswith(f"# {number}. "), f"{path.name} begins with its number and title"
        for heading in ("## Decision", "## Why", "## Price"):
            assert heading in text, f"{path.name} has no {heading}"
        assert len(text.splitlines()) <= LONGEST, f"{path.name} is too long to be read"
