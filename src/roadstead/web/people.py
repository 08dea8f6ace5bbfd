"""Who may use the desk: tokens and sessions, of which only digests are kept.

A token has 256 random bits, so one round of SHA-256 keeps it as safe as a slow hash would keep a password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select

from roadstead.web.database import begun, now, reading, sessions, tokens

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

OWNER = "owner"
"""Who holds the one-time token of a desk on one's own machine."""
FIRST_HOUR, FORTNIGHT = 3600.0, 14 * 86400.0
"""How long a one-time token may wait, and how long a session lasts. [s]"""


@dataclass(frozen=True, slots=True)
class Who:
    """A person who is let in.

    Attributes
    ----------
    csrf
        What a form of this session carries; empty where no cookie lets in, so that no form has to prove whose it is.
    reads_only
        True for who may look and take away, and neither start nor change anything.
    """

    person: str
    csrf: str = ""
    reads_only: bool = False


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_of(secret: str) -> str:
    """What the forms of a session carry: made from its secret, which no page shows."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def one_time_token(engine: Engine) -> str:
    """A new token that lets in once, within the hour."""
    return _token(engine, OWNER, FIRST_HOUR)


def add_person(engine: Engine, person: str, *, reads_only: bool = False) -> str:
    """A person's new token; one that they had before no longer counts."""
    remove_person(engine, person)
    return _token(engine, person, None, reads_only=reads_only)


def _token(engine: Engine, person: str, lasts: float | None, *, reads_only: bool = False) -> str:
    secret = secrets.token_urlsafe(32)
    with begun(engine) as connection:
        at = now(connection)
        row = {"digest": digest(secret), "person": person, "once": int(lasts is not None), "made_at": at}
        ends_at = None if lasts is None else at + lasts
        connection.execute(insert(tokens).values(**row, ends_at=ends_at, reads_only=int(reads_only)))
    return secret


def remove_person(engine: Engine, person: str) -> bool:
    """Take a person's token and sessions away; False where there is no such person."""
    with begun(engine) as connection:
        gone = connection.execute(delete(tokens).where(tokens.c.person == person, tokens.c.once == 0)).rowcount
        connection.execute(delete(sessions).where(sessions.c.person == person))
    return gone > 0


def people(engine: Engine) -> tuple[str, ...]:
    """Everybody with a token of their own."""
    with reading(engine) as connection:
        found = connection.execute(select(tokens.c.person).where(tokens.c.once == 0).order_by(tokens.c.person))
        return tuple(found.scalars())


def holder(engine: Engine, secret: str) -> Who | None:
    """Whose lasting token this is."""
    with reading(engine) as connection:
        asked = select(tokens.c.person, tokens.c.reads_only).where(
            tokens.c.digest == digest(secret), tokens.c.once == 0
        )
        found = connection.execute(asked).one_or_none()
    return None if found is None else Who(found.person, reads_only=bool(found.reads_only))


def sign_in(engine: Engine, secret: str) -> str | None:
    """The secret of a new session for a token; None where the token is unknown, spent or too old."""
    with begun(engine) as connection:
        at = now(connection)
        known = (tokens.c.digest == digest(secret)) & or_(tokens.c.ends_at.is_(None), tokens.c.ends_at > at)
        asked = select(tokens.c.person, tokens.c.once, tokens.c.reads_only).where(known)
        row = connection.execute(asked).one_or_none()
        if row is None:
            return None
        if row.once and not connection.execute(delete(tokens).where(known)).rowcount:
            return None
        return _session(connection, row.person, row.reads_only, at)


def _session(connection: Connection, person: str, reads_only: int, at: float) -> str:
    connection.execute(delete(sessions).where(sessions.c.ends_at < at))
    secret = secrets.token_urlsafe(32)
    values = {
        "digest": digest(secret),
        "person": person,
        "reads_only": reads_only,
        "made_at": at,
        "ends_at": at + FORTNIGHT,
    }
    connection.execute(insert(sessions).values(**values))
    return secret


def in_session(engine: Engine, secret: str) -> Who | None:
    """Whose session this is."""
    with reading(engine) as connection:
        at = now(connection)
        known = (sessions.c.digest == digest(secret)) & (sessions.c.ends_at > at)
        found = connection.execute(select(sessions.c.person, sessions.c.reads_only).where(known)).one_or_none()
    return None if found is None else Who(found.person, csrf_of(secret), bool(found.reads_only))


def sign_out(engine: Engine, secret: str) -> None:
    """End a session."""
    with begun(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.digest == digest(secret)))
