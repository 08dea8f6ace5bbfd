r"""What capacity costs, limits and is worth: risk classes, resources and options of the prospect.

.. math::
    \delta_k(t) = (1 + r + \pi_k)^{-(t + 1/2 - t_0)}                                     \qquad (P.1)

discounts a flow of year t in risk class k, r the real base rate and :math:`\pi_k` the country's premium; a decision is paid
as its year begins. What a car earns bears the premium of the country it is sold in, wherever it is made, so that two ways
of supplying one market are weighed alike; money put into a line, and its yearly cost, that of the country it stands in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity import tying
from roadstead.futures.capacity.channels import DEALERS, network, resource_name
from roadstead.futures.capacity.rows import BuiltResources
from roadstead.futures.costs.lane_costs import IN_QUOTA
from roadstead.futures.costs.variants import on_new_steps
from roadstead.futures.prospect import Options, Resources
from roadstead.terms.ids import EntryMode
from roadstead.terms.years import NEVER
from roadstead.trade.duty import covers
from roadstead.world.carmaker import RUNS, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.capacity.channels import Network
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.evaluate import ArcKey
    from roadstead.futures.grow import Grown
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.selling import Selling
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Carmaker, Line, Offer

TAX_YEARS = 10
"""Years of straight-line depreciation for tax, everywhere. An assumption, told in the playbook."""


@dataclass(frozen=True, slots=True)
class RiskClasses:
    """Discount paths by country.

    Attributes
    ----------
    names
        Country of each class.
    rate
        Base rate and premium together. Shape (K,). [fraction]
    first_year
        Year whose beginning money is counted at.
    """

    names: tuple[str, ...]
    rate: Floats
    first_year: int

    def of(self, place: str) -> int:
        """Class of a country."""
        return self.names.index(place)

    def discount(self, years: NodeYears) -> Floats:
        """Sum of discount factors over each node-year's calendar years (P.1). Shape (Y, K)."""
        total = np.zeros((years.count, len(self.rate)))
        for step in range(int(years.span.max())):
            ahead = (years.year + step + 0.5 - self.first_year)[:, None]
            total += np.where((step < years.span)[:, None], (1.0 + self.rate) ** -ahead, 0.0)
        return total

    def node_discount(self, tree: ScenarioTree) -> Floats:
        """Discount factor as each node begins. Shape (N, K)."""
        return np.asarray((1.0 + self.rate) ** -(tree.start - self.first_year)[:, None].astype(float))

    def end_discount(self, tree: ScenarioTree) -> Floats:
        """Discount factor as the horizon ends. Shape (K,)."""
        return np.asarray((1.0 + self.rate) ** -float(tree.last_year + 1 - self.first_year))


def risk_classes(costing: Costing, offers: Sequence[Offer], lines: Sequence[Line]) -> RiskClasses:
    """One class for every country sold or built in, and home."""
    terms = costing.conventions
    places = dict.fromkeys([costing.carmaker.home.place, *(o.market for o in offers), *(ln.place for ln in lines)])
    rate = np.asarray([terms.discount_base + terms.premiums[place] for place in places])
    return RiskClasses(tuple(places), rate, costing.first_year)


def tax_rate(costing: Costing, line: Line | None, year: int) -> float:
    """Effective tax on profit of a supply in a year; an incentive's lower rate up to its last year."""
    if line is None:
        return costing.carmaker.home.tax_rate
    return line.holiday_rate if year <= line.holiday_until else line.tax_rate


def unentered(costing: Costing, markets: Sequence[str]) -> tuple[str, ...]:
    """Markets the brand has not entered."""
    return tuple(m for m in markets if not costing.carmaker.channels[m].entered)


def quota_units(rulebook: Rulebook, importer: str, origin: str, year: int) -> float:
    """Cars a year that an importer's quotas admit from an origin. [cars/year]"""
    day = date(year, 7, 1)
    return sum(
        measure.quota or 0.0
        for measure in rulebook.measures.get(importer, ())
        if measure.is_law
        and measure.quota_unit.startswith("vehicles")
        and measure.stack == "REPLACE"
        and measure.span.covers(day)
        and covers(rulebook, measure.origins, origin, day)
    )


