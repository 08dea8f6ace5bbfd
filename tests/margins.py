"""The margin of an arc against the bars of its waterfall: two ways to one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.capacity import capital
from roadstead.futures.costs.circumstances import representative_year

if TYPE_CHECKING:
    from roadstead.futures.evaluate import Evaluation


def margin_check(evaluation: Evaluation, arc: int, node_year: int) -> float:
    """Difference between an arc's stored margin and the one its waterfall gives; zero unless something is wrong."""
    ledger, p = evaluation.ledger, evaluation.prospect
    key = ledger.arcs[arc]
    line = ledger.costing.carmaker.lines[key.line] if key.line else None
    year = representative_year(ledger.node_years, node_year)
    cost = sum(bar.amount for bar in ledger.waterfall(arc, node_year))
    pre_tax = ledger.selling.net_price[node_year, key.offer] - cost
    return float(p.arcs.margin[node_year, arc] - pre_tax * (1.0 - capital.tax_rate(ledger.costing, line, year)))
