"""How what the package knows is told: its age, its tables and its markets."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.listing import Listing
    from roadstead.study.holdings import Holdings


def holdings_told(found: Holdings) -> Telling:
    """What the package knows, in a notebook."""
    return Telling(age(found), islice(blocks(found), 1, None), lambda: by_table(found))


def blocks(held: Holdings, *, markets: bool = False) -> Iterator[Listing | str]:
    """Its age, and every table with how much of it is sourced; or its markets."""
    yield age(held)
    yield ""
    if markets:
        listed = (
            (m.market, m.name, m.region, number(m.last_sales), str(m.last_year), percent(m.nev_share, 1))
            for m in held.markets
        )
        yield table("", ("", "market", "region", ">new cars", "year", ">NEV share"), listed)
        return
    rows = [
        (c.table, *map(number, (c.rows, c.rows - c.unsourced, c.unsourced, c.high, c.medium, c.low)), c.newest)
        for c in held.coverage
    ]
    yield table("", ("table", ">rows", ">sourced", ">unsourced", ">high", ">medium", ">low", "newest"), rows)
    yield ""
    yield f"{len(held.markets)} markets: `roadstead world --markets`; unsourced rows: `roadstead sources --unsourced`"


def age(held: Holdings) -> str:
    """How old it is."""
    return f"rules as of {held.rules_as_of}, {held.age_days} days ago; facts built on {held.built_on}"


def by_table(held: Holdings) -> pl.DataFrame:
    """Tables, a row each."""
    rows = (
        (c.table, c.rows, c.rows - c.unsourced, c.unsourced, c.high, c.medium, c.low, c.newest) for c in held.coverage
    )
    return framed("table rows:int sourced:int unsourced:int high:int medium:int low:int newest", rows)
