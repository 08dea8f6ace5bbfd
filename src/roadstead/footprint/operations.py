"""What node-years offer once decisions are given, in the program's units, one row a node-year, ready to be priced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS, live_arcs, live_segments, most_modules, year_money
from roadstead.footprint.lumps import in_lumps, least_use
from roadstead.footprint.timing import timing
from roadstead.futures.subtrees import of_years as prospect_of_years
from roadstead.terms.arrays import as_rows, in_turn

if TYPE_CHECKING:
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

PER_YEAR = (
    "arc_gain", "live", "width", "segment_gain", "group_width", "group_gain", "free", "reach", "most", "take", "take_gain",
    "least", "lumpy",
)  # fmt: skip
"""Fields that hold one row a node-year."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Flows, sales and limits of node-years. A *way* is a cell served through one gate; W of them.

    Attributes
    ----------
    arc_gain, live
        What a thousand cars on an arc earn at the reference price; where they may flow. Shape (Y, A).
    width, segment_gain
        Thousand cars of a segment, none where it stays empty in any plan, and what they add. Shape (Y, C, S).
    group_width, group_gain
        The same of groups. Shape (Y, G, T).
    free, reach, take
        Of a resource: amount without a module, what a module at work adds, and what it must take. Shape (Y, R). [thousand]
    most
        Modules that can be at work at most. Shape (Y, R).
    take_gain
        Price of a thousand units short of the take. Shape (Y, R).
    least
        Thousand cars that must be served. Shape (Y, C).
    lumpy
        Where only whole modules are at work, and nothing beside them. Shape (Y, R).
    use
        Units of resource by a car. Shape (R, A).
    sent_into, car_use
        What adds flows up to cars into each cell on arcs of a resource's line, and the least of it that such a car uses.
        Shapes (R * C, A), (R, C).
    members
        1 where a cell is in a group. Shape (G, C).
    arc_cell, arc_way, arc_gates
        Cell and way of every arc, and the options of its supply and entry, -1 for none. Shapes (A,), (A,), (A, 2).
    way_cell, way_gate
        Cell and gate of every way; ways are sorted by cell. Shape (W,).
    cell_gate
        Option that all arcs of a cell wait for at entry, -1 for none. Shape (C,).
    resource_gate
        Option a resource hangs on, -1 for none. Shape (R,).
    earns, spends
        Resource whose use is credited to a pledge, and debited; -1 for none. Shape (J,).
    options
        D.
    """

    arc_gain: Floats
    live: Flags
    width: Floats
    segment_gain: Floats
    group_width: Floats
    group_gain: Floats
    free: Floats
    reach: Floats
    most: Floats
    take: Floats
    take_gain: Floats
    least: Floats
    lumpy: Flags
    use: sparse.csr_matrix
    sent_into: sparse.csr_matrix
    car_use: Floats
    members: Floats
    arc_cell: Ints
    arc_way: Ints
    arc_gates: Ints
    way_cell: Ints
    way_gate: Ints
    cell_gate: Ints
    resource_gate: Ints
    earns: Ints
    spends: Ints
    options: int

    @property
    def count(self) -> int:
        """Y."""
        return len(self.free)


def without_gains(operations: Operations, years: Flags) -> Operations:
    """The same with nothing to be gained in some node-years, where all that is asked is what fits. Shape of years (Y,)."""
    if not years.any():
        return operations
    gained = {}
    for name in ("arc_gain", "segment_gain", "group_gain", "take_gain"):
        value = getattr(operations, name).copy()
        value[years] = 0.0
        gained[name] = value
    return replace(operations, **gained)


def of_years(operations: Operations, years: Ints) -> Operations:
    """Some node-years of many."""
    mine = as_rows(years)
    kept: dict[str, Any] = {name: getattr(operations, name)[mine] for name in PER_YEAR}
    return replace(operations, **kept)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the node-years of a prospect offer, worked out whenever some are asked for: all of them take as much memory as the prospect.

    Attributes
    ----------
    lumpy
        As in ``Operations``. Shape (Y, R).
    none
        The operations of no node-year: what is the same in all.
    """

    tree: ScenarioTree
    prospect: Prospect
    lumpy: Flags
    none: Operations

    @property
    def count(self) -> int:
        """Y."""
        return self.prospect.node_years.count

    @property
    def always_fits(self) -> bool:
        """True where nothing must be served or earned, so that no state is without flows."""
        return not self.prospect.demand.least.any() and not len(self.none.earns)

    @property
    def taken(self) -> Floats:
        """What a module at work must take of a resource. Shape (R,). [thousand]"""
        res = self.prospect.resources
        return np.where(res.take_price > 0, res.minimum_take * res.size, 0.0) / CARS

    def of_years(self, years: Ints) -> Operations:
        """Those of some node-years, in their order."""
        parts = [self._by_year(years[some]) for some in in_turn(len(years))]
        joined: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in PER_YEAR}
        return replace(self.none, **joined)

    def every(self) -> Operations:
        """Those of all node-years at once."""
        return self.of_years(np.arange(self.count))

    def _by_year(self, years: Ints) -> dict[str, Any]:
        p, res = prospect_of_years(self.prospect, years), self.prospect.resources
        arc_gain = year_money(self.tree, p, np.arange(len(p.labels.risk)))[:, p.arcs.risk] * CARS
        arc_gain *= p.arcs.margin
        return {
            "arc_gain": arc_gain,
            "live": live_arcs(p),
            "width": np.where(live_segments(p), p.demand.width, 0.0) / CARS,
            "segment_gain": p.demand.price * (year_money(self.tree, p, p.demand.cell_risk) * CARS)[..., None],
            "group_width": p.demand.group_width / CARS,
            "group_gain": p.demand.group_price * (year_money(self.tree, p, p.demand.group_risk) * CARS)[..., None],
            "free": p.resources.free / CARS,
            "reach": p.resources.usable * res.size / CARS,
            "most": most_modules(p),
            "take": np.broadcast_to(self.taken, p.resources.free.shape),
            "take_gain": res.take_price * (year_money(self.tree, p, res.risk) * CARS),
            "least": p.demand.least / CARS,
            "lumpy": self.lumpy[years],
        }


