"""A playbook kept as data, so that its pages can be written again once more is known of its plan."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from roadstead.playbook import (
    book,
    breaks_book,
    demand_book,
    fronts_book,
    map_book,
    parts_book,
    regret_book,
    rehearsal_book,
    signs_book,
    sources_book,
    trails_book,
    weights_book,
    worth_book,
)

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book

KIND, VALUE = "is", "value"
"""Keys that say what an object is, and what a number is that JSON has no word for."""
ROOMS = (
    book,
    breaks_book,
    demand_book,
    fronts_book,
    map_book,
    parts_book,
    regret_book,
    rehearsal_book,
    signs_book,
    sources_book,
    trails_book,
    weights_book,
    worth_book,
)
KINDS: dict[str, Any] = {name: kind for room in ROOMS for name, kind in vars(room).items() if is_dataclass(kind)}
"""Types a book is made of, by name."""


def write_book(path: Path, told: Book) -> None:
    """Write a book as JSON: an object for every value, with its type under ``is``."""
    path.write_text(json.dumps(_plain(told), ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_book(path: Path) -> Book:
    """Read back what ``write_book`` wrote; ValueError where it is no book."""
    found = _told(json.loads(path.read_text(encoding="utf-8")))
    if not isinstance(found, book.Book):
        raise ValueError(f"{path.name} is no playbook")  # noqa: TRY004 - what the file holds is wrong, not what was asked
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {KIND: type(value).__name__, **named}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return {KIND: "float", VALUE: str(value)}
    return value


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_told(entry) for entry in value)
    if not isinstance(value, dict):
        return value
    named = {key: _told(entry) for key, entry in value.items()}
    kind = named.pop(KIND, None)
    if kind is None:
        return named
    return float(named[VALUE]) if kind == "float" else KINDS[kind](**named)
