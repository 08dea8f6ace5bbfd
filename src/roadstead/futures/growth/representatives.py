r"""Which events a node shows, so that the tree as a whole has events as often as the paths have.

A node may show what more than half of its paths have in force, event by event: no world lies nearer to them, but what is rare is in
none of such worlds. Or it may show the events of one of its paths, which has what matters little as it happens to have it. Of the
first, and of the paths nearly as near as the nearest, those are taken with which

.. math::
    \sum_{t, e} \Bigl\lvert \sum_n p_n b_{n t e} - m_{te} \Bigr\rvert
    + \sum_{s, e} \sum_{c \in \{\text{comes}, \text{goes}\}} w^c_{se} \Bigl\lvert \sum_n p_n b^c_{n s e} - m^c_{se} \Bigr\rvert
                                                                                                  \qquad \text{(S.10)}

is small: b is 1 where node n shows event e in force in year t, m the share of all paths that have it, and the second sum says the
same of what comes and goes between the stages, so that the history of a node is one that paths have. There w is 1, but UNSEEN for
what goes on no path, so that an event for good does not end because the tree parts. Nodes take turns, each showing what is best
given all others, until none changes: moment matching (Høyland & Wallace 2001, Management Science 47) among
worlds that are there, after the tree is parted, as the distance allows. What most paths have is a world that can be: an event
needed is in force on no fewer paths than what needs it, and two that rule each other out are never both in force on most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from roadstead.futures.growth.stakes import of_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.growth.stakes import Stakes
    from roadstead.futures.paths.simulate import Paths
    from roadstead.terms.arrays import Flags, Floats, Ints, Shorts

CANDIDATES, JUDGES = 300, 600
"""Paths of a node that may stand for it, and those that they are judged by; the first of it, which are any."""
UNSEEN = 30.0
"""Weight of what goes between two stages of the tree and on no path; with 1, an event for good ends often in trees, with 10 seldom."""
ROUNDS = 20
"""Times that every node takes its turn, at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """The nodes of one stage.

    Attributes
    ----------
    begin, end
        Years from and up to, as places.
    chosen
        Path whose events each node shows, -1 where it shows those of most of its paths. Shape (n,).
    level
        Levels that each node shows. Shape (n, years, E).
    parent
        Its parent's place in the stage before. Shape (n,).
    node
        Node of each path, as a place in the stage. Shape (paths,).
    middle
        Path about which each node was parted: paths belong to the nearest. Shape (n,).
    """

    begin: int
    end: int
    chosen: Ints
    level: Shorts
    parent: Ints
    node: Ints
    middle: Ints


@dataclass(slots=True)
class _Choice:
    """What a node may show.

    Attributes
    ----------
    paths
        -1 for what most paths have, then those nearly as near as the nearest. Shape (k,).
    level, force
        Levels, and which events are in force. Shapes (k, years, E).
    """

    paths: Ints
    level: Shorts
    force: Floats
    share: float
    at: int = 0

    @property
    def shown(self) -> Floats:
        return np.asarray(self.force[self.at])


def settled(paths: Paths, stakes: Stakes, parts: Sequence[Part], slack: float) -> list[Part]:
    """The stages, with what each node shows.

    Parameters
    ----------
    slack
        By how much farther than from the nearest a node's paths may lie from the one whose events it shows, as a fraction.
    """
    choices = [[_choice(paths, stakes, part, n, slack) for n in range(len(part.chosen))] for part in parts]
    force = [paths.level[:, part.begin : part.end] >= 0 for part in parts]
    gaps = [_Gaps(force[s - 1][:, -1] if s else None, force[s], parts[s], choices, s) for s in range(len(parts))]
    for _ in range(ROUNDS):
        changed = [_turn(gaps, parts, choices, s, n) for s in range(len(parts)) for n in range(len(choices[s]))]
        if not any(changed):
            break
    return [
        replace(
            part,
            chosen=np.asarray([one.paths[one.at] for one in stage]),
            level=np.stack([one.level[one.at] for one in stage]),
        )
        for part, stage in zip(parts, choices, strict=True)
    ]


