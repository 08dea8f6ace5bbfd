"""Trails of how many cars: what a market takes, what a line makes, how large a market and its NEV share may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.quantiles import HIGH, LOW, MIDDLE, quantile
from roadstead.study.trail.steps import Step, dated, step, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from roadstead.playbook.book import Term
    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Ground, Lane
    from roadstead.terms.arrays import Flags, Floats

LEVELS = {"p10": LOW, "p50": MIDDLE, "p90": HIGH}
"""Quantiles over futures that are told, as keys call them."""
A_CAR = 1.0
"""Cars below which a lane is told with the rest. [cars/year]"""


def sold(g: Ground, key: str, market: str, text: str) -> Step:
    """Cars sold in a market in a year: expected, or in the node named."""
    parts = by_lane(g, key, text, g.prospect.arc_market == g.market(key, market))
    what = Sentence("trail.cars", {"market": g.reading.place(market), "year": year_of(g, key, text)})
    value = sum(part.amount.value for part in parts)
    return summed(step(what, value, "cars", key=key, how=Sentence("trail.how.best", {})), parts)


def on_lane(g: Ground, key: str, lane: Lane, text: str) -> Step:
    """Cars on a lane in a year, node-year by node-year; in one node-year, what bounds them."""
    year, node = g.year(key, text)
    flow = g.reading.plan.flows.flow[:, lane.arc]
    terms, _ = g.lane_words(lane.arc)
    what = Sentence("trail.cars_lane", {**terms, "year": Amount(float(year), "year")})
    if node is None:
        whole = step(what, float(g.weight(year) @ flow), "cars", key=key, how=Sentence("trail.how.expected", {}))
        return summed(whole, by_node(g, year, flow, lambda y: f"cars/{lane.key}{g.at(y)}"))
    y = lane.node_year
    cell = g.ledger.arcs[lane.arc].offer
    reference = float(g.ledger.selling.reference_sales[y, cell])
    limits = _limits(g, lane, y)
    how = Sentence("trail.how.reference", {"reference": Amount(reference, "cars")})
    if limits:
        how = Sentence("trail.how.full", {"reference": Amount(reference, "cars"), "limits": limits})
    return step(
        what, float(flow[y]), "cars", key=key, how=how, rests_on=_demanded(g, lane.offer.market, lane.model.model_id)
    )


def made(g: Ground, key: str, line: str, text: str) -> Step:
    """Cars that a line makes in a year."""
    g.among(key, line, [one.line_id for one in g.ledger.lines], "line of the case")
    parts = by_lane(g, key, text, np.asarray([arc.line == line for arc in g.ledger.arcs]))
    value = sum(part.amount.value for part in parts)
    columns = ("standing", "opens", "module_size", "modules_now", "modules_limit")
    roots = g.roots.own("lines", lambda row: row["line"] == line, *columns)
    what = Sentence("trail.made", {"site": g.reading.names.line(line), "year": year_of(g, key, text)})
    return summed(step(what, value, "cars", key=key, how=Sentence("trail.how.best", {}), rests_on=roots), parts)


def size(g: Ground, key: str, market: str, text: str) -> Step:
    """How many new cars a market may buy in a year, by the outlook's draws of each node."""
    found = g.ledger.selling.market[:, g.market(key, market)]
    what = Sentence("trail.size", {"market": g.reading.place(market), "year": year_of(g, key, text)})
    return _drawn(g, key, text, (what, found, "cars"), history(g, market))


def nev_share(g: Ground, key: str, market: str, text: str) -> Step:
    """NEV share of a market in a year: cars that plug in over all cars, both expected."""
    selling, m, weight = g.ledger.selling, g.market(key, market), weight_of(g, key, text)
    cars = selling.market[:, m]
    value = float(weight @ (cars * selling.nev_share[:, m])) / float(weight @ cars)
    what = Sentence("trail.nev", {"market": g.reading.place(market), "year": year_of(g, key, text)})
    roots = g.roots.series("nev", lambda row: row["place"] == market, "nev_share", "nev_sales")
    return step(what, value, "share", key=key, how=Sentence("trail.how.draws", {"draws": _draws(g)}), rests_on=roots)


def _drawn(g: Ground, key: str, text: str, told_of: tuple[Sentence, Floats, str], roots: tuple[Root, ...]) -> Step:
    what, found, kind = told_of
    year, node = g.year(key, text)
    if node is not None:
        y = g.node_year(key, text)
        return step(
            what, found[y], kind, key=key, how=Sentence("trail.how.draws", {"draws": _draws(g)}), rests_on=roots
        )
    start = key.rpartition("/")[0]
    whole = step(
        what, float(g.weight(year) @ found), kind, key=key, how=Sentence("trail.how.expected", {}), rests_on=roots
    )
    return summed(whole, by_node(g, year, found, lambda y: f"{start}/{year}{g.at(y)}"))