def offers(tree: ScenarioTree, prospect: Prospect) -> Offered:
    """All node-years of a prospect, to be asked for."""
    p, res = prospect, prospect.resources
    shape = (len(p.labels.resource), len(p.arcs.cell))
    use = sparse.csr_matrix((res.use_amount, (res.use_resource, res.use_arc)), shape=shape)
    sent_into, car_use = least_use(use, p.arcs.supply_option, p.arcs.cell, res.option, len(p.labels.cell))
    members = np.zeros((len(p.labels.group), len(p.labels.cell)))
    members[p.demand.member_group, p.demand.member_cell] = 1.0
    gate = np.where(p.arcs.supply_option >= 0, p.arcs.supply_option, p.arcs.entry_option)
    (way_cell, way_gate), arc_way = np.unique(np.stack([p.arcs.cell, gate]), axis=1, return_inverse=True)
    nothing: dict[str, Any] = dict.fromkeys(PER_YEAR, np.zeros((0, 0)))
    none = Operations(
        **nothing,
        use=use,
        sent_into=sent_into,
        car_use=car_use,
        members=members,
        arc_cell=p.arcs.cell,
        arc_way=arc_way.ravel(),
        arc_gates=np.stack([p.arcs.supply_option, p.arcs.entry_option], axis=1),
        way_cell=way_cell,
        way_gate=way_gate,
        cell_gate=_cell_gate(p),
        resource_gate=res.option,
        earns=p.pledges.earns,
        spends=p.pledges.spends,
        options=len(p.labels.option),
    )
    bare = Offered(tree, prospect, in_lumps(p, timing(tree, p)), none)
    return replace(bare, none=bare.of_years(np.arange(0)))


def _cell_gate(p: Prospect) -> Ints:
    """The entry option that every arc of a cell names; -1 where they name none, or several."""
    low, high = np.full(len(p.labels.cell), np.iinfo(np.int64).max), np.full(len(p.labels.cell), -1)
    np.minimum.at(low, p.arcs.cell, p.arcs.entry_option)
    np.maximum.at(high, p.arcs.cell, p.arcs.entry_option)
    return np.where(low == high, high, -1)


def has_one_entry(prospect: Prospect) -> bool:
    """True where all arcs of every cell wait for the same entry, which the cuts of a decomposition count on."""
    return bool(np.all(_cell_gate(prospect)[prospect.arcs.cell] == prospect.arcs.entry_option))
