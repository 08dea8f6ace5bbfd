"""A finished plan rehearsed on fresh paths: those that come after the ones its tree was grown from."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.futures.events import TreePlan
from roadstead.futures.growth.fan import drawn
from roadstead.playbook.policies import EXPORTS, japanese_wait, policies
from roadstead.playbook.rehearsal_told import fresh_paths, rehearsed_book
from roadstead.playbook.rehearse import foresee, outcomes, rehearse
from roadstead.study.api import effort_of, read_case
from roadstead.study.bundled import CASE_FILE
from roadstead.study.checkpoint import Searches
from roadstead.study.kept import add_rehearsal, is_run, kept_book, may_be_rehearsed, must_be_as_written, take_up
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import INPUTS
from roadstead.study.study import others, prepare, settle
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from roadstead.footprint.plan import Decisions
    from roadstead.footprint.solve import Effort
    from roadstead.futures.growth.fan import Drawn
    from roadstead.playbook.rehearsal_book import FreshPaths, Outcome
    from roadstead.playbook.rehearse import Foreseen, Policy, Rehearsed
    from roadstead.playbook.yardsticks import Yardstick
    from roadstead.study.api import Planned, Wanted
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready

PATHS, AHEAD = 1000, 100
"""Fresh paths, and those of them planned with perfect foresight, where nobody says how many."""
PART = 25
"""Paths whose prospects are worked out together."""


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
    """

    currency: str
    first: int
    wait: int
    on_tree: float
    rehearsed: Rehearsed
    foreseen: Foreseen | None
    outcomes: tuple[Outcome, ...]

    @property
    def told(self) -> FreshPaths:
        """As the playbook tells it."""
        return fresh_paths(self.rehearsed, self.foreseen, self.outcomes, self.on_tree, self.wait)


