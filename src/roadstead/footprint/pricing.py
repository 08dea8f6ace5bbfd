r"""What a node-year can earn at most, in closed form, at any prices: the cuts of the decomposition, and its proof.

Price a car in segment s of cell c at :math:`\eta_{cs}`, a car in group j at :math:`\gamma_j`, a unit of resource r at
:math:`\nu_r \ge 0` and of its minimum take at :math:`0 \le \mu_r \le \theta_r`, a car that must be served at :math:`\pi_c \ge 0`, and a
unit earned or spent of pledge i at :math:`\xi_i, \zeta_i \ge 0`. A *way* is a cell with all arcs that one option opens (their
supply's, else the cell's entry); :math:`o_e` is 1 for a cell or way without a gate. In any plan the cars of a way in one segment are
at most :math:`w_{cs} o_{d}`, and those of the cell :math:`w_{cs} o_{e(c)}`, so that

.. math::
    V_y(o, k, \epsilon, \varsigma) \le \sum_{c,s} w_{cs}\, o_{e(c)} \Bigl(P_{cs} + \sum_{j \ni c} \gamma_j + \pi_c - \eta_{cs}\Bigr)^+
    + \sum_{j,t} D_{jt} (P_{jt} - \gamma_j)^+
    + \sum_{(c,d),s} w_{cs}\, o_d \Bigl(\max_{a \in (c,d)} \bigl(m_a - \sum_r \alpha_{ra} \hat\nu_r\bigr) + \eta_{cs}\Bigr)^+ \\
    + \sum_r \nu_r (f_r + \psi_r s_r k_r) - \sum_r \mu_r \tau_r s_r k_r
    - \sum_c \pi_c \underline D_c - \sum_i \xi_i \epsilon_i + \sum_i \zeta_i \varsigma_i, \qquad
    \hat\nu_r = \nu_r - \mu_r - \sum_{i:\, r^+(i) = r} \xi_i + \sum_{i:\, r^-(i) = r} \zeta_i   \qquad (F.15)

for every plan, whatever the prices: right ones make it tight, borrowed ones only loose. It is linear in the states. Because
prices stand by segment, not by cell, it holds all that the segment linking of (F.14) says. It is convex in the prices
together, so the mean of some price vectors proves no less than the mean of their cuts.

Where nothing fits a state, the prices of the program that misses the fewest of the cars and units asked for prove that: with them,
and nothing gained (:math:`m, P, \theta` zero), the right side of (F.15) is below nothing, where every state that something fits leaves
it at nothing or more. That is a cut on states alone, and prices of both kinds add up: the right side of a sum of prices is at most
the sum of right sides.

Given the other prices, the best :math:`\eta` at a state is known at once: of the ways to a cell, dearest first,

.. math::
    \eta_{cs} = \min\Bigl(P_{cs} + \sum_{j \ni c} \gamma_j + \pi_c,\; -\tilde m_{i}\Bigr), \qquad
    i \text{ the first with } \textstyle\sum_{i' \le i} o_{i'} \ge o_{e(c)}   \qquad (F.16)

where :math:`\tilde m_i` is what a car earns on a way after resource prices. Prices of lumps shift gains before all this (F.29).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.lump_prices import granted, in_force, no_lumps, shifted
from roadstead.footprint.operations import without_gains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Flags, Floats, Ints

SHUT = 1e-7
"""An option open by less is shut."""
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class NodePrices:
    """Prices of node-years, in the program's units.

    Attributes
    ----------
    eta
        Of a car in a segment of a cell. Shape (Y, C, S).
    gamma
        Of a car in a group. Shape (Y, G).
    nu, mu
        Of a unit of resource, and of its minimum take. Shape (Y, R).
    least
        Of a car that must be served. Shape (Y, C).
    earned, spent
        Of a unit credited to a pledge, and debited. Shape (Y, J).
    """

    eta: Floats
    gamma: Floats
    nu: Floats
    mu: Floats
    least: Floats
    earned: Floats
    spent: Floats

    def of_years(self, years: Ints) -> NodePrices:
        """Some node-years of many."""
        return NodePrices(**{name: getattr(self, name)[years] for name in NodePrices.__slots__})


@dataclass(frozen=True, slots=True)
class BarePrices:
    """Prices without those of segments, which are many and follow from the state (F.16): what is worth keeping of an answer.

    Attributes
    ----------
    node_year
        Which of all node-years was asked about. Shape (Y,).
    is_open
        The state: options open. Shape (Y, D).
    gamma, nu, mu, least, earned, spent
        As in ``NodePrices``.
    unfit
        True where nothing fits the state, and prices say why: whatever is gained. Shape (Y,).
    lumps
        Cuts (F.28) that the program has met, with their prices.
    """

    node_year: Ints
    is_open: Floats
    gamma: Floats
    nu: Floats
    mu: Floats
    least: Floats
    earned: Floats
    spent: Floats
    unfit: Flags
    lumps: Lumps

    def of_years(self, years: Ints) -> BarePrices:
        """Some node-years of many."""
        by_year = {name: getattr(self, name)[years] for name in BY_YEAR}
        return BarePrices(**by_year, lumps=self.lumps.of_years(years))


PRICES = ("gamma", "nu", "mu", "least", "earned", "spent")
"""Fields of ``BarePrices`` that are prices."""
BY_YEAR = ("node_year", "is_open", *PRICES, "unfit")
"""Fields of ``BarePrices`` with one row a node-year."""


def no_prices(ops: Operations, is_open: Floats) -> BarePrices:
    """Prices of nothing, which prove a bound as any do: that of everything open and without a limit."""
    years, pledges = len(is_open), len(ops.earns)
    widths = (len(ops.members), ops.free.shape[1], ops.free.shape[1], ops.least.shape[1], pledges, pledges)
    gamma, nu, mu, least, earned, spent = (np.zeros((years, width)) for width in widths)
    every, unfit, none = np.arange(years), np.zeros(years, dtype=bool), no_lumps(len(ops.cell_gate))
    return BarePrices(every, is_open, gamma, nu, mu, least, earned, spent, unfit, none)


@dataclass(frozen=True, slots=True)
class YearCuts:
    """Cuts (F.15), one a node-year: ``constant + option @ o + module @ k``, and as much for accounts.

    Shapes (Y,), (Y, D), (Y, R), (Y, J).
    """

    constant: Floats
    option: Floats
    module: Floats
    earned: Floats
    spent: Floats

    def at(self, states: States) -> Floats:
        """What the cuts allow at states. Shape (Y,)."""
        found = self.constant + (self.option * states.is_open).sum(1) + (self.module * states.at_work).sum(1)
        return np.asarray(found + (self.earned * states.earned).sum(1) + (self.spent * states.spent).sum(1))

    def of_years(self, years: Ints) -> YearCuts:
        """Some node-years of many."""
        return YearCuts(**{name: getattr(self, name)[years] for name in YearCuts.__slots__})


def year_cuts(ops: Operations, prices: NodePrices, lumps: Lumps | None = None) -> YearCuts:
    """The cuts that prices give, those of lumps among them where there are any."""
    held = in_force(ops, no_lumps(len(ops.cell_gate)) if lumps is None else lumps)
    return _granting(_cuts(shifted(ops, held), prices), granted(ops, held))


def joined_cuts(parts: Sequence[YearCuts]) -> YearCuts:
    """Cuts of some node-years after those of others."""
    return YearCuts(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in YearCuts.__slots__})


def _granting(cuts: YearCuts, granted: tuple[Floats, Floats, Floats]) -> YearCuts:
    """Cuts with what the prices of lumps grant."""
    constant, option, module = granted
    return replace(cuts, constant=cuts.constant + constant, option=cuts.option + option, module=cuts.module + module)


def _cuts(ops: Operations, prices: NodePrices) -> YearCuts:
    """The cuts that prices give on gains as they are."""
    nu, mu = np.maximum(prices.nu, 0.0), np.clip(prices.mu, 0.0, ops.take_gain)
    least, earned, spent = (np.maximum(part, 0.0) for part in (prices.least, prices.earned, prices.spent))
    sold = np.maximum(ops.segment_gain + (_together(ops, prices.gamma) + least)[..., None] - prices.eta, 0.0)
    by_cell = (ops.width * sold).sum(-1)
    worth = _way_worth(ops, nu - mu + _on_resources(ops, earned, spent))
    by_way = np.zeros_like(worth)
    for s in range(ops.width.shape[-1]):
        left = np.maximum(worth + prices.eta[:, ops.way_cell, s], 0.0)
        by_way += ops.width[:, ops.way_cell, s] * left
    option = np.zeros((ops.count, ops.options + 1))  # the last column is for what has no gate
    np.add.at(option.T, ops.cell_gate, by_cell.T)
    np.add.at(option.T, ops.way_gate, by_way.T)
    grouped = ops.group_width * np.maximum(ops.group_gain - prices.gamma[..., None], 0.0)
    return YearCuts(
        constant=option[:, -1] + grouped.sum((1, 2)) + (nu * ops.free).sum(1) - (least * ops.least).sum(1),
        option=option[:, :-1],
        module=nu * ops.reach - mu * ops.take,
        earned=-earned,
        spent=spent,
    )


def _on_resources(ops: Operations, earned: Floats, spent: Floats) -> Floats:
    """What accounts add to the price of resources. Shapes (Y, J), (Y, J) -> (Y, R)."""
    found = np.zeros((len(earned), len(ops.resource_gate) + 1))  # the last column is for what has no resource
    np.subtract.at(found.T, ops.earns, earned.T)
    np.add.at(found.T, ops.spends, spent.T)
    return found[:, :-1]


def _together(ops: Operations, gamma: Floats) -> Floats:
    """What a car of a cell earns in its groups. Shape (Y, C)."""
    return np.asarray(gamma @ ops.members)


def _arc_worth(ops: Operations, price: Floats) -> Floats:
    """What a thousand cars earn on an arc, less what they use; minus infinity where none may flow. Shape (Y, A)."""
    return np.where(ops.live, ops.arc_gain - (ops.use.T @ price.T).T, -np.inf)


def _way_worth(ops: Operations, price: Floats) -> Floats:
    """Most of it on the arcs of a way. Shape (Y, W)."""
    if not len(ops.way_cell):
        return np.zeros((ops.count, 0))
    worth = _arc_worth(ops, price)
    order = np.argsort(ops.arc_way, kind="stable")
    begins = np.searchsorted(ops.arc_way[order], np.arange(len(ops.way_cell)))
    return np.asarray(np.maximum.reduceat(worth[:, order], begins, axis=1))


def proved(ops: Operations, raw: BarePrices, at_work: Floats) -> tuple[BarePrices, YearCuts]:
    """Prices of a state as a solver leaves them, made sound, with prices for what is shut there; and their cuts. Shape of at_work (Y, R)."""
    dear, held = _at(ops, raw)
    bare = _sound(dear, raw, at_work)
    return bare, _cuts_at(dear, held, bare)


def _sound(ops: Operations, raw: BarePrices, at_work: Floats) -> BarePrices:
    sound = replace(
        raw,
        nu=np.maximum(raw.nu, 0.0),
        mu=np.clip(raw.mu, 0.0, ops.take_gain),
        least=np.maximum(raw.least, 0.0),
        earned=np.maximum(raw.earned, 0.0),
        spent=np.maximum(raw.spent, 0.0),
    )
    gate = ops.resource_gate
    if not ops.options:
        return sound
    shut = (gate >= 0) & (raw.is_open[:, np.maximum(gate, 0)] <= SHUT) & (at_work <= SHUT) & (ops.free <= 0)
    return replace(sound, nu=_lifted(ops, sound, shut))


def with_segment_prices(ops: Operations, bare: BarePrices) -> NodePrices:
    """Prices completed by the best segment prices at their state (F.16)."""
    return _completed(_at(ops, bare)[0], bare)


def _completed(ops: Operations, bare: BarePrices) -> NodePrices:
    eta = _segment_prices(ops, bare)
    return NodePrices(eta, bare.gamma, bare.nu, bare.mu, bare.least, bare.earned, bare.spent)


def cuts_of(ops: Operations, bare: BarePrices) -> YearCuts:
    """The cuts of a state's prices; where nothing fits it, what a state that does must leave at nothing or more."""
    return _cuts_at(*_at(ops, bare), bare)


