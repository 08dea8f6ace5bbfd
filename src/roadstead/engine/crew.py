"""Workers that keep what they have built, and are asked again and again: for programs that are worth keeping warm."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from types import TracebackType

Seed = TypeVar("Seed")
Task = TypeVar("Task")
Result = TypeVar("Result")

PATIENCE = 5.0
"""Time a worker has to go by itself before it is ended. [s]"""


class Crew(Generic[Seed, Task, Result]):
    """``build(seed)`` once in each worker, then the thing built called with each task; one seed alone stays in this process.

    Workers are spawned, not forked, as those of ``map_tasks`` are.
    """

    def __init__(self, build: Callable[[Seed], Callable[[Task], Result]], seeds: Sequence[Seed]) -> None:
        self._here = build(seeds[0]) if len(seeds) == 1 else None
        self._lines: list[Connection] = []
        self._workers: list[Any] = []
        if self._here is not None:
            return
        context = multiprocessing.get_context("spawn")
        for seed in seeds:
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, build, seed), daemon=True)
            worker.start()
            theirs.close()
            self._lines.append(mine)
            self._workers.append(worker)

    def ask(self, tasks: Sequence[Task]) -> list[Result]:
        """One task for every worker, in their order."""
        if self._here is not None:
            return [self._here(task) for task in tasks]
        for line, task in zip(self._lines, tasks, strict=True):
            line.send(task)
        found = [line.recv() for line in self._lines]
        for failed in found:
            if isinstance(failed, Exception):
                raise failed
        return found

    def close(self) -> None:
        """Send the workers home."""
        for line in self._lines:
            try:
                line.send(None)
            except OSError:
                continue
        for worker in self._workers:
            worker.join(PATIENCE)
            if worker.is_alive():
                worker.terminate()
        self._lines, self._workers = [], []

    def __enter__(self) -> Crew[Seed, Task, Result]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _work(line: Connection, build: Callable[[Any], Callable[[Any], Any]], seed: Any) -> None:
    try:
        answer = build(seed)
        while (task := line.recv()) is not None:
            line.send(_tried(answer, task))
    except (EOFError, KeyboardInterrupt):
        return
    finally:
        line.close()


def _tried(answer: Callable[[Any], Any], task: Any) -> Any:
    """The answer, or the error in its place: the one who asked raises it."""
    try:
        return answer(task)
    except Exception as error:  # noqa: BLE001 - handed over, not swallowed
        return error
