"""Any history file a reader is known for, told apart by its header."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.world.readers import iea, plain, registrations
from roadstead.world.readers.sheet import WORKBOOKS

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.world.panel import Panel, Series
    from roadstead.world.places import Gazetteer

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
    return _under_codes(path, plain.history(path), gazetteer)


def _under_codes(path: Path, panel: Panel, gazetteer: Gazetteer) -> Panel:
    """Series under the codes of the places they name: ``deu`` and ``Germany`` are DEU; what is no place stays as it is.

    Raises
    ------
    RoadsteadError
        RS-W313 where two names are one place.
    """
    found: dict[str, Series] = {}
    faults = []
    for name, series in panel.items():
        place = gazetteer.find(name)
        code = name if place is None else place.place_id
        if code in found:
            message = f"{code} stands twice, under two names, one of them {name}"
            faults.append(Fault(path.name, "RS-W313", message, "one name for a market"))
        found[code] = series if code == name else replace(series, code=code)
    raise_if_any(faults)
    return dict(sorted(found.items()))


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
