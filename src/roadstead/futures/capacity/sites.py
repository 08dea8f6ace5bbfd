"""Sites that events close to builders, or take: what may be committed to where, and what a plant that is lost is worth.

Where building is refused, no line of a case may be committed to as long as that holds; what stands or is being built goes on, and
may be enlarged, tooled and closed. An order already given is kept.

A line that is taken makes no car and costs nothing to keep, from the first node-year on in which it is. Its owner is paid a share
of what its site and modules cost, written down in a straight line over a plant's life: of those that stand today from the year they
opened; of those a plan may order, whose age it does not know, from the first year in which they could run, so that too little is
paid rather than too much. What a module would have kept at the end of the horizon is lost with it: it is charged the largest such
worth, as a module retired is. A contract assembler's line belongs to another, and is not taken from the maker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import years_before
from roadstead.terms.ids import EntryMode
from roadstead.world.carmaker import RUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.capacity.capital import RiskClasses
    from roadstead.futures.capacity.rows import BuiltResources
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.prospect import NodeYears, Options
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats
    from roadstead.world.carmaker import Line


def is_refused(costing: Costing, now: Circumstances, line: Line) -> bool:
    """True where the maker may not build a line that does not stand yet."""
    if line.standing in RUNS:
        return False
    places = {line.place, costing.territory(line.place)}
    return (
        bool(now.shifted("refuse_sites", places, costing.carmaker.nationality)) or taken(costing, now, line) is not None
    )


def taken(costing: Costing, now: Circumstances, line: Line) -> float | None:
    """Share of its written-down cost that is paid for a line that is taken; None for one that is not."""
    if line.mode is EntryMode.CONTRACT:
        return None
    return now.shifted("seize", {line.place, costing.territory(line.place)}, costing.carmaker.nationality)


def under_events(
    costing: Costing,
    tree: ScenarioTree,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    risks: RiskClasses,
    built: tuple[BuiltResources, Options],
) -> tuple[BuiltResources, Options]:
    """Resources and options as events leave them. A node's decisions are taken under what holds in its first node-year."""
    if not any(now.shifts for now in circumstances):
        return built
    resources, options = built
    lines = tuple(costing.carmaker.lines.values())
    first = np.searchsorted(years.node, np.arange(tree.count)).tolist()
    allowed = options.allowed.copy()
    refused = [[is_refused(costing, circumstances[y], line) for line in lines] for y in first]
    allowed[:, : len(lines)] &= ~np.asarray(refused, dtype=bool).reshape(tree.count, len(lines))
    options = replace(options, allowed=allowed)
    for i, line in enumerate(lines):
        share = [taken(costing, now, line) for now in circumstances]
        if any(one is not None for one in share):
            resources, options = _without(costing, i, _lost(tree, years, share), risks, (resources, options))
    return resources, options


@dataclass(frozen=True, slots=True)
class _Lost:
    """When a line is taken, by node-year. Shapes (Y,).

    Attributes
    ----------
    held
        True while it is.
    paid
        Share paid in the first node-year in which it is; nothing in all others.
    ends
        True in the last node-year of a path at whose end it is.
    """

    years: NodeYears
    held: Flags
    paid: Floats
    ends: Flags


def _lost(tree: ScenarioTree, years: NodeYears, share: Sequence[float | None]) -> _Lost:
    held = np.asarray([one is not None for one in share])
    before = years_before(tree, years.node)
    begins = held & ~((before >= 0) & held[before])
    last = np.ones(years.count, dtype=bool)
    last[before[before >= 0]] = False
    paid = np.where(begins, np.asarray([one or 0.0 for one in share]), 0.0)
    return _Lost(years, held, paid, held & last)


def _without(
    costing: Costing, i: int, lost: _Lost, risks: RiskClasses, built: tuple[BuiltResources, Options]
) -> tuple[BuiltResources, Options]:
    """Resources and options with a line taken where it is; ``i``: its place among the lines."""
    (named, options), years = built, lost.years
    res, row, line = named.arrays, 1 + i, tuple(costing.carmaker.lines.values())[i]
    kind = risks.of(line.place)
    rate, discount = float(risks.rate[kind]), risks.discount(years)[:, kind]
    # What is paid once as a node-year begins, or as the horizon ends, as money a year of that node-year.
    at_once = (1.0 + rate) ** -(years.year - risks.first_year).astype(float) / discount
    at_end = (1.0 + rate) ** -float(_after(years) - risks.first_year) / discount
    worth = lost.paid * _left(costing, line, years) * line.own_capital * at_once
    kept = np.where(lost.ends, res.salvage[:, row].max() * at_end, 0.0)
    usable, of_modules, of_options = res.usable.copy(), res.fixed.copy(), options.fixed.copy()
    usable[lost.held, row] = 0.0
    of_modules[lost.held, row] = 0.0
    mine = np.flatnonzero((np.arange(options.fixed.shape[1]) == i) | (options.needs == i))
    of_options[np.ix_(lost.held, mine)] = 0.0
    of_modules[:, row] += kept - worth * line.module_cost
    # Modules that stand without a decision keep nothing at the end, so nothing is lost with them.
    of_options[:, i] -= worth * line.open_cost + res.existing[:, row] * kept
    return (
        replace(named, arrays=replace(res, usable=usable, fixed=of_modules)),
        replace(options, fixed=of_options),
    )


def _after(years: NodeYears) -> int:
    """The year after the last."""
    return int((years.year + years.span).max())


def _left(costing: Costing, line: Line, years: NodeYears) -> Floats:
    """Share of a line's cost not written down yet as node-years begin; nothing before it runs. Shape (Y,). [fraction]"""
    begun = line.opens if line.standing in RUNS else costing.first_year + line.lead
    age = years.year - begun
    return np.where(age < 0, 0.0, np.clip(1.0 - age / costing.conventions.plant_life, 0.0, 1.0))
