"""The report's charts of a plan, each by its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.report.charts import atlas, exports, fresh_paths, futures, sites, timeline, tree, volumes, waterfall
from roadstead.report.charts.files import Drawing
from roadstead.report.charts.map import crowded_regions
from roadstead.report.charts.style import MODE_COLOURS
from roadstead.report.pictures import WIDE, lane_said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roadstead.playbook.book import Book, Waterfall
    from roadstead.report.words import Words


def drawings(book: Book, words: Words) -> Mapping[str, Callable[[], Drawing]]:
    """What there is to draw of a book; nothing is drawn before it is asked for."""
    found: dict[str, Callable[[], Drawing]] = {}
    if book.timeline:
        found["timeline"] = lambda: _timeline(book, words)
    if book.atlas.maps[0].markets:
        found["map"] = lambda: _map("world", book, words)
        for region in crowded_regions(book.atlas.maps[0].markets):
            found[f"map {region}"] = partial(_map, region, book, words)
    found["tree"] = lambda: Drawing(
        "tree", tree.tree_chart(book.tree, words, WIDE), words.tell("figure.tree"), is_titled=False
    )
    if book.volumes:
        found["volumes"] = lambda: _volumes(book, words)
    if book.sites:
        found["sites"] = lambda: _sites(book, words)
    if book.futures:
        found["futures"] = lambda: _futures(book, words)
    if book.pull and book.pull.years:
        found["exports"] = lambda: _exports(book, words)
    if book.rehearsal:
        found["rehearsal"] = lambda: _rehearsal(book, words)
    for i, lane in enumerate(book.waterfalls, 1):
        found[f"waterfall {i}"] = partial(_waterfall, book, lane, words)
    return found


def _timeline(book: Book, words: Words) -> Drawing:
    years = [span.year for span in book.timeline]
    title = words.tell("figure.timeline", first=Amount(min(years), "year"), last=Amount(max(years), "year"))
    return Drawing(
        "timeline",
        timeline.timeline_chart(book.timeline, words, WIDE),
        title,
        legends=_modes(words, with_none=True),
        is_titled=False,
    )


def _map(key: str, book: Book, words: Words) -> Drawing:
    """The year that the atlas opens at, in one of its windows."""
    shown = book.atlas
    year = next(found for found in shown.maps if found.year == shown.opens_at)
    window = next(window for window in atlas.windows(shown, words) if window.key == key)
    title = words.tell("map.year", model=shown.model, year=Amount(float(year.year), "year"))
    markup = atlas.of_a_year(shown, year, window, words)
    return Drawing("map", None, title, legends=_modes(words), is_titled=False, markup=markup)


def _volumes(book: Book, words: Words) -> Drawing:
    chart = volumes.volumes_chart(book.volumes, words, WIDE)
    return Drawing("volumes", chart, words.tell("figure.volumes"), legends=_modes(words), is_titled=False)


def _sites(book: Book, words: Words) -> Drawing:
    chart = sites.sites_chart(book.sites, words, WIDE, 4)
    return Drawing("sites", chart, words.label("ui.note.sites"), legends=_modes(words), is_titled=False)


def _futures(book: Book, words: Words) -> Drawing:
    present = {value.key for value in book.futures}
    keys = [(colour, words.label(f"comparison.{key}")) for key, (colour, _) in futures.KEYS.items() if key in present]
    chart = futures.futures_chart(book.futures, words, WIDE)
    return Drawing("futures", chart, words.tell("figure.futures"), legends=tuple(reversed(keys)), is_titled=False)


def _exports(book: Book, words: Words) -> Drawing:
    assert book.pull is not None
    goods = tuple((colour, words.label(f"goods.{key}")) for key, colour in exports.COLOURS.items())
    chart = exports.exports_chart(book.pull.years, words, WIDE)
    unit = words.tell("exports.unit", currency=words.currency)
    return Drawing("exports", chart, f"{words.tell('figure.exports')} ({unit})", legends=goods, is_titled=False)


def _rehearsal(book: Book, words: Words) -> Drawing:
    assert book.rehearsal is not None
    title = words.tell("figure.rehearsal", paths=Amount(float(book.rehearsal.paths), "count"))
    return Drawing("rehearsal", fresh_paths.fresh_paths_chart(book.rehearsal, words, WIDE), title, is_titled=False)


def _waterfall(book: Book, lane: Waterfall, words: Words) -> Drawing:
    alike = [other for other in book.waterfalls if (other.market, other.model) == (lane.market, lane.model)]
    chart = waterfall.waterfall_chart(lane, waterfall.citations(book.waterfalls), waterfall.edge(alike), words)
    groups = [(colour, words.label(f"cost.group.{key}")) for key, colour in waterfall.GROUPS.items()]
    groups += [(waterfall.TOTAL, words.label("cost.landed")), (waterfall.KEPT, words.label("ui.kept"))]
    return Drawing("waterfall", chart, lane_said(lane, words), legends=tuple(groups), is_titled=False)


def _modes(words: Words, *, with_none: bool = False) -> tuple[tuple[str, str], ...]:
    """What the colours of modes stand for."""
    shown = [mode for mode in MODE_COLOURS if with_none or mode != "none"]
    return tuple((MODE_COLOURS[mode], words.label(f"mode.{mode}")) for mode in shown)
