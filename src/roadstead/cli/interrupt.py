"""Long work that Ctrl-C ends at once, even inside native code that does not listen."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from roadstead.cli.printing import say

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
INTERRUPTED = 130
TICK, GRACE = 0.1, 2.0
"""Time the waiting thread sleeps between two looks, and time the work is given to fall over its ended workers. [s]"""
MESSAGE = "interrupted: nothing was written"


class _Work(threading.Thread, Generic[Result]):
    """A function on its own thread, with what it returned or raised."""

    def __init__(self, function: Callable[[], Result]) -> None:
        super().__init__(daemon=True, name="plan")
        self.function = function
        self.results: list[Result] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Call the function."""
        try:
            self.results.append(self.function())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error


def interruptible(function: Callable[[], Result], *, tidy: Callable[[], None]) -> Result:
    """``function()``, computed on a thread so that this one can listen.

    A solver deep in native code cannot be asked to stop: on an interrupt worker processes are ended, the work is given
    time to fall over them, and the process leaves. It leaves without the interpreter's farewell, in which threads that the
    solver still keeps would end it with SIGABRT. Nothing is lost: a run folder is written only once a plan is finished.
    """
    work = _Work(function)
    work.start()
    try:
        while work.is_alive():
            work.join(TICK)
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()
        work.join(GRACE)
        if work.results:  # it was done before it could be interrupted
            return work.results[0]
        tidy()
        say(MESSAGE)
        sys.stdout.flush()
        os._exit(INTERRUPTED)
    if work.error is not None:
        raise work.error
    return work.results[0]
