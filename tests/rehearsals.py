"""A made-up carmaker's plan on fresh paths, beside other ways to act."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from quick_cases import ask, asks_nothing_beside

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.breaks_book import Broken, Restriction
from roadstead.playbook.rehearsal_book import Estimate, FreshPaths, Outcome
from roadstead.playbook.signs_book import Condition, Confirmed, Rates, Signpost, Tried
from roadstead.study.template import new_case

if TYPE_CHECKING:
    from pathlib import Path

WAYS = {
    "plan": (12.30e9, 0.0), "standing": (10.21e9, 2.09e9), "announced": (11.84e9, 0.46e9), "export_only": (8.75e9, 3.55e9),
    "central": (12.22e9, 0.08e9), "kits_first": (11.10e9, 1.20e9), "local_everywhere": (10.95e9, 1.35e9),
    "timetable": (9.60e9, 2.70e9),
}  # fmt: skip
"""What each comes to on average, and what the plan is worth more. [money]"""
BINS = 12
PATHS = 2000
"""From which a small tree is grown; fresh ones come after them."""


def small_grown_case(folder: Path) -> None:
    """The starter case with a tree of few nodes, grown from few paths: all there is of a rehearsal, in little time, and nothing beside."""
    new_case(folder, grown=True)
    ask(folder, {"nodes: [1, 4, 11]": "nodes: [1, 2, 4]", "paths: 20000": f"paths: {PATHS}"})
    asks_nothing_beside(folder)


def made_up_rehearsal(signposts: tuple[Signpost, ...]) -> FreshPaths:
    """Eight ways to act, each with a hill of its own over the same bins; two of them break where something can be seen."""
    edges = tuple(2e9 + 1.5e9 * i for i in range(BINS + 1))
    return FreshPaths(
        paths=1000,
        ahead=100,
        on_tree=12.44e9,
        outcomes=tuple(_outcome(key, mean, behind) for key, (mean, behind) in WAYS.items()),
        edges=edges,
        shares=tuple(_hill(mean, edges) for mean, _ in WAYS.values()),
        said=(
            Sentence(
                "rehearsal.tree_holds",
                {
                    "paths": Amount(1000, "count"),
                    "mean": Amount(12.30e9, "money"),
                    "error": Amount(0.31e9, "money"),
                    "tree": Amount(12.44e9, "money"),
                    "missed": Amount(0.14e9, "money"),
                },
            ),
            Sentence("rehearsal.regret", {"value": Amount(0.6e9, "money"), "error": Amount(0.05e9, "money")}),
        ),
        notes=(Sentence("rehearsal.error", {}), Sentence("rehearsal.timetable", {"years": Amount(5, "years")})),
        broken=(*(_broken(key) for key in ("plan", "central")), _unbroken("standing")),
        signs=(*(_confirmed(one) for one in signposts), _untried(signposts[0])),
    )


def _where() -> tuple[Restriction, ...]:
    model, market, year = Name("Small electric", "小型纯电"), Name("Germany", "德国"), Amount(2029, "year")
    duty = {
        "model": model,
        "market": market,
        "year": year,
        "threshold": Amount(0.25, "share"),
        "above": Amount(1, "count"),
    }
    share = {"market": market, "year": year, "threshold": Amount(0.3, "share"), "above": Amount(0, "count")}
    return (
        Restriction("duty", "DEU small", 2029, True, 0.25, 1e-4, Sentence("if.duty", duty)),
        Restriction("share", "DEU", 2029, False, 0.3, 0.02, Sentence("if.share", share)),
    )


def _broken(key: str) -> Broken:
    share, coverage, density = Estimate(0.038, 0.006), Estimate(0.71, 0.1), Estimate(0.42, 0.08)
    terms = {
        "how": "exports",
        "share": Amount(share.value, "share"),
        "where": tuple(one.said for one in _where()),
        "coverage": Amount(coverage.value, "share"),
        "coverage_error": Amount(coverage.error, "share"),
        "density": Amount(density.value, "share"),
        "density_error": Amount(density.error, "share"),
    }
    return Broken(key, "exports", share, 38, _where(), coverage, density, Sentence("break.where", terms))


def _unbroken(key: str) -> Broken:
    terms = {"how": "exports", "count": Amount(0, "count"), "paths": Amount(1000, "count")}
    return Broken(key, "exports", Estimate(0.0, 0.0), 0, (), None, None, Sentence("break.few", terms))


def _confirmed(signpost: Signpost) -> Confirmed:
    beside = Rates(Estimate(0.2, 0.01), Estimate(0.1, 0.02), 900, 400, 350)
    pays = Rates(Estimate(0.4, 0.02), Estimate(0.3, 0.03), 800, 380, 300)
    better = Rates(Estimate(0.12, 0.02), Estimate(0.2, 0.03), 800, 280, 300)
    lost, nearest, own, blind = Estimate(19e6, 2e6), Estimate(11e6, 1e6), Estimate(5e6, 1e6), Estimate(12e6, 1e6)
    year, market = Amount(2029, "year"), Name("Germany", "德国")
    terms = {"market": market, "year": year, "threshold": Amount(0.3, "share"), "above": Amount(0, "count")}
    chosen = replace(
        signpost,
        conditions=(Condition("share", "DEU", False, 0.3, 2029, Sentence("sign.share", terms)),),
        chosen_on="paths",
        tried=Tried("pays", better, own, blind, always=False),
    )
    given = {"lost": own, "tree": lost, "nearest": nearest, "blind": blind}
    said = {
        "share": Amount(0.35, "share"),
        "where": tuple(one.said for one in _where()),
        "always": Amount(0, "count"),
        **{name: Amount(one.value, "money") for name, one in given.items()},
        **{f"{name}_error": Amount(one.error, "money") for name, one in given.items()},
    }
    return Confirmed(signpost, beside, chosen, Sentence("sign.chosen", said), pays, lost, nearest)


def _untried(signpost: Signpost) -> Confirmed:
    few = Sentence("sign.few", {"paths": Amount(0, "count")})
    return Confirmed(signpost, Rates(None, None, 0, 0, 0), signpost, few)


def _outcome(key: str, mean: float, behind: float) -> Outcome:
    return Outcome(
        key=key,
        mean=Estimate(mean, 0.31e9),
        low=mean - 3.2e9,
        middle=mean - 0.2e9,
        high=mean + 4.0e9,
        tail=Estimate(mean - 4.1e9, 0.4e9),
        behind=None if key == "plan" else Estimate(behind, 0.04e9),
        regret=Estimate(0.6e9 + behind, 0.05e9),
        beats=None if key == "export_only" else Estimate(0.962, 0.006),
        keeps=0.97 if key == "timetable" else 1.0,
    )


def _hill(mean: float, edges: tuple[float, ...]) -> tuple[float, ...]:
    """Shares that fall off to both sides of the mean and sum to one; none beyond its reach."""
    heights = [max(0.0, 5.2e9 - abs((low + high) / 2 - mean)) for low, high in pairwise(edges)]
    return tuple(height / sum(heights) for height in heights)
