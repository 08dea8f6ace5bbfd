r"""What chances were worth, once it is known what came.

.. math::
    \mathrm{BS} = \frac{1}{N} \sum_i (p_i - o_i)^2                                                        \qquad (B.5)
    \mathrm{BS} = \sum_v \frac{n_v}{N}(p_v - \bar o_v)^2 - \sum_v \frac{n_v}{N}(\bar o_v - \bar o)^2
        + \bar o (1 - \bar o)                                                                             \qquad (B.6)
    \mathrm{BSS} = 1 - \mathrm{BS} / \mathrm{BS}_{\text{reference}}                                        \qquad (B.7)

with p the chance told, o one where it came and else nothing, v the distinct chances that were told: reliability (less is better),
resolution (more is better) and what no forecast can help (Brier 1950, Monthly Weather Review 78:1-3; Murphy 1973, Journal of
Applied Meteorology 12:595-600). Grouped by distinct chances, (B.6) is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Flags, Floats

DIGITS = 12
"""Decimals to which two chances are one."""
EDGES = (0.0, 0.01, 0.02, 0.05, 0.10, 0.20, 1.0)
"""Bins of the chances told, each without its lower end; nothing told is a bin of its own."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of chances was worth; a score is a mean square of probabilities.

    Attributes
    ----------
    count
        Questions.
    expected, came
        Sum of the chances, and how many came.
    """

    count: int
    expected: float
    came: int
    brier: float
    reliability: float
    resolution: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose chance lay above ``low`` and up to ``high``; both 0 for those told that nothing comes."""

    low: float
    high: float
    count: int
    chance: float
    came: int


def brier(chances: Floats, came: Flags) -> float:
    """Mean square of chance less outcome. Shapes (N,)."""
    return float(np.mean((chances - came) ** 2))  # (B.5)


def score(chances: Floats, came: Flags) -> Score:
    """Score and its parts. Shapes (N,)."""
    told, index, counts = np.unique(np.round(chances, DIGITS), return_inverse=True, return_counts=True)
    shares = np.bincount(index, weights=came.astype(np.float64)) / counts
    weights, mean = counts / chances.size, float(came.mean())
    return Score(
        count=int(chances.size),
        expected=float(chances.sum()),
        came=int(came.sum()),
        brier=brier(chances, came),
        reliability=float(np.sum(weights * (told - shares) ** 2)),  # (B.6)
        resolution=float(np.sum(weights * (shares - mean) ** 2)),
        uncertainty=mean * (1.0 - mean),
    )


def skill(of: float, reference: float) -> float:
    """By how much of it a score is better than another; NaN where there is nothing to be better than."""
    return 1.0 - of / reference if reference > 0.0 else float("nan")  # (B.7)


def bins(chances: Floats, came: Flags) -> tuple[Bin, ...]:
    """What came of chances told, from the lowest to the highest; empty bins are left out."""
    found = []
    for low, high in ((0.0, 0.0), *pairwise(EDGES)):
        rows = chances <= 0.0 if high == 0.0 else (chances > low) & (chances <= high)
        if rows.any():
            found.append(Bin(low, high, int(rows.sum()), float(chances[rows].mean()), int(came[rows].sum())))
    return tuple(found)


def at_least(chances: Floats, count: int) -> float:
    """Chance that so many or more come, were the questions independent and every chance right."""
    spread = np.zeros(chances.size + 1)
    spread[0] = 1.0
    for chance in chances:
        spread[1:] = spread[1:] * (1.0 - chance) + spread[:-1] * chance
        spread[0] *= 1.0 - chance
    return float(spread[count:].sum())


def resampled_skill(
    of: Floats, reference: Floats, came: Flags, groups: Sequence[str], seed: int, draws: int
) -> tuple[float, float]:
    """Interval of 80 % of the skill of chances over others where whole groups of questions are drawn anew.

    Shapes (N,). Questions of one group hang together, so that it is groups that are drawn, with replacement. NaN where the
    others are never wrong.
    """
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    losses = [np.bincount(index, weights=(told - came) ** 2) for told in (of, reference)]
    picks = np.random.default_rng(seed).integers(0, losses[0].size, (draws, losses[0].size))
    ours, theirs = (loss[picks].sum(axis=1) for loss in losses)
    known = theirs > 0.0
    if not known.any():
        return float("nan"), float("nan")
    low, high = np.quantile(1.0 - ours[known] / theirs[known], (0.1, 0.9))
    return float(low), float(high)
