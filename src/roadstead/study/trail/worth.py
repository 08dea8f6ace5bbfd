"""Trails of what the plan is worth: NPV by node, year and lane, capital, value added, the gap, and what leaving a decision out costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.futures.capacity.channels import DEALERS
from roadstead.playbook.book import Amount, Sentence
from roadstead.study.trail.ground import AT, unknown
from roadstead.study.trail.steps import Step, dated, step, summed
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Ground
    from roadstead.terms.arrays import Floats

YEARLY = ("margin", "price", "together", "open_sites", "steps_in_service", "not_taken")
DECIDED = ("sites", "steps", "closing", "scrap", "salvage")
"""Fields of an account: what node-years add, and what decisions do."""
KINDS = {
    "margin": Sentence("trail.kind.margin", {}),
    "price": Sentence("trail.kind.price", {}),
    "together": Sentence("trail.kind.together", {}),
    "open_sites": Sentence("trail.kind.open_sites", {}),
    "steps_in_service": Sentence("trail.kind.steps_in_service", {}),
    "not_taken": Sentence("trail.kind.not_taken", {}),
    "sites": Sentence("trail.kind.sites", {}),
    "steps": Sentence("trail.kind.steps", {}),
    "closing": Sentence("trail.kind.closing", {}),
    "scrap": Sentence("trail.kind.scrap", {}),
    "salvage": Sentence("trail.kind.salvage", {}),
}
"""What each field of an account is, in words."""
LEAST = 0.5
"""Money below which a part is left out of a list; what was left out is told in one line. [money]"""
PLAN: Literal["plan"] = "plan"
SHARE, NPV = "share", "npv"
"""What value added and the gap are told over besides, as keys call it."""


def npv(g: Ground) -> Step:
    """Expected NPV of the plan, node by node."""
    by_node = g.reading.certificate.by_node
    parts = [
        step(
            at_node(g, n),
            by_node[n],
            "money",
            key=f"npv/{AT[1:]}{n}",
        )
        for n in range(g.reading.tree.count)
    ]
    whole = step(
        Sentence("trail.npv", {}),
        g.reading.certificate.expected,
        "money",
        key="npv",
        how=Sentence("trail.how.nodes", {}),
    )
    return summed(whole, parts)


def kinds(g: Ground) -> Step:
    """The same by what earns and costs it."""
    parts = [step(KINDS[name], getattr(g.account, name).sum(), "money") for name in (*YEARLY, *DECIDED)]
    whole = step(
        Sentence("trail.npv", {}),
        g.reading.certificate.expected,
        "money",
        key="npv/kinds",
        how=Sentence("trail.how.kinds", {}),
    )
    return summed(whole, [part for part in parts if part.amount.value])


def of_node(g: Ground, key: str, text: str) -> Step:
    """A node's part of it: its decisions, and its years."""
    n = _node(g, key, text)
    years = g.ledger.node_years
    parts = [
        step(KINDS[name], getattr(g.account, name)[n].sum(), "money", rests_on=_rows(g, name, n))
        for name in DECIDED
        if getattr(g.account, name)[n].any()
    ]
    parts += [
        step(_alike(g, y), g.account.by_year[y], "money", key=f"npv/{text}/{int(years.year[y])}")
        for y in np.flatnonzero(years.node == n).tolist()
    ]
    whole = step(at_node(g, n), g.reading.certificate.by_node[n], "money", key=key, how=Sentence("trail.how.years", {}))
    return summed(whole, parts)


def of_node_year(g: Ground, key: str, text: str, year: str) -> Step:
    """A node-year's part of it: every lane that carries cars, and what else is earned and paid in it."""
    n = _node(g, key, text)
    y = g.node_year(key, f"{year}{AT}{n}")
    found = g.account.margin[y]
    shown = [a for a in np.argsort(-np.abs(found)).tolist() if abs(found[a]) >= LEAST]
    parts = [_lane(g, a, y, f"{year}{AT}{n}") for a in shown]
    rest = float(found.sum() - found[shown].sum())
    if rest:
        parts.append(step(Sentence("trail.rest", {}), rest, "money"))
    for name in YEARLY[1:]:
        values = getattr(g.account, name)[y]
        if values.any():
            parts.append(step(KINDS[name], values.sum(), "money", rests_on=_running(g, name, values)))
    whole = step(_alike(g, y), g.account.by_year[y], "money", key=key, how=Sentence("trail.how.discounted", {}))
    return summed(whole, parts)