def build_resources(
    costing: Costing,
    grown: Grown,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    arcs: Sequence[ArcKey],
    selling: Selling,
    risks: RiskClasses,
) -> BuiltResources:
    """Rows that limit flows: home plants, every line, every dealer channel, every quota the firm has a share of."""
    carmaker = costing.carmaker
    offers, lines = carmaker.offers, tuple(carmaker.lines.values())
    markets = selling.markets
    quotas = tuple(sorted({costing.territory(offers[a.offer].market) for a in arcs if a.regime == IN_QUOTA}))
    names = ("home", *(ln.line_id for ln in lines), *map(resource_name, markets), *(f"quota {q}" for q in quotas))
    at_line = {ln.line_id: 1 + i for i, ln in enumerate(lines)}
    at_dealers = {m: 1 + len(lines) + i for i, m in enumerate(markets)}
    at_quota = {q: 1 + len(lines) + len(markets) + i for i, q in enumerate(quotas)}
    uses: list[tuple[int, int, float]] = []
    for a, key in enumerate(arcs):
        market = offers[key.offer].market
        line = carmaker.lines[key.line] if key.line else None
        if line is None or line.mode is EntryMode.KIT:
            uses.append((a, 0, 1.0))  # a kit needs the press, body and paint shops at home
        if line is not None:
            works_with = line.line_id if on_new_steps(key.regime) else tying.first_line(carmaker.lines, line.line_id)
            uses.append((a, at_line[works_with], 1.0))
        uses.append((a, at_dealers[market], 1.0))
        if key.regime == IN_QUOTA:
            uses.append((a, at_quota[costing.territory(market)], 1.0))
    networks = {at_dealers[m]: network(costing, years, selling, m) for m in markets}
    room = _limits(costing, years, circumstances, networks, names, (at_line, at_dealers, at_quota))
    money = [_line_money(costing, grown.tree, years, line) for line in lines]
    shape_n, shape_y = (grown.tree.count, len(names)), (years.count, len(names))
    cost, salvage, fixed, existing = np.zeros(shape_n), np.zeros(shape_n), np.zeros(shape_y), np.zeros(shape_y)
    for i, part in enumerate(money):
        cost[:, i + 1], salvage[:, i + 1], fixed[:, i + 1], existing[:, i + 1] = part
    ramps = [np.ones(1)] * len(names)
    lead = np.zeros(len(names), dtype=np.int64)
    for line, row in ((ln, at_line[ln.line_id]) for ln in lines):
        ramps[row], lead[row] = np.asarray(costing.conventions.plant_ramp), line.lead
    for row, net in networks.items():
        cost[:, row], fixed[:, row], ramps[row], lead[row] = net.cost, net.fixed, net.ramp, net.lead
    longest = max(len(steps) for steps in ramps)
    ramp = np.asarray([[*steps, *[steps[-1]] * (longest - len(steps))] for steps in ramps])
    take = np.asarray([carmaker.lines[n].minimum_take if n in at_line else 0.0 for n in names])
    owed = {line.line_id: line.fee * (1.0 - line.tax_rate) for line in lines}  # after tax, as all money of a prospect
    price = np.asarray([owed.get(name, 0.0) for name in names])
    arrays = Resources(
        option=room.option,
        use_arc=np.asarray([u[0] for u in uses]),
        use_resource=np.asarray([u[1] for u in uses]),
        use_amount=np.asarray([u[2] for u in uses]),
        free=room.free,
        existing=existing,
        usable=room.usable,
        size=room.size,
        limit=room.limit,
        whole=np.asarray([name in at_line for name in names]),
        lead=lead,
        ramp=ramp,
        cost=cost,
        fixed=fixed,
        scrap=np.zeros(shape_n),
        salvage=salvage,
        minimum_take=take,
        take_price=price,
        risk=np.asarray([risks.of(_place(costing, n)) for n in names]),
        minimum_life=_lives(carmaker, names, "minimum_life", 0),
        maximum_life=_lives(carmaker, names, "maximum_life", NEVER),
        notice=_lives(carmaker, names, "notice", 0),
        outlay=np.asarray([before_tax(costing, carmaker.lines.get(name)) for name in names]),
    )
    return BuiltResources(names, arrays)


def _lives(carmaker: Carmaker, names: Sequence[str], which: str, otherwise: int) -> Ints:
    """A life or notice of every line's steps; that of what is no line. Shape (R,)."""
    return np.asarray([getattr(carmaker.lines.get(name), which, otherwise) for name in names], dtype=np.int64)


