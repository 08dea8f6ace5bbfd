"""One's own CSV for any table of the world: the table's columns as docs/tables.md lists them, for associations and all else.

What JAMA, KAMA, VDA, ACEA or CAAM print on a page, in a PDF or a workbook of their own is copied into the columns of the table it
belongs to. Countries may stand by any name that Roadstead knows; as_of, confidence and note may be left out, and the source is
the file itself, with its publisher.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.evidence import Confidence
from roadstead.terms.tables import EVIDENCE_COLUMNS, Schema, scan_table
from roadstead.world import schemas
from roadstead.world.claim_schemas import CLAIMS
from roadstead.world.imports.taken import Taken, rests
from roadstead.world.market_schemas import MARKET_TERMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

TABLES = {schema.name: schema for schema in schemas.ALL if schema.evidence and schema not in {CLAIMS, MARKET_TERMS}}
"""Tables of facts that anyone may bring figures for."""
PLACES = ("place", "origin", "destination", "home", "host")
"""Columns that name a country."""
FREE = {"costs"}
"""Tables whose column `place` may name a route or a region in words."""
DATED = ("as_of", "published_on", "known_from", "period", "on", "year")
"""Columns that say when a figure was so, the first that a row fills."""


def template(schema: Schema) -> Schema:
    """The table as it is handed in: without a source, and with the rest of the evidence where one likes."""
    evidence = tuple(replace(column, required=False) for column in EVIDENCE_COLUMNS if column.name != "source")
    return replace(schema, columns=schema.columns + evidence, evidence=False)


def header(schema: Schema) -> str:
    """The line a template begins with."""
    return ",".join(column.name for column in template(schema).columns)


def read(paths: Sequence[Path], schema: Schema, gazetteer: Gazetteer, same: Sequence[str]) -> Taken:
    """Rows of a table.

    Parameters
    ----------
    same
        Columns that say of two rows that they tell the same figure.

    Raises
    ------
    RoadsteadError
        What is wrong with any cell; RS-W301 for a name that is no country, RS-W323 for a figure told twice, RS-W316 for a file
        without rows.
    """
    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    first: dict[tuple[Any, ...], str] = {}
    for path in paths:
        found = scan_table(path, template(schema), faults)
        if found is not None and not found:
            faults.append(Fault(f"{path.name}:2:1", "RS-W316", "no row follows the header", header(schema)))
        for row in found or ():
            cells = _cells(row, () if schema.name in FREE else PLACES, gazetteer, faults)
            figure = tuple(cells[name] for name in same)
            where = row.where(same[0]) if same else ""
            if same and None not in figure and figure in first and first[figure] != where:
                message = f"{' '.join(map(str, figure))} stands twice, first at {first[figure]}"
                faults.append(Fault(where, "RS-W323", message, f"one row per {', '.join(same)}"))
            first.setdefault(figure, where)
            rows.append(cells)
    raise_if_any(faults)
    columns = ", ".join(column.name for column in schema.columns if column.unit or column.name == "value") or "all"
    return Taken({schema.name: tuple(rows)}, "", columns)


def _cells(row: Row, places: Sequence[str], gazetteer: Gazetteer, faults: list[Fault]) -> dict[str, Any]:
    cells = dict(row.values)
    for name in places:
        text = cells.get(name)
        if not text:
            continue
        place = gazetteer.find(text)
        if place is None:
            faults.append(gazetteer.fault(text, row.where(name)))
        else:
            cells[name] = place.place_id
    as_of = next((str(cells[name]) for name in DATED if cells.get(name)), "")
    return cells | rests(as_of, Confidence(cells["confidence"] or Confidence.HIGH), cells["note"])
