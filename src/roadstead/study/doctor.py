"""Is everything here that planning needs: versions, solver, fonts, browser, a place to write, facts of some freshness."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from roadstead.study.silence import solver_silenced
from roadstead.trade.law import AS_OF
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

OLDEST = 180
"""Days after which packaged rules are called old."""
CJK_FILES = ("notosanscjk", "notoserifcjk", "sourcehan", "wqy", "droidsansfallback", "uming", "ukai", "msyh")
CJK_FILES_OF_MAKERS = ("simsun", "pingfang", "stheiti", "hiragino")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PACKAGES = (
    "altair",
    "cyclopts",
    "highspy",
    "jinja2",
    "numpy",
    "polars",
    "pydantic",
    "rich",
    "ruamel.yaml",
    "scipy",
    "vl-convert-python",
    "xlsxwriter",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    state
        ``good``; ``lacking`` where something useful is not here; ``broken`` where planning cannot work.
    advice
        What to do, where it is not good.
    """

    name: str
    state: Literal["good", "lacking", "broken"]
    found: str
    advice: str = ""


def examine(folder: Path, today: date) -> tuple[Finding, ...]:
    """Look at everything; ``folder`` is where runs would be written."""
    return (
        _versions(),
        _packages(),
        _solver(),
        _writing(folder),
        _age(today),
        _fonts(),
        _browser(),
    )


def version() -> str:
    """Version of the installed package."""
    return metadata.version("roadstead")


def _versions() -> Finding:
    found = f"roadstead {version()}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return Finding("versions", "good", f"{found}, {os.cpu_count()} processors")


def _packages() -> Finding:
    told, lacking = [], []
    for name in PACKAGES:
        try:
            told.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lacking.append(name)
    if lacking:
        advice = "install roadstead again, with its dependencies"
        return Finding("packages", "broken", f"not installed: {', '.join(lacking)}", advice)
    return Finding("packages", "good", ", ".join(told))


def _solver() -> Finding:
    """HiGHS, tried on a program of one variable."""
    try:
        import highspy

        with solver_silenced():
            solver = highspy.Highs()  # type: ignore[no-untyped-call]
            solver.silent()
            solver.addVar(0.0, 3.0)
            solver.changeColCost(0, -1.0)
            solver.run()
            answer = solver.getInfo().objective_function_value
    except (ImportError, OSError, RuntimeError) as error:
        return Finding("solver", "broken", str(error), "install highspy again")
    if abs(answer + 3.0) > 1e-6:
        return Finding("solver", "broken", f"HiGHS finds {answer} where -3 is right", "install highspy again")
    return Finding("solver", "good", f"HiGHS {metadata.version('highspy')} solves")


def _writing(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as handle:
            handle.write(b"roadstead")
    except OSError as error:
        advice = "another folder, or `--out` with one that can be written to"
        return Finding("writing", "lacking", f"{folder}: {error.strerror or error}", advice)
    free = shutil.disk_usage(folder).free / 1e9
    return Finding("writing", "good", f"{folder} can be written to, {free:.1f} GB are free")


def _age(today: date) -> Finding:
    days = (today - AS_OF).days
    found = f"rules as of {AS_OF}, {days} days ago; facts built on {reference.BUILT_ON}"
    if days > OLDEST:
        return Finding("facts", "lacking", found, "a newer roadstead, or your own rows for what has changed since")
    return Finding("facts", "good", found)


def _fonts() -> Finding:
    """A font with Chinese characters, for charts drawn as pictures."""
    for look in (_listed_fonts, _font_files):
        name = look()
        if name:
            return Finding("fonts", "good", f"{name} has Chinese characters")
    advice = "a font such as Noto Sans CJK, if pictures with Chinese text are wanted"
    return Finding("fonts", "lacking", "no font with Chinese characters", advice)


def _listed_fonts() -> str:
    program = shutil.which("fc-list")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed question to the system's own font list
            [program, ":lang=zh", "family"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.split("\n", 1)[0].split(",")[0].strip()


def _font_files() -> str:
    folders = [Path.home() / ".fonts", Path.home() / "Library/Fonts"]
    if sys.platform == "darwin":
        folders += [Path("/System/Library/Fonts"), Path("/Library/Fonts")]
    elif sys.platform == "win32":
        folders.append(Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts")
    else:
        folders.append(Path("/usr/share/fonts"))
    wanted = (*CJK_FILES, *CJK_FILES_OF_MAKERS)
    for folder in folders:
        for path in folder.rglob("*") if folder.is_dir() else ():
            name = path.name.lower().replace("-", "").replace(" ", "")
            if name.startswith(wanted):
                return path.stem
    return ""


def _browser(which: Callable[[str], str | None] = shutil.which) -> Finding:
    for name in BROWSERS:
        path = which(name)
        if path:
            return Finding("browser", "good", f"{name} for the tests of pages")
    advice = "none for planning: any browser opens a playbook; the tests of its pages need Chromium"
    return Finding("browser", "lacking", "no Chromium on the path", advice)
