"""What shows that the time of a decision has come, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence
    from roadstead.playbook.rehearsal_book import Estimate

Kind = Literal["event", "duty", "share", "size", "battery", "freight", "rate"]
"""What can be seen of how things turn out."""
Beside = Literal["left_out", "plan", "pays"]
"""What a sign is tried on where it was not chosen: futures of the tree, each left out as the sign is chosen; what the plan does on fresh
paths; what pays there."""


SURE = 1e-9
"""Within which a share is all of it: shares are sums of weights. [fraction]"""


def sign_key(kind: str, subject: str, year: int) -> str:
    """Under which how likely a decision is that hangs may be asked for; its other figures stand behind it."""
    return f"sign/{kind}/{subject}/{year}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be looked up, and from where on it speaks for the decision.

    Attributes
    ----------
    kind
        event: it has come, or not; share: NEV share of a market's new cars; size: those cars; duty: taxes at the border as a share of the
        value at the home gate; battery, freight, rate: what batteries, freight and a currency cost over what the case expects.
    of
        The event; the market, and the model apart by a blank; the currency; nothing.
    above
        True where it speaks from the threshold upwards, or where the event has come.
    threshold
        Of a sign chosen on the tree halfway between the futures on both sides; a half for an event. [fraction], of a size [cars]
    year
        Year in which it is looked at.
    said
        In words.
    """

    kind: Kind
    of: str
    above: bool
    threshold: float
    year: int
    said: Sentence


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
        Paths on which it could be done, that show the sign, and on which it is done; or nodes of the tree.
    """

    false_alarm: Estimate | None
    missed: Estimate | None
    asked: int
    shown: int
    taken: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A sign where it was not chosen.

    Attributes
    ----------
    lost
        What going by it loses to knowing which of do and don't earns more, a mean over all that is asked; None where that cannot be told.
        [money]
    blind
        The same of doing always alike, whatever is seen. [money]
    always
        True where it is better always to do it than never.
    """

    beside: Beside
    rates: Rates
    lost: Estimate | None
    blind: Estimate | None
    always: bool

    @property
    def never_right(self) -> bool:
        """True where it is to be done somewhere, and the sign showed nowhere there: every alarm it gave was false."""
        missed = self.rates.missed
        return missed is not None and missed.value > 1.0 - SURE


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
        All of them together are the sign; none where none holds, so that it is best to do always alike (``tried.always``).
    false_alarm, missed
        As of ``Rates``, on what the sign was chosen on: these flatter it. [fraction]
    lead_time
        By when to decide and why, in words.
    chosen_on
        Nodes of the tree, or fresh paths.
    tried
        How it does where it was not chosen: that is how far to trust it; on the tree where none holds, how the best would have done. None where
        nobody tried.
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
    chosen_on: Literal["tree", "paths"] = "tree"
    tried: Tried | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A signpost on fresh paths; its rates on the tree it carries itself.

    Attributes
    ----------
    signpost
        As the tree alone has it.
    fresh
        Beside what the plan does at the nodes that the paths are at.
    pays
        Beside what pays, all else as planned: it is "done" where doing it is worth more than not; None where that cannot be told.
    lost, nearest
        What going by the sign loses to knowing what pays, and what deciding as the plan does at the nearest nodes does: means over the same
        paths. [money]
    chosen
        The sign to go by: that chosen on one half of the paths and tried on the other, or the tree's where it stands.
    said
        All of it in a sentence or two.
    """

    signpost: Signpost
    fresh: Rates
    chosen: Signpost
    said: Sentence
    pays: Rates | None = None
    lost: Estimate | None = None
    nearest: Estimate | None = None
