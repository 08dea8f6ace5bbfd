r"""Segment linking: cuts that tie what a line sends to the price segments it could fill, found where a fraction breaks them.

For a cell with segments in falling price, any set T of options that open arcs of the cell, and any segment j,

.. math::
    \sum_{d \in T} \Bigl(\sum_{a: d(a) = d} x_a - W_j\, o_d\Bigr) \;\le\; \sum_{s > j} q_s, \qquad W_j = \sum_{s \le j} w_s   \qquad (F.14)

holds in every plan: if no option of T is open its arcs carry nothing; if one is, they carry at most what is sold, of which
at most :math:`W_j` lies in the first j segments. With j the last segment and one option it is the strong linking of
(F.9). A plant half open could otherwise fill the better half of every curve at half its fixed cost; on the bundled case
these cuts close nine tenths of that part of the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS, live_segments
from roadstead.footprint.extensive import Basis

if TYPE_CHECKING:
    from roadstead.footprint.columns import Columns
    from roadstead.footprint.extensive import Answer, WarmProgram
    from roadstead.footprint.nearby import Ended
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Flags, Floats, Ints

LEAST = 1e-3
"""Thousand cars by which a cut must be broken to be worth a row."""
ROUNDS = 12
"""Rounds of cuts at most; each closes less than the one before."""


@dataclass(frozen=True, slots=True)
class LinkingCuts:
    """Cuts (F.14), L of them.

    Attributes
    ----------
    node_year, cell, segment
        Where each stands, and j. Shape (L,).
    by_entry
        True where T counts options of entry, false where options of supply. Shape (L,).
    options
        T. Shape (L, D).
    """

    node_year: Ints
    cell: Ints
    segment: Ints
    by_entry: Flags
    options: Flags

    @property
    def count(self) -> int:
        """L."""
        return len(self.cell)

    def some(self, kept: Ints) -> LinkingCuts:
        """Some of them."""
        return LinkingCuts(
            self.node_year[kept], self.cell[kept], self.segment[kept], self.by_entry[kept], self.options[kept]
        )


def no_cuts(prospect: Prospect) -> LinkingCuts:
    """No cut at all."""
    none = np.zeros(0, dtype=np.int64)
    flags = np.zeros((0, len(prospect.labels.option)), dtype=bool)
    return LinkingCuts(none, none, none, np.zeros(0, dtype=bool), flags)


def joined(first: LinkingCuts, second: LinkingCuts) -> LinkingCuts:
    """Cuts of both, in their order."""
    return LinkingCuts(
        np.concatenate([first.node_year, second.node_year]),
        np.concatenate([first.cell, second.cell]),
        np.concatenate([first.segment, second.segment]),
        np.concatenate([first.by_entry, second.by_entry]),
        np.concatenate([first.options, second.options]),
    )


def reached(prospect: Prospect) -> Floats:
    """W: thousand cars in the first segments up to each. Shape (Y, C, S)."""
    return np.cumsum(np.where(live_segments(prospect), prospect.demand.width, 0.0), axis=-1) / CARS


def broken_cuts(prospect: Prospect, columns: Columns, point: Floats) -> LinkingCuts:
    """The most broken cut of every node-year and cell at a point, by supply and by entry."""
    found = no_cuts(prospect)
    sold = np.where(columns.q >= 0, point[columns.q], 0.0)
    beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
    ceiling = reached(prospect)
    for by_entry, gate in ((False, prospect.arcs.supply_option), (True, prospect.arcs.entry_option)):
        sent = _sent(prospect, columns, point, gate)
        # What each option sends beyond its share of the first j segments. Shape (Y, C, D, S).
        excess = np.maximum(sent[..., None] - point[columns.o][:, None, :, None] * ceiling[:, :, None, :], 0.0)
        broken = excess.sum(2) - beyond
        y, cell = np.nonzero(broken.max(-1) > LEAST)
        j = broken[y, cell].argmax(-1)
        options = excess[y, cell, :, j] > 0
        found = joined(found, LinkingCuts(y, cell, j, np.full(len(y), by_entry), options))
    return found


def _sent(p: Prospect, columns: Columns, point: Floats, gate: Ints) -> Floats:
    """Thousand cars into each cell through arcs of each option. Shape (Y, C, D)."""
    flow = np.where(columns.x >= 0, point[columns.x], 0.0)
    sent = np.zeros((len(flow), len(p.labels.cell), len(p.labels.option)))
    gated = np.flatnonzero(gate >= 0)
    np.add.at(sent.transpose(1, 2, 0), (p.arcs.cell[gated], gate[gated]), flow[:, gated].T)
    return sent


def cut_rows(prospect: Prospect, columns: Columns, cuts: LinkingCuts) -> sparse.csr_matrix:
    """Rows of the cuts over the program's columns, each at most zero. Shape (L, V)."""
    p, ceiling = prospect, reached(prospect)
    row, column, value = [], [], []

    def add(index: int, at: Ints, amount: Floats | float) -> None:
        there = at >= 0
        row.append(np.full(int(there.sum()), index))
        column.append(at[there])
        value.append(np.broadcast_to(np.asarray(amount, dtype=np.float64), at.shape)[there])

    for i in range(cuts.count):
        y, cell, j = int(cuts.node_year[i]), int(cuts.cell[i]), int(cuts.segment[i])
        gate = p.arcs.entry_option if cuts.by_entry[i] else p.arcs.supply_option
        mine = np.flatnonzero((p.arcs.cell == cell) & (gate >= 0) & cuts.options[i][gate])
        add(i, columns.x[y, mine], 1.0)
        add(i, columns.o[y, cuts.options[i]], -ceiling[y, cell, j])
        add(i, columns.q[y, cell, j + 1 :], -1.0)
    width = 1 + max(int(part.max(initial=-1)) for part in (columns.o, columns.k))
    if not row:
        return sparse.csr_matrix((0, width))
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    return sparse.csr_matrix(entries, shape=(cuts.count, width))


def tighten(
    prospect: Prospect, columns: Columns, warm: WarmProgram, cuts: LinkingCuts, begin: Basis | Ended | None
) -> tuple[Answer, LinkingCuts]:
    """Solve the relaxed program, adding the cuts its solution breaks until none is left or rounds run out.

    ``cuts`` found before are there from the first; ``begin`` is where the same program, or one near it, ended with them.
    """
    if cuts.count:
        warm.add_rows(cut_rows(prospect, columns, cuts))
    basis = begin if begin is None or isinstance(begin, Basis) else begin.basis(columns, warm.program.matrix)
    if basis is not None:
        warm.begin_at(basis)
    answer = warm.solve()
    for _ in range(ROUNDS):
        if answer.point is None:
            break
        broken = broken_cuts(prospect, columns, answer.point)
        if not broken.count:
            break
        cuts = joined(cuts, broken)
        warm.add_rows(cut_rows(prospect, columns, broken))
        answer = warm.solve()
    return answer, cuts