def rehearse_folder(
    path: Path | str,
    *,
    paths: int = PATHS,
    ahead: int = AHEAD,
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
    replace
        Whether a rehearsal that a run has already gives way.

    Raises
    ------
    RoadsteadError
        RS-S622 where there are no such numbers of paths; RS-S625 where the case declares its tree. Of a run: RS-S703 where it cannot be
        read, RS-S704 where it is rehearsed already, RS-S705 where it is not as it was written, RS-S702 where nothing can be written.
    """
    must_be_size(paths, ahead)
    watched, folder = progress or Quiet(), Path(path)
    if is_run(folder):
        may_be_rehearsed(folder, replace=replace)
    watched.begin("facts")
    with solver_silenced():
        if is_run(folder):
            return _rehearse_run(folder, (paths, ahead), watched, wanted)
        study = read_case(folder)
        return rehearse_case(study, (paths, ahead), effort_of(study.case, **wanted), watched)


def must_be_size(paths: int, ahead: int) -> None:
    """RS-S622 where there are no such numbers of paths."""
    faults = []
    if paths < 1:
        faults.append(Fault("--paths", "RS-S622", f"{paths} paths", "a whole number from 1"))
    if ahead < 0:
        faults.append(Fault("--ahead", "RS-S622", f"{ahead} paths", "a whole number from 0"))
    raise_if_any(faults)


def must_be_grown(study: Study) -> None:
    """RS-S625 where the case's tree is declared: then there are no paths to draw fresh ones of."""
    if isinstance(study.tree, TreePlan):
        where = study.pin_places.get("tree", CASE_FILE)
        message = "the tree is declared, so no fresh paths can be drawn"
        raise RoadsteadError(Fault(where, "RS-S625", message, "a tree that is `grown:` from paths"))


def rehearse_case(study: Study, size: tuple[int, int], effort: Effort, progress: Progress) -> Rehearsal:
    """Plan a case, and rehearse the plan beside other ways to act; RS-S625 where its tree is declared."""
    must_be_grown(study)
    ready = prepare(study, progress)
    progress.begin("plan")
    settled = settle(study, ready, effort, progress, Searches())
    progress.begin("comparisons")
    ready = settled.ready
    on_tree, plan = settled.solved.certificate.expected, settled.solved.plan.decisions
    ways = _ways(ready, plan, others(study, ready, effort), effort)
    return rehearsal(ready, ways, on_tree, size, effort, progress)


def rehearse_planned(
    planned: Planned, *, paths: int = PATHS, ahead: int = AHEAD, progress: Progress | None = None
) -> tuple[Planned, Rehearsal]:
    """Rehearse a plan that was just made, with the effort it was made with; its book tells it, and its run folder where it has one.

    Raises
    ------
    RoadsteadError
        As of a run that is rehearsed by ``rehearse_folder``.
    """
    must_be_size(paths, ahead)
    run, watched = planned.run, progress or Quiet()
    must_be_grown(run.ready.study)
    effort = run.effort
    if watched.stopped():  # whoever ended the search early waits for nothing better than it in the other ways
        effort = replaced(effort, gap=max(effort.gap, run.solved.gap_reached))
    with solver_silenced():
        watched.begin("comparisons")
        ways = _ways(run.ready, run.solved.plan.decisions, run.held_against, effort)
        found = rehearsal(run.ready, ways, run.solved.certificate.expected, (paths, ahead), effort, watched)
    book = rehearsed_book(run.book, found.told)
    if planned.folder is not None:
        watched.begin("pages")
        add_rehearsal(planned.folder, rehearsed_book(kept_book(planned.folder), found.told), found)
    return replaced(planned, run=replaced(run, book=book)), found


def _rehearse_run(folder: Path, size: tuple[int, int], progress: Progress, wanted: Wanted) -> Rehearsal:
    """Rehearse the plan of a run folder with the effort it was made with where no other is asked for, and write what came out."""
    must_be_grown(read_study(folder / INPUTS))
    book, kept = kept_book(folder), take_up(folder, progress)
    must_be_as_written(kept)
    study, options = kept.ready.study, kept.told["options"]
    asked: Wanted = {"gap": options["gap"], "seconds": options["seconds"]}
    effort = effort_of(study.case, **(asked | wanted))
    progress.begin("comparisons")
    ways = _ways(kept.ready, kept.plan.decisions, others(study, kept.ready, effort), effort)
    found = rehearsal(kept.ready, ways, kept.certificate.expected, size, effort, progress)
    progress.begin("pages")
    add_rehearsal(folder, rehearsed_book(book, found.told), found)
    return found


def _ways(ready: Ready, plan: Decisions, held_against: Sequence[Yardstick], effort: Effort) -> tuple[Policy, ...]:
    evaluation = ready.evaluation
    held, lines = (plan, held_against), evaluation.ledger.lines
    return policies(ready.grown.tree, evaluation.prospect, held, lines, _wait(ready.study), effort)


def rehearsal(
    ready: Ready, ways: Sequence[Policy], on_tree: float, size: tuple[int, int], effort: Effort, progress: Progress
) -> Rehearsal:
    """Rehearse policies on ``size[0]`` fresh paths, of which ``size[1]`` are looked at with foresight."""
    source = ready.source
    assert source is not None
    paths, ahead = size
    first = source.plan.paths

    def some(at: int, count: int) -> Drawn:
        return drawn(source, first + at, count, ready.answered)

    progress.begin("paths")
    parts = [some(at, min(PART, paths - at)) for at in range(0, paths, PART)]
    found = rehearse(parts, ways, effort.workers, progress.done)
    seen = None
    if ahead:
        progress.begin("foresight")
        seen = foresee(lambda i: some(i, 1), found, (ahead, source.plan.seed), effort, progress.done)
    told = outcomes(found, seen, EXPORTS)
    currency = ready.study.conventions.currency
    return Rehearsal(currency, first, _wait(ready.study), on_tree, found, seen, told)


def _wait(study: Study) -> int:
    return japanese_wait(study.world.tables["precedents"])
