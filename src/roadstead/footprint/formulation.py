"""The decision model, family by family, in the order and with the letters of docs/model.md.

Decisions on nodes: ``u`` commit to an option, ``v`` close it, ``z`` buy modules of a resource, ``w`` retire modules.
Decisions on node-years: ``x`` flow on an arc, ``q`` sale in a cell's price segment, ``g`` sale in a group's segment,
``h`` take-or-pay shortfall; of pledges what is earned, spent and left. States of a node-year that follow from decisions: ``o``
option open, ``k`` modules at work.
Flows are in thousands of cars and money in millions, which keeps the numbers near one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.columns import (
    CARS,
    MONEY,
    Columns,
    add_accounts,
    add_columns,
    add_decisions,
    initially_open,
)
from roadstead.footprint.program import Program, ProgramBuilder
from roadstead.footprint.timing import Pairs, Timing, standing_modules, timing
from roadstead.futures.tree import ancestry, history, leaves, years_before

if TYPE_CHECKING:
    from roadstead.footprint.plan import Pin
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Formulation:
    """The program, where its decisions stand, when orders work, and the rows of what business asks for.

    Attributes
    ----------
    must
        Rows (F.19): -1 where nothing must be served. Shape (Y, C).
    budget
        Rows (F.23): -1 where nothing limits what is spent. Shape (N,).
    limit
        Rows (F.5): -1 where nothing can stand. Shape (N, R).
    balance
        Rows (F.24). Shape (Y, J).
    pin
        Rows (F.12) of every pin, none of one that forbids.
    """

    program: Program
    columns: Columns
    timing: Timing
    must: Ints
    budget: Ints
    limit: Ints
    balance: Ints
    pin: tuple[Ints, ...]


def formulate(
    tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...] = (), *, relaxed: bool = False
) -> Formulation:
    """State the extensive form: every node's decisions and every node-year's flows in one program."""
    builder = ProgramBuilder()
    when = timing(tree, prospect)
    columns = add_columns(builder, tree, prospect, when, relaxed)
    _states(builder, prospect, when, columns)
    rows = _decision_rows(builder, tree, prospect, when, columns, pins)
    _sales_are_flows(builder, prospect, columns)
    must = _must_be_served(builder, prospect, columns)
    _flows_need_open_options(builder, prospect, columns)
    _flows_within_resources(builder, prospect, columns)
    _take_or_pay(builder, prospect, columns)
    _flows_keep_pledges(builder, prospect, columns)
    return Formulation(builder.build(), columns, when, must, *rows)


def formulate_decisions(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...] = ()) -> Formulation:
    """State what is decided on nodes alone, without a flow: the ground on which a decomposition adds cuts.

    The states ``o`` and ``k`` are no columns here but maps of the decisions (``states.py``).
    """
    builder = ProgramBuilder()
    when = timing(tree, prospect)
    u, v, z, w = add_decisions(builder, tree, prospect, when, relaxed=False)
    p, years = prospect, prospect.node_years.count
    nowhere = np.asarray(-1)  # flows are many: the same -1 stands for all of them
    options, resources = (np.full((years, len(names)), -1) for names in (p.labels.option, p.labels.resource))
    earned, spent, left = add_accounts(builder, tree, p)
    columns = Columns(
        u=u, v=v, z=z, w=w, x=np.broadcast_to(nowhere, p.arcs.margin.shape), q=np.broadcast_to(nowhere, p.demand.width.shape),
        g=np.broadcast_to(nowhere, p.demand.group_width.shape), h=resources, o=options, k=resources,
        earned=earned, spent=spent, left=left,
    )  # fmt: skip
    rows = _decision_rows(builder, tree, prospect, when, columns, pins)
    _modules_at_work(builder, prospect, when, columns)
    none = np.full(p.demand.width.shape[:2], -1, dtype=np.int64)
    return Formulation(builder.build(), columns, when, none, *rows)


def _decision_rows(
    builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns, pins: tuple[Pin, ...]
) -> tuple[Ints, Ints, Ints, tuple[Ints, ...]]:
    """Rows that hold decisions on nodes; of those that business asks for, where they stand."""
    _commit_once(builder, tree, p, c)
    _close_what_is_open(builder, p, when, c, tree)
    _convert_what_is_open(builder, p, when, c, tree)
    _open_what_is_needed(builder, p, when, c)
    limit = _modules_within_limit(builder, tree, p, when, c)
    _retire_what_stands(builder, tree, p, when, c)
    budget = _spend_within_budget(builder, p, c)
    balance = _balances(builder, tree, p, c)
    return budget, limit, balance, tuple(_pin(builder, tree, c, pin) for pin in pins)


def _modules_at_work(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.3) Fewer than no modules are never at work, which only a module retired before it has ramped up could bring about."""
    part = ((when.module_output > 0) & (when.module_output < 1)) | (when.retired < 1)
    growing = when.years.by_year(part) > 0
    retirable = when.reaches @ (c.w >= 0).astype(float) > 0
    rows = np.full(growing.shape, -1, dtype=np.int64)
    keep = growing & retirable
    rows[keep] = builder.add_rows(-p.resources.existing[keep], np.asarray(np.inf))
    _spread(builder, rows, c.z, when.years, when.module_output)
    _spread(builder, rows, c.w, when.years, -when.retired)


