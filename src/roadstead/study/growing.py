"""A case's tree, declared or grown from paths: both become the same thing here, and nothing later asks which it was."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.waiting import with_waiting
from roadstead.futures.evaluate import list_arcs, node_years
from roadstead.futures.events import TreePlan
from roadstead.futures.grow import grow
from roadstead.futures.growth.from_paths import grow_from_paths
from roadstead.futures.growth.reckoning import World
from roadstead.futures.growth.tree_size import Need, check_size, widths
from roadstead.futures.paths import economy
from roadstead.futures.paths.economy import usual_economy
from roadstead.futures.paths.exchange import FEWEST, Exchange, estimate, output
from roadstead.outlook.forecast import forecast
from roadstead.study import costing
from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.world.reference import DOLLAR, exchange_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.events import PathPlan
    from roadstead.futures.grow import Grown
    from roadstead.futures.growth.from_paths import Source
    from roadstead.outlook.forecast import Outlook
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.terms.arrays import Ints
    from roadstead.trade.rulebook import Rulebook

AMERICA = "USA"
"""Country whose output tells what the dollar is worth."""
MEMORY, MEMORY_BY_FLOW = 300.0, 0.045
"""What planning takes of memory by itself and for every flow in a node-year: 0.34 GB with 342 flows, 0.92 GB with 13,860. [MB]"""
TIME_BY_FLOW = 0.003
"""Seconds that a flow in a node-year takes to cost, and to plan until the time allowed for that counts: 41 s for 13,860. [s]"""
MOST_MEMORY, MOST_TIME = 0.8, 7200.0
"""The most that is begun, a judgement: the part of the machine's memory, and the time. [fraction], [s]"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a case is evaluated on: rules, the outlook, what costs rest on, the tree, and what planning on it may take.

    Attributes
    ----------
    source
        What the tree was grown from; None where it was declared.
    """

    rules: Rulebook
    outlook: Outlook
    costing: Costing
    grown: Grown
    need: Need
    source: Source | None = None


def begin(study: Study, progress: Progress) -> Begun:
    """Draw the outlook and grow the tree.

    Raises
    ------
    RoadsteadError
        RS-F531 where a tree is to be grown and nothing that may happen moves the case's money; RS-F533 where the tree, declared or
        to be grown, is too large for this machine.
    """
    progress.begin("outlook")
    rules = rulebook.load(study.as_known_on, study.own_rules, study.world.dollars().keys())
    case, world = study.case, study.world
    outlook = forecast(
        world.markets,
        world.gazetteer,
        tuple(study.carmaker.channels),
        range(case.horizon.first, case.horizon.last + 1),
        draws=case.draws,
        seed=case.seed,
        beside=study.beside,
    )
    progress.begin("tree")
    ground = with_waiting(costing.prepare(study, outlook), rules)
    arcs = len(list_arcs(ground, rules, ground.carmaker.offers, tuple(ground.carmaker.lines.values())))
    plan, source = study.tree, None
    if isinstance(plan, TreePlan):
        grown = grow(plan, study.events, outlook)
        _must_fit(study, grown, arcs)
    else:
        line = grow(plan.line(), study.events, outlook)
        source = _from_paths(study, plan, World(ground, rules, outlook, line, currencies(study)), arcs)
        grown = source.grown
    return Begun(rules, outlook, ground, grown, _need(arcs * node_years(grown).count), source)


def _from_paths(study: Study, plan: PathPlan, world: World, arcs: int) -> Source:
    """The tree grown from paths, if this machine can plan on it."""
    assert study.catalogue is not None
    by_stage = np.bincount(node_years(world.central).node)
    try:
        check_size(plan.nodes, lambda nodes: _need(arcs * _node_years(nodes, by_stage)), most())
        return grow_from_paths(plan, world, study.catalogue, usual_economy(_exchange(study, world.places)))
    except RoadsteadError as error:
        raise _placed(study, error) from None


def _must_fit(study: Study, grown: Grown, arcs: int) -> None:
    """RS-F533 where this machine cannot plan on a declared tree; one of fewer nodes takes its part of what this one does."""
    years, nodes = node_years(grown).count, grown.tree.count
    by_stage = np.unique(grown.tree.start, return_counts=True)[1]
    try:
        check_size(by_stage.tolist(), lambda fewer: _need(arcs * years * fewer / nodes), most())
    except RoadsteadError as error:
        raise _placed(study, error) from None


def _placed(study: Study, error: RoadsteadError) -> RoadsteadError:
    return RoadsteadError([replace(fault, where=study.pin_places["tree"]) for fault in error.faults])


def most() -> Need:
    """The most that is begun on this machine."""
    return Need(machine_memory() * MOST_MEMORY, MOST_TIME)


def _need(flows: float) -> Need:
    """What planning with so many flows takes, all node-years together: as the bundled cases do, which docs/benchmarks.md has."""
    return Need(MEMORY + MEMORY_BY_FLOW * flows, TIME_BY_FLOW * flows)


def _node_years(nodes: int, by_stage: Ints) -> float:
    """Node-years of a tree of so many nodes."""
    return float(np.dot(widths(max(nodes, len(by_stage)), len(by_stage)), by_stage))


def machine_memory() -> float:
    """Memory of this machine; without limit where the system does not tell. [MB]"""
    if not hasattr(os, "sysconf"):
        return math.inf
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6


def currencies(study: Study) -> dict[str, tuple[str, ...]]:
    """Currencies that a case earns and pays in, each with the case's places that use it; home's own is left out.

    A place whose own currency is not known uses that of its customs territory; one where neither is known, or whose output is
    not, is left out: its money moves with home's.
    """
    world, home = study.world, study.carmaker.home.place
    named = {row["place"]: currency for currency, row in exchange_rates(world.tables["economies"])}
    known = {place for place, years in output(world.tables["incomes"]).items() if len(years) > FEWEST}
    if home not in known:
        return {}
    places = dict.fromkeys([*study.carmaker.channels, *(line.place for line in study.carmaker.lines.values())])
    found: dict[str, list[str]] = {DOLLAR: []} if AMERICA in known else {}
    for place in places:
        currency = named.get(place) or named.get(world.gazetteer.territory(place), "")
        if currency and currency != named.get(home) and place in known:
            found.setdefault(currency, []).append(place)
    return {currency: tuple(where) for currency, where in found.items()}


def _exchange(study: Study, places: Mapping[str, tuple[str, ...]]) -> Exchange:
    """How the currencies move, from output in dollars."""
    if not places:
        return Exchange((), np.zeros(0), np.zeros((0, 0)))
    groups = {currency: (AMERICA,) if currency == DOLLAR else where for currency, where in places.items()}
    spread = float(economy.packaged()["growth_spread"]["value"])
    return estimate(output(study.world.tables["incomes"]), groups, (study.carmaker.home.place,), spread)
