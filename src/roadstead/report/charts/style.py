"""What all charts share: colours, fonts, and how a chart becomes a picture inside a page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any, cast
from unicodedata import east_asian_width

import altair as alt
import vl_convert

from roadstead.report.lines import broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

INK, MUTED, RULE, FAINT, PAPER = "#1f2328", "#5f6670", "#d5d8dc", "#eef0f2", "#ffffff"
ACCENT = "#1D3557"
"""Colour of headings and of what is pointed out."""
MODE_COLOURS = {"export": "#3F84C4", "kit": "#EBAA3E", "contract": "#C6719F", "local": "#0A5C47", "none": "#E4E6E9"}
"""One colour per mode in every chart, apart for readers with any of the three common colour blindnesses."""
ON_MODE = {"export": PAPER, "kit": "#14181c", "contract": "#14181c", "local": PAPER, "none": MUTED}
"""Colour of text on a mode's colour; the dark one is no ink, which a dark page turns light."""
FONTS = "'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
SIZE = 11.5
"""Size of small text. [px]"""
TITLE_SIZE, TITLE_LINE, TITLE_LEFT = 14.0, 20.0, 12.0
"""Of a drawing's title: its size, the height of a line, where it begins. [pixels]"""
BOLD = 1.08
"""How much wider bold text is."""
CONFIG: dict[str, Any] = {
    "background": None,
    "padding": 0,
    "font": "sans-serif",  # for measuring alone, and six times quicker there than a list; the page names FONTS
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED, "titleColor": MUTED, "labelFontSize": SIZE, "titleFontSize": SIZE, "titleFontWeight": "normal",
        "gridColor": FAINT, "domainColor": RULE, "tickColor": RULE,
    },
    "text": {"fontSize": SIZE, "color": INK},
    "header": {"labelColor": INK, "labelFontSize": SIZE},
}  # fmt: skip


MARKS = ("<path ", "<line ", "<text ", "<rect ")


class SharedData(alt.InlineData):
    """Data inside a chart, which nobody changes: layers over layers share them, where they would copy each row several times."""

    def __deepcopy__(self, _: object = None) -> SharedData:
        return self


class Layer(alt.Chart):
    """A layer of a sheet, copied as a whole and not mark by mark: a sheet copies its layers three times, and changes nothing inside them."""

    def __deepcopy__(self, _: object = None) -> Layer:
        return self.copy(deep=False)


def inline(rows: Iterable[Mapping[str, Any]]) -> SharedData:
    """Rows as data that stand inside the chart."""
    return SharedData(values=[dict(row) for row in rows])


def text_width(text: str, size: float = SIZE) -> float:
    """About how wide a text is drawn. [px]"""
    return size * sum(map(_em, text))


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    """About how wide a character is, in sizes of its font."""
    if east_asian_width(character) in "WF":
        return 1.0
    if character in " .,;:·›'()|-":
        return 0.3
    return 0.56 if character.isdigit() else 0.7 if character.isupper() or character in "%→–" else 0.53


