"""What a plan's worth hangs on, as plain values: assumptions at their low and high ends, the plan's decisions as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """An assumption at its low and its high end, and what NPV differs by there from the plan's, its decisions held. [money]

    Attributes
    ----------
    assumption
        As a sweep calls it.
    low, high
        Ends as written: a factor after an ``x``, or a value; empty where there is none.
    npv_low, npv_high
        None where there is no such end, or where decisions cannot keep there what is asked.
    """

    assumption: str
    low: str
    high: str
    npv_low: float | None
    npv_high: float | None

    @property
    def span(self) -> float:
        """The larger of the two. [money]"""
        return max(abs(self.npv_low or 0.0), abs(self.npv_high or 0.0))


@dataclass(frozen=True, slots=True)
class Weights:
    """The assumptions that move a plan's worth most.

    Attributes
    ----------
    rows
        The largest first, over all futures.
    spread
        Share that figures go down and up by. [fraction]
    count
        Assumptions there are.
    rest
        What each of those without a row moves NPV by at most, tried in the most likely future alone, year by year of its stages; None
        where all have a row. [money]
    """

    rows: tuple[Weight, ...]
    spread: float
    count: int
    rest: float | None
