"""What programs may ask of the desk: the same as its pages, as JSON under /api/v1, with a token in the header or a session."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import date  # noqa: TC003 -- FastAPI looks it up
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse

from roadstead.study.api import duty as quoted
from roadstead.study.levers import Levers  # noqa: TC001 -- FastAPI looks it up
from roadstead.trade.inquiry import read_facts
from roadstead.web import queue
from roadstead.web.asked import desk_of, own_request
from roadstead.web.asking import ask_for, last_change, levers_of
from roadstead.web.compare_desk import beside
from roadstead.web.form import MOST_PATCHES
from roadstead.web.futures_desk import chances
from roadstead.web.live import Seen, look, streamed
from roadstead.web.outlook_desk import Asked, of_market
from roadstead.web.pages import who_of
from roadstead.web.planning import HOW
from roadstead.web.queue import Wish
from roadstead.web.refusals import as_json
from roadstead.web.uploads import take_in

MOST_TEXT = 200
Text = Annotated[str, Query(max_length=MOST_TEXT)]


class FaultTold(BaseModel):
    """One thing wrong, as the command line tells it."""

    where: str
    code: str
    message: str
    expected: str


class Faults(BaseModel):
    """Everything wrong with a question."""

    faults: list[FaultTold]


REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Faults, "description": told}
    for status, told in {
        401: "the desk does not know who asks",
        403: "a session's proof is missing, or the host's name is not the desk's",
        404: "there is nothing of this name",
        413: "more was sent than is taken",
        422: "the question has faults",
        429: "too many requests, or too many plans wait",
        503: "the database or disk cannot be used just now",
    }.items()
}
router = APIRouter(
    prefix="/api/v1",
    responses=REFUSED,
    dependencies=[Depends(HTTPBearer(auto_error=False, description="A person's token"))],
)


@dataclass(frozen=True, slots=True)
class CaseTold:
    """A case that can be planned."""

    name: str
    title: str
    title_zh: str
    is_bundled: bool


@dataclass(frozen=True, slots=True)
class RunTold:
    """A finished run. Money in ``currency``, the gap as a share of NPV."""

    name: str
    case: str
    made_at: str
    patches: list[str]
    language: str
    currency: str
    npv: float
    value_added: float | None
    gap: float
    files: list[str]


@dataclass(frozen=True, slots=True)
class StageTold:
    """How far a plan has come in a stage; seconds since it was begun."""

    stage: str
    seconds: float
    detail: dict[str, float]


@dataclass(frozen=True, slots=True)
class PlanTold:
    """A plan in the queue; times in seconds since 1970."""

    plan_id: str
    number: int
    person: str
    case: str
    patches: list[str]
    language: str
    state: Literal["waiting", "running", "done", "failed", "dropped"]
    made_at: float
    begun_at: float | None
    ended_at: float | None
    attempts: int
    ahead: int
    run: str
    faults: list[FaultTold]
    stages: list[StageTold]


class Wanted(BaseModel):
    """What is to be planned: patches as ``roadstead plan`` takes them, in their order."""

    model_config = ConfigDict(extra="forbid")

    case: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    patches: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]], Field(max_length=MOST_PATCHES)
    ] = []
    language: Literal["en", "zh"] = "en"
    gap: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] | None = None
    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None


class Question(BaseModel):
    """What a question about duty says: places, powertrain and firm as `roadstead duty` takes them; the customs value in US$ per car."""

    model_config = ConfigDict(extra="forbid")

    importer: Annotated[str, Field(max_length=MOST_TEXT)]
    origin: Annotated[str, Field(max_length=MOST_TEXT)]
    powertrain: Annotated[str, Field(max_length=MOST_TEXT)]
    on: date
    value: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
    product: Annotated[str, Field(max_length=MOST_TEXT)] = "car"
    firm: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    fact: Annotated[list[Annotated[str, Field(max_length=MOST_TEXT)]], Field(max_length=40)] = []
    as_known_on: date | None = None


class Ending(BaseModel):
    """How a plan is to end: with the best so far, or at once."""

    model_config = ConfigDict(extra="forbid")

    how: Literal["early", "at_once"]


@router.get("/cases")
def cases(request: Request) -> list[CaseTold]:
    """Every case."""
    found = desk_of(request).workplace.cases().values()
    return [CaseTold(one.name, one.title.en, one.title.zh, one.is_bundled) for one in found]


@router.post("/cases", status_code=201, dependencies=[Depends(own_request)])
def hand_in(request: Request, packed: UploadFile) -> CaseTold:
    """Hand a case in: a workbook that was filled in, or a zip file of its folder."""
    place = desk_of(request).workplace
    one = place.case(take_in(place, packed.file))
    return CaseTold(one.name, one.title.en, one.title.zh, one.is_bundled)


@router.get("/cases/{name}/levers")
def offered(request: Request, name: str) -> Levers:
    """What may be changed in a case, each with its selector."""
    return levers_of(desk_of(request).workplace.case(name).folder)


@router.get("/runs")
def runs(request: Request) -> list[RunTold]:
    """Every run, the latest first."""
    return [_run(one) for one in desk_of(request).workplace.runs().values()]


@router.get("/runs/{name}")
def run(request: Request, name: str) -> RunTold:
    """One run."""
    return _run(desk_of(request).workplace.run(name))


@router.get("/runs/{name}/files/{file:path}", response_class=FileResponse)
def run_file(request: Request, name: str, file: str) -> Response:
    """A file that a run wrote."""
    place = desk_of(request).workplace
    return FileResponse(place.file(place.run(name), file), media_type="application/octet-stream")


@router.get("/comparison")
def comparison(
    request: Request, run: Annotated[list[str], Query(min_length=2, max_length=8, description="names of runs")]
) -> dict[str, Any]:
    """Runs side by side: worth, decisions, cars by market and mode, flows; differences are from the first."""
    place = desk_of(request).workplace
    return _plain(beside([place.run(name).folder for name in run]))


@router.get("/plans")
def plans(request: Request) -> list[PlanTold]:
    """The latest plans."""
    return [_plan(Seen(one, 0, ())) for one in queue.listed(desk_of(request).engine)]


@router.post("/plans", status_code=201, dependencies=[Depends(own_request)])
def ask(request: Request, wanted: Wanted) -> PlanTold:
    """Put a plan into the queue."""
    desk = desk_of(request)
    wish = Wish(wanted.case, tuple(wanted.patches), wanted.language, wanted.gap, wanted.seconds)
    return _plan(look(desk.engine, ask_for(desk, who_of(request).person, wish)))


@router.get("/plans/{plan_id}")
def plan(request: Request, plan_id: str) -> PlanTold:
    """One plan, and how far it is."""
    return _plan(look(desk_of(request).engine, plan_id))


@router.post("/plans/{plan_id}/stop", dependencies=[Depends(own_request)])
def stop(request: Request, plan_id: str, ending: Ending) -> PlanTold:
    """End a plan early with the best so far, or at once."""
    engine = desk_of(request).engine
    queue.planning(engine, plan_id)
    queue.stop(engine, plan_id, HOW[ending.how])
    return _plan(look(engine, plan_id))


@router.get("/plans/{plan_id}/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
def events(request: Request, plan_id: str) -> Response:
    """The same as it happens: an event ``progress`` with the plan for every change, and ``ended`` at the end."""
    engine = desk_of(request).engine
    queue.planning(engine, plan_id)
    return streamed(request, engine, plan_id, lambda seen: json.dumps(dataclasses.asdict(_plan(seen)), default=vars))


@router.get("/duty")
def duty(asked: Annotated[Question, Query()]) -> dict[str, Any]:
    """The duty on one car, each line with its citation."""
    said = asked.model_dump(exclude={"fact"})
    return _plain(quoted(**said, facts=read_facts(asked.fact)))


@router.get("/outlook/{market}")
def outlook(
    market: str,
    view: Text = "",
    weight: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)] = 0.5,
    policies: bool = False,
) -> dict[str, Any]:
    """The outlook of a market: quantiles of cars sold and of the NEV share, year by year."""
    return _plain(of_market(Asked(market, view, f"{weight * 100:g}", policies)))


@router.get("/futures")
def futures(request: Request, case: Text = "") -> list[dict[str, Any]]:
    """Events that may happen, with their chances beside base rates; with a case, its own as well."""
    folder = desk_of(request).workplace.case(case).folder if case else None
    found = chances(folder, 0 if folder is None else last_change(folder))
    return [
        {
            "event": one.event.event_id,
            "title": one.event.title,
            "title_zh": one.event.title_zh,
            "is_played": one.event.played,
            "first": one.first,
            "chance": one.chance,
            "by": dict(zip(found.marks, one.by, strict=True)),
            "base_rate": None if one.base is None else one.base.chance,
            "why": one.event.why,
        }
        for one in found.events
    ]


def _run(one: Any) -> RunTold:
    return RunTold(
        one.name,
        one.case.en,
        one.made_at,
        list(one.patches),
        one.language,
        one.currency,
        one.npv,
        one.value_added,
        one.gap,
        list(one.files),
    )


def _plan(seen: Seen) -> PlanTold:
    one = seen.planning
    begun = one.begun_at
    return PlanTold(
        plan_id=one.plan_id,
        number=one.number,
        person=one.person,
        case=one.wish.case,
        patches=list(one.wish.patches),
        language=one.wish.language,
        state=one.state.value,
        made_at=one.made_at,
        begun_at=begun,
        ended_at=one.ended_at,
        attempts=one.attempts,
        ahead=seen.ahead,
        run=one.run,
        faults=[FaultTold(**told) for told in as_json(one.faults)],
        stages=[StageTold(told.stage, told.at - (begun or told.at), told.detail) for told in seen.stages],
    )


def _plain(value: Any) -> dict[str, Any]:
    """A value of the planner's as JSON takes it."""
    told: dict[str, Any] = jsonable_encoder(dataclasses.asdict(value))
    return told
