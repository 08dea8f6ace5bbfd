r"""The nested distance of two processes on trees, exactly: how far apart they are when neither may look ahead.

At every pair of nodes of one stage, one from each process,

.. math::
    d(k, l) = \lVert x_k - y_l \rVert_1 + \min_{\pi} \sum_{k', l'} \pi_{k' l'}\, d(k', l')
    \quad \text{s.t.} \quad
    \sum_{l'} \pi_{k' l'} = p_{k' \mid k},\;
    \sum_{k'} \pi_{k' l'} = q_{l' \mid l},\;
    \pi \ge 0                                                                                     \qquad \text{(S.11)}

from the last stage back to the first (Pflug & Pichler 2012, SIAM Journal on Optimization 22, of order 1). A transport problem
for every pair: for trees of some tens of nodes, to hold bounds against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from roadstead.futures.growth.stakes import in_money, of_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.growth.reduce import Reduced
    from roadstead.futures.growth.stakes import Stakes
    from roadstead.futures.paths.simulate import Paths
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Stage:
    """Nodes of one stage.

    Attributes
    ----------
    parent
        Place of the parent in the stage before; 0 in the first. Shape (n,).
    probability
        Given the parent; in the first stage, as such. Shape (n,).
    value
        Shape (n, things).
    """

    parent: Ints
    probability: Floats
    value: Floats


def nested_distance(one: Sequence[Stage], other: Sequence[Stage]) -> float:
    """Nested distance (S.11) of two processes with the same stages."""
    if len(one) != len(other):
        raise ValueError("both processes have the same stages")
    apart = np.zeros((0, 0))
    for s in range(len(one) - 1, -1, -1):
        beyond = _beyond(one, other, s, apart) if s + 1 < len(one) else 0.0
        apart = cdist(one[s].value, other[s].value, "cityblock") + beyond
    return transport(one[0].probability, other[0].probability, apart)


def _beyond(one: Sequence[Stage], other: Sequence[Stage], stage: int, apart: Floats) -> Floats:
    """Distance of what follows on every pair of nodes of a stage. Shape (n, m)."""
    after, later = one[stage + 1], other[stage + 1]
    found = np.empty((len(one[stage].parent), len(other[stage].parent)))
    for k, row in enumerate(found):
        mine = np.flatnonzero(after.parent == k)
        for l in range(len(row)):  # noqa: E741 - the letter of the equation
            yours = np.flatnonzero(later.parent == l)
            row[l] = transport(after.probability[mine], later.probability[yours], apart[np.ix_(mine, yours)])
    return found


def transport(supply: Floats, demand: Floats, cost: Floats) -> float:
    """Least cost of moving one distribution onto another."""
    if len(supply) == 1 or len(demand) == 1:
        return float(supply @ cost @ demand)
    n, m = cost.shape
    rows = sparse.vstack(
        [sparse.kron(sparse.eye_array(n), np.ones((1, m))), sparse.kron(np.ones((1, n)), sparse.eye_array(m))]
    )
    # Both sides sum to one; the last row follows from the others and would only bring rounding in.
    found = linprog(cost.ravel(), A_eq=rows.tocsr()[:-1], b_eq=np.concatenate([supply, demand])[:-1], method="highs")
    return float(found.fun)


def histories(paths: Paths, stakes: Stakes, starts: Sequence[int]) -> list[Stage]:
    """The paths as a process: those with one history up to a stage share its node."""
    begins = [int(start - paths.years[0]) for start in starts]
    node = np.zeros(paths.count, dtype=np.int64)
    found = []
    for begin, end in zip(begins, [*begins[1:], len(paths.years)], strict=True):
        told = in_money(paths, stakes, slice(None), begin, end).reshape(paths.count, -1)
        _, first, now = np.unique(np.column_stack([node, told]), axis=0, return_index=True, return_inverse=True)
        share = np.bincount(now) / np.bincount(node)[node[first]]
        found.append(Stage(node[first], share, told[first]))
        node = now.ravel()
    return found


def of_tree(reduced: Reduced, stakes: Stakes) -> list[Stage]:
    """A reduced tree as a process, told in money as paths are."""
    tree = reduced.tree
    factors = np.concatenate(
        [reduced.demand[..., None], reduced.battery[..., None], reduced.freight[..., None], reduced.rates], axis=2
    )
    value = (
        np.concatenate([of_events(reduced.level, stakes), factors * stakes.units], axis=2) * stakes.year_weight[:, None]
    )
    found = []
    for start in np.unique(tree.start):
        nodes = np.flatnonzero(tree.start == start)
        begin = int(start - tree.start[0])
        own = value[nodes, begin : begin + int(tree.years[nodes[0]])]
        above = np.maximum(tree.parent[nodes], 0)
        place = above - (above.min() if above.size else 0)
        found.append(Stage(place, tree.branch_probability[nodes], own.reshape(len(nodes), -1)))
    return found
