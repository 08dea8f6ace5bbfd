"""A command with all its child processes: seconds, and the most memory they held together."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PROC = Path("/proc")
PAUSE = 0.05
"""Time between two looks at the processes. [s]"""
GIGABYTE = 1e9
"""[bytes]"""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a command took.

    Attributes
    ----------
    memory
        Most resident memory, all its processes together; of the largest one alone where /proc is missing. [bytes]
    """

    seconds: float
    memory: float
    status: int
    output: str


def watch(command: Sequence[str], folder: Path, limit: float = float("inf"), cwd: Path | None = None) -> Watched:
    """Run a command in a process group of its own and look at the group's memory until it ends, or is ended at a limit. [s]"""
    began = time.perf_counter()
    most = 0
    log = folder / "output.txt"
    with log.open("w", encoding="utf-8") as output:
        running = subprocess.Popen(
            command, cwd=cwd or folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        while running.poll() is None:
            most = max(most, group_memory(running.pid))
            if time.perf_counter() - began > limit:
                os.killpg(running.pid, signal.SIGKILL)
            time.sleep(PAUSE)
    seconds = time.perf_counter() - began
    if most == 0:
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Watched(seconds, float(most), running.returncode, log.read_text(encoding="utf-8"))


def group_memory(group: int) -> int:
    """Resident memory of every process of a group. [bytes]"""
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if not entry.name.isdigit():
            continue
        try:
            # Fields after the command's name, which stands in parentheses and may hold spaces.
            fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int((entry / "statm").read_text(encoding="ascii").split()[1]) * page
        except (OSError, IndexError, ValueError):
            continue  # it ended while we looked
    return total
