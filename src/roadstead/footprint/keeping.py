"""Whether decisions keep every rule of docs/model.md: looked at node by node along paths, sharing nothing with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import history, leaves
from roadstead.terms.errors import Fault
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from roadstead.footprint.plan import Decisions
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats

COUNT_TOLERANCE = 1e-6
MONEY_TOLERANCE = 1e-6
"""Share of a budget by which it may be passed: a solver's rounding."""


def check_decisions(tree: ScenarioTree, p: Prospect, d: Decisions, is_open: Flags, faults: list[Fault]) -> None:
    """Whole numbers, once on a path, only what is offered, only what stands, within budgets. Shape of ``is_open``: (Y, D)."""
    modules = d.build[:, p.resources.whole], d.retire[:, p.resources.retired_whole]
    whole = np.concatenate([d.commit, d.close, *modules], axis=1)
    if np.abs(whole - np.round(whole)).max(initial=0.0) > COUNT_TOLERANCE:
        faults.append(broken("decisions", "a decision is not a whole number"))
    if min(part.min(initial=0.0) for part in (d.commit, d.close, d.build, d.retire)) < 0:
        faults.append(broken("decisions", "a decision is negative"))
    _check_offered(tree, p, d, faults)
    _check_paths(tree, p, d, faults)
    standing = standing_before(tree, p)
    for n in range(tree.count):
        _check_node(tree, p, d, (n, standing[n]), faults)
        _check_conversions(tree, p, d, n, faults)
    spent = (p.options.outlay * p.options.cost * d.commit).sum(1) + (
        p.resources.outlay * p.resources.cost * d.build
    ).sum(1)
    over = np.flatnonzero(spent > p.budget + MONEY_TOLERANCE * np.abs(spent))
    faults += [
        broken(tree.name[n], f"{spent[n]:,.0f} is spent, more than its budget of {p.budget[n]:,.0f}") for n in over
    ]
    for option in np.flatnonzero(p.options.needs >= 0):
        alone = np.flatnonzero(is_open[:, option] & ~is_open[:, p.options.needs[option]])
        needed = p.labels.option[p.options.needs[option]]
        words = (f"open in {p.node_years.year[y]} without {needed}, which it needs" for y in alone)
        faults += [broken(p.labels.option[option], message) for message in words]


def _check_offered(tree: ScenarioTree, p: Prospect, d: Decisions, faults: list[Fault]) -> None:
    """What opens without a decision is not committed to, and nothing is decided where no option may be committed to."""
    options, resources, gate = p.labels.option, p.labels.resource, p.resources.option
    may = p.options.allowed & (p.options.opens > tree.last_year)
    idle = ~p.options.allowed.any(1) & (p.options.allowed.shape[1] > 0)
    busy = np.concatenate([d.close, d.build, d.retire], axis=1).max(1, initial=0.0) > COUNT_TOLERANCE
    late = np.flatnonzero(idle & busy)
    faults += [broken("decisions", f"something is decided at {tree.name[n]}, where nothing can be") for n in late]
    forbidden = np.argwhere((d.commit > 0.5) & ~may).tolist()
    faults += [broken(options[i], f"committed to at {tree.name[n]}, where it cannot be") for n, i in forbidden]
    for n, r in np.argwhere(d.build > COUNT_TOLERANCE).tolist():
        path = list(history(tree, n))
        ready = gate[r] < 0 or p.options.opens[gate[r]] <= tree.last_year or d.commit[path, gate[r]].sum() > 0.5
        if not ready:
            faults.append(broken(resources[r], f"built at {tree.name[n]} without the commitment it needs"))
    for labels, taken, life in (
        (options, d.close, p.options.maximum_life),
        (resources, np.where(d.build.sum(0) > 0, d.retire, 0.0), p.resources.maximum_life),
    ):
        early = np.flatnonzero((taken.sum(0) > COUNT_TOLERANCE) & (life < NEVER))
        faults += [broken(labels[i], "ended by a decision, though it ends by itself") for i in early]


def _check_paths(tree: ScenarioTree, p: Prospect, d: Decisions, faults: list[Fault]) -> None:
    """Committed to once on a path, and of a choice to one option."""
    options = p.labels.option
    chosen = np.unique(p.options.choice[p.options.choice >= 0])
    for leaf in leaves(tree):
        total = d.commit[list(history(tree, leaf))].sum(0)
        twice = np.flatnonzero(total > 1.5)
        faults += [broken(options[i], f"committed to twice on the way to {tree.name[leaf]}") for i in twice]
        for choice in chosen:
            mine = np.flatnonzero((p.options.choice == choice) & (total > 0.5))
            if len(mine) > 1:
                names = ", ".join(options[i] for i in mine)
                faults.append(
                    broken(names, f"committed to together on the way to {tree.name[leaf]}: one at most may be")
                )


