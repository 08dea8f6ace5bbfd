"""What a car costs at the gate that finishes it: at home, from a kit, or from parts brought in and bought nearby."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.borders import Crossing
from roadstead.futures.costs.costing import entry_day, ex_works, materials, voyages
from roadstead.futures.costs.items import Item, item, of_some, placed, summed, told
from roadstead.terms.ids import EntryMode, Product
from roadstead.trade.bill import Bill
from roadstead.trade.bills import Bills
from roadstead.trade.taxes import cascade, export_taxes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.borders import Borders, Crossed
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.costs.moments import Moments
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.landed import CostLine
    from roadstead.world.carmaker import Line, Model


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of the home plants (``line`` None) or of a line abroad, for a model, in n moments."""

    line: Line | None
    model: Model
    moments: Moments


@dataclass(frozen=True, slots=True)
class GateCost:
    """What a car costs at the gate that finishes it.

    Attributes
    ----------
    total
        Shape (n,). [money/car]
    sent
        What home sends for a car made abroad, at its cost there with its haulage; nothing for a car of its own. Shape (n,). [money/car]
    content
        Shares of the gate price by country of origin, summing to one. Shapes (n,).
    bill
        The same as bills of materials, by group where a group is known to come apart: the battery from other parts; one bill for all cars
        from home, whose content is all the same.
    """

    items: tuple[Item, ...]
    total: Floats
    sent: Floats
    content: Mapping[str, Floats]
    bill: Bill | Bills

    def bars(self, moment: int) -> list[CostLine]:
        """The bars of one moment."""
        return told(self.items, moment)

    def some(self, at: Ints) -> GateCost:
        """The cost in some of the moments."""
        if len(at) == len(self.total):
            return self
        return GateCost(
            items=tuple(of_some(each, at) for each in self.items),
            total=self.total[at],
            sent=self.sent[at],
            content={place: share[at] for place, share in self.content.items()},
            bill=self.bill if isinstance(self.bill, Bill) else self.bill.some(at),
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What a car takes at the gate that finishes it, before any of it has moved. Shapes (n,).

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

    sent: Mapping[Product, Floats]
    bought: Floats
    battery: Floats
    work: Floats

    @property
    def local(self) -> Mapping[str, Floats]:
        """What is bought where the line stands, by part group. [money/car]"""
        return {"battery": self.bought * self.battery, "other": self.bought * (1.0 - self.battery)}


@dataclass(frozen=True, slots=True)
class _Inbound:
    """Kits or parts on the way to the country that assembles, in the moments ``at`` in which there are any. Shapes (len(at),).

    Attributes
    ----------
    goods
        What they are worth at home. [money/car]
    haulage
        Inland, at home. [money/car]
    export_tax
        What home does not give back as they leave. [money/car]
    """

    at: Ints
    goods: Floats
    haulage: Floats
    export_tax: Floats
    crossing: Crossing


@dataclass(frozen=True, slots=True)
class _Brought:
    """The same, brought in, in all moments. Shapes (n,).

    Attributes
    ----------
    group
        Part group of a bill of materials.
    counted_at
        What origin counts them at: the value at the port of entry. [money/car]
    """

    group: str
    goods: Floats
    haulage: Floats
    items: tuple[Item, ...]
    counted_at: Floats


def gate_costs(borders: Borders, gates: Sequence[Gate]) -> list[GateCost]:
    """Cost at every gate; what they bring in crosses its borders in one pass."""
    costing = borders.costing
    at_home = Bill({"other": {costing.carmaker.home.place: 1.0}})
    inbound = [_inbound(costing, gate, at_home) for gate in gates]
    crossed = borders.cross([part.crossing for parts in inbound for part in parts])
    found, at = [], 0
    for gate, parts in zip(gates, inbound, strict=True):
        brought = [_brought(crossed, at + i, part, len(gate.moments)) for i, part in enumerate(parts)]
        at += len(parts)
        if gate.line is None:
            found.append(_home_gate(costing, gate, at_home))
        else:
            found.append(_line_gate(costing, gate, gate.line, brought))
    return found


def _brought(crossed: Crossed, which: int, part: _Inbound, count: int) -> _Brought:
    prefix = f"{part.crossing.product.value.split('_')[0].lower()}_"
    place = {moment: i for i, moment in enumerate(part.at.tolist())}

    def bars(moment: int) -> list[CostLine]:
        return crossed.bars(which, place[moment], prefix) if moment in place else []

    return _Brought(
        group="battery" if part.crossing.product is Product.BATTERY else "other",
        goods=placed(part.goods, part.at, count),
        haulage=placed(part.haulage, part.at, count),
        items=(
            item(f"{prefix}export_tax", placed(part.export_tax, part.at, count), part.crossing.origin),
            Item(placed(crossed.total(which), part.at, count), bars),
        ),
        counted_at=placed(part.crossing.price + crossed.carriage(which), part.at, count),
    )


def local_share(gate: Gate, line: Line) -> Floats:
    """Share of materials bought where the line stands: its own, or what the node's rules ask for at least. Shape (n,)."""
    return np.maximum(line.local_content, gate.moments.content_of(line.place))


def content_of(costing: Costing, gate: Gate) -> Content:
    """What a car takes from home and from where its line stands. A kit is one thing: no figure says what lies in it."""
    line, model, moments = gate.line, gate.model, gate.moments
    variable = ex_works(costing, model, moments.year, moments.battery)
    none = np.zeros(len(moments))
    if line is None:
        return Content({Product.CAR: variable}, none, none, none)
    worth, dear = moments.worth_of(line.place), 1.0 + line.local_premium
    work = (line.conversion + line.fee) * worth
    battery, other = materials(costing, model, moments.year, moments.battery)
    if line.mode is EntryMode.KIT:
        kit = variable * costing.conventions.kit_share
        beside = np.maximum(battery + other - kit, 0.0) * dear * worth
        return Content({Product.KIT_CKD: kit}, beside, none, work)
    share = local_share(gate, line)
    sent = {Product.BATTERY: battery * (1.0 - share), Product.PARTS: other * (1.0 - share)}
    leaves = {product: cost for product, cost in sent.items() if bool((cost > 0).any())}
    in_parts = np.divide(battery, battery + other, out=none, where=battery > 0)
    return Content(leaves, (battery + other) * share * dear * worth, in_parts, work)


def _inbound(costing: Costing, gate: Gate, at_home: Bill) -> list[_Inbound]:
    if gate.line is None:
        return []
    sent = content_of(costing, gate).sent
    return [_bring(costing, gate, gate.line, product, worth, at_home) for product, worth in sent.items()]


def _bring(costing: Costing, gate: Gate, line: Line, product: Product, worth: Floats, at_home: Bill) -> _Inbound:
    """Kits or parts worth so much at home, on the way to the country that assembles."""
    home, model, at = costing.carmaker.home, gate.model, np.flatnonzero(worth > 0)
    goods, moments = worth[at], gate.moments.some(at)
    share = goods / ex_works(costing, model, moments.year, moments.battery)
    haulage = home.inland * share
    way = voyages(costing, home.place, line.place, model, moments)
    price = (goods + haulage) * (1.0 + model.transfer_margin)

    def taxed(year: int, now: Circumstances) -> float:
        taxes = export_taxes(now.rulebook, home.place, product, model.powertrain, entry_day(year))
        return cascade(taxes, "EXPORT")

    crossing = Crossing(
        moments=moments,
        importer=costing.territory(line.place),
        origin=home.place,
        product=product,
        model=model,
        bill=at_home,
        price=price,
        way=replace(way, freight=way.freight * share * costing.conventions.kit_freight),
        import_tax_rate=np.zeros(len(at)),
    )
    rate = moments.told(("export tax", home.place, product, model.powertrain), taxed, moments.rules)
    return _Inbound(at, goods, haulage, price * rate, crossing)


def _home_gate(costing: Costing, gate: Gate, at_home: Bill) -> GateCost:
    moments = gate.moments
    variable = ex_works(costing, gate.model, moments.year, moments.battery)
    items, whole = (item("ex_works", variable, gate.model.model_id),), np.ones(len(moments))
    return GateCost(items, variable, np.zeros(len(moments)), {costing.carmaker.home.place: whole}, at_home)


def _line_gate(costing: Costing, gate: Gate, line: Line, brought: Sequence[_Brought]) -> GateCost:
    content, key = content_of(costing, gate), "kit" if line.mode is EntryMode.KIT else "imported_parts"
    none = np.zeros(len(gate.moments))
    goods, haulage = sum((part.goods for part in brought), none), sum((part.haulage for part in brought), none)
    items = (
        item(key, goods, gate.model.model_id),
        item("inland", haulage),
        *(each for part in brought for each in part.items),
        item("local_parts", content.bought, line.line_id),
        item("conversion", content.work, line.line_id),
    )
    # Origin is not told what is bought beside a kit: it counts with the work.
    made = {} if line.mode is EntryMode.KIT else content.local
    total = summed(items, len(gate.moments))
    shares, bills = _originating(costing, gate, line, total, (made, brought))
    return GateCost(items, total, goods + haulage, shares, bills)


def _originating(
    costing: Costing,
    gate: Gate,
    line: Line,
    total: Floats,
    materials: tuple[Mapping[str, Floats], Sequence[_Brought]],
) -> tuple[Mapping[str, Floats], Bills]:
    """The content as origin counts it: customs value of what is brought in over the ex-works price.

    (Agreement on Rules of Origin practice, for instance EU-UK Trade and Cooperation Agreement, annex 3; ASEAN Trade in Goods
    Agreement, art. 29.)
    """
    made, brought = materials
    margin, none = 1.0 + gate.model.transfer_margin, np.zeros(len(gate.moments))
    price = total * margin
    home, counted = costing.carmaker.home.place, sum((part.counted_at for part in brought), none)
    foreign = np.minimum(counted / price, 1.0)
    scale = np.divide(foreign * price, counted, out=none.copy(), where=counted > 0)
    parts = {group: {line.place: worth} for group, worth in made.items() if bool((worth > 0).any())}
    for part in brought:
        parts.setdefault(part.group, {})[home] = part.counted_at * scale
    # What is neither brought in nor bought as parts is work of the line: assembly, haulage, duties it pays on parts.
    profit = price - price / margin
    work = price - profit - sum((worth for places in parts.values() for worth in places.values()), none)
    parts["labour"] = {line.place: np.maximum(0.0, work)}
    bills = Bills(parts, profit + np.minimum(0.0, work))
    return {home: foreign, line.place: 1.0 - foreign}, bills
