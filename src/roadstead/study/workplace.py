"""Places for work that nobody asked to keep: cases with patches, workbooks unpacked; they go as their work, or the process, ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = f"roadstead-{os.getpid()}-"
"""What places of this process begin with."""


def place_for_work() -> tempfile.TemporaryDirectory[str]:
    """A place that goes as its work ends."""
    return tempfile.TemporaryDirectory(prefix=PREFIX)


def place_to_stay() -> Path:
    """A place that goes as the process ends."""
    place = tempfile.mkdtemp(prefix=PREFIX)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(place)


def tidy() -> None:
    """Take away the places of work that was ended by force."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        shutil.rmtree(place, ignore_errors=True)
