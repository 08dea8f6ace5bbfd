"""Which measures a shipment meets, and what each of them charges.

First the law is settled (``settle``): of all measures known and in force, which base rate holds, which preference takes
its place, what is added, what replaces what. Then the arithmetic (``Stack.amounts``), for one value or many, by the
equations of trade/charges.py. A missing fact never becomes a preference: the dearest reading holds, and the quote names
the fact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.charges import Docket, charge
from roadstead.trade.origin import preference_facts
from roadstead.trade.units import unit_dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from roadstead.terms.arrays import Floats
    from roadstead.trade.charges import Line
    from roadstead.trade.condition import Facts, FactValue
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook


BAN = "PROHIBITION"
"""Kind of a measure that lets nothing in while its condition holds."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One car (or kit, or parts for one car) at a border.

    ``importer`` is a customs territory, ``origin`` a country, ``on`` the day of entry.
    """

    importer: str
    origin: str
    product: str
    powertrain: str
    firm: str
    on: date
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stack:
    """The lines a shipment meets, in the order they were settled.

    Attributes
    ----------
    missing
        Facts that were asked for and not declared, each with the measures that asked.
    remarks
        What a reader should know: preferences not applied, doubtful rows.
    barred
        Prohibitions that hold, or, paired with False, may hold where a fact is missing. The charges are those of a car let
        in all the same.
    """

    lines: tuple[Line, ...]
    missing: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...]
    barred: tuple[tuple[Measure, bool], ...] = ()

    def amounts(self, value: Floats) -> Floats:
        """Charges of all lines. Shape (L, *value.shape). [US$/car]"""
        value = np.asarray(value, dtype=np.float64)
        if not self.lines:
            return np.zeros((0, *value.shape))
        return np.stack([line.amount(value) for line in self.lines])

    def duty_rate(self, value: Floats | float) -> Floats:
        """All duties, fees left out, as a fraction of customs values above zero. Shape of ``value``."""
        value = np.asarray(value, dtype=np.float64)
        duties = [line.amount(value) for line in self.lines if line.layer == "duty"]
        return np.asarray(sum(duties) / value) if duties else np.zeros_like(value)


def settle(
    rulebook: Rulebook,
    shipment: Shipment,
    customs_value: float,
    dollars: Mapping[str, float],
) -> Stack:
    """Settle which measures charge the shipment.

    Parameters
    ----------
    customs_value
        On the importer's own basis; only conditions on the value look at it. [US$]
    dollars
        US dollars per unit of each currency, for specific amounts.

    Raises
    ------
    NotExpressibleError
        RS-L210 where a rule that applies has a shape the engine cannot work out.
    RoadsteadError
        RS-L211 where no base rate is known for the shipment, RS-L212 where the customs value is no amount.
    """
    if not (math.isfinite(customs_value) and customs_value >= 0):
        expected = "an amount that is finite and not negative"
        raise RoadsteadError(Fault("customs value", "RS-L212", f"{customs_value:g} is no amount", expected))
    if same_territory(rulebook, shipment):
        return Stack((), {}, ("made and sold inside one customs territory: no duty",))
    implied: dict[str, FactValue] = {
        "customs_value": customs_value,
        "powertrain": shipment.powertrain,
        "age_years": 0.0,
        "person": "legal",
    }
    if shipment.powertrain in {"BEV", "FCEV"}:
        implied |= {"engine_cm3": 0.0, "fuel": "electric"}
    implied |= _in_other_money(rulebook, shipment, customs_value, dollars)
    docket = Docket({**implied, **shipment.facts})
    dollars = {**dollars, **unit_dollars(rulebook.units, shipment.on, dollars)}
    met = _firm_scope(rulebook, tuple(_in_force(rulebook, shipment)), shipment, docket)
    barred = tuple(
        (m, holds is True) for m in met if m.kind == BAN for holds in (docket.holds(m),) if holds is not False
    )
    met = tuple(m for m in met if m.kind != BAN)
    base = _base(met, shipment, docket)
    replacing = _replacing(rulebook, met, shipment, docket, base)
    replaced = {kind for measure in replacing for kind in measure.replaces}
    lines: list[Line] = []
    if "MFN" in replaced:
        cheapest = min((m for m in replacing if "MFN" in m.replaces), key=lambda m: m.rate or 0.0)
        lines.append(charge(cheapest, docket, dollars))
    else:
        lines.append(charge(base, docket, dollars))
    lines += [charge(m, docket, dollars) for m in replacing if "MFN" not in m.replaces and (m.rate or 0) > 0]
    base_rate = lines[0].rate
    added = [m for m in _added(rulebook, met, shipment, docket) if m.kind not in replaced]
    for measure in _unsuppressed(added, docket):
        lines.append(charge(measure, docket, dollars, base_rate))
    missing = {name: tuple(sorted(ids)) for name, ids in sorted(docket.missing.items())}
    return Stack(tuple(lines), missing, tuple(docket.remarks), barred)


def barring(rulebook: Rulebook, shipment: Shipment) -> tuple[str, ...]:
    """Prohibitions at the border that hold for a shipment for certain, without working out what it would pay."""
    if not any(m.kind == BAN for m in rulebook.measures.get(shipment.importer, ())):
        return ()
    docket = Docket({"powertrain": shipment.powertrain, **shipment.facts})
    met = _firm_scope(rulebook, tuple(_in_force(rulebook, shipment)), shipment, docket)
    return tuple(m.measure_id for m in met if m.kind == BAN and docket.holds(m))


def _in_other_money(
    rulebook: Rulebook, shipment: Shipment, customs_value: float, dollars: Mapping[str, float]
) -> dict[str, FactValue]:
    """The amounts that conditions of law ask for in another currency."""
    amounts = {"customs_value": customs_value, "fob_value": shipment.facts.get("fob_value")}
    found: dict[str, FactValue] = {}
    for name in rulebook.money_facts:
        amount, _, currency = name.partition(".")
        value = amounts[amount]
        if isinstance(value, float) and currency in dollars:
            found[name] = value / dollars[currency]
    return found


def _unsuppressed(added: Sequence[Measure], docket: Docket) -> Iterable[Measure]:
    """Charges left after each has taken out the groups it does not stack with."""
    by_group = {group: measure for measure in added for group in measure.suppresses}
    for measure in added:
        other = by_group.get(measure.group)
        if other is None or other is measure:
            yield measure
        else:
            docket.remarks.append(f"{measure.measure_id} not charged: it does not stack with {other.measure_id}")


def same_territory(rulebook: Rulebook, shipment: Shipment) -> bool:
    """True where nothing is imported: origin and importer are one customs territory."""
    return covers(rulebook, frozenset((shipment.importer,)), shipment.origin, shipment.on)


def covers(rulebook: Rulebook, origins: frozenset[str], origin: str, on: date) -> bool:
    """True if a list of origins names a country, itself or through a bloc it belongs to on that day."""
    if "*" in origins or origin in origins:
        return True
    for bloc in origins & rulebook.blocs.keys():
        if any(member == origin and span.covers(on) for member, span in rulebook.blocs[bloc]):
            return True
    return False


def _in_force(rulebook: Rulebook, shipment: Shipment) -> Iterable[Measure]:
    """Enacted measures that cover the day, product, powertrain and origin; a union's where no national one stands."""

    def apply(measure: Measure) -> bool:
        return (
            measure.is_law
            and measure.span.covers(shipment.on)
            and shipment.product in measure.products
            and (not measure.powertrains or shipment.powertrain in measure.powertrains)
            and covers(rulebook, measure.origins, shipment.origin, shipment.on)
            and not (measure.origins_except and covers(rulebook, measure.origins_except, shipment.origin, shipment.on))
        )

    own = [m for m in rulebook.measures.get(shipment.importer, ()) if apply(m)]
    yield from own
    kinds = {measure.kind for measure in own}
    for union, members in rulebook.blocs.items():
        if any(m == shipment.importer and s.covers(shipment.on) for m, s in members):
            for measure in rulebook.measures.get(union, ()):
                if measure.kind not in kinds and apply(measure):
                    yield measure


