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
floor and a ceiling makes its product a kind of its own; it stays at the bound while (D.5) points beyond it. Given shares,
(D.5) is linear in m: that gives the costs which explain the base prices. Behind a product may stand n firms alike, each
with an n-th of its share: then every q in (D.5) is divided by n.

A firm may pass on only the part :math:`\lambda` of a change in cost:

.. math::
    c = c^0 + \lambda\, (c^1 - c^0)                                                             \qquad (D.7)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.choice import shares, utilities, within
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

TOLERANCE = 1e-12
"""Largest move of an earning in the last step, as a share of the largest earning."""
MOST_STEPS = 5000
LEAST_PACE, ROUNDING = 1.0 / 64.0, 1e-8
"""A step that moves more than the one before is followed by steps of half the length, down to the least; below the second
number a move is rounding."""


@dataclass(frozen=True, slots=True)
class Competition:
    """Who sells what in one market, and how buyers choose; leading dimensions are rows of appeal, alpha and kept shares.

    Attributes
    ----------
    appeal
        a of (D.1). Shape (..., J).
    firm, nest
        Numbered from 0 without gaps. Shape (J,).
    twins
        How many firms alike stand behind a product: one, or more for a composite of rivals. Shape (J,).
    alpha
        Price coefficient, positive. Shape (...,). [1/money]
    rho
        Nest correlation, from 0 to less than 1.
    kept
        Share of the retail price that reaches the firm. Shape (..., J).
    """

    appeal: Floats
    firm: Ints
    nest: Ints
    twins: Floats
    alpha: Floats
    rho: float
    kept: Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest retail prices, infinite where there is none; equal where a price is held. Shape (..., J)."""

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
    return replace(seen, appeal=utilities(share, seen.nest, seen.rho) + seen.alpha[..., None] * price)


def shares_at(market: Competition, price: Floats) -> Floats:
    """Shares at given prices. Shapes (..., J)."""
    return shares(market.appeal - market.alpha[..., None] * price, market.nest, market.rho)


def earned_at(market: Competition, share: Floats) -> Floats:
    """What every firm earns of a car where prices are its best ones and shares are these: (D.5), solved. Shapes (..., J)."""
    inside, alone = within(share, market.nest), _alone(market)
    earned = np.empty(np.broadcast_shapes(share.shape, alone.shape))
    for firm in range(int(market.firm.max()) + 1):
        mine = np.flatnonzero(market.firm == firm)
        same = (market.nest[mine][:, None] == market.nest[mine][None, :]).astype(float)
        pull = (1.0 - market.rho) * share[..., None, mine] + market.rho * same * inside[..., None, mine]
        base = np.broadcast_to(alone[..., mine], earned[..., mine].shape)
        earned[..., mine] = np.linalg.solve(np.eye(len(mine)) - pull / market.twins[mine], base[..., None])[..., 0]
    return earned


def implied_costs(market: Competition, price: Floats, share: Floats) -> Floats:
    """Costs at which the prices are every firm's best ones. Shapes (..., J). [money/car]"""
    return np.asarray(market.kept * price - earned_at(market, share))


def partial_cost(before: Floats, after: Floats, pass_through: float) -> Floats:
    """Costs as prices are set on them where only a part of their change is passed on (D.7)."""
    return np.asarray(before + pass_through * (after - before))


def _alone(market: Competition) -> Floats:
    """First term of (D.5). Shape (..., J)."""
    return np.asarray(market.kept * ((1.0 - market.rho) / market.alpha)[..., None])


def settle_prices(market: Competition, cost: Floats, bounds: Bounds | None = None) -> Equilibrium:
    """Prices and shares at given costs, of many rows at once.

    Parameters
    ----------
    cost
        Shape (..., J); rows of the market and of the bounds are spread over it. [money/car]
    bounds
        Held, least and greatest prices; none by default.

    Raises
    ------
    RoadsteadError
        RS-D505 where no fixed point is found.
    """
    rows = _rows(market, cost, bounds)
    kinds = _kinds(rows)
    order, begins = kinds.order, kinds.begins
    stacked, kept = rows.cost[:, order], rows.kept[:, order]
    scaled = (rows.appeal[:, order] - rows.alpha[:, None] * stacked / kept) / (1.0 - market.rho)
    top = np.maximum.reduceat(scaled, begins, axis=1)
    part = np.exp(scaled - np.repeat(top, kinds.count, axis=1))
    total = np.add.reduceat(part, begins, axis=1)
    found = _fixed_point(rows, kinds, top + np.log(total))
    price, share, earned = (np.empty_like(stacked) for _ in range(3))
    each = np.repeat(found.earned, kinds.count, axis=1)
    price[:, order] = (stacked + each) / kept
    share[:, order] = part * np.repeat(found.share / total, kinds.count, axis=1)
    earned[:, order] = each
    shape = rows.shape
    return Equilibrium(price.reshape(shape), share.reshape(shape), earned.reshape(shape), found.steps)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A market's rows flattened: (S, J) each, alpha (S,); ``shape`` is that of the answer."""

    market: Competition
    appeal: Floats
    alpha: Floats
    kept: Floats
    cost: Floats
    floor: Floats | None
    ceiling: Floats | None
    shape: tuple[int, ...]


