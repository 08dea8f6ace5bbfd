"""The outlook's speed: sixty markets to 2040, the whole back-test, and the automatic models on the same series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.clock import Row, median_seconds, timed
from roadstead.outlook.automatic import MODELS, automatic
from roadstead.outlook.backtest import backtest
from roadstead.outlook.baselines import unbroken
from roadstead.outlook.forecast import forecast
from roadstead.outlook.growth import REACH
from roadstead.outlook.panels import packaged
from roadstead.outlook.projections import project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.world.reference import World

MARKETS, DRAWS = 60, 1_000
YEARS = range(2026, 2041)
ORIGIN = 2024
REPEATS = 3


def outlooks(world: World) -> Iterator[Row]:
    """Every row of the outlook."""
    everywhere = sorted(world.markets)
    places = (everywhere * (1 + MARKETS // len(everywhere)))[:MARKETS]
    seconds = median_seconds(lambda: forecast(world.markets, world.gazetteer, places, YEARS, draws=DRAWS), REPEATS)
    yield Row("outlook: to 2040", seconds, f"{MARKETS} markets, {len(YEARS)} years, {DRAWS:,} joint draws; at most 2 s")
    panel = packaged(world)
    seconds, found = timed(lambda: backtest(panel, world.gazetteer, range(2015, 2026)))
    yield Row("outlook: back-test", seconds, f"{len(found.code):,} forecasts for 2015 to 2025; at most 60 s")
    ours, told = timed(lambda: project(panel, ORIGIN, world.gazetteer, draws=DRAWS))
    yield Row(
        "outlook: one year's end", ours, f"{len(told.codes)} series, {REACH} years, {DRAWS:,} draws, all taught again"
    )
    histories = [unbroken(panel[code], ORIGIN) for code in told.codes]
    theirs, _ = timed(lambda: [automatic(histories, REACH, model) for model in MODELS])
    yield Row("outlook: AutoARIMA, AutoETS, AutoTheta", theirs, f"the same series, {theirs / ours:.1f} times as long")
