"""The ground of every map: land, the windows on it, and how duties and flows look on it.

Duties are tints of round marks and not of countries, and land is drawn without border lines: a tinted country would say where
its borders run. The geometry is Natural Earth's and can be replaced.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.report.charts.projection import Box, region_frame, world_frame
from roadstead.report.charts.style import drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.map_book import MapMarket
    from roadstead.report.charts.projection import Frame

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
"""Room kept around a place, around the places of a region, and for a line of text. [pixels]"""
MARK = 150.0
"""Area of a market's mark. [square pixels]"""


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


def world() -> Frame:
    """The window of the whole world."""
    return world_frame(WORLD_WIDTH, MIDDLE, SOUTH, NORTH)


def crowded_regions(markets: Sequence[MapMarket]) -> dict[str, tuple[MapMarket, ...]]:
    """Markets of every region too crowded for the world map."""
    found = {}
    for region in REGIONS:
        members = tuple(m for m in markets if inside((m.longitude, m.latitude), region))
        if len(members) >= CROWDED:
            found[region] = members
    return found


def inside(at: tuple[float, float], region: str) -> bool:
    """True where a longitude and latitude lie in a region."""
    west, east, south, north = REGIONS[region]
    return west < at[0] < east and south < at[1] < north


def region(members: Sequence[MapMarket]) -> Frame:
    """The window of a crowded region."""
    places = [(market.longitude, market.latitude) for market in members]
    return region_frame(places, INSET_WIDTH, INSET_HEIGHT, MARGIN)


def projected(chart: alt.Chart, frame: Frame) -> alt.Chart:
    """A chart in the projection of a frame."""
    return chart.project(
        type=frame.kind, rotate=[-frame.middle, 0, 0], scale=frame.scale, translate=list(frame.shift), center=[0, 0]
    )


def land(frame: Frame) -> alt.Chart:
    """Land without border lines."""
    shapes = _shapes("land", _geometry()["objects"]["land"]["geometries"])
    return projected(alt.Chart(shapes).mark_geoshape(fill=LAND, clip=True), frame)


def ground(frame: Frame) -> alt.LayerChart:
    """Land alone, which every year's marks are laid over."""
    return drawing([land(frame)], frame.width, frame.height)


def around(at: tuple[float, float]) -> Box:
    """Room kept free around a place. [pixels]"""
    x, y = at
    return Box(x - NEAREST, y - NEAREST, x + NEAREST, y + NEAREST)
