r"""How much of what a country's makers make or sell abroad they build abroad: every ratio with its denominator.

.. math::
    s_G &= \frac{a}{a + h}                          && \text{(W.3) share of global production} \\
    s_F &= \frac{a}{a + x}                          && \text{(W.4) share of foreign sales}

with cars made abroad a, at home h and exported from home x. The two are not comparable: a maker that exports nothing has
:math:`s_F = 1` whatever it makes at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.terms.evidence import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.terms.tables import Row

ABROAD, EXPORTS, AT_HOME = "OVERSEAS_PRODUCTION", "EXPORTS", "DOMESTIC_PRODUCTION"


class Basis(StrEnum):
    """What the cars made abroad are a share of."""

    GLOBAL_PRODUCTION = "global production"
    FOREIGN_SALES = "foreign sales"


BESIDE = {Basis.GLOBAL_PRODUCTION: AT_HOME, Basis.FOREIGN_SALES: EXPORTS}
"""Metric that is added to the cars made abroad to give the denominator."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of cars made abroad and one of the same makers' country beside it, of one period.

    Attributes
    ----------
    abroad, beside
        Rows of overseas_production.csv.
    """

    abroad: Row
    beside: Row

    @property
    def same_makers(self) -> bool:
        """False where the row beside counts other makers, for instance every plant of the country."""
        return bool(self.abroad["firms"] == self.beside["firms"])


@dataclass(frozen=True, slots=True)
class OverseasShare:
    """Share of cars made abroad, of one period, from one pair of rows.

    Attributes
    ----------
    overseas, denominator
        Cars made abroad, and those of all the basis counts. [vehicles/period]
    pair
        The two rows it is worked out from.
    """

    home: str
    firms: str
    year: int
    period: str
    basis: Basis
    overseas: float
    denominator: float
    pair: Pair

    @property
    def share(self) -> float:
        """Made abroad over the denominator. [fraction]"""
        return self.overseas / self.denominator

    @property
    def is_sourced(self) -> bool:
        """True where a document stands behind both rows."""
        return self.pair.abroad.evidence.is_sourced and self.pair.beside.evidence.is_sourced

    @property
    def is_rough(self) -> bool:
        """True where one of the rows is of low confidence."""
        return Confidence.LOW in {self.pair.abroad.evidence.confidence, self.pair.beside.evidence.confidence}


def overseas_shares(rows: Iterable[Row]) -> tuple[OverseasShare, ...]:
    """Every share that rows of overseas_production.csv give, on either basis, by home and period.

    Rows that contradict each other are not averaged: each pair of them gives a share of its own.
    """
    told = tuple(rows)
    found = [
        OverseasShare(
            home=pair.abroad["home"],
            firms=pair.abroad["firms"],
            year=int(pair.abroad["year"]),
            period=pair.abroad["period"],
            basis=basis,
            overseas=float(pair.abroad["value"]),
            denominator=float(pair.abroad["value"] + pair.beside["value"]),  # (W.3), (W.4)
            pair=pair,
        )
        for basis, metric in BESIDE.items()
        for pair in pairs(told, metric)
    ]
    return tuple(sorted(found, key=lambda s: (s.home, s.year, s.period, s.basis, s.firms)))


def export_peak(rows: Iterable[Row], home: str) -> Row:
    """The row of most vehicles exported from a home; of all its plants, where a group's own exports are told, too."""
    return max((row for row in rows if row["home"] == home and row["metric"] == EXPORTS), key=lambda row: row["value"])


def pairs(rows: Sequence[Row], metric: str) -> tuple[Pair, ...]:
    """Cars made abroad beside another metric of the same home and period.

    Of the same makers where they are counted by themselves, else of all the country's plants.
    """
    found = []
    for abroad in rows:
        if abroad["metric"] != ABROAD or abroad["unit"] != "vehicles":
            continue
        there = [row for row in rows if row["metric"] == metric and _same_period(row, abroad)]
        theirs = [row for row in there if row["firms"] == abroad["firms"]]
        # A group that is counted by itself elsewhere stands for no other.
        counted = {row["firms"] for row in rows if row["metric"] == ABROAD and row["home"] == abroad["home"]}
        found += [Pair(abroad, row) for row in theirs or [row for row in there if row["firms"] not in counted]]
    return tuple(found)


def _same_period(row: Row, other: Row) -> bool:
    return bool(row["home"] == other["home"] and row["period"] == other["period"] and row["unit"] == other["unit"])
