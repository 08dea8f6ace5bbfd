"""From longitude and latitude to pixels, as the map's renderer does it, so that labels can be placed without collisions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import asin, atan2, cos, degrees, log, pi, radians, sin, sqrt, tan
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
"""Coefficients of Equal Earth: Šavrič, Patterson and Jenny, Int. J. Geographical Information Science 33(3), 2019."""
ROOT = sqrt(3.0) / 2.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A window on the world.

    Attributes
    ----------
    middle
        Longitude in the middle. [degrees]
    scale
        Pixels per unit of the projection.
    shift
        Where longitude ``middle`` on the equator lies. [pixels]
    """

    kind: Literal["equalEarth", "mercator"]
    middle: float
    scale: float
    shift: tuple[float, float]
    width: float
    height: float

    def pixel(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place is drawn. [pixels]"""
        turned = radians((longitude - self.middle + 180.0) % 360.0 - 180.0)
        x, y = equal_earth(turned, radians(latitude)) if self.kind == "equalEarth" else mercator(turned, latitude)
        return self.shift[0] + self.scale * x, self.shift[1] - self.scale * y

    def holds(self, longitude: float, latitude: float) -> bool:
        """True where a place lies inside the window."""
        x, y = self.pixel(longitude, latitude)
        return 0.0 <= x <= self.width and 0.0 <= y <= self.height


def equal_earth(longitude: float, latitude: float) -> tuple[float, float]:
    """Equal Earth of angles in radians."""
    t = asin(ROOT * sin(latitude))
    square = t * t
    sixth = square**3
    x = longitude * cos(t) / (ROOT * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)))
    return x, t * (A1 + A2 * square + sixth * (A3 + A4 * square))


def mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Mercator of a longitude in radians and a latitude in degrees."""
    return longitude, log(tan(pi / 4.0 + radians(latitude) / 2.0))


def world_frame(width: float, middle: float, south: float, north: float) -> Frame:
    """The whole world between two latitudes, Equal Earth."""
    scale = width / (2.0 * equal_earth(pi, 0.0)[0])
    top, bottom = equal_earth(0.0, radians(north))[1], equal_earth(0.0, radians(south))[1]
    return Frame("equalEarth", middle, scale, (width / 2.0, scale * top), width, scale * (top - bottom))


def region_frame(places: Sequence[tuple[float, float]], width: float, height: float, margin: float) -> Frame:
    """The smallest Mercator window of a shape that holds some places with a margin in pixels around them."""
    points = [mercator(radians(longitude), latitude) for longitude, latitude in places]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    inner = width - 2 * margin, height - 2 * margin
    scale = min(inner[0] / max(right - left, 1e-6), inner[1] / max(high - low, 1e-6))
    middle = (left + right) / 2.0
    shift = (width / 2.0, height / 2.0 + scale * (low + high) / 2.0)
    return Frame("mercator", middle * 180.0 / pi, scale, shift, width, height)


def unbroken_arc(start: tuple[float, float], end: tuple[float, float], cut: float) -> list[tuple[float, float]]:
    """The great circle from one place to another, the way round that does not cross the meridian where the map is cut.

    A great circle meets a meridian once, so that one of its two arcs always stays whole. Longitudes and latitudes. [degrees]
    """
    a, b = _vector(*start), _vector(*end)
    angle = atan2(sqrt(sum(c * c for c in _cross(a, b))), sum(p * q for p, q in zip(a, b, strict=True)))
    if not 1e-6 < angle < pi - 1e-6:
        return [start, end]
    short = _arc(a, b, angle, 1.0)
    return short if _stays_whole(short, cut) else _arc(a, b, 2.0 * pi - angle, -1.0)


POINTS = 48
"""Points of a drawn arc, both ends included."""


def _vector(longitude: float, latitude: float) -> tuple[float, float, float]:
    lon, lat = radians(longitude), radians(latitude)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _cross(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _arc(
    a: tuple[float, float, float], b: tuple[float, float, float], angle: float, way: float
) -> list[tuple[float, float]]:
    """Points along the circle from a to b, turning by ``angle`` the short way (1) or the long way (-1)."""
    whole = angle if way > 0 else 2.0 * pi - angle
    found = []
    for i in range(POINTS):
        turned = way * angle * i / (POINTS - 1)
        p, q = sin(whole - turned) / sin(whole), sin(turned) / sin(whole)
        x, y, z = (p * m + q * n for m, n in zip(a, b, strict=True))
        found.append((degrees(atan2(y, x)), degrees(asin(max(-1.0, min(1.0, z))))))
    return found


def _stays_whole(arc: Sequence[tuple[float, float]], cut: float) -> bool:
    east = [(longitude - cut) % 360.0 for longitude, _ in arc]
    return all(abs(one - other) < 180.0 for one, other in pairwise(east))


def drawn_pieces(arc: Sequence[tuple[float, float]], frame: Frame) -> list[list[tuple[float, float]]]:
    """A line of longitudes and latitudes as pixels: without points that make no difference, torn where the window's edge is crossed."""
    points = [frame.pixel(*at) for at in arc]
    half = frame.scale * pi * (0.86 if frame.kind == "equalEarth" else 1.0)
    pieces, begun = [], 0
    for i in range(1, len(points) + 1):
        if i == len(points) or abs(points[i][0] - points[i - 1][0]) > half:
            pieces.append(_simpler(points[begun:i]))
            begun = i
    return [piece for piece in pieces if len(piece) > 1 and _may_be_seen(piece, frame)]


STRAIGHT = 0.3
"""How far a point may lie off a straight line before it is drawn. [pixels]"""


def _simpler(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The line with as few points as stay within ``STRAIGHT`` of it (Douglas and Peucker, 1973)."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = sqrt((bx - ax) ** 2 + (by - ay) ** 2) or 1.0
    off = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in points]
    furthest = max(range(len(points)), key=off.__getitem__)
    if off[furthest] <= STRAIGHT:
        return [points[0], points[-1]]
    return _simpler(points[: furthest + 1])[:-1] + _simpler(points[furthest:])


def _may_be_seen(piece: Sequence[tuple[float, float]], frame: Frame) -> bool:
    xs, ys = zip(*piece, strict=True)
    return bool(max(xs) >= 0.0 and min(xs) <= frame.width and max(ys) >= 0.0 and min(ys) <= frame.height)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the picture. [pixels]"""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """True where two rectangles overlap."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


def free_place(at: tuple[float, float], size: tuple[float, float], taken: Iterable[Box], frame: Frame) -> Box | None:
    """A rectangle of a size beside a point that meets no other and stays inside the window; None where there is none."""
    (x, y), (w, h) = at, size
    occupied = tuple(taken)
    for gap in (6.0, 12.0, 20.0):
        corners = (
            (x + gap, y - h / 2), (x - gap - w, y - h / 2), (x - w / 2, y - gap - h), (x - w / 2, y + gap),
            (x + gap, y - gap - h), (x + gap, y + gap), (x - gap - w, y - gap - h), (x - gap - w, y + gap),
        )  # fmt: skip
        for left, top in corners:
            box = Box(left, top, left + w, top + h)
            inside = left >= 0 and top >= 0 and box.right <= frame.width and box.bottom <= frame.height
            if inside and not any(box.meets(other) for other in occupied):
                return box
    return None
