r"""A smooth benchmark of sourcing beside a plan: what share of a model's cars each way to its market would carry.

The planner sends a car the way that earns most, all or nothing, and knows fixed costs and capacities. Head & Mayer's
sourcing shares (H.1) know neither, but say how makers have been seen to spread over sources that cost about the same. A plan
that sends many cars by ways to which the benchmark gives next to nothing is not wrong, but it hangs on what the benchmark
does not know: tax, capacity, a quota. How far a plan lies from it is the share of cars that would have to go another way,

.. math::
    D = \frac{\sum_y w_y \tfrac12 \sum_{c,o} \lvert x_{yco} - s_{yco}\, x_{yc} \rvert}{\sum_y w_y \sum_c x_{yc}}              \qquad (H.8)

with x the plan's cars of a cell, by supply and in all, s the benchmark's shares and w the weight of a node-year: the total
variation of two distributions (Levin & Peres 2017, Markov Chains and Mixing Times, section 4.1), averaged over cars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.sourcing import source_shares
from roadstead.futures.capacity import capital
from roadstead.futures.costs.circumstances import representative_year

if TYPE_CHECKING:
    from roadstead.futures.evaluate import Evaluation
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Departure:
    """How far a plan lies from the smooth benchmark.

    Attributes
    ----------
    moved
        Share of cars that would have to go another way (H.8). [fraction]
    below
        Benchmark share under which a way counts as unlikely. [fraction]
    unlikely
        Share of cars that go by unlikely ways. [fraction]
    """

    moved: float
    below: float
    unlikely: float


def landed_costs(evaluation: Evaluation) -> Floats:
    """What a car costs at the dealer by every arc, as the margins have it; infinite where the flow is not allowed.

    Before tax on profit, fixed costs apart; a supply whose profit is taxed away whole has no margin to read it from and counts
    as barred. Shape (Y, A). [money/car]
    """
    p, ledger = evaluation.prospect, evaluation.ledger
    lines = ledger.costing.carmaker.lines
    years = [representative_year(p.node_years, y) for y in range(p.node_years.count)]
    rates = {
        key.line: np.asarray(
            [capital.tax_rate(ledger.costing, lines[key.line] if key.line else None, year) for year in years]
        )
        for key in ledger.arcs
    }
    kept = 1.0 - np.stack([rates[key.line] for key in ledger.arcs], axis=1)
    net = ledger.selling.net_price[:, p.arcs.cell]
    known = p.arcs.allowed & (kept > 0)
    found = np.where(known, net - p.arcs.margin / np.where(kept > 0, kept, 1.0), np.inf)
    for a, key in enumerate(ledger.arcs):
        if key.line and lines[key.line].own_share < 1.0:  # a venture's margin is not all its owner's: add the bars up
            for y in np.flatnonzero(known[:, a]).tolist():
                found[y, a] = sum(bar.amount for bar in ledger.waterfall(a, y))
    return found


def expected_shares(cost: Floats, cell: Ints, supply: Ints, allowed: Flags, theta: float) -> Floats:
    """Share of each arc in its cell's cars (H.1); the regimes of one supply are one way, which the cheapest stands for.

    Parameters
    ----------
    cost
        What a car costs at the dealer by an arc. Shape (Y, A). [money/car]
    cell, supply
        Cell served and supply serving it. Shape (A,).
    allowed
        Where the flow may be; by a plan's own sites or by all there could be. Shape (Y, A).
    theta
        How sharply a maker turns to its cheapest source.

    Returns
    -------
    Shares that sum to one over the arcs of a cell, or to zero where none is allowed. Shape (Y, A).
    """
    cost = np.where(allowed, cost, np.inf)
    shares = np.zeros_like(cost)
    for c in np.unique(cell):
        mine = np.flatnonzero(cell == c)
        ways = np.unique(supply[mine])
        arcs = [mine[supply[mine] == way] for way in ways]
        of_way = source_shares(np.stack([cost[:, at].min(1) for at in arcs], axis=1), theta)
        for i, at in enumerate(arcs):
            cheapest = at[cost[:, at].argmin(1)]
            shares[np.arange(len(cost)), cheapest] = of_way[:, i]
    return shares


def departure(
    flow: Floats, shares: Floats, cell: Ints, supply: Ints, *, weight: Floats | None = None, below: float = 0.05
) -> Departure:
    """How far flows lie from expected shares; all zero where nothing flows.

    Parameters
    ----------
    flow
        Cars by arc. Shape (Y, A). [cars/year]
    shares
        From ``expected_shares``. Shape (Y, A).
    weight
        Of each node-year, for instance its years times the probability of its node; one each unless given. Shape (Y,).
    below
        Share under which a way counts as unlikely. [fraction]
    """
    weight = np.ones(len(flow)) if weight is None else weight
    _, way = np.unique(np.stack([cell, supply]), axis=1, return_inverse=True)
    way = way.reshape(-1)
    order, first = np.argsort(way, kind="stable"), np.flatnonzero(np.diff(np.sort(way), prepend=-1))
    cars = np.add.reduceat(flow[:, order], first, axis=1)
    expected = np.add.reduceat(shares[:, order], first, axis=1)
    cell_of = cell[order][first]
    in_cell = np.stack([cars[:, cell_of == c].sum(1) for c in cell_of], axis=1)
    total = float(weight @ cars.sum(1))
    if total <= 0.0:
        return Departure(0.0, below, 0.0)
    moved = float(weight @ np.abs(cars - expected * in_cell).sum(1)) / 2.0 / total  # (H.8)
    unlikely = float(weight @ np.where(expected < below, cars, 0.0).sum(1)) / total
    return Departure(moved, below, unlikely)
