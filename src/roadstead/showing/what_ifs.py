"""How sweeps and runs side by side are told in a notebook: the tables and pictures of their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.reading import MODES
from roadstead.report import what_if
from roadstead.report.words import Words
from roadstead.showing.telling import Telling, framed
from roadstead.study import sweep_told

if TYPE_CHECKING:
    import polars as pl

    from roadstead.playbook.what_if_book import SideBySide
    from roadstead.study.sweep import Swept

SHOWN = 4
"""Commitments named at each point."""


def swept_told(found: Swept) -> Telling:
    """A sweep in a notebook."""
    book, words = sweep_told.told(found), Words("en", found.currency)
    kind = "Every assumption low and high" if found.is_tornado else f"A sweep over {', '.join(found.axes)}"
    headline = f"{kind}: {len(found.points)} plans, money of {found.price_year} in {found.currency}"
    sheets = (what_if.sweep_sheet(book, words, SHOWN), what_if.places_sheet(book, words, SHOWN))
    drawings = what_if.sweep_pictures(book, words)
    return Telling(headline, filter(None, sheets), lambda: sweep_told.points(found), drawings)


def side_by_side_told(found: SideBySide) -> Telling:
    """Runs side by side in a notebook; a map of the differences of each run but the first."""
    words = Words("en", found.currency)
    first, last = found.years
    headline = f"{', '.join(run.run for run in found.runs)}: {first} to {last}; differences are from the first"
    drawings = {run.run: lambda i=i: what_if.map_drawn(found, i, words) for i, run in enumerate(found.runs) if i}
    return Telling(headline, what_if.compared(found, words), lambda: by_market(found), drawings)


def by_market(found: SideBySide) -> pl.DataFrame:
    """Cars by run, market and mode, expected over futures and on average over the years planned."""
    rows = (
        (run.run, market.place, market.market.en, market.market.zh, mode, market.cars[r][i])
        for r, run in enumerate(found.runs)
        for market in found.markets
        for i, mode in enumerate(MODES)
    )
    return framed("run market name name_zh mode cars:number", rows)
