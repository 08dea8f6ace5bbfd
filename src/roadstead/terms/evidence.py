"""Where a figure comes from and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ASSUMPTION = "assumption"
"""Written where a figure rests on the author's reasoning, which then stands in the note."""


class Confidence(StrEnum):
    """How sure a figure is: the source states it, it is second-hand or derived, or it is rough."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Source:
    """A document a figure was read from."""

    source_id: str
    title: str
    url: str = ""
    published_on: str = ""


def document(known: Mapping[str, Source], source_id: str) -> Source:
    """A document by its id; a row may name it in words rather than by id: then the words are the title."""
    return known.get(source_id) or Source(source_id, source_id)


def titles(known: Mapping[str, Source], ids: Iterable[str]) -> tuple[str, ...]:
    """Titles of documents, each once; nothing for an empty id."""
    return tuple(dict.fromkeys(document(known, one).title for one in ids if one))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one row of figures rests on.

    Attributes
    ----------
    source_id
        A source's id, ``assumption``, or empty where no source was located.
    as_of
        When the source said so (ISO date, month or year as far as known).
    note
        Reasoning, doubts, conflicts.
    """

    source_id: str
    as_of: str
    confidence: Confidence
    note: str = ""

    @property
    def is_assumption(self) -> bool:
        """True where the figure is the author's own reasoning."""
        return self.source_id == ASSUMPTION

    @property
    def is_sourced(self) -> bool:
        """True where a document stands behind the figure."""
        return bool(self.source_id) and not self.is_assumption
