"""Limits that a maker's home country puts on the cars it ships: licences shared out by what each maker has exported before.

A limit is stated as a share of what the maker sold abroad in the base year of the case, of the cars of a nest (BEV, PHEV, other), and is
one for all markets: the plan sends what is left to where it earns most. Built-up cars alone count; kits and parts are no cars, and what
is made abroad is free. A maker that sold none abroad has no licence to be given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity.rows import with_rows
from roadstead.futures.selling.nests import NESTS, nest_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.capacity.rows import BuiltResources
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.evaluate import ArcKey
    from roadstead.futures.events import Event, Shift
    from roadstead.futures.selling.selling import Selling
    from roadstead.world.carmaker import Offer

KIND = "limit_exports"


def limited_nests(costing: Costing, events: Mapping[str, Event]) -> tuple[str, ...]:
    """Nests of which some event limits what leaves home, whether or not a node has it: every tree of a case has their rows."""
    named = {
        n for event in events.values() for one in event.shifts if _at_home(costing, one) for n in one.nests or NESTS
    }
    return tuple(nest for nest in NESTS if nest in named)


def export_limit(costing: Costing, now: Circumstances, nest: str) -> float | None:
    """Cars of a nest that may be shipped from home, as the last event has it; None without a limit. [cars/year]"""
    for one in reversed(now.shifts):
        if _at_home(costing, one) and nest in (one.nests or NESTS):
            return one.amount * sum(offer.sales for offer in costing.carmaker.offers if shipped(costing, offer, nest))
    return None


def shipped(costing: Costing, offer: Offer, nest: str) -> bool:
    """True for an offer of a nest that a car from home crosses a border to."""
    home = costing.territory(costing.carmaker.home.place)
    return (
        costing.territory(offer.market) != home and nest_of(costing.carmaker.models[offer.model_id].powertrain) == nest
    )


def _at_home(costing: Costing, one: Shift) -> bool:
    home = costing.carmaker.home.place
    return one.kind == KIND and one.place in {home, costing.territory(home)}


def with_export_limits(
    built: BuiltResources,
    costing: Costing,
    selling: Selling,
    arcs: Sequence[ArcKey],
    circumstances: Sequence[Circumstances],
    nests: Sequence[str],
) -> BuiltResources:
    """The resources with a row for every nest that some event limits."""
    if not nests:
        return built
    offers = costing.carmaker.offers
    uses = [
        (a, i, 1.0)
        for i, nest in enumerate(nests)
        for a, key in enumerate(arcs)
        if key.line is None and shipped(costing, offers[key.offer], nest)
    ]
    # All that any buyer would take is no limit; it is that of the node-year alone, so that what stands beside it changes nothing.
    most = selling.width.sum((1, 2)).tolist()
    limits = [[export_limit(costing, now, nest) for nest in nests] for now in circumstances]
    free = np.asarray([[all_ if one is None else one for one in row] for row, all_ in zip(limits, most, strict=True)])
    return with_rows(built, [f"export licence {nest}" for nest in nests], free, uses)
