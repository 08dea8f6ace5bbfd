r"""Taxes: a cascade the buyer pays, kept apart from duties, and what a maker's own country does not give back on export.

.. math::
    X_i = \tau_i \bigl(b + \textstyle\sum_{j < i} X_j\bigr)      \qquad (T.6)

where b is the customs value with duty for a tax on import, the dealer's price for a tax on price. Value-added tax on
import is credited to the importer; only what falls on the sale in the end is listed as a tax on price. For a tax on export b
is the price free on board: value-added tax that is not refunded to the maker when the goods leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.terms.ids import Product
from roadstead.trade.columns import ENACTED

if TYPE_CHECKING:
    from datetime import date

    from roadstead.trade.law import Tax
    from roadstead.trade.rulebook import Rulebook


EXPORT_FORMS = {
    Product.CAR: "CBU",
    Product.LIGHT_TRUCK: "CBU",
    Product.KIT_CKD: "CKD",
    Product.KIT_SKD: "CKD",
    Product.PARTS: "PARTS",
    Product.BATTERY: "BATTERY",
}
"""What a tax on export calls each product."""


def export_taxes(rulebook: Rulebook, origin: str, product: Product, powertrain: str, on: date) -> tuple[Tax, ...]:
    """Taxes that stay on goods as they leave their country of origin."""
    taxes = taxes_in_force(rulebook, origin, powertrain, EXPORT_FORMS[product], on)
    return tuple(tax for tax in taxes if tax.base == "EXPORT")


def taxes_in_force(rulebook: Rulebook, market: str, powertrain: str, form: str, on: date) -> tuple[Tax, ...]:
    """Taxes that ``market`` (the country, not the union) levies on a new car, in the order they are charged."""
    return tuple(
        tax
        for tax in rulebook.taxes.get(market, ())
        if tax.status in ENACTED
        and tax.span.covers(on)
        and (not tax.powertrains or powertrain in tax.powertrains)
        and (not tax.forms or form in tax.forms)
    )


def cascade(taxes: tuple[Tax, ...], base: str) -> float:
    """Combined rate of the taxes on one base, each charged on those before it (T.6). [fraction of the base]"""
    total = 1.0
    for tax in taxes:
        if tax.base == base:
            total *= 1.0 + tax.rate
    return total - 1.0
