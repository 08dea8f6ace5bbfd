"""Names of markets as other people print them, looked up once each; what is no country is left out by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from roadstead.world.readers.sheet import LINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from roadstead.terms.errors import Fault
    from roadstead.world.places import Gazetteer
    from roadstead.world.readers.sheet import Sheet

GROUPS = {
    "world": "WLD",
    "europe": "EUR",
    "rest of the world": "ROW",
    "eu27": "EU27",
    "european union": "EU27",
}
"""Aggregates that a panel has a code for, as the sources print them."""


def codes(
    sheet: Sheet, column: str, gazetteer: Gazetteer, without: AbstractSet[str], faults: list[Fault]
) -> Mapping[str, str]:
    """Code of every name in a column; empty for the names in ``without`` (casefolded) and for those with a fault."""
    found: dict[str, str] = {}
    names = sheet.cells.group_by(column, maintain_order=True).agg(pl.col(LINE).first())
    for name, line in names.iter_rows():
        group = GROUPS.get(name.casefold())
        place = gazetteer.find(name)
        found[name] = group or (place.place_id if place else "")
        if not found[name] and name.casefold() not in without:
            faults.append(gazetteer.fault(name, sheet.where(line, column)))
    return found
