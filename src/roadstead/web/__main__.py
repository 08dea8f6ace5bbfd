"""A worker as `roadstead serve` starts it: `python -m roadstead.web FOLDER NAME THREADS PARENT`."""

import signal
import sys
from pathlib import Path

from roadstead.terms.errors import RoadsteadError
from roadstead.web.serving import work_here

if __name__ == "__main__":
    # Ctrl-C in a terminal reaches the desk and its workers alike: it is the desk's to close, which then ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, folder, name, threads, parent = sys.argv
    try:
        work_here(Path(folder), name=name, threads=int(threads), parent=int(parent))
    except RoadsteadError as error:  # the database is away: the desk starts another worker until it is back
        sys.exit(str(error))
