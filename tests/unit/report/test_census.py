"""A census of the page: every number in its tables and cards leads to a trail that says the same, or is named here as one that need not; so do
marks of its charts, and numbers in its sentences that are figures."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from roadstead.playbook.book import Amount, Sentence
from roadstead.report import mark_keys, tables
from roadstead.report.amounts import MINUS
from roadstead.report.cell_keys import CELL_KEYS
from roadstead.report.cells import PlusMinus
from roadstead.report.html import page
from roadstead.report.regret import regret
from roadstead.report.signs import signposts
from roadstead.report.trails import Asked
from roadstead.report.weights import weights
from roadstead.report.words import Words
from roadstead.study.trail.shown import with_trails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Book
    from roadstead.study.study import Run

PRINTED = (
    tables.comparisons, regret, tables.flexibility, weights, signposts, tables.exports, tables.suppliers,
    tables.forerunners, tables.demand, tables.bands, tables.markets, tables.decisions, tables.events,
)  # fmt: skip
"""Tables of the page whose figures are worked out."""
ROWS_THEMSELVES = frozenset({"evidence", "other_rules", "sources"})
"""Tables of rows and documents, where trails end."""


@pytest.fixture(scope="module")
def book(starter_run: Run) -> Book:
    return with_trails(starter_run).book


@pytest.fixture(scope="module")
def html(book: Book) -> str:
    return page(book, Words("en", "USD"))


@pytest.mark.parametrize("build", PRINTED, ids=lambda build: build.__name__)
def test_every_number_of_a_table_has_a_trail_that_says_the_same(book: Book, build):
    words, told = Words("en", "USD"), {one.figure.key: one.figure.amount.value for one in book.trails.figures}
    table = build(book, words)
    assert table.rows or build in {weights, tables.flexibility, tables.demand}  # not asked of this case
    keys = list(CELL_KEYS[table.key](book))
    assert len(keys) == len(table.rows)
    for row, of in zip(table.rows, keys, strict=True):
        for i, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            value = cell.value if isinstance(cell, PlusMinus) else cell
            if not isinstance(value, float) or (column.kind == "year" and column.key != "likely_start"):
                continue
            if table.key == "comparisons" and i == 2 and row is table.rows[0]:
                assert value == 0.0  # the plan beside itself
                continue
            key = of[i]
            assert key in told, f"{table.key}, {column.key}: {value}"
            assert told[key] == pytest.approx(value, rel=1e-9, abs=1e-6), key


class Numbers(HTMLParser):
    """Cells and cards of a page that hold a digit: where each stands, what it says, whether it leads anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.column, self.inside, self.text, self.leads = "", -1, "", "", False
        self.found: list[tuple[str, int, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"table", "section"}:
            self.table = dict(attrs).get("class") or ""
        if tag == "tr":
            self.column = -1
        if tag in {"td", "dd", "b"} and not self.inside:
            self.column += 1
            self.inside, self.text, self.leads = tag, "", False
        elif tag == "th":
            self.column += 1
        if tag == "a" and dict(attrs).get("class") == "asked":
            self.leads = True

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            if re.search(r"\d", self.text):
                self.found.append((self.table, self.column, self.text.strip(), self.leads))
            self.inside = ""


def test_every_number_in_a_table_or_a_card_leads_on(html: str):
    """Of what the page shows, whatever the code that made it."""
    reader = Numbers()
    reader.feed(html.partition('<section class="trails"')[0])
    lonely = [
        one
        for one in reader.found
        if not one[3] and one[0].split()[0] not in ROWS_THEMSELVES and not re.fullmatch(r"(19|20)\d\d", one[2])
    ]
    # Columns of sentences, and of the ends that assumptions were tried at.
    prose = {"signposts": {3, 8, 9}, "flexibility": {4}, "decisions": {3}, "weights": {1, 3}, "bands": {3, 4}}
    prose |= {"forerunners": {5, 6}, "events": {3, 4}, "demand": {10}, "regret": {0}}
    itself = ("comparisons", 2, "0.0")  # the plan beside itself
    left = [one for one in lonely if one[1] not in prose.get(one[0].split()[0], set()) and one[:3] != itself]
    assert left == []
    assert sum(leads for *_, leads in reader.found) > 200


def test_money_of_the_first_page_leads_on_where_its_author_says_which_figure_it_is(book: Book, html: str):
    assert 'The plan is worth <a class="asked" href="#why-npv">' in html
    asked = Asked(book)
    said = (*book.headline, *(entry.what for entry in book.do_now))
    money = [term for one in said for term in one.terms.values() if isinstance(term, Amount) and term.kind == "money"]
    assert len(money) >= 2 + len(book.do_now)
    assert [term for term in money if not asked.says(term)] == []


IN_A_SENTENCE = re.compile(r'[^>\s] ?<a class="asked" href="#why-([^"]+)">([^<]*)</a>')
"""A link with words before it."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_a_sentence_that_leads_on_leads_to_a_trail_that_says_the_same(book: Book, language):
    words = Words(language, "USD")
    shown = page(book, words).partition('<section class="trails"')[0]
    without = re.sub(r'<(table|(?:p|details) class="leading").*?</(table|p|details)>', "", shown, flags=re.DOTALL)
    told = {one.figure.key: words.amount(one.figure.amount) for one in book.trails.figures}
    found = [(unquote(key), text) for key, text in IN_A_SENTENCE.findall(without)]
    assert [(key, text) for key, text in found if told[key].removeprefix(MINUS) != text.removeprefix(MINUS)] == []
    begins = {key.partition("/")[0] for key, _ in found}
    assert begins >= {
        "npv", "added", "gap", "decided", "made", "cars", "regret", "reached", "sent", "before", "gain", "saving", "earned",
        "duties", "turned", "sold", "capacity", "fall", "demand", "band",
    }  # fmt: skip


def said_in(found: object) -> Iterator[Sentence]:
    """Every sentence of a part of the book."""
    if isinstance(found, Sentence):
        yield found
        found = tuple(found.terms.values())
    if is_dataclass(found):
        found = tuple(getattr(found, one.name) for one in fields(found))
    for one in found if isinstance(found, tuple) else ():
        yield from said_in(one)


APART = {"rounds", "moved"}
"""Of demand in all markets: how often the plan was made anew, and what the answer to it moves."""
NEED_NONE = {"year", "count"}
"""Years date what is said, counts choose its words."""


def test_every_amount_of_a_decision_a_turn_a_sign_and_of_what_is_compared_leads_on(book: Book):
    asked = Asked(book)
    of = (
        book.headline, book.do_now, book.triggers, book.later, book.decisions, book.flexibility, book.signposts,
        book.regrets, book.pull, book.demand,
    )  # fmt: skip
    amounts = [
        (one.key, name, term)
        for one in said_in(of)
        for name, term in one.terms.items()
        if isinstance(term, Amount) and term.kind not in NEED_NONE and name not in APART
    ]
    assert len(amounts) > 50
    assert [(one, name, term) for one, name, term in amounts if not asked.says(term)] == []
    kinds = {(one.partition(".")[0], name) for one, name, _ in amounts}
    assert kinds >= {
        ("headline", "share"), ("why", "gain"), ("why", "saving"), ("why", "margin"), ("why", "duty"), ("trigger", "npv"),
        ("trigger", "share"), ("open", "capacity"), ("expand", "capacity"), ("widen", "capacity"), ("regret", "share"),
        ("parts", "fall"), ("parts", "share"), ("demand", "own_elasticity"), ("demand", "low"), ("worth", "price"),
        ("worth", "years"), ("worth", "share"), ("sign", "lead"),
    }  # fmt: skip
    assert asked.says(Amount(book.cover.gap_npv, "share", "gap/npv"))


IN_A_CELL = re.compile(r'<t[hd][^>]*class="prose">[^<]*<a class="asked" href="#why-([^"]+)">')


def test_amounts_in_cells_of_sentences_lead_on(html: str):
    shown = html.partition('<section class="trails"')[0]
    tables = dict(re.findall(r'<table class="([^"]*)">(.*?)</table>', shown, flags=re.DOTALL))
    led = {
        key: {unquote(one) for one in IN_A_CELL.findall(tables[key])}
        for key in ("flexibility", "signposts", "decisions")
    }
    assert led["flexibility"] >= {"worth/option/izmir/price"}
    assert led["signposts"] >= {"capacity/expand/bahia/n3"}
    assert led["decisions"] >= {"capacity/open/izmir/n0", "decided/enter/GBR/n0", "capacity/widen/DEU/n1"}
    assert "\x02" not in html


@pytest.mark.parametrize(
    "marks",
    [
        mark_keys.of_map,
        lambda book, words: mark_keys.of_tree(book.tree, words),
        lambda book, words: mark_keys.of_timeline(book.timeline, words),
        lambda book, words: mark_keys.of_volumes(book.volumes, words),
        lambda book, words: mark_keys.of_sites(book.sites, words),
        lambda book, words: mark_keys.of_futures(book.futures, words),
        lambda book, words: mark_keys.of_exports(book.pull.years, words),
    ],
    ids=["map", "tree", "timeline", "volumes", "sites", "futures", "exports"],
)
def test_every_mark_of_a_chart_leads_to_a_trail_that_says_the_same(book: Book, marks):
    """What is nothing needs none."""
    words = Words("en", "USD")
    told = {one.figure.key: words.amount(one.figure.amount) for one in book.trails.figures}
    found = marks(book, words)
    assert len({key for key in found.values() if key in told}) >= min(8, len(found)) >= 3
    lonely = [said for said, key in found.items() if key not in told and not said.endswith((": 0 cars", ": $0"))]
    assert lonely == []
    assert [(key, said) for said, key in found.items() if key in told and told[key] not in said] == []


def test_marks_of_the_map_and_of_the_tree_are_links(book: Book, html: str):
    """Of every market in the year shown its duties and, where it buys any, its cars; of every node after the first its probability."""
    year = book.atlas.opens_at
    drawn = html.partition('id="figure-map"')[2].partition("</figure>")[0]
    shown = "".join(re.findall(rf'<svg class="at y{year} shown".*?</svg>', drawn, flags=re.DOTALL))
    leads = {unquote(key) for key in re.findall(r'<a href="#why-([^"]*)" aria-label="[^"]+"><(?:circle|text) ', shown)}
    markets = next(one for one in book.atlas.maps if one.year == year).markets
    assert {key for key in leads if key.startswith("duties/")} == {f"duties/{market.iso3}/{year}" for market in markets}
    sold = {market.iso3 for market in markets if market.cars}
    assert {key.split("/")[1] for key in leads if key.startswith("cars/")} == sold != set()
    tree = html.partition('id="figure-tree"')[2].partition("</figure>")[0]
    nodes = re.findall(
        r'<a href="#why-reached/n(\d+)" aria-label="[^"]+"><text [^>]*><title>[^<]+</title>[^<]*%</text>', tree
    )
    assert sorted(map(int, nodes)) == [one.node for one in book.tree if one.parent >= 0]
