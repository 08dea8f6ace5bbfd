"""The thin waist: everything the planner may know about a problem, as labelled arrays.

All economics ends here and all optimisation starts here. A ``Prospect`` says, for every node-year of a scenario tree,
what each flow of cars earns, what buyers would take at which price, what limits the flows and what can be bought to
lift the limits. It holds no law, no market and no fact; a user may hand in his own.

Axes (order of dimensions is always node, year, market, model, supply):

====  ==========  =============================================================================================
axis  length      an entry is
====  ==========  =============================================================================================
n     N           a node of the tree
y     Y           a node-year: one or several calendar years of one node that are run alike
c     C           a cell: one model in one market
o     O           a supply: the home plants, or a line abroad
a     A           an arc: one cell served by one supply (a source plant and an entry mode) under one regime
                  (in or over a quota, say)
g     G           a group: own models that compete for the same buyers (of a market, of a nest in it); groups may overlap
v     V           a membership: one cell in one group
r     R           a resource: a row over arcs with a free amount and modules that can be bought (an overseas line,
                  the home plants, a contract assembler, a dealer channel, shipping, a quota)
d     D           an option: a yes/no commitment that opens arcs (a line at a site, entry into a market)
k     K           a risk class: one discount-rate path
s, t  S, T        price segments of a cell, and of a group
====  ==========  =============================================================================================

Money is real, after tax, in the case's currency; cars are cars per year.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class NodeYears:
    """Node-years, sorted by node.

    Attributes
    ----------
    node
        Node each belongs to. Shape (Y,).
    year
        First calendar year. Shape (Y,).
    span
        Number of calendar years run alike. Shape (Y,).
    """

    node: Ints
    year: Ints
    span: Ints

    @property
    def count(self) -> int:
        """Y."""
        return len(self.node)


@dataclass(frozen=True, slots=True)
class Arcs:
    """Allowed flows, sorted by cell, supply, regime.

    Attributes
    ----------
    cell, supply
        Cell served and supply serving it. Shape (A,).
    regime
        Name of the customs regime. Length A.
    supply_option, entry_option
        Option that must be open, -1 where none is needed. Shape (A,).
    risk
        Risk class of the margin. Shape (A,).
    margin
        What one car earns at the cell's reference price. Shape (Y, A). [money/car]
    allowed
        False where law or circumstance forbids the flow. Shape (Y, A).
    """

    cell: Ints
    supply: Ints
    regime: tuple[str, ...]
    supply_option: Ints
    entry_option: Ints
    risk: Ints
    margin: Floats
    allowed: Flags


@dataclass(frozen=True, slots=True)
class Demand:
    """Concave revenue beside the reference price, as segments of falling price.

    Selling q cars of a cell earns, beside ``margin``, the sum of ``price`` over the segments filled in order; the
    segments of its groups carry what own models take from each other and from rivals. Prices may be negative.

    Attributes
    ----------
    member_cell, member_group
        A cell and a group it belongs to; a cell may belong to several groups. Shape (V,).
    width, price
        Cars per year and money per car of each segment. Shape (Y, C, S).
    group_width, group_price
        The same for groups. Shape (Y, G, T).
    cell_risk, group_risk
        Risk class of a cell's and a group's money. Shapes (C,), (G,).
    """

    member_cell: Ints
    member_group: Ints
    width: Floats
    price: Floats
    group_width: Floats
    group_price: Floats
    cell_risk: Ints
    group_risk: Ints


@dataclass(frozen=True, slots=True)
class Resources:
    """Rows that limit arcs, and the modules that lift them.

    Attributes
    ----------
    option
        Option that must be committed before modules can be bought, -1 for none. Shape (R,).
    use_arc, use_resource, use_amount
        Sparse matrix of units of resource per car. Shape (U,) each.
    free
        Amount that needs no module. Shape (Y, R). [units/year]
    existing
        Modules in service without a decision. Shape (Y, R).
    usable
        Share of the modules' capacity that can be used (a seizure, a strike). Shape (Y, R).
    size
        Capacity of one module. Shape (R,). [units/year]
    limit
        Most modules at any time. Shape (R,).
    whole
        True where modules come in whole numbers. Shape (R,).
    lead
        Years from order to first output. Shape (R,).
    ramp
        Share of capacity reached in the 1st, 2nd, ... year of output; the last value holds on. Shape (R, Q).
    cost
        Capital cost of one module ordered at a node. Shape (N, R). [money]
    fixed
        Yearly cost of one module in service. Shape (Y, R). [money/year]
    scrap
        Received (negative: paid) when a module is retired at a node. Shape (N, R). [money]
    salvage
        Worth of one module at the end of the horizon if ordered at a node. Shape (N, R). [money]
    minimum_take
        Share of capacity in service that is paid for even if unused. Shape (R,).
    take_price
        Paid per unit short of the minimum take. Shape (R,). [money/unit]
    risk
        Risk class of the module's money. Shape (R,).
    """

    option: Ints
    use_arc: Ints
    use_resource: Ints
    use_amount: Floats
    free: Floats
    existing: Floats
    usable: Floats
    size: Floats
    limit: Floats
    whole: Flags
    lead: Ints
    ramp: Floats
    cost: Floats
    fixed: Floats
    scrap: Floats
    salvage: Floats
    minimum_take: Floats
    take_price: Floats
    risk: Ints


@dataclass(frozen=True, slots=True)
class Options:
    """Yes/no commitments.

    Attributes
    ----------
    opens
        Calendar year in which the option is open without a decision; a large number where never. Shape (D,).
    lead
        Years from commitment to opening. Shape (D,).
    cost
        Paid on commitment at a node. Shape (N, D). [money]
    fixed
        Yearly cost while open or being opened. Shape (Y, D). [money/year]
    exit_cost
        Paid on closing at a node. Shape (N, D). [money]
    allowed
        False where the option cannot be committed to at a node. Shape (N, D).
    risk
        Risk class of the option's money. Shape (D,).
    """

    opens: Ints
    lead: Ints
    cost: Floats
    fixed: Floats
    exit_cost: Floats
    allowed: Flags
    risk: Ints


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of the entries of each axis, for people; the planner never reads meaning from them."""

    market: tuple[str, ...]
    model: tuple[str, ...]
    cell: tuple[tuple[int, int], ...]
    supply: tuple[str, ...]
    group: tuple[str, ...]
    resource: tuple[str, ...]
    option: tuple[str, ...]
    risk: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prospect:
    """One problem, ready to be planned.

    Attributes
    ----------
    discount
        Sum over the calendar years of a node-year of the discount factor. Shape (Y, K).
    node_discount
        Discount factor at the beginning of a node. Shape (N, K).
    end_discount
        Discount factor at the end of the horizon. Shape (K,).
    """

    labels: Labels
    node_years: NodeYears
    arcs: Arcs
    demand: Demand
    resources: Resources
    options: Options
    discount: Floats
    node_discount: Floats
    end_discount: Floats

    @property
    def arc_market(self) -> Ints:
        """Market of every arc. Shape (A,)."""
        return np.asarray([market for market, _ in self.labels.cell])[self.arcs.cell]

    def __post_init__(self) -> None:
        check_shapes(self)
        for part in (self.node_years, self.arcs, self.demand, self.resources, self.options, self):
            for field in fields(part):
                value = getattr(part, field.name)
                if isinstance(value, np.ndarray):
                    frozen(value)


