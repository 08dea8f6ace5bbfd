"""The outlook of a few markets, a panel each: what is known as a dark line, what may come as a fan about its median."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.amounts import compact, percent, significant
from roadstead.report.charts.fan_others import Other, diamonds
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.style import (
    BOLD,
    FAINT,
    INK,
    MUTED,
    TITLE_LEFT,
    TITLE_LINE,
    Place,
    drawing,
    haloed,
    inline,
    shortened,
    text_width,
    title_lines,
    titled,
    written,
)
from roadstead.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

Quantity = Literal["share", "cars"]
MEDIAN, INNER, OUTER = "#1F5F9E", "#A5C4E2", "#DCE8F4"
"""Colours of the median, of the 10-90 % band and of the 5-95 % band."""
WIDTH = 760.0
LEFT, END, BETWEEN, BETWEEN_SCALES = 46.0, 42.0, 12.0, 42.0
"""Room for the scale; for the last median; between panels on one scale; between panels each on its own. [pixels]"""
KEY, HEAD, FOOT = 24.0, 42.0, 26.0
"""Heights of the key, and of what stands above and below a panel. [pixels]"""
NAME_SIZE = 12.5
"""Size of a panel's name."""
THIN, THICK, DOT, DASH, SWATCH, ALONE = 1.6, 2.0, 13.0, [3, 2], 18.0, 2.0
"""Of lines known and median; area of a dot; a dashed line; width in the key; half the width of one year alone. [pixels]"""
KEYS: tuple[tuple[str, str, float, list[int]], ...] = (
    ("known", INK, THIN, []), ("median", MEDIAN, THICK, []), ("inner", INNER, 10.0, []), ("outer", OUTER, 10.0, []),
    ("begins", MUTED, 1.0, DASH),
)  # fmt: skip
ENGLISH = Words("en", "")
"""What drawings are written in where nobody asks for another language."""
TALL = {1: 260.0, 2: 210.0}
LOW = 160.0
"""Heights of the panels by how many stand in a row, with one row; and with more panels. [pixels]"""


@dataclass(frozen=True, slots=True)
class FanYear:
    """A year of a market: what is known of it and what is forecast, each None where there is nothing.

    Attributes
    ----------
    known
        What was counted. [fraction or cars]
    p05, p10, p50, p90, p95
        Quantiles of the forecast; all of them or none. [fraction or cars]
    """

    year: int
    known: float | None
    p05: float | None = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None

    def __post_init__(self) -> None:
        if len({quantile is None for quantile in (self.p05, self.p10, self.p50, self.p90, self.p95)}) > 1:
            raise ValueError(f"{self.year}: all quantiles are told, or none")

    @property
    def spread(self) -> tuple[float, float, float, float, float] | None:
        """The quantiles from the lowest to the highest; None where nothing is forecast."""
        if self.p05 is None or self.p10 is None or self.p50 is None or self.p90 is None or self.p95 is None:
            return None
        return self.p05, self.p10, self.p50, self.p90, self.p95


@dataclass(frozen=True, slots=True)
class Fan:
    """A market and its years, in their order; and what others published of them."""

    name: str
    years: Sequence[FanYear]
    others: Sequence[Other] = ()

    @property
    def highest(self) -> float:
        """The highest value there is."""
        own = (max(year.known or 0.0, *(year.spread or (0.0,))) for year in self.years)
        return max((*own, *(other.value for other in self.others)), default=0.0)

    @property
    def begins(self) -> int | None:
        """The first year that is forecast."""
        return next((year.year for year in self.years if year.spread), None)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A market's place on the sheet, and from its years and values to pixels."""

    number: int
    fan: Fan
    box: tuple[float, float, float, float]
    span: tuple[int, int]
    levels: tuple[float, ...]

    def x(self, year: float) -> float:
        left, _, right, _ = self.box
        first, last = self.span
        return left + (right - left) * ((year - first) / (last - first) if last > first else 0.5)

    def y(self, value: float) -> float:
        _, top, _, bottom = self.box
        return bottom - (bottom - top) * value / self.levels[-1]


def fan_chart(title: str, fans: Sequence[Fan], quantity: Quantity = "share", words: Words = ENGLISH) -> alt.LayerChart:
    """Panels side by side: shares on one scale, so that markets compare; cars each on its own, so that small ones show."""
    under = TITLE_LINE * len(title_lines(title, WIDTH))
    panels = _panels(fans, quantity, under + KEY)
    place = Place(WIDTH, panels[-1].box[3] + FOOT)
    layers = [
        *_grid(panels, quantity, place, words),
        _band(panels, 0, OUTER, place),
        _band(panels, 1, INNER, place),
        _begins(panels, place),
        _line([row for p in panels for row in _median(p)], MEDIAN, THICK, place),
        _line([row for p in panels for row in _known(p)], INK, THIN, place),
        *_to_point_at(panels, quantity, place, words),
        *diamonds(_others(panels, quantity, words), place),
        titled(title, place),
        *_names(panels, place, words),
        *haloed(_ends(panels, quantity, words), place, align="left", fontWeight="bold", color=MEDIAN),
        *_key(under + KEY / 2, fans, quantity, place, words),
    ]
    return drawing(layers, WIDTH, place.height)


