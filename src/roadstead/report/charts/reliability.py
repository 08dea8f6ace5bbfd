"""Reliability of a back-test: how many actuals lay below each level of the forecasts, against how many should have."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from statistics import fmean
from typing import TYPE_CHECKING, cast

import altair as alt

from roadstead.report.amounts import grouped, percent
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

if TYPE_CHECKING:
    from collections.abc import Sequence

OTHERS = ("#8C99A8", "#C09A6B", "#7FA08A", "#B08FB0", "#B5B25A", "#C98F86")
"""Colours of models beside ours, over again where there are more."""
ERROR = "#DFE8F1"
WIDTH, PLOT = 640.0, 400.0
LEFT, ABOVE, BELOW = 50.0, 48.0, 50.0
"""Room for the scale; for words above and below the plot. [pixels]"""
LINE, LEADER = 15.0, 26.0
"""Height of a name; length of the line that leads to it. [pixels]"""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
CAUGHT = 0.90
"""Share of independent samples that the tinted band holds at each level."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a back-test of a model found.

    Attributes
    ----------
    count
        Forecasts whose actual is known.
    below
        Share of the actuals that lay below each level. [fraction]
    """

    name: str
    count: int
    below: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A model, and how it is drawn."""

    model: Reliability
    label: str
    colour: str
    is_ours: bool

    @property
    def thick(self) -> float:
        return 2.6 if self.is_ours else 1.2


@dataclass(frozen=True, slots=True)
class _Sheet:
    """From fractions to pixels."""

    top: float

    @property
    def bottom(self) -> float:
        return self.top + PLOT

    def x(self, level: float) -> float:
        return LEFT + PLOT * level

    def y(self, share: float) -> float:
        return self.bottom - PLOT * share


def reliability_chart(
    title: str, levels: Sequence[float], models: Sequence[Reliability], *, has_band: bool = True
) -> alt.LayerChart:
    """A line a model, the first of them ours, thick and dark; where forecasts are reliable, lines lie on the diagonal.

    ``has_band`` tints how far a reliable model of as many independent forecasts as ours would stray by chance.
    """
    sheet = _Sheet(TITLE_LINE * len(title_lines(title, WIDTH)) + ABOVE)
    place = Place(WIDTH, sheet.bottom + BELOW)
    drawn = _drawn(models)
    layers = [
        *_axes(sheet, place),
        *(_error(models[0], levels, sheet, place) if has_band and models[0].count else ()),
        _diagonal(sheet, place),
        # Ours last, over all others.
        *(layer for model in reversed(drawn) for layer in _model(model, levels, sheet, place)),
        *_names(drawn, levels[-1], sheet, place),
        *_sides(sheet, place),
        titled(title, place),
    ]
    return drawing(layers, WIDTH, place.height)


def drawn(title: str, levels: Sequence[float], models: Sequence[Reliability], *, has_band: bool = True) -> Drawing:
    """The chart with what it tells, for a file or a notebook."""
    chart = reliability_chart(title, levels, models, has_band=has_band)
    return Drawing("reliability", chart, title, "; ".join(_told(model, levels) for model in models))


def _drawn(models: Sequence[Reliability]) -> list[_Drawn]:
    """Models with their colours; their names tell the count, uncut, where it is not the same for all."""
    counts = ["" if len({model.count for model in models}) == 1 else f" ({grouped(m.count)})" for m in models]
    room = WIDTH - LEFT - PLOT - LEADER - 22  # half of it since widths are estimates
    labels = []
    for i, (model, count) in enumerate(zip(models, counts, strict=True)):
        width = room if i else room / BOLD
        labels.append(shortened(model.name, width - text_width(count)) + count)
    colours = [INK, *(OTHERS[i % len(OTHERS)] for i in range(len(models) - 1))]
    return [_Drawn(model, labels[i], colours[i], i == 0) for i, model in enumerate(models)]


def sampling_error(level: float, count: int) -> tuple[float, float]:
    """Shares below a level between which a reliable model stays in 90 % of samples of independent forecasts.

    Exact: the 5 % and the 95 % quantile of the binomial distribution, over the count. [fraction]
    """
    if not 0.0 < level < 1.0:
        return level, level
    reached, ends = 0.0, []
    for below in range(count + 1):
        # By logarithms, since the number of combinations soon exceeds every float.
        ways = lgamma(count + 1) - lgamma(below + 1) - lgamma(count - below + 1)
        reached += exp(ways + below * log(level) + (count - below) * log1p(-level))
        ends.append((below, reached))
    low = next(below for below, share in ends if share >= (1 - CAUGHT) / 2)
    high = next((below for below, share in ends if share >= (1 + CAUGHT) / 2), count)
    return low / count, high / count


