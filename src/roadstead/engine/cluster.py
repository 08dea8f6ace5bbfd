"""Workers of a Dask cluster that keep what they have built; what a lost worker held is built again elsewhere."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from roadstead.engine.base import raise_first, tried
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from types import TracebackType

    from roadstead.engine.base import Deal

Seed = TypeVar("Seed")
Task = TypeVar("Task")
Result = TypeVar("Result")

LOCAL = "local"
"""In place of an address: workers that are started here, listen to this machine alone, and end with the work."""
LOOPBACK = "127.0.0.1"
ROOMY = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**32,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
}
"""Workers keep memory for the next round, which needs as much again. Dask tells them to hand it back, which takes a fifth more time."""
CONNECT = 10.0
"""Time a scheduler, and its first worker, have to answer. [s]"""
LOOK = 0.5
"""Time between two looks whether the workers that owe an answer are still there. [s]"""
PATIENCE = 30.0
"""Time another worker has to come where none is left, before shares are taken over here. [s]"""
TRIES = 3
"""How often a share may fail, or lose its worker, before one answer."""


class Share:
    """What was built from one seed, where it was built. A copy sent or written elsewhere is empty, and an empty share says so.

    Dask may copy whatever its workers hold, or put it on a disk; a warm program can be neither copied nor written.
    """

    def __init__(self, answer: Callable[[Any], Any] | Exception | None = None) -> None:
        self.answer = answer
        self.lock = threading.Lock()

    def __reduce__(self) -> tuple[type[Share], tuple[()]]:
        return Share, ()


@dataclass(slots=True)
class Post:
    """Where a share is: the address of its worker, and what Dask holds of it there."""

    home: str
    held: Any = None
    asked: Any = None


class ClusterCrew(Generic[Seed, Task, Result]):
    """``build(seed)`` once on a worker for each share, then the thing built called with each task, as by ``Crew``.

    Every share has a worker, by its address. Seeds stay here, so that the share of a worker that is lost can be built on
    another: on the one that has least to do, on one that comes within ``PATIENCE`` where none is left, or else here. A share
    that had to move goes to a worker without any, as soon as there is one. Shares are no actors of Dask's: those of one worker
    answer one after another, however many threads it has.
    """

    def __init__(
        self, build: Callable[[Seed], Callable[[Task], Result]], deal: Deal[Seed], address: str, workers: int = 1
    ) -> None:
        """``workers``: how many to start where the address is ``local``; fewest shares elsewhere."""
        self._build = build
        self._posts: list[Post | None] = []
        self._here: dict[int, Callable[[Task], Result]] = {}
        self._moved: set[int] = set()
        self._fit: dict[str, bool] = {}
        self._cluster, self._client = _opened(address, workers)
        try:
            threads = self._threads() or {}
            raise_if_any(_other_version(at) for at, fit in self._fit.items() if not fit)
            threads = threads or self._alive()
            self._seeds = deal(max(sum(threads.values()), workers))
            for i in range(len(self._seeds)):
                self._posts.append(None)
                self._post(i, threads)
        except BaseException:
            self.close()
            raise

    @property
    def homes(self) -> list[str]:
        """Workers of all shares that are not here."""
        return [post.home for post in self._posts if post is not None]

    def ask(self, tasks: Sequence[Task]) -> list[Result]:
        """One task for every share, in their order."""
        self._move_back()
        found: list[Any] = [None] * len(tasks)
        failures = [0] * len(tasks)
        pending = {self._send(post, i, tasks[i]): i for i, post in enumerate(self._posts) if post is not None}
        while pending:
            done = wait(pending, LOOK, FIRST_COMPLETED).done
            answered = [(pending.pop(each), each) for each in done]
            again = [i for i, each in answered if not _taken(each, i, found)]
            if again or not done:
                there = self._alive()
                lost = [each for each, i in pending.items() if self._home(i) not in there]
                again += [pending.pop(each) for each in lost]
                for i in again:
                    failures[i] += 1
                    if failures[i] > TRIES:
                        raise RoadsteadError(_unfit(self._home(i), found[i]))
                    post = self._post(i, there)
                    if post is not None:
                        pending[self._send(post, i, tasks[i])] = i
        for i, answer in self._here.items():
            found[i] = tried(answer, tasks[i])
        raise_first(found)
        return found

    def _home(self, i: int) -> str:
        post = self._posts[i]
        return "" if post is None else post.home

    def _post(self, i: int, there: dict[str, int]) -> Post | None:
        """A share begun anew: with its worker where that is still there, else with the freest; here where there is none."""
        before = self._posts[i]
        if before is not None and before.asked is not None:
            with suppress(Exception):
                before.asked.cancel()
        home: str | None = self._home(i)
        if home not in there:
            self._posts[i] = None
            home = self._freest(there)
            if before is not None:
                self._moved.add(i)
        if home is None:
            self._here[i] = self._build(self._seeds[i])
            return None
        self._posts[i] = post = Post(home)
        return post

    def _move_back(self) -> None:
        """Shares that had to move, to workers that have none."""
        there = self._threads() if self._moved else None
        for i in sorted(self._moved) if there else ():
            homes = self.homes
            free = self._freest({at: n for at, n in (there or {}).items() if at not in homes})
            if free is None:
                return
            self._posts[i] = Post(free)
            self._here.pop(i, None)
            self._moved.discard(i)

    def _freest(self, threads: dict[str, int]) -> str | None:
        """The worker with the fewest shares a thread; None where there is no worker."""
        homes = self.homes
        return min(threads, key=lambda at: (homes.count(at) / max(threads[at], 1), at), default=None)

    def _alive(self) -> dict[str, int]:
        """Threads of every worker that is there; where there is none, or no word of any, after some patience."""
        until = time.monotonic() + PATIENCE
        while not (found := self._threads()) and time.monotonic() < until and self._client.status != "closed":
            time.sleep(LOOK)
        return found or {}

    def _threads(self) -> dict[str, int] | None:
        """Threads of every worker the scheduler knows, those without our version left out; None where it does not answer."""
        try:
            there = self._begun(_threads(self._client)).result(CONNECT)
        except Exception:  # noqa: BLE001 - a scheduler that is gone says so in many ways
            return None
        strange = [at for at in there if at not in self._fit]
        if strange:
            self._look_over(strange)
        return {at: threads for at, threads in there.items() if self._fit.get(at)}

    def _look_over(self, workers: list[str]) -> None:
        """Whether workers have our version; one that does not answer is asked another time."""
        with suppress(Exception):
            told = self._begun(_versions(self._client, workers)).result(CONNECT)
            known = {at: release for at, release in told.items() if isinstance(release, (str, PackageNotFoundError))}
            self._fit |= {at: release == _release() for at, release in known.items()}

    def _send(self, post: Post, i: int, task: Task) -> Future[Any]:
        return self._begun(self._answer(post, i, task))

    async def _answer(self, post: Post, i: int, task: Task) -> Any:
        """Have a share built if it is not, and ask it. The seed travels apart: it may be large, and is sent to no one else."""
        client, only = self._client, {"workers": [post.home], "pure": False}
        if post.held is None:
            (seed,) = await client.scatter([self._seeds[i]], workers=[post.home], hash=False)
            post.held = client.submit(hold, self._build, seed, **only)
        post.asked = client.submit(asked, post.held, task, **only)
        return await client.gather(post.asked)

    def _begun(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Work given to the client's own loop, which has ended where the scheduler was lost."""
        if self._client.status == "closed":
            work.close()
            lost: Future[Any] = Future()
            lost.set_exception(ConnectionError("the scheduler is lost"))
            return lost
        return asyncio.run_coroutine_threadsafe(work, self._client.loop.asyncio_loop)

    def close(self) -> None:
        """Give everything held back to the cluster; end what was started here."""
        self._posts = []
        with suppress(Exception):
            self._client.close(timeout=CONNECT)
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=CONNECT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _threads(client: Any) -> Any:
    return await client.nthreads()


