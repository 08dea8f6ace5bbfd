"""Whether another draw of paths would have given another tree: in-sample stability.

A way of growing trees is stable if trees from different paths of one world tell the same (Kaut & Wallace 2007, Pacific Journal of
Optimization 3). Looked at here is what a tree says itself, before any plan is made on it: how far it lies from its paths, and how
often events are in force. That plans on such trees are worth the same is for who makes plans to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.futures.growth.reduce import Reduced
    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class Stability:
    """Trees from several seeds, K of them.

    Attributes
    ----------
    distance, undivided
        Of each tree, and of the single line through the same paths. Shapes (K,). [money]
    missed
        By how much each tree misses the paths' probability of an event in a year: mean and largest. Shape (K, 2).
    in_force_mean, in_force_spread
        Probability of each event in each year over the trees, mean and standard deviation. Shapes (T, E).
    """

    seeds: tuple[int, ...]
    distance: Floats
    undivided: Floats
    missed: Floats
    in_force_mean: Floats
    in_force_spread: Floats

    def __post_init__(self) -> None:
        for array in (self.distance, self.undivided, self.missed, self.in_force_mean, self.in_force_spread):
            frozen(array)

    @property
    def distance_spread(self) -> float:
        """Standard deviation of the distance over its mean."""
        mean = float(self.distance.mean())
        return float(self.distance.std(ddof=1)) / mean if mean > 0.0 else 0.0


def stability(build: Callable[[int], Reduced], seeds: Sequence[int]) -> Stability:
    """Grow a tree from each seed and hold them side by side."""
    if len(set(seeds)) < max(len(seeds), 2):
        raise ValueError("at least two seeds, every one once")
    trees = [build(seed) for seed in seeds]
    force = np.stack([tree.in_force for tree in trees])
    missed = [np.abs(tree.in_force - tree.in_force_paths) for tree in trees]
    return Stability(
        seeds=tuple(seeds),
        distance=np.asarray([tree.distance for tree in trees]),
        undivided=np.asarray([tree.undivided for tree in trees]),
        missed=np.asarray([[one.mean(), one.max()] if one.size else [0.0, 0.0] for one in missed]),
        in_force_mean=force.mean(axis=0),
        in_force_spread=force.std(axis=0, ddof=1),
    )
