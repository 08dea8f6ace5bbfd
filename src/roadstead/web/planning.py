"""Pages of plans: the queue, one plan with how far it is, and what asks for one or ends it."""

from __future__ import annotations

import math
from typing import Literal, cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import queue
from roadstead.web.asked import Form, desk_of
from roadstead.web.asking import ask_for
from roadstead.web.live import Seen, look, streamed
from roadstead.web.pages import LANGUAGES, filled, language_of, page, who_of
from roadstead.web.queue import AT_ONCE, EARLY, Wish

router = APIRouter(include_in_schema=False)
HOW = {"early": EARLY, "at_once": AT_ONCE}


@router.get("/plans")
def plans(request: Request) -> Response:
    """The queue, the latest first."""
    return page(request, "plans.html", plans=queue.listed(desk_of(request).engine))


@router.get("/plans/rows")
def rows(request: Request) -> Response:
    """The queue's table alone, for a page that is open."""
    return page(request, "plans_table.html", plans=queue.listed(desk_of(request).engine))


@router.post("/plans")
def ask(request: Request, form: Form) -> Response:
    """Put a plan into the queue, and show it."""
    asked = {key: str(value) for key, value in form.items()}
    faults: list[Fault] = []
    wish = Wish(
        case=asked.get("case", ""),
        patches=tuple(line.strip() for line in asked.get("patches", "").splitlines() if line.strip()),
        language=cast('Literal["en", "zh"]', asked["language"])
        if asked.get("language") in LANGUAGES
        else language_of(request),
        gap=number(asked, "gap", faults),
        seconds=number(asked, "seconds", faults),
    )
    if faults:
        raise RoadsteadError(faults)
    plan_id = ask_for(desk_of(request), who_of(request).person, wish)
    return RedirectResponse(f"/plans/{plan_id}", 303)


def number(asked: dict[str, str], name: str, faults: list[Fault]) -> float | None:
    """A number of a form; None where nothing is said."""
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        faults.append(Fault(name, "RS-B809", f"{text[:40]!r} is no number", "a number with a point, for instance 0.01"))
    return value


@router.get("/plans/{plan_id}")
def plan(request: Request, plan_id: str) -> Response:
    """One plan, and how far it is."""
    return page(request, "plan.html", seen=look(desk_of(request).engine, plan_id))


@router.get("/plans/{plan_id}/events")
def events(request: Request, plan_id: str) -> Response:
    """The same, as it happens."""
    engine = desk_of(request).engine
    queue.planning(engine, plan_id)

    def show(seen: Seen) -> str:
        return filled(request, "progress.html", seen=seen)

    return streamed(engine, plan_id, show)


@router.post("/plans/{plan_id}/stop")
def stop(request: Request, plan_id: str, form: Form) -> Response:
    """End a plan early with the best so far, or at once."""
    engine = desk_of(request).engine
    queue.planning(engine, plan_id)
    how = str(form.get("how", ""))
    if how not in HOW:
        raise RoadsteadError(Fault("how", "RS-B809", f"{how[:40]!r} is no way to end", "early or at_once"))
    queue.stop(engine, plan_id, HOW[how])
    return RedirectResponse(f"/plans/{plan_id}", 303)
