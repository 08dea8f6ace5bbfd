"""Histories of NEV adoption and market size, market by market, as forecasts and back-tests read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One market's years, without gaps between the first and the last; what is not known is NaN.

    Attributes
    ----------
    code
        ISO 3166-1 alpha-3, or the code of an aggregate: WLD, EUR, EU27, ROW.
    region
        Name of the market or its region, as the source prints it.
    is_aggregate
        True for a region or the world.
    years
        Shape (T,).
    share
        NEV share of new cars (battery, plug-in hybrid and range-extended). Shape (T,). [fraction]
    nev, total
        NEV sold, and all new cars sold. Shapes (T,). [cars/year]
    notes
        What was mended as it was read, in words.
    """

    code: str
    region: str
    is_aggregate: bool
    years: Ints
    share: Floats
    nev: Floats
    total: Floats
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.years, self.share, self.nev, self.total):
            frozen(array)

    def known(self, origin: int) -> Series:
        """What was known at the end of a year."""
        kept = self.years <= origin
        return Series(
            self.code,
            self.region,
            self.is_aggregate,
            self.years[kept],
            self.share[kept],
            self.nev[kept],
            self.total[kept],
            self.notes,
        )

    def at(self, year: int) -> float:
        """NEV share of a year; NaN where it is not known. [fraction]"""
        found = np.flatnonzero(self.years == year)
        return float(self.share[found[0]]) if found.size else float("nan")


Panel: TypeAlias = Mapping[str, Series]
"""Series by code."""
