"""What a page that takes long to measure rests on, as fingerprints: a test tells from them that it must be measured again, and measures nothing.

What is hashed is what can move a figure: cells of tables without the documents they cite, files of a case, and the plain constants of the
modules that ask. Code is not: whoever changes how a plan is made measures again because they know.
"""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

from build_docs import grid

from roadstead.terms.packaged import packaged_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path
    from types import ModuleType

CITED = frozenset({"source", "url", "confidence", "note", "title", "title_zh"})
"""Columns that no figure is worked out from."""
PLANNED_FROM = frozenset(
    {
        "economies",
        "incomes",
        "nev",
        "nev_split",
        "places",
        "plant_dates",
        "precedents",
        "sales",
        "sea_distances",
        "year_to_date",
    }
)
"""Tables of facts that a plan, its outlook or the list of plants that came is read from."""
SHOWN = 12
"""Letters of a fingerprint."""
PLAIN = (bool, int, float, str, tuple, dict, frozenset)


def facts(tables: Collection[str] = PLANNED_FROM) -> list[Path]:
    """Packaged facts that a plan is made from, or some of them."""
    return [path for path in room("world") if path.stem in tables]


def room(name: str) -> list[Path]:
    """All packaged tables of a room."""
    return [path for told, path in packaged_files().items() if told.startswith(f"{name}/")]


def constants(*modules: ModuleType) -> str:
    """Plain constants of modules, in the order of their names."""
    found = {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, PLAIN)
    }
    return "\n".join(f"{name} = {_told(value)}" for name, value in sorted(found.items()))


def _told(value: object) -> str:
    """A value, a set in one order whenever it is asked."""
    return repr(sorted(value)) if isinstance(value, frozenset) else repr(value)


def fingerprints(of: Mapping[str, str | Iterable[Path]]) -> list[str]:
    """Lines of the table of a page: what it rests on, and what that comes to."""
    return grid(("rests on", "fingerprint"), ((name, _digest(what)) for name, what in of.items()))


def _digest(what: str | Iterable[Path]) -> str:
    told = what if isinstance(what, str) else "\n".join(f"{path.name}\n{_cells(path)}" for path in sorted(what))
    return hashlib.sha256(told.encode()).hexdigest()[:SHOWN]


def _cells(path: Path) -> str:
    """What a file says: of a table its cells, but for those that only cite."""
    if path.suffix != ".csv":
        return path.read_text(encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return repr([sorted((name, cell) for name, cell in row.items() if name not in CITED) for row in rows])
