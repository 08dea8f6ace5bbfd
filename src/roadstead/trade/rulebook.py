"""The rulebook: dated measures, agreements, origin rules, taxes and prohibitions, as known on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.tables import Row, Schema, read_table, scan_table
from roadstead.trade import columns, schemas, soundness
from roadstead.trade import non_tariff as non_tariff_rules
from roadstead.trade.condition import parse
from roadstead.trade.facts import money_facts
from roadstead.trade.obligations import Obligation, read_obligations
from roadstead.trade.origin import read_methods
from roadstead.trade.quotas import QuotaShare, read_shares
from roadstead.trade.units import UnitWorth, read_units
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from roadstead.terms.evidence import Evidence
    from roadstead.trade.condition import Expression
    from roadstead.trade.non_tariff import NonTariff

AS_OF = date(2026, 7, 2)
"""Newest material in the packaged tables; what came later is not in them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; None where open."""

    first: date | None
    last: date | None

    def covers(self, day: date) -> bool:
        """True if ``day`` lies in the span."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Measure:
    """One dated rule at the border; trade/schemas.py says what each field holds."""

    measure_id: str
    importer: str
    origins: frozenset[str]
    origins_except: frozenset[str]
    products: frozenset[str]
    powertrains: frozenset[str]
    kind: str
    rate_type: str
    rate: float | None
    specific: float | None
    specific_currency: str
    specific_unit: str
    ceiling: float | None
    base: str
    stack: str
    replaces: frozenset[str]
    group: str
    firms: frozenset[str]
    condition: Expression | None
    condition_text: str
    quota: float | None
    quota_unit: str
    over_quota_rate: float | None
    requires: tuple[str, ...]
    instrument: str
    status: str
    span: Span
    known_from: date
    not_expressible: str
    evidence: Evidence
    suppresses: frozenset[str] = frozenset()
    quota_pool: str = ""
    quota_windows: int = 1

    @property
    def is_law(self) -> bool:
        """True for enacted law, later starts included."""
        return self.status in columns.ENACTED


@dataclass(frozen=True, slots=True)
class Agreement:
    """A trade agreement or customs union."""

    agreement_id: str
    name: str
    members: frozenset[str]
    span: Span
    status: str
    cumulation: str
    tolerance: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class OriginRule:
    """One threshold of one rule of origin."""

    row_id: str
    agreement_id: str
    rule: str
    product: str
    powertrains: frozenset[str]
    metric: str
    threshold: float | None
    methods: tuple[tuple[str, float], ...]
    also: tuple[str, ...]
    additional: str
    status: str
    span: Span
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax the buyer pays; never mixed with duty."""

    tax_id: str
    importer: str
    name: str
    powertrains: frozenset[str]
    base: str
    order: int
    rate: float
    forms: frozenset[str]
    status: str
    span: Span
    evidence: Evidence


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
    return Path(str(files("roadstead.trade") / "data"))


def load(
    as_known_on: date | None = None, own_rules: Path | None = None, currencies: Collection[str] | None = None
) -> Rulebook:
    """The packaged rulebook as known on a date, with a user's own rows added or put in place by id.

    What is known later is left out; but a last day that is in the tables is there at once, even if it was only set later.
    ``currencies`` are those with an exchange rate; the packaged ones where None.

    Raises
    ------
    RoadsteadError
        With every fault of the tables: of their cells, and where their rows do not fit together (trade/soundness.py).
    """
    faults: list[Fault] = []
    own: set[int] = set()
    tables = {schema.name: list(_packaged(schema)) for schema in schemas.ALL}
    if own_rules is not None:
        for schema in schemas.ALL:
            _merge(tables, schema, own_rules, faults, own)
    rates = reference.packaged_currencies() if currencies is None else currencies
    broken = {":".join(fault.where.split(":", 2)[:2]) for fault in faults}
    whole = {
        name: [row for row in rows if id(row) not in own or f"{row.file}:{row.line}" not in broken]
        for name, rows in tables.items()
    }
    faults += soundness.faults(whole, rates, own)
    raise_if_any(faults)
    return _rulebook(tables, as_known_on or date.max)


@lru_cache(maxsize=len(schemas.ALL))
def _packaged(schema: Schema) -> tuple[Row, ...]:
    return read_table(data_folder() / f"{schema.name}.csv", schema)


def _merge(tables: dict[str, list[Row]], schema: Schema, folder: Path, faults: list[Fault], own: set[int]) -> None:
    """A row of the user's takes the place of the packaged row with its key; ``own`` gathers the ids of the user's rows."""
    path = folder / f"{schema.name}.csv"
    if not path.exists():
        return
    merged = {tuple(row[name] for name in schema.key): row for row in tables[schema.name]}
    for row in scan_table(path, schema, faults, must_rest_on=True) or ():
        merged[tuple(row[name] for name in schema.key)] = row
        own.add(id(row))
    tables[schema.name] = list(merged.values())


def _rulebook(tables: dict[str, list[Row]], as_known_on: date) -> Rulebook:
    measures: dict[str, list[Measure]] = {}
    for row in tables["measures"]:
        measure = _measure(row)
        if measure.known_from <= as_known_on:
            measures.setdefault(measure.importer, []).append(measure)
    faults: list[Fault] = []
    origin_rules = tuple(_origin_rule(row, faults) for row in tables["origin_rules"])
    quota_shares = read_shares(tables["quota_shares"], faults)
    raise_if_any(faults)
    taxes: dict[str, list[Tax]] = {}
    for row in tables["taxes"]:
        tax = _tax(row)
        if known_from(tax.span) <= as_known_on:
            taxes.setdefault(tax.importer, []).append(tax)
    groups: dict[str, set[str]] = {}
    for row in tables["firm_groups"]:
        groups.setdefault(row["group"], set()).add(row["firm"].casefold())
    blocs: dict[str, list[tuple[str, Span]]] = {}
    for row in tables["blocs"]:
        span = Span(row["member_from"], row["member_to"])
        blocs.setdefault(row["bloc"], []).append((row["member"], span))
    agreements = map(_agreement, tables["agreements"])
    non_tariff = (non_tariff_rules.read(row, _span(row), _condition(row)) for row in tables["non_tariff"])
    return Rulebook(
        as_known_on=as_known_on,
        as_of=AS_OF,
        measures={importer: tuple(filed) for importer, filed in measures.items()},
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
        money_facts=money_facts(measure.condition for filed in measures.values() for measure in filed),
    )


def known_from(span: Span, published: date | None = None) -> date:
    """Day a rule could first be known: its publication, else its first day, a later start from the tables' own day."""
    return published or min(span.first or AS_OF, AS_OF)


