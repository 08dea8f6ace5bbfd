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

from roadstead.footprint.columns import standing_cost, year_money
from roadstead.futures.tree import ancestry, from_root, leaves, node_probability, to_root

if TYPE_CHECKING:
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.program import Program
    from roadstead.futures.accounts import Tails
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints


def money_by_node(tree: ScenarioTree, prospect: Prospect, whole: Formulation) -> sparse.csr_matrix:
    """What a unit of each column earns in every node, its running costs in the nodes they are paid in. Shape (N, V)."""
    c, program = whole.columns, whole.program
    own = np.zeros(len(program.gain), dtype=np.int64)
    for family in (c.u, c.v, c.z, c.w):
        own[family[family >= 0]] = np.argwhere(family >= 0)[:, 0]
    for family in (c.x, c.q, c.g, c.h):
        own[family[family >= 0]] = prospect.node_years.node[np.argwhere(family >= 0)[:, 0]]
    node, column, value = _running(tree, prospect, whole)
    later = np.bincount(column, value, len(program.gain))
    entries = np.concatenate([value, program.gain - later])
    at = (np.concatenate([node, own]), np.concatenate([column, np.arange(len(own))]))
    return sparse.csr_matrix((entries, at), shape=(tree.count, len(own)))


def _running(tree: ScenarioTree, p: Prospect, whole: Formulation) -> tuple[Ints, Ints, Floats]:
    """Yearly costs that decisions bring or save: the node of the year, the column, the money."""
    c, when = whole.columns, whole.timing
    options = p.options.fixed * year_money(tree, p, p.options.risk)
    modules = p.resources.fixed * year_money(tree, p, p.resources.risk)
    grown = np.flatnonzero(p.options.grows_from >= 0)
    families = (
        (c.u, when.option_service, -options),
        (c.u[:, grown], when.option_service[grown], options[:, p.options.grows_from[grown]]),
        (c.v, when.unpaid, options),
        (c.z, when.module_service, -modules),
        (c.w, when.retired, modules),
    )
    node, column, value = [], [], []
    for columns, weight, paid in families:
        j, i = np.nonzero(weight)
        year, at = when.years.below[i], columns[when.years.node[i], j]
        there = at >= 0
        node.append(p.node_years.node[year[there]])
        column.append(at[there])
        value.append((weight[j, i] * paid[year, j])[there])
    return np.concatenate(node), np.concatenate(column), np.concatenate(value)


def weighed(tree: ScenarioTree, prospect: Prospect, whole: Formulation, program: Program, ratio: Floats) -> Program:
    """A program with the columns of ``whole`` whose nodes count ``ratio`` times what they do in the mean. Shape of ratio (N,)."""
    if np.all(ratio == 1.0):
        return program
    constant = -float(standing_cost(tree, prospect) @ ratio)
    return replace(program, gain=money_by_node(tree, prospect, whole).T @ ratio, constant=constant)


def with_tails(tree: ScenarioTree, prospect: Prospect, whole: Formulation) -> Program:
    """(F.26) on one program of all decisions; unchanged where no tail counts."""
    if not np.any(prospect.tails.weight > 0):
        return whole.program
    money = money_by_node(tree, prospect, whole)
    return tailed(tree, prospect.tails, whole.program, money, standing_cost(tree, prospect))


def tailed(tree: ScenarioTree, tails: Tails, program: Program, money: sparse.csr_matrix, idle: Floats) -> Program:
    """(F.26): a program with the worth of every node, and with tails, as further columns and rows; unchanged where none counts.

    ``money``: what each column earns in every node, shape (N, V); ``idle``: what no decision moves, shape (N,).
    """
    if not np.any(tails.weight > 0):
        return program
    probability = node_probability(tree)
    ends, count = np.asarray(leaves(tree)), tree.count
    width, kinds = len(program.gain), len(tails.level)
    each = np.divide(1.0, probability, out=np.zeros(count), where=probability > 0)
    earned = sparse.diags(each) @ money
    paths = ancestry(tree)[ends]
    tail = sparse.kron(np.ones((kinds, 1)), paths)
    start = sparse.kron(sparse.identity(kinds), -np.ones((len(ends), 1)))
    short = sparse.identity(kinds * len(ends))
    blocks = [
        [program.matrix, None, None, None],
        [-earned, sparse.identity(count), None, None],
        [None, tail, start, short],
    ]
    none, many = np.inf, kinds * len(ends)
    level = np.minimum(tails.level, probability[ends].sum())  # which may be a rounding off one
    loss = np.kron(tails.weight / level, probability[ends])
    gain = [np.zeros(width), (1.0 - tails.weight.sum()) * probability, tails.weight, -loss]
    return replace(
        program,
        gain=np.concatenate(gain),
        floor=np.concatenate([program.floor, np.full(count + kinds, -none), np.zeros(many)]),
        ceiling=np.concatenate([program.ceiling, np.full(count + kinds + many, none)]),
        whole=np.concatenate([program.whole, np.zeros(count + kinds + many, dtype=bool)]),
        matrix=sparse.bmat(blocks, format="csr"),
        low=np.concatenate([program.low, -idle * each, np.zeros(many)]),
        high=np.concatenate([program.high, -idle * each, np.full(many, none)]),
        constant=0.0,
    )


def tail_rows(tree: ScenarioTree, tails: Tails) -> int:
    """Rows that ``tailed`` adds."""
    return tree.count + len(tails.level) * len(leaves(tree)) if np.any(tails.weight > 0) else 0


def risk_prices(tree: ScenarioTree, price: Floats) -> Floats:
    """Of the prices of the rows that ``tailed`` adds, those of paths in tails. Shapes (N + E * leaves,) -> (E * leaves,)."""
    return price[tree.count :]


def risk_ratio(tree: ScenarioTree, tails: Tails, price: Floats) -> Floats:
    """(F.27) from prices of paths in tails, made to add up: any prices give risk weights. Shapes (E * leaves,) -> (N,).

    One where no tail counts, whatever the prices.
    """
    if not np.any(tails.weight > 0):
        return np.ones(tree.count)
    probability, ends = node_probability(tree), np.asarray(leaves(tree))
    ratio = np.full(tree.count, 1.0 - tails.weight.sum())
    for level, weight, mine in zip(tails.level, tails.weight, price.reshape(len(tails.level), -1), strict=True):
        at_leaf = np.zeros(tree.count)
        share = min(float(level), float(probability[ends].sum()))
        at_leaf[ends] = _risk_weights(np.abs(mine), probability[ends], share)
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
