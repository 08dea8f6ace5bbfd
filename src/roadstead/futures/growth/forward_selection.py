r"""Which paths stand for the others at one stage of a tree, chosen one after another.

In every group of paths that have been together so far one path is chosen, and then, in whichever group it saves most, another,

.. math::
    \max_{j} \sum_{i \in I} \frac{1}{N} \max\Bigl(0,\; \min_{k \in K} d_{ik} - d_{ij}\Bigr)          \qquad \text{(S.8)}

until there are as many as asked for: forward selection (Dupačová, Gröwe-Kuska & Römisch 2003, Mathematical Programming 95; by
stages and within groups as in Heitsch & Römisch 2009, Mathematical Programming 118). After each addition those chosen in the
group move to the middle of who is nearest to them as long as that saves anything, so more of them never stand farther off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints

MOVES = 20
"""Rounds in which those chosen move, at most."""
FEWEST = 25
"""Candidates of a group, at least, as far as it has so many paths that differ."""


@dataclass(slots=True)
class _Group:
    """Paths that have been together so far.

    Attributes
    ----------
    candidates
        Paths that may be chosen. Shape (M,).
    apart
        Distance of every path of the group to every candidate. Shape (paths, M).
    chosen
        Candidates chosen, by their place.
    near
        Distance of every path to the nearest of them. Shape (paths,).
    """

    candidates: Ints
    apart: Floats
    chosen: list[int] = field(default_factory=list)
    near: Floats = field(default_factory=lambda: np.zeros(0))
    best: int = -1
    gain: float = 0.0


def choose(told: Floats, group: Ints, wanted: int, candidates: int) -> list[Ints]:
    """Paths that stand for each group.

    Parameters
    ----------
    told
        Paths in money. Shape (paths, ...).
    group
        Group of each path, from 0 on; none is empty. Shape (paths,).
    wanted
        How many paths are chosen in all; fewer where nothing is left to save.
    candidates
        Paths that may be chosen, in all, shared out by size.

    Returns
    -------
    For each group its chosen paths, in the order of how many they stand for, most first.
    """
    flat = told.reshape(len(told), -1)
    share = candidates / len(flat)
    groups = [_open(flat, np.flatnonzero(group == g), share) for g in range(int(group.max()) + 1)]
    for one in groups:
        one.chosen = [int(one.apart.sum(axis=0).argmin())]
        one.near = one.apart[:, one.chosen[0]].copy()
        _look(one)
    for _ in range(wanted - len(groups)):
        widest = max(groups, key=lambda one: one.gain)
        if widest.gain <= 0.0:
            break
        widest.chosen.append(widest.best)
        np.minimum(widest.near, widest.apart[:, widest.best], out=widest.near)
        _settle(widest)
        _look(widest)
    return [_by_following(one) for one in groups]


def _open(flat: Floats, members: Ints, share: float) -> _Group:
    """A group with its candidates: its first paths that differ. Paths are independent draws, so the first are any."""
    some = max(FEWEST, round(share * len(members)))
    looked = members[: 4 * some]
    first = np.sort(np.unique(flat[looked], axis=0, return_index=True)[1])[:some]
    return _Group(looked[first], cdist(flat[members], flat[looked[first]], "cityblock"))


def _look(group: _Group) -> None:
    """Find the candidate that would save most, and how much (S.8)."""
    saved = np.maximum(group.near[:, None] - group.apart, 0.0).sum(axis=0)
    group.best = int(saved.argmax())
    group.gain = float(saved[group.best])


def _settle(group: _Group) -> None:
    """Move those chosen to the middle of who is nearest to them, as long as it saves."""
    for _ in range(MOVES):
        before = float(group.near.sum())
        owner = group.apart[:, group.chosen].argmin(axis=1)
        for k in range(len(group.chosen)):
            middle = int(group.apart[owner == k].sum(axis=0).argmin())
            if middle not in group.chosen:
                group.chosen[k] = middle
        near = group.apart[:, group.chosen].min(axis=1)
        if not float(near.sum()) < before:
            break
        group.near = near
    group.near = group.apart[:, group.chosen].min(axis=1)


def _by_following(group: _Group) -> Ints:
    owner = group.apart[:, group.chosen].argmin(axis=1)
    follow = np.bincount(owner, minlength=len(group.chosen))
    order = np.argsort(-follow, kind="stable")
    return group.candidates[np.asarray(group.chosen, dtype=np.int64)[order]]
