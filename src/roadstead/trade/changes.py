"""What changed in the law between two days: rows that began, rows that ended, and rows that took another's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Answers
from roadstead.trade.columns import POWERTRAINS
from roadstead.trade.inquiry import read_day
from roadstead.trade.register import TELLERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.trade.register import Entry, Register

SAME: Mapping[str, tuple[str, ...]] = {
    "measures": ("kind", "stack", "replaces", "group", "firms", "condition"),
    "taxes": ("name", "condition"),
    "agreements": ("kind",),
    "origin_rules": ("agreement", "rule", "product", "metric"),
    "non_tariff": ("category", "nature", "effect", "firm_nationality", "made_in", "not_made_in", "condition"),
    "homologation": ("scheme",),
    "quota_shares": ("rule", "condition"),
    "obligations": ("fact",),
    "units": ("unit",),
    "blocs": (),
}
"""Columns in which a row and the one whose place it takes are alike, by table; both are law of the same places."""
COVERED: Mapping[str, tuple[str, ...]] = {
    "measures": ("origins", "products", "powertrains"),
    "taxes": ("powertrains", "forms"),
    "origin_rules": ("powertrains",),
    "non_tariff": ("powertrains", "forms"),
}
"""Lists, empty for all, of which a row covers at least what the one whose place it takes did."""
EVERYTHING = (frozenset({"*"}), frozenset(POWERTRAINS))
"""Lists that say the same as an empty one."""


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

    @property
    def entry(self) -> Entry:
        """The row that says what it is about: the one that began, else the one that ended."""
        entry = self.after or self.before
        assert entry is not None
        return entry


class Changes(Answers["Change"]):
    """Changes of the law in the order of their days."""

    __slots__ = ()


def differences(register: Register, first: date | str, second: date | str, importer: str = "") -> Changes:
    """What changed after the first day up to the second, of one importer or of all; only enacted law counts.

    Raises
    ------
    RoadsteadError
        RS-L213 for days that are none or stand in the wrong order, RS-W301 for no such importer.
    """
    faults: list[Fault] = []
    days = [read_day(first, "DATE1", faults), read_day(second, "DATE2", faults)]
    law: Sequence[Entry] = ()
    try:
        law = [entry for entry in register.concerning(importer) if entry.is_law]
    except RoadsteadError as error:
        faults += error.faults
    start, end = days
    if start and end and start >= end:
        faults.append(Fault("DATE2", "RS-L213", f"{end} does not come after {start}", "the earlier day first"))
    raise_if_any(faults)
    assert start is not None
    assert end is not None
    # Where the tables begin, no law began: when it did they do not say.
    began = [e for e in law if e.effective_from and start < e.effective_from <= end and not e.from_is_floor]
    ended = [e for e in law if e.effective_to and start <= e.effective_to < end]
    return Changes(sorted(_changes(began, ended), key=_order))


def _changes(began: Sequence[Entry], ended: Sequence[Entry]) -> list[Change]:
    found = []
    taken_over: set[tuple[str, str]] = set()
    for before in ended:
        assert before.effective_to is not None
        day = before.effective_to + timedelta(days=1)
        heir = next((e for e in began if e.effective_from == day and _succeeds(e, before)), None)
        if heir is None:
            found.append(Change(day, "ended", before, None))
        else:
            taken_over.add((heir.table, heir.id))
            found.append(Change(day, "changed", before, heir))
    for after in began:
        if (after.table, after.id) not in taken_over:
            assert after.effective_from is not None
            found.append(Change(after.effective_from, "began", None, after))
    return found


def _succeeds(after: Entry, before: Entry) -> bool:
    """True where a row covers at least all that another of its table did, in the same way."""
    return (
        after.table == before.table
        and set(after.places) == set(before.places)
        and all(_alike(after, before, name) for name in SAME[after.table])
        and all(_covers(after.fields[name], before.fields[name]) for name in COVERED.get(after.table, ()))
    )


def _alike(after: Entry, before: Entry, name: str) -> bool:
    one, other = after.fields.get(name), before.fields.get(name)
    return set(one) == set(other) if isinstance(one, tuple) and isinstance(other, tuple) else one == other


def _covers(after: Sequence[Any], before: Sequence[Any]) -> bool:
    """True where a list, empty for all, has everything that another has."""
    wider, narrower = (frozenset() if frozenset(x) in EVERYTHING else frozenset(x) for x in (after, before))
    return not wider or (bool(narrower) and narrower <= wider)


def _order(change: Change) -> tuple[date, tuple[str, ...], int, str]:
    entry = change.entry
    return change.day, entry.places, list(TELLERS).index(entry.table), entry.id
