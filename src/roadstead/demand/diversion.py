r"""Who gains when a duty goes up: one industry over all importers and exporters, in changes.

With i exporters and j importers, and a hat for new over old,

.. math::
    \hat P_{ij} &= \hat p_i \hat\tau_{ij}                                                                  & (V.1) \\
    \hat P_j^{1-\sigma} &= \sum_i \theta_{ij} \hat P_{ij}^{1-\sigma}                                        & (V.2) \\
    \hat q_{ij} &= (\hat P_{ij} / \hat P_j)^{-\sigma} \hat P_j^{\eta}                                       & (V.3) \\
    \sum_j \phi_{ij} \hat q_{ij} &= \hat p_i^{\varepsilon}                                                  & (V.4)

where p is what an exporter gets, :math:`\tau` one plus the duty, P what buyers pay and, with one index, a market's price
index; :math:`\theta` an exporter's share in what a market spends, :math:`\phi` a market's share in what an exporter
sells; :math:`\sigma > 1` the elasticity of substitution between exporters, :math:`\eta < 0` the market's elasticity,
:math:`\varepsilon > 0` that of supply. It is the GSIM of Francois & Hall (2003, sections 2 and 3) with its log-linear
demand replaced by the CES it stands for, written in changes as in Dekle, Eaton & Kortum (2008, section 2): linear, a
duty of 25 points can take away more cars than there are. Prices are found by

.. math::
    \hat p_i \leftarrow \hat p_i \Bigl(\hat p_i^{-\varepsilon} \sum_j \phi_{ij} \hat q_{ij}\Bigr)^{1/(\varepsilon+\sigma)} \qquad (V.5)

until every exporter sells what it makes. What was zero stays zero: a lane without cars has no share to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

CLEARED = 1e-9
"""Most that an exporter's sales may differ from what it makes, as a share of it."""
AIM = 1e-11
"""Where the rounds stop."""
MOST_ROUNDS = 20_000
BLOCK = 64
"""Scenarios worked on at a time: their lanes stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Flows:
    """The trade of one industry before anything changes.

    Attributes
    ----------
    units
        Cars by exporter and importer, own cars included. Shape (I, J). [cars/year]
    price
        What an exporter gets for a car on each lane, at the border and before duty. Shape (I, J). [money/car]
    duty
        Duty on each lane. Shape (I, J). [fraction]
    is_home
        True where exporter and importer are one customs territory. Shape (I, J).
    """

    units: Floats
    price: Floats
    duty: Floats
    is_home: Flags


@dataclass(frozen=True, slots=True)
class Elasticities:
    """What answers a price, one number or one for each scenario. Shape (...).

    Attributes
    ----------
    substitution
        Between cars of different exporters; above one, and above the market's. [1]
    demand
        Of all cars of a market; negative. [1]
    supply
        Of what an exporter makes; positive. [1]
    """

    substitution: Floats
    demand: Floats
    supply: Floats


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Everything after the change over everything before it.

    Attributes
    ----------
    price
        What exporters get. Shape (..., I). [1]
    index
        Price index of each market. Shape (..., J). [1]
    quantity
        Cars on each lane; one where there were none. Shape (..., I, J). [1]
    residual
        Most that an exporter's sales differ from what it makes. Shape (...). [fraction]
    rounds
        Rounds that the slowest scenario took.
    """

    price: Floats
    index: Floats
    quantity: Floats
    residual: Floats
    rounds: int


def check(flows: Flows) -> None:
    """Refuse flows that are none.

    Raises
    ------
    RoadsteadError
        RS-D541 with every cell of units, prices or duties that is missing or negative, by its row and column.
    """
    faults = []
    for name, values, least in (("units", flows.units, 0.0), ("price", flows.price, 0.0), ("duty", flows.duty, -1.0)):
        bad = ~(np.isfinite(values) & (values >= least))
        if name != "units":
            bad |= values == least
        if name == "price":
            bad &= flows.units > 0
        for cell in np.argwhere(bad):
            where = f"{name}[{', '.join(str(int(at)) for at in cell)}]"
            expected = "a number, not negative, for every exporter and importer; zero where nothing is sold"
            faults.append(Fault(where, "RS-D541", f"{values[tuple(cell)]:g} was given", expected))
    raise_if_any(faults)


