"""How a search is watched, ended early, kept on its way and taken up again; nothing of it changes what is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.nearby import Ended
    from roadstead.footprint.plan import Decisions
    from roadstead.footprint.pricing import BarePrices


def share_of(rest: float, whole: float) -> float:
    """What is unproven as a share; nothing where all is proven, infinite where it is a share of nothing."""
    if not rest:
        return 0.0
    return rest / abs(whole) if whole else float("inf")


@dataclass(frozen=True, slots=True)
class News:
    """Where a search stands.

    Attributes
    ----------
    value, bound
        The best plan so far, and what no plan is worth more than; infinite where there is none yet. [money]
    standing
        Value of today's and committed footprint; minus infinity where it keeps not every rule. [money]
    seconds
        Since the search began. [s]
    """

    value: float
    bound: float
    standing: float
    seconds: float

    @property
    def gap_npv(self) -> float:
        """Unproven rest as a share of NPV."""
        return share_of(max(self.bound - self.value, 0.0), self.value) if np.isfinite(self.value) else float("inf")

    @property
    def gap_value_added(self) -> float:
        """Unproven rest as a share of value added; no number where today's footprint keeps not every rule."""
        if not np.isfinite(self.standing):
            return float("nan")
        if not np.isfinite(self.value):
            return float("inf")
        return share_of(max(self.bound - self.value, 0.0), self.value - self.standing)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a search needs to go on where it was: not its bounds, which are worked out again.

    Attributes
    ----------
    decisions
        The best plan's, if there is one.
    cuts
        Segment linking found so far, of a search by one program.
    prices
        Of every round of a decomposition, from which its cuts follow.
    ended
        Where the relaxation of a problem near by has ended with these cuts.
    """

    decisions: Decisions | None = None
    cuts: LinkingCuts | None = None
    prices: tuple[BarePrices, ...] = ()
    ended: Ended | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Who watches a search.

    Attributes
    ----------
    tell
        Told where it stands.
    stop
        True once it is to end with the best plan so far.
    keep
        Given a checkpoint whenever there is something new to keep.
    found
        The checkpoint to go on from.
    """

    tell: Callable[[News], None] | None = None
    stop: Callable[[], bool] = bool
    keep: Callable[[Checkpoint], None] | None = None
    found: Checkpoint | None = None


ALONE = Session()
"""A search nobody watches."""
