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

STAGES = {
    "facts": "reading the case",
    "outlook": "drawing the outlook",
    "tree": "growing the tree of futures",
    "prospect": "pricing every lane in every future",
    "plan": "planning",
    "comparisons": "planning again for comparison",
    "playbook": "telling the playbook",
    "pages": "writing pages and run folder",
}
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

    def gap(self, value: float, bound: float, seconds: float) -> None:  # noqa: ARG002 - its own clock is shown
        """The solver's best value and bound so far. [money], [s]"""
        if not math.isfinite(value):
            self.detail = "no plan yet"
        elif not math.isfinite(bound) or value <= 0:
            self.detail = f"best NPV {_billions(value)}, no bound yet"
        else:
            gap = percent(max(bound - value, 0.0) / value, 2)
            self.detail = f"best NPV {_billions(value)}, bound {_billions(bound)}, gap {gap} of NPV"
        self._show()

    def done(self, count: int, total: int) -> None:
        """So many of a stage's tasks are done."""
        self.detail = f"{count} of {total}"
        self._show()

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
