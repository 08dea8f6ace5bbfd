"""Frozen instances of the planner: footprints drawn at random from a size and a seed, the same on every machine.

They look like the real thing and mean nothing: no figure here is anybody's. A maker ships from one home or makes cars abroad, in
kit lines and in full plants of whole modules; duties, trade agreements and markets move along a tree of futures; some markets
grant a quota. A test holds the arrays against hashes, so that times measured years apart are of the same problems.

Volumes are in thousand cars a year, money in millions, so prices and margins are in thousands a car.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.prospect import Arcs, Demand, Labels, NodeYears, Options, Prospect, Resources
from roadstead.futures.tree import ScenarioTree

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

FIRST_YEAR, NEVER = 2027, 9999
DISCOUNT = 1 / 1.09
AFTERWARDS = 3.0
"""Further years that the last one stands for."""
KIT, PLANT, HOME = 0, 1, -1
"""Mode of a supply."""
KIT_SIZE, PLANT_SIZE = 20.0, 60.0
SEGMENT_PRICE, SEGMENT_SHARE = np.asarray([1.10, 1.0, 0.92, 0.85]), np.asarray([0.4, 0.3, 0.2, 0.2])
NEARLY_NOTHING = 1e-9
CARS, MONEY = 1e3, 1e6


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything; ``branches`` and ``years`` are of each stage."""

    markets: int
    sites: int
    models: int
    branches: tuple[int, ...]
    years: tuple[int, ...]


