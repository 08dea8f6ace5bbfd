"""Trails of the standard errors of a rehearsal, worked out again from what the run keeps of every path."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.policies import EXPORTS
from roadstead.playbook.rehearse import WORST, outcomes, regret_apart
from roadstead.study.trail import errors
from roadstead.study.trail.errors import Group
from roadstead.study.trail.fresh import ends, estimates, groups, kept_paths, kind_of, path_key, what_of
from roadstead.study.trail.steps import ERROR, Keyed, step, summed
from roadstead.study.trail.worth import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.rehearsal_book import Outcome
    from roadstead.study.trail.fresh import Kept
    from roadstead.study.trail.ground import Ground
    from roadstead.study.trail.steps import Step
    from roadstead.terms.arrays import Floats


def listed(g: Ground) -> Iterator[Keyed]:
    """Of every figure of a way to act that was estimated."""
    for one in g.book.rehearsal.outcomes if g.book.rehearsal else ():
        for name, found in estimates(one).items():
            amount = Amount(found.error, kind_of(name))  # type: ignore[arg-type]
            yield Keyed(f"fresh/{one.key}/{name}{ERROR}", errors.of(what_of(one.key, name)), amount)


def fresh_error(g: Ground, key: str, way: str, name: str, which: str) -> Step:
    """The standard error of what a way to act comes to on fresh paths."""
    kept = kept_paths(g, key)
    found = {one.key: one for one in outcomes(kept.rehearsed, kept.foreseen, EXPORTS)}
    g.among(key, way, found, "way to act that was rehearsed")
    known = estimates(found[way])
    g.among(key, name, known, "figure of it that was estimated")
    g.among(key, which, [ERROR[1:]], "figure of it")
    whole = step(errors.of(what_of(way, name)), known[name].error, kind_of(name), key=key)
    if name == "regret":
        return _of_regret(kept, whole, way)
    value, parted, said = _of_paths(kept, found[way], way, name)
    paths = Amount(float(len(value)), "count")
    how = Sentence("trail.how.error.tail", {"paths": paths}) if said else Sentence("trail.how.error", {"paths": paths})
    return errors.by_groups(whole, value, kept.rehearsed.weight, parted, how)


def _of_paths(kept: Kept, found: Outcome, way: str, name: str) -> tuple[Floats, list[Group], bool]:
    """What the mean is of, path by path, in groups; and whether it is what worse paths fall short of a quantile by."""
    npv = kept.npv(way)
    if name == "beats_exports":
        so = npv > kept.npv(EXPORTS)
        return so.astype(float), list(errors.yes_and_no(so)), False
    if name == "worst_tenth":
        worse = npv < found.low
        count, others = Amount(float(worse.sum()), "count"), Amount(float((~worse).sum()), "count")
        below = Group(Sentence("trail.error.below", {"count": count}), worse)
        above = Group(Sentence("trail.error.others", {"count": others}), ~worse)
        return np.maximum(found.low - npv, 0.0) / WORST, [below, above], True
    value = npv if name == "mean" else kept.npv(PLAN) - npv
    parted = [
        Group(
            Sentence("trail.error.group", {**ends(kept, value, each), "count": Amount(float(len(each)), "count")}),
            each,
            path_key(kept, way, int(each[len(each) // 2])),
        )
        for each in groups(value)
    ]
    return value, parted, False


def _of_regret(kept: Kept, whole: Step, way: str) -> Step:
    """That of the sample in its strata, and that of the paths themselves."""
    assert kept.foreseen is not None
    _, within, between = regret_apart(kept.npv(way), kept.rehearsed.weight, kept.foreseen)
    told = replace(whole, how=Sentence("trail.how.error.regret", {}))
    root = float(np.sqrt(within + between))
    if not root:
        return told
    looked = {"count": Amount(float(kept.foreseen.count), "count")}
    paths = {"count": Amount(float(len(kept.rehearsed.weight)), "count")}
    parts = [
        step(Sentence("trail.error.within", looked), within / root, "money"),
        step(Sentence("trail.error.between", paths), between / root, "money"),
    ]
    return summed(told, parts)
