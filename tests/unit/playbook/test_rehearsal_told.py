"""A rehearsal in sentences: which of them are said is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from books import made_up_book

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.rehearsal_told import BINS, chapter, rehearsed_book
from roadstead.playbook.rehearse import Foreseen, Rehearsed, outcomes
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.rehearsal_book import FreshPaths

PLAN = np.asarray([1.0, 2.0, 3.0, 4.0]) * 1e9
"""Mean 2.5 bn; standard error sqrt(1.25 / 4) = 0.559 bn."""
ERROR = np.sqrt(1.25 / 4) * 1e9


def told(on_tree: float = 2.5e9, foreseen: Foreseen | None = None, **others: np.ndarray) -> FreshPaths:
    """The plan beside exports, which are worth a billion less on every path, and beside others."""
    ways = {"plan": PLAN, "export_only": PLAN - 1e9, **others}
    npv = np.stack(list(ways.values()), axis=1)
    found = Rehearsed(tuple(ways), np.full(4, 0.25), npv, np.ones(npv.shape, dtype=bool))
    return chapter(found, foreseen, outcomes(found, foreseen, "export_only"), on_tree, 5)


def said(found: FreshPaths) -> dict[str, Sentence]:
    return {sentence.key: sentence for sentence in found.said}


def amounts(sentence: Sentence) -> dict[str, float]:
    return {name: term.value for name, term in sentence.terms.items() if isinstance(term, Amount)}


@pytest.mark.parametrize(
    ("off", "key"),
    [
        (1.99, "rehearsal.tree_holds"),
        (-1.99, "rehearsal.tree_holds"),
        (2.01, "rehearsal.tree_says_more"),
        (-2.01, "rehearsal.tree_says_less"),
    ],
)
def test_the_tree_is_wrong_beyond_two_standard_errors(off: float, key: str):
    found = told(2.5e9 + off * ERROR)
    [sentence] = [one for one in found.said if one.key.startswith("rehearsal.tree")]
    assert sentence.key == key
    assert amounts(sentence) == pytest.approx(
        {"paths": 4, "mean": 2.5e9, "error": ERROR, "tree": 2.5e9 + off * ERROR, "missed": abs(off) * ERROR}
    )


def test_the_spread_is_that_of_the_paths():
    spread = amounts(said(told())["rehearsal.spread"])
    assert (spread["low"], spread["middle"], spread["high"]) == (1e9, 2e9, 4e9)
    assert spread["tail"] == 1e9


def test_the_best_of_the_others_is_held_against_the_plan_on_the_same_paths():
    """Behind by 0.1, 0.1, 0.1 and 0.2 bn: 0.125 on average, spread over paths sqrt(3)/40, so 0.0217 bn of error."""
    near = PLAN - np.asarray([0.1, 0.1, 0.1, 0.2]) * 1e9
    sentence = said(told(central=near))["rehearsal.ahead"]
    assert sentence.terms["key"] == "central"
    assert amounts(sentence) == pytest.approx({"value": 0.125e9, "error": np.sqrt(3) / 80 * 1e9})
    better = said(told(central=2 * PLAN - near))["rehearsal.behind"]
    assert amounts(better) == pytest.approx({"value": 0.125e9, "error": np.sqrt(3) / 80 * 1e9})


def test_what_may_be_chance_is_called_so():
    level = PLAN + np.asarray([0.5, -0.5, 0.5, -0.4]) * 1e9
    assert said(told(central=level))["rehearsal.level"].terms["key"] == "central"


def test_a_way_that_comes_to_the_same_is_no_rival():
    """Sums in another order leave a billionth or less."""
    found = told(local_everywhere=PLAN * (1 + 1e-13))
    assert said(found)["rehearsal.alike"].terms["key"] == "local_everywhere"
    assert said(found)["rehearsal.ahead"].terms["key"] == "export_only"


def test_foresight_is_told_where_somebody_looked():
    assert "rehearsal.regret" not in said(told())
    strata = (np.asarray([0, 1]), np.asarray([2, 3]))
    foreseen = Foreseen(strata, strata, PLAN + 0.3e9, PLAN + 0.4e9)
    found = told(foreseen=foreseen)
    assert amounts(said(found)["rehearsal.regret"])["value"] == pytest.approx(0.3e9)
    assert found.ahead == 4
    assert "rehearsal.foresight" in {note.key for note in found.notes}


def test_the_timetable_is_explained_where_it_is_tried():
    assert "rehearsal.timetable" not in {note.key for note in told().notes}
    note = next(one for one in told(timetable=PLAN - 1.0).notes if one.key == "rehearsal.timetable")
    assert amounts(note) == {"years": 5}


def test_every_path_lies_in_a_bin():
    found = told(central=np.asarray([-3.0, 9.0, 2.0, 2.0]) * 1e9)
    assert (found.edges[0], found.edges[-1]) == (-3e9, 9e9)
    assert np.diff(found.edges) == pytest.approx(12e9 / BINS)
    assert [sum(row) for row in found.shares] == pytest.approx([1.0, 1.0, 1.0])
    bins = np.searchsorted(found.edges, PLAN, side="right") - 1
    assert [i for i, share in enumerate(found.shares[0]) if share] == bins.tolist()


def test_paths_that_are_all_alike_have_a_bin():
    same = Rehearsed(("plan", "export_only"), np.ones(1), np.full((1, 2), 7.0), np.ones((1, 2), dtype=bool))
    found = chapter(same, None, outcomes(same, None, "export_only"), 7.0, 5)
    assert [sum(row) for row in found.shares] == [1.0, 1.0]


def test_a_plan_that_breaks_what_is_asked_says_how_often():
    found = told()
    assert "rehearsal.keeps" not in said(found)
    npv = np.stack([PLAN, PLAN - 1e9], axis=1)
    keeps = np.asarray([[True, True], [True, True], [True, True], [False, True]])
    broken = Rehearsed(("plan", "export_only"), np.full(4, 0.25), npv, keeps)
    again = chapter(broken, None, outcomes(broken, None, "export_only"), 2.5e9, 5)
    assert amounts(said(again)["rehearsal.keeps"]) == {"share": 0.25}


def test_the_head_of_the_book_says_it_once():
    book = replace(made_up_book(), rehearsal=None)
    once = rehearsed_book(book, told())
    twice = rehearsed_book(once, told(central=PLAN - 2.0))
    assert once.headline[:-1] == twice.headline[:-1] == book.headline
    assert twice.rehearsal is not None
    assert len(twice.rehearsal.outcomes) == 3
    space = "\N{NO-BREAK SPACE}"
    expected = (
        f"On 4 fresh paths the plan is worth $1{space}bn to $4{space}bn (P10–P90), "
        "and beats exporting alone on 100% of them."
    )
    assert Words("en", "USD").say(twice.headline[-1]) == expected