SIZES = {
    "tiny": Size(8, 3, 2, (1, 2), (2, 3)),
    "small": Size(20, 8, 5, (1, 2, 2, 2), (2, 2, 3, 3)),
    "medium": Size(40, 16, 8, (1, 4, 4, 4), (2, 3, 4, 6)),
    "large": Size(60, 25, 10, (1, 3, 3, 3, 3, 3, 3), (2, 2, 2, 2, 2, 2, 3)),
    "tenfold": Size(60, 25, 10, (1, 3, 3, 3, 3, 3, 3, 3, 3), (2, 2, 2, 2, 2, 2, 2, 2, 3)),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes with their node-years, one a calendar year.

    Attributes
    ----------
    parent, stage, begins, years
        Parent (-1 at the root), stage, first year counted from 0, number of years. Shape (N,).
    probability
        Unconditional. Shape (N,).
    discount
        Probability times discount factor as the node begins. Shape (N,).
    node, year
        Of every node-year. Shape (Y,).
    weight
        Probability times discount factor, the last year counted with those after it. Shape (Y,).
    reached
        The last node on the path by which an order must be placed to work in a node-year, for leads of 0, 1 and 2 years; -1
        where none is early enough. Shape (Y, 3).
    """

    parent: Ints
    stage: Ints
    begins: Ints
    years: Ints
    probability: Floats
    discount: Floats
    node: Ints
    year: Ints
    weight: Floats
    reached: Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """Supplies: home first, then a kit line and a plant at every site.

    Attributes
    ----------
    site, mode
        Site (-1 at home) and mode. Shape (O,).
    size, limit, lead
        Thousand cars a module makes, modules at most, years to output. Shape (O,).
    opening, module, running
        Cost of the site, of a module, and of every year from the commitment on. Shape (O,).
    """

    site: Ints
    mode: Ints
    size: Floats
    limit: Ints
    lead: Ints
    opening: Floats
    module: Floats
    running: Floats


@dataclass(frozen=True, slots=True)
class Lanes:
    """Arcs, sorted by market and model.

    Attributes
    ----------
    model, supply, market, quota
        What flows from where to where, and under which quota (-1: none). Shape (A,).
    use
        Capacity one car uses. Shape (A,).
    cell
        Market times K plus model. Shape (A,).
    """

    model: Ints
    supply: Ints
    market: Ints
    quota: Ints
    use: Floats
    cell: Ints


@dataclass(frozen=True, slots=True)
class Instance:
    """One problem.

    Attributes
    ----------
    margin
        Less what a car costs to bring to its buyer. Shape (Y, A).
    demand, price
        Width and price of a cell's segments. Shapes (Y, C, S), (C, S).
    home
        Capacity at home. Shape (Y,).
    quota
        Yearly size of every quota. Shape (Q,).
    live
        Arcs that can earn at the dearest segment. Shape (Y, A).
    """

    size: Size
    tree: Tree
    lines: Lines
    lanes: Lanes
    margin: Floats
    demand: Floats
    price: Floats
    home: Floats
    quota: Floats
    live: Flags


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where markets lie, what models cost and who buys them, before any policy."""

    region: Ints
    buyers: Floats
    site_market: Ints
    distance: Floats
    cost: Floats
    price: Floats
    use: Floats
    share: Floats
    wage: Floats


@dataclass(frozen=True, slots=True)
class _Policy:
    """Along the tree: duty on cars and its part on kits (N, I), agreement (N, O, I), growth (N, I); today's duty (I,)."""

    today: Floats
    duty: Floats
    kits: Floats
    agreement: Floats
    growth: Floats


def generate(name: str, seed: int = 0) -> Instance:
    """The instance of a size and a seed."""
    size, rng = SIZES[name], np.random.default_rng(seed)
    # Draws follow one another in a fixed order: a draw moved is another set of instances.
    tree = _tree(rng, size)
    ground = _ground(rng, size)
    lines = _lines(size, ground.wage)
    lanes, quota_market = _lanes(rng, size, ground, lines)
    policy = _policy(rng, size, ground.region, lines, tree)
    abroad = rng.uniform(0.2, 0.9, (len(lines.site), size.markets))
    level = rng.uniform(0.92, 1.12, size.markets)
    margin = _margin(ground, lines, lanes, tree, policy, abroad)
    demand = _demand(ground, policy, tree)
    price = (ground.price[:, None] * level[None, :]).T.reshape(-1)[:, None] * SEGMENT_PRICE[None, :]
    today = demand[0].sum()
    by_market = demand[0].reshape(size.markets, -1)
    return Instance(
        size=size,
        tree=tree,
        lines=lines,
        lanes=lanes,
        margin=margin,
        demand=demand,
        price=price,
        home=np.asarray([today * 0.75 * (1.03**t) for t in tree.year]),
        quota=np.asarray([by_market[m].sum() * 0.3 for m in quota_market]),
        live=(margin + price[lanes.cell, 0][None, :]) > NEARLY_NOTHING,
    )


def _tree(rng: np.random.Generator, size: Size) -> Tree:
    parent, stage, probability, front = [-1], [0], [1.0], [0]
    for s, branches in enumerate(size.branches[1:], 1):
        following = []
        for n in front:
            weight = rng.dirichlet(np.full(branches, 4.0))
            for b in range(branches):
                following.append(len(parent))
                parent.append(n)
                stage.append(s)
                probability.append(probability[n] * weight[b])
        front = following
    at, begins = np.asarray(stage), np.concatenate([[0], np.cumsum(size.years)])
    start, years, chance = begins[at], np.asarray(size.years)[at], np.asarray(probability)
    node = np.repeat(np.arange(len(at)), years)
    year = np.concatenate([np.arange(first, first + count) for first, count in zip(start, years, strict=True)])
    weight = chance[node] * DISCOUNT**year
    return Tree(
        parent=np.asarray(parent),
        stage=at,
        begins=start,
        years=years,
        probability=chance,
        discount=chance * DISCOUNT**start,
        node=node,
        year=year,
        weight=weight * np.where(year == begins[-1] - 1, 1 + AFTERWARDS, 1.0),
        reached=_reached(np.asarray(parent), start, node, year),
    )


def _reached(parent: Ints, begins: Ints, node: Ints, year: Ints) -> Ints:
    found = np.full((len(node), 3), -1)
    for y, (n, t) in enumerate(zip(node.tolist(), year.tolist(), strict=True)):
        for lead in range(3):
            at = n
            while at >= 0 and begins[at] + lead > t:
                at = int(parent[at])
            found[y, lead] = at
    return found


def _ground(rng: np.random.Generator, size: Size) -> _Ground:
    markets, models = size.markets, size.models
    region = rng.integers(0, 6, markets)
    buyers = rng.lognormal(np.log(700), 1.0, markets)
    site_market = np.argsort(-buyers * rng.uniform(0.5, 1.5, markets))[: size.sites]
    distance = rng.uniform(0.6, 1.6, markets)
    cost = rng.uniform(8, 18, models)
    price = cost * rng.uniform(1.25, 1.5, models)
    use = rng.choice([1.0, 1.0, 1.15], models)
    share = rng.dirichlet(np.full(models, 2.0), markets) * rng.uniform(0.008, 0.05, markets)[:, None]
    return _Ground(region, buyers, site_market, distance, cost, price, use, share, rng.uniform(0.9, 1.25, size.sites))


def _lines(size: Size, wage: Floats) -> Lines:
    site = np.concatenate([[-1], np.repeat(np.arange(size.sites), 2)])
    mode = np.concatenate([[HOME], np.tile([KIT, PLANT], size.sites)])
    paid = np.concatenate([[0.0], np.repeat(wage, 2)])

    def by_mode(kit: float, plant: float) -> Floats:
        return np.where(mode == KIT, kit, np.where(mode == PLANT, plant, 0.0))

    return Lines(
        site=site,
        mode=mode,
        size=by_mode(KIT_SIZE, PLANT_SIZE),
        limit=by_mode(3, 4).astype(np.int64),
        lead=by_mode(1, 2).astype(np.int64),
        opening=by_mode(30, 220) * paid,
        module=by_mode(25, 160) * paid,
        running=by_mode(6, 25) * paid,
    )


def _lanes(rng: np.random.Generator, size: Size, ground: _Ground, lines: Lines) -> tuple[Lanes, Ints]:
    """Who may serve whom, and the markets that grant a quota."""
    count, region = max(1, size.markets // 10), ground.region
    quota_market = rng.choice(size.markets, count, replace=False)
    allowed = np.zeros((len(lines.site), size.markets), dtype=bool)
    allowed[0] = True
    for o in range(1, len(lines.site)):
        home = ground.site_market[lines.site[o]]
        near = region == region[home]
        if lines.mode[o] == KIT:
            allowed[o] = near & (rng.random(size.markets) < 0.35)
        else:
            allowed[o] = near | (rng.random(size.markets) < 0.25)
        allowed[o, home] = True
    rows = []
    for i in range(size.markets):
        granted = np.flatnonzero(quota_market == i).tolist()
        for k in range(size.models):
            rows += [(k, o, i, -1) for o in np.flatnonzero(allowed[:, i]).tolist()]
            rows += [(k, 0, i, q) for q in granted]
    model, supply, market, quota = (np.asarray(column) for column in zip(*rows, strict=True))
    lanes = Lanes(model, supply, market, quota, ground.use[model], market * size.models + model)
    return lanes, quota_market


def _policy(rng: np.random.Generator, size: Size, region: Ints, lines: Lines, tree: Tree) -> _Policy:
    markets, supplies, nodes = size.markets, len(lines.site), len(tree.parent)
    steps, how_often = [0.0, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5], [0.08, 0.1, 0.25, 0.2, 0.17, 0.12, 0.08]
    today = rng.choice(steps, markets, p=how_often)
    signed = rng.uniform(0, 0.6, (supplies, markets))
    duty, kits, growth = (np.zeros((nodes, markets)) for _ in range(3))
    agreement = np.zeros((nodes, supplies, markets))
    for n in range(nodes):
        before = int(tree.parent[n])
        if before < 0:
            duty[n], agreement[n], growth[n] = today, signed, 1.0
            kits[n] = rng.uniform(0.3, 0.6, markets)
            continue
        where = rng.integers(0, 6)
        hit = (region == where) & (rng.random(markets) < 0.7) | (rng.random(markets) < 0.1)
        change = rng.choice([-0.05, 0.1, 0.2, 0.35], markets, p=[0.3, 0.3, 0.25, 0.15])
        duty[n] = np.clip(duty[before] + np.where(hit, change, 0), 0, 1.0)
        moved = rng.random(markets) < 0.15
        kits[n] = np.where(moved, np.clip(kits[before] + rng.uniform(-0.3, 0.3, markets), 0.1, 1), kits[before])
        anew = rng.random((supplies, 1)) < 0.1
        agreement[n] = np.where(anew, rng.uniform(0, 1, (supplies, markets)), agreement[before])
        growth[n] = growth[before] * np.clip(rng.normal(1.0, 0.08) * rng.normal(1.0, 0.06, markets), 0.7, 1.4)
    return _Policy(today, duty, kits, agreement, growth)


def _margin(ground: _Ground, lines: Lines, lanes: Lanes, tree: Tree, policy: _Policy, abroad: Floats) -> Floats:
    """Less cost, freight and duty of a car on every arc. Shape (Y, A)."""
    wage = np.concatenate([[1.0], np.repeat(ground.wage, 2)])
    made_in = np.concatenate([[-1], ground.site_market[lines.site[1:]]])
    making = np.where(lines.mode == PLANT, 1.0 * wage * 0.98, np.where(lines.mode == KIT, 1.04, 1.0))
    from_home, plant = lanes.supply == 0, np.maximum(made_in, 0)[lanes.supply]
    kit, full = lines.mode[lanes.supply] == KIT, lines.mode[lanes.supply] == PLANT
    same = made_in[lanes.supply] == lanes.market
    there = np.where(same, 0.1, abroad[lanes.supply, lanes.market])
    freight = np.where(from_home, ground.distance[lanes.market], there)
    parts_freight = np.where(lanes.supply > 0, 0.35 * ground.distance[plant], 0)
    margin = np.empty((len(tree.node), len(lanes.cell)))
    for y, (n, t) in enumerate(zip(tree.node, tree.year, strict=True)):
        cost = ground.cost[lanes.model] * (0.985**t)
        duty, kits = policy.duty[n], policy.kits[n]
        agreed = policy.today[lanes.market] * (1 - policy.agreement[n][lanes.supply, lanes.market])
        paid = np.where(from_home, duty[lanes.market], np.where(same, 0.0, agreed))
        paid = np.where(lanes.quota >= 0, 0.25 * paid, paid)
        on_parts = np.where(kit, duty[plant] * kits[plant], np.where(full, 0.25 * duty[plant] * 0.4, 0))
        made = cost * making[lanes.supply] + on_parts * cost * 0.7 + parts_freight
        margin[y] = -(made + freight + paid * cost * 1.08)
    return margin


def _demand(ground: _Ground, policy: _Policy, tree: Tree) -> Floats:
    """Thousand cars of every segment. Shape (Y, C, S)."""
    found = np.empty((len(tree.node), ground.share.size, len(SEGMENT_SHARE)))
    for y, (n, t) in enumerate(zip(tree.node, tree.year, strict=True)):
        growth = policy.growth[n] * (1.06**t)
        sold = (ground.buyers * growth)[:, None] * ground.share
        found[y] = sold.reshape(-1)[:, None] * SEGMENT_SHARE[None, :]
    return found


def as_prospect(i: Instance) -> tuple[ScenarioTree, Prospect]:
    """The same problem as the planner is given it, in cars and in money.

    A site runs from the commitment on, before it makes anything, so what running costs is part of the commitment's price. Nothing
    competes: there is no group. Nothing is given up: closing and retiring bring nothing.
    """
    t, supplies, markets = i.tree, len(i.lines.site), i.size.markets
    nodes, years, quotas = len(t.parent), len(t.node), len(i.quota)
    above = np.maximum(t.parent, 0)
    names = tuple(f"node {n}" for n in range(nodes))
    branch = np.where(t.parent < 0, 1.0, t.probability / t.probability[above])
    tree = ScenarioTree(t.parent, FIRST_YEAR + t.begins, t.years, branch, names, names)
    made = ("kit line", "plant")
    lines = tuple(f"{made[m]} {s}" for m, s in zip(i.lines.mode[1:], i.lines.site[1:], strict=True))
    quota = tuple(f"quota {q}" for q in range(quotas))
    cells = tuple((m, k) for m in range(markets) for k in range(i.size.models))
    market, model = (
        tuple(f"{word} {x}" for x in range(n)) for word, n in (("market", markets), ("model", i.size.models))
    )
    prospect = Prospect(
        labels=Labels(market, model, cells, ("home", *lines), (), ("home", *lines, *quota), lines, ("all",)),
        node_years=NodeYears(t.node, FIRST_YEAR + t.year, np.ones(years, dtype=np.int64)),
        arcs=Arcs(
            cell=i.lanes.cell,
            supply=i.lanes.supply,
            regime=tuple("" if q < 0 else "in_quota" for q in i.lanes.quota.tolist()),
            supply_option=i.lanes.supply - 1,
            entry_option=np.full(len(i.lanes.cell), -1),
            risk=np.zeros(len(i.lanes.cell), dtype=np.int64),
            margin=i.margin * (MONEY / CARS),
            allowed=np.ones(i.margin.shape, dtype=bool),
        ),
        demand=_as_demand(i),
        resources=_as_resources(i),
        options=_as_options(i, supplies - 1),
        discount=(t.weight / t.probability[t.node])[:, None],
        node_discount=(t.discount / t.probability)[:, None],
        end_discount=np.asarray([DISCOUNT ** float(t.year.max() + 1)]),
    )
    return tree, prospect


def _as_demand(i: Instance) -> Demand:
    none, years, cells = np.zeros(0, dtype=np.int64), len(i.tree.node), i.demand.shape[1]
    return Demand(
        member_cell=none,
        member_group=none,
        width=i.demand * CARS,
        price=np.broadcast_to(i.price * (MONEY / CARS), i.demand.shape),
        group_width=np.zeros((years, 0, 1)),
        group_price=np.zeros((years, 0, 1)),
        cell_risk=np.zeros(cells, dtype=np.int64),
        group_risk=none,
    )


def _as_resources(i: Instance) -> Resources:
    """Home, every line, every quota."""
    supplies, quotas = len(i.lines.site), len(i.quota)
    count, every_node, every_year = supplies + quotas, np.ones((len(i.tree.parent), 1)), np.ones((len(i.tree.node), 1))
    is_line = (np.arange(count) > 0) & (np.arange(count) < supplies)
    arcs, granted = np.arange(len(i.lanes.cell)), np.flatnonzero(i.lanes.quota >= 0)

    def of_lines(values: Floats) -> Floats:
        return np.concatenate([values, np.zeros(quotas)])

    nothing = np.zeros(count)
    free = every_year * nothing
    free[:, 0], free[:, supplies:] = i.home * CARS, i.quota * CARS
    return Resources(
        option=np.where(is_line, np.arange(count) - 1, -1),
        use_arc=np.concatenate([arcs, granted]),
        use_resource=np.concatenate([i.lanes.supply, supplies + i.lanes.quota[granted]]),
        use_amount=np.concatenate([i.lanes.use, np.ones(len(granted))]),
        free=free,
        existing=every_year * nothing,
        usable=every_year * np.ones(count),
        size=of_lines(i.lines.size * CARS),
        limit=of_lines(i.lines.limit.astype(np.float64)),
        whole=is_line,
        lead=of_lines(i.lines.lead.astype(np.float64)).astype(np.int64),
        ramp=np.ones((count, 1)),
        cost=every_node * of_lines(i.lines.module * MONEY),
        fixed=every_year * nothing,
        scrap=every_node * nothing,
        salvage=every_node * nothing,
        minimum_take=nothing,
        take_price=nothing,
        risk=np.zeros(count, dtype=np.int64),
    )


def _as_options(i: Instance, count: int) -> Options:
    nodes, years = len(i.tree.parent), len(i.tree.node)
    running = after(i.tree)[:, None] / i.tree.discount[:, None] * i.lines.running[None, 1:]
    return Options(
        opens=np.full(count, NEVER),
        lead=i.lines.lead[1:],
        cost=(i.lines.opening[None, 1:] + running) * MONEY,
        fixed=np.zeros((years, count)),
        exit_cost=np.zeros((nodes, count)),
        allowed=np.ones((nodes, count), dtype=bool),
        risk=np.zeros(count, dtype=np.int64),
    )


def after(tree: Tree) -> Floats:
    """Weight of all node-years of a node and of those below it. Shape (N,)."""
    found = np.zeros(len(tree.parent))
    np.add.at(found, tree.node, tree.weight)
    for n in range(len(found) - 1, 0, -1):
        found[tree.parent[n]] += found[n]
    return found
