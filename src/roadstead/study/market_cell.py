"""One figure of one market, with what it rests on, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.terms.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, or why there is none.

    Attributes
    ----------
    value
        None where nothing is known; ``missing`` says why.
    period
        Year, or part of it, that the figure is of.
    sources
        Ids of the documents behind it; ``assumption`` where a term of the ranking is one.
    by
        What worked it out from them; empty for a figure as stated.
    note
        What is thin about it.
    """

    value: float | None = None
    period: str = ""
    sources: tuple[str, ...] = ()
    by: str = ""
    note: str = ""
    missing: str = ""


def told(value: float, period: str, evidence: Iterable[Evidence], by: str = "") -> Cell:
    """A figure that rests on rows; one of them without a document is said to have none."""
    rests_on = tuple(evidence)
    unsourced = any(not one.source_id for one in rests_on)
    return Cell(
        value=float(value),
        period=period,
        sources=tuple(dict.fromkeys(one.source_id for one in rests_on if one.source_id)),
        by=by,
        note="no source located" if unsourced else "",
    )
