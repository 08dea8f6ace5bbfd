"""A problem made ready for decomposition: the master's decisions, and what node-years offer to the states that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.footprint.formulation import formulate_decisions
from roadstead.footprint.operations import offers
from roadstead.footprint.states import state_map

if TYPE_CHECKING:
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.operations import Offered
    from roadstead.footprint.plan import Pin
    from roadstead.footprint.states import StateMap
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Ints


@dataclass(frozen=True, slots=True)
class Ground:
    """A problem made ready for decomposition."""

    tree: ScenarioTree
    prospect: Prospect
    decided: Formulation
    states: StateMap
    offered: Offered

    @property
    def families(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Where u, v, z and w stand."""
        c = self.decided.columns
        return c.u, c.v, c.z, c.w


def ground(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...]) -> Ground:
    """State the master's decisions, and what the node-years offer."""
    decided = formulate_decisions(tree, prospect, pins)
    return Ground(tree, prospect, decided, state_map(prospect, decided), offers(tree, prospect))
