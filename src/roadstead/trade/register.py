"""The measures one by one: what a row charges and whom, in words, with both of its clocks and what it rests on."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook
from roadstead.trade.inquiry import read_day
from roadstead.trade.quote import Cited, cited, own_tables
from roadstead.trade.schemas import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from roadstead.terms.tables import Row
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

EVIDENCE = frozenset({"source", "as_of", "confidence", "note"})
ON = {
    "CIF": "of the customs value (CIF)",
    "FOB": "of the customs value (FOB)",
    "NON_US_CONTENT": "of the value without what was made in the United States",
    "VALUE_LESS_CAN_MEX_CONTENT": "of the value without what was made in Canada and Mexico, 15 % at least",
}
JOINS = {"COMPOUND_MAX": "or, if higher,", "COMPOUND_SUM": "plus"}
STACKS = {
    "BASE": "as the base rate",
    "ADD": "on top of the base rate",
    "REPLACE": "in place of",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the measures, told.

    Attributes
    ----------
    charges
        Rate, amount or ceiling, and how it meets other measures.
    payers
        Goods, origins, makers and conditions.
    is_law
        True for enacted law, later starts included; False for what is proposed, announced or superseded.
    known_from
        Day on which the row could first be known; ``effective_from`` and ``effective_to`` are its other clock.
    from_is_floor
        True where the tables begin on the first day, not the law.
    fields
        Every column of the row as the table has it.
    """

    measure: str
    importer: str
    kind: str
    charges: str
    payers: str
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


@dataclass(frozen=True, slots=True)
class Register:
    """A rulebook with the rows it was made from.

    Attributes
    ----------
    rows
        Columns of every measure, by its id.
    """

    rules: Rulebook
    rows: Mapping[str, Mapping[str, Any]]
    world: World

    def entry(self, measure: Measure) -> Entry:
        """A measure, told."""
        row = self.rows[measure.measure_id]
        return Entry(
            measure=measure.measure_id,
            importer=measure.importer,
            kind=measure.kind,
            charges=charges(measure),
            payers=payers(measure),
            instrument=measure.instrument,
            status=measure.status,
            is_law=measure.is_law,
            effective_from=measure.span.first,
            effective_to=measure.span.last,
            known_from=measure.known_from,
            from_is_floor=bool(row["from_is_floor"]),
            not_expressible=measure.not_expressible,
            fields={name: value for name, value in row.items() if name not in EVIDENCE},
            cited=cited(measure.evidence, self.world.sources),
        )

    def levied_by(self, importer: str) -> tuple[Measure, ...]:
        """Measures of a customs territory and of the unions it ever belonged to; of all where none is named.

        Raises
        ------
        RoadsteadError
            RS-W301 where there is no such place.
        """
        if not importer:
            return tuple(self.rules.every_measure())
        place = self.world.gazetteer.find(importer)
        if place is None:
            raise RoadsteadError(self.world.gazetteer.fault(importer, "--importer"))
        territory = self.world.gazetteer.territory(place.place_id)
        unions = [bloc for bloc, members in self.rules.blocs.items() if territory in {m for m, _ in members}]
        return tuple(m for levied in (territory, *unions) for m in self.rules.measures.get(levied, ()))


def open_register(world: World, as_known_on: date | str | None = None, rules: Path | None = None) -> Register:
    """The packaged measures and the asker's own, as known on a day.

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
    rows = {row["measure"]: row.values for row in _packaged()}
    own = None if rules is None else rules / f"{MEASURES.name}.csv"
    if own is not None and own.is_file():
        rows |= {row["measure"]: row.values for row in read_table(own, MEASURES, must_rest_on=True)}
    return Register(known_rules, rows, world)


@lru_cache(maxsize=1)
def _packaged() -> tuple[Row, ...]:
    return read_table(rulebook.data_folder() / f"{MEASURES.name}.csv", MEASURES)


def show(register: Register, measure_id: str) -> Entry:
    """One measure by its id.

    Raises
    ------
    RoadsteadError
        RS-L282 where no measure has this id.
    """
    wanted = measure_id.strip().upper()
    for measure in register.rules.every_measure():
        if measure.measure_id.upper() == wanted:
            return register.entry(measure)
    ids = [measure.measure_id for measure in register.rules.every_measure()]
    near = difflib.get_close_matches(wanted, ids, 1, 0.6)
    guess = f"; did you mean {near[0]}?" if near else ""
    expected = f"an id that `roadstead rules list --importer EU27` shows{guess}"
    raise RoadsteadError(Fault("rules show", "RS-L282", f"no measure is called {measure_id!r}", expected))


def listed(register: Register, importer: str, on: date | str | None = None) -> tuple[Entry, ...]:
    """The measures an importer levies, in force on a day, or all that the tables hold.

    Raises
    ------
    RoadsteadError
        RS-W301 for no such place, RS-L213 for a day that is none.
    """
    faults: list[Fault] = []
    day = None if on is None else read_day(on, "--on", faults)
    found: Iterable[Measure] = ()
    try:
        found = register.levied_by(importer)
    except RoadsteadError as error:
        faults += error.faults
    raise_if_any(faults)
    return tuple(register.entry(m) for m in found if day is None or (m.is_law and m.span.covers(day)))


def charges(measure: Measure) -> str:
    """What a measure charges, as law would say it."""
    if measure.rate is None and not measure.specific and measure.ceiling is None:
        told = f"not in the table: {measure.not_expressible}" if measure.not_expressible else "rate not in the table"
    elif measure.rate_type == "CEILING_TOPUP":
        told = f"what lacks to {_percent(measure.ceiling or 0.0)} {ON.get(measure.base, '')}".rstrip()
    else:
        parts = []
        if measure.rate is not None:
            parts.append(f"{_percent(measure.rate)} {ON.get(measure.base, '')}".rstrip())
        if measure.specific:
            parts.append(f"{measure.specific_currency} {measure.specific:,.15g} per {measure.specific_unit}")
        told = f" {JOINS.get(measure.rate_type, 'plus')} ".join(parts)
    meets = STACKS[measure.stack]
    if measure.stack == "REPLACE":
        meets += " " + (" and ".join(_word(kind) for kind in sorted(measure.replaces)) or "other measures")
    if measure.quota is not None:
        meets += f", within {measure.quota:,.15g} {measure.quota_unit} a period"
    if measure.over_quota_rate is not None:
        meets += f", {_percent(measure.over_quota_rate)} beyond"
    if measure.group:
        meets += f", one only of {measure.group}"
    return f"{told}, {meets}"


def payers(measure: Measure) -> str:
    """Whom and what a measure charges."""
    origins = "anywhere" if "*" in measure.origins else ", ".join(sorted(measure.origins))
    parts = [", ".join(sorted(measure.products))]
    parts.append(", ".join(sorted(measure.powertrains)) or "any powertrain")
    parts.append(f"from {origins}")
    if measure.origins_except:
        parts.append(f"but not {', '.join(sorted(measure.origins_except))}")
    if measure.firms:
        named = sorted(measure.firms - {"OTHERS"})
        parts.append(f"made by {', '.join([*named, *(['all others'] if 'OTHERS' in measure.firms else [])])}")
    if measure.condition_text:
        parts.append(f"where {measure.condition_text}")
    if measure.requires:
        parts.append(f"that meet the origin rule of {' or '.join(measure.requires)}")
    return "; ".join(parts)


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g} %"


def _word(kind: str) -> str:
    return kind.lower().replace("_", " ") if kind != "MFN" else "the base rate"
