"""The decision model, family by family, in the order and with the letters of docs/model.md.

Decisions on nodes: ``u`` commit to an option, ``v`` close it, ``z`` buy modules of a resource, ``w`` retire modules.
Decisions on node-years: ``x`` flow on an arc, ``q`` sale in a cell's price segment, ``g`` sale in a group's segment,
``h`` take-or-pay shortfall. States of a node-year that follow from decisions: ``o`` option open, ``k`` modules at work.
Flows are in thousands of cars and money in millions, which keeps the numbers near one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.columns import CARS, Columns, add_columns, add_decisions, initially_open
from roadstead.footprint.program import Program, ProgramBuilder
from roadstead.footprint.timing import Timing, standing_modules, timing
from roadstead.futures.tree import history, leaves

if TYPE_CHECKING:
    from roadstead.footprint.plan import Pin
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Formulation:
    """The program, where its decisions stand, when orders work, and the rows (F.19): -1 where nothing must be served. (Y, C)."""

    program: Program
    columns: Columns
    timing: Timing
    must: Ints


def formulate(
    tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...] = (), *, relaxed: bool = False
) -> Formulation:
    """State the extensive form: every node's decisions and every node-year's flows in one program."""
    builder = ProgramBuilder()
    when = timing(tree, prospect)
    columns = add_columns(builder, tree, prospect, when, relaxed)
    _states(builder, prospect, when, columns)
    _decision_rows(builder, tree, prospect, when, columns, pins)
    _sales_are_flows(builder, prospect, columns)
    must = _must_be_served(builder, prospect, columns)
    _flows_need_open_options(builder, prospect, columns)
    _flows_within_resources(builder, prospect, columns)
    _take_or_pay(builder, prospect, columns)
    return Formulation(program=builder.build(), columns=columns, timing=when, must=must)


def formulate_decisions(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...] = ()) -> Formulation:
    """State what is decided on nodes alone, without a flow: the ground on which a decomposition adds cuts.

    The states ``o`` and ``k`` are no columns here but maps of the decisions (``states.py``).
    """
    builder = ProgramBuilder()
    when = timing(tree, prospect)
    u, v, z, w = add_decisions(builder, tree, prospect, when, relaxed=False)
    p, years = prospect, prospect.node_years.count
    options, resources = (np.full((years, len(names)), -1) for names in (p.labels.option, p.labels.resource))
    columns = Columns(
        u=u, v=v, z=z, w=w, x=np.full(p.arcs.margin.shape, -1), q=np.full(p.demand.width.shape, -1),
        g=np.full(p.demand.group_width.shape, -1), h=resources, o=options, k=resources,
    )  # fmt: skip
    _decision_rows(builder, tree, prospect, when, columns, pins)
    _modules_at_work(builder, prospect, when, columns)
    none = np.full(p.demand.width.shape[:2], -1, dtype=np.int64)
    return Formulation(program=builder.build(), columns=columns, timing=when, must=none)


def _decision_rows(
    builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns, pins: tuple[Pin, ...]
) -> None:
    _commit_once(builder, tree, p, c)
    _close_what_is_open(builder, p, when, c, tree)
    _modules_within_limit(builder, tree, p, when, c)
    _retire_what_stands(builder, tree, p, when, c)
    for pin in pins:
        _pin(builder, tree, c, pin)


def _modules_at_work(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.3) Fewer than no modules are never at work, which only a module retired before it has ramped up could bring about."""
    growing = ((when.module_output > 0) & (when.module_output < 1)).any(-1).T
    growing |= (when.retired * when.reaches[None]).min(-1, initial=1.0, where=when.reaches[None] > 0).T < 1
    retirable = when.reaches @ (c.w >= 0).astype(float) > 0
    rows = np.full(growing.shape, -1, dtype=np.int64)
    keep = growing & retirable
    rows[keep] = builder.add_rows(-p.resources.existing[keep], np.asarray(np.inf))
    _spread(builder, rows, c.z, when.module_output)
    _spread(builder, rows, c.w, -when.retired)


