r"""Where a thing happens, told as few limits on what can be seen: the patient rule induction method, on its guard against noise.

A **box** is a few limits on columns of numbers. **Peeling** begins with all rows and takes, step by step, a small part off one side of
one column: the step that raises most, for every row it takes away, the share y of rows on which the thing happens. So columns of few values,
of which no small part can be taken, are not preferred. **Pasting** gives back at a limit what raises the share. One, two and three sides are
peeled at a time, so that no side that tells little takes the place of another. Of the boxes on the way that one is told which has the largest

.. math::
    W = \text{coverage} \cdot \frac{\text{density} - \bar y}{1 - \bar y}                                  \qquad (P.7)

coverage being the share of all such rows that lie in the box, density the share of the box's rows that are such; or, where to act on a row is
worth m, that which earns most over acting on all rows or on none, as a part of what it would earn to know every row:

.. math::
    E = \frac{\sum_{i \in \text{box}} m_i - \max(\sum_i m_i, 0)}{\sum_i m_i^+}                        \qquad (P.8)

Both are one for a box that parts all rows, and no box without limits is worth more than nothing.

A box is looked for on half of the rows and judged on the other half. A limit stays where its quasi-p-value, the chance of as many hits in the
box if its density were what it is without the limit, is small; a box is told where such a chance is small on the half it was not
looked for on. Sources: Friedman & Fisher (1999), Statistics and Computing 9; Bryant & Lempert (2010), Technological Forecasting & Social
Change 77; the gain for every row: Kwakkel & Jaxa-Rozen (2016), Environmental Modelling & Software 79.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc

from roadstead.playbook.rehearsal_book import Estimate
from roadstead.terms.arrays import Flags, Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 0.05
"""Part of a box's rows that a step of peeling takes, and one of pasting gives. [fraction]"""
LEAST = 0.05
"""Part of all rows that a box holds at least. [fraction]"""
MOST = 3
"""Limits of a box at most: what one sentence bears."""
FRONT, SIDES = 5, 20
"""Boxes that one limit more is tried beside, and sides it may be on."""
DEARER = 1.1
"""How much larger (P.7) or (P.8) is with one limit more, for that one to be told."""
ROUNDER, PARTS = 1.03, tuple(10**power * part for power in range(4) for part in (1, 2, 5))
"""How much of it a rounder number may cost; parts of a step that are round numbers, too."""
LIMIT_SURE = 0.05
"""Quasi-p-value up to which a limit stays (Bryant & Lempert 2010)."""
BOX_SURE = 0.01
"""The same for a whole box on the rows that it was not looked for on."""
FEWEST = 10
"""Rows of each half on which the thing happens, and on which it does not, below which nothing is looked for."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A column's values from a threshold on: upwards where ``above``, else downwards."""

    column: int
    above: bool
    threshold: float

    def keeps(self, value: Floats) -> Flags:
        """Rows that lie within. Shape (P,)."""
        own = value[:, self.column]
        return np.asarray(own >= self.threshold if self.above else own <= self.threshold)


Box = tuple[Limit, ...]
"""Limits that hold together; none for all rows."""
Worth = Callable[[Flags], float]
"""What a box is worth by the rows it keeps."""
Side = tuple[int, bool]
"""A column, and whether it is its lowest values that are taken, so that the limit keeps what lies above."""


@dataclass(frozen=True, slots=True)
class Found:
    """A box, and how well it tells, on the rows it was not looked for on.

    Attributes
    ----------
    quasi_p
        By limit, on the rows it was looked for on.
    coverage, density
        Of all such rows the share in the box; of the box's rows the share that are such. [fraction]
    rows
        Rows of the box.
    """

    box: Box
    quasi_p: tuple[float, ...]
    coverage: Estimate
    density: Estimate
    rows: int


def inside(box: Box, value: Floats) -> Flags:
    """Rows in a box. Shapes (P, F) -> (P,)."""
    kept = np.ones(len(value), dtype=bool)
    for limit in box:
        kept &= limit.keeps(value)
    return kept