def _lane(g: Ground, a: int, y: int, text: str) -> Step:
    """What one lane adds in a node-year."""
    terms, lane = g.lane_words(a)
    carried = {
        "cars": Amount(float(g.reading.plan.flows.flow[y, a]), "cars"),
        "margin": Amount(float(g.prospect.arcs.margin[y, a]), "money_per_car"),
    }
    market = g.ledger.offers[g.ledger.arcs[a].offer].market
    risk = g.roots.economy(market, "country_risk_premium")
    own = g.roots.figures(market, "country_premium")
    return step(
        Sentence("trail.lane_year", terms | carried),
        g.account.margin[y, a],
        "money",
        key=f"margin/{lane}/{text}",
        rests_on=(*g.roots.figures("case", "discount_base"), *(own or risk)),
    )


def capital(g: Ground) -> Step:
    """Expected present value of what is spent on options and modules."""
    p = g.prospect.labels
    total = dict.fromkeys((*p.option, *p.resource), 0.0)
    for names, values in ((p.option, g.account.sites), (p.resource, g.account.steps)):
        for i, name in enumerate(names):
            total[name] -= float(values[:, i].sum())
    parts = [
        step(_called(g, name), value, "money", rests_on=invested(g, name)) for name, value in total.items() if value
    ]
    whole = step(
        Sentence("trail.capital", {}),
        g.reading.certificate.capital,
        "money",
        key="capital",
        how=Sentence("trail.how.capital", {}),
    )
    return summed(whole, parts)


def added(g: Ground) -> Step:
    """Value added over today's and committed footprint."""
    result = g.kept.told["result"]
    if result["standing"] is None:
        raise unknown("added", "what stands today cannot keep what is asked, so value added has no beginning", "`npv`")
    standing = next(row for row in g.book.comparisons if row.key == "standing")
    parts = (
        step(Sentence("trail.npv", {}), result["npv"], "money", key="npv"),
        step(Sentence("trail.minus_standing", {}), -standing.npv, "money", how=Sentence("trail.how.own_plan", {})),
    )
    return summed(step(Sentence("trail.added", {}), standing.plan_is_better_by, "money", key="added"), parts)


def added_share(g: Ground, key: str, text: str) -> Step:
    """Value added over what today's and committed footprint is worth."""
    g.among(key, text, [SHARE], "figure of value added")
    if g.kept.told["result"]["standing"] is None:
        raise unknown(key, "what stands today cannot keep what is asked, so value added has no beginning", "`npv`")
    rows = {row.key: row for row in g.book.comparisons}
    plan, standing = rows[PLAN].npv, rows["standing"].npv
    g.among(key, text, [SHARE] if standing else [], "figure where what stands is worth nothing")
    over = abs(standing)
    parts = (
        step(Sentence("trail.npv", {}), plan / over, "share", key="npv"),
        step(Sentence("trail.minus_way", {"which": "standing"}), -standing / over, "share", key="npv/standing"),
    )
    how = Sentence("trail.how.added_share", {"standing": Amount(over, "money")})
    return summed(step(Sentence("trail.added_share", {}), (plan - standing) / over, "share", key=key, how=how), parts)


def gap(g: Ground) -> Step:
    """Proven distance to the best plan, over value added."""
    return _gap(g, "gap", of_npv=g.kept.told["result"]["gap_value_added"] is None)


def gap_of_npv(g: Ground, key: str, text: str) -> Step:
    """The same over NPV."""
    g.among(key, text, [NPV], "figure of the gap")
    return _gap(g, key, of_npv=True)


def _gap(g: Ground, key: str, *, of_npv: bool) -> Step:
    result = g.kept.told["result"]
    value = result["gap_npv"] if of_npv else result["gap_value_added"]
    terms = {
        "bound": Amount(min(result["bound_certified"], result["bound_solver"]), "money"),
        "npv": Amount(result.get("maximised", result["npv"]), "money"),
        "of": Amount(abs(result["npv"] if of_npv else result["npv"] - result["standing"]), "money"),
    }
    what = Sentence("trail.gap", {}) if key == "gap" else Sentence("trail.gap.npv", {})
    return step(what, value, "share", key=key, how=Sentence("trail.how.gap", terms))


