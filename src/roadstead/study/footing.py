"""What a plan stands on: the packaged tables of a day, and a user's own beside them; of a run, a case, a folder of tables or a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.demand.analogues import ANALOGUES
from roadstead.demand.bands import BANDS
from roadstead.demand.entry_terms import ENTRY_TERMS
from roadstead.demand.flows import PACKAGED as FLOW_TABLES
from roadstead.demand.parameters import PARAMETERS
from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue import tables as events
from roadstead.futures.paths.economy import ECONOMY
from roadstead.study import manifest
from roadstead.study.bundled import CASE_FILE, case_folder
from roadstead.study.folders import FACTS, RULES
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import every_table, packaged_table, standing_on
from roadstead.terms.tables import read_table
from roadstead.terms.workbooks import SUFFIXES
from roadstead.trade import rulebook
from roadstead.trade import schemas as law
from roadstead.trade.law import rules_as_of
from roadstead.world import reference
from roadstead.world import schemas as facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roadstead.terms.packaged import Edition
    from roadstead.terms.tables import Row, Schema

PACKAGED = "packaged"
"""Name of the world as it is packaged, with nobody's own tables."""
EVENTS = catalogue.FOLDER
OWN = {FACTS: facts.ALL, RULES: law.ALL, EVENTS: events.ALL}
"""Tables that a user may have of his own, by the folder of a case that holds them."""


@dataclass(frozen=True, slots=True)
class Footing:
    """Packaged tables and a user's own.

    Attributes
    ----------
    name
        What whoever named it calls it.
    edition
        The packaged tables; None for those of today.
    built_on
        ISO day on which they were last built.
    own
        Folders with tables of a user's own, by the folder of a case that holds such.
    """

    name: str
    edition: Edition | None = None
    built_on: str = reference.BUILT_ON.isoformat()
    own: Mapping[str, Path] = field(default_factory=dict)

    @property
    def rules_as_of(self) -> str:
        """ISO day of the newest law among the packaged tables."""
        with standing_on(self.edition):
            return rules_as_of().isoformat()

    def files(self) -> dict[str, Path]:
        """Every table's file: packaged ones by ``room/name.csv``, a user's own by ``own/folder/name.csv``."""
        with standing_on(self.edition):
            found = every_table()
        for folder, schemas in OWN.items():
            if folder in self.own:
                paths = (self.own[folder] / f"{schema.name}.csv" for schema in schemas)
                found |= {f"own/{folder}/{path.name}": path for path in paths if path.exists()}
        return found

    @property
    def sha256(self) -> str:
        """SHA-256 over all tables; without a user's own, that of the packaged ones, which a manifest states."""
        return manifest.digest_of(self.files())

    @property
    def version(self) -> str:
        """What it is called in a word: the day the packaged tables were built, and the beginning of the hash of all tables."""
        return f"{self.built_on}+{self.sha256[:12]}"


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


def held(footing: Footing) -> tuple[Held, ...]:
    """Every table: facts, law, terms of demand, events.

    Raises
    ------
    RoadsteadError
        With every fault of a user's own tables.
    """
    with standing_on(footing.edition):
        return tuple(_held(footing.own))


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


def footing(named: str | Path) -> Footing:
    """What a word or a path means: ``packaged``, a run folder, a snapshot, a case or its workbook, or a folder of tables.

    Raises
    ------
    RoadsteadError
        RS-S761 where it is none of these; RS-S762 where a run's or a snapshot's world cannot be read; RS-S763 where a run kept none.
    """
    from roadstead.study import snapshot

    path, name = Path(named), str(named)
    if name == PACKAGED:
        return Footing(PACKAGED)
    if (path / manifest.NAME).is_file():
        return snapshot.of_run(path)
    if (path / CASE_FILE).is_file():
        return Footing(name, own=own_folders(path))
    if path.is_dir():
        return Footing(name, own=_of_tables(path))
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return Footing(name, own=own_folders(case_folder(path)))
    if path.is_file():
        return snapshot.read(path)
    raise _none(name, "nothing lies there")


def own_folders(case: Path) -> dict[str, Path]:
    """The folders of a case that hold tables of its own."""
    return {folder: case / folder for folder in OWN if (case / folder).is_dir()}


def _of_tables(path: Path) -> dict[str, Path]:
    """A folder of tables by what it holds; folders named as those of a case in it are taken as such."""
    inside = own_folders(path)
    if inside:
        return inside
    found = {folder: path for folder, schemas in OWN.items() if any((path / f"{s.name}.csv").exists() for s in schemas)}
    if not found:
        raise _none(str(path), "no table of the world lies in it")
    return found


def _none(name: str, message: str) -> RoadsteadError:
    expected = f"`{PACKAGED}`, a run folder, a case, a folder of tables as its `{FACTS}/`, or a snapshot"
    return RoadsteadError(Fault(name, "RS-S761", message, expected))