def _firm_scope(
    rulebook: Rulebook, met: tuple[Measure, ...], shipment: Shipment, docket: Docket
) -> tuple[Measure, ...]:
    """Keep the rows that name the firm's producer group, or the rest where no row names it."""
    firm = shipment.firm.casefold()
    groups = {group for group, firms in rulebook.groups.items() if firm in firms or firm == group.casefold()}

    def names_firm(measure: Measure) -> bool:
        return bool(groups & measure.firms)

    named = {(m.kind, m.stack) for m in met if names_firm(m)}
    kept = []
    for measure in met:
        if not measure.firms or names_firm(measure):
            kept.append(measure)
        elif "OTHERS" in measure.firms and (measure.kind, measure.stack) not in named:
            kept.append(measure)
            if not firm:
                docket.ask(("firm",), measure)
    return tuple(kept)


def _specificity(measure: Measure) -> tuple[bool, bool, bool, int, str]:
    """Sort key: the later, narrower rule beats the earlier, wider one."""
    return (
        bool(measure.firms),
        "*" not in measure.origins,
        measure.condition is not None,
        -(len(measure.powertrains) or 99),
        str(measure.span.first or ""),
    )


def _base(met: tuple[Measure, ...], shipment: Shipment, docket: Docket) -> Measure:
    """The applied rate: the most specific that holds, unless one that may hold is dearer."""
    held, maybe = [], []
    for measure in met:
        if measure.stack == "BASE":
            holds = docket.holds(measure)
            if holds:
                held.append(measure)
            elif holds is None:
                maybe.append(measure)
    best = [max(held, key=_specificity)] if held else []
    candidates = best + maybe
    if not candidates:
        s = shipment
        what = f"{s.product} {s.powertrain} from {s.origin} into {s.importer} on {s.on}"
        expected = "a base rate: add a row of kind MFN to your own measures.csv (docs/tables.md)"
        raise RoadsteadError(Fault(what, "RS-L211", "no rule is known for this shipment", expected))
    dearest = max(candidates, key=lambda m: m.rate or 0.0)
    if maybe and dearest in maybe:
        docket.remarks.append(f"{dearest.measure_id}: the dearest reading, a fact is missing")
    return dearest


