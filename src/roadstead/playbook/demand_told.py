"""Tell what a plan implies about demand: elasticities, pass-through and diversion, and which lie outside published bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.demand.bands import bands
from roadstead.futures.selling.sanity import CHECKED, implied, outside_bands
from roadstead.futures.selling.smooth_sourcing import landed_costs
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.demand_book import DemandBand, ImpliedDemand, MarketDemand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.selling.reaction import Reaction
    from roadstead.futures.selling.sanity import Implied
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats


SHARES = frozenset({"diverted_share", "cost_gap", "moved", "curve_error"})
"""Figures of demand that are fractions."""


def implied_demand(reading: Reading, answer: Reaction, rounds: int) -> ImpliedDemand:
    """What a plan that rivals have answered implies in every market."""
    p, ledger = reading.evaluation.prospect, reading.evaluation.ledger
    sold = reading.plan.flows.sale.sum(-1)
    terms = ledger.costing.conventions.demand
    customs = {market: terms.of("rival_value", market).value for market in ledger.selling.markets}
    found = [
        one
        for one in implied(reading.tree, p.node_years, ledger.selling, sold, answer, _cheapest(reading), customs)
        if one.cars > 0
    ]
    rows = tuple(_row(reading, one) for one in found)
    known = bands()
    return ImpliedDemand(
        rounds=rounds,
        moved=answer.moved,
        curve_error=max((one.curve_error for one in found), key=abs, default=0.0),
        markets=rows,
        bands=tuple(
            DemandBand(
                check, known[check].low, known[check].high, known[check].evidence.source_id, known[check].evidence.note
            )
            for check in CHECKED
        ),
        said=tuple(_said(reading, found, answer, rounds)),
    )


def _cheapest(reading: Reading) -> Floats:
    """Landed cost of the cheapest way into each cell over what is kept of its price; NaN where there is none. Shape (Y, C)."""
    p = reading.evaluation.prospect
    net = reading.evaluation.ledger.selling.net_price
    least = np.full(net.shape, np.inf)
    np.minimum.at(least.T, p.arcs.cell, np.where(p.arcs.allowed, landed_costs(reading.evaluation), np.inf).T)
    return np.where(np.isfinite(least), least / net, np.nan)


def _row(reading: Reading, one: Implied) -> MarketDemand:
    return MarketDemand(
        market=reading.place(one.market),
        cars=one.cars,
        own_elasticity=one.own_elasticity,
        market_elasticity=one.market_elasticity,
        pass_through=one.pass_through,
        import_elasticity=one.import_elasticity,
        diverted_share=one.diverted_share,
        cost_gap=one.cost_gap,
        curve_error=one.curve_error,
        moved=one.moved,
        outside=tuple(check for check, _, _ in outside_bands(one)),
        key=one.market,
    )


def _said(reading: Reading, found: Sequence[Implied], answer: Reaction, rounds: int) -> list[Sentence]:
    """All markets together, weighted by cars; then each check that some market fails, with those markets."""
    if not found:
        return []
    weight = [one.cars for one in found]

    def mean(check: str) -> float:
        values = np.asarray([getattr(one, check) for one in found])
        known = np.isfinite(values)
        return float(np.average(values[known], weights=np.asarray(weight)[known]))

    together = Sentence(
        "demand.implied",
        {
            "own_elasticity": Amount(mean("own_elasticity"), "ratio", "demand/all/own_elasticity"),
            "market_elasticity": Amount(mean("market_elasticity"), "ratio", "demand/all/market_elasticity"),
            "pass_through": Amount(mean("pass_through"), "ratio", "demand/all/pass_through"),
            "import_elasticity": Amount(mean("import_elasticity"), "ratio", "demand/all/import_elasticity"),
            "diverted_share": Amount(mean("diverted_share"), "share", "demand/all/diverted_share"),
            "moved": Amount(answer.moved, "share"),
            "rounds": Amount(rounds, "count"),
            "error": Amount(max(abs(one.curve_error) for one in found), "share", "demand/all/curve_error"),
        },
    )
    return [together, *_flagged(reading, found)]


def _flagged(reading: Reading, found: Sequence[Implied]) -> list[Sentence]:
    known, sentences = bands(), []
    for check in CHECKED:
        markets = tuple(reading.place(one.market) for one in found if check in {c for c, _, _ in outside_bands(one)})
        if markets:
            low, high = (
                Amount(value, kind_of(check), f"band/{check}/{end}")
                for end, value in (("low", known[check].low), ("high", known[check].high))
            )
            sentences.append(Sentence("demand.outside", {"check": check, "markets": markets, "low": low, "high": high}))
    return sentences


def kind_of(check: str) -> Literal["share", "ratio"]:
    """How a figure of demand is printed."""
    return "share" if check in SHARES else "ratio"
