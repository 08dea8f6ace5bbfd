"""Text that fits its box: as large as it can be, and where it cannot be small enough, cut and said to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.report.charts.style import BOLD, INK, text_width
from roadstead.report.lines import broken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0)
"""Sizes text is tried in, the largest first. [points]"""
LEADING = 1.22
"""Height of a line over the size of its text; set in points, so that fonts with taller lines fit as well."""
CAUTION = 1.04
"""How much wider than reckoned a text may come out."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph.

    Attributes
    ----------
    scale
        Its size over that of the box.
    before
        Room above it, in lines.
    indent
        Room on its left. [points]
    """

    text: str
    bold: bool = False
    colour: str = INK
    scale: float = 1.0
    before: float = 0.0
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Paragraphs in a size at which they fit. [points]"""

    lines: tuple[Line, ...]
    size: float


def fitted(
    items: Sequence[Sequence[Line]],
    room: tuple[float, float],
    more: Callable[[int], str],
    sizes: Sequence[float] = SIZES,
) -> Fitted:
    """Items of paragraphs in the largest size at which all fit; in the smallest, the first that do, and how many ``more``.

    ``room`` is the width and height of the box. [points]
    """
    for size in sizes:
        lines = [line for item in items for line in item]
        if height(lines, room[0], size) <= room[1]:
            return Fitted(tuple(lines), size)
    size = sizes[-1]
    for kept in range(len(items) - 1, 0, -1):
        rest = replace(items[0][0], text=more(len(items) - kept), bold=False, before=0.5, indent=0.0, scale=1.0)
        lines = [*(line for item in items[:kept] for line in item), rest]
        if height(lines, room[0], size) <= room[1]:
            return Fitted(tuple(lines), size)
    return Fitted((replace(items[0][0], text=cut(items[0][0].text, room, size)),), size)


def height(lines: Sequence[Line], width: float, size: float) -> float:
    """Height of some paragraphs. [points]"""
    total = 0.0
    for i, line in enumerate(lines):
        each = size * line.scale * LEADING
        total += each * count(line, width, size) + (each * line.before if i else 0.0)
    return total


def count(line: Line, width: float, size: float) -> int:
    """Lines that a paragraph takes in a width."""
    return len(broken(line.text, width - line.indent, lambda text: wide(text, size * line.scale, bold=line.bold)))


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text comes out, with some caution. [points]"""
    return text_width(text, size) * CAUTION * (BOLD if bold else 1.0)


def cut(text: str, room: tuple[float, float], size: float) -> str:
    """As much of a text as a box holds, with an ellipsis where something is lost."""
    kept = text
    while kept and height([Line(kept + "…")], room[0], size) > room[1]:
        kept = kept[: -max(1, len(kept) // 40)]
    return text if kept == text else kept.rstrip() + "…"
