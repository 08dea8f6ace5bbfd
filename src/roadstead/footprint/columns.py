"""The decisions of the program, family by family: where each stands, what it gains and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.timing import standing_modules
from roadstead.futures.tree import from_root, node_probability, to_root, years_before
from roadstead.terms.arrays import in_turn
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from roadstead.footprint.program import ProgramBuilder
    from roadstead.footprint.timing import Timing
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

CARS = 1e3
"""Cars per unit of flow in the program."""
MONEY = 1e6
"""Money per unit of value in the program."""
BINDING_EDGE = 1e-9
"""Segments narrower than this many thousand cars are left out."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each family of decisions stands; -1 where the decision does not exist.

    ``u``, ``v``: (N, D). ``z``, ``w``: (N, R). ``x``: (Y, A). ``q``: (Y, C, S). ``g``: (Y, G, T). ``h``, ``k``: (Y, R).
    ``o``: (Y, D). Of pledges, (Y, J): what is earned, spent, and left above the floor.
    """

    u: Ints
    v: Ints
    z: Ints
    w: Ints
    x: Ints
    q: Ints
    g: Ints
    h: Ints
    o: Ints
    k: Ints
    earned: Ints
    spent: Ints
    left: Ints


def add_columns(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, relaxed: bool) -> Columns:
    """Every decision with what it gains (F.2)."""
    u, v, z, w = add_decisions(builder, tree, p, when, relaxed)
    x, q, g, h = _flow_columns(builder, tree, p)
    years = p.node_years.count
    o = builder.add_columns(np.zeros((years, len(p.labels.option))), np.asarray(1.0))
    k = builder.add_columns(np.zeros((years, len(p.labels.resource))), most_modules(p))
    earned, spent, left = add_accounts(builder, tree, p)
    return Columns(u=u, v=v, z=z, w=w, x=x, q=q, g=g, h=h, o=o, k=k, earned=earned, spent=spent, left=left)


def add_accounts(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect) -> tuple[Ints, Ints, Ints]:
    """What is earned, spent and left of pledges; all finite, so that any prices prove a bound. [thousand units]"""
    if not p.labels.pledge:
        nowhere = np.full(p.pledges.floor.shape, -1, dtype=np.int64)
        return nowhere, nowhere, nowhere
    earned, spent = _most_used(p, p.pledges.earns), _most_used(p, p.pledges.spends)
    most = np.zeros_like(p.pledges.floor)
    before, span = years_before(tree, p.node_years.node), p.node_years.span[:, None]
    grown = span * (p.pledges.grant / CARS + p.pledges.earn_rate * earned)
    for y in range(len(most)):
        most[y] = grown[y] + (np.maximum(most[before[y]], 0.0) if before[y] >= 0 else 0.0)
    room = np.minimum(most, p.pledges.ceiling / CARS) - p.pledges.floor / CARS
    none = np.zeros_like(room)
    earns = _select(builder, earned > 0, none, earned, np.asarray(False))
    spends = _select(builder, spent > 0, none, spent, np.asarray(False))
    return earns, spends, builder.add_columns(none, np.maximum(room, 0.0))


def _most_used(p: Prospect, resource: Ints) -> Floats:
    """Most that flows can use of resources, nothing for -1. Shape (Y, J). [thousand units]"""
    res = p.resources
    top = np.where(live_arcs(p), p.demand.width.sum(-1)[:, p.arcs.cell], 0.0) / CARS
    use = np.zeros((p.node_years.count, len(p.labels.resource) + 1))
    np.add.at(use.T, res.use_resource, (res.use_amount * top[:, res.use_arc]).T)
    use[:, -1] = 0.0
    return np.asarray(use[:, resource])


def add_decisions(
    builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, relaxed: bool
) -> tuple[Ints, Ints, Ints, Ints]:
    """Decisions on nodes alone: u, v, z, w."""
    whole = np.asarray(not relaxed)
    builder.constant -= float(standing_cost(tree, p).sum())
    u, v = _option_columns(builder, tree, p, when, whole)
    z, w = _module_columns(builder, tree, p, when, u, v, whole)
    return u, v, z, w


def most_modules(p: Prospect) -> Floats:
    """Most modules that can be at work: finite, so that any prices prove a bound. Shape (Y, R)."""
    return np.maximum(p.resources.limit[None, :], p.resources.existing)


def _option_columns(
    builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, whole: Flags
) -> tuple[Ints, Ints]:
    """Commitments u and closures v, with their yearly costs from then on."""
    options, years = p.options, when.years
    option_node, option_year = node_money(tree, p, options.risk), year_money(tree, p, options.risk)
    start_open = np.asarray(options.opens[None, :] <= tree.start[:, None])
    ever_open = np.asarray(options.opens <= tree.last_year)
    paid = options.fixed * option_year
    useful = years.by_node(when.option_open, np.ones_like(paid)) > 0
    u_keep = options.allowed & ~ever_open[None, :] & useful
    gain = -options.cost * option_node - years.by_node(when.option_service, paid)
    grown = np.flatnonzero(options.grows_from >= 0)
    # What is converted costs nothing any more once what it becomes is open.
    gain[:, grown] += years.by_node(when.option_service[grown], paid[:, options.grows_from[grown]])
    u = _select(builder, u_keep, gain, np.asarray(1.0), whole)
    # Closing saves the yearly cost of every node-year from the end of the notice on.
    saved = years.by_node(when.unpaid, paid)
    committable = from_root(tree, u_keep) - u_keep > 0
    worth = (saved > 0) | (options.exit_cost < 0) | (options.needs >= 0)
    v_keep = decided(p)[:, None] & (start_open | committable) & worth & (options.maximum_life >= NEVER)
    v = _select(builder, v_keep, saved - options.exit_cost * option_node, np.asarray(1.0), whole)
    return u, v


def _module_columns(
    builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, u: Ints, v: Ints, whole: Flags
) -> tuple[Ints, Ints]:
    """Modules bought z and retired w, with their yearly costs and salvage."""
    options, resources, years = p.options, p.resources, when.years
    resource_node, resource_year = node_money(tree, p, resources.risk), year_money(tree, p, resources.risk)
    open_node = decided(p)[:, None]
    available = (options.opens <= tree.last_year) | (from_root(tree, u >= 0) > 0)
    gate = resources.option
    gated = gate >= 0
    can_buy = resources.limit[None, :] > 0
    paid = resources.fixed * resource_year
    produces = years.by_node(when.module_output, np.ones_like(paid)) > 0
    open_for = np.ones_like(resources.cost, dtype=bool)
    open_for[:, gated] = available[:, gate[gated]]
    standing = standing_modules(tree, p)
    # Where all that may stand stands from here on, a module could only replace another.
    room = to_root(tree, resources.limit > standing + 1e-9) > 0
    z_keep = open_node & can_buy & produces & open_for & room
    end = node_probability(tree)[:, None] * p.end_discount[None, resources.risk] / MONEY
    running_cost = years.by_node(when.module_service, paid)
    z_gain = -resources.cost * resource_node - running_cost + resources.salvage * end
    z = _select(builder, z_keep, z_gain, resources.limit[None, :], (resources.whole & whole)[None, :])
    built_before = from_root(tree, z_keep) - z_keep > 0
    # A retired module is charged the largest salvage it could have had: never flatters the plan.
    lost = resources.salvage.max(0)[None, :] * end
    w_gain = years.by_node(when.retired, paid) + resources.scrap * resource_node - lost
    w_keep = open_node & ((standing > 0) | (built_before & _worth_retiring(p, w_gain, v)))
    w_keep &= (resources.maximum_life >= NEVER) | ~z_keep.any(0)
    in_whole = resources.retired_whole & whole
    w = _select(builder, w_keep, w_gain, np.maximum(resources.limit, standing), in_whole[None, :])
    return z, w


def standing_cost(tree: ScenarioTree, p: Prospect) -> Floats:
    """What today's lines cost to keep, which no decision moves unless they are closed, by node. Shape (N,). In the program's unit."""
    options, resources = p.options, p.resources
    paid = (options.fixed * initially_open(p) * year_money(tree, p, options.risk)).sum(1)
    paid += (resources.fixed * resources.existing * year_money(tree, p, resources.risk)).sum(1)
    return np.bincount(p.node_years.node, paid, tree.count).astype(np.float64)


def _worth_retiring(p: Prospect, gain: Floats, v: Ints) -> Flags:
    """False where giving a module up saves nothing: no money, no minimum take, no closure that waits for it. Shape (N, R)."""
    resources, gate = p.resources, p.resources.option
    waited_for = np.zeros(len(gate), dtype=bool)
    closable = np.any(v >= 0, axis=0)
    for _ in range(len(closable)):  # a line closes as what it has been converted to
        grown = np.flatnonzero(p.options.grows_from >= 0)
        np.logical_or.at(closable, p.options.grows_from[grown], closable[grown])
    waited_for[gate >= 0] = closable[gate[gate >= 0]]
    taken = (resources.minimum_take > 0) & (resources.take_price > 0)
    return np.asarray((gain > 0) | (waited_for | taken)[None, :])


def _flow_columns(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect) -> tuple[Ints, Ints, Ints, Ints]:
    """Flows x, sales q and g by segment, shortfalls h."""
    resources, demand = p.resources, p.demand
    resource_year = year_money(tree, p, resources.risk)
    arc_year = year_money(tree, p, p.arcs.risk) * CARS
    ceiling = demand.width.sum(-1)[:, p.arcs.cell] / CARS
    x = _select(builder, live_arcs(p), p.arcs.margin * arc_year, ceiling, np.asarray(False))
    cell_year = (year_money(tree, p, demand.cell_risk) * CARS)[..., None]
    width = demand.width / CARS
    q = _select(builder, live_segments(p), demand.price * cell_year, width, np.asarray(False))
    group_year = (year_money(tree, p, demand.group_risk) * CARS)[..., None]
    group_width = demand.group_width / CARS
    g = _select(
        builder,
        group_width > BINDING_EDGE,
        demand.group_price * group_year,
        group_width,
        np.asarray(False),
    )
    short = (resources.minimum_take > 0) & (resources.take_price > 0)
    h = _select(
        builder,
        np.broadcast_to(short, resources.free.shape),
        -resources.take_price[None, :] * resource_year * CARS,
        resources.minimum_take * resources.size * most_modules(p) / CARS,
        np.asarray(False),
    )
    return x, q, g, h


def _select(builder: ProgramBuilder, keep: Flags, gain: Floats, ceiling: Floats, whole: Flags) -> Ints:
    """Add columns where ``keep``; -1 elsewhere."""
    index = np.full(keep.shape, -1, dtype=np.int64)
    index[keep] = builder.add_columns(
        np.broadcast_to(gain, keep.shape)[keep],
        np.broadcast_to(ceiling, keep.shape)[keep],
        whole=np.broadcast_to(whole, keep.shape)[keep],
    )
    return index


def live_arcs(prospect: Prospect) -> Flags:
    """Arcs that may carry cars: allowed, and able to earn at the best price their cell offers, or to serve what must be.

    Shape (Y, A).
    """
    p = prospect
    top = _dearest(p.demand.width, p.demand.price) * p.discount[:, p.demand.cell_risk] + _group_dearest(p)
    must, live = _wanted(p), np.empty_like(p.arcs.allowed)
    for years in in_turn(p.node_years.count):
        worth = _arc_worth(p, years) + top[years][:, p.arcs.cell]
        live[years] = p.arcs.allowed[years] & ((worth > 0) | must[years][:, p.arcs.cell])
    return live


def live_segments(prospect: Prospect) -> Flags:
    """Price segments of cells that can earn with the best arc there is, or where cars must be served.

    The others stay empty in any plan. Shape (Y, C, S).
    """
    p = prospect
    best = np.full(p.demand.width.shape[:2], -np.inf)
    for years in in_turn(p.node_years.count):
        worth = np.where(p.arcs.allowed[years], _arc_worth(p, years), -np.inf)
        np.maximum.at(best[years].T, p.arcs.cell, worth.T)
    earned = p.demand.price * p.discount[:, p.demand.cell_risk][..., None] + (best + _group_dearest(p))[..., None]
    must = _wanted(p)[..., None]
    return np.asarray((p.demand.width / CARS > BINDING_EDGE) & ((earned > 0) | must))


def _wanted(p: Prospect) -> Flags:
    """Cells that may be served though it costs: some must be, or what is sent there is credited to a pledge. Shape (Y, C)."""
    credited = np.isin(p.resources.use_resource, p.pledges.earns)
    wanted = p.demand.least > 0
    wanted[:, p.arcs.cell[p.resources.use_arc[credited]]] = True
    return wanted


def _arc_worth(p: Prospect, years: slice) -> Floats:
    """Most a car on an arc can be worth before its price: its margin, and the shortfalls it saves. Present value. (years, A)."""
    discount = p.discount[years]
    worth = p.arcs.margin[years] * discount[:, p.arcs.risk]
    res = p.resources
    saving = np.flatnonzero((res.minimum_take > 0) & (res.take_price > 0))
    mine = np.isin(res.use_resource, saving)
    used = res.use_resource[mine]
    saved = res.take_price[used] * discount[:, res.risk[used]] * res.use_amount[mine]
    np.add.at(worth.T, res.use_arc[mine], saved.T)
    return np.asarray(worth)


def _dearest(width: Floats, price: Floats) -> Floats:
    return np.asarray(np.where(width > 0, price, -np.inf).max(-1, initial=-np.inf))


def _group_dearest(p: Prospect) -> Floats:
    """Dearest prices of each cell's groups together, as present value. Shape (Y, C)."""
    dearest = _dearest(p.demand.group_width, p.demand.group_price) * p.discount[:, p.demand.group_risk]
    found = np.zeros((len(dearest), len(p.labels.cell)))
    np.add.at(found.T, p.demand.member_cell, dearest[:, p.demand.member_group].T)
    return found


