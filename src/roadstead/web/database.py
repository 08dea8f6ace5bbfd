"""What the desk remembers, in SQLite or PostgreSQL: one schema for both, brought up to date step by step.

Times are seconds since 1970 by the database's own clock, so that workers on several machines agree on when a lease ends.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError, SQLAlchemyError

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

LOG = logging.getLogger(__name__)
metadata = MetaData()

steps = Table(
    "schema_steps",
    metadata,
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("taken_at", Double, nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("once", Integer, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("ends_at", Double),
    Column("reads_only", Integer, nullable=False, server_default=text("0")),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("reads_only", Integer, nullable=False, server_default=text("0")),
)
plans = Table(
    "plans",
    metadata,
    Column("plan_id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("begun_at", Double),
    Column("ended_at", Double),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text),
    Column("lease_until", Double),
    Column("stop", Integer, nullable=False),
    Column("run", Text),
    Column("faults", Text),
    Index("plans_by_state", "state", "number"),
)
news = Table(
    "news",
    metadata,
    Column("plan_id", Text, ForeignKey("plans.plan_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("stage", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

STEPS = (
    """
    CREATE TABLE tokens (
        digest TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, once INTEGER NOT NULL, made_at DOUBLE PRECISION NOT NULL,
        ends_at DOUBLE PRECISION
    );
    CREATE TABLE sessions (
        digest TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, made_at DOUBLE PRECISION NOT NULL,
        ends_at DOUBLE PRECISION NOT NULL
    );
    CREATE TABLE plans (
        plan_id TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL UNIQUE, person TEXT NOT NULL, asked TEXT NOT NULL,
        state TEXT NOT NULL, made_at DOUBLE PRECISION NOT NULL, begun_at DOUBLE PRECISION,
        ended_at DOUBLE PRECISION, attempts INTEGER NOT NULL, worker TEXT, lease_until DOUBLE PRECISION, stop INTEGER NOT NULL,
        run TEXT, faults TEXT
    );
    CREATE INDEX plans_by_state ON plans (state, number);
    CREATE TABLE news (
        plan_id TEXT NOT NULL REFERENCES plans (plan_id), number INTEGER NOT NULL, at DOUBLE PRECISION NOT NULL,
        stage TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (plan_id, number)
    )
    """,
    """
    ALTER TABLE tokens ADD COLUMN reads_only INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN reads_only INTEGER NOT NULL DEFAULT 0
    """,
)
"""Statements that bring the schema from one step to the next, understood by both databases; a step once released is never edited."""
LOCK = 7_262_337
"""Number of the lock by which transactions in PostgreSQL wait for each other."""
PATIENCE = 10.0
"""Time a writer waits for another. [s]"""
SHORTLY = 0.02
"""Time until what SQLite refused at once is tried again. [s]"""


READS, FILE = "reads", "file"


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"


def open_database(url: str, *, may_be_new: bool = True) -> Engine:
    """Open a database by its address, its schema up to date; without ``may_be_new`` no SQLite file is made where there is none.

    Raises
    ------
    RoadsteadError
        RS-B807 where it cannot be reached, the address is none, or a newer Roadstead has brought its schema further.
    """
    try:
        engine = _engine(url, may_be_new=may_be_new)
        try:
            with begun(engine) as connection:
                _bring_up_to_date(connection)
        except BaseException:
            engine.dispose()
            raise
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        expected = "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        raise RoadsteadError(Fault("--database", "RS-B807", f"no address of a database: {error}", expected)) from None
    except SQLAlchemyError as error:
        raise RoadsteadError(unreachable(error)) from None
    return engine


def unreachable(error: SQLAlchemyError) -> Fault:
    """The database did not do what it was asked; its own words, without the statement."""
    said = error.orig if isinstance(error, DBAPIError) else error
    lines = str(said).strip().splitlines() or [type(said).__name__]
    return Fault("", "RS-B807", f"the database cannot be used: {lines[0]}", "nothing is lost: try again in a while")


def away(error: SQLAlchemyError) -> Fault:
    """The same for whoever asks, strangers too: what a server says names its address and user, which its keeper reads in the log."""
    told = unreachable(error)
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        return told
    LOG.warning("%s", told.message)
    return Fault("", told.code, "the database cannot be used", told.expected)


def _engine(url: str, *, may_be_new: bool) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": int(PATIENCE)})
    engine = create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _on_connect(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # transactions begin as said below, not as Python guesses
        _write_ahead(raw)
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A reader that turns writer half-way is refused at once; who takes the lock first waits for it instead.
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READS) else "BEGIN IMMEDIATE")

    if engine.url.database:
        _keep_to_its_file(engine, Path(engine.url.database), may_be_new=may_be_new)
    return engine


def _keep_to_its_file(engine: Engine, path: Path, *, may_be_new: bool) -> None:
    """Have connections work on the file that lies at the address at that time.

    SQLite goes on with a file that was moved away or replaced, where what it writes is lost; and makes an empty one where it was.
    """
    is_open = Event()
    if not may_be_new:
        is_open.set()

    @event.listens_for(engine, "do_connect")
    def _before_connect(*_: Any) -> None:
        if is_open.is_set() and _file(path) is None:
            raise sqlite3.OperationalError("its file is gone or cannot be reached")

    @event.listens_for(engine, "connect")
    def _on_connect(_: Any, record: Any) -> None:
        record.info[FILE] = _file(path)
        is_open.set()

    @event.listens_for(engine, "checkout")
    def _on_checkout(_: Any, record: Any, __: Any) -> None:
        if _file(path) != record.info[FILE]:
            raise DisconnectionError("another file, or none, lies there now")


def _file(path: Path) -> tuple[int, int] | None:
    """Which file lies there; None where none can be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _write_ahead(raw: Any) -> None:
    """Have readers and a writer side by side. SQLite refuses this change at once where another makes it, too, and does not wait for it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(SHORTLY)
        else:
            return


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    """A transaction: all of it happens, or nothing."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A look that keeps nobody from writing."""
    with engine.execution_options(**{READS: True}).connect() as connection:
        yield connection


def alone(connection: Connection) -> None:
    """Until this transaction ends, no other that asks to be alone goes on. SQLite's writers are alone in any case."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def now(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT (julianday('now') - 2440587.5) * 86400.0"
    else:
        asked = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
    return float(connection.execute(text(asked)).scalar_one())


def _bring_up_to_date(connection: Connection) -> None:
    alone(connection)
    if not inspect(connection).has_table(steps.name):
        steps.create(connection)
    taken = set(connection.execute(select(steps.c.step)).scalars())
    if (last := max(taken, default=0)) > len(STEPS):
        message = f"the database's schema is at step {last}, and this Roadstead knows {len(STEPS)}"
        raise RoadsteadError(
            Fault("--database", "RS-B807", message, "the Roadstead that opened it last, or a newer one")
        )
    for i, statements in enumerate(STEPS, 1):
        if i not in taken:
            for statement in statements.split(";"):
                connection.execute(text(statement))
            connection.execute(insert(steps).values(step=i, taken_at=now(connection)))
