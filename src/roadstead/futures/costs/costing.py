"""What a car's cost rests on: prices and what is kept of them, the cost at home, the way over, the car as law sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import EntryMode
from roadstead.trade.non_tariff import Car
from roadstead.trade.taxes import cascade, taxes_in_force
from roadstead.trade.valuation import Voyage
from roadstead.world.lanes import days_at_sea, freight_per_car

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from roadstead.demand.entry import EntryPath
    from roadstead.futures.costs.moments import Moments
    from roadstead.futures.events import Shift, ShiftKind
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.terms.ids import Powertrain
    from roadstead.trade.condition import FactValue
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Carmaker, Conventions, Line, Model, Offer
    from roadstead.world.lanes import ShippingTerms
    from roadstead.world.reference import World

OVERLAND_DAYS = 10.0
"""Days by road and rail between neighbours that no ship serves. An assumption, told in the playbook."""
BUILT_UP = "CBU"
FORMS = {EntryMode.EXPORT: BUILT_UP, EntryMode.KIT: "CKD", EntryMode.CONTRACT: "CKD", EntryMode.LOCAL: "LOCAL"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds at a node: the rules, the sea route, the least local content by place, and terms of demand.

    Attributes
    ----------
    terms
        Terms of demand that events have set on the way there, by parameter; what is not in it is as the case has it.
    least_prices
        Least prices of cars shipped from home over their reference prices, by importer and nest.
    shifts
        What events move beside law, in the order they came.
    battery, freight
        What batteries and freight by sea cost, as multiples of the case's own course.
    worth
        Real worth of a place's currency in that of home, over today's, by place; one where a place is not in it.
    """

    rulebook: Rulebook
    route: str
    content: Mapping[str, float]
    terms: Mapping[str, float] = field(default_factory=dict)
    least_prices: Mapping[tuple[str, str], float] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    battery: float = 1.0
    freight: float = 1.0
    worth: Mapping[str, float] = field(default_factory=dict)

    def worth_of(self, place: str) -> float:
        """Real worth of what is paid in a place, over today's."""
        return self.worth.get(place, 1.0)

    def shifted(self, kind: ShiftKind, places: Collection[str], maker: str) -> float | None:
        """What the last event to do so moves in one of some places for makers of a home country; None where none does."""
        found = (
            one.amount
            for one in reversed(self.shifts)
            if one.kind == kind and one.place in places and (not one.makers or maker in one.makers)
        )
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Costing:
    """Everything a lane's cost rests on; ``lane_costs`` does the work.

    Attributes
    ----------
    overland
        Freight of a car of reference volume between places that no ship serves, by pair of places, or by pair of customs
        territories for any two places in them. [money/car]
    dollars
        US dollars per unit of each currency.
    bev_of_nev
        BEV share of NEV sales by market. [fraction]
    segment_now
        Cars sold in the base year by market, in the powertrain of each model. [cars]
    first_year, last_decision
        First year of the horizon; last year in which a node may still commit to something.
    entry_paths
        Share of its powertrain by years on the market, of every powertrain the brand is new with in a market.
    """

    world: World
    carmaker: Carmaker
    conventions: Conventions
    shipping: ShippingTerms
    overland: Mapping[tuple[str, str], float]
    dollars: Mapping[str, float]
    bev_of_nev: Mapping[str, float]
    segment_now: Mapping[tuple[str, str], float]
    first_year: int
    last_decision: int
    entry_paths: Mapping[tuple[str, Powertrain], EntryPath] = field(default_factory=dict)

    def territory(self, place: str) -> str:
        """Customs territory of a place."""
        return self.world.gazetteer.territory(place)


def arrives_as(costing: Costing, line: Line | None, market: str) -> str:
    """What a car is to the market's law: how it was made where that was inside its customs territory, else built up."""
    if line is None or costing.territory(line.place) != costing.territory(market):
        return BUILT_UP
    return FORMS[line.mode]


def retail_price(costing: Costing, offer: Offer, year: int) -> float:
    """Reference price of an offer in a year, all taxes in, in real money. [money/car]"""
    terms = costing.conventions
    return offer.price * (1.0 - terms.price_decline) ** (year - terms.base_year)


def kept_share(costing: Costing, rulebook: Rulebook, offer: Offer, year: int, form: str) -> float:
    """Share of the retail price that reaches the maker: taxes on price and the dealer's margin off."""
    powertrain = costing.carmaker.models[offer.model_id].powertrain
    taxes = taxes_in_force(rulebook, offer.market, powertrain, form, entry_day(year))
    return (1.0 - costing.carmaker.channels[offer.market].dealer_margin) / (1.0 + cascade(taxes, "PRICE"))


def ex_works(costing: Costing, model: Model, year: Ints | int, battery: Floats | float = 1.0) -> Floats:
    """Variable cost at the home gate in a year, in real money; ``battery`` is a multiple of the battery's. Shape (n,). [money/car]"""
    decline = costing.conventions.cost_decline
    whole = model.ex_works * (1.0 - decline) ** (year - costing.conventions.base_year)
    return np.asarray(whole * (1.0 + model.material * model.battery * (battery - 1.0)))


