"""Work in progress on standard error: one live line on a terminal, plain lines in a log."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.spinner import Spinner

from roadstead.cli.printing import notes, percent

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.console import Console

    from roadstead.footprint.session import News

STAGES = {
    "facts": "reading the case",
    "outlook": "drawing the outlook",
    "tree": "growing the tree of futures",
    "prospect": "pricing every lane in every future",
    "plan": "planning",
    "resumed": "planning, from what an unfinished run had found",
    "comparisons": "planning again for comparison",
    "flexibility": "working out what flexibility is worth",
    "weights": "trying every assumption low and high",
    "paths": "carrying plans out on fresh paths",
    "foresight": "planning single paths with foresight",
    "playbook": "telling the playbook",
    "pages": "writing pages and run folder",
    "sweep": "planning every point",
}
EARLY = {
    "plan": "ending with the best plan so far, which is then compared",
    "resumed": "ending with the best plan so far, which is then compared",
    "flexibility": "telling what has been worked out",
    "weights": "telling what has been worked out",
}
"""Stages that can be ended early, and what that comes to."""
PAUSE = 5.0
"""Seconds between two lines about the same stage in a log."""


class Watch:
    """Shows how far a plan has come; safe to be told from another thread."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or notes()
        self.stage, self.detail = "", ""
        self.began = time.monotonic()
        self.told = 0.0
        self.live: Live | None = None
        self.ending = False

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self.live = Live(Spinner("dots"), console=self.console, transient=True, refresh_per_second=8)
            self.live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self.stage, self.detail = STAGES.get(stage, stage), ""
        self._show(always=True)

    def gap(self, news: News) -> None:
        """The best plan so far, its bound, and both gaps."""
        value, bound = news.value, news.bound
        if not math.isfinite(value):
            self.detail = "no plan yet"
        elif not math.isfinite(bound) or value <= 0:
            self.detail = f"best NPV {_billions(value)}, no bound yet"
        else:
            of_added = news.gap_value_added
            added = f"{percent(of_added, 2)} of value added, " if math.isfinite(of_added) else ""
            gap = f"gap {added}{percent(news.gap_npv, 2)} of NPV"
            self.detail = f"best NPV {_billions(value)}, bound {_billions(bound)}, {gap}"
        self._show()

    def done(self, count: int, total: int) -> None:
        """So many of a stage's tasks are done."""
        self.detail = f"{count} of {total}"
        self._show()

    def stopped(self) -> bool:
        """True once the planner is to end with the best plan so far."""
        return self.ending

    def end_early(self) -> bool:
        """Ask the planner to end with the best plan so far; False where it is not planning, or has been asked before."""
        if self.ending or self.stage not in {STAGES[name] for name in EARLY}:
            return False
        self.ending = True
        early = next(EARLY[name] for name in EARLY if STAGES[name] == self.stage)
        self.console.print(f"interrupted: {early}; once more leaves at once", soft_wrap=True)
        return True

    def _show(self, *, always: bool = False) -> None:
        now = time.monotonic()
        line = f"{self.stage}{': ' if self.detail else ''}{self.detail} ({now - self.began:.0f} s)"
        if self.live is not None:
            self.live.update(Spinner("dots", text=line))
        elif always or now - self.told >= PAUSE:
            self.console.print(line, soft_wrap=True)
            self.told = now


def _billions(value: float) -> str:
    return f"{value / 1e9:,.2f} bn"