def _rows(market: Competition, cost: Floats, bounds: Bounds | None) -> _Rows:
    shape = np.broadcast_shapes(market.appeal.shape, cost.shape, market.kept.shape, (*market.alpha.shape, 1))

    def flat(array: Floats) -> Floats:
        return np.broadcast_to(array, shape).reshape(-1, shape[-1])

    return _Rows(
        market=market,
        appeal=flat(market.appeal),
        alpha=np.broadcast_to(market.alpha, shape[:-1]).reshape(-1),
        kept=flat(market.kept),
        cost=flat(cost),
        floor=None if bounds is None else flat(bounds.floor),
        ceiling=None if bounds is None else flat(bounds.ceiling),
        shape=shape,
    )


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Products sorted by kind, kinds by nest; T kinds.

    Attributes
    ----------
    order, begins, count
        Products in the order of kinds, shape (J,); first of each kind in it and how many, shape (T,).
    first
        First product of each kind. Shape (T,).
    bounded
        Kinds whose price is bounded. Shape (B,).
    """

    order: Ints
    begins: Ints
    count: Ints
    first: Ints
    bounded: Ints


def _tied(rows: _Rows) -> Flags:
    """Products with a bound on their price in some row. Shape (J,)."""
    if rows.floor is None or rows.ceiling is None:
        return np.zeros(rows.shape[-1], dtype=bool)
    return np.asarray((np.isfinite(rows.floor) | np.isfinite(rows.ceiling)).any(0))


def _kinds(rows: _Rows) -> _Kinds:
    market, size = rows.market, rows.shape[-1]
    tied = _tied(rows)
    alone = np.where(tied, np.arange(size) + 1, 0)
    kept = rows.kept if np.ptp(rows.kept, axis=0).any() else rows.kept[:1]
    keys = np.concatenate([np.stack([market.nest, market.firm, alone]).astype(float), kept])
    _, found = np.unique(keys.T, axis=0, return_inverse=True)
    kind = found.ravel()
    order = np.argsort(kind, kind="stable")
    begins = np.flatnonzero(np.diff(kind[order], prepend=-1))
    first = order[begins]
    return _Kinds(order, begins, np.diff(np.append(begins, size)), first, np.flatnonzero(tied[first]))


def _fixed_point(rows: _Rows, kinds: _Kinds, attraction: Floats) -> Equilibrium:
    """(D.5) over kinds; ``attraction``: logarithm of the sum in (D.6). Shapes (S, T)."""
    market, first = rows.market, kinds.first
    rho, nest, kept = market.rho, market.nest[first], rows.kept[:, first]
    same_firm = (market.firm[first][:, None] == market.firm[first][None, :]) / market.twins[first][:, None]
    same_both = same_firm * (nest[:, None] == nest[None, :])
    alone = kept * ((1.0 - rho) / rows.alpha)[:, None]
    earned, share = alone, alone
    moved, pace = np.inf, 1.0
    for step in range(1, MOST_STEPS + 1):
        utility = (1.0 - rho) * attraction - rows.alpha[:, None] * earned / kept
        share = shares(utility, nest, rho)
        new = alone + (1.0 - rho) * (earned * share) @ same_firm + rho * (earned * within(share, nest)) @ same_both
        _hold(rows, kinds, new)
        last, moved = moved, float(np.abs(new - earned).max(initial=0.0))
        if moved <= TOLERANCE * float(np.abs(new).max(initial=1e-300)):
            return Equilibrium(attraction, share, new, step)
        if moved > last and moved > ROUNDING * float(np.abs(new).max()):
            pace = max(pace / 2.0, LEAST_PACE)  # where one firm holds most of a market, whole steps go back and forth
        earned = earned + pace * (new - earned)
    message = f"prices still move by {moved:.3g} after {MOST_STEPS} steps"
    expected = "finite costs and elasticities within their ranges; a nest correlation near 1 converges slowly"
    raise RoadsteadError(Fault("prices", "RS-D505", message, expected))


def _hold(rows: _Rows, kinds: _Kinds, earned: Floats) -> None:
    """Bring what bounded kinds earn to what their bounds allow, in place."""
    if rows.floor is None or rows.ceiling is None or not kinds.bounded.size:
        return
    at = kinds.first[kinds.bounded]
    kept, cost = rows.kept[:, at], rows.cost[:, at]
    price = np.clip((cost + earned[:, kinds.bounded]) / kept, rows.floor[:, at], rows.ceiling[:, at])
    earned[:, kinds.bounded] = kept * price - cost
