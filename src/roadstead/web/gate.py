"""What every request passes: its host, its size, how often it comes, who sends it; and the headers every answer carries."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from roadstead.terms.errors import Fault
from roadstead.web.database import away
from roadstead.web.people import Who, csrf_of, holder, in_session
from roadstead.web.refusals import refused

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from roadstead.web.settings import Desk

COOKIE = "roadstead"
MOST_BYTES, MOST_UPLOADED = 256 * 1024, 20 * 1024 * 1024
"""Size of a form, and of a file handed in. [bytes]"""
UPLOADS = frozenset({"/cases", "/api/v1/cases"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
ASK = "ask whoever keeps the desk for a token that may plan"
OPEN_TO_ALL = ("/static/", "/sign-in")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Headers of every answer that does not set its own."""


class Gate:
    """The outermost layer of the desk."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        self._desk.visits.note()
        request = Request(scope, receive)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        most = MOST_UPLOADED if request.url.path in UPLOADS else MOST_BYTES
        turned_away = self._unwelcome(request, most) or await self._stranger(request)
        if turned_away is not None:
            await turned_away(scope, receive, guarded)
            return
        await self._app(scope, _Limited(receive, most), guarded)

    async def _stranger(self, request: Request) -> Response | None:
        """The answer to somebody who is not known; who is, is noted on the request."""
        if request.url.path.startswith(OPEN_TO_ALL):
            return None
        try:
            who = await to_thread.run_sync(self._who, request)
        except SQLAlchemyError as error:
            return refused(request, (away(error),))
        if who is not None:
            request.state.who = who
            request.state.known = partial(self._who, request)
            if who.reads_only and request.method not in READING and request.url.path != "/sign-out":
                return refused(request, (Fault("", "RS-B814", "your token lets you look, and change nothing", ASK),))
            return None
        if request.url.path.startswith("/api/"):
            expected = "sign in with a token it gave out"
            return refused(request, (Fault("", "RS-B801", "this desk does not know you", expected),))
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        to = quote(asked, safe="/") if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?to={to}", 303)

    def _unwelcome(self, request: Request, most: int) -> Response | None:
        """The answer to a request that is not taken from anybody."""
        host, said = request.headers.get("host", ""), request.headers.get("content-length", "0")
        if not self._desk.settings.answers_to(host):
            expected = "`--name` gives it one more"
            return refused(request, (Fault(host[:80], "RS-B804", "the desk does not answer to this name", expected),))
        if not said.isdigit() or int(said) > most:
            return refused(request, (Fault("", "RS-B806", f"more than {most:,} bytes were sent", "less at a time"),))
        settings, asker = self._desk.settings, _address(request)
        if asker in settings.proxies:
            asker = f"{asker} {request.headers.get(settings.user_header, '')}"
        if not self._desk.asking.allows(asker):
            return refused(request, (too_often(),))
        return None

    def _who(self, request: Request) -> Who | None:
        """Who asks: by the session's cookie, by a token, or by what the proxy in front says."""
        settings, engine = self._desk.settings, self._desk.engine
        if settings.user_header and _address(request) in settings.proxies:
            said = request.headers.getlist(settings.user_header)
            # Two of them are one of the proxy's and one that somebody sent it.
            person = said[0].strip() if len(said) == 1 else ""
            # Whoever holds a cookie of the proxy's could be made to send a form, so that these forms prove themselves, too.
            return Who(person, proxied_csrf(person)) if person else None
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return holder(engine, secret.strip())
        cookie = request.cookies.get(COOKIE)
        return in_session(engine, cookie) if cookie else None


class _Limited:
    """What is received, up to a size; what says it is shorter than it is, ends there."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._left < 0 else message


SALT = secrets.token_urlsafe(32)


def proxied_csrf(person: str) -> str:
    """What forms carry of somebody for whom a proxy speaks; another one after every start."""
    return csrf_of(f"{SALT} {person}")


def too_often() -> Fault:
    """Too many requests."""
    return Fault("", "RS-B805", "too many requests in a short time", "wait a minute")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
