"""What a request brings along: the desk it is asked of, and a form that proves it comes from the desk's own page."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request
from starlette.datastructures import FormData

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.pages import who_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from roadstead.web.settings import Desk

CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
ELSEWHERE = frozenset({"cross-site", "same-site"})


def desk_of(request: Request) -> Desk:
    """The desk."""
    return cast("Desk", request.app.state.desk)


async def own_form(request: Request) -> AsyncIterator[FormData]:
    """A form from one of the desk's own pages, until it has been answered.

    Raises
    ------
    RoadsteadError
        RS-B804 where it is not.
    """
    async with request.form(max_files=1, max_fields=2000) as form:
        prove(request, form.get(CSRF_FIELD))
        yield form


def own_request(request: Request) -> None:
    """A request that changes something: of a program with its token, or of a page with the session's proof."""
    prove(request, None)


def prove(request: Request, said: object) -> None:
    """Refuse what another site made a browser send. Who comes with a token in the header cannot be made to."""
    known = who_of(request).csrf
    if request.headers.get("sec-fetch-site") in ELSEWHERE:
        raise RoadsteadError(_strange())
    if not known:
        return
    given = said if isinstance(said, str) else request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(known.encode(), given.encode()):
        raise RoadsteadError(_strange())


def _strange() -> Fault:
    return Fault(
        "", "RS-B804", "this was not sent from a page of this desk", "open the page again and send it from there"
    )


Form = Annotated[FormData, Depends(own_form)]
