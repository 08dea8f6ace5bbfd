"""Runs side by side: a choice of them, and the report's own page of their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from roadstead.report.what_if import comparison_page
from roadstead.report.words import Words
from roadstead.study.beside import RunRead, read_run, side_by_side
from roadstead.terms.errors import RoadsteadError
from roadstead.web.asked import desk_of
from roadstead.web.kept import kept
from roadstead.web.pages import language_of, page
from roadstead.web.refusals import status_of
from roadstead.web.shelves import framed
from roadstead.web.workplace import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.playbook.what_if_book import SideBySide
    from roadstead.terms.errors import Fault

router = APIRouter(include_in_schema=False)
MOST, FEWEST = 8, 2
"""Runs that stand beside each other."""
Runs = Annotated[list[str], Query(alias="run", max_length=MOST)]


@router.get("/compare")
def choose(request: Request, runs: Runs = []) -> Response:  # noqa: B006 -- FastAPI copies it
    """Choose runs; the page of those that are chosen, or why they cannot be compared: a frame would not show it."""
    place = desk_of(request).workplace
    chosen = sorted((place.run(name) for name in set(runs)), key=lambda run: (run.made_at, run.name))
    faults: tuple[Fault, ...] = ()
    if len(chosen) >= FEWEST:
        try:
            _shown([run.folder for run in chosen], language_of(request))
        except RoadsteadError as error:
            faults = error.faults
    return page(
        request,
        "compare.html",
        status=status_of(faults) if faults else 200,
        runs=list(place.runs().values()),
        chosen=[run.name for run in chosen],
        fewest=FEWEST,
        faults=faults,
    )


@router.get("/compare/page")
def document(request: Request, runs: Runs = []) -> Response:  # noqa: B006 -- FastAPI copies it
    """The report's page of runs side by side."""
    place = desk_of(request).workplace
    return framed(_shown([place.run(name).folder for name in dict.fromkeys(runs)], language_of(request)))


def _shown(folders: Sequence[Path], language: Literal["en", "zh"]) -> str:
    return _page(tuple(folders), tuple(map(_written, folders)), language)


def beside(folders: Sequence[Path]) -> SideBySide:
    """Runs side by side."""
    return side_by_side(folders, read)


def read(folder: Path) -> RunRead:
    """What is set beside others of a run, read once until it is written anew."""
    return _read(folder, _written(folder))


def _written(folder: Path) -> int:
    return (folder / MANIFEST).stat().st_mtime_ns


@kept(16)
def _read(folder: Path, written: int) -> RunRead:  # noqa: ARG001 -- a run written anew is read anew
    return read_run(folder)


@kept(16)
def _page(folders: tuple[Path, ...], written: tuple[int, ...], language: Literal["en", "zh"]) -> str:  # noqa: ARG001 -- a run written anew is compared anew
    found = beside(folders)
    return comparison_page(found, Words(language, found.currency))
