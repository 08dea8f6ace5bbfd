"""The playbook for those who do not see it, use no mouse, or print it: axe-core's rules, the year by keys, dark, paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
WAYS = [("en", 1280, "light"), ("zh", 390, "dark")]


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(map(str, way)))
def shown(request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """A page with all that is folded opened, and a figure asked about."""
    language, width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"{pages[language].as_uri()}#why-npv")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    yield page
    page.close()


@pytest.fixture
def english(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page.goto(pages["en"].as_uri())
    yield page
    page.close()


def test_axe_finds_nothing_grave(shown: Page):
    found = Axe().run(shown, options={"resultTypes": ["violations"]}).response
    grave = [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
    assert len(found["passes"]) > 20, "rules were applied"
    assert not [one for one in found["violations"] if one["impact"] in GRAVE], grave


def test_axe_would_say_so(english: Page):
    """The rules bite: a picture without words and grey on grey are found."""
    english.evaluate(
        """() => { document.querySelector('svg[role=img]').removeAttribute('aria-label');
            document.querySelector('.what').style.color = '#ddd' }"""
    )
    found = Axe().run(english, options={"resultTypes": ["violations"], "runOnly": ["svg-img-alt", "color-contrast"]})
    assert {one["id"] for one in found.response["violations"]} == {"svg-img-alt", "color-contrast"}


def test_the_year_of_the_map_is_chosen_by_keys_and_by_a_click(english: Page):
    assert drawn_years(english) == {"2032"}
    english.locator("#map-2032").focus()
    english.keyboard.press("ArrowRight")
    assert drawn_years(english) == {"2033"}
    for _ in range(3):
        english.keyboard.press("ArrowLeft")
    assert drawn_years(english) == {"2030"}
    english.get_by_label("2027", exact=True).click()
    assert drawn_years(english) == {"2027"}
    assert english.get_by_role("group", name="Year", exact=True).count() == 1


def drawn_years(page: Page) -> set[str]:
    """Years of the maps in sight, as they tell of themselves."""
    told = page.locator("#figure-map svg[role=img]").evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().width).map(e => e.getAttribute('aria-label'))"
    )
    assert told
    return {re.search(r"in (\d{4})", one)[1] for one in told}


def test_a_map_is_shown_where_the_browser_knows_no_choice_of_year(browser: Browser, pages: dict[str, Path]):
    """Without the rules that ask what is checked, the year that the page opens at stays."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    text = pages["en"].read_text(encoding="utf-8")
    page.set_content(re.sub(r"^[^\n]*:has\([^\n]*$", "", text, flags=re.MULTILINE))
    marks = [one for one in page.locator("#figure-map svg.at").all() if one.is_visible()]
    assert marks
    assert all("y2032" in one.get_attribute("class").split() for one in marks)
    page.close()


def test_nothing_is_lost_in_the_dark(shown: Page):
    """Words inside drawings stand out from what lies behind them, whichever the page's colours."""
    pale = shown.evaluate(
        """() => { const light = colour => { const [r, g, b] = colour.match(/[0-9.]+/g).map(Number)
                .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b };
            const paper = light(getComputedStyle(document.body).backgroundColor);
            return [...document.querySelectorAll('svg[aria-label] text')].filter(t => t.getBoundingClientRect().width
                && t.closest('figure').id !== 'figure-timeline' && !t.getAttribute('stroke'))
                .filter(t => { const ink = light(getComputedStyle(t).fill);
                    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < 4.5 }).map(t => t.textContent) }"""
    )
    assert not pale


def test_paper_gets_one_map_and_no_controls(english: Page):
    english.emulate_media(media="print")
    assert drawn_years(english) == {"2032"}
    assert not [one for one in english.locator(".stop input").all() if one.is_visible()]
    assert [one.inner_text() for one in english.locator(".stop label").all() if one.is_visible()] == ["2032"]
    assert english.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    ground, marks = (
        english.locator("#figure-map .stack").first.locator("> svg").all()[0],
        english.locator("svg.at.y2032").first,
    )
    assert marks.bounding_box() == ground.bounding_box()


def test_a_page_becomes_a_pdf_that_is_not_cut(english: Page):
    pdf = english.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    english.emulate_media(media="print")
    english.set_viewport_size({"width": 1032, "height": 720})  # A4 across, less its margins
    assert english.evaluate("document.documentElement.scrollWidth") <= 1032
