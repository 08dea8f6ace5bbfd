"""NPV on fresh paths by way to act: how many paths come to about so much, and under it where the middle and the ends lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.charts.money_axis import HEAD, drawn_axis, money_axis
from roadstead.report.charts.style import (
    BOLD,
    INK,
    MODE_COLOURS,
    PAPER,
    Place,
    drawing,
    haloed,
    inline,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.playbook.rehearsal_book import FreshPaths, Outcome
    from roadstead.report.charts.money_axis import Scale
    from roadstead.report.words import Words

PLAN, OTHER = "#111820", "#8A9099"
COLOURS = {
    "plan": PLAN, "export_only": MODE_COLOURS["export"], "kits_first": MODE_COLOURS["kit"],
    "local_everywhere": MODE_COLOURS["local"], "timetable": MODE_COLOURS["local"],
}  # fmt: skip
"""The plan as among the futures; ways that are all of one mode in its colour; the others grey."""
HILL, UNDER, BETWEEN, LINE, SIZE = 30.0, 9.0, 13.0, 14.5, 12.0
"""Height of the highest bar; from their foot to the line; from the line to the next row; of a line of text; size of names. [pixels]"""
LEFT, RIGHT, EDGE = 300.0, 34.0, 14.0
"""Room for names beside the rows, at the right end, and at the left where names stand above. [pixels]"""
WIDE = 700.0
"""Width from which names stand beside. [pixels]"""
THICK, DOT, DIAMOND = 4.0, 56, 52


@dataclass(frozen=True, slots=True)
class Row:
    """A way to act: its name in lines and where they begin, the foot of its bars, its line. [pixels]"""

    of: Outcome
    shares: tuple[float, ...]
    name: tuple[str, ...]
    top: float
    foot: float

    @property
    def line(self) -> float:
        """Where the line from P10 to P90 stands."""
        return self.foot + UNDER

    @property
    def bottom(self) -> float:
        """Where the next one begins."""
        return self.line + BETWEEN

    @property
    def colour(self) -> str:
        """The colour of all its marks."""
        return COLOURS.get(self.of.key, OTHER)


def fresh_paths_chart(found: FreshPaths, words: Words, width: float) -> alt.LayerChart:
    """One row a way to act, the plan first and then from the best mean to the worst, all on one axis."""
    is_wide = width > WIDE
    ends = found.edges[0], found.edges[-1]
    scale = money_axis(ends, (LEFT if is_wide else EDGE, width - RIGHT), words)
    rows = _rows(found, words, width, is_wide=is_wide)
    place = Place(width, rows[-1].bottom)
    names = [
        {"x": 0.0, "y": row.top + i * LINE, "text": line, "of": row.of.key}
        for row in rows
        for i, line in enumerate(row.name)
    ]
    layers = [
        *drawn_axis(scale, place),
        _hills(rows, found, scale, place),
        _lines(rows, scale, place, words),
        _promised(rows[0], found.on_tree, scale, place),
        _marks(rows, scale, place, "tail"),
        _marks(rows, scale, place, "median"),
        *haloed(
            [n for n in names if n["of"] == "plan"], place, align="left", fontWeight="bold", fontSize=SIZE
        ),  # over the axis
        *haloed([n for n in names if n["of"] != "plan"], place, align="left", fontSize=SIZE),
    ]
    return drawing(layers, width, place.height)


def _rows(found: FreshPaths, words: Words, width: float, *, is_wide: bool) -> list[Row]:
    """Every row below the last: names stand beside the foot of the bars, or above them."""
    pairs = list(zip(found.outcomes, found.shares, strict=True))
    rows: list[Row] = []
    y = HEAD
    for one, shares in [pairs[0], *sorted(pairs[1:], key=lambda pair: -pair[0].mean.value)]:
        room = (LEFT - 20.0 if is_wide else width) / BOLD
        name = tuple(wrapped(words.label(f"comparison.{one.key}"), room, SIZE))
        above = 0.0 if is_wide else len(name) * LINE
        foot = y + above + HILL
        top = foot - (len(name) - 1) * LINE / 2 if is_wide else y + LINE / 2
        rows.append(Row(one, shares, name, top, foot))
        y = rows[-1].bottom
    return rows


def _hills(rows: Sequence[Row], found: FreshPaths, scale: Scale, place: Place) -> alt.Chart:
    """A bar for every bin that holds a path; all to one scale."""
    most = max(max(row.shares) for row in rows)
    bars = [
        {
            "x": scale.at(found.edges[b]), "x2": scale.at(found.edges[b + 1]), "y": row.foot,
            "y2": row.foot - HILL * share / most, "colour": row.colour,
        }
        for row in rows
        for b, share in enumerate(row.shares)
        if share > 0.0
    ]  # fmt: skip
    bar = alt.Chart(inline(bars)).mark_bar(opacity=0.45)
    return cast("alt.Chart", bar.encode(**place.span, color=alt.Color("colour:N", scale=None)))


def _lines(rows: Sequence[Row], scale: Scale, place: Place, words: Words) -> alt.Chart:
    """From P10 to P90."""
    lines = [
        {
            "x": scale.at(row.of.low), "x2": scale.at(row.of.high), "y": row.line, "y2": row.line, "colour": row.colour,
            "said": _said(row.of, words),
        }
        for row in rows
    ]  # fmt: skip
    rule = alt.Chart(inline(lines)).mark_rule(strokeWidth=THICK)
    colour = alt.Color("colour:N", scale=None)
    return cast("alt.Chart", rule.encode(**place.span, color=colour, description=alt.Description("said:N")))


def _promised(plan: Row, on_tree: float, scale: Scale, place: Place) -> alt.Chart:
    """What the tree says the plan is worth, across its row."""
    x = scale.at(on_tree)
    line = alt.Chart(inline([{"x": x, "x2": x, "y": plan.foot - HILL, "y2": plan.line + 6.0}]))
    return cast("alt.Chart", line.mark_rule(color=INK, strokeDash=[3, 2]).encode(**place.span))


def _marks(rows: Sequence[Row], scale: Scale, place: Place, which: str) -> alt.Chart:
    """The median as a dot, the mean of the worst tenth as a diamond, both hollow."""
    shape, size = ("circle", DOT) if which == "median" else ("diamond", DIAMOND)
    look: dict[str, Any] = {"fill": PAPER, "strokeWidth": 1.8, "opacity": 1, "size": size, "shape": shape}
    marks = list(_placed(rows, scale, which))
    colour = alt.Stroke("colour:N", scale=None)
    return cast("alt.Chart", alt.Chart(inline(marks)).mark_point(**look).encode(**place.point, stroke=colour))


def _placed(rows: Sequence[Row], scale: Scale, which: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        value = row.of.middle if which == "median" else row.of.tail.value
        yield {"x": scale.at(value), "y": row.line, "colour": row.colour}


def _said(one: Outcome, words: Words) -> str:
    numbers = {
        "mean": one.mean.value, "low": one.low, "middle": one.middle, "high": one.high, "tail": one.tail.value,
    }  # fmt: skip
    return words.tell("rehearsal.strip", key=one.key, **{name: Amount(v, "money") for name, v in numbers.items()})
