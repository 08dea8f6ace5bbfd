"""A tornado: what NPV differs by where an assumption stands low and where it stands high, the largest on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import altair as alt

from roadstead.report.charts.style import FAINT, MUTED, RULE, Place, drawing, inline, shortened, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.words import Words

WIDTH, HEAD, FOOT = 900.0, 30.0, 10.0
NAMES, NUMBERS = 0.2, 108.0
"""Share of a wide drawing that names take, and room for a number beyond a bar. [fraction], [pixels]"""
ROW, TALL = 26.0, 46.0
"""Height of a row, and of one whose name stands above its bars. [pixels]"""
SLIM = 500.0
"""Width below which names stand above. [pixels]"""
LOW, HIGH = "#3F84C4", "#DA7443"
"""Colours of an assumption's low and high end."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An assumption with its ends in print, and the difference of NPV at each; ``noise``: what says nothing. [money]"""

    name: str
    low: str
    high: str
    npv_low: float | None
    npv_high: float | None
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class _Form:
    """How rows lie: where nothing is, what a difference of the largest size reaches, height of a row, and of what stands above it. [pixels]"""

    middle: float
    half: float
    row: float
    above: float

    def across(self, share: float) -> float:
        """Where a share of the largest difference ends."""
        return self.middle + self.half * max(min(share, 1.0), -1.0)


def _form(width: float) -> _Form:
    slim = width < SLIM
    left = NUMBERS if slim else NUMBERS + NAMES * width
    half = (width - left - NUMBERS) / 2
    return _Form(left + half, half, TALL if slim else ROW, TALL - ROW if slim else 0.0)


def tornado_chart(bars: Sequence[Bar], words: Words, width: float = WIDTH) -> alt.LayerChart:
    """A row an assumption; differences inside the grey band say nothing."""
    form = _form(width)
    place = Place(width, HEAD + form.row * max(len(bars), 1) + FOOT)
    most = max([abs(v) for bar in bars for v in (bar.npv_low, bar.npv_high) if v is not None] or [0.0]) or 1.0
    boxes, texts, names, noise = [], [], [], []
    for i, bar in enumerate(bars):
        top = HEAD + form.row * i + form.above
        names.append(_name(bar.name, top, form, width))
        reach = bar.noise / most
        noise.append({"x": form.across(-reach), "x2": form.across(reach), "y": top + 3, "y2": top + ROW - 3})
        for value, written_as, colour, at in (
            (bar.npv_low, bar.low, LOW, top + 4), (bar.npv_high, bar.high, HIGH, top + ROW / 2),
        ):  # fmt: skip
            if value is None:
                continue
            end = form.across(value / most)
            box = {"x": form.middle, "x2": end, "y": at, "y2": at + ROW / 2 - 4, "fill": colour}
            boxes.append({**box, "said": said(bar.name, written_as, value, words)})
            texts.append(_beside(end, at + ROW / 4 - 2, words.headed(written_as, words.more(value)), value))
    band = alt.Chart(inline(noise)).mark_bar(color=FAINT)
    bar_marks = alt.Chart(inline(boxes)).mark_bar()
    axis = alt.Chart(inline([{"x": form.middle, "x2": form.middle, "y": HEAD - 4, "y2": place.height - FOOT}]))
    fill = alt.Fill("fill:N", scale=None)
    ends = (("low", LOW, -1.0, "right"), ("high", HIGH, 1.0, "left"))
    key = [
        {"x": form.middle + sign * 20, "y": 12, "text": words.label(f"whatif.{end}"), "side": side}
        for end, _, sign, side in ends
    ]
    marks = [
        {"x": form.middle + sign * 6, "x2": form.middle + sign * 15, "y": 8, "y2": 16, "fill": colour}
        for _, colour, sign, _ in ends
    ]
    layers = [
        cast("alt.Chart", band.encode(**place.span)),
        cast("alt.Chart", bar_marks.encode(**place.span, fill=fill, description=alt.Description("said:N"))),
        cast("alt.Chart", axis.mark_rule(color=RULE).encode(**place.span)),
        written(names, place, align="left" if form.above else "right"),
        *(
            written([t for t in texts if t["side"] == side], place, align=side, color=MUTED, fontSize=10)
            for side in ("left", "right")
        ),
        cast("alt.Chart", alt.Chart(inline(marks)).mark_bar().encode(**place.span, fill=fill)),
        *(written([k], place, align=k["side"], fontWeight="bold") for k in key),
    ]
    return drawing(layers, width, place.height)


def said(name: str, end: str, moved: float, words: Words) -> str:
    """An end of an assumption and what it moves, in words."""
    return words.headed(f"{name} {end}", words.more(moved))


def _name(name: str, top: float, form: _Form, width: float) -> dict[str, object]:
    """The name of a row: before its bars, or above them."""
    if form.above:
        return {"x": 0.0, "y": top - form.above / 2 + 3, "text": shortened(name, width)}
    room = NAMES * width
    return {"x": room - 8, "y": top + ROW / 2, "text": shortened(name, room - 8)}


def _beside(x: float, y: float, text: str, value: float) -> dict[str, object]:
    """A text beyond the end of its bar."""
    side = "left" if value >= 0 else "right"
    return {"x": x + (4 if value >= 0 else -4), "y": y, "text": text, "side": side}
