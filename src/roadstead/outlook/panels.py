"""Panels of histories as the models take them: runs of consecutive years, and sizes of the market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.growth import Adoption
from roadstead.outlook.industry import Sales
from roadstead.outlook.links import link, unlink
from roadstead.world.panel import Panel, Series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.world.places import Gazetteer
    from roadstead.world.reference import MarketHistory, World

EUROPE = "Europe"
FEW = 4
"""Years of a share below which a history is called thin."""
FEWEST_SALES = 5
"""Years of market size below which none is forecast."""
COARSE = 0.001
"""Share below which sales over share is no size of the market: shares are rounded, and the size misses by 15 % (below that
from 0.1 to 0.5 %: by 4 %)."""


def packaged(world: World) -> Panel:
    """The reference world's histories, regions and the world among them."""
    found: dict[str, dict[int, tuple[float, float, float]]] = {}
    for row in world.tables["nev"]:
        known = tuple(np.nan if row[name] is None else row[name] for name in ("nev_share", "nev_sales", "total_sales"))
        found.setdefault(row["place"], {})[row["year"]] = known  # type: ignore[assignment]
    return {place: _series(place, world.gazetteer, years) for place, years in sorted(found.items())}


def shares_of(history: MarketHistory, gazetteer: Gazetteer) -> Series:
    """The NEV shares of a planned market, whose size stands on the count it names itself."""
    return _series(history.place, gazetteer, {f.year: (f.value, np.nan, np.nan) for f in history.nev_share})


def _series(place: str, gazetteer: Gazetteer, known: dict[int, tuple[float, float, float]]) -> Series:
    years = np.arange(min(known), max(known) + 1)
    table = np.asarray([known.get(year, (np.nan,) * 3) for year in years.tolist()], dtype=np.float64)
    share, nev, total = (np.ascontiguousarray(column) for column in table.T)
    told = gazetteer.places[place]
    return Series(place, told.name, told.kind != "territory", years, share, nev, total)


def region_of(series: Series, gazetteer: Gazetteer) -> str:
    """Markets of one region err together; only Europe's are known to, so elsewhere each is a region of its own."""
    place = gazetteer.places.get(series.code)
    return EUROPE if place is not None and place.region == EUROPE and not series.is_aggregate else series.code


def runs(series: Series, region: str) -> Iterator[Adoption]:
    """Runs of consecutive years in which the share is known; what a source rounds to nothing breaks none off."""
    known = np.flatnonzero(np.isfinite(series.share))
    for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if run.size:
            yield Adoption(series.code, region, series.years[run], series.share[run], series.is_aggregate)


def last_run(series: Series, region: str) -> Adoption | None:
    """The run a forecast starts from: the last one, or all years where it is one year alone.

    Then the years missing before it are laid straight on the logit scale between those known. None where no year is.
    """
    known = np.flatnonzero(np.isfinite(series.share))
    if not known.size:
        return None
    *_, run = runs(series, region)
    if len(run.years) > 1 or known.size == 1:
        return run
    years = np.arange(series.years[known[0]], series.years[known[-1]] + 1)
    shares = unlink(np.interp(years, series.years[known], link(series.share[known], "logit")), "logit")
    # What is known stays as it is: the link cuts off what lies at the very ends.
    shares[series.years[known] - years[0]] = series.share[known]
    return Adoption(series.code, region, years, shares, series.is_aggregate)


def every_run(panel: Panel, gazetteer: Gazetteer) -> list[Adoption]:
    """All runs of all series."""
    return [run for series in panel.values() for run in runs(series, region_of(series, gazetteer))]


def sales(series: Series) -> Sales | None:
    """Size of the market; where it is not told, NEV sold over their share. None with too few years.

    A share that its rounding leaves few digits of tells no size, and a size worked out does not stand among sizes told of
    another count, where these reach the last year.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = np.where(series.share >= COARSE, series.nev / series.share, np.nan)
    is_told = np.isfinite(series.total)
    enough = is_told.sum() >= FEWEST_SALES and bool(is_told[np.flatnonzero(np.isfinite(series.share))[-1:]].all())
    total = series.total if enough else np.where(is_told, series.total, implied)
    known = np.isfinite(total) & (total > 0)
    if known.sum() < FEWEST_SALES:
        return None
    return Sales(series.code, series.years[known], total[known])
