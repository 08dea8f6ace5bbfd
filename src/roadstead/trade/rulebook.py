"""The rulebook: dated measures, agreements, origin rules, taxes and prohibitions, as known on a date."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, raise_if_any, spot
from roadstead.terms.packaged import Edition, edition, packaged_folder, remembered
from roadstead.terms.tables import Row, Schema, merged, read_table, scan_table
from roadstead.trade import non_tariff as non_tariff_rules
from roadstead.trade import schemas, soundness
from roadstead.trade.facts import money_facts
from roadstead.trade.homologation import Scheme, read_scheme
from roadstead.trade.law import (
    Agreement,
    Measure,
    OriginRule,
    Span,
    Tax,
    condition_of,
    known_from,
    read_agreement,
    read_measure,
    read_origin_rule,
    read_tax,
    rules_as_of,
    span_of,
)
from roadstead.trade.obligations import Obligation, read_obligations
from roadstead.trade.quotas import QuotaShare, read_shares
from roadstead.trade.units import UnitWorth, read_units
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from roadstead.trade.non_tariff import NonTariff


LIMITED = frozenset({"QUOTA_TRQ", "MIN_PRICE", "COUNTERVAILING", "ANTIDUMPING"})
"""Kinds of measure whose last day is set with the first: windows of quotas, and the five years of trade defence."""


@dataclass(frozen=True, slots=True, eq=False)
class Treaties:
    """What no amendment touches: agreements, their rules of origin, and the blocs that are members of them.

    Equal only to itself, so that what it says of two countries on a day can be remembered.
    """

    agreements: Mapping[str, Agreement]
    origin_rules: tuple[OriginRule, ...]
    blocs: Mapping[str, tuple[tuple[str, Span], ...]]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules known on a date, filed by importer where they are looked up by importer.

    Attributes
    ----------
    money_facts
        Facts that conditions ask for and that are an amount in another currency.
    state
        Names what has been amended; empty for law as it stands. Equal states mean equal rules.
    """

    as_known_on: date
    as_of: date
    measures: Mapping[str, tuple[Measure, ...]]
    treaties: Treaties
    taxes: Mapping[str, tuple[Tax, ...]]
    non_tariff: tuple[NonTariff, ...]
    groups: Mapping[str, frozenset[str]]
    units: Mapping[str, tuple[UnitWorth, ...]]
    quota_shares: Mapping[str, tuple[QuotaShare, ...]]
    obligations: tuple[Obligation, ...]
    homologation: tuple[Scheme, ...]
    money_facts: frozenset[str]
    state: tuple[str, ...] = ()

    @property
    def agreements(self) -> Mapping[str, Agreement]:
        """Agreements by id."""
        return self.treaties.agreements

    @property
    def origin_rules(self) -> tuple[OriginRule, ...]:
        """Every threshold of every rule of origin."""
        return self.treaties.origin_rules

    @property
    def blocs(self) -> Mapping[str, tuple[tuple[str, Span], ...]]:
        """Members of every bloc, each with the days of its membership."""
        return self.treaties.blocs

    def every_measure(self) -> Iterable[Measure]:
        """All measures, importer by importer."""
        for filed in self.measures.values():
            yield from filed


def data_folder() -> Path:
    """Where the packaged tables lie."""
    return packaged_folder("trade")


def load(
    as_known_on: date | None = None, own_rules: Path | None = None, currencies: Collection[str] | None = None
) -> Rulebook:
    """The packaged rulebook as known on a date, with a user's own rows added or put in place by id.

    What is known later is left out, and so is a last day that only came with what followed and was not known yet: the rule goes on.
    Quotas, least prices and trade defence keep their last days, which are set as they begin.
    ``currencies`` are those with an exchange rate; the packaged ones where None.

    Raises
    ------
    RoadsteadError
        With every fault of the tables: of their cells, and where their rows do not fit together (trade/soundness.py).
    """
    rates = frozenset(reference.packaged_currencies() if currencies is None else currencies)
    known = as_known_on or date.max
    if own_rules is None:
        return _packaged_rules(known, rates)
    try:
        own = _Own(
            tuple((s.name, f.read_bytes()) for s in schemas.ALL if (f := own_rules / f"{s.name}.csv").exists()),
            own_rules,
        )
    except OSError:  # told as a fault of that table
        return _merged_rules(known, own_rules, rates)
    return _rules_with_own(edition(), known, own, rates)


@dataclass(frozen=True, slots=True)
class _Own:
    """A user's tables, known by what stands in them."""

    contents: tuple[tuple[str, bytes], ...]
    folder: Path = field(compare=False)


@lru_cache(maxsize=8)
def _rules_with_own(_: Edition | None, as_known_on: date, own: _Own, currencies: frozenset[str]) -> Rulebook:
    """A case is read, held against its law and evaluated: three times the same rules, and again for every what-if."""
    return _merged_rules(as_known_on, own.folder, currencies)


@remembered
def _packaged_rules(as_known_on: date, currencies: frozenset[str]) -> Rulebook:
    """The packaged rules alone; they are the same all along, so quotes in a row ask for them once."""
    tables = rows()
    raise_if_any(soundness.faults(tables, currencies, set()))
    return _rulebook(tables, as_known_on)


