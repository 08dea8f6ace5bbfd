"""One program that holds everything: relaxed with the cuts its solution breaks, then branched for from a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.extensive import WarmProgram, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.levels import in_levels, unchanged
from roadstead.footprint.linking import cut_rows, tighten
from roadstead.footprint.program import narrowed, tightened
from roadstead.footprint.strengthening import strengthened
from roadstead.footprint.tails import with_tails

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.footprint.extensive import Answer, Basis, Limits, ProgressCall
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.nearby import Ended
    from roadstead.footprint.plan import Pin
    from roadstead.footprint.rounding import Start
    from roadstead.footprint.strengthening import Strengthened
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

ROUNDING = 1e-9
"""Share of NPV below which two values are one."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Where the relaxation ended.

    Attributes
    ----------
    whole
        The program as it was stated.
    warm
        The relaxation, to be asked again.
    cuts, basis
        Segment linking (F.14) found first, and where the relaxation with it ended.
    strong, reduced
        The program with residual capacity cuts (F.28, F.30) as well, its relaxed answer, whose prices are the proof, and reduced gains
        of its columns.
    """

    whole: Formulation
    warm: WarmProgram
    cuts: LinkingCuts
    basis: Basis
    strong: Strengthened
    reduced: Floats


def relaxation(
    tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], cuts: LinkingCuts, begin: Basis | Ended | None
) -> Relaxed:
    """State the program and relax it, with ``cuts`` there from the first; ``begin`` is where it, or one near it, ended with them."""
    whole = formulate(tree, prospect, pins)
    stated = with_tails(tree, prospect, whole)
    warm = WarmProgram(replace(stated, whole=np.zeros_like(stated.whole)))
    linked, cuts = tighten(prospect, whole.columns, warm, cuts, begin)
    ended = warm.basis()
    tight = tightened(stated, cut_rows(prospect, whole.columns, cuts))
    strong = strengthened(tree, prospect, whole, warm, tight, linked)
    return Relaxed(whole, warm, cuts, ended, strong, warm.reduced())


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of better points and of how far it is, and may end it."""

    improved: Callable[[Floats | None], None]
    progress: ProgressCall | None
    stop: Callable[[], bool]


def branched(tree: ScenarioTree, at: Relaxed, begin: Start | None, limits: Limits, heard: Listener) -> Answer:
    """Branch for the best plan from one to begin with, which stands where nothing better is found in time."""
    program, lumped = at.strong.program, at.strong.relaxed
    heard.improved(None if begin is None else begin.point)
    if begin is not None and lumped.point is not None:
        least = begin.value - ROUNDING * abs(begin.value)
        program = narrowed(program, lumped.point, lumped.bound, at.reduced, least)
    levels = in_levels(tree, at.whole.columns, program) if limits.straight else unchanged(program)
    met = run(
        levels.program,
        limits,
        start=levels.of(None if begin is None else begin.point),
        progress=heard.progress,
        stop=heard.stop,
        improved=levels.heard(heard.improved),
    )
    answer = levels.answered(met)
    point = answer.point
    if begin is not None and (point is None or program.gain @ point + program.constant < begin.value):
        return replace(answer, point=begin.point)
    return answer
