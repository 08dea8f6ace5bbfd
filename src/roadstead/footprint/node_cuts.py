"""Cuts of node-years added up by node: what the years of a node may earn, as a cut on decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from roadstead.footprint.pricing import BarePrices, YearCuts
    from roadstead.footprint.states import StateMap
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class NodeCuts:
    """A cut for each of some nodes: what it earns, or nothing where that is no matter, is at most ``constant + gradient @ decisions``.

    ``earns``: 1 where the cut is one on what the node earns. Shapes (M,), (M,), (M, V), (M,).
    """

    nodes: Ints
    constant: Floats
    gradient: sparse.csr_matrix
    earns: Floats


def node_cuts(cuts: YearCuts, prices: BarePrices, states: StateMap, years_node: Ints, wanted: Ints) -> NodeCuts:
    """The cuts of node-years added up by node, for the nodes wanted; of one in which something is unfit, only what is."""
    every, at, unfit = len(years_node), prices.node_year, prices.unfit
    count, nodes = int(years_node.max(initial=0)) + 1, years_node[at]
    misfit = np.bincount(nodes, unfit, count) > 0
    counted = np.where(misfit[nodes], unfit, True).astype(float)
    flat = (
        cuts.constant + (cuts.option * states.option_start[at]).sum(1) + (cuts.module * states.module_start[at]).sum(1)
    )
    parts = (
        (cuts.option, states.option), (cuts.module, states.module), (cuts.earned, states.earned), (cuts.spent, states.spent),
    )  # fmt: skip

    def summed(weight: Floats) -> sparse.csr_matrix:
        """Row n holds the weights of its node-years, in the columns that all node-years have. Shape (N, Y * J)."""
        width = weight.shape[1]
        column = (at[:, None] * width + np.arange(width)).ravel()
        return sparse.csr_matrix((weight.ravel(), (np.repeat(nodes, width), column)), shape=(count, every * width))

    gradient = sum(summed(part * counted[:, None])[wanted] @ into for part, into in parts)
    constant = np.bincount(nodes, flat * counted, count)[wanted].astype(np.float64)
    return NodeCuts(wanted, constant, sparse.csr_matrix(gradient), (~misfit[wanted]).astype(float))
