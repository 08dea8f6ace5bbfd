"""Shares of foreign sales that a country's makers build abroad: what is known, the curve through it, and where another may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import altair as alt

from roadstead.report.amounts import percent
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.reliability import spread
from roadstead.report.charts.style import (
    BOLD,
    FAINT,
    INK,
    MUTED,
    PAPER,
    TITLE_LEFT,
    TITLE_LINE,
    Place,
    drawing,
    inline,
    text_width,
    title_lines,
    titled,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLOURS = ("#3F84C4", "#0A5C47", "#EBAA3E", "#C6719F")
"""Of the paths, in their order."""
OWN, BAND = "#A3322A", "#F3D9D6"
WIDTH, PLOT_HEIGHT = 760.0, 360.0
LEFT, GAP, HEAD, FOOT, LINE = 50.0, 12.0, 34.0, 44.0, 16.0
"""Room for the scale, before the names, above the plot, below it; height of a name. [pixels]"""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
EVERY = 10
"""Years between ticks."""
DOT = 34.0


@dataclass(frozen=True, slots=True)
class Path:
    """A country's path.

    Attributes
    ----------
    known, rough
        Years and shares known; those of rough figures. [fraction]
    curve
        Share in any year. [fraction]
    """

    name: str
    known: Sequence[tuple[int, float]]
    rough: Sequence[tuple[int, float]]
    curve: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Fan:
    """Where another country stands and may go.

    Attributes
    ----------
    level
        Share it stands at in the first year of ``ahead``. [fraction]
    ahead
        Years with the lowest, middle and highest share. [fraction]
    """

    name: str
    level: float
    ahead: Sequence[tuple[int, float, float, float]]


@dataclass(frozen=True, slots=True)
class Labels:
    """Words on the drawing: what the marks are, and what is drawn upwards."""

    marks: str
    axis: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    first: int
    last: int
    top: float
    right: float

    def x(self, year: float) -> float:
        return LEFT + (self.right - LEFT) * (year - self.first) / (self.last - self.first)

    def y(self, share: float) -> float:
        return self.top + PLOT_HEIGHT * (1.0 - share)


def localisation_chart(title: str, paths: Sequence[Path], fan: Fan, labels: Labels) -> alt.LayerChart:
    """Points, curves, a band for what may come, and names at their right ends."""
    ends = [year for path in paths for year, _ in (*path.known, *path.rough)]
    first = min((*ends, fan.ahead[0][0])) // 5 * 5
    names = [*(path.name for path in paths), fan.name, *(_said(one) for one in fan.ahead[-1:])]
    top = TITLE_LINE * len(title_lines(title, WIDTH)) + HEAD
    right = WIDTH - GAP - BOLD * max(text_width(name) for name in names) - TITLE_LEFT
    sheet = _Sheet(first, fan.ahead[-1][0], top, right)
    place = Place(WIDTH, top + PLOT_HEIGHT + FOOT)
    layers = [
        *_axes(sheet, place, labels),
        *_fan(fan, sheet, place),
        *(layer for path, colour in zip(paths, COLOURS, strict=False) for layer in _path(path, colour, sheet, place)),
        *_level(fan, sheet, place),
        *_names(paths, fan, sheet, place),
        titled(title, place),
    ]
    return drawing(layers, WIDTH, place.height)


def drawn(title: str, paths: Sequence[Path], fan: Fan, labels: Labels) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = [f"{one.name}: {_point(one.known[0])}, {_point(one.known[-1])}" for one in paths]
    told.append(f"{fan.name}: {_point((fan.ahead[0][0], fan.level))}, {fan.ahead[-1][0]} {_said(fan.ahead[-1])}")
    return Drawing("localisation", localisation_chart(title, paths, fan, labels), title, "; ".join(told))


def _axes(sheet: _Sheet, place: Place, labels: Labels) -> list[alt.Chart]:
    bottom = sheet.y(0.0)
    lines = [{"x": LEFT, "x2": sheet.right, "y": sheet.y(tick), "y2": sheet.y(tick)} for tick in TICKS]
    years = [year for year in range(sheet.first, sheet.last + 1) if year % EVERY == 0 or year == sheet.last]
    up = [{"x": LEFT - 6, "y": sheet.y(tick), "text": percent(tick)} for tick in TICKS]
    along = [{"x": sheet.x(year), "y": bottom + 13, "text": str(year)} for year in years]
    return [
        cast("alt.Chart", alt.Chart(inline(lines)).mark_rule(color=FAINT).encode(**place.span)),
        written(up, place, align="right", color=MUTED),
        written(along, place, align="center", color=MUTED),
        written([{"x": TITLE_LEFT, "y": sheet.top - 16, "text": labels.axis}], place, align="left", color=MUTED),
        written([{"x": TITLE_LEFT, "y": bottom + 33, "text": labels.marks}], place, align="left", color=MUTED),
    ]


def _path(path: Path, colour: str, sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """The curve over the years known, dashed before and after them, and what is known."""
    years = [year for year, _ in path.known]
    begins, ends = min(years), max(years)
    parts: tuple[tuple[int, int, list[int]], ...] = (
        (sheet.first, begins, [4, 3]),
        (begins, ends, []),
        (ends, sheet.last, [4, 3]),
    )
    layers = []
    for start, stop, dash in parts:
        steps = range(4 * start, 4 * stop + 1)
        rows = [{"x": sheet.x(q / 4), "y": sheet.y(path.curve(q / 4))} for q in steps]
        width = 1.0 if dash else 2.0
        line = alt.Chart(inline(rows)).mark_line(color=colour, strokeWidth=width, strokeDash=dash)
        layers.append(line.encode(**place.point))
    for told, fill in ((path.rough, PAPER), (path.known, colour)):
        dots = [{"x": sheet.x(y), "y": sheet.y(s), "said": f"{path.name} {_point((y, s))}"} for y, s in told]
        mark = alt.Chart(inline(dots)).mark_point(fill=fill, stroke=colour, strokeWidth=1.2, opacity=1, size=DOT)
        layers.append(mark.encode(**place.point, description=alt.Description("said:N")))
    return layers


def _fan(fan: Fan, sheet: _Sheet, place: Place) -> list[alt.Chart]:
    rows = [
        {"x": sheet.x(year), "y": sheet.y(high), "y2": sheet.y(low), "middle": sheet.y(middle)}
        for year, low, middle, high in fan.ahead
    ]
    band = alt.Chart(inline(rows)).mark_area(color=BAND, opacity=1)
    line = alt.Chart(inline([{"x": row["x"], "y": row["middle"]} for row in rows]))
    return [
        cast("alt.Chart", band.encode(**place.point, y2=alt.Y2("y2:Q"))),
        line.mark_line(color=OWN, strokeWidth=2.0, strokeDash=[4, 3]).encode(**place.point),
    ]


def _level(fan: Fan, sheet: _Sheet, place: Place) -> list[alt.Chart]:
    year = fan.ahead[0][0]
    at = {"x": sheet.x(year), "y": sheet.y(fan.level), "said": f"{fan.name} {_point((year, fan.level))}"}
    mark = alt.Chart(inline([at])).mark_point(filled=True, opacity=1, color=OWN, size=2 * DOT)
    return [mark.encode(**place.point, description=alt.Description("said:N"))]


def _names(paths: Sequence[Path], fan: Fan, sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """Names beside the right ends, moved apart where they would meet."""
    last = fan.ahead[-1]
    wanted = [sheet.y(path.curve(sheet.last)) for path in paths] + [
        sheet.y(last[2]) - LINE / 2,
        sheet.y(last[2]) + LINE / 2,
    ]
    heights = spread(wanted, LINE, (sheet.top, sheet.y(0.0)))
    x = sheet.right + GAP
    texts = [*(path.name for path in paths), fan.name, _said(last)]
    colours = [*COLOURS[: len(paths)], OWN, OWN]
    rows = [(colour, {"x": x, "y": y, "text": text}) for colour, y, text in zip(colours, heights, texts, strict=True)]
    return [
        written([row], place, align="left", fontWeight="bold" if colour == OWN else "normal", color=_readable(colour))
        for colour, row in rows
    ]


def _readable(colour: str) -> str:
    """A pale colour is no ink."""
    return INK if colour == "#EBAA3E" else colour


def _point(told: tuple[int, float]) -> str:
    return f"{told[0]} {percent(round(told[1], 3))}"


def _said(span: tuple[int, float, float, float]) -> str:
    _, low, middle, high = span
    return f"{percent(round(middle, 2))} ({percent(round(low, 2))}–{percent(round(high, 2))})"
