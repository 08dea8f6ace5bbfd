"""Quantiles of share, NEV sold and market size for any panel of histories, from what was known at the end of a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.adoption import draw_paths
from roadstead.outlook.beside import NOTHING
from roadstead.outlook.experience import learn, look_back
from roadstead.outlook.growth import REACH, Adoption, moments
from roadstead.outlook.industry import draw_markets
from roadstead.outlook.panels import FEW, FEWEST_SALES, every_run, last_run, region_of, sales
from roadstead.outlook.score import LEVELS
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.outlook.beside import Beside
    from roadstead.outlook.experience import Past
    from roadstead.outlook.policy import Step
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.panel import Panel, Series
    from roadstead.world.places import Gazetteer


@dataclass(frozen=True, slots=True, eq=False)
class Projections(Shown):
    """Forecasts of several markets made at the end of one year.

    Attributes
    ----------
    codes
        Markets, C of them.
    years
        Calendar years, H of them.
    share, units, market
        Quantiles: NEV share, NEV sold, all new cars sold; NaN where no size of the market is known. Shapes (C, H, 19).
        [fraction], [cars/year], [cars/year]
    history
        What was known of each market. C of them.
    notes
        What is thin about a market's history or was mended in it, by market.
    left_out
        Markets of the histories whose share is not known in the origin, or in that year alone.
    """

    origin: int
    codes: tuple[str, ...]
    years: Ints
    share: Floats
    units: Floats
    market: Floats
    history: tuple[Series, ...]
    notes: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...] = ()

    def only(self, markets: Sequence[str]) -> Projections:
        """Some of the markets; what was drawn of them does not hang on their company.

        Raises
        ------
        RoadsteadError
            RS-O406 for a market that is not among those forecast.
        """
        if missing := sorted(set(markets) - set(self.codes)):
            message, expected = (
                f"no share is known in {self.origin} and a year before",
                f"one of {', '.join(self.codes)}",
            )
            raise RoadsteadError([Fault(code, "RS-O406", message, expected) for code in missing])
        kept = [self.codes.index(code) for code in dict.fromkeys(markets)]
        return Projections(
            self.origin,
            tuple(self.codes[i] for i in kept),
            self.years,
            self.share[kept],
            self.units[kept],
            self.market[kept],
            tuple(self.history[i] for i in kept),
            {code: notes for code, notes in self.notes.items() if code in markets},
        )


def look_back_on(panel: Panel, gazetteer: Gazetteer, policies: Sequence[Step] = ()) -> Past:
    """Every past year of a panel forecast again; what is learnt from it at one year's end uses nothing later.

    Dated ``policies`` move the forecasts made from it by those of them that were known when they were made.
    """
    runs = every_run(panel, gazetteer)
    return look_back(moments(runs), tuple(run.place for run in runs), tuple(policies))


def can_start(panel: Panel, origin: int) -> bool:
    """Whether some market's share is known at the end of a year and before it."""
    starts = (series.share[series.years <= origin] for series in panel.values() if np.isfinite(series.at(origin)))
    return any(np.isfinite(share).sum() > 1 for share in starts)


def project(
    panel: Panel,
    origin: int,
    gazetteer: Gazetteer,
    *,
    draws: int = 2000,
    seed: int = 0,
    past: Past | None = None,
    beside: Beside = NOTHING,
) -> Projections:
    """Forecast every market whose share is known in the year ``origin`` and some year before it.

    ``beside`` are months known of the year after ``origin``, projections to blend in and dated steps of policy; a ``past``
    looked back on with such steps moves the forecasts by them as well. All markets are drawn together whichever are asked for.

    Raises
    ------
    RoadsteadError
        RS-O405 where no market of the panel has both.
    """
    known = {code: series.known(origin) for code, series in panel.items()}
    starts = (last_run(series, region_of(series, gazetteer)) for series in known.values())
    told = [run for run in starts if run is not None and run.years[-1] == origin and len(run.years) > 1]
    if not told:
        message = f"no market has an NEV share in {origin} and a year before"
        raise RoadsteadError(Fault("--origin", "RS-O405", message, "the last year of the history"))
    experience = learn(past or look_back_on(known, gazetteer, beside.steps), origin)
    of_shares, of_sizes = (np.random.Generator(np.random.Philox(s)) for s in np.random.SeedSequence(seed).spawn(2))
    shares = draw_paths(experience, told, origin + REACH, draws, of_shares)
    stacked = np.stack([beside.applied(drawn, run) for drawn, run in zip(shares, told, strict=True)])
    size = _sizes(known, told, origin, draws, of_sizes)
    return Projections(
        origin=origin,
        codes=tuple(run.place for run in told),
        years=np.arange(origin + 1, origin + REACH + 1),
        share=_quantiles(stacked),
        units=_quantiles(stacked * size),
        market=_quantiles(size),
        history=tuple(known[run.place] for run in told),
        notes={run.place: note for run in told if (note := _thin(known[run.place], run, beside))},
        left_out=tuple(sorted(known.keys() - {run.place for run in told})),
    )


def _thin(series: Series, run: Adoption, beside: Beside) -> tuple[str, ...]:
    """What a reader should know of a market's history."""
    notes = list(series.notes)
    bridged = sorted(set(run.years.tolist()) - set(series.years[np.isfinite(series.share)].tolist()))
    if len(run.years) - len(bridged) < FEW:
        notes.append(f"only {len(run.years) - len(bridged)} years of NEV share, the last {run.years[-1]}")
    if np.ptp(run.shares) == 0.0:
        notes.append("the share never changed in the years known: its spread is not to be believed")
    if bridged:
        notes.append(f"shares of {', '.join(map(str, bridged))} are not known: laid between those that are")
    size = sales(series)
    if size is not None and size.years[-1] < run.years[-1]:
        notes.append(f"the size of the market is known to {size.years[-1]} only")
    if size is None:
        notes.append(f"the size of the market is known in fewer than {FEWEST_SALES} years: no cars are told")
    if part := beside.so_far(run):
        notes.append(f"{len(part.months)} months of {part.year} are known")
    return tuple(notes)


def _sizes(panel: Panel, told: list[Adoption], origin: int, draws: int, rng: np.random.Generator) -> Floats:
    """Draws of market size; NaN where it is not known near the origin. Shape (C, draws, REACH)."""
    found = np.full((len(told), draws, REACH), np.nan)
    known = {run.place: sales(panel[run.place]) for run in told}
    sized = [(i, known[run.place]) for i, run in enumerate(told)]
    histories = [history for _, history in sized if history is not None]
    drawn = iter(draw_markets(histories, origin + REACH, draws, rng))
    for i, history in sized:
        if history is not None:
            ahead = next(drawn)
            # A size last known some years ago is drawn from there; only the years after the origin are told.
            found[i] = ahead[:, origin - int(history.years[-1]) :]
    return found


def _quantiles(draws: Floats) -> Floats:
    """Shape (C, draws, H) -> (C, H, 19)."""
    with np.errstate(invalid="ignore"):
        return np.moveaxis(np.quantile(draws, LEVELS, axis=1), 0, -1)
