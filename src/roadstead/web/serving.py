"""Opening a desk: its database, its workers, each a process that is started again where it is lost, and the server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import people, queue
from roadstead.web.app import build
from roadstead.web.database import open_database, sqlite_url
from roadstead.web.settings import Desk, must_be_guarded
from roadstead.web.warmth import Warmth
from roadstead.web.worker import leave_when_told, planner, work, worker_name
from roadstead.web.workplace import DATABASE, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from roadstead.web.settings import Settings

ADDRESS = "ROADSTEAD_DATABASE"
"""Variable in which a worker is told the database: an address may hold a password, and command lines are seen by all."""
LAST_PORT = 65_535
LOOK, PATIENCE = 0.5, 5.0
"""Time between two looks at the workers, and time they are given to end. [s]"""


def open_workplace(folder: Path, database: str = "") -> tuple[Workplace, str]:
    """A workplace with room for what the desk keeps for itself, and the address of its database: SQLite there by default."""
    if not folder.is_dir():
        raise RoadsteadError(Fault(str(folder), "RS-C702", "there is no such folder", "the folder with your cases"))
    place = Workplace(folder)
    place.own.mkdir(mode=0o700, exist_ok=True)
    place.runs_folder.mkdir(exist_ok=True)
    return place, database or os.environ.get(ADDRESS, "") or sqlite_url(place.own / DATABASE)


class Crew:
    """Workers of a desk, so many at all times until it is closed."""

    def __init__(self, place: Workplace, database: str, count: int, threads: int) -> None:
        self._place, self._database, self._threads = place, database, threads
        self._engine = open_database(database)
        self._ended = threading.Event()
        self.at_work = dict(self._start() for _ in range(count))
        self._thread = threading.Thread(target=self._look_after, daemon=True, name="crew")
        self._thread.start()

    def close(self) -> None:
        """End all workers. What they were at goes on with the next that are started."""
        self._ended.set()
        self._thread.join()
        for process in self.at_work.values():
            process.terminate()
        for name, process in self.at_work.items():
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()
            with suppress(SQLAlchemyError):
                queue.release(self._engine, name, was_lost=False)

    def _start(self) -> tuple[str, subprocess.Popen[bytes]]:
        name = worker_name()
        place, parent = str(self._place.folder), str(os.getpid())
        command = [sys.executable, "-m", "roadstead.web", place, name, str(self._threads), parent]
        return name, subprocess.Popen(command, env=os.environ | {ADDRESS: self._database})  # noqa: S603 -- our own program

    def _look_after(self) -> None:
        while not self._ended.wait(LOOK):
            for name, process in tuple(self.at_work.items()):
                if process.poll() is not None:
                    with suppress(SQLAlchemyError):  # where the database is away, the lease runs out by itself
                        queue.release(self._engine, name)
                    del self.at_work[name]
                    self.at_work |= [self._start()]


def serve(
    folder: Path,
    settings: Settings,
    *,
    database: str = "",
    workers: int = 1,
    threads: int = 1,
    say: Callable[[str], None],
) -> None:
    """Open a desk until it is interrupted or, as by a service manager, told to end; its workers end with it.

    Parameters
    ----------
    say
        Is told the address at which it is reached.

    Raises
    ------
    RoadsteadError
        RS-B802 for a host that others reach without a way to tell who they are; RS-B807 where the database cannot be used; RS-C702
        for an address that is taken or none; RS-S622 for numbers that are none of workers or threads.
    """
    _must_be_counts(workers, threads)
    place, address = open_workplace(folder, database)
    engine = open_database(address)
    must_be_guarded(settings, engine)
    listening = _listening(settings)
    port = listening.getsockname()[1]
    with _ended_as_asked():
        crew = Crew(place, address, workers, threads)
        try:
            say(_reached(settings, port, people.one_time_token(engine) if _is_alone(settings) else ""))
            desk = Desk(place, engine, settings)
            app, warmth = build(desk), Warmth(desk)
            config = uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=2,
            )
            try:
                uvicorn.Server(config).run(sockets=[listening])
            finally:
                warmth.close()
        finally:
            crew.close()
            listening.close()


def work_here(
    folder: Path,
    *,
    database: str = "",
    name: str = "",
    threads: int = 1,
    parent: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Be a worker of a desk, until it is told to end, which is said, or the process that is named as its parent is gone."""
    _must_be_counts(1, threads)
    place, address = open_workplace(folder, database)
    engine, name = open_database(address, may_be_new=not parent), name or worker_name()
    leave_when_told(engine, name, say)

    def goes_on() -> bool:
        return not parent or os.getppid() == parent

    work(place, engine, planner(threads), name=name, goes_on=goes_on)


@contextmanager
def _ended_as_asked() -> Iterator[None]:
    """Ctrl-C closes a desk; so does SIGTERM, which would otherwise end this process before it could end its workers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _must_be_counts(workers: int, threads: int) -> None:
    if workers < 0:
        raise RoadsteadError(Fault("--workers", "RS-S622", f"{workers} workers", "a whole number from 0"))
    if threads < 1:
        raise RoadsteadError(Fault("--threads", "RS-S622", f"{threads} threads", "a whole number from 1"))


def _listening(settings: Settings) -> socket.socket:
    """A socket at the desk's address."""
    where = f"{settings.host}:{settings.port}"
    expected = "an address of this machine with a port that is free; `--port 0` takes any"
    if not 0 <= settings.port <= LAST_PORT:
        raise RoadsteadError(Fault(where, "RS-C702", f"there is no port {settings.port}", expected))
    try:
        listening = socket.create_server((settings.host, settings.port), family=_family(settings.host))
    except OSError as error:
        raise RoadsteadError(Fault(where, "RS-C702", error.strerror or str(error), expected)) from None
    # Connections inherit it: else each answer's second part waits for the browser to confirm the first, 40 ms on many systems.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_alone(settings: Settings) -> bool:
    """True where whoever opened the desk is let in by the address that is printed."""
    return settings.is_loopback and not settings.user_header


def _reached(settings: Settings, port: int, token: str) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}/" + (f"sign-in?token={token}" if token else "")
