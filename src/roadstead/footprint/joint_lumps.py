r"""Two lines that serve the same cells: what both bring there in whole modules, and cuts that hold a state in part to it.

With two resources of whole modules, each under an option of its own, and T, j(c), B as in (F.28), :math:`\alpha_c` the least that a car
for the cell uses of either, what both lines send into T beyond the segments up to j(c) is in every plan at most
:math:`g(k_1, k_2) = \min(B,\, s_1 k_1 + s_2 k_2)`. A line stands in one of few ways: shut, or open with :math:`0, 1, \dots, m_i` modules, no more
than its limit allows or than serve T alone. So for any numbers a, and :math:`b \ge 0`,

.. math::
    \sum_{c \in T} \alpha_c \Bigl(\sum_{a \in c,\, d(a) \in \{d_1, d_2\}} x_a - \sum_{s > j(c)} q_{cs}\Bigr)
    \;\le\; \gamma + \sum_{i=1,2} (a_i\, o_{d_i} + b_i\, k_{r_i}), \qquad
    \gamma = \max_{o,\, k} \Bigl\{g(k_1, k_2) - \sum_i (a_i o_i + b_i k_i)\Bigr\}   \qquad (F.30)

over all ways in which both can stand: more modules than those raise the right side and g no further. The a and b that say most at a state are the
prices of the program that mixes ways into it, each by a share of one:

.. math::
    \max \Bigl\{\sum_l \lambda_l\, g_l \;:\; \sum_l \lambda_l\, (o_l, k_l) = (o, k),\; \sum_l \lambda_l = 1,\; \lambda \ge 0\Bigr\}   \qquad (F.31)

That is the concave hull of what both lines bring. One line alone has (F.28); with two, a line open in part no longer adds to another that is full.
Programs (F.31) have five rows and are solved many at once, by the simplex method on dense arrays; where one should not end,
its last prices give a cut all the same, for :math:`\gamma` is worked out from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.linking import LEAST
from roadstead.footprint.lumps import NEAR_WHOLE, right_sides

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

MOST_MODULES = 8
"""Modules of a line up to which all ways it can stand are gone through."""
PIVOTS = 60
"""Steps of the simplex method at most: six to ten are usual."""
TINY = 1e-9
BEGIN = 0.5
"""Share of what more cells could be sold at which the cells of a cut are chosen first; then that at which the right side rises with them."""
TRIES = 3
"""Times that they are chosen."""
PARTNERS = 2
"""Lines that are tried with one in part: those whose cells it serves most."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of lines with cells that both serve, P of them.

    Attributes
    ----------
    full
        B. Shape (P,). [thousand units]
    size
        What a module adds. Shape (P, 2). [thousand units]
    most
        Modules at most. Shape (P, 2).
    """

    full: Floats
    size: Floats
    most: Floats

    @property
    def needed(self) -> Floats:
        """Modules up to which ways to stand differ in what they bring. Shape (P, 2)."""
        alone = np.ceil(self.full[:, None] / np.where(self.size > 0, self.size, np.inf) - TINY)
        return np.maximum(np.minimum(np.floor(self.most + TINY), alone), 1.0)

    @property
    def modules(self) -> Floats:
        """The same, no more than are gone through. Shape (P, 2)."""
        return np.minimum(self.needed, MOST_MODULES)

    @property
    def few(self) -> Flags:
        """Where that is all of them; nothing that is worked out here holds elsewhere. Shape (P,)."""
        return np.asarray((self.needed <= MOST_MODULES).all(1))


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of node-years at their states, R of each.

    Attributes
    ----------
    state
        What is open and at work. Shape (Y, R, 2).
    size, most
        What a module adds, and modules at most. Shape (Y, R).
    whole
        Where modules are at work in whole ones alone. Shape (Y, R).
    alpha
        The least that a car into a cell uses; 0 where none is sent. Shape (R, C).
    gate
        Option of each. Shape (R,).
    """

    state: Floats
    size: Floats
    most: Floats
    whole: Flags
    alpha: Floats
    gate: Ints


def _ways(modules: int) -> tuple[Floats, Floats]:
    """All ways in which two lines can stand: what is open and how many modules, then a one; and modules alone. Shapes (5, W), (W, 2)."""
    is_open, count = np.append(0.0, np.ones(modules + 1)), np.append(0.0, np.arange(modules + 1))
    first, second = np.divmod(np.arange((modules + 2) ** 2), modules + 2)
    ways = np.stack([is_open[first], count[first], is_open[second], count[second], np.ones(len(first))])
    return ways, ways[[1, 3]].T


