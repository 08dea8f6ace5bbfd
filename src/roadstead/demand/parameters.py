"""Parameters of demand: value, range, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Evidence

PARAMETERS = Schema(
    "parameters",
    "Parameters of demand with their range.",
    (
        Column("parameter", Kind.TEXT, "name"),
        Column("value", Kind.NUMBER, "value used unless a case states its own"),
        Column("low", Kind.NUMBER, "lower end of the range found"),
        Column("high", Kind.NUMBER, "upper end of the range found"),
        Column("unit", Kind.TEXT, "unit"),
    ),
    key=("parameter",),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with its range."""

    name: str
    value: float
    low: float
    high: float
    evidence: Evidence


@lru_cache(maxsize=1)
def parameters() -> Mapping[str, Parameter]:
    """The packaged parameters by name."""
    path = Path(str(files("roadstead.demand") / "data" / "parameters.csv"))
    return {
        row["parameter"]: Parameter(row["parameter"], row["value"], row["low"], row["high"], row.evidence)
        for row in read_table(path, PARAMETERS)
    }
