"""What pages need for the first time, worked out while nobody asks for anything: libraries, the outlook, cases and runs of the workplace."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from starlette.datastructures import QueryParams

from roadstead.web import asking, compare_desk, duty_desk, futures_desk, outlook_desk
from roadstead.web.pages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from roadstead.web.settings import Desk

QUIET, PAUSE = 1.0, 5.0
"""Time without a request before anything is worked out, and time between two looks at the workplace. [s]"""
MOST = 8
"""Cases, and runs, the first of their lists, that are kept ready."""


class Warmth:
    """A thread that keeps a desk ready; it goes over the workplace again after it was visited, and does nothing otherwise."""

    def __init__(self, desk: Desk, quiet: float = QUIET) -> None:
        self._desk, self._quiet = desk, quiet
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True, name="warmth")
        self._thread.start()

    def close(self) -> None:
        """End after what is being worked out."""
        self._ended.set()

    def _keep(self) -> None:
        while not self._ended.is_set():
            seen = self._desk.visits.count
            for step in steps(self._desk):
                while self._desk.visits.since() < self._quiet:
                    if self._ended.wait(self._quiet / 4):
                        return
                with suppress(Exception):  # whoever asks for it is told what is wrong
                    step()
            while self._desk.visits.count == seen:
                if self._ended.wait(PAUSE):
                    return


def steps(desk: Desk) -> Iterator[Callable[[], object]]:
    """What is worked out, one after the other: first what the fewest steps make most pages quick."""
    yield partial(duty_desk.answered, QueryParams())
    yield partial(futures_desk.chances, None, 0)
    for case in islice(desk.workplace.cases().values(), MOST):
        yield partial(asking.levers_of, case.folder)
        yield partial(_as_it_is, futures_desk.chances, case.folder)
        yield partial(_as_it_is, futures_desk.looked_over, case.folder)
    for run in islice(desk.workplace.runs().values(), MOST):
        yield partial(compare_desk.read, run.folder)
    asked = outlook_desk.read(QueryParams())
    yield partial(outlook_desk.of_market, asked)
    for language in LANGUAGES:
        yield partial(outlook_desk.drawn, asked, language)


def _as_it_is(work: Callable[[Path, int], object], folder: Path) -> None:
    """What is worked out of a case as it stands by then."""
    work(folder, asking.last_change(folder))
