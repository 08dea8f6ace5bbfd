"""Look a case over without planning it: everything is read and its tree is grown, nothing is solved or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.grow import grow, marginals
from roadstead.outlook.forecast import forecast
from roadstead.study.demand_checks import rehearse
from roadstead.study.spec import read_study

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row

TOLERANCE = 0.005
"""Difference between a stated and an implied probability that is worth a word."""


@dataclass(frozen=True, slots=True)
class EventOdds:
    """An event: the probability its author states, and the one the tree implies by the end of the horizon."""

    event: str
    title: str
    title_zh: str
    stated: float
    implied: float
    rests_on: str

    @property
    def agrees(self) -> bool:
        """True where both are the same to half a point."""
        return abs(self.stated - self.implied) <= TOLERANCE


@dataclass(frozen=True, slots=True)
class MarketEntry:
    """A planned market: whether the brand sells there, the models offered, and cars sold in the base year."""

    market: str
    name: str
    entered: bool
    models: tuple[str, ...]
    sales: float


@dataclass(frozen=True, slots=True)
class LineEntry:
    """A line abroad with the capacity it has or could have. [cars/year]"""

    line: str
    name: str
    place: str
    mode: str
    standing: str
    opens: int
    capacity_now: float
    capacity_limit: float
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableCount:
    """How many rows of a table of the case cite a document, and how many are assumptions."""

    table: str
    rows: int
    sourced: int
    assumed: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A case found sound.

    Attributes
    ----------
    nodes, futures
        Nodes of the tree, and paths from its root to a leaf.
    remarks
        What is no fault and still worth knowing.
    """

    case: str
    firm: str
    first_year: int
    last_year: int
    as_known_on: str
    nodes: int
    futures: int
    events: tuple[EventOdds, ...]
    markets: tuple[MarketEntry, ...]
    lines: tuple[LineEntry, ...]
    models: tuple[str, ...]
    tables: tuple[TableCount, ...]
    remarks: tuple[str, ...]


def check(folder: Path) -> Checked:
    """Read a case, grow its tree and count what it rests on.

    Raises
    ------
    RoadsteadError
        With every fault found, each with its place.
    """
    study = read_study(folder)
    case, world = study.case, study.world
    years = range(case.horizon.first, case.horizon.last + 1)
    markets = tuple(study.carmaker.channels)
    outlook = forecast(
        world.markets, world.gazetteer, markets, years, draws=case.draws, seed=case.seed, beside=study.beside
    )
    grown = grow(study.tree, {event.event_id: event.demand for event in study.events.values()}, outlook)
    rehearse(study, outlook, grown)
    implied = marginals(study.tree, grown)
    parents = {node.parent for node in case.tree.nodes}
    odds = tuple(
        EventOdds(e.event_id, e.title, e.title_zh, e.probability, implied.get(e.event_id, 0.0), e.rests_on)
        for e in study.events.values()
    )
    return Checked(
        case=case.name,
        firm=case.firm,
        first_year=case.horizon.first,
        last_year=case.horizon.last,
        as_known_on=case.as_known_on,
        nodes=len(case.tree.nodes),
        futures=sum(node.id not in parents for node in case.tree.nodes),
        events=odds,
        markets=_markets(study),
        lines=_lines(study),
        models=tuple(study.carmaker.models),
        tables=tuple(_count(name, rows) for name, rows in study.rows.items() if name != "sources"),
        remarks=(*_odd(odds), *(f"{market}: {note}" for market, note in outlook.notes.items())),
    )


def _odd(odds: tuple[EventOdds, ...]) -> list[str]:
    return [
        f"{entry.event}: stated {entry.stated:.3g}, but the tree implies {entry.implied:.3g}"
        for entry in odds
        if not entry.agrees
    ]


def _markets(study: Study) -> tuple[MarketEntry, ...]:
    found = []
    for market, channel in study.carmaker.channels.items():
        offers = [offer for offer in study.carmaker.offers if offer.market == market]
        place = study.world.gazetteer.places[market]
        models = tuple(offer.model_id for offer in offers)
        found.append(MarketEntry(market, place.name, channel.entered, models, sum(offer.sales for offer in offers)))
    return tuple(found)


def _lines(study: Study) -> tuple[LineEntry, ...]:
    return tuple(
        LineEntry(
            line=line.line_id,
            name=line.site,
            place=line.place,
            mode=line.mode.value,
            standing=line.standing.value,
            opens=line.opens,
            capacity_now=line.modules_now * line.module_size,
            capacity_limit=line.modules_limit * line.module_size,
            models=line.models,
        )
        for line in study.carmaker.lines.values()
    )


def _count(name: str, rows: Sequence[Row]) -> TableCount:
    sourced = sum(row.evidence.is_sourced for row in rows)
    return TableCount(name, len(rows), sourced, len(rows) - sourced)