def _brought(pairs: Pairs, count: Floats) -> Floats:
    """What both lines bring in every way (g); minus infinity where it has more modules than there can be. Shape (P, W)."""
    found = np.minimum(pairs.full[:, None], pairs.size @ count.T)
    return np.where((count[None] <= pairs.modules[:, None]).all(-1), found, -np.inf)


def constants(pairs: Pairs, right: Floats) -> Floats:
    """What stands alone on the right (gamma), from a and b of both lines. Shape of right (P, 4) -> (P,)."""
    if not len(right):
        return np.zeros(0)
    ways, count = _ways(int(pairs.modules.max()))
    return np.asarray((_brought(pairs, count) - right @ ways[:4]).max(1))


def sound(right: Floats) -> Floats:
    """A and b with no b below nothing."""
    return np.where([False, True, False, True], np.maximum(right, 0.0), right)


def hulls(pairs: Pairs, state: Floats) -> tuple[Floats, Floats]:
    """A and b that say most at states of both lines (F.31), and by how much of a unit that rises with B.

    Shape of state, what is open and at work of each line: (P, 2, 2) -> (P, 4), (P,).
    """
    if not len(state):
        return np.zeros((0, 4)), np.zeros(0)
    ways, count = _ways(int(pairs.modules.max()))
    worth = _brought(pairs, count)
    basis, point = _first(pairs, state, int(pairs.modules.max()))
    price, share = np.zeros((len(state), 5)), np.zeros((len(state), 5))
    left = np.arange(len(state))
    for _ in range(PIVOTS):
        mixed = ways.T[basis[left]]  # one row a way in the basis
        earned = np.take_along_axis(worth[left], basis[left], 1)
        price[left] = np.linalg.solve(mixed, earned[..., None])[..., 0]
        share[left] = np.linalg.solve(mixed.transpose(0, 2, 1), point[left][..., None])[..., 0]
        more = worth[left] - price[left] @ ways
        enters = more.argmax(1)
        better = np.take_along_axis(more, enters[:, None], 1)[:, 0] > TINY * (1.0 + pairs.full[left])
        if not better.any():
            break
        left, enters, mixed = left[better], enters[better], mixed[better]
        by = np.linalg.solve(mixed.transpose(0, 2, 1), ways.T[enters][..., None])[..., 0]
        room = np.where(by > TINY, np.maximum(share[left], 0.0) / np.where(by > TINY, by, 1.0), np.inf)
        basis[left, room.argmin(1)] = enters
    full = (pairs.size[:, None] * count[basis]).sum(-1) >= pairs.full[:, None]
    return sound(price[:, :4]), np.asarray((np.maximum(share, 0.0) * full).sum(1))


def right_at(pairs: Pairs, lines: Ints, state: Floats) -> tuple[Floats, Floats]:
    """What stands on the right of cuts at states: alone, and before o and k of both lines, the least there is. A line of -1 is none.

    Shapes (P, 2), (P, 2, 2) -> (P,), (P, 4).
    """
    least, joint = np.zeros((len(lines), 4)), np.flatnonzero(lines[:, 1] >= 0)
    least[joint], _ = hulls(_some(pairs, joint), state[joint])
    return right_of(pairs, lines, least)


def right_of(pairs: Pairs, lines: Ints, said: Floats) -> tuple[Floats, Floats]:
    """The same, of two lines with what is ``said`` of them: whatever that is, what stands alone is worked out from it. Shape of said (P, 4)."""
    constant, right = np.zeros(len(lines)), np.zeros((len(lines), 4))
    single, joint = np.flatnonzero(lines[:, 1] < 0), np.flatnonzero(lines[:, 1] >= 0)
    size = pairs.size[single, 0]
    right[single, 0], right[single, 1] = right_sides(pairs.full[single], np.where(size > 0, size, 1.0))
    right[joint] = said[joint]
    constant[joint] = constants(_some(pairs, joint), right[joint])
    return constant, right


def _some(pairs: Pairs, kept: Ints) -> Pairs:
    return Pairs(pairs.full[kept], pairs.size[kept], pairs.most[kept])