def drawn(title: str, fans: Sequence[Fan], quantity: Quantity = "share", words: Words = ENGLISH) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = words.listed(_told(fan, quantity, words) for fan in fans)
    return Drawing("fan", fan_chart(title, fans, quantity, words), title, told)


def _panels(fans: Sequence[Fan], quantity: Quantity, top: float) -> list[_Panel]:
    """A place for each market: one row up to three, then rows of three, four as two and two."""
    columns = 2 if len(fans) == 4 else min(len(fans), 3)
    height = TALL.get(len(fans), LOW)
    between = END + (BETWEEN if quantity == "share" else BETWEEN_SCALES)
    width = (WIDTH - LEFT - END - between * (columns - 1)) / columns
    years = [year.year for fan in fans for year in fan.years]
    most = max(fan.highest for fan in fans)
    panels = []
    for i, fan in enumerate(fans):
        left = LEFT + (i % columns) * (width + between)
        upper = top + HEAD + (i // columns) * (HEAD + height + FOOT)
        levels = share_levels(most) if quantity == "share" else car_levels(fan.highest)
        panels.append(_Panel(i, fan, (left, upper, left + width, upper + height), (min(years), max(years)), levels))
    return panels


def share_levels(highest: float) -> tuple[float, ...]:
    """Round shares from nothing to 100 %, or to the next round 10 % where the highest value is under 50 %."""
    # Less than a millionth of a percent over a round number is an error of rounding, not a higher share.
    top = max(ceil(highest * 10 - 1e-9), 1) / 10 if highest < 0.5 else 1.0
    step = next(step for step in (0.02, 0.05, 0.1, 0.2) if top / step < 5.5)
    return tuple(round(step * n, 2) for n in range(round(top / step) + 1))


def car_levels(highest: float) -> tuple[float, ...]:
    """Round numbers of cars from nothing to the first that is no less than the highest, at most six."""
    steps = (m * 10**power for power in range(10) for m in (1, 2, 5))
    step = next(step for step in steps if highest <= 5 * step)
    return tuple(float(step * n) for n in range(max(ceil(highest / step), 1) + 1))


def _printed(value: float, quantity: Quantity, words: Words) -> str:
    """A value as it is read off a chart: two digits, three where a share is all but everything."""
    if quantity == "cars":
        return compact(value, words.language)
    return percent(significant(value, 3 if value > 0.99 else 2))


def _grid(panels: Sequence[_Panel], quantity: Quantity, place: Place, words: Words) -> list[alt.Chart]:
    """A line at every round value and a stroke at every named year; shares are named once a row of panels."""
    levels, values, ticks, years = [], [], [], []
    for panel in panels:
        left, _, right, bottom = panel.box
        for level in panel.levels:
            y = panel.y(level)
            levels.append({"x": left, "x2": right, "y": y, "y2": y, "colour": FAINT if level else MUTED})
            if quantity == "cars" or left == LEFT:
                values.append({"x": left - 6, "y": y, "text": _level_name(level, quantity, words)})
        for year in _named_years(panel):
            ticks.append({"x": panel.x(year), "x2": panel.x(year), "y": bottom, "y2": bottom + 4})
            years.append({"x": panel.x(year), "y": bottom + 12, "text": str(year)})
    lines = alt.Chart(inline(levels)).mark_rule().encode(**place.span, color=alt.Color("colour:N", scale=None))
    strokes = alt.Chart(inline(ticks)).mark_rule(color=MUTED).encode(**place.span)
    names = written(values, place, align="right", color=MUTED), written(years, place, align="center", color=MUTED)
    return [lines, strokes, *names]


def _level_name(level: float, quantity: Quantity, words: Words) -> str:
    return percent(level) if quantity == "share" else compact(level, words.language)


def _named_years(panel: _Panel) -> list[int]:
    """Every year, or every round one, as many as there is room for."""
    left, _, right, _ = panel.box
    first, last = panel.span
    room = (right - left) / max(last - first, 1)
    every = next((n for n in (1, 2, 5, 10, 20, 50) if n * room > text_width("2027") + 10), 100)
    return [year for year in range(first, last + 1) if year % every == 0]


def _quantiles(panel: _Panel) -> list[tuple[int, tuple[float, ...]]]:
    """The forecast by year, opened from the value known of the year before, where there is one."""
    found: list[tuple[int, tuple[float, ...]]] = [(y.year, y.spread) for y in panel.fan.years if y.spread]
    begins = panel.fan.begins
    opened = [(y.year, (y.known,) * 5) for y in panel.fan.years if begins == y.year + 1 and y.known is not None]
    return [*opened, *found]


def _band(panels: Sequence[_Panel], rank: int, colour: str, place: Place) -> alt.Chart:
    """The area between the quantile of a rank from below and that of the same rank from above."""
    rows: list[dict[str, Any]] = []
    for panel in panels:
        ends = [(year, values[-1 - rank], values[rank]) for year, values in _quantiles(panel)]
        rows += _runs(panel, [(year, {"y": panel.y(high), "y2": panel.y(low)}) for year, high, low in ends])
    area = alt.Chart(inline(rows)).mark_area(color=colour, opacity=1)
    return cast("alt.Chart", area.encode(**place.point, y2=alt.Y2("y2:Q"), detail=alt.Detail("run:N")))


def _median(panel: _Panel) -> list[dict[str, Any]]:
    return _runs(panel, [(year, {"y": panel.y(values[2])}) for year, values in _quantiles(panel)])


def _known(panel: _Panel) -> list[dict[str, Any]]:
    return _runs(panel, [(y.year, {"y": panel.y(y.known)}) for y in panel.fan.years if y.known is not None])


def _runs(panel: _Panel, rows: Sequence[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows in unbroken runs of years: nothing is drawn across a year of which nothing is told."""
    runs: list[list[dict[str, Any]]] = []
    for i, (year, row) in enumerate(rows):
        if not i or year > rows[i - 1][0] + 1:
            runs.append([])
        runs[-1].append(row | {"x": panel.x(year), "run": f"{panel.number}.{len(runs)}"})
    # A run of one year would have no width, and not be seen.
    seen = [run if len(run) > 1 else [run[0] | {"x": run[0]["x"] + shift} for shift in (-ALONE, ALONE)] for run in runs]
    return [row for run in seen for row in run]


def _line(rows: Sequence[dict[str, Any]], colour: str, thick: float, place: Place) -> alt.Chart:
    line = alt.Chart(inline(rows)).mark_line(color=colour, strokeWidth=thick, strokeJoin="round", strokeCap="round")
    return cast("alt.Chart", line.encode(**place.point, detail=alt.Detail("run:N")))


def _begins(panels: Sequence[_Panel], place: Place) -> alt.Chart:
    """A dashed line at the year the forecast begins, up to the words that name the year."""
    rows = []
    for panel in panels:
        if panel.fan.begins is not None:
            x, (_, top, _, bottom) = panel.x(panel.fan.begins), panel.box
            rows.append({"x": x, "x2": x, "y": top - 8, "y2": bottom})
    return cast("alt.Chart", alt.Chart(inline(rows)).mark_rule(color=MUTED, strokeDash=DASH).encode(**place.span))


def _to_point_at(panels: Sequence[_Panel], quantity: Quantity, place: Place, words: Words) -> list[alt.Chart]:
    """A dot for every year known, and over the fan bars that are not seen but tell a year's numbers at the pointer."""
    dots, bars = [], []
    for panel in panels:
        for year in panel.fan.years:
            of = f"{panel.fan.name} {year.year}"
            if year.known is not None:
                known = words.tell("fan.year_known", of=of, value=_printed(year.known, quantity, words))
                dots.append({"x": panel.x(year.year), "y": panel.y(year.known), "said": known})
            if year.spread:
                sides = {"x": panel.x(year.year - 0.5), "x2": panel.x(year.year + 0.5)}
                ends = {"y": panel.y(year.spread[-1]) - 3, "y2": panel.y(year.spread[0]) + 3}
                bars.append(
                    _inside(panel, sides) | ends | {"said": words.headed(of, _forecast(year.spread, quantity, words))}
                )
    areas = alt.Chart(inline(bars)).mark_bar(opacity=0).encode(**place.span, description=alt.Description("said:N"))
    points = alt.Chart(inline(dots)).mark_point(filled=True, size=DOT, color=INK, opacity=1)
    return [areas, points.encode(**place.point, description=alt.Description("said:N"))]


def _others(panels: Sequence[_Panel], quantity: Quantity, words: Words) -> list[dict[str, Any]]:
    """A place for every value that others published."""
    return [
        {"x": panel.x(one.year), "y": panel.y(one.value),
         "said": words.tell("fan.published", of=f"{panel.fan.name} {one.year}", publisher=one.publisher,
                            value=_printed(one.value, quantity, words))}
        for panel in panels for one in panel.fan.others
    ]  # fmt: skip


def _inside(panel: _Panel, sides: dict[str, float]) -> dict[str, float]:
    """The sides of a bar, held inside its panel."""
    left, _, right, _ = panel.box
    return {side: min(max(x, left), right) for side, x in sides.items()}


def _names(panels: Sequence[_Panel], place: Place, words: Words) -> list[alt.Chart]:
    """The market above its panel, and under it, over the dashed line, the year the forecast begins."""
    names, years = [], []
    for panel in panels:
        left, top, right, _ = panel.box
        name = shortened(panel.fan.name, (right - left + END / 2) / BOLD, NAME_SIZE)
        names.append({"x": left, "y": top - HEAD + 10, "text": name})
        if panel.fan.begins is not None:
            text = words.fill("fan.from", year=panel.fan.begins)
            half = text_width(text) / 2
            years.append({"x": max(panel.x(panel.fan.begins), left + half), "y": top - 15, "text": text})
    return [
        written(names, place, align="left", fontSize=NAME_SIZE, fontWeight="bold"),
        written(years, place, align="center", color=MUTED),
    ]


def _ends(panels: Sequence[_Panel], quantity: Quantity, words: Words) -> list[dict[str, Any]]:
    """The last median of each market, at its end."""
    rows: list[dict[str, Any]] = []
    for panel in panels:
        told = [(year.year, year.spread[2]) for year in panel.fan.years if year.spread]
        rows += [
            {"x": panel.x(year) + 5, "y": panel.y(median), "text": _printed(median, quantity, words)}
            for year, median in told[-1:]
        ]
    return rows


def _key(y: float, fans: Sequence[Fan], quantity: Quantity, place: Place, words: Words) -> list[alt.Chart]:
    """What lines and tints mean, in one row."""
    drawn, names, x = [], [], TITLE_LEFT
    for key, colour, thick, dash in KEYS:
        name = words.label(f"fan.{key}")
        drawn.append({"x": x, "x2": x + SWATCH, "y": y, "y2": y, "colour": colour, "thick": thick, "dash": dash})
        names.append({"x": x + SWATCH + 5, "y": y, "text": name})
        x += SWATCH + 5 + text_width(name) + 18
    others = [{"x": x + SWATCH / 2, "y": y}] if any(fan.others for fan in fans) else []
    names += [{"x": x + SWATCH + 2, "y": y, "text": words.label("fan.others")} for _ in others]
    own = [{"x": WIDTH - TITLE_LEFT, "y": y, "text": words.label("fan.own_scale")}] if quantity == "cars" else []
    look = {
        "color": alt.Color("colour:N", scale=None),
        "strokeWidth": alt.StrokeWidth("thick:Q", scale=None),
        "strokeDash": alt.StrokeDash("dash:N", scale=None),
    }
    dot = alt.Chart(inline([{"x": TITLE_LEFT + SWATCH / 2, "y": y}])).mark_point(
        filled=True, size=DOT, color=INK, opacity=1
    )
    return [
        alt.Chart(inline(drawn)).mark_rule().encode(**place.span, **look),
        dot.encode(**place.point),
        *diamonds(others, place),
        written(names, place, align="left"),
        written(own, place, align="right", color=MUTED),
    ]


def _forecast(spread: Sequence[float], quantity: Quantity, words: Words) -> str:
    """The quantiles of a year in words."""
    names = ("p05", "p10", "p50", "p90", "p95")
    return words.tell("fan.forecast", **{n: _printed(v, quantity, words) for n, v in zip(names, spread, strict=True)})


def _told(fan: Fan, quantity: Quantity, words: Words) -> str:
    """What a panel shows in words: the ends of what is known, every median, and how wide the fan is at last."""
    known = [f"{y.year} {_printed(y.known, quantity, words)}" for y in fan.years if y.known is not None]
    medians = [f"{y.year} {_printed(y.spread[2], quantity, words)}" for y in fan.years if y.spread]
    last = next((year.spread for year in reversed(fan.years) if year.spread), None)
    past = (
        words.tell("fan.told_known", count=Amount(float(len(set(known))), "count"), first=known[0], last=known[-1])
        if known
        else words.label("fan.nothing_known")
    )
    ahead = (
        words.tell("fan.told_medians", medians=words.in_a_row(medians), last=_forecast(last, quantity, words))
        if last
        else words.label("fan.no_forecast")
    )
    return words.tell("fan.told", market=fan.name, past=past, ahead=ahead)
