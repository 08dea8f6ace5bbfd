"""The event that a patch names: one of the case, or one of the catalogue as an entry of case.yaml."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.playing import play
from roadstead.futures.selling.nests import OTHER
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.futures.catalogue.catalogue import CatalogueEvent
    from roadstead.study.patch import Certain
    from roadstead.study.spec import Study
    from roadstead.trade.amendment import Amendment

NEAR, CLOSE = 4, 0.45
OF_NEST = {OTHER: Powertrain.ICE.value}
"""A powertrain of each nest that is not named after one."""
WORD = re.compile(r"\w+")


def find(patch: Certain, study: Study, own: Sequence[Mapping[str, Any]]) -> str | dict[str, Any]:
    """The id of the case's own event, or the entry of one from the catalogue.

    Raises
    ------
    RoadsteadError
        RS-S734 where no event has that id or title, with the nearest; RS-F545 where it is only shown, or has no such level; RS-S735 where
        it does nothing in any place of the case.
    """
    wanted = patch.event.casefold()
    whole = {wanted} if not patch.level else {f"{wanted}{colon}{patch.level.casefold()}" for colon in (":", ": ")}
    for one in own:
        if whole & {str(one[key]).casefold() for key in ("id", "title", "title_zh")}:
            return str(one["id"])
    known = catalogue.load(study.world.gazetteer, study.sources, study.own_events).events
    for event in known.values():
        if wanted in {event.event_id.casefold(), event.title.casefold(), event.title_zh.casefold()}:
            return entry(event, patch, study)
    titles: dict[str, tuple[str, tuple[str, ...]]] = {str(one["id"]): (str(one["title"]), ()) for one in own}
    titles |= {e.event_id: (e.title, e.markets) for e in known.values() if e.played and e.event_id not in titles}
    near = _nearest(wanted, titles, study)
    shown = "; ".join(f"{name} ({titles[name][0]})" for name in near)
    expected = f"did you mean {shown}?" if near else "an event of the case, or one that `roadstead futures` lists"
    raise RoadsteadError(Fault(f"--event {patch.text}", "RS-S734", f"there is no event `{patch.event}`", expected))


def _nearest(wanted: str, titles: Mapping[str, tuple[str, Iterable[str]]], study: Study) -> list[str]:
    """Events whose ids, titles or markets have most in common with what was asked for."""
    places = study.world.gazetteer.places

    def likeness(name: str) -> float:
        title, markets = titles[name]
        text = f"{name.replace('_', ' ')} {title}".casefold()
        words, of = set(WORD.findall(text)), set[str]()
        for market in markets:
            of |= {market.casefold(), *WORD.findall(places[market].name.casefold())} if market in places else set()
        asked = WORD.findall(wanted.replace("_", " "))
        met = sum(max(difflib.SequenceMatcher(None, one, w).ratio() for w in words | of) for one in asked)
        whole = difflib.SequenceMatcher(None, wanted, title.casefold()).ratio()
        return max(met / max(len(asked), 1), whole) + bool(of & set(asked))  # an event of the very place comes first

    ranked = sorted(titles, key=lambda name: -likeness(name))[:NEAR]
    return [name for name in ranked if likeness(name) >= CLOSE]


def entry(event: CatalogueEvent, patch: Certain, study: Study) -> dict[str, Any]:
    """An event of the catalogue as a case states one; what it does in no place of this case is left out."""
    where = f"--event {patch.text}"
    try:
        played = play(event, patch.level)
    except RoadsteadError as error:
        raise RoadsteadError([replace(fault, where=where) for fault in error.faults]) from None
    gazetteer = study.world.gazetteer
    hosts = {line.place for line in study.carmaker.lines.values()}
    hosts |= {gazetteer.territory(place) for place in hosts}
    territories = {gazetteer.territory(market) for market in study.carmaker.channels}
    found = {
        "id": played.event_id,
        "title": played.title,
        "title_zh": played.title_zh,
        "probability": 1.0,
        "rests_on": "made certain by hand, to see what would follow",
        "note": played.note,
        "amendments": [_amendment(change) for change in played.amendments],
        "demand": played.demand,
        "route": played.route,
        "content": [{"place": rule.place, "least": rule.least} for rule in played.content if rule.place in hosts],
        "least_prices": [
            {"importer": one.importer, "powertrains": [OF_NEST.get(n, n) for n in one.nests], "share": one.share}
            for one in played.least_prices
            if one.importer in territories
        ],
    }
    if not any(found[key] for key in ("amendments", "demand", "route", "content", "least_prices")):
        message = f"`{event.event_id}` changes nothing in this case"
        raise RoadsteadError(Fault(where, "RS-S735", message, "an event of a place the case plans for"))
    return found


def _amendment(change: Amendment) -> dict[str, Any]:
    lists = {name: sorted(getattr(change, name)) for name in ("origins", "powertrains", "products", "firms")}
    words = {"kind": change.kind, "measure": change.measure_id, "rate": change.rate}
    given = {name: value for name, value in (lists | words).items() if value not in ("", [], None)}
    return {"action": change.action, "importer": change.importer, **given}
