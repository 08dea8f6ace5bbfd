"""Pledges of a case as accounts of the prospect, with the rows that count what earns and what spends.

**Local cars for imports**: a car made by a line that stands in the place is credited, a car brought into its markets from outside is
debited by the rate. **Carry-over of a quota**: the quota of a year is granted, cars in quota are debited, and a share of what is left
a year later is kept; the row of the quota no longer limits a year by itself. **Local content**: a car made in the place is credited
the material bought there and debited the least share of all its material; cars count by what their material is worth in the base
year, at home prices, and by the content of their line then, so that the share is an average over cars made, by value.

What may be owed until a due year is bounded by all that could ever be debited, which no plan passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.accounts import Pledges
from roadstead.futures.capacity.rows import with_rows
from roadstead.futures.costs.gates import Gate, content_of
from roadstead.futures.costs.lane_costs import IN_QUOTA
from roadstead.futures.costs.moments import Moments
from roadstead.futures.costs.variants import line_of
from roadstead.futures.tree import years_before
from roadstead.world.asked import PledgeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.capacity.rows import BuiltResources
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.evaluate import ArcKey
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.selling import Selling
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.asked import PledgeTerms

EARNED, SPENT = "earned", "spent"


@dataclass(frozen=True, slots=True)
class Flows:
    """What pledges are counted on.

    Attributes
    ----------
    now
        Circumstances of today, for the content of lines.
    """

    costing: Costing
    tree: ScenarioTree
    years: NodeYears
    arcs: Sequence[ArcKey]
    selling: Selling
    now: Circumstances


@dataclass(frozen=True, slots=True)
class _Account:
    """One pledge: units by car of every arc, Shape (A,), and what is kept, granted and least. Shapes (Y,)."""

    name: str
    earned: Floats
    spent: Floats
    carry: float
    grant: Floats
    floor: Floats


def with_pledges(built: BuiltResources, flows: Flows) -> tuple[BuiltResources, Pledges, tuple[str, ...]]:
    """The resources with counters, the accounts, and their names; all as they were where nothing is pledged."""
    terms = flows.costing.carmaker.asked.pledges
    if not terms:
        return built, Pledges(), ()
    accounts = []
    for each in terms:
        if each.kind is PledgeKind.QUOTA_CARRY_OVER:
            built, account = _carried_over(built, flows, each)
        else:
            account = _owed(flows, each)
        accounts.append(account)
    most = flows.selling.width.sum(-1).sum(-1)
    names: list[str] = []
    uses: list[tuple[int, int, float]] = []
    free: list[Floats] = []
    at: dict[tuple[int, str], int] = {}
    for j, account in enumerate(accounts):
        for which, amount in ((EARNED, account.earned), (SPENT, account.spent)):
            counted = np.flatnonzero(amount > 0)
            if counted.size:
                at[j, which] = len(built.names) + len(names)
                uses += [(int(a), len(names), float(amount[a])) for a in counted]
                names.append(f"{account.name}, {which}")
                free.append(most * float(amount.max()))
    if names:
        built = with_rows(built, names, np.stack(free, axis=1), uses)
    one = np.ones(len(accounts))
    pledges = Pledges(
        earns=_rows(at, len(accounts), EARNED),
        spends=_rows(at, len(accounts), SPENT),
        earn_rate=one,
        spend_rate=one.copy(),
        carry=np.asarray([account.carry for account in accounts]),
        grant=np.stack([account.grant for account in accounts], axis=1),
        floor=np.stack([account.floor for account in accounts], axis=1),
        ceiling=np.full((flows.years.count, len(accounts)), np.inf),
    )
    return built, pledges, tuple(account.name for account in accounts)


def _rows(at: dict[tuple[int, str], int], count: int, which: str) -> Ints:
    return np.asarray([at.get((j, which), -1) for j in range(count)], dtype=np.int64)


def _owed(flows: Flows, terms: PledgeTerms) -> _Account:
    """Local cars for imports, or local content."""
    units = _local_for_imports if terms.kind is PledgeKind.LOCAL_FOR_IMPORTS else _local_content
    earned, spent = units(flows, terms)
    years = flows.years
    ever = float(spent.max(initial=0.0)) * float((flows.selling.width.sum((1, 2)) * years.span).sum())
    due = (years.year <= terms.due) & (terms.due < years.year + years.span)
    floor = np.where(due, 0.0, -ever) if terms.due else np.zeros(years.count)
    return _Account(terms.name, earned, spent, 1.0, np.zeros(years.count), floor)


def _stands(flows: Flows, terms: PledgeTerms, line_id: str | None) -> bool:
    """True for a line that counts as one of the place."""
    if line_id is None:
        return False
    if terms.lines:
        return line_id in terms.lines
    place = flows.costing.carmaker.lines[line_id].place
    return terms.place in {place, flows.costing.territory(place)}


def _local_for_imports(flows: Flows, terms: PledgeTerms) -> tuple[Floats, Floats]:
    costing = flows.costing
    earned, spent = np.zeros(len(flows.arcs)), np.zeros(len(flows.arcs))
    for a, key in enumerate(flows.arcs):
        market = costing.carmaker.offers[key.offer].market
        made_in = costing.carmaker.lines[key.line].place if key.line else costing.carmaker.home.place
        inside = terms.place in {market, costing.territory(market)}
        earned[a] = float(_stands(flows, terms, key.line))
        brought = inside and terms.place not in {made_in, costing.territory(made_in)}
        spent[a] = terms.amount * float(brought)
    return earned, spent


def _local_content(flows: Flows, terms: PledgeTerms) -> tuple[Floats, Floats]:
    costing, year = flows.costing, flows.costing.conventions.base_year
    local, whole = np.zeros(len(flows.arcs)), np.zeros(len(flows.arcs))
    today = Moments([year], [flows.now])
    for a, key in enumerate(flows.arcs):
        line = line_of(costing.carmaker, key)
        if line is None or not _stands(flows, terms, key.line):
            continue
        model = costing.carmaker.models[costing.carmaker.offers[key.offer].model_id]
        content = content_of(costing, Gate(line, model, today))
        local[a] = content.bought[0] / (1.0 + line.local_premium)
        whole[a] = local[a] + sum(sent[0] for sent in content.sent.values())
    counted = whole[whole > 0]
    mean = float(counted.mean()) if counted.size else 1.0  # a car of mean worth is a unit
    return local / mean, terms.amount * whole / mean


def _carried_over(built: BuiltResources, flows: Flows, terms: PledgeTerms) -> tuple[BuiltResources, _Account]:
    """A quota's account; its row then has room for all that may have been kept so far."""
    row = built.names.index(f"quota {terms.place}")
    grant, span = built.arrays.free[:, row].copy(), flows.years.span
    spent = np.asarray([
        float(key.regime == IN_QUOTA
              and flows.costing.territory(flows.costing.carmaker.offers[key.offer].market) == terms.place)
        for key in flows.arcs
    ])  # fmt: skip
    before, kept, free = years_before(flows.tree, flows.years.node), np.zeros(len(grant)), built.arrays.free.copy()
    for y in range(len(grant)):
        left = kept[before[y]] * terms.amount ** span[y] if before[y] >= 0 else 0.0
        free[y, row] = grant[y] + left / span[y]
        kept[y] = left + span[y] * grant[y]
    account = _Account(terms.name, np.zeros(len(spent)), spent, terms.amount, grant, np.zeros(len(grant)))
    return replace(built, arrays=replace(built.arrays, free=free)), account
