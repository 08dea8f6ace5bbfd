"""Equilibrium prices of many markets and scenarios in one call, from rows a person may hand in: every bad row is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from roadstead.demand.parameters import parameters
from roadstead.demand.pricing import Bounds, Competition, competition_at, implied_costs, partial_cost, settle_prices
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from roadstead.terms.arrays import Floats, Ints

_EXPECTED = "a number for every product"


@dataclass(frozen=True, slots=True)
class Products:
    """What is sold in one market or many, at the base.

    Attributes
    ----------
    price, share
        Shares of all who might buy, so that they sum to less than one in a market. Shape (J,). [money/car], [fraction]
    firm, nest
        Labels. Shape (J,).
    alpha, rho
        Price coefficient (positive) and nest correlation, one number or one for every product, alike within a market.
    market
        Label of each product's market; one market where there are none. Shape (J,).
    kept
        Share of the retail price that reaches the firm: taxes on price and the dealer's margin off.
    floor
        Least retail prices (a minimum-price undertaking); NaN where there is none. Shape (J,).
    """

    price: npt.ArrayLike
    share: npt.ArrayLike
    firm: Sequence[object]
    nest: Sequence[object]
    alpha: npt.ArrayLike
    rho: npt.ArrayLike
    market: Sequence[object] = ()
    kept: npt.ArrayLike = 1.0
    floor: npt.ArrayLike = float("nan")


class Priced(NamedTuple):
    """Retail prices and shares, each of the shape of the costs handed in."""

    prices: Floats
    shares: Floats


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of products as arrays, J of each; ``market`` numbered."""

    price: Floats
    share: Floats
    alpha: Floats
    rho: Floats
    kept: Floats
    firm: tuple[object, ...]
    nest: tuple[object, ...]
    market: Ints
    names: tuple[str, ...]

    def where(self, row: int) -> str:
        """A row as a person counts, with its market where there are several."""
        return f"row {row + 1}" + (f" ({self.names[self.market[row]]})" if len(self.names) > 1 else "")


def equilibrium_prices(
    price: npt.ArrayLike,
    share: npt.ArrayLike,
    firm: Sequence[object],
    nest: Sequence[object],
    alpha: npt.ArrayLike,
    rho: npt.ArrayLike,
    cost: npt.ArrayLike,
) -> Priced:
    """Bertrand prices and nested logit shares of one market at new costs, from base prices and shares (D.1, D.2, D.5).

    Parameters and errors are those of :class:`Products` and :func:`settle_products`, which takes many markets, taxes,
    dealers' margins, least prices and partial pass-through as well.
    """
    return settle_products(Products(price, share, firm, nest, alpha, rho), cost)


def settle_products(products: Products, cost: npt.ArrayLike, pass_through: float = 1.0) -> Priced:
    """Bertrand prices and nested logit shares at new costs, in every market and scenario (D.1, D.2, D.5).

    Parameters
    ----------
    cost
        New costs of a car; further dimensions are scenarios. Shape (..., J). [money/car]
    pass_through
        Part of a change in cost that prices are set on (D.7).

    Raises
    ------
    RoadsteadError
        RS-D503 for a row that is no product, RS-D504 where the base prices imply a negative cost, RS-D505 where prices
        do not settle.
    """
    rows = _rows(products)
    new = _costs(cost, rows)
    least = _floor(products.floor, rows)
    _possible(pass_through)
    prices, sold = np.empty_like(new), np.empty_like(new)
    faults: list[Fault] = []
    for number in range(len(rows.names)):
        mine = np.flatnonzero(rows.market == number)
        seen = _competition(rows, mine)
        base = competition_at(rows.share[mine], rows.price[mine], seen)
        implied = implied_costs(base, rows.price[mine], rows.share[mine])
        faults += _negative(rows, mine, implied)
        if faults:
            continue
        bounds = None if np.isnan(least[mine]).all() else _floors(least[mine])
        found = settle_prices(base, partial_cost(implied, new[..., mine], pass_through), bounds)
        prices[..., mine], sold[..., mine] = found.price, found.share
    raise_if_any(faults)
    return Priced(prices, sold)


def _rows(products: Products) -> _Rows:
    """Rows that are products, or every fault in them; numbers that are given once hold for all."""
    count = np.size(_numbers(products.price, "price"))
    if not count:
        raise_if_any([Fault("price", "RS-D503", "there are no products", "one price or more")])
    market = tuple(products.market) or ("",) * count
    lengths = {
        "share": np.size(_numbers(products.share, "share")),
        "firm": len(products.firm),
        "nest": len(products.nest),
        "market": len(market),
    }
    raise_if_any(
        Fault(name, "RS-D503", f"{length} entries beside {count} prices", "one entry for every product")
        for name, length in lengths.items()
        if length != count
    )
    raise_if_any(
        Fault(f"row {row + 1}", "RS-D503", "the market is not known", "the market of every product, or of none")
        for row, label in enumerate(market)
        if label is None
    )
    names, numbered = np.unique(np.asarray([str(label) for label in market]), return_inverse=True)
    rows = _Rows(
        price=_spread(products.price, count, "price"),
        share=_spread(products.share, count, "share"),
        alpha=_spread(products.alpha, count, "alpha"),
        rho=_spread(products.rho, count, "rho"),
        kept=_spread(products.kept, count, "kept"),
        firm=tuple(products.firm),
        nest=tuple(products.nest),
        market=numbered.ravel(),
        names=tuple(str(name) for name in names),
    )
    raise_if_any(_faults(rows))
    return rows


