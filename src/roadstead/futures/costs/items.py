"""What a cost is made of, in many moments at once: amounts side by side, and the bars of any one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.trade.landed import CostLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a cost.

    Attributes
    ----------
    total
        What it comes to in each of n moments. Shape (n,). [money/car]
    bars
        What it is told by in one of them; empty bars may be among them.
    """

    total: Floats
    bars: Callable[[int], list[CostLine]]


def item(key: str, amount: Floats, rests_on: str = "") -> Item:
    """A part that is one bar."""
    return Item(amount, lambda moment: [CostLine(key, float(amount[moment]), rests_on)])


def of_some(one: Item, at: Ints) -> Item:
    """A part in some of its moments."""
    return Item(one.total[at], lambda moment: one.bars(int(at[moment])))


def summed(items: Iterable[Item], count: int) -> Floats:
    """All parts together. Shape (count,). [money/car]"""
    total = np.zeros(count)
    for each in items:
        total = total + each.total
    return total


def told(items: Iterable[Item], moment: int) -> list[CostLine]:
    """The bars of one moment, empty ones left out."""
    return [bar for each in items for bar in each.bars(moment) if bar.amount != 0.0]


def placed(value: Floats, at: Ints, count: int) -> Floats:
    """Values of some of ``count`` moments; nothing in the others. Shape (count,)."""
    if len(at) == count:
        return value
    whole = np.zeros(count)
    whole[at] = value
    return whole
