"""Small changes to a whole plan, many at once: what happens below one node does not touch what happens below its brother.

A change raises or lowers what has been built, or committed to, by a node. Cuts say what a change could gain at most; at all nodes
of one stage the most promising is tried in a single round of node-year programs, and each subtree keeps what was better for it.
Values of subtrees add up in the mean of futures, so the plan put together needs no further look; where tails are weighed it is kept only
if it is worth more in what is maximised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.search import FITS
from roadstead.footprint.turns import most_of
from roadstead.futures.tree import ancestry
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from roadstead.footprint.search import Search
    from roadstead.terms.arrays import Floats, Ints

LEAST = 1e-7
"""Smallest gain worth a change, as a share of the plan's value."""
PATIENCE = 3
"""Sweeps without success before the search for changes ends."""
AT_ONCE = 3
"""Changes at a node that are tried together at most; if that fails, the best of them is tried alone."""
NUMBERS = 1_000_000
"""What cuts allow at so many changes is worked out together, cuts by changes: 8 MB."""
DIGITS = 6
"""To which the marks of plans that were tried are compared."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Nodes of one depth, the nodes below each (itself included) in the order of a walk, and the columns decided there."""

    nodes: Ints
    below: tuple[Ints, ...]
    mine: tuple[Ints, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Columns of what may be built at each node, and of the option that opens with the first of it; -1 for none. Shapes (L, N)."""

    building: Ints
    opening: Ints


@dataclass(frozen=True, slots=True)
class Change:
    """Columns and what they change by, and what the cuts promise for it at most."""

    columns: Ints
    step: Floats
    promised: float = 0.0


class Improver:
    """A plan being changed for the better."""

    def __init__(self, search: Search) -> None:
        self.search = search
        at = search.at
        self.parent = at.tree.parent
        self.walk = _walk(self.parent)
        path = ancestry(at.tree)
        depth = np.diff(path.indptr)
        column_node = np.zeros(len(at.decided.program.gain), dtype=np.int64)
        for family in at.families:
            column_node[family[family >= 0]] = np.nonzero(family >= 0)[0]
        by_place = np.argsort(self.walk[column_node], kind="stable")
        begins = np.searchsorted(self.walk[column_node][by_place], np.arange(at.tree.count + 1))
        order, size = np.argsort(self.walk), np.asarray(path.sum(0)).ravel().astype(int)

        def stage(level: int) -> Stage:
            nodes = np.flatnonzero(depth == level)
            spans = [(self.walk[n], self.walk[n] + size[n]) for n in nodes]
            below = tuple(order[first:end] for first, end in spans)
            return Stage(nodes, below, tuple(by_place[begins[first] : begins[end]] for first, end in spans))

        self.stages = tuple(stage(level) for level in range(depth.max(), 0, -1))
        self.lines = self._lines()
        self.rows = at.decided.program.matrix.tocsc()
        self.marks = np.random.default_rng(0).uniform(1.0, 2.0, len(column_node))
        self.failed: set[tuple[int, float]] = set()
        self.due, self.vain = ([0] * len(self.stages) for _ in range(2))

    def _lines(self) -> Lines:
        at = self.search.at
        u, _, z, _ = at.families
        whole, gate = at.prospect.resources.whole, at.prospect.resources.option
        none = np.full((at.tree.count, 1), -1)
        led = np.setdiff1d(np.arange(u.shape[1]), gate[whole])
        building = np.concatenate([z[:, whole], u[:, led]], axis=1)
        # No gate is -1, which picks the last: none.
        opening = np.concatenate([u, none], axis=1)[:, np.append(gate[whole], np.full(len(led), -1))]
        return Lines(building.T, opening.T)

    def improve(self) -> None:
        """Sweep after sweep until the cuts leave no change any hope, or time is over."""
        idle = 0
        while idle < PATIENCE and self.search.left() > 0:
            before, tried = self.search.best, self.sweep()
            if not tried:
                return
            idle = 0 if self.search.best > before else idle + 1

    def sweep(self) -> bool:
        """Stage after stage once, from the leaves up; True where anything was tried."""
        if self.search.plan is None:
            return False
        tried = False
        for stage in self.stages:
            if self.search.left() > 0:
                tried |= self._stage(stage)
        return tried

    def step(self) -> bool:
        """The next stage due at which the cuts leave any change hope; True where one was tried.

        They are due in turn; one that was tried in vain, after twice as many turns each time.
        """
        if self.search.plan is None:
            return False
        for i in sorted(range(len(self.stages)), key=self.due.__getitem__):
            before = self.search.best
            tried = self._stage(self.stages[i])
            if tried:
                self.vain[i] = 0 if self.search.best > before else self.vain[i] + 1
            self.due[i] += 2 ** self.vain[i]
            if tried:
                return True
        return False

    def _stage(self, stage: Stage) -> bool:
        """Try the best changes at the nodes of a stage together; True where there was one."""
        search, base = self.search, self.search.plan
        assert base is not None
        now = search.by_node(base)
        plan = _Plan(self, base, now)
        found = [plan.best_change(*each) for each in zip(stage.nodes.tolist(), stage.below, stage.mine, strict=True)]
        tried_at = most_of(np.asarray([0.0 if change is None else change.promised for change in found]))
        if not tried_at.any():
            return False
        changes = [change if here else None for change, here in zip(found, tried_at, strict=True)]
        trial = base.copy()
        for change in changes:
            if change is not None:
                trial[change.columns] += change.step
        tried = search.try_nodes(trial)
        gain = search.at.decided.program.gain
        kept, better, earned = base.copy(), 0.0, now.copy()
        for n, below, mine, change in zip(stage.nodes.tolist(), stage.below, stage.mine, changes, strict=True):
            if change is None:
                continue
            more = float((tried - now)[below].sum() + gain[change.columns] @ change.step)
            if more > LEAST * abs(search.best):
                kept[mine], earned[below] = trial[mine], tried[below]
                better += more
            else:
                self.failed.add(self.key(n, float(self.marks[mine] @ trial[mine])))
        if better > 0 and search.fits(kept):
            search.keep(kept, search.master.worth(kept, earned), earned)
        return True

    def key(self, n: int, mark: float) -> tuple[int, float]:
        """What is decided below a node, as one number that no two plans share but by chance."""
        return n, round(mark, DIGITS)


class _Plan:
    """A plan about to be changed: what it has reached, and all cuts so far, ready to say what a change could gain at most."""

    def __init__(self, improver: Improver, point: Floats, now: Floats) -> None:
        search = improver.search
        self.improver, self.search, self.point, self.now = improver, search, point, now
        self.row = search.at.decided.program.matrix @ point
        self.least = LEAST * abs(search.best)
        self.gradient, constant, self.begins = search.master.sorted_by(improver.walk)
        self.value = constant + self.gradient @ point
        self.built, self.opened = self._reached(improver.lines.building), self._reached(improver.lines.opening)

    def _reached(self, columns: Ints) -> Floats:
        """What has been decided by every node, line by line. Shape (L, N)."""
        total = np.where(columns >= 0, self.point[columns], 0.0)
        for n in range(1, total.shape[1]):
            total[:, n] += total[:, self.improver.parent[n]]
        return total

    def best_change(self, n: int, below: Ints, mine: Ints) -> Change | None:
        """The best changes at a node by the cuts, each of another line; None where they leave no hope."""
        steps = self._changes(n, below)
        hopes = self._worth(n, below, mine, steps)
        order = np.argsort(-hopes, kind="stable")
        singles = (self._of(steps, i, hopes[i]) for i in order[: np.count_nonzero(hopes > self.least)])
        found = list(islice(filter(self._fits, singles), AT_ONCE))
        if not found:
            return None
        best, *others = found
        for more in others:
            both = Change(np.concatenate([best.columns, more.columns]), np.concatenate([best.step, more.step]))
            if not np.isin(more.columns, best.columns).any() and self._fits(both):
                at = np.zeros(len(both.columns), dtype=np.int64)
                together = sparse.csc_matrix((both.step, (both.columns, at)), (len(self.point), 1))
                promised = float(self._worth(n, below, mine, together)[0])
                if promised > best.promised + self.least:
                    best = replace(both, promised=promised)
        return best

    def _worth(self, n: int, below: Ints, mine: Ints, steps: sparse.csc_matrix) -> Floats:
        """What changes at a node are worth by the cuts at most; nothing where they have been tried in vain. Shape (V, M) -> (M,)."""
        improver, begins = self.improver, self.begins
        first, end = improver.walk[n], improver.walk[n] + len(below)
        cuts, value = self.gradient[begins[first] : begins[end]], self.value[begins[first] : begins[end]]
        starts, count = begins[first:end] - begins[first], steps.shape[1]
        allowed = [np.zeros(0)]
        for some in in_turn(count, max(NUMBERS // max(len(value), 1), 1)):
            at_changes = value[:, None] + (cuts @ steps[:, some]).toarray()
            allowed.append(np.minimum.reduceat(at_changes, starts).sum(0))
        gain = self.search.at.decided.program.gain @ steps
        marks = float(improver.marks[mine] @ self.point[mine]) + improver.marks @ steps
        failed = np.fromiter((improver.key(n, mark) in improver.failed for mark in marks.tolist()), bool, count)
        return np.where(failed, 0.0, np.concatenate(allowed) - float(self.now[below].sum()) + gain)

    def _changes(self, n: int, below: Ints) -> sparse.csc_matrix:
        """Raise by one what is built by a node, lower it there and make up for it below, or lower it for good: changes of columns.
        An option is committed to as the first module is ordered. Shape (V, M).
        """
        parent, lines = self.improver.parent, self.improver.lines
        there = np.flatnonzero(lines.building[:, n] >= 0)
        here, level = self.built[np.ix_(there, below)], self.built[there, n]
        lower = np.flatnonzero(level - 1.0 >= (self.built[there, parent[n]] if n else 0.0))
        levels = [np.maximum(here, level[:, None] + 1.0), here[lower] - (below == n), here[lower] - 1.0]
        line = np.concatenate([there, there[lower], there[lower]])
        # A line's changes follow each other, so that of two that promise the same the first is tried.
        order = np.argsort(line, kind="stable")
        line, total = line[order], np.concatenate(levels)[order]
        # The place, among those below, of the node before each.
        above = self.improver.walk[parent[below[1:]]] - self.improver.walk[n]
        entries, offered = [], np.ones(len(line), dtype=bool)
        for columns, reached, wanted in (
            (lines.building[line][:, below], self.built[line], total),
            (lines.opening[line][:, below], self.opened[line], np.minimum(total, 1.0)),
        ):
            floor = reached[:, parent[n], None] if n else np.zeros((len(line), 1))
            after = np.maximum(wanted, floor)
            step = after - np.concatenate([floor, after[:, above]], axis=1)
            led = (columns >= 0).any(1)
            offered &= ~led | ~np.any((columns < 0) & (step > 0), axis=1)
            change, at = np.nonzero((columns >= 0) & (step != self.point[columns]))
            entries.append((columns[change, at], change, step[change, at] - self.point[columns[change, at]]))
        row, change, by = (np.concatenate(part) for part in zip(*entries, strict=True))
        steps = sparse.csc_matrix((by, (row, change)), (len(self.point), len(line)))
        return steps[:, offered & (np.diff(steps.indptr) > 0)]

    def _of(self, steps: sparse.csc_matrix, i: int, promised: float) -> Change:
        """One of some changes."""
        mine = slice(steps.indptr[i], steps.indptr[i + 1])
        return Change(steps.indices[mine], steps.data[mine], float(promised))

    def _fits(self, change: Change) -> bool:
        """True where the plan keeps every row with the change."""
        p, columns = self.search.at.decided.program, change.columns
        # By hand: a slice of a sparse matrix takes ten times longer than its few entries.
        rows, starts = self.improver.rows, self.improver.rows.indptr
        spans = [(starts[c], starts[c + 1]) for c in columns]
        by = [rows.data[first:end] * step for (first, end), step in zip(spans, change.step, strict=True)]
        touched, which = np.unique(
            np.concatenate([rows.indices[first:end] for first, end in spans]), return_inverse=True
        )
        row = self.row[touched] + np.bincount(which, np.concatenate(by), len(touched))
        at = self.point[columns] + change.step
        return bool(
            np.all(row <= p.high[touched] + FITS)
            and np.all(row >= p.low[touched] - FITS)
            and np.all(at <= p.ceiling[columns] + FITS)
            and np.all(at >= p.floor[columns] - FITS)
        )


def _walk(parent: Ints) -> Ints:
    """Place of each node in a walk that sees all below a node before its next brother. Shape (N,)."""
    size = np.ones(len(parent), dtype=np.int64)
    for n in range(len(parent) - 1, 0, -1):
        size[parent[n]] += size[n]
    place, free = np.zeros(len(parent), dtype=np.int64), np.ones(len(parent), dtype=np.int64)
    for n in range(1, len(parent)):
        place[n] = place[parent[n]] + free[parent[n]]
        free[parent[n]] += size[n]
    return place
