"""From a book to files a person opens: the page and the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from roadstead.report.html import page
from roadstead.report.words import Words
from roadstead.report.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book


def write_pages(book: Book, folder: Path, language: Literal["en", "zh"] = "en") -> dict[str, Path]:
    """Write ``playbook.html`` and ``playbook.xlsx`` into a folder; where each was written, by name."""
    words = Words(language, book.cover.currency)
    folder.mkdir(parents=True, exist_ok=True)
    written = {name: folder / name for name in ("playbook.html", "playbook.xlsx")}
    written["playbook.html"].write_text(page(book, words), encoding="utf-8")
    write_workbook(book, written["playbook.xlsx"], words)
    return written
