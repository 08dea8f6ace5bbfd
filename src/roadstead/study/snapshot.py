"""A world kept: every table that a plan would use in one ZIP file, with its version and hash, and read back from there."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from roadstead.study import manifest
from roadstead.study.footing import Footing, held, own_folders
from roadstead.study.workplace import place_to_stay
from roadstead.study.world_tables import OWN
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import ROOMS, Edition, standing_on
from roadstead.terms.zips import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
TELLS = "snapshot.json"
"""File of a snapshot that says what it is."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a snapshot: the same world makes the same file."""
MOST = 1 << 30
"""Bytes of tables that are unpacked at most. [bytes]"""
_OPENED: dict[str, Footing] = {}


def write(path: Path, footing: Footing) -> dict[str, Any]:
    """Write a snapshot over nothing; what it says of itself.

    Raises
    ------
    RoadsteadError
        RS-S784 where something lies there already or it cannot be written; every fault of a user's own tables.
    """
    if path.exists():
        raise _unwritten(path, "something lies there already")
    content, told = packed(footing)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise _unwritten(path, f"cannot be written: {error.strerror}") from None
    return told


def _unwritten(path: Path, message: str) -> RoadsteadError:
    return RoadsteadError(Fault(str(path), "RS-S784", message, "the name of a file that does not exist yet"))


def packed(footing: Footing) -> tuple[bytes, dict[str, Any]]:
    """A snapshot's bytes, and what it says of itself."""
    files, kept = footing.files(), io.BytesIO()
    counts = {table.name: len(table.rows) for table in held(footing)}
    told = {
        "format": FORMAT,
        "version": footing.version,
        "built_on": footing.built_on,
        "rules_as_of": footing.rules_as_of,
        "sha256": manifest.digest_of(files),
        "rows": counts,
        "files": {name: manifest.sha256(path) for name, path in files.items()},
    }
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, TELLS, json.dumps(told, indent=1).encode())
        for name, path in files.items():
            _put(archive, name, path.read_bytes())
    return kept.getvalue(), told


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(entry, content)


def read(path: Path) -> Footing:
    """The footing that a snapshot keeps, unpacked once for as long as the process runs.

    Raises
    ------
    RoadsteadError
        RS-S782 where it is none, or not as it was written.
    """
    try:
        known = manifest.sha256(path)
        if known not in _OPENED or not _OPENED[known].files():
            _OPENED[known] = _unpacked(path)
    except (*BROKEN, KeyError, TypeError) as error:
        raise _spoilt(path, f"cannot be read: {error}") from None
    found = _OPENED[known]
    return Footing(str(path), found.edition, found.built_on, found.own)


def _unpacked(path: Path) -> Footing:
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read(TELLS))
        files: Mapping[str, str] = told["files"]
        if told["format"] != FORMAT or not all(map(_is_table, files)):
            raise ValueError("it was written by another version")
        if sum(archive.getinfo(name).file_size for name in files) > MOST:
            raise ValueError("it is too large")
        place = place_to_stay()
        for name in files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(archive.read(name))
    edition = Edition(place, date.fromisoformat(told["rules_as_of"]))
    found = Footing(str(path), edition, str(told["built_on"]), own_folders(place / "own"))
    if found.sha256 != told["sha256"]:
        raise ValueError("its tables are not those that it was written with")
    return found


def _is_table(name: str) -> bool:
    """True for the name of a table's file as a snapshot has it, and for nothing that leads out of its folder."""
    *folder, file = name.split("/")
    known = [[room] for room in ROOMS] + [["own", kind] for kind in OWN]
    return folder in known and file.endswith(".csv") and "\\" not in file


def _spoilt(path: Path, message: str) -> RoadsteadError:
    expected = "a file that `roadstead world snapshot` wrote, or a run folder that `roadstead verify` holds"
    return RoadsteadError(Fault(str(path), "RS-S782", message, expected))


def of_run(folder: Path) -> Footing:
    """What a run was made with.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder; RS-S782 where its world cannot be read; RS-S783 where it was made before runs kept theirs, and
        the packaged tables are others by now.
    """
    told, own = manifest.read(folder)["reference_world"], own_folders(folder / manifest.INPUTS)
    if told["sha256"] == manifest.packaged_digest():
        return Footing(str(folder), own=own)
    if not (folder / manifest.KEPT).is_file():
        message = f"it kept no world, and was made with another than today's: {told['sha256'][:12]}"
        raise RoadsteadError(Fault(str(folder), "RS-S783", message, "a run that holds its world.zip"))
    kept = read(folder / manifest.KEPT)
    if kept.sha256 != told["sha256"]:
        raise _spoilt(folder / manifest.KEPT, "it is not the world that the run was made with")
    return Footing(str(folder), kept.edition, kept.built_on, own)


@contextmanager
def world_of(folder: Path) -> Iterator[None]:
    """Read the packaged tables that a run was made with while the work goes on; today's where it kept none.

    Raises
    ------
    RoadsteadError
        As :func:`of_run`, but for a run that kept no world.
    """
    try:
        edition = of_run(folder).edition
    except RoadsteadError as error:
        if {fault.code for fault in error.faults} != {"RS-S783"}:
            raise
        edition = None
    with standing_on(edition):
        yield
