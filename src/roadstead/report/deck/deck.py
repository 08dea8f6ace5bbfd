"""From a book to slides: page one decides, the others say why, how sure, and on what grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.deck import first, grounds, markets, risk, story
from roadstead.report.deck.slides import Deck

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book
    from roadstead.report.words import Words


def write_deck(book: Book, path: Path, words: Words) -> None:
    """Write the slides."""
    cover = book.cover
    foot = words.fill("deck.foot", who=words.name(cover.carmaker), date=cover.as_known_on, run=cover.run or "–")
    deck = Deck(words, foot)
    deck.name(f"{words.name(cover.carmaker)} – {words.label('title')}")
    first.playbook(deck, book)
    first.worth(deck, book)
    if book.timeline:
        markets.modes(deck, book)
        markets.markets(deck, book)
    if book.volumes:
        story.capacity(deck, book)
    story.sent(deck, book)
    risk.losses(deck, book)
    risk.fresh_paths(deck, book)
    grounds.beware(deck, book)
    grounds.not_modelled(deck, book)
    grounds.sourced(deck, book)
    deck.shown.save(str(path))
