"""Trails on one fresh path: the path drawn again, the plan carried out on it again, and its figures followed as those of the tree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.evaluate import evaluate
from roadstead.futures.growth.fan import drawn
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.reading import Reading
from roadstead.playbook.yardsticks import carried_out
from roadstead.study.rehearsing import in_parts
from roadstead.study.study import names_of
from roadstead.study.trail.fresh import kept_paths
from roadstead.study.trail.ground import Ground, unknown
from roadstead.study.trail.steps import Step, unequal
from roadstead.study.trail.worth import PLAN, npv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


ON_A_PATH = frozenset(
    {"npv", "capital", "landed", "duty", "margin", "price", "net", "duties", "cars", "size", "nev", "made"}
)
"""First words of keys of figures that a path has, as a tree has them."""
NEAR = 1e-7
"""Relative difference up to which a path's NPV is the one that the run keeps: flows are solved again. [1]"""


def on_path(g: Ground, key: str, number: str, rest: Sequence[str], follow: Callable[[Ground, str], Step]) -> Step:
    """What the plan comes to on a fresh path; with more behind it, any figure of that path. ``follow``: the trail of a key."""
    if rest and (rest[0] not in ON_A_PATH or (rest[0] == "npv" and rest[1:2] == [PLAN])):
        words = ", ".join(sorted(ON_A_PATH))
        raise unknown(key, f"`{rest[0]}` is no figure of a single path", f"one of {words}")
    there, start = _ground(g, key, number), f"path/{number}"
    if rest:
        return _under(follow(there, "/".join(rest)), start)
    found = _under(npv(there), start)
    come = there.came(range(there.reading.tree.count))
    what = Sentence("trail.fresh.path", {"path": number})
    how = Sentence("trail.how.fresh.path", {"count": Amount(float(len(come)), "count")})
    return Step(what, found.amount, start, how, found.parts, there.roots.events_named(come), found.equation)


def _under(found: Step, start: str) -> Step:
    """The same with keys that ask about the path."""
    key = f"{start}/{found.key}" if found.key else ""
    return replace(found, key=key, parts=tuple(_under(part, start) for part in found.parts))


def _ground(g: Ground, key: str, number: str) -> Ground:
    """A path as a tree of its own with one future, in the part of the paths that it was carried out in."""
    kept, ready = kept_paths(g, key), g.kept.ready
    source, count = ready.source, len(kept.rehearsed.weight)
    path = int(number) - kept.first if number.isascii() and number.isdigit() else -1
    if source is None or not 0 <= path < count:
        paths = f"a fresh path from {kept.first} to {kept.first + count - 1}"
        raise unknown(key, f"`{number}` is no path that the run was rehearsed on", paths)
    part = next(each for each in in_parts(count) if path in each)
    whole = drawn(
        source, kept.first + int(part[0]), len(part), ready.answered, ready.evaluation.prospect.resources.limit
    )
    at = [int(np.flatnonzero(part == path)[0])]
    alone, fan = whole.of(at), whole.fan().of(at)
    evaluation = evaluate(alone.grown, alone.costing, alone.rulebook, alone.grown.events, alone.answered)
    evaluation = replace(evaluation, prospect=fan.prospect)
    found = carried_out(PLAN, fan.tree, fan.prospect, g.reading.plan.decisions.at(fan.at))
    certificate = found.certificate
    known = float(kept.npv(PLAN)[path])
    if abs(certificate.expected - known) > NEAR * max(abs(known), 1.0):
        raise unequal(key, known, certificate.expected)
    reading = Reading(fan.tree, evaluation, found.plan, certificate, names_of(ready.study, alone.grown))
    here = replace(ready, grown=alone.grown, evaluation=evaluation)
    return Ground(replace(g.kept, ready=here, reading=reading), g.book)
