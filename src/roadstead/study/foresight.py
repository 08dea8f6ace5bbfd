"""What a program may ask of the futures and of a finished run: the catalogue of events, what has come of a run's triggers, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.futures.catalogue.foresight import EventChances
    from roadstead.study.progress import Progress
    from roadstead.study.trail.why import Why
    from roadstead.study.watch import Watched


def futures(case: Path | str | None = None, event: str = "") -> EventChances:
    """Read the catalogue of events out, with the case's own rows and as known on its day where a case is named.

    ``event`` leaves the one of this id.

    Raises
    ------
    RoadsteadError
        With every fault of the case and of its tables of events.
    """
    from roadstead.futures.catalogue import catalogue
    from roadstead.futures.catalogue.counting import Ground
    from roadstead.futures.catalogue.foresight import event_chances
    from roadstead.study.api import read_case
    from roadstead.terms.ids import HOME
    from roadstead.trade import rulebook
    from roadstead.trade.law import AS_OF
    from roadstead.world import reference

    if case is None:
        world = reference.load()
        found = catalogue.load(world.gazetteer, world.sources)
        return event_chances(found, Ground(rulebook.load(AS_OF), world, found.episodes, HOME, AS_OF), event)
    study = read_case(case)
    found = study.catalogue or catalogue.load(study.world.gazetteer, study.sources, study.own_events)
    laws = rulebook.load(study.as_known_on, study.own_rules, study.world.dollars().keys())
    until = min(study.as_known_on, AS_OF)
    return event_chances(found, Ground(laws, study.world, found.episodes, study.carmaker.home.place, until), event)


def watch(
    run: Path | str,
    as_of: date | str | None = None,
    *,
    rules: Path | str | None = None,
    world: Path | str | None = None,
    progress: Progress | None = None,
) -> Watched:
    """Replay the triggers of a run folder on newer rules and facts.

    Parameters
    ----------
    as_of
        Day whose knowledge counts; that of the packaged rules where None.
    rules, world
        Folders of a user's own rules and facts, in place of those that the case brought.
    """
    from roadstead.study import watch as watching
    from roadstead.study.silence import solver_silenced

    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    with solver_silenced():
        return watching.watch(
            Path(run),
            day,
            rules=None if rules is None else Path(rules),
            world=None if world is None else Path(world),
            progress=progress,
        )


def why(run: Path | str, key: str = "", *, progress: Progress | None = None) -> Why:
    """Walk from a figure of a run's playbook back to the rows it rests on; without a key, every key of the playbook with its figure.

    Parameters
    ----------
    key
        Of the figure, for instance ``landed/DEU/city/home/2032``.
    """
    from roadstead.study.progress import Quiet
    from roadstead.study.silence import solver_silenced
    from roadstead.study.trail.why import why as followed

    with solver_silenced():
        return followed(Path(run), key, progress or Quiet())