def _place(costing: Costing, name: str) -> str:
    """Country whose risk a resource bears."""
    if name in costing.carmaker.lines:
        return costing.carmaker.lines[name].place
    kind, _, place = name.partition(" ")
    return place if kind == DEALERS else costing.carmaker.home.place


@dataclass(frozen=True, slots=True)
class _Room:
    """Fields of ``Resources`` of the same names."""

    free: Floats
    usable: Floats
    size: Floats
    limit: Floats
    option: Ints


def _limits(
    costing: Costing,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    networks: Mapping[int, Network],
    names: tuple[str, ...],
    at: tuple[dict[str, int], dict[str, int], dict[str, int]],
) -> _Room:
    """Free amounts, module sizes and limits, and the option each resource's modules need."""
    at_line, at_dealers, at_quota = at
    carmaker = costing.carmaker
    free, usable = np.zeros((years.count, len(names))), np.ones((years.count, len(names)))
    size, limit = np.ones(len(names)), np.zeros(len(names))
    option = np.full(len(names), -1, dtype=np.int64)
    middle = years.year + (years.span - 1) / 2.0
    ahead = middle - costing.first_year
    free[:, 0] = np.maximum(
        carmaker.home.capacity - carmaker.home.reserved * (1 + carmaker.home.reserved_growth) ** ahead, 0.0
    )
    for i, line in enumerate(carmaker.lines.values()):
        row = at_line[line.line_id]
        size[row], limit[row], option[row] = line.module_size, line.modules_limit, i
    entries = {m: len(carmaker.lines) + i for i, m in enumerate(unentered(costing, tuple(at_dealers)))}
    for market, row in at_dealers.items():
        net = networks[row]
        free[:, row], usable[:, row], size[row], limit[row] = net.free, net.usable, net.size, net.limit
        option[row] = entries.get(market, -1)
    for importer, row in at_quota.items():
        for y in range(years.count):
            units = quota_units(circumstances[y].rulebook, importer, carmaker.home.place, int(middle[y]))
            free[y, row] = units * carmaker.quota_share[importer]
    return _Room(free, usable, size, limit, option)


def _line_money(
    costing: Costing, tree: ScenarioTree, years: NodeYears, line: Line
) -> tuple[Floats, Floats, Floats, Floats]:
    """Cost and salvage of a module by node, its yearly cost and the modules standing by node-year, all after tax."""
    capital_cost = line.module_cost * line.own_capital
    shield = tax_shield(costing, line)
    cost = np.full(tree.count, capital_cost * (1.0 - shield))
    commissioned = tree.start + line.lead
    age = np.maximum(tree.last_year + 1 - commissioned, 0)
    left = np.clip(1.0 - age / costing.conventions.plant_life, 0.0, 1.0)
    salvage = capital_cost * costing.conventions.salvage_share * left
    rates = np.asarray([tax_rate(costing, line, int(y)) for y in years.year])
    fixed = line.module_fixed * (1.0 - rates) * line.own_share
    existing = np.zeros(years.count)
    if line.standing in RUNS:
        ramp = costing.conventions.plant_ramp
        for y in range(years.count):
            ages = np.arange(int(years.span[y])) + int(years.year[y]) - line.opens
            steps = [ramp[min(a, len(ramp) - 1)] if 0 <= a < line.maximum_life else 0.0 for a in ages.tolist()]
            existing[y] = line.modules_now * float(np.mean(steps))
    return cost, salvage, fixed, existing


def tax_shield(costing: Costing, line: Line) -> float:
    """Present value of depreciation for tax, as a share of the capital cost; it begins with output, capital is paid before."""
    rate = costing.conventions.discount_base + costing.conventions.premiums[line.place]
    first = costing.first_year + line.lead
    saved = [
        tax_rate(costing, line, first + t) / TAX_YEARS * (1 + rate) ** -(line.lead + t + 1) for t in range(TAX_YEARS)
    ]
    return float(sum(saved))


def before_tax(costing: Costing, line: Line | None) -> float:
    """What is paid of capital by unit of its cost after tax: that of a line, or of a network or an entry, written off at home."""
    saved = costing.carmaker.home.tax_rate if line is None else tax_shield(costing, line)
    return 1.0 / (1.0 - saved) if saved < 1.0 else 1.0