def _check_node(tree: ScenarioTree, p: Prospect, d: Decisions, at: tuple[int, Floats], faults: list[Fault]) -> None:
    """What is closed was open, what is retired was in service, each for its minimum life, and what stands is within its limit.

    ``at``: the node, and what stands there without a decision.
    """
    n, standing = at
    path = list(history(tree, n))
    start, before = tree.start[n], path[:-1]
    ripe = (p.options.opens + p.options.minimum_life <= start).astype(float)
    due = np.asarray([tree.start[m] for m in before])[:, None]
    ripe += (d.commit[before] * (due + p.options.lead + p.options.minimum_life <= start)).sum(0)
    shut_early = np.flatnonzero(d.close[path].sum(0) > ripe + 0.5)
    message = f"closed at {tree.name[n]} though it is not open, or not yet for its minimum life"
    faults += [broken(p.labels.option[i], message) for i in shut_early]
    ready = standing + (d.build[before] * (due + p.resources.lead + p.resources.minimum_life <= start)).sum(0)
    over = np.flatnonzero(d.retire[path].sum(0) > ready + COUNT_TOLERANCE)
    message = f"more retired by {tree.name[n]} than is in service and past its minimum life"
    faults += [broken(p.labels.resource[r], message) for r in over]
    ordered = np.asarray([tree.start[m] for m in path])[:, None]
    held = ordered + p.resources.lead + p.resources.maximum_life > start
    gone = ordered + p.resources.notice <= start
    shut = _shut_lines(p, d.close[path].sum(0) > 0.5)
    # Of a closed line nothing is kept; of one that is open, what is on notice still stands.
    retired = np.where(shut, d.retire[path].sum(0), (d.retire[path] * gone).sum(0))
    stands = standing + (d.build[path] * held).sum(0) - retired
    touched = d.build[path].sum(0) + d.retire[path].sum(0) + shut > 0
    most = np.where(shut, 0.0, np.maximum(p.resources.limit, standing)) + COUNT_TOLERANCE
    for r in np.flatnonzero((stands > most) & touched):
        message = f"{stands[r]:g} modules at {tree.name[n]} are more than may stand"
        faults.append(broken(p.labels.resource[r], message))


def _shut_lines(p: Prospect, closed: Flags) -> Flags:
    """Resources whose line has been closed, as it was or as what it was converted to. Shapes (D,) -> (R,)."""
    gone = np.zeros(len(p.resources.option), dtype=bool)
    lines = np.flatnonzero(closed)
    while len(lines):
        gone |= np.isin(p.resources.option, lines)
        lines = p.options.grows_from[lines]
        lines = lines[lines >= 0]
    return gone


def _check_conversions(tree: ScenarioTree, p: Prospect, d: Decisions, n: int, faults: list[Fault]) -> None:
    """What is converted is open, not closed, and not converted before."""
    path = list(history(tree, n))
    start, before = tree.start[n], path[:-1]
    grown = p.options.grows_from
    for first in np.unique(grown[grown >= 0]).tolist():
        converted = d.commit[path][:, grown == first].sum()
        opened = sum(d.commit[m, first] > 0.5 and tree.start[m] + p.options.lead[first] <= start for m in before)
        opened += p.options.opens[first] <= start
        if converted > 0.5 and converted + d.close[path, first].sum() > opened + 0.5:
            message = f"converted by {tree.name[n]} though it is not open, or closed, or converted twice"
            faults.append(broken(p.labels.option[first], message))


def standing_before(tree: ScenarioTree, p: Prospect) -> Floats:
    """Most modules standing without a decision in a node or on any way on from it. Shape (N, R)."""
    most = np.zeros((tree.count, p.resources.existing.shape[1]))
    for y in range(p.node_years.count):
        for n in history(tree, int(p.node_years.node[y])):
            most[n] = np.maximum(most[n], p.resources.existing[y])
    return most


def broken(where: str, message: str) -> Fault:
    """A limit that a plan does not keep."""
    return Fault(where, "RS-F502", message, "a plan that keeps every limit; this one is not certified")
