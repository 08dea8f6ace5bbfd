"""Terms of entry that rest on few figures or on none: value, range, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Evidence

ENTRY_TERMS = Schema(
    "entry_terms",
    "Terms of entry used unless a case states its own.",
    (
        Column("term", Kind.TEXT, "name"),
        Column("value", Kind.NUMBER, "value used unless a case states its own", least=0.0),
        Column("low", Kind.NUMBER, "lower end of the range found", least=0.0),
        Column("high", Kind.NUMBER, "upper end of the range found", least=0.0),
        Column("unit", Kind.TEXT, "unit"),
    ),
    key=("term",),
)


@dataclass(frozen=True, slots=True)
class EntryTerm:
    """One term with its range."""

    name: str
    value: float
    low: float
    high: float
    evidence: Evidence


@remembered
def entry_terms() -> Mapping[str, EntryTerm]:
    """The packaged terms by name."""
    return {
        row["term"]: EntryTerm(row["term"], row["value"], row["low"], row["high"], row.evidence)
        for row in read_table(packaged_table("demand", ENTRY_TERMS.name), ENTRY_TERMS)
    }
