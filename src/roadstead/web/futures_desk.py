"""The futures desk: what may happen and how likely, beside base rates; and of a case, its tree and what it implies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from roadstead.study.api import check
from roadstead.study.foresight import futures
from roadstead.terms.errors import RoadsteadError
from roadstead.web.asked import desk_of
from roadstead.web.asking import last_change
from roadstead.web.kept import kept
from roadstead.web.pages import page
from roadstead.web.refusals import status_of

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.futures.catalogue.foresight import EventChances
    from roadstead.study.preflight import Checked
    from roadstead.terms.errors import Fault

router = APIRouter(include_in_schema=False)


@router.get("/futures")
def ahead(request: Request, case: str = "") -> Response:
    """The catalogue of events; with a case, its own as well, and its tree."""
    place = desk_of(request).workplace
    found: EventChances | None = None
    checked: Checked | None = None
    faults: tuple[Fault, ...] = ()
    folder = place.case(case).folder if case else None
    changed = 0 if folder is None else last_change(folder)
    try:
        found = chances(folder, changed)
        checked = None if folder is None else looked_over(folder, changed)
    except RoadsteadError as error:
        faults = error.faults
    return page(
        request,
        "futures.html",
        status=status_of(faults) if faults else 200,
        cases=place.cases().values(),
        case=case,
        found=found,
        checked=checked,
        faults=faults,
    )


@kept(16)
def chances(folder: Path | None, changed: int) -> EventChances:  # noqa: ARG001 -- a case that changed is read anew
    """The catalogue, with a case's own events."""
    return futures(folder)


@kept(16)
def looked_over(folder: Path, changed: int) -> Checked:  # noqa: ARG001 -- a case that changed is read anew
    """A case's tree, and what it implies."""
    return check(folder)
