"""Invented prospects on invented trees: small enough to solve in a blink, with every kind of row and decision in them.

Nothing here means anything; the same seed gives the same prospect. Lines are drawn as operating, being built, contract
assembler, kit line or plant; markets as entered or not; some trade is banned in some nodes, some capacity is lost in
some years, one market has a quota.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.footprint.dispatch import no_new
from roadstead.footprint.plan import Decisions
from roadstead.footprint.solve import Effort, Solved, solve
from roadstead.futures.accounts import Pledges, Tails
from roadstead.futures.axes import DIMENSIONS, arrays
from roadstead.futures.prospect import (
    Arcs,
    Demand,
    Labels,
    NodeYears,
    Options,
    Prospect,
    Resources,
)
from roadstead.futures.tree import ScenarioTree, history
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

FIRST_YEAR = 2027
SHAPES = ((-1, 0, 0), (-1, 0, 0, 0), (-1, 0, 1, 1), (-1, 0, 0, 1, 2), (-1, 0, 0, 1, 2, 2), (-1, 0, 0, 1, 1, 2, 2))
"""Parents of every node; all leaves lie equally deep."""
KINDS = ("operating", "contract", "plant", "building", "kit")
"""What the first, second, ... line is."""
SEGMENTS, GROUP_SEGMENTS = 4, 3


@dataclass(frozen=True)
class Invented:
    """A tree and what may be done on it."""

    tree: ScenarioTree
    prospect: Prospect


@lru_cache(maxsize=64)
def best_plan(seed: int) -> Solved:
    """The plan of an invented prospect, to the last car."""
    made = invented(seed)
    return solve(made.tree, made.prospect, Effort(gap=0.0))


def invented_tree(rng: np.random.Generator) -> ScenarioTree:
    """Three to seven nodes in two or three stages."""
    parent = np.asarray(SHAPES[rng.integers(len(SHAPES))])
    depth = np.zeros(len(parent), dtype=int)
    for n in range(1, len(parent)):
        depth[n] = depth[parent[n]] + 1
    length = rng.integers(1, 4, depth.max() + 1)
    length[-1] += 2
    begins = FIRST_YEAR + np.concatenate([[0], np.cumsum(length)[:-1]])
    branch = rng.uniform(0.2, 1.0, len(parent))
    for n in range(len(parent)):
        below = parent == n
        branch[below] /= branch[below].sum()
    branch[0] = 1.0
    names = tuple(f"node {n}" for n in range(len(parent)))
    return ScenarioTree(parent, begins[depth], length[depth], branch, names, names)


def invented_years(rng: np.random.Generator, tree: ScenarioTree) -> NodeYears:
    """Blocks of one to three years, all within their node."""
    rows = []
    for n in range(tree.count):
        at, end = int(tree.start[n]), int(tree.start[n] + tree.years[n])
        while at < end:
            span = min(int(rng.integers(1, 4)), end - at)
            rows.append((n, at, span))
            at += span
    return NodeYears(*(np.asarray(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True)
class Sketch:
    """How much there is of everything."""

    markets: int
    models: int
    kinds: tuple[str, ...]
    entries: tuple[int, ...]
    quota: int | None

    @property
    def cells(self) -> list[tuple[int, int]]:
        return [(m, k) for m in range(self.markets) for k in range(self.models)]

    @property
    def nests(self) -> tuple[int, ...]:
        """Markets whose first two models compete the harder: a second group of theirs."""
        return tuple(range(0, self.markets, 2)) if self.models > 1 else ()

    @property
    def options(self) -> tuple[str, ...]:
        return (*(f"{kind} {i}" for i, kind in enumerate(self.kinds)), *(f"enter {m}" for m in self.entries))

    @property
    def resources(self) -> tuple[str, ...]:
        lines = tuple(f"{kind} {i}" for i, kind in enumerate(self.kinds))
        dealers = tuple(f"dealers {m}" for m in range(self.markets))
        return ("home", *lines, *dealers, *(() if self.quota is None else ("quota",)))


def invented(seed: int, *, markets: int | None = None, models: int | None = None, lines: int | None = None) -> Invented:
    """A prospect by seed; what is not given is drawn."""
    rng = np.random.default_rng(seed)
    markets = markets or int(rng.integers(2, 5))
    models = models or int(rng.integers(1, 4))
    count = int(rng.integers(2, 5)) if lines is None else lines
    kinds = tuple(str(kind) for kind in rng.permutation(KINDS)[:count])
    entries = tuple(m for m in range(1, markets) if rng.random() < 0.4)
    sketch = Sketch(markets, models, kinds, entries, int(rng.integers(markets)) if rng.random() < 0.6 else None)
    tree = invented_tree(rng)
    years = invented_years(rng, tree)
    arcs, demand = _arcs(rng, sketch, years), _demand(rng, sketch, years)
    risk_rate = rng.uniform(0.06, 0.14, markets + 1)
    ahead = years.year[:, None] - FIRST_YEAR
    discount = sum(
        np.where((step < years.span)[:, None], (1 + risk_rate) ** -(ahead + step + 0.5), 0.0) for step in range(3)
    )
    prospect = Prospect(
        labels=Labels(
            market=tuple(f"market {m}" for m in range(markets)),
            model=tuple(f"model {k}" for k in range(models)),
            cell=tuple(sketch.cells),
            supply=("home", *sketch.options[:count]),
            group=(*(f"market {m}" for m in range(markets)), *(f"nest {m}" for m in sketch.nests)),
            resource=sketch.resources,
            option=sketch.options,
            risk=("home", *(f"market {m}" for m in range(markets))),
        ),
        node_years=years,
        arcs=arcs,
        demand=demand,
        resources=_resources(rng, sketch, tree, years, arcs, demand),
        options=_options(rng, sketch, tree, years),
        discount=np.asarray(discount),
        node_discount=(1 + risk_rate) ** -(tree.start - FIRST_YEAR)[:, None].astype(float),
        end_discount=(1 + risk_rate) ** -float(tree.last_year + 1 - FIRST_YEAR),
    )
    return Invented(tree, prospect)


def _arcs(rng: np.random.Generator, sketch: Sketch, years: NodeYears) -> Arcs:
    rows: list[tuple[int, int, str]] = []
    for c, (m, _) in enumerate(sketch.cells):
        rows.append((c, 0, ""))
        if m == sketch.quota:
            rows.append((c, 0, "in_quota"))
        rows += [(c, i + 1, "") for i in range(len(sketch.kinds)) if rng.random() < 0.7]
    cell, supply = (np.asarray([row[i] for row in rows]) for i in (0, 1))
    market = np.asarray([sketch.cells[c][0] for c in cell])
    entry = {m: len(sketch.kinds) + i for i, m in enumerate(sketch.entries)}
    base = rng.uniform(-1500, 3000, len(rows)) + 2500 * (supply > 0) + 1500 * np.asarray([r[2] != "" for r in rows])
    return Arcs(
        cell=cell,
        supply=supply,
        regime=tuple(row[2] for row in rows),
        supply_option=supply - 1,
        entry_option=np.asarray([entry.get(int(m), -1) for m in market]),
        risk=np.where(supply > 0, 1 + (supply - 1) % sketch.markets, 1 + market),
        margin=base + rng.normal(0, 600, (years.count, len(rows))),
        allowed=rng.random((years.count, len(rows))) > 0.08,
    )


def _falling(rng: np.random.Generator, shape: tuple[int, ...], low: float, high: float) -> Floats:
    return -np.sort(-rng.uniform(low, high, shape), axis=-1)


def _demand(rng: np.random.Generator, sketch: Sketch, years: NodeYears) -> Demand:
    market = np.asarray([m for m, _ in sketch.cells])
    width = rng.uniform(500, 6000, (years.count, len(market), SEGMENTS))
    width[rng.random(width.shape) < 0.05] = 0.0
    pairs = [*enumerate(market.tolist())]
    for g, m in enumerate(sketch.nests):
        pairs += [(int(c), sketch.markets + g) for c in np.flatnonzero(market == m)[:2]]
    member_cell, member_group = (np.asarray([pair[i] for pair in pairs]) for i in (0, 1))
    groups = np.asarray([*range(sketch.markets), *sketch.nests])
    total = np.zeros((years.count, len(groups)))
    np.add.at(total.T, member_group, width.sum(-1)[:, member_cell].T)
    of_nests = rng.spawn(1)[0]  # leaves the other draws as they are
    share, part, fall = [], [], []
    price = None
    for draw, count in ((rng, sketch.markets), (of_nests, len(sketch.nests))):
        share.append(draw.dirichlet(np.full(GROUP_SEGMENTS, 4.0), (years.count, count)))
        price = _falling(draw, width.shape, -5000, 3500) if price is None else price
        part.append(draw.uniform(0.6, 1.05, (years.count, count)))
        fall.append(_falling(draw, share[-1].shape, -2500, 500))
    return Demand(
        member_cell=member_cell,
        member_group=member_group,
        width=width,
        price=price,
        group_width=np.concatenate(share, axis=1) * (total * np.concatenate(part, axis=1))[..., None],
        group_price=np.concatenate(fall, axis=1),
        cell_risk=market + 1,
        group_risk=groups + 1,
    )


def _resources(
    rng: np.random.Generator, sketch: Sketch, tree: ScenarioTree, years: NodeYears, arcs: Arcs, demand: Demand
) -> Resources:
    names, lines = sketch.resources, len(sketch.kinds)
    count, total = len(names), demand.width.sum((1, 2))
    uses: list[tuple[int, int]] = []
    for a, (c, supply) in enumerate(zip(arcs.cell.tolist(), arcs.supply.tolist(), strict=True)):
        if supply == 0 or sketch.kinds[supply - 1] == "kit":
            uses.append((a, 0))
        if supply > 0:
            uses.append((a, supply))
        uses.append((a, 1 + lines + sketch.cells[c][0]))
        if arcs.regime[a]:
            uses.append((a, count - 1))
    free = np.zeros((years.count, count))
    free[:, 0] = total * rng.uniform(0.2, 0.7)
    size, limit = rng.uniform(4000, 15000, count), np.zeros(count)
    limit[1 : lines + 1] = rng.integers(1, 4, lines)
    option = np.full(count, -1)
    option[1 : lines + 1] = np.arange(lines)
    for m in range(sketch.markets):
        row = 1 + lines + m
        handled = demand.group_width[:, m].sum(-1) * 1.2
        if m in sketch.entries:
            option[row], limit[row], size[row] = lines + sketch.entries.index(m), 1.0, handled.max()
        else:
            free[:, row] = handled
    if sketch.quota is not None:
        free[:, -1] = total * rng.uniform(0.02, 0.1)
    return Resources(
        option=option,
        use_arc=np.asarray([a for a, _ in uses]),
        use_resource=np.asarray([r for _, r in uses]),
        use_amount=rng.choice([0.5, 1.0, 1.5], len(uses), p=[0.1, 0.8, 0.1]),
        free=free,
        size=size,
        limit=limit,
        whole=np.asarray([1 <= r <= lines for r in range(count)]),
        **_module_terms(rng, sketch, tree, years, limit),
    )


def _module_terms(
    rng: np.random.Generator, sketch: Sketch, tree: ScenarioTree, years: NodeYears, limit: Floats
) -> dict[str, Any]:
    count, lines = len(sketch.resources), len(sketch.kinds)
    is_line = (np.arange(count) >= 1) & (np.arange(count) <= lines)
    contract = np.asarray([is_line[r] and sketch.kinds[r - 1] == "contract" for r in range(count)])
    existing = np.zeros((years.count, count))
    for i, kind in enumerate(sketch.kinds):
        if kind == "operating":
            existing[:, i + 1] = 1.0
        elif kind == "building":
            opens = FIRST_YEAR + 1
            existing[:, i + 1] = limit[i + 1] * np.clip(0.5 * (years.year + years.span - opens), 0.0, 1.0)
    cost = np.where(is_line, rng.uniform(1.5e7, 9e7, count), rng.uniform(0, 5e6, count))
    every_node, every_year = np.ones((tree.count, 1)), np.ones((years.count, 1))
    usable = np.where(rng.random((years.count, count)) < 0.1, 0.6, 1.0)
    ramp = np.sort(rng.uniform(0.3, 1.0, (count, 3)), axis=1)
    ramp[:, -1] = 1.0
    return {
        "existing": existing,
        "usable": usable,
        "lead": np.where(is_line, rng.integers(0, 4, count), rng.integers(0, 2, count)),
        "ramp": ramp,
        "cost": cost * every_node * rng.uniform(0.9, 1.1, (tree.count, 1)),
        "fixed": np.where(is_line, rng.uniform(1e6, 6e6, count), 0.0) * every_year,
        "scrap": np.where(is_line, rng.uniform(-0.05, 0.1, count) * cost, 0.0) * every_node,
        "salvage": 0.2 * cost * rng.uniform(0.0, 1.0, (tree.count, 1)),
        "minimum_take": np.where(contract, rng.uniform(0.4, 0.9), 0.0),
        "take_price": np.where(contract, rng.uniform(500, 4000), 0.0),
        "risk": np.where(is_line, 1 + (np.arange(count) - 1) % sketch.markets, 0),
    }


def _options(rng: np.random.Generator, sketch: Sketch, tree: ScenarioTree, years: NodeYears) -> Options:
    count, lines = len(sketch.options), len(sketch.kinds)
    runs = np.asarray([kind in {"operating", "building"} for kind in sketch.kinds] + [False] * len(sketch.entries))
    last_decision = tree.start <= tree.start[-1] - int(rng.integers(0, 2))
    every_node, every_year = np.ones((tree.count, 1)), np.ones((years.count, 1))
    allowed = np.tile(last_decision[:, None], (1, count))
    allowed[1:] &= rng.random((tree.count - 1, count)) > 0.1
    return Options(
        opens=np.where(runs, FIRST_YEAR, NEVER),
        lead=rng.integers(0, 3, count),
        cost=rng.uniform(2e6, 4e7, count) * every_node,
        fixed=np.where(runs, rng.uniform(2e6, 2.5e7, count), rng.uniform(1e6, 4e6, count)) * every_year,
        exit_cost=np.where(np.arange(count) < lines, rng.uniform(0, 2e7, count), 0.0) * every_node,
        allowed=allowed,
        risk=np.where(np.arange(count) < lines, 1 + np.arange(count) % sketch.markets, 0),
    )


def ruled(seed: int) -> Invented:
    """An invented prospect with every further rule drawn: lives, notices, conversions, needs, choices, budgets, pledges, tails."""
    made = invented(seed, lines=4)
    rng = np.random.default_rng([seed, 1])
    p, tree = made.prospect, made.tree
    options, resources, pledges = p.options, p.resources, p.node_years.count
    count, rows = len(options.opens), len(resources.limit)
    lines = [d for d, name in enumerate(p.labels.option) if not name.startswith("enter")]
    free_lines = [d for d in lines if options.opens[d] == NEVER]
    kinds = [name.split()[0] for name in p.labels.option]
    contract = np.asarray([kind == "contract" for kind in kinds])
    none = np.full(count, -1)
    grows_from, needs, choice = none.copy(), none.copy(), none.copy()
    if "plant" in kinds and rng.random() < 0.8:
        plant = kinds.index("plant")
        others = [d for d in lines if d != plant and not contract[d]]
        grows_from[plant] = int(rng.choice(others))
    for d in range(len(lines), count):
        if rng.random() < 0.4:
            needs[d] = int(rng.choice(lines))
    if len(free_lines) > 1 and rng.random() < 0.6:
        choice[free_lines] = 0
    gate = resources.option
    of_contract = (gate >= 0) & contract[np.maximum(gate, 0)]
    options = replace(
        options,
        minimum_life=rng.integers(0, 4, count),
        maximum_life=np.where(contract, rng.integers(2, 5, count), NEVER),
        notice=rng.integers(0, 3, count),
        grows_from=grows_from,
        needs=needs,
        choice=choice,
        outlay=rng.uniform(1.0, 1.3, count),
    )
    resources = replace(
        resources,
        minimum_life=rng.integers(0, 3, rows),
        maximum_life=np.where(of_contract, rng.integers(2, 5, rows), NEVER),
        notice=rng.integers(0, 2, rows),
    )
    spent = float(options.cost[0].max() + resources.cost[0].max())
    budget = np.where(rng.random(tree.count) < 0.6, rng.uniform(0.5, 2.0, tree.count) * spent, np.inf)
    inner = np.isin(p.node_years.node, tree.parent[1:])[:, None]
    total = p.demand.width.sum((1, 2))
    line = 1 + int(rng.integers(len(lines)))
    labels = replace(p.labels, pledge=("owed for imports", "carried over"))
    arrays_of = Pledges(
        earns=np.asarray([line, -1]),
        spends=np.asarray([0, 1 + len(lines)]),
        earn_rate=np.asarray([1.0, 0.0]),
        spend_rate=np.asarray([float(rng.uniform(0.1, 0.6)), 1.0]),
        carry=np.asarray([1.0, float(rng.uniform(0.5, 1.0))]),
        grant=np.stack([np.zeros(pledges), total * rng.uniform(0.05, 0.3)], axis=1),
        floor=np.where(inner, [[-float(total.max()), 0.0]], 0.0),
        ceiling=np.stack([np.full(pledges, np.inf), total * 0.4], axis=1),
    )
    tails = Tails(np.asarray([0.3, 0.6]), np.asarray([0.3, 0.2])) if rng.random() < 0.6 else Tails()
    prospect = replace(
        p, labels=labels, options=options, resources=resources, budget=budget, pledges=arrays_of, tails=tails
    )
    return Invented(tree, prospect)


def random_decisions(made: Invented, rng: np.random.Generator) -> Decisions:
    """Decisions that most likely fit together: committed to once, built on what is committed, closed once it has ramped up."""
    tree, p = made.tree, made.prospect
    d = no_new(tree, p)
    commit, close, build, retire = (array.copy() for array in (d.commit, d.close, d.build, d.retire))
    opens, gate, limit, lead = p.options.opens, p.resources.option, p.resources.limit, p.resources.lead
    for n in range(tree.count):
        path = list(history(tree, n))
        if not p.options.allowed[n].any():
            continue
        for i in range(len(opens)):
            shut = close[path, i].sum() > 0
            runs = opens[i] <= tree.last_year
            in_time = tree.start[n] + p.options.lead[i] <= tree.last_year
            if p.options.allowed[n, i] and in_time and not runs and not commit[path, i].any() and rng.random() < 0.4:
                commit[n, i] = 1.0
            rows = np.flatnonzero(gate == i)
            due = [m for m in path[:-1] if commit[m, i] and tree.start[m] + p.options.lead[i] <= tree.start[n]]
            can_end = all(_can_end(made, build, path, r) for r in rows)
            if not shut and can_end and (opens[i] <= tree.start[n] or due) and rng.random() < 0.3:
                close[n, i] = 1.0
                for r in rows:
                    retire[n, r] += _stands(made, n, r) + build[path, r].sum() - retire[path, r].sum()
            elif not shut and (runs or commit[path, i].any()):
                for r in rows:
                    room = limit[r] - _stands(made, n, r) - build[path, r].sum() + retire[path, r].sum()
                    if tree.start[n] + lead[r] <= tree.last_year and room >= 1.0 and rng.random() < 0.6:
                        build[n, r] += float(rng.integers(1, int(room) + 1))
    return Decisions(commit, close, build, retire)


def _stands(made: Invented, node: int, r: int) -> float:
    """Most modules that stand without a decision from a node on."""
    years, existing = made.prospect.node_years, made.prospect.resources.existing
    return float(max(existing[years.node == n, r].max() for n in below(made.tree, node)))


def _can_end(made: Invented, build: Floats, path: list[int], r: int) -> bool:
    """True where all that was built on the path, and stands beside it, is at full output as the last node begins."""
    tree, res, years = made.tree, made.prospect.resources, made.prospect.node_years
    full = int(res.lead[r]) + int(np.argmax(res.ramp[r] >= 1.0))
    built = [m for m in path if build[m, r]]
    after = np.isin(years.node, below(tree, path[-1]))
    steady = bool(np.ptp(res.existing[after, r]) == 0.0)
    return not built or (steady and all(tree.start[m] + full <= tree.start[path[-1]] for m in built))


def below(tree: ScenarioTree, node: int) -> list[int]:
    """A node and all that may follow it."""
    return [n for n in range(tree.count) if node in history(tree, n)]


def changed(made: Invented, part: str = "", **fields: Any) -> Invented:
    """The same with other arrays in one part of the prospect, or in the prospect itself."""
    p = made.prospect
    if not part:
        return Invented(made.tree, replace(p, **fields))
    return Invented(made.tree, replace(p, **{part: replace(getattr(p, part), **fields)}))


def split_leaf(made: Invented, leaf: int, share: float) -> Invented:
    """The same with a leaf split into two that are alike; the first keeps ``share`` of its probability."""
    tree, p = made.tree, made.prospect
    nodes = [*range(tree.count), leaf]
    mine = np.flatnonzero(p.node_years.node == leaf)
    years = [*range(p.node_years.count), *mine.tolist()]
    branch = tree.branch_probability[nodes]
    branch[leaf] *= share
    branch[-1] *= 1.0 - share
    name = (*tree.name, f"{tree.name[leaf]} again")
    twice = ScenarioTree(tree.parent[nodes], tree.start[nodes], tree.years[nodes], branch, name, name)

    def rows(array: Any, axes: str) -> Any:
        return array[{"n": nodes, "y": years}[axes[0]]] if axes[0] in "ny" else array

    found: dict[str, Any] = {name: rows(array, DIMENSIONS[name]) for name, array in arrays(p).items()}
    found["node_years.node"] = np.concatenate([p.node_years.node, np.full(len(mine), tree.count)])
    parts = {
        part: replace(
            getattr(p, part), **{k.partition(".")[2]: v for k, v in found.items() if k.startswith(f"{part}.")}
        )
        for part in ("node_years", "arcs", "demand", "resources", "options", "pledges")
    }
    whole = {name: array for name, array in found.items() if "." not in name}
    return Invented(twice, replace(p, **parts, **whole))
