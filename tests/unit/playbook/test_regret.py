"""Regret by future: against the best of those compared, worst first, told in sentences that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.playbook.book import Amount, FutureValue, Name
from roadstead.playbook.regret import regrets

if TYPE_CHECKING:
    from roadstead.playbook.book import Book

CALM, STORM = Name("calm", "平静"), Name("storm", "风暴")


def worths(plan: tuple[float, float], other: tuple[float, float]) -> tuple[FutureValue, ...]:
    """Two futures, calm three times as likely as storm, and two ways to act."""
    return tuple(
        FutureValue(leaf, name, chance, key, npv[leaf])
        for key, npv in (("plan", plan), ("central", other))
        for leaf, (name, chance) in enumerate(((CALM, 0.75), (STORM, 0.25)))
    )


def test_the_best_of_a_future_loses_nothing_there():
    found = regrets(worths((10.0, 4.0), (9.0, 7.0)))
    assert found.keys == ("plan", "central")
    assert [(row.name, row.best, row.lost) for row in found.rows] == [
        (STORM, 7.0, (3.0, 0.0)),
        (CALM, 10.0, (0.0, 1.0)),
    ]
    assert found.mean == pytest.approx((0.25 * 3.0, 0.75 * 1.0))
    assert found.most == (3.0, 1.0)


def test_it_says_how_often_and_where_the_plan_is_beaten_and_who_loses_least_at_worst():
    said = regrets(worths((10.0, 4.0), (9.0, 7.0))).said
    assert [sentence.key for sentence in said] == ["regret.unbeaten", "regret.worst", "regret.least"]
    assert said[0].terms["share"] == Amount(0.75, "share", "regret/none/plan")
    assert said[1].terms["future"] == STORM
    assert said[1].terms["key"] == said[2].terms["key"] == "central"
    assert said[2].terms["lost"] == Amount(1.0, "money", "regret/most/central")


def test_a_plan_that_is_best_everywhere_is_told_so():
    found = regrets(worths((10.0, 7.0), (9.0, 7.0 * (1 - 1e-12))))
    assert {row.name: row.lost for row in found.rows} == {CALM: (0.0, 1.0), STORM: (0.0, 0.0)}, (
        "rounding is no difference"
    )
    assert [sentence.key for sentence in found.said] == ["regret.unbeaten", "regret.plan_least"]


def test_regrets_of_a_book_are_those_of_its_futures(book: Book):
    assert book.regrets is not None
    worth = {(value.leaf, value.key): value.npv for value in book.futures}
    assert len(book.regrets.rows) == len({leaf for leaf, _ in worth})
    for row in book.regrets.rows:
        assert row.best == max(worth[row.leaf, key] for key in book.regrets.keys)
        assert [row.best - lost for lost in row.lost] == pytest.approx(
            [worth[row.leaf, key] for key in book.regrets.keys]
        )
    assert sum(row.probability for row in book.regrets.rows) == pytest.approx(1.0)
    expected = {row.key: row.npv for row in book.comparisons}
    best = sum(row.probability * row.best for row in book.regrets.rows)
    for key, mean in zip(book.regrets.keys, book.regrets.mean, strict=True):
        assert best - mean == pytest.approx(expected[key]), "what is lost on average is what expected NPV lacks"
