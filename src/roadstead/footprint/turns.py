"""Which nodes a round asks: those whose cuts have lately said most, until what is expected of them is most of what there is.

Where the relaxed master promises more than is so, it is at few nodes, and mostly at those where it was a round before: on frozen problems of
85 nodes half of them say 85 % of what all would, and were known to (decision 26). A cut for some nodes only is as true as one for all.
The first round, which knows nothing of any, asks one of every few, and the others borrow their prices (``lending.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

SHARE = 0.8
"""Share of all that is expected, or promised, that is most of it."""
FEW = 50
"""Nodes up to which every round asks all: it costs little, and what is passed over costs further rounds."""


def most_of(amounts: Floats) -> Flags:
    """The greatest of some amounts, until they are most of all; none where there is nothing. Shape (I,)."""
    order = np.argsort(-amounts, kind="stable")
    before = np.cumsum(amounts[order]) - amounts[order]
    found = np.zeros(len(amounts), dtype=bool)
    found[order[before < SHARE * amounts.sum()]] = True
    return found


class Turns:
    """What new cuts of every node are expected to take from what the master allows it: what they took when it was last asked."""

    def __init__(self, family: Ints, first: Flags, hand: Ints | None = None, work: Ints | None = None) -> None:
        """``family``: the head of each node's, asked together; ``first``: heads that the first round asks.

        ``hand``: who answers for each node, where there is more than one, and ``work``: node-years of each. Shapes (N,).
        """
        self._family, self._first = family, first
        self._hand = np.zeros(len(family), dtype=np.int64) if hand is None else hand
        self._work = np.ones(len(family)) if work is None else work
        self.expected: Floats = np.full(len(family), np.inf)
        self.all = False

    def ask_all(self) -> None:
        """Let the next round ask every node."""
        self.expected = np.full(len(self._family), np.inf)
        self._first = np.ones(len(self._family), dtype=bool)

    def next(self) -> Flags:
        """Nodes the next round asks, whole families; ``all`` says whether they are all there are. Shape (N,)."""
        by_head = np.bincount(self._family, self.expected, len(self._family))
        known = np.isfinite(by_head)
        unknown = ~known if np.isfinite(self.expected).any() else self._first
        some = most_of(np.where(known, by_head, 0.0)) | unknown
        # Where nothing is expected of any, that is to be seen.
        every = len(by_head) <= FEW or not some.any()
        asked = self._evened((some | every)[self._family])
        self.all = bool(asked.all())
        return asked

    def _evened(self, asked: Flags) -> Flags:
        """With those most is expected of among the nodes of hands that would be done early: a round waits for the last of them. Shape (N,)."""
        load = np.bincount(self._hand[asked], self._work[asked], self._hand.max(initial=0) + 1)
        alone = np.bincount(self._family, minlength=len(asked))[self._family] == 1
        found = asked.copy()
        for hand in np.flatnonzero(load < load.max()):
            left = np.flatnonzero(~asked & alone & (self._hand == hand))
            left = left[np.argsort(-self.expected[left], kind="stable")]
            found[left[np.cumsum(self._work[left]) <= load.max() - load[hand]]] = True
        return found

    def learn(self, asked: Flags, allowed: Floats, earned: Floats, borrowed: Flags) -> Floats:
        """What nodes asked about took from what they were allowed; what all earn, as far as is known or expected.

        Those that ``borrowed`` prices earn no more than ``earned``: what that takes is expected of them until they are asked. Shapes (N,).
        """
        known = np.isfinite(allowed) & np.isfinite(earned)
        taken = np.subtract(allowed, earned, where=known, out=np.full(len(allowed), np.inf))
        new = asked | (borrowed & ~np.isfinite(self.expected))
        self.expected[new] = np.maximum(taken, 0.0)[new]
        hoped = np.isfinite(self.expected)
        left = np.subtract(allowed, self.expected, where=hoped, out=np.full(len(allowed), -np.inf))
        return np.where(asked, earned, np.where(borrowed, np.minimum(left, earned), left))
