"""What somebody may have meant who wrote a name that is none."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSE = 0.6
"""How alike a known name is at least to be asked about."""


def meant(written: str, known: Iterable[str], otherwise: str = "", most: int = 1) -> str:
    """A question after the known names nearest to what was written, so many at ``most``; where none is near, ``otherwise``, or all of them."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(written.casefold(), list(names), most, CLOSE)
    if near:
        return f"did you mean {' or '.join(f'`{names[name]}`' for name in near)}?"
    return otherwise or f"one of {', '.join(names.values())}"