def _choice(paths: Paths, stakes: Stakes, part: Part, node: int, slack: float) -> _Choice:
    members = np.flatnonzero(part.node == node)
    years = slice(part.begin, part.end)
    weight = stakes.year_weight[years, None]

    def told(rows: Ints) -> Floats:
        return np.asarray((of_events(paths.level[rows, years], stakes) * weight).reshape(len(rows), -1))

    own = np.unique(
        paths.level[members[:CANDIDATES], years].reshape(min(CANDIDATES, len(members)), -1), axis=0, return_index=True
    )[1]
    some = np.unique(np.append(members[np.sort(own)], part.chosen[node]))
    apart = cdist(told(some), told(members[:JUDGES]), "cityblock").sum(axis=1)
    good = np.flatnonzero(apart <= apart.min() * (1.0 + slack))
    good = good[np.argsort(apart[good], kind="stable")]
    most = _of_most(paths.level[members, years], [len(levels) for levels in stakes.events])
    level = np.concatenate([most[None], paths.level[some[good], years]])
    return _Choice(
        paths=np.concatenate([[-1], some[good]]),
        level=level,
        force=(level >= 0).astype(np.float64),
        share=len(members) / paths.count,
    )


def _of_most(level: Shorts, levels: Sequence[int]) -> Shorts:
    """Events in force on more than half of some paths, at the level that is the most frequent. Shape (paths, ...) -> (...)."""
    found = np.full(level.shape[1:], -1, dtype=np.int8)
    often = np.zeros(level.shape[1:])
    for k in range(max(levels, default=0)):
        count = (level == k).mean(axis=0)
        found = np.where(count > often, np.int8(k), found)
        often = np.maximum(often, count)
    return np.asarray(np.where((level >= 0).mean(axis=0) > 0.5, found, np.int8(-1)))


class _Gaps:
    """By how much the tree misses the paths (S.10) at a stage, kept up to date as nodes change what they show."""

    def __init__(self, before: Flags | None, now: Flags, part: Part, choices: list[list[_Choice]], stage: int) -> None:
        self.force: Floats = -now.mean(axis=0)
        self.moves: Floats = np.zeros((2, now.shape[2]))
        self.weight: Floats = np.ones_like(self.moves)
        if before is not None:
            self.moves = -np.stack([(now[:, 0] & ~before).mean(axis=0), (before & ~now[:, 0]).mean(axis=0)])
            self.weight[1, self.moves[1] == 0.0] = UNSEEN
        for n, one in enumerate(choices[stage]):
            self.force = self.force + one.share * one.shown
            if before is not None:
                above = choices[stage - 1][int(part.parent[n])]
                self.moves = self.moves + one.share * _moves(above.shown[-1], one.shown[0])


def _moves(before: Floats, now: Floats) -> Floats:
    """What comes and what goes. Shape (..., E) -> (..., 2, E)."""
    before, now = np.broadcast_arrays(before, now)
    return np.stack([now * (1.0 - before), before * (1.0 - now)], axis=-2)


def _turn(gaps: list[_Gaps], parts: Sequence[Part], choices: list[list[_Choice]], stage: int, node: int) -> bool:
    """Let a node show what is best given all others; true where it changes."""
    one = choices[stage][node]
    rest = gaps[stage].force + one.share * (one.force - one.shown)
    missed = np.abs(rest).sum(axis=(1, 2))
    inflow = outflow = None
    if stage:
        above = choices[stage - 1][int(parts[stage].parent[node])].shown[-1]
        inflow = gaps[stage].moves + one.share * (_moves(above, one.force[:, 0]) - _moves(above, one.shown[0]))
        missed += (np.abs(inflow) * gaps[stage].weight).sum(axis=(1, 2))
    if stage + 1 < len(parts):
        outflow = np.repeat(gaps[stage + 1].moves[None], len(one.paths), axis=0)
        for child in np.flatnonzero(parts[stage + 1].parent == node).tolist():
            below = choices[stage + 1][child]
            outflow += below.share * (_moves(one.force[:, -1], below.shown[0]) - _moves(one.shown[-1], below.shown[0]))
        missed += (np.abs(outflow) * gaps[stage + 1].weight).sum(axis=(1, 2))
    best = int(missed.argmin())
    if not missed[best] < missed[one.at] - 1e-12:
        return False
    gaps[stage].force = rest[best]
    if inflow is not None:
        gaps[stage].moves = inflow[best]
    if outflow is not None:
        gaps[stage + 1].moves = outflow[best]
    one.at = best
    return True
