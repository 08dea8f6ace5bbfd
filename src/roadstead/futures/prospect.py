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
j     J           a pledge: an account that links years
e     E           a tail of futures that is weighed beside the mean
s, t  S, T        price segments of a cell, and of a group
====  ==========  =============================================================================================

Money is real, after tax, in the case's currency; cars are cars per year.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.accounts import Pledges, Tails, filled, none
from roadstead.futures.axes import check_shapes
from roadstead.terms.arrays import frozen, must_be_array
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def of(self, nodes: Sequence[int] | Ints) -> Ints:
        """Rows of the node-years of some nodes, node by node."""
        return np.concatenate([np.flatnonzero(self.node == n) for n in nodes])

    def holding(self, node: int, year: int) -> int:
        """The node-year of a node that a calendar year lies in."""
        inside = (self.node == node) & (self.year <= year) & (year < self.year + self.span)
        return int(np.flatnonzero(inside)[0])


@dataclass(frozen=True, slots=True)
class Arcs:
    """Allowed flows, sorted by cell, supply, regime.

    Attributes
    ----------
    cell
        Cell served. Shape (A,).
    supply
        Supply that serves it. Shape (A,).
    regime
        Name of the customs regime. Length A.
    supply_option, entry_option
        Option that must be open at the source, and in the market; -1 where none is needed. Shape (A,).
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
    member_cell
        A cell, once for every group it belongs to. Shape (V,).
    member_group
        The group. Shape (V,).
    width
        Cars of each segment of a cell. Shape (Y, C, S). [cars/year]
    price
        What a car of it adds to the margin. Shape (Y, C, S). [money/car]
    group_width
        Cars of each segment of a group. Shape (Y, G, T). [cars/year]
    group_price
        What a car of it adds. Shape (Y, G, T). [money/car]
    cell_risk
        Risk class of a cell's money. Shape (C,).
    group_risk
        Risk class of a group's money. Shape (G,).
    least
        Cars that must be served, whatever they earn; none where it is left out. Shape (Y, C). [cars/year]
    """

    member_cell: Ints
    member_group: Ints
    width: Floats
    price: Floats
    group_width: Floats
    group_price: Floats
    cell_risk: Ints
    group_risk: Ints
    least: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        must_be_array("demand.width", self.width, 3)
        filled(self, least=np.zeros(self.width.shape[:2]))


@dataclass(frozen=True, slots=True)
class Resources:
    """Rows that limit arcs, and the modules that lift them.

    Attributes
    ----------
    option
        Option that must be committed before modules can be bought, -1 for none. Shape (R,).
    use_arc
        An arc that uses a resource, once for every resource it uses. Shape (U,).
    use_resource
        The resource. Shape (U,).
    use_amount
        How much of it one car uses. Shape (U,). [units/car]
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
    minimum_life
        Years of service before a module ordered may be retired; none where it is left out. Shape (R,).
    maximum_life
        Years of service after which a module ordered ends by itself; one that does is not retired. Never where it is left
        out. Shape (R,).
    notice
        Years from retiring to the end of service; none where it is left out. Shape (R,).
    outlay
        What a budget counts of a unit of ``cost``, which is after the tax it saves; one where it is left out. Shape (R,).
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
    minimum_life: Ints = field(default_factory=none)
    maximum_life: Ints = field(default_factory=none)
    notice: Ints = field(default_factory=none)
    outlay: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        must_be_array("resources.option", self.option, 1)
        zero = np.zeros(len(self.option), dtype=np.int64)
        filled(self, minimum_life=zero, maximum_life=zero + NEVER, notice=zero, outlay=np.ones(len(zero)))

    @property
    def retired_whole(self) -> Flags:
        """True where modules are retired in whole numbers: not where a part of one stands today, which goes with the rest. Shape (R,)."""
        standing = self.existing.max(0, initial=0.0)
        return np.asarray(self.whole & (np.abs(standing - np.round(standing)) < 1e-9))


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
        Yearly cost while open. Shape (Y, D). [money/year]
    exit_cost
        Paid on closing at a node. Shape (N, D). [money]
    allowed
        False where the option cannot be committed to at a node. Shape (N, D).
    risk
        Risk class of the option's money. Shape (D,).
    minimum_life
        Years open before an option may be closed; none where it is left out. Shape (D,).
    maximum_life
        Years after which an option shuts by itself; one that does is neither closed nor converted. Never where it is left
        out. Shape (D,).
    notice
        Years from closing to the last car; none where it is left out. Shape (D,).
    grows_from
        Option that this one converts: it must be open, and shuts as this one opens; modules bought under it stay. -1 for
        none, and where it is left out. Shape (D,).
    needs
        Option that must be open wherever this one is, -1 for none, and where it is left out. Shape (D,).
    choice
        Number of a choice: of the options that share one, at most one is committed to on any path. -1 for none, and where
        it is left out. Shape (D,).
    outlay
        What a budget counts of a unit of ``cost``, which is after the tax it saves; one where it is left out. Shape (D,).
    """

    opens: Ints
    lead: Ints
    cost: Floats
    fixed: Floats
    exit_cost: Floats
    allowed: Flags
    risk: Ints
    minimum_life: Ints = field(default_factory=none)
    maximum_life: Ints = field(default_factory=none)
    notice: Ints = field(default_factory=none)
    grows_from: Ints = field(default_factory=none)
    needs: Ints = field(default_factory=none)
    choice: Ints = field(default_factory=none)
    outlay: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        must_be_array("options.opens", self.opens, 1)
        zero = np.zeros(len(self.opens), dtype=np.int64)
        filled(self, minimum_life=zero, maximum_life=zero + NEVER, notice=zero, outlay=np.ones(len(zero)))
        filled(self, grows_from=zero - 1, needs=zero - 1, choice=zero - 1)


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
    pledge: tuple[str, ...] = ()


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
    budget
        Most that may be spent on commitments and modules at a node, in money of its day; no limit where it is infinite or left
        out. Shape (N,). [money]
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
    budget: Floats = field(default_factory=lambda: np.zeros(0))
    pledges: Pledges = field(default_factory=Pledges)
    tails: Tails = field(default_factory=Tails)

    @property
    def arc_market(self) -> Ints:
        """Market of every arc. Shape (A,)."""
        return np.asarray([market for market, _ in self.labels.cell])[self.arcs.cell]

    def __post_init__(self) -> None:
        must_be_array("node_years.node", self.node_years.node, 1)
        must_be_array("pledges.earns", self.pledges.earns, 1)
        must_be_array("node_discount", self.node_discount, 2)
        zero = np.zeros((self.node_years.count, len(self.pledges.earns)))
        filled(self.pledges, grant=zero, floor=zero, ceiling=zero + np.inf)
        filled(self, budget=np.full(len(self.node_discount), np.inf))
        check_shapes(self)
        parts = (self.node_years, self.arcs, self.demand, self.resources, self.options, self.pledges, self.tails, self)
        for part in parts:
            for entry in fields(part):
                value = getattr(part, entry.name)
                if isinstance(value, np.ndarray):
                    frozen(value)


def pooled(demand: Demand, sold: Floats) -> Floats:
    """Cars of every group, from cars of every cell. Shapes (Y, C) -> (Y, G)."""
    found = np.zeros((len(sold), demand.group_width.shape[1]))
    np.add.at(found.T, demand.member_group, sold[:, demand.member_cell].T)
    return found
