"""Fuels of new cars as registrations print them: which are NEV, and in which months the figures tell NEV at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from roadstead.terms.arrays import Flags, Floats

BATTERY = frozenset({"batteryelectric", "electric", "bev", "zev"})
PLUG_IN = frozenset({"pluginhybrid", "phev", "erev", "rangeextended", "rangeextender"})
HYBRID = frozenset({"hybrid", "nonpluginhybrid", "hev", "mildhybrid", "mhev", "fullhybrid"})
UNTOLD = frozenset({"others", "other"})
BURNING = frozenset(
    {
        *("petrol", "gasoline", "petrolblend", "diesel", "ice", "hydrogen", "fcev", "fuelcell"),
        *("lpg", "lpglpgblend", "cng", "gas", "naturalgas", "ethanol", "ethanolpetrol", "flexfuel", "biofuel"),
    }
)
FUELS = BATTERY | PLUG_IN | HYBRID | UNTOLD | BURNING
"""Without letter case, spaces and strokes; any other word is a fault, since it might be a NEV."""
STILL_SOLD = 12
"""A fuel without figures for this many months to a market's last is no longer sold; before, its figures are late."""
FEW = 0.01
"""Other cars above this share of all may hide the electric ones, where none is told. [fraction]"""
STEP, SEASON = 2.0, 3
"""Electric cars fall by more than this factor, mean of so many months before over after, as hybrids leave their column."""


def are_complete(grid: Floats) -> Flags:
    """Months in which every fuel sold has its figure. Shape (M, fuels) -> (M,).

    A fuel is sold from its first figure to its last; to the market's last month where figures ended less than a year
    before, since sources print some fuels sooner than others and a month without its plug-in hybrids would look low.
    """
    size = grid.shape[0]
    month = np.arange(size)[:, None]
    known = np.isfinite(grid)
    first = np.where(known.any(axis=0), known.argmax(axis=0), size)
    last = size - 1 - known[::-1].argmax(axis=0)
    last = np.where(size - 1 - last < STILL_SOLD, size - 1, last)
    sold = (month >= first) & (month <= last)
    return np.asarray((known | ~sold).all(axis=1))


def are_lumped(grid: Floats, kinds: Sequence[str]) -> Flags:
    """Months whose figures do not tell NEV from other cars, though their columns stand there. Shape (M, fuels) -> (M,).

    Three signs: there is no column of battery cars; no electric car and no hybrid is told while other cars are many
    (Singapore until 2022); or electric cars fall to less than half in the month that hybrids are first told (Brazil
    until 2020), so that they held the hybrids before.
    """
    battery, nev, hybrid = (_sum(grid, kinds, group) for group in (BATTERY, BATTERY | PLUG_IN, HYBRID))
    if battery is None or nev is None:
        return np.ones(grid.shape[0], dtype=np.bool_)
    none = nev + (0.0 if hybrid is None else hybrid) == 0.0
    untold = _sum(grid, kinds, UNTOLD)
    lumped = none & (untold > FEW * np.nansum(grid, axis=1)) if untold is not None else np.zeros_like(none)
    if hybrid is not None and (hybrid > 0.0).any():
        first = int((hybrid > 0.0).argmax())
        before, after = nev[max(first - SEASON, 0) : first], nev[first : first + SEASON]
        if first >= STILL_SOLD and before.mean() > STEP * after.mean():
            lumped[:first] = True
    return np.asarray(lumped)


def _sum(grid: Floats, kinds: Sequence[str], group: Collection[str]) -> Floats | None:
    """Cars of a group of fuels; None where no column is of it. Shape (M,)."""
    columns = [i for i, kind in enumerate(kinds) if kind in group]
    return np.asarray(np.nansum(grid[:, columns], axis=1)) if columns else None
