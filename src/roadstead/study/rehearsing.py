"""A finished plan rehearsed on fresh paths: those that come after the ones its tree was grown from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.futures.events import TreePlan
from roadstead.futures.growth.fan import drawn
from roadstead.playbook.book import Name
from roadstead.playbook.breaks import broken
from roadstead.playbook.breaks_book import HOWS
from roadstead.playbook.confirmed import confirmed, fresh_paths
from roadstead.playbook.observed import seen
from roadstead.playbook.policies import EXPORTS, japanese_wait, policies
from roadstead.playbook.rehearse import foresee, outcomes, rehearse
from roadstead.playbook.signposts import signposts
from roadstead.playbook.turns import turns
from roadstead.study.api import effort_of, read_case
from roadstead.study.bundled import CASE_FILE
from roadstead.study.checkpoint import Searches
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.study import others, prepare, read_back, settle
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Unpack

    from roadstead.footprint.solve import Effort
    from roadstead.futures.growth.fan import Drawn
    from roadstead.playbook.breaks_book import Broken, How
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.rehearse import Foreseen, Outcome, Policy, Rehearsed
    from roadstead.playbook.signs_book import Confirmed, Signpost
    from roadstead.playbook.turns import Turn
    from roadstead.study.api import Wanted
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready

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
    broken
        Where each way to act breaks.
    signs
        The plan's signposts on these paths.
    """

    currency: str
    first: int
    wait: int
    rehearsed: Rehearsed
    foreseen: Foreseen | None
    outcomes: tuple[Outcome, ...]
    broken: tuple[Broken, ...] = ()
    signs: tuple[Confirmed, ...] = ()


def rehearse_folder(
    path: Path | str,
    *,
    paths: int = 1000,
    ahead: int = 100,
    breaks: How = "exports",
    progress: Progress | None = None,
    **wanted: Unpack[Wanted],
) -> Rehearsal:
    """Plan a case whose tree is grown from paths, and try the plan and other ways to act on fresh ones.

    Parameters
    ----------
    paths
        Fresh paths.
    ahead
        How many of them are planned with perfect foresight; 0 for none.
    breaks
        What counts as breaking where each way is told to: worth less than exports alone, its own worst tenth, or much short of the best.

    Raises
    ------
    RoadsteadError
        RS-S622 where there are no such numbers of paths, or breaking is called something else; RS-S625 where the case declares its tree.
    """
    faults = []
    if paths < 1:
        faults.append(Fault("--paths", "RS-S622", f"{paths} paths", "a whole number from 1"))
    if ahead < 0:
        faults.append(Fault("--ahead", "RS-S622", f"{ahead} paths", "a whole number from 0"))
    if breaks not in HOWS:
        faults.append(Fault("--breaks", "RS-S622", f"{breaks!r}", f"one of {', '.join(HOWS)}"))
    raise_if_any(faults)
    watched = progress or Quiet()
    watched.begin("facts")
    study = read_case(path)
    with solver_silenced():
        return rehearse_case(study, (paths, ahead), effort_of(study.case, **wanted), watched, breaks)


def rehearse_case(
    study: Study, size: tuple[int, int], effort: Effort, progress: Progress, breaks: How = "exports"
) -> Rehearsal:
    """Plan a case, rehearse the plan beside other ways to act, and tell where each breaks and how often signposts mislead.

    Raises
    ------
    RoadsteadError
        RS-S625 where the case's tree is declared: then there are no paths to draw fresh ones of.
    """
    if isinstance(study.tree, TreePlan):
        where = study.pin_places.get("tree", CASE_FILE)
        message = "the tree is declared, so no fresh paths can be drawn"
        raise RoadsteadError(Fault(where, "RS-S625", message, "a tree that is `grown:` from paths"))
    ready = prepare(study, progress)
    progress.begin("plan")
    settled = settle(study, ready, effort, progress, Searches())
    ready = settled.ready
    progress.begin("comparisons")
    tree, evaluation = ready.grown.tree, ready.evaluation
    held = settled.solved, others(study, ready, effort)
    ways = policies(tree, evaluation.prospect, held, evaluation.ledger.lines, _wait(study), effort)
    reading = read_back(study, ready, settled.solved)
    signs = signposts(reading, ready.grown.events)
    turned = turns(reading, signs)
    beside = [way for turn in turned if turn is not None for way in (turn.do, turn.do_not)]
    found = rehearsal(ready, (*ways, *beside), size, effort, progress)
    return explained(ready, found, reading, (signs, turned), breaks)


def explained(
    ready: Ready,
    found: Rehearsal,
    reading: Reading,
    signs: tuple[Sequence[Signpost], Sequence[Turn | None]],
    breaks: How,
) -> Rehearsal:
    """A rehearsal with where each way breaks, and signposts on its paths; turns that were carried out for them are left away."""
    source = ready.source
    assert source is not None
    told = found.rehearsed.of([one.key for one in found.outcomes])
    visible = seen(source, found.first, len(told.weight))
    names = reading, {event.event_id: Name(event.title, event.title_zh) for event in source.kept}
    fresh = fresh_paths(source, found.first, found.rehearsed, visible, signs[1])
    return replace(
        found,
        rehearsed=told,
        broken=broken(told, visible, breaks, names),
        signs=confirmed(fresh, names, *signs),
    )


def rehearsal(
    ready: Ready, ways: Sequence[Policy], size: tuple[int, int], effort: Effort, progress: Progress
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
    ahead_of = None
    if ahead:
        progress.begin("foresight")
        ahead_of = foresee(lambda i: some(i, 1), found, (ahead, source.plan.seed), effort, progress.done)
    told = outcomes(found.of([way.key for way in ways if not way.aside]), ahead_of, EXPORTS)
    return Rehearsal(ready.study.conventions.currency, first, _wait(ready.study), found, ahead_of, told)


def _wait(study: Study) -> int:
    return japanese_wait(study.world.tables["precedents"])
