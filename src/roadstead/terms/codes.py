"""Every code that a fault can carry: what it means, a typical example, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.tables import Row

CODES = Schema(
    "codes",
    "Codes of faults.",
    (
        Column("code", Kind.TEXT, "stable code, as messages end with it"),
        Column("title", Kind.TEXT, "what is wrong, in a few words"),
        Column("title_zh", Kind.TEXT, "the same in Chinese"),
        Column("meaning", Kind.TEXT, "what it means and why it is asked for"),
        Column("meaning_zh", Kind.TEXT, "the same in Chinese"),
        Column("example", Kind.TEXT, "a typical message"),
        Column("next_step", Kind.TEXT, "what to do next"),
        Column("next_step_zh", Kind.TEXT, "the same in Chinese"),
    ),
    key=("code",),
    evidence=False,
)
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one code means, in one language; the example is a message as it is printed, always in English."""

    code: str
    title: str
    meaning: str
    example: str
    next_step: str


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Row]:
    path = Path(str(files("roadstead.terms") / "data")) / f"{CODES.name}.csv"
    return {row["code"]: row for row in read_table(path, CODES)}


def every_code(language: Language = "en") -> tuple[Explanation, ...]:
    """All codes in their order."""
    return tuple(_told(row, language) for row in _rows().values())


def explanation(code: str, language: Language = "en") -> Explanation:
    """What a code means; capitals and the leading ``RS-`` may be left out.

    Raises
    ------
    RoadsteadError
        RS-T113 where no fault carries the code.
    """
    wanted = code.strip().strip("[]").upper()
    wanted = wanted if wanted.startswith("RS-") else f"RS-{wanted}"
    row = _rows().get(wanted)
    if row is None:
        expected = "one of those that `roadstead explain` lists, for instance RS-T109"
        raise RoadsteadError(Fault("explain", "RS-T113", f"there is no code `{code}`", expected))
    return _told(row, language)


def _told(row: Row, language: Language) -> Explanation:
    tail = "_zh" if language == "zh" else ""
    return Explanation(
        code=row["code"],
        title=row[f"title{tail}"],
        meaning=row[f"meaning{tail}"],
        example=row["example"],
        next_step=row[f"next_step{tail}"],
    )