def _states(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.3) Options open and modules at work follow from what was decided on the path."""
    option = builder.add_rows(initially_open(p), initially_open(p))
    _fill(builder, option, c.o, 1.0)
    _open_states(builder, p, when, c, option, np.arange(option.shape[1]), -1.0)
    module = builder.add_rows(p.resources.existing, p.resources.existing)
    _fill(builder, module, c.k, 1.0)
    _spread(builder, module, c.z, when.years, -when.module_output)
    _spread(builder, module, c.w, when.years, when.retired)


def _open_states(
    builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns, rows: Ints, options: Ints, sign: float
) -> None:
    """What decisions add to the state o of some options, as entries of rows of shape (Y, len(options)) (F.3)."""
    _spread(builder, rows, c.u[:, options], when.years, sign * when.option_open[options])
    _spread(builder, rows, c.v[:, options], when.years, -sign * when.shut[options])
    place = np.full(len(p.options.opens) + 1, -1)
    place[options] = np.arange(len(options))
    grown = np.flatnonzero(place[p.options.grows_from] >= 0)
    at = place[p.options.grows_from[grown]]
    _spread(builder, rows[:, at], c.u[:, grown], when.years, -sign * when.option_open[grown])


def _spread(builder: ProgramBuilder, rows: Ints, columns: Ints, pairs: Pairs, weight: Floats) -> None:
    """Add ``weight[j, i] * column[node i, j]`` to row[below i, j]. Shapes (count, J), (N, J), I pairs, (J, I) or (I,)."""
    j, i = np.nonzero(np.broadcast_to(weight, (columns.shape[1], len(pairs.node))))
    row, column = rows[pairs.below[i], j], columns[pairs.node[i], j]
    value = weight[j, i] if weight.ndim == 2 else weight[i]
    keep = (column >= 0) & (row >= 0)
    builder.add_entries(row[keep], column[keep], value[keep])


def _commit_once(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, c: Columns) -> None:
    """(F.3) An option is committed to at most once on any path, and of the options of a choice one at most (F.21)."""
    ends = np.asarray(leaves(tree))
    path = ancestry(tree)[ends].tocoo()
    pairs = Pairs(path.col.astype(np.int64), path.row.astype(np.int64), tree.count, len(ends))
    once = np.ones(len(pairs.node))
    rows = builder.add_rows(np.asarray(-np.inf), np.ones((len(ends), len(p.labels.option))))
    _spread(builder, rows, c.u, pairs, once)
    chosen = np.flatnonzero(p.options.choice >= 0)
    names, at = np.unique(p.options.choice[chosen], return_inverse=True)
    one = builder.add_rows(np.asarray(-np.inf), np.ones((len(ends), len(names))))
    _spread(builder, one[:, at], c.u[:, chosen], pairs, once)


def _close_what_is_open(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns, tree: ScenarioTree) -> None:
    """(F.4) Only what is open, and has been for its minimum life, can be closed, once."""
    ripe = p.options.opens + p.options.minimum_life
    opened = (ripe[None, :] <= tree.start[:, None]).astype(float)
    rows = np.full(c.v.shape, -1, dtype=np.int64)
    keep = c.v >= 0
    rows[keep] = builder.add_rows(np.asarray(-np.inf), opened[keep])
    _spread(builder, rows, c.v, when.nodes, np.ones(len(when.nodes.node)))
    _spread(builder, rows, c.u, when.nodes, -when.option_ripe)


def _convert_what_is_open(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns, tree: ScenarioTree) -> None:
    """(F.22) What is converted is open, neither closed nor converted before, and not closed any more."""
    grown = np.flatnonzero(p.options.grows_from >= 0)
    if not len(grown):
        return
    first, at = np.unique(p.options.grows_from[grown], return_inverse=True)
    opened = (p.options.opens[None, first] <= tree.start[:, None]).astype(float)
    rows = builder.add_rows(np.asarray(-np.inf), opened)
    once = np.ones(len(when.nodes.node))
    _spread(builder, rows[:, at], c.u[:, grown], when.nodes, once)
    _spread(builder, rows, c.v[:, first], when.nodes, once)
    _spread(builder, rows, c.u[:, first], when.nodes, -when.option_ready[first])


def _open_what_is_needed(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.21) Where an option is open, the one it needs is."""
    needing = np.flatnonzero(p.options.needs >= 0)
    needed, start = p.options.needs[needing], initially_open(p)
    rows = builder.add_rows(np.asarray(-np.inf), start[:, needed] - start[:, needing])
    _open_states(builder, p, when, c, rows, needing, 1.0)
    for i, option in enumerate(needed):
        _open_states(builder, p, when, c, rows[:, [i]], np.asarray([option]), -1.0)


