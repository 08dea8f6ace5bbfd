"""A maker's case of the past, written by one rule: nothing in it knows where plants came.

What differs between makers is what they sold abroad and how much (makers.csv) and the plants they had (precedents.csv). What differs
between places is their law as known on the day, the outlook as known then, taxes and distance. Everything else is the same for all.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study import tables as case_tables
from roadstead.study.makers import tables
from roadstead.study.makers.came import standing
from roadstead.study.makers.pricing import MASS, price, shop
from roadstead.study.spec import read_study
from roadstead.terms.ids import HOME, Powertrain
from roadstead.trade.duty import covers
from roadstead.world import schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from roadstead.study.makers.assumed import Assumed
    from roadstead.study.makers.candidates import Candidate
    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row, Schema
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

ASSUMED = {"source": "assumption", "as_of": "2026-11", "confidence": "low"}
YEARS, DECIDE = 14, 5
"""Years planned, and those in which something may be begun."""
KIT, PLANT = "kit", "local"
STEPS = {KIT: (20_000, 3, 1), PLANT: (50_000, 4, 2)}
"""Capacity step, most steps, and years from the decision to the first car, by mode: assumed, the same everywhere."""
GAP, SECONDS = 0.02, 120
"""Effort of a plan: the gap at which it may end, and the time after which it does. [1], [s]"""
SEA = "SUEZ_OPEN"
LITTLE = 0.001
"""Share of electric cars where no count of the time is packaged: assumed. [fraction]"""
RIVALS = 0.05
"""Share of rivals' cars that come from China: assumed, the same everywhere. [fraction]"""
PREMIUM, TAX = 0.02, 0.25
"""Premium of every country, and tax on profit where none is packaged: assumed. [fraction]"""
SMALLEST = 0.005
"""Share of BEV or PHEV below which the other is all there is. [fraction]"""
PLACEHOLDER = 50_000.0
"""Stands for every price until the case can be read and prices be worked out of it. [US$/car]"""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all makers' cases of a year stand on.

    Attributes
    ----------
    day
        Last day of the year: law as known then.
    then
        The world as known by the year.
    """

    known: int
    day: date
    world: World
    then: World
    rulebook: Rulebook
    candidates: tuple[Candidate, ...]


def write_case(folder: Path, maker: Row, ground: Ground, assumed: Assumed) -> Study:
    """Write a maker's case and read it, with facts as known then and prices by the rule."""
    folder.mkdir(parents=True, exist_ok=True)
    sells = [row for row in tables.models() if row["powertrain"] in maker["sells"]]
    _write(folder / "models.csv", case_tables.MODELS, (row.values for row in sells))
    _write(folder / "figures.csv", case_tables.FIGURES, _figures(ground))
    _write(folder / "markets.csv", case_tables.MARKETS, _markets(ground))
    _write(folder / "mix.csv", case_tables.MIX, _mix(sells))
    _write(folder / "ambitions.csv", case_tables.AMBITIONS, _ambitions(ground, sells, assumed))
    _write(folder / "volumes.csv", case_tables.VOLUMES, _volumes(ground, sells, maker))
    _write(folder / "lines.csv", case_tables.LINES, _lines(ground, sells, maker["maker"]))
    _write(folder / "sources.csv", schemas.SOURCES, ())
    _write_world(folder / "world", ground)
    (folder / "case.yaml").write_text(_document(maker, ground), encoding="utf-8")
    _write(folder / "prices.csv", case_tables.PRICES, _prices(ground, sells, {}))
    at = shop(read_study(folder), ground.rulebook, assumed.sheltered)
    told = {
        (market, row["model"]): price(at, market, row["model"])
        for market in _places(ground)
        for row in _bought_there(ground, sells, market)
    }
    _write(folder / "prices.csv", case_tables.PRICES, _prices(ground, sells, told))
    return read_study(folder)


def _write(path: Path, schema: Schema, rows: Iterable[Mapping[str, object]]) -> None:
    names = [column.name for column in schema.columns]
    names += ["source", "as_of", "confidence", "note"] if schema.evidence else []
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list, frozenset)):
        return "|".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _places(ground: Ground) -> Iterator[str]:
    for one in ground.candidates:
        yield from one.markets


