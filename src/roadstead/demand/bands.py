"""Published bands that what a plan implies about demand is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Evidence

BANDS = Schema(
    "bands",
    "Bands of elasticities and shares that a plan's demand is held against.",
    (
        Column("check", Kind.TEXT, "what is checked"),
        Column("low", Kind.NUMBER, "lower end"),
        Column("high", Kind.NUMBER, "upper end"),
        Column("unit", Kind.TEXT, "unit"),
    ),
    key=("check",),
)


@dataclass(frozen=True, slots=True)
class Band:
    """A range with what it rests on."""

    check: str
    low: float
    high: float
    evidence: Evidence

    def holds(self, value: float) -> bool:
        """True for a value inside."""
        return self.low <= value <= self.high


@remembered
def bands() -> Mapping[str, Band]:
    """The packaged bands by check."""
    rows = read_table(packaged_table("demand", BANDS.name), BANDS)
    return {row["check"]: Band(row["check"], row["low"], row["high"], row.evidence) for row in rows}
