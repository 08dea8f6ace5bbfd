"""Whole decisions from fractional ones, and small changes for the better: a good plan to begin a proof from.

Rounding what has been decided *by* a node, not *at* it, keeps every path in order: shares only grow along a path, so a
threshold cuts each path once. Then single commitments are added, moved, enlarged, undone or closed as long as the plan
gets better; each change is valued by a warm linear program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.dispatch import no_new
from roadstead.footprint.plan import Decisions
from roadstead.footprint.timing import standing_modules
from roadstead.futures.tree import ancestry, from_root, history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.columns import Columns
    from roadstead.footprint.extensive import WarmProgram
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

THRESHOLDS = (0.3, 0.5, 0.7)
ANY = 1e-6
"""Everything the relaxed program begins: where cars must be served, less may not reach."""
TRIALS, TRIALS_FROM_A_PLAN = 150, 80
"""Plans tried at most; fewer where a good plan of a neighbouring problem is given to begin from."""
TRIALS_FOR_A_PROOF = 150
"""Further plans tried at most where the best so far leaves more unproven than was asked for: cheaper than branching for it."""
LEAST_GAIN = 1e-6
"""Smallest gain worth a change, as a share of the plan's value."""
STEPS = (1.0, 2.0)
"""Modules tried with a new commitment."""


@dataclass(frozen=True, slots=True)
class Start:
    """Decisions, the point of the program that carries them, and its value in the program's unit."""

    decisions: Decisions
    point: Floats
    value: float


@dataclass(frozen=True, slots=True)
class Tries:
    """How many changes of a plan are tried.

    Attributes
    ----------
    enough
        Value that proves the gap asked for; short of it a little more is tried. In the program's unit.
    count
        Changes tried at most before that; as many as usual where it is None.
    """

    enough: float = float("-inf")
    count: int | None = None


@dataclass(slots=True)
class _Trial:
    """Values decisions by a warm program; modules that need not be whole stay free. ``below``: row m is below n or n. (N, N)."""

    tree: ScenarioTree
    prospect: Prospect
    columns: Columns
    program: WarmProgram
    index: Ints
    below: Flags
    left: int
    enough: float = float("-inf")

    def is_over(self, value: float) -> bool:
        """True where trials have run out: the further ones, too, unless the value reached is enough."""
        return self.left <= 0 and (value >= self.enough or self.left <= -TRIALS_FOR_A_PROOF)

    def value(self, d: Decisions) -> float:
        """Value of decisions, minus infinity where they do not fit or a pin forbids them. In the program's unit."""
        values = self.flat(d)
        if np.any(values > self.program.program.ceiling[self.index]):
            return float("-inf")
        self.left -= 1
        return self.program.value(self.index, values)

    def flat(self, d: Decisions) -> Floats:
        """Values of the whole columns, in the order of ``index``."""
        whole = self.prospect.resources.whole
        c = self.columns
        families = (
            (c.u, d.commit),
            (c.v, d.close),
            (c.z[:, whole], d.build[:, whole]),
            (c.w[:, whole], d.retire[:, whole]),
        )
        return np.concatenate([wanted[at >= 0] for at, wanted in families])


def good_start(
    tree: ScenarioTree,
    prospect: Prospect,
    columns: Columns,
    warm: WarmProgram,
    point: Floats,
    first: Decisions | None,
    tries: Tries | None = None,
) -> Start | None:
    """The best of rounded relaxed decisions, ``first`` and nothing new, improved; None where none fits.

    Parameters
    ----------
    warm
        The relaxed program, solved; its decisions are fixed from here on.
    point
        Its solution.
    tries
        How many changes are tried; as many as usual where it is left out.
    """
    index = _index(prospect, columns)
    below = ancestry(tree).toarray() > 0
    most = tries or Tries()
    usual = TRIALS if first is None else TRIALS_FROM_A_PLAN
    count = usual if most.count is None else most.count
    trial = _Trial(tree, prospect, columns, warm, index, below, count, most.enough)
    candidates = [no_new(tree, prospect)] if first is None else [first]
    thresholds = (*THRESHOLDS, ANY) if prospect.demand.least.any() else THRESHOLDS
    candidates += [rounded(tree, prospect, columns, point, threshold) for threshold in thresholds]
    values = [trial.value(candidate) for candidate in candidates]
    best = int(np.argmax(values))
    if not np.isfinite(values[best]):
        return None
    improved = _improved(trial, candidates[best], values[best], _places(trial, point))
    value = trial.value(improved)
    return Start(improved, warm.point(), value)


