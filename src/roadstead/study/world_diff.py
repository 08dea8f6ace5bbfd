"""Two worlds beside each other: rows added, removed and changed, table by table, each with its key and where it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from roadstead.study.footing import Footing, footing, held
from roadstead.study.world_tables import PACKAGED
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.showing import Shown
from roadstead.terms.spelling import meant
from roadstead.world.sources import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from roadstead.study.world_tables import Held
    from roadstead.terms.tables import Row, Schema

EMPTY: tuple[Any, ...] = (None, "", ())
"""What an empty cell may be read as."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell held, and what it holds; None where the row is not there."""

    column: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class RowMoved:
    """One row that is not the same in both.

    Attributes
    ----------
    key
        What names the row; its first cells where the table has no key.
    was_at, now_at
        File and line, ``packaged`` in front of rows that are nobody's own; empty where the row is not there.
    """

    what: Literal["added", "removed", "changed"]
    key: str
    was_at: str
    now_at: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableMoved:
    """A table with the rows that are not the same in both."""

    table: str
    rows: tuple[RowMoved, ...]

    def count(self, what: str) -> int:
        """Rows to which that happened."""
        return sum(row.what == what for row in self.rows)


@dataclass(frozen=True, slots=True)
class WorldSide:
    """One of the two worlds, its version and its hash."""

    name: str
    version: str
    sha256: str
    built_on: str
    rules_as_of: str


@dataclass(frozen=True, slots=True)
class WorldDiff(Shown):
    """What became of a world; no table where nothing did."""

    a: WorldSide
    b: WorldSide
    tables: tuple[TableMoved, ...]

    def count(self, what: str) -> int:
        """Rows to which that happened, in all tables."""
        return sum(table.count(what) for table in self.tables)


def world_diff(a: str | Path, b: str | Path = PACKAGED) -> WorldDiff:
    """What moved from one world to another: each ``packaged``, a run folder, a snapshot, a case or a folder of tables.

    Raises
    ------
    RoadsteadError
        RS-S781 where a name means none of these; RS-S782 and RS-S783 where a run's or a snapshot's world cannot be read; every fault of
        a user's own tables.
    """
    return between(footing(a), footing(b))


def between(a: Footing, b: Footing) -> WorldDiff:
    """The same of two footings."""
    was, now = _rows_of(a), _rows_of(b)
    tables = []
    for before, after in zip(was.tables, now.tables, strict=True):
        keyed = _by_key if before.schema.key else _by_content
        rows = tuple(keyed(before, after, (was, now)))
        if rows:
            tables.append(TableMoved(before.name, rows))
    return WorldDiff(side(a), side(b), tuple(tables))


def only(found: WorldDiff, table: str) -> WorldDiff:
    """The same of one table, or of all where none is named.

    Raises
    ------
    RoadsteadError
        RS-W304 where there is no such table.
    """
    if not table:
        return found
    names = {one.schema.name: one.name for one in held(Footing(PACKAGED))}
    if table not in names:
        raise RoadsteadError(Fault("--table", "RS-W304", f"there is no table `{table}`", meant(table, names)))
    return replace(found, tables=tuple(one for one in found.tables if one.table == names[table]))


def side(one: Footing) -> WorldSide:
    """A footing in words."""
    return WorldSide(one.name, one.version, one.sha256, one.built_on, one.rules_as_of)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Tables of a footing, and which of their rows are packaged ones, by identity."""

    tables: tuple[Held, ...]
    packaged: frozenset[int]

    def at(self, table: Held, row: Row) -> str:
        """Where a row stands."""
        whose = f"{PACKAGED} " if id(row) in self.packaged or table.room == "demand" else ""
        return f"{whose}{row.at}"


def _rows_of(one: Footing) -> _Rows:
    tables = held(one)
    bare = held(Footing(one.name, one.edition, one.built_on)) if one.own else tables
    return _Rows(tables, frozenset(id(row) for table in bare for row in table.rows))


def _by_key(before: Held, after: Held, sides: tuple[_Rows, _Rows]) -> Iterator[RowMoved]:
    """Rows of a table whose key names a row."""
    schema = before.schema

    def keyed(rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
        return {tuple(row[name] for name in schema.key): row for row in rows}

    was, now = keyed(before.rows), keyed(after.rows)
    for key in dict.fromkeys((*was, *now)):
        old, new = was.get(key), now.get(key)
        moved = _moved(before, old, new, sides)
        if moved.cells:
            yield moved


def _by_content(before: Held, after: Held, sides: tuple[_Rows, _Rows]) -> Iterator[RowMoved]:
    """Rows of a table without a key: one that is another in any cell was removed, and another added."""

    def content(row: Row) -> tuple[Any, ...]:
        return tuple(row.values.values())

    left, right = Counter(map(content, before.rows)), Counter(map(content, after.rows))
    for rows, more, is_old in ((before.rows, left - right, True), (after.rows, right - left, False)):
        for row in rows:
            if more[content(row)] > 0:
                more[content(row)] -= 1
                yield _moved(before, row if is_old else None, None if is_old else row, sides)


def _moved(table: Held, old: Row | None, new: Row | None, sides: tuple[_Rows, _Rows]) -> RowMoved:
    named = old or new
    assert named is not None
    return RowMoved(
        what="added" if old is None else "removed" if new is None else "changed",
        key=naming(table.schema, named),
        was_at="" if old is None else sides[0].at(table, old),
        now_at="" if new is None else sides[1].at(table, new),
        cells=tuple(_cells(table.schema, old, new)),
    )


def _cells(schema: Schema, old: Row | None, new: Row | None) -> Iterator[Cell]:
    """Cells that are not the same; of a row that is only in one, those that are filled."""
    for column in schema.all_columns:
        was, now = (None if row is None else row[column.name] for row in (old, new))
        if was != now and not (was in EMPTY and now in EMPTY):
            yield Cell(column.name, was, now)
