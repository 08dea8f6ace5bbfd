"""Letting people in: a token is exchanged for a session once, by its address or by a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from roadstead.terms.errors import Fault
from roadstead.web import people
from roadstead.web.asked import Form, desk_of
from roadstead.web.gate import COOKIE, too_often
from roadstead.web.pages import page
from roadstead.web.refusals import refused

if TYPE_CHECKING:
    from roadstead.web.settings import Desk

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def ask(request: Request, token: str = "", to: str = "/") -> Response:
    """Take the token of the address, or ask for one."""
    return _let_in(request, token, to) if token else page(request, "sign_in.html", to=_own_path(to))


@router.post("/sign-in")
def answer(request: Request, form: Form) -> Response:
    """Take the token of the form."""
    return _let_in(request, str(form.get("token", "")), str(form.get("to", "/")))


@router.post("/sign-out")
def leave(request: Request, form: Form) -> Response:  # noqa: ARG001 -- the form proves that it is the desk's own
    """End the session."""
    people.sign_out(desk_of(request).engine, request.cookies.get(COOKIE, ""))
    gone = RedirectResponse("/sign-in", 303)
    gone.delete_cookie(COOKIE)
    return gone


def _let_in(request: Request, token: str, to: str) -> Response:
    desk: Desk = desk_of(request)
    if not desk.signing_in.allows(request.client.host if request.client else ""):
        return refused(request, (too_often(),))
    secret = people.sign_in(desk.engine, token.strip())
    if secret is None:
        expected = (
            "the address that `roadstead serve` prints lets in once; start it again for another, or use your own token"
        )
        return refused(request, (Fault("", "RS-B801", "this token is unknown, spent or too old", expected),))
    let_in = RedirectResponse(_own_path(to), 303)
    # The desk speaks plain HTTP; that a proxy speaks HTTPS may be said by anybody, since it only keeps their own cookie safer.
    secure = "https" in {request.url.scheme, request.headers.get("x-forwarded-proto", "").lower()}
    let_in.set_cookie(COOKIE, secret, max_age=int(people.FORTNIGHT), httponly=True, samesite="strict", secure=secure)
    return let_in


def _own_path(to: str) -> str:
    """A path on this desk, never an address elsewhere."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"
