"""Seconds of a call, and of a yardstick that tells a slow machine from slow code."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``note`` says what was done or reached."""

    stage: str
    seconds: float
    note: str = ""


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of one call, and what it returned."""
    gc.collect()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median seconds of several calls."""
    return float(np.median([timed(work)[0] for _ in range(repeats)]))


def yardstick() -> float:
    """Seconds of a fixed piece of work, half plain Python and half numpy, at its best: the unit of the printed ratios."""

    def work() -> float:
        total = sum(i % 7 for i in range(200_000))
        # Nothing here runs in more than one thread, so other work on the machine disturbs it least.
        numbers = np.random.default_rng(0).random(200_000)
        return total + float(np.exp(np.sort(numbers)).cumsum()[-1])

    return min(timed(work)[0] for _ in range(9))
