"""What a program may ask of Roadstead: the commands, as functions that return values."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, NotRequired, Unpack

    from roadstead.footprint.plan import Pin
    from roadstead.footprint.solve import Effort, Solved
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.parts_book import Pull
    from roadstead.study.entries import CaseFile
    from roadstead.study.frames import Parts, Suppliers
    from roadstead.study.holdings import Holdings
    from roadstead.study.patch import Asked
    from roadstead.study.preflight import Checked
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.store import Verification
    from roadstead.study.study import Run
    from roadstead.trade.changes import Changes
    from roadstead.trade.comparison import Steps, Variants
    from roadstead.trade.condition import FactValue
    from roadstead.trade.other_rules import OtherRules
    from roadstead.trade.quote import Quote
    from roadstead.trade.register import Entries, Entry


class Shipment(TypedDict):
    """What :func:`duty` is asked: trade/inquiry.py says what each part means."""

    importer: str
    origin: str
    powertrain: str
    on: date | str
    value: float
    product: NotRequired[str]
    firm: NotRequired[str]
    facts: NotRequired[Mapping[str, FactValue]]
    as_known_on: NotRequired[date | str | None]
    rules: NotRequired[Path | None]


class Lane(TypedDict, total=False):
    """A shipment of which something is left open, for :func:`duty_compare` or :func:`duty_timeline` to fill."""

    importer: str
    origin: str
    powertrain: str
    on: date | str
    value: float
    product: str
    firm: str
    facts: Mapping[str, FactValue]
    as_known_on: date | str | None
    rules: Path | None


class Wanted(TypedDict, total=False):
    """How hard to look; where nothing is said, a case's own words count.

    Attributes
    ----------
    gap
        Share of value added that may be left unproven. [fraction]
    seconds
        Limit of time for one solve. [s]
    workers
        Processes and solver threads; all processors where None.
    cluster
        Address of a Dask scheduler whose workers solve a problem too large for one program, or ``local``: docs/scale.md.
    """

    gap: float | None
    seconds: float | None
    workers: int | None
    cluster: str | None


@dataclass(frozen=True, slots=True)
class Planned(Shown):
    """A finished plan and the run folder it was written to, if any."""

    run: Run
    folder: Path | None

    @property
    def parts(self) -> Parts:
        """Exports from home of cars and of parts: ``planned.parts.df``, ``planned.parts.by_year.df``."""
        from roadstead.study import frames

        return frames.parts(self._pull)

    @property
    def suppliers(self) -> Suppliers:
        """What a supplier may count on: ``planned.suppliers.production.df``, ``.starts.df`` and ``.content.df``."""
        from roadstead.study import frames

        return frames.suppliers(self._pull)

    @property
    def _pull(self) -> Pull:
        assert self.run.book.pull is not None
        return self.run.book.pull


_OPEN: Lane = {"importer": "", "origin": "", "powertrain": "", "on": "", "value": math.nan}
"""What a shipment must say, said to be nothing: what is neither given nor compared is refused by its name."""


def duty(**shipment: Unpack[Shipment]) -> Quote:
    """Quote the duty on one car.

    Takes ``importer``, ``origin``, ``powertrain``, ``on`` (a day), ``value`` (customs value on the importer's own basis,
    US$), and, if wanted, ``product``, ``firm``, ``facts``, ``as_known_on``, ``rules`` (a folder of own tables).
    """
    from roadstead.trade.inquiry import Inquiry
    from roadstead.trade.quote import quote
    from roadstead.world import reference

    return quote(Inquiry(**shipment), reference.load())


def other_rules(importer: str, on: date | str | None = None, *, rules: Path | None = None) -> OtherRules:
    """Rules of a country that are no duties: what each does, and whether a plan works it out or only shows it.

    ``on`` leaves those of one day, ``rules`` is a folder of own tables.
    """
    from roadstead.trade import rulebook
    from roadstead.trade.inquiry import read_day
    from roadstead.trade.other_rules import other_rules as told
    from roadstead.world import reference

    faults: list[Fault] = []
    day = None if on is None else read_day(on, "--on", faults)
    raise_if_any(faults)
    return told(rulebook.load(None, rules), reference.load(), importer, day)


def world(today: date | None = None) -> Holdings:
    """What the package knows, how old it is and how much of it is sourced."""
    from roadstead.study.holdings import holdings

    return holdings(today or date.today())  # noqa: DTZ011 - the day where the person sits


def duty_compare(by: str, values: Sequence[str | date], **shipment: Unpack[Lane]) -> Variants:
    """Quote the same shipment once for each value of ``by``: origin, firm, on, importer, powertrain or product."""
    from roadstead.trade.comparison import compare
    from roadstead.trade.inquiry import Inquiry
    from roadstead.world import reference

    return compare(Inquiry(**_OPEN | shipment), by, values, reference.load())


def duty_timeline(years: str | tuple[int, int], **lane: Unpack[Lane]) -> Steps:
    """What a lane pays over the years, ``"2018-2030"``, step by step; ``on`` does not matter."""
    from roadstead.trade.comparison import read_years, timeline
    from roadstead.trade.inquiry import Inquiry
    from roadstead.world import reference

    wanted = read_years(years) if isinstance(years, str) else years
    return timeline(Inquiry(**_OPEN | lane), wanted, reference.load())


def rules_diff(
    first: date | str,
    second: date | str,
    importer: str = "",
    *,
    as_known_on: date | str | None = None,
    rules: Path | None = None,
) -> Changes:
    """What changed in the law after one day up to another: rows of any table that began, ended or took another's place."""
    from roadstead.trade.changes import differences
    from roadstead.trade.register import open_register
    from roadstead.world import reference

    return differences(open_register(reference.load(), as_known_on, rules), first, second, importer)


