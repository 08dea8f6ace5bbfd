"""From a book to files a person opens: the page, the workbook and the slides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from roadstead.report.deck.deck import write_deck
from roadstead.report.html import page
from roadstead.report.words import Words
from roadstead.report.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book


PAGES = ("playbook.html", "playbook.xlsx", "playbook.pptx")


def write_pages(book: Book, folder: Path, language: Literal["en", "zh"] = "en") -> dict[str, Path]:
    """Write ``playbook.html``, ``playbook.xlsx`` and ``playbook.pptx`` into a folder; where each was written, by name."""
    words = Words(language, book.cover.currency)
    folder.mkdir(parents=True, exist_ok=True)
    written = {name: folder / name for name in PAGES}
    written["playbook.html"].write_text(page(book, words), encoding="utf-8")
    write_workbook(book, written["playbook.xlsx"], words)
    write_deck(book, written["playbook.pptx"], words)
    return written
