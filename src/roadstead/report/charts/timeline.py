"""Entry-mode timeline: for every market the main mode year by year, with how many cars as the horizon begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.amounts import compact
from roadstead.report.charts.style import (
    MUTED,
    ON_MODE,
    RULE,
    Place,
    across,
    down,
    drawing,
    inline,
    mode_colour,
    shortened,
    text_width,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.playbook.book import Name, TimelineSpan
    from roadstead.report.words import Words

ROW, HEAD, GAP = 23.0, 24.0, 3.0
INSIDE = 10.5
"""Size of the text inside bars. [px]"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Room for names on the left, numbers on the right, years between them. [pixels]"""

    width: float
    names: float
    numbers: float
    first: int
    last: int

    @property
    def step(self) -> float:
        """Width of a year."""
        return (self.width - self.names - self.numbers) / (self.last - self.first + 1)

    def left(self, year: int) -> float:
        """Where a year begins."""
        return self.names + (year - self.first) * self.step


def timeline_chart(spans: Sequence[TimelineSpan], words: Words, width: float) -> alt.LayerChart:
    """The timeline, wide or narrow; on a narrow one the bars carry no text."""
    is_wide = width > 700
    first, last = min(span.year for span in spans), max(span.year + span.span - 1 for span in spans)
    sheet = Sheet(width, 132.0 if is_wide else 102.0, 62.0 if is_wide else 46.0, first, last)
    markets = by_market(spans)
    bars = [bar for i, own in enumerate(markets.values()) for bar in _bars(own, HEAD + i * ROW, sheet, words)]
    height = HEAD + len(markets) * ROW + GAP
    place = Place(width, height)
    layers: list[alt.Chart] = [
        alt.Chart(inline(_years(sheet, height))).mark_rule(color=RULE).encode(**place.point, y2=alt.Y2("y2:Q")),
        alt.Chart(inline(bars))
        .mark_bar(cornerRadius=1.5)
        .encode(**place.span, color=mode_colour("mode"), description=alt.Description("said:N")),
        written(_names(markets, sheet, words), place, align="right"),
        written(_heads(sheet, words), place, align="center", color=MUTED),
        written(_ends(markets, sheet, words), place, align="right"),
    ]
    if is_wide:
        text = alt.Chart(inline([bar for bar in bars if bar["text"]]))
        text = text.mark_text(align="left", baseline="middle", fontSize=INSIDE)
        colour = alt.Color("ink:N", scale=None)
        layers.append(text.encode(across("tx", width), down("ty", height), text=alt.Text("text:N"), color=colour))
    return cast("alt.LayerChart", drawing(layers, width, height).resolve_scale(color="independent"))


def _bars(own: list[TimelineSpan], top: float, sheet: Sheet, words: Words) -> list[dict[str, Any]]:
    """One bar for every run of years with one mode."""
    found = []
    for spans in runs(own):
        begin, end, mode = spans[0], spans[-1], spans[0].mode
        left, right = sheet.left(begin.year), sheet.left(end.year + end.span)
        text = _inside(spans, words)
        found.append(
            {
                "x": left + 1, "x2": right - 1, "y": top + GAP, "y2": top + ROW - GAP, "mode": mode,
                "text": text if text_width(text, INSIDE) < right - left - 12 else "", "ink": ON_MODE[mode],
                "tx": left + 7, "ty": top + ROW / 2, "said": said(spans, words),
            }
        )  # fmt: skip
    return found


def by_market(spans: Sequence[TimelineSpan]) -> dict[Name, list[TimelineSpan]]:
    """Years of every market, in their order."""
    return {span.market: [s for s in spans if s.market == span.market] for span in spans}


def runs(own: Sequence[TimelineSpan]) -> Iterator[list[TimelineSpan]]:
    """Years in a row in which a market is supplied in one way."""
    for _, run in groupby(sorted(own, key=lambda span: span.year), key=lambda span: span.mode):
        yield list(run)


def _inside(spans: list[TimelineSpan], words: Words) -> str:
    if spans[0].mode == "none":
        return ""
    begin, end = (compact(span.cars, words.language) for span in (spans[0], spans[-1]))
    return begin if begin == end else f"{begin} → {end}"


def said(spans: Sequence[TimelineSpan], words: Words) -> str:
    """Years of one mode in words."""
    begin, end = spans[0], spans[-1]
    return words.tell(
        "timeline.span", market=begin.market, mode=begin.mode, first=Amount(begin.year, "year"),
        last=Amount(end.year, "year"), start=Amount(begin.cars, "cars"), end=Amount(end.cars, "cars"),
        share=Amount(end.local_share, "share"),
    )  # fmt: skip


def _years(sheet: Sheet, height: float) -> list[dict[str, Any]]:
    return [{"x": sheet.left(year), "y": HEAD, "y2": height} for year in range(sheet.first, sheet.last + 2)]


def _heads(sheet: Sheet, words: Words) -> list[dict[str, Any]]:
    every = next(n for n in (1, 2, 3, 5) if n * sheet.step > text_width("2027") + 6)
    years = range(sheet.first, sheet.last + 1, every)
    heads = [{"x": sheet.left(y) + sheet.step / 2, "y": HEAD / 2, "text": str(y)} for y in years]
    title = words.tell("timeline.end", year=Amount(sheet.last, "year"))
    return [*heads, {"x": sheet.width - sheet.numbers / 2 + 2, "y": HEAD / 2, "text": title}]


def _names(markets: dict[Any, list[TimelineSpan]], sheet: Sheet, words: Words) -> list[dict[str, Any]]:
    return [
        {"x": sheet.names - 8, "y": HEAD + (i + 0.5) * ROW, "text": shortened(words.short(name), sheet.names - 10)}
        for i, name in enumerate(markets)
    ]


def _ends(markets: dict[Any, list[TimelineSpan]], sheet: Sheet, words: Words) -> list[dict[str, Any]]:
    found = []
    for i, own in enumerate(markets.values()):
        cars = max(own, key=lambda span: span.year).cars
        text = compact(cars, words.language) if cars >= 1 else "–"
        found.append({"x": sheet.width - 4, "y": HEAD + (i + 0.5) * ROW, "text": text})
    return found
