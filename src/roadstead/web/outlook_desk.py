"""The outlook desk: a market's fan of what may come, beside what others have published of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from roadstead.outlook.outside import published
from roadstead.outlook.summary import markets_named
from roadstead.playbook.book import Name
from roadstead.report.charts.fan_others import Other
from roadstead.report.words import Words
from roadstead.showing.outlooks import fan_drawn, fans_ahead
from roadstead.study.outlooks import outlook, outlook_beside
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.web.kept import kept
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
DEFAULT, HALF = "CHN", "50"
"""Market that is shown first, one of which others have published much; and weight of a view where none is said. [per cent]"""
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Asked:
    """A market, and what its outlook stands on beside its history. ``weight`` in per cent."""

    market: str
    view: str = ""
    weight: str = HALF
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
        faults=faults,
        beside=_beside(told.markets[0]) if told else [],
        name=name_of(told.markets[0].market) if told else None,
        markets=_markets(),
        views=_views(),
    )


@router.get("/outlook/fan.svg")
def picture(request: Request) -> Response:
    """The fan, drawn."""
    headers = {"content-security-policy": PICTURE_POLICY, "cache-control": "max-age=600"}
    body = drawn(read(request.query_params), language_of(request))
    return Response(body, media_type="image/svg+xml", headers=headers)


def read(query: QueryParams) -> Asked:
    """What a form asks."""
    market, view, weight = (query.get(key, "").strip() for key in ("market", "view", "weight"))
    return Asked(market or DEFAULT, view, weight or HALF, query.get("policies") == "on")


def of_market(asked: Asked) -> Summary:
    """The outlook of one market, one of those that are drawn together.

    Raises
    ------
    RoadsteadError
        RS-B809 for a weight that is no number; with the faults of the market and of the view.
    """
    faults: list[Fault] = []
    named = markets_named(reference.load(), [asked.market], faults)
    raise_if_any(faults)
    whole = _everywhere(asked.view, _weight(asked.weight), asked.policies)
    return replace(whole, markets=tuple(one for one in whole.markets if one.market in named))


def _weight(text: str) -> float:
    try:
        return float(text) / 100.0
    except ValueError:
        expected = "per cent, from 0 to 100"
        raise RoadsteadError(Fault("weight", "RS-B809", f"{text[:40]!r} is no number", expected)) from None


def _everywhere(view: str, weight: float, policies: bool) -> Summary:
    """The outlook of all markets: whichever is asked for, all are drawn together."""
    outlook_beside(view, weight, policies=policies)  # refuses a weight that is none, also where it weighs nothing
    return _all_markets(view, weight if view else 0.0, policies)


@kept(8)
def _all_markets(view: str, weight: float, policies: bool) -> Summary:
    beside = outlook_beside(view, weight, policies=policies)
    return outlook(sorted(reference.load().markets), beside=beside, draws=DRAWS)


@kept(64)
def drawn(asked: Asked, language: Literal["en", "zh"]) -> bytes:
    """The fan of a market with what others published, as SVG."""
    told, words = of_market(asked), Words(language, "")
    market = told.markets[0]
    others = [Other(view.name, view.year, view.share or 0.0) for view, _ in _beside(market)]
    fans = [replace(fan, name=words.name(name_of(market.market)), others=others) for fan in fans_ahead(told)]
    return fan_drawn(fans, words).svg().encode()


def name_of(market: str) -> Name:
    """Name of a market in both languages."""
    place = reference.load().gazetteer.places[market]
    return Name(place.name, place.name_zh)


def _beside(told: MarketOutlook) -> list[tuple[View, YearAhead]]:
    """What others published of a market's years to come, each with our own of that year; the latest publications first."""
    ours = {year.year: year for year in told.ahead}
    found = [
        (view, ours[view.year])
        for view in published(reference.load())
        if view.place == told.market and view.share is not None and view.year in ours and view.published_on >= SINCE
    ]
    return sorted(found, key=lambda pair: (pair[0].year, pair[0].name))


def _markets() -> list[tuple[str, Name]]:
    """Markets with a history, by name."""
    world = reference.load()
    found = [(one, name_of(one)) for one in world.markets if one in world.gazetteer.places]
    return sorted(found, key=lambda pair: pair[1].en)


def _views() -> list[str]:
    """Published projections with a share that may be blended in."""
    return sorted(
        {view.name for view in published(reference.load()) if view.share is not None and view.published_on >= SINCE}
    )
