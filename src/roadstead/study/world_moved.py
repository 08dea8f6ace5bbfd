"""Whether the world has moved since a run was made, and how; the run itself stands on the one it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.study import manifest
from roadstead.study.footing import Footing, footing, own_folders
from roadstead.study.snapshot import of_run
from roadstead.study.world_diff import WorldDiff, WorldSide, between, side
from roadstead.study.world_tables import PACKAGED
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.packaged import standing_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any


def moved(folder: Path, own: Mapping[str, Path] | None = None) -> WorldDiff | None:
    """How the world of today differs from the one a run was made with; None where no row does.

    No table is told of a run that kept no world and was made with another than today's: how it moved is not known.

    Parameters
    ----------
    own
        Folders of a user's own tables, by the folder of a case that holds such, in place of those of the case that was planned.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder; RS-S782 where its world cannot be read; every fault of a user's own tables.
    """
    told = manifest.read(folder)
    with standing_on(None):
        now = Footing(PACKAGED, own={**_own_now(folder, told), **(own or {})})
        try:
            was = of_run(folder)
        except RoadsteadError as error:
            if {fault.code for fault in error.faults} != {"RS-S783"}:
                raise
            kept = told["reference_world"]
            built_on, digest = str(kept.get("built_on", "")), kept["sha256"]
            return WorldDiff(WorldSide(str(folder), f"{built_on}+{digest[:12]}", digest, built_on, ""), side(now), ())
        if was.sha256 == now.sha256:
            return None
        found = between(was, now)
    return found if found.tables else None


def _own_now(folder: Path, told: Mapping[str, Any]) -> Mapping[str, Path]:
    """The own tables of the case as it lies there today; those that the run kept where it is gone, or was planned with patches."""
    case = folder / told["made_from"] if told.get("made_from") else None
    if case is None or not case.exists():
        return own_folders(folder / manifest.INPUTS)
    return footing(case).own
