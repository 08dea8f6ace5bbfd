"""Plans that wait, are worked on and have ended. A worker holds a plan by a lease that it must keep renewing.

A worker that is gone stops renewing, and another takes its plan. What a worker says about a plan counts only while it holds the
lease, so that no plan is told to have ended twice.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, func, insert, or_, select, update

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.database import alone, begun, news, now, plans, reading
from roadstead.web.workplace import missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

LEASE = 20.0
"""How long a worker holds a plan without renewing. [s]"""
MOST_ATTEMPTS = 3
"""Workers that may be lost over one plan before it is given up."""
MOST_WAITING = 200
LISTED = 100
"""Plans that a list shows."""
EARLY, AT_ONCE = 1, 2
"""Asked to end with what there is, and to end without anything."""
PLAN_ID = re.compile("[0-9a-f]{16}")


class State(StrEnum):
    """Where a plan stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


OPEN = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned.

    Attributes
    ----------
    patches
        What is set and which events are certain, as ``roadstead plan`` takes them.
    gap, seconds
        How hard to look; None for the case's own words. [fraction], [s]
    """

    case: str
    patches: tuple[str, ...] = ()
    language: Literal["en", "zh"] = "en"
    gap: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Planning:
    """A plan in the queue.

    Attributes
    ----------
    number
        Counted from 1, in the order in which plans were asked for.
    made_at, begun_at, ended_at
        Seconds since 1970, by the database's clock.
    attempts
        Workers that have taken it.
    stop
        0, or how it was asked to end: early with the best plan so far, or at once.
    run
        Name of the run it became; empty until then.
    """

    plan_id: str
    number: int
    person: str
    wish: Wish
    state: State
    made_at: float
    begun_at: float | None
    ended_at: float | None
    attempts: int
    worker: str
    stop: int
    run: str
    faults: tuple[Fault, ...]

    @property
    def is_open(self) -> bool:
        """True until it has ended."""
        return self.state in OPEN

    @property
    def run_name(self) -> str:
        """Name of the run folder it is to become: always the same, so that it is never written twice."""
        return f"{self.wish.case}-{self.number}-{self.plan_id[:6]}"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told of a plan under way: a stage, and how far it has come."""

    number: int
    at: float
    stage: str
    detail: dict[str, float]


def new_id() -> str:
    """A name for a plan that nobody can guess from another."""
    return secrets.token_hex(8)


def ask(engine: Engine, plan_id: str, person: str, wish: Wish) -> None:
    """Put a plan into the queue.

    Raises
    ------
    RoadsteadError
        RS-B811 where too many wait already.
    """
    with begun(engine) as connection:
        alone(connection)
        waiting = select(func.count()).where(plans.c.state == State.WAITING)
        if connection.execute(waiting).scalar_one() >= MOST_WAITING:
            message = f"{MOST_WAITING} plans wait already"
            raise RoadsteadError(Fault("", "RS-B811", message, "wait until some have been worked on, or drop some"))
        number = connection.execute(select(func.coalesce(func.max(plans.c.number), 0))).scalar_one() + 1
        connection.execute(
            insert(plans).values(
                plan_id=plan_id, number=number, person=person, asked=json.dumps(asdict(wish)),
                state=State.WAITING, made_at=now(connection), attempts=0, stop=0,
            )
        )  # fmt: skip


def take(engine: Engine, worker: str, lease: float = LEASE) -> Planning | None:
    """The next plan for a worker: one that waits, or one whose worker is gone; None where there is none."""
    with begun(engine) as connection:
        alone(connection)
        at = now(connection)
        left = and_(plans.c.state == State.RUNNING, plans.c.lease_until < at)
        free = or_(plans.c.state == State.WAITING, left)
        for row in connection.execute(select(plans).where(free).order_by(plans.c.number)).mappings().all():
            # Its worker may have come back, or ended it, since it was looked at: every change says again that it is free.
            this = and_(plans.c.plan_id == row["plan_id"], free)
            if row["stop"] == AT_ONCE:
                _end(connection, this, State.DROPPED)
            elif row["attempts"] >= MOST_ATTEMPTS:
                message = f"{MOST_ATTEMPTS} workers were lost over it"
                fault = Fault("", "RS-B808", message, "fewer futures, or a machine with more memory")
                _end(connection, this, State.FAILED, faults=(fault,))
            else:
                taken = {
                    "state": State.RUNNING, "worker": worker, "lease_until": at + lease, "attempts": row["attempts"] + 1,
                    "begun_at": row["begun_at"] or at,
                }  # fmt: skip
                if connection.execute(update(plans).where(this).values(**taken)).rowcount:
                    return _planning({**row, **taken})
    return None


def renew(engine: Engine, plan_id: str, worker: str, lease: float = LEASE) -> int | None:
    """Hold on to a plan; how it is asked to end, or None where the worker does not hold it any more."""
    with begun(engine) as connection:
        held = _held(plan_id, worker)
        kept = connection.execute(update(plans).where(held).values(lease_until=now(connection) + lease)).rowcount
        return connection.execute(select(plans.c.stop).where(held)).scalar_one() if kept else None


