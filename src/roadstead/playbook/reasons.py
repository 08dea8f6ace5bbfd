"""Why a decision is taken: what it saves against shipping from home, for which markets and how many cars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import TOOL, working
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.reading import weight_by_year
from roadstead.playbook.waterfalls import supply_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.playbook.book import Name, Term
    from roadstead.playbook.decisions import Decision
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Flags, Floats

MOST = 4
"""Markets named."""
FULL = 0.995
"""Share of home capacity from which the home plants count as full."""


def why(reading: Reading, decision: Decision, year: int) -> Sentence:
    """The reason in one sentence, with figures of one year in expectation."""
    if decision.kind == "enter":
        return _enter(reading, decision.subject, year)
    if decision.kind == "retire":
        return _retire(reading, working(reading, decision.subject, decision.node, year).line_id, year)
    if decision.kind == TOOL:
        return _tool(reading, decision.subject, year)
    return _line(reading, working(reading, decision.subject, decision.node, year).line_id, year)


def _tool(reading: Reading, name: str, year: int) -> Sentence:
    """What is made of a model with its tools."""
    p = reading.evaluation.prospect
    flow = weight_by_year(reading)[year - reading.tree.first_year] @ reading.plan.flows.flow
    made = float(flow[p.arcs.supply_option == p.labels.option.index(name)].sum())
    terms: dict[str, Term] = {"cars": Amount(made, "cars"), "year": Amount(float(year), "year")}
    return Sentence("why.tool", terms)


def _retire(reading: Reading, line: str, year: int) -> Sentence:
    """What a line still makes: its gain over shipping from home is a reason for what stays, not for what goes."""
    weight = weight_by_year(reading)[year - reading.tree.first_year]
    flow = weight @ reading.plan.flows.flow
    made = sum(float(flow[a]) for a, key in enumerate(reading.evaluation.ledger.arcs) if key.line == line)
    cars = Amount(made, "cars", f"made/{line}/{year}")
    terms: dict[str, Term] = {"cars": cars, "year": Amount(float(year), "year")}
    return Sentence("why.retire", terms)


@dataclass(frozen=True, slots=True)
class Gain:
    """What cars of a line earn more after tax than shipped from home, lane by lane.

    Attributes
    ----------
    node_year
        Likeliest node-year of the year: margins and costs are those in it.
    cars
        Expected cars of every lane of the line that carries any. [cars/year]
    each
        What one of them earns more than the same car from home. [money/car]
    """

    node_year: int
    cars: Mapping[int, float]
    each: Mapping[int, float]

    @property
    def best(self) -> int:
        """The lane that gains most."""
        return max(self.cars, key=lambda a: self.each[a] * self.cars[a])

    @property
    def average(self) -> float:
        """Over all of the line's cars. [money/car]"""
        return sum(self.each[a] * self.cars[a] for a in self.cars) / sum(self.cars.values())


def gain(reading: Reading, line: str, year: int) -> Gain:
    """After tax, as the plan counts."""
    margin = reading.evaluation.prospect.arcs.margin
    weight = weight_by_year(reading)[year - reading.tree.first_year]
    flow, node_year = weight @ reading.plan.flows.flow, int(np.argmax(weight))
    arcs = reading.evaluation.ledger.arcs
    cars = {a: float(flow[a]) for a, key in enumerate(arcs) if key.line == line and flow[a] > 0}
    each = {a: float(margin[node_year, a] - margin[node_year, from_home(reading, a)]) for a in cars}
    return Gain(node_year, cars, each)