def _span(row: Row) -> Span:
    return Span(row["effective_from"], row["effective_to"])


def _condition(row: Row) -> Expression | None:
    return parse(row["condition"], row.where("condition")) if row["condition"] else None


def _measure(row: Row) -> Measure:
    span = _span(row)
    return Measure(
        measure_id=row["measure"],
        importer=row["importer"],
        origins=frozenset(row["origins"]),
        origins_except=frozenset(row["origins_except"]),
        products=frozenset(row["products"]),
        powertrains=frozenset(row["powertrains"]),
        kind=row["kind"],
        rate_type=row["rate_type"],
        rate=row["rate"],
        specific=row["specific"],
        specific_currency=row["specific_currency"],
        specific_unit=row["specific_unit"],
        ceiling=row["ceiling"],
        base=row["base"],
        stack=row["stack"],
        replaces=frozenset(row["replaces"]),
        group=row["group"],
        firms=frozenset(row["firms"]),
        condition=_condition(row),
        condition_text=row["condition"],
        quota=row["quota"],
        quota_unit=row["quota_unit"],
        over_quota_rate=row["over_quota_rate"],
        requires=row["requires"],
        instrument=row["instrument"],
        status=row["status"],
        span=span,
        known_from=known_from(span, row["published_on"]),
        not_expressible=row["not_expressible"],
        evidence=row.evidence,
        suppresses=frozenset(row["suppresses"]),
        quota_pool=row["quota_pool"],
        quota_windows=row["quota_windows"] or 1,
    )


def _agreement(row: Row) -> Agreement:
    return Agreement(
        agreement_id=row["agreement"],
        name=row["name"],
        members=frozenset(row["members"]),
        span=Span(row["effective_from"], row["effective_to"]),
        status=row["status"],
        cumulation=row["cumulation"],
        tolerance=row["tolerance"] or 0.0,
        evidence=row.evidence,
    )


def _origin_rule(row: Row, faults: list[Fault]) -> OriginRule:
    return OriginRule(
        row_id=row["row"],
        agreement_id=row["agreement"],
        rule=row["rule"],
        product=row["product"],
        powertrains=frozenset(row["powertrains"]),
        metric=row["metric"],
        threshold=row["threshold"],
        methods=read_methods(row, faults),
        also=row["also"],
        additional=row["additional"],
        status=row["status"],
        span=Span(row["effective_from"], row["effective_to"]),
        evidence=row.evidence,
    )


def _tax(row: Row) -> Tax:
    return Tax(
        tax_id=row["tax"],
        importer=row["importer"],
        name=row["name"],
        powertrains=frozenset(row["powertrains"]),
        base=row["base"],
        order=row["order"],
        rate=row["rate"],
        forms=frozenset(row["forms"]),
        status=row["status"],
        span=Span(row["effective_from"], row["effective_to"]),
        evidence=row.evidence,
    )