async def _versions(client: Any, workers: list[str]) -> Any:
    """Asked before a worker is given anything: one that cannot read what it is sent would fall away, and then the next."""
    return await client.run(version, "roadstead", workers=workers, on_error="return")


def _taken(each: Future[Any], i: int, found: list[Any]) -> bool:
    """Keep the answer of a share; False where there is none, with what stands in its way in its place."""
    try:
        there, found[i] = each.result()
    except (Exception, asyncio.CancelledError) as failed:  # noqa: BLE001 - a worker may be lost in many ways
        there, found[i] = False, failed
    return bool(there)


def hold(build: Callable[[Any], Callable[[Any], Any]], seed: Any) -> Share:
    """On a worker: what is built, or the error in its place."""
    return Share(tried(build, seed))


def asked(share: Share, task: Any) -> tuple[bool, Any]:
    """On a worker: whether the share is there, and its answer or the error in its place."""
    if share.answer is None or isinstance(share.answer, Exception):
        return share.answer is not None, share.answer
    with share.lock:
        return True, tried(share.answer, task)


def must_be_reached(address: str) -> None:
    """Raise where no scheduler answers, or it has no worker: before hours of work, not after."""
    if address == LOCAL:
        _dask()
        return

    # On a thread of its own, for a notebook has a loop that runs already.
    with ThreadPoolExecutor(1) as thread:
        missing = thread.submit(asyncio.run, _missing(_dask(), address)).result()
    if missing:
        raise RoadsteadError(_unreached(address, missing))


