"""How far a plan is, told to a browser or program as it happens: server-sent events, of which each holds all there is to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import StreamingResponse

from roadstead.web import queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import Engine
    from starlette.requests import Request

    from roadstead.web.queue import Planning, Told

LOOK, STILL_THERE = 0.25, 12.0
"""Time between two looks at the queue; and between two signs of life where nothing happens, and two looks at who asks. [s]"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan as it stands.

    Attributes
    ----------
    ahead
        Plans before it in the queue.
    stages
        The last thing told of each stage, in order.
    """

    planning: Planning
    ahead: int
    stages: tuple[Told, ...]


def look(engine: Engine, plan_id: str) -> Seen:
    """A plan as it stands now."""
    found = queue.planning(engine, plan_id)
    ahead = queue.before(engine, found.number) if found.state == queue.State.WAITING else 0
    stages: list[Told] = []
    for told in queue.told(engine, plan_id):
        if stages and stages[-1].stage == told.stage:
            stages.pop()
        stages.append(told)
    return Seen(found, ahead, tuple(stages))


def streamed(request: Request, engine: Engine, plan_id: str, show: Callable[[Seen], str]) -> StreamingResponse:
    """Everything that happens to a plan until it ends; then an event ``ended``, after which a browser need not ask again.

    It stops before where who asks is let in no longer: signed out, or their token taken away.
    """
    known: Callable[[], object] = request.state.known
    headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
    return StreamingResponse(_events(engine, plan_id, show, known), media_type="text/event-stream", headers=headers)


async def _events(
    engine: Engine, plan_id: str, show: Callable[[Seen], str], known: Callable[[], object]
) -> AsyncIterator[str]:
    said, still, asked = "", 0.0, 0.0
    while True:
        try:
            if asked >= STILL_THERE:
                if await to_thread.run_sync(known) is None:
                    return
                asked = 0.0
            seen = await to_thread.run_sync(look, engine, plan_id)
        except SQLAlchemyError:
            return  # the browser comes back by itself, and is told what is wrong if it still is
        text = show(seen)
        if text != said:
            yield event("progress", text)
            said, still = text, 0.0
        if not seen.planning.is_open:
            yield event("ended", seen.planning.state)
            return
        await anyio.sleep(LOOK)
        still, asked = still + LOOK, asked + LOOK
        if still >= STILL_THERE:
            yield ": still there\n\n"
            still = 0.0


def event(name: str, data: str) -> str:
    """One event as it is sent."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
