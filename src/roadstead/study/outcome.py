"""What became of a plan, in the few numbers that a what-if is asked for: worth, cars made abroad, duty paid, buyers' price, what is built."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from roadstead.futures.tree import node_probability
from roadstead.playbook.decisions import NEW, decisions, first_taken
from roadstead.playbook.reading import arc_modes
from roadstead.terms.ids import EntryMode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.playbook.reading import Reading
    from roadstead.study.study import Settled
    from roadstead.terms.arrays import Floats

INPUTS = ("kit", "parts", "battery")
"""What crosses a border before a car is finished: its duty goes to the country that finishes it."""
A_CAR = 1.0


@dataclass(frozen=True, slots=True)
class Built:
    """Something committed to: a line, market or tool by its id, how, the first year, how likely, and whether as the plan begins."""

    kind: str
    what: str
    year: int
    probability: float
    now: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan in short. Cars, duty and prices are expected over futures, on average over the years planned.

    Attributes
    ----------
    npv, standing
        Expected NPV of the plan, and of today's and the committed footprint; none where that cannot keep what is asked. [money]
    gap
        Share of NPV that a better plan could be better by, at most; one where nothing is proven. [fraction]
    sales, local_output
        Cars sold abroad, with markets in ``sold_in``, and cars made abroad, with countries in ``made_in``. [cars/year]
    duty
        Duties and fees that borders collect on the plan's cars and parts, with importers in ``duty_of``. [money/year]
    price
        Buyers' average price with all taxes, none where no car is sold, with markets in ``price_in``. [money/car]
    """

    npv: float
    standing: float | None
    gap: float
    sales: float
    local_output: float
    made_in: Mapping[str, float]
    duty: float
    duty_of: Mapping[str, float]
    price: float | None
    price_in: Mapping[str, float]
    built: tuple[Built, ...]
    sold_in: Mapping[str, float]


def outcome(settled: Settled, reading: Reading) -> Outcome:
    """Read a settled plan out."""
    years, flows = reading.evaluation.prospect.node_years, reading.plan.flows
    weight = node_probability(reading.tree)[years.node] * years.span
    weight = weight / len(reading.years)
    made, sold = _made(reading, weight), weight @ flows.sale.sum(-1)
    price_in, price = _prices(settled, reading, weight)
    sold_in = _sold_in(reading, sold)
    duty_of, gap = _duty(reading, weight), settled.solved.gap_npv
    return Outcome(
        npv=settled.solved.certificate.expected,
        standing=settled.solved.standing if isfinite(settled.solved.standing) else None,
        gap=gap if isfinite(gap) else 1.0,
        sales=float(sold.sum()),
        local_output=sum(made.values()),
        made_in=made,
        duty=sum(duty_of.values()),
        duty_of=duty_of,
        price=price,
        price_in=price_in,
        built=_built(reading),
        sold_in=sold_in,
    )


def _sold_in(reading: Reading, sold: Floats) -> dict[str, float]:
    """Cars sold by market. ``sold``: by cell, (C,)."""
    found: dict[str, float] = {}
    for met in reading.evaluation.ledger.selling.contests:
        if cars := float(sold[list(met.cells)].sum()):
            found[met.market] = found.get(met.market, 0.0) + cars
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _made(reading: Reading, weight: Floats) -> dict[str, float]:
    """Cars finished abroad by country."""
    ledger = reading.evaluation.ledger
    by_arc = weight @ reading.plan.flows.flow
    found: dict[str, float] = {}
    for a, mode in enumerate(arc_modes(reading.evaluation)):
        line = ledger.arcs[a].line
        if mode != EntryMode.EXPORT.value and line is not None and by_arc[a] > 0:
            place = ledger.costing.carmaker.lines[line].place
            found[place] = found.get(place, 0.0) + float(by_arc[a])
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _duty(reading: Reading, weight: Floats) -> dict[str, float]:
    """What borders charge on every flow of a car or more, by who collects it."""
    ledger, flow = reading.evaluation.ledger, reading.plan.flows.flow
    carmaker, territory = ledger.costing.carmaker, ledger.costing.world.gazetteer.territory
    found: dict[str, float] = {}
    for y, a in zip(*(flow >= A_CAR).nonzero(), strict=True):
        key = ledger.arcs[a]
        market = territory(ledger.offers[key.offer].market)
        host = territory(carmaker.lines[key.line].place) if key.line else market
        for bar in ledger.waterfall(int(a), int(y)):
            if bar.is_charge:
                importer = host if bar.key.partition("_")[0] in INPUTS else market
                found[importer] = found.get(importer, 0.0) + bar.amount * float(flow[y, a] * weight[y])
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _prices(settled: Settled, reading: Reading, weight: Floats) -> tuple[dict[str, float], float | None]:
    """Average price by market, and of all, weighted by cars."""
    sold, found = reading.plan.flows.sale.sum(-1), {}
    paid, cars = 0.0, 0.0
    for met in reading.evaluation.ledger.selling.contests:
        own = weight[:, None] * sold[:, list(met.cells)]
        if own.sum() > 0:
            spent = float((own * settled.reaction.own_price[met.market]).sum())
            found[met.market] = spent / float(own.sum())
            paid, cars = paid + spent, cars + float(own.sum())
    return found, paid / cars if cars else None


def _built(reading: Reading) -> tuple[Built, ...]:
    """Every commitment to something new, once, by what it is."""
    new = [one for one in decisions(reading) if one.kind in NEW]
    now = {one.key for one in new if one.node == 0}
    taken = first_taken(reading.tree, new)
    return tuple(Built(*key, year, probability, key in now) for key, (year, probability) in taken.items())


def changed(one: Outcome, other: Outcome) -> int:
    """Commitments that differ: what is built in one and not in the other, or in another year, or with another likelihood."""

    def seen(of: Outcome) -> set[tuple[str, str, int, int]]:
        return {(b.kind, b.what, b.year, round(100 * b.probability)) for b in of.built}

    first, second = seen(one), seen(other)
    return len({key[:2] for key in first ^ second})


def same(one: Built, other: Built) -> bool:
    """True where two commitments to one thing begin in the same year with the same likelihood, to a percent."""
    return (one.year, round(100 * one.probability)) == (other.year, round(100 * other.probability))


def from_row(row: Mapping[str, object]) -> Outcome:
    """An outcome from a row of a file."""
    values = dict(row)
    built = values.pop("built")
    assert isinstance(built, (list, tuple))
    return Outcome(**values, built=tuple(Built(**one) for one in built))  # type: ignore[arg-type]
