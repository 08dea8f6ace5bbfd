"""The built wheel, installed where no source lies, holds the world and the cases."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest

from roadstead.trade import rulebook
from roadstead.world import reference

if TYPE_CHECKING:
    from pathlib import Path

LOOK = """
import json
from importlib.resources import files
import roadstead
from roadstead.trade import rulebook
from roadstead.world import reference

world = reference.load()
cases = files("roadstead") / "cases"
print(json.dumps({
    "file": roadstead.__file__,
    "rows": {name: len(rows) for name, rows in world.tables.items()},
    "importers": len(rulebook.load(None).measures),
    "cases": sorted(case.name for case in cases.iterdir() if (case / "case.yaml").is_file()),
}))
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of programs of a fresh environment that holds the wheel; its dependencies are lent from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = ("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, root)
    run(sys.executable, "-m", "pip", "--quiet", *wheel, cwd=folder)
    [built] = folder.glob("roadstead-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "fresh", cwd=folder)
    python = folder / "fresh/bin/python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--quiet",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        built,
        cwd=folder,
    )
    [site] = (folder / "fresh/lib").glob("python*/site-packages")
    # A folder named in a .pth file is searched, but its own .pth files, the editable install's among them, are not read.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


def test_the_wheel_holds_the_world_and_the_cases(root: Path, installed: Path, tmp_path: Path):
    found = json.loads(run(installed / "python", "-c", LOOK, cwd=tmp_path))
    assert str(installed.parent) in found["file"]
    assert found["rows"] == {name: len(rows) for name, rows in reference.load().tables.items()}
    assert found["importers"] == len(rulebook.load().measures) > 0
    assert found["cases"] == sorted(path.parent.name for path in (root / "cases").glob("*/case.yaml"))


def test_the_installed_program_begins_and_checks_a_case(installed: Path, tmp_path: Path):
    run(installed / "roadstead", "new", "mine", cwd=tmp_path)
    assert "no fault found" in run(installed / "roadstead", "check", "mine", cwd=tmp_path)
    asked = ("--importer", "EU27", "--origin", "CHN", "--powertrain", "BEV", "--on", "2025-03-01", "--value", "20000")
    quoted = json.loads(run(installed / "roadstead", "duty", *asked, "--firm", "BYD", "--json", cwd=tmp_path))
    assert quoted["total_duty_rate"] == pytest.approx(0.27)
