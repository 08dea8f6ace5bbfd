"""Invented markets: products with firms, nests, prices and shares that some elasticities explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from roadstead.demand.calibrate import Elasticities, Scale, calibrate
from roadstead.demand.choice import utilities
from roadstead.demand.pricing import Competition, competition_at, implied_costs
from roadstead.demand.response import Stand

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Drawn:
    """A market and what it was drawn from; ``own``: products of firm 0."""

    sales: Floats
    price: Floats
    nest: Ints
    firm: Ints
    own: Flags
    wanted: Elasticities
    scale: Scale

    @property
    def share(self) -> Floats:
        return self.sales / float(self.scale.potential)

    @property
    def game(self) -> Competition:
        size = len(self.nest)
        seen = Competition(
            np.zeros(size), self.firm, self.nest, np.ones(size), self.scale.alpha, self.wanted.rho, np.ones(size)
        )
        return competition_at(self.share, self.price, seen)

    @property
    def cost(self) -> Floats:
        return implied_costs(self.game, self.price, self.share)

    @property
    def stand(self) -> Stand:
        """Firm 0 against the others, as one row."""
        utility = utilities(self.share, self.nest, self.wanted.rho)
        rivals = np.bincount(
            self.nest[~self.own], np.exp(utility[~self.own] / (1 - self.wanted.rho)), int(self.nest.max()) + 1
        )
        return Stand(
            appeal=(utility + self.scale.alpha * self.price)[None, self.own],
            price=self.price[None, self.own],
            volume=self.share[None, self.own],
            nest=self.nest[self.own],
            rivals=rivals[None],
            alpha=self.scale.alpha[None],
            rho=self.wanted.rho,
        )


@st.composite
def markets(draw, most_held: float = 0.5, rhos=(0.0, 0.25, 0.5, 0.75)) -> Drawn:
    """One to four own models in up to three nests, rivals in every nest, own and market elasticities in their order."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nests, own = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rivals = draw(st.integers(0, 3))
    nest = np.concatenate([rng.integers(nests, size=own), np.arange(nests), rng.integers(nests, size=rivals)])
    firm = np.concatenate([np.zeros(own, dtype=int), rng.integers(1, 4, nests + rivals)])
    firm = np.unique(firm, return_inverse=True)[1]
    mine = np.arange(len(nest)) < own
    held = draw(st.floats(0.002, most_held))
    sales = rng.dirichlet(np.ones(len(nest)) * 2.0) + 1e-3
    sales[mine] *= held / sales[mine].sum()
    sales[~mine] *= (1 - held) / sales[~mine].sum()
    price = rng.uniform(12_000, 60_000, len(nest))
    rho = draw(st.sampled_from(rhos))
    market = draw(st.floats(-1.2, -0.4))
    wanted = Elasticities(np.asarray(draw(st.floats(-6.5, -3.0))), np.asarray(market * (1 - rho)), rho)
    sales = sales * draw(st.floats(5e4, 2e7))
    drawn = Drawn(sales, price, nest, firm, mine, wanted, calibrate(sales, price, nest, mine, wanted))
    assume((drawn.cost > 0).all())  # a firm whose margin is more than its price is refused wherever rows come in
    return drawn
