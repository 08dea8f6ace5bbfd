"""A case that was handed in, unpacked and checked in a process of its own that may use little: `python -m roadstead.web.unpack PACKED FOLDER
MEMORY SECONDS FILE`.

What comes out is one line of JSON: the case's name, or its faults.
"""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from roadstead.study.bundled import CASE_FILE
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.workbooks import OLD
from roadstead.terms.zips import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FILES, MOST_BYTES, MOST_RATIO, DEEPEST, LONGEST = 200, 60_000_000, 200, 3, 100
"""Files of a case, their bytes together, bytes per byte packed, folders deep, letters of a name."""
ENDINGS = frozenset({".yaml", ".csv", ".md", ".txt"})
LINK = 0o120000
KIND = 0o170000
AT_ONCE = 65_536
BOOK = "book.xlsx"
"""Name of a workbook as it is read and kept: what was handed in may be called anything."""
OF_A_WORKBOOK = {"[content_types].xml", "content.xml"}
"""Parts that workbooks are told by, of whatever kind: those that are not read say how they can be."""
EXPECTED = f"a workbook that `roadstead template` wrote, or a zip file of a case folder: {CASE_FILE}, tables as CSV, nothing else"


def unpack(packed: Path, into: Path) -> None:
    """Write the files of a zip file into a new folder.

    Raises
    ------
    RoadsteadError
        RS-B813 for what is no zip file of a case, RS-B806 for too much.
    """
    try:
        with zipfile.ZipFile(packed) as found:
            entries = [entry for entry in found.infolist() if not entry.is_dir()]
            names = list(_names(entries))
            left = MOST_BYTES
            for entry, name in zip(entries, names, strict=True):
                to = into / name
                to.parent.mkdir(parents=True, exist_ok=True)
                with found.open(entry) as source, to.open("xb") as target:
                    while part := source.read(AT_ONCE):
                        left -= len(part)
                        if left < 0:
                            raise RoadsteadError(_too_much(f"more than {MOST_BYTES:,} bytes when unpacked"))
                        target.write(part)
    except BROKEN as error:
        raise RoadsteadError(_no_case("", f"cannot be unpacked: {error}"[:200])) from None


def _names(entries: list[zipfile.ZipInfo]) -> Iterator[PurePosixPath]:
    """Where each file goes, a folder around all of them left out; all that may not be is refused before anything is written."""
    if len(entries) > MOST_FILES:
        raise RoadsteadError(_too_much(f"{len(entries)} files"))
    whole, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if whole > MOST_BYTES or whole > MOST_RATIO * max(packed, 1):
        raise RoadsteadError(_too_much(f"{whole:,} bytes when unpacked, from {packed:,}"))
    places = [PurePosixPath(one.filename) for one in entries]
    around = {place.parts[0] for place in places if len(place.parts) > 1}
    inside = len(around) == 1 and all(len(place.parts) > 1 for place in places) and f"{next(iter(around))}/{CASE_FILE}"
    faults = [fault for one, place in zip(entries, places, strict=True) for fault in _unfit(one, place)]
    names = [PurePosixPath(*place.parts[1:]) if inside in {str(p) for p in places} else place for place in places]
    if len({str(name).casefold() for name in names}) < len(names):
        faults.append(_no_case("", "two files have the same name"))
    if PurePosixPath(CASE_FILE) not in names:
        faults.append(_no_case("", f"there is no {CASE_FILE} in it"))
    if faults:
        raise RoadsteadError(faults)
    yield from names


def _unfit(entry: zipfile.ZipInfo, place: PurePosixPath) -> Iterator[Fault]:
    name = entry.filename
    plain = all(part not in {"", ".", ".."} and not part.startswith(".") and part.isprintable() for part in place.parts)
    if place.is_absolute() or not plain or "\\" in name or ":" in name or len(name) > LONGEST:
        yield _no_case(name, "this name leads elsewhere, or is hidden or too long")
    elif (entry.external_attr >> 16) & KIND == LINK:
        yield _no_case(name, "this is a link")
    elif place.suffix.lower() not in ENDINGS or len(place.parts) > DEEPEST + 1:
        yield _no_case(name, "no case has such a file")
    elif entry.flag_bits & 1:
        yield _no_case(name, "this is locked with a password")


def _is_workbook(packed: Path) -> bool:
    """True for workbooks, old ones and those with a password included, which a workbook's reader tells from each other."""
    with packed.open("rb") as file:
        if file.read(len(OLD)) == OLD:
            return True
    try:
        with zipfile.ZipFile(packed) as found:
            return not OF_A_WORKBOOK.isdisjoint(name.lower() for name in found.namelist())
    except BROKEN:
        return False


def _of_workbook(packed: Path, into: Path) -> str:
    """The case of a workbook, with the workbook and where each part stood in it, so that its runs cite cells; its name. Faults say their cells."""
    from roadstead.study.api import read_case
    from roadstead.study.manifest import copy_case

    study = read_case(packed.rename(packed.with_name(BOOK)))
    copy_case(study.folder, into)
    return study.case.name


def _of_folder(packed: Path, into: Path) -> str:
    from roadstead.study.spec import read_study

    unpack(packed, into)
    return read_study(into).case.name


def _no_case(where: str, message: str) -> Fault:
    return Fault(where[:LONGEST], "RS-B813", message, EXPECTED)


def _too_much(message: str) -> Fault:
    expected = f"at most {MOST_FILES} files, {MOST_BYTES:,} bytes and {MOST_RATIO} bytes for each that is packed"
    return Fault("", "RS-B806", message, expected)


def main(packed: Path, into: Path) -> str:
    """Unpack and check; what came of it, as a line of JSON."""
    try:
        return json.dumps({"name": (_of_workbook if _is_workbook(packed) else _of_folder)(packed, into), "faults": []})
    except RoadsteadError as error:
        return json.dumps({"name": "", "faults": [asdict(fault) for fault in error.faults]})


def limit(memory: int, seconds: int, file: int) -> None:
    """Take the right to use more from this process; where the system has no such limits, the clock of whoever started it is left.

    Parameters
    ----------
    memory, file
        Address space, and size of a file. [bytes]
    seconds
        Time of a processor. [s]
    """
    try:
        import resource
    except ImportError:
        return
    most = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, file))
    for what, value in (*most, (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (value, value))


if __name__ == "__main__":
    limit(*map(int, sys.argv[3:]))
    sys.stdout.write(main(Path(sys.argv[1]), Path(sys.argv[2])) + "\n")
