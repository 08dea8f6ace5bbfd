"""What a trail is made of: a figure, and what it was worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Sentence
    from roadstead.playbook.trails_book import Root

NEAR = 1e-9
"""Relative difference up to which a sum is its parts, and a figure worked out again the playbook's own."""

ERROR = "/error"
"""Ends the key of the standard error of a figure."""


@dataclass(frozen=True, slots=True)
class Step:
    """A figure on a trail.

    Attributes
    ----------
    key
        Under which it may be asked for by itself; nothing where it cannot.
    how
        How it is worked out; None where its rows say it all.
    parts
        What it is the sum of; nothing where it is no sum, or its parts were not asked for.
    rests_on
        Rows that it is worked out from, beside its parts.
    equation
        Number of the equation in docs/notation.md.
    """

    what: Sentence
    amount: Amount
    key: str = ""
    how: Sentence | None = None
    parts: tuple[Step, ...] = ()
    rests_on: tuple[Root, ...] = ()
    equation: str = ""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A figure of the playbook that may be asked about."""

    key: str
    what: Sentence
    amount: Amount


def step(what: Sentence, value: float, kind: str, /, **rest: object) -> Step:
    """A figure."""
    return Step(what, Amount(float(value), kind), **rest)  # type: ignore[arg-type]


def summed(found: Step, parts: Sequence[Step]) -> Step:
    """A figure with its parts, which are all there is of it.

    Raises
    ------
    RoadsteadError
        RS-S792 where they do not add up to it.
    """
    total = sum(part.amount.value for part in parts)
    size = max([abs(found.amount.value), *(abs(part.amount.value) for part in parts), 1.0])
    if abs(total - found.amount.value) > NEAR * size:
        raise unequal(found.key, found.amount.value, total)
    return Step(found.what, found.amount, found.key, found.how, tuple(parts), found.rests_on, found.equation)


def dated(year: int) -> Amount:
    """A calendar year in a sentence."""
    return Amount(float(year), "year")


def money(value: float) -> Amount:
    """Money in a sentence or a list."""
    return Amount(value, "money")


def unequal(key: str, known: float, met: float) -> RoadsteadError:
    """RS-S792"""
    message = f"the figure is {known:,.6g}, its trail leads to {met:,.6g}"
    return RoadsteadError(
        Fault(key, "RS-S792", message, "a run as `roadstead plan` wrote it, which `roadstead verify` holds")
    )
