"""The measurement of the planner: what it prints, and what counts as reached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.side_by_side import reached_by

ROOT = Path(__file__).parents[3]
LINES = [
    {"seconds": 1.0, "value": float("-inf"), "bound": 130.0},
    {"seconds": 2.0, "value": 100.0, "bound": 120.0},
    {"seconds": 4.0, "value": 109.0, "bound": 110.0},
    {"seconds": 9.0, "value": 110.0, "bound": 110.0},
]
"""Of 50 added, the rest unproven is nothing known, 40, 2 and 0 %."""


@pytest.mark.parametrize(
    ("limit", "enough", "met"),
    [
        (20.0, 0.0, (0.0, 9.0)),
        (20.0, 1.0, (0.02, 4.0)),
        (20.0, 30.0, (0.4, 2.0)),
        (5.0, 0.0, (0.02, 5.0)),
        (1.5, 0.0, (float("inf"), 1.5)),
        (0.5, 0.0, (float("inf"), 0.5)),
    ],
)
def test_what_is_shown_by_the_limit_counts(limit: float, enough: float, met: tuple[float, float]):
    found = reached_by(LINES, limit, enough, 50.0)
    assert (found["gap"], found["seconds"]) == pytest.approx(met)


def test_one_seed_is_one_line(tmp_path: Path):
    """Started as a file, from anywhere."""
    words = ("--size", "tiny", "--seeds", "1", "--threads", "1", "--gap", "0", "--json")
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/planner.py"), *words],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    [line] = done.stdout.splitlines()
    met = json.loads(line)
    assert met["value"] == pytest.approx(met["bound"], rel=1e-6)
    assert met["value"] > met["standing"]
    assert met["gap_value_added"] <= 1e-5
    assert met["reference_gap_value_added"] <= 1e-5
    assert met["reference_form"] in {"plain", "strong"}
    assert all(met[name] > 0 for name in ("seconds", "peak_mb", "reference_seconds", "reference_peak_mb"))
