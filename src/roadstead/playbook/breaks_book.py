"""Where ways to act break, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from roadstead.playbook.book import Sentence
    from roadstead.playbook.rehearsal_book import Estimate

How = Literal["exports", "worst", "regret"]
"""What counts as breaking: worth less than exports alone; its own worst tenth of paths; much short of the best of the ways rehearsed."""
HOWS: tuple[How, ...] = get_args(How)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A limit on one thing that can be seen (``observed.Sight``).

    Attributes
    ----------
    above
        True where it is the threshold or more, or the event is in force.
    quasi_p
        Chance of so many hits without this limit (``discovery``). [fraction]
    said
        In words, as a part of a sentence.
    """

    kind: str
    of: str
    year: int
    above: bool
    threshold: float
    quasi_p: float
    said: Sentence


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a way to act breaks.

    Attributes
    ----------
    key
        The way to act.
    share, paths
        Share of paths on which it breaks, and how many they are.
    where
        What shows those paths, all of it together; empty where nothing does.
    coverage, density
        Of the paths on which it breaks the share that lie there, and of the paths there the share on which it does; None where nothing shows them.
        Both on paths that were not looked at to find it.
    said
        All of it in one sentence.
    """

    key: str
    how: How
    share: Estimate
    paths: int
    where: tuple[Restriction, ...]
    coverage: Estimate | None
    density: Estimate | None
    said: Sentence