def _cuts_at(dear: Operations, held: Lumps, bare: BarePrices) -> YearCuts:
    """The cuts of prices, given what is offered at those of lumps: what these grant hangs on no gain."""
    return _granting(_cuts(dear, _completed(dear, bare)), granted(dear, held))


def _at(ops: Operations, bare: BarePrices) -> tuple[Operations, Lumps]:
    """What is offered at the prices of lumps, and those that count; nothing is gained where nothing fits."""
    held = in_force(ops, bare.lumps)
    return shifted(without_gains(ops, bare.unfit), held), held


def _charges(ops: Operations, bare: BarePrices) -> Floats:
    """What a unit of every resource costs, takes and accounts counted. Shape (Y, R)."""
    return np.asarray(bare.nu - bare.mu + _on_resources(ops, bare.earned, bare.spent))


def _segment_prices(ops: Operations, bare: BarePrices) -> Floats:
    price, is_open = _charges(ops, bare), bare.is_open
    worth = _way_worth(ops, price)
    gates = np.concatenate([is_open, np.ones((ops.count, 1))], axis=1)
    cells = len(ops.cell_gate)
    begins = np.searchsorted(ops.way_cell, np.arange(cells + 1))
    most = int(np.diff(begins).max(initial=0))
    top = ops.segment_gain + (_together(ops, bare.gamma) + bare.least)[..., None]
    if most == 0:
        return top
    # Ways side by side, cell under cell; a cell with fewer is filled up with ways that lead nowhere.
    place = begins[:-1, None] + np.arange(most)
    there = place < begins[1:, None]
    place = np.where(there, place, 0)
    share = np.where(there, gates[:, ops.way_gate][:, place], 0.0).reshape(-1, most)
    beside = np.where(share > 0, worth[:, place].reshape(-1, most), -np.inf)
    wanting = (np.maximum(gates[:, ops.cell_gate], SHUT) - SLACK).ravel()
    # The best way first, then the next best, in cells that have not enough yet: mostly the first is enough.
    marginal, cell = np.full(len(wanting), np.inf), np.arange(len(wanting))
    while len(cell):
        best = beside.argmax(-1)
        row = np.arange(len(cell))
        found = beside[row, best]
        wanting = wanting - share[row, best]
        served = wanting <= 0
        marginal[cell[served]] = -found[served]
        left = np.flatnonzero(~served & (found > -np.inf))
        beside[row, best] = -np.inf
        beside, share, wanting, cell = beside[left], share[left], wanting[left], cell[left]
    return np.asarray(np.minimum(top, marginal.reshape(ops.count, cells, 1)))


