r"""Who loses and who gains by a change of duties, in money and in cars.

Each area under a curve is taken whole, not as a triangle. With E what a market spends, R what an exporter earns, n cars,
t the new duty and hats as in demand/diversion.py,

.. math::
    \Delta CS_j &= -\int_1^{\hat P_j} E_j P^{\eta} dP = E_j \frac{1 - \hat P_j^{1+\eta}}{1+\eta}            & (V.6) \\
    \Delta PS_i &= \int_1^{\hat p_i} R_i p^{\varepsilon} dp = R_i \frac{\hat p_i^{1+\varepsilon} - 1}{1+\varepsilon} & (V.7) \\
    T_j &= \sum_i t_{ij}\, p_i \hat p_i\, n_{ij} \hat q_{ij}                                                & (V.8)

the first by the CES price index, exact for buyers with such tastes, -E ln P where :math:`\eta = -1` (Francois & Hall 2003,
section 4, take the triangles of their linear form). Cars that the origin hit loses in a market go three ways:

.. math::
    -\Delta n_\text{hit} = \Delta n_\text{home} + \Delta n_\text{others} - \Delta n_\text{market}              \qquad (V.9)

to the market's own makers, to other exporters (diversion, Viner 1950, ch. 4), and to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.demand.diversion import Elasticities, Equilibrium, Flows
    from roadstead.terms.arrays import Flags, Floats

FLAT = 1e-9
"""An exponent nearer zero than this is taken for zero: the area is a logarithm."""


@dataclass(frozen=True, slots=True)
class Gains:
    """What a change is worth a year.

    Attributes
    ----------
    consumers
        Change of consumer surplus by market. Shape (..., J). [money/year]
    producers
        Change of producer surplus by exporter. Shape (..., I). [money/year]
    revenue_before, revenue
        Duties collected by market, before and after. Shapes (J,) and (..., J). [money/year]
    """

    consumers: Floats
    producers: Floats
    revenue_before: Floats
    revenue: Floats


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the cars went in the market that raised its duty. Each of shape (...). [cars/year]

    Attributes
    ----------
    hit
        Change of cars from the origins hit; negative for a duty raised.
    home
        Change of cars made in the market itself.
    others
        Change of cars from other exporters.
    market
        Change of all cars sold there.
    """

    hit: Floats
    home: Floats
    others: Floats
    market: Floats

    @property
    def diverted(self) -> Floats:
        """Share of the cars lost that other exporters take; not a number where none were lost."""
        lost = -np.asarray(self.hit, dtype=np.float64)
        return np.asarray(np.divide(self.others, lost, out=np.full(lost.shape, np.nan), where=lost != 0))


def gains(flows: Flows, duty: Floats, elasticities: Elasticities, found: Equilibrium) -> Gains:
    """Surplus and revenue of an equilibrium (V.6 to V.8); ``duty`` is the one it was found for."""
    eta = np.asarray(elasticities.demand, dtype=np.float64)[..., None]
    epsilon = np.asarray(elasticities.supply, dtype=np.float64)[..., None]
    value = flows.units * flows.price
    before = np.where(flows.is_home, 0.0, flows.duty)
    after = np.where(flows.is_home, 0.0, duty)
    spent = (value * (1.0 + before)).sum(axis=0)
    earned = value.sum(axis=1)
    sold = value * found.quantity * found.price[..., :, None]
    return Gains(
        consumers=-spent * _area(found.index, 1.0 + eta),  # (V.6)
        producers=earned * _area(found.price, 1.0 + epsilon),  # (V.7)
        revenue_before=(before * value).sum(axis=0),
        revenue=(after * sold).sum(axis=-2),  # (V.8)
    )


def shift(flows: Flows, origins: Flags, importers: Flags, found: Equilibrium) -> Shift:
    """Where cars went in the markets ``importers`` (J,) as ``origins`` (I,) were hit (V.9)."""
    change = flows.units * (found.quantity - 1.0) * importers
    hit = change * (origins[:, None] & ~flows.is_home)
    home = change * flows.is_home
    others = change * ~(origins[:, None] | flows.is_home)
    total = [part.sum(axis=(-2, -1)) for part in (hit, home, others, change)]
    return Shift(*(np.asarray(part) for part in total))


def _area(ratio: Floats, power: Floats) -> Floats:
    """Integral of x to the power less one, from one to ``ratio``."""
    logarithm = np.log(ratio)
    steep = np.abs(power) > FLAT
    return np.asarray(np.where(steep, np.expm1(power * logarithm) / np.where(steep, power, 1.0), logarithm))
