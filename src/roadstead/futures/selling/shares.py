"""What share of its powertrain's cars a model has at its reference price: today's, or that of an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.demand.entry import MIDDLE
from roadstead.terms.ids import powertrain_class

if TYPE_CHECKING:
    from roadstead.demand.entry import EntryPath
    from roadstead.futures.costs.costing import Costing
    from roadstead.terms.ids import Powertrain
    from roadstead.world.carmaker import Offer

LEAST = 1e-4
"""Least reference share of a powertrain, as a share of the mature one, so that a model with no sales has a curve."""


def is_entry(costing: Costing, offer: Offer) -> bool:
    """True where the model's powertrain sold nothing in the market in the base year: zero is an entry, never a missing datum."""
    return not costing.carmaker.channels[offer.market].entered or offer.sales == 0.0


def reference_share(costing: Costing, offer: Offer, year: int, strength: float = MIDDLE) -> float:
    """Share of its powertrain a model has at its reference price.

    Where it sells today, today's share moves to the mature one in a straight line. An entry takes its path by years on the
    market, ``strength`` its quantile; the first year is the first in which a car could be sold there.
    """
    terms = costing.conventions
    if not is_entry(costing, offer):
        now = offer.sales / costing.segment_now[offer.market, offer.model_id]
        way = min(max((year - terms.base_year) / terms.years_to_mature, 0.0), 1.0)
        return max(now + (offer.mature_share - now) * way, offer.mature_share * LEAST)
    path, part = entry_path(costing, offer), _part_of_brand(costing, offer)
    return max(path.share(years_on_market(costing, offer.market, year), strength) * part, offer.mature_share * LEAST)


def entry_path(costing: Costing, offer: Offer) -> EntryPath:
    """The path of an entry's brand in its powertrain's market."""
    return costing.entry_paths[offer.market, _class_of(costing, offer)]


def years_on_market(costing: Costing, market: str, year: int) -> int:
    """Years on the market as a year ends, were it entered as soon as can be; a model new to a market entered is sold at once."""
    channel = costing.carmaker.channels[market]
    begins = costing.first_year + (0 if channel.entered else channel.entry_lead)
    return year - begins + 1


def brand_share(costing: Costing, market: str, powertrain: Powertrain) -> float:
    """Mature share of the brand's models together in a powertrain's market."""
    mine = (o for o in costing.carmaker.offers if o.market == market and _class_of(costing, o) is powertrain)
    return sum(offer.mature_share for offer in mine)


def settled_share(costing: Costing, offer: Offer) -> float:
    """Share of its powertrain an entry's model has in the middle once its path has come to rest."""
    path = entry_path(costing, offer)
    return path.share(float(path.years[-1])) * _part_of_brand(costing, offer)


def _part_of_brand(costing: Costing, offer: Offer) -> float:
    return offer.mature_share / brand_share(costing, offer.market, _class_of(costing, offer))


def _class_of(costing: Costing, offer: Offer) -> Powertrain:
    return powertrain_class(costing.carmaker.models[offer.model_id].powertrain)