def _figures(ground: Ground) -> Iterator[Mapping[str, object]]:
    yield from (row.values for row in tables.figures())
    for place in dict.fromkeys((HOME, *_places(ground))):
        note = "the same everywhere: premia of today know of wars and defaults that came"
        yield {"subject": place, "item": "country_premium", "value": PREMIUM, "unit": "1", **ASSUMED, "note": note}
        if (place, "corporate_tax_rate") not in ground.world.economies:
            yield {
                "subject": place,
                "item": "tax_rate",
                "value": TAX,
                "unit": "1",
                **ASSUMED,
                "note": "none is packaged",
            }


def _markets(ground: Ground) -> Iterator[dict[str, object]]:
    note = "every candidate of 100,000 cars a year, and the five largest of a union; the same share everywhere"
    for place in _places(ground):
        yield {"market": place, "entered": True, "chinese_rivals": RIVALS, **ASSUMED, "note": note}


def _mix(sells: Sequence[Row]) -> Iterator[dict[str, object]]:
    for row in sells:
        yield {"market": "*", "model": row["model"], "share": 1.0, **ASSUMED, "note": "one car of each powertrain"}


def _ambitions(ground: Ground, sells: Sequence[Row], assumed: Assumed) -> Iterator[dict[str, object]]:
    for place in _places(ground):
        for row in _bought_there(ground, sells, place):
            share = assumed.petrol if row["powertrain"] == Powertrain.ICE else assumed.plug_in
            note = "the same in every market, so that nothing but law, demand and distance tells them apart"
            yield {"market": place, "powertrain": row["powertrain"], "share": share, **ASSUMED, "note": note}


def _volumes(ground: Ground, sells: Sequence[Row], maker: Row) -> Iterator[dict[str, object]]:
    """Cars sold abroad, spread over all candidates by what each bought with the maker's powertrains."""
    bought = {
        (place, row["powertrain"]): _bought(ground, place, row["powertrain"])
        for place in _places(ground)
        for row in _bought_there(ground, sells, place)
    }
    share = maker["abroad"] / sum(bought.values())
    told = maker["note"] if maker["source"] == "assumption" else maker["source"]
    note = f"{maker['abroad']:,.0f} cars abroad in {ground.known} ({told}), spread by what each market bought: where they went is not used"
    for (place, powertrain), cars in bought.items():
        yield {"market": place, "powertrain": powertrain, "sales": round(cars * share, 4), **ASSUMED, "note": note}


def _bought_there(ground: Ground, sells: Sequence[Row], place: str) -> list[Row]:
    """The maker's cars whose powertrain anybody bought in a place, then and by the last split of BEV and PHEV."""
    now = ground.world.markets.get(place)
    gone = {
        powertrain
        for powertrain, part in ((Powertrain.PHEV, 0.0), (Powertrain.BEV, 1.0))
        if now is not None and abs(part - 1.0 + now.bev_of_nev.value) < SMALLEST
    }
    return [r for r in sells if r["powertrain"] not in gone and _bought(ground, place, r["powertrain"]) >= 1.0]


def _bought(ground: Ground, place: str, powertrain: str) -> float:
    history = ground.then.markets.get(place)
    size = next(one.markets[place] for one in ground.candidates if place in one.markets)
    nev, bev = LITTLE, ground.then.markets["CHN"].bev_of_nev.value
    if history is not None and history.nev_share:
        nev, bev = history.nev_share[-1].value, history.bev_of_nev.value
    parts = {Powertrain.BEV: nev * bev, Powertrain.PHEV: nev * (1.0 - bev), Powertrain.ICE: 1.0 - nev}
    return size * parts[Powertrain(powertrain)]


def _lines(ground: Ground, sells: Sequence[Row], maker: str) -> Iterator[dict[str, object]]:
    """A kit line and a plant that are only possible in every candidate; where the maker stands already, what stands."""
    there = standing(ground.world, maker, ground.day)
    for one in ground.candidates:
        serves = _serves(ground, one)
        row = {
            "place": one.host,
            "models": [model["model"] for model in sells],
            "serves": serves,
            **ASSUMED,
            "note": "in every candidate alike; it may sell wherever an agreement in force may free its cars and a way is known",
        }
        if one.territory in there:
            stands = there[one.territory]
            mode = PLANT if any("full" in (plant.row["mode"] or "") for plant in stands) else KIT
            step, most, lead = STEPS[mode]
            now = max(1, round(sum(plant.capacity or 0.0 for plant in stands) / step))
            sites = " and ".join(plant.site for plant in stands)
            yield row | {
                "line": f"{one.territory.lower()}_stands", "name": sites, "name_zh": sites, "mode": mode, "standing": "operating",
                "opens": ground.known, "module_size": step, "modules_now": now, "modules_limit": now + most, "lead": lead,
                "note": "plants on record: " + ", ".join(plant.record for plant in stands),
            }  # fmt: skip
            continue
        for mode, (step, most, lead) in STEPS.items():
            yield row | {
                "line": f"{one.territory.lower()}_{mode}", "name": f"{one.host}, {mode}", "name_zh": f"{one.host}, {mode}",
                "mode": mode, "standing": "candidate", "module_size": step, "modules_now": 0, "modules_limit": most, "lead": lead,
            }  # fmt: skip