def wrapped(text: str, width: float, size: float = SIZE) -> list[str]:
    """A text broken into lines no wider than ``width``."""
    return [line.rstrip() for line in broken(text, width, lambda part: text_width(part, size))]


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """A text cut to fit a width, with an ellipsis where something is lost."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def titled(title: str, place: Place) -> alt.Chart:
    """A title on top of a drawing, in as many lines as it takes."""
    lines = enumerate(title_lines(title, place.width))
    rows = [{"x": TITLE_LEFT, "y": TITLE_LINE * (i + 0.7), "text": line} for i, line in lines]
    return written(rows, place, align="left", fontSize=TITLE_SIZE, fontWeight="bold")


def title_lines(title: str, width: float) -> list[str]:
    """The lines of a title on a drawing of a width."""
    return wrapped(title, (width - 2 * TITLE_LEFT) / BOLD, TITLE_SIZE)


def drawing(layers: Sequence[alt.Chart], width: float, height: float) -> alt.LayerChart:
    """Layers one over the other, on a sheet of exactly this size."""
    return layered(layers, width=width, height=height, autosize="none")


def layered(layers: Sequence[alt.Chart], **sheet: Any) -> alt.LayerChart:
    """Layers one over the other; ``sheet`` is what holds for all of them."""
    own = (Layer(**layer._kwds) for layer in layers)  # noqa: SLF001 -- the library has no other door
    return cast("alt.LayerChart", alt.layer(*own, **sheet))


@dataclass(frozen=True, slots=True)
class Place:
    """Channels that place marks at pixels: fields ``x`` and ``y``, and ``x2`` and ``y2`` where a mark has two ends."""

    width: float
    height: float

    @property
    def point(self) -> dict[str, Any]:
        """Where a point or a text stands."""
        return {"x": across("x", self.width), "y": down("y", self.height)}

    @property
    def span(self) -> dict[str, Any]:
        """Where a bar or a line goes from and to."""
        return self.point | {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}


def written(rows: Sequence[Mapping[str, Any]], place: Place, **look: Any) -> alt.Chart:
    """Texts at places; ``look`` is how they look. What says more than its text says it in a field ``said``."""
    marked = alt.Chart(inline(rows)).mark_text(**({"baseline": "middle", "color": INK} | look))
    told = {"description": alt.Description("said:N")} if any("said" in row for row in rows) else {}
    return cast("alt.Chart", marked.encode(**place.point, text=alt.Text("text:N"), **told))


def haloed(rows: Sequence[Mapping[str, Any]], place: Place, **look: Any) -> list[alt.Chart]:
    """Texts with a white edge around them, over lines and land."""
    halo = look | {"stroke": PAPER, "strokeWidth": 3, "strokeJoin": "round", "opacity": 0.85}
    edge = [{key: value for key, value in row.items() if key != "said"} for row in rows]
    return [written(edge, place, **halo), written(rows, place, **look)]


def mode_colour(field: str) -> alt.Color:
    """A colour channel by mode, without a legend: the page prints one for all charts."""
    scale = alt.Scale(domain=list(MODE_COLOURS), range=list(MODE_COLOURS.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def across(field: str, width: float) -> alt.X:
    """A horizontal place in pixels from the left."""
    scale = alt.Scale(domain=[0, width], nice=False, zero=False)
    return alt.X(shorthand=f"{field}:Q", scale=scale, axis=None)


def down(field: str, height: float) -> alt.Y:
    """A vertical place in pixels from the top."""
    scale = alt.Scale(domain=[height, 0], nice=False, zero=False)
    return alt.Y(shorthand=f"{field}:Q", scale=scale, axis=None)


def svg(chart: alt.TopLevelMixin, name: str, spoken: str, leads: Mapping[str, str] | None = None) -> str:
    """A chart as SVG to stand inside a page.

    Attributes
    ----------
    name
        Begins every id in it, since pages hold several charts.
    spoken
        What the chart shows, for readers who do not see it; empty where another drawing over it says so.
    leads
        Where marks lead, by what they say; those not among it lead nowhere.
    """
    picture = _rendered(json.dumps(_silenced(chart.to_dict(validate=False))))
    picture = re.sub(r"<[^<>]+>(?:[^<]*</text>)?", lambda tag: _tag(tag.group(), name, leads or {}), picture)
    role = (
        "group" if "<a " in picture else "img"
    )  # what leads on inside an image would be nothing to a reader of screens
    told = f'role="{role}" aria-label="{escape(spoken)}"' if spoken else 'aria-hidden="true"'
    head = f'<svg {told} font-family="{escape(FONTS)}"'
    return picture.replace("<svg", head, 1)


@lru_cache(maxsize=128)
def _rendered(spec: str) -> str:
    """A chart as SVG: a page told again, in a run that is rehearsed or on a desk, draws most of its charts as before."""
    return vl_convert.vegalite_to_svg(spec, config=CONFIG, allowed_base_urls=[])


def _silenced(spec: dict[str, Any]) -> dict[str, Any]:
    """A chart whose marks without a description of their own carry none, where the renderer would list their channels."""
    if "layer" in spec:
        return spec | {"layer": [_silenced(layer) for layer in spec["layer"]]}
    if "description" in spec.get("encoding", {}):
        return spec
    mark = spec["mark"]
    return spec | {"mark": ({"type": mark} if isinstance(mark, str) else mark) | {"aria": False}}


def _tag(tag: str, name: str, leads: Mapping[str, str]) -> str:
    """A tag without what a page need not carry, its description as a title, which browsers show at the pointer; a link where it leads on.

    A tag of text comes with the text and its end.
    """
    head, end, text = tag.partition(">")
    described = re.search(r' aria-label="([^"]*)"', head)
    head = re.sub(r' (?:font-family|aria-roledescription|aria-label|role|xmlns:xlink|version)="[^"]*"', "", head)
    head = re.sub(r'(id="|url\(#)((?:clip|gradient)\w*)', rf"\g<1>{name}-\g<2>", head)
    head = re.sub(r' (?:d|transform)="[^"]*"', lambda found: re.sub(r"(\d\.\d)\d+", r"\1", found.group()), head)
    if described is None or not head.startswith(MARKS):
        return head + end + text
    said = unescape(described[1])
    title = f"<title>{escape(said)}</title>"
    if not head.endswith("/") and not text:
        return head + end + title
    mark = f"{head}>{title}{text}" if text else f"{head.removesuffix('/')}>{title}</{head[1:].split(' ', 1)[0]}>"
    return f'<a href="{leads[said]}" aria-label="{escape(said)}">{mark}</a>' if said in leads else mark
