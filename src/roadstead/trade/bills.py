"""Many bills of materials of the same parts and places at once: which of them qualify under an agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.trade.bill import ROUNDING, Bill, assess, requirements
from roadstead.trade.origin import cumulating

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.trade.bill import Asked
    from roadstead.trade.rulebook import Rulebook

QUALIFIES, FAILS, OPEN = 1, 0, -1
"""What ``Assessment.qualifies`` says of a bill: True, False, None."""


@dataclass(frozen=True, slots=True)
class Bills:
    """What n cars are made of, as ``Bill`` says it of one.

    Attributes
    ----------
    parts
        Value by group and place of origin. Shapes (n,). [money/car]
    profit
        Shape (n,). [money/car]
    """

    parts: Mapping[str, Mapping[str, Floats]]
    profit: Floats

    def __post_init__(self) -> None:
        """Refuse values that are no bill, as ``Bill`` does."""
        values = np.stack([value for places in self.parts.values() for value in places.values()])
        sound = np.isfinite(values).all(0) & np.isfinite(self.profit) & (values >= 0).all(0)
        sound &= values.sum(0) + self.profit > 0
        if not sound.all():
            self.one(int(np.argmin(sound)))

    @property
    def places(self) -> frozenset[str]:
        """Every place they name."""
        return frozenset(place for places in self.parts.values() for place in places)

    def one(self, which: int) -> Bill:
        """One of them."""
        parts = {
            group: {place: float(value[which]) for place, value in places.items() if value[which] != 0.0}
            for group, places in self.parts.items()
        }
        return Bill({group: places for group, places in parts.items() if places}, float(self.profit[which]))

    def some(self, at: Ints) -> Bills:
        """Some of them."""
        parts = {group: {place: value[at] for place, value in places.items()} for group, places in self.parts.items()}
        return Bills(parts, self.profit[at])

    def worth(self, groups: Sequence[str], home: frozenset[str] | None = None) -> Floats:
        """Value of some groups: all of it, or what is made in the places of ``home``. Shape (n,). [money/car]"""
        total = np.zeros(len(self.profit))
        for group in groups:
            for place, value in self.parts.get(group, {}).items():
                if home is None or place in home:
                    total += value
        return total


def qualify(rulebook: Rulebook, agreement_id: str, powertrain: str, bills: Bills, on: date) -> Ints:
    """``assess`` of every bill, nothing declared: QUALIFIES, FAILS or OPEN. Shape (n,)."""
    found = np.full(len(bills.profit), OPEN)
    asked = requirements(rulebook, agreement_id, powertrain, on)
    if asked is None:
        return found
    home = cumulating(rulebook, agreement_id, bills.places, on)
    met, odd = np.zeros((2, len(asked), len(found)), dtype=bool)
    for i, one in enumerate(asked):
        met[i], odd[i] = _meets(one, bills, home)
    unsure = np.asarray([bool(one.declared) for one in asked], dtype=bool)[:, None]
    fails = (~met & ~unsure).any(0)
    found = np.where(fails, FAILS, np.where(met.all(0), QUALIFIES, OPEN))
    for i in np.flatnonzero(odd.any(0)).tolist():  # a part that is worth nothing: as one bill
        verdict = assess(rulebook, agreement_id, powertrain, bills.one(i), on).qualifies
        found[i] = OPEN if verdict is None else int(verdict)
    return found


def _meets(asked: Asked, bills: Bills, home: frozenset[str]) -> tuple[Flags, Flags]:
    """Where some way of counting passes, and where one has nothing to count in. Shapes (n,)."""
    passed, empty = np.zeros((2, len(bills.profit)), dtype=bool)
    for way in asked.ways:
        top, base = way.shares(bills, home)
        empty |= base <= 0
        passed |= way.least * base - top <= ROUNDING * base
    return passed, empty