def compared(g: Ground, key: str, which: str, nodes: Sequence[str]) -> Step:
    """What a plan that this one is held against is worth; ``nodes`` are what might have been meant as well."""
    held = [row.key for row in g.book.comparisons if row.key != PLAN]
    if which not in held:
        raise unknown(key, f"`{which}` is no plan that it is held against, and no node", meant(which, (*held, *nodes)))
    row = next(row for row in g.book.comparisons if row.key == which)
    return step(
        Sentence("trail.npv_of", {"which": which}), row.npv, "money", key=key, how=Sentence("trail.how.own_plan", {})
    )


def skip(g: Ground, key: str, kind: str, subject: str) -> Step:
    """What leaving a decision out costs."""
    known = {row.key: row for row in g.book.do_now if row.costs_to_skip is not None}
    g.among(key, f"{kind}/{subject}", known, "first decision that can be left out")
    row, result = known[f"{kind}/{subject}"], g.kept.told["result"]
    value, cost = result.get("maximised", result["npv"]), row.costs_to_skip or 0.0
    how = Sentence("trail.how.without", {"gap": Amount(row.skip_gap, "money")})
    parts = (
        step(Sentence("trail.npv", {}), value, "money", key="npv"),
        step(Sentence("trail.minus_without", {}), cost - value, "money", how=how),
    )
    what = Sentence("trail.skip", {"what": (row.what,)})
    return summed(step(what, cost, "money", key=key, rests_on=invested(g, subject)), parts)


def _node(g: Ground, key: str, text: str) -> int:
    names = [f"{AT[1:]}{n}" for n in range(g.reading.tree.count)]
    g.among(key, text, names, "node of the tree")
    return names.index(text)


def at_node(g: Ground, n: int) -> Sentence:
    """A node with the year that it begins in and how likely it is."""
    year, chance = dated(int(g.reading.tree.start[n])), Amount(float(g.chance[n]), "share")
    return Sentence("trail.node", {"node": g.reading.names.node(n), "year": year, "chance": chance})


def _alike(g: Ground, y: int) -> Sentence:
    years = g.ledger.node_years
    first, last = int(years.year[y]), int(years.year[y] + years.span[y] - 1)
    return Sentence("trail.years", {"first": dated(first), "last": dated(last)})


def _called(g: Ground, name: str) -> Sentence:
    """An option or resource of the planner in words."""
    kind, _, rest = name.partition(" ")
    if name in g.reading.names.lines:
        return Sentence("trail.of_line", {"site": g.reading.names.line(name)})
    places = g.study.world.gazetteer.places
    if rest in places:
        market = {"market": g.reading.place(rest)}
        return Sentence("trail.of_network", market) if kind == DEALERS else Sentence("trail.of_entry", market)
    return Sentence("trail.of_other", {"name": name})


def invested(g: Ground, name: str) -> tuple[Root, ...]:
    """Rows that say what a line, an entry or a network's step costs."""
    items = (
        "open_cost", "module_cost", "grant", "site_fixed", "module_fixed", "exit_cost", "entry_cost", "entry_fixed",
        "channel_module_cost", "channel_module_fixed",
    )  # fmt: skip
    return g.roots.figures(name.partition(" ")[2] or name, *items)


def _rows(g: Ground, name: str, node: int) -> tuple[Root, ...]:
    """Rows behind what decisions of one kind cost at a node."""
    labels = g.prospect.labels
    names = labels.option if name in {"sites", "closing"} else labels.resource
    values = getattr(g.account, name)[node]
    return tuple(root for i, one in enumerate(names) if values[i] for root in invested(g, one))


def _running(g: Ground, name: str, values: Floats) -> tuple[Root, ...]:
    """Rows behind what runs in a year."""
    if name in {"price", "together"}:
        markets = g.ledger.selling.markets
        of = g.ledger.selling.market_of if name == "price" else [m for _, m in g.ledger.selling.groups]
        found = dict.fromkeys(markets[int(m)] for m, value in zip(of, values, strict=True) if value)
        roots = (root for market in found for root in g.roots.demand(market, "own_elasticity", "market_elasticity"))
        return tuple(dict.fromkeys(roots))
    labels = {"open_sites": g.prospect.labels.option, "steps_in_service": g.prospect.labels.resource}.get(name, ())
    items = ("site_fixed", "module_fixed", "entry_fixed", "channel_module_fixed")
    subjects = [one.partition(" ")[2] or one for i, one in enumerate(labels) if values[i]]
    return tuple(root for one in subjects for root in g.roots.figures(one, *items))
