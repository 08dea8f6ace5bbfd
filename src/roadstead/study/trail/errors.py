"""Trails of standard errors: how far from their mean the paths or nodes lie that it is taken over, group by group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.study.trail.steps import ERROR, step, summed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.study.trail.steps import Step
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Group:
    """Some of what a mean is taken over, in words; ``key`` of one path or node among them that may be asked about."""

    what: Sentence
    rows: Ints | Flags
    key: str = ""


def of(what: Sentence) -> Sentence:
    """Names the standard error of a figure."""
    return Sentence("trail.error", {"of": (what,)})


def figure(name: str) -> str:
    """The figure that a key asks the standard error of; nothing where it asks for none."""
    return name.removesuffix(ERROR) if name.endswith(ERROR) else ""


def by_groups(whole: Step, value: Floats, weight: Floats, groups: Iterable[Group], how: Sentence) -> Step:
    """What each group adds to the error of a weighted mean: its part of the sum of squares, over the root of all of it.

    Together the groups are all that the mean is taken over. Shapes (n,).
    """
    apart = weight**2 * (value - weight @ value) ** 2
    root, told = float(np.sqrt(apart.sum())), replace(whole, how=how)
    if not root:
        return told
    found = ((one, float(apart[one.rows].sum()) / root) for one in groups)
    return summed(told, [step(one.what, part, whole.amount.kind, key=one.key) for one, part in found if part])


def yes_and_no(so: Flags) -> tuple[Group, Group]:
    """Paths on which a thing is so, and the others. Shape (n,)."""
    count, others = Amount(float(so.sum()), "count"), Amount(float((~so).sum()), "count")
    return Group(Sentence("trail.error.so", {"count": count}), so), Group(
        Sentence("trail.error.not_so", {"count": others}), ~so
    )


def counted(whole: Step, share: float, paths: int) -> Step:
    """The binomial error of a share of paths."""
    terms = {"share": Amount(share, "share"), "paths": Amount(float(paths), "count")}
    return replace(whole, how=Sentence("trail.how.error.counted", terms))
