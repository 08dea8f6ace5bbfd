"""What a car costs at the gate that finishes it: at home, from a kit, or from parts brought in and bought nearby."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.costs.borders import Crossing
from roadstead.futures.costs.costing import entry_day, ex_works, materials, voyage
from roadstead.terms.ids import EntryMode, Product
from roadstead.trade.bill import Bill
from roadstead.trade.landed import CostLine
from roadstead.trade.taxes import cascade, export_taxes
from roadstead.trade.valuation import Voyage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.borders import Borders, Crossed
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.world.carmaker import Line, Model


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of the home plants (``line`` None) or of a line abroad, for a model, in a year, under a node's rules."""

    line: Line | None
    model: Model
    year: int
    now: Circumstances


@dataclass(frozen=True, slots=True)
class GateCost:
    """What a car costs at the gate that finishes it.

    Attributes
    ----------
    content
        Shares of the gate price by country of origin, summing to one.
    bill
        The same as a bill of materials, by group where a group is known to come apart: the battery from other parts.
    """

    bars: tuple[CostLine, ...]
    content: Mapping[str, float]
    bill: Bill

    @property
    def total(self) -> float:
        """Cost at the gate. [money/car]"""
        return sum(bar.amount for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Content:
    """What a car takes at the gate that finishes it, before any of it has moved.

    Attributes
    ----------
    sent
        Leaves home for it, at its cost there, by what it is when it leaves: a built-up car, a kit, a battery, parts. [money/car]
    bought
        Parts bought where the line stands, at what is paid for them. [money/car]
    battery
        Share of the battery in them; none beside a kit, which is not known to come apart. [fraction]
    work
        Assembly where the line stands. [money/car]
    """

    sent: Mapping[Product, float]
    bought: float
    battery: float
    work: float

    @property
    def local(self) -> Mapping[str, float]:
        """What is bought where the line stands, by part group. [money/car]"""
        return {"battery": self.bought * self.battery, "other": self.bought * (1.0 - self.battery)}


@dataclass(frozen=True, slots=True)
class _Inbound:
    """Kits or parts on the way to the country that assembles.

    Attributes
    ----------
    goods
        What they are worth at home. [money/car]
    haulage
        Inland, at home. [money/car]
    export_tax
        What home does not give back as they leave. [money/car]
    """

    goods: float
    haulage: float
    export_tax: float
    crossing: Crossing


@dataclass(frozen=True, slots=True)
class _Brought:
    """The same, brought in.

    Attributes
    ----------
    counted_at
        What origin counts them at: the value at the port of entry. [money/car]
    """

    inbound: _Inbound
    bars: tuple[CostLine, ...]
    counted_at: float

    @property
    def group(self) -> str:
        """Part group of a bill of materials."""
        return "battery" if self.inbound.crossing.product is Product.BATTERY else "other"


def gate_costs(borders: Borders, gates: Sequence[Gate]) -> list[GateCost]:
    """Cost at every gate; what they bring in crosses its borders in one pass."""
    costing = borders.costing
    at_home = Bill({"other": {costing.carmaker.home.place: 1.0}})
    inbound = [_inbound(costing, gate, at_home) for gate in gates]
    crossed = borders.cross([part.crossing for parts in inbound for part in parts])
    found, at = [], 0
    for gate, parts in zip(gates, inbound, strict=True):
        brought = [_brought(crossed, at + i, part) for i, part in enumerate(parts)]
        at += len(parts)
        if gate.line is None:
            found.append(_home_gate(costing, gate))
        else:
            found.append(_line_gate(costing, gate, gate.line, brought))
    return found


def _brought(crossed: Crossed, which: int, part: _Inbound) -> _Brought:
    landed = crossed.landed
    prefix = f"{part.crossing.product.value.split('_')[0].lower()}_"
    left = CostLine(f"{prefix}export_tax", part.export_tax, part.crossing.origin)
    at_the_port = part.crossing.price + float(landed.freight[which] + landed.insurance[which])
    return _Brought(part, (left, *crossed.bars(which, prefix)), at_the_port)


def local_share(gate: Gate, line: Line) -> float:
    """Share of materials bought where the line stands: its own, or what the node's rules ask for at least."""
    return max(line.local_content, gate.now.content.get(line.place, 0.0))


def content_of(costing: Costing, gate: Gate) -> Content:
    """What a car takes from home and from where its line stands. A kit is one thing: no figure says what lies in it."""
    line, model, now = gate.line, gate.model, gate.now
    variable = ex_works(costing, model, gate.year, now.battery)
    if line is None:
        return Content({Product.CAR: variable}, 0.0, 0.0, 0.0)
    worth, dear = now.worth_of(line.place), 1.0 + line.local_premium
    work = (line.conversion + line.fee) * worth
    battery, other = materials(costing, model, gate.year, now.battery)
    if line.mode is EntryMode.KIT:
        kit = variable * costing.conventions.kit_share
        beside = max(battery + other - kit, 0.0) * dear * worth
        return Content({Product.KIT_CKD: kit}, beside, 0.0, work)
    share = local_share(gate, line)
    sent = {Product.BATTERY: battery * (1.0 - share), Product.PARTS: other * (1.0 - share)}
    leaves = {product: cost for product, cost in sent.items() if cost > 0}
    in_parts = battery / (battery + other) if battery else 0.0
    return Content(leaves, (battery + other) * share * dear * worth, in_parts, work)


def _inbound(costing: Costing, gate: Gate, at_home: Bill) -> list[_Inbound]:
    if gate.line is None:
        return []
    sent = content_of(costing, gate).sent
    return [_bring(costing, gate, gate.line, product, worth, at_home) for product, worth in sent.items()]


def _bring(costing: Costing, gate: Gate, line: Line, product: Product, goods: float, at_home: Bill) -> _Inbound:
    """Kits or parts worth ``goods`` at home, on the way to the country that assembles."""
    home, model, year = costing.carmaker.home, gate.model, gate.year
    share = goods / ex_works(costing, model, year, gate.now.battery)
    haulage = home.inland * share
    way = voyage(costing, home.place, line.place, model, year, gate.now.route, gate.now.freight)
    way = Voyage(way.freight * share * costing.conventions.kit_freight, way.insurance_rate, way.money_rate, way.days)
    price = (goods + haulage) * (1.0 + model.transfer_margin)
    taxes = export_taxes(gate.now.rulebook, home.place, product, model.powertrain, entry_day(year))
    crossing = Crossing(
        rulebook=gate.now.rulebook,
        importer=costing.territory(line.place),
        origin=home.place,
        product=product,
        model=model,
        year=year,
        bill=at_home,
        price=price,
        way=way,
    )
    return _Inbound(goods, haulage, price * cascade(taxes, "EXPORT"), crossing)


def _home_gate(costing: Costing, gate: Gate) -> GateCost:
    home, variable = costing.carmaker.home.place, ex_works(costing, gate.model, gate.year, gate.now.battery)
    whole = Bill({"other": {home: variable}})
    return GateCost((CostLine("ex_works", variable, gate.model.model_id),), {home: 1.0}, whole)


def _line_gate(costing: Costing, gate: Gate, line: Line, brought: Sequence[_Brought]) -> GateCost:
    content, key = content_of(costing, gate), "kit" if line.mode is EntryMode.KIT else "imported_parts"
    bars = [
        CostLine(key, sum(part.inbound.goods for part in brought), gate.model.model_id),
        CostLine("inland", sum(part.inbound.haulage for part in brought)),
        *(bar for part in brought for bar in part.bars),
        CostLine("local_parts", content.bought, line.line_id),
        CostLine("conversion", content.work, line.line_id),
    ]
    # Origin is not told what is bought beside a kit: it counts with the work.
    made = {} if line.mode is EntryMode.KIT else content.local
    return _with_content(costing, bars, brought, made, line, gate.model)


def _with_content(
    costing: Costing,
    bars: Sequence[CostLine],
    brought: Sequence[_Brought],
    made: Mapping[str, float],
    line: Line,
    model: Model,
) -> GateCost:
    """The gate's bars, and the content as origin counts it: customs value of what is brought in over the ex-works price.

    (Agreement on Rules of Origin practice, for instance EU-UK Trade and Cooperation Agreement, annex 3; ASEAN Trade in Goods
    Agreement, art. 29.)
    """
    kept = tuple(bar for bar in bars if bar.amount != 0.0)
    price = sum(bar.amount for bar in kept) * (1.0 + model.transfer_margin)
    home, counted = costing.carmaker.home.place, sum(part.counted_at for part in brought)
    foreign = min(counted / price, 1.0)
    scale = foreign * price / counted if counted else 0.0
    parts = {group: {line.place: worth} for group, worth in made.items() if worth > 0}
    for part in brought:
        parts.setdefault(part.group, {})[home] = part.counted_at * scale
    # What is neither brought in nor bought as parts is work of the line: assembly, haulage, duties it pays on parts.
    profit = price - price / (1.0 + model.transfer_margin)
    work = price - profit - sum(sum(places.values()) for places in parts.values())
    parts["labour"] = {line.place: max(0.0, work)}
    return GateCost(kept, {home: foreign, line.place: 1.0 - foreign}, Bill(parts, profit + min(0.0, work)))
