r"""Linear programs on a scenario tree, solved from within.

.. math::
    \max c^\top x, \qquad Gx \ge h

with slacks :math:`s = Gx - h \ge 0` and prices (multipliers) :math:`\lambda \ge 0` of its rows, by the primal-dual interior point method with Mehrotra's predictor
and corrector (Mehrotra 1992) and further correctors towards the middle (Gondzio 1996). Each step factors
:math:`G^\top \mathrm{diag}(\lambda / s)\, G` on the tree (``elimination.py``).

At any point that keeps the rows, the value still to be gained is at most :math:`\lambda^\top s`, but for :math:`(c + G^\top \lambda)^\top x`, which goes to nothing: rounds of a
decomposition need no more than that it is little beside what the cuts are off by.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

    from roadstead.footprint.elimination import TreeElimination
    from roadstead.terms.arrays import Floats

CLOSE = 1e-6
"""Share of the value that no walk comes nearer than: what is left then is rounding."""
STEPS = 100
"""Steps after which a program that has not come to its end is given up."""
SHORT, STUCK = 1e-3, 5
"""Steps shorter than this, so many of them one after another, lead nowhere."""
WORSE = 100.0
"""Times as far off as it has been, where a walk is lost in rounding."""
ROUGH = 1e-9
"""Share of a right side that a solution may be off by; beyond, it is refined once."""
NEARLY = 0.995
"""Share of the way to where a slack or a price would be nothing."""
CORRECTORS = 2
"""Further correctors a step has at most."""
FURTHER, WORTH = 0.3, 0.1
"""How much longer a corrector aims to make a step, and the share of that below which it is not worth its solve."""
MIDDLE = 0.1, 10.0
"""Products of slack and price, as shares of their mean, that correctors leave alone."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Maximise ``gain @ x`` where ``rows @ x >= least``; each row's share is its weight in the logarithmic barrier, to which products of
    slack and price are evened out.

    Shapes (V,), (W, V), (W,), (W,).
    """

    gain: Floats
    rows: sparse.csr_matrix
    least: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Inside:
    """A point within: unknowns, slacks and prices of rows. Shapes (V,), (W,), (W,)."""

    x: Floats
    slack: Floats
    price: Floats

    @property
    def rest(self) -> float:
        """What is still to be gained, but for what prices do not yet add up to."""
        return float(self.price @ self.slack)


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk came nearest, how much may still be to be gained there, the points on the way, and whether it went on to the end: as near as
    was asked, or until time was over.
    """

    end: Inside
    off: float
    points: tuple[Inside, ...]
    is_whole: bool


def walk(stated: Stated, system: TreeElimination, begin: Inside, near: float, ends: float) -> Walk:
    """Walk from a point within to where no more than ``near`` is still to be gained, until ``ends`` by the clock of the process."""
    at, transposed = begin, stated.rows.T.tocsr()
    points: list[Inside] = []
    short = 0
    nearest, least_off = begin, np.inf
    for _ in range(STEPS):
        wrong = stated.gain + transposed @ at.price
        off = at.rest + float(np.abs(wrong).sum())
        if off < least_off:
            nearest, least_off = at, off
        enough = off <= max(near, CLOSE * abs(float(stated.gain @ at.x)))
        if enough or time.perf_counter() > ends:
            return Walk(nearest, least_off, tuple(points), True)
        if not off < WORSE * least_off or short >= STUCK or not system.factor(at.price / at.slack):
            break
        points.append(at)
        at, length = _step(stated, transposed, at, wrong, system)
        short = short + 1 if length < SHORT else 0
    return Walk(nearest, least_off, tuple(points), False)


def _step(
    stated: Stated, transposed: sparse.csr_matrix, at: Inside, wrong: Floats, system: TreeElimination
) -> tuple[Inside, float]:
    """One step, and the share of its way that it goes at least; ``wrong`` is the dual residual, ``missed`` the primal one."""
    slack, price, rows = at.slack, at.price, stated.rows
    missed, shares = rows @ at.x - slack - stated.least, float(stated.share.sum())

    def way(product: Floats) -> tuple[Floats, Floats, Floats]:
        """How to go for products of slack and price to change so."""
        right, weight = wrong + transposed @ ((product - price * missed) / slack), price / slack
        dx = system.solve(right)
        off = right - transposed @ (weight * (rows @ dx))
        if np.abs(off).max() > ROUGH * np.abs(right).max():
            dx += system.solve(off)
        ds = rows @ dx + missed
        return dx, ds, (product - price * ds) / slack

    mean = at.rest / shares
    dx, ds, dp = way(-price * slack)
    a, b = _reach(slack, ds), _reach(price, dp)
    left = float((price + b * dp) @ (slack + a * ds)) / shares
    target = (left / mean) ** 3 * mean * stated.share
    product = -price * slack - ds * dp + target
    dx, ds, dp = way(product)
    a, b = _reach(slack, ds), _reach(price, dp)
    for _ in range(CORRECTORS):
        if min(a, b) >= 1.0 - WORTH:
            break
        to_a, to_b = min(1.0, a + FURTHER), min(1.0, b + FURTHER)
        tried = (slack + to_a * ds) * (price + to_b * dp)
        moved = np.maximum(np.clip(tried, MIDDLE[0] * target, MIDDLE[1] * target) - tried, -MIDDLE[1] * target)
        again = way(product + moved)
        a2, b2 = _reach(slack, again[1]), _reach(price, again[2])
        if a2 + b2 < a + b + WORTH * FURTHER:
            break
        (dx, ds, dp), product, a, b = again, product + moved, a2, b2
    a, b = min(1.0, NEARLY * a), min(1.0, NEARLY * b)
    return Inside(at.x + a * dx, slack + a * ds, price + b * dp), min(a, b)


def _reach(amount: Floats, change: Floats) -> float:
    """Share of a way that may be gone until an amount is nothing; at most a little more than all."""
    return 1.0 / max(NEARLY, float((-change / amount).max()))
