"""A finished plan rehearsed on fresh paths: those that come after the ones its tree was grown from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.fan import drawn
from roadstead.playbook.policies import EXPORTS
from roadstead.playbook.rehearse import foresee, outcomes, rehearse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.solve import Effort
    from roadstead.futures.fan import Drawn
    from roadstead.playbook.rehearse import Foreseen, Outcome, Policy, Rehearsed
    from roadstead.study.progress import Progress
    from roadstead.study.study import Ready

PART = 25
"""Paths whose prospects are worked out together."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What policies came to on fresh paths."""

    first: int
    rehearsed: Rehearsed
    foreseen: Foreseen | None
    outcomes: tuple[Outcome, ...]


def rehearsal(
    ready: Ready, ways: Sequence[Policy], size: tuple[int, int], effort: Effort, progress: Progress
) -> Rehearsal:
    """Rehearse policies on ``size[0]`` fresh paths, of which ``size[1]`` are looked at with foresight."""
    source = ready.source
    assert source is not None
    paths, ahead = size
    first = source.plan.paths

    def some(at: int, count: int) -> Drawn:
        return drawn(source, first + at, count, ready.answered)

    progress.begin("paths")
    parts = [some(at, min(PART, paths - at)) for at in range(0, paths, PART)]
    found = rehearse(parts, ways, effort.workers, progress.done)
    seen = None
    if ahead:
        progress.begin("foresight")
        seen = foresee(lambda i: some(i, 1), found, (ahead, source.plan.seed), effort, progress.done)
    return Rehearsal(first, found, seen, outcomes(found, seen, EXPORTS))