DIMENSIONS = {
    "node_years.node": "y",
    "node_years.year": "y",
    "node_years.span": "y",
    "arcs.cell": "a",
    "arcs.supply": "a",
    "arcs.supply_option": "a",
    "arcs.entry_option": "a",
    "arcs.risk": "a",
    "arcs.margin": "ya",
    "arcs.allowed": "ya",
    "demand.member_cell": "v",
    "demand.member_group": "v",
    "demand.cell_risk": "c",
    "demand.group_risk": "g",
    "demand.width": "ycs",
    "demand.price": "ycs",
    "demand.group_width": "ygt",
    "demand.group_price": "ygt",
    "resources.option": "r",
    "resources.size": "r",
    "resources.limit": "r",
    "resources.whole": "r",
    "resources.lead": "r",
    "resources.minimum_take": "r",
    "resources.take_price": "r",
    "resources.risk": "r",
    "resources.use_arc": "u",
    "resources.use_resource": "u",
    "resources.use_amount": "u",
    "resources.ramp": "rq",
    "resources.free": "yr",
    "resources.existing": "yr",
    "resources.usable": "yr",
    "resources.fixed": "yr",
    "resources.cost": "nr",
    "resources.scrap": "nr",
    "resources.salvage": "nr",
    "options.opens": "d",
    "options.lead": "d",
    "options.risk": "d",
    "options.fixed": "yd",
    "options.cost": "nd",
    "options.exit_cost": "nd",
    "options.allowed": "nd",
    "discount": "yk",
    "node_discount": "nk",
    "end_discount": "k",
}
"""Axes of every array, by part and name; it is checked, stored and read back by this list."""


