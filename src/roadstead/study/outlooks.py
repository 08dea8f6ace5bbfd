"""What a program may ask of the outlook: forecasts of markets and of files, and how such forecasts fared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.outlook.backtest import BackTest
    from roadstead.outlook.baselines import Baseline
    from roadstead.outlook.beside import Beside
    from roadstead.outlook.nowcast_backtest import Nowcasts
    from roadstead.outlook.outside_backtest import Compared
    from roadstead.outlook.projections import Projections
    from roadstead.outlook.size_backtest import SizeBackTest
    from roadstead.outlook.summary import Summary
    from roadstead.world.panel import Panel
    from roadstead.world.reference import World

ENOUGH_MARKETS = 30
"""Markets from which a file teaches by itself."""


def outlook(
    markets: Sequence[str] = (),
    years: str | Sequence[int] = "2026-2040",
    *,
    beside: Beside | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Summary:
    """Sum up the outlook of markets, of all with a history where none is named; ``beside`` as :func:`outlook_beside` says."""
    from roadstead.outlook.summary import read_years, summarise
    from roadstead.world import reference

    named = (markets,) if isinstance(markets, str) else tuple(markets)
    wanted = read_years(years) if isinstance(years, str) else tuple(years)
    known = outlook_beside() if beside is None else beside
    return summarise(reference.load(), named, wanted, draws=draws, seed=seed, beside=known)


def outlook_beside(
    view: str = "", weight: float = 0.5, *, monthly: Path | None = None, policies: bool = False
) -> Beside:
    """What an outlook may know beside histories.

    Parameters
    ----------
    view
        A published projection to blend in, as "IEA GEVO 2025/STEPS", and ``weight`` what it weighs, from 0 to 1.
    monthly
        File of registrations by month and fuel, which tells of the year under way.
    policies
        Whether dated steps of policy move the forecasts.
    """
    from roadstead.outlook.beside import known_beside
    from roadstead.world import reference
    from roadstead.world.readers import registrations

    world = reference.load()
    months = None
    if monthly is not None:
        months = registrations.year_to_date(registrations.monthly(monthly, world.gazetteer))
    return known_beside(world, view, weight, months, policies=policies)


def outlook_projections(
    history: Path | None = None,
    origin: int | None = None,
    *,
    chain: Path | None = None,
    markets: Sequence[str] = (),
    beside: Beside | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Projections:
    """Forecast the histories of a file (the packaged ones where None) five years on, using nothing later than ``origin``.

    ``markets`` are codes of the file; all where none is named. ``chain`` is another file that carries the histories on where
    they end, on the logit scale. What was known ``beside`` must be given: the reference world's may be of later years.
    """
    from roadstead.outlook.beside import NOTHING
    from roadstead.outlook.projections import look_back_on, project
    from roadstead.world import reference

    world = reference.load()
    panel = _panel(history, world, chain)
    last = (
        max(int(series.years[np.isfinite(series.share)].max()) for series in panel.values())
        if origin is None
        else origin
    )
    past = look_back_on(_teaching(panel, world), world.gazetteer, beside.steps if beside else ())
    found = project(panel, last, world.gazetteer, draws=draws, seed=seed, past=past, beside=beside or NOTHING)
    return found.only(tuple(_code(market, panel, world) for market in markets)) if markets else found


def outlook_backtest(
    history: Path | None = None,
    targets: str | Sequence[int] = "2023-2025",
    *,
    automatic: bool = False,
    policies: bool = False,
    draws: int = 2000,
    seed: int = 0,
) -> BackTest:
    """Forecasts of some years, made at the ends of the one to five years before them, ready to be scored."""
    from roadstead.outlook.automatic import MODELS, as_baseline
    from roadstead.outlook.backtest import backtest, read_targets
    from roadstead.outlook.baselines import SIMPLE
    from roadstead.outlook.policy import read_steps
    from roadstead.outlook.projections import look_back_on
    from roadstead.world import reference

    world = reference.load()
    panel = _panel(history, world)
    others: dict[str, Baseline] = dict(SIMPLE)
    if automatic:
        others |= {name: as_baseline(name) for name in MODELS}
    steps = read_steps(world.tables["policy_steps"], world.gazetteer) if policies else ()
    past = look_back_on(_teaching(panel, world), world.gazetteer, steps)
    return backtest(panel, world.gazetteer, read_targets(targets, panel), others, draws=draws, seed=seed, past=past)


def outlook_nowcast(
    monthly: Path,
    years: str | Sequence[int] = "2019-2025",
    *,
    history: Path | None = None,
    months: int = 6,
    draws: int = 1000,
    seed: int = 0,
) -> Nowcasts:
    """Past years foreseen when their first months were known, ready to be scored."""
    from roadstead.outlook.backtest import read_targets
    from roadstead.outlook.nowcast_backtest import nowcast
    from roadstead.world import reference
    from roadstead.world.readers import registrations

    world = reference.load()
    panel = _panel(history, world)
    known = registrations.monthly(monthly, world.gazetteer)
    return nowcast(panel, known, world.gazetteer, read_targets(years, panel), months, draws=draws, seed=seed)


def outlook_beside_published(
    history: Path | None = None, targets: str | Sequence[int] = "2023-2025", *, draws: int = 2000, seed: int = 0
) -> tuple[Compared, ...]:
    """Published projections of the target years, each beside our own forecast from what was known then."""
    from roadstead.outlook.backtest import read_targets
    from roadstead.outlook.outside import published
    from roadstead.outlook.outside_backtest import compare
    from roadstead.world import reference

    world = reference.load()
    panel = _panel(history, world)
    wanted = read_targets(targets, panel)
    views = [view for view in published(world) if view.year in wanted]
    return compare(panel, world, views, draws=draws, seed=seed)


def outlook_size_backtest(
    history: Path | None = None, targets: str | Sequence[int] = "2023-2025", *, draws: int = 2000, seed: int = 0
) -> SizeBackTest:
    """Forecasts of market size, made at the ends of the one to five years before the target years, ready to be scored."""
    from roadstead.outlook.backtest import read_targets
    from roadstead.outlook.size_backtest import size_backtest
    from roadstead.world import reference

    world = reference.load()
    panel = _panel(history, world)
    return size_backtest(panel, world.gazetteer, read_targets(targets, panel), draws=draws, seed=seed)


def _panel(history: Path | None, world: World, chain: Path | None = None) -> Panel:
    from roadstead.outlook.panels import packaged
    from roadstead.world.readers.chain import extended
    from roadstead.world.readers.layouts import history as read

    panel = packaged(world) if history is None else read(history, world.gazetteer)
    panel = {code: series for code, series in panel.items() if np.isfinite(series.share).any()}
    if not panel:
        where = history.name if history is not None else "outlook"
        raise RoadsteadError(
            Fault(where, "RS-O405", "no market has an NEV share in any year", "histories of whole years")
        )
    if chain is None:
        return panel
    others = read(chain, world.gazetteer)
    return {code: extended(series, others[code]) if code in others else series for code, series in panel.items()}


def _teaching(panel: Panel, world: World) -> Panel:
    """Histories that forecasts learn from: those of a panel, and the packaged ones beside them where it holds few markets.

    What is learnt at the end of a year uses nothing later, whichever histories teach it.
    """
    from roadstead.outlook.panels import packaged

    return panel if len(panel) >= ENOUGH_MARKETS else {**packaged(world), **panel}


def _code(market: str, panel: Panel, world: World) -> str:
    """A market's code in a panel, from its code or its name."""
    place = world.gazetteer.find(market)
    return market if market in panel or place is None else place.place_id