def spread(wanted: Sequence[float], gap: float, ends: tuple[float, float]) -> list[float]:
    """Places at least ``gap`` apart, as near to the wanted ones as they can be, in their order and between the ends.

    Least squares: with the gaps taken out, neighbours in the wrong order share the mean of their places.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    pools: list[list[float]] = []
    for rank, i in enumerate(order):
        pools.append([wanted[i] - rank * gap])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    means = [fmean(pool) for pool in pools for _ in pool]
    first, last = ends[0], max(ends[1] - gap * (len(wanted) - 1), ends[0])
    found = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        found[i] = min(max(means[rank], first), last) + rank * gap
    return found


def _axes(sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """A grid from 0 to 100 % both ways, its numbers, and what they count."""
    right = LEFT + PLOT
    lines = []
    for tick in reversed(TICKS):  # the axes last, unbroken by the grid
        colour = FAINT if tick else MUTED
        lines.append({"x": LEFT, "x2": right, "y": sheet.y(tick), "y2": sheet.y(tick), "colour": colour})
        lines.append({"x": sheet.x(tick), "x2": sheet.x(tick), "y": sheet.top, "y2": sheet.bottom, "colour": colour})
    up = [{"x": LEFT - 6, "y": sheet.y(t), "text": percent(t)} for t in TICKS]
    along = [{"x": sheet.x(t), "y": sheet.bottom + 13, "text": percent(t)} for t in TICKS]
    words = [{"x": TITLE_LEFT, "y": sheet.top - 15, "text": "share of actuals below the level"}]
    level = [{"x": right, "y": sheet.bottom + 33, "text": "level of the forecast"}]
    rule = alt.Chart(inline(lines)).mark_rule()
    return [
        cast("alt.Chart", rule.encode(**place.span, color=alt.Color("colour:N", scale=None))),
        written(up, place, align="right", color=MUTED),
        written(along, place, align="center", color=MUTED),
        written(words, place, align="left", color=MUTED),
        written(level, place, align="right", color=MUTED),
    ]


def _error(ours: Reliability, levels: Sequence[float], sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """A tint around the diagonal, and the words that say what it is."""
    rows = []
    for level in (0.0, *levels, 1.0):
        low, high = sampling_error(level, ours.count)
        rows.append({"x": sheet.x(level), "y": sheet.y(high), "y2": sheet.y(low)})
    y = sheet.top - 36
    words = f"{percent(CAUGHT)} sampling error of {grouped(ours.count)} independent forecasts"
    key = alt.Chart(inline([{"x": TITLE_LEFT, "x2": TITLE_LEFT + 18, "y": y - 5, "y2": y + 5}])).mark_bar(color=ERROR)
    area = alt.Chart(inline(rows)).mark_area(color=ERROR, opacity=1)
    return [
        cast("alt.Chart", area.encode(**place.point, y2=alt.Y2("y2:Q"))),
        cast("alt.Chart", key.encode(**place.span)),
        written([{"x": TITLE_LEFT + 23, "y": y, "text": words}], place, align="left"),
    ]


def _diagonal(sheet: _Sheet, place: Place) -> alt.Chart:
    ends = [{"x": sheet.x(0.0), "y": sheet.y(0.0), "x2": sheet.x(1.0), "y2": sheet.y(1.0)}]
    rule = alt.Chart(inline(ends)).mark_rule(color=MUTED, strokeDash=[4, 3])
    return cast("alt.Chart", rule.encode(**place.span))


def _model(drawn: _Drawn, levels: Sequence[float], sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """A model's line, with a dot at every level."""
    model = drawn.model
    rows = [
        {"x": sheet.x(level), "y": sheet.y(share), "said": f"{model.name}: {_below(share, level)}"}
        for level, share in zip(levels, model.below, strict=True)
    ]
    line = alt.Chart(inline(rows)).mark_line(color=drawn.colour, strokeWidth=drawn.thick, strokeJoin="round")
    dots = alt.Chart(inline(rows)).mark_point(filled=True, opacity=1, color=drawn.colour, size=9 * drawn.thick)
    return [line.encode(**place.point), dots.encode(**place.point, description=alt.Description("said:N"))]


def _names(models: Sequence[_Drawn], last: float, sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """Each model's name beside the end of its line, led to it where names had to move apart."""
    wanted = [sheet.y(drawn.model.below[-1]) for drawn in models]
    heights = spread(wanted, LINE, (sheet.top + LINE / 2, sheet.bottom - LINE / 2))
    left = LEFT + PLOT + LEADER
    leaders, names = [], []
    for drawn, y, height in zip(models, wanted, heights, strict=True):
        leaders.append({"x": sheet.x(last), "x2": left, "y": y, "y2": height, "colour": drawn.colour})
        names.append({"x": left + 4, "y": height, "text": drawn.label, "ours": drawn.is_ours})
    rule = alt.Chart(inline(leaders)).mark_rule(strokeWidth=0.8)
    return [
        cast("alt.Chart", rule.encode(**place.span, color=alt.Color("colour:N", scale=None))),
        written([name for name in names if not name["ours"]], place, align="left"),
        written([name for name in names if name["ours"]], place, align="left", fontWeight="bold"),
    ]


def _sides(sheet: _Sheet, place: Place) -> list[alt.Chart]:
    """What it means for a line to lie on either side of the diagonal."""
    over = [{"x": LEFT + 8, "y": sheet.top + 12, "text": "actuals lower than forecast"}]
    under = [{"x": LEFT + PLOT - 8, "y": sheet.bottom - 12, "text": "actuals higher than forecast"}]
    return [*haloed(over, place, align="left", color=MUTED), *haloed(under, place, align="right", color=MUTED)]


def _below(share: float, level: float) -> str:
    return f"{_rounded(share)} below the {percent(level)} level"


def _rounded(share: float) -> str:
    return percent(round(share, 3))


def _told(model: Reliability, levels: Sequence[float]) -> str:
    """What a line shows in words."""
    found = ", ".join(_below(share, level) for level, share in zip(levels, model.below, strict=True))
    return f"{model.name}, of {grouped(model.count)} actuals: {found}"
