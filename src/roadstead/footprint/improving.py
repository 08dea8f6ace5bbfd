"""Small changes to a whole plan, many at once: what happens below one node does not touch what happens below its brother.

A change raises or lowers what has been built, or committed to, by a node. Cuts say what a change could gain at most; at all nodes
of one stage the most promising is tried in a single round of node-year programs, and each subtree keeps what was better for it.
Values of subtrees add up, so the plan put together needs no further look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.search import Search
    from roadstead.terms.arrays import Floats, Ints

LEAST = 1e-7
"""Smallest gain worth a change, as a share of the plan's value."""
PATIENCE = 3
"""Sweeps without success before the search for changes ends."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Nodes of one depth, and the nodes below each (itself included), as indices."""

    nodes: Ints
    below: tuple[Ints, ...]


class Improver:
    """A plan being changed for the better."""

    def __init__(self, search: Search) -> None:
        self.search = search
        at = search.at
        path = ancestry(at.tree)
        depth = np.diff(path.indptr)
        below = path.tocsc()
        self.stages = tuple(
            Stage(nodes, tuple(np.sort(below.indices[below.indptr[n] : below.indptr[n + 1]]) for n in nodes))
            for nodes in (np.flatnonzero(depth == level) for level in range(depth.max(), 0, -1))
        )
        self.parent = at.tree.parent
        u, _, z, _ = at.families
        self.column_node = np.zeros(len(at.decided.program.gain), dtype=np.int64)
        for family in at.families:
            self.column_node[family[family >= 0]] = np.nonzero(family >= 0)[0]
        whole = at.prospect.resources.whole
        gate, none = at.prospect.resources.option, np.full(at.tree.count, -1)
        self.lines = [(z[:, r], u[:, gate[r]] if gate[r] >= 0 else none) for r in np.flatnonzero(whole)]
        led = set(gate[whole].tolist())
        self.lines += [(u[:, d], none) for d in range(u.shape[1]) if d not in led]
        self.failed: set[bytes] = set()
        self.turn = 0

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
        """The next stage in turn at which the cuts leave any change hope; True where one was tried."""
        for _ in self.stages:
            stage = self.stages[self.turn % len(self.stages)]
            self.turn += 1
            if self.search.plan is not None and self._stage(stage):
                return True
        return False

    def _stage(self, stage: Stage) -> bool:
        """Try the best changes at the nodes of a stage together; True where there was one."""
        search, base = self.search, self.search.plan
        assert base is not None
        trial = base.copy()
        touched: list[Ints] = []
        now = search.by_node(base)
        model = _Model(search)
        for n, below in zip(stage.nodes.tolist(), stage.below, strict=True):
            change = self._best_change(trial, n, below, model, now)
            if change is not None:
                trial, touched = change, [*touched, below]
        if not touched:
            return False
        tried = search.try_nodes(trial)
        gain = search.at.decided.program.gain
        kept, better, earned = base.copy(), 0.0, now.copy()
        for below in touched:
            mine = np.isin(self.column_node, below)
            more = float((tried - now)[below].sum() + gain[mine] @ (trial - base)[mine])
            if more > LEAST * abs(search.best):
                kept[mine], earned[below] = trial[mine], tried[below]
                better += more
            else:
                self.failed.add(self._key(trial, mine))
        if better > 0 and search.fits(kept):
            search.keep(kept, search.best + better, earned)
        return True

    def _key(self, point: Floats, mine: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bytes:
        """What is decided below a node."""
        return point[mine].tobytes() + np.flatnonzero(mine)[:1].tobytes()

    def _best_change(self, base: Floats, n: int, below: Ints, model: _Model, now: Floats) -> Floats | None:
        """The best of single changes at a node by the cuts; None where the cuts leave no hope."""
        mine = np.isin(self.column_node, below)
        options = [change for change in self._changes(base, n, below) if self._key(change, mine) not in self.failed]
        if not options:
            return None
        worth = [model.gain(base, change, below, now) for change in options]
        top = int(np.argmax(worth))
        return options[top] if worth[top] > LEAST * abs(self.search.best) else None

    def _changes(self, point: Floats, n: int, below: Ints) -> Iterator[Floats]:
        """Raise by one what is built by a node, lower it there and make up for it below, or lower it for good."""
        for line, opening in self.lines:
            if line[n] < 0:
                continue
            reached = self._reached(point, line)
            for level in (
                self._raised(reached, n, below),
                self._lowered(reached, n, below[:1]),
                self._lowered(reached, n, below),
            ):
                changed = None if level is None else self._with(point, line, opening, level)
                if changed is not None and self.search.fits(changed):
                    yield changed

    def _reached(self, point: Floats, line: Ints) -> Floats:
        """What has been decided by every node. Shape (N,)."""
        total = np.where(line >= 0, point[line], 0.0)
        for n in range(1, len(total)):
            total[n] += total[self.parent[n]]
        return total

    def _raised(self, reached: Floats, n: int, below: Ints) -> Floats | None:
        level = reached.copy()
        level[below] = np.maximum(level[below], reached[n] + 1.0)
        return level

    def _lowered(self, reached: Floats, n: int, nodes: Ints) -> Floats | None:
        before = reached[self.parent[n]] if n else 0.0
        if reached[n] - 1.0 < before:
            return None
        level = reached.copy()
        level[nodes] -= 1.0
        return level

    def _with(self, point: Floats, line: Ints, opening: Ints, level: Floats) -> Floats | None:
        """The point with another level of a line, its option committed to as the first module is ordered."""
        changed = point.copy()
        for family, total in ((line, level), (opening, np.minimum(level, 1.0))):
            if not (family >= 0).any():
                continue
            step = total - np.where(self.parent >= 0, total[np.maximum(self.parent, 0)], 0.0)
            if np.any(step[family < 0] > 0):
                return None
            changed[family[family >= 0]] = step[family >= 0]
        return changed


class _Model:
    """All cuts so far, sorted by node, ready to say what a change could gain at most."""

    def __init__(self, search: Search) -> None:
        cuts, count = search.master.cuts, search.at.tree.count
        order = np.arange(len(cuts) * count).reshape(len(cuts), count).T.ravel()
        self.columns = sparse.vstack([each.gradient for each in cuts]).tocsr()[order].tocsc()
        self.rounds = len(cuts)
        self.constant = np.concatenate([each.constant for each in cuts])[order]
        self.gains = search.at.decided.program.gain
        self._at: Floats | None = None
        self._value = self.constant

    def gain(self, base: Floats, changed: Floats, below: Ints, now: Floats) -> float:
        """At most this much is gained below a node over what its nodes earn ``now``."""
        if self._at is not base:
            self._at, self._value = base, self.constant + self.columns @ base
        moved = np.flatnonzero(changed != base)
        step = (changed - base)[moved]
        value = self._value + self.columns[:, moved] @ step
        allowed = value.reshape(-1, self.rounds)[below].min(1)
        return float((allowed - now[below]).sum() + self.gains[moved] @ step)