def by_node(g: Ground, year: int, found: Floats, key_of: Callable[[int], str]) -> list[Step]:
    """What each node adds to an expected number: its own, by its probability in the year."""
    weight = g.weight(year)
    return [
        step(
            Sentence(
                "trail.by_node",
                {
                    "node": g.reading.names.node(g.node_of(y)),
                    "value": Amount(float(found[y]), "cars"),
                    "chance": Amount(float(weight[y]), "share"),
                },
            ),
            float(weight[y] * found[y]),
            "cars",
            key=key_of(y),
        )
        for y in np.flatnonzero(weight > 0).tolist()
        if found[y]
    ]


def by_lane(g: Ground, key: str, text: str, wanted: Flags) -> list[Step]:
    """Cars of some lanes, the fullest first; lanes of less than a car together. ``wanted``: shape (A,)."""
    flow = weight_of(g, key, text) @ g.reading.plan.flows.flow
    mine, found = [a for a in np.argsort(-flow).tolist() if wanted[a]], []
    for a in mine:
        if flow[a] >= A_CAR:
            terms, lane = g.lane_words(a)
            found.append(step(Sentence("trail.lane", terms), flow[a], "cars", key=f"cars/{lane}/{text}"))
    rest = float(sum(flow[a] for a in mine if flow[a] < A_CAR))
    return [*found, step(Sentence("trail.rest", {}), rest, "cars")] if rest else found


def by_place(g: Ground, values: Iterable[tuple[str, float]], kind: str, key_of: Callable[[str], str]) -> list[Step]:
    """What each market or country adds, where it adds anything."""
    return [
        step(Sentence("trail.in_market", {"market": g.reading.place(place)}), value, kind, key=key_of(place))
        for place, value in values
        if value
    ]


def at_level(g: Ground, year: int, values: Floats, end: str) -> tuple[int, Sentence]:
    """Node-year that has a quantile (P.2) of a year's futures, and how that is told. ``values``: shape (Y,)."""
    weight, level = g.weight(year), LEVELS[end]
    value = quantile(values, weight, level)
    y = next(y for y in np.flatnonzero(weight > 0).tolist() if values[y] == value)
    terms: dict[str, Term] = {"node": g.reading.names.node(g.node_of(y)), "share": Amount(level, "share")}
    return y, Sentence("trail.how.span", terms)


def _limits(g: Ground, lane: Lane, y: int) -> str:
    """Resources on the lane of which all is used in a node-year."""
    p, flow = g.prospect, g.reading.plan.flows.flow[y]
    used = np.zeros(len(p.labels.resource))
    np.add.at(used, p.resources.use_resource, flow[p.resources.use_arc] * p.resources.use_amount)
    built = _capacity(g, y)
    mine = set(p.resources.use_resource[p.resources.use_arc == lane.arc].tolist())
    return ", ".join(p.labels.resource[r] for r in sorted(mine) if used[r] >= (1.0 - 1e-6) * built[r] > 0)


def _capacity(g: Ground, y: int) -> Floats:
    """What there is of every resource in a node-year. Shape (R,)."""
    p, room = g.prospect, g.states.at_work
    return np.asarray(p.resources.free[y] + p.resources.usable[y] * p.resources.size * room[y])


def _demanded(g: Ground, market: str, model: str) -> tuple[Root, ...]:
    """Rows that say what sells at reference prices."""

    def here(row: object) -> bool:
        found = g.study.world.gazetteer.find(row["market"])  # type: ignore[index]
        return found is not None and found.place_id == market

    roots = g.roots
    return (
        *roots.own("volumes", here, "sales", unit="cars/year"),
        *roots.own("ambitions", here, "share"),
        *roots.own("mix", lambda row: row["model"] == model, "share"),
        *roots.figures("case", "years_to_mature"),
        *roots.demand(market, "own_elasticity", "market_elasticity"),
        *history(g, market),
        *roots.series("nev", lambda row: row["place"] == market, "nev_share"),
    )


def history(g: Ground, market: str) -> tuple[Root, ...]:
    """The count of new cars that the outlook goes on from."""
    history = g.study.world.markets[market]
    scope = history.definition
    sales = g.roots.series(
        "sales", lambda r: r["place"] == market and r["scope"] == scope and bool(r["preferred"]), "value"
    )
    return sales or g.roots.series("nev", lambda r: r["place"] == market and bool(r["total_sales"]), "total_sales")


def weight_of(g: Ground, key: str, text: str) -> Floats:
    """Probability of node-years in the year of a key; all of it on the node where one is named. Shape (Y,)."""
    year, node = g.year(key, text)
    if node is None:
        return g.weight(year)
    found = np.zeros(len(g.weight(year)))
    found[g.node_year(key, text)] = 1.0
    return found


def _draws(g: Ground) -> Amount:
    return Amount(float(g.study.case.draws), "count")


def year_of(g: Ground, key: str, text: str) -> Amount:
    """The year at the end of a key."""
    return dated(g.year(key, text)[0])
