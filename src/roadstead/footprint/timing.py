r"""When an order placed at a node works: lead time, ramp-up and life on the tree.

.. math::
    \phi_{r,n,y} = \frac{1}{|y|} \sum_{t \in y} \rho_r(t - t_n - L_r) \, [n \preceq n(y)]   \qquad (F.1)

with :math:`t_n` the first year of node n, :math:`L_r` the lead time, :math:`\rho_r(b)` the share of capacity reached in
the (b+1)-th year of output (nothing before it, nor once a maximum life has passed), and :math:`n \preceq n(y)` read
"n is on the path to the node of y".

Only what is on a path can work, so everything stands by *pairs*: a node and a node-year below it, or a node and a node below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints


PART_OF_A_YEAR = 1e-9
"""Less of a node-year than any of its years."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Where something below a node feels what is done in it: I pairs, sorted by what lies below.

    Attributes
    ----------
    node
        The node above, or the same. Shape (I,).
    below
        A node-year, or a node. Shape (I,).
    nodes, count
        How many nodes there are, and how many of what lies below.
    """

    node: Ints
    below: Ints
    nodes: int
    count: int

    def by_node(self, weight: Floats, value: Floats) -> Floats:
        """What an order at a node meets below it: the sum of weight times value. Shapes (J, I), (count, J) -> (nodes, J)."""
        found = np.zeros((self.nodes, len(weight)))
        for j, each in enumerate(weight):
            found[:, j] = np.bincount(self.node, each * value[self.below, j], self.nodes)
        return found

    def by_year(self, weight: Floats | Flags) -> Floats:
        """The sum of weights that reach what lies below. Shape (J, I) -> (count, J)."""
        found = np.zeros((self.count, len(weight)))
        for j, each in enumerate(weight):
            found[:, j] = np.bincount(self.below, each, self.count)
        return found

    def matrix(self, weight: Floats) -> sparse.csr_matrix:
        """Weights of one item as a matrix. Shape (I,) -> (count, nodes)."""
        return sparse.csr_matrix((weight, (self.below, self.node)), shape=(self.count, self.nodes))


@dataclass(frozen=True, slots=True)
class Timing:
    """How orders reach node-years, and the nodes below.

    Attributes
    ----------
    years
        Nodes and the node-years of their subtrees, I pairs.
    nodes
        Nodes and the nodes of their subtrees, themselves included, J pairs.
    module_output
        Share of a module's capacity available (F.1). Shape (R, I).
    module_service
        Share of the node-year's years in which the module is in service. Shape (R, I).
    option_open
        1 where an option committed to is open in any year of y. Shape (D, I).
    option_service
        Share of the node-year's years in which it is open. Shape (D, I).
    shut, unpaid
        1 where an option closed is open in no year of y, notice over; share of the years in which it costs nothing. Shape (D, I).
    retired
        Share of a module's capacity that one retired takes off (F.3): what a standing module yields, notice over. Shape (R, I).
    module_ready, option_ready, option_ripe
        1 where an order has come into service as the node below begins and a module's minimum life has passed; an option is
        open; and its minimum life has passed. Shapes (R, J), (D, J), (D, J).
    module_held, module_gone
        1 where a module ordered has not ended by itself as the node below begins; where the notice of one retired is over.
        Shape (R, J).
    """

    years: Pairs
    nodes: Pairs
    module_output: Floats
    module_service: Floats
    option_open: Floats
    option_service: Floats
    shut: Floats
    unpaid: Floats
    retired: Floats
    module_ready: Floats
    option_ready: Floats
    option_ripe: Floats
    module_held: Floats
    module_gone: Floats

    @property
    def on_path(self) -> sparse.csr_matrix:
        """1 where column n is on the path to row m. Shape (N, N)."""
        return self.nodes.matrix(np.ones(len(self.nodes.node)))

    @property
    def reaches(self) -> sparse.csr_matrix:
        """1 where column n is on the path to node-year y. Shape (Y, N)."""
        return self.years.matrix(np.ones(len(self.years.node)))


def standing_modules(tree: ScenarioTree, prospect: Prospect) -> Floats:
    """Modules standing without a decision, at the most there are from each node on: all of a line that grows, none of one
    that has ended. Shape (N, R).
    """
    standing = np.zeros((tree.count, len(prospect.labels.resource)))
    np.maximum.at(standing, prospect.node_years.node, prospect.resources.existing)
    for node in range(tree.count - 1, 0, -1):
        parent = int(tree.parent[node])
        standing[parent] = np.maximum(standing[parent], standing[node])
    return standing


def standing_yield(tree: ScenarioTree, prospect: Prospect) -> Floats:
    """Share of its capacity that a module standing without a decision yields; one where none stands. Shape (Y, R)."""
    standing = standing_modules(tree, prospect)[prospect.node_years.node]
    return np.where(standing > 0, prospect.resources.existing / np.where(standing > 0, standing, 1.0), 1.0)


def timing(tree: ScenarioTree, prospect: Prospect) -> Timing:
    """Work out when an order placed at any node works in any node-year."""
    years, resources, options = prospect.node_years, prospect.resources, prospect.options
    path = ancestry(tree)
    to_nodes, to_years = _pairs(path), _pairs(path[years.node])
    longest = int(years.span.max())
    offset = np.arange(longest)
    since = years.year[to_years.below][:, None] + offset - tree.start[to_years.node][:, None]  # (I, longest)
    counted = offset[None, :] < years.span[to_years.below][:, None]
    each = counted / years.span[to_years.below][:, None]
    ago = tree.start[to_nodes.below] - tree.start[to_nodes.node]  # (J,)
    above = to_nodes.node != to_nodes.below

    def share(value: Flags | Floats) -> Floats:
        return np.asarray((value * each).sum(-1))

    def lives(lead: int, life: int) -> Flags:
        return np.asarray((since >= lead) & (since - lead < life))

    def for_all(count: int, one: Callable[[int], Floats], width: int = len(to_years.node)) -> Floats:
        return np.stack([one(i) for i in range(count)]).astype(float) if count else np.zeros((0, width))

    last = resources.ramp.shape[1] - 1

    def output(r: int) -> Floats:
        step = resources.ramp[r, np.clip(since - resources.lead[r], 0, last)]
        return share(np.where(lives(resources.lead[r], resources.maximum_life[r]), step, 0.0))

    r_count, d_count = len(resources.lead), len(options.lead)
    yields = standing_yield(tree, prospect)[to_years.below].T
    o_service = for_all(d_count, lambda d: share(lives(options.lead[d], options.maximum_life[d])))
    unpaid = for_all(d_count, lambda d: share(since >= options.notice[d]))
    ended = resources.lead + resources.maximum_life
    pairs = len(to_nodes.node)
    return Timing(
        years=to_years,
        nodes=to_nodes,
        module_output=for_all(r_count, output),
        module_service=for_all(r_count, lambda r: share(lives(resources.lead[r], resources.maximum_life[r]))),
        option_open=(o_service > 0).astype(float),
        option_service=o_service,
        shut=(unpaid > 1.0 - PART_OF_A_YEAR).astype(float),
        unpaid=unpaid,
        retired=for_all(r_count, lambda r: yields[r] * share(since >= resources.notice[r])),
        module_ready=for_all(r_count, lambda r: above & (ago >= (resources.lead + resources.minimum_life)[r]), pairs),
        option_ready=for_all(d_count, lambda d: above & (ago >= options.lead[d]), pairs),
        option_ripe=for_all(d_count, lambda d: above & (ago >= (options.lead + options.minimum_life)[d]), pairs),
        module_held=for_all(r_count, lambda r: ago < ended[r], pairs),
        module_gone=for_all(r_count, lambda r: ago >= resources.notice[r], pairs),
    )


def _pairs(path: sparse.csr_matrix) -> Pairs:
    """A row's columns as pairs, in order."""
    path.sort_indices()
    below = np.repeat(np.arange(path.shape[0]), np.diff(path.indptr))
    return Pairs(path.indices.astype(np.int64), below, path.shape[1], path.shape[0])
