"""Back-test: forecasts made at the end of past years, from what was known then, held against what came.

Groups go by facts of the year a forecast is made in, so that a reader can tell beforehand which one a market is in. Markets
that fell off a cliff can only be told afterwards, and are reported besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.baselines import SIMPLE, unbroken
from roadstead.outlook.growth import REACH
from roadstead.outlook.links import link
from roadstead.outlook.panels import EUROPE, region_of
from roadstead.outlook.projections import can_start, look_back_on, project
from roadstead.outlook.score import Scores, score
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.outlook.baselines import Baseline
    from roadstead.outlook.experience import Past
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.world.panel import Panel
    from roadstead.world.places import Gazetteer

OURS = "roadstead"
CORE, EMERGENT, MATURE = 0.005, 0.0005, 0.2
"""Share of NEV from which a market is no longer emergent, from which it is, and from which it is mature."""
LEAP = 0.7
"""Step of the logit in the last year, a doubling of the odds, from which a market leapfrogs."""
WARM_UP = 4
"""Years a panel must have before the first that can be foreseen."""
CLIFF = 0.75
"""Share of its share that a market kept at most that fell off a cliff."""


@dataclass(frozen=True, slots=True, eq=False)
class BackTest(Shown):
    """Forecasts that can be judged, N of them.

    Attributes
    ----------
    code
        Market of each.
    origin, horizon
        Last year known, and years ahead. Shapes (N,).
    level, step
        NEV share of the last year known, and its last step. Shapes (N,). [fraction], [logit]
    actual
        NEV share that came. Shape (N,). [fraction]
    is_aggregate, is_european
        Shapes (N,).
    quantiles
        By model. Shapes (N, 19). [fraction]
    """

    code: tuple[str, ...]
    origin: Ints
    horizon: Ints
    level: Floats
    step: Floats
    actual: Floats
    is_aggregate: Flags
    is_european: Flags
    quantiles: Mapping[str, Floats]

    @property
    def target(self) -> Ints:
        """Year that was foreseen. Shape (N,)."""
        return self.origin + self.horizon

    def groups(self) -> dict[str, Flags]:
        """Rows of each group, by its name. Shapes (N,)."""
        single = ~self.is_aggregate
        core = single & (self.level >= CORE)
        return {
            "markets from 0.5 %": core,
            "emergent, 0.05 to 0.5 %": single & (self.level >= EMERGENT) & (self.level < CORE),
            "leapfrogging, odds doubled": core & (self.level < MATURE) & (self.step >= LEAP),
            "mature, above 20 %": single & (self.level > MATURE),
            "Europe": core & self.is_european,
            "outside Europe": core & ~self.is_european,
            "regions and world": self.is_aggregate,
        }

    def cliffs(self) -> Flags:
        """Markets that kept three quarters of their share or less: known only afterwards. Shape (N,)."""
        return ~self.is_aggregate & (self.level >= CORE) & (self.actual <= CLIFF * self.level)

    def scores(self, model: str, rows: Flags) -> Scores:
        """What a model's forecasts of some rows were worth, in share points."""
        return score(self.quantiles[model], self.actual, rows).in_points()


def read_targets(text: str | Sequence[int], panel: Panel) -> tuple[int, ...]:
    """Years written ``2023-2025``, or the years themselves.

    Raises
    ------
    RoadsteadError
        RS-O407 where the text names no years, or none that the panel knows and could have foreseen.
    """
    known = {int(year) for series in panel.values() for year in series.years}
    first = min(known, default=0) + WARM_UP
    expected = f"years from {first} to {max(known, default=0)}, for instance 2023-2025"
    if isinstance(text, str):
        found = re.fullmatch(r"\s*(\d{4})\s*(?:[-:–]\s*(\d{4})\s*)?", text)
        if found is None:
            raise RoadsteadError(Fault("--targets", "RS-O407", f"{text!r} names no years", expected))
        years = range(int(found.group(1)), int(found.group(2) or found.group(1)) + 1)
    wanted = tuple(years if isinstance(text, str) else text)
    if not wanted or min(wanted) < first or max(wanted) > max(known, default=0):
        raise RoadsteadError(Fault("--targets", "RS-O407", "not all of these years can be judged", expected))
    return wanted


def backtest(
    panel: Panel,
    gazetteer: Gazetteer,
    targets: Sequence[int],
    others: Mapping[str, Baseline] = SIMPLE,
    *,
    draws: int = 2000,
    seed: int = 0,
    past: Past | None = None,
) -> BackTest:
    """Forecast some years from the ends of the one to five years before them, with our model and those to beat.

    ``past`` is what our forecasts learn from, by default the panel itself; where it was looked back on with dated steps of
    policy, each moves forecasts from the first year's end at which it was known.

    Raises
    ------
    RoadsteadError
        RS-O407 where nothing can be forecast for the years.
    """
    first = min(int(series.years[0]) for series in panel.values()) + WARM_UP - 1
    origins = range(max(first, min(targets) - REACH), max(targets))
    past = past or look_back_on(panel, gazetteer)
    rows: list[tuple[str, int, int, float, float, float]] = []
    told: dict[str, list[Floats]] = {name: [] for name in (OURS, *others)}
    for origin in origins:
        if not can_start(panel, origin):
            continue
        ours = project(panel, origin, gazetteer, draws=draws, seed=seed, past=past)
        for i, code in enumerate(ours.codes):
            history = unbroken(panel[code], origin)
            later = np.asarray([panel[code].at(origin + h) for h in range(1, REACH + 1)])
            known = np.flatnonzero(np.isfinite(later) & np.isin(origin + np.arange(1, REACH + 1), list(targets)))
            # A year that stands alone after a gap tells the forecasts to beat nothing of how a market moves.
            if not known.size or history.size < 2:
                continue
            g = link(history[-2:], "logit")
            rows += [
                (code, origin, h + 1, float(history[-1]), float(g[1] - g[0]), float(later[h])) for h in known.tolist()
            ]
            told[OURS].append(ours.share[i, known])
            for name, other in others.items():
                told[name].append(other(history, REACH)[known])
    if not rows:
        expected = "years at most five after one whose share, and that of the year before, some market has"
        raise RoadsteadError(Fault("--targets", "RS-O407", "no market can be judged in these years", expected))
    codes = tuple(row[0] for row in rows)
    columns = np.asarray([row[1:] for row in rows], dtype=np.float64).T
    found = BackTest(
        code=codes,
        origin=columns[0].astype(np.int64),
        horizon=columns[1].astype(np.int64),
        level=columns[2],
        step=columns[3],
        actual=columns[4],
        is_aggregate=np.asarray([panel[c].is_aggregate for c in codes], dtype=bool),
        is_european=np.asarray([region_of(panel[c], gazetteer) == EUROPE for c in codes], dtype=bool),
        quantiles={name: np.concatenate(quantiles) for name, quantiles in told.items()},
    )
    for array in (found.origin, found.horizon, found.level, found.step, found.actual):
        frozen(array)
    return found
