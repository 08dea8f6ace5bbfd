"""Content variants: a line's cars made with more or fewer parts bought nearby, whichever pays where they are sold.

Each variant is an arc of its own beside the line's own content, under a regime named after it: it uses the same capacity, costs
what its parts cost, and meets the duty that its origin gives it. So the plan buys local content where a border rewards it, and not
elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.futures.evaluate import ArcKey
    from roadstead.world.carmaker import Carmaker, Line
    from roadstead.world.line_terms import ContentVariant

PREFIX = "content "
"""What the regime of a variant begins with."""


def regimes(line: Line) -> tuple[str, ...]:
    """Regimes that a line's cars may be made under, its own content first, in order of their names."""
    return ("", *sorted(map(regime_of, line.variants)))


def regime_of(variant: ContentVariant) -> str:
    """The regime that a variant is told by."""
    return f"{PREFIX}{variant.name}"


def with_content(line: Line, regime: str) -> Line:
    """The line with the content of the variant that a regime names; itself where it names none."""
    found = next((variant for variant in line.variants if regime_of(variant) == regime), None)
    if found is None:
        return line
    return replace(line, local_content=found.local_content, local_premium=found.local_premium)


def line_of(carmaker: Carmaker, key: ArcKey) -> Line | None:
    """The line that serves an arc, with the content it serves it with; None for home."""
    return with_content(carmaker.lines[key.line], key.regime) if key.line else None
