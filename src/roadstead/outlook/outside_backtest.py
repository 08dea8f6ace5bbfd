"""Published projections scored on what came, beside our own forecast made with what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.growth import REACH
from roadstead.outlook.projections import can_start, look_back_on, project
from roadstead.outlook.score import MEDIAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.outlook.outside import View
    from roadstead.world.panel import Panel
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class Compared:
    """A view, our own forecast made with what was known then, and what came; shares and NEV sold.

    Attributes
    ----------
    horizon
        Years from the last full year known to the one foreseen.
    """

    view: View
    horizon: int
    share: float
    actual_share: float
    sales: float
    actual_sales: float


def compare(
    panel: Panel, world: World, views: Sequence[View], *, draws: int = 2000, seed: int = 0
) -> tuple[Compared, ...]:
    """Views whose year has come, each beside our own forecast from the last full year its authors could know."""
    past = look_back_on(panel, world.gazetteer)
    newest = max(int(series.years[-1]) for series in panel.values())
    found: list[Compared] = []
    for origin in sorted({view.origin for view in views}):
        due = [
            v
            for v in views
            if v.origin == origin and origin < v.year <= min(newest, origin + REACH) and v.place in panel
        ]
        due = [view for view in due if np.isfinite(panel[view.place].at(view.year))]
        if not due or not can_start(panel, origin):
            continue
        ours = project(panel, origin, world.gazetteer, draws=draws, seed=seed, past=past)
        for view in due:
            if view.place in ours.codes:
                i, h = ours.codes.index(view.place), view.year - origin
                series = panel[view.place]
                sold = series.nev[series.years == view.year][0]
                told = (float(ours.share[i, h - 1, MEDIAN]), series.at(view.year))
                found.append(Compared(view, h, *told, float(ours.units[i, h - 1, MEDIAN]), float(sold)))
    return tuple(found)


def mean_error(told: Iterable[float | None], actual: Iterable[float]) -> float:
    """Mean absolute error over the actual; NaN where nothing can be compared. [fraction]"""
    pairs = [
        (one, true) for one, true in zip(told, actual, strict=True) if one is not None and np.isfinite(one) and true > 0
    ]
    return float(np.mean([abs(one - true) / true for one, true in pairs])) if pairs else float("nan")
