"""What costing needs beside the case itself: exchange rates, and the size of each powertrain's market in the base year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.costing import Costing
from roadstead.futures.selling.rivals import segment_share
from roadstead.study.entry_paths import entry_paths

if TYPE_CHECKING:
    from roadstead.outlook.forecast import Outlook
    from roadstead.study.entry_paths import Courses
    from roadstead.study.spec import Study
    from roadstead.terms.ids import Powertrain
    from roadstead.world.reference import MarketHistory


def prepare(study: Study, outlook: Outlook, courses: Courses | None = None) -> Costing:
    """Put together everything a lane's cost rests on; ``courses`` as in ``entry_paths``."""
    bev = dict(zip(outlook.places, outlook.bev_of_nev.tolist(), strict=True))
    segment = {}
    for offer in study.carmaker.offers:
        powertrain = study.carmaker.models[offer.model_id].powertrain
        history, year = study.world.markets[offer.market], study.conventions.base_year
        segment[offer.market, offer.model_id] = segment_sales(history, powertrain, bev[offer.market], year)
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
        entry_paths=entry_paths(study, courses),
    )


def segment_sales(history: MarketHistory, powertrain: Powertrain, bev: float, year: int) -> float:
    """Cars with a powertrain that a market bought in a year, or in the nearest year known; ``bev`` is BEV over NEV."""
    size = min(history.sales, key=lambda figure: abs(figure.year - year)).value
    share = min(history.nev_share, key=lambda figure: abs(figure.year - year)).value
    return size * float(segment_share(powertrain, np.asarray(share), bev))
