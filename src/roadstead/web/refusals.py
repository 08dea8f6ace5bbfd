"""What could not be done, as a page for people and as JSON for programs: the fault's own words, and a status."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from roadstead.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from roadstead.terms.errors import Fault

STATUS = {
    "RS-B801": 401,
    "RS-B803": 404,
    "RS-B804": 403,
    "RS-B805": 429,
    "RS-B806": 413,
    "RS-B807": 503,
    "RS-B811": 429,
    "RS-B812": 500,
    "RS-B814": 403,
}
UNPROCESSABLE = 422


def status_of(faults: Sequence[Fault]) -> int:
    """The status that says what kind of fault it is."""
    return next((STATUS[fault.code] for fault in faults if fault.code in STATUS), UNPROCESSABLE)


def as_json(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults as the command line's JSON tells them."""
    return [asdict(fault) for fault in faults]


def refused(request: Request, faults: Sequence[Fault], status: int = 0) -> Response:
    """The answer to what could not be done, with the status that the faults say where none is given."""
    status = status or status_of(faults)
    if request.url.path.startswith("/api/"):
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"faults": as_json(faults)}, status, headers)
    return page(request, "refused.html", status=status, faults=faults)