def _numbers(value: npt.ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise RoadsteadError(Fault(name, "RS-D503", f"the {name} holds what is no number", _EXPECTED)) from None


def _spread(value: npt.ArrayLike, count: int, name: str) -> Floats:
    given = _numbers(value, name)
    if given.size not in {1, count}:
        message = f"{given.size} entries beside {count} prices"
        raise_if_any([Fault(name, "RS-D503", message, "one number, or one for every product")])
    return np.broadcast_to(given.ravel(), (count,)).copy()


def _faults(rows: _Rows) -> Iterable[Fault]:
    for row in range(len(rows.price)):
        for message, expected in _wrong(rows, row):
            yield Fault(rows.where(row), "RS-D503", message, expected)
    for number, name in enumerate(rows.names):
        mine = rows.market == number
        total = float(rows.share[mine].sum())
        if total >= 1.0:
            where = f"market {name}" if len(rows.names) > 1 else "shares"
            yield Fault(where, "RS-D503", f"shares sum to {total:.4g}", "less than one: the rest buys nothing")
        for what, values in (("alpha", rows.alpha[mine]), ("rho", rows.rho[mine])):
            if np.ptp(values) > 0:
                message = f"{what} runs from {values.min():g} to {values.max():g} in one market"
                where = f"market {name}" if len(rows.names) > 1 else what
                yield Fault(where, "RS-D503", message, "one value in a market")


def _wrong(rows: _Rows, row: int) -> Iterable[tuple[str, str]]:
    """What is wrong with a row, and what was expected."""
    share, price = rows.share[row], rows.price[row]
    if np.isnan(share):
        yield "the share is missing", "a share; a product that is not sold yet is an entry, not a row of the base"
    elif share == 0.0:
        yield "the share is zero", "a product that is not sold yet is an entry: leave it out of the base"
    elif not 0.0 < share < 1.0:
        yield f"the share is {share:g}", "a fraction of all who might buy"
    if not (np.isfinite(price) and price > 0):
        yield f"the price is {price:g}", "a positive price"
    if not (np.isfinite(rows.alpha[row]) and rows.alpha[row] > 0):
        yield f"alpha is {rows.alpha[row]:g}", "a positive price coefficient"
    if not 0.0 <= rows.rho[row] < 1.0:
        yield f"rho is {rows.rho[row]:g}", "a nest correlation from 0 to less than 1"
    if not 0.0 < rows.kept[row] <= 1.0:
        yield f"{rows.kept[row]:g} of the price is kept", "more than nothing, at most all"
    for what, label in (("nest", rows.nest[row]), ("firm", rows.firm[row])):
        if label is None or label == "" or label != label:  # noqa: PLR0124 - only NaN differs from itself
            yield f"the {what} is not known", f"the {what} of every product"


def _floor(floor: npt.ArrayLike, rows: _Rows) -> Floats:
    least = _spread(floor, len(rows.price), "floor")
    odd = np.flatnonzero(~np.isnan(least) & ~(np.isfinite(least) & (least > 0)))
    expected = "a positive price; NaN where there is none"
    raise_if_any(
        Fault(rows.where(row), "RS-D503", f"the least price is {least[row]:g}", expected) for row in odd.tolist()
    )
    return least


def _possible(pass_through: float) -> None:
    known = parameters()["pass_through"]
    if not known.is_possible(pass_through):
        expected = f"a number from {known.least:g} to {known.most:g}"
        raise_if_any([Fault("pass_through", "RS-D503", f"{pass_through:g} of a cost is passed on", expected)])


def _costs(cost: npt.ArrayLike, rows: _Rows) -> Floats:
    new = _numbers(cost, "cost")
    if new.shape[-1:] != rows.price.shape:
        message = f"the last dimension of the costs is {new.shape[-1:]}, beside {len(rows.price)} prices"
        raise_if_any([Fault("cost", "RS-D503", message, "costs of every product in every scenario")])
    odd = np.flatnonzero(~np.isfinite(new).reshape(-1, new.shape[-1]).all(0))
    raise_if_any(Fault(rows.where(row), "RS-D503", "a cost is missing", _EXPECTED) for row in odd.tolist())
    below = np.flatnonzero((new < 0).reshape(-1, new.shape[-1]).any(0))
    raise_if_any(
        Fault(rows.where(row), "RS-D503", f"a cost is {new[..., row].min():,.6g}", "costs not below zero")
        for row in below.tolist()
    )
    return new


def _competition(rows: _Rows, mine: Ints) -> Competition:
    def numbered(labels: tuple[object, ...]) -> Ints:
        return np.unique(np.asarray([str(labels[row]) for row in mine]), return_inverse=True)[1].ravel()

    first = int(mine[0])
    firm, nest = numbered(rows.firm), numbered(rows.nest)
    return Competition(
        appeal=np.zeros(len(mine)),
        firm=firm,
        nest=nest,
        twins=np.ones(len(mine)),
        alpha=np.asarray(rows.alpha[first]),
        rho=float(rows.rho[first]),
        kept=rows.kept[mine],
    )


def _floors(floor: Floats) -> Bounds:
    return Bounds(np.where(np.isnan(floor), -np.inf, floor), np.full(len(floor), np.inf))


def _negative(rows: _Rows, mine: Ints, implied: Floats) -> Iterable[Fault]:
    for row, amount in zip(mine.tolist(), implied.tolist(), strict=True):
        if amount < 0:
            message = f"its price of {rows.price[row]:,.6g} implies a cost of {amount:,.6g}"
            expected = "a price that covers a positive cost at these elasticities: raise alpha, or mend price or share"
            yield Fault(rows.where(row), "RS-D504", message, expected)
