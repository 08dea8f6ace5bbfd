"""What is said of parts beside cars, which countries are named, and who went before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pulls import export_year

from roadstead.playbook.book import Name
from roadstead.playbook.parts_book import Forerunner, Shipped
from roadstead.playbook.pull import COUNTRIES, countries, forerunners, risen, told
from roadstead.report.words import Words
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Book

HOME = Name("China", "中国")


def keys(cars: Sequence[float], parts: Sequence[float]) -> list[str]:
    years = [export_year(2027 + i, *each) for i, each in enumerate(zip(cars, parts, strict=True))]
    said = told(years, HOME)
    for language in ("en", "zh"):
        assert all("{" not in Words(language, "USD").say(sentence) for sentence in said)
    return [sentence.key for sentence in said]


@pytest.mark.parametrize(
    ("cars", "parts", "passing", "giving_way"),
    [
        ([3e9, 2e9, 1e9], [1e9, 1.5e9, 2e9], "parts.pass", "parts.fall"),
        ([1e9, 2e9, 3e9], [4e9, 5e9, 6e9], "parts.always", "parts.no_fall"),
        ([3e9, 2e9, 4e9], [1e9, 1e9, 2e9], "parts.never", "parts.fall"),
        ([3e9, 2e9, 4e9], [1e9, 2e9, 2e9], "parts.falls_back", "parts.fall"),
        ([0.0, 0.0, 0.0], [1e9, 1e9, 1e9], "parts.always", "parts.no_fall"),
        ([1e9], [2e9], "parts.always", "parts.no_fall"),
    ],
)
def test_the_crossing_is_told_as_it_is(cars, parts, passing, giving_way):
    assert keys(cars, parts) == ["parts.course", passing, "parts.ahead", giving_way]


def test_no_parts_no_story():
    assert keys([1e9, 2e9], [0.0, 0.0]) == ["parts.none"]


def test_the_year_of_passing_is_the_first_of_those_that_last():
    rows = [export_year(2027 + i, c, 2e9) for i, c in enumerate((1e9, 3e9, 2e9, 1.5e9))]
    said = next(sentence for sentence in told(rows, HOME) if sentence.key == "parts.pass")
    assert said.terms["year"].value == 2029
    said = next(sentence for sentence in told(rows, HOME) if sentence.key == "parts.fall")
    assert said.terms["year"].value == 2029
    assert said.terms["fall"].value == pytest.approx(1 / 3)


def test_parts_that_fall_with_cars_are_said_to_fall():
    def said(after: float) -> str:
        rows = [export_year(2027, 3e9, 2e9), export_year(2028, 2e9, after)]
        return Words("en", "USD").say(told(rows, HOME)[-1]).replace("\N{NO-BREAK SPACE}", " ")

    assert said(1e9) == "Where car exports give way most, in 2028, by 33.3%, parts fall too, from $2 bn to $1 bn."
    assert said(3e9) == "Where car exports give way most, in 2028, by 33.3%, parts rise from $2 bn to $3 bn."
    assert said(2e9) == "Where car exports give way most, in 2028, by 33.3%, parts stay at $2 bn."


def test_small_destinations_are_summed():
    sent = [
        Shipped(year, f"C{i}", Name(f"Country {i}", f"国家{i}"), goods, "8703", 1.0, float(i), 0.0, 0.0)
        for i in range(1, COUNTRIES + 4)
        for year in (2027, 2028, 2036)
        for goods in ("cars", "kits")
    ]
    rows = countries(sent, 2027, 2036)
    assert len(rows) == COUNTRIES + 2
    assert rows[0].country_id == f"C{COUNTRIES + 3}"
    assert rows[-2].cars_first == 1.0 + 2.0 + 3.0
    total = sum(range(1, COUNTRIES + 4))
    assert (rows[-1].cars_first, rows[-1].cars_last, rows[-1].parts_first, rows[-1].parts_last) == (total,) * 4
    assert countries([], 2027, 2036) == ()


def test_forerunners_are_cited_and_their_ratio_is_theirs():
    world = reference.load()
    rows = forerunners(world)
    assert {row.who.en for row in rows} == {"South Korea", "Japan"}
    for row in rows:
        assert row.source
        assert row.url.startswith("http")
        if row.cars is not None:
            assert row.share == pytest.approx(row.parts / row.cars)
    said = risen(rows)
    assert said is not None
    # auto.jgvogel.cn, 1 April 2013, prints both: 18 % in 1992, 52 % in 2012.
    assert (said.terms["from"].value, said.terms["to"].value) == (1992, 2012)
    assert said.terms["low"].value == pytest.approx(0.18, abs=0.005)
    assert said.terms["high"].value == pytest.approx(0.52, abs=0.005)


def test_years_counted_in_different_ways_are_not_compared():
    rows = [Forerunner(HOME, year, 1.0, 1.0, 1.0, f"way {year}", "", "") for year in (1990, 2000)]
    assert risen(rows) is None


def test_the_starters_chapter_is_in_its_book(book: Book):
    assert book.pull is not None
    assert [row.year for row in book.pull.years] == list(range(2027, 2037))
    assert {row.line.en for row in book.pull.lines} == {row.line.en for row in book.pull.production}