def discover(value: Floats, happens: Flags, steps: Floats, money: Floats | None = None) -> Found | None:
    """The box that tells where something happens; None where no box is told apart from chance.

    Rows of even number are looked at, the others judge. ``steps``: by column what a round number is a multiple of. ``money``: what it is
    worth to act on a row; then the box is that which earns most, (P.8). Shapes (P, F), (P,), (F,), (P,).
    """
    if not enough(happens) or not value.shape[1]:
        return None
    seen, other = (value[::2], happens[::2]), (value[1::2], happens[1::2])
    worth = telling(seen[1]) if money is None else earning(money[::2])
    box = _chosen(*seen, seen[1] if money is None else money[::2], worth)
    box = sure(rounded(box, seen[0], steps, worth), *seen)
    kept = inside(box, other[0])
    rows, hits, such = int(kept.sum()), int((kept & other[1]).sum()), int(other[1].sum())
    if not box or not rows or float(bdtrc(hits - 1, rows, other[1].mean())) > BOX_SURE:
        return None
    return Found(box, quasi_p(box, *seen), _share(hits, such), _share(hits, rows), rows)


def enough(happens: Flags) -> bool:
    """True where it happens, and does not, on enough rows of both halves to look for a box."""
    return min(int(many.sum()) for half in (happens[::2], happens[1::2]) for many in (half, ~half)) >= FEWEST


def _share(hits: int, of: int) -> Estimate:
    """A share with its binomial standard error."""
    part = hits / of
    return Estimate(part, float(np.sqrt(part * (1.0 - part) / of)))


def telling(happens: Flags) -> Worth:
    """(P.7) of the rows kept."""
    total, base = float(happens.sum()), float(happens.mean())

    def worth(kept: Flags) -> float:
        if not kept.any() or not 0.0 < base < 1.0:
            return 0.0
        hits = float((kept & happens).sum())
        return hits / total * (hits / float(kept.sum()) - base) / (1.0 - base)

    return worth


def earning(money: Floats) -> Worth:
    """(P.8) of the rows kept."""
    best = float(money[money > 0.0].sum())
    unseen = max(float(money.sum()), 0.0)

    def worth(kept: Flags) -> float:
        return (float(money[kept].sum()) - unseen) / best if best else 0.0

    return worth


def _chosen(value: Floats, happens: Flags, y: Floats | Flags, worth: Worth) -> Box:
    """The best box of as few limits as tell nearly as much; none where no limit stays.

    One limit more is tried beside the best boxes of one fewer: each of the sides that tell most alone.
    """
    best, best_worth = Box(), 0.0
    alone: list[Side] = []
    front: list[tuple[Side, ...]] = [()]
    for _ in range(MOST):
        tried = {frozenset((*sides, one)) for sides in front for one in alone or every_side(value) if one not in sides}
        found = [_on_sides(sorted(sides), value, y, worth) for sides in sorted(map(sorted, tried))]
        if not found:
            break
        found = sorted(found, key=lambda pair: -pair[0])
        front = [sides for _, sides, _ in found[:FRONT]]
        alone = alone or [side for _, (side,), _ in found[:SIDES]]
        peeled = found[0][2]
        told = max((peeled, paste(peeled, value, y)), key=lambda box: worth(inside(box, value)))
        told = sure(told, value, happens)
        if (found_worth := worth(inside(told, value))) > DEARER * best_worth:
            best, best_worth = told, found_worth
    return best


def _on_sides(
    sides: Sequence[Side], value: Floats, y: Floats | Flags, worth: Worth
) -> tuple[float, tuple[Side, ...], Box]:
    """The box with the largest worth of those that peeling some sides leads to, and what it is worth."""
    ranked = ((worth(inside(box, value)), box) for box in peel(value, y, sides))
    top = max(ranked, key=lambda pair: pair[0])
    return top[0], tuple(sides), top[1]


def every_side(value: Floats) -> list[Side]:
    """Both sides of every column, that on which it is taken from above first."""
    return [(column, above) for column in range(value.shape[1]) for above in (False, True)]