def equilibrium(flows: Flows, duty: Floats, elasticities: Elasticities) -> Equilibrium:
    """Solve V.1 to V.4 for one or many new duties.

    Parameters
    ----------
    duty
        New duties; those on home lanes are ignored. Shape (..., I, J). [fraction]

    Raises
    ------
    RoadsteadError
        RS-D541 for flows or duties that are none, RS-D542 for impossible elasticities, RS-D543 where markets do not
        clear.
    """
    check(flows)
    if not (np.all(np.isfinite(duty)) and np.all(duty > -1.0)):
        raise RoadsteadError(Fault("duty", "RS-D541", "a new duty is missing or below -100 %", "fractions above -1"))
    sigma, eta, epsilon = _checked(elasticities)
    wedge = np.where(flows.is_home, 1.0, (1.0 + duty) / (1.0 + flows.duty))
    shape = np.broadcast_shapes(wedge.shape[:-2], sigma.shape, eta.shape, epsilon.shape)
    rows, columns = flows.units.shape
    wedge = np.broadcast_to(wedge, (*shape, rows, columns)).reshape(-1, rows, columns)
    answers = [np.broadcast_to(value, shape).reshape(-1, 1) for value in (sigma, eta, epsilon)]
    count = wedge.shape[0]
    found = Equilibrium(
        np.ones((count, rows)), np.ones((count, columns)), np.ones((count, rows, columns)), np.zeros(count), 0
    )
    shares = spending_shares(flows), sales_shares(flows)
    rounds = 0
    moved = np.flatnonzero(np.any(wedge != 1.0, axis=(1, 2)))  # the others stay at one, exactly
    for begin in range(0, len(moved), BLOCK):
        block = moved[begin : begin + BLOCK]
        rounds = max(rounds, _solve_block(shares, wedge[block], [value[block] for value in answers], found, block))
    if not np.all(found.residual <= CLEARED):
        worst = float(np.nanmax(found.residual))
        message = f"an exporter's sales differ from what it makes by {worst:.1e} after {rounds:,} rounds"
        raise RoadsteadError(Fault("diversion", "RS-D543", message, f"at most {CLEARED:g}: less extreme elasticities"))
    return Equilibrium(
        found.price.reshape(*shape, rows),
        found.index.reshape(*shape, columns),
        found.quantity.reshape(*shape, rows, columns),
        found.residual.reshape(shape),
        rounds,
    )


def spending_shares(flows: Flows) -> Floats:
    """Share of each exporter in what a market spends, duty paid; zero where it buys nothing. Shape (I, J)."""
    spent = flows.units * flows.price * (1.0 + np.where(flows.is_home, 0.0, flows.duty))
    total = spent.sum(axis=0, keepdims=True)
    return np.asarray(np.divide(spent, total, out=np.zeros_like(spent), where=total > 0))


def sales_shares(flows: Flows) -> Floats:
    """Share of each market in what an exporter sells; zero where it sells nothing. Shape (I, J)."""
    total = flows.units.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(flows.units, total, out=np.zeros_like(flows.units), where=total > 0))


def _checked(elasticities: Elasticities) -> tuple[Floats, Floats, Floats]:
    sigma, eta, epsilon = (
        np.asarray(value, dtype=np.float64)
        for value in (elasticities.substitution, elasticities.demand, elasticities.supply)
    )
    finite = all(np.all(np.isfinite(value)) for value in (sigma, eta, epsilon))
    if not (finite and np.all(sigma > 1) and np.all(eta < 0) and np.all(epsilon > 0) and np.all(sigma > -eta)):
        message = f"substitution {_range(sigma)}, market {_range(eta)}, supply {_range(epsilon)} do not make a market together"
        expected = "substitution above 1 and above the market's elasticity, which is negative; supply above 0"
        raise RoadsteadError(Fault("elasticities", "RS-D542", message, expected))
    return sigma, eta, epsilon


def _range(values: Floats) -> str:
    least, most = float(np.min(values)), float(np.max(values))
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def _solve_block(
    shares: tuple[Floats, Floats], wedge: Floats, answers: list[Floats], found: Equilibrium, block: Ints
) -> int:
    """Rounds of V.5 for some scenarios; prices, indices, quantities and residuals go into ``found``."""
    theta, phi = shares
    sigma, eta, epsilon = answers
    dearer = np.exp((1.0 - sigma)[..., None] * np.log(wedge))
    spending, selling = theta * dearer, phi * (dearer / wedge)
    buys, sells = theta.sum(axis=0) > 0, phi.sum(axis=1) > 0
    price = np.ones((wedge.shape[0], wedge.shape[1]))
    rounds = 0
    while True:
        bought = (price ** (1.0 - sigma))[:, None, :] @ spending  # (V.1), (V.2)
        index = np.where(buys, bought[:, 0, :], 1.0) ** (1.0 / (1.0 - sigma))
        pull = index ** (sigma + eta)
        sold = price**-sigma * (selling @ pull[..., None])[..., 0]  # (V.3)
        cleared = np.where(sells, sold / price**epsilon, 1.0)  # (V.4)
        residual = np.abs(cleared - 1.0).max(axis=1)
        # What is no number must stop the rounds too: it is refused by whoever reads the residual.
        if rounds == MOST_ROUNDS or not np.any(residual > AIM):
            break
        price = price * cleared ** (1.0 / (epsilon + sigma))  # (V.5)
        rounds += 1
    found.price[block], found.index[block], found.residual[block] = price, index, residual
    flowing = theta > 0
    pulled = dearer / wedge * (price**-sigma)[:, :, None] * pull[:, None, :]
    found.quantity[block] = np.where(flowing, pulled, 1.0)  # (V.3)
    return rounds
