"""A finished plan rehearsed on fresh paths: those that come after the ones its tree was grown from."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as replaced
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.events import TreePlan
from roadstead.futures.growth.fan import drawn
from roadstead.playbook.book import Name
from roadstead.playbook.breaks import broken
from roadstead.playbook.breaks_book import HOWS
from roadstead.playbook.confirmed import confirmed, fresh_paths
from roadstead.playbook.observed import seen
from roadstead.playbook.policies import EXPORTS, policies
from roadstead.playbook.rehearsal_told import chapter, rehearsed_book
from roadstead.playbook.rehearse import foresee, outcomes, rehearse
from roadstead.playbook.signposts import posted
from roadstead.study import manifest
from roadstead.study.api import effort_of, read_case
from roadstead.study.bundled import CASE_FILE
from roadstead.study.checkpoint import Searches
from roadstead.study.kept import Kept, add_rehearsal, is_run, kept_book, may_be_rehearsed, must_be_as_written, take_up
from roadstead.study.progress import Quiet
from roadstead.study.rehearsal_tables import tabled
from roadstead.study.silence import solver_silenced
from roadstead.study.snapshot import world_of
from roadstead.study.spec import read_study
from roadstead.study.study import others, prepare, read_back, settle
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.world.plants import japanese_wait

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from roadstead.footprint.solve import Effort
    from roadstead.playbook.book import Book
    from roadstead.playbook.breaks_book import Broken, How
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.rehearsal_book import FreshPaths, Outcome
    from roadstead.playbook.rehearse import Foreseen, Policy, Rehearsed
    from roadstead.playbook.signposts import Posted
    from roadstead.playbook.signs_book import Confirmed
    from roadstead.playbook.yardsticks import Yardstick
    from roadstead.study.api import Planned, Wanted
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready
    from roadstead.terms.arrays import Ints

PATHS, AHEAD = 1000, 100
"""Fresh paths, and those of them planned with perfect foresight, where nobody says how many."""
PART = 125
"""Paths whose prospects are worked out together, at most: the more, the more often a law is met again."""


@dataclass(frozen=True, slots=True)
class Size:
    """How far a rehearsal goes.

    Attributes
    ----------
    paths, ahead
        Fresh paths, and how many of them are planned with perfect foresight.
    breaks
        What counts as breaking where each way is told to.
    """

    paths: int = PATHS
    ahead: int = AHEAD
    breaks: How = "exports"

    def check(self) -> None:
        """RS-S622 where there are no such numbers of paths, or breaking is called something else."""
        faults = []
        if self.paths < 1:
            faults.append(Fault("--paths", "RS-S622", f"{self.paths} paths", "a whole number from 1"))
        if self.ahead < 0:
            faults.append(Fault("--ahead", "RS-S622", f"{self.ahead} paths", "a whole number from 0"))
        if self.breaks not in HOWS:
            faults.append(Fault("--breaks", "RS-S622", f"{self.breaks!r}", f"one of {', '.join(HOWS)}"))
        raise_if_any(faults)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What policies came to on fresh paths.

    Attributes
    ----------
    currency
        Of all money.
    first
        Number of the first path.
    wait
        Years from the first limit to a plant's first car, by which the Japanese timetable goes.
    on_tree
        Expected NPV of the plan on its own tree. [money]
    broken
        Where each way to act breaks.
    signs
        The plan's signposts on these paths.
    """

    currency: str
    first: int
    wait: int
    on_tree: float
    rehearsed: Rehearsed
    foreseen: Foreseen | None
    outcomes: tuple[Outcome, ...]
    broken: tuple[Broken, ...] = ()
    signs: tuple[Confirmed, ...] = ()

    @property
    def told(self) -> FreshPaths:
        """As the playbook tells it."""
        found = chapter(self.rehearsed, self.foreseen, self.outcomes, self.on_tree, self.wait)
        return replaced(found, broken=self.broken, signs=self.signs)


