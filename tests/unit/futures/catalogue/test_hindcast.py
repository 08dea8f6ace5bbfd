"""Chances of the past against what came, on law made for it: what was known, what is asked, what a score comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from roadstead.futures.catalogue.base_rates import base_rate
from roadstead.futures.catalogue.catalogue import Catalogue
from roadstead.futures.catalogue.counting import BaseClass, Ground
from roadstead.futures.catalogue.hindcast import NEVER, ONE_RATE, OWN, PRIOR, RENEWED, hindcast
from roadstead.futures.catalogue.past import COUNTED
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.placing import Place
from roadstead.terms.tables import Row
from roadstead.trade import rulebook
from roadstead.trade.amendment import Amendment, amend
from roadstead.world import reference

KNOWN, UNTIL = date(2021, 12, 31), date(2023, 12, 31)
RISE = BaseClass("rise", "a duty rises", "加税", "duty_rise", (), ("EU27", "JPN"), 2015, 0.02, "made")


@pytest.fixture(scope="module")
def world():
    return reference.load()


def law(*rises):
    """Law of two markets without a duty that ever moved, but for those named: market, day it holds from, day it was published."""
    book = rulebook.load(UNTIL)
    plain = {
        place: tuple(m for m in rows if m.kind == "MFN" and m.span.last is None)
        for place, rows in book.measures.items()
        if place in {"EU27", "JPN"}
    }
    book = replace(book, measures=plain, non_tariff=())
    steps = [
        (Amendment("add", place, f"{place}{day.year}", origins=frozenset({"CHN"}), rate=0.1), day)
        for place, day, _ in rises
    ]
    made = amend(book, steps)
    said = {(place, day): published for place, day, published in rises}
    measures = {
        place: tuple(
            replace(m, status="IN_FORCE", known_from=said.get((place, m.span.first), m.known_from)) for m in rows
        )
        for place, rows in made.measures.items()
    }
    return replace(made, measures=measures)


def looked_back(world, *rises, classes=(RISE,)):
    book = law(*rises)

    def on(day):
        known = {place: tuple(m for m in rows if m.known_from <= day) for place, rows in book.measures.items()}
        return Ground(replace(book, measures=known), world, (), "CHN", day)

    return hindcast(Catalogue({}, {one.base: one for one in classes}, ()), on, KNOWN, UNTIL)


def test_a_score_on_made_law_by_hand(world):
    """One rise in 14 market-years up to 2021, and one in four market-years after."""
    found = looked_back(
        world,
        ("JPN", date(2018, 5, 1), date(2018, 5, 1)),
        ("EU27", date(2022, 7, 1), date(2022, 6, 1)),
    )
    asked = [(q.place, q.year, q.came) for q in found.questions]
    assert asked == [("EU27", 2022, True), ("JPN", 2022, False), ("EU27", 2023, False), ("JPN", 2023, False)]
    years = 2 * 2557 / 365.25  # 2015 to 2021, two of them leap years, in two markets
    chance = 1 - np.exp(-(1 / years) * 365 / 365.25)
    assert found.chances["catalogue"] == pytest.approx([chance] * 4)
    score = found.score("catalogue")
    assert score.brier == pytest.approx(((1 - chance) ** 2 + 3 * chance**2) / 4)
    assert score.expected == pytest.approx(4 * chance)
    assert score.came == found.happenings == 1
    assert found.chances[PRIOR][0] == pytest.approx(1 - np.exp(-(1.5 / years) * 365 / 365.25))
    assert found.chances[ONE_RATE] == pytest.approx(found.chances["catalogue"])
    assert not found.chances[NEVER].any()
    # The place's own count: the Union had none, and the one of Japan falls on its seven years.
    own = 1 - np.exp(-(1 / (years / 2)) * 365 / 365.25)
    assert found.chances[OWN] == pytest.approx([0.0, own, 0.0, own])
    # A year later the rise of 2022 is in the count as well.
    renewed = 1 - np.exp(-(2 / (years + 2 * 365 / 365.25)) * 365 / 365.25)
    assert found.chances[RENEWED] == pytest.approx([chance, chance, renewed, renewed])
    by_the_end, event = found.by_the_end("catalogue")["rise", "EU27"]
    assert by_the_end == pytest.approx(1 - (1 - chance) ** 2)
    assert event.day == date(2022, 7, 1)


def test_what_was_law_already_is_not_asked(world):
    found = looked_back(world, ("EU27", date(2022, 1, 1), date(2021, 10, 29)))
    assert [(q.place, q.year) for q in found.questions] == [("JPN", 2022), ("EU27", 2023), ("JPN", 2023)]
    assert [(one.place, one.day) for one in found.classes[0].known] == [("EU27", date(2022, 1, 1))]
    assert found.classes[0].came == 0


def test_the_range_of_a_count(world):
    """None counted in 14 years and three in four: outside what 80 % of such records would bring."""
    rises = [("EU27", date(2022, 3, 1)), ("EU27", date(2023, 3, 1)), ("JPN", date(2023, 3, 1))]
    found = looked_back(world, *((place, day, day) for place, day in rises)).classes[0]
    assert (found.count, found.came, found.asked) == (0, 3, 4)
    # Negative binomial with half an event in 14 years, for four: nothing with a chance of (14 / 18) ^ 0.5 = 0.88.
    assert (found.least, found.most, found.held) == (0, 1, False)


def test_a_class_within_another_stands_in_no_sum(world):
    aimed = replace(RISE, base="duty_aimed", counts="duty_aimed")
    after = replace(RISE, base="aimed_after", counts="aimed_after")
    found = looked_back(world, ("EU27", date(2022, 7, 1), date(2022, 7, 1)), classes=(aimed, after))
    assert {q.base for q in found.questions} == {"duty_aimed"}
    assert [one.within for one in found.classes] == ["", "duty_aimed"]
    # Nothing was aimed at before, so that a year after such a one was never at risk, and nothing is asked.
    assert found.classes[1].asked == 0
    assert found.beside == ()


def test_a_year_that_cannot_be_looked_back_from(world):
    catalogue = Catalogue({}, {"rise": RISE}, ())
    for known in (date(2021, 6, 30), UNTIL):
        with pytest.raises(RoadsteadError, match="RS-F546"):
            hindcast(catalogue, lambda _: None, known, UNTIL)


def test_a_plant_given_up_later_is_not_counted_before(world):
    """What its status says now was not known while it waited."""
    values = {
        "record": "made", "kind": "CN_PLANT", "home": "CHN", "company": "Made", "host": "IND", "site": "x",
        "announced": "2020-01", "start": "", "status": "abandoned", "status_as_of": "2022-06",
        "source": "a book", "as_of": "2022", "confidence": "low", "note": "",
    }  # fmt: skip
    made = replace(world, tables={**world.tables, "precedents": (Row(values, Place("precedents.csv"), 2, {}),)})
    base = replace(RISE, counts="plant_refused", places=())
    counts = {
        year: len(COUNTED["plant_refused"](Ground(law(), made, (), "CHN", date(year, 12, 31)), base).counted)
        for year in (2021, 2022)
    }
    assert counts == {2021: 0, 2022: 1}
    assert base_rate(Ground(law(), made, (), "CHN", KNOWN), base).exposure == pytest.approx(2.0, abs=0.01)
