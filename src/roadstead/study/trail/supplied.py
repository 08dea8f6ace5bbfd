"""Trails of how markets are supplied: cars by mode, the three fronts, since when a market is supplied as it is, room at a line."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import HALF
from roadstead.playbook.fronts import latest_shares
from roadstead.playbook.reading import MODES, arc_modes
from roadstead.study.trail.ground import AT
from roadstead.study.trail.steps import Keyed, Step, dated, step, summed
from roadstead.study.trail.volumes import A_CAR, at_level, by_lane, by_node, by_place, history, weight_of, year_of
from roadstead.terms.ids import NEV, EntryMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Term, TimelineSpan
    from roadstead.playbook.fronts_book import Front
    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Asked, Ground
    from roadstead.terms.arrays import Flags, Floats

FRONTS = ("overseas", "big_markets", "nev")
ENDS = ("p10", "p90")
"""Ends of the span that a year's cars lie in over futures."""


def listed(g: Ground) -> Iterator[Keyed]:
    """The three fronts; since when every market is supplied as it is, and its cars then; cars by mode and year; room at lines."""
    for row in g.book.fronts:
        for which in FRONTS:
            share: float | None = getattr(row, which)
            if row.key and share is not None:
                yield Keyed(f"front/{which}/{row.key}", _front(row, which), Amount(share, "share"))
    yield from of_timeline(g)
    yield from _of_volumes(g)
    for market in filter(lambda row: row.key, g.book.markets):
        for mode, cars in zip(MODES, (market.exported, market.kits, market.contract, market.local), strict=True):
            terms: dict[str, Term] = {"market": market.market, "mode": mode, "year": dated(market.year)}
            yield Keyed(f"mode/{mode}/{market.key}", Sentence("trail.mode_market", terms), Amount(cars, "cars"))


def of_timeline(g: Ground) -> Iterator[Keyed]:
    """Since when a market is supplied as it is, and its cars as that begins and ends."""
    for run in runs(g.book.timeline):
        begin, end = run[0], run[-1]
        if not begin.key:
            continue
        yield Keyed(f"since/{begin.key.partition(AT)[0]}", _since(begin), Amount(float(begin.year), "year"))
        for one in dict.fromkeys((begin, end)):
            terms: dict[str, Term] = {"market": one.market, "year": dated(one.year)}
            yield Keyed(f"cars/{one.key}", Sentence("trail.cars", terms), Amount(one.cars, "cars"))
            yield Keyed(f"abroad/{one.key}", Sentence("trail.abroad", terms), Amount(one.local_share, "share"))


def _of_volumes(g: Ground) -> Iterator[Keyed]:
    """Cars by mode and year, the span of all of them, and what lines have room for."""
    for volume in g.book.volumes:
        terms: dict[str, Term] = {"mode": volume.mode, "year": dated(volume.year)}
        if volume.cars:
            yield Keyed(f"mode/{volume.mode}/{volume.year}", Sentence("trail.mode", terms), Amount(volume.cars, "cars"))
    for year, ends in {one.year: (one.low_total, one.high_total) for one in g.book.volumes}.items():
        for end, value in zip(ENDS, ends, strict=True):
            yield Keyed(f"total/{year}/{end}", _total(year, end), Amount(value, "cars"))
    for site in filter(lambda one: one.key, g.book.sites):
        yield Keyed(f"room/{site.key}", _room(g, site.key), Amount(site.capacity, "cars"))


def runs(spans: Sequence[TimelineSpan]) -> Iterator[list[TimelineSpan]]:
    """Years in a row in which a market is supplied in one way, as the timeline draws them."""
    for _, own in groupby(spans, key=lambda span: span.market):
        for _, run in groupby(sorted(own, key=lambda span: span.year), key=lambda span: span.mode):
            yield list(run)


