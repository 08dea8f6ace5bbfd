"""What a plan stands on: the packaged tables of a day, and a user's own beside them; of a run, a case, a folder of tables or a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.study import manifest
from roadstead.study.bundled import CASE_FILE, case_folder
from roadstead.study.folders import FACTS
from roadstead.study.world_tables import OWN, PACKAGED, Held, every_table
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import packaged_files, standing_on
from roadstead.terms.workbooks import SUFFIXES
from roadstead.trade.law import rules_as_of
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.packaged import Edition


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
            found = packaged_files()
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


def held(footing: Footing) -> tuple[Held, ...]:
    """Every table: facts, law, terms of demand, events.

    Raises
    ------
    RoadsteadError
        With every fault of a user's own tables.
    """
    with standing_on(footing.edition):
        return every_table(footing.own)


def footing(named: str | Path) -> Footing:
    """What a word or a path means: ``packaged``, a run folder, a snapshot, a case or its workbook, or a folder of tables.

    Raises
    ------
    RoadsteadError
        RS-S781 where it is none of these; RS-S782 where a run's or a snapshot's world cannot be read; RS-S783 where a run kept none.
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
    return RoadsteadError(Fault(name, "RS-S781", message, expected))
