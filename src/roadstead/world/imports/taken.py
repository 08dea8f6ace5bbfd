"""What an import brings: rows of the package's own tables, from which edition, and what was left out for which reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roadstead.terms.evidence import Confidence


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows read from one publisher's files.

    Attributes
    ----------
    rows
        By the name of a table: cells by column, with as_of, confidence and note; who puts them away adds the source.
    edition
        Edition of the data set, as the file or its name says.
    columns
        Columns of the file that figures were read from, in words.
    left_out
        Lines of the file that were not taken, by reason.
    notes
        What a reader of the rows should know, in words.
    """

    rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    edition: str
    columns: str
    left_out: Mapping[str, int] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()


def rests(as_of: str, confidence: Confidence, *notes: str) -> dict[str, str]:
    """The cells of evidence that a reader fills; the source is added where rows are put away."""
    return {"as_of": as_of, "confidence": str(confidence), "note": "; ".join(filter(None, notes))}


def name_of(paths: Iterable[Path]) -> str:
    """Names of files, for a fault that is of all of them."""
    return ", ".join(path.name for path in paths)
