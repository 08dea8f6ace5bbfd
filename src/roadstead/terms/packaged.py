"""Where the tables lie that the package brings: those of today, or those that were packaged when a run was made."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

Asked = TypeVarTuple("Asked")
Answer = TypeVar("Answer")

ROOMS = ("world", "trade", "demand", "futures")
"""Rooms whose tables are figures of the world: facts, law, terms of demand, events."""
MOST = 64
"""Answers of one question that are remembered."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Packaged tables of another day than today's: a folder with one for each room, and the newest day of their law."""

    folder: Path
    rules_as_of: date


_EDITION: ContextVar[Edition | None] = ContextVar("edition", default=None)


def edition() -> Edition | None:
    """The edition that is read; None for today's."""
    return _EDITION.get()


def packaged_folder(room: str) -> Path:
    """Folder with a room's tables."""
    other = edition()
    return Path(str(files("roadstead"))) / room / "data" if other is None else other.folder / room


def packaged_table(room: str, name: str) -> Path:
    """File of one of a room's tables."""
    return packaged_folder(room) / f"{name}.csv"


def packaged_files() -> dict[str, Path]:
    """Every table of the world by ``room/name.csv``, in the order of the rooms."""
    return {f"{room}/{path.name}": path for room in ROOMS for path in sorted(packaged_folder(room).glob("*.csv"))}


@contextmanager
def standing_on(other: Edition | None) -> Iterator[None]:
    """Read another edition while the work goes on; None for today's."""
    before = _EDITION.set(other)
    try:
        yield
    finally:
        _EDITION.reset(before)


def remembered(work: Callable[[*Asked], Answer]) -> Callable[[*Asked], Answer]:
    """What is worked out of packaged tables is worked out once, and apart for each edition."""

    @lru_cache(maxsize=MOST)
    def kept(_: Edition | None, *asked: *Asked) -> Answer:
        return work(*asked)

    @wraps(work)
    def told(*asked: *Asked) -> Answer:
        return kept(edition(), *asked)

    return told
