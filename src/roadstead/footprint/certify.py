"""Check a plan and value it from the prospect alone: no solver, no program matrix, no timing table is believed.

Every limit of docs/model.md is looked at again year by year, sales are filled into the price segments anew from the
dearest down, shortfalls are worked out from the flows, and money is added up by plain arithmetic. What a plan is worth
is what this page says, whatever a solver reported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.keeping import broken, check_decisions, standing_before
from roadstead.footprint.tails import valued
from roadstead.futures.prospect import pooled
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.terms.arrays import frozen, in_turn
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.plan import Decisions, FootprintPlan
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.errors import Fault

CAR_TOLERANCE = 1.0
"""Cars a year by which a limit may be passed: a solver's rounding, and less than anybody builds. [cars/year]"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a plan is worth, and how nearly it keeps every limit.

    Attributes
    ----------
    value
        What is maximised: expected NPV, or that weighed with the mean over tails of paths (F.26). [money]
    expected
        Expected NPV. [money]
    by_node
        Each node's part of it, probability included. Shape (N,). [money]
    capital
        Expected present value of what is spent on options and modules. [money]
    worst_violation
        Largest amount by which a limit is passed. [cars/year]
    """

    value: float
    expected: float
    by_node: Floats
    capital: float
    worst_violation: float


@dataclass(frozen=True, slots=True)
class Account:
    """What every part of a plan adds to its expected NPV, discounted and weighed with probability; costs are below nothing. [money]

    Attributes
    ----------
    margin
        Margins at reference prices. Shape (Y, A).
    price, together
        What other prices than the reference ones add or take, by cell and by group of own models. Shapes (Y, C), (Y, G).
    open_sites, steps_in_service
        Yearly cost of options that are open, and of modules. Shapes (Y, D), (Y, R).
    not_taken
        Paid for capacity that is not taken. Shape (Y, R).
    sites, steps
        Commitments and modules. Shapes (N, D), (N, R).
    closing, scrap, salvage
        Cost of closing; what is got for modules retired; worth of modules as the horizon ends. Shapes (N, D), (N, R), (N, R).
    """

    margin: Floats
    price: Floats
    together: Floats
    open_sites: Floats
    steps_in_service: Floats
    not_taken: Floats
    sites: Floats
    steps: Floats
    closing: Floats
    scrap: Floats
    salvage: Floats

    @property
    def by_year(self) -> Floats:
        """What every node-year adds, decisions apart. Shape (Y,)."""
        earned = self.margin.sum(1) + self.price.sum(1) + self.together.sum(1)
        return np.asarray(earned + self.open_sites.sum(1) + self.steps_in_service.sum(1) + self.not_taken.sum(1))


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
    states = stand(tree, prospect, plan.decisions)
    check_decisions(tree, prospect, plan.decisions, states.is_open, faults)
    worst = max(_check_flows(prospect, plan, states, faults), _check_pledges(tree, prospect, plan, faults))
    if faults:
        raise RoadsteadError(faults)
    once = _of_nodes(tree, prospect, plan.decisions)
    spent = -(once["sites"].sum(1) + once["steps"].sum(1))
    by_node = np.sum([part.sum(1) for part in once.values()], axis=0)
    for years in in_turn(prospect.node_years.count):
        yearly = _of_years(tree, prospect, plan.flows.flow[years], states, years)
        np.add.at(by_node, prospect.node_years.node[years], np.sum([part.sum(1) for part in yearly.values()], axis=0))
    frozen(by_node)
    value = valued(tree, prospect.tails, by_node)
    return Certificate(value, float(by_node.sum()), by_node, float(spent.sum()), worst)


def stand(tree: ScenarioTree, p: Prospect, d: Decisions) -> States:
    """What stands in every node-year under a plan's decisions."""
    years, resources = p.node_years, p.resources
    is_open = np.zeros((years.count, d.commit.shape[1]), dtype=bool)
    charged = np.zeros(is_open.shape)
    at_work, in_service = resources.existing.copy(), resources.existing.copy()
    full = standing_before(tree, p)
    last_step = resources.ramp.shape[1] - 1
    for y in range(years.count):
        path = history(tree, int(years.node[y]))
        calendar = range(int(years.year[y]), int(years.year[y] + years.span[y]))
        share = 1.0 / len(calendar)
        is_open[y], charged[y] = _opened(tree, p, d, path, calendar)
        for n in path:
            # A line that is still growing loses what its standing modules yield by then, not what they will.
            whole = full[int(years.node[y])]
            lost = np.divide(resources.existing[y], whole, out=np.ones_like(whole), where=whole > 0)
            for year in calendar:
                age = year - tree.start[n] - resources.lead
                step = resources.ramp[np.arange(len(age)), np.clip(age, 0, last_step)]
                serves = (age >= 0) & (age < resources.maximum_life)
                ended = share * lost * d.retire[n] * (year >= tree.start[n] + resources.notice)
                at_work[y] += share * d.build[n] * np.where(serves, step, 0.0) - ended
                in_service[y] += share * d.build[n] * serves - ended
    return States(is_open, charged, at_work, in_service)


