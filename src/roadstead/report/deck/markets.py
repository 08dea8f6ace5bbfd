"""A slide for each market that carries most cars: how it is supplied, what duties it asks, what a car costs there by each way."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.report.amounts import compact, grouped
from roadstead.report.charts.style import MODE_COLOURS, MUTED, ON_MODE
from roadstead.report.charts.waterfall import CHARGES, GROUPS, KEPT, group
from roadstead.report.deck.first import GAP
from roadstead.report.deck.fitting import Line, wide
from roadstead.report.deck.native import COLUMNS, STACKED, STACKED_BARS, Look, Series, native
from roadstead.report.deck.slides import BOTTOM, LEFT, RIGHT, TOP, Box, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Book, Name, TimelineSpan, Waterfall
    from roadstead.report.deck.slides import Deck
    from roadstead.report.words import Words

ROWS = 14
"""Markets on one slide of the table of modes."""


def markets(deck: Deck, book: Book) -> None:
    """One slide a market."""
    for market in dict.fromkeys(lane.market for lane in book.waterfalls):
        _market(deck, book, market)


def _market(deck: Deck, book: Book, market: Name) -> None:
    words = deck.words
    spans = sorted((span for span in book.timeline if span.market == market), key=lambda span: span.year)
    lanes = [lane for lane in book.waterfalls if lane.market == market]
    deck.begin(words.headed(words.name(market), course(spans, words)))
    half = (RIGHT - LEFT - GAP) / 2
    years = [str(span.year) for span in spans]
    head = 16.0
    _heading(deck, Box(LEFT, TOP, half, head), words.label("deck.sales"))
    series = [
        Series(words.label(f"mode.{mode}"), tuple(span.cars if span.mode == mode else None for span in spans), colour)
        for mode, colour in MODE_COLOURS.items()
        if mode != "none" and any(span.mode == mode for span in spans)
    ]
    if series:
        native(
            deck, Box(LEFT, TOP + head, half, 208.0), STACKED, years, series, words.label("deck.sales"),
            Look(unit=words.label("unit.cars_a_year"), gap=35),
        )  # fmt: skip
    duties = [m.duty for found in book.atlas.maps for m in found.markets if m.place == market]
    if len(duties) == len(years):
        title = words.tell("deck.duty", model=book.atlas.model)
        _heading(deck, Box(LEFT, 312.0, half, head), title)
        native(
            deck, Box(LEFT, 312.0 + head, half, BOTTOM - 312.0 - head), COLUMNS, years,
            [Series(words.label("column.duty_from_home"), tuple(duties), CHARGES)], title,
            Look(form="0%", legend=False, gap=60),
        )  # fmt: skip
    _costs(deck, lanes, Box(LEFT + half + GAP, TOP, half, BOTTOM - TOP))


def _heading(deck: Deck, box: Box, text: str) -> None:
    deck.text(box, [[Line(text, bold=True)]], (12.0, 11.0, 10.0, 9.0, 8.0))


def _costs(deck: Deck, lanes: Sequence[Waterfall], box: Box) -> None:
    """Landed cost by lane, in its four groups, with what is left of the net price."""
    words = deck.words
    title = words.tell("deck.landed", model=lanes[0].model, year=Amount(float(lanes[0].year), "year"))
    _heading(deck, Box(box.left, box.top, box.width, 16.0), title)
    names = [_lane(lane, words) for lane in lanes]
    series = [
        Series(
            words.label(f"cost.group.{key}"),
            tuple(sum(bar.amount for bar in lane.bars if group(bar) == key) for lane in lanes), colour,
        )
        for key, colour in GROUPS.items()
    ]  # fmt: skip
    landed = [sum(bar.amount for bar in lane.bars) for lane in lanes]
    left = [lane.net_price - cost for lane, cost in zip(lanes, landed, strict=True)]
    series.append(Series(words.label("cost.kept"), tuple(left), KEPT))
    unit = words.tell("waterfall.unit", currency=words.currency)
    native(
        deck,
        Box(box.left, box.top + 16.0, box.width, 262.0),
        STACKED_BARS,
        names,
        series,
        title,
        Look(unit=unit, gap=45),
    )
    heads = ("deck.way", "deck.cars", "cost.landed", "deck.net", "cost.kept")
    rows = [[Entry(words.label(key), bold=True, right=i > 0, colour=MUTED) for i, key in enumerate(heads)]]
    for lane, name, cost, rest in zip(lanes, names, landed, left, strict=True):
        numbers = (
            compact(lane.cars, words.language) if lane.cars >= 1 else "–",
            *map(grouped, (cost, lane.net_price, rest)),
        )
        rows.append([Entry(name), *(Entry(number, right=True) for number in numbers)])
    deck.table(Box(box.left, box.top + 288.0, box.width, box.height - 288.0), rows, (2.5, 1.0, 1.2, 1.2, 1.3))


def _lane(lane: Waterfall, words: Words) -> str:
    return words.tell("deck.lane", supply=lane.supply, mode=lane.mode)


def course(spans: Sequence[TimelineSpan], words: Words) -> str:
    """How a market is supplied over the years."""
    parts = []
    for mode, run in groupby(spans, key=lambda span: span.mode):
        own = list(run)
        years = f"{own[0].year}" if len(own) == 1 else f"{own[0].year}–{own[-1].year}"
        parts.append(f"{words.label(f'mode.{mode}')} {years}")
    return words.listed(parts)


def modes(deck: Deck, book: Book) -> None:
    """How every market is supplied in every year, as tables; cars in each cell."""
    words = deck.words
    names = list(dict.fromkeys(span.market for span in book.timeline))
    years = sorted({span.year for span in book.timeline})
    by_cell = {(span.market, span.year): span for span in book.timeline}
    for begun in range(0, len(names), ROWS):
        deck.begin(words.tell("figure.timeline", first=str(years[0]), last=str(years[-1])))
        shown = names[begun : begun + ROWS]
        heads = [Entry("", bold=True), *(Entry(str(year), bold=True, right=True, colour=MUTED) for year in years)]
        rows = [[Entry(words.short(name)), *(_mode(by_cell[name, year], words) for year in years)] for name in shown]
        deck.table(
            Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP - 46.0),
            [heads, *rows],
            (2.2, *(1.0 for _ in years)),
            (12.0, 11.0, 10.0, 9.0, 8.0),
        )
        _legend(deck, words)


def _mode(span: TimelineSpan, words: Words) -> Entry:
    if span.mode == "none":
        return Entry("–", right=True, fill=MODE_COLOURS["none"], colour=MUTED)
    return Entry(
        compact(span.cars, words.language), right=True, fill=MODE_COLOURS[span.mode], colour=ON_MODE[span.mode]
    )


def _legend(deck: Deck, words: Words) -> None:
    """The colours of the modes, and what stands in the cells."""
    left, top = LEFT, BOTTOM - 36.0
    for mode, colour in MODE_COLOURS.items():
        name = words.label(f"mode.{mode}")
        width = wide(name, 10.0) + 18.0
        deck.swatch(Box(left, top, width, 16.0), name, colour, ON_MODE[mode])
        left += width + 8.0
    deck.text(
        Box(LEFT, top + 20.0, RIGHT - LEFT, 16.0),
        [[Line(words.label("deck.note.modes"), colour=MUTED)]],
        (10.0, 9.0, 8.0),
    )
