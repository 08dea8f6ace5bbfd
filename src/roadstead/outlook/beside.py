"""What is known beside histories: months of the year under way, a published projection, dated steps of policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.nowcast import packaged, tells_of, update
from roadstead.outlook.outside import blend, chosen, published
from roadstead.outlook.policy import read_steps
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.outlook.growth import Adoption
    from roadstead.outlook.policy import Step
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.readers.registrations import YearToDate
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """By market: the months known of the year after its history, and a projection published by others.

    Attributes
    ----------
    views
        Years and NEV shares that a projection names. Shapes (V,). [fraction]
    weight
        What it weighs: from 0, our own alone, to 1.
    steps
        Dated steps of policy, which move the forecasts; none do unless asked for.
    """

    months: Mapping[str, YearToDate] = field(default_factory=lambda: MappingProxyType({}))
    views: Mapping[str, tuple[Ints, Floats]] = field(default_factory=lambda: MappingProxyType({}))
    weight: float = 0.0
    steps: tuple[Step, ...] = ()

    def so_far(self, history: Adoption) -> YearToDate | None:
        """The months that tell of the year after a history's last."""
        found = self.months.get(history.place)
        return found if tells_of(found, int(history.years[-1]) + 1) else None

    def applied(self, draws: Floats, history: Adoption) -> Floats:
        """Draws of the years after a history's last, moved by what else is known. Shape (draws, T). [fraction]"""
        first, share = int(history.years[-1]), float(history.shares[-1])
        told = self.so_far(history)
        moved = draws if told is None else update(draws, share, told)
        if self.weight and history.place in self.views:
            years = np.arange(first + 1, first + 1 + draws.shape[1])
            moved = blend(moved, years, (first, share), self.views[history.place], self.weight)
        return moved


NOTHING = Beside()


def known_beside(
    world: World,
    view: str = "",
    weight: float = 0.0,
    months: Mapping[str, YearToDate] | None = None,
    *,
    policies: bool = False,
) -> Beside:
    """What the reference world holds: months of ``year_to_date``, unless others are given, and the view of a name.

    Its dated steps of policy are looked at where ``policies`` says so.

    Raises
    ------
    RoadsteadError
        RS-O408 where no view has the name, RS-O409 where the weight is not between 0 and 1.
    """
    so_far = packaged(world.tables["year_to_date"]) if months is None else months
    steps = read_steps(world.tables["policy_steps"], world.gazetteer) if policies else ()
    views = chosen(published(world), view) if view else {}
    if not 0.0 <= weight <= 1.0:
        raise RoadsteadError(Fault("--weight", "RS-O409", f"a weight of {weight:g}", "a number from 0 to 1"))
    return Beside(so_far, views, weight, steps)
