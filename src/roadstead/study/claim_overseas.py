"""What claims say of production abroad, worked out with the denominator they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.study.claim_figures import Figure, crossed, joined, of_row, of_rows
from roadstead.world.overseas import ABROAD, AT_HOME, EXPORTS, export_peak, overseas_shares, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from roadstead.terms.tables import Row
    from roadstead.world.overseas import Pair
    from roadstead.world.reference import World


def _overseas_share(world: World, reading: Row) -> list[Figure]:
    (home,), (period,), (basis,) = reading["place"], reading["period"], reading["definition"]
    return [
        joined([of_row(share.pair.abroad), of_row(share.pair.beside)], share.share)
        for share in overseas_shares(world.tables["overseas_production"])
        if (share.home, share.period, share.basis) == (home, period, basis) and share.firms == reading["beside"]
    ]


def _overseas_production(world: World, reading: Row) -> list[Figure]:
    (home,), (period,) = reading["place"], reading["period"]
    return of_rows(
        row for row in _of(world, home, ABROAD) if (row["period"], row["firms"]) == (period, reading["beside"])
    )


def _overseas_over_home(world: World, reading: Row) -> list[Figure]:
    """Made abroad over made at home in a period."""
    (home,), (period,) = reading["place"], reading["period"]
    told = pairs(world.tables["overseas_production"], AT_HOME)
    return _ratios(pair for pair in told if (pair.abroad["home"], pair.abroad["period"]) == (home, period))


def _overseas_over_exports(world: World, reading: Row) -> list[Figure]:
    """Made abroad over exported, in the latest year in which rows with a document tell both."""
    (home,) = reading["place"]
    told = [
        pair
        for pair in pairs(world.tables["overseas_production"], EXPORTS)
        if pair.abroad["home"] == home and _decides(pair.abroad) and _decides(pair.beside)
    ]
    last = max((pair.abroad["year"] for pair in told), default=None)
    return _ratios(pair for pair in told if pair.abroad["year"] == last)


def _overseas_since_peak(world: World, reading: Row) -> list[Figure]:
    """Made abroad in the latest year over that in the first known from the peak of exports on, by rows with a document."""
    (home,) = reading["place"]
    exports = [row for row in _of(world, home, EXPORTS) if _decides(row)]
    if not exports:
        return []
    peak = export_peak(exports, home)
    later = [row for row in _of(world, home, ABROAD) if _decides(row) and row["year"] >= peak["year"]]
    # One group of makers throughout: the one that is counted in most of the years.
    firms = [row["firms"] for row in later]
    group = max(dict.fromkeys(firms), key=firms.count, default="")
    theirs = [row for row in later if row["firms"] == group]
    if not theirs:
        return []
    first, last = min(row["year"] for row in theirs), max(row["year"] for row in theirs)
    ratios = crossed(
        lambda late, early: late / early,
        of_rows(row for row in theirs if row["year"] == last),
        of_rows(row for row in theirs if row["year"] == first),
    )
    return [joined([ratio, of_row(peak)], ratio.value) for ratio in ratios]


def _ratios(told: Iterable[Pair]) -> list[Figure]:
    return [
        joined([of_row(pair.abroad), of_row(pair.beside)], pair.abroad["value"] / pair.beside["value"]) for pair in told
    ]


def _of(world: World, home: str, metric: str) -> list[Row]:
    rows = world.tables["overseas_production"]
    return [row for row in rows if (row["home"], row["metric"], row["unit"]) == (home, metric, "vehicles")]


def _decides(row: Row) -> bool:
    return of_row(row).decides


QUANTITIES: Mapping[str, Callable[[World, Row], list[Figure]]] = {
    "overseas_over_exports": _overseas_over_exports,
    "overseas_over_home": _overseas_over_home,
    "overseas_production": _overseas_production,
    "overseas_share": _overseas_share,
    "overseas_since_peak": _overseas_since_peak,
}
"""A computation by the name that claim_readings.csv gives it."""