def rehearse_folder(
    path: Path | str,
    *,
    paths: int = PATHS,
    ahead: int = AHEAD,
    breaks: How = "exports",
    replace: bool = False,
    progress: Progress | None = None,
    **wanted: Unpack[Wanted],
) -> Rehearsal:
    """Try a plan and other ways to act on fresh paths: of a case, which is planned, or of a run, whose plan is taken as it stands.

    What a run's rehearsal came to is written into its folder, and its playbook tells it from then on.

    Parameters
    ----------
    path
        Folder of a case whose tree is grown from paths, or of a run of one.
    paths
        Fresh paths.
    ahead
        How many of them are planned with perfect foresight; 0 for none.
    breaks
        What counts as breaking where each way is told to: worth less than exports alone, its own worst tenth, or much short of the best.
    replace
        Whether a rehearsal that a run has already gives way.

    Raises
    ------
    RoadsteadError
        RS-S622 where there are no such numbers of paths, or breaking is called something else; RS-S625 where the case declares its tree. Of a run: RS-S703 where it cannot be
        read, RS-S704 where it is rehearsed already, RS-S705 where it is not as it was written, RS-S702 where nothing can be written.
    """
    size = Size(paths, ahead, breaks)
    size.check()
    watched, folder = progress or Quiet(), Path(path)
    if is_run(folder):
        may_be_rehearsed(folder, replace=replace)
    watched.begin("facts")
    with solver_silenced():
        if is_run(folder):
            with world_of(folder):
                return _rehearse_run(folder, size, watched, wanted)
        study = read_case(folder)
        return rehearse_case(study, size, effort_of(study.case, **wanted), watched)


def must_be_grown(study: Study) -> None:
    """RS-S625 where the case's tree is declared: then there are no paths to draw fresh ones of."""
    if isinstance(study.tree, TreePlan):
        where = study.pin_places.get("tree", CASE_FILE)
        message = "the tree is declared, so no fresh paths can be drawn"
        raise RoadsteadError(Fault(where, "RS-S625", message, "a tree that is `grown:` from paths"))


def rehearse_case(study: Study, size: Size, effort: Effort, progress: Progress) -> Rehearsal:
    """Plan a case, and rehearse the plan beside other ways to act; RS-S625 where its tree is declared."""
    must_be_grown(study)
    ready = prepare(study, progress)
    progress.begin("plan")
    settled = settle(study, ready, effort, progress, Searches())
    progress.begin("comparisons")
    ready = settled.ready
    held_against = others(study, ready, effort)
    return _rehearse(ready, read_back(study, ready, settled.solved), held_against, size, (effort, progress))


def rehearse_planned(
    planned: Planned, size: Size | None = None, progress: Progress | None = None
) -> tuple[Planned, Rehearsal]:
    """Rehearse a plan that was just made, with the effort it was made with; its book tells it, and its run folder where it has one.

    Raises
    ------
    RoadsteadError
        As of a run that is rehearsed by ``rehearse_folder``.
    """
    run, watched, wanted = planned.run, progress or Quiet(), size or Size()
    wanted.check()
    must_be_grown(run.ready.study)
    effort = run.effort
    if watched.stopped():  # whoever ended the search early waits for nothing better than it in the other ways
        effort = replaced(effort, gap=max(effort.gap, run.solved.gap_reached))
    with solver_silenced():
        watched.begin("comparisons")
        reading = read_back(run.ready.study, run.ready, run.solved)
        found = _rehearse(run.ready, reading, run.held_against, wanted, (effort, watched))
    book = rehearsed_book(run.book, found.told)
    if planned.folder is not None:
        watched.begin("pages")
        kept = Kept(planned.folder, {"result": manifest.result(run)}, run.ready, reading)
        told = _with_trails(rehearsed_book(kept_book(planned.folder), found.told), kept, found)
        add_rehearsal(planned.folder, told, found)
    return replaced(planned, run=replaced(run, book=book)), found


def _with_trails(book: Book, kept: Kept, found: Rehearsal) -> Book:
    """The book with the trails of what the rehearsal gave."""
    from roadstead.study.trail.shown import with_fresh_trails

    return with_fresh_trails(book, kept, tabled(found)["rehearsal_paths"])


