"""Figures of the page lead to their trails, and nothing leads nowhere."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from books import made_up_book

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.report.html import page
from roadstead.report.words import Words


@pytest.fixture(scope="module")
def told() -> str:
    return page(made_up_book(), Words("en", "USD"))


def test_every_figure_that_leads_on_leads_to_a_trail(told):
    ids = set(re.findall(r'id="([^"]*)"', told))
    asked = re.findall(r'href="#([^"]*)"', told)
    assert len(asked) > 3
    assert {unquote(one) for one in asked} <= ids


def test_npv_leads_to_its_nodes_and_the_row_at_the_end(told):
    assert re.search(r'<a class="asked" href="#why-npv">12\.44</a>', told)
    trail = told.partition('id="why-npv"')[2].partition("</article>")[0]
    assert "equation F.1" in trail
    assert 'href="#why-npv/n0"' in trail
    assert "<code>npv/n1</code>" in trail  # no trail of its own on the page: it may be asked for
    assert "discount_base 0.08" in trail
    assert (
        '<a href="https://kba.invalid/" rel="noopener noreferrer">KBA</a>; as of 2026-01-06; high confidence' in trail
    )
    assert f"<code>roadstead why {made_up_book().cover.run} npv</code>" in trail


def test_a_number_in_a_sentence_leads_to_its_trail_and_one_without_stays_as_it_is(told):
    assert (
        'is worth <a class="asked" href="#why-npv">$12.4\N{NO-BREAK SPACE}bn</a> in expectation, $2.1\N{NO-BREAK SPACE}bn'
        in told
    )


def test_a_number_that_its_trail_does_not_say_leads_nowhere():
    book = made_up_book()
    worth, gap = book.headline
    other = Sentence(worth.key, {**worth.terms, "npv": Amount(12.6e9, "money", "npv")})
    told = page(replace(book, headline=(other, gap)), Words("en", "USD"))
    assert "is worth $12.6\N{NO-BREAK SPACE}bn in" in told


def test_no_name_in_a_sentence_becomes_markup_or_a_link():
    named = Name("<b>\x02javascript:alert(1)\x03Port\x04", "港")
    told = page(
        replace(made_up_book(), warnings=(Sentence("why.idle", {"site": named, "year": Amount(2030.0, "year")}),)),
        Words("en", "USD"),
    )
    assert "&lt;b&gt;\x02javascript:alert(1)\x03Port\x04 makes no cars in 2030." in told


def test_a_mark_of_a_chart_leads_to_the_trail_of_its_figure_and_says_which(told):
    chart = told.partition('id="figure-volumes"')[2].partition("</figure>")[0]
    found = re.findall(r'<a href="([^"]*)" aria-label="([^"]*)"><path [^>]*><title>([^<]*)</title></path></a>', chart)
    assert len(found) == 2  # wide and narrow
    assert {(address, said) for address, said, _ in found} == {("#why-mode/export/2027", found[0][2])}
    assert found[0][1].startswith("2027, Export: ")
    assert 'role="group"' in chart  # inside an image nothing could be reached
    assert 'role="img"' in chart  # lines abroad lead nowhere here


def test_a_share_is_no_rounding(told):
    trail = told.partition('id="why-chance/walls"')[2].partition("</article>")[0]
    assert "<b>45%</b>" in trail
    assert "<b>15%</b>" in trail


def test_no_address_of_a_row_comes_alive(told):
    assert "Judgement: talks go on" in told
    assert "javascript:" not in told


def test_a_book_without_trails_has_no_chapter_on_them():
    told = page(replace(made_up_book(), trails=None), Words("zh", "USD")).partition("</style>")[2]
    assert 'class="asked"' not in told
    assert 'class="trails"' not in told
