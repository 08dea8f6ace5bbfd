"""What costing needs beside the case itself: exchange rates, and the size of each powertrain's market in the base year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costing import Costing
from roadstead.futures.selling import segment_share
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.outlook.forecast import Outlook
    from roadstead.study.spec import Study
    from roadstead.world.reference import MarketHistory

FULL = 0.95
"""Highest share of a powertrain's base-year sales one maker is believed to have."""


def prepare(study: Study, outlook: Outlook) -> Costing:
    """Put together everything a lane's cost rests on.

    Raises
    ------
    RoadsteadError
        RS-S613 where the case sells more of a powertrain than its market bought.
    """
    bev = dict(zip(outlook.places, outlook.bev_of_nev.tolist(), strict=True))
    year = study.conventions.base_year
    segment: dict[tuple[str, str], float] = {}
    sold: dict[tuple[str, float], float] = {}
    faults: list[Fault] = []
    for offer in study.carmaker.offers:
        powertrain = study.carmaker.models[offer.model_id].powertrain
        history = study.world.markets[offer.market]
        size, nev = _in_year(history, year)
        cars = size * segment_share(powertrain, nev, bev[offer.market])
        segment[offer.market, offer.model_id] = cars
        key = (offer.market, cars)
        sold[key] = sold.get(key, 0.0) + offer.sales
    for (market, cars), sales in sold.items():
        if sales > FULL * cars:
            message = (
                f"{sales:,.0f} cars sold in {market} where all makers together sold {cars:,.0f} with that powertrain"
            )
            expected = f"sales of {year}, or your own count in world/nev.csv and world/nev_split.csv"
            faults.append(Fault("volumes.csv", "RS-S613", message, expected))
    if faults:
        raise RoadsteadError(faults)
    return Costing(
        world=study.world,
        carmaker=study.carmaker,
        conventions=study.conventions,
        shipping=study.shipping,
        overland=study.overland,
        dollars=study.world.dollars(study.conventions.price_year),
        bev_of_nev=bev,
        segment_now=segment,
        first_year=study.case.horizon.first,
        last_decision=study.case.horizon.last_decision,
    )


def _in_year(history: MarketHistory, year: int) -> tuple[float, float]:
    """Sales and NEV share of a market in a year, or in the nearest year known."""
    size = min(history.sales, key=lambda figure: abs(figure.year - year))
    share = min(history.nev_share, key=lambda figure: abs(figure.year - year))
    return float(np.float64(size.value)), float(share.value)
