r"""Paths of the economy: what batteries, currencies and freight cost, as multiples of what they cost as the first year begins.

**Batteries** learn with cumulative output (Wright 1936, Journal of the Aeronautical Sciences 3; Nagy et al. 2013, PLoS ONE 8)
at a rate that nobody knows exactly, with shocks that stay (Farmer & Lafond 2016, Research Policy 45):

.. math::
    \ln b_t = \ln b_{t-1} + g \log_2 (1 - \lambda) + \sigma_b \varepsilon_t, \qquad
    \lambda \sim \mathrm N(\bar\lambda, \sigma_\lambda)                                           \qquad \text{(S.3)}

with g the yearly growth of the natural logarithm of cumulative output, so that a doubling saves a part lambda of the cost.

**Real exchange rates**, dearer currencies above one, return to today's with a half-life h (Rogoff 1996, Journal of Economic
Literature 34; Cashin & McDermott 2003, IMF Staff Papers 50), under shocks that currencies share:

.. math::
    \ln q_{c,t} = 2^{-1/h} \ln q_{c,t-1} + \sigma_c \sum_{j \le c} L_{cj}\, \varepsilon_{j,t}, \qquad L L^\top = R
                                                                                                  \qquad \text{(S.4)}

**Freight** follows the charter rate x of car carriers, whose logarithm returns to its level (Tvedt 1997, Maritime Policy &
Management 24) and varies about it by s in the long run; the rest of a car's freight, fuel and handling, stays:

.. math::
    \ln x_t = \varphi \ln x_{t-1} + s \sqrt{1 - \varphi^2}\, \varepsilon_t, \qquad
    f_t = 1 + w\, (x_t - 1), \qquad \varphi = 2^{-1/h_x}                                          \qquad \text{(S.5)}

The median of every path is its course without shocks; batteries, currencies and freight do not know of one another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.paths.streams import normal
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roadstead.futures.paths.exchange import Exchange
    from roadstead.terms.arrays import Floats
    from roadstead.terms.tables import Row

ECONOMY = Schema(
    "economy",
    "How batteries, currencies and freight may move: what their paths are drawn from.",
    (
        Column("parameter", Kind.TEXT, "name"),
        Column("value", Kind.NUMBER, "value used unless another is given"),
        Column("unit", Kind.TEXT, "unit"),
    ),
    key=("parameter",),
)
BATTERY, LEARNING, CHARTER, RATE = "battery", "battery/learning", "charter", "rate of "
"""Names under which shocks are drawn; a currency's is followed by its own."""


@dataclass(frozen=True, slots=True)
class Battery:
    """What (S.3) needs.

    Attributes
    ----------
    learning, learning_spread
        Part of the cost saved with each doubling of cumulative output, and its standard deviation between paths.
    output_growth
        Growth of the logarithm of cumulative output. [1/year]
    spread
        Standard deviation of a year's shock to the logarithm.
    """

    learning: float
    learning_spread: float
    output_growth: float
    spread: float


@dataclass(frozen=True, slots=True)
class Freight:
    """What (S.5) needs.

    Attributes
    ----------
    spread
        Standard deviation of the logarithm of the charter rate in the long run.
    half_life
        Of a deviation. [years]
    share
        Share of charter in a car's freight.
    """

    spread: float
    half_life: float
    share: float


@dataclass(frozen=True, slots=True)
class Economy:
    """What paths of the economy are drawn from.

    Attributes
    ----------
    rate_half_life
        Of a real exchange rate's deviation from today's. [years]
    """

    battery: Battery
    exchange: Exchange
    rate_half_life: float
    freight: Freight


@dataclass(frozen=True, slots=True)
class Factors:
    """Drawn multiples of what is paid as the first year begins.

    Attributes
    ----------
    battery, freight
        Shapes (paths, T).
    rates
        Real worth of each currency in that of home. Shape (paths, T, C).
    """

    battery: Floats
    rates: Floats
    freight: Floats

    def __post_init__(self) -> None:
        for array in (self.battery, self.rates, self.freight):
            frozen(array)


@remembered
def packaged() -> Mapping[str, Row]:
    """Rows of the packaged table by parameter."""
    return {row["parameter"]: row for row in read_table(packaged_table("futures", ECONOMY.name), ECONOMY)}


def usual_economy(exchange: Exchange) -> Economy:
    """The packaged parameters with the currencies given."""
    value = {name: float(row["value"]) for name, row in packaged().items()}
    return Economy(
        battery=Battery(
            value["battery_learning"],
            value["battery_learning_spread"],
            value["battery_output_growth"],
            value["battery_spread"],
        ),
        exchange=exchange,
        rate_half_life=value["rate_half_life"],
        freight=Freight(value["charter_spread"], value["charter_half_life"], value["charter_share"]),
    )