async def _missing(dask: Any, address: str) -> str:
    """What keeps a cluster from work after ``CONNECT`` seconds; nothing where it is ready."""
    missing = "is not reached"
    try:
        async with asyncio.timeout(CONNECT), dask.rpc(address, timeout=CONNECT) as scheduler:
            who = await scheduler.identity()
            if who["type"] != "Scheduler":
                return f"is no scheduler, but a {who['type'].lower()}"
            missing = "has no worker"
            while not await scheduler.ncores(workers=None):  # noqa: ASYNC110 - the event is in another process
                await asyncio.sleep(LOOK)
            return ""
    except Exception as failed:  # noqa: BLE001 - whatever it is, it is not reached
        return f"{missing} within {CONNECT:g} s ({type(failed).__name__})"


def _opened(address: str, workers: int) -> tuple[Any, Any]:
    """The cluster, if it is started here, and a client of its scheduler."""
    dask = _dask()
    must_be_reached(address)
    try:
        if address != LOCAL:
            return None, dask.Client(address, timeout=CONNECT, set_as_default=False, name="roadstead")
        with import_module("dask").config.set(ROOMY):
            cluster = dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host=LOOPBACK,
                dashboard_address=f"{LOOPBACK}:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        return cluster, dask.Client(cluster, set_as_default=False, name="roadstead")
    except (OSError, RuntimeError) as failed:
        raise RoadsteadError(_unreached(address, f"does not start: {failed}")) from failed


def _unreached(address: str, missing: str) -> Fault:
    expected = "the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786, and a `dask worker` there"
    return Fault("--cluster", "RS-E802", f"the cluster at `{address}` {missing}", expected)


def _dask() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError as missing:
        message = f"a cluster needs a package that is not installed ({missing.name})"
        raise RoadsteadError(Fault("--cluster", "RS-E801", message, "pip install 'roadstead[cluster]'")) from missing


def _unfit(home: str, why: Any) -> Fault:
    reason = "it is lost again and again" if why is None else f"{type(why).__name__}: {why}"
    message = f"the worker at {home or 'no address'} does not answer: {reason}"
    return Fault("cluster", "RS-E803", message, "workers with memory enough for a share")


def _other_version(at: str) -> Fault:
    message = f"the worker at {at} has no Roadstead {_release()}"
    return Fault("cluster", "RS-E803", message, "the same version on every worker")


def _release() -> str:
    return version("roadstead")
