"""Exports from home over the years: built-up cars beside what is sent to be built into cars, each with its 10-90 % span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.amounts import money_scale
from roadstead.report.charts.style import INK, MODE_COLOURS, PAPER, inline, layered, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.playbook.parts_book import ExportYear
    from roadstead.report.words import Words

COLOURS = {"cars": MODE_COLOURS["export"], "kits": MODE_COLOURS["kit"], "batteries": "#0A5C47", "parts": "#7DB5A3"}
"""One colour for each of the goods: cars and kits as in the charts by mode, two greens for what goes to plants."""
HEIGHT, AXIS = 300.0, 56.0
"""Height of the bars; room for the axis. [pixels]"""


def exports_chart(years: Sequence[ExportYear], words: Words, width: float) -> alt.LayerChart:
    """Two bars a year, parts stacked by what they are, and a bracket from P10 to P90 on each."""
    room = (width - AXIS) / len(years)
    every = next(n for n in (1, 2, 3, 5) if n * room > text_width("2027") + 6)
    shown = [str(row.year) for i, row in enumerate(years) if i % every == 0]
    x = alt.X(
        "year:O", title=None, scale=alt.Scale(paddingInner=0.24, paddingOuter=0.12),
        axis=alt.Axis(labelAngle=0, values=shown, ticks=False, labelPadding=6),
    )  # fmt: skip
    beside = alt.XOffset("side:N", sort=["cars", "parts"], scale=alt.Scale(paddingInner=0.08))
    colour = alt.Color("goods:N", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())), legend=None)
    blocks = alt.Chart(inline(bar for row in years for bar in bars(row, words))).mark_bar()
    y = alt.Y("value:Q", title=None, axis=_money_axis(years, words))
    stacked = blocks.encode(x, y, beside, colour, order=alt.Order("order:Q"), description=alt.Description("said:N"))
    ends = [span for row in years for span in spans(row, words)]
    return layered([stacked, *_brackets(ends, x, beside, room)], width=width - AXIS, height=HEIGHT)


def bars(row: ExportYear, words: Words) -> Iterator[dict[str, Any]]:
    """Blocks of a year, with what each says."""
    worth = {"cars": row.cars, "kits": row.kits, "batteries": row.batteries, "parts": row.other_parts}
    for i, (goods, value) in enumerate(worth.items()):
        said = words.tell("exports.bar", year=Amount(row.year, "year"), goods=goods, value=Amount(value, "money"))
        side = "cars" if goods == "cars" else "parts"
        yield {"year": str(row.year), "side": side, "goods": goods, "order": i, "value": value, "said": said}


def spans(row: ExportYear, words: Words) -> Iterator[dict[str, Any]]:
    """Brackets of a year, with what each says."""
    ends = {"cars": (row.cars_low, row.cars_high), "parts": (row.parts_low, row.parts_high)}
    for side, (low, high) in ends.items():
        said = words.tell(
            "exports.span",
            year=Amount(row.year, "year"),
            side=side,
            low=Amount(low, "money"),
            high=Amount(high, "money"),
        )
        if high > low:
            yield {"year": str(row.year), "side": side, "low": low, "high": high, "said": said}


def _brackets(spans: Sequence[dict[str, Any]], x: alt.X, beside: alt.XOffset, room: float) -> list[alt.Chart]:
    """A line from low to high with a white edge, and a short stroke at either end."""
    base = alt.Chart(inline(spans)).encode(x, beside, description=alt.Description("said:N"))
    low, high, upper = alt.Y("low:Q", title=None), alt.Y("high:Q", title=None), alt.Y2("high:Q")
    edge = base.mark_rule(color=PAPER, strokeWidth=3.0, opacity=0.6)
    line = base.mark_rule(color=INK, strokeWidth=1.2)
    end = base.mark_tick(thickness=1.2, size=room * 0.16, color=INK, orient="horizontal")
    return [edge.encode(y=low, y2=upper), line.encode(y=low, y2=upper), end.encode(y=low), end.encode(y=high)]


def _money_axis(years: Sequence[ExportYear], words: Words) -> alt.Axis:
    """An axis of money in one scale: millions, billions, 亿."""
    scale = money_scale([max(row.cars_high, row.parts_high, row.cars, row.parts) for row in years], words.language)
    text = f"datum.value ? format(datum.value / {scale.divisor}, ',~r') + '{scale.word}' : '0'"
    return alt.Axis(labelExpr=text, tickCount=6, domain=False, ticks=False, labelPadding=6)
