"""Which figure a mark of a drawing is: what marks say, each with the key of its figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.cell_keys import future
from roadstead.report.charts import atlas, exports, futures, sites, timeline, tornado, tree, volumes
from roadstead.report.weights import bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.playbook.book import Book, FutureValue, SiteYear, TimelineSpan, TreeNode, VolumeYear
    from roadstead.playbook.parts_book import ExportYear
    from roadstead.playbook.weights_book import Weight
    from roadstead.report.words import Words


def of_map(book: Book, words: Words) -> Mapping[str, str]:
    """Marks: cars of a market in a year of the most likely future, or its duties where nothing is sold. Labels: duties."""
    cars = {one.key.partition("@")[0]: f"cars/{one.key}" for one in book.timeline if one.key}
    found = {}
    for shown in book.atlas.maps:
        for market in shown.markets:
            of = f"{market.iso3}/{shown.year}"
            duties = f"duties/{of}"
            found[atlas.said(market, shown.year, words)] = cars.get(of, duties) if market.cars else duties
            found[atlas.duty_said(market, shown.year, words)] = duties
    return found


def of_tree(nodes: Sequence[TreeNode], words: Words) -> Mapping[str, str]:
    """Names with a probability: that of the node."""
    return {tree.said(node, words): f"reached/n{node.node}" for node in nodes if node.parent >= 0}


def of_timeline(spans: Sequence[TimelineSpan], words: Words) -> Mapping[str, str]:
    """Bars: since when a market is supplied so."""
    return {
        timeline.said(run, words): f"since/{run[0].key.partition('@')[0]}"
        for own in timeline.by_market(spans).values()
        for run in timeline.runs(own)
    }


def of_volumes(rows: Sequence[VolumeYear], words: Words) -> Mapping[str, str]:
    """Blocks: cars of a mode in a year. Brackets: the upper end of their span."""
    found = {volumes.said(row, words): f"mode/{row.mode}/{row.year}" for row in rows}
    return found | {volumes.span_said(row, words): f"total/{row.year}/p90" for row in rows}


def of_sites(rows: Sequence[SiteYear], words: Words) -> Mapping[str, str]:
    """Bars: cars that a line makes in a year, in what it has room for."""
    return {sites.said(row, words): f"room/{row.key}" for row in rows}


def of_futures(rows: Sequence[FutureValue], words: Words) -> Mapping[str, str]:
    """Marks: what a way to act is worth in a future."""
    return {futures.said(row, words): future(row.leaf, row.key) for row in rows}


def of_exports(rows: Sequence[ExportYear], words: Words) -> Mapping[str, str]:
    """Blocks: goods sent in a year. Brackets: the upper end of the span of cars, or of what goes into cars."""
    found = {bar["said"]: f"sent/{bar['goods']}/{row.year}" for row in rows for bar in exports.bars(row, words)}
    sides = {"cars": "cars", "parts": "inputs"}
    return found | {
        span["said"]: f"sent/{sides[span['side']]}/{row.year}/p90" for row in rows for span in exports.spans(row, words)
    }


def of_weights(rows: Sequence[Weight], words: Words) -> Mapping[str, str]:
    """Bars: what NPV differs by at an end of an assumption."""
    found = {}
    for row, bar in zip(rows, bars(rows, words), strict=True):
        for end, written, moved in (("low", bar.low, bar.npv_low), ("high", bar.high, bar.npv_high)):
            if moved is not None:
                found[tornado.said(bar.name, written, moved, words)] = f"weight/{row.assumption}/{end}"
    return found
