"""What the package knows: how old it is, how much of it is sourced, and which rows rest on nothing located."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study.world_tables import every_table
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import document
from roadstead.terms.showing import Shown
from roadstead.trade.law import AS_OF
from roadstead.world import reference
from roadstead.world.sources import coverage, naming

if TYPE_CHECKING:
    from datetime import date

    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row, Schema
    from roadstead.world.reference import World
    from roadstead.world.sources import Coverage


@dataclass(frozen=True, slots=True)
class KnownMarket:
    """A market whose sales and NEV share are both known. [cars], [fraction]"""

    market: str
    name: str
    name_zh: str
    kind: str
    region: str
    customs_territory: str
    counts: str
    first_year: int
    last_year: int
    last_sales: float
    nev_year: int
    nev_share: float


@dataclass(frozen=True, slots=True)
class Holdings(Shown):
    """Everything packaged.

    Attributes
    ----------
    built_on
        Day the tables were last built.
    rules_as_of
        Newest material in the rules.
    age_days
        Days since the newest material in the rules.
    facts
        The reference world itself.
    """

    built_on: date
    rules_as_of: date
    age_days: int
    coverage: tuple[Coverage, ...]
    markets: tuple[KnownMarket, ...]
    facts: World


@dataclass(frozen=True, slots=True)
class Unsourced:
    """A packaged row for which no document was located: usable as an assumption at most."""

    table: str
    row: str
    place: str
    assumption: bool
    confidence: str
    as_of: str
    note: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A document and how many packaged rows rest on it."""

    source: Source
    rows: int
    tables: tuple[str, ...]


def holdings(today: date) -> Holdings:
    """Sum up what is packaged."""
    world = reference.load()
    covered = tuple(coverage(schema, rows) for schema, rows in packaged() if schema.evidence)
    age = (today - AS_OF).days
    return Holdings(reference.BUILT_ON, AS_OF, age, covered, _markets(world), world)


def packaged() -> tuple[tuple[Schema, tuple[Row, ...]], ...]:
    """Every packaged table: facts, rules, parameters of demand, car flows, events."""
    return tuple((table.schema, table.rows) for table in every_table({}))


def unsourced(table: str = "") -> tuple[Unsourced, ...]:
    """Rows without a located source, of one table or of all.

    Raises
    ------
    RoadsteadError
        RS-W304 where there is no such table.
    """
    return tuple(
        Unsourced(
            table=schema.name,
            row=naming(schema, row),
            place=row.at,
            assumption=row.evidence.is_assumption,
            confidence=row.evidence.confidence.value,
            as_of=row.evidence.as_of,
            note=row.evidence.note,
        )
        for schema, rows in _chosen(table)
        for row in rows
        if not row.evidence.is_sourced
    )


def cited(table: str = "") -> tuple[Cited, ...]:
    """Documents that packaged rows cite, the most cited first; RS-W304 as for :func:`unsourced`.

    A row may name its document in words rather than by id; then the words are the title.
    """
    count: dict[str, int] = {}
    tables: dict[str, list[str]] = {}
    for schema, rows in _chosen(table):
        for row in rows:
            if row.evidence.is_sourced:
                source_id = row.evidence.source_id
                count[source_id] = count.get(source_id, 0) + 1
                named = tables.setdefault(source_id, [])
                if schema.name not in named:
                    named.append(schema.name)
    known = reference.load().sources
    found = [Cited(document(known, s), count[s], tuple(tables[s])) for s in count]
    return tuple(sorted(found, key=lambda entry: (-entry.rows, entry.source.source_id)))


def _chosen(table: str) -> list[tuple[Schema, tuple[Row, ...]]]:
    told = [(schema, rows) for schema, rows in packaged() if schema.evidence]
    chosen = [(schema, rows) for schema, rows in told if table in {"", schema.name}]
    if not chosen:
        expected = f"one of {', '.join(sorted(schema.name for schema, _ in told))}"
        raise RoadsteadError(Fault("--table", "RS-W304", f"no packaged table `{table}` carries sources", expected))
    return chosen


def _markets(world: World) -> tuple[KnownMarket, ...]:
    found = []
    for market, history in sorted(world.markets.items()):
        place = world.gazetteer.places[market]
        found.append(
            KnownMarket(
                market=market,
                name=place.name,
                name_zh=place.name_zh,
                kind=place.kind,
                region=place.region,
                customs_territory=place.customs_territory,
                counts=history.definition,
                first_year=history.sales[0].year,
                last_year=history.sales[-1].year,
                last_sales=history.sales[-1].value,
                nev_year=history.nev_share[-1].year,
                nev_share=history.nev_share[-1].value,
            )
        )
    return tuple(found)
