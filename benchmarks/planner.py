"""Measure the planner on the frozen instances, side by side with HiGHS: the command of ``side_by_side.py``, however started.

python benchmarks/planner.py --size medium --seeds 1 --json
python -m benchmarks.planner --size medium --seeds 1 --json
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def start() -> int:
    """Find the package this file is in, and measure."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from benchmarks.side_by_side import main

    return main()


if __name__ == "__main__":
    sys.exit(start())
