"""Other people's data into a case's own tables, with where each figure is from: the work of `roadstead import`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roadstead.study.folders import FACTS
from roadstead.study.formats import FORMATS, Asked
from roadstead.study.manifest import sha256
from roadstead.study.shelf import IMPORTS, Put, put
from roadstead.terms.errors import Fault, RoadsteadError, in_folder, raise_if_any
from roadstead.terms.tables import read_table
from roadstead.world import reference
from roadstead.world.imports import templates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from roadstead.study.formats import Format
    from roadstead.world.imports.taken import Taken
    from roadstead.world.places import Gazetteer
    from roadstead.world.reference import World

COUNTRIES = ("place", "origin", "destination", "home", "host", "importer", "origins")
"""Columns by which a row concerns a country."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How files are read, and what the person who has them knows of them.

    Attributes
    ----------
    only
        Names of countries; rows that concern none of them are left out. All where empty.
    whole, prefer
        As in :class:`roadstead.study.formats.Asked`.
    publisher, url, edition, licence
        Who published the data, where, which edition, and under which licence; in place of what the format says.
    """

    only: tuple[str, ...] = ()
    whole: bool = False
    prefer: bool = False
    publisher: str = ""
    url: str = ""
    edition: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    Attributes
    ----------
    source
        Id under which the rows cite it.
    left_out
        Lines that were not taken, by reason.
    """

    source: str
    title: str
    tables: tuple[Put, ...]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]


def format_named(name: str) -> Format:
    """A format.

    Raises
    ------
    RoadsteadError
        RS-W320 where there is none of that name.
    """
    if name not in FORMATS:
        raise RoadsteadError(Fault("import", "RS-W320", f"there is no format `{name}`", f"one of {', '.join(FORMATS)}"))
    return FORMATS[name]


def template_of(name: str) -> str:
    """The header of a table's template; empty for a format that a publisher sets."""
    found = format_named(name)
    return templates.header(templates.TABLES[name]) if not found.title else ""


def import_files(name: str, paths: Sequence[Path], case: Path, read_on: date, wish: Wish = Wish()) -> Imported:
    """Read files of a format and put their rows into a case's own tables.

    Parameters
    ----------
    case
        Folder of the case; facts go into its `world`, law into its `rules`. It is made where it is missing.
    read_on
        Day that imports.csv keeps; of files imported before, that of the first time stays.

    Raises
    ------
    RoadsteadError
        Every fault of the files, or of the case's own tables; nothing is changed then.
    """
    chosen = format_named(name)
    if not paths:
        raise RoadsteadError(Fault("import", "RS-C701", "no file is named", "the files after the name of the format"))
    faults, cited = _unsaid(chosen, paths, wish), _publication(chosen, wish)
    imports = case / FACTS / f"{IMPORTS.name}.csv"
    earlier = frozenset(row["source"] for row in read_table(imports, IMPORTS)) if imports.exists() else frozenset()
    world = _world(case)
    only = _places(wish.only, world.gazetteer)
    try:
        taken = chosen.read(paths, Asked(case, world, earlier, whole=wish.whole, prefer=wish.prefer))
    except RoadsteadError as error:
        raise RoadsteadError([*faults, *error.faults]) from error
    raise_if_any(faults)
    found = {place: _concerned(taken.rows.get(place.schema.name, ()), only) for place in chosen.tables}
    source = _record(chosen, paths, taken, cited) | {"read_on": read_on}
    rows = {place: table for place, table in found.items() if table or (case / place.path).exists()}
    # Nothing to put and nothing put before: the case stays as it is.
    came = put(case, rows, source) if any(found.values()) or source["source"] in earlier else ()
    return Imported(
        source=source["source"],
        title=source["title"],
        tables=tuple(one for one in came if one.rows or one.replaced or one.kept),
        left_out=dict(taken.left_out),
        notes=taken.notes,
    )


def _world(case: Path) -> World:
    """The reference world with the case's own facts."""
    try:
        return reference.load(case / FACTS if (case / FACTS).is_dir() else None)
    except RoadsteadError as error:
        raise RoadsteadError(in_folder(FACTS, fault) for fault in error.faults) from error


def _unsaid(chosen: Format, paths: Sequence[Path], wish: Wish) -> list[Fault]:
    """RS-W327 where a person must say who published a template's figures, or under which licence, and does not."""
    missing = [
        option
        for option, told in (
            ("--publisher", wish.publisher or chosen.title),
            ("--licence", wish.licence or chosen.licence),
        )
        if not told
    ]
    message = f"a file of one's own says neither who counts nor under which licence: {', '.join(missing)} missing"
    expected = "for instance --publisher JAMA --licence 'published on its page, all rights reserved'"
    return [Fault(paths[0].name, "RS-W327", message, expected)] if missing else []


def _publication(chosen: Format, wish: Wish) -> Wish:
    """Who published what under which licence; told by the person for a template."""
    return replace(
        wish,
        publisher=wish.publisher or chosen.title,
        licence=wish.licence or chosen.licence,
        url=wish.url or chosen.url,
    )


def _places(names: Sequence[str], gazetteer: Gazetteer) -> frozenset[str]:
    found = {name: gazetteer.find(name) for name in names}
    strange = [gazetteer.fault(name, "--only") for name, place in found.items() if place is None]
    if strange:
        raise RoadsteadError(strange)
    return frozenset(place.place_id for place in found.values() if place is not None)


def _concerned(rows: Sequence[Mapping[str, Any]], only: frozenset[str]) -> tuple[Mapping[str, Any], ...]:
    if not only:
        return tuple(rows)
    return tuple(row for row in rows if only & {row.get(name) for name in COUNTRIES})


def _record(chosen: Format, paths: Sequence[Path], taken: Taken, cited: Wish) -> dict[str, Any]:
    """The row of imports.csv, with what sources.csv takes beside it."""
    hashes = tuple(sha256(path) for path in paths)
    edition = cited.edition or taken.edition
    names = ", ".join(path.name for path in paths)
    slug = re.sub(
        r"[^a-z0-9]+", "-", f"{chosen.name} {cited.publisher if not chosen.title else ''} {edition}".casefold()
    )
    return {
        "source": f"{slug.strip('-')[:48].strip('-')}-{_short(hashes)}",
        "format": chosen.name,
        "files": tuple(path.name.replace("|", "_") for path in paths),
        "sha256": hashes,
        "edition": edition,
        "licence": cited.licence,
        "columns": taken.columns,
        "title": f"{', '.join(filter(None, (cited.publisher, edition)))}: {names}; {cited.licence}",
        "url": cited.url,
        "published_on": "",
    }


def _short(hashes: Sequence[str]) -> str:
    """Eight digits that tell files apart."""
    return hashes[0][:8] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()[:8]
