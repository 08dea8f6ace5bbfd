r"""What a car made in a joint venture earns its maker: a share of the venture's profit, and what home earns on what it sends.

.. math::
    m = s\,(P - C)(1 - \tau) + (1 - s)\,\mu\,G\,(1 - \tau_h)                        \qquad (P.4)

s is the maker's own share, P the net price, C the landed cost, :math:`\tau` the tax where the car is made and :math:`\tau_h` at home,
G what is sent from home for it, at its cost there with its haulage, and :math:`\mu` the margin on cost that the model is declared
with. A venture pays for kits and parts with that margin in the price: what its partner pays of it is profit at home, taxed there.

Two things are simpler than a venture's books. The whole way to the dealer counts as the venture's, whoever imports and sells the car.
And what the price that sells a volume adds to the reference price, or takes away, is counted whole: those prices are one for a
model in a market, wherever its cars come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.costs.lane_costs import LaneCost
    from roadstead.terms.arrays import Floats
    from roadstead.world.carmaker import Line, Model


def home_profit(model: Model, cost: LaneCost) -> Floats:
    """What home earns on what it sends for a car made abroad, before tax; nothing on a car of its own. Shape (n,). [money/car]"""
    return model.transfer_margin * cost.sent


def own_margin(costing: Costing, line: Line, whole: Floats, sold: Floats) -> Floats:
    """(P.4) from what a car earns all owners together after tax, and what home earns on what it sends. Shapes (n,). [money/car]"""
    partner = 1.0 - line.own_share
    return line.own_share * whole + partner * sold * (1.0 - costing.carmaker.home.tax_rate)
