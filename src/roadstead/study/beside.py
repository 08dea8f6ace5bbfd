"""Runs side by side, read from their folders alone: worth, decisions, cars by market and mode, and where cars go from and to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.futures.tree import node_probability
from roadstead.playbook.book import Name
from roadstead.playbook.decisions import decided, first_taken
from roadstead.playbook.places import COORDINATES
from roadstead.playbook.reading import MODES, tool_names
from roadstead.playbook.what_if_book import (
    DecisionBeside,
    FlowBeside,
    MarketBeside,
    RunWorth,
    SideBySide,
    Taken,
)
from roadstead.study import manifest, parquet
from roadstead.study.snapshot import world_of
from roadstead.study.spec import read_study
from roadstead.study.store import PLAN, PROSPECT, TREE, UNREADABLE
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from roadstead.study.spec import Study

A_CAR = 1.0
FEWEST = 2
"""Runs that can be compared."""


@dataclass(frozen=True, slots=True)
class RunRead:
    """What is compared of one run.

    Attributes
    ----------
    decisions
        First year, probability and capacity steps by kind and subject.
    cars
        By market and mode. [cars/year]
    flows
        By country of origin and market. [cars/year]
    """

    worth: RunWorth
    study: Study
    decisions: dict[tuple[str, str], Taken]
    cars: dict[str, tuple[float, float, float, float]]
    flows: dict[tuple[str, str], float]

    def name(self, subject: str) -> Name:
        """Name of a line, market or tooling."""
        names, places = self.study.names, self.study.world.gazetteer.places
        if subject in names:
            return Name(*names[subject])
        if subject in places:
            return place(self.study, subject)
        return tool_names(self.study.carmaker, names).get(subject, Name(subject, subject))


def place(study: Study, place_id: str) -> Name:
    """Name of a country."""
    found = study.world.gazetteer.places[place_id]
    return Name(found.name, found.name_zh)


def side_by_side(folders: Sequence[Path], read: Callable[[Path], RunRead] | None = None) -> SideBySide:
    """Set runs side by side; ``read`` may have kept what it read of a run.

    Raises
    ------
    RoadsteadError
        RS-S703 where a folder is none of a run; RS-S743 for fewer than two runs, or runs that count in several currencies.
    """
    if len(folders) < FEWEST:
        told = "no run is named" if not folders else "only one run is named"
        where = str(folders[0]) if folders else ""
        raise RoadsteadError(Fault(where, "RS-S743", told, "two run folders or more"))
    called = [folder.resolve().name for folder in folders]
    if len(set(called)) < len(called):
        called = [str(folder) for folder in folders]
    found = [(read or read_run)(folder) for folder in folders]
    runs = [replace(run, worth=replace(run.worth, run=name)) for run, name in zip(found, called, strict=True)]
    money = {(run.study.case.money.currency, run.study.case.money.price_year) for run in runs}
    if len(money) > 1:
        told = ", ".join(f"{currency} of {year}" for currency, year in sorted(money))
        raise RoadsteadError(Fault("", "RS-S743", f"the runs count in {told}", "runs in one currency and price year"))
    horizons = [run.study.case.horizon for run in runs]
    return SideBySide(
        runs=tuple(run.worth for run in runs),
        decisions=_decisions(runs),
        markets=_markets(runs),
        flows=_flows(runs),
        currency=runs[0].study.case.money.currency,
        price_year=runs[0].study.case.money.price_year,
        years=(min(one.first for one in horizons), max(one.last for one in horizons)),
    )


def read_run(folder: Path) -> RunRead:
    """What is set beside others of a run.

    Raises
    ------
    RoadsteadError
        RS-S703 where the folder is none of a run.
    """
    told = manifest.read(folder)
    try:
        tree, prospect = parquet.read_tree(folder / TREE), parquet.read_prospect(folder / PROSPECT)
        plan = parquet.read_plan(folder / PLAN)
    except UNREADABLE as error:
        raise RoadsteadError(Fault(str(folder), "RS-S703", f"cannot be read: {error}", "a whole run folder")) from None
    with world_of(folder):
        study = read_study(folder / manifest.INPUTS)
    result = told["result"]
    lines = [study.carmaker.lines[name] for name in prospect.labels.supply[1:]]
    found = decided(study.carmaker, lines, prospect.labels.option, plan.decisions)
    most: dict[tuple[str, str], float] = {}
    for one in found:
        most[one.key] = max(most.get(one.key, 0.0), one.modules)
    taken = first_taken(tree, found)
    years = prospect.node_years
    weight = node_probability(tree)[years.node] * years.span
    by_arc = weight @ plan.flows.flow / (tree.last_year - tree.first_year + 1)
    cars: dict[str, Any] = {market: np.zeros(len(MODES)) for market in prospect.labels.market}
    flows: dict[tuple[str, str], float] = {}
    for a, supply in enumerate(prospect.arcs.supply.tolist()):
        market = prospect.labels.market[prospect.arc_market[a]]
        line = lines[supply - 1] if supply else None
        cars[market][MODES.index(line.mode.value) if line else 0] += by_arc[a]
        route = (line.place if line else study.carmaker.home.place, market)
        flows[route] = flows.get(route, 0.0) + float(by_arc[a])
    case = study.case
    return RunRead(
        worth=RunWorth(
            folder.name,
            Name(case.name, case.name_zh),
            case.patched,
            result["npv"],
            result["standing"],
            result["gap_npv"],
        ),
        study=study,
        decisions={key: Taken(year, likely, most[key]) for key, (year, likely) in taken.items()},
        cars={market: tuple(float(n) for n in by_mode) for market, by_mode in cars.items()},  # type: ignore[misc]
        flows=flows,
    )


def _decisions(runs: Sequence[RunRead]) -> tuple[DecisionBeside, ...]:
    """Every decision of any run, those of the earliest years first."""
    never = Taken(None, 0.0, 0.0)
    keys = dict.fromkeys(key for run in runs for key in run.decisions)
    found = []
    for key in keys:
        name = next(run.name(key[1]) for run in runs if key in run.decisions)
        found.append(DecisionBeside(key[0], name, tuple(run.decisions.get(key, never) for run in runs)))
    return tuple(sorted(found, key=lambda one: min(t.year for t in one.taken if t.year is not None)))


def _markets(runs: Sequence[RunRead]) -> tuple[MarketBeside, ...]:
    """Every market of any run, the one that most cars go to first."""
    none = (0.0, 0.0, 0.0, 0.0)
    markets = dict.fromkeys(market for run in runs for market in run.cars)
    found = [
        MarketBeside(
            next(place(run.study, market) for run in runs if market in run.cars),
            market,
            COORDINATES.get(market),
            tuple(run.cars.get(market, none) for run in runs),
        )
        for market in markets
    ]
    return tuple(sorted(found, key=lambda one: -max(one.totals)))


def _flows(runs: Sequence[RunRead]) -> tuple[FlowBeside, ...]:
    """Every route of a car or more in any run whose ends stand on the map."""
    routes = dict.fromkeys(route for run in runs for route in run.flows)
    study = runs[0].study
    found = []
    for origin, market in routes:
        cars = tuple(run.flows.get((origin, market), 0.0) for run in runs)
        if max(cars) >= A_CAR and {origin, market} <= COORDINATES.keys():
            ends = COORDINATES[origin], COORDINATES[market]
            found.append(FlowBeside(place(study, origin), place(study, market), *ends, cars))
    return tuple(sorted(found, key=lambda one: -max(one.cars)))
