"""Tell a rehearsal: how wrong a plan may be, in sentences, and how its worth lies over fresh paths."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.policies import TIMETABLE
from roadstead.playbook.rehearsal_book import FreshPaths

if TYPE_CHECKING:
    from roadstead.playbook.book import Book, Term
    from roadstead.playbook.rehearsal_book import Outcome
    from roadstead.playbook.rehearse import Foreseen, Rehearsed
    from roadstead.terms.arrays import Floats

BINS = 48
"""Bins that NPV on all paths is counted in."""
CHANCE = 2.0
"""Standard errors within which a difference may be chance: about 95 % of draws where there is none."""
ALIKE = 1e-9
"""Share of its size within which NPV is the same: what is left of sums in another order."""
SAID = "headline.rehearsed"
"""Sentence of a rehearsal among those at the head of a book."""


def chapter(
    rehearsed: Rehearsed, foreseen: Foreseen | None, outcomes: tuple[Outcome, ...], on_tree: float, wait: int
) -> FreshPaths:
    """Put the chapter together; ``outcomes`` are of the policies of ``rehearsed`` in their order, the plan first.

    ``on_tree`` is the plan's expected NPV on its tree [money], ``wait`` the years of the Japanese timetable.
    """
    ahead = 0 if foreseen is None else foreseen.count
    edges, shares = _spread(rehearsed.npv, rehearsed.weight)
    plan, keys = outcomes[0], {one.key for one in outcomes}
    said = (_held_against_tree(len(rehearsed.weight), plan, on_tree), *_of_the_plan(plan), *_nearest(outcomes))
    timetable = (Sentence("rehearsal.timetable", {"years": Amount(float(wait), "years")}),) if TIMETABLE in keys else ()
    foresight = (Sentence("rehearsal.foresight", {"ahead": _count(ahead)}),) if ahead else ()
    return FreshPaths(
        paths=len(rehearsed.weight),
        ahead=ahead,
        on_tree=on_tree,
        outcomes=outcomes,
        edges=tuple(edges.tolist()),
        shares=tuple(tuple(row) for row in shares.tolist()),
        said=said,
        notes=(Sentence("rehearsal.error", {}), *foresight, *timetable),
    )


def rehearsed_book(book: Book, found: FreshPaths) -> Book:
    """The book with this chapter, its sentence at the head, and the signs to go by; those of an earlier rehearsal go."""
    others = tuple(said for said in book.headline if said.key != SAID)
    signs = tuple(one.chosen for one in found.signs) or book.signposts
    return replace(book, headline=(*others, _headline(found)), rehearsal=found, signposts=signs)


def _headline(found: FreshPaths) -> Sentence:
    plan = found.outcomes[0]
    assert plan.beats is not None
    terms = {
        "paths": _count(found.paths),
        "low": _money(plan.low, "fresh/plan/p10"),
        "high": _money(plan.high, "fresh/plan/p90"),
        "beats": Amount(plan.beats.value, "share", "fresh/plan/beats_exports"),
    }
    return Sentence("headline.rehearsed", terms)


def _spread(npv: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Bins of one width from the least to the most that any policy comes to, and what share of paths lies in each."""
    low, high = float(npv.min()), float(npv.max())
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    shares = [np.histogram(npv[:, i], edges, weights=weight)[0] for i in range(npv.shape[1])]
    return edges, np.asarray(shares)


def _held_against_tree(paths: int, plan: Outcome, on_tree: float) -> Sentence:
    """The mean on fresh paths beside what the tree promised, and whether they differ by more than chance."""
    missed = on_tree - plan.mean.value
    terms = {
        "paths": _count(paths),
        "mean": _money(plan.mean.value, "fresh/plan/mean"),
        "error": _money(plan.mean.error, "fresh/plan/mean/error"),
        "tree": _money(on_tree, "npv"),
        "missed": _money(abs(missed), "fresh/plan/tree_says_more"),
    }
    if abs(missed) <= CHANCE * plan.mean.error:
        return Sentence("rehearsal.tree_holds", terms)
    if missed > 0:
        return Sentence("rehearsal.tree_says_more", terms)
    return Sentence("rehearsal.tree_says_less", terms)


def _of_the_plan(plan: Outcome) -> tuple[Sentence, ...]:
    """How its worth lies over paths, what perfect foresight would add, and whether it keeps what is asked."""
    spread = {
        "low": _money(plan.low, "fresh/plan/p10"),
        "middle": _money(plan.middle, "fresh/plan/p50"),
        "high": _money(plan.high, "fresh/plan/p90"),
        "tail": _money(plan.tail.value, "fresh/plan/worst_tenth"),
        "error": _money(plan.tail.error, "fresh/plan/worst_tenth/error"),
    }
    found = [Sentence("rehearsal.spread", spread)]
    if plan.regret is not None:
        regret = _money(plan.regret.value, "fresh/plan/regret")
        error = _money(plan.regret.error, "fresh/plan/regret/error")
        found.append(Sentence("rehearsal.regret", {"value": regret, "error": error}))
    if plan.keeps < 1.0:
        found.append(Sentence("rehearsal.keeps", {"share": Amount(1.0 - plan.keeps, "share", "fresh/plan/fails")}))
    return tuple(found)


def _nearest(outcomes: tuple[Outcome, ...]) -> tuple[Sentence, ...]:
    """The best of the other ways to act beside the plan, on the same paths; those that come to just the same are named as such."""
    behind = {one.key: one.behind for one in outcomes if one.behind is not None}
    size = ALIKE * abs(outcomes[0].mean.value)
    alike = [key for key, by in behind.items() if abs(by.value) <= size and by.error <= size]
    found = [Sentence("rehearsal.alike", {"key": key}) for key in alike]
    others = {key: by for key, by in behind.items() if key not in alike}
    if not others:
        return tuple(found)
    key, by = min(others.items(), key=lambda item: item[1].value)
    of = f"fresh/{key}/plan_is_better_by"
    terms: dict[str, Term] = {"key": key, "value": _money(abs(by.value), of), "error": _money(by.error, f"{of}/error")}
    if abs(by.value) <= CHANCE * by.error:
        found.append(Sentence("rehearsal.level", terms))
    elif by.value > 0:
        found.append(Sentence("rehearsal.ahead", terms))
    else:
        found.append(Sentence("rehearsal.behind", terms))
    return tuple(found)


def _money(value: float, key: str = "") -> Amount:
    return Amount(value, "money", key)


def _count(value: int) -> Amount:
    return Amount(float(value), "count")
