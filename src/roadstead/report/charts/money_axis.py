"""A horizontal axis of money on top of a chart: round numbers that enclose a range, a grid line at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import altair as alt

from roadstead.report.amounts import money_scale
from roadstead.report.charts.style import FAINT, MUTED, Place, inline, written

if TYPE_CHECKING:
    from roadstead.report.words import Words

HEAD = 26.0
"""Room for the numbers. [pixels]"""
MANY, FEW, NARROW = 8, 4, 330.0
"""Most steps of an axis, and of one no wider than this. [pixels]"""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where amounts of money stand: round numbers from the left edge to the right one, and the word they are in. [pixels, money]"""

    left: float
    right: float
    ticks: tuple[float, ...]
    divisor: float
    word: str

    def at(self, npv: float) -> float:
        """Where an amount stands."""
        first, last = self.ticks[0] * self.divisor, self.ticks[-1] * self.divisor
        return self.left + (self.right - self.left) * (npv - first) / (last - first)


def money_axis(ends: tuple[float, float], edges: tuple[float, float], words: Words) -> Scale:
    """A scale between two edges [pixels] that encloses what lies between two ends [money]."""
    unit = money_scale(ends, words.language)
    most = FEW if edges[1] - edges[0] <= NARROW else MANY
    found = ticks(ends[0] / unit.divisor, ends[1] / unit.divisor, most)
    return Scale(*edges, tuple(found), unit.divisor, unit.word)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers that enclose a range, at most so many steps apart; of any currency, in its own units or in millions."""
    span = max(high - low, 1e-9)
    steps = (m * 10.0**power for power in range(-3, 16) for m in (1.0, 2.0, 5.0))
    step = next(s for s in steps if span / s <= most)
    first = int(low // step)
    found = [first * step]
    while found[-1] < high:
        found.append((first + len(found)) * step)
    return found


def drawn_axis(scale: Scale, place: Place) -> list[alt.Chart]:
    """A grid line and a number at every tick, the unit at the last."""
    lines = [
        {"x": scale.at(t * scale.divisor), "y": HEAD - 4, "y2": place.height, "colour": FAINT if t else MUTED}
        for t in scale.ticks
    ]
    numbers = [
        {"x": line["x"], "y": HEAD / 2 - 3, "text": f"{t:,.6g}"} for line, t in zip(lines, scale.ticks, strict=True)
    ]
    numbers[-1]["text"] = f"{numbers[-1]['text']} {scale.word}".rstrip()
    rule = alt.Chart(inline(lines)).mark_rule()
    colour = alt.Color("colour:N", scale=None)
    return [
        cast("alt.Chart", rule.encode(**place.point, y2=alt.Y2("y2:Q"), color=colour)),
        written(numbers, place, color=MUTED),
    ]
