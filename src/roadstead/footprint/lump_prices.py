r"""Prices of residual capacity cuts in the decomposition: what they change in a node-year, and what they grant its state.

At prices :math:`\kappa_l \ge 0` of cuts (F.28) and (F.30) that speak of a node-year, a car on an arc of a cut's lines into a cell of T earns
:math:`\kappa_l \alpha_{lc}` less, one sold there beyond segment :math:`j_l(c)` as much more, and the state is granted the right side:

.. math::
    V_y(o, k) \;\le\; \text{(F.15) at } \Bigl(m_a - \sum_{l:\, d(a) \in d_l,\, c(a) \in T_l} \kappa_l \alpha_{l c(a)},\;
    P_{cs} + \sum_{l:\, c \in T_l,\, j_l(c) < s} \kappa_l \alpha_{lc}\Bigr)
    + \sum_l \kappa_l \Bigl(\gamma_l + \sum_{i} (a_{li}\, o_{d_{li}} + b_{li}\, k_{r_{li}})\Bigr)   \qquad (F.29)

with :math:`\gamma = 0,\ a = B - \rho m,\ b = \rho` of a cut of one line. Every plan keeps each cut, so that this is weak duality with more rows:
it holds for any prices, it is linear in the states and
convex in all prices together. Nothing else of (F.15) and (F.16) changes, which are worked out on gains shifted like this: by arc and
by segment, so that a way that is not the line's, and the first segments, are left as they were. What stands before o and k of one line is worked
out from what is offered alone, and so is :math:`\gamma` whatever stands there of two; and a cut that speaks of modules which may be at work in part
has no price, whatever is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.joint_lumps import Pairs, right_of, sound
from roadstead.footprint.lumps import least_of_lines, left_sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.operations import Operations
    from roadstead.terms.arrays import Flags, Floats, Ints, Shorts


@dataclass(frozen=True, slots=True)
class Lumps:
    """Cuts (F.28) and (F.30) with prices, L of them.

    Attributes
    ----------
    node_year
        Where each stands. Shape (L,).
    lines
        Resources whose modules it speaks of, -1 where there is no second. Shape (L, 2).
    segment
        j(c) of every cell, -1 for those not in T: small numbers, for there are many. Shape (L, C).
    right
        a and b of both lines, where there are two: what stands before what is open and at work. Shape (L, 4).
    price
        kappa. Shape (L,).
    """

    node_year: Ints
    lines: Ints
    segment: Shorts
    right: Floats
    price: Floats

    @property
    def count(self) -> int:
        """L."""
        return len(self.price)

    def some(self, kept: Ints) -> Lumps:
        """Some of them."""
        return Lumps(self.node_year[kept], self.lines[kept], self.segment[kept], self.right[kept], self.price[kept])

    def of_years(self, years: Ints) -> Lumps:
        """Those of some node-years of many, numbered by their place among these."""
        place = np.full(1 + max(int(years.max(initial=-1)), int(self.node_year.max(initial=-1))), -1)
        place[years] = np.arange(len(years))
        kept = self.some(np.flatnonzero(place[self.node_year] >= 0))
        return replace(kept, node_year=place[kept.node_year])

    def among(self, years: Ints) -> Lumps:
        """The same, numbered as all node-years are, of which these are ``years``."""
        return replace(self, node_year=years[self.node_year])


def no_lumps(cells: int) -> Lumps:
    """No cut at all."""
    none = np.zeros(0, dtype=np.int64)
    return Lumps(
        none, np.zeros((0, 2), dtype=np.int64), np.zeros((0, cells), dtype=np.int8), np.zeros((0, 4)), np.zeros(0)
    )


def all_lumps(parts: Sequence[Lumps]) -> Lumps:
    """The cuts of all parts, one part after the other, whatever they say."""
    return Lumps(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in Lumps.__slots__})


def joined_lumps(parts: Sequence[Lumps]) -> Lumps:
    """The cuts of all parts; what one says in several is said once, at the sum of its prices and the mean of what stands on the right."""
    every = all_lumps(parts)
    first: dict[tuple[int, bytes, bytes], int] = {}
    keys = zip(
        every.node_year.tolist(),
        (row.tobytes() for row in every.lines),
        (row.tobytes() for row in every.segment),
        strict=True,
    )
    place = np.asarray([first.setdefault(key, len(first)) for key in keys], dtype=np.int64)
    once = every.some(np.unique(place, return_index=True)[1])
    price = np.maximum(every.price, 0.0)
    total = np.bincount(place, price, once.count)
    weight = np.divide(price, total[place], out=np.zeros(every.count), where=total[place] > 0)
    right = np.zeros_like(once.right)
    np.add.at(right, place, weight[:, None] * every.right)
    return replace(once, right=right, price=np.bincount(place, every.price, once.count).astype(np.float64))


def in_force(ops: Operations, lumps: Lumps) -> Lumps:
    """Those with a price that every plan keeps: of modules at work only in whole ones, and of two lines only in few.

    Whatever else is said counts for nothing.
    """
    kept = lumps.some(np.flatnonzero(lumps.price > 0))
    kept = replace(kept, segment=np.clip(kept.segment, -1, ops.width.shape[-1] - 1), right=sound(kept.right))
    return kept.some(np.flatnonzero(hold(ops, kept, pairs_of(ops, kept))))


def hold(ops: Operations, lumps: Lumps, pairs: Pairs) -> Flags:
    """Where every plan keeps cuts at any price; ``pairs`` are theirs. Shape (L,)."""
    (first, second), year = lumps.lines.T, lumps.node_year
    whole, gate = ops.lumpy & (ops.reach > 0), ops.resource_gate
    two = whole[year, second] & (gate[second] != gate[first]) & pairs.few
    return np.asarray(whole[year, first] & ((second < 0) | two))


def shifted(ops: Operations, lumps: Lumps) -> Operations:
    """What is offered with the prices of cuts in its gains, those ``in_force``."""
    if not lumps.count:
        return ops
    sent, sold = left_sides(ops.sent_into, ops.car_use, lumps.lines, lumps.segment, ops.width.shape[-1])

    def priced(like: Floats, cut: Ints, alpha: Floats, *at: Ints) -> Floats:
        place = np.ravel_multi_index((lumps.node_year[cut], *at), like.shape)
        return np.bincount(place, lumps.price[cut] * alpha, like.size).astype(np.float64).reshape(like.shape)

    (cut, arc, use), (of_sale, cell, segment, saved) = sent, sold
    return replace(
        ops,
        arc_gain=ops.arc_gain - priced(ops.arc_gain, cut, use, arc),
        segment_gain=ops.segment_gain + priced(ops.segment_gain, of_sale, saved, cell, segment),
    )


def granted(ops: Operations, lumps: Lumps) -> tuple[Floats, Floats, Floats]:
    """What stands at the prices of cuts alone, those ``in_force``, before what is open and before what is at work. Shapes (Y,), (Y, D), (Y, R)."""
    constant, option, module = np.zeros(ops.count), np.zeros((ops.count, ops.options)), np.zeros(ops.free.shape)
    if lumps.count:
        alone, right = right_of(pairs_of(ops, lumps), lumps.lines, lumps.right)
        np.add.at(constant, lumps.node_year, lumps.price * alone)
        for i in range(2):
            there = np.flatnonzero(lumps.lines[:, i] >= 0)
            year, line, price = lumps.node_year[there], lumps.lines[there, i], lumps.price[there]
            np.add.at(option, (year, ops.resource_gate[line]), price * right[there, 2 * i])
            np.add.at(module, (year, line), price * right[there, 2 * i + 1])
    return constant, option, module


def pairs_of(ops: Operations, lumps: Lumps) -> Pairs:
    """The lines of cuts, and what the segments up to j(c) use of them in full."""
    reached = np.cumsum(ops.width, axis=-1)
    cut, cell = np.nonzero(lumps.segment >= 0)
    use = least_of_lines(ops.car_use, lumps.lines, cut, cell)
    ceiling = reached[lumps.node_year[cut], cell, lumps.segment[cut, cell]]
    at = lumps.node_year[:, None], lumps.lines
    return Pairs(np.bincount(cut, use * ceiling, lumps.count).astype(np.float64), ops.reach[at], ops.most[at])
