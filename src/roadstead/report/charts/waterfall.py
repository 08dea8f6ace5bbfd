"""Landed-cost waterfalls: line by line from the gate to the dealer, each charge with a number that cites its measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import altair as alt

from roadstead.playbook.book import Amount
from roadstead.report.amounts import grouped
from roadstead.report.charts.style import INK, MUTED, Place, drawing, inline, shortened, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Bar, Waterfall
    from roadstead.report.words import Words

WIDTH, NAMES, NUMBERS = 358.0, 148.0, 52.0
ROW, HEAD = 18.0, 2.0
MAKING, MOVING, CHARGES, SELLING, TOTAL, KEPT = "#8C99A8", "#B9C4CF", "#B5482F", "#D3CDBF", "#2B3440", "#7FB69A"
"""Colours of making the car, moving it, what the border charges, selling it, the sum, and what is left of the price."""
MOVED = ("inland", "freight", "insurance", "tied_up")
SOLD = ("delivery", "after_sales")
GROUPS = {"making": MAKING, "moving": MOVING, "charges": CHARGES, "selling": SELLING}


def group(bar: Bar) -> str:
    """Which of the four groups of cost a bar belongs to."""
    if bar.cites or bar.key.endswith(("import_tax", "export_tax", "price_tax")):
        return "charges"
    if bar.key.endswith(MOVED):
        return "moving"
    return "selling" if bar.key in SOLD else "making"


def citations(waterfalls: Sequence[Waterfall]) -> dict[str, int]:
    """Every measure cited, numbered in the order of its first bar."""
    cited = dict.fromkeys(cite for lane in waterfalls for bar in lane.bars for cite in bar.cites)
    return {cite: number for number, cite in enumerate(cited, 1)}


def waterfall_chart(lane: Waterfall, numbers: Mapping[str, int], most: float, words: Words) -> alt.LayerChart:
    """One lane; ``most`` is the amount at the right edge, the same for lanes that are compared."""
    rows = list(_rows(lane, numbers, words))
    height = HEAD + ROW * len(rows) + 4
    room = WIDTH - NAMES - NUMBERS
    for i, row in enumerate(rows):
        row |= {
            "y": HEAD + i * ROW + 3, "y2": HEAD + (i + 1) * ROW - 3, "middle": HEAD + (i + 0.5) * ROW,
            "x": NAMES + room * row["from"] / most, "x2": NAMES + room * row["to"] / most,
        }  # fmt: skip
    place = Place(WIDTH, height)
    bars = alt.Chart(inline(rows)).mark_bar()
    layers = [
        _price(lane, NAMES + room * lane.net_price / most, words, place),
        bars.encode(**place.span, color=alt.Color("colour:N", scale=None), description=alt.Description("said:N")),
        written(_column(rows, "cited", NAMES - 6), place, align="left", dy=-3, fontSize=8, color=MUTED),
    ]
    for field, right in (("name", NAMES - 8), ("number", WIDTH - 2)):
        layers.append(written(_column(rows[:-2], field, right), place, align="right", fontSize=11))
        layers.append(written(_column(rows[-2:], field, right), place, align="right", fontSize=11, fontWeight="bold"))
    return drawing(layers, WIDTH, height)


def _price(lane: Waterfall, x: float, words: Words, place: Place) -> alt.Chart:
    """A dashed line where the net price stands."""
    said = words.tell("waterfall.price", price=Amount(lane.net_price, "money_per_car"))
    rule = alt.Chart(inline([{"x": x, "y": HEAD, "y2": place.height - 2, "said": said}]))
    dashed = rule.mark_rule(color=INK, strokeDash=[3, 2])
    return cast("alt.Chart", dashed.encode(**place.point, y2=alt.Y2("y2:Q"), description=alt.Description("said:N")))


def _column(rows: Sequence[Mapping[str, Any]], field: str, x: float) -> list[dict[str, Any]]:
    return [{"x": x, "y": row["middle"], "text": row[field]} for row in rows if row[field]]


def _rows(lane: Waterfall, numbers: Mapping[str, int], words: Words) -> Iterator[dict[str, Any]]:
    """Bars one under the other, then what the car has cost, then what is left of the net price."""
    reached = 0.0
    for bar in lane.bars:
        row = _row(words.cost(bar.key), (reached, reached + bar.amount), GROUPS[group(bar)], words)
        cited = " ".join(str(numbers[cite]) for cite in bar.cites)
        yield row | {"cited": cited, "said": " · ".join((row["said"], *bar.cites))}
        reached += bar.amount
    yield _row(words.label("cost.landed"), (0.0, reached), TOTAL, words)
    yield _row(
        words.label("cost.kept"), (reached, lane.net_price), KEPT if lane.net_price >= reached else CHARGES, words
    )


def _row(name: str, ends: tuple[float, float], colour: str, words: Words) -> dict[str, Any]:
    amount = ends[1] - ends[0]
    return {
        "from": min(ends), "to": max(ends), "colour": colour, "name": shortened(name, NAMES - 16, 11),
        "number": grouped(amount), "cited": "",
        "said": words.tell("waterfall.bar", line=name, amount=Amount(amount, "money_per_car")),
    }  # fmt: skip


def edge(lanes: Sequence[Waterfall]) -> float:
    """The amount at the right edge of lanes that are compared."""
    sums = [sum(bar.amount for bar in lane.bars) for lane in lanes]
    return max(*sums, *(lane.net_price for lane in lanes)) * 1.01
