"""What a program may ask of diversion: an importer raises its duty on an origin; who loses, who gains, how sure is it?"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from roadstead.demand.diversion import Elasticities, Flows, equilibrium
from roadstead.demand.flows import POWERTRAINS, packaged_flows, read_flows
from roadstead.demand.gains import gains, shift
from roadstead.demand.parameters import parameters
from roadstead.study.diverted import Band, Diversion, Lane, Maker, Market
from roadstead.study.lane_duties import lane_duties
from roadstead.terms.errors import Fault, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from typing import Unpack

    from roadstead.demand.diversion import Equilibrium
    from roadstead.demand.flows import CarFlows
    from roadstead.demand.parameters import Parameter
    from roadstead.terms.arrays import Flags, Floats
    from roadstead.trade.condition import FactValue
    from roadstead.world.reference import World

RANGED = ("armington_elasticity", "import_demand_elasticity", "supply_elasticity")
"""Parameters whose ranges make the band: each at its low end, its value and its high end, all with all."""

MOST_POINTS = 1_000
"""Most points of duty that may be asked about: beyond, no car is left to divert."""


class Asked(TypedDict, total=False):
    """What may be said beside importer, origin, points and day.

    ``powertrain`` is ALL or BEV, with own flows any; ``value`` the customs value of a car [US$], ``firm`` and ``facts`` as
    for a duty; ``flows`` a file of own flows; ``as_known_on`` and ``rules`` as for a duty.
    """

    powertrain: str
    value: float | None
    firm: str
    facts: Mapping[str, FactValue]
    flows: Path | None
    as_known_on: date | str | None
    rules: Path | None


@dataclass(frozen=True, slots=True)
class Ask:
    """The question about duties, as the trade room needs it."""

    on: date | str
    powertrain: str
    value: float
    firm: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    as_known_on: date | str | None = None
    rules: Path | None = None


@dataclass(frozen=True, slots=True)
class _Sides:
    """Who levies and who is hit, as places and on the axes of the flows: (I,), (J,), and home lanes (I, J)."""

    importer: str
    origin: str
    origins: Flags
    importers: Flags
    is_home: Flags


def divert(importer: str, origin: str, points: float, on: date | str, **asked: Unpack[Asked]) -> Diversion:
    """Answer: an importer adds percentage points of duty on an origin from a day; who loses, who gains?

    Parameters
    ----------
    points
        Percentage points added to the duty; negative to take some away.
    on
        Day whose law says what the duties were before.

    Raises
    ------
    RoadsteadError
        With every fault of what was asked: RS-W301 unknown places, RS-C701 points or powertrain, RS-D545 places without
        flows, those of a duty, those of a file of flows.
    """
    from roadstead.world import reference

    world = reference.load()
    powertrain = asked.get("powertrain", POWERTRAINS[0]).strip().upper()
    given, file = asked.get("value"), asked.get("flows")
    faults: list[Fault] = []
    if file is None and powertrain not in POWERTRAINS:
        expected = f"one of {', '.join(POWERTRAINS)}, or flows of your own with `--flows`"
        faults.append(Fault("--powertrain", "RS-C701", f"no flows of {powertrain or 'nothing'} are packaged", expected))
    if not isinstance(points, (int, float)) or not abs(points) <= MOST_POINTS:
        expected = f"percentage points, such as 10, at most {MOST_POINTS:,}"
        faults.append(Fault("--points", "RS-C701", f"{points} is no number of points", expected))
    named = [_named(text, where, world, faults) for text, where in ((importer, "importer"), (origin, "--origin"))]
    raise_if_any(faults)
    table = packaged_flows(powertrain) if file is None else read_flows(file, world.gazetteer)
    sides = _sides(table, named[0], named[1], world)
    ask = Ask(
        on,
        powertrain,
        parameters()["car_customs_value"].value if given is None else given,
        asked.get("firm", ""),
        asked.get("facts", {}),
        asked.get("as_known_on"),
        asked.get("rules"),
    )
    sells = table.units[:, sides.importers].sum(axis=1) > 0
    sellers = [place for place, at in zip(table.exporters, sells | sides.origins, strict=True) if at]
    told = lane_duties(sides.importer, sellers, ask, world, sides.origin)
    rates = np.asarray([told.rates.get(place, 0.0) for place in table.exporters])
    duty = np.where(sides.importers & ~sides.is_home, rates[:, None], 0.0)
    after = duty + np.where(sides.importers & sides.origins[:, None] & ~sides.is_home, points / 100.0, 0.0)
    if np.any(after < 0):
        message = f"{points:g} points leave less than no duty of {float(rates[sides.origins].min()):.3g}"
        raise_if_any([Fault("--points", "RS-C701", message, "not more than the duty that is levied")])
    flows = Flows(table.units, _prices(table.units, duty, sides, ask.value), duty, sides.is_home)
    remarks = [*told.remarks, *_about(table, sides, given)]
    if sides.importer != named[0]:
        remarks.insert(
            0, f"{named[0]} levies no duty of its own; {sides.importer} does, and the answer is for all of it"
        )
    return _answer(_Case(table, sides, flows, after, ask, points), told.on, remarks)


def _prices(units: Floats, duty: Floats, sides: _Sides, value: float) -> Floats:
    """What exporters get for a car, so that buyers pay the same for every car of a market, duty paid. Shape (I, J).

    The cars the importer buys abroad are worth ``value`` at the border on average. [US$/car]
    """
    abroad = np.where(sides.importers & ~sides.is_home, units, 0.0)
    worth = float((abroad / (1.0 + duty)).sum())
    paid = value * float(abroad.sum()) / worth if worth > 0 else value
    return np.asarray(np.where(sides.importers, paid, value) / (1.0 + duty))


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known before anything is solved."""

    table: CarFlows
    sides: _Sides
    flows: Flows
    after: Floats
    ask: Ask
    points: float