def _line(reading: Reading, line: str, year: int) -> Sentence:
    ledger, found = reading.evaluation.ledger, gain(reading, line, year)
    if not found.cars:
        return Sentence("why.idle", {"site": reading.names.line(line), "year": Amount(float(year), "year")})
    weight = weight_by_year(reading)[year - reading.tree.first_year]
    terms: dict[str, Term] = {
        "cars": Amount(sum(found.cars.values()), "cars", f"made/{line}/{year}"),
        "year": Amount(float(year), "year"),
        "markets": _markets(reading, list(found.cars), weight @ reading.plan.flows.flow),
    }
    if found.average <= 0:
        full = float(weight[home_is_full(reading)].sum())
        return Sentence("why.full", {**terms, "full": Amount(full, "share", f"full/{year}")})
    terms["gain"] = Amount(found.average, "money_per_car", f"gain/{line}/{year}")
    # The lane that gains most stands for the others.
    best, node_year = found.best, found.node_year
    saving = _cost(reading, from_home(reading, best), node_year) - _cost(reading, best, node_year)
    if saving <= 0:
        return Sentence("why.tax", terms)
    offer = ledger.offers[ledger.arcs[best].offer]
    duty = duty_from_home(reading.evaluation, offer.market, offer.model_id, node_year)
    of, at = f"{offer.market}/{offer.model_id}", f"{year}@n{ledger.node_years.node[node_year]}"
    return Sentence(
        "why.local",
        {
            **terms,
            "market": reading.place(offer.market),
            "model": reading.model(offer.model_id),
            "duty": Amount(duty, "share", f"duties/{of}/{at}"),
            "saving": Amount(saving, "money_per_car", f"saving/{of}/{supply_key(ledger.arcs[best])}/{at}"),
        },
    )


def from_home(reading: Reading, arc: int) -> int:
    """The arc that ships the same car to the same market from home, outside any quota."""
    arcs = reading.evaluation.ledger.arcs
    offer = arcs[arc].offer
    return next(a for a, key in enumerate(arcs) if key.offer == offer and key.line is None and not key.regime)


def _markets(reading: Reading, mine: list[int], flow: Floats) -> tuple[Name, ...]:
    """Markets some arcs serve, the largest first."""
    p = reading.evaluation.prospect
    market = p.arc_market[mine]
    cars = np.bincount(market, weights=flow[mine], minlength=len(p.labels.market))
    order = [int(m) for m in np.argsort(-cars, kind="stable") if cars[m] > 0]
    return tuple(reading.place(p.labels.market[m]) for m in order[:MOST])


def home_is_full(reading: Reading) -> Flags:
    """Where the home plants run at their limit. Shape (Y,)."""
    resources, flow = reading.evaluation.prospect.resources, reading.plan.flows.flow
    mine = resources.use_resource == 0
    used = flow[:, resources.use_arc[mine]] @ resources.use_amount[mine]
    return np.asarray(used >= FULL * resources.free[:, 0])


def unsourced_measures(reading: Reading, decision: Decision, year: int) -> tuple[str, ...]:
    """Measures without a source that charge the lane a decision uses most, or its cars shipped from home instead."""
    ledger = reading.evaluation.ledger
    weight = weight_by_year(reading)[year - reading.tree.first_year]
    flow = weight @ reading.plan.flows.flow
    if decision.kind == TOOL:
        return ()
    of_line = decision.kind != "enter"
    mine = [
        a
        for a, key in enumerate(ledger.arcs)
        if (key.line if of_line else ledger.offers[key.offer].market) == decision.subject and flow[a] > 0
    ]
    if not mine:
        return ()
    busiest = ledger.arcs[max(mine, key=lambda a: flow[a])]
    lanes = [
        a for a, key in enumerate(ledger.arcs) if key == busiest or (key.offer == busiest.offer and key.line is None)
    ]
    bars = [
        bar
        for a in lanes
        for bar in ledger.waterfall(a, int(np.argmax(weight)))
        if (bar.is_charge or bar.is_rule) and not bar.source
    ]
    return tuple(dict.fromkeys(f"measure {bar.rests_on.split(' ')[0]}" for bar in bars))


def _cost(reading: Reading, arc: int, node_year: int) -> float:
    return sum(bar.amount for bar in reading.evaluation.ledger.waterfall(arc, node_year))


def _enter(reading: Reading, market: str, year: int) -> Sentence:
    ledger = reading.evaluation.ledger
    weight = weight_by_year(reading)[year - reading.tree.first_year]
    flow = weight @ reading.plan.flows.flow
    mine = [a for a, key in enumerate(ledger.arcs) if ledger.offers[key.offer].market == market]
    total = float(flow[mine].sum())
    earned = float((weight @ (reading.plan.flows.flow * reading.evaluation.prospect.arcs.margin))[mine].sum())
    return Sentence(
        "why.enter",
        {
            "market": reading.place(market),
            "cars": Amount(total, "cars", f"cars/{market}/{year}"),
            "year": Amount(float(year), "year"),
            "margin": Amount(earned / total, "money_per_car", f"earned/{market}/{year}")
            if total
            else Amount(0.0, "money_per_car"),
        },
    )