def _rehearse_run(folder: Path, size: Size, progress: Progress, wanted: Wanted) -> Rehearsal:
    """Rehearse the plan of a run folder with the effort it was made with where no other is asked for, and write what came out."""
    study = read_study(folder / manifest.INPUTS)
    must_be_grown(study)
    book, kept = kept_book(folder), take_up(folder, progress, study)
    must_be_as_written(kept)
    options = kept.told["options"]
    asked: Wanted = {"gap": options["gap"], "seconds": options["seconds"]}
    effort = effort_of(study.case, **(asked | wanted))
    progress.begin("comparisons")
    held_against = others(study, kept.ready, effort)
    found = _rehearse(kept.ready, kept.reading, held_against, size, (effort, progress))
    progress.begin("pages")
    add_rehearsal(folder, _with_trails(rehearsed_book(book, found.told), kept, found), found)
    return found


def _rehearse(
    ready: Ready,
    reading: Reading,
    held_against: Sequence[Yardstick],
    size: Size,
    worked: tuple[Effort, Progress],
) -> Rehearsal:
    """Rehearse a plan beside other ways to act, and tell where each breaks and how often the plan's signposts mislead."""
    effort, progress = worked
    tree, evaluation = ready.grown.tree, ready.evaluation
    held = reading.plan.decisions, held_against
    ways = policies(tree, evaluation.prospect, held, evaluation.ledger.lines, _wait(ready.study), effort)
    signs = posted(reading, ready.grown.events)
    beside = [way for one in signs if one.turn is not None for way in (one.turn.do, one.turn.do_not)]
    found = rehearsal(ready, (*ways, *beside), size, effort, progress)
    return explained(ready, found, reading, signs, size.breaks)


def explained(
    ready: Ready,
    found: Rehearsal,
    reading: Reading,
    signs: Sequence[Posted],
    breaks: How,
) -> Rehearsal:
    """A rehearsal with what the tree promised, where each way breaks, and signposts on its paths.

    Turns that were carried out for the signposts are left away.
    """
    source = ready.source
    assert source is not None
    told = found.rehearsed.of([one.key for one in found.outcomes])
    visible = seen(source, found.first, len(told.weight))
    names = reading, {event.event_id: Name(event.title, event.title_zh) for event in source.kept}
    fresh = fresh_paths(source, found.first, found.rehearsed, visible, signs)
    return replaced(
        found,
        on_tree=reading.certificate.expected,
        rehearsed=told,
        broken=broken(told, visible, breaks, names),
        signs=confirmed(fresh, names, signs),
    )


def rehearsal(ready: Ready, ways: Sequence[Policy], size: Size, effort: Effort, progress: Progress) -> Rehearsal:
    """Rehearse policies on fresh paths, of which some are looked at with foresight; the tree's promise is not known here."""
    source = ready.source
    assert source is not None
    first = source.plan.paths

    progress.begin("paths")
    fresh = drawn(source, first, size.paths, ready.answered, ready.evaluation.prospect.resources.limit)
    parts = [fresh.of(share) for share in in_parts(size.paths)]
    found = rehearse(parts, ways, effort.workers, progress.done)
    ahead_of = None
    if size.ahead:
        progress.begin("foresight")
        ahead_of = foresee(parts, found, (size.ahead, source.plan.seed), effort, progress.done)
    told = outcomes(found.of([way.key for way in ways if not way.aside]), ahead_of, EXPORTS)
    currency = ready.study.conventions.currency
    return Rehearsal(currency, first, _wait(ready.study), nan, found, ahead_of, told)


def in_parts(paths: int) -> list[Ints]:
    """So many paths in parts whose prospects are worked out together: curves of demand are cut as finely as a part needs."""
    return np.array_split(np.arange(paths), -(-paths // PART))


def _wait(study: Study) -> int:
    return japanese_wait(study.world.tables["precedents"])
