"""Imports point down, and importing one room does not pull in another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = (
    "terms",
    "world",
    "engine",
    "trade",
    "outlook",
    "demand",
    "futures",
    "footprint",
    "playbook",
    "report",
    "study",
    "showing",
)


def imported_by(module: str) -> set[str]:
    """Modules of Roadstead, and of others, that a fresh interpreter holds once ``module`` is imported."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def rooms(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("roadstead.")}


def test_import_contracts_hold(root: Path):
    entry = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(entry), "--no-logo", "--no-cache"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["roadstead.futures.tree", "roadstead.futures.prospect"])
def test_the_thin_waist_stands_on_the_ground(module: str):
    assert rooms(imported_by(module)) == {"futures", "terms"}


def test_the_optimiser_learns_no_law_on_the_way():
    found = rooms(imported_by("roadstead.footprint.formulation"))
    assert not found & {"world", "trade", "outlook", "demand", "study"}, found


def test_the_law_needs_no_solver():
    found = imported_by("roadstead.trade.duty")
    assert not found & {"highspy", "scipy", "polars", "altair", "pydantic"}, found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_by_itself_pulls_in_nothing(room: str):
    found = imported_by(f"roadstead.{room}")
    assert rooms(found) <= {room}, rooms(found)
    assert "numpy" not in found, "a package's __init__ must not import numpy"