def valued(
    tree: ScenarioTree, prospect: Prospect, columns: Columns, warm: WarmProgram, decisions: Decisions
) -> Start | None:
    """Decisions as they are, with the point that carries them; None where they do not fit."""
    trial = _Trial(tree, prospect, columns, warm, _index(prospect, columns), ancestry(tree).toarray() > 0, 1)
    value = trial.value(decisions)
    return Start(decisions, warm.point(), value) if np.isfinite(value) else None


def _index(prospect: Prospect, c: Columns) -> Ints:
    """Columns of all whole decisions."""
    whole = prospect.resources.whole
    return np.concatenate([at[at >= 0] for at in (c.u, c.v, c.z[:, whole], c.w[:, whole])])


def rounded(
    tree: ScenarioTree, prospect: Prospect, columns: Columns, point: Floats, threshold: float, *, follow: bool = False
) -> Decisions:
    """Cut cumulative shares at a threshold; nothing is closed or retired.

    Where options ``follow``, one is committed to with its first whole module, not by its own share.
    """
    c, p = columns, prospect
    committed = (from_root(tree, np.where(c.u >= 0, point[c.u], 0.0)) >= threshold).astype(float)
    modules = np.floor(from_root(tree, np.where(c.z >= 0, point[c.z], 0.0)) + 1.0 - threshold)
    modules = np.minimum(modules, np.floor(p.resources.limit))
    gate = p.resources.option
    if follow:
        led = np.flatnonzero((gate >= 0) & p.resources.whole)
        committed[:, gate[led]] = 0.0
        np.maximum.at(committed.T, gate[led], (modules[:, led] >= 1.0).T.astype(float))
    ready = committed + (p.options.opens <= tree.last_year)
    modules[:, gate >= 0] *= ready[:, gate[gate >= 0]] > 0
    modules[:, ~p.resources.whole] = 0.0
    return Decisions(
        commit=_steps(tree, committed, c.u),
        close=np.zeros_like(committed),
        build=_steps(tree, modules, c.z),
        retire=np.zeros_like(modules),
    )


def _steps(tree: ScenarioTree, total: Floats, offered: Ints) -> Floats:
    """What is added at each node, from what stands by it; only where the program offers the decision."""
    step = np.zeros_like(total)
    reached = np.zeros_like(total)
    for n in range(tree.count):
        before = reached[tree.parent[n]] if n else np.zeros(total.shape[1])
        step[n] = np.where(offered[n] >= 0, np.maximum(total[n] - before, 0.0), 0.0)
        reached[n] = before + step[n]
    return step


def _places(trial: _Trial, point: Floats) -> list[tuple[int, int]]:
    """Options and nodes to look at, those the relaxed program is least decided about first."""
    c, resources = trial.columns, trial.prospect.resources
    doubt = _fraction(c.u, point) + _fraction(c.v, point)
    for r in np.flatnonzero(resources.whole & (resources.option >= 0)):
        doubt[:, resources.option[r]] += (_fraction(c.z, point) + _fraction(c.w, point))[:, r]
    order = np.argsort(-doubt, axis=None, kind="stable")
    return [(int(option), int(n)) for n, option in zip(*np.unravel_index(order, doubt.shape), strict=True)]


def _fraction(index: Ints, point: Floats) -> Floats:
    """How far each decision of a family is from a whole number; zero where it does not exist."""
    value = np.where(index >= 0, point[np.maximum(index, 0)], 0.0)
    return np.abs(value - np.round(value))


def _improved(trial: _Trial, best: Decisions, value: float, places: list[tuple[int, int]]) -> Decisions:
    """Round after round over options and nodes, keeping what is better, until a round finds nothing or trials run out.

    Trials are counted, not timed, so that the same problem gives the same plan on any machine.
    """
    since = 0
    while since < len(places):
        for option, n in places:
            since += 1
            for change in _changes(trial, best, option, n):
                if trial.is_over(value):
                    return best
                tried = trial.value(change)
                if tried > value + LEAST_GAIN * abs(value):
                    best, value, since = change, tried, 0
                    break
    return best


