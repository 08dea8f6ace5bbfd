"""Back-test of market size: forecasts made at the end of past years held against what was sold, markets only.

Judged are sizes that the source tells itself, of markets with five of them up to the year of the forecast: a size worked out
from NEV sold over a rounded share is no yardstick. The forecasts to beat are no change and the mean of the last eight years.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from roadstead.outlook.backtest import OURS
from roadstead.outlook.growth import REACH
from roadstead.outlook.industry import MEMORY, draw_markets
from roadstead.outlook.panels import EUROPE, FEWEST_SALES, region_of, sales
from roadstead.outlook.score import LEVELS, Scores, score
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.outlook.industry import Sales
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.world.panel import Panel, Series
    from roadstead.world.places import Gazetteer

UNCHANGED, MEAN = "no change", "8-year mean"
RECENT = 6
"""Yearly steps that the forecast of no change takes its spread from."""
LARGE = 100_000
"""New cars a year from which a market is large; below, rounding and single orders count for much."""


@dataclass(frozen=True, slots=True, eq=False)
class SizeBackTest:
    """Forecasts of market size that can be judged, N of them.

    Attributes
    ----------
    code
        Market of each.
    origin, horizon
        Last year known, and years ahead. Shapes (N,).
    level
        Cars sold in the last year known. Shape (N,). [cars/year]
    actual
        Cars sold in the year foreseen. Shape (N,). [cars/year]
    is_european
        Shape (N,).
    quantiles
        By model. Shapes (N, 19). [cars/year]
    """

    code: tuple[str, ...]
    origin: Ints
    horizon: Ints
    level: Floats
    actual: Floats
    is_european: Flags
    quantiles: Mapping[str, Floats]

    @property
    def target(self) -> Ints:
        """Year that was foreseen. Shape (N,)."""
        return self.origin + self.horizon

    def groups(self) -> dict[str, Flags]:
        """Rows of each group, by its name; all are facts of the year a forecast is made in. Shapes (N,)."""
        large = self.level >= LARGE
        return {
            "all markets": np.ones(self.level.shape, dtype=bool),
            "100,000 cars and more": large,
            "below 100,000 cars": ~large,
            "Europe": self.is_european,
            "outside Europe": ~self.is_european,
        }

    def made_in(self, first: int, last: int) -> Flags:
        """Rows of the forecasts made at the ends of some years, bounds included. Shape (N,)."""
        return (self.origin >= first) & (self.origin <= last)

    def scores(self, model: str, rows: Flags | None = None) -> Scores:
        """What a model's forecasts of some rows, or all, were worth; ``crps`` and ``mae`` are in cars a year."""
        return score(self.quantiles[model], self.actual, rows)

    def by_horizon(self, model: str, rows: Flags | None = None) -> dict[int, Scores]:
        """The same by years ahead, one to five."""
        kept = np.ones(self.level.shape, dtype=bool) if rows is None else rows
        return {h: self.scores(model, kept & (self.horizon == h)) for h in range(1, REACH + 1)}


def size_backtest(
    panel: Panel, gazetteer: Gazetteer, targets: Sequence[int], *, draws: int = 2000, seed: int = 0
) -> SizeBackTest:
    """Forecast market sizes of some years from the ends of the one to five years before them.

    Raises
    ------
    RoadsteadError
        RS-O420 where no market of the panel has a size in one of the years, and five of them up to a year shortly before.
    """
    wanted = frozenset(targets)
    rows: list[tuple[str, int, int, float, float]] = []
    told: dict[str, list[Floats]] = {name: [] for name in (OURS, *SIMPLE)}
    for origin in range(min(wanted) - REACH, max(wanted)) if wanted else ():
        histories = [h for series in panel.values() if (h := _known(series, origin)) is not None]
        stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, origin])))
        drawn = draw_markets(histories, origin + REACH, draws, stream)
        for history, ahead in zip(histories, drawn, strict=True):
            later = _counted(panel[history.place])
            known = [h for h in range(1, REACH + 1) if origin + h in wanted and origin + h in later]
            if not known:
                continue
            at = np.asarray(known) - 1
            rows += [(history.place, origin, h, float(history.cars[-1]), later[origin + h]) for h in known]
            told[OURS].append(np.quantile(ahead[:, at], LEVELS, axis=0).T)
            for name, simple in SIMPLE.items():
                told[name].append(simple(history)[at])
    if not rows:
        expected = f"years in which the panel tells sizes of markets, with {FEWEST_SALES} of them before"
        raise RoadsteadError(Fault("--targets", "RS-O420", "no market size of these years can be judged", expected))
    europe = {code: region_of(series, gazetteer) == EUROPE for code, series in panel.items()}
    columns = np.asarray([row[1:] for row in rows], dtype=np.float64).T
    found = SizeBackTest(
        code=tuple(row[0] for row in rows),
        origin=columns[0].astype(np.int64),
        horizon=columns[1].astype(np.int64),
        level=columns[2],
        actual=columns[3],
        is_european=np.asarray([europe[row[0]] for row in rows], dtype=bool),
        quantiles={name: np.concatenate(quantiles) for name, quantiles in told.items()},
    )
    for array in (found.origin, found.horizon, found.level, found.actual):
        frozen(array)
    return found


def _counted(series: Series) -> dict[int, float]:
    """Sizes that the source tells itself, by year. [cars/year]"""
    kept = np.isfinite(series.total) & (series.total > 0)
    return dict(zip(series.years[kept].tolist(), series.total[kept].tolist(), strict=True))


def _known(series: Series, origin: int) -> Sales | None:
    """History of a market up to a year, None where too little of it is told."""
    past = [year for year in _counted(series) if year <= origin]
    if series.is_aggregate or len(past) < FEWEST_SALES or origin not in past:
        return None
    return sales(series.known(origin))


def unchanged(history: Sales) -> Floats:
    """Quantiles of a random walk on the logarithm, spread by its last six steps. Shape (5, 19). [cars/year]"""
    log = np.log(history.cars)
    # A missing year makes a step of two.
    steps = np.diff(log) / np.sqrt(np.diff(history.years))
    spread = float(np.sqrt(np.mean(steps[-RECENT:] ** 2)))
    h = np.arange(1, REACH + 1)
    return np.asarray(np.exp(log[-1] + spread * np.sqrt(h)[:, None] * ndtri(LEVELS)))


def eight_year_mean(history: Sales) -> Floats:
    """Quantiles of a normal round the mean logarithm of the last eight years. Shape (5, 19). [cars/year]"""
    log = np.log(history.cars[-MEMORY:])
    return np.asarray(np.tile(np.exp(log.mean() + log.std(ddof=1) * ndtri(LEVELS)), (REACH, 1)))


SIMPLE: Mapping[str, Callable[[Sales], Floats]] = MappingProxyType({UNCHANGED: unchanged, MEAN: eight_year_mean})
"""Forecasts to beat, from the history alone."""
