"""Tables that a tool measures and puts into a page, each behind a mark of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def put(page: str, mark: str, lines: Iterable[str]) -> str:
    """A page with a table in place of the one that stood behind its mark.

    Raises
    ------
    ValueError
        Where the page has no such place.
    """
    if page.count(mark) != 1:
        raise ValueError(f"{mark} must stand once on the page")
    table = re.compile(re.escape(mark) + r"\n+(?:\|[^\n]*\n)*\n*")
    return table.sub(lambda _: mark + "\n\n" + "\n".join(lines) + "\n\n", page).rstrip() + "\n"