def decided(prospect: Prospect) -> Flags:
    """True at the nodes in which anything is decided: some option may be committed to, or there is none at all. Shape (N,)."""
    allowed = prospect.options.allowed
    return np.asarray(allowed.any(axis=1) | (allowed.shape[1] == 0))


def initially_open(prospect: Prospect) -> Floats:
    """1 where an option is open in a node-year without a decision. Shape (Y, D)."""
    years = prospect.node_years
    last, ends = years.year + years.span - 1, prospect.options.opens + prospect.options.maximum_life
    return np.asarray(
        (prospect.options.opens[None, :] <= last[:, None]) & (years.year[:, None] < ends[None, :])
    ).astype(float)


def node_money(tree: ScenarioTree, prospect: Prospect, risk: Ints) -> Floats:
    """Expected present value, in the program's unit, of one unit of money paid as a node begins. Shape (N, len(risk))."""
    return np.asarray(node_probability(tree)[:, None] * prospect.node_discount[:, risk] / MONEY)


def year_money(tree: ScenarioTree, prospect: Prospect, risk: Ints) -> Floats:
    """Expected present value, in the program's unit, of one unit of money a year over a node-year. Shape (Y, len(risk))."""
    probability = node_probability(tree)[prospect.node_years.node]
    return np.asarray(probability[:, None] * prospect.discount[:, risk] / MONEY)
