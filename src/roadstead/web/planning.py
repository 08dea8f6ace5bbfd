"""Pages of plans: the queue, one plan with how far it is, and what asks for one or ends it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web import queue
from roadstead.web.asked import Form, desk_of
from roadstead.web.asking import ask_for, levers_of, study_of
from roadstead.web.form import wish_of
from roadstead.web.live import Seen, look, streamed
from roadstead.web.pages import LANGUAGES, filled, language_of, page, who_of
from roadstead.web.queue import AT_ONCE, EARLY
from roadstead.web.refusals import status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@router.get("/cases/{name}")
def form(request: Request, name: str) -> Response:
    """A case, and what may be changed in it before it is planned."""
    return _form(request, name, {"patches": "\n".join(request.query_params.getlist("patch"))}, (), 200)


@router.post("/plans")
def ask(request: Request, form: Form) -> Response:
    """Put a plan into the queue, and show it; what cannot be planned comes back with all that was filled in."""
    try:
        wish = wish_of(form, language_of(request))
        plan_id = ask_for(desk_of(request), who_of(request).person, wish)
    except RoadsteadError as error:
        filled_in = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        return _form(request, filled_in.get("case", ""), filled_in, error.faults, status_of(error.faults))
    return RedirectResponse(f"/plans/{plan_id}", 303)


def _form(request: Request, name: str, filled_in: dict[str, str], faults: Sequence[Fault], status: int) -> Response:
    """The form of a case; of one that cannot be read, its faults."""
    case = desk_of(request).workplace.case(name)
    try:
        study = study_of(case.folder)
    except RoadsteadError as error:
        return page(request, "unsound.html", status=422, case=case, faults=error.faults)
    offered = {
        "levers": levers_of(case.folder),
        "horizon": study.case.horizon,
        "effort": study.case.effort,
        "reports": LANGUAGES,
        "language": language_of(request),
    }
    return page(
        request, "case.html", status=status, case=case, said=defaultdict(str, filled_in), faults=faults, **offered
    )


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

    return streamed(request, engine, plan_id, show)


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
