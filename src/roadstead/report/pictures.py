"""The six charts as the page holds them: pictures with captions, notes, legends and citations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.playbook.book import Amount
from roadstead.report import mark_keys
from roadstead.report.charts import (
    atlas,
    exports,
    fresh_paths,
    futures,
    sites,
    timeline,
    tornado,
    tree,
    volumes,
    waterfall,
)
from roadstead.report.charts import map as world
from roadstead.report.charts.style import MODE_COLOURS, svg
from roadstead.report.weights import bars, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

    from roadstead.playbook.book import Book, Waterfall
    from roadstead.playbook.parts_book import Pull
    from roadstead.playbook.rehearsal_book import FreshPaths
    from roadstead.playbook.weights_book import Weights
    from roadstead.report.trails import Asked
    from roadstead.report.words import Words

WIDE, NARROW, HALF = 1160.0, 358.0, 560.0
"""Widths of charts: across the page, on a telephone, half of the page. [pixels]"""


@dataclass(frozen=True, slots=True)
class Panel:
    """A drawing; ``shown`` says on which pages: wide, narrow or both. ``title`` stands above it; ``key`` is that of its figure."""

    drawing: Markup
    shown: str
    title: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Swatch:
    """An entry of a legend: a colour, a shape (box, line, or a mark of the futures) and what it means."""

    colour: str
    shape: str
    text: str
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure.

    Attributes
    ----------
    layout
        How its panels stand: one, beside (a main one and small ones) or grid.
    legends
        Titles and their swatches.
    notes
        Printed below.
    citations
        What the numbers in the bars stand for, in order.
    is_total
        True where it shows a total of money, which the conventions go with.
    years, opens_at
        Years of which one is shown at a time, and the first to be shown; none where all are.
    keys
        Figures in it with the keys of their trails.
    """

    key: str
    title: str
    layout: str
    panels: tuple[Panel, ...]
    legends: tuple[tuple[str, tuple[Swatch, ...]], ...]
    notes: tuple[str, ...]
    citations: tuple[str, ...] = ()
    is_total: bool = False
    years: tuple[int, ...] = ()
    opens_at: int = 0
    keys: tuple[tuple[str, str], ...] = ()


def pictures(book: Book, words: Words, asked: Asked) -> tuple[Picture, ...]:
    """All six, those left out for which the book has nothing to show.

    Altair's check of every mark against the schema is left to the tests of the charts: it takes a sixth of the page's time.
    """
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):
        return _all(book, words, asked)


def _all(book: Book, words: Words, asked: Asked) -> tuple[Picture, ...]:
    found = []
    if book.atlas.maps[0].markets:
        found.append(_map(book, words, asked))
    if book.timeline:
        found.append(_timeline(book, words, asked))
    found.append(_tree(book, words, asked))
    if book.waterfalls:
        found.append(_waterfalls(book, words))
    if book.volumes:
        found.append(_volumes(book, words, asked))
    if book.futures:
        found.append(_futures(book, words, asked))
    return tuple(found)


def drawn(chart: alt.TopLevelMixin, name: str, spoken: str, leads: Mapping[str, str] | None = None) -> Markup:
    """A chart as markup; ``leads``: where marks lead, by what they say."""
    return Markup(svg(chart, name, spoken, leads))  # noqa: S704 -- text in it is escaped by the renderer


def _title(key: str, words: Words, **terms: Amount | str) -> str:
    return words.tell(f"figure.{key}", **terms)


def modes(words: Words, *, with_none: bool = False) -> tuple[str, tuple[Swatch, ...]]:
    """Legend of the modes."""
    shown = [mode for mode in MODE_COLOURS if with_none or mode != "none"]
    return words.label("ui.modes"), tuple(Swatch(MODE_COLOURS[m], "box", words.label(f"mode.{m}")) for m in shown)


def _map(book: Book, words: Words, asked: Asked) -> Picture:
    shown, leads = book.atlas, asked.leads(mark_keys.of_map(book, words))
    panels = [
        Panel(
            Markup(atlas.stacked(shown, window, words, leads)),  # noqa: S704 -- escaped there
            "both",
            words.label(f"map.{window.key}") if i else "",
        )
        for i, window in enumerate(atlas.windows(shown, words))
    ]
    legends = [(words.label("ui.duty"), _duties(words)), modes(words)]
    if most := atlas.most_cars(shown):
        legends.append((words.label("ui.flows"), _widths(most, words)))
    years = tuple(found.year for found in shown.maps)
    notes = (words.label("ui.note.map"),)
    return Picture(
        "map", words.tell("figure.map", model=shown.model), "beside", tuple(panels), tuple(legends), notes, years=years,
        opens_at=shown.opens_at, keys=_duties_keys(book, words),
    )  # fmt: skip


