"""The last slides: what to beware of, what is shown but not modelled, and where the figures come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.charts.style import MUTED
from roadstead.report.deck.first import entries
from roadstead.report.deck.fitting import Line
from roadstead.report.deck.slides import BOTTOM, LEFT, RIGHT, TOP, Box, Entry
from roadstead.report.html import page_table
from roadstead.report.sources import sources

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.report.deck.slides import Deck


def beware(deck: Deck, book: Book) -> None:
    """What to know before trusting the numbers."""
    if not book.warnings:
        return
    words = deck.words
    deck.begin(words.label("ui.warnings"))
    said = [[Line(f"• {words.say(sentence)}", before=0.4)] for sentence in book.warnings]
    deck.text(Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP), said, (15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0))


def not_modelled(deck: Deck, book: Book) -> None:
    """Rules beside duties that the plan only shows."""
    shown = [rule for rule in book.other_rules if rule.standing == "shown"]
    if not shown:
        return
    words = deck.words
    deck.begin(words.label("deck.not_modelled"))
    keys = ("column.markets", "column.rule", "column.effect", "column.source")
    rows = [[Entry(words.label(key), bold=True, colour=MUTED) for key in keys]]
    for rule in shown:
        markets = words.names(rule.markets)
        rows.append(
            [
                Entry(markets),
                Entry(rule.title),
                Entry(words.label(f"effect.{rule.effect}")),
                Entry(words.phrase(rule.source)),
            ]
        )
    deck.table(Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP), rows, (1.4, 3.4, 1.4, 3.0), (11.0, 10.0, 9.0))


def sourced(deck: Deck, book: Book) -> None:
    """Every source with what rests on it."""
    words = deck.words
    deck.begin(words.label("table.sources"))
    rows = entries(page_table(sources(book, words), words))
    deck.table(
        Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP - 36.0), rows, (5.6, 0.9, 0.9, 0.9, 1.1, 0.9), (11.0, 10.0, 9.0)
    )
    assumed = sum(row.is_assumption for row in book.evidence)
    said = words.fill("deck.assumed", assumed=str(assumed), total=str(len(book.evidence)))
    deck.text(Box(LEFT, BOTTOM - 28.0, RIGHT - LEFT, 28.0), [[Line(said)]], (11.0, 10.0, 9.0))
