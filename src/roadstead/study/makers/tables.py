"""What is put in for every maker by hand, all of it the same but for what it sells and how many cars it sold abroad."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from roadstead.study.tables import FIGURES, MODELS
from roadstead.terms.ids import Powertrain
from roadstead.terms.tables import Column, Kind, Row, Schema, read_table

MAKERS = Schema(
    "makers",
    "Makers whose plants abroad are foreseen, as they stood at the end of a year.",
    (
        Column("maker", Kind.TEXT, "name, as precedents.csv has it"),
        Column("known", Kind.YEAR, "year at whose end it is planned"),
        Column("name", Kind.TEXT, "name"),
        Column("name_zh", Kind.TEXT, "Chinese name"),
        Column("firm", Kind.TEXT, "name as trade law knows it"),
        Column("sells", Kind.LIST, "powertrains it sold abroad then", choices=tuple(Powertrain)),
        Column("abroad", Kind.NUMBER, "cars sold abroad in that year", "cars/year", least=0.0),
    ),
    key=("maker", "known"),
)
SIZES = Schema(
    "sizes",
    "New cars sold in places whose sales are in no packaged table of that year.",
    (
        Column("place", Kind.TEXT, "country"),
        Column("year", Kind.YEAR, "year"),
        Column("sales", Kind.NUMBER, "cars", "cars/year", least=0.0),
    ),
    key=("place", "year"),
)
FOLDER = Path(str(files("roadstead.study.makers") / "data"))


@lru_cache(maxsize=4)
def _rows(schema: Schema) -> tuple[Row, ...]:
    return read_table(FOLDER / f"{schema.name}.csv", schema, must_rest_on=True)


def makers(known: int) -> dict[str, Row]:
    """Makers by name, as they stood at the end of a year."""
    return {row["maker"]: row for row in _rows(MAKERS) if row["known"] == known}


def years() -> tuple[int, ...]:
    """Years at whose end makers can be planned."""
    return tuple(sorted({row["known"] for row in _rows(MAKERS)}))


def models() -> tuple[Row, ...]:
    """A car of each powertrain."""
    return _rows(MODELS)


def figures() -> tuple[Row, ...]:
    """Every other figure, the same for all makers and places."""
    return _rows(FIGURES)


def sizes() -> tuple[Row, ...]:
    """Sales of places that no packaged table has."""
    return _rows(SIZES)