def _opened(
    tree: ScenarioTree, p: Prospect, d: Decisions, path: tuple[int, ...], calendar: range
) -> tuple[Flags, Floats]:
    """Options open in some of the years, and the share of the years they are paid for. Shapes (D,), (D,)."""
    options, share = p.options, 1.0 / len(calendar)
    stands = (options.opens <= calendar[-1]) & (calendar[0] < options.opens + options.maximum_life)
    is_open: Flags = stands.copy()
    paid = stands.astype(float)
    grown = np.flatnonzero(options.grows_from >= 0)
    first = options.grows_from[grown]
    for n in path:
        begins = tree.start[n] + options.lead
        open_in = np.asarray(
            [(d.commit[n] > 0.5) & (t >= begins) & (t < begins + options.maximum_life) for t in calendar]
        )
        over_in = np.asarray([(d.close[n] > 0.5) & (t >= tree.start[n] + options.notice) for t in calendar])
        opened = np.asarray(open_in.any(axis=0))
        is_open = (is_open | opened) & ~np.asarray(over_in.all(axis=0))
        paid += share * (open_in.sum(0) - over_in.sum(0))
        np.logical_and.at(is_open, first, ~opened[grown])
        np.subtract.at(paid, first, share * open_in.sum(0)[grown])
    return is_open, paid


def _check_numbers(p: Prospect, plan: FootprintPlan, faults: list[Fault]) -> None:
    """What is not a number would pass every comparison below."""
    options, resources, years = p.options.cost.shape, p.resources.cost.shape, p.resources.free.shape
    shapes = {
        "commit": options, "close": options, "build": resources, "retire": resources, "short": years,
        "flow": p.arcs.margin.shape, "sale": p.demand.width.shape, "group_sale": p.demand.group_width.shape,
    }  # fmt: skip
    found = {entry.name: getattr(part, entry.name) for part in (plan.decisions, plan.flows) for entry in fields(part)}
    misfit = [name for name, values in found.items() if values.shape != shapes[name]]
    faults += [broken(name, f"its shape is {found[name].shape}, not {shapes[name]}") for name in misfit]
    odd = [name for name, values in found.items() if not np.all(np.isfinite(values))]
    faults += [broken(name, "it holds what is not a finite number") for name in odd]


