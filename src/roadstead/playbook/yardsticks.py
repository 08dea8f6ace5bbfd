"""What the plan is held against: standing still, the announced programme, exports alone, the plan for one future.

(a) **standing**: operating and committed lines run, nothing new is committed to. (b) **announced**: the announced
programme is carried out, nothing else. (c) **export_only**: no line abroad, new markets entered where exports pay.
(d) **central**: the best plan for the central future (today's rules, mean outlook), carried out on the whole tree.
Flows are the best each of them allows in every node.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch_in_reach, no_new
from roadstead.footprint.solve import solve
from roadstead.futures.accounts import Pledges
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.footprint.certify import Certificate
    from roadstead.footprint.plan import Decisions, FootprintPlan
    from roadstead.footprint.solve import Effort
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A plan to compare with, and what it is worth on the tree.

    Attributes
    ----------
    keeps
        False where it breaks what the case asks of a plan, and is valued as if nothing were asked.
    """

    key: str
    plan: FootprintPlan
    certificate: Certificate
    keeps: bool = True


def carried_out(key: str, tree: ScenarioTree, prospect: Prospect, decisions: Decisions) -> Yardstick:
    """Best flows under what futures let be done of given decisions, valued."""
    try:
        plan = dispatch_in_reach(tree, prospect, decisions)
        return Yardstick(key, plan, certify(tree, prospect, plan))
    except RoadsteadError:
        if not asks(prospect):
            raise
    free = unasked(prospect)
    plan = dispatch_in_reach(tree, free, decisions)
    return Yardstick(key, plan, certify(tree, free, plan), keeps=False)


def asks(prospect: Prospect) -> bool:
    """True where business asks for what a plan might not keep: budgets, cars that must be served, pledges."""
    p = prospect
    return bool(np.isfinite(p.budget).any() or p.demand.least.any() or p.labels.pledge)


def unasked(prospect: Prospect) -> Prospect:
    """The prospect with none of that."""
    p = prospect
    return replace(
        p,
        labels=replace(p.labels, pledge=()),
        demand=replace(p.demand, least=np.zeros_like(p.demand.least)),
        budget=np.full_like(p.budget, np.inf),
        pledges=Pledges(),
    )


def standing(tree: ScenarioTree, prospect: Prospect) -> Yardstick:
    """(a)"""
    return carried_out("standing", tree, prospect, no_new(tree, prospect))


def announced(tree: ScenarioTree, prospect: Prospect, programme: Mapping[str, tuple[int, float]]) -> Yardstick:
    """(b): ``programme`` gives year of commitment and modules by line."""
    decisions = no_new(tree, prospect)
    commit, build = decisions.commit.copy(), decisions.build.copy()
    for line, (year, modules) in programme.items():
        option = prospect.labels.option.index(line)
        resource = prospect.labels.resource.index(line)
        for node in range(tree.count):
            if tree.start[node] <= year < tree.start[node] + tree.years[node]:
                commit[node, option], build[node, resource] = 1.0, modules
    return carried_out("announced", tree, prospect, replace(decisions, commit=commit, build=build))


def without_lines(prospect: Prospect) -> Prospect:
    """The prospect of a maker with no line abroad."""
    abroad = prospect.arcs.supply > 0
    lines = np.isin(prospect.labels.option, prospect.labels.supply[1:])
    modules = np.isin(prospect.resources.option, np.flatnonzero(lines))
    return replace(
        prospect,
        arcs=replace(prospect.arcs, allowed=prospect.arcs.allowed & ~abroad),
        options=replace(
            prospect.options,
            fixed=np.where(lines, 0.0, prospect.options.fixed),
            opens=np.where(lines, NEVER, prospect.options.opens),
            allowed=prospect.options.allowed & ~lines,
        ),
        resources=replace(
            prospect.resources,
            existing=np.where(modules, 0.0, prospect.resources.existing),
            fixed=np.where(modules, 0.0, prospect.resources.fixed),
            limit=np.where(modules, 0.0, prospect.resources.limit),
        ),
    )


def export_only(tree: ScenarioTree, prospect: Prospect, effort: Effort) -> Yardstick:
    """(c)"""
    bare = without_lines(prospect)
    try:
        solved, keeps = solve(tree, bare, effort), True
    except RoadsteadError:
        if not asks(bare):
            raise
        solved, keeps = solve(tree, unasked(bare), effort), False
    return Yardstick("export_only", solved.plan, solved.certificate, keeps)


def central(tree: ScenarioTree, prospect: Prospect, path: ScenarioTree, decided: Decisions) -> Yardstick:
    """(d): decisions of a one-path tree, taken at every node that begins in the same year."""
    decisions = no_new(tree, prospect)
    at = {int(year): i for i, year in enumerate(path.start)}
    rows = np.asarray([at[int(year)] for year in tree.start])
    same = replace(
        decisions,
        commit=decided.commit[rows],
        close=decided.close[rows],
        build=decided.build[rows],
        retire=decided.retire[rows],
    )
    return carried_out("central", tree, prospect, same)
