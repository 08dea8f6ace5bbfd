"""Waterfalls of the lanes that carry most cars, and of the road not taken beside each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.costing import retail_price
from roadstead.futures.evaluate import HOME
from roadstead.playbook.book import Bar, Waterfall
from roadstead.playbook.reading import arc_modes, likely_path, path_weight
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from roadstead.futures.evaluate import ArcKey
    from roadstead.playbook.reading import Reading
    from roadstead.trade.landed import CostLine

LANES = 6
"""Lanes shown, each beside shipping from home where that is not what is done."""


def waterfalls(reading: Reading, year: int) -> tuple[Waterfall, ...]:
    """The busiest lane of each of the busiest markets in a year of the most likely future, with its export beside it."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    weight = path_weight(reading, likely_path(reading.tree))[year - reading.tree.first_year]
    node_year = int(weight.argmax())
    flow = weight @ reading.plan.flows.flow
    best: dict[str, int] = {}
    for a in sorted(range(len(ledger.arcs)), key=lambda i: -flow[i]):
        market = p.labels.market[p.arc_market[a]]
        if flow[a] > 0:
            best.setdefault(market, a)
    chosen = sorted(best.values(), key=lambda a: -flow[a])[:LANES]
    found = []
    for a in chosen:
        found.append(a)
        key = ledger.arcs[a]
        if key.line is not None:
            home = next(
                i for i, other in enumerate(ledger.arcs)
                if other.offer == key.offer and other.line is None and not other.regime
            )  # fmt: skip
            found.append(home)
    return tuple(_waterfall(reading, a, node_year, year) for a in found)


def _waterfall(reading: Reading, arc: int, node_year: int, shown: int) -> Waterfall:
    ledger = reading.evaluation.ledger
    key = ledger.arcs[arc]
    offer = ledger.offers[key.offer]
    bars = ledger.waterfall(arc, node_year)
    home = ledger.costing.carmaker.home.place
    year = representative_year(ledger.node_years, node_year)  # the year the bars are costed in
    return Waterfall(
        model=reading.model(offer.model_id),
        market=reading.place(offer.market),
        supply=reading.names.line(key.line) if key.line else reading.place(home),
        mode=arc_modes(reading.evaluation)[arc],
        year=year,
        bars=tuple(Bar(bar.key, bar.amount, _cites(reading, bar)) for bar in bars),
        net_price=float(ledger.selling.net_price[node_year, key.offer]),
        retail_price=retail_price(ledger.costing, offer, year) * ledger.circumstances[node_year].worth_of(offer.market),
        cars=float(reading.plan.flows.flow[node_year, arc]),
        key="/".join((offer.market, offer.model_id, supply_key(key), str(shown))),
    )


def supply_key(arc: ArcKey) -> str:
    """What keys call the supply of a lane: its line, or home, with a customs regime or a variant of content behind a plus sign."""
    return "+".join(filter(None, (arc.line or HOME, arc.regime)))


def _cites(reading: Reading, bar: CostLine) -> tuple[str, ...]:
    """What a charge rests on: the measure with its instrument, and where its figure was read."""
    if not (bar.is_charge or bar.is_rule):
        return ()
    measure, _, instrument = bar.rests_on.partition(" ")
    if bar.source == ASSUMPTION:  # an event says so itself; a rule of the case's own is told with its id
        return (
            instrument if instrument.startswith("assumed") else f"{measure}: {instrument} (assumption of the case)",
        )
    source = reading.evaluation.ledger.costing.world.sources.get(bar.source)
    read_in = source.title if source else "no source located"
    return (f"{measure}: {instrument} ({read_in})" if instrument else f"{measure}: {read_in}",)
