"""Outlooks, forecasts of files and back-tests in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.showing import outlooks
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    import polars as pl

    from roadstead.outlook.backtest import BackTest
    from roadstead.outlook.projections import Projections
    from roadstead.outlook.summary import Summary


def summary_told(found: Summary) -> Telling:
    """An outlook in a notebook."""
    ahead = found.markets[0].ahead
    names = ", ".join(market.name for market in found.markets[: outlooks.CLOSE_UP])
    more = f" and {len(found.markets) - outlooks.CLOSE_UP} more" if len(found.markets) > outlooks.CLOSE_UP else ""
    drawings = {
        "nev_share": lambda: outlooks.fan_drawn(outlooks.fans_ahead(found)),
        "sales": lambda: outlooks.sales_drawn(found),
    }
    headline = f"Outlook of {names}{more}, {ahead[0].year} to {ahead[-1].year}"
    return Telling(headline, outlooks.summary_blocks(found), lambda: by_year(found), drawings)


def by_year(found: Summary) -> pl.DataFrame:
    """Years known and years ahead, a row each; of those ahead the median and the 10 and 90 % quantiles."""
    quantities = ("sales", "nev_share", "nev_sales")
    columns = " ".join(f"{name}:number {name}_p10:number {name}_p90:number" for name in quantities)
    rows: list[tuple[Any, ...]] = []
    for market in found.markets:
        for known in market.history:
            told = (known.sales, None, None, known.nev_share, None, None, None, None, None)
            rows.append((market.market, market.name, known.year, "known", *told))
        for year in market.ahead:
            spreads = (getattr(year, name) for name in quantities)
            ahead = (value for spread in spreads for value in (spread.p50, spread.p10, spread.p90))
            rows.append((market.market, market.name, year.year, "ahead", *ahead))
    return framed(f"market name year:int standing {columns}", rows)


def projections_told(found: Projections) -> Telling:
    """Forecasts of a file's markets in a notebook."""
    from roadstead.outlook.forecast_file import frame

    headline = f"{len(found.codes)} markets foreseen from the end of {found.origin}"
    blocks = (*outlooks.projections_blocks(found), f"{outlooks.MEDIANS}; nothing later than {found.origin} was used")
    return Telling(
        headline, blocks, lambda: frame(found), {"nev_share": lambda: outlooks.fan_drawn(outlooks.fans_of(found))}
    )


def backtest_told(found: BackTest) -> Telling:
    """A back-test in a notebook."""
    headline = f"{found.actual.size} forecasts held against what came"
    drawings = {"reliability": lambda: outlooks.reliability_drawn(found)}
    return Telling(headline, outlooks.backtest_blocks(found), lambda: by_forecast(found), drawings)


def by_forecast(found: BackTest) -> pl.DataFrame:
    """A row for every forecast and model: what came, and the median with its 10 and 90 % quantiles."""
    from roadstead.outlook.score import MEDIAN, P10, P90

    columns = "market origin:int target:int model actual:number share:number share_p10:number share_p90:number"
    return framed(
        columns,
        (
            (
                code,
                int(found.origin[i]),
                int(found.target[i]),
                model,
                float(found.actual[i]),
                *map(float, told[i, [MEDIAN, P10, P90]]),
            )
            for model, told in found.quantiles.items()
            for i, code in enumerate(found.code)
        ),
    )