def _replacing(
    rulebook: Rulebook, met: tuple[Measure, ...], shipment: Shipment, docket: Docket, base: Measure
) -> list[Measure]:
    """Preferences, quota rates, remissions and undertakings that hold for certain."""
    found = []
    for measure in met:
        if measure.stack != "REPLACE" or measure.group:
            continue
        if measure.rate is None:
            reason = measure.not_expressible or "its rate is not in the table"
            docket.remarks.append(f"{measure.measure_id} not applied: {reason}")
            continue
        if "MFN" in measure.replaces and measure.kind == "PREFERENTIAL" and measure.rate >= (base.rate or 0):
            continue
        if _gates_open(rulebook, measure, shipment, docket):
            found.append(measure)
    return found


def _gates_open(rulebook: Rulebook, measure: Measure, shipment: Shipment, docket: Docket) -> bool:
    """True if the measure's condition, quota and origin rule are all known to be met."""
    holds = docket.holds(measure)
    if holds is False:
        return False
    in_quota: bool | None = True
    if measure.quota is not None:
        in_quota = docket.flag("in_quota", measure)
    qualifies: bool | None = True
    if measure.requires:
        asked = preference_facts(rulebook, measure, shipment.importer, shipment.origin, shipment.on)
        known = [docket.facts[name] for name in asked if name in docket.facts]
        qualifies = True if any(known) else (False if len(known) == len(asked) else None)
        if qualifies is None and in_quota is not False:
            docket.ask((name for name in asked if name not in docket.facts), measure)
    return bool(holds and in_quota and qualifies)


def _added(rulebook: Rulebook, met: tuple[Measure, ...], shipment: Shipment, docket: Docket) -> Iterable[Measure]:
    """Charges on top: all that hold or may hold, but one only of each exclusive group."""
    groups: dict[str, list[tuple[bool | None, Measure]]] = {}
    for measure in met:
        if measure.stack != "ADD" and not measure.group:
            continue
        if measure.group and (measure.requires or measure.quota is not None):
            if _gates_open(rulebook, measure, shipment, docket):
                groups.setdefault(measure.group, []).append((True, measure))
            continue
        holds = docket.holds(measure)
        if holds is False:
            continue
        if measure.group:
            groups.setdefault(measure.group, []).append((holds, measure))
        else:
            yield measure
    for members in groups.values():
        yield _only_one(members, docket)


def _only_one(members: list[tuple[bool | None, Measure]], docket: Docket) -> Measure:
    """Of an exclusive group the most specific that holds, unless a more specific one that may hold is dearer."""
    certain = [measure for holds, measure in members if holds]
    best = max(certain, key=_specificity) if certain else None
    may = [m for holds, m in members if holds is None and (best is None or _specificity(m) > _specificity(best))]
    dearest = max([best, *may] if best else may, key=_dearness)
    if dearest is not best:
        docket.remarks.append(f"{dearest.measure_id}: the dearest reading, a fact is missing")
    return dearest


def _dearness(measure: Measure) -> tuple[bool, float, float]:
    """Sort key that puts the dearest last; what cannot be worked out counts as dearest of all."""
    return bool(measure.not_expressible), measure.rate or 0.0, measure.specific or 0.0
