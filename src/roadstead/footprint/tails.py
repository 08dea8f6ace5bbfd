r"""The worst futures weighed beside the mean: conditional value at risk, on paths of the tree.

With :math:`V_\ell` the NPV of the path to leaf l, :math:`\alpha_e` the share of paths that are tail e and :math:`\lambda_e` its weight,

.. math::
    \max \; \Bigl(1 - \sum_e \lambda_e\Bigr) \sum_\ell p_\ell V_\ell
    + \sum_e \lambda_e \Bigl(t_e - \frac{1}{\alpha_e} \sum_\ell p_\ell s_{e\ell}\Bigr),
    \qquad s_{e\ell} \ge t_e - V_\ell,\; s \ge 0        \qquad (F.26)

(Rockafellar and Uryasev, *Journal of Risk* 2, 2000). A mean over a tail is the least mean under any *risk weights*
:math:`q_{e\ell} \le p_\ell / \alpha_e` that add up to one, so that any of them prove a bound: that of the program whose nodes
count

.. math::
    \rho_n = 1 - \sum_e \lambda_e + \sum_e \lambda_e \sum_{\ell \succeq n} q_{e\ell} / p_n        \qquad (F.27)

times what they do in the mean, by (F.13).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import standing_cost
from roadstead.futures.tree import ancestry, from_root, leaves, node_probability, to_root

if TYPE_CHECKING:
    from roadstead.footprint.columns import Columns
    from roadstead.footprint.program import Program
    from roadstead.futures.accounts import Tails
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints


def weighs_tails(prospect: Prospect) -> bool:
    """True where some tail counts."""
    return bool(np.any(prospect.tails.weight > 0))


def column_nodes(prospect: Prospect, columns: Columns, width: int) -> Ints:
    """Node in which each column earns; the first for those that earn nothing. Shape (V,)."""
    nodes = np.zeros(width, dtype=np.int64)
    for family in (columns.u, columns.v, columns.z, columns.w):
        here = np.argwhere(family >= 0)
        nodes[family[family >= 0]] = here[:, 0]
    for family in (columns.x, columns.q, columns.g, columns.h):
        here = np.argwhere(family >= 0)
        nodes[family[family >= 0]] = prospect.node_years.node[here[:, 0]]
    return nodes


def weighed(tree: ScenarioTree, prospect: Prospect, columns: Columns, program: Program, ratio: Floats) -> Program:
    """The program whose nodes count ``ratio`` times what they do in the mean. Shape of ratio (N,)."""
    nodes = column_nodes(prospect, columns, len(program.gain))
    constant = -float(standing_cost(tree, prospect) @ ratio)
    return replace(program, gain=program.gain * ratio[nodes], constant=constant)


def with_tails(tree: ScenarioTree, prospect: Prospect, columns: Columns, program: Program) -> Program:
    """(F.26): the program with the worth of every node, and with tails, as further columns and rows; unchanged without a tail."""
    if not weighs_tails(prospect):
        return program
    probability, tails = node_probability(tree), prospect.tails
    ends, count = np.asarray(leaves(tree)), tree.count
    width, kinds = len(program.gain), len(tails.level)
    each = np.divide(1.0, probability, out=np.zeros(count), where=probability > 0)
    nodes = column_nodes(prospect, columns, width)
    earned = sparse.csr_matrix((program.gain * each[nodes], (nodes, np.arange(width))), shape=(count, width))
    paths = _paths(tree, ends)
    tail = sparse.kron(np.ones((kinds, 1)), paths)
    start = sparse.kron(sparse.identity(kinds), -np.ones((len(ends), 1)))
    short = sparse.identity(kinds * len(ends))
    blocks = [
        [program.matrix, None, None, None],
        [-earned, sparse.identity(count), None, None],
        [None, tail, start, short],
    ]
    none, many = np.inf, kinds * len(ends)
    idle = standing_cost(tree, prospect) * each
    loss = np.kron(tails.weight / tails.level, probability[ends])
    gain = [np.zeros(width), (1.0 - tails.weight.sum()) * probability, tails.weight, -loss]
    return replace(
        program,
        gain=np.concatenate(gain),
        floor=np.concatenate([program.floor, np.full(count + kinds, -none), np.zeros(many)]),
        ceiling=np.concatenate([program.ceiling, np.full(count + kinds + many, none)]),
        whole=np.concatenate([program.whole, np.zeros(count + kinds + many, dtype=bool)]),
        matrix=sparse.bmat(blocks, format="csr"),
        low=np.concatenate([program.low, -idle, np.zeros(many)]),
        high=np.concatenate([program.high, -idle, np.full(many, none)]),
        constant=0.0,
    )


def _paths(tree: ScenarioTree, ends: Ints) -> sparse.csr_matrix:
    """1 where a node is on the path to a leaf. Shape (leaves, N)."""
    return ancestry(tree)[ends]


def risk_ratio(tree: ScenarioTree, tails: Tails, price: Floats) -> Floats:
    """(F.27) from prices of the tails' rows, made to add up: any prices give risk weights. Shapes (E * leaves,) -> (N,)."""
    probability, ends = node_probability(tree), np.asarray(leaves(tree))
    ratio = np.full(tree.count, 1.0 - tails.weight.sum())
    for level, weight, mine in zip(tails.level, tails.weight, price.reshape(len(tails.level), -1), strict=True):
        at_leaf = np.zeros(tree.count)
        at_leaf[ends] = _risk_weights(np.abs(mine), probability[ends], float(level))
        below = to_root(tree, at_leaf)
        ratio += weight * np.divide(below, probability, out=np.ones(tree.count), where=probability > 0)
    return ratio


def _risk_weights(price: Floats, probability: Floats, level: float) -> Floats:
    """Weights at most p / level that add up to one, near to prices."""
    most = probability / level
    total = price.sum()
    weight = np.minimum(price / total, most) if total > 0 else np.zeros_like(most)
    missing = 1.0 - weight.sum()
    room = most - weight
    return weight + (room * (missing / room.sum()) if missing > 0 and room.sum() > 0 else 0.0)


def valued(tree: ScenarioTree, tails: Tails, by_node: Floats) -> float:
    """Mean and tails of paths, weighed, from what every node adds to the mean, its probability included. [money]"""
    probability = node_probability(tree)
    ends = np.asarray(leaves(tree))
    given = np.divide(by_node, probability, out=np.zeros(tree.count), where=probability > 0)
    value = (1.0 - float(tails.weight.sum())) * float(by_node.sum())
    for level, weight in zip(tails.level, tails.weight, strict=True):
        value += float(weight) * tail_mean(from_root(tree, given)[ends], probability[ends], float(level))
    return value


def tail_mean(value: Floats, probability: Floats, level: float) -> float:
    """Mean of the worst ``level`` of values by probability, the last of them counted in part."""
    order = np.argsort(value, kind="stable")
    before = np.cumsum(probability[order]) - probability[order]
    taken = np.clip(level - before, 0.0, probability[order])
    return float(taken @ value[order]) / float(taken.sum())
