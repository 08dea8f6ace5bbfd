"""The event that a patch names: one of the case, or one of the catalogue as an entry of case.yaml."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from roadstead.futures import catalogue
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.futures.catalogue import CatalogueEvent, Degree
    from roadstead.study.patch import Certain
    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row

NEAR, CLOSE = 4, 0.45
BESIDE_LAW = {"content", "least_price"}
WORD = re.compile(r"\w+")


def find(patch: Certain, study: Study, own: Sequence[Mapping[str, Any]]) -> str | dict[str, Any]:
    """The id of the case's own event, or the entry of one from the catalogue.

    Raises
    ------
    RoadsteadError
        RS-S734 where no event has that id or title, with the nearest; RS-S735 where no plan of this case can work it out.
    """
    wanted = patch.event.casefold()
    for one in own:
        if wanted in {str(one[key]).casefold() for key in ("id", "title", "title_zh")} and not patch.level:
            return str(one["id"])
    folder = study.folder / catalogue.FOLDER
    known = catalogue.load(study.world.gazetteer, study.sources, folder if folder.is_dir() else None).events
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
    if not event.played:
        message = f"`{event.event_id}` is shown, not yet played: {event.would_change}"
        raise RoadsteadError(
            Fault(where, "RS-S735", message, "an event that is played: `roadstead futures` says which")
        )
    degree = _degree(event, patch.level, where)
    amount, gazetteer = degree.level.amount, study.world.gazetteer
    hosts = {line.place for line in study.carmaker.lines.values()}
    hosts |= {gazetteer.territory(place) for place in hosts}
    territories = {gazetteer.territory(market) for market in study.carmaker.channels}
    named = f": {degree.title}" if degree.title else ""
    found = {
        "id": event.event_id,
        "title": event.title + named,
        "title_zh": event.title_zh + (f"：{degree.title_zh}" if degree.title else ""),
        "probability": 1.0,
        "rests_on": "made certain by hand, to see what would follow",
        "note": event.would_change,
        "amendments": [_amendment(row, amount) for row in event.changes if row["action"] not in BESIDE_LAW],
        "demand": event.demand,
        "route": event.route,
        "content": [
            {"place": row["place"], "least": _rate(row, amount)}
            for row in event.changes
            if row["action"] == "content" and row["place"] in hosts
        ],
        "least_prices": [
            {"importer": row["place"], "powertrains": list(row["powertrains"]), "share": _rate(row, amount)}
            for row in event.changes
            if row["action"] == "least_price" and row["place"] in territories
        ],
    }
    if not any(found[key] for key in ("amendments", "demand", "route", "content", "least_prices")):
        message = f"`{event.event_id}` changes nothing in this case"
        raise RoadsteadError(Fault(where, "RS-S735", message, "an event of a place the case plans for"))
    return found


def _degree(event: CatalogueEvent, level: str, where: str) -> Degree:
    if not level:
        return max(event.degrees, key=lambda degree: degree.level.probability)
    for degree in event.degrees:
        if degree.level.level_id == level:
            return degree
    expected = f"one of {', '.join(degree.level.level_id for degree in event.degrees)}"
    raise RoadsteadError(Fault(where, "RS-S734", f"`{event.event_id}` has no level `{level}`", expected))


def _rate(row: Row, amount: float) -> float:
    return amount if row["rate"] is None else float(row["rate"])


def _amendment(row: Row, amount: float) -> dict[str, Any]:
    lists = {name: list(row[name]) for name in ("origins", "powertrains", "products", "firms") if row[name]}
    words = {name: row[name] for name in ("kind", "measure") if row[name]}
    rate = {"rate": _rate(row, amount)} if row["action"] in {"set", "add"} else {}
    return {"action": row["action"], "importer": row["place"], **words, **lists, **rate}
