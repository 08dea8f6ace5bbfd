"""The nests that a market's buyers choose within: powertrains, or the segments of each where the case knows them.

What the outlook says of a powertrain is divided among its segments by their shares, which stay the same in every node-year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import NEV, Powertrain, powertrain_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.carmaker import Carmaker

OTHER = "other"
"""Class of every powertrain that does not plug in."""
NESTS = ("BEV", "PHEV", OTHER)
"""Every class, in order."""
ROUNDING = 1e-9
"""Part of a nest by which own cars may exceed it and still count as all of it."""


@dataclass(frozen=True, slots=True)
class Nests:
    """The nests of one market.

    Attributes
    ----------
    names
        A powertrain class, with the name of a segment where it has some: ``BEV``, ``BEV small``. Length G.
    classes
        Powertrain class of each nest: BEV, PHEV or other. Length G.
    sales
        All cars of each nest, own ones included. Shape (Y, G). [cars/year]
    own
        Nest of each own model. Shape (K,).
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    sales: Floats
    own: Ints


def nest_of(powertrain: Powertrain) -> str:
    """Class a powertrain competes in; range extenders compete with plug-in hybrids."""
    return str(powertrain_class(powertrain)) if powertrain in NEV else OTHER


def nests_of(carmaker: Carmaker, market: str, sales: Mapping[str, Floats], models: Sequence[str]) -> Nests:
    """A market's nests.

    Parameters
    ----------
    sales
        All cars of each powertrain class. Shape (Y,) each. [cars/year]
    models
        Own models sold in the market. Length K.
    """
    names: list[str] = []
    classes: list[str] = []
    columns: list[Floats] = []
    stands: dict[tuple[str, str], int] = {}
    for group, cars in sales.items():
        parts = carmaker.segments.get((market, group), ())
        for part in parts:
            stands |= {(group, model): len(names) for model in part.models}
            names.append(f"{group} {part.name}")
            columns.append(cars * part.share)
        if not parts:
            stands |= {(group, model): len(names) for model in models}
            names.append(group)
            columns.append(cars)
        classes += [group] * (len(names) - len(classes))
    groups = [nest_of(carmaker.models[model].powertrain) for model in models]
    own = np.asarray([stands[group, model] for group, model in zip(groups, models, strict=True)])
    return Nests(tuple(names), tuple(classes), np.stack(columns, axis=1), own)


def held_by_own(nests: Nests, own_sales: Floats, years: Ints) -> Floats:
    """Own cars in every nest. Shapes (Y, K) -> (Y, G). [cars/year]

    Raises
    ------
    RoadsteadError
        RS-D501 for every nest that own reference sales exceed, in the year in which they do so by most.
    """
    held = np.zeros(nests.sales.shape)
    np.add.at(held.T, nests.own, own_sales.T)
    faults = tuple(_exceeded(nests, held, years))
    if faults:
        raise RoadsteadError(faults)
    return held


def _exceeded(nests: Nests, held: Floats, years: Ints) -> Iterator[Fault]:
    over = held - nests.sales
    for g in np.flatnonzero((over > ROUNDING * nests.sales).any(0)).tolist():
        y = int(np.argmax(over[:, g]))
        name = nests.names[g]
        message = (
            f"own reference sales of {held[y, g]:,.0f} cars in {int(years[y])} where all makers sell "
            f"{nests.sales[y, g]:,.0f} in the nest `{name}`"
        )
        expected = f"smaller shares of {nests.classes[g]} in ambitions.csv and entry_paths.csv"
        if name != nests.classes[g]:
            expected += f", or a larger one of `{name}` in segments.csv"
        yield Fault("demand", "RS-D501", message, expected)


__all__ = ["NESTS", "OTHER", "Nests", "held_by_own", "nest_of", "nests_of"]
