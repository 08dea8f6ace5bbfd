"""The playbook's page in a browser: nothing asked from outside, readable wide and narrow, in both languages."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from books import made_up_book
from screenshots import keep

from roadstead.report.pages import write_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDTHS = (1440, 1024, 390)


@pytest.fixture(params=["en", "zh"])
def shown(request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """A page that is open, with every request and message noted on it."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto(pages[request.param].as_uri())
    page.asked, page.troubles = asked, troubles
    yield page
    page.close()


def test_nothing_is_asked_from_outside(shown: Page):
    outside = [url for url in shown.asked if not url.startswith(("file:", "data:"))]
    assert shown.asked, "requests were not noted"
    assert not outside
    assert not shown.troubles


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways(shown: Page, width: int):
    shown.set_viewport_size({"width": width, "height": 844})
    for details in shown.locator("details").all():
        details.evaluate("d => { d.open = true }")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    keep(shown, "playbook", shown.locator("html").get_attribute("lang"), width)
    over = shown.evaluate(
        """width => [...document.querySelectorAll('body *')]
            .filter(e => !e.closest('.scroll') && !e.closest('svg') && !e.closest('caption'))
            .filter(e => e.getBoundingClientRect().right > width + 0.5)
            .map(e => e.tagName + '.' + e.className)""",
        width,
    )
    assert not over


@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_is_in_sight(shown: Page, width: int):
    shown.set_viewport_size({"width": width, "height": 844})
    figures = shown.locator("figure").all()
    assert len(figures) == 9
    for figure in figures:
        drawings = [d for d in figure.locator("svg[aria-label]").all() if d.is_visible()]
        assert drawings
        assert all(d.bounding_box()["height"] > 60 for d in drawings)


def test_a_telephone_sees_narrow_drawings_whole(shown: Page):
    shown.set_viewport_size({"width": 390, "height": 844})
    for key in ("timeline", "volumes", "futures", "waterfall", "exports", "rehearsal", "weights"):
        for drawing in shown.locator(f"#figure-{key} svg[aria-label]").all():
            if drawing.is_visible():
                box = drawing.bounding_box()
                assert box["x"] + box["width"] <= 390, key


def test_a_telephone_reads_every_year_under_the_map(browser: Browser, tmp_path: Path):
    """Also those of a plan of sixteen years: more lines, not smaller ones."""
    book = made_up_book()
    years = tuple(replace(book.atlas.maps[0], year=2027 + i) for i in range(16))
    long = replace(book, atlas=replace(book.atlas, maps=years))
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(write_pages(long, tmp_path, "zh")["playbook.html"].as_uri())
    boxes = [label.bounding_box() for label in page.locator("#figure-map .stop label").all()]
    page.close()
    assert len(boxes) == 16
    assert len({round(box["y"]) for box in boxes}) == 2
    for one, other in pairwise(boxes):
        assert one["x"] + one["width"] + 3 <= other["x"] or one["y"] + one["height"] <= other["y"]


def test_a_figure_that_is_asked_about_shows_its_trail_and_no_other(shown: Page):
    trails = shown.locator("article.trail")
    assert not [one for one in trails.all() if one.is_visible()]
    shown.locator("table.comparisons a.asked").first.click()
    (visible,) = [one for one in trails.all() if one.is_visible()]
    assert visible.get_attribute("id") == "why-npv"
    assert visible.bounding_box()["y"] < shown.viewport_size["height"]
    visible.locator("a.asked").first.press("Enter")  # on to a part of it, by the keyboard
    assert [one.get_attribute("id") for one in trails.all() if one.is_visible()] == ["why-npv/n0"]
    shown.go_back()
    assert [one.get_attribute("id") for one in trails.all() if one.is_visible()] == ["why-npv"]
    shown.emulate_media(media="print")
    assert not [one for one in trails.all() if one.is_visible()]


def test_a_mark_of_a_chart_can_be_asked_about_by_the_keyboard(shown: Page):
    mark = shown.locator("#figure-volumes svg a:visible").first
    mark.focus()
    assert shown.evaluate("document.activeElement.getAttribute('aria-label')").startswith("2027")
    shown.keyboard.press("Enter")
    visible = [one.get_attribute("id") for one in shown.locator("article.trail").all() if one.is_visible()]
    assert visible == ["why-mode/export/2027"]


def test_a_telephone_can_read_sentences_in_tables(shown: Page):
    """A column of sentences is not squeezed to a word a line: the table scrolls instead."""
    shown.set_viewport_size({"width": 390, "height": 844})
    for key in ("signposts", "flexibility", "fresh-signs", "regret", "other_rules", "sources"):
        widths = shown.locator(f"table.{key} tbody .prose").evaluate_all(
            "cells => cells.map(cell => cell.getBoundingClientRect().width)"
        )
        assert widths
        assert min(widths) > 120


def test_a_rule_shows_beside_its_source(shown: Page):
    shown.set_viewport_size({"width": 1280, "height": 900})
    assert shown.locator("table.other_rules").evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")


def test_the_first_screen_holds_all_three_lists(shown: Page):
    shown.set_viewport_size({"width": 1440, "height": 900})
    for heading in ("#do-now", "#triggers", "#later"):
        box = shown.locator(heading).bounding_box()
        assert box["y"] + box["height"] < 450


def test_scrolling_areas_can_be_reached_by_keyboard(shown: Page):
    shown.set_viewport_size({"width": 390, "height": 844})
    area = shown.locator("#figure-tree .scroll")
    area.focus()
    assert shown.evaluate("document.activeElement.className") == "scroll"
    shown.keyboard.press("ArrowRight")
    shown.wait_for_timeout(300)
    assert area.evaluate("e => e.scrollLeft") > 0


def test_words_in_drawings_do_not_run_off_them(shown: Page):
    cut = shown.evaluate(
        """() => [...document.querySelectorAll('svg[aria-label]')].filter(s => s.getBoundingClientRect().width)
            .flatMap(s => { const frame = s.getBoundingClientRect();
                return [...s.querySelectorAll('text')].filter(t => { const box = t.getBoundingClientRect();
                    return box.width && (box.left < frame.left - 1.5 || box.right > frame.right + 1.5) })
                    .map(t => s.getAttribute('aria-label') + ': ' + t.textContent) })"""
    )
    assert not cut


@pytest.mark.parametrize("width", [1440, 390])
def test_words_in_drawings_do_not_cover_each_other(shown: Page, width: int):
    shown.set_viewport_size({"width": width, "height": 844})
    covered = shown.evaluate(
        """() => [...document.querySelectorAll('svg[aria-label]')].filter(s => s.getBoundingClientRect().width)
            .flatMap(s => { const words = [...s.querySelectorAll('text')].filter(t => !t.getAttribute('stroke'))
                    .map(t => [t.textContent, t.getBoundingClientRect()]);
                return words.flatMap(([one, a], i) => words.slice(i + 1).filter(([other, b]) => one !== other
                    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => one + ' | ' + other)) })"""
    )
    assert not covered


def test_both_languages_find_their_letters(browser: Browser, pages: dict[str, Path]):
    """A font without Chinese draws one box for every character; drawn text must differ from character to character."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(pages["zh"].as_uri())
    assert page.locator("h1").inner_text() == "北辰汽车（虚构）"
    box = page.locator("h1").bounding_box()
    one, two = (
        page.screenshot(clip={"x": box["x"] + i * box["height"], "y": box["y"], "width": 34, "height": box["height"]})
        for i in (0, 1)
    )
    page.close()
    assert one != two
