"""A made-up account of what a plan implies about demand."""

from __future__ import annotations

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.demand_book import DemandBand, ImpliedDemand, MarketDemand

BRAZIL, BRITAIN = Name("Brazil", "巴西"), Name("United Kingdom", "英国")


def made_up_demand() -> ImpliedDemand:
    """Two markets, one of them with a check outside its band."""
    numbers = (-4.1, -0.95, 0.9, -2.2, 0.75, 0.4, -0.003, 0.002)
    said = (
        Sentence(
            "demand.implied",
            {
                "own_elasticity": Amount(-4.1, "ratio"),
                "market_elasticity": Amount(-0.95, "ratio"),
                "pass_through": Amount(0.9, "ratio"),
                "import_elasticity": Amount(-2.2, "ratio"),
                "diverted_share": Amount(0.75, "share"),
                "moved": Amount(0.002, "share"),
                "rounds": Amount(1, "count"),
                "error": Amount(0.003, "share"),
            },
        ),
        Sentence(
            "demand.outside",
            {
                "check": "cost_gap",
                "markets": (BRAZIL,),
                "low": Amount(-0.25, "share"),
                "high": Amount(0.25, "share"),
            },
        ),
    )
    return ImpliedDemand(
        rounds=1,
        moved=0.002,
        curve_error=-0.003,
        markets=(
            MarketDemand(BRITAIN, 80_000.0, *numbers[:5], 0.1, *numbers[6:], ()),
            MarketDemand(BRAZIL, 120_000.0, *numbers, ("cost_gap",)),
        ),
        bands=(DemandBand("cost_gap", -0.25, 0.25, "assumption", "made up"),),
        said=said,
    )
