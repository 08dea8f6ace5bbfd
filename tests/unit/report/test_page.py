"""The page: one file, nothing from outside, nothing live in anybody's text, and built so that everybody can read it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest
from books import made_up_book

from roadstead.playbook.book import Book, Name, Trigger
from roadstead.playbook.rehearsal_book import Estimate
from roadstead.report.cells import Column, Link, Table, linked
from roadstead.report.html import FOLDED, page, page_table
from roadstead.report.signs import signposts
from roadstead.report.tables import flexibility
from roadstead.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.worth_book import Worth

EVIL = '<script>alert("1")</script><img src=x onerror=alert(1)>'
VOID = {"meta", "link", "br", "img", "rect", "line", "circle", "hr", "input"}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without pictures, for tests that do not look at them."""
    monkeypatch.setattr("roadstead.report.html.pictures", lambda _book, _words, _asked: ())
    monkeypatch.setattr("roadstead.report.html.exports_picture", lambda _pull, _words, _asked: None)
    monkeypatch.setattr("roadstead.report.html.rehearsal_picture", lambda _found, _words: None)


class Reader(HTMLParser):
    """Collects tags with their attributes, in order, and the text; notes tags closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, *names: str) -> list[tuple[str, dict[str, str]]]:
        return [(tag, attributes) for tag, attributes in self.tags if tag in names]


def read(written: dict[str, Path]) -> Reader:
    return Reader(written["playbook.html"].read_text(encoding="utf-8"))


def test_the_page_is_well_formed(written: dict[str, Path]):
    reader = read(written)
    assert not reader.crossed
    assert not reader.open
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_page_says_its_language(pages: dict[str, dict[str, Path]]):
    assert read(pages["en"]).named("html")[0][1]["lang"] == "en"
    assert read(pages["zh"]).named("html")[0][1]["lang"] == "zh-Hans"


def test_the_page_is_small(written: dict[str, Path]):
    assert written["playbook.html"].stat().st_size < 3_000_000


def test_nothing_comes_from_outside_and_nothing_runs(written: dict[str, Path]):
    reader = read(written)
    assert not reader.named("script", "iframe", "object", "embed", "img", "image", "use", "form", "base")
    assert [a for _, a in reader.named("link")] == [{"rel": "icon", "href": "data:,"}]
    sources = [
        a[name] for _, a in reader.tags for name in ("src", "srcset", "xlink:href", "data", "poster") if name in a
    ]
    assert not sources
    assert not [name for _, a in reader.tags for name in a if name.startswith("on")]
    text = written["playbook.html"].read_text(encoding="utf-8")
    assert not re.findall(r"@import|url\((?!#)", text)
    policy = next(a["content"] for _, a in reader.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_links_lead_to_sources_only(written: dict[str, Path]):
    links = [a for _, a in read(written).named("a")]
    outside = [link for link in links if not link["href"].startswith("#")]
    assert {link["href"] for link in outside} == {"https://example.org/a?b=1&c=2", "https://kba.invalid/"}
    assert len(outside) == 3, "in the evidence, among the sources, and at the end of a trail"
    assert all(link["rel"] == "noopener noreferrer" for link in outside)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_text_whatever_they_hold(language: str):
    book = made_up_book(Name(EVIL, EVIL), "javascript:alert(1)")
    evil = replace(
        book,
        do_now=(replace(book.do_now[0], unsourced=(EVIL,)), *book.do_now[1:]),
        triggers=tuple(replace(entry, event=Name(EVIL, EVIL), rests_on=EVIL) for entry in book.triggers),
        tree=tuple(replace(node, name=Name(EVIL, EVIL)) for node in book.tree),
        timeline=tuple(replace(span, market=Name(EVIL, EVIL)) for span in book.timeline),
        waterfalls=tuple(replace(lane, supply=Name(EVIL, EVIL)) for lane in book.waterfalls),
        sites=tuple(replace(row, site=Name(EVIL, EVIL)) for row in book.sites),
        futures=tuple(replace(row, name=Name(EVIL, EVIL)) for row in book.futures),
        events=tuple(replace(row, changes=EVIL) for row in book.events),
        evidence=tuple(replace(row, note=EVIL, url="javascript:alert(1)") for row in book.evidence),
        trails=replace(
            book.trails,
            rows=tuple(
                replace(row, row=EVIL, source=EVIL, note=EVIL, url="javascript:alert(1)") for row in book.trails.rows
            ),
        ),
        other_rules=tuple(
            replace(row, title=EVIL, printed=EVIL, url="javascript:alert(1)") for row in book.other_rules
        ),
    )
    text = page(evil, Words(language, "USD"))
    reader = Reader(text)
    assert not reader.named("script", "img")
    assert all(a["href"].startswith("#") for _, a in reader.named("a"))
    assert not reader.crossed
    assert EVIL in reader.text
    assert "javascript:" not in text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org",
        "https://",
        "http://[",
        "example.org",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str):
    assert linked("a source", url) == "a source"


def test_web_addresses_become_links():
    assert linked("a source", "https://example.org/x") == Link("a source", "https://example.org/x")
    assert linked("", "http://example.org") == Link("http://example.org", "http://example.org")


def test_headings_go_down_one_step_at_a_time(written: dict[str, Path]):
    levels = [int(tag[1]) for tag, _ in read(written).named("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_pictures_and_tables_say_what_they_show(written: dict[str, Path]):
    reader = read(written)
    drawings = [a for _, a in reader.named("svg")]
    assert all(a.get("aria-label") or a.get("aria-hidden") == "true" for a in drawings)
    assert len(reader.named("figure")) == len(reader.named("figcaption")) == 9
    assert len(reader.named("table")) == len(reader.named("caption")) == 18
    scrolls = [a for _, a in reader.named("div") if a.get("class") == "scroll"]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in scrolls)


def test_the_first_screen_tells_every_do_now_with_its_cost(book: Book, written: dict[str, Path], words: Words):
    text = read(written).text
    language = "zh" if "现在要做" in text else "en"
    said = Words(language, "USD")
    for entry in book.do_now:
        assert said.say(entry.what) in text
        assert said.say(entry.why) in text
        assert said.skip(entry.costs_to_skip, entry.skip_gap) in text
        assert entry.flip is None or said.say(entry.flip) in text
        assert all(said.assumed(item) in text for item in entry.unsourced)
    assert all(said.name(entry.event) in text for entry in book.triggers)
    assert all(said.brief(entry.what) in text for entry in book.later)


def test_conventions_stand_beside_every_total(book: Book, pages: dict[str, dict[str, Path]]):
    text = read(pages["en"]).text
    for sentence in book.cover.conventions:
        # Under the headline, beside the comparisons, under the pictures of assumptions, of fresh paths and of the futures.
        assert text.count(Words("en", "USD").say(sentence)) == 5


def test_chinese_pages_are_chinese(pages: dict[str, dict[str, Path]]):
    text = read(pages["zh"]).text
    for said in ("现在要做", "触发条件", "以后再定", "反补贴税", "散件组装（KD）", "代工", "本地化生产", "落地成本"):
        assert said in text
    for said in ("Do now", "Triggers", "Countervailing", "Kit assembly", "Landed cost"):
        assert said not in text


@pytest.mark.usefixtures("bare")
def test_long_lists_are_folded(book: Book):
    many = replace(book, triggers=book.triggers * 4, later=book.later * 6, markets=book.markets * 2)
    text = page(many, Words("en", "USD"))
    assert len(many.markets) >= FOLDED
    assert "and 4 more" in text
    assert "and 6 more" in text
    assert f"{len(many.markets)} rows" in text


@pytest.mark.usefixtures("bare")
def test_a_book_with_nothing_to_watch_says_so(book: Book):
    text = page(replace(book, triggers=(), later=(), fronts=(), warnings=()), Words("en", "USD"))
    assert "The tree leaves no event open." in text
    assert "Nothing is left for later." in text


@pytest.mark.usefixtures("bare")
def test_an_event_without_decisions_is_one_line(book: Book):
    entry: Trigger = book.triggers[0]
    text = page(replace(book, triggers=(entry,)), Words("en", "USD"))
    assert "<b>If it does not</b> Nothing different is decided" in text


def test_a_column_of_money_has_one_unit():
    table = Table("t", (Column("plan"), Column("npv", "money")), (("a", 82.5e9), ("b", -0.1e9), ("c", None)))
    shown = page_table(replace(table, key="comparisons"), Words("en", "USD"))
    assert shown.heads[1].text == "Expected NPV ($\N{NO-BREAK SPACE}bn)"
    assert [row[1].text for row in shown.rows] == ["82.50", "−0.10", "–"]
    chinese = page_table(replace(table, key="comparisons"), Words("zh", "USD"))
    assert chinese.heads[1].text == "预期净现值（亿美元）"


def test_money_for_each_car_says_whose_money_it_is():
    table = Table("suppliers", (Column("line_abroad"), Column("home_per_car", "money_per_car")), (("a", 6560.0),))
    assert page_table(table, Words("en", "USD")).heads[1].text == "Parts from home a car ($)"
    assert page_table(table, Words("zh", "USD")).heads[1].text == "单车国内件（美元）"
    assert page_table(table, Words("en", "USD")).rows[0][1].text == "6,560"


def test_flexibility_that_was_not_reached_is_counted():
    book, words = made_up_book(), Words("en", "USD")
    said = page(book, words)
    assert "One more question was not reached in the time allowed" in said
    assert "no plan keeps what the case asks" in said
    assert "not reached in the time allowed</td>" not in said
    reached = replace(book, flexibility=book.flexibility[:4])
    assert "not reached in the time allowed" not in page(reached, words)
    assert 'id="flexibility"' not in page(replace(book, flexibility=()), words)


def test_flexibility_has_no_column_that_holds_nothing():
    book, words = made_up_book(), Words("en", "USD")

    def heads(*rows: Worth) -> list[str]:
        return [column.key for column in flexibility(replace(book, flexibility=rows), words).columns]

    every = ["what", "worth", "at_least", "at_most", "unworked"]
    *answered, no_time, _ = book.flexibility
    assert heads(*book.flexibility) == every
    assert heads(*answered) == every[:4]
    assert heads(no_time) == ["what", "unworked"]
    assert heads() == every
    assert "Left open" not in page(replace(book, flexibility=tuple(answered)), words)


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("en", {True: "one, do it whatever comes.", False: "one, leave it whatever comes.", None: "should be done."}),
        ("zh", {True: "无论如何都实施。", False: "无论如何都不实施。", None: "之处出现。"}),
    ],
)
def test_a_sign_that_was_never_right_is_told_in_words(language: Literal["en", "zh"], advice: dict[bool | None, str]):
    book, words = made_up_book(), Words(language, "USD")
    (one,) = book.signposts
    right = signposts(book, words).rows[0]
    for always, said in advice.items():
        wrong = replace(one.tried.rates, false_alarm=Estimate(1.0, 0.0), missed=Estimate(1.0, 0.0))
        tried = replace(
            one.tried, rates=wrong, always=bool(always), blind=one.tried.blind if always is not None else None
        )
        other = replace(book, signposts=(replace(one, tried=tried),))
        (row,) = signposts(other, words).rows
        assert row[3].startswith({"en": "No sign known in time was found", "zh": "未找到届时可见的可靠信号"}[language])
        assert row[3].endswith(said)
        assert row[4:7] == (None, None, None)
        assert (row[7] is None) == (always is None)
        assert row[:3] + row[8:] == right[:3] + right[8:]
        assert row[3] in Reader(page(other, words)).text
    none_missed_all = replace(one.tried, rates=replace(one.tried.rates, missed=Estimate(0.9, 0.1)))
    assert signposts(replace(book, signposts=(replace(one, tried=none_missed_all),)), words).rows[0][3] == right[3]


def test_how_wrong_we_may_be_is_told_with_its_errors():
    book, words = made_up_book(), Words("en", "USD")
    said = Reader(page(book, words)).text
    for sentence in (*book.rehearsal.said, *book.rehearsal.notes):
        assert words.say(sentence) in said
    space = "\N{NO-BREAK SPACE}"
    assert f"12.30{space}±{space}0.31" in said
    assert f"96.2{space}±{space}0.6%" in said
    for way in ("broken", "signs"):
        assert getattr(book.rehearsal, way)
    for one in book.rehearsal.broken:
        assert words.say(one.said) in said
    assert "This plan, (d) Best plan for the central future" in said, "ways that break alike share a sentence"
    first = book.rehearsal.signs[0]
    for sentence in (first.said, *(condition.said for condition in first.signpost.conditions)):
        assert words.say(sentence) in said
    assert "Figure 2 · NPV on 1,000 fresh paths" in said
    assert "Figure 2 · " in said


@pytest.mark.usefixtures("bare")
def test_a_plan_that_was_not_rehearsed_says_nothing_of_it():
    text = page(replace(made_up_book(), rehearsal=None), Words("en", "USD"))
    assert 'id="rehearsal"' not in text
