"""What a desk is told as it is opened, and what all of its pages share."""

from __future__ import annotations

import ipaddress
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
        return name.lower() in {*LOOPBACK_NAMES, self.host, *self.names} and (not port or port.isdigit())


def _parted(host: str) -> tuple[str, str]:
    name, _, port = host.partition(":")
    return name, port


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page works with."""

    workplace: Workplace
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    asking: Rates = field(default_factory=lambda: Rates(ASKING))
    signing_in: Rates = field(default_factory=lambda: Rates(SIGNING_IN))


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
    if settings.is_loopback or settings.user_header or people(engine):
        return
    expected = "`roadstead people FOLDER --add NAME` first, or `--user-header` with `--proxy`, or the host 127.0.0.1"
    raise RoadsteadError(Fault(f"--host {settings.host}", "RS-B802", "others could reach the desk unasked", expected))
