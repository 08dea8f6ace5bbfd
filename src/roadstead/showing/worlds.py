"""Worlds beside each other as data, and in a sentence how one has moved since a run was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.report.amounts import Language
    from roadstead.study.world_diff import WorldDiff

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
