r"""Prices of residual capacity cuts in the decomposition: what they change in a node-year, and what they grant its state.

At prices :math:`\kappa_l \ge 0` of cuts (F.28) that speak of a node-year, a car on an arc of the cut's line into a cell of T earns
:math:`\kappa_l \alpha_{lc}` less, one sold there beyond segment :math:`j_l(c)` as much more, and the state is granted the right side:

.. math::
    V_y(o, k) \;\le\; \text{(F.15) at } \Bigl(m_a - \sum_{l:\, d_l = d(a),\, c(a) \in T_l} \kappa_l \alpha_{l c(a)},\;
    P_{cs} + \sum_{l:\, c \in T_l,\, j_l(c) < s} \kappa_l \alpha_{lc}\Bigr)
    + \sum_l \kappa_l \bigl((B_l - \rho_l m_l)\, o_{d_l} + \rho_l k_{r_l}\bigr)   \qquad (F.29)

Every plan keeps each cut, so that this is weak duality with more rows: it holds for any prices, it is linear in the states and
convex in all prices together. Nothing else of (F.15) and (F.16) changes, which are worked out on gains shifted like this: by arc and
by segment, so that a way that is not the line's, and the first segments, are left as they were. What stands before o and k is worked
out from what is offered alone, and a cut that speaks of modules which may be at work in part has no price, whatever is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.lumps import left_sides, right_sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.operations import Operations
    from roadstead.terms.arrays import Floats, Ints, Shorts


@dataclass(frozen=True, slots=True)
class Lumps:
    """Cuts (F.28) with prices, L of them.

    Attributes
    ----------
    node_year, resource
        Where each stands, and whose modules it speaks of. Shape (L,).
    segment
        j(c) of every cell, -1 for those not in T: small numbers, for there are many. Shape (L, C).
    price
        kappa. Shape (L,).
    """

    node_year: Ints
    resource: Ints
    segment: Shorts
    price: Floats

    @property
    def count(self) -> int:
        """L."""
        return len(self.price)

    def of_years(self, years: Ints) -> Lumps:
        """Those of some node-years of many, numbered by their place among these."""
        place = np.full(1 + max(int(years.max(initial=-1)), int(self.node_year.max(initial=-1))), -1)
        place[years] = np.arange(len(years))
        kept = place[self.node_year] >= 0
        return Lumps(place[self.node_year[kept]], self.resource[kept], self.segment[kept], self.price[kept])

    def among(self, years: Ints) -> Lumps:
        """The same, numbered as all node-years are, of which these are ``years``."""
        return replace(self, node_year=years[self.node_year])


def no_lumps(cells: int) -> Lumps:
    """No cut at all."""
    none = np.zeros(0, dtype=np.int64)
    return Lumps(none, none, np.zeros((0, cells), dtype=np.int8), np.zeros(0))


def joined_lumps(parts: Sequence[Lumps]) -> Lumps:
    """The cuts of all parts; what one says in several is said once, at the sum of its prices."""
    year, resource = (np.concatenate([getattr(part, name) for part in parts]) for name in ("node_year", "resource"))
    segment, price = (np.concatenate([getattr(part, name) for part in parts]) for name in ("segment", "price"))
    first: dict[tuple[int, int, bytes], int] = {}
    keys = zip(year.tolist(), resource.tolist(), (row.tobytes() for row in segment), strict=True)
    place = np.asarray([first.setdefault(key, len(first)) for key in keys], dtype=np.int64)
    once = np.unique(place, return_index=True)[1]
    return Lumps(year[once], resource[once], segment[once], np.bincount(place, price, len(first)).astype(np.float64))


def in_force(ops: Operations, lumps: Lumps) -> Lumps:
    """Those with a price that every plan keeps: of modules at work only in whole ones. Whatever else is said counts for nothing."""
    holds = ops.lumpy[lumps.node_year, lumps.resource] & (ops.reach[lumps.node_year, lumps.resource] > 0)
    kept = np.flatnonzero(holds & (lumps.price > 0))
    segment = np.clip(lumps.segment[kept], -1, ops.width.shape[-1] - 1)
    return Lumps(lumps.node_year[kept], lumps.resource[kept], segment, lumps.price[kept])


def shifted(ops: Operations, lumps: Lumps) -> Operations:
    """What is offered with the prices of cuts in its gains."""
    lumps = in_force(ops, lumps)
    if not lumps.count:
        return ops
    sent, sold = left_sides(ops.sent_into, ops.car_use, lumps.resource, lumps.segment, ops.width.shape[-1])

    def priced(like: Floats, cut: Ints, alpha: Floats, *at: Ints) -> Floats:
        place = np.ravel_multi_index((lumps.node_year[cut], *at), like.shape)
        return np.bincount(place, lumps.price[cut] * alpha, like.size).astype(np.float64).reshape(like.shape)

    (cut, arc, use), (of_sale, cell, segment, saved) = sent, sold
    return replace(
        ops,
        arc_gain=ops.arc_gain - priced(ops.arc_gain, cut, use, arc),
        segment_gain=ops.segment_gain + priced(ops.segment_gain, of_sale, saved, cell, segment),
    )


def granted(ops: Operations, lumps: Lumps) -> tuple[Floats, Floats]:
    """What stands at the prices of cuts before what is open and at work. Shapes (Y, D), (Y, R)."""
    option, module = np.zeros((ops.count, ops.options)), np.zeros(ops.free.shape)
    lumps = in_force(ops, lumps)
    if lumps.count:
        of_option, of_modules = terms(ops, lumps)
        at = lumps.node_year, ops.resource_gate[lumps.resource]
        np.add.at(option, at, lumps.price * of_option)
        np.add.at(module, (lumps.node_year, lumps.resource), lumps.price * of_modules)
    return option, module


def terms(ops: Operations, lumps: Lumps) -> tuple[Floats, Floats]:
    """What stands before what is open and at work on the right side of cuts. Shapes (L,), (L,)."""
    reached = np.cumsum(ops.width, axis=-1)
    at = np.maximum(lumps.segment, 0)
    cells = np.arange(lumps.segment.shape[1])
    ceiling = np.where(lumps.segment >= 0, reached[lumps.node_year[:, None], cells, at], 0.0)
    full = (ops.car_use[lumps.resource] * ceiling).sum(-1)
    size = ops.reach[lumps.node_year, lumps.resource]
    return right_sides(full, np.where(size > 0, size, 1.0))
