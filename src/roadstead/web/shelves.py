"""Pages of what lies in the workplace: cases, runs, a run with its playbook and everything to take away."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, RedirectResponse, Response

from roadstead.report.html import page as told_as_page
from roadstead.report.words import Words
from roadstead.study.kept import kept_book
from roadstead.study.store import BOOK
from roadstead.study.workplace import place_for_work
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.asked import Form, desk_of
from roadstead.web.kept import kept
from roadstead.web.pages import language_of, page
from roadstead.web.refusals import status_of
from roadstead.web.unpack import EXPECTED
from roadstead.web.uploads import take_in
from roadstead.web.workplace import MANIFEST

if TYPE_CHECKING:
    from roadstead.web.workplace import RunShown, Workplace

router = APIRouter(include_in_schema=False)
PLAYBOOK = "playbook.html"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAYBOOK_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""A playbook carries its own style and asks nobody for anything; only the desk may frame it."""


@router.get("/")
def start() -> Response:
    """The first page."""
    return RedirectResponse("/cases", 303)


@router.get("/cases")
def cases(request: Request) -> Response:
    """Every case."""
    place = desk_of(request).workplace
    return page(request, "cases.html", cases=place.cases().values())


@router.post("/cases")
def hand_in(request: Request, form: Form) -> Response:
    """Take a case in that somebody hands in, as a workbook or a zip file; what is wrong with it comes back as a page, all at once."""
    try:
        name = take_in(desk_of(request).workplace, _sent(form.get("packed")))
    except RoadsteadError as error:
        return page(request, "not_taken.html", status=status_of(error.faults), faults=error.faults)
    return RedirectResponse(f"/cases/{name}", 303)


def _sent(packed: UploadFile | str | None) -> IO[bytes]:
    if not isinstance(packed, UploadFile):
        raise RoadsteadError(Fault("packed", "RS-B813", "no file was sent", EXPECTED))
    return packed.file


@router.get("/workbook")
def empty_workbook(request: Request) -> Response:
    """A workbook to fill in."""
    return _to_fill_in(None, "case", language_of(request))


@router.get("/cases/{name}/workbook")
def case_workbook(request: Request, name: str) -> Response:
    """A case as a workbook: changed and handed in again, it is a case of its own."""
    case = desk_of(request).workplace.case(name)
    return _to_fill_in(case.folder, case.name, language_of(request))


@router.get("/runs")
def runs(request: Request) -> Response:
    """Every run, to be looked at or compared."""
    return page(request, "runs.html", runs=list(desk_of(request).workplace.runs().values()))


@router.get("/runs/{name}")
def run(request: Request, name: str) -> Response:
    """A run: its worth, its playbook, what can be taken away, and what it may be set beside."""
    place = desk_of(request).workplace
    shown = place.run(name)
    tables = [file for file in shown.files if file.startswith("tables/")]
    others = [other for other in place.runs().values() if other.name != name]
    return page(request, "run.html", run=shown, tables=tables, others=others, has_playbook=PLAYBOOK in shown.files)


@router.get("/runs/{name}/playbook")
def playbook(request: Request, name: str) -> Response:
    """The stored playbook, as it was written; told anew for who reads another language."""
    place, language = desk_of(request).workplace, language_of(request)
    shown = place.run(name)
    stored = place.file(shown, PLAYBOOK)
    if shown.language != language and BOOK in shown.files:
        return framed(_retold(place.file(shown, BOOK).parent, stored.stat().st_mtime_ns, language))
    return framed(stored)


@kept(8)
def _retold(run: Path, written: int, language: Literal["en", "zh"]) -> str:  # noqa: ARG001 -- a run written anew is told anew
    book = kept_book(run)
    return told_as_page(book, Words(language, book.cover.currency))


@router.get("/runs/{name}/files/{file:path}")
def file(request: Request, name: str, file: str) -> Response:
    """A file of a run, to be saved."""
    place = desk_of(request).workplace
    found = place.file(place.run(name), file)
    return FileResponse(found, filename=f"{name}-{found.name}")


@router.get("/runs/{name}/everything.zip")
def everything(request: Request, name: str) -> Response:
    """The whole run folder, which `roadstead verify` checks again."""
    place = desk_of(request).workplace
    packed = _packed(place, place.run(name))
    return FileResponse(packed, filename=f"{name}.zip", background=BackgroundTask(packed.unlink, missing_ok=True))


def _to_fill_in(source: Path | None, name: str, language: Literal["en", "zh"]) -> Response:
    from roadstead.study.workbook.write import template  # brings along what pages do not need

    with place_for_work() as place:
        book = template(Path(place) / "book.xlsx", source, language).read_bytes()
    said = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return Response(book, media_type=WORKBOOK_TYPE, headers={"content-disposition": said})


def framed(document: Path | str) -> Response:
    """A document of the report's, which brings its own style."""
    headers = {"content-security-policy": PLAYBOOK_POLICY}
    if isinstance(document, str):
        return Response(document, media_type="text/html", headers=headers)
    return FileResponse(document, media_type="text/html", headers=headers)


def _packed(place: Workplace, shown: RunShown) -> Path:
    with tempfile.NamedTemporaryFile(prefix="roadstead-run-", suffix=".zip", delete=False) as handle:
        to = Path(handle.name)
        try:
            with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as packed:
                for name in (MANIFEST, *shown.files):
                    packed.write(place.file(shown, name), f"{shown.name}/{name}")
        except BaseException:
            to.unlink(missing_ok=True)  # a disk that is full is not to stay so
            raise
    return to
