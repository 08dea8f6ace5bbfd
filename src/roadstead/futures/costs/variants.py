"""Content variants: a line's cars made with more or fewer parts bought nearby, whichever pays where they are sold.

Each variant is an arc of its own beside the line's own content, under a regime named after it: it uses the same capacity, costs
what its parts cost, and meets the duty that its origin gives it. So the plan buys local content where a border rewards it, and not
elsewhere.

A line that converts another makes its cars with the steps it takes over, and, under a regime of its own, with steps of its own.
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
NEW_STEPS = "new steps"
"""Regime of cars that a converted line makes with steps of its own, not with those it took over."""


def regimes(line: Line) -> tuple[str, ...]:
    """Regimes that a line's cars may be made under, its own content first, in order of their names."""
    contents = ("", *map(regime_of, line.variants))
    grown = line.converts and line.modules_limit > 0
    return tuple(sorted((*contents, *(f"{content} {NEW_STEPS}".strip() for content in contents if grown))))


def on_new_steps(regime: str) -> bool:
    """True for cars made with steps of a converted line's own."""
    return regime.endswith(NEW_STEPS)


def regime_of(variant: ContentVariant) -> str:
    """The regime that a variant is told by."""
    return f"{PREFIX}{variant.name}"


def with_content(line: Line, regime: str) -> Line:
    """The line with the content of the variant that a regime names; itself where it names none."""
    content = regime.removesuffix(NEW_STEPS).strip()
    found = next((variant for variant in line.variants if regime_of(variant) == content), None)
    if found is None:
        return line
    return replace(line, local_content=found.local_content, local_premium=found.local_premium)


def line_of(carmaker: Carmaker, key: ArcKey) -> Line | None:
    """The line that serves an arc, with the content it serves it with; None for home."""
    return with_content(carmaker.lines[key.line], key.regime) if key.line else None
