r"""Units that law counts charges in, whose worth a decree changes: Uzbekistan's base amount, Russia's base rate of a fee.

.. math::
    f_l = n_l\, w(t)\, e   \qquad (T.14)\ \text{indexed amount}

n units, w the worth of one on the day, e US dollars per unit of its currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from roadstead.terms.tables import Row


@dataclass(frozen=True, slots=True)
class UnitWorth:
    """What one unit is worth from a day on, in a currency."""

    currency: str
    worth: float
    first: date


def read_units(rows: Iterable[Row], as_known_on: date) -> dict[str, tuple[UnitWorth, ...]]:
    """Worths of every unit, the latest first; what a later day brought is not known."""
    found: dict[str, list[UnitWorth]] = {}
    known = (row for row in rows if row["effective_from"] <= as_known_on)
    for row in sorted(known, key=lambda row: row["effective_from"], reverse=True):
        found.setdefault(row["unit"], []).append(UnitWorth(row["currency"], row["worth"], row["effective_from"]))
    return {unit: tuple(worths) for unit, worths in found.items()}


def unit_dollars(
    units: Mapping[str, tuple[UnitWorth, ...]], on: date, dollars: Mapping[str, float]
) -> dict[str, float]:
    """US dollars per unit on a day (T.14); units not yet fixed, or in a currency without a rate, are left out."""
    found = {}
    for unit, worths in units.items():
        now = next((worth for worth in worths if worth.first <= on), None)
        if now is not None and now.currency in dollars:
            found[unit] = now.worth * dollars[now.currency]
    return found
