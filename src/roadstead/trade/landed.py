r"""Landed cost: what one car has cost when it stands at the dealer, line by line.

.. math::
    V &= P + [\text{CIF}]\,(f + i)                                           && \text{(T.7) customs value} \\
    i &= \iota\,(P + f)                                                      && \text{(T.8) insurance} \\
    w &= P\, r\, \tfrac{d}{365}                                              && \text{(T.9) money tied up on the way} \\
    C &= c + h + f + i + w + \textstyle\sum_l T_l + X + m                     && \text{(T.10) landed cost}

with transfer price P (free on board), freight f, insurance rate :math:`\iota`, money rate r, days d, cost at the gate c,
inland haulage h, duty and fee lines T_l, taxes on import X, and delivery with after-sales m. The customs value rests on
the transfer price, so the retail price does not move it. (T.7): Agreement on Implementation of Article VII of GATT
1994, art. 8.2: each member states in its law whether freight and insurance are in the customs value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats
    from roadstead.trade.charges import Line
    from roadstead.trade.duty import Stack
    from roadstead.trade.rulebook import Rulebook

Valuation = Literal["CIF", "FOB"]


@dataclass(frozen=True, slots=True)
class Voyage:
    """What the way over costs beside the goods.

    Attributes
    ----------
    freight
        [money/car]
    insurance_rate
        Of price and freight. [fraction]
    money_rate
        Yearly. [fraction]
    days
        From gate to dealer. [days]
    """

    freight: float
    insurance_rate: float
    money_rate: float
    days: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """One border crossed.

    Attributes
    ----------
    customs_value
        V. [money/car]
    charges
        One entry per line of the stack. [money/car]
    import_tax
        Taxes on import that are not credited. [money/car]
    """

    customs_value: float
    freight: float
    insurance: float
    tied_up: float
    lines: tuple[Line, ...]
    charges: Floats
    import_tax: float

    @property
    def total(self) -> float:
        """Everything the crossing adds to the price free on board."""
        return self.freight + self.insurance + self.tied_up + float(self.charges.sum()) + self.import_tax


def valuation(rulebook: Rulebook, importer: str) -> Valuation:
    """Whether an importer's customs value holds freight and insurance."""
    bases = {m.base for m in rulebook.measures.get(importer, ()) if m.kind == "MFN"}
    return "FOB" if "FOB" in bases else "CIF"


def customs_value(transfer_price: float, voyage: Voyage, basis: Valuation) -> float:
    """V of (T.7)."""
    if basis == "FOB":
        return transfer_price
    insurance = voyage.insurance_rate * (transfer_price + voyage.freight)  # (T.8)
    return transfer_price + voyage.freight + insurance  # (T.7)


def cross(transfer_price: float, voyage: Voyage, basis: Valuation, stack: Stack, import_tax_rate: float) -> Crossing:
    """Cross one border with goods of a transfer price.

    Raises
    ------
    RoadsteadError
        RS-L212 where an amount is negative or not finite.
    """
    amounts = (
        transfer_price,
        voyage.freight,
        voyage.insurance_rate,
        voyage.money_rate,
        voyage.days,
        import_tax_rate,
    )
    if not all(np.isfinite(amounts)) or min(amounts) < 0:
        expected = "amounts that are finite and not negative"
        raise RoadsteadError(Fault("landed cost", "RS-L212", f"met {amounts}", expected))
    value = customs_value(transfer_price, voyage, basis)
    charges = stack.amounts(np.asarray(value))
    return Crossing(
        customs_value=value,
        freight=voyage.freight,
        insurance=voyage.insurance_rate * (transfer_price + voyage.freight),  # (T.8)
        tied_up=transfer_price * voyage.money_rate * voyage.days / 365.0,  # (T.9)
        lines=stack.lines,
        charges=charges,
        import_tax=import_tax_rate * (value + float(charges.sum())),
    )


@dataclass(frozen=True, slots=True)
class CostLine:
    """One bar of a waterfall: what it is, how much, and the measure or figure behind it.

    Attributes
    ----------
    rests_on
        Measure and legal instrument of a charge; the model, line or market whose figure another bar is.
    source
        Source of a charge's measure: an id, ``assumption``, or empty where none was located.
    is_charge
        True for what a border charges under a measure: duties and fees, not taxes.
    is_rule
        True for what any other rule costs or gives a car; its measure is cited as a charge's is.
    """

    key: str
    amount: float
    rests_on: str = ""
    source: str = ""
    is_charge: bool = False
    is_rule: bool = False


def crossing_lines(crossing: Crossing, prefix: str = "") -> list[CostLine]:
    """The bars of one crossing, empty ones left out."""
    bars = [
        CostLine(f"{prefix}freight", crossing.freight),
        CostLine(f"{prefix}insurance", crossing.insurance),
        CostLine(f"{prefix}tied_up", crossing.tied_up),
    ]
    for line, amount in zip(crossing.lines, crossing.charges.tolist(), strict=True):
        measure = line.measure
        cited = f"{measure.measure_id} {measure.instrument}".strip()
        bars.append(CostLine(f"{prefix}{measure.kind.lower()}", amount, cited, measure.evidence.source_id, True))
    bars.append(CostLine(f"{prefix}import_tax", crossing.import_tax))
    return [bar for bar in bars if bar.amount != 0.0]
