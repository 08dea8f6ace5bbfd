"""The slides: page one decides, text fits its boxes, nothing covers anything, and every chart can be edited."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from books import made_up_book
from pptx import Presentation
from pptx.util import Pt

from roadstead.playbook.book import Name
from roadstead.report.charts.style import ACCENT, text_width
from roadstead.report.deck.deck import write_deck
from roadstead.report.deck.first import COST
from roadstead.report.deck.fitting import Line, count, fitted, height
from roadstead.report.deck.native import dead
from roadstead.report.deck.risk import HEAT
from roadstead.report.deck.slides import HEIGHT, WIDTH
from roadstead.report.lines import broken
from roadstead.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Book

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LIVE = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="session")
def decks(book: Book, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("decks")
    for language in ("en", "zh"):
        write_deck(book, folder / f"{language}.pptx", Words(language, "USD"))
    return {language: Presentation(str(folder / f"{language}.pptx")) for language in ("en", "zh")}


@pytest.fixture(params=["en", "zh"])
def deck(request: pytest.FixtureRequest, decks: dict[str, Any]) -> Any:
    return decks[request.param]


def said_on(slide: Any) -> str:
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    cells = [cell.text for shape in slide.shapes if shape.has_table for cell in shape.table.iter_cells()]
    return "\n".join((*texts, *cells))


def charts(deck: Any) -> list[Any]:
    return [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def sheet_of(chart: Any) -> list[tuple[Any, ...]]:
    """The numbers behind a chart, formulas as they are written."""
    return list(openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active.values)


def test_page_one_tells_what_to_do_now_on_a_trigger_and_later(book: Book, decks: dict[str, Any]):
    for language, deck in decks.items():
        words, first = Words(language, "USD"), said_on(deck.slides[0])
        for key in ("ui.do_now", "ui.triggers", "ui.later"):
            assert words.label(key) in first
        for entry in book.do_now:
            assert words.say(entry.what) in first
            assert words.skip(entry.costs_to_skip, entry.skip_gap) in first
        for entry in book.triggers:
            assert words.name(entry.event) in first
            assert words.share(entry.probability) in first
        for entry in book.later:
            assert words.brief(entry.what) in first
            assert str(entry.year) in first


def test_every_slide_has_a_title_of_its_own_and_a_number(deck: Any):
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    for number, slide in enumerate(deck.slides, 1):
        assert str(number) in [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_the_deck_tells_the_whole_story(book: Book, decks: dict[str, Any]):
    words = Words("en", "USD")
    titles = [slide.shapes.title.text_frame.text for slide in decks["en"].slides]
    for key in (
        "ui.worth",
        "ui.pull",
        "table.regret",
        "table.rehearsal",
        "ui.warnings",
        "deck.not_modelled",
        "table.sources",
    ):
        assert words.label(key) in titles
    for market in {lane.market for lane in book.waterfalls}:
        assert [title for title in titles if title.startswith(f"{words.name(market)}: ")]


def test_a_deck_without_rehearsal_has_no_slide_of_it(tmp_path: Path):
    words = Words("en", "USD")
    write_deck(
        replace(made_up_book(), rehearsal=None, pull=None, warnings=(), other_rules=()), tmp_path / "d.pptx", words
    )
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(str(tmp_path / "d.pptx")).slides]
    for key in ("table.rehearsal", "ui.pull", "ui.warnings", "deck.not_modelled"):
        assert words.label(key) not in titles


def test_colours_mean_the_same_on_slides_as_on_the_page():
    style = files("roadstead.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--(\w+): (#\w+)", style.partition("}")[0]))
    shared = {"accent": ACCENT, "cost": COST, **{f"heat{i}": colour for i, colour in enumerate(HEAT) if colour}}
    assert {name: light[name] for name in shared} == {name: colour.lower() for name, colour in shared.items()}


def test_nothing_stands_outside_its_slide_or_over_something_else(deck: Any):
    """Lines under headings have no area; text is as tall as its lines, not as its box."""
    for slide in deck.slides:
        boxes = [box_of(shape) for shape in slide.shapes if shape.height]
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert top >= 0
            assert right <= Pt(WIDTH)
            assert bottom <= Pt(HEIGHT)
        for one, other in combinations(boxes, 2):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= Pt(0.5) or down <= Pt(0.5), (slide.shapes.title.text_frame.text, one, other)


def box_of(shape: Any) -> tuple[int, int, int, int]:
    high = Pt(tall(shape.text_frame, shape.width / Pt(1))) if shape.has_text_frame else shape.height
    return shape.left, shape.top, shape.left + shape.width, shape.top + high


def tall(frame: Any, width: float) -> float:
    """How tall the text of a frame is by the widths of its letters alone. [points]"""
    total = 0.0
    for i, paragraph in enumerate(frame.paragraphs):
        size = paragraph.runs[0].font.size / Pt(1)
        indent = int(paragraph._p.pPr.get("marL", "0")) / Pt(1)
        lines = broken(paragraph.text, width - indent, lambda text, size=size: text_width(text, size))
        total += len(lines) * paragraph.line_spacing / Pt(1) + (paragraph.space_before / Pt(1) if i else 0.0)
    return total


def test_text_fits_its_boxes_and_cells(deck: Any):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame and shape.text_frame.text:
                assert tall(shape.text_frame, shape.width / Pt(1)) <= shape.height / Pt(1) + 0.5, shape.text_frame.text
            if shape.has_table:
                for row in shape.table.rows:
                    for cell, column in zip(row.cells, shape.table.columns, strict=True):
                        room = (column.width - cell.margin_left - cell.margin_right) / Pt(1)
                        edges = (cell.margin_top + cell.margin_bottom) / Pt(1)
                        assert tall(cell.text_frame, room) + edges <= row.height / Pt(1) + 0.5, cell.text
                assert shape.height == sum(row.height for row in shape.table.rows)


def test_no_text_is_too_small_to_read(deck: Any):
    for slide in deck.slides:
        for shape in slide.shapes:
            for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else ():
                assert all(run.font.size >= Pt(8) for run in paragraph.runs)


def test_charts_are_native_with_their_numbers_inside_and_words_for_those_who_do_not_see_them(deck: Any):
    found = charts(deck)
    assert len(found) >= 10
    for frame in found:
        assert frame._element.nvGraphicFramePr.cNvPr.get("descr")
        rows = sheet_of(frame.chart)
        for c, series in enumerate(frame.chart.plots[0].series, 1):
            assert rows[0][c] == series.name
            assert [row[c] for row in rows[1:]] == pytest.approx(list(series.values))


def test_a_chart_holds_the_numbers_of_the_book(book: Book, decks: dict[str, Any]):
    (frame,) = (shape for shape in decks["en"].slides[1].shapes if shape.has_chart)
    npv, worst = frame.chart.plots[0].series
    assert list(npv.values) == pytest.approx([row.npv / 1e9 for row in book.comparisons])
    assert list(worst.values) == pytest.approx([row.worst / 1e9 for row in book.comparisons])
    assert frame.chart.value_axis.axis_title.text_frame.text.startswith("$")
    assert frame.chart.value_axis.minimum_scale == 0.0


def test_no_text_of_a_case_comes_alive_in_a_sheet_or_leads_anywhere(tmp_path: Path):
    """Names go into the sheets behind the charts, where a program might take them for formulas."""
    evil = Name(LIVE, LIVE)
    book = made_up_book()
    book = replace(
        book,
        sites=tuple(replace(row, site=evil) for row in book.sites),
        waterfalls=tuple(replace(lane, supply=evil) for lane in book.waterfalls),
    )
    write_deck(book, tmp_path / "d.pptx", Words("en", "USD"))
    shown = Presentation(str(tmp_path / "d.pptx"))
    cells = [cell for frame in charts(shown) for row in sheet_of(frame.chart) for cell in row if isinstance(cell, str)]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "{"))]
    kinds = {rel.reltype.rsplit("/", 1)[-1] for slide in shown.slides for rel in slide.part.rels.values()}
    assert "hyperlink" not in kinds


@pytest.mark.parametrize("text", ["=1+1", "{=1}", " =1", "http://x", "internal:A1", "mailto:a@b"])
def test_what_a_sheet_would_take_for_more_than_text_is_made_text(text: str):
    assert dead(text).startswith("\N{NO-BREAK SPACE}")
    assert dead(text).endswith(text)


def test_plain_names_stay_as_they_are():
    assert dead("Izmir, plant") == "Izmir, plant"
    assert dead("2032") == "2032"


def test_a_chinese_deck_is_chinese(decks: dict[str, Any]):
    said = "\n".join(said_on(slide) for slide in decks["zh"].slides)
    english = Words("en", "USD")
    for key in ("ui.do_now", "ui.triggers", "mode.kit", "cost.landed", "table.sources", "deck.sales"):
        assert english.label(key) not in said
    names = [series.name for frame in charts(decks["zh"]) for series in frame.chart.plots[0].series]
    assert all(CHINESE.search(name) for name in names)
    runs = decks["zh"].slides[0].shapes.title._element.xpath(".//a:rPr")
    assert runs
    assert all(run.xpath("a:ea/@typeface") == ["Microsoft YaHei"] for run in runs)


def test_text_is_as_large_as_fits_and_cut_where_it_cannot_be_small_enough():
    items = [[Line(f"decision number {i}, which takes a line or two")] for i in range(12)]
    wide, tight = (fitted(items, (200.0, high), lambda n: f"and {n} more", (12.0, 10.0)) for high in (600.0, 120.0))
    assert wide.size == 12.0
    assert len(wide.lines) == 12
    assert tight.size == 10.0
    left = 12 - (len(tight.lines) - 1)
    assert tight.lines[-1].text == f"and {left} more"
    assert height(tight.lines, 200.0, 10.0) <= 120.0
    assert height(items[0], 200.0, 10.0) == pytest.approx(count(items[0][0], 200.0, 10.0) * 12.2)
