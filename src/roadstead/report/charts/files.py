"""A drawing as a file of its own: .svg, .png or .html."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import vl_convert

from roadstead.report.charts.style import INK, PAPER, svg
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    import altair as alt

ENDINGS = (".html", ".svg", ".png")
SHARPER = 2.0
"""Pixels of a PNG per pixel of the drawing."""


def unknown_ending(path: Path, where: str = "") -> Fault | None:
    """What is wrong with the name of a picture; ``where`` is the option that gave it."""
    if path.suffix.lower() in ENDINGS:
        return None
    return Fault(where, "RS-C701", f"{path} names no kind of picture", f"one of {', '.join(ENDINGS)}")


def write_drawing(path: Path, name: str, chart: alt.LayerChart, title: str, told: str) -> None:
    """Write a drawing to a file; its ending says as what. ``told`` is what it shows, for readers who do not see it."""
    fault = unknown_ending(path)
    if fault is not None:
        raise RoadsteadError(fault)
    picture = svg(chart, name, f"{title}. {told}")
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix.lower():
        case ".png":
            path.write_bytes(vl_convert.svg_to_png(_on_paper(picture), scale=SHARPER))
        case ".html":
            path.write_text(_page(title, picture), encoding="utf-8")
        case _:
            path.write_text(_on_paper(picture), encoding="utf-8")


def _on_paper(picture: str) -> str:
    """A drawing on a sheet of its own: dark ink on no ground cannot be read where a viewer's ground is dark."""
    head, rest = picture.split(">", 1)
    return f'{head}><rect width="100%" height="100%" fill="{PAPER}"/>{rest}'


def _page(title: str, picture: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    look = f"<style>body{{margin:24px;background:{PAPER};color:{INK}}}svg{{max-width:100%;height:auto}}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}{look}</head>\n<body>{picture}</body></html>\n'