def _first(pairs: Pairs, state: Floats, modules: int) -> tuple[Ints, Floats]:
    """A mix to begin from: each line shut or with the whole numbers beside its own, the more of one with the less of the other.

    Shapes (P, 5) and, of the state as it can be mixed, (P, 5).
    """
    most = pairs.modules
    is_open = np.clip(state[..., 0], 0.0, 1.0)
    at_work = np.clip(state[..., 1], 0.0, most * is_open)
    ratio = np.divide(at_work, is_open, out=np.zeros_like(at_work), where=is_open > 0)
    low = np.minimum(np.floor(ratio), most - 1.0)
    part = np.clip(ratio - low, 0.0, 1.0)
    shares = np.stack([1.0 - is_open, is_open * (1.0 - part), is_open * part], axis=-1)
    way = np.stack([np.zeros_like(low), low + 1.0, low + 2.0], axis=-1).astype(np.int64)
    first, second = shares[:, 0].copy(), shares[:, 1, ::-1].copy()
    way_first, way_second = way[:, 0], way[:, 1, ::-1]
    row, i, j = np.arange(len(state)), np.zeros(len(state), dtype=np.int64), np.zeros(len(state), dtype=np.int64)
    basis = np.zeros((len(state), 5), dtype=np.int64)
    for step in range(5):
        basis[:, step] = way_first[row, i] * (modules + 2) + way_second[row, j]
        both = np.minimum(first[row, i], second[row, j])
        first[row, i] -= both
        second[row, j] -= both
        down = (i < 2) & ((j == 2) | (first[row, i] <= second[row, j]))
        i, j = i + down, j + ~down
        i, j = np.minimum(i, 2), np.minimum(j, 2)
    mixed = np.stack([is_open[:, 0], at_work[:, 0], is_open[:, 1], at_work[:, 1], np.ones(len(state))], axis=1)
    return basis, mixed


def broken_pairs(lines: Lines, flows: tuple[Floats, Floats], ceiling: Floats) -> tuple[Ints, Ints, Ints]:
    """For every line in part, and those it shares most with, the cut (F.30) that a state and its flows break most, where they break one.

    ``flows``: what is sent into each cell on a line's arcs and what is sold beyond each segment, shapes (Y, R, C) and (Y, C, S), as ``ceiling``.
    Gives node-years, both lines, and j(c) of every cell, -1 for those not in T. Shapes (L,), (L, 2), (L, C).
    """
    sent, beyond = flows
    year, pair = _sharing(lines, sent)
    at = year[:, None], pair
    beside, alpha = sent[at].sum(1), np.where(lines.alpha > 0, lines.alpha, np.inf)[pair].min(1)
    row, cell = np.nonzero(beside > 0)  # one entry a pair and a cell it serves
    use, of = alpha[row, cell], (year[row], cell)
    excess, room, entry = beside[row, cell][:, None] - beyond[of], ceiling[of], np.arange(len(row))
    slope, most_broken = np.full(len(pair), BEGIN), np.full(len(pair), LEAST)
    chosen = np.full((len(pair), sent.shape[2]), -1)
    for _ in range(TRIES):
        segment = (excess - slope[row, None] * room).argmax(1)
        inside = excess[entry, segment] > slope[row] * room[entry, segment]
        full, left = (
            np.bincount(row, np.where(inside, use * part[entry, segment], 0.0), len(pair)) for part in (room, excess)
        )
        both = Pairs(full.astype(np.float64), lines.size[at], lines.most[at])
        right, slope = hulls(both, lines.state[at])
        by = left - constants(both, right) - (right * lines.state[at].reshape(-1, 4)).sum(1)
        more = (by > most_broken) & both.few
        most_broken[more] = by[more]
        chosen[more] = -1
        here = more[row] & inside
        chosen[row[here], cell[here]] = segment[here]
    found = (chosen >= 0).any(1)
    return year[found], pair[found], chosen[found]


def _sharing(lines: Lines, sent: Floats) -> tuple[Ints, Ints]:
    """Pairs of a line in part and those whose cells it serves most. Shapes (P,), (P, 2)."""
    is_open, at_work = lines.state[..., 0], lines.state[..., 1]
    ratio = at_work / np.maximum(is_open, NEAR_WHOLE)
    in_part = (np.abs(is_open - np.round(is_open)) > NEAR_WHOLE) | (np.abs(ratio - np.round(ratio)) > NEAR_WHOLE)
    in_part &= lines.whole & (is_open > NEAR_WHOLE)
    sent = np.where(lines.whole[..., None], sent, 0.0)
    serves = (sent > 0).astype(np.float64)
    shared = sent @ serves.transpose(0, 2, 1)
    shared += shared.transpose(0, 2, 1)  # what both send into cells that the other serves
    shared[:, lines.gate[:, None] == lines.gate] = 0.0
    shared *= in_part[..., None]
    partner = np.argsort(-shared, axis=2, kind="stable")[..., :PARTNERS]
    year, first, nth = np.nonzero(np.take_along_axis(shared, partner, 2) > 0)
    second = partner[year, first, nth]
    found = np.unique(np.stack([year, np.minimum(first, second), np.maximum(first, second)], axis=1), axis=0)
    return found[:, 0], found[:, 1:]