def materials(costing: Costing, model: Model, year: Ints | int, battery: Floats | float) -> tuple[Floats, Floats]:
    """What the battery, and what all other material of a car costs at home in a year. Shapes (n,). [money/car]"""
    material = ex_works(costing, model, year) * model.material
    return material * model.battery * battery, material * (1.0 - model.battery)


def voyage(costing: Costing, origin: str, destination: str, model: Model, year: int, route: str) -> Voyage:
    """Freight and days from one place to another.

    Raises
    ------
    RoadsteadError
        RS-W303 where neither a sea lane nor an overland freight is known.
    """
    terms = costing.conventions
    distance = costing.world.lanes.distance(origin, destination, route)
    if origin == destination:
        return Voyage(0.0, 0.0, terms.money_rate, terms.land_days / 2.0)
    if distance is None:
        inside = (costing.territory(origin), costing.territory(destination))
        pairs = ((origin, destination), (destination, origin), inside)
        known = next((costing.overland[pair] for pair in pairs if pair in costing.overland), None)
        if known is None:
            where = f"{origin} to {destination}"
            expected = "a port in sea_distances.csv, or a figure `overland` for the pair in figures.csv"
            raise RoadsteadError(Fault(where, "RS-W303", "no way to ship a car is known", expected))
        freight = known * model.volume / costing.shipping.reference_volume
        return Voyage(freight, terms.insurance_rate, terms.money_rate, terms.land_days + OVERLAND_DAYS)
    freight = float(freight_per_car(costing.shipping, distance, model.volume, [year])[0])  # type: ignore[arg-type]
    days = days_at_sea(costing.shipping, distance) + terms.land_days
    return Voyage(freight, terms.insurance_rate, terms.money_rate, days)


@dataclass(frozen=True, slots=True)
class Voyages:
    """What the way over costs beside the goods, in n moments, as ``Voyage`` says it of one. Shapes (n,)."""

    freight: Floats
    insurance_rate: Floats
    money_rate: Floats
    days: Floats


def voyages(costing: Costing, origin: str, destination: str, model: Model, moments: Moments) -> Voyages:
    """``voyage`` in every moment, by its route and at what freight by sea costs in it."""

    def told(year: int, now: Circumstances) -> tuple[float, ...]:
        way = voyage(costing, origin, destination, model, year, now.route)
        sails = origin != destination and costing.world.lanes.distance(origin, destination, now.route) is not None
        return way.freight, way.insurance_rate, way.money_rate, way.days, float(sails)

    found = moments.told(("voyage", origin, destination, model.volume), told, moments.routes)
    freight, insurance_rate, money_rate, days, sails = found.T
    return Voyages(np.where(sails > 0, freight * moments.freight, freight), insurance_rate, money_rate, days)


def facts_of_model(costing: Costing, model: Model, importer: str) -> dict[str, FactValue]:
    """Facts the maker declares to an importer, and those the car itself gives."""
    declared = costing.carmaker.declared.get(importer, {})
    return {
        "power_kw": model.power_kw,
        "engine_cm3": model.engine_cm3,
        "firm_nationality": costing.carmaker.nationality,
        **declared,
    }


def as_law_sees(
    costing: Costing, line: Line | None, model: Model, market: str, year: int, least_content: float = 0.0
) -> Car:
    """A car from home (``line`` None) or a line abroad, as the rules of a market see it that are no duties.

    Of a car made whole abroad they see what share of its material was bought there, of which law asks ``least_content`` at least.
    """
    carmaker, importer = costing.carmaker, costing.territory(market)
    offer = offer_of(costing, model, market)
    money = costing.dollars[costing.conventions.currency]
    return Car(
        market=market,
        territory=importer,
        made_in=line.place if line else carmaker.home.place,
        form=arrives_as(costing, line, market),
        powertrain=model.powertrain,
        nationality=carmaker.nationality,
        facts={
            "model": model.model_id,
            "powertrain": model.powertrain,
            **_content_told(costing, line, least_content),
            **facts_of_model(costing, model, importer),
        },
        retail_price=retail_price(costing, offer, year) if offer else None,
        rates={currency: dollars / money for currency, dollars in costing.dollars.items()},
    )


def _content_told(costing: Costing, line: Line | None, least: float) -> dict[str, FactValue]:
    """Share of a car's material bought where its line stands; nothing is told of a kit, which is one thing."""
    if line is None or line.mode is EntryMode.KIT:
        return {}
    return dict.fromkeys(
        (f"content.{p}" for p in (line.place, costing.territory(line.place))), max(line.local_content, least)
    )


def entry_day(year: int) -> date:
    """Day on which the cars of a year cross their borders."""
    return date(year, 7, 1)


def offer_of(costing: Costing, model: Model, market: str) -> Offer | None:
    """The model in the market; None where it is not sold."""
    return next((o for o in costing.carmaker.offers if (o.market, o.model_id) == (market, model.model_id)), None)
