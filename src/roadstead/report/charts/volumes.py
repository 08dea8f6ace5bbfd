"""Cars by mode over the years, with the 10-90 % span of their total."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.style import INK, MODE_COLOURS, PAPER, inline, layered, mode_colour, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import VolumeYear
    from roadstead.report.words import Words

STACKED = tuple(mode for mode in MODE_COLOURS if mode != "none")
HEIGHT = 330.0


def volumes_chart(volumes: Sequence[VolumeYear], words: Words, width: float) -> alt.LayerChart:
    """Stacked bars by mode, and a bracket from the 10th to the 90th percentile of the total."""
    rows = [
        {
            "year": str(v.year), "mode": v.mode, "cars": v.cars, "order": STACKED.index(v.mode),
            "said": said(v, words),
        }
        for v in volumes
    ]  # fmt: skip
    spans = [_span(next(own), words) for _, own in groupby(volumes, key=lambda row: row.year)]
    room = (width - 50) / len(spans)
    every = next(n for n in (1, 2, 3, 5) if n * room > text_width("2027") + 6)
    shown = [span["year"] for i, span in enumerate(spans) if i % every == 0]
    years = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, values=shown, ticks=False, labelPadding=6))
    bars = alt.Chart(inline(rows)).mark_bar(size=room * 0.68)
    cars = alt.Y("cars:Q", title=None, axis=_cars_axis(words))
    stacked = bars.encode(
        years, cars, mode_colour("mode"), order=alt.Order("order:Q"), description=alt.Description("said:N")
    )
    return layered([stacked, *_brackets(spans, years, room)], width=width - 50, height=HEIGHT)


def said(row: VolumeYear, words: Words) -> str:
    """Cars of a mode in a year, in words."""
    return words.tell("volumes.bar", year=Amount(row.year, "year"), mode=row.mode, cars=Amount(row.cars, "cars"))


def span_said(row: VolumeYear, words: Words) -> str:
    """The span of a year's cars in words."""
    low, high = Amount(row.low_total, "cars"), Amount(row.high_total, "cars")
    return words.tell("volumes.span", year=Amount(row.year, "year"), low=low, high=high)


def _span(row: VolumeYear, words: Words) -> dict[str, Any]:
    return {"year": str(row.year), "low": row.low_total, "high": row.high_total, "said": span_said(row, words)}


def _brackets(spans: Sequence[dict[str, Any]], years: alt.X, room: float) -> list[alt.Chart]:
    """A line from low to high with a white edge, and a short stroke at either end."""
    base = alt.Chart(inline(spans)).encode(years, description=alt.Description("said:N"))
    low, high = alt.Y("low:Q", title=None), alt.Y("high:Q", title=None)
    edge = base.mark_rule(color=PAPER, strokeWidth=3.0, opacity=0.6)
    line = base.mark_rule(color=INK, strokeWidth=1.2)
    end = base.mark_tick(thickness=1.2, size=room * 0.3, color=INK, orient="horizontal")
    upper = alt.Y2("high:Q")
    return [edge.encode(y=low, y2=upper), line.encode(y=low, y2=upper), end.encode(y=low), end.encode(y=high)]


def _cars_axis(words: Words) -> alt.Axis:
    """An axis of cars, in thousands and millions or in 万."""
    if words.language == "zh":
        text = "datum.value >= 10000 ? format(datum.value / 10000, ',~r') + '万' : format(datum.value, ',')"
    else:
        thousands = "datum.value ? format(datum.value / 1e3, '~r') + 'k' : '0'"
        text = f"datum.value >= 1e6 ? format(datum.value / 1e6, '~r') + 'm' : {thousands}"
    return alt.Axis(labelExpr=text, tickCount=6, domain=False, ticks=False, labelPadding=6)
