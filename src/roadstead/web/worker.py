"""A worker: takes the next plan, plans it in this process while it holds on to it, and says what came of it."""

from __future__ import annotations

import math
import multiprocessing
import os
import secrets
import shutil
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import queue
from roadstead.web.queue import AT_ONCE, EARLY, State
from roadstead.web.workplace import MANIFEST, disk_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from roadstead.footprint.session import News
    from roadstead.study.progress import Progress
    from roadstead.web.queue import Planning
    from roadstead.web.workplace import Workplace

    Planner = Callable[[Path, Path, Planning, Progress, Path], None]

WAITING, UNFINISHED = "waiting", "unfinished"
"""Folders of the desk's own: cases as they were when they were asked to be planned, and what searches have found so far."""
LOOK, BEAT, PAUSE = 0.2, 1.0, 1.0
"""Time between two looks for a plan, two renewals of its lease, and two tellings of the same stage. [s]"""
LEFT = 3
"""Exit status of a worker that leaves because its plan is not its own any more, or is to end at once."""
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that tell a worker to leave, where the system has them."""
TAKING = threading.Lock()
"""Held while a plan is taken, and for good by who hands back what this process has."""
BY_SIGNAL = 128
"""What exit statuses add to the number of the signal that ended a process."""
HANDED_BACK, IDLE = (
    "interrupted: the plan is handed back, and goes on from what was found",
    "interrupted: no plan was being worked on",
)
ROOM = 64 * 2**20
"""Room on the disk below which a plan that could not be written waits for more: the run folder of `byd` takes 7 MB. [bytes]"""
HANDING = 10.0
"""Time that is waited for a plan that is being taken. [s]"""


def waiting_case(place: Workplace, planning: Planning) -> Path:
    """The case of a plan as it was when it was asked for."""
    return place.own / WAITING / planning.plan_id / planning.wish.case


def worker_name() -> str:
    """A name that no other worker has."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


class Holding:
    """A plan while this worker holds it: renews the lease, tells how far it is, hears how it is to end."""

    def __init__(self, engine: Engine, planning: Planning, worker: str, lease: float = queue.LEASE) -> None:
        self._engine, self._planning, self._worker, self._lease = engine, planning, worker, lease
        self._stop, self._stage, self._told_at = planning.stop, "", -math.inf
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True, name="lease")
        self._thread.start()

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._stage = stage
        self._tell({}, always=True)

    def gap(self, news: News) -> None:
        """Where the planner stands; what is not known yet is left out."""
        known = {"value": news.value, "bound": news.bound, "gap": news.gap_npv, "gap_added": news.gap_value_added}
        self._tell({name: float(value) for name, value in known.items() if math.isfinite(value)})

    def done(self, count: int, total: int) -> None:
        """So many of a stage's tasks are done."""
        self._tell({"count": count, "total": total})

    def stopped(self) -> bool:
        """True once it is to end with the best plan so far."""
        return self._stop >= EARLY

    def let_go(self) -> None:
        """Stop renewing."""
        self._ended.set()
        self._thread.join()

    def _tell(self, detail: dict[str, float], *, always: bool = False) -> None:
        at = time.monotonic()
        if not always and at - self._told_at < PAUSE:
            return
        self._told_at = at
        with suppress(SQLAlchemyError):  # news that is lost is told anew by what comes next
            queue.tell(self._engine, self._planning.plan_id, self._worker, self._stage, detail)

    def _hold(self) -> None:
        beat = min(BEAT, self._lease / 4)
        while not self._ended.wait(beat):
            try:
                stop = queue.renew(self._engine, self._planning.plan_id, self._worker, self._lease)
            except SQLAlchemyError:
                continue  # a database that is away for a while; who took the plan over meanwhile is seen once it is back
            if stop is None or stop >= AT_ONCE:
                self._leave(is_ours=stop is not None)
            self._stop = max(self._stop, stop or 0)

    def _leave(self, *, is_ours: bool) -> None:
        """End the process: a solver deep in native code cannot be asked to."""
        if is_ours:
            with suppress(SQLAlchemyError):
                queue.end(self._engine, self._planning.plan_id, self._worker, State.DROPPED)
        _be_gone(LEFT)


def _be_gone(status: int) -> None:
    from roadstead.study import workplace

    for child in multiprocessing.active_children():
        child.terminate()
    workplace.tidy()
    os._exit(status)


def leave_when_told(engine: Engine, worker: str, say: Callable[[str], None]) -> None:
    """Have signals end this process at once, its plan handed back so that the next worker goes on with it; signals it ignores stay so.

    A thread hears of them: what Python calls for a signal would wait for a solver deep in native code.
    """
    told, tells = socket.socketpair()
    tells.setblocking(False)
    for one in (getattr(signal, name) for name in ENDINGS if hasattr(signal, name)):
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, lambda *_: None)
    signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)

    def leave() -> None:
        [number] = told.recv(1)
        TAKING.acquire(timeout=HANDING)
        handed_back = False
        with suppress(SQLAlchemyError):  # where the database is away, the lease runs out by itself
            handed_back = queue.release(engine, worker, was_lost=False)
        say(HANDED_BACK if handed_back else IDLE)
        tells.close()
        _be_gone(BY_SIGNAL + number)

    threading.Thread(target=leave, daemon=True, name="leaving").start()