def _changes(trial: _Trial, d: Decisions, option: int, n: int) -> Iterator[Decisions]:
    """Neighbours of a plan in one option at one node: commit, undo, enlarge, shrink, close, stay open."""
    resources = trial.prospect.resources
    rows = [int(r) for r in np.flatnonzero(resources.option == option) if resources.whole[r]]
    if trial.columns.u[n, option] >= 0:
        yield from _commitments(trial, d, option, rows, n)
    yield from _modules(trial, d, rows, n)
    if trial.columns.v[n, option] >= 0:
        yield from _closures(trial, d, option, rows, n)


def _commitments(trial: _Trial, d: Decisions, option: int, rows: list[int], n: int) -> Iterator[Decisions]:
    below = trial.below[:, n]
    if d.commit[list(history(trial.tree, n))[:-1], option].any():
        return
    bare = _cleared(d, option, rows, below)
    if d.commit[n, option] > 0.5:
        yield bare
        yield from _postponed(trial, d, option, rows, n)
        return
    for modules in STEPS if rows else (0.0,):
        commit, build = bare.commit.copy(), bare.build.copy()
        commit[n, option] = 1.0
        for r in rows:
            build[n, r] = min(modules, np.floor(trial.prospect.resources.limit[r]))
        yield Decisions(commit, bare.close, build, bare.retire)


def _postponed(trial: _Trial, d: Decisions, option: int, rows: list[int], n: int) -> Iterator[Decisions]:
    """Commit a node later, in one of the futures that follow or in all of them, with the modules of both nodes.

    Undoing comes first and may lose more than a later commitment gains: single changes would never get there.
    """
    path = trial.below
    children = np.flatnonzero(trial.tree.parent == n)
    choices = [children[[i]] for i in range(len(children))]
    for chosen in [*choices, children] if len(children) > 1 else choices:
        bare = _cleared(d, option, rows, path[:, n] & ~path[:, chosen].any(1))
        bare.commit[chosen, option] = 1.0
        for r in rows:
            modules = d.build[n, r] + d.build[chosen, r]
            bare.build[chosen, r] = np.minimum(modules, np.floor(trial.prospect.resources.limit[r]))
        yield bare


def _cleared(
    d: Decisions, option: int, rows: list[int], nodes: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Decisions:
    """Nothing decided about an option and its modules at some nodes."""
    commit, close, build, retire = d.commit.copy(), d.close.copy(), d.build.copy(), d.retire.copy()
    commit[nodes, option] = close[nodes, option] = 0.0
    for r in rows:
        build[nodes, r] = retire[nodes, r] = 0.0
    return Decisions(commit, close, build, retire)


def _modules(trial: _Trial, d: Decisions, rows: list[int], n: int) -> Iterator[Decisions]:
    for r in rows:
        if trial.columns.z[n, r] < 0:
            continue
        for step in (1.0, -1.0):
            if 0.0 <= d.build[n, r] + step <= trial.prospect.resources.limit[r]:
                build = d.build.copy()
                build[n, r] += step
                yield Decisions(d.commit, d.close, build, d.retire)


def _closures(trial: _Trial, d: Decisions, option: int, rows: list[int], n: int) -> Iterator[Decisions]:
    """Close and retire all that stands, or stay open after all."""
    if d.close[n, option] > 0.5:
        close, retire = d.close.copy(), d.retire.copy()
        close[n, option] = 0.0
        for r in rows:
            retire[n, r] = 0.0
        yield Decisions(d.commit, close, d.build, retire)
        return
    path = list(history(trial.tree, n))
    if d.close[path, option].any():
        return
    after = trial.below[:, n] & (np.arange(trial.tree.count) != n)
    bare = _cleared(d, option, rows, after)
    close, retire, build = bare.close.copy(), bare.retire.copy(), bare.build.copy()
    close[n, option] = 1.0
    for r in rows:
        build[n, r] = 0.0
        standing = standing_modules(trial.tree, trial.prospect)[n, r]
        retire[n, r] += standing + build[path, r].sum() - retire[path, r].sum()
    yield Decisions(bare.commit, close, build, retire)
