"""How often a sign misleads, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.rehearse import mean
from roadstead.playbook.signs_book import Rates, Tried

if TYPE_CHECKING:
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.signs_book import Beside
    from roadstead.terms.arrays import Flags, Floats


def rates_of(shown: Flags, taken: Flags, weight: Floats | None = None) -> Rates:
    """Rates of a sign where a decision may be taken, on paths or nodes of some weights. Shapes (n,)."""
    by = np.ones(len(shown)) if weight is None else weight
    return Rates(
        false_alarm=share(~taken[shown], by[shown]),
        missed=share(~shown[taken], by[taken]),
        asked=len(shown),
        shown=int(shown.sum()),
        taken=int(taken.sum()),
    )


def share(those: Flags, weight: Floats) -> Estimate | None:
    """Share of some with its standard error, of equal weights the binomial one; None of none."""
    return mean(those.astype(np.float64), weight / weight.sum()) if those.size else None


def lost(shown: Flags, worth: Floats, weight: Floats | None = None) -> Estimate | None:
    """What deciding by a sign loses to knowing where doing it pays, on average; None of nothing. Shapes (n,). [money]

    ``worth``: of doing it.
    """
    by = np.ones(len(worth)) if weight is None else weight
    if not len(worth):
        return None
    return mean(np.maximum(worth, 0.0) - worth * shown, by / by.sum())


def tried(
    beside: Beside,
    shown: Flags,
    held: tuple[Flags, Floats | None],
    weight: Floats | None = None,
    always: bool | None = None,
) -> Tried:
    """A sign held against what is done, and what that is worth where it is known.

    ``always``: whether it is better always to do it than never, where that was learnt elsewhere. Shapes (n,).
    """
    done, worth = held
    found = rates_of(shown, done, weight)
    by = np.ones(len(done)) if weight is None else weight
    if always is None:
        always = bool(by @ np.where(done, 1.0, -1.0) > 0.0) if worth is None else bool(by @ worth > 0.0)
    if worth is None:
        return Tried(beside, found, None, None, always)
    blind = np.full(len(worth), always)
    return Tried(beside, found, lost(shown, worth, by), lost(blind, worth, by), always)