def front(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """A share of one of the three fronts: market by market, or the two rows that a precedent's is made of."""
    which, at = rest
    known = {row.key: row for row in g.book.fronts if row.key}
    g.among(key, which, FRONTS, "front")
    g.among(key, at, known, "year or maker's country of the three fronts")
    row = known[at]
    if row.source != "this plan":
        return _precedent(g, key, row)
    flow = g.weight(row.year) @ g.reading.plan.flows.flow
    inside = _of_front(g, which)
    total, parts = float(flow.sum()), []
    for m, market in enumerate(g.ledger.selling.markets):
        cars = float(flow[inside & (g.prospect.arc_market == m)].sum())
        if cars:
            terms: dict[str, Term] = {"market": g.reading.place(market), "cars": Amount(cars, "cars")}
            roots = history(g, market) if which == "big_markets" else ()
            what = Sentence("trail.front.market", terms)
            parts.append(step(what, cars / total, "share", key=f"cars/{market}/{at}", rests_on=roots))
    how = {
        "overseas": Sentence("trail.how.front.overseas", {"total": Amount(total, "cars")}),
        "big_markets": Sentence("trail.how.front.big_markets", {"total": Amount(total, "cars")}),
        "nev": Sentence("trail.how.front.nev", {"total": Amount(total, "cars")}),
    }[which]
    roots = g.roots.own("models", lambda _: True, "powertrain") if which == "nev" else ()
    value = sum(part.amount.value for part in parts)
    return summed(step(_front(row, which), value, "share", key=key, how=how, rests_on=roots), parts)


def _of_front(g: Ground, which: str) -> Flags:
    """Lanes that a front counts. Shape (A,)."""
    models, offers = g.ledger.costing.carmaker.models, g.ledger.offers
    if which == "overseas":
        return np.asarray([mode != EntryMode.EXPORT.value for mode in arc_modes(g.reading.evaluation)])
    if which == "nev":
        return np.asarray([models[offers[arc.offer].model_id].powertrain in NEV for arc in g.ledger.arcs])
    large = np.asarray([g.study.world.markets[m].is_large for m in g.ledger.selling.markets])
    return np.asarray(large[g.prospect.arc_market])


def _precedent(g: Ground, key: str, row: Front) -> Step:
    found = next(share for home, _, share in latest_shares(g.study.world) if home == row.key)
    terms = {
        "abroad": Amount(found.overseas, "cars"),
        "exported": Amount(found.denominator - found.overseas, "cars"),
        "year": dated(found.year),
    }
    roots = g.roots.facts("overseas_production", (found.pair.abroad, found.pair.beside), "metric", "value")
    how = Sentence("trail.how.front.precedent", terms)
    return step(_front(row, "overseas"), found.share, "share", key=key, how=how, rests_on=roots, equation="W.4")


def by_mode(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Cars of one mode in a year: market by market, or of one market lane by lane."""
    mode, *market, text = rest
    g.among(key, mode, MODES, "mode")
    if market:
        parts = by_lane(g, key, text, _sends(g, mode) & (g.prospect.arc_market == g.market(key, market[0])))
        terms: dict[str, Term] = {"market": g.reading.place(market[0]), "mode": mode}
        what = Sentence("trail.mode_market", terms | {"year": year_of(g, key, text)})
    else:
        what = Sentence("trail.mode", {"mode": mode, "year": year_of(g, key, text)})
        flow = np.where(_sends(g, mode), weight_of(g, key, text) @ g.reading.plan.flows.flow, 0.0)
        parts = by_place(g, _by_market(g, flow), "cars", lambda name: f"mode/{mode}/{name}/{text}")
    value = sum(part.amount.value for part in parts)
    return summed(step(what, value, "cars", key=key, how=Sentence("trail.how.best", {})), parts)


def _sends(g: Ground, mode: str) -> Flags:
    return np.asarray([one == mode for one in arc_modes(g.reading.evaluation)])


def _by_market(g: Ground, flow: Floats) -> Iterator[tuple[str, float]]:
    """Cars on lanes, by market. ``flow``: shape (A,)."""
    for m, market in enumerate(g.ledger.selling.markets):
        yield market, float(flow[g.prospect.arc_market == m].sum())


def total(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The end of the span that a year's cars lie in: those of the future that stands there, market by market."""
    text, end = rest
    year, _ = g.year(key, text)
    g.among(key, end, ENDS, "end of the span")
    flow = g.reading.plan.flows.flow
    y, how = at_level(g, year, flow.sum(1), end)
    parts = by_place(g, _by_market(g, flow[y]), "cars", lambda market: f"cars/{market}/{year}{g.at(y)}")
    return summed(step(_total(year, end), flow[y].sum(), "cars", key=key, how=how, equation="P.2"), parts)


def abroad(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Share of a market's cars that is made abroad, line by line."""
    market, text = rest
    m, flow = g.market(key, market), weight_of(g, key, text) @ g.reading.plan.flows.flow
    here = g.prospect.arc_market == m
    sold = float(flow[here].sum())
    parts = []
    for a in np.flatnonzero(here & ~_sends(g, EntryMode.EXPORT.value) & (flow > 0)).tolist() if sold >= A_CAR else ():
        terms, lane = g.lane_words(a)
        what = Sentence("trail.abroad.lane", terms | {"cars": Amount(float(flow[a]), "cars")})
        parts.append(step(what, float(flow[a]) / sold, "share", key=f"cars/{lane}/{text}"))
    what = Sentence("trail.abroad", {"market": g.reading.place(market), "year": year_of(g, key, text)})
    how = Sentence("trail.how.abroad", {"total": Amount(sold, "cars")})
    value = sum(part.amount.value for part in parts)
    return summed(step(what, value, "share", key=key, how=how), parts)


def since(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The year from which a market is supplied as it is: when that was decided, how long it takes, and how long other ways led still."""
    market, text = rest
    g.market(key, market)
    begun = {f"{run[0].key.partition(AT)[0]}": run[0] for run in runs(g.book.timeline) if run[0].key}
    g.among(key, f"{market}/{text}", begun, "year in which the timeline shows another mode")
    span = begun[f"{market}/{text}"]
    y = g.node_year(key, text)
    whole = step(_since(span), float(span.year), "year", key=key, how=Sentence("trail.how.since", _led(g, span, y)))
    if span.mode == "none" or span.year == g.reading.tree.first_year:
        return whole
    lanes = _sends(g, span.mode) & (g.prospect.arc_market == g.market(key, market))
    a = int(np.argmax(np.where(lanes, g.reading.plan.flows.flow[y], -1.0)))
    return summed(whole, _years(g, span, y, a))


def _years(g: Ground, span: TimelineSpan, y: int, a: int) -> list[Step]:
    """Years from the decision that opened the fullest lane to the one in which its mode leads; of a lane that stood open, from then."""
    arc = g.ledger.arcs[a]
    option = int((g.prospect.arcs.supply_option if arc.line else g.prospect.arcs.entry_option)[a])
    terms, _ = g.lane_words(a)
    name = g.prospect.labels.option[option] if option >= 0 else ""
    node = _decided_at(g, option, y)
    if node is None:
        opened = int(g.prospect.options.opens[option]) if option >= 0 else g.reading.tree.first_year
        opened = max(opened, g.reading.tree.first_year)
        roots = _stands(g, arc.line)
        parts = [step(Sentence("trail.since.open", terms), float(opened), "year", rests_on=roots)]
    else:
        begun, lead = int(g.reading.tree.start[node]), int(g.prospect.options.lead[option])
        opened = begun + lead
        kind, subject = _kind_of(g, name)
        under = f"decided/{kind}/{subject}/{AT[1:]}{node}"
        parts = [
            step(Sentence("trail.since.decided", terms), float(begun), "year", key=under),
            step(Sentence("trail.since.lead", {}), float(lead), "years", rests_on=_lead(g, arc.line, subject)),
        ]
    if span.year != opened:
        parts.append(step(Sentence("trail.since.grows", {}), float(span.year - opened), "years"))
    return parts


def _decided_at(g: Ground, option: int, y: int) -> int | None:
    """Node on the way to a node-year at which an option was committed to."""
    if option < 0:
        return None
    at = np.flatnonzero(g.reading.plan.decisions.commit[:, option] > HALF)
    on_the_way = set(g.history_of(y))
    return next((n for n in at.tolist() if n in on_the_way), None)


def _kind_of(g: Ground, name: str) -> tuple[str, str]:
    """Kind and subject of the decision that an option is."""
    if name.startswith("enter "):
        return "enter", name.removeprefix("enter ")
    return ("convert" if g.ledger.costing.carmaker.lines[name].converts else "open"), name


def _stands(g: Ground, line: str | None) -> tuple[Root, ...]:
    return g.roots.own("lines", lambda row: row["line"] == line, "standing", "opens") if line else ()


def _lead(g: Ground, line: str | None, subject: str) -> tuple[Root, ...]:
    own = g.roots.own("lines", lambda row: row["line"] == line, "lead") if line else ()
    return own or g.roots.figures(subject, "entry_lead")


def _led(g: Ground, span: TimelineSpan, y: int) -> Mapping[str, Term]:
    """Cars of the mode that leads, of all, and the mode that led the year before."""
    flow, at = g.reading.plan.flows.flow[y], g.prospect.arc_market
    m = g.ledger.selling.markets.index(span.key.partition("/")[0])
    before = [one for one in g.book.timeline if one.market == span.market and one.year == span.year - 1]
    return {
        "mode": span.mode,
        "cars": Amount(float(flow[_sends(g, span.mode) & (at == m)].sum()), "cars"),
        "total": Amount(span.cars, "cars"),
        "before": before[0].mode if before else "none",
        "begins": Amount(float(not before), "count"),
    }


def room(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Cars that a line has room for: each node's by its probability."""
    line, text = rest
    names = [one.line_id for one in g.ledger.lines]
    g.among(key, line, names, "line of the case")
    able: Floats = g.able[:, names.index(line)]
    year, node = g.year(key, text)
    roots = g.roots.own("lines", lambda row: row["line"] == line, "module_size", "modules_now", "opens", "lead")
    what = _room(g, f"{line}/{year}")
    if node is not None:
        how = Sentence("trail.how.room", {})
        return step(what, able[g.node_year(key, text)], "cars", key=key, how=how, rests_on=roots)
    how = Sentence("trail.how.expected", {})
    whole = step(what, float(g.weight(year) @ able), "cars", key=key, how=how, rests_on=roots)
    return summed(whole, by_node(g, year, able, lambda y: f"room/{line}/{year}{g.at(y)}"))


def _front(row: Front, which: str) -> Sentence:
    terms: dict[str, Term] = {"who": row.who, "year": dated(row.year)}
    return {
        "overseas": Sentence("trail.front.overseas", terms),
        "big_markets": Sentence("trail.front.big_markets", terms),
        "nev": Sentence("trail.front.nev", terms),
    }[which]


def _since(span: TimelineSpan) -> Sentence:
    return Sentence("trail.since", {"market": span.market, "mode": span.mode})


def _total(year: int, end: str) -> Sentence:
    terms: dict[str, Term] = {"year": dated(year)}
    return Sentence("trail.total.p10", terms) if end == "p10" else Sentence("trail.total.p90", terms)


def _room(g: Ground, key: str) -> Sentence:
    line, _, year = key.partition("/")
    return Sentence("trail.room", {"site": g.reading.names.line(line), "year": dated(int(year))})


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("front", 2): front,
    ("mode", 2): by_mode,
    ("mode", 3): by_mode,
    ("total", 2): total,
    ("abroad", 2): abroad,
    ("since", 2): since,
    ("room", 2): room,
}
"""What may be asked here, by the first word of a key and how many follow."""
