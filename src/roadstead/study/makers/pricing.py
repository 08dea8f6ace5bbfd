"""What a car sells for in a market by one rule: what an imported one costs there, with a margin, and duty up to a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.costing import BUILT_UP, Costing, entry_day, kept_share, offer_of, voyage
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Product
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from roadstead.study.spec import Study
    from roadstead.trade.condition import FactValue
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Model

MASS = 1600.0
"""Of every car, which the Swiss tariff asks for: assumed. [kg]"""
FOB, BATTERY = 0.9, 60.0
"""Part of the value at the border that a car is worth on board at home, and the battery of an electric one: assumed. [1], [kWh]"""
MARGIN = 0.10
"""What a maker earns on a car shipped from home where nothing sets its country apart: assumed. [fraction of cost]"""


@dataclass(frozen=True, slots=True)
class Shop:
    """What prices of a case are worked out from.

    Attributes
    ----------
    year
        First year planned.
    sheltered
        Most of a duty that prices carry. [fraction]
    """

    costing: Costing
    rulebook: Rulebook
    year: int
    route: str
    sheltered: float


def shop(study: Study, rulebook: Rulebook, sheltered: float) -> Shop:
    """Where a study's prices are worked out."""
    costing = Costing(
        world=study.world,
        carmaker=study.carmaker,
        conventions=study.conventions,
        shipping=study.shipping,
        overland=study.overland,
        dollars=study.world.dollars(study.conventions.price_year),
        bev_of_nev={},
        segment_now={},
        first_year=study.case.horizon.first,
        last_decision=study.case.horizon.last_decision,
    )
    return Shop(costing, rulebook, study.case.horizon.first, study.case.route, sheltered)


def price(at: Shop, market: str, model_id: str) -> float:
    """Retail price with all taxes. [US$/car]

    Duties and fees on all countries' cars count up to ``sheltered`` of the value at the border: beyond it, those who build in the
    country set prices. A duty on the home country's cars alone counts for nothing, since others do not pay it.
    """
    carmaker = at.costing.carmaker
    model = carmaker.models[model_id]
    offer = offer_of(at.costing, model, market)
    assert offer is not None
    way = voyage(at.costing, carmaker.home.place, market, model, at.year, at.route)
    gate = model.ex_works * (1.0 + MARGIN) + carmaker.home.inland
    border = model.ex_works * (1.0 + model.transfer_margin) + way.freight
    channel = carmaker.channels[market]
    net = gate + way.freight + min(charged(at, market, model, border), at.sheltered) * border
    return (net + channel.delivery + channel.after_sales) / kept_share(
        at.costing, at.rulebook, offer, at.year, BUILT_UP
    )


def charged(at: Shop, market: str, model: Model, value: float, *, named: bool = False) -> float:
    """Duties and fees on a built-up car from home, as a share of its value; with ``named`` those on home's cars alone, too.

    Nothing where the engine cannot work it out.
    """
    home = at.costing.carmaker.home.place
    facts: dict[str, FactValue] = {
        "power_kw": model.power_kw,
        "engine_cm3": model.engine_cm3,
        "firm_nationality": at.costing.carmaker.nationality,
        "fob_value": FOB * value,
        "mass_kg": MASS,
        "battery_kwh": 0.0 if model.engine_cm3 else BATTERY,
    }
    day = entry_day(at.year)
    car = Shipment(at.costing.territory(market), home, Product.CAR, str(model.powertrain), "", day, facts)
    try:
        lines = settle(at.rulebook, car, value, at.costing.dollars).lines
    except RoadsteadError:
        return 0.0
    alone = frozenset({home})
    return sum(
        float(line.amount(np.asarray(value))) / value for line in lines if named or line.measure.origins != alone
    )
