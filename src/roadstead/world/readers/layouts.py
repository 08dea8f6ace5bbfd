"""Any history file a reader is known for, told apart by its header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.world.readers import iea, plain, registrations

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.world.panel import Panel
    from roadstead.world.places import Gazetteer

WORKBOOKS = {".xlsx", ".xlsm", ".xls"}
HEADER = 4096
"""Bytes that surely hold a header."""


def history(path: Path, gazetteer: Gazetteer) -> Panel:
    """Histories by code: the plain layout, the IEA's Global EV Data Explorer, or monthly registrations by fuel.

    Raises
    ------
    RoadsteadError
        Every fault of the file, each with its place.
    """
    words = _header(path)
    if path.suffix.lower() in WORKBOOKS or "powertrain" in words:
        return iea.history(path, gazetteer)
    if "fuel" in words:
        return registrations.yearly(registrations.monthly(path, gazetteer))
    return plain.history(path)


def _header(path: Path) -> set[str]:
    """Words of the first line; none where there is no file to read, which the reader then says."""
    try:
        with path.open("rb") as file:
            first = file.read(HEADER).decode("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return set()
    return (
        {word.strip(' "').casefold() for word in first[0].replace(";", ",").replace("\t", ",").split(",")}
        if first
        else set()
    )
