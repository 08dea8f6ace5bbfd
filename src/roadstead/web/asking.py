"""Asking for a plan: what is wished is looked over at once, and the case is kept as it is on that day."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from roadstead.study import manifest
from roadstead.study.api import effort_of, read_case
from roadstead.study.levers import levers
from roadstead.study.patch import Named, read_all
from roadstead.study.patched import patched
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.web import queue
from roadstead.web.kept import kept
from roadstead.web.worker import WAITING

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.levers import Levers
    from roadstead.study.spec import Study
    from roadstead.web.queue import Wish
    from roadstead.web.settings import Desk


def ask_for(desk: Desk, person: str, wish: Wish) -> str:
    """Put a plan into the queue; its id.

    Raises
    ------
    RoadsteadError
        RS-B803 where there is no such case; with every fault of the case, of the patches and of the effort; RS-B811 where too many wait.
    """
    case = desk.workplace.case(wish.case)
    study = study_of(case.folder)
    _name_no_file(study, wish)
    effort_of(study.case, wish.gap, wish.seconds)
    with patched(case.folder, wish.patches):
        pass
    plan_id = queue.new_id()
    kept = desk.workplace.own / WAITING / plan_id
    try:
        manifest.copy_case(case.folder, kept / wish.case)
        queue.ask(desk.engine, plan_id, person, wish)
    except BaseException:
        shutil.rmtree(kept, ignore_errors=True)
        raise
    return plan_id


def study_of(folder: Path) -> Study:
    """A case, read once until one of its files changes."""
    return _read(folder, last_change(folder))


def levers_of(folder: Path) -> Levers:
    """What may be changed in a case, looked up once until one of its files changes."""
    return _levers(folder, last_change(folder))


def last_change(folder: Path) -> int:
    """When a file of a case was last changed. [ns]"""
    return max((path.stat().st_mtime_ns for path in manifest.files_of(folder)), default=0)


@kept(16)
def _read(folder: Path, changed: int) -> Study:  # noqa: ARG001 -- a case that changed is read anew
    return read_case(folder)


@kept(16)
def _levers(folder: Path, changed: int) -> Levers:
    return levers(_read(folder, changed))


def _name_no_file(study: Study, wish: Wish) -> None:
    """Refuse scenarios that are none of the case: on the command line, such a name may be the path of a file."""
    known = study.case.scenarios
    expected = f"one of {', '.join(known)}" if known else "SELECTOR=VALUE, or EVENT YEAR"
    raise_if_any(
        Fault(f"scenario {one.name[:80]}", "RS-S736", "there is no scenario of this name", expected)
        for one in read_all(wish.patches)
        if isinstance(one, Named) and one.name not in known
    )
