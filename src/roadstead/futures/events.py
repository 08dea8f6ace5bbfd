"""Events that change the world: what each of them changes, how likely it is thought to be, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.trade.amendment import Amendment

DemandClass = Literal["", "slow", "fast"]
ShiftKind = Literal["refuse_sites", "seize", "limit_exports", "rivals_build", "nev_sales"]
SHIFTS: tuple[ShiftKind, ...] = get_args(ShiftKind)
LIMITED_TO: Mapping[ShiftKind, str] = {
    "refuse_sites": "makers",
    "seize": "makers",
    "limit_exports": "powertrains",
    "rivals_build": "makers",
}
"""What a shift may be limited to some of; others hold for all."""


@dataclass(frozen=True, slots=True)
class ContentRule:
    """A least local content asked of cars assembled in a place; kits below it no longer count as local."""

    place: str
    least: float


@dataclass(frozen=True, slots=True)
class LeastPrice:
    """A least price of cars shipped from home to an importer, by nest (BEV, PHEV, other), over each model's reference price."""

    importer: str
    nests: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Shift:
    """What an event moves that stands in no row of law.

    Attributes
    ----------
    kind
        ``refuse_sites``: nothing new may be built in a place (an amount of nothing allows it again). ``seize``: lines that stand
        in it are taken, and the amount is the share of their written-down cost that is paid for them. ``limit_exports``: cars
        shipped from a maker's home in a year, over those it sold abroad in the base year, by nest. ``rivals_build``: share of
        what rivals ship from home to an importer that they build inside it instead. ``nev_sales``: what the NEV share of a
        place's sales is multiplied by.
    place
        Country or customs territory.
    makers
        Home countries of the makers it concerns; empty for all. Of ``refuse_sites``, ``seize`` and ``rivals_build``.
    nests
        Nests (BEV, PHEV, other) it concerns; empty for all. Of ``limit_exports``.
    """

    kind: ShiftKind
    place: str
    amount: float
    makers: frozenset[str] = frozenset()
    nests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A named change.

    Attributes
    ----------
    amendments
        Changes of the rulebook, from the first day of the node that fires the event.
    demand
        Class of the demand draws that holds from then on.
    route
        Sea route open from then on, empty for no change.
    content
        Local-content rules from then on.
    terms
        Terms of demand set from then on in every market, by parameter, each in its own unit.
    least_prices
        Least prices of cars shipped from home from then on; a share of nothing lifts one.
    shifts
        What it moves beside law from then on.
    probability
        How likely the case's author thinks it is to have fired by the end of the horizon. [fraction]
    rests_on
        Sources or reasoning behind the probability.
    """

    event_id: str
    title: str
    title_zh: str
    amendments: tuple[Amendment, ...]
    demand: DemandClass
    route: str
    content: tuple[ContentRule, ...]
    probability: float
    rests_on: str
    note: str
    terms: Mapping[str, float] = field(default_factory=dict)
    least_prices: tuple[LeastPrice, ...] = ()
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that came on the way to a node.

    Attributes
    ----------
    node
        Node at which it came.
    since, until
        First and last year in force; for good where ``until`` is NEVER.
    """

    event: str
    node: int
    since: int
    until: int

    def holds(self, year: int) -> bool:
        """True in a year in which it is in force."""
        return self.since <= year <= self.until


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node of the tree as a case declares it: its edge fires a named set of events."""

    node_id: str
    parent: str
    probability: float
    fires: tuple[str, ...]
    name: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class TreePlan:
    """The tree a case declares.

    Attributes
    ----------
    starts
        First year of each stage; the horizon ends with ``last``.
    nodes
        Root first.
    stages
        Stage of each node.
    shares
        Share of the outlook's draws in a demand class, for those that the probabilities of paths do not say. [fraction]
    """

    starts: tuple[int, ...]
    last: int
    nodes: tuple[NodePlan, ...]
    stages: tuple[int, ...]
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PathPlan:
    """The tree a case asks to be grown from simulated paths.

    Attributes
    ----------
    starts
        First year of each stage; the horizon ends with ``last``.
    nodes
        Nodes of each stage.
    paths
        How many are drawn.
    events
        Events of the catalogue that a node may show; all where it is empty.
    certain
        Events that hold from the first day on.
    economy
        False where batteries, freight and currencies keep to the case's own course.
    """

    starts: tuple[int, ...]
    last: int
    nodes: tuple[int, ...]
    seed: int
    paths: int
    events: tuple[str, ...]
    certain: tuple[str, ...] = ()
    economy: bool = True

    def line(self) -> TreePlan:
        """The stages as one line on which nothing happens after the first day."""
        nodes = tuple(
            NodePlan(str(start), str(before or ""), 1.0, () if before else self.certain, str(start))
            for before, start in zip((0, *self.starts), self.starts, strict=False)
        )
        return TreePlan(self.starts, self.last, nodes, tuple(range(len(nodes))))