def _duties_keys(book: Book, words: Words) -> tuple[tuple[str, str], ...]:
    """Duties of the year that the map opens at."""
    year = book.atlas.opens_at
    shown = next(one for one in book.atlas.maps if one.year == year)
    return tuple((atlas.duty_said(m, year, words), f"duties/{m.iso3}/{year}") for m in shown.markets)


def _duties(words: Words) -> tuple[Swatch, ...]:
    """Swatches of the tints: none, then from one step to the next."""
    steps = [words.share(step) for step in world.STEPS[1:]]
    texts = [words.label("ui.none"), f"< {steps[0]}"]
    texts += [f"{low}–{high}" for low, high in pairwise(steps)]
    texts.append(f"≥ {steps[-1]}")
    return tuple(Swatch(colour, "box", text) for colour, text in zip(world.TINTS, texts, strict=True))


def _widths(most: float, words: Words) -> tuple[Swatch, ...]:
    amounts = (most, most / 2, most / 8)
    return tuple(
        Swatch("#5f6670", "line", words.cars(cars), round(world.flow_width(cars, most), 1)) for cars in amounts
    )


def _timeline(book: Book, words: Words, asked: Asked) -> Picture:
    years = [span.year for span in book.timeline]
    title = _title("timeline", words, first=Amount(min(years), "year"), last=Amount(max(years), "year"))
    leads = asked.leads(mark_keys.of_timeline(book.timeline, words))
    panels = (
        Panel(drawn(timeline.timeline_chart(book.timeline, words, WIDE), "timeline", title, leads), "wide"),
        Panel(drawn(timeline.timeline_chart(book.timeline, words, NARROW), "timeline-narrow", title, leads), "narrow"),
    )
    has_none = any(span.mode == "none" for span in book.timeline)
    return Picture(
        "timeline", title, "one", panels, (modes(words, with_none=has_none),), (words.label("ui.note.timeline"),),
        keys=_timeline_keys(book, words),
    )  # fmt: skip


def _timeline_keys(book: Book, words: Words) -> tuple[tuple[str, str], ...]:
    """Cars as a market's way of supply begins and as it ends."""
    every = (run for own in timeline.by_market(book.timeline).values() for run in timeline.runs(own))
    ends = (one for run in every if run[0].mode != "none" for one in dict.fromkeys((run[0], run[-1])))
    return tuple((f"{words.name(one.market)} {one.year}: {words.cars(one.cars)}", f"cars/{one.key}") for one in ends)


def _tree(book: Book, words: Words, asked: Asked) -> Picture:
    title, leads = _title("tree", words), asked.leads(mark_keys.of_tree(book.tree, words))
    panel = Panel(drawn(tree.tree_chart(book.tree, words, WIDE), "tree", title, leads), "both")
    return Picture("tree", title, "one", (panel,), (), (words.label("ui.note.tree"),))


def _waterfalls(book: Book, words: Words) -> Picture:
    numbers = waterfall.citations(book.waterfalls)
    title = _title("waterfall", words, year=Amount(book.waterfalls[0].year, "year"))
    panels = []
    for i, lane in enumerate(book.waterfalls):
        compared = [other for other in book.waterfalls if (other.market, other.model) == (lane.market, lane.model)]
        chart = waterfall.waterfall_chart(lane, numbers, waterfall.edge(compared), words)
        said = lane_said(lane, words)
        panels.append(Panel(drawn(chart, f"lane{i}", said), "both", said, f"landed/{lane.key}"))
    groups = [Swatch(colour, "box", words.label(f"cost.group.{key}")) for key, colour in waterfall.GROUPS.items()]
    groups += [
        Swatch(waterfall.TOTAL, "box", words.label("cost.landed")), Swatch(waterfall.KEPT, "box", words.label("ui.kept")),
        Swatch("", "dash", words.label("ui.net_price")),
    ]  # fmt: skip
    unit = words.tell("waterfall.unit", currency=words.currency)
    return Picture(
        "waterfall", title, "grid", tuple(panels), ((unit, tuple(groups)),), (words.label("ui.note.waterfall"),),
        tuple(numbers),
    )  # fmt: skip


def lane_said(lane: Waterfall, words: Words) -> str:
    """A lane in words."""
    return words.tell(
        "waterfall.lane", model=lane.model, market=lane.market, supply=lane.supply, mode=lane.mode,
        cars=Amount(lane.cars, "cars"),
    )  # fmt: skip


