"""Lines over the values of a sweep's first axis: one for every case and every value of the other axes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.money_axis import ticks
from roadstead.report.charts.reliability import spread
from roadstead.report.charts.style import FAINT, INK, MUTED, Place, drawing, inline, shortened, text_width, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from roadstead.playbook.what_if_book import SweepBook, SweepPoint
    from roadstead.report.words import Words

    Kind = Literal["money", "cars", "money_per_car"]

WIDE, NARROW = 560.0, 358.0
"""Widths of a drawing: half of the page, on a telephone. [pixels]"""
HEIGHT, TOP, BOTTOM, GAP = 260.0, 12.0, 46.0, 10.0
"""Height of a drawing with few lines, room above and below the lines, and between a line and what is written beside it. [pixels]"""
NAMES = 0.36
"""Share of the width that names take at most. [fraction]"""
LINE = 14.0
"""Height of a name. [pixels]"""
COLOURS = ("#7A5C99", "#B4552D", "#2A8C8C", MUTED, "#97801A", "#B23A48")
"""No mode's; where there are more lines than colours, the next ones are dashed."""
DASHES = ([1, 0], [6, 3], [2, 2])
TICKS = 4
METRICS: tuple[tuple[str, str, Kind], ...] = (
    ("npv", "npv", "money"),
    ("made", "local_output", "cars"),
    ("duty", "duty", "money"),
    ("price", "price", "money_per_car"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its name: value of the axis as written, place along the axis, and height."""

    name: str
    points: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where lines lie: what is left and right of them, how high the drawing is, the least and the most of all lines. [pixels]"""

    width: float
    height: float
    left: float
    right: float
    low: float
    high: float

    def x(self, share: float) -> float:
        """Where a share of the axis lies."""
        return self.left + share * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Where a height lies."""
        return self.height - BOTTOM - (value - self.low) / (self.high - self.low) * (self.height - TOP - BOTTOM)


def series(book: SweepBook, words: Words) -> Iterator[tuple[str, tuple[Line, ...], Kind]]:
    """The lines of every picture: worth, cars made abroad, duty paid, buyers' price."""
    written_as = list(dict.fromkeys(point.values[0] for point in book.points if point.values))
    at = _along(written_as)
    is_one_case = len({point.case for point in book.points}) == 1
    for key, field, kind in METRICS:
        groups: dict[str, list[SweepPoint]] = {}
        for point in book.points:
            if point.values and getattr(point, field) is not None:
                rest, case = ", ".join(point.values[1:]), words.name(point.case)
                name = (rest if is_one_case else f"{rest}, {case}") if rest else case
                groups.setdefault(name, []).append(point)
        lines = tuple(
            Line(name, tuple((p.values[0], at[p.values[0]], float(getattr(p, field))) for p in points))
            for name, points in groups.items()
        )
        if lines:
            yield key, lines, kind


def _along(values: Sequence[str]) -> dict[str, float]:
    """Where values stand along the axis, from 0 to 1: numbers to scale, words one after the other."""
    try:
        numbers = [float(value.removeprefix("x")) for value in values]
    except ValueError:
        numbers = [float(i) for i in range(len(values))]
    low, span = min(numbers, default=0.0), (max(numbers, default=1.0) - min(numbers, default=0.0)) or 1.0
    return {value: (number - low) / span for value, number in zip(values, numbers, strict=True)}


def lines_chart(lines: Sequence[Line], axis: str, kind: Kind, words: Words, width: float = WIDE) -> alt.LayerChart:
    """Lines with their names at the right end; the scale goes from the least to the most of all lines."""
    levels = _levels([height for line in lines for _, _, height in line.points])
    said = [words.amount(Amount(v, kind)) for v in levels]
    names = [shortened(line.name, NAMES * width - 2 * GAP) for line in lines]
    high = max(HEIGHT, TOP + BOTTOM + LINE * len(lines))
    right = max(map(text_width, names)) + 2 * GAP + 4.0
    frame = _Frame(width, high, max(map(text_width, said)) + 2 * GAP, right, levels[0], levels[-1])
    place = Place(width, high)
    ends = [frame.y(max(line.points, key=lambda point: point[1])[2]) for line in lines]
    beside = spread(ends, LINE, (TOP, high - BOTTOM))
    rules = [{"x": frame.left, "x2": width - right, "y": frame.y(v), "y2": frame.y(v)} for v in levels]
    scale = [{"x": frame.left - GAP, "y": frame.y(v), "text": text} for v, text in zip(levels, said, strict=True)]
    title = [{"x": width / 2, "y": high - 12, "text": shortened(axis, width - 2 * GAP)}]
    called = [{"x": width - right + GAP + 4.0, "y": y, "text": name} for y, name in zip(beside, names, strict=True)]
    rule = alt.Chart(inline(rules)).mark_rule(color=FAINT)
    drawn = [
        layer
        for i, (line, y) in enumerate(zip(lines, beside, strict=True))
        for layer in _drawn(line, i, y, frame, lambda height: words.amount(Amount(height, kind)))
    ]
    return drawing(
        [
            cast("alt.Chart", rule.encode(**place.span)),
            *drawn,
            written(scale, place, align="right", color=MUTED),
            written(_values(lines, frame), place, align="center", color=MUTED),
            written(title, place, align="center", color=MUTED),
            written(called, place, align="left", color=INK),
        ],
        width,
        high,
    )


def _levels(heights: Sequence[float]) -> list[float]:
    """Round heights at even steps that hold all others between them."""
    low, high = min(heights), max(heights)
    if high - low <= 1e-9 * max(abs(high), 1.0):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    return ticks(low, high, TICKS)


def _values(lines: Sequence[Line], frame: _Frame) -> list[dict[str, float | str]]:
    """The axis' values where they stand on it; of those that would run into each other, the first and the last ones are kept."""
    stops = sorted({(share, value) for line in lines for value, share, _ in line.points})
    kept: list[tuple[float, str]] = []
    for share, value in (*stops[:1], *stops[:0:-1]):  # the first, then from the last backwards
        room = text_width(value) / 2 + GAP / 2
        if all(abs(frame.x(share) - frame.x(other)) >= room + text_width(said) / 2 for other, said in kept):
            kept.append((share, value))
    return [{"x": frame.x(share), "y": frame.height - BOTTOM + 14, "text": value} for share, value in kept]


def _drawn(line: Line, i: int, beside: float, frame: _Frame, told: Callable[[float], str]) -> list[alt.Chart]:
    """A line, its points, and the way from its last point to its name."""
    place, colour = Place(frame.width, frame.height), COLOURS[i % len(COLOURS)]
    points = [(frame.x(share), frame.y(height), value, height) for value, share, height in line.points]
    points.sort()
    strokes = [{"x": a[0], "y": a[1], "x2": b[0], "y2": b[1]} for a, b in itertools.pairwise(points)]
    dots = [{"x": x, "y": y, "said": f"{line.name}, {value}: {told(height)}"} for x, y, value, height in points]
    lead = [{"x": points[-1][0], "y": points[-1][1], "x2": frame.width - frame.right + GAP, "y2": beside}]
    dash = DASHES[i // len(COLOURS) % len(DASHES)]
    found = [alt.Chart(inline(lead)).mark_rule(strokeWidth=0.8, color=colour, opacity=0.6).encode(**place.span)]
    if strokes:
        found.append(
            alt.Chart(inline(strokes)).mark_rule(strokeWidth=2, color=colour, strokeDash=dash).encode(**place.span)
        )
    dotted = alt.Chart(inline(dots)).mark_point(filled=True, opacity=1, size=36, color=colour)
    found.append(dotted.encode(**place.point, description=alt.Description("said:N")))
    return cast("list[alt.Chart]", found)
