"""What the house tests look at: the repository, its tracked files, its modules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lacking import lacking

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file that is or could be committed; a source archive, which has no git checkout, cannot tell."""
    if not (ROOT / ".git").exists():
        lacking("not a git checkout: nothing says which files belong to the project")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="session")
def modules() -> list[Path]:
    """Every Python file of the project, tests included."""
    folders = ("src", "tests", "tools", "benchmarks", "docs")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "_build" not in path.parts)