def release(engine: Engine, worker: str, *, was_lost: bool = True) -> bool:
    """Let go of what a worker held that is known to be gone; False where it held nothing.

    Where it was not lost but sent away, that is no attempt, and the plan waits.
    """
    let_go: dict[str, Any] = {"lease_until": 0.0}
    if not was_lost:
        let_go = {"state": State.WAITING, "worker": None, "lease_until": None, "attempts": plans.c.attempts - 1}
    with begun(engine) as connection:
        held = and_(plans.c.worker == worker, plans.c.state == State.RUNNING)
        return connection.execute(update(plans).where(held).values(**let_go)).rowcount > 0


def tell(engine: Engine, plan_id: str, worker: str, stage: str, detail: dict[str, float]) -> None:
    """Note how far a plan has come; nothing where the worker does not hold it."""
    with begun(engine) as connection:
        alone(connection)
        if connection.execute(select(plans.c.plan_id).where(_held(plan_id, worker))).one_or_none() is None:
            return
        last = select(func.coalesce(func.max(news.c.number), 0)).where(news.c.plan_id == plan_id)
        number = connection.execute(last).scalar_one() + 1
        values = {
            "plan_id": plan_id,
            "number": number,
            "at": now(connection),
            "stage": stage,
            "detail": json.dumps(detail),
        }
        connection.execute(insert(news).values(**values))


def end(
    engine: Engine, plan_id: str, worker: str, state: State, *, run: str = "", faults: Sequence[Fault] = ()
) -> bool:
    """Say that a plan has ended; False where the worker does not hold it any more, and it is not said."""
    with begun(engine) as connection:
        return _end(connection, _held(plan_id, worker), state, run, faults)


def _end(connection: Connection, which: Any, state: State, run: str = "", faults: Sequence[Fault] = ()) -> bool:
    """End the plan for which ``which`` holds at that very moment; False where it holds for none."""
    told = json.dumps([asdict(fault) for fault in faults])
    values = {"state": state, "ended_at": now(connection), "run": run, "faults": told, "lease_until": None}
    return connection.execute(update(plans).where(which).values(**values)).rowcount == 1


def stop(engine: Engine, plan_id: str, how: int) -> None:
    """Ask a plan to end early with the best so far, or at once; one for which nothing was found yet is dropped either way."""
    with begun(engine) as connection:
        alone(connection)
        this = plans.c.plan_id == plan_id
        nothing_yet = plans.c.state == State.WAITING
        if how == EARLY:  # what was handed back may have found something
            nothing_yet &= plans.c.begun_at.is_(None)
        if not _end(connection, and_(this, nothing_yet), State.DROPPED):
            more = and_(this, plans.c.state.in_(OPEN), plans.c.stop < how)
            connection.execute(update(plans).where(more).values(stop=how))


def planning(engine: Engine, plan_id: str) -> Planning:
    """A plan; RS-B803 where there is none of this id."""
    row = None
    if PLAN_ID.fullmatch(plan_id):  # not every text is one that a database takes
        with reading(engine) as connection:
            row = connection.execute(select(plans).where(plans.c.plan_id == plan_id)).mappings().one_or_none()
    if row is None:
        raise RoadsteadError(missing(plan_id, "plan"))
    return _planning(row)


def listed(engine: Engine) -> tuple[Planning, ...]:
    """The latest plans, the latest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(plans).order_by(plans.c.number.desc()).limit(LISTED)).mappings().all()
    return tuple(map(_planning, rows))


def ended(engine: Engine, ids: Sequence[str]) -> set[str]:
    """Which of these plans have ended."""
    with reading(engine) as connection:
        gone = select(plans.c.plan_id).where(plans.c.plan_id.in_(ids), plans.c.state.not_in(OPEN))
        return set(connection.execute(gone).scalars())


def before(engine: Engine, number: int) -> int:
    """How many plans wait or are worked on before one that waits."""
    with reading(engine) as connection:
        ahead = select(func.count()).where(plans.c.number < number, plans.c.state.in_(OPEN))
        return int(connection.execute(ahead).scalar_one())


def told(engine: Engine, plan_id: str) -> tuple[Told, ...]:
    """What was told of a plan, in order."""
    with reading(engine) as connection:
        asked = select(news).where(news.c.plan_id == plan_id).order_by(news.c.number)
        rows = connection.execute(asked).all()
    return tuple(Told(row.number, row.at, row.stage, json.loads(row.detail)) for row in rows)


def _held(plan_id: str, worker: str) -> Any:
    return and_(plans.c.plan_id == plan_id, plans.c.worker == worker, plans.c.state == State.RUNNING)


def _planning(row: Any) -> Planning:
    wish = json.loads(row["asked"])
    return Planning(
        plan_id=row["plan_id"],
        number=row["number"],
        person=row["person"],
        wish=Wish(**wish | {"patches": tuple(wish["patches"])}),
        state=State(row["state"]),
        made_at=row["made_at"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        attempts=row["attempts"],
        worker=row["worker"] or "",
        stop=row["stop"],
        run=row["run"] or "",
        faults=tuple(Fault(**one) for one in json.loads(row["faults"] or "[]")),
    )
