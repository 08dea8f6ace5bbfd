"""Check a plan and value it from the prospect alone: no solver, no program matrix, no timing table is believed.

Every limit of docs/model.md is looked at again year by year, sales are filled into the price segments anew from the
dearest down, shortfalls are worked out from the flows, and money is added up by plain arithmetic. What a plan is worth
is what this page says, whatever a solver reported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.prospect import pooled
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.footprint.plan import Decisions, FootprintPlan
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

CAR_TOLERANCE = 1.0
"""Cars a year by which a limit may be passed: a solver's rounding, and less than anybody builds. [cars/year]"""
COUNT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a plan is worth, and how nearly it keeps every limit.

    Attributes
    ----------
    value
        Expected NPV. [money]
    by_node
        Each node's part of it, probability included. Shape (N,). [money]
    capital
        Expected present value of what is spent on options and modules. [money]
    worst_violation
        Largest amount by which a limit is passed. [cars/year]
    """

    value: float
    by_node: Floats
    capital: float
    worst_violation: float


@dataclass(frozen=True, slots=True)
class States:
    """What stands in every node-year, worked out year by year.

    Attributes
    ----------
    is_open
        True where an option is open in some year of the node-year. Shape (Y, D).
    charged
        Share of the years in which its yearly cost is paid. Shape (Y, D).
    at_work, in_service
        Modules by share of capacity reached, and by share of years in service. Shape (Y, R).
    """

    is_open: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    charged: Floats
    at_work: Floats
    in_service: Floats


def certify(tree: ScenarioTree, prospect: Prospect, plan: FootprintPlan) -> Certificate:
    """Check and value a plan.

    Raises
    ------
    RoadsteadError
        RS-F502 with every limit the plan breaks.
    """
    faults: list[Fault] = []
    _check_numbers(prospect, plan, faults)
    if faults:
        raise RoadsteadError(faults)
    states = _states(tree, prospect, plan.decisions)
    _check_decisions(tree, prospect, plan.decisions, faults)
    worst = _check_flows(prospect, plan, states, faults)
    if faults:
        raise RoadsteadError(faults)
    spent = _spent(tree, prospect, plan.decisions)
    by_node = _decision_money(tree, prospect, plan.decisions) - spent
    yearly = _yearly_money(tree, prospect, plan, states)
    np.add.at(by_node, prospect.node_years.node, yearly)
    frozen(by_node)
    return Certificate(float(by_node.sum()), by_node, float(spent.sum()), worst)


def _states(tree: ScenarioTree, p: Prospect, d: Decisions) -> States:
    years, options, resources = p.node_years, p.options, p.resources
    is_open = np.zeros((years.count, d.commit.shape[1]), dtype=bool)
    charged = np.zeros(is_open.shape)
    at_work, in_service = resources.existing.copy(), resources.existing.copy()
    full = _standing(tree, p)
    last_step = resources.ramp.shape[1] - 1
    for y in range(years.count):
        path = history(tree, int(years.node[y]))
        calendar = range(int(years.year[y]), int(years.year[y] + years.span[y]))
        share = 1.0 / len(calendar)
        stands = options.opens <= calendar[-1]
        is_open[y], charged[y] = stands, stands.astype(float)
        for n in path:
            for year in calendar:
                open_now = (d.commit[n] > 0.5) & (year >= tree.start[n] + options.lead)
                is_open[y] |= open_now
                charged[y] += share * open_now
                age = year - tree.start[n] - resources.lead
                step = resources.ramp[np.arange(len(age)), np.clip(age, 0, last_step)]
                at_work[y] += share * d.build[n] * np.where(age >= 0, step, 0.0)
                in_service[y] += share * d.build[n] * (age >= 0)
            is_open[y] &= d.close[n] < 0.5
            charged[y] -= d.close[n]
            # A line that is still growing loses what its standing modules yield by then, not what they will.
            whole = full[int(years.node[y])]
            lost = np.divide(resources.existing[y], whole, out=np.ones_like(whole), where=whole > 0)
            at_work[y] -= d.retire[n] * lost
            in_service[y] -= d.retire[n] * lost
    return States(is_open, charged, at_work, in_service)


def _standing(tree: ScenarioTree, p: Prospect) -> Floats:
    """Most modules standing without a decision in a node or on any way on from it. Shape (N, R)."""
    most = np.zeros((tree.count, p.resources.existing.shape[1]))
    for y in range(p.node_years.count):
        for n in history(tree, int(p.node_years.node[y])):
            most[n] = np.maximum(most[n], p.resources.existing[y])
    return most


def _check_numbers(p: Prospect, plan: FootprintPlan, faults: list[Fault]) -> None:
    """What is not a number would pass every comparison below."""
    options, resources, years = p.options.cost.shape, p.resources.cost.shape, p.resources.free.shape
    shapes = {
        "commit": options, "close": options, "build": resources, "retire": resources, "short": years,
        "flow": p.arcs.margin.shape, "sale": p.demand.width.shape, "group_sale": p.demand.group_width.shape,
    }  # fmt: skip
    found = {entry.name: getattr(part, entry.name) for part in (plan.decisions, plan.flows) for entry in fields(part)}
    misfit = [name for name, values in found.items() if values.shape != shapes[name]]
    faults += [_broken(name, f"its shape is {found[name].shape}, not {shapes[name]}") for name in misfit]
    odd = [name for name, values in found.items() if not np.all(np.isfinite(values))]
    faults += [_broken(name, "it holds what is not a finite number") for name in odd]


def _check_decisions(tree: ScenarioTree, p: Prospect, d: Decisions, faults: list[Fault]) -> None:
    """Whole numbers, once on a path, only what is offered, only what stands."""
    options, resources = p.labels.option, p.labels.resource
    whole = np.concatenate([d.commit, d.close, d.build[:, p.resources.whole], d.retire[:, p.resources.whole]], axis=1)
    if np.abs(whole - np.round(whole)).max(initial=0.0) > COUNT_TOLERANCE:
        faults.append(_broken("decisions", "a decision is not a whole number"))
    if min(part.min(initial=0.0) for part in (d.commit, d.close, d.build, d.retire)) < 0:
        faults.append(_broken("decisions", "a decision is negative"))
    for leaf in leaves(tree):
        path = list(history(tree, leaf))
        twice = np.flatnonzero(d.commit[path].sum(0) > 1.5)
        faults += [_broken(options[i], f"committed to twice on the way to {tree.name[leaf]}") for i in twice]
    # What opens without a decision is not committed to, and nothing is decided where no option may be committed to.
    may = p.options.allowed & (p.options.opens > tree.last_year)
    idle = ~p.options.allowed.any(1) & (p.options.allowed.shape[1] > 0)
    busy = np.concatenate([d.close, d.build, d.retire], axis=1).max(1, initial=0.0) > COUNT_TOLERANCE
    late = np.flatnonzero(idle & busy)
    faults += [_broken("decisions", f"something is decided at {tree.name[n]}, where nothing can be") for n in late]
    forbidden = np.argwhere((d.commit > 0.5) & ~may).tolist()
    faults += [_broken(options[i], f"committed to at {tree.name[n]}, where it cannot be") for n, i in forbidden]
    for n in range(tree.count):
        _check_node(tree, p, d, n, faults)
    gate = p.resources.option
    for n, r in np.argwhere(d.build > COUNT_TOLERANCE).tolist():
        path = list(history(tree, n))
        ready = gate[r] < 0 or p.options.opens[gate[r]] <= tree.last_year or d.commit[path, gate[r]].sum() > 0.5
        if not ready:
            faults.append(_broken(resources[r], f"built at {tree.name[n]} without the commitment it needs"))


def _check_node(tree: ScenarioTree, p: Prospect, d: Decisions, n: int, faults: list[Fault]) -> None:
    """What is closed was open, what is retired was in service, and what stands is within its limit."""
    path = list(history(tree, n))
    start = tree.start[n]
    opened = (p.options.opens <= start).astype(float)
    before = path[:-1]
    due = np.asarray([tree.start[m] for m in before])[:, None]
    opened += (d.commit[before] * (due + p.options.lead <= start)).sum(0)
    shut_early = np.flatnonzero(d.close[path].sum(0) > opened + 0.5)
    faults += [_broken(p.labels.option[i], f"closed at {tree.name[n]} though it is not open") for i in shut_early]
    standing = _standing(tree, p)[n]
    ready = standing + (d.build[before] * (due + p.resources.lead <= start)).sum(0)
    over = np.flatnonzero(d.retire[path].sum(0) > ready + COUNT_TOLERANCE)
    faults += [_broken(p.labels.resource[r], f"more retired by {tree.name[n]} than is in service") for r in over]
    stands = standing + d.build[path].sum(0) - d.retire[path].sum(0)
    gate = p.resources.option
    shut = np.zeros(len(gate), dtype=bool)
    shut[gate >= 0] = d.close[path].sum(0)[gate[gate >= 0]] > 0.5
    touched = d.build[path].sum(0) + d.retire[path].sum(0) + shut > 0
    most = np.where(shut, 0.0, np.maximum(p.resources.limit, standing)) + COUNT_TOLERANCE
    for r in np.flatnonzero((stands > most) & touched):
        message = f"{stands[r]:g} modules at {tree.name[n]} are more than may stand"
        faults.append(_broken(p.labels.resource[r], message))


def _broken(where: str, message: str) -> Fault:
    return Fault(where, "RS-F502", message, "a plan that keeps every limit; this one is not certified")


def _check_flows(p: Prospect, plan: FootprintPlan, states: States, faults: list[Fault]) -> float:
    """The largest amount by which flows pass a limit. [cars/year]"""
    flow = plan.flows.flow
    sold = np.zeros((len(flow), len(p.labels.cell)))
    np.add.at(sold.T, p.arcs.cell, flow.T)
    shut = np.zeros_like(p.arcs.allowed)
    for need in (p.arcs.supply_option, p.arcs.entry_option):
        shut[:, need >= 0] |= ~states.is_open[:, need[need >= 0]]
    use = _use(p, flow)
    room = p.resources.free + p.resources.usable * p.resources.size * states.at_work
    checks = {
        "a flow is negative": -flow,
        "fewer than no modules are at work": -p.resources.size * states.at_work,
        "cars flow where law or circumstance forbids it": np.where(p.arcs.allowed, 0.0, flow),
        "cars flow from a line or into a market that is not open": np.where(shut, flow, 0.0),
        "more is used of a resource than there is": use - room,
        "more is sold of a model than its demand goes": sold - p.demand.width.sum(-1),
        "fewer of a model are sold than must be served": p.demand.least - sold,
        "more is sold of a group than its demand goes": pooled(p.demand, sold) - p.demand.group_width.sum(-1),
    }
    worst = 0.0
    for message, excess in checks.items():
        most = float(excess.max(initial=0.0))
        worst = max(worst, most)
        if most > CAR_TOLERANCE:
            year = int(p.node_years.year[int(np.unravel_index(int(excess.argmax()), excess.shape)[0])])
            faults.append(_broken("flows", f"{message}: by {most:,.1f} cars in {year}"))
    return worst


def _use(p: Prospect, flow: Floats) -> Floats:
    """Units of every resource the flows use. Shape (Y, R). [units/year]"""
    use = np.zeros((len(flow), len(p.labels.resource)))
    np.add.at(use.T, p.resources.use_resource, (flow[:, p.resources.use_arc] * p.resources.use_amount).T)
    return use


def _spent(tree: ScenarioTree, p: Prospect, d: Decisions) -> Floats:
    """Expected present value of the cost of commitments and modules, by node. Shape (N,). [money]"""
    option = p.node_discount[:, p.options.risk] * p.options.cost * d.commit
    module = p.node_discount[:, p.resources.risk] * p.resources.cost * d.build
    return np.asarray(node_probability(tree) * (option.sum(1) + module.sum(1)))


def _decision_money(tree: ScenarioTree, p: Prospect, d: Decisions) -> Floats:
    """Salvage and scrap less exit cost, by node. Shape (N,). [money]"""
    exit_cost = p.node_discount[:, p.options.risk] * p.options.exit_cost * d.close
    scrap = p.node_discount[:, p.resources.risk] * p.resources.scrap * d.retire
    # A retired module is charged the largest salvage it could have had: never flatters the plan.
    salvage = p.end_discount[p.resources.risk] * (p.resources.salvage * d.build - p.resources.salvage.max(0) * d.retire)
    return np.asarray(node_probability(tree) * (scrap.sum(1) + salvage.sum(1) - exit_cost.sum(1)))


def _yearly_money(tree: ScenarioTree, p: Prospect, plan: FootprintPlan, states: States) -> Floats:
    """What every node-year earns: margins and sales, less yearly cost and take-or-pay. Shape (Y,). [money]"""
    flow = plan.flows.flow
    sold = np.zeros((len(flow), len(p.labels.cell)))
    np.add.at(sold.T, p.arcs.cell, flow.T)
    margin = (p.discount[:, p.arcs.risk] * p.arcs.margin * flow).sum(1)
    price = (p.discount[:, p.demand.cell_risk] * filled(sold, p.demand.width, p.demand.price)).sum(1)
    group = filled(pooled(p.demand, sold), p.demand.group_width, p.demand.group_price)
    together = (p.discount[:, p.demand.group_risk] * group).sum(1)
    run = (p.discount[:, p.options.risk] * p.options.fixed * states.charged).sum(1)
    run += (p.discount[:, p.resources.risk] * p.resources.fixed * states.in_service).sum(1)
    taken = p.resources.minimum_take * p.resources.size * states.at_work
    short = np.maximum(taken - _use(p, flow), 0.0) * p.resources.take_price
    paid = (p.discount[:, p.resources.risk] * short).sum(1)
    probability = node_probability(tree)[p.node_years.node]
    return np.asarray(probability * (margin + price + together - run - paid))


def filled(amount: Floats, width: Floats, price: Floats) -> Floats:
    """Money of selling ``amount`` into segments in their order. Shapes (...,), (..., S), (..., S) -> (...,)."""
    before = np.cumsum(width, axis=-1) - width
    inside = np.clip(amount[..., None] - before, 0.0, width)
    return np.asarray((inside * price).sum(-1))
