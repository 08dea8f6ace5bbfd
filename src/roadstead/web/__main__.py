"""A worker as `roadstead serve` starts it: `python -m roadstead.web FOLDER NAME THREADS PARENT`."""

import sys
from pathlib import Path

from roadstead.web.serving import work_here

if __name__ == "__main__":
    _, folder, name, threads, parent = sys.argv
    work_here(Path(folder), name=name, threads=int(threads), parent=int(parent))
