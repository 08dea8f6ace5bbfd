"""Rows of law as values: measures, agreements, thresholds of origin, taxes; trade/schemas.py says what each field holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roadstead.terms.packaged import edition
from roadstead.trade import columns
from roadstead.trade.condition import parse
from roadstead.trade.origin import read_methods

if TYPE_CHECKING:
    from roadstead.terms.errors import Fault
    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.trade.condition import Expression

AS_OF = date(2026, 7, 2)
"""Newest material in the packaged tables; what came later is not in them."""
FLOOR = date(2015, 1, 1)
"""Day on which the packaged tables begin: a measure, tax or other rule that starts on it may be older."""


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


def known_from(span: Span, published: date | None = None) -> date:
    """Day a rule could first be known: its publication, else its first day, a later start from the tables' own day."""
    return published or min(span.first or rules_as_of(), rules_as_of())


def rules_as_of() -> date:
    """Newest day of the law in the tables that are read."""
    other = edition()
    return AS_OF if other is None else other.rules_as_of


def span_of(row: Row) -> Span:
    """Days a row's rule is in force."""
    return Span(row["effective_from"], row["effective_to"])


def condition_of(row: Row) -> Expression | None:
    """The expression a row's rule hangs on; None for always."""
    return parse(row["condition"], row.where("condition")) if row["condition"] else None


def read_measure(row: Row) -> Measure:
    """The measure a row states."""
    span = span_of(row)
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
        condition=condition_of(row),
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


def read_agreement(row: Row) -> Agreement:
    """The agreement a row states."""
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


def read_origin_rule(row: Row, faults: list[Fault]) -> OriginRule:
    """The threshold a row states; ways of counting that are none are noted."""
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


def read_tax(row: Row) -> Tax:
    """The tax a row states."""
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
