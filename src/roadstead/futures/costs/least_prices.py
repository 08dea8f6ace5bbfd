"""Least prices that cars shipped from home must keep in a market, as a price undertaking asks in place of a duty.

A least price is stated as a share of the reference price of each model. Cars from home then sell no more than buyers take
at that price while the firm's other models stay at their reference prices: a limit on flows from home, told as a resource
like any other. What the firm makes elsewhere is free. Rivals shipped from home keep the same least prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.pricing import shares_at
from roadstead.futures.capacity.rows import with_rows
from roadstead.futures.selling.nests import nest_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.capacity.rows import BuiltResources
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.evaluate import ArcKey
    from roadstead.futures.events import Event
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.rivals import Contest
    from roadstead.futures.selling.selling import Selling
    from roadstead.terms.arrays import Floats
    from roadstead.world.carmaker import Offer


def least_shares(costing: Costing, years: NodeYears, circumstances: Sequence[Circumstances], met: Contest) -> Floats:
    """Least price over reference price by nest of a market; nothing where there is none. Shape (Y, G). [fraction]"""
    importers = {met.market, costing.territory(met.market)}
    found = np.zeros((years.count, len(met.nests)))
    for y, now in enumerate(circumstances):
        for (importer, powertrain), share in now.least_prices.items():
            if importer in importers:
                found[y, [group == powertrain for group in met.classes]] = share
    return found


def rivals_floors(met: Contest, least: Floats) -> Floats:
    """Least prices of rivals shipped from home; minus infinity where there is none. Shape (Y, J). [money/car]"""
    of_product = least[:, met.competition.nest]
    return np.where(met.shipped & (of_product > 0), of_product * met.price, -np.inf)


def import_limits(met: Contest, price: Floats, least: Floats) -> Floats:
    """Cars of each own model that buyers take at its least price, others at ``price``; infinite without one. Shape (Y, K)."""
    limits = np.full((len(price), met.own), np.inf)
    for k in range(met.own):
        share = least[:, met.competition.nest[k]]
        rows = np.flatnonzero(share > 0)
        if rows.size:
            at = price.copy()
            at[:, k] = np.maximum(share, 1e-9) * met.price[:, k]
            limits[rows, k] = (shares_at(met.competition, at)[:, k] * met.scale.potential)[rows]
    return limits


def under_least_prices(costing: Costing, events: Mapping[str, Event], offers: Sequence[Offer]) -> tuple[int, ...]:
    """Cells that some event puts under a least price, whether or not a node fires it: every tree of a case has their rows."""
    named = {(one.importer, nest) for event in events.values() for one in event.least_prices for nest in one.nests}
    return tuple(
        c
        for c, offer in enumerate(offers)
        if {(importer, nest_of(costing.carmaker.models[offer.model_id].powertrain))
            for importer in (offer.market, costing.territory(offer.market))} & named
    )  # fmt: skip


def with_least_prices(
    built: BuiltResources, selling: Selling, arcs: Sequence[ArcKey], cells: Mapping[int, str]
) -> BuiltResources:
    """The resources with a row for every cell that some event puts under a least price; ``cells``: their names."""
    if not cells:
        return built
    uses = [(a, i, 1.0) for i, c in enumerate(cells) for a, key in enumerate(arcs)
            if key.offer == c and key.line is None]  # fmt: skip
    free = np.where(
        np.isfinite(selling.import_limit[:, list(cells)]),
        selling.import_limit[:, list(cells)],
        selling.width.sum((1, 2)).max(),
    )
    return with_rows(built, [f"least price {name}" for name in cells.values()], free, uses)