def work(
    place: Workplace,
    engine: Engine,
    plan: Planner,
    *,
    name: str = "",
    goes_on: Callable[[], bool] = lambda: True,
    lease: float = queue.LEASE,
) -> None:
    """Work on one plan after the other for as long as ``goes_on`` says."""
    worker = name or worker_name()
    sweep(place, engine)
    while goes_on():
        try:
            with TAKING:
                taken = queue.take(engine, worker, lease)
        except SQLAlchemyError:
            taken = None
        if taken is None:
            time.sleep(LOOK)
            continue
        holding = Holding(engine, taken, worker, lease)
        try:
            _say(engine, taken, worker, _work_on(place, holding, taken, plan))
        finally:
            holding.let_go()
        sweep(place, engine)


def sweep(place: Workplace, engine: Engine) -> None:
    """Take away what was kept for plans that have ended, by whoever they were ended."""
    kept = [path for name in (WAITING, UNFINISHED) for path in (place.own / name).glob("*")]
    with suppress(SQLAlchemyError):  # the next to end takes it away
        ended = queue.ended(engine, [path.name for path in kept])
        for path in kept:
            if path.name in ended:
                shutil.rmtree(path, ignore_errors=True)


def _work_on(place: Workplace, holding: Holding, taken: Planning, plan: Planner) -> dict[str, Any]:
    """Plan, unless a worker before has finished it and was lost before it could say so; what came of it."""
    folder, unfinished = place.runs_folder / taken.run_name, place.own / UNFINISHED / taken.plan_id
    for half in folder.parent.glob(f".{folder.name}-*"):  # what a lost worker had written of the run folder
        shutil.rmtree(half, ignore_errors=True)
    faults: tuple[Fault, ...] = ()
    try:
        if not (folder / MANIFEST).is_file():
            _planned(place, lambda: plan(waiting_case(place, taken), folder, taken, holding, unfinished), holding)
    except RoadsteadError as error:
        faults = error.faults
    except OSError as error:
        faults = (disk_failed(error),)
    except Exception as error:  # noqa: BLE001 -- the worker goes on, and who asked is told
        message = f"{type(error).__name__}: {error}"[:500]
        faults = (Fault("", "RS-B812", message, "report it with the case"),)
    if faults and not (folder / MANIFEST).is_file():
        return {"state": State.FAILED, "faults": tuple(_within(place, fault) for fault in faults)}
    return {"state": State.DONE, "run": folder.name}


def _planned(place: Workplace, plan: Callable[[], None], holding: Holding) -> None:
    """Plan; where the disk is too full to write what was found, once more as soon as there is room: the search goes on from what it kept."""
    while True:
        try:
            return plan()
        except (OSError, RoadsteadError) as error:
            unwritten = isinstance(error, OSError) or any(fault.code == "RS-S702" for fault in error.faults)
            if not unwritten or has_room(place):
                raise
        holding.begin("room")
        while not has_room(place):
            time.sleep(LOOK)


def has_room(place: Workplace) -> bool:
    """The disk of the workplace has room for a run."""
    return shutil.disk_usage(place.folder).free >= ROOM


def _within(place: Workplace, fault: Fault) -> Fault:
    """A fault that calls files by where they lie in the workplace: where that lies on the machine is nobody's business."""
    root = f"{place.folder}{os.sep}"
    where, message, expected = (part.replace(root, "") for part in (fault.where, fault.message, fault.expected))
    return Fault(where, fault.code, message, expected)


def _say(engine: Engine, taken: Planning, worker: str, how: dict[str, Any]) -> None:
    """Say what came of it, however long the database is away: the plan itself is on disk."""
    while True:
        try:
            queue.end(engine, taken.plan_id, worker, **how)
        except SQLAlchemyError:
            time.sleep(LOOK)
        else:
            return


def planner(threads: int) -> Planner:
    """What plans a case as the command line does, with so many processors; brings all it needs along, so that the first plan begins at once."""
    from roadstead.report import pages  # noqa: F401 -- only to have it
    from roadstead.study import api, store  # noqa: F401 -- the same
    from roadstead.trade import rulebook
    from roadstead.world import reference

    reference.load()
    rulebook.load(None)

    def plan(case: Path, folder: Path, planning: Planning, progress: Progress, unfinished: Path) -> None:
        wish = planning.wish
        api.plan(
            case,
            out=folder,
            language=wish.language,
            progress=progress,
            unfinished=unfinished,
            patches=wish.patches,
            gap=wish.gap,
            seconds=wish.seconds,
            workers=threads,
        )

    return plan
