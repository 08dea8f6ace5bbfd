r"""How picks of places fare against the places that came: hits, chance, and simple rules with as many picks.

.. math::
    \Pr(H \ge h) = \sum_{j \ge h} [z^j] \prod_m \sum_i \frac{\binom{a_m}{i} \binom{n_m - a_m}{k_m - i}}{\binom{n_m}{k_m}} z^i  \qquad (B.8)

with maker m's picks k among n candidates of which a came: how likely so many hits are if every maker's picks were drawn blindly. Makers
follow one another, so that a second test moves the names of the places about, the same way for all makers, and counts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class Asked:
    """One maker's question.

    Attributes
    ----------
    places
        Candidates where the maker was not yet.
    picked, came
        Among them.
    """

    maker: str
    places: frozenset[str]
    picked: frozenset[str]
    came: frozenset[str]

    @property
    def hits(self) -> int:
        """Picks that came."""
        return len(self.picked & self.came)

    @property
    def blind(self) -> float:
        """Hits to be expected of picks drawn blindly."""
        return len(self.picked) * len(self.came) / len(self.places) if self.places else 0.0


@dataclass(frozen=True, slots=True)
class Fared:
    """All makers together.

    Attributes
    ----------
    precision, recall
        Hits over picks, and over places that came; NaN where there are none.
    by_chance
        Chance of so many hits or more, were every maker's picks drawn blindly (B.8).
    moved
        The same where the names of the places are moved about, the same way for all makers.
    """

    picks: int
    came: int
    hits: int
    blind: float
    precision: float
    recall: float
    by_chance: float
    moved: float


def fared(asked: Sequence[Asked], draws: int = 20_000, seed: int = 1) -> Fared:
    """Score all makers' picks."""
    picks, came, hits = (sum(each) for each in zip(*((len(a.picked), len(a.came), a.hits) for a in asked), strict=True))
    nan = float("nan")
    return Fared(
        picks=picks,
        came=came,
        hits=hits,
        blind=sum(a.blind for a in asked),
        precision=hits / picks if picks else nan,
        recall=hits / came if came else nan,
        by_chance=by_chance(asked, hits),
        moved=moved(asked, hits, draws, seed),
    )


def by_chance(asked: Sequence[Asked], hits: int) -> float:
    """Chance of so many hits or more in all of blind picks."""
    spread: Floats = np.ones(1)
    for one in asked:
        n, a, k = len(one.places), len(one.came), len(one.picked)
        ways = [comb(a, i) * comb(n - a, k - i) / comb(n, k) for i in range(min(a, k) + 1)]
        spread = np.convolve(spread, ways)
    return float(spread[hits:].sum())


def moved(asked: Sequence[Asked], hits: int, draws: int, seed: int) -> float:
    """Chance of so many hits or more where places' names are moved about alike for all makers."""
    names = sorted(set().union(*(a.places for a in asked)))
    at = {name: i for i, name in enumerate(names)}

    def flags(places: frozenset[str]) -> Floats:
        row = np.zeros(len(names))
        row[[at[name] for name in places]] = 1.0
        return row

    picked = np.stack([flags(a.picked) for a in asked])
    came = np.stack([flags(a.came) for a in asked])
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(draws):
        found += float((picked[:, random.permutation(len(names))] * came).sum()) >= hits
    return (found + 1) / (draws + 1)


def best(ranks: Mapping[str, float], places: frozenset[str], count: int) -> frozenset[str]:
    """As many places as are wanted, those of the highest rank first; by name where ranks are equal."""
    return frozenset(sorted(places, key=lambda place: (-ranks.get(place, 0.0), place))[:count])
