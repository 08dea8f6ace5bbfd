r"""Taxes the buyer pays: a cascade kept apart from duties.

.. math::
    X_i = \tau_i \bigl(b + \textstyle\sum_{j < i} X_j\bigr)      \qquad (T.6)

where b is the customs value with duty for a tax on import, the dealer's price for a tax on price. Value-added tax on
import is credited to the importer; only what falls on the sale in the end is listed as a tax on price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.trade.columns import ENACTED

if TYPE_CHECKING:
    from datetime import date

    from roadstead.trade.law import Tax
    from roadstead.trade.rulebook import Rulebook


def taxes_in_force(rulebook: Rulebook, market: str, powertrain: str, form: str, on: date) -> tuple[Tax, ...]:
    """Taxes on a new car sold in ``market`` (the country, not the union), in the order they are charged."""
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
