"""What changed in the law between two days: rows that began, rows that ended, and rows that took another's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.trade.inquiry import read_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.trade.law import Measure
    from roadstead.trade.register import Entry, Register


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the law.

    Attributes
    ----------
    day
        First day on which it is felt: the first day of what began, the day after the last of what ended.
    what
        ``changed`` where a row takes the place of another of its kind and scope on the day after it ended.
    before, after
        The row that ended and the row that began.
    """

    day: date
    what: Literal["began", "ended", "changed"]
    before: Entry | None
    after: Entry | None


def differences(register: Register, first: date | str, second: date | str, importer: str = "") -> tuple[Change, ...]:
    """What changed after the first day up to the second, of one importer or of all; only enacted law counts.

    Raises
    ------
    RoadsteadError
        RS-L213 for days that are none or stand in the wrong order, RS-W301 for no such importer.
    """
    faults: list[Fault] = []
    days = [read_day(first, "DATE1", faults), read_day(second, "DATE2", faults)]
    rows: Sequence[Measure] = ()
    try:
        rows = [measure for measure in register.levied_by(importer) if measure.is_law]
    except RoadsteadError as error:
        faults += error.faults
    start, end = days
    if start and end and start >= end:
        faults.append(Fault("DATE2", "RS-L213", f"{end} does not come after {start}", "the earlier day first"))
    raise_if_any(faults)
    assert start is not None
    assert end is not None
    began = [m for m in rows if m.span.first and start < m.span.first <= end and not _at_floor(register, m)]
    ended = [m for m in rows if m.span.last and start <= m.span.last < end]
    return tuple(sorted(_changes(register, began, ended), key=_order))


def _changes(register: Register, began: Sequence[Measure], ended: Sequence[Measure]) -> list[Change]:
    found = []
    taken_over: set[str] = set()
    for before in ended:
        assert before.span.last is not None
        day = before.span.last + timedelta(days=1)
        heir = next((m for m in began if m.span.first == day and _succeeds(m, before)), None)
        if heir is None:
            found.append(Change(day, "ended", register.entry(before), None))
        else:
            taken_over.add(heir.measure_id)
            found.append(Change(day, "changed", register.entry(before), register.entry(heir)))
    for after in began:
        if after.measure_id not in taken_over:
            assert after.span.first is not None
            found.append(Change(after.span.first, "began", None, register.entry(after)))
    return found


def _at_floor(register: Register, measure: Measure) -> bool:
    """True where the tables begin with the row; when the law began they do not say."""
    return bool(register.rows[measure.measure_id]["from_is_floor"])


def _succeeds(after: Measure, before: Measure) -> bool:
    """True where a row covers at least all that another did, in the same way."""
    same = ("importer", "kind", "stack", "replaces", "group", "firms", "condition_text")
    return (
        all(getattr(after, name) == getattr(before, name) for name in same)
        and ("*" in after.origins or before.origins <= after.origins)
        and before.products <= after.products
        and (not after.powertrains or (bool(before.powertrains) and before.powertrains <= after.powertrains))
    )


def _order(change: Change) -> tuple[date, str, str]:
    entry = change.after or change.before
    assert entry is not None
    return change.day, entry.importer, entry.measure
