"""The atlas: for every year of the most likely future what a car from home meets in each market, and where cars go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.map_book import Atlas, Map, MapFlow, MapMarket
from roadstead.playbook.marks import duty_from_home, main_mode
from roadstead.playbook.places import COORDINATES
from roadstead.playbook.reading import arc_modes, cars, likely_path, path_weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.evaluate import Ledger
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats

LEAST_FLOW = 2_000
"""Cars a year from which a flow is drawn."""


def atlas(reading: Reading, opens_at: int) -> Atlas:
    """A map of every year; ``opens_at`` is shown first."""
    ledger = reading.evaluation.ledger
    main = main_model(ledger)
    at = path_weight(reading, likely_path(reading.tree)).argmax(1).tolist()  # node-year of every year
    by_mode = cars(reading)
    shown = [m for m, market in enumerate(ledger.selling.markets) if market in COORDINATES]
    duties = {
        y: [duty_from_home(reading.evaluation, ledger.selling.markets[m], main, y) for m in shown] for y in set(at)
    }
    routes = _routes(reading)
    maps = tuple(
        Map(year, _markets(reading, shown, duties[y], by_mode[y]), _flows(reading, routes, y))
        for year, y in zip(reading.years, at, strict=True)
    )
    return Atlas(reading.model(main), opens_at, maps)


def main_model(ledger: Ledger) -> str:
    """The battery-electric model with most sales."""
    models = ledger.costing.carmaker.models
    return max(
        models, key=lambda k: sum(o.sales for o in ledger.offers if o.model_id == k and models[k].powertrain == "BEV")
    )


def _markets(reading: Reading, shown: Sequence[int], duties: Sequence[float], by_mode: Floats) -> tuple[MapMarket, ...]:
    """Markets with a place on the map. ``by_mode`` is of one node-year. Shape (M, 4)."""
    markets = reading.evaluation.ledger.selling.markets
    return tuple(
        MapMarket(
            place=reading.place(markets[m]),
            iso3=markets[m],
            longitude=COORDINATES[markets[m]][0],
            latitude=COORDINATES[markets[m]][1],
            duty=duty,
            cars=float(by_mode[m].sum()),
            mode=main_mode(by_mode[m]),
        )
        for m, duty in zip(shown, duties, strict=True)
    )


def _routes(reading: Reading) -> list[tuple[str, str, str]]:
    """Country of make, market and mode of every arc. Length A."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    maker = ledger.costing.carmaker
    return [
        (maker.lines[key.line].place if key.line else maker.home.place, p.labels.market[p.arc_market[a]], mode)
        for a, (key, mode) in enumerate(zip(ledger.arcs, arc_modes(reading.evaluation), strict=True))
    ]


def _flows(reading: Reading, routes: Sequence[tuple[str, str, str]], node_year: int) -> tuple[MapFlow, ...]:
    """Cars between countries in a node-year, the largest first."""
    sums: dict[tuple[str, str, str], float] = {}
    flow = reading.plan.flows.flow[node_year]
    for a in np.flatnonzero(flow).tolist():
        sums[routes[a]] = sums.get(routes[a], 0.0) + float(flow[a])
    return tuple(
        MapFlow(reading.place(o), reading.place(d), COORDINATES[o], COORDINATES[d], n, mode)
        for (o, d, mode), n in sorted(sums.items(), key=lambda item: -item[1])
        if n >= LEAST_FLOW and o != d and {o, d} <= COORDINATES.keys()
    )
