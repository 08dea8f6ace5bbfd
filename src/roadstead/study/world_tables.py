"""Every table of the world as a plan uses it: facts, law, terms of demand, events; packaged ones with a user's rows in their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.demand.analogues import ANALOGUES
from roadstead.demand.bands import BANDS
from roadstead.demand.entry_terms import ENTRY_TERMS
from roadstead.demand.flows import PACKAGED as FLOW_TABLES
from roadstead.demand.parameters import PARAMETERS
from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue import tables as events
from roadstead.futures.paths.economy import ECONOMY
from roadstead.study.folders import FACTS, RULES
from roadstead.terms.packaged import packaged_table
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook
from roadstead.trade import schemas as law
from roadstead.world import reference
from roadstead.world import schemas as facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from roadstead.terms.tables import Row, Schema

PACKAGED = "packaged"
"""Name of the world as it is packaged, with nobody's own tables."""
EVENTS = catalogue.FOLDER
OWN = {FACTS: facts.ALL, RULES: law.ALL, EVENTS: events.ALL}
"""Tables that a user may have of his own, by the folder of a case that holds them."""


@dataclass(frozen=True, slots=True)
class Held:
    """One table as a plan would use it, a user's rows in their places."""

    room: str
    schema: Schema
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """Room and table."""
        return f"{self.room}/{self.schema.name}"


def every_table(own: Mapping[str, Path]) -> tuple[Held, ...]:
    """Every table of the edition that is read, with the rows of a user's own folders, by the folder of a case that holds such.

    Raises
    ------
    RoadsteadError
        With every fault of a user's own tables.
    """
    return tuple(_held(own))


def _held(own: Mapping[str, Path]) -> Iterator[Held]:
    of_world = reference.load(own.get(FACTS)).tables
    of_law, of_events = rulebook.rows(own.get(RULES)), catalogue.rows(own.get(EVENTS))
    for schema in facts.ALL:
        yield Held("world", schema, of_world[schema.name])
    for schema in law.ALL:
        yield Held("trade", schema, tuple(of_law[schema.name]))
    for schema in (PARAMETERS, BANDS, ENTRY_TERMS, ANALOGUES, *FLOW_TABLES):
        yield Held("demand", schema, read_table(packaged_table("demand", schema.name), schema))
    for schema in events.ALL:
        yield Held("futures", schema, of_events[schema.name])
    yield Held("futures", ECONOMY, read_table(packaged_table("futures", ECONOMY.name), ECONOMY))
