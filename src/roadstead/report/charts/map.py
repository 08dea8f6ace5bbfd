"""Map of landed duty and flows: what a car from home meets in every planned market, and where cars go.

Duties are tints of round marks and not of countries, and land is drawn without border lines: a tinted country would say where
its borders run. The geometry is Natural Earth's and can be replaced.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.projection import Box, free_place, region_frame, unbroken_arc, world_frame
from roadstead.report.charts.style import INK, PAPER, Place, drawing, haloed, inline, mode_colour, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Name
    from roadstead.playbook.map_book import Map, MapFlow, MapMarket
    from roadstead.report.charts.projection import Frame
    from roadstead.report.words import Words

LAND = "#E4E2DB"
STEPS = (0.0001, 0.1, 0.2, 0.35, 0.6, 1.0)
"""Duties at which the tint changes. [fraction]"""
TINTS = ("#DDE5D8", "#FBE9C6", "#F7CE93", "#EFA765", "#DA7443", "#AF4430", "#74222A")
"""Tints from no duty to more than the car's worth."""
WORLD_WIDTH, INSET_WIDTH, INSET_HEIGHT = 780.0, 358.0, 236.0
MIDDLE, SOUTH, NORTH = 150.0, -56.0, 72.0
"""The map is cut in the Atlantic, so that both ways from East Asia stay whole. [degrees]"""
REGIONS = {"europe": (-12.0, 42.0, 34.0, 62.0), "south_east_asia": (94.0, 130.0, -11.0, 24.0)}
"""Crowded regions drawn again at a larger scale: west, east, south, north. [degrees]"""
CROWDED = 4
"""Markets from which a region counts as crowded."""
WIDEST = 9.0
"""Width of the largest flow. [pixels]"""
NEAREST, MARGIN, LABEL_HEIGHT = 8.0, 52.0, 12.0
MARK, RING = 150.0, 26.0
"""Areas of a market's mark and of the ring of a place that sends cars. [square pixels]"""


@cache
def _geometry() -> dict[str, Any]:
    path = files("roadstead.report").joinpath("vendored", "countries-110m.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _shapes(layer: str, geometries: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Some shapes of the vendored geometry as data of a chart: one string, which is not copied shape by shape."""
    objects = {layer: {"type": "GeometryCollection", "geometries": list(geometries)}}
    topology = json.dumps(_geometry() | {"objects": objects}, ensure_ascii=False)
    return alt.InlineData(values=topology, format=alt.TopoDataFormat(type="topojson", feature=layer))


def tint(duty: float) -> str:
    """Colour of a duty."""
    return TINTS[sum(duty >= step for step in STEPS)]


def flow_width(cars: float, most: float) -> float:
    """Width of a flow: in proportion to its cars, thin ones kept visible. [pixels]"""
    return max(WIDEST * cars / most, 0.8)


def world_chart(world_map: Map, words: Words) -> alt.LayerChart:
    """The whole world."""
    frame = world_frame(WORLD_WIDTH, MIDDLE, SOUTH, NORTH)
    crowded = {market.m49 for members in crowded_regions(world_map).values() for market in members}
    labelled = [market for market in world_map.markets if market.m49 not in crowded]
    return _map(world_map, frame, labelled, words)


def crowded_regions(world_map: Map) -> dict[str, tuple[MapMarket, ...]]:
    """Markets of every region too crowded for the world map."""
    found = {}
    for region in REGIONS:
        members = tuple(m for m in world_map.markets if inside((m.longitude, m.latitude), region))
        if len(members) >= CROWDED:
            found[region] = members
    return found


def inside(at: tuple[float, float], region: str) -> bool:
    """True where a longitude and latitude lie in a region."""
    west, east, south, north = REGIONS[region]
    return west < at[0] < east and south < at[1] < north


def region_charts(world_map: Map, words: Words) -> dict[str, alt.LayerChart]:
    """Every crowded region at its own scale."""
    found = {}
    for region, members in crowded_regions(world_map).items():
        places = [(market.longitude, market.latitude) for market in members]
        frame = region_frame(places, INSET_WIDTH, INSET_HEIGHT, MARGIN)
        found[region] = _map(world_map, frame, members, words)
    return found


def _map(world_map: Map, frame: Frame, labelled: Sequence[MapMarket], words: Words) -> alt.LayerChart:
    layers = [land(frame)]
    if world_map.flows:
        layers.append(_flows(world_map, frame, words))
    layers += [_dots(world_map, frame, words), *_labels(world_map, frame, labelled, words)]
    return drawing(layers, frame.width, frame.height)


def projected(chart: alt.Chart, frame: Frame) -> alt.Chart:
    """A chart in the projection of a frame."""
    return chart.project(
        type=frame.kind, rotate=[-frame.middle, 0, 0], scale=frame.scale, translate=list(frame.shift), center=[0, 0]
    )


def land(frame: Frame) -> alt.Chart:
    """Land without border lines."""
    shapes = _shapes("land", _geometry()["objects"]["land"]["geometries"])
    return projected(alt.Chart(shapes).mark_geoshape(fill=LAND, clip=True), frame)


def said(market: MapMarket, year: int, words: Words) -> str:
    """A market in one line."""
    return words.tell(
        "map.market", market=market.place, duty=Amount(market.duty, "share"), cars=Amount(market.cars, "cars"),
        year=Amount(float(year), "year"), mode=market.mode,
    )  # fmt: skip


def _flows(world_map: Map, frame: Frame, words: Words) -> alt.Chart:
    most = max(flow.cars for flow in world_map.flows)
    lines = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": unbroken_arc(flow.start, flow.end, MIDDLE - 180.0)},
            "mode": flow.mode,
            "width": flow_width(flow.cars, most),
            "said": flow_said(flow, words),
        }
        for flow in sorted(world_map.flows, key=lambda flow: -flow.cars)
    ]
    chart = (
        alt.Chart(alt.InlineData(values=lines))
        .mark_geoshape(filled=False, opacity=0.78, strokeCap="round", clip=True)
        .encode(stroke=_stroke(), strokeWidth=alt.StrokeWidth("width:Q", scale=None), description="said:N")
    )
    return projected(chart, frame)


