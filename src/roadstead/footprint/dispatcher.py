"""One set of decisions after another on one prospect, each with its best flows: programs are kept warm between them.

Once decisions are given, node-years stand apart: each has a small program of its own, solved from where the last ended. On a
fan of 25 paths of the large bundled case that takes a sixth of the time of one program of all. Where accounts link years, one program it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.dispatch import check_offered, dispatch, misfit
from roadstead.footprint.ground import ground
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.plan import FootprintPlan
from roadstead.footprint.reach import within_reach
from roadstead.footprint.search import FITS
from roadstead.footprint.states import decisions_at

if TYPE_CHECKING:
    from roadstead.footprint.plan import Decisions
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree


class Dispatcher:
    """Sends cars where they earn most under decisions, as ``dispatch`` does, for as many decisions as are asked."""

    def __init__(self, tree: ScenarioTree, prospect: Prospect) -> None:
        self._tree, self._prospect = tree, prospect
        self._at = ground(tree, prospect, ())
        nodes = prospect.node_years.node
        self._programs = None if prospect.labels.pledge else NodePrograms((self._at.offered.every(), nodes))

    def within_reach(self, decisions: Decisions) -> Decisions:
        """What of decisions that were made for other futures can be carried out here."""
        return within_reach(self._tree, self._prospect, self._at.decided.columns, decisions)

    def plan(self, decisions: Decisions) -> FootprintPlan:
        """The plan that keeps ``decisions`` and sends cars where they earn most.

        Raises
        ------
        RoadsteadError
            RS-F501 as ``dispatch``.
        """
        at, program = self._at, self._at.decided.program
        if self._programs is None:
            return dispatch(self._tree, self._prospect, decisions)
        check_offered(self._tree, self._prospect, at.decided.columns, decisions)
        point = decisions_at(at.families, decisions, len(program.gain))
        row, most = program.matrix @ point, program.ceiling
        if np.any(row > program.high + FITS) or np.any(row < program.low - FITS) or np.any(point > most + FITS):
            raise misfit("a rule of decisions is broken")
        states = at.states.at(point)
        answered = self._programs.answer(Asked(states, flows=True))
        if not np.all(np.isfinite(answered.value)):  # nothing fits, or a solver has failed: one program of all tells
            return dispatch(self._tree, self._prospect, decisions)
        return FootprintPlan(decisions, answered.flows(at.offered, states.at_work))
