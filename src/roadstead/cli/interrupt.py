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
        self._ended = threading.Event()

    def run(self) -> None:
        """Call the function."""
        try:
            self.results.append(self.function())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error
        finally:
            self._ended.set()

    def has_ended(self, within: float) -> bool:
        """Wait for so long at most; true once it has ended. A join that is interrupted may take a thread for ended that is not."""
        return self._ended.wait(within)


def interruptible(
    function: Callable[[], Result],
    *,
    tidy: Callable[[], str | None],
    end_early: Callable[[], bool] = bool,
    message: str = MESSAGE,
) -> Result:
    """``function()``, computed on a thread so that this one can listen.

    Where ``end_early`` says that the work has been asked to end with what it has, it is waited for. Otherwise, as a solver deep
    in native code cannot be asked, worker processes are ended, the work is given time to fall over them, and the process leaves.
    It leaves without the interpreter's farewell, in which threads that the solver still keeps would end it with SIGABRT. A run
    folder is written only once a plan is finished; ``message`` says what there is then, or what ``tidy`` has to say of what is left.
    """
    work = _Work(function)
    while True:
        try:
            if work.ident is None:
                work.start()
            while not work.has_ended(TICK):
                pass
            break
        except KeyboardInterrupt:
            if end_early():
                continue
            _leave(work, tidy, message)
            break
    if work.error is not None:
        raise work.error
    return work.results[0]


def _leave(work: _Work[Result], tidy: Callable[[], str | None], message: str) -> None:
    """End the process, unless the work was done before it could be interrupted."""
    for child in multiprocessing.active_children():
        child.terminate()
    work.has_ended(GRACE)
    if work.results:
        return
    say(tidy() or message)
    sys.stdout.flush()
    os._exit(INTERRUPTED)
