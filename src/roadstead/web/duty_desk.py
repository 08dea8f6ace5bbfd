"""The duty desk: what one car is charged at a border, with citations, as one types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from roadstead.playbook.book import Name
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import PRODUCT_WORDS, Powertrain
from roadstead.trade import rulebook
from roadstead.trade.inquiry import Inquiry, read_facts
from roadstead.trade.quote import quote
from roadstead.web.pages import page
from roadstead.world import reference

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from roadstead.trade.quote import Quote

router = APIRouter(include_in_schema=False)
FACT = "fact "
"""What names of fields of facts begin with."""
PRODUCTS = tuple(word for word in PRODUCT_WORDS if word != "kit")
"""Words of products, each product's own."""
EXAMPLE = {"importer": "EU27", "origin": "CHN", "powertrain": "BEV", "product": "car", "value": "20000", "firm": "BYD"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a quote's page shows: the question as typed, its answer or what is wrong with it."""

    asked: dict[str, str]
    told: Quote | None
    faults: tuple[Fault, ...]


@router.get("/duty")
def duty(request: Request) -> Response:
    """The form, and the answer to what it says."""
    shown = answered(request.query_params)
    powertrains = [one.value for one in Powertrain]
    return page(request, "duty.html", shown=shown, powertrains=powertrains, products=PRODUCTS, places=importers())


@router.get("/duty/quote")
def answer(request: Request) -> Response:
    """The answer alone, for a form that is being filled in."""
    return page(request, "quote.html", shown=answered(request.query_params))


def answered(query: QueryParams) -> Shown:
    """The answer to what a form says; an example where it says nothing."""
    said = {key: value.strip() for key, value in query.items() if key != "lang"}
    empty = dict.fromkeys((*EXAMPLE, "as_known_on"), "")  # an address may leave fields of the form out
    asked = empty | {"on": date.today().isoformat()} | (said or EXAMPLE)  # noqa: DTZ011 -- the server's day
    try:
        return Shown(asked, quote(_inquiry(asked), reference.load()), ())
    except RoadsteadError as error:
        return Shown(asked, None, error.faults)


def _inquiry(asked: dict[str, str]) -> Inquiry:
    """A question as the trade room takes it.

    Raises
    ------
    RoadsteadError
        RS-B809 for a value that is no number; with the faults of facts that cannot be read.
    """
    try:
        value = float(asked.get("value", ""))
    except ValueError:
        message = f"{asked.get('value', '')[:40]!r} is no number"
        raise RoadsteadError(Fault("value", "RS-B809", message, "US$ per car, for instance 20000")) from None
    facts = [f"{key.removeprefix(FACT)}={text}" for key, text in asked.items() if key.startswith(FACT) and text]
    return Inquiry(
        importer=asked.get("importer", ""),
        origin=asked.get("origin", ""),
        powertrain=asked.get("powertrain", ""),
        on=asked["on"],
        value=value,
        product=asked.get("product", "") or "car",
        firm=asked.get("firm", ""),
        facts=read_facts(facts),
        as_known_on=asked["as_known_on"] or None,
    )


@cache
def importers() -> tuple[tuple[str, Name], ...]:
    """Customs territories whose law is known, with their names."""
    places = reference.load().gazetteer.places
    known = [(one, places[one]) for one in rulebook.load(None).measures if one in places]
    return tuple((one, Name(place.name, place.name_zh)) for one, place in sorted(known, key=lambda pair: pair[1].name))
