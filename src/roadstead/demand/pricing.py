r"""Bertrand prices under nested logit demand: every firm sets the prices of all its products, given all others'.

A firm keeps the share :math:`\kappa_j` of a retail price (taxes on price and the dealer's margin off). What it earns of a
car, :math:`m_j = \kappa_j p_j - c_j`, solves at its best prices

.. math::
    m_j = \kappa_j \frac{1 - \rho}{\alpha} + (1 - \rho) \sum_{k \in f} m_k q_k
        + \rho \sum_{k \in f,\, k \sim j} m_k q_{k|g}                                            \qquad (D.5)

over the products k of its firm f, those of the same nest in the last sum (first-order conditions written as the fixed
point of Morrow & Skerlos 2011, Operations Research 59(2), sec. 3.2; Conlon & Gortmaker 2020, RAND Journal 51(4), sec. 3.6).
All products of one firm, nest and kept share :math:`\kappa` earn alike, so the fixed point is sought over such *kinds*,
each with the attraction

.. math::
    X_t = e^{-\alpha m_t / (\kappa_t (1 - \rho))} \sum_{j \in t} e^{(a_j - \alpha c_j / \kappa_t) / (1 - \rho)}   \qquad (D.6)

whose sum is taken once (the type aggregation of Nocke & Schutz 2018, Econometrica 86(2), sec. 4). A price held between a
floor and a ceiling makes its product a kind of its own; it stays at the bound while (D.5) points beyond it. At base prices
(D.5) is solved in closed form where no shares kept differ, which gives the costs that explain the prices.

A firm may pass on only the part :math:`\lambda` of a change in cost:

.. math::
    c = c^0 + \lambda\, (c^1 - c^0)                                                             \qquad (D.7)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.choice import shares, totals, utilities, within
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints

TOLERANCE = 1e-12
"""Largest move of an earning in the last step, as a share of the largest earning."""
MOST_STEPS = 5000


@dataclass(frozen=True, slots=True)
class Competition:
    """Who sells what in one market, and how buyers choose.

    Attributes
    ----------
    appeal
        a of (D.1). Shape (J,).
    firm, nest
        Numbered from 0 without gaps. Shape (J,).
    alpha
        Price coefficient, positive. [1/money]
    rho
        Nest correlation, from 0 to less than 1.
    kept
        Share of the retail price that reaches the firm. Shape (J,).
    """

    appeal: Floats
    firm: Ints
    nest: Ints
    alpha: float
    rho: float
    kept: Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest retail prices, infinite where there is none; equal where a price is held. Shape (J,)."""

    floor: Floats
    ceiling: Floats


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Prices and shares at which no firm would change a price.

    Attributes
    ----------
    price, share, earned
        Retail price, share of all who might buy, and m of (D.5). Shape (..., J) each.
    steps
        Steps taken.
    """

    price: Floats
    share: Floats
    earned: Floats
    steps: int


def competition_at(share: Floats, price: Floats, seen: Competition) -> Competition:
    """The market with the appeal that explains the shares at the prices (D.2); ``seen.appeal`` is not read."""
    appeal = utilities(share, seen.nest, seen.rho) + seen.alpha * price
    return Competition(appeal, seen.firm, seen.nest, seen.alpha, seen.rho, seen.kept)


def shares_at(market: Competition, price: Floats) -> Floats:
    """Shares at given prices. Shapes (..., J)."""
    return shares(market.appeal - market.alpha * price, market.nest, market.rho)


def earned_at(market: Competition, share: Floats) -> Floats:
    """What every firm earns of a car where prices are its best ones and shares are these (D.5), solved exactly. (..., J).

    For a given m the equation is linear with one unknown by firm and one by firm and nest; a direct solve per firm.
    """
    inside = within(share, market.nest)
    earned = np.empty_like(share)
    for firm in range(int(market.firm.max()) + 1):
        mine = np.flatnonzero(market.firm == firm)
        same = (market.nest[mine][:, None] == market.nest[mine][None, :]).astype(float)
        pull = (1.0 - market.rho) * share[..., None, mine] + market.rho * same * inside[..., None, mine]
        base = np.broadcast_to(market.kept[mine] * (1.0 - market.rho) / market.alpha, share[..., mine].shape)
        solved = np.linalg.solve(np.eye(len(mine)) - pull, base[..., None])
        earned[..., mine] = solved[..., 0]
    return earned


def implied_costs(market: Competition, price: Floats, share: Floats) -> Floats:
    """Costs at which the prices are every firm's best ones. Shapes (..., J). [money/car]"""
    return np.asarray(market.kept * price - earned_at(market, share))


def partial_cost(before: Floats, after: Floats, pass_through: float) -> Floats:
    """Costs as prices are set on them where only a part of their change is passed on (D.7)."""
    return np.asarray(before + pass_through * (after - before))


