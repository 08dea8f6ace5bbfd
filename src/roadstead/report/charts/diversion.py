"""Who gains and who loses cars where a duty rises: one bar per exporter, with the span of what is not sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.report.amounts import grouped
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.style import (
    FAINT,
    INK,
    MUTED,
    TITLE_LEFT,
    TITLE_LINE,
    Place,
    drawing,
    inline,
    shortened,
    text_width,
    title_lines,
    titled,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

COLOURS = {"hit": "#B5482F", "home": "#0A5C47", "others": "#3F84C4", "market": "#8C99A8"}
"""The origin hit, the market's own makers, other exporters, cars that nobody buys."""
NAMES = {
    "hit": "origin hit", "home": "made at home", "others": "other exporters", "market": "the whole market",
}  # fmt: skip
WIDTH, LEFT, NUMBERS = 760.0, 130.0, 96.0
ROW, LEGEND, FOOT = 20.0, 24.0, 20.0
MOST = 14
"""Bars drawn one by one; the smallest of the rest are drawn as one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One change of cars, with the least and the most of it. [cars/year]"""

    name: str
    centre: float
    low: float
    high: float
    kind: str


def diversion_chart(title: str, bars: Sequence[Bar], market: Bar) -> alt.LayerChart:
    """Bars by size, the market's own change last; whiskers show the band."""
    shown = [*_largest(bars), Bar(NAMES["market"], market.centre, market.low, market.high, "market")]
    top = TITLE_LINE * len(title_lines(title, WIDTH)) + LEGEND
    height = top + ROW * len(shown) + FOOT
    place = Place(WIDTH, height)
    low, high = min(0.0, *(bar.low for bar in shown)), max(0.0, *(bar.high for bar in shown))
    room = (WIDTH - LEFT - NUMBERS) / ((high - low) or 1.0)

    def x(cars: float) -> float:
        return LEFT + room * (cars - low)

    rows = [_row(bar, i, top, (x(0.0), x(bar.centre), x(bar.low), x(bar.high))) for i, bar in enumerate(shown)]
    ends = top + ROW * len(shown)
    grid = [{"x": x(cars), "y": top, "y2": ends, "text": grouped(cars)} for cars in _levels(low, high)]
    layers: list[alt.Chart] = [
        alt.Chart(inline(grid)).mark_rule(color=FAINT).encode(**place.point, y2=alt.Y2("y2:Q")),
        alt.Chart(inline(rows))
        .mark_bar()
        .encode(**place.span, color=alt.Color("colour:N", scale=None), description=alt.Description("said:N")),
        alt.Chart(inline([row["whisker"] for row in rows]))
        .mark_rule(color=INK, strokeWidth=1.2)
        .encode(**place.point, x2=alt.X2("x2:Q"), description=alt.Description("said:N")),
        alt.Chart(inline([{"x": x(0.0), "y": top, "y2": ends}]))
        .mark_rule(color=MUTED)
        .encode(**place.point, y2=alt.Y2("y2:Q")),
        written([row["named"] for row in rows], place, align="right"),
        written([row["number"] for row in rows], place, align="right"),
        written([{"x": mark["x"], "y": ends + FOOT / 2, "text": mark["text"]} for mark in grid], place, color=MUTED),
        titled(title, place),
        *_legend(shown, top - LEGEND / 2, place),
    ]
    return drawing(layers, WIDTH, height)


def drawn(title: str, bars: Sequence[Bar], market: Bar) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = "; ".join(_said(bar) for bar in _largest(bars))
    return Drawing("diversion", diversion_chart(title, bars, market), title, told)


def _largest(bars: Sequence[Bar]) -> list[Bar]:
    """Largest changes first; the rest, if there are several, in one bar whose span is theirs together."""
    ordered = sorted(bars, key=lambda bar: -abs(bar.centre))
    if len(ordered) <= MOST:
        return ordered
    rest = ordered[MOST - 1 :]
    together = Bar(
        f"{len(rest)} others",
        sum(bar.centre for bar in rest),
        sum(bar.low for bar in rest),
        sum(bar.high for bar in rest),
        "others",
    )
    return [*ordered[: MOST - 1], together]


def _said(bar: Bar) -> str:
    return f"{bar.name} {grouped(bar.centre)} cars, from {grouped(bar.low)} to {grouped(bar.high)}"


def _row(bar: Bar, i: int, top: float, ends: tuple[float, float, float, float]) -> dict[str, Any]:
    zero, centre, low, high = ends
    middle = top + ROW * (i + 0.5)
    return {
        "x": min(zero, centre),
        "x2": max(zero, centre),
        "y": middle - ROW * 0.32,
        "y2": middle + ROW * 0.32,
        "colour": COLOURS[bar.kind],
        "said": _said(bar),
        "whisker": {"x": low, "x2": high, "y": middle, "said": _said(bar)},
        "named": {"x": LEFT - 8, "y": middle, "text": shortened(bar.name, LEFT - 16)},
        "number": {"x": WIDTH - 4, "y": middle, "text": grouped(bar.centre)},
    }


def _levels(low: float, high: float) -> list[float]:
    """Round numbers of cars from one end to the other, at most seven."""
    span = (high - low) or 1.0
    unit = 1.0
    while span / unit > 6:
        unit *= 2.5 if f"{unit:.0f}".startswith("2") else 2.0
    first = int(low / unit)
    return [unit * n for n in range(first, int(high / unit) + 1)]


def _legend(shown: Sequence[Bar], y: float, place: Place) -> list[alt.Chart]:
    keys, names, x = [], [], TITLE_LEFT
    for kind in dict.fromkeys(bar.kind for bar in shown):
        keys.append({"x": x, "x2": x + 10, "y": y - 5, "y2": y + 5, "colour": COLOURS[kind]})
        names.append({"x": x + 14, "y": y, "text": NAMES[kind]})
        x += 14 + text_width(NAMES[kind]) + 16
    names.append({"x": x, "y": y, "text": "cars a year; thin lines: over the parameters' ranges"})
    boxes = alt.Chart(inline(keys)).mark_bar().encode(**place.span, color=alt.Color("colour:N", scale=None))
    return [boxes, written(names, place, align="left", color=MUTED)]
