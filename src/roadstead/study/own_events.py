"""An event of a case's own, certain in a year, as rows of the tables in its folder ``futures``: how a rate set from a later year reaches paths."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from roadstead.futures.catalogue.tables import EVENT_CHANGES, EVENT_EVIDENCE, EVENTS
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.terms.tables import Schema


def write(folder: Path, entry: dict[str, Any], year: int) -> None:
    """Add an event, stated as in case.yaml, that comes on every path in a year and stays."""
    folder.mkdir(exist_ok=True)
    why = {"why": entry["rests_on"], "why_zh": entry["rests_on"], "would_change": entry["title"]}
    titles = {"title": entry["title"], "title_zh": entry["title_zh"], "would_change_zh": entry["title_zh"]}
    kind = {"kind": "duty raised", "markets": entry["amendments"][0]["importer"], "played": "yes"}
    chance = {"chances": f"{year}=1", "low": "1", "high": "1"}
    _append(folder, EVENTS, [{"event": entry["id"]} | titles | why | kind | chance])
    _append(folder, EVENT_CHANGES, [{"event": entry["id"]} | _change(one) for one in entry["amendments"]])
    note = {"about": "chance", "source": ASSUMPTION, "as_of": "", "confidence": "low", "note": entry["rests_on"]}
    _append(folder, EVENT_EVIDENCE, [{"event": entry["id"]} | note])


def _change(amendment: dict[str, Any]) -> dict[str, str]:
    lists = {
        name: "|".join(map(str, amendment.get(name, ()))) for name in ("origins", "powertrains", "products", "firms")
    }
    plain = {"place": amendment["importer"], "action": amendment["action"], "rate": f"{amendment['rate']:.10g}"}
    return plain | {name: amendment.get(name, "") for name in ("kind", "measure")} | lists


def _append(folder: Path, schema: Schema, rows: list[dict[str, str]]) -> None:
    """Rows at the end of a table, which begins with them where there is none."""
    path, before, header = folder / f"{schema.name}.csv", list[dict[str, str]](), list[str]()
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            before, header = list(reader), list(reader.fieldnames or ())
    columns = list(dict.fromkeys((*header, *(column.name for column in schema.all_columns))))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*before, *rows])
