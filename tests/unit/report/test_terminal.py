"""The first screen fits a terminal and says what matters first."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from roadstead.report.terminal import HEIGHT, WIDTH, first_screen, print_first_screen
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.book import Book


def crowded(book: Book) -> Book:
    return replace(book, do_now=book.do_now * 5, triggers=book.triggers * 10, later=book.later * 12)


@pytest.mark.parametrize("width", [WIDTH, 80])
@pytest.mark.parametrize("is_crowded", [False, True])
def test_it_fits(book: Book, words: Words, width: int, is_crowded: bool):
    lines = first_screen(crowded(book) if is_crowded else book, words, width)
    assert len(lines) <= HEIGHT
    assert max(line.cell_len for line in lines) <= width


def test_it_tells_what_to_do_now_with_its_cost(book: Book, words: Words):
    text = "\n".join(line.plain for line in first_screen(book, words))
    for entry in book.do_now:
        assert words.brief(entry.what) in text
        assert words.skip(entry.costs_to_skip, entry.skip_gap) in text
    assert words.say(book.headline[0]) in text.replace("\n", " " if words.language == "en" else "")


def test_sections_come_in_order(book: Book, words: Words):
    text = "\n".join(line.plain for line in first_screen(book, words))
    keys = ("ui.do_now", "ui.triggers", "ui.later", "ui.worth", "ui.fronts")
    places = [text.index(f"{words.label(key)} ─") for key in keys]
    assert places == sorted(places)


def test_a_list_that_is_cut_says_how_much_is_missing(book: Book):
    words, full = Words("en", "USD"), crowded(book)
    text = "\n".join(line.plain for line in first_screen(full, words))
    shown = max(
        int(number) for number in re.findall(r"^ ?(\d+) (?=[A-Z])", text, flags=re.MULTILINE) if int(number) < 1000
    )
    assert 0 < shown < len(full.do_now)
    assert f"and {len(full.do_now) - shown} more" in text


def test_conventions_and_comparisons_stand_together(book: Book):
    words = Words("en", "USD")
    text = " ".join(line.plain for line in first_screen(book, words))
    assert all(words.say(sentence) in text for sentence in book.cover.conventions)
    assert all(words.label(f"comparison.{row.key}") in text for row in book.comparisons)
    assert "12.44" in text


def test_it_prints(book: Book):
    out = StringIO()
    print_first_screen(book, Console(file=out, width=120, force_terminal=False), "zh")
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("北辰汽车（虚构）")
    assert len(lines) <= HEIGHT


def test_a_book_without_fronts_has_no_strip(book: Book):
    text = "\n".join(line.plain for line in first_screen(replace(book, fronts=()), Words("en", "USD")))
    assert "Three fronts" not in text
