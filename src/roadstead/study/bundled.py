"""Where the cases that come with the package lie."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.workbooks import OTHER_SUFFIXES, SUFFIXES

CASE_FILE = "case.yaml"
PAST = "past"
"""Shelf of the cases of back-tests."""


def bundled(name: str) -> Path:
    """Folder of a bundled case: inside the installed package, else at the root of a source checkout.

    Raises
    ------
    RoadsteadError
        RS-S615 where no bundled case has that name.
    """
    for shelf in _shelves():
        folder = shelf / name
        if _is_plain(name) and (folder / CASE_FILE).is_file():
            return folder
    raise RoadsteadError(Fault(name, "RS-S615", "no bundled case has this name", f"one of {', '.join(names())}"))


def past_case(name: str) -> Path:
    """Folder of a case of the past that a back-test plans; the bundled cases that people start from are not among them.

    Raises
    ------
    RoadsteadError
        RS-S615 where there is none of that name.
    """
    found = next((shelf / PAST / name for shelf in _shelves() if (shelf / PAST / name / CASE_FILE).is_file()), None)
    if found is None:
        raise RoadsteadError(
            Fault(name, "RS-S615", "no case of the past has this name", "an installation with its cases")
        )
    return found


def case_folder(folder: Path) -> Path:
    """The folder itself, if there is one; of a workbook, the folder it is unpacked to for as long as the process runs.

    Raises
    ------
    RoadsteadError
        RS-S601 where there is none, instead of a fault for every file that would be in it.
    """
    if folder.suffix.lower() in SUFFIXES and not folder.is_dir():
        from roadstead.study.workbook.unpack import opened

        return opened(folder)
    if folder.is_file() and folder.suffix.lower() in OTHER_SUFFIXES:
        message = "workbooks of this kind are not read"
        raise RoadsteadError(Fault(str(folder), "RS-S601", message, "save it as .xlsx"))
    if folder.is_file():
        mine = folder.name == CASE_FILE
        expected = f"the folder it is in: {folder.parent}" if mine else f"a folder with a {CASE_FILE}"
        raise RoadsteadError(Fault(str(folder), "RS-S601", "this is a file, not a case folder", expected))
    if not folder.is_dir():
        expected = f"a case folder: `roadstead new {folder.name or 'FOLDER'}` makes one from {' or '.join(names())}"
        raise RoadsteadError(Fault(str(folder), "RS-S601", "there is no such folder", expected))
    return folder


def case_name(case: Path) -> str:
    """What runs of a case are named after: its folder, or its workbook without the ending."""
    return case.stem.strip(".") or "case" if case.suffix.lower() in SUFFIXES else case.resolve().name


def names() -> tuple[str, ...]:
    """Names of all bundled cases."""
    return tuple(sorted({path.parent.name for shelf in _shelves() for path in shelf.glob(f"*/{CASE_FILE}")}))


def _shelves() -> tuple[Path, ...]:
    package = Path(str(files("roadstead")))
    return package / "cases", package.parent.parent / "cases"


def _is_plain(name: str) -> bool:
    """True where a name names a folder on the shelf and no path out of it."""
    return bool(name) and Path(name).name == name
