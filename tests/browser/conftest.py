"""A Chromium for the tests of pages: the system's own, without network."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from books import made_up_book
from lacking import lacking
from playwright.sync_api import sync_playwright

from roadstead.report.pages import write_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--hide-scrollbars"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("ROADSTEAD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        lacking("no Chromium on this machine: the pages were not looked at")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The made-up book's page in both languages."""
    book = made_up_book()
    return {
        language: write_pages(book, tmp_path_factory.mktemp(language), language)["playbook.html"]
        for language in ("en", "zh")
    }