def _check_flows(p: Prospect, plan: FootprintPlan, states: States, faults: list[Fault]) -> float:
    """The largest amount by which flows pass a limit. [cars/year]"""
    most: dict[str, tuple[float, int]] = {}
    for years in in_turn(p.node_years.count):
        for message, excess in _excesses(p, plan.flows.flow[years], states, years):
            if excess.size:
                year = int(p.node_years.year[years][int(np.argmax(excess)) // excess.shape[1]])
                most[message] = max(most.get(message, (0.0, 0)), (float(excess.max()), -year))
    faults += [
        broken("flows", f"{message}: by {by:,.1f} cars in {-year}")
        for message, (by, year) in most.items()
        if by > CAR_TOLERANCE
    ]
    return max((by for by, _ in most.values()), default=0.0)


def _excesses(p: Prospect, flow: Floats, states: States, years: slice) -> Iterator[tuple[str, Floats]]:
    """By how much flows of some node-years pass each limit, one after another. [cars/year]"""
    demand, resources, at_work = p.demand, p.resources, states.at_work[years]
    sold, width = _sold(p, flow), demand.width[years].sum(-1)
    shut = np.zeros(flow.shape, dtype=bool)
    for need in (p.arcs.supply_option, p.arcs.entry_option):
        shut[:, need >= 0] |= ~states.is_open[years][:, need[need >= 0]]
    room = resources.free[years] + resources.usable[years] * resources.size * at_work
    yield "a flow is negative", -flow
    yield "fewer than no modules are at work", -resources.size * at_work
    yield "cars flow where law or circumstance forbids it", np.where(p.arcs.allowed[years], 0.0, flow)
    yield "cars flow from a line or into a market that is not open", np.where(shut, flow, 0.0)
    yield "more is used of a resource than there is", _use(p, flow) - room
    yield "more is sold of a model than its demand goes", sold - width
    yield "fewer of a model are sold than must be served", demand.least[years] - sold
    yield "more is sold of a group than its demand goes", pooled(demand, sold) - demand.group_width[years].sum(-1)


def _check_pledges(tree: ScenarioTree, p: Prospect, plan: FootprintPlan, faults: list[Fault]) -> float:
    """Accounts, year after year along every path, credited and debited by what flows use. [cars/year]"""
    use = np.concatenate([_use(p, plan.flows.flow), np.zeros((p.node_years.count, 1))], axis=1)
    pledges, worst = p.pledges, 0.0
    for leaf in leaves(tree):
        balance = np.zeros(len(p.labels.pledge))
        path = history(tree, leaf)
        for y in np.flatnonzero(np.isin(p.node_years.node, path)).tolist():
            span = int(p.node_years.span[y])
            earned = pledges.grant[y] + pledges.earn_rate * np.where(pledges.earns >= 0, use[y, pledges.earns], 0.0)
            spent = pledges.spend_rate * np.where(pledges.spends >= 0, use[y, pledges.spends], 0.0)
            balance = np.minimum(balance * pledges.carry**span + span * (earned - spent), pledges.ceiling[y])
            short = pledges.floor[y] - balance
            worst = max(worst, float(short.max(initial=0.0)))
            late = np.flatnonzero(short > CAR_TOLERANCE * span)
            year = p.node_years.year[y]
            faults += [broken(p.labels.pledge[j], f"{short[j]:,.1f} less than its least by {year}") for j in late]
            balance = np.maximum(balance, pledges.floor[y])
    return worst


def _sold(p: Prospect, flow: Floats) -> Floats:
    """Cars sold of every model in every market. Shapes (Y, A) -> (Y, C). [cars/year]"""
    sold = np.zeros((len(flow), len(p.labels.cell)))
    np.add.at(sold.T, p.arcs.cell, flow.T)
    return sold


def _use(p: Prospect, flow: Floats) -> Floats:
    """Units of every resource the flows use. Shapes (Y, A) -> (Y, R). [units/year]"""
    use = np.zeros((len(flow), len(p.labels.resource)))
    for years in in_turn(len(flow)):
        used = flow[years][:, p.resources.use_arc] * p.resources.use_amount
        np.add.at(use[years].T, p.resources.use_resource, used.T)
    return use


def account(tree: ScenarioTree, p: Prospect, plan: FootprintPlan, states: States | None = None) -> Account:
    """Expected NPV taken apart by what earns and costs it; all of it together is the plan's worth."""
    now = stand(tree, p, plan.decisions) if states is None else states
    yearly = _of_years(tree, p, plan.flows.flow, now, slice(None))
    return Account(**yearly, **_of_nodes(tree, p, plan.decisions))


def _of_years(tree: ScenarioTree, p: Prospect, flow: Floats, states: States, years: slice) -> dict[str, Floats]:
    """What is earned and paid in some node-years, with flows of theirs, as in ``Account``."""
    demand, resources, discount = p.demand, p.resources, p.discount[years]
    sold, of_step = _sold(p, flow), discount[:, resources.risk]
    group = filled(pooled(demand, sold), demand.group_width[years], demand.group_price[years])
    taken = resources.minimum_take * resources.size * states.at_work[years]
    short = np.maximum(taken - _use(p, flow), 0.0) * resources.take_price
    chance = node_probability(tree)[p.node_years.node[years]][:, None]
    return {
        "margin": chance * discount[:, p.arcs.risk] * p.arcs.margin[years] * flow,
        "price": chance * discount[:, demand.cell_risk] * filled(sold, demand.width[years], demand.price[years]),
        "together": chance * discount[:, demand.group_risk] * group,
        "open_sites": -chance * discount[:, p.options.risk] * p.options.fixed[years] * states.charged[years],
        "steps_in_service": -chance * of_step * resources.fixed[years] * states.in_service[years],
        "not_taken": -chance * of_step * short,
    }


def _of_nodes(tree: ScenarioTree, p: Prospect, d: Decisions) -> dict[str, Floats]:
    """What decisions cost and bring at every node, as in ``Account``."""
    options, resources, chance = p.options, p.resources, node_probability(tree)[:, None]
    of_option, of_step = p.node_discount[:, options.risk], p.node_discount[:, resources.risk]
    # A retired module is charged the largest salvage it could have had: never flatters the plan.
    left = resources.salvage * d.build - resources.salvage.max(0) * d.retire
    return {
        "sites": -chance * of_option * options.cost * d.commit,
        "steps": -chance * of_step * resources.cost * d.build,
        "closing": -chance * of_option * options.exit_cost * d.close,
        "scrap": chance * of_step * resources.scrap * d.retire,
        "salvage": chance * p.end_discount[resources.risk] * left,
    }


def filled(amount: Floats, width: Floats, price: Floats) -> Floats:
    """Money of selling ``amount`` into segments in their order. Shapes (...,), (..., S), (..., S) -> (...,)."""
    before = np.cumsum(width, axis=-1) - width
    inside = np.clip(amount[..., None] - before, 0.0, width)
    return np.asarray((inside * price).sum(-1))
