"""The event that a patch names: one of the case, or one of the catalogue as an entry of case.yaml."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.playing import play
from roadstead.futures.selling.nests import OTHER
from roadstead.study import event_phrases
from roadstead.study.declared import OF_LINES
from roadstead.study.patch import Certain
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.catalogue.catalogue import CatalogueEvent
    from roadstead.futures.events import Shift
    from roadstead.study.patch import Never
    from roadstead.study.spec import Study
    from roadstead.trade.amendment import Amendment

NEAR, CLOSE = 4, 0.45
"""Events that a message names that are like one that is none, and how like they are at least."""
OF_NEST = {OTHER: Powertrain.ICE.value}
"""A powertrain of each nest that is not named after one."""
WORD = re.compile(r"\w+")


def named(patch: Certain | Never, study: Study) -> Certain | Never:
    """The patch with the id of its event, however that was named: by its id, its title, or a phrase that fits no other event.

    Raises
    ------
    RoadsteadError
        RS-S734 where it is no event, or may be several, with the nearest.
    """
    own, wanted = study.case.events, patch.event.casefold()
    for one in own:
        if _written(patch) & {text.casefold() for text in (one.id, one.title, one.title_zh)}:
            return (
                replace(patch, event=one.id, level="") if isinstance(patch, Certain) else replace(patch, event=one.id)
            )
    known = catalogue.load(study.world.gazetteer, study.sources, study.own_events).events
    for event in known.values():
        if wanted in {text.casefold() for text in (event.event_id, event.title, event.title_zh)}:
            return replace(patch, event=event.event_id)
    gazetteer, others = study.world.gazetteer, [e for e in known.values() if e.event_id not in {one.id for one in own}]
    pools = (
        [event_phrases.of_case(one, gazetteer) for one in own],
        [
            event_phrases.of_catalogue(e)
            for e in known.values()
            if wanted in {e.comes.casefold(), e.comes_zh.casefold()}
        ],
        [event_phrases.of_catalogue(e) for e in others if e.played],
        [event_phrases.of_catalogue(e) for e in others if not e.played],
    )
    for i, pool in enumerate(pools):
        found = pool if i == 1 else event_phrases.meant(patch.event, pool, gazetteer)
        if len(found) == 1:
            return replace(patch, event=found[0].event_id)
        if found:
            shown = "; ".join(f"{event.event_id} ({event.title})" for event in found)
            message = f"`{patch.event}` may be any of {len(found)} events"
            raise RoadsteadError(Fault(f"--event {patch.text}", "RS-S734", message, f"one of {shown}"))
    raise RoadsteadError(_unknown(patch, study, known))


def _written(patch: Certain | Never) -> set[str]:
    """An event as it was written, with its level where it has one: titles of a case's own events may end in a colon and a word."""
    wanted, level = patch.event.casefold(), patch.level.casefold() if isinstance(patch, Certain) else ""
    return {wanted} if not level else {f"{wanted}{colon}{level}" for colon in (":", ": ")}


def _unknown(patch: Certain | Never, study: Study, known: Mapping[str, CatalogueEvent]) -> Fault:
    events = {one.id: event_phrases.of_case(one, study.world.gazetteer) for one in study.case.events}
    events |= {
        e.event_id: event_phrases.of_catalogue(e) for e in known.values() if e.played and e.event_id not in events
    }
    near = _nearest(patch.event, tuple(events.values()), study)
    shown = "; ".join(f"{event.event_id} ({event.title})" for event in near)
    expected = f"did you mean {shown}?" if near else "an event of the case, or one that `roadstead futures` lists"
    return Fault(f"--event {patch.text}", "RS-S734", f"there is no event `{patch.event}`", expected)


def _nearest(wanted: str, events: Sequence[event_phrases.Event], study: Study) -> list[event_phrases.Event]:
    """Events whose ids, titles or markets have most in common with what was asked for; those of the very place, or of its union, first."""
    gazetteer, asked = study.world.gazetteer, WORD.findall(wanted.casefold().replace("_", " "))
    places = event_phrases.taken_apart(wanted, gazetteer).places
    places |= {gazetteer.territory(place) for place in places}

    def likeness(event: event_phrases.Event) -> float:
        words = set(WORD.findall(event.text.replace("_", " ")))
        met = sum(max(difflib.SequenceMatcher(None, one, word).ratio() for word in words) for one in asked)
        whole = difflib.SequenceMatcher(None, wanted.casefold(), event.title.casefold()).ratio()
        return max(met / max(len(asked), 1), whole) + bool(places & event.places)

    ranked = sorted(events, key=lambda event: -likeness(event))[:NEAR]
    return [event for event in ranked if likeness(event) >= CLOSE]


def find(patch: Certain, study: Study, own: Sequence[Mapping[str, Any]]) -> str | dict[str, Any]:
    """The id of the case's own event, or the entry of one from the catalogue.

    Raises
    ------
    RoadsteadError
        RS-S734 where no event has that id, with the nearest; RS-F545 where it is only shown, or has no such level; RS-S735 where
        it does nothing in any place of the case.
    """
    for one in own:
        if patch.event == one["id"]:
            return str(one["id"])
    return entry(of_catalogue(patch, study), patch, study)


def of_catalogue(patch: Certain | Never, study: Study) -> CatalogueEvent:
    """The event of the catalogue that a patch names by its id.

    Raises
    ------
    RoadsteadError
        RS-S734 where there is none, with the nearest.
    """
    known = catalogue.load(study.world.gazetteer, study.sources, study.own_events).events
    if patch.event not in known:
        raise RoadsteadError(_unknown(patch, study, known))
    return known[patch.event]


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
        "shifts": [_shift(one) for one in played.shifts if _bears(one, study, hosts)],
    }
    if not any(found[key] for key in ("amendments", "demand", "route", "content", "least_prices", "shifts")):
        message = f"`{event.event_id}` changes nothing in this case"
        raise RoadsteadError(Fault(where, "RS-S735", message, "an event of a place the case plans for"))
    return found


def _bears(one: Shift, study: Study, hosts: set[str]) -> bool:
    """True where what is moved is a line's place, a planned market, or the maker's own home."""
    gazetteer, home = study.world.gazetteer, study.carmaker.home.place
    if one.kind in OF_LINES:
        return one.place in hosts
    if one.kind == "limit_exports":
        return one.place in {home, gazetteer.territory(home)}
    return any(one.place in {market, gazetteer.territory(market)} for market in study.carmaker.channels)


def _shift(one: Shift) -> dict[str, Any]:
    given = {"makers": sorted(one.makers), "powertrains": [OF_NEST.get(n, n) for n in one.nests]}
    stated = {name: value for name, value in given.items() if value}
    return {"kind": one.kind, "place": one.place, "amount": one.amount, **stated}


def _amendment(change: Amendment) -> dict[str, Any]:
    lists = {name: sorted(getattr(change, name)) for name in ("origins", "powertrains", "products", "firms", "makers")}
    words = {
        "kind": change.kind,
        "measure": change.measure_id,
        "rate": change.rate,
        "money": change.money,
        "currency": change.currency,
        "condition": change.condition,
    }
    given = {name: value for name, value in (lists | words).items() if value not in ("", [], None)}
    return {"action": change.action, "importer": change.importer, **given}
