"""Who is told how far a plan has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from roadstead.footprint.session import News


class Progress(Protocol):
    """Told what begins, and how far the work of it has come."""

    def begin(self, stage: str) -> None:
        """A stage begins: facts, outlook, tree, prospect, plan, comparisons, flexibility, weights, playbook, pages."""

    def gap(self, news: News) -> None:
        """Where the planner stands."""

    def done(self, count: int, total: int) -> None:
        """So many of a stage's tasks are done."""

    def stopped(self) -> bool:
        """True once the planner is to end with the best plan so far, and what follows with what it has."""


class Quiet:
    """Progress nobody looks at."""

    def begin(self, stage: str) -> None:
        """Say nothing."""

    def gap(self, news: News) -> None:
        """Say nothing."""

    def done(self, count: int, total: int) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Go on."""
        return False