def _named(text: str, where: str, world: World, faults: list[Fault]) -> str:
    place = world.gazetteer.find(text)
    if place is None:
        faults.append(world.gazetteer.fault(text, where))
    return place.place_id if place else text


def _sides(table: CarFlows, importer: str, origin: str, world: World) -> _Sides:
    """Find both sides on the axes; a bloc is its members, and a member's duty is the bloc's."""
    territory = world.gazetteer.territory
    levies = territory(importer)
    made_in, sold_in = ([territory(place) for place in axis] for axis in (table.exporters, table.importers))
    importers = np.asarray([place == levies for place in sold_in])
    origins = np.asarray([origin in {place, within} for place, within in zip(table.exporters, made_in, strict=True)])
    faults = []
    if not importers.any():
        expected = f"one of {', '.join(table.importers)}, or flows of your own with `--flows`"
        faults.append(Fault("importer", "RS-D545", f"the flows have no market {levies}", expected))
    if levies == territory(origin):
        message = f"{origin} lies within {levies}: no duty is levied between them"
        faults.append(Fault("--origin", "RS-D545", message, "another origin"))
    elif not origins.any():
        within = f"; its cars stand in those of {territory(origin)}" if territory(origin) in table.exporters else ""
        expected = f"one of {', '.join(table.exporters)}, or flows of your own with `--flows`"
        faults.append(Fault("--origin", "RS-D545", f"the flows have no exporter {origin}{within}", expected))
    raise_if_any(faults)
    is_home = np.asarray([[a == b for b in sold_in] for a in made_in])
    return _Sides(levies, origin, origins, importers, is_home)


def _about(table: CarFlows, sides: _Sides, given: float | None) -> list[str]:
    """What the reader should know of the flows and the value."""
    said = []
    lanes = sides.origins[:, None] & sides.importers
    if not table.units[lanes].any():
        said.append(
            f"no cars from {sides.origin} are sold in {sides.importer}: what is zero stays zero, so nothing changes here"
        )
    if table.year is not None:
        said.append(
            f"flows are those of {table.year}, under the duties of that year; the answer is what the points add"
        )
        abroad = sides.importers & ~sides.is_home
        total = float(table.units[abroad].sum())
        if total > 0:
            counted = float(table.units[abroad & table.is_known].sum()) / total
            said.append(
                f"{100 * counted:.0f} % of the cars {sides.importer} imports were counted; lanes with ~ are estimates"
            )
    if given is None:
        worth = parameters()["car_customs_value"].value
        said.append(f"a car from abroad is worth US${worth:,.0f} at the border on average; `--value` sets another")
    said.append("every car of a market is taken to cost its buyers the same before the change, duty paid")
    return said


def _grid() -> tuple[Elasticities, tuple[Parameter, ...]]:
    """Elasticities of the centre first, then every combination of low, value and high."""
    ranged = tuple(parameters()[name] for name in RANGED)
    levels = [tuple(dict.fromkeys((one.value, one.low, one.high))) for one in ranged]
    columns = np.asarray(list(itertools.product(*levels)), dtype=np.float64).T
    return Elasticities(*columns), ranged