def _modules_within_limit(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns) -> Ints:
    """(F.5) Modules stand only where their option is committed and not closed, and no more than the limit, those on notice counted."""
    gate, standing = p.resources.option, standing_modules(tree, p)
    limit = np.maximum(p.resources.limit, standing)  # what stands today may stand on, though nothing may be added
    open_already = np.where(
        gate >= 0,
        (p.options.opens <= tree.last_year)[np.maximum(gate, 0)] if len(p.options.opens) else True,
        True,
    )
    keep = (when.on_path @ (c.z >= 0) > 0) | (standing > 0)
    high = limit * open_already - standing
    gated = np.flatnonzero(gate >= 0)
    weight = limit.T[gated][:, when.nodes.below]
    rows = np.full(c.z.shape, -1, dtype=np.int64)
    for on_notice in (True, False):
        # Where there is no notice, both are the same: a closed line has no modules.
        mine = keep & (p.resources.notice > 0) if on_notice else keep
        rows[:] = -1
        rows[mine] = builder.add_rows(np.asarray(-np.inf), high[mine])
        _spread(builder, rows, c.z, when.nodes, when.module_held)
        _spread(builder, rows, c.w, when.nodes, -when.module_gone if on_notice else -np.ones(len(when.nodes.node)))
        _spread(builder, rows[:, gated], c.u[:, gate[gated]], when.nodes, -weight)
    for r, option in zip(gated, gate[gated], strict=True):
        for d in _line(p, int(option)):
            _spread(builder, rows[:, [r]], c.v[:, [d]], when.nodes, limit.T[[r]][:, when.nodes.below])
    return rows


def _line(p: Prospect, option: int) -> list[int]:
    """An option and all it may be converted to, one after another."""
    found = [option]
    for d in found:
        found += np.flatnonzero(p.options.grows_from == d).tolist()
    return found