def build_options(
    costing: Costing, grown: Grown, years: NodeYears, risks: RiskClasses, markets: Sequence[str]
) -> tuple[Options, tuple[str, ...]]:
    """Options: one for every line, one for every market not entered yet, one for every model that a line must be tooled for."""
    carmaker, tree = costing.carmaker, grown.tree
    lines = tuple(carmaker.lines.values())
    entries = unentered(costing, markets)
    tools = tying.tooled(carmaker)
    names = (
        *(ln.line_id for ln in lines),
        *(f"enter {m}" for m in entries),
        *(tying.tool_name(*tool) for tool in tools),
    )
    rest = len(names) - len(lines)
    opens = np.asarray([*(tying.opens(ln, costing.first_year) for ln in lines), *[NEVER] * rest])
    entry_lead = [carmaker.channels[m].entry_lead for m in entries]
    lead = np.asarray([*(ln.lead for ln in lines), *entry_lead, *(tool.lead for _, tool in tools)])
    home_tax = 1.0 - carmaker.home.tax_rate
    open_cost = [ln.open_cost * ln.own_capital * (1 - tax_shield(costing, ln)) for ln in lines]
    tool_cost = [tool.cost * ln.own_share * (1 - tax_shield(costing, ln)) for ln, tool in tools]
    entry_cost = [carmaker.channels[m].entry_cost * home_tax for m in entries]
    cost = np.tile([*open_cost, *entry_cost, *tool_cost], (tree.count, 1))
    exit_cost = np.tile(
        [*(ln.exit_cost * ln.own_share for ln in lines), *[0.0] * (len(names) - len(lines))], (tree.count, 1)
    )
    fixed = np.zeros((years.count, len(names)))
    for i, line in enumerate(lines):
        rates = np.asarray([tax_rate(costing, line, int(y)) for y in years.year])
        fixed[:, i] = line.site_fixed * (1.0 - rates) * line.own_share
        if line.standing is Standing.COMMITTED:
            fixed[:, i] += _still_to_pay(costing, line, years)
    for i, market in enumerate(entries):
        fixed[:, len(lines) + i] = carmaker.channels[market].entry_fixed * home_tax
    for i, (line, tool) in enumerate(tools, len(lines) + len(entries)):
        rates = np.asarray([tax_rate(costing, line, int(y)) for y in years.year])
        fixed[:, i] = tool.fixed * (1.0 - rates) * line.own_share
    last_decision = tree.start <= costing.last_decision
    allowed = np.tile(last_decision[:, None], (1, len(names)))
    place = [*(ln.place for ln in lines), *entries, *(ln.place for ln, _ in tools)]
    risk = np.asarray([risks.of(p) for p in place])
    whose = (*lines, *(None for _ in entries), *(line for line, _ in tools))
    outlay = np.asarray([before_tax(costing, line) for line in whose])
    tied = tying.ties(carmaker, len(entries), costing.first_year)
    options = Options(
        opens, lead, cost, fixed, exit_cost, allowed, risk, tied.minimum_life, tied.maximum_life, tied.notice,
        tied.grows_from, tied.needs, tied.choice, outlay,
    )  # fmt: skip
    return options, names


def in_local_money(
    costing: Costing, circumstances: Sequence[Circumstances], built: BuiltResources, options: Options
) -> tuple[BuiltResources, Options]:
    """Yearly costs of lines at the real worth of the money of the places they stand in; capital stays as the case has it."""
    if not any(now.worth for now in circumstances):
        return built, options
    lines = tuple(costing.carmaker.lines.values())
    worth = np.asarray([[now.worth_of(line.place) for line in lines] for now in circumstances])
    of_modules, of_sites = built.arrays.fixed.copy(), options.fixed.copy()
    of_modules[:, 1 : 1 + len(lines)] *= worth
    of_sites[:, : len(lines)] *= worth
    arrays = replace(built.arrays, fixed=of_modules)
    return replace(built, arrays=arrays), replace(options, fixed=of_sites)


def _still_to_pay(costing: Costing, line: Line, years: NodeYears) -> Floats:
    """Capital of a committed line that is not sunk yet, spread over the years before it opens. Shape (Y,). [money/year]"""
    capital = (line.open_cost + line.modules_now * line.module_cost) * line.own_capital
    rest = capital * (1.0 - line.sunk_share) * (1.0 - tax_shield(costing, line))
    last = max(line.opens, costing.first_year + 1)
    span = last - costing.first_year
    inside = [
        sum(costing.first_year <= y + s < last for s in range(int(n))) / int(n)
        for y, n in zip(years.year, years.span, strict=True)
    ]
    return np.asarray(inside) * rest / span
