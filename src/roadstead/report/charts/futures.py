"""NPV by future: the plan against what it is held against, on every path through the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.money_axis import HEAD, drawn_axis, money_axis
from roadstead.report.charts.style import PAPER, RULE, Place, drawing, inline, wrapped, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.playbook.book import FutureValue
    from roadstead.report.charts.money_axis import Scale
    from roadstead.report.words import Words

KEYS = {
    "standing": ("#8A9099", "circle"),
    "announced": ("#C98A1B", "diamond"),
    "export_only": ("#3F84C4", "triangle-up"),
    "central": ("#A0527F", "square"),
    "plan": ("#111820", "circle"),
}
"""Colour and shape of everything compared; the plan is drawn last, filled and larger."""
SIZE, LINE, CHANCE = 11.5, 14.5, 50.0
"""Size of names; height of a line; room for the probability. [pixels]"""


@dataclass(frozen=True, slots=True)
class Row:
    """A future: what each plan is worth in it, its name in lines, and where they begin and its marks stand. [pixels]"""

    own: Mapping[str, FutureValue]
    name: tuple[str, ...]
    top: float
    middle: float
    bottom: float


def futures_chart(futures: Sequence[FutureValue], words: Words, width: float) -> alt.LayerChart:
    """One row a future, the best for the plan on top: names beside the marks, or above them on a narrow page."""
    is_wide = width > 700
    low, high = min(value.npv for value in futures), max(value.npv for value in futures)
    scale = money_axis((low, high), (360.0 if is_wide else 14.0, width - 34.0), words)
    rows = _rows(futures, words, scale.left - 24.0 if is_wide else width, is_wide=is_wide)
    place = Place(width, rows[-1].bottom)
    names = [{"x": CHANCE, "y": row.top + i * LINE, "text": line} for row in rows for i, line in enumerate(row.name)]
    chances = [{"x": CHANCE - 8.0, "y": r.top, "text": words.share(r.own["plan"].probability)} for r in rows]
    marks = [
        {"x": scale.at(row.own[key].npv), "y": row.middle, "key": key, "said": said(row.own[key], words)}
        for row in rows
        for key in KEYS
        if key in row.own
    ]
    layers = [
        *drawn_axis(scale, place),
        _ranges(rows, scale, place),
        _marks([m for m in marks if m["key"] != "plan"], place, 62, filled=False),
        _marks([m for m in marks if m["key"] == "plan"], place, 110, filled=True),
        written(names, place, align="left"),
        written(chances, place, align="right", fontWeight="bold"),
    ]
    return drawing(layers, width, place.height)


def _rows(futures: Sequence[FutureValue], words: Words, width: float, *, is_wide: bool) -> list[Row]:
    """Futures from the plan's best to its worst, each below the last."""
    by_leaf: dict[int, dict[str, FutureValue]] = {}
    for value in futures:
        by_leaf.setdefault(value.leaf, {})[value.key] = value
    found, y = [], HEAD
    for own in sorted(by_leaf.values(), key=lambda values: -values["plan"].npv):
        name = tuple(wrapped(words.name(own["plan"].name), width - CHANCE, SIZE))
        half = max(len(name) * LINE, 22.0) / 2 + 3
        if is_wide:
            row = Row(own, name, y + half - (len(name) - 1) * LINE / 2, y + half, y + 2 * half)
        else:
            row = Row(own, name, y + LINE / 2, y + len(name) * LINE + 10, y + len(name) * LINE + 26)
        found.append(row)
        y = row.bottom
    return found


def _ranges(rows: Sequence[Row], scale: Scale, place: Place) -> alt.Chart:
    """From the worst to the best of what is compared, in every future."""
    spans = []
    for row in rows:
        worths = [value.npv for value in row.own.values()]
        spans.append({"x": scale.at(min(worths)), "x2": scale.at(max(worths)), "y": row.middle})
    rule = alt.Chart(inline(spans)).mark_rule(color=RULE, strokeWidth=5, strokeCap="round")
    return cast("alt.Chart", rule.encode(**place.point, x2=alt.X2("x2:Q")))


def said(value: FutureValue, words: Words) -> str:
    """What a way to act is worth in a future, in words."""
    return words.tell("futures.mark", future=value.name, key=value.key, npv=Amount(value.npv, "money"))


def _marks(rows: Sequence[dict[str, Any]], place: Place, size: int, *, filled: bool) -> alt.Chart:
    keys = list(KEYS)
    colours = alt.Scale(domain=keys, range=[colour for colour, _ in KEYS.values()])
    shapes = alt.Scale(domain=keys, range=[shape for _, shape in KEYS.values()])
    look: dict[str, Any] = {"stroke": PAPER, "strokeWidth": 1} if filled else {"fill": PAPER, "strokeWidth": 1.8}
    by_key = {
        "shape": alt.Shape("key:N", scale=shapes, legend=None),
        ("fill" if filled else "stroke"): (alt.Fill if filled else alt.Stroke)("key:N", scale=colours, legend=None),
    }
    marked = alt.Chart(inline(rows)).mark_point(filled=filled, size=size, opacity=1, **look)
    return cast("alt.Chart", marked.encode(**place.point, **by_key, description=alt.Description("said:N")))