def check(economy: Economy) -> None:
    """Refuse what no path can be drawn from; RS-F521 with every fault at once."""
    raise_if_any(_faults(economy))


def _faults(economy: Economy) -> Iterator[Fault]:
    battery, freight, exchange = economy.battery, economy.freight, economy.exchange
    spreads = {
        "battery: spread": battery.spread,
        "battery: learning_spread": battery.learning_spread,
        "battery: output_growth": battery.output_growth,
        "freight: spread": freight.spread,
        **{f"rate of {name}: spread": value for name, value in zip(exchange.currencies, exchange.spread, strict=True)},
    }
    for where, value in spreads.items():
        if not 0.0 <= value < math.inf:
            yield Fault(where, "RS-F521", f"{value:g}", "a number of 0 or more")
    for where, value in {"rates: half_life": economy.rate_half_life, "freight: half_life": freight.half_life}.items():
        if not value > 0.0:
            yield Fault(where, "RS-F521", f"{value:g} years", "more than 0 years, or inf for a shock that stays")
    for where, value in {"battery: learning": battery.learning, "freight: share": freight.share}.items():
        if not 0.0 <= value < 1.0:
            yield Fault(where, "RS-F521", f"{value:g}", "a fraction, 0 or more and below 1")
    correlation = exchange.correlation
    if not (np.allclose(correlation, correlation.T) and np.allclose(np.diag(correlation), 1.0)):
        yield Fault(
            "rates: correlation", "RS-F521", "it is not that of a matrix with itself", "symmetric, 1 on the diagonal"
        )
    elif correlation.size and np.linalg.eigvalsh(correlation)[0] <= 0.0:
        message = "no currencies can move together in this way: an eigenvalue is not above 0"
        yield Fault("rates: correlation", "RS-F521", message, "correlations that can hold at once")


def draw_factors(economy: Economy, years: int, seed: int, first: int, count: int) -> Factors:
    """Factors of the paths ``first``, ``first`` + 1, ..., for some years from the first on."""
    return Factors(
        battery=np.ascontiguousarray(_battery(economy.battery, years, seed, first, count).T),
        rates=_rates(economy, years, seed, first, count),
        freight=np.ascontiguousarray(_freight(economy.freight, years, seed, first, count).T),
    )


def _battery(battery: Battery, years: int, seed: int, first: int, count: int) -> Floats:
    """(S.3). Shape (T, count)."""
    shocks = normal(BATTERY, seed, first, count, years)
    rate = battery.learning + battery.learning_spread * normal(LEARNING, seed, first, count, 1)[0]
    # A rate of learning of one or more would make batteries free; below nothing they would forget.
    decline = (battery.output_growth / math.log(2.0)) * np.log1p(-np.clip(rate, 0.0, 0.9))
    shocks *= battery.spread
    shocks += decline
    return np.asarray(np.exp(_added_up(shocks, 1.0)))


def _rates(economy: Economy, years: int, seed: int, first: int, count: int) -> Floats:
    """(S.4). Shape (count, T, C)."""
    exchange = economy.exchange
    root = exchange.root()
    own = [normal(RATE + name, seed, first, count, years) for name in exchange.currencies]
    kept = 2.0 ** (-1.0 / economy.rate_half_life)
    found = np.empty((count, years, len(own)))
    for c, spread in enumerate(exchange.spread.tolist()):
        # Added one after another: a matrix product may add in another order for another number of paths.
        shock = root[c, 0] * own[0]
        for j in range(1, c + 1):
            shock += root[c, j] * own[j]
        shock *= spread
        found[:, :, c] = np.exp(_added_up(shock, kept)).T
    return found


def _freight(freight: Freight, years: int, seed: int, first: int, count: int) -> Floats:
    """(S.5). Shape (T, count)."""
    kept = 2.0 ** (-1.0 / freight.half_life)
    shocks = normal(CHARTER, seed, first, count, years)
    shocks *= freight.spread * math.sqrt(1.0 - kept * kept)
    return 1.0 + freight.share * (np.exp(_added_up(shocks, kept)) - 1.0)


def _added_up(shocks: Floats, kept: float) -> Floats:
    """Shocks summed from year to year, of each a part kept, in place. Shape (T, count)."""
    for t in range(1, len(shocks)):
        shocks[t] += kept * shocks[t - 1]
    return shocks
