"""What shows that the time of a decision has come, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence
    from roadstead.playbook.breaks_book import Restriction
    from roadstead.playbook.rehearsal_book import Estimate


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


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a sign misleads.

    Attributes
    ----------
    false_alarm
        Of the paths that show it, the share on which it is not done; None where none shows it. [fraction]
    missed
        Of the paths on which it is done, the share that do not show it; None where it is done on none. [fraction]
    asked, shown, taken
        Paths on which it could be done, that show the sign, and on which it is done.
    """

    false_alarm: Estimate | None
    missed: Estimate | None
    asked: int
    shown: int
    taken: int


@dataclass(frozen=True, slots=True)
class Better:
    """A sign found on fresh paths (``discovery``), with its rates on those that were not looked at to find it.

    Attributes
    ----------
    where
        All of it together is the sign.
    pays
        Beside what pays.
    gain
        As of ``Confirmed``. [money]
    """

    where: tuple[Restriction, ...]
    pays: Rates
    gain: Estimate
    said: Sentence


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A signpost on fresh paths; its rates on the tree it carries itself.

    Attributes
    ----------
    fresh
        Beside what the plan does at the nodes that the paths are at.
    pays
        Beside what pays, all else as planned: it is "done" where doing it is worth more than not; None where that cannot be told.
    gain
        What it is worth to go by the sign in place of the nearest nodes, a mean over paths on which that can be told. [money]
    better
        None where that cannot be told, or nothing that can be seen by then tells what pays.
    """

    signpost: Signpost
    fresh: Rates
    pays: Rates | None = None
    gain: Estimate | None = None
    better: Better | None = None