def settle_prices(market: Competition, cost: Floats, bounds: Bounds | None = None) -> Equilibrium:
    """Prices and shares at given costs, of many scenarios at once.

    Parameters
    ----------
    cost
        Shape (..., J). [money/car]
    bounds
        Held, least and greatest prices; none by default.

    Raises
    ------
    RoadsteadError
        RS-D505 where no fixed point is found.
    """
    kinds = _kinds(market, bounds)
    stacked = np.reshape(cost, (-1, len(market.appeal)))[:, kinds.order]
    scaled = (market.appeal[kinds.order] - market.alpha * stacked / market.kept[kinds.order]) / (1.0 - market.rho)
    top = np.maximum.reduceat(scaled, kinds.begins, axis=1)
    part = np.exp(scaled - np.repeat(top, kinds.count, axis=1))
    total = np.add.reduceat(part, kinds.begins, axis=1)
    found = _fixed_point(market, kinds, top + np.log(total), stacked[:, kinds.begins])
    price, share, earned = (np.empty_like(stacked) for _ in range(3))
    each = np.repeat(found.earned, kinds.count, axis=1)
    price[:, kinds.order] = (stacked + each) / market.kept[kinds.order]
    share[:, kinds.order] = part * np.repeat(found.share / total, kinds.count, axis=1)
    earned[:, kinds.order] = each
    shape = np.shape(cost)
    return Equilibrium(price.reshape(shape), share.reshape(shape), earned.reshape(shape), found.steps)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Products sorted by kind, kinds by nest; T kinds.

    Attributes
    ----------
    order, begins, count
        Products in the order of kinds, shape (J,); first of each kind and how many, shape (T,).
    firm, nest, kept
        Of each kind. Shape (T,).
    bounded, floor, ceiling
        Kinds whose price is bounded, and their bounds. Shapes (T,), (B,), (B,).
    """

    order: Ints
    begins: Ints
    count: Ints
    firm: Ints
    nest: Ints
    kept: Floats
    bounded: Ints
    floor: Floats
    ceiling: Floats


def _kinds(market: Competition, bounds: Bounds | None) -> _Kinds:
    size = len(market.appeal)
    tied = np.zeros(size, dtype=bool)
    if bounds is not None:
        tied = np.isfinite(bounds.floor) | np.isfinite(bounds.ceiling)
    alone = np.where(tied, np.arange(size) + 1, 0)
    keys = np.stack([market.nest, market.firm, market.kept, alone], axis=1)
    _, kind = np.unique(keys, axis=0, return_inverse=True)
    kind = kind.ravel()
    order = np.argsort(kind, kind="stable")
    begins = np.flatnonzero(np.diff(kind[order], prepend=-1))
    first = order[begins]
    bounded = np.flatnonzero(tied[first])
    floor = bounds.floor[first[bounded]] if bounds is not None else np.zeros(0)
    ceiling = bounds.ceiling[first[bounded]] if bounds is not None else np.zeros(0)
    count = np.diff(np.append(begins, size))
    return _Kinds(
        order, begins, count, market.firm[first], market.nest[first], market.kept[first], bounded, floor, ceiling
    )


def _fixed_point(market: Competition, kinds: _Kinds, attraction: Floats, cost: Floats) -> Equilibrium:
    """(D.5) over kinds; ``attraction``: logarithm of the sum in (D.6), ``cost``: of kinds with one product. (S, T)."""
    rho, alpha = market.rho, market.alpha
    same_firm = (kinds.firm[:, None] == kinds.firm[None, :]).astype(float)
    same_both = same_firm * (kinds.nest[:, None] == kinds.nest[None, :])
    alone = kinds.kept * (1.0 - rho) / alpha
    earned = np.broadcast_to(alone, attraction.shape).copy()
    share = earned
    for step in range(1, MOST_STEPS + 1):
        utility = (1.0 - rho) * attraction - alpha * earned / kinds.kept
        share = shares(utility, kinds.nest, rho)
        inside = share / totals(share, kinds.nest)[:, kinds.nest]
        new = alone + (1.0 - rho) * (earned * share) @ same_firm + rho * (earned * inside) @ same_both
        if kinds.bounded.size:
            kept, paid = kinds.kept[kinds.bounded], cost[:, kinds.bounded]
            price = np.clip((paid + new[:, kinds.bounded]) / kept, kinds.floor, kinds.ceiling)
            new[:, kinds.bounded] = kept * price - paid
        moved = float(np.abs(new - earned).max(initial=0.0))
        earned = new
        if moved <= TOLERANCE * float(np.abs(new).max(initial=1e-300)):
            return Equilibrium(cost, share, earned, step)
    message = f"prices still move by {moved:.3g} after {MOST_STEPS} steps"
    expected = "finite costs and elasticities within their ranges; a nest correlation near 1 converges slowly"
    raise RoadsteadError(Fault("prices", "RS-D505", message, expected))
