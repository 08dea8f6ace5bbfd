"""Where a relaxation ended, told by nodes and node-years, so that a neighbouring problem's begins there: one of fewer futures, of
further pins, of other costs.

A row stands by the last node or node-year that its columns belong to, and by its place among the rows of that; as programs are stated
node by node in one order, the same row of a neighbour has the same place. Where it has not, the guess costs time and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.extensive import Basis
from roadstead.footprint.formulation import formulate
from roadstead.footprint.linking import cut_rows
from roadstead.footprint.program import tightened
from roadstead.footprint.tails import with_tails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy import sparse

    from roadstead.footprint.columns import Columns
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.plan import Pin
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Ints

OF_NODES = ("u", "v", "z", "w")
OF_YEARS = ("x", "q", "g", "h", "o", "k", "earned", "spent", "left")
FIRST_YEAR = 1 << 20
"""What owners of rows that are node-years are counted from; nodes are counted from 0."""
PLACES = 1 << 32
"""More rows than one owner has."""
AT_FLOOR, BASIC = 0, 1
"""The solver's words for a column at its floor, and for one that is in the basis."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a relaxation ended.

    Attributes
    ----------
    status
        The solver's status of the columns of each family, -1 where there is none, in the shapes of ``Columns``.
    row
        Owner and place of each row, as one number, in order. Shape (W,).
    row_status
        The solver's status of each. Shape (W,).
    """

    status: Mapping[str, Ints]
    row: Ints
    row_status: Ints

    def among(self, nodes: Ints, years: Ints) -> Ended:
        """The same of some nodes, and their node-years, alone."""
        status = {name: of[nodes if name in OF_NODES else years] for name, of in self.status.items()}
        owner, place = np.divmod(self.row, PLACES)
        now = np.full(FIRST_YEAR + len(self.status["o"]), -1)
        now[nodes], now[FIRST_YEAR + years] = np.arange(len(nodes)), FIRST_YEAR + np.arange(len(years))
        kept = np.flatnonzero((owner >= 0) & (now[owner] >= 0))
        row = now[owner[kept]] * PLACES + place[kept]
        order = np.argsort(row)
        return Ended(status, row[order], self.row_status[kept][order])

    def basis(self, columns: Columns, matrix: sparse.csr_matrix) -> Basis | None:
        """A basis to begin a program with; None where its families have other shapes."""
        column = np.full(matrix.shape[1], AT_FLOOR)
        for name, known in self.status.items():
            mine = getattr(columns, name)
            if mine.shape != known.shape:
                return None
            both = (mine >= 0) & (known >= 0)
            column[mine[both]] = known[both]
        wanted = _rows(columns, matrix)
        at = np.minimum(np.searchsorted(self.row, wanted), max(len(self.row) - 1, 0))
        met = self.row[at] == wanted if len(self.row) else np.zeros(len(wanted), dtype=bool)
        return Basis(column, np.where(met, self.row_status[at] if len(self.row) else BASIC, BASIC))


def ended(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], cuts: LinkingCuts, basis: Basis) -> Ended:
    """Where the relaxation of a problem with these cuts has ended, by nodes and node-years."""
    whole = formulate(tree, prospect, pins)
    matrix = tightened(with_tails(tree, prospect, whole), cut_rows(prospect, whole.columns, cuts)).matrix
    families = {name: getattr(whole.columns, name) for name in (*OF_NODES, *OF_YEARS)}
    status = {name: np.where(at >= 0, basis.column[np.maximum(at, 0)], -1) for name, at in families.items()}
    row = _rows(whole.columns, matrix)
    order = np.argsort(row)
    return Ended(status, row[order], basis.row[order])


def _rows(columns: Columns, matrix: sparse.csr_matrix) -> Ints:
    """Owner and place of every row. Shape (W,)."""
    mine = np.zeros(matrix.shape[1], dtype=np.int64)
    for first, names in ((0, OF_NODES), (FIRST_YEAR, OF_YEARS)):
        for name in names:
            at = getattr(columns, name)
            owner = first + np.arange(len(at)).reshape(-1, *(1,) * (at.ndim - 1))
            mine[at[at >= 0]] = np.broadcast_to(owner, at.shape)[at >= 0]
    found = np.full(matrix.shape[0], -1, dtype=np.int64)
    np.maximum.at(found, np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), mine[matrix.indices])
    order = np.argsort(found, kind="stable")
    begins = np.searchsorted(found[order], found[order])
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found)) - begins
    return found * PLACES + place
