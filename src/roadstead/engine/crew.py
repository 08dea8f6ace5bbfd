"""Workers that keep what they have built, and are asked again and again: for programs that are worth keeping warm."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from roadstead.engine.base import raise_first, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from types import TracebackType

    from roadstead.engine.base import Deal

Seed = TypeVar("Seed")
Task = TypeVar("Task")
Result = TypeVar("Result")

PATIENCE = 5.0
"""Time a worker has to go by itself before it is ended. [s]"""


class Crew(Generic[Seed, Task, Result]):
    """``build(seed)`` once in each worker, then the thing built called with each task; one seed alone stays in this process.

    Workers are spawned, not forked, as those of ``map_tasks`` are. The share of a worker that is lost is dealt and built again here:
    seeds may be large, and are not kept.
    """

    def __init__(self, build: Callable[[Seed], Callable[[Task], Result]], deal: Deal[Seed], workers: int) -> None:
        self._build, self._deal, self._dealt = build, deal, workers
        seeds = deal(workers)
        self._here: dict[int, Callable[[Task], Result]] = {}
        self._lines: list[Connection] = []
        self.workers: list[BaseProcess] = []
        if len(seeds) == 1:
            self._here[0] = build(seeds[0])
            return
        context = multiprocessing.get_context("spawn")
        for _ in seeds:
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, build), daemon=True)
            worker.start()
            theirs.close()
            self._lines.append(mine)
            self.workers.append(worker)
        # Not as an argument: a worker that ends before it has read those leaves its parent waiting for ever.
        for i, seed in enumerate(seeds):
            self._try(i, lambda i=i, seed=seed: self._lines[i].send(seed))  # type: ignore[misc]

    def ask(self, tasks: Sequence[Task]) -> list[Result]:
        """One task for every worker, in their order."""
        for i, task in enumerate(tasks):
            if i not in self._here:
                self._try(i, lambda i=i, task=task: self._lines[i].send(task))  # type: ignore[misc]
        found: list[Any] = [None] * len(tasks)
        for i in range(len(tasks)):
            if i not in self._here:
                found[i] = self._try(i, lambda i=i: self._lines[i].recv())  # type: ignore[misc]
        for i in self._here:
            found[i] = tried(self._here[i], tasks[i])
        raise_first(found)
        return found

    def _try(self, i: int, step: Callable[[], Any]) -> Any:
        """What a step with a worker gives; where the worker is lost, its share is taken over."""
        try:
            return step()
        except (EOFError, OSError):
            self._here[i] = self._build(self._deal(self._dealt)[i])
            return None

    def close(self) -> None:
        """Send the workers home."""
        for line in self._lines:
            try:
                line.send(None)
            except OSError:
                continue
        for worker in self.workers:
            worker.join(PATIENCE)
            if worker.is_alive():
                worker.terminate()
        self._lines, self.workers = [], []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _work(line: Connection, build: Callable[[Any], Callable[[Any], Any]]) -> None:
    # An interrupt is the asker's to meet: it may want what is being worked on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Answers go through the line; what native code has to say as it starts goes nowhere.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        answer = build(line.recv())
        while (task := line.recv()) is not None:
            line.send(tried(answer, task))
    except (EOFError, ConnectionError):  # the asker is gone
        return
    finally:
        line.close()