def _retire_what_stands(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.6) Only modules in service, and past their minimum life, can be retired."""
    rows = np.full(c.w.shape, -1, dtype=np.int64)
    keep = c.w >= 0
    rows[keep] = builder.add_rows(np.asarray(-np.inf), standing_modules(tree, p)[keep])
    _spread(builder, rows, c.w, when.nodes, np.ones(len(when.nodes.node)))
    _spread(builder, rows, c.z, when.nodes, -when.module_ready)


def _spend_within_budget(builder: ProgramBuilder, p: Prospect, c: Columns) -> Ints:
    """(F.23) What is spent at a node on commitments and modules is within its budget."""
    rows = np.full(len(p.budget), -1, dtype=np.int64)
    limited = np.isfinite(p.budget)
    rows[limited] = builder.add_rows(np.asarray(-np.inf), p.budget[limited] / MONEY)
    for columns, part in ((c.u, p.options), (c.z, p.resources)):
        _fill(builder, np.broadcast_to(rows[:, None], columns.shape), columns, part.outlay * part.cost / MONEY)
    return rows


def _balances(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, c: Columns) -> Ints:
    """(F.24) What is left of a pledge is at most what was left a node-year before, its grant and what was earned, less what was spent."""
    pledges, before = p.pledges, years_before(tree, p.node_years.node)
    span = p.node_years.span[:, None].astype(float)
    kept = pledges.carry[None, :] ** span
    floor = pledges.floor / CARS
    carried = np.where(before[:, None] >= 0, kept * floor[before], 0.0)
    rows = builder.add_rows(np.asarray(-np.inf), span * pledges.grant / CARS + carried - floor)
    _fill(builder, rows, c.left, 1.0)
    later = np.flatnonzero(before >= 0)
    _fill(builder, rows[later], c.left[before[later]], -kept[later])
    _fill(builder, rows, c.earned, -span * pledges.earn_rate)
    _fill(builder, rows, c.spent, span * pledges.spend_rate)
    return rows


def _flows_keep_pledges(builder: ProgramBuilder, p: Prospect, c: Columns) -> None:
    """(F.25) What is credited has been used of the resource that earns, and what is used of the one that spends is debited."""
    res = p.resources
    for resource, columns, sign in ((p.pledges.earns, c.earned, -1.0), (p.pledges.spends, c.spent, 1.0)):
        for j, r in enumerate(resource.tolist()):
            keep = np.flatnonzero(columns[:, j] >= 0)
            rows = builder.add_rows(np.asarray(-np.inf), np.zeros(len(keep)))
            mine = np.flatnonzero(res.use_resource == r)
            flows = c.x[np.ix_(keep, res.use_arc[mine])]
            use = np.broadcast_to(sign * res.use_amount[mine], flows.shape)
            _fill(builder, np.broadcast_to(rows[:, None], flows.shape), flows, use)
            builder.add_entries(rows, columns[keep, j], -sign)


def _sales_are_flows(builder: ProgramBuilder, p: Prospect, c: Columns) -> None:
    """(F.7) and (F.8): what flows into a cell is sold in its segments, and again in those of its groups."""
    years, cells, groups = p.node_years.count, len(p.labels.cell), len(p.labels.group)
    sold = builder.add_rows(np.zeros((years, cells)), np.asarray(0.0))
    _fill(builder, np.broadcast_to(sold[:, p.arcs.cell], c.x.shape), c.x, 1.0)
    _fill(builder, np.broadcast_to(sold[..., None], c.q.shape), c.q, -1.0)
    together = builder.add_rows(np.zeros((years, groups)), np.asarray(0.0))
    members = c.q[:, p.demand.member_cell]
    _fill(builder, np.broadcast_to(together[:, p.demand.member_group, None], members.shape), members, 1.0)
    _fill(builder, np.broadcast_to(together[..., None], c.g.shape), c.g, -1.0)


def _must_be_served(builder: ProgramBuilder, p: Prospect, c: Columns) -> Ints:
    """(F.19) Cars that must be served are, whatever they earn."""
    rows = np.full(p.demand.least.shape, -1, dtype=np.int64)
    must = p.demand.least > 0
    rows[must] = builder.add_rows(p.demand.least[must] / CARS, np.asarray(np.inf))
    _fill(builder, np.broadcast_to(rows[..., None], c.q.shape), c.q, 1.0)
    return rows


def _fill(builder: ProgramBuilder, rows: Ints, columns: Ints, value: Floats | float) -> None:
    """One entry for every existing column."""
    keep = (columns >= 0) & (rows >= 0)
    values = np.broadcast_to(np.asarray(value, dtype=np.float64), columns.shape)
    builder.add_entries(rows[keep], columns[keep], values[keep])


def _flows_need_open_options(builder: ProgramBuilder, p: Prospect, c: Columns) -> None:
    """(F.9) Strong linking: a flow is at most its cell's demand, and nothing while its option is shut."""
    start = initially_open(p)
    most = p.demand.width.sum(-1) / CARS  # (Y, C)
    decided = (c.v >= 0).any(0) | (start.min(0) == 0)
    decided[p.options.grows_from[(p.options.grows_from >= 0) & (c.u >= 0).any(0)]] = True
    by_supply = np.flatnonzero(p.arcs.supply_option >= 0)
    by_supply = by_supply[decided[p.arcs.supply_option[by_supply]]]
    rows = np.full((start.shape[0], len(by_supply)), -1, dtype=np.int64)
    keep = c.x[:, by_supply] >= 0
    rows[keep] = builder.add_rows(np.asarray(-np.inf), np.zeros(int(keep.sum())))
    _fill(builder, rows, c.x[:, by_supply], 1.0)
    _fill(builder, rows, c.o[:, p.arcs.supply_option[by_supply]], -most[:, p.arcs.cell[by_supply]])
    by_entry = np.flatnonzero(p.arcs.entry_option >= 0)
    by_entry = by_entry[decided[p.arcs.entry_option[by_entry]]]
    pairs = np.stack([p.arcs.cell[by_entry], p.arcs.entry_option[by_entry]])
    (cells, entries), place = np.unique(pairs, axis=1, return_inverse=True)
    entry = builder.add_rows(np.asarray(-np.inf), np.zeros((start.shape[0], len(cells))))
    _fill(builder, entry[:, place.ravel()], c.x[:, by_entry], 1.0)
    _fill(builder, entry, c.o[:, entries], -most[:, cells])


