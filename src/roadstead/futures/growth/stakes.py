"""What is at stake in each thing that paths differ in, and paths told in that money.

Two paths lie as far apart as the money that hangs on their differences: an event in force on one and not on the other counts
with what it is worth a year at its level, a factor with its difference times what a unit of it is worth. So distances between
paths are money, and a tree keeps apart what matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.futures.paths.simulate import Paths
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Stakes:
    """Money at stake, by what paths differ in.

    Attributes
    ----------
    events
        By event and level: what it is worth while in force, against not being in force. [money/year]
    demand
        What a unit of ``index`` is worth. [money/year]
    index
        How much demand there is on each draw in each year, for instance NEV sold over the mean of all draws. Shape (draws, T).
    battery, freight
        What doubling the cost would be worth. [money/year]
    rates
        What doubling the real worth of each currency would be worth. Shape (C,). [money/year]
    year_weight
        What a year counts, for instance its discount factor. Shape (T,).
    """

    events: tuple[tuple[float, ...], ...]
    demand: float
    index: Floats
    battery: float
    rates: Floats
    freight: float
    year_weight: Floats

    def __post_init__(self) -> None:
        for array in (self.index, self.rates, self.year_weight):
            frozen(array)

    @property
    def units(self) -> Floats:
        """What a unit of demand, batteries, freight and each currency is worth, in this order. Shape (3 + C,). [money/year]"""
        return np.concatenate([[self.demand, self.battery, self.freight], self.rates.ravel()])


def check(stakes: Stakes, paths: Paths) -> None:
    """Refuse stakes that do not belong to the paths, or with which all paths would be alike; RS-F531 with every fault at once."""
    raise_if_any(_faults(stakes, paths))


def _faults(stakes: Stakes, paths: Paths) -> Iterator[Fault]:
    most = paths.level.max(axis=(0, 1), initial=-1).tolist()
    if len(stakes.events) != len(most):
        yield Fault(
            "stakes: events", "RS-F531", f"{len(stakes.events)} events", f"the {len(most)} of the paths, in their order"
        )
    for event, levels, highest in zip(paths.events, stakes.events, most, strict=False):
        if highest >= len(levels):
            message = f"event {event} has {len(levels)} levels, and level {highest + 1} is in force on a path"
            yield Fault("stakes: events", "RS-F531", message, "an amount for every level")
    years, draws = len(paths.years), int(paths.draw.max(initial=0)) + 1
    shapes = (
        (
            "index",
            stakes.index,
            stakes.index.ndim == 2 and stakes.index.shape[1] == years and len(stakes.index) >= draws,
        ),
        ("year_weight", stakes.year_weight, stakes.year_weight.shape == (years,)),
        ("rates", stakes.rates, stakes.rates.shape == (len(paths.currencies),)),
    )
    for name, array, fits in shapes:
        if not fits:
            expected = f"{years} years, {draws} draws or more, {len(paths.currencies)} currencies"
            yield Fault(f"stakes: {name}", "RS-F531", f"an array of shape {array.shape}", expected)
    amounts = np.asarray([amount for levels in stakes.events for amount in levels])
    units, weights = stakes.units, stakes.year_weight.ravel()
    if not all(np.isfinite(numbers).all() for numbers in (amounts, units, weights, stakes.index)):
        yield Fault("stakes", "RS-F531", "an amount is not a number", "numbers throughout")
    if (units < 0.0).any() or (weights < 0.0).any():
        yield Fault(
            "stakes", "RS-F531", "a unit or a year is worth less than nothing", "0 or more; events may be worth less"
        )
    if not (amounts.any() or units.any()) or not weights.any():
        yield Fault(
            "stakes", "RS-F531", "nothing is at stake, so that all paths would be alike", "money in at least one thing"
        )


def in_money(paths: Paths, stakes: Stakes, rows: Ints | slice, begin: int, end: int) -> Floats:
    """Paths told in money, for the years from ``begin`` up to ``end``. Shape (rows, years, things).

    Things are events, demand, batteries, freight and currencies in this order; every sum of absolute differences over years and
    things is the distance of two paths.
    """
    events = of_events(paths.level[rows, begin:end], stakes)
    rest = np.concatenate(
        [
            stakes.index[paths.draw[rows], begin:end, None] * stakes.demand,
            paths.factors.battery[rows, begin:end, None] * stakes.battery,
            paths.factors.freight[rows, begin:end, None] * stakes.freight,
            paths.factors.rates[rows, begin:end] * stakes.rates,
        ],
        axis=2,
    )
    found = np.concatenate([events, rest], axis=2)
    found *= stakes.year_weight[begin:end, None]
    return np.asarray(found)


def of_events(level: np.ndarray[tuple[int, ...], np.dtype[np.int8]], stakes: Stakes) -> Floats:
    """Money of the events at their levels. Shape (..., E) -> (..., E). [money/year]"""
    most = max((len(levels) for levels in stakes.events), default=0)
    worth = np.zeros((len(stakes.events), most + 1))
    for row, levels in zip(worth, stakes.events, strict=True):
        row[: len(levels)] = levels
    # The last column is nothing, and level -1 finds it.
    return np.asarray(worth[np.arange(len(worth)), level])
