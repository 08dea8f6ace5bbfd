"""A sweep: one or several cases planned again at every point of a grid, or with every assumption low and high, and kept point by point.

Each point is a case of its own (study/patched.py) that is evaluated, planned and answered by rivals. What came of it is a line in the sweep's
folder as soon as it is known, under a key of all that it rests on: a sweep that was ended goes on with the points that are missing.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.footprint.solve import UNPLANNED
from roadstead.playbook.reading import tool_names
from roadstead.study import manifest, scenarios
from roadstead.study.axes import AS_IT_STANDS, MOST
from roadstead.study.bundled import case_folder, case_name
from roadstead.study.checkpoint import Searches
from roadstead.study.outcome import from_row, outcome
from roadstead.study.patch import read_all
from roadstead.study.patched import work_in
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare, read_back, settle
from roadstead.study.workplace import place_for_work
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.footprint.solve import Effort
    from roadstead.study.axes import Point
    from roadstead.study.outcome import Outcome
    from roadstead.study.patch import Asked, Patch
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study

POINTS = "points.jsonl"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """One case at one point: what came of it, or why nothing did.

    Attributes
    ----------
    values
        Value by axis; none for the case as it stands.
    text
        Everything that was worked into the case, in a line.
    """

    case: str
    name: tuple[str, str]
    values: Mapping[str, str]
    text: str
    outcome: Outcome | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Swept(Shown):
    """A whole sweep.

    Attributes
    ----------
    axes
        Names of the axes, or of the assumptions of a tornado.
    is_tornado
        True where points are assumptions at their low and high ends.
    names
        English and Chinese names of lines, of tools at them, and of places, by id.
    territory
        Customs territory of places, by id.
    again
        Points that were taken from what an earlier sweep had found.
    """

    axes: tuple[str, ...]
    is_tornado: bool
    fixed: tuple[str, ...]
    points: tuple[PlannedPoint, ...]
    names: Mapping[str, tuple[str, str]]
    territory: Mapping[str, str]
    currency: str
    price_year: int
    again: int


@dataclass(frozen=True, slots=True)
class _Task:
    """A case with what is worked into it at every point alike."""

    case: str
    base: Study
    fixed: tuple[tuple[str, tuple[Patch, ...]], ...]
    points: tuple[Point, ...]
    effort: Effort


def sweep(
    cases: Sequence[Path],
    points_of: Callable[[Study], tuple[Point, ...]],
    effort_of: Callable[[Study], Effort],
    *,
    fixed: Sequence[str | Asked] = (),
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Swept:
    """Plan every case at every point.

    Parameters
    ----------
    points_of, effort_of
        The points of a case, and how hard to look.
    fixed
        Patches that hold at every point.
    folder
        Where points are kept, and found again; None keeps none.

    Raises
    ------
    RoadsteadError
        With the faults of cases and patches; RS-S741 for too many points or cases in several currencies, RS-S742 for a folder with something
        else in it.
    """
    watched = progress or Quiet()
    watched.begin("facts")
    tasks = [_task(Path(case), points_of, effort_of, fixed) for case in cases]
    _must_be_one_sweep(tasks)
    kept = _Kept(folder)
    total = sum(len(task.points) for task in tasks)
    watched.begin("sweep")
    found: list[PlannedPoint] = []
    for task in tasks:
        for point in task.points:
            found.append(_planned(task, point, kept))
            watched.done(len(found), total)
    first, gazetteer = tasks[0], tasks[0].base.world.gazetteer
    axes = tuple(dict.fromkeys(name for task in tasks for point in task.points for name, _ in point.values))
    return Swept(
        axes=axes,
        is_tornado=False,
        fixed=tuple(text for text, _ in first.fixed),
        points=tuple(found),
        names={key: name for task in tasks for key, name in _names(task.base).items()},
        territory={place: gazetteer.territory(place) for place in gazetteer.places},
        currency=first.base.case.money.currency,
        price_year=first.base.case.money.price_year,
        again=kept.again,
    )


def _task(
    case: Path,
    points_of: Callable[[Study], tuple[Point, ...]],
    effort_of: Callable[[Study], Effort],
    fixed: Sequence[str | Asked],
) -> _Task:
    base = read_study(case_folder(case))
    resolved = tuple(scenarios.resolved(base, read_all(fixed)))
    points = points_of(base)
    task = _Task(case_name(case), base, resolved, points, effort_of(base))
    for point in (AS_IT_STANDS, *points[-1:]):  # what cannot be worked in is told before anything is planned
        with place_for_work() as place:
            _worked_in(task, point, Path(place) / task.case)
    return task


def _must_be_one_sweep(tasks: Sequence[_Task]) -> None:
    total = sum(len(task.points) for task in tasks)
    if total > MOST:
        raise RoadsteadError(Fault("--over", "RS-S741", f"{total:,} points in all", f"at most {MOST:,}"))
    money = {(task.base.case.money.currency, task.base.case.money.price_year) for task in tasks}
    if len(money) > 1:
        told = ", ".join(f"{currency} of {year}" for currency, year in sorted(money))
        raise RoadsteadError(Fault("", "RS-S741", f"the cases count in {told}", "cases in one currency and price year"))
    named = [task.case for task in tasks]
    if len(set(named)) < len(named):
        raise RoadsteadError(
            Fault("", "RS-S741", "two cases have folders of one name", "each case once, under its name")
        )


def _names(study: Study) -> dict[str, tuple[str, str]]:
    """Names of lines, of tools at them, and of places, by id."""
    places = study.world.gazetteer.places
    tools = {key: (name.en, name.zh) for key, name in tool_names(study.carmaker, study.names).items()}
    return {key: (place.name, place.name_zh) for key, place in places.items()} | dict(study.names) | tools


def _worked_in(task: _Task, point: Point, into: Path) -> Study:
    patches = [patch for _, inside in task.fixed for patch in inside]
    texts = [*(text for text, _ in task.fixed), *(patch.text for patch in point.patches)]
    try:
        return work_in(task.base, [*patches, *point.patches], into, texts)
    except RoadsteadError as error:
        over = {f"--set {patch.text}": f"--over {patch.text}" for patch in point.patches}  # as the person asked for it
        raise RoadsteadError([replace(one, where=over.get(one.where, one.where)) for one in error.faults]) from None


def _planned(task: _Task, point: Point, kept: _Kept) -> PlannedPoint:
    """One point: as it was found before, or planned now."""
    said = (task.case, (task.base.case.name, task.base.case.name_zh), dict(point.values))
    text = ", ".join(filter(None, (*(text for text, _ in task.fixed), point.text)))
    with place_for_work() as place:
        into = Path(place) / task.case
        study = _worked_in(task, point, into)
        key = _key(into, task.effort)
        row = kept.found.get(key)
        if row is not None:
            kept.again += 1
            return PlannedPoint(*said, text, from_row(row))
        try:
            ready = prepare(study, Quiet())
            settled = settle(study, ready, task.effort, Quiet(), Searches())
        except RoadsteadError as error:
            if {fault.code for fault in error.faults} <= UNPLANNED:
                return PlannedPoint(*said, text, None, str(error.faults[0]))
            raise
        came = outcome(settled, read_back(study, settled.ready, settled.solved))
    kept.keep(key, came, {"case": task.case, "text": text})
    return PlannedPoint(*said, text, came)


def _key(folder: Path, effort: Effort) -> str:
    """SHA-256 of all that a point rests on: the case as it stands there, the package, and how hard is looked."""
    rests_on = {
        "format": FORMAT,
        "files": manifest.hashes(folder, manifest.files_of(folder)),
        "world": manifest.packaged_digest(),
        "versions": manifest.versions(),
        "effort": [effort.gap, effort.seconds],
    }
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()


class _Kept:
    """Points on disk, one line each; a line that was cut short counts for nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.path = None if folder is None else folder / POINTS
        self.found: dict[str, Mapping[str, Any]] = {}
        self.again = 0
        if folder is None or self.path is None:
            return
        if folder.exists() and not self.path.exists() and (not folder.is_dir() or any(folder.iterdir())):
            expected = "a folder that does not exist yet, an empty one, or that of a sweep"
            raise RoadsteadError(Fault(str(folder), "RS-S742", "something else lies there", expected))
        folder.mkdir(parents=True, exist_ok=True)
        self._read()

    def _read(self) -> None:
        assert self.path is not None
        if not self.path.exists():
            self.path.touch()
            return
        text = self.path.read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            try:
                row = json.loads(line)
                from_row(row["outcome"])
                self.found[row["key"]] = row["outcome"]
            except (ValueError, KeyError, TypeError, AssertionError):
                continue
        if text and not text.endswith("\n"):
            self._append("\n")

    def keep(self, key: str, came: Outcome, told: Mapping[str, str]) -> None:
        """Write a point, to the disk before the next one begins."""
        if self.path is not None:
            row = {"key": key, **told, "outcome": asdict(came)}
            self._append(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")

    def _append(self, text: str) -> None:
        assert self.path is not None
        with self.path.open("a", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
