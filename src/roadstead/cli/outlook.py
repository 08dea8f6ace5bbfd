"""`roadstead outlook`: how many cars a market may buy, and how many of them electric."""

from typing import TYPE_CHECKING

from roadstead.cli.printing import answers, number, percent, print_json, table

if TYPE_CHECKING:
    from rich.table import Table

    from roadstead.outlook.summary import MarketOutlook, Spread, Summary

CLOSE_UP = 3
"""Up to so many markets are shown year by year; more of them in one table of a few years."""


def outlook(*markets: str, years: str = "2026-2040", draws: int = 2000, seed: int = 0, json: bool = False) -> None:
    """Show the outlook of markets: new cars sold and NEV share, with their spans.

    Parameters
    ----------
    markets
        Countries by code or name; none for all with a history.
    years
        First and last year, for instance 2026-2040.
    draws
        Number of joint draws.
    seed
        Seed of the draws; the same seed gives the same numbers.
    json
        Print JSON.
    """
    from roadstead.outlook.summary import read_years, summarise
    from roadstead.world import reference

    found = summarise(reference.load(), markets, read_years(years), draws=draws, seed=seed)
    if json:
        print_json(found)
        return
    console = answers()
    if len(found.markets) <= CLOSE_UP:
        for market in found.markets:
            console.print(_close_up(market))
            console.print()
    else:
        console.print(_together(found))
        console.print()
    for market in found.markets:
        if market.note:
            console.print(f"- {market.market}: {market.note}", soft_wrap=True)
    console.print(f"medians with the 10 to 90 % span in brackets; {found.draws} joint draws, seed {found.seed}")


def _close_up(market: "MarketOutlook") -> "Table":
    rows = [
        (
            str(year.year),
            "" if year.sales is None else number(year.sales),
            "" if year.nev_share is None else percent(year.nev_share, 1),
            "known",
        )
        for year in market.history[-6:]
    ]
    rows += [
        (str(year.year), _cars(year.sales), _share(year.nev_share), _cars(year.nev_sales)) for year in market.ahead
    ]
    title = f"{market.market} {market.name}: {market.counts}"
    return table(title, ("year", ">new cars", ">NEV share", ">NEV sold"), rows)


def _together(found: "Summary") -> "Table":
    ahead = found.markets[0].ahead
    shown = sorted({0, len(ahead) // 2, len(ahead) - 1})
    rows = []
    for market in found.markets:
        last = market.history[-1]
        sales = next((y.sales for y in reversed(market.history) if y.sales is not None), 0.0)
        share = next((y.nev_share for y in reversed(market.history) if y.nev_share is not None), 0.0)
        row = [market.market, market.name, str(last.year), number(sales), percent(share, 1)]
        for i in shown:
            row += [number(market.ahead[i].sales.p50), _share(market.ahead[i].nev_share)]
        rows.append(row)
    years = [column for i in shown for column in (f">cars {ahead[i].year}", f">NEV {ahead[i].year}")]
    return table("", ("", "market", "last", ">new cars", ">NEV", *years), rows)


def _cars(spread: "Spread") -> str:
    return f"{number(spread.p50)} ({number(spread.p10)} to {number(spread.p90)})"


def _share(spread: "Spread") -> str:
    return f"{percent(spread.p50, 0)} ({100 * spread.p10:.0f}-{100 * spread.p90:.0f})"
