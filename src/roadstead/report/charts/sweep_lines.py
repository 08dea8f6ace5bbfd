"""Lines over the values of a sweep's first axis: one for every case and every value of the other axes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.style import FAINT, MUTED, Place, drawing, inline, shortened, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.playbook.what_if_book import SweepBook, SweepPoint
    from roadstead.report.words import Words

    Kind = Literal["money", "cars", "money_per_car"]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900.0, 260.0, 96.0, 230.0, 12.0, 46.0
COLOURS = ("#0A5C47", "#3F84C4", "#DA7443", "#C6719F", "#EBAA3E", "#1D3557", "#7A5C99", "#5F6670")
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


def series(book: SweepBook, words: Words) -> Iterator[tuple[str, tuple[Line, ...], Kind]]:
    """The lines of every picture: worth, cars made abroad, duty paid, buyers' price."""
    written_as = list(dict.fromkeys(point.values[0] for point in book.points if point.values))
    at = _along(written_as)
    for key, field, kind in METRICS:
        groups: dict[str, list[SweepPoint]] = {}
        for point in book.points:
            if point.values and getattr(point, field) is not None:
                rest = ", ".join(point.values[1:])
                name = words.name(point.case) + (f" ({rest})" if rest else "")
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


def lines_chart(lines: Sequence[Line], axis: str, kind: Kind, words: Words) -> alt.LayerChart:
    """Lines with their names at the right end; the scale goes from the least to the most of all lines."""
    place = Place(WIDTH, HEIGHT)
    heights = [height for line in lines for _, _, height in line.points]
    low, high = min(heights), max(heights)
    if high - low <= 1e-9 * max(abs(high), 1.0):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)

    def x(share: float) -> float:
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(height: float) -> float:
        return HEIGHT - BOTTOM - (height - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    levels = [low + (high - low) * i / TICKS for i in range(TICKS + 1)]
    rules = [{"x": LEFT, "x2": WIDTH - RIGHT, "y": y(v), "y2": y(v)} for v in levels]
    scale = [{"x": LEFT - 8, "y": y(v), "text": words.amount(Amount(v, kind))} for v in levels]
    stops = {share: value for line in lines for value, share, _ in line.points}
    values = [{"x": x(share), "y": HEIGHT - BOTTOM + 14, "text": value} for share, value in sorted(stops.items())]
    dots, strokes, names = [], [], []
    taken: list[float] = []
    for i, line in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        points = sorted(line.points, key=lambda point: point[1])
        for value, share, height in points:
            said = f"{line.name}, {value}: {words.amount(Amount(height, kind))}"
            dots.append({"x": x(share), "y": y(height), "colour": colour, "said": said})
        strokes += [
            {"x": x(a[1]), "y": y(a[2]), "x2": x(b[1]), "y2": y(b[2]), "colour": colour}
            for a, b in itertools.pairwise(points)
        ]
        beside = y(points[-1][2])
        while any(abs(beside - other) < 13 for other in taken) and beside < HEIGHT - BOTTOM:
            beside += 13
        taken.append(beside)
        names.append({"x": WIDTH - RIGHT + 10, "y": beside, "text": shortened(line.name, RIGHT - 16), "colour": colour})
    stroke = alt.Stroke("colour:N", scale=None)
    rule = alt.Chart(inline(rules)).mark_rule(color=FAINT)
    line_marks = alt.Chart(inline(strokes)).mark_rule(strokeWidth=2)
    dot = alt.Chart(inline(dots)).mark_point(filled=True, opacity=1, size=36)
    title = [{"x": LEFT + (WIDTH - LEFT - RIGHT) / 2, "y": HEIGHT - 12, "text": axis}]
    return drawing(
        [
            cast("alt.Chart", rule.encode(**place.span)),
            cast("alt.Chart", line_marks.encode(**place.span, stroke=stroke)),
            cast(
                "alt.Chart",
                dot.encode(**place.point, fill=alt.Fill("colour:N", scale=None), description=alt.Description("said:N")),
            ),
            written(scale, place, align="right", color=MUTED),
            written(values, place, align="center", color=MUTED),
            written(title, place, align="center", color=MUTED),
            *(written([name], place, align="left", color=name["colour"]) for name in names),
        ],
        WIDTH,
        HEIGHT,
    )
