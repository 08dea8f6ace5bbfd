"""Cases that people hand in: kept under names the desk makes, unpacked by a process that may use little, then put on the shelf."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.gate import MOST_UPLOADED
from roadstead.web.workplace import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.web.workplace import Workplace

UPLOADS, PACKED = "uploads", "packed"
MOST_MEMORY, MOST_SECONDS, MOST_FILE, PATIENCE = 4 << 30, 20, 64_000_000, 120.0
"""What the process that reads a case may use: memory [bytes], time of a processor [s], size of a file [bytes], time by the clock [s]."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Processes that may read a case at the same time: their limits are each one's own."""
SHELVING = threading.Lock()
"""Held from where a name is found free until it is taken."""
MOST_FAULTS = 200
ODD = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 40
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def take_in(place: Workplace, packed: IO[bytes]) -> str:
    """Put a case that was handed in on the shelf; its name.

    Raises
    ------
    RoadsteadError
        RS-B806 for too much, RS-B805 where others' cases are being read, RS-B813 for what is no case at all; with every
        fault of the case.
    """
    folder = place.own / UPLOADS / secrets.token_hex(8)
    folder.mkdir(parents=True)
    try:
        _keep(packed, folder / PACKED)
        told = _in_turn(folder / PACKED, folder / "case")
        if told["faults"]:
            raise RoadsteadError([Fault(**fault) for fault in told["faults"][:MOST_FAULTS]])
        return _shelve(place, folder / "case", str(told["name"]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(packed: IO[bytes], to: Path) -> None:
    left = MOST_UPLOADED
    with to.open("wb") as target:
        while part := packed.read(65_536):
            left -= len(part)
            if left < 0:
                raise RoadsteadError(Fault("", "RS-B806", f"more than {MOST_UPLOADED:,} bytes", "a smaller case"))
            target.write(part)


def _in_turn(packed: Path, into: Path) -> dict[str, Any]:
    """Read a case, or refuse: who waited here would keep one of the desk's few threads from everybody."""
    if not AT_ONCE.acquire(blocking=False):
        raise RoadsteadError(
            Fault("", "RS-B805", "other cases are being read just now", "hand it in again in a minute")
        )
    try:
        return _read(packed, into)
    finally:
        AT_ONCE.release()


def _read(packed: Path, into: Path) -> dict[str, Any]:
    """What the limited process says of a case."""
    into.mkdir()
    limits = [str(MOST_MEMORY), str(MOST_SECONDS), str(MOST_FILE)]
    command = [sys.executable, "-m", "roadstead.web.unpack", str(packed), str(into), *limits]
    try:
        done = subprocess.run(  # noqa: S603 -- our own program, with names the desk made
            command,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            env=os.environ | ONE_THREAD | {"TMPDIR": str(packed.parent)},  # what it leaves behind goes with the folder
        )
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        expected = "a smaller or simpler one"
        message = "reading it takes more time or memory than the desk allows"
        raise RoadsteadError(Fault("", "RS-B806", message, expected)) from None
    return told


def _shelve(place: Workplace, case: Path, title: str) -> str:
    """Put a case among those of the workplace, under a free name made from its title."""
    shelf = place.folder / CASES
    shelf.mkdir(exist_ok=True)
    plain = ODD.sub("-", title.lower()).strip("-")[:LONGEST_NAME] or "case"
    with SHELVING:
        taken, name, count = place.cases().keys(), plain, 1
        while name in taken or (shelf / name).exists():
            count += 1
            name = f"{plain}-{count}"
        case.rename(shelf / name)
    return name
