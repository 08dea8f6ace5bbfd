"""A finished run taken up again: its inputs evaluated as they were, its plan, its playbook; and what a rehearsal adds to its folder."""

from __future__ import annotations

import glob
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.footprint.certify import certify
from roadstead.playbook.reading import Reading
from roadstead.study import flexible, manifest, parquet, rehearsal_tables
from roadstead.study.kept_book import read_book, write_book
from roadstead.study.spec import read_study
from roadstead.study.store import (
    ANSWERED,
    BOOK,
    MANIFEST,
    NEAR,
    PLAN,
    PROSPECT,
    TABLES,
    TREE,
    UNREADABLE,
    differs,
    files_hold,
    unwritable,
)
from roadstead.study.study import names_of, prepare
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.study.progress import Progress
    from roadstead.study.rehearsing import Rehearsal
    from roadstead.study.spec import Study
    from roadstead.study.study import Ready

HALF = ".{name}.rehearsal-"
"""What the name of a folder begins with in which a rehearsal of a run is being written."""
SIGNPOSTS = "signposts"
"""Table of a run that a rehearsal writes anew: it chooses the signs to go by."""
REHEARSAL = "rehearsal"
"""What a manifest calls a rehearsal."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished run.

    Attributes
    ----------
    told
        Its manifest.
    ready
        Its inputs, evaluated again against rivals who answered as they did then.
    reading
        Its plan in the words of its case.
    """

    folder: Path
    told: dict[str, Any]
    ready: Ready
    reading: Reading


def tidy(folder: Path) -> None:
    """Take away what was half written as the work was ended by force."""
    for half in folder.parent.glob(HALF.format(name=glob.escape(folder.name)) + "*"):
        shutil.rmtree(half, ignore_errors=True)


def is_run(path: Path) -> bool:
    """True for a run folder, whole or spoilt."""
    return (path / MANIFEST).is_file()


def take_up(folder: Path, progress: Progress, study: Study | None = None) -> Kept:
    """Read a run's inputs, where nobody has read them yet, and its plan again, whatever has become of law and facts since.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder, or one whose plan no longer fits its inputs.
    """
    told = manifest.read(folder)
    try:
        answered = parquet.read_answered(folder / PROSPECT / ANSWERED)
    except UNREADABLE as error:
        raise RoadsteadError(_spoilt(folder, "its plan", error)) from None
    ready = prepare(study or read_study(folder / manifest.INPUTS), progress, answered)
    try:
        plan = parquet.read_plan(folder / PLAN)
        certificate = certify(ready.grown.tree, ready.evaluation.prospect, plan)
    except UNREADABLE as error:
        raise RoadsteadError(_spoilt(folder, "its plan", error)) from None
    reading = Reading(ready.grown.tree, ready.evaluation, plan, certificate, names_of(ready.study, ready.grown))
    return Kept(folder, told, ready, reading)


def must_be_as_written(kept: Kept) -> None:
    """RS-S705 unless tree, problem and the plan's worth are those of the day it was written."""
    changed = differs(parquet.read_tree(kept.folder / TREE), kept.ready, kept.told)
    met, known = kept.reading.certificate.expected, kept.told["result"]["npv"]
    if not changed and abs(met - known) > NEAR * max(abs(known), 1.0):
        changed = f"the plan is worth {met:,.2f} now, as written {known:,.2f}"
    if changed:
        raise RoadsteadError(_other(kept.folder, changed))


def may_be_rehearsed(folder: Path, *, replace: bool) -> None:
    """A rehearsal can be written there, over nothing that anybody would miss.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder; RS-S705 where its files are not as written; RS-S704 where it is rehearsed already and that
        is not to be replaced.
    """
    told = manifest.read(folder)
    found = files_hold(folder, told)
    if not found.holds:
        raise RoadsteadError(_other(folder, found.detail))
    if REHEARSAL in told and not replace:
        message = f"rehearsed already, on {told[REHEARSAL]['paths']:,} paths"
        raise RoadsteadError(Fault(str(folder), "RS-S704", message, "`--replace` to put another in its place"))


def kept_book(folder: Path) -> Book:
    """The playbook of a run; RS-S703 where it cannot be read."""
    try:
        return read_book(folder / BOOK)
    except UNREADABLE as error:
        raise RoadsteadError(_spoilt(folder, "its playbook", error)) from None


def add_rehearsal(folder: Path, book: Book, found: Rehearsal) -> None:
    """Write a rehearsal into a run folder: tables, and the playbook that tells it; the manifest last.

    Raises
    ------
    RoadsteadError
        RS-S702 where it cannot be written.
    """
    from roadstead.report.pages import write_pages

    told = manifest.read(folder)
    try:
        beside = Path(tempfile.mkdtemp(prefix=HALF.format(name=folder.name), dir=folder.parent))
    except OSError as error:
        raise RoadsteadError(unwritable(folder, error)) from None
    try:
        (beside / TABLES).mkdir()
        tables = rehearsal_tables.tabled(found) | {SIGNPOSTS: flexible.tabled(book)[SIGNPOSTS]}
        for name, table in tables.items():
            table.write_parquet(beside / TABLES / f"{name}.parquet")
        write_book(beside / BOOK, book)
        write_pages(book, beside, told["language"])
        new = [path for path in beside.rglob("*") if path.is_file()]
        told["files"] = dict(sorted((told["files"] | manifest.hashes(beside, new)).items()))
        told[REHEARSAL] = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": manifest.versions(),
            **rehearsal_tables.described(found),
        }
        (beside / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for path in (*new, beside / MANIFEST):
            path.replace(folder / path.relative_to(beside))
    except OSError as error:
        raise RoadsteadError(unwritable(folder, error)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _spoilt(folder: Path, what: str, error: Exception) -> Fault:
    expected = "a folder that `roadstead verify` holds"
    return Fault(str(folder), "RS-S703", f"{what} cannot be read: {error}", expected)


def _other(folder: Path, changed: str) -> Fault:
    return Fault(str(folder), "RS-S705", changed, "a run as `roadstead plan` wrote it")
