"""Trails of reasons: what cars of a line earn and save beside cars from home, what cars of a market earn, what duties they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.evaluate import HOME
from roadstead.playbook import reasons
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.marks import duty_share
from roadstead.playbook.waterfalls import supply_key
from roadstead.study.trail.lanes import PER_CAR, duty, landed, margin
from roadstead.study.trail.steps import Keyed, Step, dated, step, summed
from roadstead.study.trail.volumes import A_CAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from roadstead.playbook.book import Term
    from roadstead.study.trail.ground import Asked, Ground, Lane


def listed(g: Ground) -> Iterator[Keyed]:
    """What the reasons of first decisions say, and the lanes that it is made of."""
    for entry in g.book.do_now:
        for said in entry.why.terms.values():
            if not isinstance(said, Amount):
                continue
            kind, *rest = said.key.split("/")
            if (kind, len(rest)) in ANSWERS:
                found = ANSWERS[kind, len(rest)](g, said.key, rest)
                yield Keyed(said.key, found.what, found.amount)
                yield from (Keyed(one.key, one.what, one.amount) for one in _lanes_of(g, found, kind))


def _lanes_of(g: Ground, found: Step, kind: str) -> Iterator[Step]:
    """Parts of a figure that are figures of the same kind."""
    for part in found.parts:
        first, *rest = part.key.split("/")
        if first == kind:
            yield ANSWERS[first, len(rest)](g, part.key, rest)


def gain(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What a car of a line earns more after tax than shipped from home: every lane by its cars."""
    line, text = rest
    g.among(key, line, [one.line_id for one in g.ledger.lines], "line of the case")
    year, _ = g.year(key, text)
    found = reasons.gain(g.reading, line, year)
    g.among(key, line, [line] if found.cars else [], "line that makes cars then")
    total, at, parts = sum(found.cars.values()), f"{year}{g.at(found.node_year)}", []
    for a in sorted(found.cars, key=lambda a: -found.cars[a]):
        if found.cars[a] >= A_CAR:
            terms, lane = g.lane_words(a)
            terms |= {"cars": Amount(found.cars[a], "cars"), "gain": _each(found.each[a])}
            what = Sentence("trail.gain.lane", terms)
            parts.append(step(what, found.each[a] * found.cars[a] / total, PER_CAR, key=f"gain/{lane}/{at}"))
    small = sum(found.each[a] * cars for a, cars in found.cars.items() if cars < A_CAR) / total
    parts += [step(Sentence("trail.rest", {}), small, PER_CAR)] if small else []
    what = Sentence("trail.gain", {"site": g.reading.names.line(line), "year": dated(year)})
    return summed(step(what, found.average, PER_CAR, key=key, how=Sentence("trail.how.gain", {})), parts)


