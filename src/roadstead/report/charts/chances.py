"""Events and their chance in a year, a row each: what the past counts as a band, what the catalogue says as a dot."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.report.amounts import percent
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.style import (
    FAINT,
    INK,
    MUTED,
    TITLE_LINE,
    Place,
    drawing,
    inline,
    shortened,
    title_lines,
    titled,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BAND, COUNTED, JUDGED = "#A5C4E2", "#1F5F9E", "#B4552D"
"""Colours of the interval of the past, of what it counts, and of the catalogue's chance."""
WIDTH, LEFT, RIGHT = 860.0, 400.0, 24.0
ROW, KEY, FOOT = 19.0, 34.0, 34.0
"""Heights of a row, of the key above the rows, and of the scale below. [pixels]"""
LEAST, MOST = 0.001, 1.0
"""Ends of the scale, which is logarithmic: chances of one in a thousand stand beside ones of one in two."""
TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Chance:
    """One event.

    Attributes
    ----------
    judged, judged_low, judged_high
        The catalogue's chance in a year, and the experts' range. [fraction]
    counted, low, high
        Chance as the past counts it with its interval; None where no class is named. [fraction]
    """

    name: str
    judged: float
    judged_low: float
    judged_high: float
    counted: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the drawing, in one language.

    Attributes
    ----------
    said, said_beside
        What a row says to who cannot see it: of an event alone, and of one with a base rate.
    """

    title: str
    interval: str
    counted: str
    judged: str
    axis: str
    said: str
    said_beside: str


ENGLISH = Words(
    title="How likely events are in a year",
    interval="80 % interval of the base rate",
    counted="base rate as counted",
    judged="catalogue's chance and experts' range",
    axis="chance in a year, or on the occasion",
    said="{name}: {judged}, {judged_low} to {judged_high}",
    said_beside="{name}: {judged}, {judged_low} to {judged_high}; counted {counted}, {low} to {high}",
)
CHINESE = Words(
    title="事件的年概率",
    interval="基准率的80%区间",
    counted="统计所得基准率",
    judged="目录概率及专家区间",
    axis="每年（或每次）概率",
    said="{name}：{judged}（{judged_low}至{judged_high}）",
    said_beside="{name}：{judged}（{judged_low}至{judged_high}）；统计{counted}（{low}至{high}）",
)


def chances_chart(chances: Sequence[Chance], words: Words = ENGLISH) -> alt.LayerChart:
    """A row an event, on a logarithmic scale."""
    top = TITLE_LINE * len(title_lines(words.title, WIDTH)) + KEY
    bottom = top + ROW * max(len(chances), 1)
    place = Place(WIDTH, bottom + FOOT)
    middles = [top + ROW * (i + 0.5) for i in range(len(chances))]
    layers = [
        *_scale(top, bottom, place, words),
        *_past(chances, middles, place, words),
        *_judgement(chances, middles, place, words),
        written(
            [
                {"x": LEFT - 10, "y": y, "text": shortened(one.name, LEFT - 24)}
                for one, y in zip(chances, middles, strict=True)
            ],
            place,
            align="right",
        ),
        *_key(top, place, words),
        titled(words.title, place),
    ]
    return drawing(layers, WIDTH, place.height)


def drawn(chances: Sequence[Chance], words: Words = ENGLISH) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = "; ".join(_said(one, words) for one in chances)
    return Drawing("chances", chances_chart(chances, words), words.title, told)


def across(chance: float) -> float:
    """Where a chance stands; what is off the scale stands at its end. [pixels]"""
    share = (log10(min(max(chance, LEAST), MOST)) - log10(LEAST)) / (log10(MOST) - log10(LEAST))
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _scale(top: float, bottom: float, place: Place, words: Words) -> list[alt.Chart]:
    lines = [{"x": across(t), "x2": across(t), "y": top, "y2": bottom} for t in TICKS]
    ticks = [{"x": across(t), "y": bottom + 12, "text": percent(t)} for t in TICKS]
    axis = [{"x": (LEFT + WIDTH - RIGHT) / 2, "y": bottom + 26, "text": words.axis}]
    rule = alt.Chart(inline(lines)).mark_rule(color=FAINT)
    return [
        cast("alt.Chart", rule.encode(**place.span)),
        written(ticks, place, align="center", color=MUTED),
        written(axis, place, align="center", color=MUTED),
    ]


def _past(chances: Sequence[Chance], middles: Sequence[float], place: Place, words: Words) -> list[alt.Chart]:
    bars: list[Mapping[str, Any]] = []
    marks: list[Mapping[str, Any]] = []
    for one, y in zip(chances, middles, strict=True):
        if one.low is None or one.high is None or one.counted is None:
            continue
        box = {"x": across(one.low), "x2": across(one.high), "y": y - 5, "y2": y + 5, "said": _said(one, words)}
        bars.append(box)
        marks.append({"x": across(one.counted), "x2": across(one.counted), "y": y - 5, "y2": y + 5})
    bar = alt.Chart(inline(bars)).mark_bar(color=BAND)
    mark = alt.Chart(inline(marks)).mark_rule(color=COUNTED, strokeWidth=2)
    return [
        cast("alt.Chart", bar.encode(**place.span, description=alt.Description("said:N"))),
        cast("alt.Chart", mark.encode(**place.span)),
    ]


def _judgement(chances: Sequence[Chance], middles: Sequence[float], place: Place, words: Words) -> list[alt.Chart]:
    pairs = list(zip(chances, middles, strict=True))
    ranges = [{"x": across(one.judged_low), "x2": across(one.judged_high), "y": y, "y2": y} for one, y in pairs]
    dots = [{"x": across(one.judged), "y": y, "said": _said(one, words)} for one, y in pairs]
    rule = alt.Chart(inline(ranges)).mark_rule(color=JUDGED, strokeWidth=1.2)
    dot = alt.Chart(inline(dots)).mark_point(filled=True, opacity=1, color=JUDGED, size=34)
    return [
        cast("alt.Chart", rule.encode(**place.span)),
        cast("alt.Chart", dot.encode(**place.point, description=alt.Description("said:N"))),
    ]


def _key(top: float, place: Place, words: Words) -> list[alt.Chart]:
    y = top - KEY / 2
    at = (24.0, 280.0, 500.0)
    bar = alt.Chart(inline([{"x": at[0], "x2": at[0] + 22, "y": y - 5, "y2": y + 5}])).mark_bar(color=BAND)
    mark = alt.Chart(inline([{"x": at[1] + 10, "x2": at[1] + 10, "y": y - 5, "y2": y + 5}]))
    line = alt.Chart(inline([{"x": at[2], "x2": at[2] + 22, "y": y, "y2": y}])).mark_rule(color=JUDGED)
    dot = alt.Chart(inline([{"x": at[2] + 11, "y": y}])).mark_point(filled=True, opacity=1, color=JUDGED, size=34)
    texts = [
        {"x": x + 28, "y": y, "text": text}
        for x, text in zip(at, (words.interval, words.counted, words.judged), strict=True)
    ]
    return [
        cast("alt.Chart", bar.encode(**place.span)),
        cast("alt.Chart", mark.mark_rule(color=COUNTED, strokeWidth=2).encode(**place.span)),
        cast("alt.Chart", line.encode(**place.span)),
        cast("alt.Chart", dot.encode(**place.point)),
        written(texts, place, align="left", color=INK),
    ]


def _said(one: Chance, words: Words) -> str:
    judged = {"judged": _told(one.judged), "judged_low": _told(one.judged_low), "judged_high": _told(one.judged_high)}
    if one.counted is None or one.low is None or one.high is None:
        return words.said.format(name=one.name, **judged)
    counted = {"counted": _told(one.counted), "low": _told(one.low), "high": _told(one.high)}
    return words.said_beside.format(name=one.name, **judged, **counted)


def _told(chance: float) -> str:
    return percent(round(chance, 3))
