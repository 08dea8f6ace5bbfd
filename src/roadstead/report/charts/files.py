"""A drawing as a file of its own: .svg, .png or .html."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import vl_convert

from roadstead.report.charts.style import INK, PAPER, svg
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    import altair as alt

ENDINGS = (".html", ".svg", ".png")
SHARPER = 2.0
"""Pixels of a PNG per pixel of the drawing."""


def unknown_ending(path: Path, where: str = "") -> Fault | None:
    """What is wrong with the name of a picture; ``where`` is the option that gave it."""
    if path.suffix.lower() in ENDINGS:
        return None
    return Fault(where, "RS-C701", f"{path} names no kind of picture", f"one of {', '.join(ENDINGS)}")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with what it is called; a notebook shows it, offline, as a file has it.

    Attributes
    ----------
    name
        Begins every id in it, since pages hold several charts.
    altair
        The chart itself, to change or to combine; None for a map, which is drawn without altair.
    told
        What it shows, for readers who do not see it.
    legends
        Colours and what they stand for, where they do not stand in the chart.
    is_titled
        True where its title stands in the chart.
    markup
        As SVG, of what is no chart of altair's.
    """

    name: str
    altair: alt.LayerChart | None
    title: str
    told: str = ""
    legends: tuple[tuple[str, str], ...] = ()
    is_titled: bool = True
    markup: str = ""

    def inside(self) -> str:
        """As SVG to stand inside a page."""
        if self.altair is None:
            return self.markup
        return svg(self.altair, self.name, ". ".join(filter(None, (self.title, self.told))))

    def svg(self) -> str:
        """As SVG on a sheet of its own."""
        return _on_paper(self.inside())

    def save(self, path: Path | str) -> None:
        """Write it to a file; its ending says as what: .html, .svg or .png."""
        place = Path(path)
        fault = unknown_ending(place)
        if fault is not None:
            raise RoadsteadError(fault)
        place.parent.mkdir(parents=True, exist_ok=True)
        match place.suffix.lower():
            case ".png":
                place.write_bytes(vl_convert.svg_to_png(self.svg(), scale=SHARPER))
            case ".html":
                place.write_text(_page(self.title, self._figure()), encoding="utf-8")
            case _:
                place.write_text(self.svg(), encoding="utf-8")

    def _repr_html_(self) -> str:
        """As a notebook shows it: no script, nothing fetched."""
        look = f"margin:0;padding:8px;display:inline-block;max-width:100%;background:{PAPER};color:{INK}"
        return f'<figure style="{look}">{self._figure()}</figure>'

    def _figure(self) -> str:
        """The picture with what does not stand in it: its title above, its legends below."""
        above = "" if self.is_titled else f'<div style="font-weight:600;padding-bottom:6px">{escape(self.title)}</div>'
        swatches = "".join(
            '<span style="margin-right:1em;white-space:nowrap"><svg width="10" height="10" aria-hidden="true">'
            f'<rect width="10" height="10" fill="{escape(colour)}"/></svg> {escape(text)}</span>'
            for colour, text in self.legends
        )
        below = f'<figcaption style="font-size:13px">{swatches}</figcaption>' if swatches else ""
        return above + self.svg().replace("<svg", '<svg style="max-width:100%;height:auto"', 1) + below


def _on_paper(picture: str) -> str:
    """A drawing on a sheet of its own: dark ink on no ground cannot be read where a viewer's ground is dark."""
    head, rest = picture.split(">", 1)
    return f'{head}><rect width="100%" height="100%" fill="{PAPER}"/>{rest}'


def _page(title: str, picture: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    look = f"<style>body{{margin:24px;background:{PAPER};color:{INK}}}svg{{max-width:100%;height:auto}}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}{look}</head>\n<body>{picture}</body></html>\n'
