"""One lane over the years: what the duties come to, kind upon kind, on the days on which the law moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.report.amounts import percent
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.style import (
    FAINT,
    INK,
    MUTED,
    PAPER,
    RULE,
    Place,
    drawing,
    haloed,
    inline,
    text_width,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLOURS = {
    "mfn": "#3F84C4", "preferential": "#7FB69A", "quota trq": "#EBAA3E", "countervailing": "#B5482F",
    "antidumping": "#8A5A44", "surtax": "#C6719F", "min price": "#8C99A8",
}  # fmt: skip
"""One colour per kind of measure."""
OTHER = "#2B3440"
WIDTH, HEIGHT = 760.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 54.0, 26.0


@dataclass(frozen=True, slots=True)
class Charge:
    """What a shipment pays.

    Attributes
    ----------
    parts
        Ad-valorem equivalent by kind of measure; empty where nothing is known or nothing is due. [fraction]
    with_taxes
        The same with fees and taxes on import; None where there are none, or nothing is known. [fraction]
    known
        False where no total could be told.
    """

    parts: Mapping[str, float]
    with_taxes: float | None
    known: bool = True

    @property
    def duty(self) -> float:
        """All duties together."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStep(Charge):
    """Days, both included, on which a lane pays the same."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Sheet:
    """From days and rates to pixels."""

    first: date
    last: date
    top: float

    def x(self, day: date) -> float:
        days = (self.last - self.first).days + 1
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / days

    def y(self, rate: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * rate / self.top


def lane_chart(title: str, steps: Sequence[LaneStep]) -> alt.LayerChart:
    """The steps as bars whose parts stand on one another, and a dark line for the total with fees and taxes."""
    highest = max(max(step.duty, step.with_taxes or 0.0) for step in steps)
    sheet = _Sheet(steps[0].first, steps[-1].last, (highest or 0.10) * 1.1)
    place = Place(WIDTH, HEIGHT)
    years = range(sheet.first.year, sheet.last.year + 1)
    ticks = [{"x": sheet.x(date(year, 1, 1)), "y": TOP, "y2": HEIGHT - BOTTOM} for year in years]
    level = [{"x": LEFT, "x2": WIDTH - RIGHT, "y": sheet.y(rate), "y2": sheet.y(rate)} for rate in levels(sheet.top)]
    layers: list[alt.Chart] = [
        alt.Chart(inline(ticks)).mark_rule(color=FAINT).encode(**place.point, y2=alt.Y2("y2:Q")),
        alt.Chart(inline(level)).mark_rule(color=RULE).encode(**place.point, x2=alt.X2("x2:Q")),
        alt.Chart(inline(_bars(steps, sheet)))
        .mark_bar(stroke=PAPER, strokeWidth=0.5)
        .encode(**place.span, color=alt.Color("colour:N", scale=None), description=alt.Description("said:N")),
        alt.Chart(inline(_unknown(steps, sheet)))
        .mark_bar(color=FAINT)
        .encode(**place.span, description=alt.Description("said:N")),
        *_with_taxes(steps, sheet, place),
        written(_year_names(years, sheet), place, align="left", color=MUTED),
        written(_level_names(sheet), place, align="right", color=MUTED),
        written([{"x": LEFT, "y": 12.0, "text": title}], place, align="left", fontSize=14, fontWeight="bold"),
        *haloed(_totals(steps, sheet), place, align="center", baseline="bottom", fontWeight="bold"),
        *legend(steps, place),
    ]
    return drawing(layers, WIDTH, HEIGHT)


def drawn(title: str, steps: Sequence[LaneStep]) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    told = "; ".join(f"{step.first} to {step.last}: {percent(step.duty) if step.known else '?'}" for step in steps)
    return Drawing("lane", lane_chart(title, steps), title, told)


def _bars(steps: Sequence[LaneStep], sheet: _Sheet) -> list[dict[str, Any]]:
    bars = []
    for step in steps:
        below = 0.0
        for kind, rate in step.parts.items():
            if rate > 0:
                said = f"{kind} {percent(rate)}, {step.first} to {step.last}"
                colour = COLOURS.get(kind, OTHER)
                bars.append(_box(step, sheet, below, below + rate) | {"colour": colour, "said": said})
                below += rate
    return bars


def _box(step: LaneStep, sheet: _Sheet, low: float, high: float) -> dict[str, float]:
    ends = date.fromordinal(step.last.toordinal() + 1)
    return {"x": sheet.x(step.first), "x2": sheet.x(ends), "y": sheet.y(high), "y2": sheet.y(low)}


def _unknown(steps: Sequence[LaneStep], sheet: _Sheet) -> list[dict[str, Any]]:
    return [
        _box(step, sheet, 0.0, sheet.top / 1.1) | {"said": f"no quote, {step.first} to {step.last}"}
        for step in steps
        if not step.known
    ]


def _with_taxes(steps: Sequence[LaneStep], sheet: _Sheet, place: Place) -> list[alt.Chart]:
    rows = [
        _box(step, sheet, step.with_taxes, step.with_taxes)
        | {"said": f"with fees and import taxes {percent(step.with_taxes)}, {step.first} to {step.last}"}
        for step in steps
        if step.with_taxes is not None
    ]
    if not rows:
        return []
    lines = alt.Chart(inline(rows)).mark_rule(color=INK, strokeWidth=2)
    return [lines.encode(**place.point, x2=alt.X2("x2:Q"), description=alt.Description("said:N"))]


def _totals(steps: Sequence[LaneStep], sheet: _Sheet) -> list[dict[str, Any]]:
    """The totals of each step that is wide enough to carry them."""
    rows = []
    for step in steps:
        rates = [step.duty, *(() if step.with_taxes is None else (step.with_taxes,))]
        for rate in rates:
            text = percent(rate) if step.known else "no quote"
            box = _box(step, sheet, 0.0, rate)
            if text_width(text) + 4 <= box["x2"] - box["x"]:
                rows.append({"x": (box["x"] + box["x2"]) / 2, "y": box["y"] - 3, "text": text})
    return rows


def legend(steps: Sequence[Charge], place: Place, left: float = LEFT) -> list[alt.Chart]:
    """Kinds that are charged anywhere, and the total with fees and taxes."""
    kinds = list(dict.fromkeys(kind for step in steps for kind, rate in step.parts.items() if rate > 0))
    named = [(kind, COLOURS.get(kind, OTHER)) for kind in kinds]
    if any(step.with_taxes is not None for step in steps):
        named.append(("with fees and import taxes", INK))
    keys, names, x = [], [], left
    for name, colour in named:
        keys.append({"x": x, "x2": x + 10, "y": 27.0, "y2": 37.0, "colour": colour})
        names.append({"x": x + 14, "y": 32.0, "text": name})
        x += 14 + text_width(name) + 16
    boxes = alt.Chart(inline(keys)).mark_bar().encode(**place.span, color=alt.Color("colour:N", scale=None))
    return [boxes, written(names, place, align="left")] if named else []


def levels(top: float) -> list[float]:
    """Round rates from nothing up, at most six."""
    step = next(
        step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0) if top / step < 6 or step == 5.0
    )
    return [step * n for n in range(int(top / step) + 1)]


def _year_names(years: range, sheet: _Sheet) -> list[dict[str, Any]]:
    room = sheet.x(date(sheet.first.year + 1, 1, 1)) - LEFT
    every = next(n for n in (1, 2, 5, 10, 50) if n * room > text_width("2027") + 6)
    return [{"x": sheet.x(date(y, 1, 1)) + 2, "y": HEIGHT - BOTTOM / 2, "text": str(y)} for y in years[::every]]


def _level_names(sheet: _Sheet) -> list[dict[str, Any]]:
    return [{"x": LEFT - 6, "y": sheet.y(rate), "text": percent(rate)} for rate in levels(sheet.top)]
