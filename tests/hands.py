"""Workers of a desk for tests, in processes of their own: they plan nothing, and leave a run folder and a line behind."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.web.database import open_database
from roadstead.web.worker import work
from roadstead.web.workplace import Workplace

if TYPE_CHECKING:
    from roadstead.study.progress import Progress
    from roadstead.web.queue import Planning

LOG = "planned.log"
LEASE = 4.0


def quick(case: Path, folder: Path, planning: Planning, progress: Progress, unfinished: Path) -> None:
    """A run folder written whole or not at all, as the real one is, with a note of it."""
    progress.begin("plan")
    time.sleep(0.05)
    beside = folder.with_name(f".{folder.name}-{os.getpid()}")
    beside.mkdir()
    (beside / "manifest.json").write_text(json.dumps({"case": case.name, "number": planning.number}), encoding="utf-8")
    beside.rename(folder)
    with (folder.parent / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{planning.plan_id}\n")


if __name__ == "__main__":
    place, url = Workplace(Path(sys.argv[1])), sys.argv[2]
    work(place, open_database(url), quick, lease=LEASE)