def peel(value: Floats, y: Floats | Flags, sides: Sequence[Side]) -> list[Box]:
    """The boxes on the way from all rows to the fewest, with limits on some sides; each lies within the one before.

    ``y``: what is to be large on average in a box. Shapes (P, F), (P,).
    """
    along = np.stack([value[:, column] if above else -value[:, column] for column, above in sides], axis=1)
    height, least = y.astype(np.float64), LEAST * len(value)
    limits: dict[Side, float] = {}
    way: list[Box] = [()]
    while (step := _step(along, height, [any(column == at for at, _ in limits) for column, _ in sides])) is not None:
        at, threshold = step
        kept = along[:, at] > threshold
        if kept.sum() < least:
            break
        along, height = along[kept], height[kept]
        limits[sides[at]] = threshold if sides[at][1] else -threshold
        way.append(tuple(Limit(*side, limit) for side, limit in limits.items()))
    return way


def _step(along: Floats, height: Floats, known: Sequence[bool]) -> tuple[int, float] | None:
    """The side whose lowest values to take, which gains most for every row, and halfway to the next value.

    Of equals one whose column has a limit, then the first. Shapes (n, sides), (n,).
    """
    last = int((len(along) - 1) * PATIENCE)
    edge = np.partition(along, last, axis=0)[last]
    kept = along > edge
    left = kept.sum(0)
    gain = (height @ kept / np.maximum(left, 1) - height.mean()) / (len(along) - left)
    gain[left == 0] = -np.inf
    at = max(range(len(edge)), key=lambda i: (gain[i], known[i]))
    if not left[at]:
        return None
    return at, float(edge[at] + along[kept[:, at], at].min()) / 2.0


def paste(box: Box, value: Floats, y: Floats | Flags) -> Box:
    """The box with its limits moved outwards while that raises the mean of what is to be large."""
    while True:
        kept = inside(box, value)
        count, before = int(kept.sum()), float(y[kept].mean())
        best, chosen = 0.0, None
        for i in range(len(box)):
            wider = _wider(box, i, value)
            then = inside(wider, value)
            gain = (float(y[then].mean()) - before) / max(int(then.sum()) - count, 1)
            if gain > best and then.sum() > count:
                best, chosen = gain, wider
        if chosen is None:
            return box
        box = chosen


def _wider(box: Box, at: int, value: Floats) -> Box:
    """The box with one limit moved out by a small part of the rows that it alone keeps out; without it where none are left."""
    limit, others = box[at], (*box[:at], *box[at + 1 :])
    out = inside(others, value) & ~limit.keeps(value)
    if not out.any():
        return others
    nearest = np.sort(value[out, limit.column] if not limit.above else -value[out, limit.column])
    last = nearest[int((len(nearest) - 1) * PATIENCE)]
    further = nearest[nearest > last]
    if not further.size:
        return others
    threshold = float(last + further[0]) / 2.0
    return (*box[:at], replace(limit, threshold=-threshold if limit.above else threshold), *box[at + 1 :])


def sure(box: Box, value: Floats, happens: Flags) -> Box:
    """The box without limits that chance may have set, the least sure first."""
    while box:
        chances = quasi_p(box, value, happens)
        worst = int(np.argmax(chances))
        if chances[worst] <= LIMIT_SURE:
            break
        box = (*box[:worst], *box[worst + 1 :])
    return box


def quasi_p(box: Box, value: Floats, happens: Flags) -> tuple[float, ...]:
    """Of every limit: the chance of as many hits among the box's rows, or more, if they were as dense as without it."""
    kept = inside(box, value)
    hits, rows = int((kept & happens).sum()), int(kept.sum())
    without = (inside((*box[:i], *box[i + 1 :]), value) for i in range(len(box)))
    return tuple(float(bdtrc(hits - 1, rows, happens[wide].mean())) for wide in without)


def rounded(box: Box, value: Floats, steps: Floats, worth: Worth) -> Box:
    """The box at the roundest thresholds that leave nearly all of its worth: multiples of a step, a half, a fifth, a tenth ... of it."""
    least = worth(inside(box, value)) / ROUNDER
    for i, limit in enumerate(box):
        for part in PARTS:
            unit = float(steps[limit.column]) / part
            told = replace(limit, threshold=float(f"{round(limit.threshold / unit) * unit:.9g}"))
            rounder = (*box[:i], told, *box[i + 1 :])
            if worth(inside(rounder, value)) >= least:
                box = rounder
                break
    return box
