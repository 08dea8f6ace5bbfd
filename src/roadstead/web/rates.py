"""How often somebody may ask: a bucket that fills steadily, and is emptied by asking."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEPT = 10_000
"""Askers remembered; whoever has asked longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second over time."""

    at_once: float
    a_second: float


class Rates:
    """Buckets by asker, of one kind of question."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def allows(self, asker: str) -> bool:
        """True where the asker may ask once more, which this counts."""
        with self._lock:
            at = self._clock()
            left, since = self._left.pop(asker, (self._rate.at_once, at))
            left = min(self._rate.at_once, left + (at - since) * self._rate.a_second)
            self._left[asker] = (left - 1.0 if left >= 1.0 else left, at)
            while len(self._left) > MOST_KEPT:
                self._left.pop(next(iter(self._left)))
            return left >= 1.0
