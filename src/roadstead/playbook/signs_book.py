"""What shows that the time of a decision has come, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be looked up, and from where on it speaks for the decision.

    Attributes
    ----------
    kind
        event: it has come, or not; share: NEV share of a market's new cars; duty: taxes at the border as a share of the value
        at the home gate.
    of
        The event; the market; or the market and the model, apart by a blank.
    above
        True where it speaks from the threshold upwards, or where the event has come.
    threshold
        Halfway between the futures on both sides; a half for an event. [fraction]
    year
        Year in which it is looked at.
    said
        In words.
    """

    kind: Literal["event", "share", "duty"]
    of: str
    above: bool
    threshold: float
    year: int
    said: Sentence


@dataclass(frozen=True, slots=True)
class Signpost:
    """A decision that the plan takes in some futures and not in others, and what tells them apart.

    Attributes
    ----------
    what
        The decision in words; ``kind`` and ``subject`` name it.
    year, lead
        Year at whose beginning it is taken, and the years from then to the first car.
    probability
        That it is taken then. [fraction]
    conditions
        All of them together are the sign.
    false_alarm
        Of the futures that show the sign, the share in which the plan does not decide so. [fraction]
    missed
        Of the futures in which it does, the share that do not show the sign. [fraction]
    lead_time
        By when to decide and why, in words.
    """

    what: Sentence
    kind: str
    subject: str
    year: int
    lead: int
    probability: float
    conditions: tuple[Condition, ...]
    false_alarm: float
    missed: float
    lead_time: Sentence
