"""Copies of bundled cases that are planned in little time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from roadstead.study.bundled import bundled

if TYPE_CHECKING:
    from pathlib import Path


def asks_nothing_beside(folder: Path) -> None:
    """Leave out what flexibility is worth, which takes as long as the plan; nothing else of the plan differs."""
    file = folder / "case.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("flexibility: {times: 2,") == 1
    file.write_text(text.replace("flexibility: {times: 2,", "flexibility: {times: 0,"), encoding="utf-8")


def quick_case(folder: Path) -> Path:
    """The starter case, asked for its plan alone."""
    shutil.copytree(bundled("starter"), folder)
    asks_nothing_beside(folder)
    return folder
