"""Small tasks for worker processes, in a module that a process finds whatever other packages are called `tests`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable


def square(task: int) -> int:
    return task * task


def slow_square(task: int) -> int:
    """Slow enough for whoever asked to say that it is over."""
    time.sleep(0.05)
    return square(task)


def later_is_quicker(task: int) -> tuple[int, int]:
    """The first tasks are done last, so that order is not an accident."""
    time.sleep(0.02 * (3 - task))
    return task, os.getpid()


def refuses_two(task: int) -> int:
    if task == 2:
        raise RoadsteadError(Fault("plan", "RS-F504", "no plan was found", "more seconds"))
    return task


def divides(task: int) -> float:
    return 1 / task


def ends_elsewhere(process: int) -> int:
    """Only in one process; another is ended as by the system."""
    if os.getpid() != process:
        os.kill(os.getpid(), signal.SIGKILL)
    return process


def lingers(folder: str) -> str:
    """Say in a folder which process this is, then take longer than anybody waits; the answer is more than a pipe holds."""
    (Path(folder) / str(os.getpid())).touch()
    for _ in range(6000):
        if (Path(folder) / "enough").exists():
            break
        time.sleep(0.01)
    return "." * 1_000_000


def lingering(seed: str) -> Callable[[str], str]:
    """What a crew's worker holds."""
    return lambda task: lingers(seed + task)