def _serves(ground: Ground, one: Candidate) -> list[str]:
    """Other candidates with which an agreement in force joins a territory and China is no member of, where a way is known."""
    book, found = ground.rulebook, []
    overland = {row["subject"] for row in tables.figures() if row["item"] == "overland"}
    joint = [a for a in book.agreements.values() if a.span.covers(ground.day) and a.status == "IN_FORCE"]

    def joins(agreement: frozenset[str], place: str) -> bool:
        return covers(book, agreement, place, ground.day)

    for other in ground.candidates:
        if other.territory == one.territory:
            continue
        shared = any(
            joins(a.members, one.host) and joins(a.members, other.host) and not joins(a.members, HOME) for a in joint
        )
        known = all(
            ground.world.lanes.distance(one.host, market, SEA) is not None
            or f"{one.territory}>{other.territory}" in overland
            for market in other.markets
        )
        if shared and known:
            found.append(other.territory)
    return found


def _prices(ground: Ground, sells: Sequence[Row], told: Mapping[tuple[str, str], float]) -> Iterator[dict[str, object]]:
    note = "what an imported car costs there with a tenth of margin and at most so much duty as the case assumes, taxes and dealer on top"
    for place in _places(ground):
        for row in _bought_there(ground, sells, place):
            amount = round(told.get((place, row["model"]), PLACEHOLDER), 2)
            yield {"market": place, "model": row["model"], "price": amount, "currency": "USD", **ASSUMED, "note": note}


def _write_world(folder: Path, ground: Ground) -> None:
    """Sales and shares of electric cars where no count of the time is packaged."""
    folder.mkdir(exist_ok=True)
    sales, nev = [], []
    for one in ground.candidates:
        for place, cars in one.markets.items():
            history = ground.then.markets.get(place)
            if history is not None and history.nev_share and history.sales[-1].year >= ground.known - 1:
                continue
            year = one.borrowed.get(place, ground.known)
            note = f"no series of the time: the count nearest to {ground.known}, of {year}, held level"
            for back in range(3):
                base = {"place": place, "year": ground.known - back, **ASSUMED}
                sales.append(
                    base | {"scope": "PASSENGER", "measure": "SALES", "value": cars, "preferred": True, "note": note}
                )
                if history is None or not history.nev_share:
                    nev.append(
                        base | {"nev_share": LITTLE, "total_sales": cars, "note": "no count of the time is packaged"}
                    )
    _write(folder / "sales.csv", schemas.SALES, sales)
    _write(folder / "nev.csv", schemas.NEV, nev)


def _document(maker: Row, ground: Ground) -> str:
    first = ground.known + 1
    stages = list(range(first, first + DECIDE))
    nodes = [f"    - {{id: y{first}, name: '{first}', name_zh: '{first}'}}"] + [
        f"    - {{id: y{year}, parent: y{year - 1}, probability: 1.0, name: '{year}', name_zh: '{year}'}}"
        for year in stages[1:]
    ]
    return "\n".join(
        [
            f"# {maker['name']} at the end of {ground.known}, written by `roadstead backtest makers`; law known since then is left out.",
            f"name: {maker['name']} {ground.known}",
            f"name_zh: {maker['name_zh']} {ground.known}",
            f"firm: {maker['firm']}",
            f"nationality: {HOME}",
            f"home: {HOME}",
            f"as_known_on: {ground.day.isoformat()}",
            f"route: {SEA}",
            "seed: 1",
            "draws: 500",
            f"horizon: {{first: {first}, last: {first + YEARS - 1}, last_decision: {stages[-1]}}}",
            f"money: {{currency: USD, price_year: {ground.known}, base_year: {ground.known}}}",
            "declared:",
            f"  CHE: {{mass_kg: {MASS}}}",
            "tree:",
            f"  stages: {stages}",
            "  nodes:",
            *nodes,
            "events: []",
            f"effort: {{gap: {GAP}, seconds: {SECONDS}}}",
            "",
        ]
    )
