"""Segments of a case: how each powertrain's sales divide among cars that buyers hold against one another first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.selling.nests import OTHER, nest_of
from roadstead.terms.errors import Fault
from roadstead.world.carmaker import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Carmaker
    from roadstead.world.places import Gazetteer

EVERY = "*"
"""Stands for every market without rows of its own."""
TOLERANCE = 1e-6
"""By how much shares may miss one, as rounding."""
CODE = "RS-S642"

Cell = tuple[str, str]
"""A market, or every one, and a powertrain class."""


def segments(rows: Sequence[Row], gazetteer: Gazetteer, markets: Sequence[str]) -> Mapping[Cell, tuple[Segment, ...]]:
    """Segments of every market and powertrain class that has some, its own before those of every market."""
    told = _by_cell(rows, gazetteer)
    return {
        (market, group): tuple(Segment(row["segment"], row["share"], row["models"]) for row in found)
        for market in markets
        for group in dict.fromkeys(group for _, group in told)
        if (found := told.get((market, group)) or told.get((EVERY, group), []))
    }


def check(rows: Sequence[Row], carmaker: Carmaker, gazetteer: Gazetteer) -> Iterator[Fault]:
    """Every row names what is there, and the rows of a market and powertrain hold all its cars and all own models once."""
    whole = True
    for row in rows:
        wrong = list(_names(row, carmaker, gazetteer))
        whole = whole and not wrong and all(row[name] for name in ("market", "powertrain", "segment", "share"))
        yield from wrong
    if not whole:
        return  # what rests on a cell already found faulty would only be told in other words
    told = _by_cell(rows, gazetteer)
    for (market, group), found in told.items():
        markets = [market] if market != EVERY else [m for m in carmaker.channels if (m, group) not in told]
        if twice := list(_twice(found)):
            yield from twice
            continue
        yield from _shares(market, found)
        yield from _models(market, found, _offered(carmaker, group, markets))


def _names(row: Row, carmaker: Carmaker, gazetteer: Gazetteer) -> Iterator[Fault]:
    """The market, the models and the share of a row, each by itself."""
    if row["market"] and row["market"] != EVERY and _market(row, gazetteer) not in carmaker.channels:
        expected = f"{EVERY}, or one of {', '.join(carmaker.channels)}"
        yield Fault(row.where("market"), CODE, f"`{row['market']}` is no market that is planned", expected)
    for model in row["models"]:
        if model not in carmaker.models:
            expected = f"one of {', '.join(carmaker.models)}"
            yield Fault(row.where("models"), "RS-S606", f"there is no model `{model}`", expected)
        elif row["powertrain"] and (right := nest_of(carmaker.models[model].powertrain)) != _class(row):
            message = f"`{model}` stands in a segment of {row['powertrain']}"
            yield Fault(row.where("models"), CODE, message, f"a segment of {right.upper()}, which it is sold as")
    if row["share"] == 0.0:
        message = f"the segment `{row['segment']}` has no sales"
        yield Fault(row.where("share"), CODE, message, "a share above 0, or no such row")


def _twice(rows: Sequence[Row]) -> Iterator[Fault]:
    """One segment twice, where its market goes by two names."""
    seen: dict[str, Row] = {}
    for row in rows:
        first = seen.setdefault(row["segment"], row)
        if first["market"] != row["market"]:
            message = f"`{row['market']}` is `{first['market']}` of line {first.line} under another name"
            yield Fault(row.where("market"), "RS-T104", message, "one row for each, best under its alpha-3 code")


def _shares(market: str, rows: Sequence[Row]) -> Iterator[Fault]:
    total = sum(row["share"] for row in rows)
    if abs(total - 1.0) > TOLERANCE:
        shown = " + ".join(f"{row['share']:g}" for row in rows)
        message = f"the segments of {rows[0]['powertrain']} in {_told(market)} sum to {total:g} ({shown})"
        yield Fault(rows[0].where("share"), CODE, message, "shares that sum to 1")


def _models(market: str, rows: Sequence[Row], offered: Mapping[str, Mapping[str, float]]) -> Iterator[Fault]:
    """Every model offered stands in one segment, and those of a segment have room in it. ``offered``: see _offered."""
    stands: dict[str, Row] = {}
    for row in rows:
        for model in row["models"]:
            first = stands.setdefault(model, row)
            if first is not row:
                message = f"`{model}` stands in `{first['segment']}` and in `{row['segment']}` in {_told(market)}"
                yield Fault(row.where("models"), CODE, message, "one segment for each model")
    group = rows[0]["powertrain"]
    for model in dict.fromkeys(model for shares in offered.values() for model in shares):
        if model not in stands:
            where = next(place for place, shares in offered.items() if model in shares)
            message = f"`{model}` is offered in {where}, but stands in no segment of {group} there"
            yield Fault(rows[0].where("models"), CODE, message, "every model under one of the segments")
    for row in rows:
        for place, shares in offered.items():
            mature = sum(shares.get(model, 0.0) for model in row["models"])
            if mature > row["share"] * (1.0 + TOLERANCE):
                part = f"`{row['segment']}` is {row['share']:g} of it"
                message = f"own models are to reach {mature:g} of {group} in {place}, and {part}"
                expected = "a larger segment, or a smaller share in ambitions.csv"
                yield Fault(row.where("share"), CODE, message, expected)


def _offered(carmaker: Carmaker, group: str, markets: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mature share of every own model of a powertrain class, by market and model."""
    found: dict[str, dict[str, float]] = {}
    for offer in carmaker.offers:
        if offer.market in markets and nest_of(carmaker.models[offer.model_id].powertrain) == group:
            found.setdefault(offer.market, {})[offer.model_id] = offer.mature_share
    return found


def _by_cell(rows: Sequence[Row], gazetteer: Gazetteer) -> dict[Cell, list[Row]]:
    """Rows that say what they are about; a faulty cell is told elsewhere."""
    found: dict[Cell, list[Row]] = {}
    for row in rows:
        if row["market"] and row["powertrain"] and row["share"] is not None:
            found.setdefault((_market(row, gazetteer), _class(row)), []).append(row)
    return found


def _market(row: Row, gazetteer: Gazetteer) -> str:
    if row["market"] == EVERY:
        return EVERY
    place = gazetteer.find(row["market"])
    return place.place_id if place else ""


def _class(row: Row) -> str:
    """Powertrain class as nests have it."""
    return OTHER if row["powertrain"] == OTHER.upper() else str(row["powertrain"])


def _told(market: str) -> str:
    return "every market" if market == EVERY else market
