"""Capacity and output of every line abroad over the years: one small plot a line, all to one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.amounts import compact
from roadstead.report.charts.style import (
    FAINT,
    MUTED,
    Place,
    across,
    drawing,
    inline,
    mode_colour,
    shortened,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.playbook.book import SiteYear
    from roadstead.report.words import Words

PLOT, BARS, GAP, TITLES = 124.0, 62.0, 16.0, 30.0
"""Height of a plot with its words, of its bars, between plots, and of the words above the bars. [pixels]"""


@dataclass(frozen=True, slots=True)
class Plot:
    """One line's plot: where it stands, and how high a car is drawn. [pixels]"""

    rows: tuple[SiteYear, ...]
    left: float
    top: float
    room: float
    per_car: float

    @property
    def base(self) -> float:
        """Where its bars stand."""
        return self.top + TITLES + BARS

    @property
    def step(self) -> float:
        """Width of a year."""
        return self.room / len(self.rows)


def sites_chart(sites: Sequence[SiteYear], words: Words, width: float, columns: int) -> alt.LayerChart:
    """Capacity as a stepped line, output as bars in the colour of its mode."""
    own: dict[tuple[str, str], list[SiteYear]] = {}
    for row in sites:
        own.setdefault((words.name(row.site), row.mode), []).append(row)
    most = max(max(row.capacity, row.output) for row in sites)
    room = (width - GAP * (columns - 1)) / columns
    plots = [
        Plot(tuple(rows), i % columns * (room + GAP), i // columns * PLOT, room, BARS / most)
        for i, rows in enumerate(own.values())
    ]
    height = -(-len(plots) // columns) * PLOT - 12.0
    place = Place(width, height)
    bars = alt.Chart(inline(bar for plot in plots for bar in _bars(plot, words)))
    marks = bars.encode(y=place.point["y"], description=alt.Description("said:N"))
    inner = across("inner", width), alt.X2("inner2:Q")
    steps = alt.Chart(inline(corner for i, plot in enumerate(plots) for corner in _corners(plot, i)))
    line = steps.mark_line(color=MUTED, strokeWidth=1.2)
    layers = [
        marks.mark_bar(color=FAINT).encode(x=place.point["x"], x2=alt.X2("x2:Q"), y2=alt.Y2("able:Q")),
        marks.mark_bar().encode(x=inner[0], x2=inner[1], y2=alt.Y2("made:Q"), color=mode_colour("mode")),
        line.encode(**place.point, detail=alt.Detail("plot:N"), order=alt.Order("order:Q")),
        *_words(plots, words, place),
    ]
    return drawing(layers, width, height)


def _bars(plot: Plot, words: Words) -> Iterator[dict[str, Any]]:
    for j, row in enumerate(plot.rows):
        x = plot.left + j * plot.step
        yield {
            "x": x, "x2": x + plot.step, "inner": x + plot.step * 0.17, "inner2": x + plot.step * 0.83, "y": plot.base,
            "able": plot.base - plot.per_car * row.capacity, "made": plot.base - plot.per_car * row.output,
            "mode": row.mode, "said": said(row, words),
        }  # fmt: skip


def said(row: SiteYear, words: Words) -> str:
    """A line in a year, in words."""
    return words.tell(
        "sites.bar", site=row.site, year=Amount(row.year, "year"), capacity=Amount(row.capacity, "cars"),
        output=Amount(row.output, "cars"),
    )  # fmt: skip


def _corners(plot: Plot, number: int) -> Iterator[dict[str, Any]]:
    """The stepped line of capacity: two corners a year."""
    for j, row in enumerate(plot.rows):
        for end in (0, 1):
            x = plot.left + (j + end) * plot.step
            yield {"x": x, "y": plot.base - plot.per_car * row.capacity, "plot": number, "order": 2 * j + end}


def _words(plots: Sequence[Plot], words: Words, place: Place) -> list[alt.Chart]:
    names, notes, ends = [], [], []
    for plot in plots:
        first, last = plot.rows[0], plot.rows[-1]
        peak = compact(max(row.capacity for row in plot.rows), words.language)
        name = shortened(words.name(first.site), plot.room, 11)
        names.append({"x": plot.left, "y": plot.top + 7.0, "text": name})
        notes.append({"x": plot.left, "y": plot.top + 21.0, "text": words.tell("sites.peak", capacity=peak)})
        notes.append({"x": plot.left, "y": plot.base + 9.0, "text": str(first.year)})
        ends.append({"x": plot.left + plot.room - 1.0, "y": plot.base + 9.0, "text": str(last.year)})
    return [
        written(names, place, align="left", fontSize=11, fontWeight="bold"),
        written(notes, place, align="left", fontSize=10, color=MUTED),
        written(ends, place, align="right", fontSize=10, color=MUTED),
    ]