def rows(own_rules: Path | None = None) -> Mapping[str, Sequence[Row]]:
    """Rows of every table, with a user's own added or put in place by key; of no other day than that of the tables.

    Raises
    ------
    RoadsteadError
        With every fault of the user's cells; whether the rows fit together is seen by :func:`load`.
    """
    faults: list[Fault] = []
    tables, _ = _tables(own_rules, faults)
    raise_if_any(faults)
    return tables


def _tables(own_rules: Path | None, faults: list[Fault]) -> tuple[dict[str, list[Row]], set[int]]:
    """Rows by table, and the ids of those that are the user's."""
    own: set[int] = set()
    tables = {schema.name: list(_packaged(schema)) for schema in schemas.ALL}
    if own_rules is not None:
        for schema in schemas.ALL:
            _merge(tables, schema, own_rules, faults, own)
    return tables, own


def _merged_rules(as_known_on: date, own_rules: Path, currencies: frozenset[str]) -> Rulebook:
    faults: list[Fault] = []
    tables, own = _tables(own_rules, faults)
    broken = {spot(fault.where)[:2] for fault in faults}
    whole = {
        name: [row for row in rows if id(row) not in own or (row.file, row.line) not in broken]
        for name, rows in tables.items()
    }
    faults += soundness.faults(whole, currencies, own)
    raise_if_any(faults)
    return _rulebook(tables, as_known_on)


@remembered
def _packaged(schema: Schema) -> tuple[Row, ...]:
    return read_table(data_folder() / f"{schema.name}.csv", schema)


def _merge(tables: dict[str, list[Row]], schema: Schema, folder: Path, faults: list[Fault], own: set[int]) -> None:
    """A row of the user's takes the place of the packaged row with its key; ``own`` gathers the ids of the user's rows."""
    path = folder / f"{schema.name}.csv"
    if not path.exists():
        return
    rows = scan_table(path, schema, faults, must_rest_on=True) or ()
    own.update(id(row) for row in rows)
    tables[schema.name] = list(merged(schema, tables[schema.name], rows))


def _rulebook(tables: Mapping[str, Sequence[Row]], as_known_on: date) -> Rulebook:
    measures: dict[str, list[Measure]] = {}
    later: dict[str, list[Measure]] = {}
    for row in tables["measures"]:
        measure = read_measure(row)
        filed = measures if measure.known_from <= as_known_on else later
        filed.setdefault(measure.importer, []).append(measure)
    faults: list[Fault] = []
    origin_rules = tuple(read_origin_rule(row, faults) for row in tables["origin_rules"])
    quota_shares = read_shares(tables["quota_shares"], faults)
    raise_if_any(faults)
    taxes: dict[str, list[Tax]] = {}
    for row in tables["taxes"]:
        tax = read_tax(row)
        if known_from(tax.span) <= as_known_on:
            taxes.setdefault(tax.importer, []).append(tax)
    groups: dict[str, set[str]] = {}
    for row in tables["firm_groups"]:
        groups.setdefault(row["group"], set()).add(row["firm"].casefold())
    blocs: dict[str, list[tuple[str, Span]]] = {}
    for row in tables["blocs"]:
        span = Span(row["member_from"], row["member_to"])
        blocs.setdefault(row["bloc"], []).append((row["member"], span))
    agreements = map(read_agreement, tables["agreements"])
    non_tariff = (non_tariff_rules.read(row, span_of(row), condition_of(row)) for row in tables["non_tariff"])
    schemes = map(read_scheme, tables["homologation"])
    return Rulebook(
        as_known_on=as_known_on,
        as_of=rules_as_of(),
        measures={
            importer: tuple(_as_then(measure, as_known_on, later.get(importer, ())) for measure in filed)
            for importer, filed in measures.items()
        },
        treaties=Treaties(
            agreements={a.agreement_id: a for a in agreements if known_from(a.span) <= as_known_on},
            origin_rules=origin_rules,
            blocs={bloc: tuple(members) for bloc, members in blocs.items()},
        ),
        taxes={importer: tuple(sorted(filed, key=lambda tax: tax.order)) for importer, filed in taxes.items()},
        non_tariff=tuple(row for row in non_tariff if known_from(row.span) <= as_known_on),
        groups={group: frozenset(firms) for group, firms in groups.items()},
        units=read_units(tables["units"], as_known_on),
        quota_shares=quota_shares,
        obligations=read_obligations(tables["obligations"], as_known_on),
        homologation=tuple(scheme for scheme in schemes if known_from(scheme.span) <= as_known_on),
        money_facts=money_facts(measure.condition for filed in measures.values() for measure in filed),
    )


def _as_then(measure: Measure, day: date, later: Iterable[Measure]) -> Measure:
    """A measure with the last day that was known on a day: none where it only ended because of one published later."""
    last = measure.span.last
    if last is None or last < day or measure.kind in LIMITED:
        return measure
    follows = last + timedelta(days=1)
    if any(other.is_law and other.span.first == follows and _takes_place(other, measure) for other in later):
        return replace(measure, span=Span(measure.span.first, None))
    return measure


def _takes_place(other: Measure, measure: Measure) -> bool:
    """True where a measure is of the kind of another and on some of its cars."""

    def meet(left: frozenset[str], right: frozenset[str]) -> bool:
        return not left or not right or bool(left & right)

    origins = "*" in other.origins | measure.origins or meet(other.origins, measure.origins)
    kinds = other.kind == measure.kind and origins and meet(other.products, measure.products)
    return kinds and meet(other.powertrains, measure.powertrains)