def rules_show(row_id: str, *, as_known_on: date | str | None = None, rules: Path | None = None) -> Entry:
    """One row of law (a measure, tax, agreement, ...) with every field, both clocks and what it rests on."""
    from roadstead.trade.register import open_register, show
    from roadstead.world import reference

    return show(open_register(reference.load(), as_known_on, rules), row_id)


def rules_list(
    importer: str,
    on: date | str | None = None,
    *,
    as_known_on: date | str | None = None,
    rules: Path | None = None,
) -> Entries:
    """The law of an importer, duties first: in force on a day, or all that the tables hold, proposals included."""
    from roadstead.trade.register import listed, open_register
    from roadstead.world import reference

    return listed(open_register(reference.load(), as_known_on, rules), importer, on)


def read_case(path: Path | str) -> Study:
    """Read and check a case folder, or a workbook with a case (docs/workbook.md)."""
    from roadstead.study.bundled import case_folder
    from roadstead.study.spec import read_study

    return read_study(case_folder(Path(path)))


def check(path: Path | str) -> Checked:
    """Look a case over without planning it."""
    from roadstead.study import preflight
    from roadstead.study.bundled import case_folder

    return preflight.check(case_folder(Path(path)))


def plan(
    path: Path | str,
    *,
    out: Path | str | None = None,
    language: Literal["en", "zh"] = "en",
    progress: Progress | None = None,
    unfinished: Path | None = None,
    patches: Sequence[str | Asked] = (),
    **wanted: Unpack[Wanted],
) -> Planned:
    """Plan a case; with ``out``, write the run folder there.

    Takes ``gap``, ``seconds``, ``workers`` and ``cluster`` as well, which :class:`Wanted` describes.

    Parameters
    ----------
    patches
        What to set, which events to make certain, which scenarios hold, in this order: ``"EU27/MFN=0.2"``, ``"us_lets_in 2029"``, the name
        of a scenario or the path of its file (docs/what-if.md).
    unfinished
        Folder for what is found until the plan is finished: one that was ended by force goes on from there.
    """
    from roadstead.engine.hire import must_be_reached
    from roadstead.study import store
    from roadstead.study.bundled import case_folder
    from roadstead.study.checkpoint import Searches
    from roadstead.study.patched import patched
    from roadstead.study.progress import Quiet
    from roadstead.study.silence import solver_silenced
    from roadstead.study.study import run
    from roadstead.study.trail.shown import with_trails

    watched = progress or Quiet()
    watched.begin("facts")
    if out is not None:
        store.must_be_free(Path(out))
    searches = Searches(unfinished)
    with solver_silenced(), patched(case_folder(Path(path)), patches) as folder:
        study = read_case(folder)
        effort = effort_of(study.case, **wanted)
        must_be_reached(effort.cluster)
        before = read_case(path) if patches else None
        done = with_trails(run(study, effort=effort, progress=watched, searches=searches, before=before))
        stored = None
        if out is not None:
            watched.begin("pages")
            stored = store.store(done, Path(out), language, None if patches else Path(path))
    searches.done()
    return Planned(done, stored)


