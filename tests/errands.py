"""Small tasks for worker processes, in a module that a process finds whatever other packages are called `tests`."""

from __future__ import annotations

import os
import time

from roadstead.terms.errors import Fault, RoadsteadError


def square(task: int) -> int:
    return task * task


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
