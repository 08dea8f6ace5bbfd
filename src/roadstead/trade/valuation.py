r"""Customs valuation: what the duty is charged on.

.. math::
    V &= P + [\text{CIF}]\,(f + i)                                           && \text{(T.7) customs value} \\
    i &= \iota\,(P + f)                                                      && \text{(T.8) insurance}

with transfer price P (free on board), freight f and insurance rate :math:`\iota`. The customs value rests on the transfer
price, so the retail price does not move it. (T.7): Agreement on Implementation of Article VII of GATT 1994, art. 8.2: each
member states in its law whether freight and insurance are in the customs value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats
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


def valuation(rulebook: Rulebook, importer: str) -> Valuation:
    """Whether an importer's customs value holds freight and insurance."""
    bases = {m.base for m in rulebook.measures.get(importer, ()) if m.kind == "MFN"}
    return "FOB" if "FOB" in bases else "CIF"


def insurance(transfer_price: Floats, freight: Floats, rate: Floats) -> Floats:
    """I of (T.8). [money/car]"""
    return rate * (transfer_price + freight)  # (T.8)


def customs_value(transfer_price: Floats, freight: Floats, insured: Floats, with_freight: Floats) -> Floats:
    """V of (T.7); ``with_freight`` is 1 where the basis is CIF, else 0. [money/car]"""
    return transfer_price + with_freight * (freight + insured)  # (T.7)