def effort_of(
    case: CaseFile,
    gap: float | None = None,
    seconds: float | None = None,
    workers: int | None = None,
    cluster: str | None = None,
) -> Effort:
    """The effort asked for, the case's own where nothing is.

    Raises
    ------
    RoadsteadError
        RS-S622, or RS-T109 for a percentage, where it is no effort.
    """
    share = case.effort.gap if gap is None else gap
    limit = case.effort.seconds if seconds is None else seconds
    return _effort(share, limit, (os.cpu_count() or 1) if workers is None else workers, cluster)


def _effort(share: float, limit: float, processes: int, cluster: str | None) -> Effort:
    """An effort of a gap, seconds, workers and a cluster; what is none is refused."""
    from roadstead.footprint.solve import Effort

    asked = (("--gap", share, Real), ("--seconds", limit, Real), ("--workers", processes, Integral))
    words = {Real: "a number", Integral: "a whole number"}
    raise_if_any(
        Fault(where, "RS-S622", f"{value!r} is a {type(value).__name__}", words[kind])
        for where, value, kind in asked
        if not isinstance(value, kind)
    )
    faults = []
    if cluster is not None and not isinstance(cluster, str):
        faults.append(
            Fault("--cluster", "RS-S622", f"{cluster!r} is no address", "the address of a Dask scheduler, or `local`")
        )
    if 1 <= share <= 100:
        expected = f"a fraction: write {share / 100:g} for {share:g} %"
        faults.append(Fault("--gap", "RS-T109", f"{share:g} looks like a percentage", expected))
    elif not 0 <= share < 1:
        faults.append(Fault("--gap", "RS-S622", f"{share:g} is no gap", "a fraction of value added, for instance 0.01"))
    if not (math.isfinite(limit) and limit > 0):
        faults.append(Fault("--seconds", "RS-S622", f"{limit:g} is no limit of time", "seconds, for instance 60"))
    if processes < 1:
        faults.append(Fault("--workers", "RS-S622", f"{processes} workers", "a whole number from 1"))
    raise_if_any(faults)
    return Effort(gap=share, seconds=limit, workers=processes, cluster=cluster)


def solve_problem(
    tree: ScenarioTree,
    prospect: Prospect,
    *,
    pins: Sequence[Pin] = (),
    progress: Progress | None = None,
    unfinished: Path | str | None = None,
    **wanted: Unpack[Wanted],
) -> Solved:
    """Plan a problem posed as arrays: a tree and a prospect, made by hand or read by :func:`load_problem`.

    Takes ``gap`` (0.01 where nothing is said), ``seconds`` (60), ``workers`` (1) and ``cluster`` as well, which :class:`Wanted`
    describes.

    Parameters
    ----------
    pins
        Wishes the plan must honour.
    progress
        Who is told how far the search is, and may end it with the best plan so far.
    unfinished
        Folder in which the search keeps what it has found until it ends; one that was ended by force goes on from there.

    Raises
    ------
    RoadsteadError
        RS-S712 where tree, prospect and pins do not make a problem; RS-S622 where what is wanted is no effort; RS-F503 to
        RS-F505 where no plan was found; RS-E801 to RS-E803 where a cluster does not do its part.
    """
    from roadstead.engine.hire import must_be_reached
    from roadstead.study.checkpoint import Searches, solve_watched
    from roadstead.study.problem import unsound, unsound_pins
    from roadstead.study.progress import Quiet
    from roadstead.study.silence import solver_silenced

    effort = _effort_posed(**wanted)
    raise_if_any(unsound(tree, prospect) or unsound_pins(prospect, pins))
    must_be_reached(effort.cluster)
    searches = Searches(None if unfinished is None else Path(unfinished))
    with solver_silenced():
        solved = solve_watched(tree, prospect, effort, tuple(pins), progress or Quiet(), searches)
    searches.done()
    return solved


def _effort_posed(
    gap: float | None = None, seconds: float | None = None, workers: int | None = None, cluster: str | None = None
) -> Effort:
    """The effort asked for of a problem that no case speaks for."""
    return _effort(
        0.01 if gap is None else gap,
        60.0 if seconds is None else seconds,
        1 if workers is None else workers,
        cluster,
    )


def verify(path: Path | str) -> Verification:
    """Check a run folder again, offline."""
    from roadstead.study import store
    from roadstead.study.silence import solver_silenced

    with solver_silenced():
        return store.verify(Path(path))
