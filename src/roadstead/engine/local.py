"""Map one pure function over many tasks, in this process or in worker processes; results keep the order of the tasks."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
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

    Workers are spawned, not forked: a fork copies the threads of a solver in the middle of what they do. However the parent
    ends, killed too, its workers end with it. Where one of them is lost, all is done here.
    """
    tell = progress or (lambda _count, _total: None)
    if workers <= 1 or len(tasks) <= 1:
        return _here(work, tasks, tell)
    pool = ProcessPoolExecutor(min(workers, len(tasks)), multiprocessing.get_context("spawn"), end_with_parent)
    try:
        futures = [pool.submit(work, task) for task in tasks]
        for count, _ in enumerate(as_completed(futures), start=1):
            tell(count, len(tasks))
        return [future.result() for future in futures]
    except BrokenProcessPool:
        return _here(work, tasks, tell)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _here(work: Callable[[Task], Result], tasks: Sequence[Task], tell: Callable[[int, int], None]) -> list[Result]:
    results = []
    for i, task in enumerate(tasks):
        results.append(work(task))
        tell(i + 1, len(tasks))
    return results


def end_with_parent() -> None:
    """Have this worker end as its parent does: the pool's pipes do not tell it, for it holds both of their ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent.sentinel,), daemon=True, name="parent").start()


def _await_end(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
