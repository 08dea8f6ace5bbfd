"""Map one pure function over many tasks, in this process or in worker processes; results keep the order of the tasks."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Task = TypeVar("Task")
Result = TypeVar("Result")


def map_tasks(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """``[work(task) for task in tasks]``, in up to ``workers`` processes.

    Workers are spawned, not forked: a fork copies the threads of a solver in the middle of what they do. An interrupt
    ends the workers with the parent.
    """
    return [done for (done,) in _mapped(work, tasks, workers, progress, _never)]


def map_until(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    workers: int,
    over: Callable[[], bool],
    progress: Callable[[int, int], None] | None = None,
) -> list[Result | None]:
    """As ``map_tasks``, but nothing begins any more once it is ``over``; None for what had not begun by then."""
    return [done[0] if done else None for done in _mapped(work, tasks, workers, progress, over)]


def _never() -> bool:
    return False


def _mapped(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    progress: Callable[[int, int], None] | None,
    over: Callable[[], bool],
) -> list[tuple[Result, ...]]:
    """Results as tuples of one, empty where a task was not begun before it was over."""
    tell = progress or (lambda _count, _total: None)
    if workers <= 1 or len(tasks) <= 1:
        results: list[tuple[Result, ...]] = []
        for i, task in enumerate(tasks):
            results.append(() if over() else (work(task),))
            tell(i + 1, len(tasks))
        return results
    pool = ProcessPoolExecutor(min(workers, len(tasks)), multiprocessing.get_context("spawn"))
    try:
        futures = [pool.submit(work, task) for task in tasks]
        for count, _ in enumerate(as_completed(futures), start=1):
            tell(count, len(tasks))
            if over():
                for future in futures:
                    future.cancel()
        return [() if future.cancelled() else (future.result(),) for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
