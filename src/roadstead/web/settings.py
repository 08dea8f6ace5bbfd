"""What a desk is told as it is opened, and what all of its pages share."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.people import people
from roadstead.web.rates import Rate, Rates

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from roadstead.web.workplace import Workplace

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
DEFAULT_PORT = 8642
ASKING, SIGNING_IN = Rate(200.0, 30.0), Rate(8.0, 1 / 15)
"""Requests of one person or address; tries to sign in from one address."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a desk is reached.

    Attributes
    ----------
    names
        Host names beside the loopback's under which it answers.
    user_header
        Header in which a proxy in front says who somebody is, and ``proxies`` the addresses it is believed from.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    names: tuple[str, ...] = ()
    user_header: str = ""
    proxies: frozenset[str] = frozenset()

    @property
    def is_loopback(self) -> bool:
        """True where nobody but this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def answers_to(self, host: str) -> bool:
        """True where a request's Host is one of the desk's: a page elsewhere cannot make a browser ask under its own name."""
        name, port = (host[: host.find("]") + 1], host[host.find("]") + 2 :]) if host.startswith("[") else _parted(host)
        own = f"[{self.host}]" if ":" in self.host else self.host
        return name.lower() in {*LOOPBACK_NAMES, own.lower(), *map(str.lower, self.names)} and (
            not port or port.isdigit()
        )


def _parted(host: str) -> tuple[str, str]:
    name, _, port = host.partition(":")
    return name, port


class Visits:
    """Requests that came in: how many, and how long ago the last."""

    def __init__(self) -> None:
        self.count, self._last = 0, time.monotonic()

    def note(self) -> None:
        """One more."""
        self.count, self._last = self.count + 1, time.monotonic()

    def since(self) -> float:
        """Time since the last. [s]"""
        return time.monotonic() - self._last


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page works with."""

    workplace: Workplace
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    asking: Rates = field(default_factory=lambda: Rates(ASKING))
    signing_in: Rates = field(default_factory=lambda: Rates(SIGNING_IN))
    visits: Visits = field(default_factory=Visits)


def must_be_guarded(settings: Settings, engine: Engine) -> None:
    """Refuse to be reached from elsewhere without a way to tell who somebody is.

    Raises
    ------
    RoadsteadError
        RS-B802 for such a host without people and without a proxy's header, or for a header that anybody might send.
    """
    if settings.user_header and not settings.proxies:
        expected = "`--proxy ADDRESS`: from elsewhere, the header is not believed"
        raise RoadsteadError(Fault("--user-header", "RS-B802", "anybody could send this header", expected))
    if settings.proxies and not settings.user_header:
        expected = "`--user-header NAME`, in which it says who somebody is; a proxy that says nothing need not be named"
        raise RoadsteadError(Fault("--proxy", "RS-B802", "the desk is not told what this proxy says", expected))
    for one in settings.proxies:
        _must_be_an_address(one)
    if settings.is_loopback or settings.user_header or people(engine):
        return
    expected = "`roadstead people FOLDER --add NAME` first, or `--user-header` with `--proxy`, or the host 127.0.0.1"
    raise RoadsteadError(Fault(f"--host {settings.host}", "RS-B802", "others could reach the desk unasked", expected))


def _must_be_an_address(proxy: str) -> None:
    try:
        plain = str(ipaddress.ip_address(proxy))
    except ValueError:
        plain = ""
    if plain != proxy:
        expected = plain or "the address that its requests come from, for instance 10.0.0.5"
        raise RoadsteadError(Fault(f"--proxy {proxy}", "RS-B802", "no request would ever come from this", expected))
