"""A PostgreSQL of this machine's own on the loopback, for as long as tests need it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lacking import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARIES = Path("/usr/lib/postgresql")


def program(name: str) -> str:
    """A program of PostgreSQL; skips, or fails in continuous integration, where there is none."""
    found = shutil.which(name) or next((str(path) for path in sorted(BINARIES.glob(f"*/bin/{name}"))), None)
    if found is None:
        lacking("no PostgreSQL on this machine: the desk's database was tried on SQLite alone")
    return found


def run_as() -> str | None:
    """PostgreSQL refuses to run as root: its own account, or nobody's."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@contextmanager
def server() -> Iterator[str]:
    """The address of a new server's database."""
    initdb, postgres = program("initdb"), program("postgres")
    account, folder = run_as(), Path(tempfile.mkdtemp(prefix="roadstead-postgres-"))
    if account:
        shutil.chown(folder, account)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": account, "cwd": folder}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [initdb, "-D", folder / "data", "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(command, check=True, **quiet)
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    process = subprocess.Popen([postgres, "-D", folder / "data", *options], **quiet)
    try:
        _wait(port)
        yield f"postgresql+psycopg://desk@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    """Wait until it answers: connections are refused while it starts, and sent away while it recovers."""
    from psycopg import OperationalError, connect

    for _ in range(300):
        try:
            connect(f"host=127.0.0.1 port={port} user=desk dbname=postgres").close()
        except OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL did not begin to answer")
