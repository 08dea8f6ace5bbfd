"""The law row by row, every table in one shape: what a row does and whom it concerns, in words, both clocks, what it rests on."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Answers, Shown
from roadstead.terms.tables import EVIDENCE_COLUMNS
from roadstead.trade import measure_words, rule_words, rulebook
from roadstead.trade.inquiry import read_day
from roadstead.trade.law import Span
from roadstead.trade.quote import Cited, cited, own_tables
from roadstead.trade.telling import gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook
    from roadstead.trade.telling import Law, Teller
    from roadstead.world.reference import World

TELLERS: Mapping[str, Teller] = {
    "measures": measure_words.tell_measure,
    "taxes": rule_words.tell_tax,
    "agreements": rule_words.tell_agreement,
    "origin_rules": rule_words.tell_origin_rule,
    "non_tariff": rule_words.tell_non_tariff,
    "homologation": rule_words.tell_scheme,
    "quota_shares": measure_words.tell_quota_share,
    "obligations": rule_words.tell_obligation,
    "units": measure_words.tell_unit,
    "blocs": rule_words.tell_member,
}
"""How each table is told, in the order in which they are listed."""
EVIDENCE = frozenset(column.name for column in EVIDENCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Entry(Shown):
    """One row of law, told.

    Attributes
    ----------
    table
        Table the row stands in: measures, taxes, agreements, origin_rules, non_tariff, ...
    id
        The row's id; where its table names rows by two columns, both with a slash between: ``EU27/HRV``.
    places
        Countries, unions and blocs whose law it is.
    kind, title
        Nature of the rule, as the table codes it and in words.
    does
        What it charges, asks for or grants, and how it meets other rules.
    whom
        Goods, origins, makers and conditions it concerns.
    is_law
        True for enacted law, later starts included; False for what is proposed, announced or superseded.
    known_from
        Day on which the row could first be known; ``effective_from`` and ``effective_to`` are its other clock.
    from_is_floor
        True where the tables begin on the first day, not the law.
    fields
        Every column of the row as the table has it.
    """

    table: str
    id: str
    places: tuple[str, ...]
    kind: str
    title: str
    does: str
    whom: str
    instrument: str
    status: str
    is_law: bool
    effective_from: date | None
    effective_to: date | None
    known_from: date
    from_is_floor: bool
    not_expressible: str
    fields: Mapping[str, Any]
    cited: Cited

    @property
    def measure(self) -> str:
        """The id, as rows of measures call it."""
        return self.id

    @property
    def importer(self) -> str:
        """The places, as rows of measures call the one whose law they are."""
        return ", ".join(self.places)

    @property
    def charges(self) -> str:
        """What it does, said of a measure."""
        return self.does

    @property
    def payers(self) -> str:
        """Whom it concerns, said of a measure."""
        return self.whom

    def holds(self, on: date) -> bool:
        """True for law in force on a day."""
        return self.is_law and Span(self.effective_from, self.effective_to).covers(on)


@dataclass(frozen=True, slots=True)
class Register:
    """All law known on a day, table after table, each in the order of its rows."""

    rules: Rulebook
    entries: tuple[Entry, ...]
    world: World

    def concerning(self, importer: str) -> tuple[Entry, ...]:
        """Law of a place, of its customs territory and of the blocs either ever belonged to; all law where none is named.

        Raises
        ------
        RoadsteadError
            RS-W301 where there is no such place.
        """
        if not importer:
            return self.entries
        place = self.world.gazetteer.find(importer)
        if place is None:
            raise RoadsteadError(self.world.gazetteer.fault(importer, "--importer"))
        home = {place.place_id, self.world.gazetteer.territory(place.place_id)}
        blocs = {bloc for bloc, members in self.rules.blocs.items() if home & {member for member, _ in members}}
        return tuple(entry for entry in self.entries if not (home | blocs).isdisjoint(entry.places))


def open_register(world: World, as_known_on: date | str | None = None, rules: Path | None = None) -> Register:
    """The packaged law and the asker's own, as known on a day.

    Raises
    ------
    RoadsteadError
        RS-L213 for a day that is none, RS-T101 for a folder without tables, and every fault of own tables.
    """
    faults: list[Fault] = []
    known = None if as_known_on is None else read_day(as_known_on, "--as-known-on", faults)
    own_tables(rules, faults)
    raise_if_any(faults)
    known_rules = rulebook.load(known, rules)
    law = gather(rulebook.rows(rules), world.gazetteer)
    found = tuple(entry for entry in _entries(law, world) if known is None or entry.known_from <= known)
    return Register(known_rules, found, world)


def _entries(law: Law, world: World) -> Iterator[Entry]:
    for table in TELLERS:
        for row in law.tables[table]:
            yield _entry(table, row, law, world)


def _entry(table: str, row: Row, law: Law, world: World) -> Entry:
    told = TELLERS[table](row, law)
    return Entry(
        table=table,
        id=told.id,
        places=told.places,
        kind=told.kind,
        title=told.title,
        does=told.does,
        whom=told.whom,
        instrument=row.values.get("instrument", ""),
        status=told.clocks.status,
        is_law=told.clocks.is_law,
        effective_from=told.clocks.span.first,
        effective_to=told.clocks.span.last,
        known_from=told.clocks.known_from,
        from_is_floor=told.clocks.from_is_floor,
        not_expressible=row.values.get("not_expressible", ""),
        fields={name: value for name, value in row.values.items() if name not in EVIDENCE},
        cited=cited(row.evidence, world.sources),
    )


def show(register: Register, row_id: str) -> Entry:
    """One row of law by its id; where two tables use one id, by table and id with a slash between.

    Raises
    ------
    RoadsteadError
        RS-L282 where no row, or more than one, has this id.
    """
    wanted = row_id.strip().casefold()
    found = [e for e in register.entries if wanted in {e.id.casefold(), f"{e.table}/{e.id}".casefold()}]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} rows are called {row_id!r}"
        expected = f"one of {', '.join(f'{entry.table}/{entry.id}' for entry in found)}"
    else:
        message = f"no row of law is called {row_id!r}"
        near = _near(register, wanted)
        guess = f"; did you mean {near}?" if near else ""
        expected = f"an id that `roadstead rules list --importer EU27` shows{guess}"
    raise RoadsteadError(Fault("rules show", "RS-L282", message, expected))


def _near(register: Register, wanted: str) -> str:
    """The id a person most likely meant: the newest of those that begin with his words, else the one most like them."""
    ids = {entry.id.casefold(): entry.id for entry in register.entries}
    begun = [written for folded, written in ids.items() if folded.startswith(f"{wanted}/")]
    like = difflib.get_close_matches(wanted, list(ids), 1, 0.75)
    return begun[-1] if begun else ids[like[0]] if like else ""


class Entries(Answers["Entry"]):
    """Rows of law."""

    __slots__ = ()


def listed(register: Register, importer: str, on: date | str | None = None) -> Entries:
    """The law of an importer, in force on a day, or all that the tables hold.

    Raises
    ------
    RoadsteadError
        RS-W301 for no such place, RS-L213 for a day that is none.
    """
    faults: list[Fault] = []
    day = None if on is None else read_day(on, "--on", faults)
    found: tuple[Entry, ...] = ()
    try:
        found = register.concerning(importer)
    except RoadsteadError as error:
        faults += error.faults
    raise_if_any(faults)
    return Entries(entry for entry in found if day is None or entry.holds(day))
