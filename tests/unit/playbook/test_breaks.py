"""Where ways to act break: what counts as breaking, and the sentence that says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.playbook.book import Amount, Name
from roadstead.playbook.breaks import REGRETTED, breaks, broken, clause
from roadstead.playbook.breaks_book import HOWS
from roadstead.playbook.discovery import Limit
from roadstead.playbook.observed import Seen, Sight
from roadstead.playbook.rehearse import Rehearsed
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.breaks import Names
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats

FIGURES = ("share", "coverage", "coverage/error", "density", "density/error")
EVENTS = {"wall": Name("Brazil raises its duty", "巴西加税")}
SIGHTS = (
    Sight("event", "wall", 2032),
    Sight("share", "BRA", 2032),
    Sight("duty", "BRA city", 2029),
    Sight("size", "BRA", 2029),
    Sight("battery", "", 2029),
    Sight("freight", "", 2029),
    Sight("rate", "BRL", 2029),
)


@pytest.fixture
def names(reading: Reading) -> Names:
    return reading, EVENTS


def rehearsed(npv: Floats) -> Rehearsed:
    count, policies = npv.shape
    return Rehearsed(
        ("plan", "standing", "export_only")[:policies], np.full(count, 1.0 / count), npv, np.ones(npv.shape, dtype=bool)
    )


def test_what_counts_as_breaking_by_hand():
    npv = np.asarray([[5.0, 1.0, 2.0], [1.0, 2.0, 2.0], [9.5, 10.0, 3.0], [-2.0, -2.1, -3.0]])
    paths = rehearsed(npv)
    assert breaks(paths, "exports")[:, :2].tolist() == [[False, True], [True, False], [False, False], [False, False]]
    # By more than a tenth of 5, 2, 10 and -2.
    assert REGRETTED == 0.1
    assert breaks(paths, "regret")[:, :2].tolist() == [[False, True], [True, False], [False, False], [False, False]]


def test_the_worst_tenth_is_a_tenth_of_the_paths():
    drawn = np.random.default_rng(0).permutation(100).astype(float)
    which = breaks(rehearsed(np.stack([drawn, -drawn, 0.0 * drawn], axis=1)), "worst")
    assert which.sum(0).tolist() == [10, 10, 10]
    assert set(drawn[which[:, 0]]) == set(range(10))
    assert set(drawn[which[:, 1]]) == set(range(90, 100))


def fresh(seed: int = 0) -> tuple[Rehearsed, Seen]:
    """The plan loses to exports where the wall stands and the share is under 0.3, and nowhere else; standing still nowhere."""
    drawn = np.random.default_rng(seed)
    value = drawn.random((600, 2))
    value[:, 0] = value[:, 0] < 0.4
    lost = (value[:, 0] > 0.5) & (value[:, 1] < 0.3)
    npv = np.stack([np.where(lost, -1.0, 1.0), np.ones(600), np.zeros(600)], axis=1)
    return rehearsed(npv), Seen(SIGHTS[:2], value, np.full(2, 0.1))


def test_one_sentence_says_where_a_plan_breaks(names: Names):
    paths, seen = fresh()
    plan, standing = broken(paths, seen, "exports", names)
    assert (plan.key, standing.key) == ("plan", "standing")
    assert [(one.kind, one.above, one.threshold) for one in sorted(plan.where, key=lambda one: one.kind)] == [
        ("event", True, 0.5),
        ("share", False, 0.3),
    ]
    assert plan.coverage is not None
    assert plan.density is not None
    assert plan.coverage.value > 0.95
    assert plan.density.value > 0.95
    said = Words("en", "USD").say(plan.said)
    assert "Worth less than exports alone on" in said
    assert "“Brazil raises its duty” is in force in 2032" in said
    assert " and " in said
    assert "the new-energy share in Brazil in 2032 is 30% or less" in said
    assert "巴西2032年新能源占比不高于30%" in Words("zh", "USD").say(plan.said)
    assert standing.where == ()
    assert Words("en", "USD").say(standing.said) == "Worth less than exports alone on none of 600 paths."


def test_ways_that_break_on_the_same_paths_break_alike(names: Names):
    paths, seen = fresh()
    twice = Rehearsed(("plan", "central", "export_only"), paths.weight, paths.npv[:, [0, 0, 2]], paths.keeps)
    plan, central = broken(twice, seen, "exports", names)
    said = Words("en", "USD").say
    assert said(plan.said) == said(central.said)
    assert [(one.kind, one.threshold) for one in plan.where] == [(one.kind, one.threshold) for one in central.where]


def test_every_figure_of_where_a_way_breaks_says_which_it_is(names: Names):
    plan, *_ = broken(*fresh(), "exports", names)
    of = [term.key for term in plan.said.terms.values() if isinstance(term, Amount)]
    assert of == [f"breaks/plan/{name}" for name in FIGURES]
    limits = [one.said.terms.get("threshold") for one in plan.where]
    assert [one.key for one in limits if isinstance(one, Amount)] == [
        f"breaks/plan/limit{i}" for i, one in enumerate(plan.where, 1) if one.kind != "event"
    ]


def test_what_cannot_be_told_is_said_to_be_so(names: Names):
    _, seen = fresh()
    drawn = np.random.default_rng(1)
    few, most = np.arange(600) < 7, np.arange(600) >= 7
    chance = drawn.random(600) < 0.3

    def said(lost: np.ndarray) -> str:
        npv = np.stack([np.where(lost, -1.0, 1.0), np.ones(600), np.zeros(600)], axis=1)
        return Words("en", "USD").say(broken(rehearsed(npv), seen, "exports", names)[0].said)

    assert said(few) == "Worth less than exports alone on 7 of 600 paths: too few to say where."
    assert said(most) == "Worth less than exports alone on 593 of 600 paths: too few others to say where not."
    assert said(chance).endswith("nothing that can be seen tells them from the others.")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sight_and_measure_can_be_said(names: Names, language: str):
    words = Words(language, "USD")
    for sight in SIGHTS:
        both = [
            words.say(
                clause(sight, Limit(0, above=above, threshold=1_300_000.0 if sight.kind == "size" else 0.25), *names)
            )
            for above in (True, False)
        ]
        assert both[0] != both[1]
        assert all(str(sight.year) in said for said in both)
    assert all(words.label(f"breaks.{how}") for how in HOWS)
