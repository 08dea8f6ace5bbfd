"""Places land where the renderer puts them, and arcs stay on the map."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import acos, cos, degrees, radians, sin

import altair as alt
import pytest
import vl_convert

from roadstead.report.charts.projection import Box, free_place, region_frame, unbroken_arc, world_frame
from roadstead.report.charts.style import inline

PLACES = [(113.0, 32.0), (-49.0, -14.0), (-102.0, 23.5), (10.0, 51.2), (146.0, -33.0), (25.0, -29.0), (-77.0, 4.0)]
PAIRS = list(combinations(PLACES, 2))
FRAMES = {
    "world": world_frame(780.0, 150.0, -56.0, 72.0),
    "region": region_frame([(10.0, 51.0), (-3.7, 40.2), (33.0, 39.0)], 358.0, 236.0, 52.0),
}


@pytest.mark.parametrize("name", FRAMES)
def test_pixels_agree_with_the_renderer(name: str):
    frame = FRAMES[name]
    inside = [place for place in PLACES if frame.holds(*place)]
    assert inside
    chart = (
        alt.Chart(inline({"lon": lon, "lat": lat} for lon, lat in inside))
        .mark_circle()
        .encode(longitude="lon:Q", latitude="lat:Q")
        .project(type=frame.kind, rotate=[-frame.middle, 0, 0], scale=frame.scale, translate=frame.shift, center=[0, 0])
        .properties(width=frame.width, height=frame.height)
    )
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), config={"padding": 0, "view": {"stroke": None}})
    circles = drawn[drawn.index("mark-symbol") :]
    found = [(float(x), float(y)) for x, y in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", circles)]
    expected = [frame.pixel(*place) for place in inside]
    assert found == [pytest.approx(pixel, abs=0.01) for pixel in expected]


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Angle between two places. [degrees]"""
    lat, other, turn = radians(a[1]), radians(b[1]), radians(a[0] - b[0])
    return degrees(acos(max(-1.0, min(1.0, sin(lat) * sin(other) + cos(lat) * cos(other) * cos(turn)))))


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_arcs_never_cross_the_cut(start: tuple[float, float], end: tuple[float, float]):
    arc = unbroken_arc(start, end, -30.0)
    east = [(longitude + 30.0) % 360.0 for longitude, _ in arc]
    assert max(abs(a - b) for a, b in pairwise(east)) < 180.0
    assert arc[0] == pytest.approx(start)
    assert arc[-1] == pytest.approx(end)


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_arcs_are_great_circles(start: tuple[float, float], end: tuple[float, float]):
    arc = unbroken_arc(start, end, -30.0)
    steps = [apart(a, b) for a, b in pairwise(arc)]
    assert steps == [pytest.approx(steps[0], abs=1e-6)] * len(steps)
    short = apart(start, end)
    assert sum(steps) == pytest.approx(short, abs=1e-6) or sum(steps) == pytest.approx(360.0 - short, abs=1e-6)


def test_a_place_and_itself_are_joined_by_nothing_curved():
    assert unbroken_arc((10.0, 50.0), (10.0, 50.0), -30.0) == [(10.0, 50.0), (10.0, 50.0)]


def test_the_world_is_as_wide_as_its_frame():
    frame = FRAMES["world"]
    assert frame.pixel(150.0 - 179.9999, 0.0)[0] == pytest.approx(0.0, abs=0.01)
    assert frame.pixel(150.0, 72.0)[1] == pytest.approx(0.0)
    assert frame.pixel(150.0, -56.0)[1] == pytest.approx(frame.height)


def test_free_places_avoid_what_is_taken_and_the_edge():
    frame = FRAMES["region"]
    taken = [Box(100.0, 90.0, 200.0, 110.0)]
    box = free_place((95.0, 100.0), (60.0, 12.0), taken, frame)
    assert box is not None
    assert not any(box.meets(other) for other in taken)
    everything = [Box(0.0, 0.0, frame.width, frame.height)]
    assert free_place((95.0, 100.0), (60.0, 12.0), everything, frame) is None
