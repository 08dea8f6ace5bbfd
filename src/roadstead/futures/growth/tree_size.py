"""Whether a tree is of a size that the machine can plan on, told before anything is solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Need:
    """What planning on a tree takes, or what there is of it.

    Attributes
    ----------
    memory
        [MB]
    time
        [s]
    """

    memory: float
    time: float

    def within(self, most: Need) -> bool:
        """True where there is enough of both."""
        return self.memory <= most.memory and self.time <= most.time


def widths(total: int, stages: int) -> tuple[int, ...]:
    """Nodes of each stage for so many in all: one root, then every stage about as many times wider as the one before."""
    if total < stages or stages < 1:
        raise ValueError("a tree has at least one node in every stage")
    low, high = 1.0, float(total)
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if sum(middle**s for s in range(stages)) <= total else (low, middle)
    found = [int(low**s + 1e-9) for s in range(stages)]
    if stages > 1:
        found[-1] += total - sum(found)
    return tuple(found)


def check_size(nodes: Sequence[int], estimate: Callable[[int], Need], most: Need) -> None:
    """Refuse a tree that would take more than there is.

    Parameters
    ----------
    nodes
        Nodes of each stage.
    estimate
        What planning takes on a tree of so many nodes; never less on a larger one.

    Raises
    ------
    RoadsteadError
        RS-F533, which tells the largest size that fits.
    """
    total = sum(nodes)
    need = estimate(total)
    if need.within(most):
        return
    fits = _largest(total, estimate, most)
    message = f"planning on {total} nodes takes about {told(need)}, where there is {told(most)}"
    if fits < len(nodes):
        expected = "fewer stages, more memory or more time; not even one node in every stage fits"
    else:
        expected = f"at most {fits} nodes, for instance {', '.join(map(str, widths(fits, len(nodes))))} by stage"
    raise RoadsteadError(Fault("tree", "RS-F533", message, expected))


def _largest(total: int, estimate: Callable[[int], Need], most: Need) -> int:
    """The most nodes that fit, below a number that do not; 0 where none do."""
    low, high = 0, total
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if estimate(middle).within(most) else (low, middle)
    return low


def told(need: Need) -> str:
    """Memory and time in words."""
    memory = f"{need.memory / 1000.0:.1f} GB" if need.memory >= 1000.0 else f"{need.memory:.0f} MB"
    if need.time >= 5400.0:
        return f"{memory} and {need.time / 3600.0:.1f} hours"
    return f"{memory} and {need.time:.0f} s" if need.time < 120.0 else f"{memory} and {need.time / 60.0:.0f} minutes"
