"""A case's demand put together without planning it, so that what contradicts itself there is told at its place in the case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.futures.costs.circumstances import node_circumstances
from roadstead.futures.evaluate import node_years
from roadstead.futures.selling.selling import DEMAND_IN, build_demand
from roadstead.study.document import scan_document
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.grow import Grown
    from roadstead.study.spec import Study
    from roadstead.terms.errors import Fault
    from roadstead.trade.rulebook import Rulebook

FIXED_BY = ("nest_correlation", "market_elasticity", "own_elasticity")
"""Terms that fix a market's demand together."""


def rehearse(study: Study, grown: Grown, ground: Costing, rules: Rulebook) -> None:
    """Put demand together at every node-year.

    Raises
    ------
    RoadsteadError
        RS-D501, RS-D502 and RS-D504 where a market cannot be, each at the row, figure or event that makes it so.
    """
    years = node_years(grown)
    try:
        circumstances = node_circumstances(grown, years, rules, grown.events, ground.conventions.route)
        build_demand(ground, grown, years, circumstances, ground.carmaker.offers)
    except RoadsteadError as error:
        raise placed(study, error) from None


def placed(study: Study, error: RoadsteadError) -> RoadsteadError:
    """The error with faults of a market's demand at their place in the case."""
    return RoadsteadError([_placed(study, fault) for fault in error.faults])


def _placed(study: Study, fault: Fault) -> Fault:
    """At the estimate or figure of the terms that do not go together, else at the event that sets one of them."""
    market = fault.where.removeprefix(DEMAND_IN)
    if market == fault.where:
        return fault
    terms = study.conventions.demand
    powertrains = ("", *(model.powertrain for model in study.carmaker.models.values()))
    stated = [terms.of(name, market, powertrain).where for name in FIXED_BY for powertrain in powertrains]
    where = next((place for place in stated if place), "") or _event(study)
    return replace(fault, where=where, message=f"in {market}, {fault.message}") if where else fault


def _event(study: Study) -> str:
    """Place of the terms of the first event that sets one of those; empty where none does."""
    document = scan_document(study.folder / "case.yaml", [])
    if document is None:
        return ""
    for i, event in enumerate(study.case.events):
        if set(FIXED_BY) & event.terms.keys():
            return document.where("events", i, "terms")
    return ""