def _volumes(book: Book, words: Words, asked: Asked) -> Picture:
    title = _title("volumes", words)
    leads = asked.leads(mark_keys.of_volumes(book.volumes, words))
    panels = [
        Panel(drawn(volumes.volumes_chart(book.volumes, words, HALF), "volumes", title, leads), "wide"),
        Panel(drawn(volumes.volumes_chart(book.volumes, words, NARROW), "volumes-narrow", title, leads), "narrow"),
    ]
    notes = [words.label("ui.note.volumes")]
    if book.sites:
        spoken = words.label("ui.note.sites")
        leads = asked.leads(mark_keys.of_sites(book.sites, words))
        panels += [
            Panel(drawn(sites.sites_chart(book.sites, words, HALF, 3), "sites", spoken, leads), "wide"),
            Panel(drawn(sites.sites_chart(book.sites, words, NARROW, 2), "sites-narrow", spoken, leads), "narrow"),
        ]
        notes.append(spoken)
    swatches = [
        Swatch("", "bracket", words.label("ui.span")),
        Swatch("#eef0f2", "step", words.label("ui.capacity")),
    ]
    made = tuple(
        (f"{words.name(site.site)} {site.year}: {words.cars(site.output)}", f"made/{site.key}") for site in book.sites
    )
    legends = (modes(words), ("", tuple(swatches)))
    return Picture("volumes", title, "halves", tuple(panels), legends, tuple(notes), keys=made)


def _futures(book: Book, words: Words, asked: Asked) -> Picture:
    title = _title("futures", words)
    leads = asked.leads(mark_keys.of_futures(book.futures, words))
    panels = (
        Panel(drawn(futures.futures_chart(book.futures, words, WIDE), "futures", title, leads), "wide"),
        Panel(drawn(futures.futures_chart(book.futures, words, NARROW), "futures-narrow", title, leads), "narrow"),
    )
    present = {value.key for value in book.futures}
    swatches = tuple(
        Swatch(colour, "plan" if key == "plan" else shape, words.label(f"comparison.{key}"))
        for key, (colour, shape) in reversed(futures.KEYS.items())
        if key in present
    )
    notes = (words.label("ui.note.futures"),)
    return Picture("futures", title, "one", panels, (("", swatches),), notes, is_total=True)


def exports_picture(pull: Pull, words: Words, asked: Asked) -> Picture:
    """Cars and parts sent from home; it stands in the section on parts."""
    title = _title("exports", words)
    leads = asked.leads(mark_keys.of_exports(pull.years, words))
    panels = (
        Panel(drawn(exports.exports_chart(pull.years, words, WIDE), "exports", title, leads), "wide"),
        Panel(drawn(exports.exports_chart(pull.years, words, NARROW), "exports-narrow", title, leads), "narrow"),
    )
    goods = tuple(Swatch(colour, "box", words.label(f"goods.{key}")) for key, colour in exports.COLOURS.items())
    unit = words.tell("exports.unit", currency=words.currency)
    spans = (Swatch("", "bracket", words.label("ui.span_of_each")),)
    notes = (words.label("ui.note.exports"), words.label("ui.note.kits"))
    return Picture("exports", title, "one", panels, ((unit, goods), ("", spans)), notes)


def weights_picture(found: Weights, words: Words, asked: Asked) -> Picture:
    """What assumptions weigh, in the chapter on them."""
    title, shown = _title("weights", words), bars(found.rows, words)
    leads = asked.leads(mark_keys.of_weights(found.rows, words))
    panels = (
        Panel(drawn(tornado.tornado_chart(shown, words, WIDE), "weights", title, leads), "wide"),
        Panel(drawn(tornado.tornado_chart(shown, words, NARROW), "weights-narrow", title, leads), "narrow"),
    )
    return Picture("weights", title, "one", panels, (), tuple(said(found, words)), is_total=True)


def rehearsal_picture(found: FreshPaths, words: Words) -> Picture:
    """NPV on fresh paths by way to act; it stands in the chapter on how wrong the plan may be."""
    title = _title("rehearsal", words, paths=Amount(float(found.paths), "count"))
    panels = (
        Panel(drawn(fresh_paths.fresh_paths_chart(found, words, WIDE), "rehearsal", title), "wide"),
        Panel(drawn(fresh_paths.fresh_paths_chart(found, words, NARROW), "rehearsal-narrow", title), "narrow"),
    )
    present = [one.key for one in found.outcomes]
    colours = [(fresh_paths.PLAN, "ui.rehearsal.plan")]
    colours += [
        (MODE_COLOURS[mode], f"mode.{mode}")
        for mode in ("export", "kit", "local")
        if MODE_COLOURS[mode] in {fresh_paths.COLOURS.get(key) for key in present}
    ]
    colours.append((fresh_paths.OTHER, "ui.rehearsal.other"))
    swatches = tuple(Swatch(colour, "box", words.label(key)) for colour, key in colours)
    marks = (
        Swatch(fresh_paths.PLAN, "line", words.label("ui.rehearsal.interval"), fresh_paths.THICK),
        Swatch(fresh_paths.PLAN, "circle", words.label("ui.rehearsal.median")),
        Swatch(fresh_paths.PLAN, "diamond", words.label("ui.rehearsal.tail")),
        Swatch("", "dash", words.label("ui.rehearsal.tree")),
    )
    notes = (words.label("ui.note.rehearsal"),)
    return Picture("rehearsal", title, "one", panels, (("", swatches), ("", marks)), notes, is_total=True)
