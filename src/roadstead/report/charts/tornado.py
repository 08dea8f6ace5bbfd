"""A tornado: what NPV differs by where an assumption stands low and where it stands high, the largest on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import altair as alt

from roadstead.report.charts.style import FAINT, MUTED, RULE, Place, drawing, inline, shortened, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.words import Words

WIDTH, ROW, LEFT, RIGHT, HEAD, FOOT = 900.0, 26.0, 260.0, 96.0, 30.0, 10.0
LOW, HIGH = "#3F84C4", "#DA7443"
"""Colours of an assumption's low and high end."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An assumption with its ends as written, and the difference of NPV at each; ``noise``: what says nothing. [money]"""

    name: str
    low: str
    high: str
    npv_low: float | None
    npv_high: float | None
    noise: float


def tornado_chart(bars: Sequence[Bar], words: Words) -> alt.LayerChart:
    """A row an assumption; differences inside the grey band say nothing."""
    place = Place(WIDTH, HEAD + ROW * max(len(bars), 1) + FOOT)
    most = max([abs(v) for bar in bars for v in (bar.npv_low, bar.npv_high) if v is not None] or [0.0]) or 1.0
    half = (WIDTH - LEFT - RIGHT) / 2
    middle = LEFT + half

    def across(value: float) -> float:
        return middle + half * max(min(value / most, 1.0), -1.0)

    boxes, texts, names, noise = [], [], [], []
    for i, bar in enumerate(bars):
        top = HEAD + ROW * i
        names.append({"x": LEFT - 70, "y": top + ROW / 2, "text": shortened(bar.name, LEFT - 80)})
        noise.append(
            {"x": across(-bar.noise), "x2": across(bar.noise), "y": top + 3, "y2": top + ROW - 3}
        )  # fmt: skip
        for value, written_as, colour, at in (
            (bar.npv_low, bar.low, LOW, top + 4), (bar.npv_high, bar.high, HIGH, top + ROW / 2),
        ):  # fmt: skip
            if value is None:
                continue
            said = words.headed(f"{bar.name} {written_as}", words.money(value))
            boxes.append(
                {"x": middle, "x2": across(value), "y": at, "y2": at + ROW / 2 - 4, "fill": colour, "said": said}
            )
            texts.append(_beside(across(value), at + ROW / 4 - 2, f"{written_as}  {words.money(value)}", value))
    band = alt.Chart(inline(noise)).mark_bar(color=FAINT)
    bar_marks = alt.Chart(inline(boxes)).mark_bar()
    axis = alt.Chart(inline([{"x": middle, "x2": middle, "y": HEAD - 4, "y2": place.height - FOOT}]))
    fill = alt.Fill("fill:N", scale=None)
    key = [
        {"x": middle - 8, "y": 12, "text": words.label("whatif.low"), "side": "right", "colour": LOW},
        {"x": middle + 8, "y": 12, "text": words.label("whatif.high"), "side": "left", "colour": HIGH},
    ]
    layers = [
        cast("alt.Chart", band.encode(**place.span)),
        cast("alt.Chart", bar_marks.encode(**place.span, fill=fill, description=alt.Description("said:N"))),
        cast("alt.Chart", axis.mark_rule(color=RULE).encode(**place.span)),
        written(names, place, align="right"),
        *(
            written([t for t in texts if t["side"] == side], place, align=side, color=MUTED, fontSize=10)
            for side in ("left", "right")
        ),
        *(written([k], place, align=k["side"], color=k["colour"], fontWeight="bold") for k in key),
    ]
    return drawing(layers, WIDTH, place.height)


def _beside(x: float, y: float, text: str, value: float) -> dict[str, object]:
    """A text beyond the end of its bar."""
    side = "left" if value >= 0 else "right"
    return {"x": x + (4 if value >= 0 else -4), "y": y, "text": text, "side": side}
