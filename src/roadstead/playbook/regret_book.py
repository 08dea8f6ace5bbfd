"""Regret by future, as plain values: what each way to act loses there against the best of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Name, Sentence


@dataclass(frozen=True, slots=True)
class Regret:
    """One path through the tree.

    Attributes
    ----------
    probability
        That it comes. [fraction]
    best
        NPV of the way that does best there. [money]
    lost
        What each way loses against it, in the order of ``Regrets.keys``; nothing for the best. [money]
    """

    leaf: int
    name: Name
    probability: float
    best: float
    lost: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Regrets:
    """All of them.

    Attributes
    ----------
    keys
        Ways to act, the plan first.
    rows
        Futures, from where the plan loses most.
    mean, most
        Expected and largest regret of each way. [money]
    said
        What it comes to: the paragraph above the table.
    """

    keys: tuple[str, ...]
    rows: tuple[Regret, ...]
    mean: tuple[float, ...]
    most: tuple[float, ...]
    said: tuple[Sentence, ...]
