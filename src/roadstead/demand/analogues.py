"""Who entered a market before, and what share of which cars that brought, year by year.

A share is worth nothing without its market: a brand that sells every powertrain is measured on all cars, one that sells
electric cars and plug-in hybrids alone on those. The counts are those of the world's own tables, on the definition of the
row; a share that the source prints stands in only where no count does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Floats
    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.world.reference import World

ALL, NEV = "ALL", "NEV"
ANALOGUES = Schema(
    "analogues",
    "Entries into markets that an entry still to come is likened to.",
    (
        Column("analogue", Kind.TEXT, "brand and place: the name a case calls it by"),
        Column("place", Kind.TEXT, "market entered"),
        Column("brand", Kind.TEXT, "brand, as in brand_registrations.csv"),
        Column("entered", Kind.YEAR, "calendar year of the first sale", least=1950, most=2100),
        Column("of", Kind.TEXT, "cars its share is measured on: all, or those it sells", choices=(ALL, NEV)),
    ),
    key=("analogue",),
)


@dataclass(frozen=True, slots=True)
class Analogue:
    """One entry, as it went.

    Attributes
    ----------
    name, place
        Name it is called by; market entered.
    of
        Cars its share is measured on: ALL or NEV.
    years
        Years on the market, the year of entry being the first. Shape (J,), rising.
    share
        Share of the market in them. Shape (J,). [fraction]
    evidence
        What the year of entry and each share rest on. Length 1 + J.
    left_out
        Rows that could not be used, each with its place and why.
    """

    name: str
    place: str
    of: str
    years: Floats
    share: Floats
    evidence: tuple[Evidence, ...]
    left_out: tuple[str, ...]

    def __post_init__(self) -> None:
        frozen(self.years)
        frozen(self.share)


@remembered
def listed() -> tuple[Row, ...]:
    """The packaged list of entries."""
    return read_table(packaged_table("demand", ANALOGUES.name), ANALOGUES)


def analogues(world: World, of: str) -> tuple[Analogue, ...]:
    """Every listed entry whose share is measured on ``of`` (ALL or NEV), with the shares the world's rows give it.

    Raises
    ------
    RoadsteadError
        RS-D551 where a brand sold more cars than its market counts.
    """
    return tuple(found for row in listed() if row["of"] == of and (found := _followed(world, row)).years.size)


def named(world: World, names: Sequence[str], where: str) -> tuple[Analogue, ...]:
    """The entries of these names, whatever they are measured on.

    Raises
    ------
    RoadsteadError
        RS-D551 for a name that is not listed, or one without a share that can be used; ``where`` is who names it.
    """
    rows = {row["analogue"]: row for row in listed()}
    unknown = [name for name in names if name not in rows]
    if unknown:
        expected = f"one of {', '.join(rows)}"
        raise RoadsteadError(Fault(where, "RS-D551", f"no entry `{unknown[0]}` is known", expected))
    found = tuple(_followed(world, rows[name]) for name in names)
    for one in found:
        if not one.years.size:
            expected = "rows for whole years in brand_registrations.csv, and the market's count in sales.csv or nev.csv"
            raise RoadsteadError(Fault(where, "RS-D551", f"no share of `{one.name}` is known", expected))
    return found


def _followed(world: World, entry: Row) -> Analogue:
    points: list[tuple[int, float, Evidence]] = []
    left_out: list[str] = []
    for row in world.tables["brand_registrations"]:
        if (row["place"], row["brand"], row["powertrain"]) != (entry["place"], entry["brand"], ALL):
            continue
        if row["period"] != str(row["year"]):
            left_out.append(f"{row.where('period')}: {row['period']} is no whole year")
            continue
        on_sale = row["year"] - entry["entered"] + 1
        if on_sale < 1 or row["cars"] == 0:
            left_out.append(f"{row.where('year')}: nothing was sold yet in {row['year']}")
            continue
        share = _share(world, row, entry["of"])
        if share is None:
            left_out.append(
                f"{row.where('cars')}: all {entry['of']} cars of {row['place']} in {row['year']} are not known"
            )
        elif not 0.0 < share < 1.0:
            message = f"{entry['analogue']} has {share:.0%} of the {entry['of']} cars counted in {row['year']}"
            expected = "a count of the market that holds the brand's own cars, in nev.csv or sales.csv"
            raise RoadsteadError(Fault(row.where("cars"), "RS-D551", message, expected))
        else:
            points.append((on_sale, share, row.evidence))
    points.sort(key=lambda point: point[0])
    return Analogue(
        name=entry["analogue"],
        place=entry["place"],
        of=entry["of"],
        years=np.asarray([float(year) for year, _, _ in points]),
        share=np.asarray([share for _, share, _ in points]),
        evidence=(entry.evidence, *(proof for _, _, proof in points)),
        left_out=tuple(left_out),
    )


def _share(world: World, row: Row, of: str) -> float | None:
    """Share of its market that a row stands for; None where the market's count is not known."""
    market = _all_cars(world, row) if of == ALL else _nev(world, row["place"], row["year"])
    if market and row["cars"] is not None:
        return float(row["cars"] / market)
    return row["share"] if of == ALL else None


def _all_cars(world: World, row: Row) -> float | None:
    for sale in world.tables["sales"]:
        at = (sale["place"], sale["year"], sale["scope"])
        if sale["preferred"] and at == (row["place"], row["year"], row["definition"]):
            return float(sale["value"])
    return None


def _nev(world: World, place: str, year: int) -> float | None:
    for row in world.tables["nev"]:
        if (row["place"], row["year"]) == (place, year):
            return float(row["nev_share"] * row["total_sales"]) if row["total_sales"] else row["nev_sales"]
    return None
