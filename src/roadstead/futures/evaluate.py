"""Build the prospect: what every node-year of a grown tree offers, from facts, rules, draws and the carmaker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity import asking, capital, pledging, sites, tying
from roadstead.futures.costs.circumstances import moments_of, node_circumstances, representative_year
from roadstead.futures.costs.costing import Costing, as_law_sees, facts_of_model
from roadstead.futures.costs.export_limits import limited_nests, with_export_limits
from roadstead.futures.costs.joint_ventures import home_profit, own_margin
from roadstead.futures.costs.lane_costs import IN_QUOTA, Supply, Way, lane_cost, lane_costs
from roadstead.futures.costs.least_prices import under_least_prices, with_least_prices
from roadstead.futures.costs.variants import line_of, regimes
from roadstead.futures.prospect import Arcs, Labels, NodeYears, Prospect
from roadstead.futures.selling.selling import Selling, build_demand
from roadstead.terms.ids import EntryMode, Product
from roadstead.trade.duty import Shipment, barring, covers
from roadstead.trade.non_tariff import FORBIDS, driver_side, met, met_abroad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.costing import Circumstances
    from roadstead.futures.costs.moments import Moments
    from roadstead.futures.events import Event
    from roadstead.futures.grow import Grown
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.trade.landed import CostLine
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Carmaker, Line, Model, Offer

HOME = "home"
OPEN = ""
PROHIBITIONS = frozenset({FORBIDS})
ROUNDING = 1e-9
"""What a least local content may be passed by: 1 - 0.78 is a little less than 0.22 to a computer."""


@dataclass(frozen=True, slots=True)
class ArcKey:
    """What an arc is: offer served, line serving (None for home), customs regime or variant of content."""

    offer: int
    line: str | None
    regime: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Keeps what every number of the prospect rests on, so that it can be asked "why?".

    Attributes
    ----------
    arcs
        What each arc is. Length A.
    circumstances
        What holds in every node-year. Length Y.
    """

    costing: Costing
    grown: Grown
    offers: tuple[Offer, ...]
    lines: tuple[Line, ...]
    arcs: tuple[ArcKey, ...]
    circumstances: tuple[Circumstances, ...]
    node_years: NodeYears
    selling: Selling

    def waterfall(self, arc: int, node_year: int) -> list[CostLine]:
        """The bars behind an arc's margin in a node-year; their sum is the landed cost the margin was worked out from."""
        key = self.arcs[arc]
        offer = self.offers[key.offer]
        carmaker = self.costing.carmaker
        line = line_of(carmaker, key)
        year = representative_year(self.node_years, node_year)
        now = self.circumstances[node_year]
        model = carmaker.models[offer.model_id]
        return lane_cost(self.costing, Supply(line, model, offer.market, key.regime, year, now))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A prospect and the ledger behind it."""

    prospect: Prospect
    ledger: Ledger


def node_years(grown: Grown, first_blocks: int = 1) -> NodeYears:
    """Years of each node: single at first, then in blocks that grow with the distance from today."""
    tree = grown.tree
    node, year, span = [], [], []
    for n in range(tree.count):
        at, end = int(tree.start[n]), int(tree.start[n] + tree.years[n])
        while at < end:
            ahead = at - tree.first_year
            length = min(first_blocks if ahead < 3 else 2 if ahead < 8 else 4, end - at)
            node.append(n)
            year.append(at)
            span.append(length)
            at += length
    return NodeYears(np.asarray(node), np.asarray(year), np.asarray(span))


def evaluate(
    grown: Grown,
    costing: Costing,
    rulebook: Rulebook,
    events: Mapping[str, Event],
    own_price: Mapping[str, Floats] | None = None,
) -> Evaluation:
    """Work out margins, demand, limits and costs at every node-year; ``own_price`` as in ``build_demand``."""
    carmaker = costing.carmaker
    offers, lines = carmaker.offers, tuple(carmaker.lines.values())
    years = node_years(grown)
    circumstances = node_circumstances(grown, years, rulebook, events, costing.conventions.route)
    arcs = list_arcs(costing, rulebook, offers, lines)
    selling = build_demand(costing, grown, years, circumstances, offers, own_price)
    risks = capital.risk_classes(costing, offers, lines)
    margin, allowed = margins(costing, years, circumstances, arcs, selling.net_price)
    markets = tuple(dict.fromkeys(offer.market for offer in offers))
    models = tuple(carmaker.models)
    resources = with_least_prices(
        capital.build_resources(costing, grown, years, circumstances, arcs, selling, risks),
        selling,
        arcs,
        {c: f"{offers[c].market} {offers[c].model_id}" for c in under_least_prices(costing, events, offers)},
    )
    resources = with_export_limits(resources, costing, selling, arcs, circumstances, limited_nests(costing, events))
    flows = pledging.Flows(costing, grown.tree, years, arcs, selling, circumstances[0])
    resources, pledges, pledge_names = pledging.with_pledges(resources, flows)
    options, option_names = capital.build_options(costing, grown, years, risks, markets)
    resources, options = capital.in_local_money(costing, circumstances, resources, options)
    resources, options = sites.under_events(costing, grown.tree, years, circumstances, risks, (resources, options))
    entry = {m: len(lines) + i for i, m in enumerate(capital.unentered(costing, markets))}
    labels = Labels(
        market=markets,
        model=models,
        cell=tuple((markets.index(o.market), models.index(o.model_id)) for o in offers),
        supply=(HOME, *(line.line_id for line in lines)),
        group=tuple(name for name, _ in selling.groups),
        resource=resources.names,
        option=option_names,
        risk=risks.names,
        pledge=pledge_names,
    )
    line_index = {line.line_id: i for i, line in enumerate(lines)}
    prospect = Prospect(
        labels=labels,
        node_years=years,
        arcs=Arcs(
            cell=np.asarray([a.offer for a in arcs]),
            supply=np.asarray([line_index[a.line] + 1 if a.line else 0 for a in arcs]),
            regime=tuple(a.regime for a in arcs),
            supply_option=np.asarray([_opened_by(carmaker, offers, a, option_names) for a in arcs]),
            entry_option=np.asarray([entry.get(offers[a.offer].market, -1) for a in arcs]),
            risk=np.asarray([risks.of(offers[a.offer].market) for a in arcs]),
            margin=margin,
            allowed=allowed,
        ),
        demand=replace(selling.demand(risks), least=asking.least_served(carmaker.asked, years, offers)),
        resources=resources.arrays,
        options=options,
        discount=risks.discount(years),
        node_discount=risks.node_discount(grown.tree),
        end_discount=risks.end_discount(grown.tree),
        budget=asking.budgets(carmaker.asked, grown.tree),
        pledges=pledges,
        tails=asking.tails(carmaker.asked),
    )
    ledger = Ledger(costing, grown, offers, lines, tuple(arcs), circumstances, years, selling)
    return Evaluation(prospect, ledger)


def _opened_by(carmaker: Carmaker, offers: tuple[Offer, ...], key: ArcKey, names: tuple[str, ...]) -> int:
    """Option that must be open at an arc's source: the model's tooling where the line needs it, else the line; -1 at home."""
    if key.line is None:
        return -1
    line, model = carmaker.lines[key.line], offers[key.offer].model_id
    needed = next((tying.tool_name(line, tool) for tool in line.tooling if tool.model_id == model), line.line_id)
    return names.index(needed)


def list_arcs(costing: Costing, rulebook: Rulebook, offers: tuple[Offer, ...], lines: tuple[Line, ...]) -> list[ArcKey]:
    """Every flow that could be: home and each line that makes the model and serves the market; quotas and variants open regimes."""
    arcs: list[ArcKey] = []
    for i, offer in enumerate(offers):
        importer = costing.territory(offer.market)
        arcs.append(ArcKey(i, None, OPEN))
        if costing.carmaker.quota_share.get(importer, 0.0) > 0:
            arcs.append(ArcKey(i, None, IN_QUOTA))
        able = (line for line in lines if offer.model_id in line.models)
        serving = (line for line in able if serves(costing, rulebook, line, offer.market))
        arcs += [ArcKey(i, line.line_id, regime) for line in serving for regime in regimes(line)]
    return arcs


def serves(costing: Costing, rulebook: Rulebook, line: Line, market: str) -> bool:
    """True where a line may sell in a market: its own customs territory, and the places or blocs it names."""
    if costing.territory(line.place) == costing.territory(market):
        return True
    return covers(rulebook, frozenset(line.serves), market, date(costing.conventions.price_year, 7, 1))


def barred(costing: Costing, now: Circumstances, line: Line | None, model: Model, market: str, year: int) -> bool:
    """True where a prohibition in force bars the car, its maker or its plant, or its steering wheel is on the wrong side."""
    on = date(year, 7, 1)
    if model.driver_sides:
        side = driver_side(now.rulebook, market, costing.territory(market), on)
        if side and side not in model.driver_sides:
            return True
    car = as_law_sees(costing, line, model, market, year)
    if line and any(met_abroad(now.rulebook, costing.carmaker.home.place, car, on, PROHIBITIONS)):
        return True
    return any(met(now.rulebook, car, on, PROHIBITIONS))


def margins(
    costing: Costing,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    arcs: Sequence[ArcKey],
    net_price: Floats,
) -> tuple[Floats, Flags]:
    """After-tax margin at the reference price, and where the flow is allowed. Shapes (Y, A).

    ``net_price`` is what the maker keeps of the reference price of a car of each offer. Shape (Y, C). [money/car]
    """
    carmaker = costing.carmaker
    offers = carmaker.offers
    moments = moments_of(years, circumstances)
    margin = np.zeros((years.count, len(arcs)))
    allowed = np.zeros((years.count, len(arcs)), dtype=bool)
    for a, key in enumerate(arcs):
        allowed[:, a] = _allowed(costing, moments, line_of(carmaker, key), offers[key.offer], key.regime)
    flows = np.flatnonzero(allowed.any(0)).tolist()
    ways = [_way(carmaker, arcs[a], np.flatnonzero(allowed[:, a])) for a in flows]
    for a, way, cost in zip(flows, ways, lane_costs(costing, moments, ways), strict=True):
        line, at = way.line, way.at
        tax = np.asarray([capital.tax_rate(costing, line, year) for year in moments.year[at].tolist()])
        whole = (net_price[at, arcs[a].offer] - cost.total) * (1.0 - tax)
        margin[at, a] = whole if line is None else own_margin(costing, line, whole, home_profit(way.model, cost))
    return margin, allowed


def _way(carmaker: Carmaker, key: ArcKey, at: Ints) -> Way:
    offer = carmaker.offers[key.offer]
    return Way(line_of(carmaker, key), carmaker.models[offer.model_id], offer.market, key.regime, at)


def _allowed(costing: Costing, moments: Moments, line: Line | None, offer: Offer, regime: str) -> Flags:
    """Where law and circumstance let the flow be. Shape (Y,)."""
    carmaker, importer = costing.carmaker, costing.territory(offer.market)
    model, source = carmaker.models[offer.model_id], line.line_id if line else HOME
    shut = moments.told(
        ("barred", source, model.model_id, offer.market),
        lambda year, now: barred(costing, now, line, model, offer.market, year),
        moments.rules,
    )
    refused = moments.told(
        ("refused", source, model.model_id, offer.market, regime),
        lambda year, now: _refused(costing, now, line, offer, regime, year),
        moments.law(importer),
    )
    found = (shut == 0) & (refused == 0)
    if regime == IN_QUOTA:
        found &= moments.told(
            ("quota", importer),
            lambda year, now: capital.quota_units(now.rulebook, importer, carmaker.home.place, year),
            moments.law(importer),
        ) > 0  # fmt: skip
    if line is not None and line.mode is EntryMode.KIT:
        found &= moments.content_of(line.place) <= 1.0 - costing.conventions.kit_share + ROUNDING
    return np.asarray(found)


def _refused(costing: Costing, now: Circumstances, line: Line | None, offer: Offer, regime: str, year: int) -> bool:
    """True where a prohibition at the market's border keeps such a car out for certain."""
    importer = costing.territory(offer.market)
    carmaker = costing.carmaker
    origin = line.place if line else carmaker.home.place
    model = carmaker.models[offer.model_id]
    facts = facts_of_model(costing, model, importer)
    if regime == IN_QUOTA:
        facts["in_quota"] = True
    shipment = Shipment(importer, origin, Product.CAR, model.powertrain, carmaker.firm, date(year, 7, 1), facts)
    return costing.territory(origin) != importer and bool(barring(now.rulebook, shipment))


def at_full_home_cost(evaluation: Evaluation) -> Evaluation:
    """The same prospect with every car from home, and every kit, charged its share of home fixed cost."""
    ledger, p = evaluation.ledger, evaluation.prospect
    carmaker = ledger.costing.carmaker
    extra = np.zeros(len(ledger.arcs))
    for a, key in enumerate(ledger.arcs):
        model = carmaker.models[ledger.offers[key.offer].model_id]
        line = line_of(carmaker, key)
        extra[a] = model.home_fixed * _home_share(line, model.material, ledger.costing.conventions.kit_share)
    taxed = extra * (1.0 - carmaker.home.tax_rate)
    full = replace(p, arcs=replace(p.arcs, margin=p.arcs.margin - taxed[None, :]))
    return Evaluation(full, ledger)


def _home_share(line: Line | None, material: float, kit_share: float) -> float:
    """Share of a car's home work that a supply leaves at home."""
    if line is None:
        return 1.0
    if line.mode is EntryMode.KIT:
        return kit_share
    return material * (1.0 - line.local_content)
