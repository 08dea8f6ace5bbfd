"""A result as a notebook shows it: tables and sentences, no script, nothing fetched, in whatever colours the notebook has."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from roadstead.report.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.report.html import PageCell, PageTable
    from roadstead.showing.telling import Block

ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:]")
LINE = "rgba(128,128,128,.4)"
MOST = 60
"""Rows of a table that are shown; the table itself has all."""
AT_RIGHT, AT_LEFT = "right", "left"


def page(headline: str, blocks: Iterable[Block]) -> str:
    """A headline and what stands below it."""
    parts = [f'<p style="margin:0 0 6px;font-weight:600">{_text(headline)}</p>']
    for block in blocks:
        if isinstance(block, Listing):
            parts.append(_listing(block))
        elif not isinstance(block, str):
            parts.append(_page_table(block))
        elif block:
            parts.append(f'<p style="margin:2px 0;font-size:90%">{_text(block)}</p>')
    return f'<div class="roadstead" style="max-width:100%;overflow-x:auto">{"".join(parts)}</div>'


def _text(text: str) -> str:
    """A text that nothing in it can make anything else of; addresses lead where they say."""
    found, end = [], 0
    for address in ADDRESS.finditer(text):
        found += [escape(text[end : address.start()]), _link(address.group(), address.group())]
        end = address.end()
    return "".join((*found, escape(text[end:])))


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer" style="color:inherit;text-decoration:underline">{escape(text)}</a>'


def _listing(listing: Listing) -> str:
    sides = [AT_RIGHT if at_right else AT_LEFT for at_right in listing.at_right]
    heads = [escape(name) for name in listing.names]
    rows = [[_text(cell) for cell in row] for row in listing.rows]
    return _table(listing.caption, heads, rows, sides)


def _page_table(table: PageTable) -> str:
    sides = [AT_RIGHT if head.look == "number" else AT_LEFT for head in table.heads]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    return _table(table.caption, [escape(head.text) for head in table.heads], rows, sides)


def _cell(cell: PageCell) -> str:
    return _link(cell.url, cell.text) if cell.url else escape(cell.text)


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[str]) -> str:
    """Heads and cells that are markup by now; notebooks have looks of their own for tables, so every cell says its side."""
    above = "".join(
        f'<th scope="col" style="text-align:{side};vertical-align:bottom;padding:2px 10px 2px 0;'
        f'border-bottom:1px solid {LINE}">{head}</th>'
        for head, side in zip(heads, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{side};vertical-align:top;padding:2px 10px 2px 0{_figures(side)}">{cell}</td>'
            for cell, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in rows[:MOST]
    )
    more = f'<p style="margin:2px 0;font-size:90%">{len(rows) - MOST} more rows</p>' if len(rows) > MOST else ""
    named = (
        f'<caption style="caption-side:top;text-align:left;font-weight:600;padding:4px 0">{escape(caption)}</caption>'
    )
    return (
        f'<table style="border-collapse:collapse;margin:4px 0">{named if caption else ""}'
        f"<thead><tr>{above}</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def _figures(side: str) -> str:
    return ";white-space:nowrap;font-variant-numeric:tabular-nums" if side == AT_RIGHT else ""
