"""Duties side by side: what each of several shipments pays, kind beside kind, on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.report.amounts import percent
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.lane import COLOURS, OTHER, Charge, legend, levels
from roadstead.report.charts.style import (
    INK,
    MUTED,
    PAPER,
    RULE,
    Place,
    drawing,
    inline,
    shortened,
    text_width,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, TOP, ROW, BAR, BOTTOM, LEFT, RIGHT = 760.0, 50.0, 30.0, 18.0, 26.0, 14.0, 70.0
NAMES = 220.0
"""Room that names take at most. [pixels]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged(Charge):
    """What one shipment pays, by its name among others."""

    name: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """From rates and rows to pixels."""

    left: float
    top: float

    def x(self, rate: float) -> float:
        return self.left + (WIDTH - self.left - RIGHT) * rate / self.top

    def y(self, row: int) -> float:
        return TOP + ROW * row + (ROW - BAR) / 2


def duties_chart(title: str, charged: Sequence[Charged]) -> alt.LayerChart:
    """A bar for each whose parts stand beside one another, and a dark mark for the total with fees and taxes."""
    highest = max(max(one.duty, one.with_taxes or 0.0) for one in charged)
    sheet = _Sheet(LEFT + min(NAMES, max(text_width(one.name) for one in charged)), (highest or 0.10) * 1.05)
    place = Place(WIDTH, TOP + ROW * len(charged) + BOTTOM)
    ends = [{"x": sheet.x(rate), "y": TOP, "y2": place.height - BOTTOM} for rate in levels(sheet.top)]
    scale = [
        {"x": row["x"], "y": place.height - BOTTOM / 2, "text": percent(r)}
        for row, r in zip(ends, levels(sheet.top), strict=True)
    ]
    names = [
        {"x": sheet.left - 8, "y": sheet.y(i) + BAR / 2, "text": shortened(one.name, NAMES)}
        for i, one in enumerate(charged)
    ]
    taxed = [
        {
            "x": sheet.x(one.with_taxes), "y": sheet.y(i) - 3, "y2": sheet.y(i) + BAR + 3,
            "said": f"{one.name}: with fees and import taxes {percent(one.with_taxes)}",
        }
        for i, one in enumerate(charged)
        if one.with_taxes is not None
    ]  # fmt: skip
    layers: list[alt.Chart] = [
        alt.Chart(inline(ends)).mark_rule(color=RULE).encode(**place.point, y2=alt.Y2("y2:Q")),
        alt.Chart(inline(_bars(charged, sheet)))
        .mark_bar(stroke=PAPER, strokeWidth=0.5)
        .encode(**place.span, color=alt.Color("colour:N", scale=None), description=alt.Description("said:N")),
        *(
            [
                alt.Chart(inline(taxed))
                .mark_rule(color=INK, strokeWidth=2)
                .encode(**place.point, y2=alt.Y2("y2:Q"), description=alt.Description("said:N"))
            ]
            if taxed
            else []
        ),
        written(names, place, align="right"),
        written(_totals(charged, sheet), place, align="left", fontWeight="bold"),
        written(scale, place, align="center", color=MUTED),
        written([{"x": sheet.left, "y": 12.0, "text": title}], place, align="left", fontSize=14, fontWeight="bold"),
        *legend(charged, place, sheet.left),
    ]
    return drawing(layers, WIDTH, place.height)


def drawn(title: str, charged: Sequence[Charged]) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = "; ".join(f"{one.name}: {percent(one.duty) if one.known else '?'}" for one in charged)
    return Drawing("duties", duties_chart(title, charged), title, told)


def _bars(charged: Sequence[Charged], sheet: _Sheet) -> list[dict[str, Any]]:
    bars = []
    for i, one in enumerate(charged):
        before = 0.0
        for kind, rate in one.parts.items():
            if rate > 0:
                ends = {"x": sheet.x(before), "x2": sheet.x(before + rate), "y": sheet.y(i), "y2": sheet.y(i) + BAR}
                bars.append(ends | {"colour": COLOURS.get(kind, OTHER), "said": f"{one.name}: {kind} {percent(rate)}"})
                before += rate
    return bars


def _totals(charged: Sequence[Charged], sheet: _Sheet) -> list[dict[str, Any]]:
    """Each total behind its bar, or behind the mark where that stands further out."""
    return [
        {
            "x": sheet.x(max(one.duty, one.with_taxes or 0.0)) + 6,
            "y": sheet.y(i) + BAR / 2,
            "text": percent(one.duty) if one.known else "no quote",
        }
        for i, one in enumerate(charged)
    ]
