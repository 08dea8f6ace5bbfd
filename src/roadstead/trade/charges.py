r"""What one measure charges on one car.

.. math::
    T_l = s_l\,(r_l V) + f_l                       \qquad (T.1)\ \text{ad valorem, on a share } s_l \text{ of the value}
    T_l = \max(r_l V,\ f_l)                        \qquad (T.2)\ \text{higher of both}
    T_l = \max(0,\ c_l - r_\text{base})\,V          \qquad (T.3)\ \text{top-up to the ceiling } c_l

with V the customs value, r the rate, f the specific amount in US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.terms.errors import Fault, NotExpressibleError, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.arrays import Floats
    from roadstead.trade.condition import FactValue
    from roadstead.trade.law import Measure

OWN_ROW = "a row of your own in measures.csv in its place"
PER_CAR = {"vehicle", "car"}
COUNTED_BY = {
    "100 kg": ("mass_kg", 100.0),
    "cm3": ("engine_cm3", 1.0),
    "kW": ("power_kw", 1.0),
    "kWh": ("battery_kwh", 1.0),
}
"""Unit of a specific amount -> the fact that counts it, and how many of the fact's own unit make one."""
CAN_MEX_FLOOR = 0.15
"""Least content of Canada and Mexico that SOR/2025-118 leaves out of the surtax base."""


@dataclass(frozen=True, slots=True)
class Line:
    """One charge of a stack.

    Attributes
    ----------
    shape
        How rate and specific amount join: ``ad_valorem``, ``higher`` (T.2) or ``sum``.
    share
        Share of the customs value the rate is charged on.
    specific
        Specific amount. [US$/car]
    """

    measure: Measure
    layer: Literal["duty", "fee"]
    shape: Literal["ad_valorem", "higher", "sum"]
    rate: float
    share: float
    specific: float

    def amount(self, value: Floats) -> Floats:
        """The charge on each customs value. [US$/car]"""
        ad_valorem = self.rate * self.share * value
        if self.shape == "higher":
            return np.maximum(ad_valorem, self.specific)  # (T.2)
        return np.asarray(ad_valorem + self.specific)  # (T.1)


@dataclass(slots=True)
class Docket:
    """What is being settled about one shipment.

    Attributes
    ----------
    facts
        Declared facts, and those a shipment implies.
    missing
        Facts that were asked for and not declared, each with the measures that asked.
    remarks
        What a reader should know.
    """

    facts: dict[str, FactValue]
    missing: dict[str, set[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def ask(self, names: Iterable[str], measure: Measure) -> None:
        """Note that a measure asked for facts that are not declared."""
        for name in names:
            self.missing.setdefault(name, set()).add(measure.measure_id)

    def holds(self, measure: Measure) -> bool | None:
        """Whether the measure's own condition holds; a missing fact is noted."""
        if measure.condition is None:
            return True
        verdict = measure.condition.judge(self.facts)
        self.ask(verdict.missing, measure)
        return verdict.holds

    def flag(self, name: str, measure: Measure) -> bool | None:
        """A declared yes or no; None, and noted, where it is missing."""
        if name not in self.facts:
            self.ask((name,), measure)
            return None
        return bool(self.facts[name])


def charge(measure: Measure, docket: Docket, dollars: Mapping[str, float], base_rate: float = 0.0) -> Line:
    """The line a measure charges.

    Raises
    ------
    NotExpressibleError
        RS-L210 where the rule has a shape the engine cannot work out.
    RoadsteadError
        RS-L206 without an exchange rate, RS-L207 without the mass, engine or power an amount is counted by.
    """
    reason = measure.not_expressible
    if measure.rate is None and measure.specific is None and measure.ceiling is None:
        reason = reason or "its rate is not in the table"
    if reason:
        message = f"not expressible yet: {measure.measure_id}, {reason}"
        expected = OWN_ROW
        # Met only because a fact is missing, it may fall away once the fact is declared.
        if asked := [name for name, ids in sorted(docket.missing.items()) if measure.measure_id in ids]:
            expected = f"declare {' and '.join(asked)}, which may rule it out, or {expected}"
        raise NotExpressibleError(Fault(measure.importer, "RS-L210", message, expected))
    share, rate = 1.0, measure.rate or 0.0
    if measure.base == "NON_US_CONTENT":
        share = 1.0 - _share("content.USA", measure, docket)
    elif measure.base == "VALUE_LESS_CAN_MEX_CONTENT":
        share = 1.0 - max(_share("content.CAN_MEX", measure, docket), CAN_MEX_FLOOR)
    if measure.rate_type == "CEILING_TOPUP":
        rate = max(0.0, (measure.ceiling or 0.0) - base_rate)  # (T.3)
    shapes: dict[str, Literal["ad_valorem", "higher", "sum"]]
    shapes = {"COMPOUND_MAX": "higher", "COMPOUND_SUM": "sum"}
    return Line(
        measure=measure,
        layer="fee" if measure.kind == "RECYCLING_FEE" else "duty",
        shape=shapes.get(measure.rate_type, "ad_valorem"),
        rate=rate,
        share=share,
        specific=_specific(measure, docket, dollars),
    )


def _share(name: str, measure: Measure, docket: Docket) -> float:
    """A declared content share; nothing where it is missing, which is the dearest reading."""
    if name not in docket.facts:
        docket.ask((name,), measure)
        return 0.0
    return float(docket.facts[name])


def _specific(measure: Measure, docket: Docket, dollars: Mapping[str, float]) -> float:
    """The specific amount in US dollars per car."""
    if not measure.specific:
        return 0.0
    if measure.specific_currency not in dollars:
        message = f"{measure.measure_id} is charged in {measure.specific_currency}, for which no exchange rate is known"
        expected = "a row of indicator exchange_rate in your own economies.csv"
        raise RoadsteadError(Fault(measure.importer, "RS-L206", message, expected))
    units = 1.0
    if measure.specific_unit not in PER_CAR:
        if measure.specific_unit not in COUNTED_BY:
            per = measure.specific_unit or "nothing named"
            message = f"not expressible yet: {measure.measure_id}, an amount per {per}"
            raise NotExpressibleError(Fault(measure.importer, "RS-L210", message, OWN_ROW))
        fact, size = COUNTED_BY[measure.specific_unit]
        if fact not in docket.facts:
            docket.ask((fact,), measure)
            message = f"{measure.measure_id} is charged per {measure.specific_unit}"
            raise RoadsteadError(Fault(measure.importer, "RS-L207", message, f"the fact {fact}"))
        units = float(docket.facts[fact]) / size
    return measure.specific * units * dollars[measure.specific_currency]  # (T.14) where the currency is an indexed unit