def _stroke() -> alt.Stroke:
    colour = mode_colour("mode")
    return alt.Stroke("mode:N", scale=colour["scale"], legend=None)


def flow_said(flow: MapFlow, words: Words) -> str:
    """A flow in one line."""
    return words.tell(
        "map.flow", origin=flow.origin, destination=flow.destination, cars=Amount(flow.cars, "cars"), mode=flow.mode
    )


def _dots(world_map: Map, frame: Frame, words: Words) -> alt.Chart:
    """Markets as marks tinted by duty; places that send cars as rings, inside the mark where they are markets too."""
    dots = [
        _dot((m.longitude, m.latitude), frame, said(m, world_map.year, words), tint(m.duty), MARK)
        for m in world_map.markets
    ]
    dots += [_dot(start, frame, words.name(name), PAPER, RING) for start, name in origins(world_map).items()]
    marked = alt.Chart(inline(filter(None, dots))).mark_circle(opacity=1, stroke=INK, strokeWidth=0.9)
    fill, size = alt.Fill("fill:N", scale=None), alt.Size("size:Q", scale=None)
    place = Place(frame.width, frame.height)
    return cast("alt.Chart", marked.encode(**place.point, fill=fill, size=size, description="said:N"))


def _dot(at: tuple[float, float], frame: Frame, text: str, fill: str, size: float) -> dict[str, Any] | None:
    if not frame.holds(*at):
        return None
    x, y = frame.pixel(*at)
    return {"x": x, "y": y, "said": text, "fill": fill, "size": size}


def origins(world_map: Map) -> dict[tuple[float, float], Name]:
    """Places that send cars abroad."""
    return {flow.start: flow.origin for flow in world_map.flows}


def _labels(world_map: Map, frame: Frame, labelled: Sequence[MapMarket], words: Words) -> list[alt.Chart]:
    texts = {
        (m.longitude, m.latitude): f"{words.short(m.place)} {words.share(m.duty)}"
        for m in sorted(labelled, key=lambda m: -m.cars)
    }
    markets = {(m.longitude, m.latitude) for m in world_map.markets}
    drawn_larger = () if frame.kind == "mercator" else crowded_regions(world_map)
    texts |= {
        at: words.short(name)
        for at, name in origins(world_map).items()
        if at not in markets and not any(inside(at, region) for region in drawn_larger)
    }
    taken = [_around(frame.pixel(*at)) for at in (*markets, *texts)]
    rows = []
    for at, text in texts.items():
        size = text_width(text) + 2.0, LABEL_HEIGHT
        box = free_place(frame.pixel(*at), size, taken, frame) if frame.holds(*at) else None
        if box is not None:
            taken.append(box)
            rows.append({"x": (box.left + box.right) / 2, "y": (box.top + box.bottom) / 2, "text": text})
    return haloed(rows, Place(frame.width, frame.height))


def _around(at: tuple[float, float]) -> Box:
    x, y = at
    return Box(x - NEAREST, y - NEAREST, x + NEAREST, y + NEAREST)
