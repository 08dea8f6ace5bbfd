"""Look a case over without planning it: everything is read and its tree is grown, nothing is solved or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.events import PathPlan
from roadstead.futures.grow import marginals
from roadstead.futures.tree import leaves, node_probability
from roadstead.study.demand_checks import rehearse
from roadstead.study.growing import begin
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.futures.grow import Grown, Nearness
    from roadstead.futures.growth.tree_size import Need
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
class TreeNode:
    """A node of the tree.

    Attributes
    ----------
    parent
        Place of its parent in the list; -1 at the root.
    in_force
        Events in force in its last year.
    """

    parent: int
    start: int
    name: str
    name_zh: str
    probability: float
    in_force: tuple[str, ...]


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
class Checked(Shown):
    """A case found sound.

    Attributes
    ----------
    nodes, futures
        Nodes of the tree, and paths from its root to a leaf.
    tree
        The nodes, root first.
    need
        What planning on it may take, roughly.
    nearness
        How near a tree grown from paths is to them; None for a declared one.
    events
        What the author states of each event, or the paths say, beside what the tree implies.
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
    tree: tuple[TreeNode, ...]
    nearness: Nearness | None
    need: Need
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
    case = study.case
    begun = begin(study, Quiet())
    grown, outlook = begun.grown, begun.outlook
    rehearse(study, grown, begun.costing, begun.rules)
    implied = marginals(grown)
    odds = tuple(
        EventOdds(e.event_id, e.title, e.title_zh, e.probability, implied.get(e.event_id, 0.0), e.rests_on)
        for e in grown.events.values()
    )
    return Checked(
        case=case.name,
        firm=case.firm,
        first_year=case.horizon.first,
        last_year=case.horizon.last,
        as_known_on=case.as_known_on,
        nodes=grown.tree.count,
        futures=len(leaves(grown.tree)),
        tree=_nodes(grown),
        nearness=grown.nearness,
        need=begun.need,
        events=odds,
        markets=_markets(study),
        lines=_lines(study),
        models=tuple(study.carmaker.models),
        tables=tuple(_count(name, rows) for name, rows in study.rows.items() if name != "sources"),
        remarks=(
            *(_odd(odds) if grown.nearness is None else _idle(study, grown.nearness)),
            *(f"{market}: {note}" for market, note in outlook.notes.items()),
        ),
    )


def _nodes(grown: Grown) -> tuple[TreeNode, ...]:
    tree, probability = grown.tree, node_probability(grown.tree)
    last = (tree.start + tree.years - 1).tolist()
    return tuple(
        TreeNode(
            parent=int(tree.parent[n]),
            start=int(tree.start[n]),
            name=grown.names[n][0],
            name_zh=grown.names[n][1],
            probability=float(probability[n]),
            in_force=tuple(one.event for one in grown.happened[n] if one.holds(last[n])),
        )
        for n in range(tree.count)
    )


def _odd(odds: tuple[EventOdds, ...]) -> list[str]:
    return [
        f"{entry.event}: stated {entry.stated:.3g}, but the tree implies {entry.implied:.3g}"
        for entry in odds
        if not entry.agrees
    ]


def _idle(study: Study, nearness: Nearness) -> list[str]:
    """Events that are left out: each where the case asked for it by name, else how many."""
    plan = study.tree
    if isinstance(plan, PathPlan) and plan.events:
        return [f"{event}: moves no money of this case, so the tree leaves it out" for event in nearness.idle]
    if not nearness.idle:
        return []
    return [f"{len(nearness.idle)} events of the catalogue move no money of this case: {', '.join(nearness.idle)}"]


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
