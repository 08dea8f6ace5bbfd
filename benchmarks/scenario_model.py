"""One scenario of a frozen instance as a Pyomo model, straight from the prospect's arrays and by the formulas of docs/model.md.

It shares nothing with ``footprint/``: rows are written out here anew. Whether both say the same is shown by what a plan found here
is worth there. Only what the frozen instances have is posed: lines that open and grow by modules, cells, quotas. Thousand cars and
millions; Pyomo comes with the extra ``hedging``.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instances import CARS, MONEY
from roadstead.footprint.plan import Decisions
from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from benchmarks.scenarios import Scenario
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

NEARLY_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class _Posed:
    """What rows are made of.

    Attributes
    ----------
    nodes
        Nodes of the scenario, in whose order ``path`` and ``chance`` run.
    path
        True where node m is n or above it. Shape (N, N), row n.
    years
        Its node-years. Shape (Y,).
    at
        Place of every node-year's node among ``nodes``. Shape (Y,).
    """

    tree: ScenarioTree
    prospect: Prospect
    nodes: Ints
    chance: Floats
    path: Flags
    years: Ints
    at: Ints

    def in_time(self, y: int, lead: int) -> list[int]:
        """Nodes whose orders work in a node-year: they lie on its path, and the lead is over."""
        n, year = self.at[y], self.prospect.node_years.year[self.years[y]]
        due = self.tree.start[self.nodes] + lead <= year
        return [int(m) for m in self.nodes[self.path[n] & due]]


def scenario_model(tree: ScenarioTree, prospect: Prospect, scenario: Scenario) -> Any:
    """The model of one scenario, its tree of nodes left to the caller; it is minimised, so money has the other sign."""
    pyo: Any = importlib.import_module("pyomo.environ")
    _check_posed(prospect)
    nodes = np.asarray(scenario.nodes)
    mine = np.flatnonzero(np.isin(prospect.node_years.node, nodes))
    at = np.searchsorted(nodes, prospect.node_years.node[mine])
    path = ancestry(tree)[np.ix_(nodes, nodes)] > 0
    posed = _Posed(tree, prospect, nodes, scenario.chance, path, mine, at)
    model = pyo.ConcreteModel(name=scenario.name)
    model.terms = []
    _decisions(pyo, model, posed)
    _flows(pyo, model, posed)
    model.cost = pyo.Objective(expr=_linear(model.terms), sense=pyo.minimize)
    del model.terms
    return model


def decided(prospect: Prospect, model: Any, values: Any) -> Decisions:
    """What values by variable decide, as arrays of the whole tree; nothing at nodes that are not the model's own."""
    options, resources = np.zeros(prospect.options.cost.shape), np.zeros(prospect.resources.cost.shape)
    for array, variables in ((options, model.commit), (resources, model.build)):
        for index, variable in variables.items():
            array[index] = values[variable]
    return Decisions(options, np.zeros(options.shape), resources, np.zeros(resources.shape))


def _check_posed(p: Prospect) -> None:
    """Nothing is left out in silence."""
    r, o = p.resources, p.options
    absent = (
        p.demand.group_width, p.demand.least, r.existing, r.fixed, r.scrap, r.salvage, r.minimum_take, o.fixed, o.exit_cost,
        r.ramp - 1.0, p.node_years.span - 1, p.arcs.entry_option + 1,
    )  # fmt: skip
    if any(np.any(values) for values in absent) or not (o.allowed.all() and p.arcs.allowed.all()):
        raise ValueError("the prospect holds what this model does not pose; it poses the frozen instances only")


def _linear(terms: list[tuple[float, Any]]) -> Any:
    expressions: Any = importlib.import_module("pyomo.core.expr.numeric_expr")
    return expressions.LinearExpression(
        constant=0.0, linear_coefs=[float(c) for c, _ in terms], linear_vars=[v for _, v in terms]
    )


