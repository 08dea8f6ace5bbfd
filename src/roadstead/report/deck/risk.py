"""Slides on how wrong the plan may be: what it loses in each future, and what it comes to on fresh paths."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.report.amounts import grouped, money_scale
from roadstead.report.charts.fresh_paths import COLOURS, OTHER
from roadstead.report.charts.style import ACCENT
from roadstead.report.charts.tornado import HIGH, LOW
from roadstead.report.deck.first import GAP, entries, form
from roadstead.report.deck.fitting import Line
from roadstead.report.deck.native import BARS, LINES, Look, Series, native
from roadstead.report.deck.slides import BOTTOM, LEFT, RIGHT, TOP, Box, Entry
from roadstead.report.html import money_unit, page_table
from roadstead.report.regret import BEFORE, TOGETHER, levels, regret
from roadstead.report.rehearsal import rehearsal
from roadstead.report.weights import bars, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roadstead.playbook.book import Book
    from roadstead.report.deck.slides import Deck

HEAT = ("", "#FDF3EE", "#F9DFD3", "#F3C3AF", "#EA9F85", "#DD7F62")
"""Colours of regret, as on the page."""
MIXED = ("#8A9099", "#C98A1B", "#A0527F", "#3F84C4", "#EBAA3E", "#7DB5A3")
"""Colours of ways to act that are of no one mode."""
DRAWN = ("plan", "standing", "export_only", "central", "kits_first", "local_everywhere")
"""Ways whose distribution is drawn; the table tells of all."""


def losses(deck: Deck, book: Book) -> None:
    """Regret by future."""
    if book.regrets is None:
        return
    words = deck.words
    deck.begin(words.label("table.regret"))
    used = deck.text(
        Box(LEFT, TOP, RIGHT - LEFT, 54.0), [[Line(words.joined(book.regrets.said))]], (14.0, 13.0, 12.0, 11.0, 10.0)
    )
    top = TOP + used + 10.0
    keys = book.regrets.keys
    scale = money_scale([max(book.regrets.most)], words.language)
    series = [
        Series(words.label("regret.most"), tuple(value / scale.divisor for value in book.regrets.most), HEAT[5]),
        Series(words.label("regret.mean"), tuple(value / scale.divisor for value in book.regrets.mean), ACCENT),
    ]
    names = [words.label(f"comparison.{key}") for key in keys]
    look = Look(form=form(scale), unit=money_unit(scale.word, words), size=9.0)
    third = (RIGHT - LEFT - GAP) * 0.32
    native(deck, Box(LEFT, top, third, BOTTOM - top - 34.0), BARS, names, series, words.label("table.regret"), look)
    table = regret(book, words)
    rows = entries(page_table(table, words, one_scale=True), bold=TOGETHER)
    for row, tints in zip(rows[1:], levels(table), strict=True):
        row[BEFORE:] = [
            Entry(one.text, bold=not tint, right=True, fill=HEAT[tint])
            for one, tint in zip(row[BEFORE:], tints, strict=True)
        ]
    box = Box(LEFT + third + GAP, top, RIGHT - LEFT - third - GAP, BOTTOM - top - 34.0)
    deck.table(box, rows, (2.6, 1.2, 1.3, *(1.3 for _ in keys)), (11.0, 10.0, 9.0, 8.0))
    deck.text(Box(LEFT, BOTTOM - 28.0, RIGHT - LEFT, 28.0), [[Line(words.label("deck.note.regret"))]], (10.0, 9.0, 8.0))


def weights(deck: Deck, book: Book) -> None:
    """What assumptions weigh, the plan's decisions held."""
    if book.weights is None:
        return
    words, rows = deck.words, bars(book.weights.rows, deck.words)
    deck.begin(words.label("ui.weights"))
    used = deck.text(
        Box(LEFT, TOP, RIGHT - LEFT, 64.0), [[Line(text)] for text in said(book.weights, words)],
        (13.0, 12.0, 11.0, 10.0, 9.0),
    )  # fmt: skip
    top = TOP + used + 8.0
    scale = money_scale([row.span for row in book.weights.rows], words.language)

    def moved(values: Iterable[float | None]) -> tuple[float | None, ...]:
        return tuple(None if value is None else value / scale.divisor for value in values)

    names = [f"{row.name} ({row.low or '–'} / {row.high or '–'})" for row in rows]
    series = [
        Series(words.label("whatif.low"), moved(row.npv_low for row in rows), LOW),
        Series(words.label("whatif.high"), moved(row.npv_high for row in rows), HIGH),
    ]
    look = Look(form=form(scale), unit=money_unit(scale.word, words), size=10.0, labels=True, gap=40)
    box = Box(LEFT, top, RIGHT - LEFT, BOTTOM - top)
    native(deck, box, BARS, names, series, words.tell("figure.weights"), look)


def fresh_paths(deck: Deck, book: Book) -> None:
    """NPV on paths that the tree has not seen: the share of them on which each way comes to no more."""
    found = book.rehearsal
    if found is None:
        return
    words = deck.words
    deck.begin(words.label("table.rehearsal"))
    used = deck.text(
        Box(LEFT, TOP, RIGHT - LEFT, 64.0),
        [[Line(words.say(said))] for said in found.said],
        (13.0, 12.0, 11.0, 10.0, 9.0),
    )
    top = TOP + used + 8.0
    scale = money_scale(found.edges, words.language)
    places = 0 if found.edges[-1] - found.edges[0] > 20.0 * scale.divisor else 1
    ends = [grouped(edge / scale.divisor, places) for edge in found.edges[1:]]
    mixed = iter(MIXED)
    series = [
        Series(words.label(f"comparison.{one.key}"), tuple(accumulate(shares)), _colour(one.key, mixed))
        for one, shares in zip(found.outcomes, found.shares, strict=True)
        if one.key in DRAWN
    ]
    series.append(series.pop(0))  # the plan over the others
    title = words.tell("figure.rehearsal", paths=Amount(float(found.paths), "count"))
    high = (BOTTOM - top) * 0.55
    native(
        deck, Box(LEFT, top, RIGHT - LEFT, high), LINES, ends, series, title,
        Look(form="0%", unit=words.label("deck.paths"), across=f"{words.label('deck.npv')} · {money_unit(scale.word, words)}", size=9.0),
    )  # fmt: skip
    table = entries(page_table(rehearsal(book, words), words, one_scale=True))
    deck.table(
        Box(LEFT, top + high + 6.0, RIGHT - LEFT, BOTTOM - top - high - 6.0), table,
        (2.6, 1.4, 0.9, 0.9, 0.9, 1.4, 1.4, 1.4, 1.3, 1.1), (10.0, 9.0, 8.0),
    )  # fmt: skip


def _colour(key: str, others: Iterator[str]) -> str:
    colour = COLOURS.get(key, OTHER)
    return next(others) if colour == OTHER else colour
