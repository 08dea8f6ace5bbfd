"""The folder a desk works in: which cases and runs there are, by name. No name from outside is ever made into a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from roadstead.playbook.book import Name
from roadstead.study import bundled, manifest
from roadstead.study.bundled import CASE_FILE
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Shown = TypeVar("Shown")
RUNS, CASES, OWN = "runs", "cases", ".desk"
"""Folders of a workplace: run folders, cases, and what the desk keeps for itself."""
DATABASE = "desk.sqlite"
MANIFEST = manifest.NAME


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case that can be planned; ``is_bundled`` where it came with the package."""

    name: str
    folder: Path
    title: Name
    is_bundled: bool


@dataclass(frozen=True, slots=True)
class RunShown:
    """A finished run, as its manifest tells it.

    Attributes
    ----------
    npv, value_added
        Worth of the plan, and of it over today's and committed footprint. [money]
    gap
        Share of NPV left unproven. [fraction]
    files
        SHA-256 of every file of the run, by its place in the folder.
    """

    name: str
    folder: Path
    case: Name
    made_at: str
    patches: tuple[str, ...]
    language: str
    currency: str
    npv: float
    value_added: float | None
    gap: float
    files: dict[str, str]


class Workplace:
    """Cases and runs of a folder, looked up in lists that the folder itself gives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._read: dict[Path, tuple[int, Any]] = {}

    @property
    def runs_folder(self) -> Path:
        """Where run folders are written."""
        return self.folder / RUNS

    @property
    def own(self) -> Path:
        """What the desk keeps for itself: its database, cases that wait, searches that are not finished."""
        return self.folder / OWN

    def cases(self) -> dict[str, CaseShown]:
        """Every case by name: those of the folder, then bundled ones whose name is still free."""
        found: dict[str, CaseShown] = {}
        for path in (
            self.folder / CASE_FILE,
            *_within(self.folder, CASE_FILE),
            *_within(self.folder / CASES, CASE_FILE),
        ):
            if path.is_file() and path.parent.name not in found:
                found[path.parent.name] = self._case(path, is_bundled=False)
        for name in bundled.names():
            found.setdefault(name, self._case(bundled.bundled(name) / CASE_FILE, is_bundled=True))
        return found

    def case(self, name: str) -> CaseShown:
        """A case by its name; RS-B803 where there is none."""
        return _named(self.cases(), name, "case")

    def runs(self) -> dict[str, RunShown]:
        """Every run by name, the latest first."""
        found = [run for path in _within(self.runs_folder, MANIFEST) if (run := self._run(path)) is not None]
        return {run.name: run for run in sorted(found, key=lambda run: (run.made_at, run.name), reverse=True)}

    def run(self, name: str) -> RunShown:
        """A run by its name; RS-B803 where there is none."""
        return _named(self.runs(), name, "run")

    def file(self, run: RunShown, name: str) -> Path:
        """A file that a run wrote, by its place in the run folder; RS-B803 for any other."""
        path = run.folder / name
        if name != MANIFEST and name not in run.files:
            raise RoadsteadError(missing(name, "file of this run"))
        if not path.is_file() or not path.resolve().is_relative_to(run.folder.resolve()):
            raise RoadsteadError(missing(name, "file of this run"))
        return path

    def _case(self, path: Path, *, is_bundled: bool) -> CaseShown:
        title = self._known(path, _title)
        return CaseShown(path.parent.name, path.parent, title or Name(path.parent.name, path.parent.name), is_bundled)

    def _run(self, path: Path) -> RunShown | None:
        found: RunShown | None = self._known(path, _shown)
        return found

    def _known(self, path: Path, read: Callable[[Path], Any]) -> Any:
        """What a file says, read once until it changes."""
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return None
        if self._read.get(path, (None,))[0] != changed:
            self._read[path] = (changed, read(path))
        return self._read[path][1]


def _within(folder: Path, name: str) -> Iterator[Path]:
    """A file of that name in every visible folder of a folder."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return
    for one in inside:
        if not one.name.startswith(".") and (one / name).is_file():
            yield one / name


def _named(known: dict[str, Shown], name: str, kind: str) -> Shown:
    try:
        return known[name]
    except KeyError:
        raise RoadsteadError(missing(name, kind)) from None


def missing(name: str, kind: str) -> Fault:
    """Nothing of that name is there."""
    return Fault(name[:80], "RS-B803", f"there is no {kind} of this name", "a name from the desk's own lists")


def disk_failed(error: OSError) -> Fault:
    """The disk did not do what it was asked; the system's own words, without the path."""
    said = f"the disk did not do what it was asked: {error.strerror or 'no reason given'}"
    return Fault("", "RS-B807", said, "room and permission in the workplace; nothing is lost")


def _title(path: Path) -> Name | None:
    """A case's name in two languages; None where the file cannot be read, which checking it tells more about."""
    try:
        root = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
        return Name(str(root["name"]), str(root.get("name_zh") or root["name"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, YAMLError):
        return None


def _shown(path: Path) -> RunShown | None:
    try:
        told = manifest.read(path.parent)
    except RoadsteadError:
        return None
    if "gap_npv" not in told["result"]:
        return None
    result, money, case = told["result"], told.get("money", {}), str(told.get("case", ""))
    standing = result["standing"]
    return RunShown(
        name=path.parent.name,
        folder=path.parent,
        case=Name(case, str(told.get("case_zh") or case)),
        made_at=str(told.get("made_at", "")),
        patches=tuple(map(str, told.get("patches", ()))),
        language=str(told.get("language", "en")),
        currency=str(money.get("currency", "")),
        npv=result["npv"],
        value_added=None if standing is None else result["npv"] - standing,
        gap=result["gap_npv"],
        files=told["files"],
    )
