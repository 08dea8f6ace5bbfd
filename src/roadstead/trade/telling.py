"""What every table of law needs to be told in words: the shape of a row that is told, its clocks, and the rows around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from roadstead.trade.columns import ENACTED
from roadstead.trade.condition import parse
from roadstead.trade.condition_words import condition_words
from roadstead.trade.law import FLOOR, Span, known_from, rules_as_of
from roadstead.trade.wording import with_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

FLOORED = ("taxes", "non_tariff")
"""Tables that begin on the floor's day without a column that says of which rows it is not the law's own first day."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """When a row holds, and since when it could be known.

    Attributes
    ----------
    status
        Standing in law as the tables write it; empty where there is no law to stand.
    known_from
        Day on which the row could first be known.
    from_is_floor
        True where the tables begin on the first day, not the law.
    """

    status: str
    span: Span
    known_from: date
    from_is_floor: bool

    @property
    def is_law(self) -> bool:
        """True for enacted law, later starts included."""
        return self.status in ENACTED


@dataclass(frozen=True, slots=True)
class Told:
    """A row of law in words.

    Attributes
    ----------
    places
        Countries, unions and blocs whose law it is.
    kind
        Nature of the rule as the table codes it; empty where the table holds one kind only.
    title
        What kind of rule it is, in words.
    does
        What it charges, asks for or grants.
    whom
        Goods, makers and conditions it concerns.
    """

    id: str
    places: tuple[str, ...]
    kind: str
    title: str
    does: str
    whom: str
    clocks: Clocks


@dataclass(frozen=True, slots=True)
class Law:
    """Every row of law, to be looked up by the rows that refer to each other.

    Attributes
    ----------
    measures, agreements
        Rows by their id.
    agreements_of
        Agreements whose tables hold a rule of origin, by the rule's name.
    """

    tables: Mapping[str, Sequence[Row]]
    gazetteer: Gazetteer
    measures: Mapping[str, Row]
    agreements: Mapping[str, Row]
    agreements_of: Mapping[str, tuple[str, ...]]

    def name(self, place: str) -> str:
        """Name of a country or bloc as a sentence takes it; its code where it has none."""
        found = self.gazetteer.places.get(place)
        return with_article(found.name) if found else place

    def names(self, places: Iterable[str]) -> list[str]:
        """Names of places in the alphabet's order, articles aside."""
        return sorted((self.name(place) for place in places), key=lambda name: name.removeprefix("the "))

    def agreement(self, agreement: str) -> str:
        """Name of an agreement as a sentence takes it; its id where it is in no table."""
        row = self.agreements.get(agreement)
        # A name of one word is an abbreviation: CETA, but the EU-Japan EPA.
        return f"the {row['name']}" if row and " " in row["name"] else str(row["name"]) if row else agreement

    def where(self, row: Row) -> str:
        """The condition a row hangs on; nothing where it always holds."""
        text = row.values.get("condition")
        return f"where {condition_words(parse(text), self.name)}" if text else ""


Teller: TypeAlias = Callable[["Row", Law], Told]
"""Turns a row of its table into words."""


def gather(tables: Mapping[str, Sequence[Row]], gazetteer: Gazetteer) -> Law:
    """Rows of law with what is looked up in them."""
    holders: dict[str, dict[str, None]] = {}
    for row in tables["origin_rules"]:
        holders.setdefault(row["rule"], {})[row["agreement"]] = None
    return Law(
        tables=tables,
        gazetteer=gazetteer,
        measures={row["measure"]: row for row in tables["measures"]},
        agreements={row["agreement"]: row for row in tables["agreements"]},
        agreements_of={rule: tuple(agreements) for rule, agreements in holders.items()},
    )


def clocks(row: Row, table: str) -> Clocks:
    """Clocks of a row that names its status and its days."""
    span = Span(row["effective_from"], row["effective_to"])
    at_floor = row.values.get("from_is_floor", table in FLOORED and span.first == FLOOR)
    return Clocks(row["status"], span, known_from(span, row.values.get("published_on")), bool(at_floor))


def dated(span: Span) -> Clocks:
    """Clocks of a row that names its days only: it is law, and the days say how it stands."""
    status = "FUTURE" if span.first and span.first > rules_as_of() else "IN_FORCE"
    if span.last and span.last < rules_as_of():
        status = "ENDED"
    return Clocks(status, span, known_from(span), from_is_floor=False)


def no_law(found: Clocks) -> Clocks:
    """The same days where nothing enacted stands behind them."""
    return replace(found, status="")
