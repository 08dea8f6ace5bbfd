"""Inputs of run folders read and evaluated once for all tests of a module that look at something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.study import kept, rehearsing, store
from roadstead.study.manifest import files_of, sha256
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.packaged import edition

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    import numpy as np
    import pytest

    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready


class Once:
    """What inputs gave, by what stands in every one of their files: those that a test spoiled are read and evaluated anew."""

    def __init__(self) -> None:
        self.read_so_far: dict[Hashable, Study] = {}
        self.evaluated: dict[Hashable, tuple[Study, Ready]] = {}

    def read(self, folder: Path) -> Study:
        key = edition(), tuple((path.relative_to(folder), sha256(path)) for path in files_of(folder))
        if key not in self.read_so_far:
            self.read_so_far[key] = read_study(folder)
        return self.read_so_far[key]

    def prepare(self, study: Study, progress: Progress, answered: Mapping[str, np.ndarray] | None = None) -> Ready:
        given = tuple((name, prices.tobytes()) for name, prices in (answered or {}).items())
        key = id(study), answered is None, given
        if key not in self.evaluated:
            self.evaluated[key] = study, prepare(study, progress, answered)
        return self.evaluated[key][1]

    def stands_in(self, patch: pytest.MonkeyPatch) -> None:
        """Whoever reads and evaluates the inputs of a run asks here."""
        for room in (kept, store, rehearsing):
            patch.setattr(room, "read_study", self.read)
        for room in (kept, store):
            patch.setattr(room, "prepare", self.prepare)
