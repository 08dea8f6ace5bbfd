"""A small Dask cluster on this machine whose workers a test may end, and what is built on them: spawned workers find it here."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import distributed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path


@dataclass
class Cluster:
    """Its address, a client of the test's own, and the processes of its workers, which nobody starts again."""

    address: str
    client: Any
    threads: int
    started: list[BaseProcess] = field(default_factory=list)

    def start(self, workers: int) -> None:
        """Start workers, and wait until they are there."""
        before, spawn = len(self.client.nthreads()), multiprocessing.get_context("spawn")
        for _ in range(workers):
            process = spawn.Process(target=_work, args=(self.address, self.threads), daemon=True)
            process.start()
            self.started.append(process)
        until = time.monotonic() + 60
        while len(self.client.nthreads()) < before + workers:
            assert time.monotonic() < until
            time.sleep(0.05)

    def pids(self) -> dict[str, int]:
        """Processes of the workers that are there, by address."""
        return dict(self.client.run(os.getpid))

    def kill(self, *addresses: str) -> None:
        """End workers without a word."""
        pids = self.pids()
        for address in addresses:
            os.kill(pids[address], signal.SIGKILL)


@contextmanager
def running(workers: int, threads: int = 1) -> Iterator[Cluster]:
    """A scheduler here, and workers in processes of their own."""
    with (
        distributed.LocalCluster(
            n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
            silence_logs=50,
        ) as scheduler,
        distributed.Client(scheduler, set_as_default=False) as client,
    ):  # fmt: skip
        cluster = Cluster(scheduler.scheduler_address, client, threads)
        try:
            cluster.start(workers)
            yield cluster
        finally:
            for process in cluster.started:
                process.kill()
                process.join()


def _work(address: str, threads: int) -> None:
    """A worker, until it is ended."""
    from distributed import Worker

    async def forever() -> None:
        async with Worker(address, nthreads=threads, host="127.0.0.1", memory_limit=0, dashboard=False) as worker:
            await worker.finished()

    asyncio.run(forever())


class Counting:
    """Says where it is, and how often it was asked: what is built is kept."""

    def __init__(self, seed: int) -> None:
        self.seed, self.times = seed, 0

    def __call__(self, task: int) -> tuple[int, int, int]:
        self.times += 1
        return self.seed + task, self.times, os.getpid()


class Dying:
    """Ends its worker in the middle of the answer, once."""

    def __init__(self, seed: tuple[int, Path]) -> None:
        self.seed, self.mark = seed

    def __call__(self, task: int) -> int:
        if task == self.seed and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.seed * task


def refusing(seed: int) -> Callable[[int], int]:
    raise LookupError(seed)
