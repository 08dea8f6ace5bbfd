"""The desk as an application: its pages, its answers to programs, and the gate before them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import api, compare_desk, duty_desk, futures_desk, outlook_desk, planning, shelves, sign_in
from roadstead.web.database import away
from roadstead.web.gate import Gate
from roadstead.web.refusals import refused
from roadstead.web.workplace import disk_failed, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp

    from roadstead.web.settings import Desk

STATIC: Mapping[str, tuple[str, str, str]] = {
    "page.css": ("roadstead.report", "templates/page.css", "text/css"),
    "desk.css": ("roadstead.web", "static/desk.css", "text/css"),
    "desk.js": ("roadstead.web", "static/desk.js", "text/javascript"),
    "htmx.js": ("roadstead.web", "vendored/htmx-2.0.11.min.js", "text/javascript"),
    "sse.js": ("roadstead.web", "vendored/htmx-ext-sse-2.2.4.min.js", "text/javascript"),
}
"""Files that pages ask for: the package they lie in, where, and what they are."""


PARTS = (sign_in, shelves, planning, compare_desk, duty_desk, outlook_desk, futures_desk, api)


def build(desk: Desk) -> ASGIApp:
    """The whole desk."""
    app = FastAPI(title="Roadstead", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.desk = desk
    app.add_exception_handler(RoadsteadError, _told)
    app.add_exception_handler(SQLAlchemyError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _told)
    app.add_exception_handler(ClientDisconnect, _told)
    app.add_exception_handler(OSError, _told)
    app.add_exception_handler(Exception, _told)
    app.add_api_route("/static/{name}", _static, include_in_schema=False)
    for part in PARTS:
        app.include_router(part.router)
    return Gate(app, desk)


def _static(name: str) -> Response:
    if name not in STATIC:
        raise RoadsteadError(missing(name, "file"))
    package, path, kind = STATIC[name]
    body = files(package).joinpath(path).read_bytes()
    return Response(body, media_type=kind, headers={"cache-control": "max-age=3600"})


def _told(request: Request, error: Exception) -> Response:
    """What went wrong, without a word about the inside."""
    if not isinstance(error, HTTPException):
        return refused(request, _faults(request, error))
    known = error.status_code in {404, 405}
    answer = refused(request, _faults(request, error), error.status_code if known else 0)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """Every method that some page or answer at this address takes."""
    found: set[str] = set()
    for part in PARTS:
        for route in part.router.routes:
            matched, _ = route.matches({**request.scope, "method": "OPTIONS"})
            if isinstance(route, Route) and matched != Match.NONE:
                found |= route.methods or set()
    return sorted(found)


def _faults(request: Request, error: Exception) -> Sequence[Fault]:
    fault = Fault("", "RS-B812", "the desk met something unforeseen", "report it with what was asked")
    match error:
        case RoadsteadError():
            return error.faults
        case RequestValidationError():
            return [_unread(one) for one in error.errors()]
        case HTTPException(status_code=404):
            fault = missing(request.url.path, "page")
        case HTTPException():
            fault = Fault("", "RS-B809", "this could not be read", "what the page offers")
        case SQLAlchemyError():
            fault = away(error)
        case ClientDisconnect():
            fault = Fault("", "RS-B806", "more was sent than is taken", "less at a time")
        case OSError():
            fault = disk_failed(error)
    return (fault,)


def _unread(error: Mapping[str, object]) -> Fault:
    place = error.get("loc", ())
    where = ".".join(str(part) for part in place[1:]) if isinstance(place, tuple) else ""
    return Fault(
        where[:80],
        "RS-B809",
        str(error.get("msg", ""))[:200],
        "what the page offers; for programs, what /api/v1/openapi.json describes",
    )
