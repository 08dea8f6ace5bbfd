"""Differences between two runs on a map: from where to where more cars go than in the first run, and from where to where fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.report.charts.map import LABEL_HEIGHT, MARK, MIDDLE, around, flow_width, land, projected, world
from roadstead.report.charts.projection import Box, free_place, unbroken_arc
from roadstead.report.charts.style import INK, Place, drawing, haloed, inline, text_width, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.what_if_book import SideBySide
    from roadstead.report.charts.projection import Frame
    from roadstead.report.words import Words

MORE, FEWER, SAME = "#0A5C47", "#C0392B", "#C9CCD1"
"""Colours of more cars, of fewer, and of a market where nothing moves."""
NOTABLE = 50.0
"""Cars a year from which a difference is drawn."""
KEY = 22.0
"""Height of the legend. [pixels]"""


def differences_chart(comparison: SideBySide, run: int, words: Words) -> alt.LayerChart:
    """What a run has more and fewer of than the first: flows as lines, markets as marks with the difference of their sales."""
    frame = world()
    flows = [(flow, flow.more(run)) for flow in comparison.flows]
    moved = sorted((pair for pair in flows if abs(pair[1]) >= NOTABLE), key=lambda pair: -abs(pair[1]))
    most = max((abs(cars) for _, cars in moved), default=1.0)
    lines = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": unbroken_arc(flow.start, flow.end, MIDDLE - 180.0)},
            "colour": MORE if cars > 0 else FEWER,
            "width": flow_width(abs(cars), most),
            "said": words.headed(
                f"{words.name(flow.origin)} → {words.name(flow.destination)}", words.more(cars, "cars")
            ),
        }
        for flow, cars in moved
        if flow.start != flow.end
    ]
    layers = [land(frame)]
    if lines:
        stroke = alt.Stroke("colour:N", scale=None)
        chart = alt.Chart(inline(lines)).mark_geoshape(filled=False, opacity=0.8, strokeCap="round", clip=True)
        width = alt.StrokeWidth("width:Q", scale=None)
        layers.append(
            projected(chart.encode(stroke=stroke, strokeWidth=width, description=alt.Description("said:N")), frame)
        )
    layers += _marks(comparison, run, frame, words, [box for line in lines for box in _along(line, frame)])
    return drawing([*layers, *_key(frame, words)], frame.width, frame.height)


def _along(line: dict[str, Any], frame: Frame) -> list[Box]:
    """What a line covers, as boxes about its points."""
    half = line["width"] / 2 + 1.0
    points = (frame.pixel(*at) for at in line["geometry"]["coordinates"])
    return [Box(x - half, y - half, x + half, y + half) for x, y in points]


def _marks(comparison: SideBySide, run: int, frame: Frame, words: Words, lines: Sequence[Box]) -> list[alt.Chart]:
    """Markets by how many more cars are sold there, own make included; where there is room, their names keep clear of lines."""
    dots, texts, taken = [], {}, []
    for market in comparison.markets:
        if market.at is not None and frame.holds(*market.at):
            (x, y), cars = frame.pixel(*market.at), market.more(run)
            taken.append(around((x, y)))
            fill = SAME if abs(cars) < NOTABLE else MORE if cars > 0 else FEWER
            dots.append(
                {
                    "x": x,
                    "y": y,
                    "fill": fill,
                    "said": words.headed(words.name(market.market), words.more(cars, "cars")),
                }
            )
            if abs(cars) >= NOTABLE:
                texts[x, y] = f"{words.short(market.market)} {words.more(cars, 'cars')}"
    place = Place(frame.width, frame.height)
    marked = alt.Chart(inline(dots)).mark_circle(opacity=1, stroke=INK, strokeWidth=0.6, size=MARK / 2)
    fill_by = alt.Fill("fill:N", scale=None)
    rows = []
    for at, text in texts.items():
        size = text_width(text) + 2.0, LABEL_HEIGHT
        box = free_place(at, size, (*taken, *lines), frame) or free_place(at, size, taken, frame)
        if box is not None:
            taken.append(box)
            rows.append({"x": (box.left + box.right) / 2, "y": (box.top + box.bottom) / 2, "text": text})
    dotted = cast("alt.Chart", marked.encode(**place.point, fill=fill_by, description=alt.Description("said:N")))
    return [dotted, *haloed(rows, place)]


def _key(frame: Frame, words: Words) -> list[alt.Chart]:
    place = Place(frame.width, frame.height)
    y = frame.height - KEY
    return [
        written([{"x": 10.0, "y": y, "text": f"— {words.label('whatif.more')}"}], place, align="left", color=MORE),
        written([{"x": 130.0, "y": y, "text": f"— {words.label('whatif.fewer')}"}], place, align="left", color=FEWER),
    ]
