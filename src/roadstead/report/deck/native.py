"""Charts that an office program can edit: their numbers stand in a sheet of their own inside the slide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml.ns import qn
from pptx.util import Pt

from roadstead.report.charts.style import FAINT, INK, MUTED, RULE
from roadstead.report.deck.slides import CHINESE, LATIN, rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.deck.slides import Box, Deck

COLUMNS, STACKED = XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.COLUMN_STACKED
BARS, STACKED_BARS, LINES = XL_CHART_TYPE.BAR_CLUSTERED, XL_CHART_TYPE.BAR_STACKED, XL_CHART_TYPE.LINE
MOST = 16
"""Categories whose names all have room beside each other."""
LIVE = re.compile(r"\s*(?:[={]|\w+:)")
"""How a text begins that a sheet would take for a formula or an address."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name, a value for each category (None where it has none), its colour; none draws nothing."""

    name: str
    values: tuple[float | None, ...]
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart looks.

    Attributes
    ----------
    form
        How its numbers are printed, in the way of a sheet.
    unit, across
        What the numbers count, and what the categories are; printed at the axes.
    size
        Of its text. [points]
    labels
        True where bars carry their numbers.
    gap
        Room between bars. [% of a bar]
    """

    form: str = "#,##0"
    unit: str = ""
    across: str = ""
    size: float = 10.0
    legend: bool = True
    labels: bool = False
    gap: int = 60


def native(
    deck: Deck, box: Box, kind: Any, categories: Sequence[str], series: Sequence[Series], spoken: str, look: Look
) -> Any:
    """A chart on the slide; bars run from top to bottom in the order of their categories."""
    data = CategoryChartData(number_format=look.form)
    data.categories = [dead(category) for category in categories]
    for one in series:
        data.add_series(dead(one.name), one.values)
    chart = deck.chart(box, kind, data, spoken)
    chart.has_title = False
    chart.font.size, chart.font.name, chart.font.color.rgb = Pt(look.size), LATIN, rgb(INK)
    text = chart._chartSpace.txPr.find(f".//{qn('a:defRPr')}")  # noqa: SLF001 -- the library has no other door
    text.append(text.makeelement(qn("a:ea"), {"typeface": CHINESE}))
    chart.has_legend = look.legend
    if look.legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    _axes(chart, kind, look, len(categories) // MOST)
    every = [value or 0.0 for one in series for value in one.values]
    if kind != LINES and min(every) >= 0.0:
        chart.value_axis.minimum_scale = 0.0  # a bar that does not begin at nothing lies about its length
    if kind == LINES and look.form.endswith("%"):
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0.0, 1.0
    if not any(every):
        chart.value_axis.maximum_scale = 0.1 if look.form.endswith("%") else 1.0  # and not a hundred per cent
    _paint(chart, kind, series, look)
    return chart


def dead(text: str) -> str:
    """A text that no sheet takes for a formula or an address."""
    return f"\N{NO-BREAK SPACE}{text}" if LIVE.match(text) else text


def _axes(chart: Any, kind: Any, look: Look, named: int) -> None:
    values, categories = chart.value_axis, chart.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = rgb(FAINT)
    values.format.line.fill.background()
    values.major_tick_mark = XL_TICK_MARK.NONE
    printed = "General" if "." in look.form else look.form  # an axis needs no zeros behind its points
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = printed, False
    categories.format.line.color.rgb = rgb(RULE)
    categories.major_tick_mark = XL_TICK_MARK.NONE
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if named > 1:  # as many names as there is room for
        axis = categories._element  # noqa: SLF001 -- as above
        for tag in ("c:tickMarkSkip", "c:tickLblSkip"):
            skip = axis.makeelement(qn(tag), {"val": str(named)})
            axis.find(qn("c:lblOffset")).addnext(skip)
    if kind in {BARS, STACKED_BARS}:
        categories.reverse_order = True
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH  # below the bars, as the categories run downwards
    for axis, text in ((values, look.unit), (categories, look.across)):
        if text:
            axis.has_title = True
            title = axis.axis_title.text_frame
            title.text = text
            font = title.paragraphs[0].runs[0].font
            font.size, font.bold, font.name, font.color.rgb = Pt(look.size), False, LATIN, rgb(MUTED)


def _paint(chart: Any, kind: Any, series: Sequence[Series], look: Look) -> None:
    plot = chart.plots[0]
    if kind != LINES:
        plot.gap_width = look.gap
        plot.overlap = 100 if kind in {STACKED, STACKED_BARS} else -5
    for drawn, one in zip(plot.series, series, strict=True):
        if kind == LINES:
            drawn.smooth = False
            drawn.marker.style = XL_MARKER_STYLE.NONE
            drawn.format.line.width = Pt(2.25)
            drawn.format.line.color.rgb = rgb(one.colour)
        elif one.colour:
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = rgb(one.colour)
            drawn.invert_if_negative = False
        else:
            drawn.format.fill.background()
    if look.labels:
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.number_format, labels.number_format_is_linked = look.form, False
        labels.font.size = Pt(look.size)
