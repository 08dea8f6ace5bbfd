"""Where lines break: between words, or between Chinese characters, never before a closing mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = re.compile(r"[\u2e80-\uffef]|[^ \n\u2e80-\uffef]+[ \n]*|[ \n]+")
CLOSING = "，。；：、）！？》”·"


def pieces(text: str) -> list[str]:
    """What may not be broken: words with the space after them, Chinese characters with the mark that closes them."""
    found: list[str] = []
    for piece in PIECE.findall(text):
        if found and piece in CLOSING:
            found[-1] += piece
        else:
            found.append(piece)
    return found


def broken(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """A text in lines that measure no more than ``room``; together they are the text, spaces at their ends included."""
    lines = [""]
    for piece in pieces(text):
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return lines
