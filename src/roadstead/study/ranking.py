"""Ranking by weighted columns: points from 0 to 1, a mean over the weights, ranks with what missing figures leave open, tiers.

Where nothing is missing, raising the weight of a column never puts a row below one that has fewer points in it and stood below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Scores and ranks of n rows. All shapes (n,).

    Attributes
    ----------
    score
        Mean of the points by weight, a missing one taken as the median of its column. From 0 to 1.
    low, high
        The same with every missing figure at its worst, and at its best.
    rank
        1 for the best score; rows with the same score share a rank.
    best, worst
        Ranks that the row has with its own missing figures at their best, and at their worst.
    """

    score: Floats
    low: Floats
    high: Floats
    rank: Ints
    best: Ints
    worst: Ints


def points(values: Sequence[float | None], *, less_is_better: bool = False, by_order: bool = False) -> Floats:
    """Figures on a line from 0, the worst known, to 1, the best; not a number where a figure is missing. Shape (n,).

    ``by_order`` measures in orders of magnitude; a figure of 0, below every order, has no point as the worst has none. Where all
    known figures are equal, each has half a point.
    """
    told = np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
    if by_order:
        positive = told[told > 0.0]
        told = np.log(np.maximum(told, positive.min())) if positive.size else told
    known = told[np.isfinite(told)]
    if not known.size:
        return np.full(told.shape, np.nan)
    least, most = float(known.min()), float(known.max())
    line = (told - least) / (most - least) if most > least else np.where(np.isfinite(told), 0.5, np.nan)
    return 1.0 - line if less_is_better else line


def rank(table: Floats, weights: Floats) -> Ranked:
    """Rank rows by their points.

    Parameters
    ----------
    table
        Points, shape (n, columns); not a number where a figure is missing.
    weights
        Shape (columns,), not all of them 0. A negative one turns its column round.
    """
    turned = np.where(weights < 0.0, 1.0 - table, table)
    share = np.abs(weights) / np.abs(weights).max()  # first, so that no sum of large weights overflows
    share /= share.sum()
    missing = np.isnan(turned)
    medians = np.asarray([_median(column) for column in turned.T])
    score = np.where(missing, medians, turned) @ share
    low = np.where(missing, 0.0, turned) @ share
    high = np.where(missing, 1.0, turned) @ share
    return Ranked(score, low, high, ranks(score), _among(score, high), _among(score, low))


def _median(column: Floats) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if known.size else 0.5


def ranks(score: Floats) -> Ints:
    """1 for the best; equal scores share a rank. Shape (n,)."""
    return np.asarray([1 + int((score > own + CLOSE).sum()) for own in score], dtype=np.int64)


CLOSE = 1e-12
"""Scores nearer than this are equal: sums of the same points in another order."""


def _among(others: Floats, own: Floats) -> Ints:
    """Rank of each row with another score of its own among the others with theirs. Shape (n,)."""
    better = others[None, :] > own[:, None] + CLOSE
    np.fill_diagonal(better, val=False)
    return np.asarray(1 + better.sum(axis=1), dtype=np.int64)


def tiers(score: Floats, sizes: Floats, first: float, second: float) -> Ints:
    """Tiers by what the rows ranked above have bought of the whole. Shape (n,).

    1 for the best rows until they hold the share ``first`` of all sizes, 2 for the next until ``second``, 3 for the rest. A row
    stands in the tier that its first car falls into; a size that is not a number counts nothing.
    """
    order = np.argsort(-score, kind="stable")
    known = np.nan_to_num(sizes[order])
    before = np.cumsum(known) - known
    whole = known.sum()
    share = before / whole if whole else np.zeros_like(before)
    found = np.empty(len(score), dtype=np.int64)
    found[order] = np.where(share < first, 1, np.where(share < second, 2, 3))
    return found
