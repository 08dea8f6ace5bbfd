"""Copies of bundled cases that are planned in little time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def ask(folder: Path, otherwise: Mapping[str, str]) -> None:
    """Write what a case asks for in other words, each of which stands there once."""
    file = folder / "case.yaml"
    text = file.read_text(encoding="utf-8")
    for was, becomes in otherwise.items():
        assert text.count(was) == 1, was
        text = text.replace(was, becomes)
    file.write_text(text, encoding="utf-8")


def asks_nothing_beside(folder: Path) -> None:
    """Leave out what flexibility is worth, which takes as long as the plan, and what assumptions weigh; nothing else of the plan differs."""
    ask(
        folder,
        {"flexibility: {times: 2,": "flexibility: {times: 0,", "assumptions: {most: 10}": "assumptions: {most: 0}"},
    )


def quick_case(folder: Path) -> Path:
    """The starter case, asked for its plan alone."""
    shutil.copytree(bundled("starter"), folder)
    asks_nothing_beside(folder)
    return folder
