r"""Landed cost: what cars have cost when they stand at the dealer, line by line, for many at once.

.. math::
    w &= P\, r\, \tfrac{d}{365}                                              && \text{(T.9) money tied up on the way} \\
    C &= c + h + f + i + w + \textstyle\sum_l T_l + X + m                     && \text{(T.10) landed cost}

with transfer price P (free on board), freight f, insurance i, money rate r, days d, cost at the gate c, inland haulage h,
duty and fee lines T_l, taxes on import X, and delivery with after-sales m. What the duty is charged on stands in
trade/valuation.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.valuation import customs_value, insurance

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.charges import Line
    from roadstead.trade.tariff import Tariff

BLOCK = 16384
"""Consignments worked out together, so that what is between the steps stays in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Consignments:
    """Cars at a border. All shapes (n,).

    Attributes
    ----------
    lane
        Numbers that ``Schedules.lane`` gave.
    day
        Ordinals of the days of entry (``date.toordinal``).
    transfer_price
        Free on board. [money/car]
    freight
        [money/car]
    insurance_rate
        Of price and freight. [fraction]
    money_rate
        Yearly. [fraction]
    days
        From gate to dealer. [days]
    import_tax_rate
        Taxes on import that are not credited, of the customs value with duty. [fraction]
    """

    lane: Ints
    day: Ints
    transfer_price: Floats
    freight: Floats
    insurance_rate: Floats
    money_rate: Floats
    days: Floats
    import_tax_rate: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Landed:
    """Borders crossed. Shapes (n,), of ``charges`` (n, L).

    Attributes
    ----------
    segment
        Segment of the tariff that each met; ``Tariff.lines`` tells its law.
    customs_value, freight, insurance, tied_up
        [money/car]
    charges
        One column per line of the segment's stack, nothing where it has no more. [money/car]
    import_tax
        Taxes on import that are not credited. [money/car]
    total
        Everything the crossing adds to the price free on board. [money/car]
    """

    segment: Ints
    customs_value: Floats
    freight: Floats
    insurance: Floats
    tied_up: Floats
    charges: Floats
    import_tax: Floats
    total: Floats


def land(tariff: Tariff, goods: Consignments) -> Landed:
    """Cross the borders with all consignments, in one pass.

    Raises
    ------
    RoadsteadError
        RS-L212 where an amount is negative or not finite, RS-L213 for a day outside the tariff; the refusal of the law where
        one of the consignments meets it.
    """
    amounts = (
        goods.transfer_price,
        goods.freight,
        goods.insurance_rate,
        goods.money_rate,
        goods.days,
        goods.import_tax_rate,
    )
    if not all(bool(np.all((amount >= 0.0) & (amount < np.inf))) for amount in amounts):
        expected = "amounts that are finite and not negative"
        wrong = next(i for i in range(len(goods.lane)) if not all(0.0 <= amount[i] < np.inf for amount in amounts))
        met = tuple(float(amount[wrong]) for amount in amounts)
        raise RoadsteadError(Fault("landed cost", "RS-L212", f"met {met}", expected))
    count = len(goods.lane)
    segment = np.empty(count, dtype=np.int64)
    value, insured, tied_up, import_tax, total = (np.empty(count) for _ in range(5))
    charges = np.empty((count, tariff.width))
    for begin in range(0, count, BLOCK):
        at = slice(begin, begin + BLOCK)
        lane, price, freight = goods.lane[at], goods.transfer_price[at], goods.freight[at]
        insured[at] = insurance(price, freight, goods.insurance_rate[at])
        value[at] = customs_value(price, freight, insured[at], tariff.with_freight.take(lane))
        segment[at] = tariff.find(lane, goods.day[at], value[at], price)
        charges[at] = tariff.charges(segment[at], value[at])
        charged = charges[at].sum(axis=1)
        tied_up[at] = price * goods.money_rate[at] * goods.days[at] / 365.0  # (T.9)
        import_tax[at] = goods.import_tax_rate[at] * (value[at] + charged)
        total[at] = freight + insured[at] + tied_up[at] + charged + import_tax[at]
    return Landed(segment, value, goods.freight, insured, tied_up, charges, import_tax, total)


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


def crossing_lines(tariff: Tariff, landed: Landed, which: int, prefix: str = "") -> list[CostLine]:
    """The bars of one crossing, empty ones left out."""
    bars = [
        CostLine(f"{prefix}freight", float(landed.freight[which])),
        CostLine(f"{prefix}insurance", float(landed.insurance[which])),
        CostLine(f"{prefix}tied_up", float(landed.tied_up[which])),
    ]
    lines = tariff.lines(int(landed.segment[which]))
    bars += map(charge_bar, [prefix] * len(lines), lines, landed.charges[which].tolist())
    bars.append(CostLine(f"{prefix}import_tax", float(landed.import_tax[which])))
    return [bar for bar in bars if bar.amount != 0.0]


def charge_bar(prefix: str, line: Line, amount: float) -> CostLine:
    """The bar of one charge, which cites its measure."""
    measure = line.measure
    cited = f"{measure.measure_id} {measure.instrument}".strip()
    return CostLine(f"{prefix}{measure.kind.lower()}", amount, cited, measure.evidence.source_id, True)
