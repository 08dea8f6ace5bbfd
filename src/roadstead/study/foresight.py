"""What a program may ask of the futures: the catalogue of events, packaged or a case's own, beside what the past counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.futures.foresight import Foresight

HOME = "CHN"
"""Country whose cars the past is counted for where no case says another."""


def futures(case: Path | str | None = None, event: str = "") -> Foresight:
    """Read the catalogue of events out, with the case's own rows and as known on its day where a case is named.

    ``event`` leaves the one of this id.

    Raises
    ------
    RoadsteadError
        With every fault of the case and of its tables of events.
    """
    from roadstead.futures import catalogue
    from roadstead.futures.counting import Ground
    from roadstead.futures.foresight import foresee
    from roadstead.study.api import read_case
    from roadstead.trade import rulebook
    from roadstead.trade.law import AS_OF
    from roadstead.world import reference

    if case is None:
        world = reference.load()
        found = catalogue.load(world.gazetteer, world.sources)
        return foresee(found, Ground(rulebook.load(AS_OF), world, found.episodes, HOME, AS_OF), event)
    study = read_case(case)
    folder = study.folder / catalogue.FOLDER
    found = catalogue.load(study.world.gazetteer, study.sources, folder if folder.is_dir() else None)
    laws = rulebook.load(study.as_known_on, study.own_rules, study.world.dollars().keys())
    until = min(study.as_known_on, AS_OF)
    return foresee(found, Ground(laws, study.world, found.episodes, study.carmaker.home.place, until), event)
