"""The made-up book, and its pages in both languages, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from books import made_up_book

from roadstead.report.pages import write_pages
from roadstead.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="session")
def book() -> Book:
    return made_up_book()


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "USD")


@pytest.fixture(scope="session")
def pages(book: Book, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    return {language: write_pages(book, tmp_path_factory.mktemp(language), language) for language in LANGUAGES}


@pytest.fixture(params=LANGUAGES)
def written(request: pytest.FixtureRequest, pages: dict[str, dict[str, Path]]) -> dict[str, Path]:
    return pages[request.param]