INDEX = {
    "node_years.node": "n",
    "arcs.cell": "c",
    "arcs.supply": "o",
    "arcs.supply_option": "d",
    "arcs.entry_option": "d",
    "arcs.risk": "k",
    "demand.member_cell": "c",
    "demand.member_group": "g",
    "demand.cell_risk": "k",
    "demand.group_risk": "k",
    "resources.option": "d",
    "resources.use_arc": "a",
    "resources.use_resource": "r",
    "resources.risk": "k",
    "options.risk": "k",
}
"""Arrays that point to entries of an axis."""
AMOUNTS = {"width", "group_width", "free", "existing", "usable", "size", "limit", "lead", "ramp", "use_amount",
           "minimum_take", "take_price"}  # fmt: skip
LEAST = {
    **dict.fromkeys(INDEX, 0),
    **dict.fromkeys(("arcs.supply_option", "arcs.entry_option", "resources.option"), -1),
    **{name: 0 for name in DIMENSIONS if name.rpartition(".")[2] in AMOUNTS},
    "node_years.span": 1,
}
"""Least value of those arrays that have one."""


def arrays(prospect: Prospect) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]:
    """Every array of a prospect by its name in ``DIMENSIONS``."""
    found = {}
    for name in DIMENSIONS:
        part, _, field = name.rpartition(".")
        found[name] = getattr(getattr(prospect, part) if part else prospect, field)
    return found


def sizes(prospect: Prospect) -> dict[str, int]:
    """Length of every axis."""
    p = prospect
    return {
        "y": p.node_years.count,
        "n": len(p.node_discount),
        "a": len(p.arcs.cell),
        "o": len(p.labels.supply),
        "c": len(p.labels.cell),
        "g": len(p.labels.group),
        "r": len(p.labels.resource),
        "d": len(p.labels.option),
        "k": len(p.labels.risk),
        "s": p.demand.width.shape[-1],
        "t": p.demand.group_width.shape[-1],
        "u": len(p.resources.use_arc),
        "v": len(p.demand.member_cell),
        "q": p.resources.ramp.shape[-1],
    }


def pooled(demand: Demand, sold: Floats) -> Floats:
    """Cars of every group, from cars of every cell. Shapes (Y, C) -> (Y, G)."""
    found = np.zeros((len(sold), demand.group_width.shape[1]))
    np.add.at(found.T, demand.member_group, sold[:, demand.member_cell].T)
    return found


def check_shapes(prospect: Prospect) -> None:
    """Raise ValueError where an array's shape does not fit its axes, or it holds what it must not."""
    p, length = prospect, sizes(prospect)
    for name, array in arrays(prospect).items():
        shape = tuple(length[axis] for axis in DIMENSIONS[name])
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} holds a number that is not finite")
        least = LEAST.get(name, -np.inf)
        if array.size and array.min() < least:
            raise ValueError(f"{name} holds {array.min()}, expected at least {least}")
        if (axis := INDEX.get(name)) and array.size and array.max() >= length[axis]:
            raise ValueError(f"{name} points to entry {array.max()} of axis {axis}, which has {length[axis]}")
    if len(p.arcs.regime) != length["a"]:
        raise ValueError(f"arcs.regime has {len(p.arcs.regime)} entries, expected {length['a']}")
    if np.any(np.diff(p.node_years.node) < 0):
        raise ValueError("node-years are sorted by node")
    if _rises(p.demand.width, p.demand.price):
        raise ValueError("prices of a cell's segments must not rise")
    if _rises(p.demand.group_width, p.demand.group_price):
        raise ValueError("prices of a group's segments must not rise")


def _rises(width: Floats, price: Floats) -> bool:
    """True where a segment that has any width is dearer than one before it."""
    lowest = np.minimum.accumulate(np.where(width > 0, price, np.inf), axis=-1)
    return bool(np.any((width > 0)[..., 1:] & (price[..., 1:] > lowest[..., :-1] + 1e-6)))
