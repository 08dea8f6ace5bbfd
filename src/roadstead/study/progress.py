"""Who is told how far a plan has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what begins, and how far the work of it has come."""

    def begin(self, stage: str) -> None:
        """A stage begins: facts, outlook, tree, prospect, plan, comparisons, playbook, pages."""

    def gap(self, value: float, bound: float, seconds: float) -> None:
        """The solver's best value and bound so far. [money], [s]"""

    def done(self, count: int, total: int) -> None:
        """So many of a stage's tasks are done."""


class Quiet:
    """Progress nobody looks at."""

    def begin(self, stage: str) -> None:
        """Say nothing."""

    def gap(self, value: float, bound: float, seconds: float) -> None:
        """Say nothing."""

    def done(self, count: int, total: int) -> None:
        """Say nothing."""
