"""What a fan says in words: its key, its numbers, and what it shows for readers who do not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt

from roadstead.report.amounts import compact, percent, significant
from roadstead.report.charts.style import INK, MUTED, TITLE_LEFT, Place, inline, text_width, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.charts.fan import Fan
    from roadstead.report.words import Words

Quantity = Literal["share", "cars"]
MEDIAN, INNER, OUTER, OTHERS = "#1F5F9E", "#A5C4E2", "#DCE8F4", "#B4552D"
"""Colours of the median, of the 10-90 % band and of the 5-95 % band, and of what others published."""
THIN, THICK, DOT, DIAMOND, DASH, SWATCH = 1.6, 2.0, 13.0, 46.0, [3, 2], 18.0
"""Of lines known and median; areas of a dot and of a diamond; a dashed line; width in the key. [pixels]"""
KEYS: tuple[tuple[str, str, float, list[int]], ...] = (
    ("known", INK, THIN, []), ("median", MEDIAN, THICK, []), ("inner", INNER, 10.0, []), ("outer", OUTER, 10.0, []),
    ("begins", MUTED, 1.0, DASH),
)  # fmt: skip


def printed(value: float, quantity: Quantity, words: Words) -> str:
    """A value as it is read off a chart: two digits, three where a share is all but everything."""
    if quantity == "cars":
        return compact(value, words.language)
    return percent(significant(value, 3 if value > 0.99 else 2))


def level_name(level: float, quantity: Quantity, words: Words) -> str:
    """A round value at its line."""
    return percent(level) if quantity == "share" else compact(level, words.language)


def forecast(spread: Sequence[float], quantity: Quantity, words: Words) -> str:
    """The quantiles of a year in words."""
    names = ("p05", "p10", "p50", "p90", "p95")
    said = {name: printed(value, quantity, words) for name, value in zip(names, spread, strict=True)}
    return words.tell("fan.forecast", **said)


def told(fan: Fan, quantity: Quantity, words: Words) -> str:
    """What a panel shows in words: the ends of what is known, every median, and how wide the fan is at last."""
    known = [f"{y.year} {printed(y.known, quantity, words)}" for y in fan.years if y.known is not None]
    medians = [f"{y.year} {printed(y.spread[2], quantity, words)}" for y in fan.years if y.spread]
    last = next((year.spread for year in reversed(fan.years) if year.spread), None)
    ends = [*dict.fromkeys((known[0], known[-1]))] if known else []
    parts = [
        words.tell("fan.known_from", ends=words.label("fan.to").join(ends)) if known else words.label("fan.unknown"),
        words.tell("fan.medians", medians=", ".join(medians), last=forecast(last, quantity, words))
        if last
        else words.label("fan.no_forecast"),
    ]
    return f"{fan.name}: {', '.join(parts)}"


def key(y: float, width: float, place: Place, words: Words, *, own_scales: bool, has_others: bool) -> list[alt.Chart]:
    """What lines, tints and marks mean, in one row."""
    drawn, names, x = [], [], TITLE_LEFT
    for name, colour, thick, dash in KEYS:
        drawn.append({"x": x, "x2": x + SWATCH, "y": y, "y2": y, "colour": colour, "thick": thick, "dash": dash})
        names.append({"x": x + SWATCH + 5, "y": y, "text": words.label(f"fan.{name}")})
        x += SWATCH + 5 + text_width(words.label(f"fan.{name}")) + 18
    others: list[dict[str, Any]] = [{"x": x + SWATCH / 2, "y": y}] if has_others else []
    names += [{"x": x + SWATCH + 2, "y": y, "text": words.label("fan.others")}] if has_others else []
    own = [{"x": width - TITLE_LEFT, "y": y, "text": words.label("fan.own_scales")}] if own_scales else []
    look = {
        "color": alt.Color("colour:N", scale=None),
        "strokeWidth": alt.StrokeWidth("thick:Q", scale=None),
        "strokeDash": alt.StrokeDash("dash:N", scale=None),
    }
    dot = alt.Chart(inline([{"x": TITLE_LEFT + SWATCH / 2, "y": y}])).mark_point(
        filled=True, size=DOT, color=INK, opacity=1
    )
    return [
        alt.Chart(inline(drawn)).mark_rule().encode(**place.span, **look),
        dot.encode(**place.point),
        *diamonds(others, place),
        written(names, place, align="left"),
        written(own, place, align="right", color=MUTED),
    ]


def diamonds(rows: Sequence[dict[str, Any]], place: Place) -> list[alt.Chart]:
    """Marks of what others published, nothing where there are none."""
    if not rows:
        return []
    drawn = alt.Chart(inline(rows)).mark_point(
        shape="diamond", filled=True, size=DIAMOND, color=OTHERS, opacity=1, stroke="white", strokeWidth=0.8
    )
    said = {"description": "said:N"} if "said" in rows[0] else {}
    return [drawn.encode(**place.point, **said)]