def _flows_within_resources(builder: ProgramBuilder, p: Prospect, c: Columns) -> None:
    """(F.10) What the flows use of a resource is at most its free amount and its modules' output."""
    res = p.resources
    rows = builder.add_rows(np.asarray(-np.inf), res.free / CARS)
    use = np.broadcast_to(res.use_amount, (p.node_years.count, len(res.use_arc)))
    _fill(builder, rows[:, res.use_resource], c.x[:, res.use_arc], use)
    _fill(builder, rows, c.k, -res.usable * res.size[None, :] / CARS)


def _take_or_pay(builder: ProgramBuilder, p: Prospect, c: Columns) -> None:
    """(F.11) Use falls short of the minimum take of capacity at work by h, which is paid for."""
    res = p.resources
    rows = np.full(c.h.shape, -1, dtype=np.int64)
    keep = c.h >= 0
    if not keep.any():
        return
    rows[keep] = builder.add_rows(np.zeros(int(keep.sum())), np.asarray(np.inf))
    use = np.broadcast_to(res.use_amount, (p.node_years.count, len(res.use_arc)))
    _fill(builder, rows[:, res.use_resource], c.x[:, res.use_arc], use)
    _fill(builder, rows, c.h, 1.0)
    _fill(builder, rows, c.k, -(res.minimum_take * res.size / CARS)[None, :])


def _pin(builder: ProgramBuilder, tree: ScenarioTree, c: Columns, pin: Pin) -> Ints:
    """(F.12) A pin: done on every path by a year, never, or exactly so much at first; its rows."""
    family = {"option": c.u, "resource": c.z, "close": c.v, "retire": c.w}
    columns = family[pin.kind][:, pin.index]
    if pin.amount is not None:
        first = columns[tree.start <= pin.by]
        # What is not offered cannot be done: a row without an entry says so.
        first = first[(first >= 0) | (pin.amount != 0)]
        held = builder.add_rows(np.full(len(first), pin.amount), np.asarray(pin.amount))
        builder.add_entries(held[first >= 0], first[first >= 0], 1.0)
        return held
    if not pin.do:
        builder.forbid(columns[columns >= 0])
        return np.zeros(0, dtype=np.int64)
    rows = []
    for leaf in leaves(tree):
        path = [columns[n] for n in history(tree, leaf) if columns[n] >= 0 and tree.start[n] <= pin.by]
        row = builder.add_rows(np.asarray([1.0]), np.asarray([np.inf]))
        if path:
            builder.add_entries(np.repeat(row, len(path)), np.asarray(path), 1.0)
        rows.append(row)
    return np.concatenate(rows)
