"""Worlds beside each other as data, and in a sentence how one has moved since a run was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import number, table
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.study.world_diff import RowMoved, WorldDiff

FEW = 10
"""Rows of a table that are listed unless all are asked for."""
NOTHING = "nothing"
KINDS = ("added", "removed", "changed")
MOVED = {
    "en": {
        "moved": "The world has moved since this run was made: {counts}; it stands on its own. `roadstead world diff {run}` shows every row.",
        "unknown": "The world has moved since this run was made, which kept none, so how is not known.",
        "count": "{table}: {counts}",
        "added": "{count} rows added",
        "removed": "{count} removed",
        "changed": "{count} changed",
        "between": ", ",
        "tables": "; ",
    },
    "zh": {
        "moved": "此次运行之后，世界数据已有变动：{counts}；运行结果仍以其自身保存的数据为准。`roadstead world diff {run}`列出每一行。",
        "unknown": "此次运行之后，世界数据已有变动；该运行未保存当时的数据，无从比较。",
        "count": "{table}：{counts}",
        "added": "新增{count}行",
        "removed": "删除{count}行",
        "changed": "修改{count}行",
        "between": "，",
        "tables": "；",
    },
}


def as_json(found: WorldDiff) -> dict[str, Any]:
    """Both worlds, counts, and every row."""
    return {
        "a": found.a,
        "b": found.b,
        "same": not found.tables,
        **{kind: found.count(kind) for kind in KINDS},
        "tables": [
            {"table": one.table, **{kind: one.count(kind) for kind in KINDS}, "rows": one.rows} for one in found.tables
        ],
    }


def diff_told(found: WorldDiff) -> Telling:
    """What moved from one world to another, in a notebook."""
    headline = f"From {found.a.name} to {found.b.name}: " + ", ".join(
        f"{found.count(kind)} rows {kind}" for kind in KINDS
    )
    return Telling(headline, blocks(found, every=False), lambda: by_row(found))


def by_row(found: WorldDiff) -> pl.DataFrame:
    """Rows that are not the same in both, one for each cell of them."""
    rows = (
        (one.table, row.what, row.key, row.was_at, row.now_at, cell.column, _cell(cell.was), _cell(cell.now))
        for one in found.tables
        for row in one.rows
        for cell in row.cells
    )
    return framed("table what key was_at now_at column was now", rows)


def blocks(found: WorldDiff, *, every: bool) -> Iterator[Listing | str]:
    """Both worlds, rows by table, and what became of each; ``every``: all of them and not the first few of a table."""
    for name, world in (("A", found.a), ("B", found.b)):
        yield f"{name}  {world.name}: {world.version}, rules as of {world.rules_as_of}, SHA-256 {world.sha256}"
    yield ""
    if not found.tables:
        yield "no row differs"
        return
    counts = ((one.table, *(number(one.count(kind)) for kind in KINDS)) for one in found.tables)
    yield table("", ("table", ">added", ">removed", ">changed"), counts)
    for one in found.tables:
        yield ""
        yield one.table
        shown = one.rows if every else one.rows[:FEW]
        for row in shown:
            yield from _row(row)
        if len(shown) < len(one.rows):
            name = one.table.rpartition("/")[2]
            yield f"  and {len(one.rows) - len(shown):,} more: `--table {name}`, or `--rows` for all"


def _row(row: RowMoved) -> Iterator[str]:
    where = " -> ".join(filter(None, dict.fromkeys((row.was_at, row.now_at))))
    yield f"  {row.what}: {row.key} ({where})"
    if row.what == "changed":
        for cell in row.cells:
            yield f"      {cell.column}: {_cell(cell.was) or NOTHING} -> {_cell(cell.now) or NOTHING}"


def _cell(value: Any) -> str:
    """A cell in words; an empty one is nothing."""
    return "|".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def said(found: WorldDiff, run: Path, language: Language) -> str:
    """How the world has moved since a run was made, in a sentence."""
    own = MOVED[language]
    if not found.tables:
        return own["unknown"]
    told = [
        own["count"].format(
            table=one.table,
            counts=own["between"].join(own[kind].format(count=one.count(kind)) for kind in KINDS if one.count(kind)),
        )
        for one in found.tables
    ]
    return own["moved"].format(counts=own["tables"].join(told), run=run)
