"""How wrong a plan may be: what it and other ways to act come to on paths that its tree has not seen, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.signs_book import Confirmed


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over paths with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way to act comes to on fresh paths.

    Attributes
    ----------
    low, middle, high
        Quantiles of NPV at 10, 50 and 90 %. [money]
    tail
        (P.6): mean NPV of the worst tenth. [money]
    behind
        What the plan is worth more on the same paths; None for the plan. [money]
    regret
        (P.5); None where nobody looked ahead. [money]
    beats
        Probability that it is worth more than the policy it is held against; None for that one.
    keeps
        Share of paths on which it keeps what the case asks for.
    """

    key: str
    mean: Estimate
    low: float
    middle: float
    high: float
    tail: Estimate
    behind: Estimate | None
    regret: Estimate | None
    beats: Estimate | None
    keeps: float


@dataclass(frozen=True, slots=True)
class FreshPaths:
    """A plan on fresh paths, beside other ways to act.

    Attributes
    ----------
    paths, ahead
        Fresh paths, and those of them that were planned with perfect foresight.
    on_tree
        Expected NPV of the plan on its own tree. [money]
    outcomes
        Of every way to act, the plan first.
    edges
        Bins of NPV, all of one width, that hold every path of every way to act. Length B + 1. [money]
    shares
        Share of paths in each bin, by way to act in the order of ``outcomes``. Shape (policies, B).
    said
        What it comes to: paragraphs at the head of the chapter.
    notes
        What to know about the figures: printed below them.
    broken
        Where each way to act breaks.
    signs
        The plan's signposts on these paths.
    """

    paths: int
    ahead: int
    on_tree: float
    outcomes: tuple[Outcome, ...]
    edges: tuple[float, ...]
    shares: tuple[tuple[float, ...], ...]
    said: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    broken: tuple[Broken, ...] = ()
    signs: tuple[Confirmed, ...] = ()
