"""The three fronts as plain values of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Name


@dataclass(frozen=True, slots=True)
class Front:
    """One row of the strip of three fronts.

    Attributes
    ----------
    big_markets
        Share of foreign sales made in the largest markets. [fraction]
    overseas
        Cars made abroad over cars sold abroad. [fraction]
    nev
        NEV share of foreign sales. [fraction]
    key
        Year of the plan, or country of the makers: what ends the keys of its figures.
    """

    who: Name
    year: int
    big_markets: float | None
    overseas: float | None
    nev: float | None
    denominator: str
    source: str
    key: str = ""