def _states(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.3) Options open and modules at work follow from what was decided on the path."""
    option = builder.add_rows(initially_open(p), initially_open(p))
    _fill(builder, option, c.o, 1.0)
    _spread(builder, option, c.u, -when.option_open)
    _spread(builder, option, c.v, when.reaches)
    module = builder.add_rows(p.resources.existing, p.resources.existing)
    _fill(builder, module, c.k, 1.0)
    _spread(builder, module, c.z, -when.module_output)
    _spread(builder, module, c.w, when.retired)


def _spread(builder: ProgramBuilder, rows: Ints, columns: Ints, weight: Floats) -> None:
    """Add ``weight[i, n] * column[n, j]`` to row[i, j]. Shapes (I, J), (N, J), (I, N) or (J, I, N)."""
    if weight.ndim == 2:
        weight = np.broadcast_to(weight, (columns.shape[1], *weight.shape))
    j, i, n = np.nonzero(weight)
    row, column, value = rows[i, j], columns[n, j], weight[j, i, n]
    keep = (column >= 0) & (row >= 0)
    builder.add_entries(row[keep], column[keep], value[keep])


def _commit_once(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, c: Columns) -> None:
    """(F.3) An option is committed to at most once on any path."""
    ends = np.asarray(leaves(tree))
    path = np.zeros((len(ends), tree.count))
    for i, leaf in enumerate(ends):
        node = int(leaf)
        while node >= 0:
            path[i, node] = 1.0
            node = int(tree.parent[node])
    rows = builder.add_rows(np.asarray(-np.inf), np.ones((len(ends), len(p.labels.option))))
    _spread(builder, rows, c.u, path)


def _close_what_is_open(builder: ProgramBuilder, p: Prospect, when: Timing, c: Columns, tree: ScenarioTree) -> None:
    """(F.4) Only what is open can be closed, once."""
    opened = (p.options.opens[None, :] <= tree.start[:, None]).astype(float)
    rows = np.full(c.v.shape, -1, dtype=np.int64)
    keep = c.v >= 0
    rows[keep] = builder.add_rows(np.asarray(-np.inf), opened[keep])
    _spread(builder, rows, c.v, when.on_path)
    _spread(builder, rows, c.u, -when.option_ready)


def _modules_within_limit(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.5) Modules stand only where their option is committed and not closed, and no more than the limit."""
    gate, standing = p.resources.option, standing_modules(tree, p)
    limit = np.maximum(p.resources.limit, standing)  # what stands today may stand on, though nothing may be added
    open_already = np.where(
        gate >= 0,
        (p.options.opens <= tree.last_year)[np.maximum(gate, 0)] if len(p.options.opens) else True,
        True,
    )
    rows = np.full(c.z.shape, -1, dtype=np.int64)
    keep = (when.on_path @ (c.z >= 0) > 0) | (standing > 0)
    high = limit * open_already - standing
    rows[keep] = builder.add_rows(np.asarray(-np.inf), high[keep])
    _spread(builder, rows, c.z, when.on_path)
    _spread(builder, rows, c.w, -when.on_path)
    gated = np.flatnonzero(gate >= 0)
    if gated.size:
        weight = limit.T[gated][:, :, None] * when.on_path[None]
        _spread(builder, rows[:, gated], c.u[:, gate[gated]], -weight)
        _spread(builder, rows[:, gated], c.v[:, gate[gated]], weight)


def _retire_what_stands(builder: ProgramBuilder, tree: ScenarioTree, p: Prospect, when: Timing, c: Columns) -> None:
    """(F.6) Only modules in service can be retired."""
    rows = np.full(c.w.shape, -1, dtype=np.int64)
    keep = c.w >= 0
    rows[keep] = builder.add_rows(np.asarray(-np.inf), standing_modules(tree, p)[keep])
    _spread(builder, rows, c.w, when.on_path)
    _spread(builder, rows, c.z, -when.module_ready)


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


def _pin(builder: ProgramBuilder, tree: ScenarioTree, c: Columns, pin: Pin) -> None:
    """(F.12) A pin: done on every path by a year, or never."""
    family = {"option": c.u, "resource": c.z, "close": c.v, "retire": c.w}
    columns = family[pin.kind][:, pin.index]
    if not pin.do:
        builder.forbid(columns[columns >= 0])
        return
    for leaf in leaves(tree):
        path = [columns[n] for n in history(tree, leaf) if columns[n] >= 0 and tree.start[n] <= pin.by]
        row = builder.add_rows(np.asarray([1.0]), np.asarray([np.inf]))
        if path:
            builder.add_entries(np.repeat(row, len(path)), np.asarray(path), 1.0)