def gain_of_lane(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The same of one lane: its margin, less that of the same car from home."""
    here, home, terms = _beside_home(g, key, rest, margin)
    parts = (here, step(Sentence("trail.minus_home", {}), -home.amount.value, PER_CAR, key=home.key))
    value = here.amount.value - home.amount.value
    return summed(step(Sentence("trail.gain.of_lane", terms), value, PER_CAR, key=key), parts)


def saving(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What a car saves on landing: landed cost from home, less that from the line."""
    here, home, terms = _beside_home(g, key, rest, landed)
    parts = (home, step(Sentence("trail.minus_landed", {}), -here.amount.value, PER_CAR, key=here.key))
    value = home.amount.value - here.amount.value
    return summed(step(Sentence("trail.saving", terms), value, PER_CAR, key=key), parts)


def _beside_home(
    g: Ground, key: str, rest: Sequence[str], of: Callable[[Ground, Lane], Step]
) -> tuple[Step, Step, dict[str, Term]]:
    """A figure of a lane and of the same car from home, without what adds up to them; and what names the lane."""
    market, model, source, text = rest
    lane = g.lane(key, (market, model, source), text)
    both = (lane, g.lane(key, (market, model, HOME), text))
    terms, _ = g.lane_words(lane.arc)
    here, home = (Step(one.what, one.amount, one.key) for one in (of(g, each) for each in both))
    return here, home, {**terms, "year": dated(g.costed_in(lane.node_year))}


def earned(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What a car of a market leaves after tax, expected over futures: every lane by its cars."""
    market, text = rest
    inside = g.prospect.arc_market == g.market(key, market)
    year, _ = g.year(key, text)
    weight, flow = g.weight(year), g.reading.plan.flows.flow
    cars, money = weight @ flow, weight @ (flow * g.prospect.arcs.margin)
    total, parts = float(cars[inside].sum()), []
    g.among(key, market, [market] if total else [], "market in which cars are sold then")
    shown = [a for a in np.argsort(-cars).tolist() if inside[a] and cars[a] >= A_CAR]
    for a in shown:
        terms, lane = g.lane_words(a)
        terms |= {"cars": Amount(float(cars[a]), "cars"), "margin": _each(money[a] / cars[a])}
        what = Sentence("trail.lane_year", terms)
        parts.append(step(what, money[a] / total, PER_CAR, key=f"earned/{lane}/{year}"))
    small = float(money[inside].sum() - money[shown].sum()) / total
    parts += [step(Sentence("trail.rest", {}), small, PER_CAR)] if small else []
    what = Sentence("trail.earned", {"market": g.reading.place(market), "year": dated(year)})
    value = float(money[inside].sum()) / total
    return summed(step(what, value, PER_CAR, key=key, how=Sentence("trail.how.earned", {})), parts)


def earned_on_lane(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The same of one lane: its margin in every future, by the cars that it carries there."""
    market, model, source, text = rest
    lane, (year, _) = g.lane(key, (market, model, source), text), g.year(key, text)
    weight, flow = g.weight(year), g.reading.plan.flows.flow[:, lane.arc]
    total, parts = float(weight @ flow), []
    g.among(key, source, [source] if total else [], "supply that carries cars then")
    margins, name = g.prospect.arcs.margin[:, lane.arc], supply_key(g.ledger.arcs[lane.arc])
    for y in np.flatnonzero(weight * flow > 0).tolist():
        node: dict[str, Term] = {
            "node": g.reading.names.node(g.node_of(y)),
            "chance": Amount(float(weight[y]), "share"),
        }
        node |= {"cars": Amount(float(flow[y]), "cars"), "margin": _each(margins[y])}
        value, at = weight[y] * flow[y] * margins[y] / total, f"{market}/{model}/{name}/{year}{g.at(y)}"
        parts.append(step(Sentence("trail.earned.node", node), value, PER_CAR, key=f"margin/{at}"))
    terms, _ = g.lane_words(lane.arc)
    what = Sentence("trail.earned.lane", {**terms, "year": dated(year)})
    value = float(weight @ (flow * margins)) / total
    return summed(step(what, value, PER_CAR, key=key, how=Sentence("trail.how.earned", {})), parts)


def full(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """In how much of the futures home makes all that it can: the nodes at which it does."""
    year, _ = g.year(key, rest[0])
    weight, parts = g.weight(year), []
    for y in np.flatnonzero(reasons.home_is_full(g.reading) & (weight > 0)).tolist():
        n = g.node_of(y)
        what = Sentence("trail.line.node", {"node": g.reading.names.node(n)})
        parts.append(step(what, weight[y], "share", key=f"reached/n{n}"))
    what = Sentence("trail.full", {"year": dated(year)})
    value = sum(part.amount.value for part in parts)
    return summed(step(what, value, "share", key=key, how=Sentence("trail.how.full_home", {})), parts)


def duties(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Duties on the car that the map is of; on the first that is offered in a market where that one is not."""
    market, text = rest
    g.market(key, market)
    wanted = [m for m in g.ledger.costing.carmaker.models if g.reading.model(m) == g.book.atlas.model]
    offered = [offer.model_id for offer in g.ledger.offers if offer.market == market]
    model = next((m for m in wanted if m in offered), offered[0])
    terms: dict[str, Term] = {"market": g.reading.place(market), "year": dated(g.year(key, text)[0])}
    return _duties(g, g.lane(key, (market, model, HOME), text), Sentence("trail.duties", terms), key)


def duties_of_model(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Duties on any other."""
    market, model, text = rest
    lane = g.lane(key, (market, model, HOME), text)
    terms, _ = g.lane_words(lane.arc)
    terms["year"] = dated(g.year(key, text)[0])
    return _duties(g, lane, Sentence("trail.duties.model", terms), key)


def _duties(g: Ground, lane: Lane, what: Sentence, key: str) -> Step:
    """Duties on a car from home, as a share of its price at the home gate."""
    bars = g.ledger.waterfall(lane.arc, lane.node_year)
    terms: dict[str, Term] = {
        "model": g.reading.model(lane.model.model_id),
        "duty": _each(sum(bar.amount for bar in bars if bar.is_charge)),
        "gate": _each(sum(bar.amount for bar in bars if bar.key == "ex_works")),
        "margin": Amount(lane.model.transfer_margin, "share"),
    }
    roots = tuple(root for part in duty(g, lane).parts for root in part.rests_on)
    how = Sentence("trail.how.duties", terms)
    return step(what, duty_share(lane.model, bars), "share", key=key, how=how, rests_on=roots)


def _each(value: float) -> Amount:
    return Amount(float(value), "money_per_car")


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("gain", 2): gain,
    ("gain", 4): gain_of_lane,
    ("saving", 4): saving,
    ("earned", 2): earned,
    ("earned", 4): earned_on_lane,
    ("full", 1): full,
    ("duties", 2): duties,
    ("duties", 3): duties_of_model,
}
"""What may be asked here, by the first word of a key and how many follow."""
