"""The outlook desk: a market's fan of what may come, beside what others have published of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from roadstead.outlook.outside import published
from roadstead.playbook.book import Name
from roadstead.report.words import Words
from roadstead.showing.outlooks import fan_drawn, fans_ahead
from roadstead.study.outlooks import outlook, outlook_beside
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.web.pages import language_of, page
from roadstead.web.refusals import status_of
from roadstead.world import reference

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from roadstead.outlook.outside import View
    from roadstead.outlook.summary import MarketOutlook, Summary, YearAhead

router = APIRouter(include_in_schema=False)
DRAWS, SINCE = 1000, "2024"
"""Joint draws, and the year from which published projections are shown."""
DEFAULT = "DEU"
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Asked:
    """A market, and what its outlook stands on beside its history. ``weight`` in per cent."""

    market: str
    view: str = ""
    weight: str = "50"
    policies: bool = False


@router.get("/outlook")
def ahead(request: Request) -> Response:
    """The form, and the outlook it asks for."""
    asked = read(request.query_params)
    told: Summary | None = None
    faults: tuple[Fault, ...] = ()
    try:
        told = of_market(asked)
    except RoadsteadError as error:
        faults = error.faults
    return page(
        request,
        "outlook.html",
        status=status_of(faults) if faults else 200,
        asked=asked,
        told=told,
        called=_called(told.markets[0]) if told else None,
        faults=faults,
        beside=_beside(asked.market, told.markets[0]) if told else [],
        markets=_markets(),
        views=_views(),
    )


@router.get("/outlook/fan.svg")
def picture(request: Request) -> Response:
    """The fan, drawn."""
    asked = read(request.query_params)
    words, market = Words(language_of(request), ""), of_market(asked).markets[0]
    headers = {"content-security-policy": PICTURE_POLICY, "cache-control": "max-age=600"}
    return Response(_drawn(asked, words.name(_called(market)), words), media_type="image/svg+xml", headers=headers)


def read(query: QueryParams) -> Asked:
    """What a form asks."""
    market, view, weight = (query.get(key, "").strip() for key in ("market", "view", "weight"))
    return Asked(market or DEFAULT, view, weight or "50", query.get("policies") == "on")


@lru_cache(maxsize=64)
def of_market(asked: Asked) -> Summary:
    """The outlook of one market.

    Raises
    ------
    RoadsteadError
        RS-B809 for a weight that is no number; with the faults of the market and of the view.
    """
    try:
        weight = float(asked.weight) / 100.0
    except ValueError:
        expected = "per cent, from 0 to 100"
        raise RoadsteadError(Fault("weight", "RS-B809", f"{asked.weight[:40]!r} is no number", expected)) from None
    beside = outlook_beside(asked.view, weight, policies=asked.policies)
    return outlook([asked.market], beside=beside, draws=DRAWS)


@lru_cache(maxsize=64)
def _drawn(asked: Asked, name: str, words: Words) -> bytes:
    fans = [replace(fan, name=name) for fan in fans_ahead(of_market(asked))]
    return fan_drawn(fans, words).svg().encode()


def _called(market: MarketOutlook) -> Name:
    """What a market is called; only countries have a Chinese name here."""
    place = reference.load().gazetteer.places.get(market.market)
    return Name(place.name, place.name_zh) if place else Name(market.name, market.name)


def _beside(market: str, told: MarketOutlook) -> list[tuple[View, YearAhead]]:
    """What others published of a market's years to come, each with our own of that year; the latest publications first."""
    ours = {year.year: year for year in told.ahead}
    names = {market, told.market}
    found = [
        (view, ours[view.year])
        for view in published(reference.load())
        if view.place in names and view.share is not None and view.year in ours and view.published_on >= SINCE
    ]
    return sorted(found, key=lambda pair: (pair[0].year, pair[0].name))


def _markets() -> list[tuple[str, Name]]:
    """Markets with a history, by name."""
    world = reference.load()
    places = world.gazetteer.places
    found = [(one, Name(places[one].name, places[one].name_zh)) for one in world.markets if one in places]
    return sorted(found, key=lambda pair: pair[1].en)


def _views() -> list[str]:
    """Published projections with a share that may be blended in."""
    return sorted(
        {view.name for view in published(reference.load()) if view.share is not None and view.published_on >= SINCE}
    )
