r"""The proof that a decomposition leaves behind: one mean price vector for every node-year, and the bound that follows from it.

The master pays for cuts of several rounds at once. Their prices, weighed by what it pays, prove no less together than the cuts do (F.15 is convex
in the prices). Whoever holds a share of the node-years works out the mean of theirs, and the cuts it gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from roadstead.footprint.bounds import weak_duality
from roadstead.footprint.lump_prices import all_lumps, joined_lumps
from roadstead.footprint.operations import of_years
from roadstead.footprint.pricing import BY_YEAR, BarePrices, NodePrices, joined_cuts, with_segment_prices, year_cuts
from roadstead.footprint.tails import risk_ratio, weighed
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.ground import Ground
    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.plan import Pin
    from roadstead.footprint.pricing import YearCuts
    from roadstead.terms.arrays import Floats, Ints

YEARS = 16
"""Node-years whose mean is worked out at once: the prices of each count several times."""


@dataclass(frozen=True, slots=True)
class PriceProof:
    """What the bound of a decomposition is worked out from again.

    Attributes
    ----------
    pins
        What the plan had to honour.
    prices
        Of every node-year.
    lumps
        Cuts (F.28) and (F.30) with their prices.
    rows
        Prices of the master's rows of decisions. Shape (W,).
    risk
        Prices of every path in every tail, from which risk weights follow (F.27). Shape (E * leaves,).
    """

    pins: tuple[Pin, ...]
    prices: NodePrices
    lumps: Lumps
    rows: Floats
    risk: Floats


@dataclass(frozen=True, slots=True)
class Counted:
    """Prices that a proof counts, a node-year's from as many rounds as it takes, and how much of each. Shape of weight (Y,)."""

    prices: BarePrices
    weight: Floats

    def of_years(self, years: Ints) -> Counted:
        """Those of some node-years of many, numbered by their place among these."""
        place = np.full(1 + max(int(years.max(initial=-1)), int(self.prices.node_year.max(initial=-1))), -1)
        place[years] = np.arange(len(years))
        mine = np.flatnonzero(place[self.prices.node_year] >= 0)
        prices = self.prices.of_years(mine)
        return Counted(replace(prices, node_year=place[prices.node_year]), self.weight[mine])


@dataclass(frozen=True, slots=True)
class Proven:
    """The mean prices of some node-years, and the cuts that these give."""

    prices: NodePrices
    lumps: Lumps
    cuts: YearCuts


def counted(rounds: Sequence[Counted]) -> Counted:
    """What all rounds have, sorted by node-year."""
    begins = np.cumsum([0, *(len(each.weight) for each in rounds[:-1])])
    every: dict[str, Any] = {name: np.concatenate([getattr(each.prices, name) for each in rounds]) for name in BY_YEAR}
    lumps = all_lumps([
        replace(each.prices.lumps, node_year=begin + each.prices.lumps.node_year)
        for begin, each in zip(begins, rounds, strict=True)
    ])  # fmt: skip
    prices, weight = BarePrices(**every, lumps=lumps), np.concatenate([each.weight for each in rounds])
    order = np.argsort(prices.node_year, kind="stable")
    return Counted(prices.of_years(order), weight[order])


def proven(ops: Operations, found: Counted) -> Proven:
    """The mean of prices that are counted, and of the cuts (F.28) among them, and the cuts that these give."""
    every = [np.arange(ops.count)[some] for some in in_turn(ops.count, YEARS)]
    return joined_proofs(every, [_mean(of_years(ops, years), found.of_years(years)) for years in every])


def _mean(ops: Operations, found: Counted) -> Proven:
    year, rows = found.prices.node_year, len(found.weight)
    each, met = with_segment_prices(of_years(ops, year), found.prices), found.prices.lumps
    into = sparse.csr_matrix((found.weight, (year, np.arange(rows))), shape=(ops.count, rows))

    def mean(prices: Floats) -> Floats:
        like = prices.shape[1:]
        return np.asarray(into @ prices.reshape(rows, int(np.prod(like)))).reshape(ops.count, *like)

    prices = NodePrices(**{name: mean(getattr(each, name)) for name in NodePrices.__slots__})
    lumps = joined_lumps([replace(met.among(year), price=found.weight[met.node_year] * met.price)])
    return Proven(prices, lumps, year_cuts(ops, prices, lumps))


def joined_proofs(shares: Sequence[Ints], parts: Sequence[Proven]) -> Proven:
    """Those of shares of the node-years, in the order of all."""
    order = np.argsort(np.concatenate(shares))

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(part.prices, name) for part in parts])[order]

    return Proven(
        prices=NodePrices(**{name: joined(name) for name in NodePrices.__slots__}),
        lumps=all_lumps([part.lumps.among(share) for share, part in zip(shares, parts, strict=True)]),
        cuts=joined_cuts([part.cuts for part in parts]).of_years(order),
    )


def bound_of(at: Ground, proof: PriceProof) -> float:
    """The bound that a proof gives, in the program's unit (F.18)."""
    every = [np.arange(at.offered.count)[some] for some in in_turn(at.offered.count)]
    cuts = [
        year_cuts(at.offered.of_years(some), proof.prices.of_years(some), proof.lumps.of_years(some)) for some in every
    ]
    return bound_by(at, proof, joined_cuts(cuts))


def bound_by(at: Ground, proof: PriceProof, cuts: YearCuts) -> float:
    r"""The bound that the cuts of all node-years prove, those that the prices of a proof give, in the program's unit.

    With the cuts put into the objective, nothing is left but decisions, whose bound is (F.13):

    .. math::
        \max_d \Bigl\{\sum_n \rho_n c_n d + \sum_y \rho_{n(y)} V_y\bigl(o_y(d), k_y(d)\bigr)\Bigr\} \le
        \text{(F.13) of } \rho c + \sum_y \rho_{n(y)} \nabla V_y, \text{ with the master's row prices as } \lambda   \qquad (F.18)
    """
    states, ratio = at.states, risk_ratio(at.tree, at.prospect.tails, proof.risk)
    program = weighed(at.tree, at.prospect, at.decided, at.decided.program, ratio)
    counts = ratio[at.prospect.node_years.node]
    parts = (
        (cuts.option, states.option), (cuts.module, states.module), (cuts.earned, states.earned), (cuts.spent, states.spent),
    )  # fmt: skip
    gain = program.gain + sum(into.T @ (counts[:, None] * part).ravel() for part, into in parts)
    flat = cuts.constant + (cuts.option * states.option_start).sum(1) + (cuts.module * states.module_start).sum(1)
    return weak_duality(replace(program, gain=gain, constant=program.constant + float(counts @ flat)), proof.rows)
