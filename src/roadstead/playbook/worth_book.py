"""What flexibility is worth, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence

Key = Literal["perfect", "event", "mean", "wait", "wait_one", "module", "option"]
Standing = Literal["worked out", "no time", "not kept"]


@dataclass(frozen=True, slots=True)
class Between:
    """A difference of two values, each known to lie between a plan that was found and a bound: so it lies in between, too.

    Attributes
    ----------
    value
        Difference of the plans that were found, within ``low`` and ``high``. [money]
    low, high
        Least and most it may be. [money]
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Valued:
    """The best plan found for some of the futures, and what none for them can pass.

    Attributes
    ----------
    chance
        That one of these futures comes. [fraction]
    ends
        Nodes of the tree in which they end; empty where they are all there are.
    """

    chance: float
    value: float
    bound: float
    ends: tuple[int, ...] = ()


def worth_key(key: str, of: tuple[str, ...]) -> str:
    """Under which what a question is worth may be asked for; what it assumes stands behind it."""
    return "/".join(filter(None, ("worth", key, "+".join(of).replace(" ", "/"))))


@dataclass(frozen=True, slots=True)
class Worth:
    """One line of what flexibility is worth.

    Attributes
    ----------
    key
        perfect (EVPI), event (EVPI of one thing that turns out), mean (VSS), wait, wait_one, module, option.
    what
        What is valued, in words.
    of
        Ids it speaks of: events, a line, an option.
    worth
        What it is worth beside the plan; below nothing where it costs. None where it was not worked out. [money]
    price
        What it is asked to cost now; nothing where it has no price of its own. [money]
    standing
        Whether it was worked out, time ended before it was, or no plan keeps what the case asks that way.
    solved, plan
        What the worth is a difference of: the problems that answer the question, and the plan they are held against. None where it was not
        worked out, and of runs made before they were kept.
    """

    key: Key
    what: Sentence
    of: tuple[str, ...]
    worth: Between | None
    price: float = 0.0
    standing: Standing = "worked out"
    solved: tuple[Valued, ...] = ()
    plan: Valued | None = None