def _decisions(pyo: Any, model: Any, posed: _Posed) -> None:
    """Options committed to and modules ordered at each node; once on a way, and modules only where committed (F.3, F.5)."""
    p, nodes = posed.prospect, [int(n) for n in posed.nodes]
    lines = np.flatnonzero(p.resources.whole & (p.resources.limit > 0)).tolist()
    options = range(len(p.labels.option))
    limit, gate = p.resources.limit, p.resources.option
    model.commit = pyo.Var([(n, d) for n in nodes for d in options], domain=pyo.Binary)
    model.build = pyo.Var(
        [(n, r) for n in nodes for r in lines],
        domain=pyo.NonNegativeIntegers,
        bounds=lambda _m, _n, r: (0, int(limit[r])),
    )
    due = posed.chance[:, None] * p.node_discount[posed.nodes] / MONEY
    for i, n in enumerate(nodes):
        opening, module = p.options.cost[n] * due[i, p.options.risk], p.resources.cost[n] * due[i, p.resources.risk]
        model.terms += [(opening[d], model.commit[n, d]) for d in options]
        model.terms += [(module[r], model.build[n, r]) for r in lines]
    model.once, model.fit = pyo.ConstraintList(), pyo.ConstraintList()
    for i in range(len(nodes)):
        above = posed.nodes[posed.path[i]].tolist()
        if posed.path[:, i].sum() == 1:
            for d in options:
                model.once.add((None, _linear([(1.0, model.commit[m, d]) for m in above]), 1.0))
        for r in lines:
            stands = [(1.0, model.build[m, r]) for m in above]
            room = [(-float(limit[r]), model.commit[m, int(gate[r])]) for m in above]
            model.fit.add((None, _linear(stands + room), 0.0))


def _flows(pyo: Any, model: Any, posed: _Posed) -> None:
    """Flows and sales of every node-year, each flow linked to its option (F.7, F.9, F.10)."""
    p, years = posed.prospect, range(len(posed.years))
    best = p.arcs.margin + p.demand.price[:, p.arcs.cell].max(-1)
    live = [(y, int(a)) for y in years for a in np.flatnonzero(best[posed.years[y]] > NEARLY_NOTHING)]
    width = p.demand.width[posed.years] / CARS
    model.flow = pyo.Var(live, domain=pyo.NonNegativeReals)
    model.sale = pyo.Var(
        [(y, c, s) for y, c, s in np.ndindex(width.shape)],
        domain=pyo.NonNegativeReals,
        bounds=lambda _m, y, c, s: (0.0, float(width[y, c, s])),
    )
    weight = posed.chance[posed.at, None] * p.discount[posed.years] * (CARS / MONEY)
    margin, price = p.arcs.margin[posed.years], p.demand.price[posed.years]
    model.terms += [(-weight[y, p.arcs.risk[a]] * margin[y, a], model.flow[y, a]) for y, a in live]
    model.terms += [
        (-weight[y, p.demand.cell_risk[c]] * price[y, c, s], model.sale[y, c, s]) for y, c, s in np.ndindex(width.shape)
    ]
    model.sold, model.room, model.link = pyo.ConstraintList(), pyo.ConstraintList(), pyo.ConstraintList()
    for y in years:
        _year(model, posed, y, [a for year, a in live if year == y])


def _year(model: Any, posed: _Posed, y: int, arcs: list[int]) -> None:
    """The rows of one node-year."""
    p, row = posed.prospect, int(posed.years[y])
    cells: dict[int, list[tuple[float, Any]]] = {}
    used: dict[int, list[tuple[float, Any]]] = {}
    on = set(arcs)
    for a in arcs:
        cells.setdefault(int(p.arcs.cell[a]), []).append((1.0, model.flow[y, a]))
    for a, r, amount in zip(p.resources.use_arc, p.resources.use_resource, p.resources.use_amount, strict=True):
        if int(a) in on:
            used.setdefault(int(r), []).append((float(amount), model.flow[y, int(a)]))
    for c in range(len(p.labels.cell)):
        sold = [(-1.0, model.sale[y, c, s]) for s in range(p.demand.width.shape[2])]
        model.sold.add((0.0, _linear(cells.get(c, []) + sold), 0.0))
    for r, flows in used.items():
        made = float(p.resources.usable[row, r] * p.resources.size[r] / CARS)
        grown = posed.in_time(y, int(p.resources.lead[r])) if p.resources.whole[r] else []
        modules = [(-made, model.build[n, r]) for n in grown]
        model.room.add((None, _linear(flows + modules), float(p.resources.free[row, r] / CARS)))
    most = p.demand.width[row].sum(-1) / CARS
    for a in arcs:
        d = int(p.arcs.supply_option[a])
        if d >= 0:
            opened = [
                (-float(most[p.arcs.cell[a]]), model.commit[n, d]) for n in posed.in_time(y, int(p.options.lead[d]))
            ]
            model.link.add((None, _linear([(1.0, model.flow[y, a]), *opened]), 0.0))
