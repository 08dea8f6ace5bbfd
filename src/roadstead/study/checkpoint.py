"""What a search has found so far, on disk: a run that was ended by force goes on from there.

One folder a problem, named by the problem's digest: the best decisions, the cuts of one program, and the prices of every round of
a decomposition, each file written whole or not at all. What cannot be read is not gone on from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from roadstead.footprint.linking import LinkingCuts
from roadstead.footprint.lump_prices import Lumps
from roadstead.footprint.plan import Decisions
from roadstead.footprint.pricing import BarePrices
from roadstead.footprint.session import Checkpoint, News, Session
from roadstead.footprint.solve import solve
from roadstead.study.parquet import digest
from roadstead.terms.zips import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from roadstead.footprint.plan import Pin
    from roadstead.footprint.solve import Effort, Solved
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.study.progress import Progress

    Part = TypeVar("Part")

PAUSE = 1.0
"""Time between two writings of a best plan: a solver may find many at once. [s]"""
LENGTH = 16
"""Letters of a digest that name a folder."""
DAMAGED = (*BROKEN, KeyError, TypeError)
"""What reading a file that was cut short may raise."""
NESTED = {"lumps": Lumps}
"""Fields that are no arrays but made of some."""


class Unfinished:
    """The folder of one problem's search."""

    def __init__(self, under: Path, name: str) -> None:
        self.folder = under / name[:LENGTH]
        self._written, self._rounds = -np.inf, len(self._prices())
        self._waiting: Decisions | None = None

    def found(self) -> Checkpoint | None:
        """What there is to go on from; None where that is nothing."""
        decisions = _read(self.folder / "decisions.npz", Decisions)
        cuts = _read(self.folder / "cuts.npz", LinkingCuts)
        prices = tuple(p for path in self._prices() if (p := _read(path, BarePrices)) is not None)
        return Checkpoint(decisions, cuts, prices) if decisions or cuts or prices else None

    def keep(self, new: Checkpoint) -> None:
        """Write what is new; a better plan only once some time has passed since the last (``write_waiting``).

        A disk that is full or gone loses the checkpoint, not the plan.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for price in new.prices:
                self._rounds += 1
                _write(self.folder / f"prices-{self._rounds:05}.npz", price)
            if new.cuts is not None and new.cuts.count:
                _write(self.folder / "cuts.npz", new.cuts)
        except OSError:
            return
        self._waiting = new.decisions or self._waiting
        self.write_waiting()

    def write_waiting(self) -> None:
        """Write the best plan, if it has not been written yet and the last was written some time ago."""
        if self._waiting is None or time.monotonic() - self._written <= PAUSE:
            return
        with suppress(OSError):
            _write(self.folder / "decisions.npz", self._waiting)
            self._written, self._waiting = time.monotonic(), None

    def ended(self, decisions: Decisions) -> None:
        """Write the plan that the search has ended with, however short ago the last was written."""
        self._written = -np.inf
        self.keep(Checkpoint(decisions))

    def done(self) -> None:
        """Forget it: what it was for is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prices(self) -> list[Path]:
        return sorted(self.folder.glob("prices-*.npz"))


class Searches:
    """The searches of one run, each kept until the run is done; without a folder none is."""

    def __init__(self, under: Path | None = None) -> None:
        self._under = under
        self._begun: list[Unfinished] = []

    def begin(self, name: str) -> Unfinished | None:
        """Where a search is kept."""
        if self._under is None:
            return None
        self._begun.append(Unfinished(self._under, name))
        return self._begun[-1]

    def done(self) -> None:
        """Forget all of them: nothing is left to go on from."""
        for each in self._begun:
            each.done()


def _write(path: Path, part: Any) -> None:
    """Write every array of a value to one file, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    found = dict(_flat(part))
    try:
        with beside.open("wb") as handle:
            np.savez(handle, allow_pickle=False, **found)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _flat(part: Any) -> Iterator[tuple[str, Any]]:
    """Arrays of a value by name, those of its parts under its own."""
    for f in fields(part):
        value = getattr(part, f.name)
        if f.name in NESTED:
            yield from ((f"{f.name}.{name}", inner) for name, inner in _flat(value))
        else:
            yield f.name, value


def _read(path: Path, kind: type[Part]) -> Part | None:
    """A value back from its file; None where there is none, or it is damaged."""
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as found:
            return kind(**_given(found, kind, ""))
    except DAMAGED:
        return None


def _given(found: Mapping[str, Any], kind: type[Any], under: str) -> dict[str, Any]:
    """The fields of a value from its arrays by name."""
    names = [(f.name, under + f.name) for f in fields(kind)]
    return {
        name: NESTED[name](**_given(found, NESTED[name], f"{path}.")) if name in NESTED else found[path]
        for name, path in names
    }


def solve_watched(
    tree: ScenarioTree,
    prospect: Prospect,
    effort: Effort,
    pins: tuple[Pin, ...],
    progress: Progress,
    searches: Searches,
) -> Solved:
    """Plan, telling how far it is; where searches are kept, go on from what was found and keep what is."""
    kept = searches.begin(problem_digest(tree, prospect, pins))
    if kept is None:
        return solve(tree, prospect, effort, pins=pins, session=Session(progress.gap, progress.stopped))
    found = kept.found()
    if found is not None:
        progress.begin("resumed")

    def tell(news: News) -> None:
        kept.write_waiting()
        progress.gap(news)

    session = Session(tell, progress.stopped, kept.keep, found)
    solved = solve(tree, prospect, effort, pins=pins, session=session)
    kept.ended(solved.plan.decisions)
    return solved


def problem_digest(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...]) -> str:
    """SHA-256 of everything a plan depends on but the effort."""
    summed = hashlib.sha256(digest(prospect).encode())
    for array in (tree.parent, tree.start, tree.years, tree.branch_probability):
        summed.update(np.ascontiguousarray(array).tobytes())
    summed.update(repr(pins).encode())
    return summed.hexdigest()