def _lifted(ops: Operations, bare: BarePrices, shut: Flags) -> Floats:
    """Prices for resources that are shut: what a unit of a first module would be worth.

    At the state itself they cost nothing; elsewhere they keep a cut from promising that one opened line serves all.
    """
    worth, eta = _arc_worth(ops, _charges(ops, bare)), _segment_prices(ops, bare)
    nu = bare.nu.copy()
    for r in np.flatnonzero(shut.any(0)):
        years = np.flatnonzero(shut[:, r])
        arcs, amount = _users(ops, int(r))
        if not len(arcs) or not (ops.arc_gates[arcs] == ops.resource_gate[r]).any(1).all():
            continue
        cells = ops.arc_cell[arcs]
        before = worth[np.ix_(years, arcs)] + amount * (bare.nu - bare.mu)[years, r][:, None]
        each = (before[..., None] + eta[np.ix_(years, cells)]) / amount[:, None]
        units = ops.width[np.ix_(years, cells)] * amount[:, None]
        nu[years, r] = _clearing(each.reshape(len(years), -1), units.reshape(len(years), -1), ops.reach[years, r])
    return nu


def _users(ops: Operations, r: int) -> tuple[Ints, Floats]:
    begin, end = ops.use.indptr[r], ops.use.indptr[r + 1]
    amount = ops.use.data[begin:end]
    kept = amount > 0
    return ops.use.indices[begin:end][kept], amount[kept]


def _clearing(worth: Floats, units: Floats, room: Floats) -> Floats:
    """Price at which no more is asked for than there is room. Shapes (Y, I), (Y, I), (Y,) -> (Y,)."""
    order = np.argsort(-worth, axis=1)
    ranked = np.take_along_axis(worth, order, 1)
    asked = np.cumsum(np.take_along_axis(units, order, 1), axis=1)
    full: Flags = asked >= room[:, None]
    price = np.take_along_axis(ranked, full.argmax(1)[:, None], 1)[:, 0]
    return np.where(full.any(1), np.maximum(price, 0.0), 0.0)
