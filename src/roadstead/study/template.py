"""A new case from a bundled one: copied whole or not at all, and never over anything that is there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from roadstead.study.bundled import bundled
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path


def new_case(folder: Path, template: str = "starter") -> tuple[str, ...]:
    """Copy a bundled case to a folder that is not there yet, or empty; the names of the files copied.

    Raises
    ------
    RoadsteadError
        RS-S615 for no such bundled case, RS-S616 where something is in the folder already.
    """
    source = bundled(template)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        expected = "a folder that does not exist yet; nothing is ever written over"
        raise RoadsteadError(Fault(str(folder), "RS-S616", "something is here already", expected))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.parent / f".{folder.name}.{os.getpid()}"
    try:
        names = tuple(_copied(source, beside))
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return names


def _copied(source: Path, target: Path) -> list[str]:
    """Copy contents, not permissions: an installed package may be read-only."""
    names = []
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_file() and not any(part.startswith((".", "__")) for part in inside.parts):
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / inside)
            names.append(inside.as_posix())
    return names