def _answer(case: _Case, on: date, remarks: Sequence[str]) -> Diversion:
    """Solve for all combinations of parameters at once, and tell centre and span of each figure."""
    elasticities, ranged = _grid()
    sides, flows = case.sides, case.flows
    found = equilibrium(flows, case.after, elasticities)
    worth = gains(flows, case.after, elasticities, found)
    went = shift(flows, sides.origins, sides.importers, found)
    mine = sides.is_home[:, sides.importers].any(axis=1)
    revenue = worth.revenue[:, sides.importers].sum(axis=1)
    before = float(worth.revenue_before[sides.importers].sum())
    consumers = worth.consumers[:, sides.importers].sum(axis=1)
    producers = worth.producers[:, mine].sum(axis=1)
    hit = sides.origins[:, None] & sides.importers & ~sides.is_home
    cars = flows.units[hit]
    weights = cars / cars.sum() if cars.sum() > 0 else np.full(cars.shape, 1.0 / cars.size)
    duties = float((flows.duty[hit] * weights).sum()), float((case.after[hit] * weights).sum())
    changed = bool(cars.sum() > 0 and case.points)
    made_there = flows.units * (found.quantity - 1.0) * sides.origins[:, None]
    return Diversion(
        importer=sides.importer,
        origin=sides.origin,
        powertrain=case.ask.powertrain,
        on=on,
        points=case.points,
        year=case.table.year,
        value=case.ask.value,
        duty_before=duties[0],
        duty_after=duties[1],
        lost=_band(-went.hit),
        home=_band(went.home),
        others=_band(went.others),
        unbought=_band(-went.market),
        elsewhere=_band((made_there * ~(sides.importers | sides.is_home)).sum(axis=(1, 2))),
        kept=_band((made_there * (sides.is_home & ~sides.importers)).sum(axis=(1, 2))),
        unmade=_band(-made_there.sum(axis=(1, 2))),
        diverted=_band(went.diverted) if changed else None,
        import_elasticity=_band(_implied(went.hit, cars, duties)) if changed else None,
        index=_band(_index(flows, sides, found)),
        revenue_before=before,
        revenue=_band(revenue),
        consumers=_band(consumers),
        producers=_band(producers),
        net=_band(consumers + producers + revenue - before),
        lanes=_lanes(case, found),
        markets=_markets(case, found),
        makers=_makers(case, found, worth.producers),
        parameters=ranged,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _implied(change: Floats, cars: Floats, duties: tuple[float, float]) -> Floats:
    total = float(cars.sum())
    return np.asarray(np.log1p(change / total) / math.log((1.0 + duties[1]) / (1.0 + duties[0])))


def _index(flows: Flows, sides: _Sides, found: Equilibrium) -> Floats:
    """Price index of all the importer's markets, weighted by what they buy. Shape (S,)."""
    bought = flows.units[:, sides.importers].sum(axis=0)
    return np.asarray(found.index[:, sides.importers] @ (bought / bought.sum()))


def _band(values: Floats) -> Band:
    """Centre and span of a figure over the grid, whose first entry is the centre. ``values``: (S,)."""
    return Band(float(values[0]), float(values.min()), float(values.max()))


def _lanes(case: _Case, found: Equilibrium) -> tuple[Lane, ...]:
    """Exporters in the market, most cars first; those without any left out."""
    sides, flows = case.sides, case.flows
    units = flows.units * sides.importers
    change = (units * (found.quantity - 1.0)).sum(axis=2)
    hit = sides.origins[:, None] & sides.importers & ~sides.is_home
    wedge = np.where(sides.importers.any(), ((1.0 + case.after) / (1.0 + flows.duty)).max(axis=1), 1.0)
    lanes = []
    for i in np.argsort(-units.sum(axis=1), kind="stable"):
        if units[i].sum() > 0:
            rates = flows.duty[i, sides.importers]
            lanes.append(
                Lane(
                    exporter=case.table.exporters[i],
                    duty=float(rates.max()),
                    before=float(units[i].sum()),
                    change=_band(change[:, i]),
                    price=_band(found.price[:, i] * wedge[i]),
                    is_home=bool(sides.is_home[i, sides.importers].any()),
                    is_hit=bool(hit[i].any()),
                    is_known=bool(case.table.is_known[i, sides.importers].all()),
                )
            )
    return tuple(lanes)


def _markets(case: _Case, found: Equilibrium) -> tuple[Market, ...]:
    """Other markets, those first that take most of the origin's cars."""
    change = case.flows.units * (found.quantity - 1.0)
    from_origin = (change * case.sides.origins[:, None]).sum(axis=1)
    sold = change.sum(axis=1)
    markets = [
        Market(place, _band(from_origin[:, j]), _band(sold[:, j]), _band(found.index[:, j]))
        for j, place in enumerate(case.table.importers)
        if not case.sides.importers[j]
    ]
    return tuple(sorted(markets, key=lambda market: -abs(market.from_origin.centre)))


def _makers(case: _Case, found: Equilibrium, surplus: Floats) -> tuple[Maker, ...]:
    """All that is made, the largest change first."""
    made = case.flows.units.sum(axis=1)
    change = (case.flows.units * (found.quantity - 1.0)).sum(axis=2)
    makers = [
        Maker(place, float(made[i]), _band(change[:, i]), _band(surplus[:, i]))
        for i, place in enumerate(case.table.exporters)
    ]
    return tuple(sorted(makers, key=lambda maker: -abs(maker.change.centre)))
