r"""Preferential origin: which agreement a preference hangs on, and whether a car's bill of materials meets its rule.

.. math::
    \text{RVC} = 1 - \frac{\text{VNM}}{V}  \quad (T.4)\ \text{build-down};\qquad
    \text{MaxNOM} = \frac{\text{VNM}}{V_\text{ex-works}} \quad (T.5)

VNM is the value of materials that do not originate in the agreement's territory (ASEAN Trade in Goods Agreement,
art. 29; EU-UK Trade and Cooperation Agreement, annex 3). A threshold of another metric, or a row with a further
requirement, cannot be tested on shares of value alone: then the answer is "not known", never a preference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.columns import ENACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from roadstead.terms.tables import Row
    from roadstead.trade.law import Measure, OriginRule
    from roadstead.trade.rulebook import Rulebook, Treaties

_FLOOR = {"RVC", "QVC"}
METHODS = ("BUILD_DOWN", "BUILD_UP", "NET_COST", "MAXNOM")
"""Ways a rule of origin counts a share of value; trade/bill.py works them out."""
_FRACTION = re.compile(r"0(\.\d+)?|1(\.0+)?")
DIAGONAL = "PEM"
"""Word in an agreement's cumulation for the Pan-Euro-Mediterranean system."""


@dataclass(frozen=True, slots=True)
class OriginTest:
    """Whether a car qualifies under one rule.

    Attributes
    ----------
    qualifies
        True, False, or None where the rule cannot be tested on shares of value.
    originating
        Share of the car's value that originates in the agreement's territory.
    threshold
        Least originating share asked for, where there is one.
    reason
        Why, in words.
    """

    agreement_id: str
    qualifies: bool | None
    originating: float
    threshold: float | None
    reason: str


def read_methods(row: Row, faults: list[Fault]) -> tuple[tuple[str, float], ...]:
    """Ways of counting a share of value, each with its share; what is none is noted."""
    found = []
    for text in row["methods"]:
        name, _, share = text.partition(" ")
        if name in METHODS and _FRACTION.fullmatch(share):
            found.append((name, float(share)))
        else:
            expected = f"one of {', '.join(METHODS)} and a fraction, for instance NET_COST 0.75"
            faults.append(Fault(row.where("methods"), "RS-T106", f"{text!r} is not known here", expected))
    return tuple(found)


def preference_facts(rulebook: Rulebook, measure: Measure, importer: str, origin: str, on: date) -> tuple[str, ...]:
    """Facts of which one must be true for a preference: ``qualifies.AGREEMENT`` for each agreement it can hang on."""
    return tuple(f"qualifies.{a}" for a in preference_agreements(rulebook, measure, importer, origin, on))


def preference_agreements(
    rulebook: Rulebook, measure: Measure, importer: str, origin: str, on: date
) -> tuple[str, ...]:
    """Agreements a preference can hang on: those of its rules, or all in force between the two countries."""
    treaties = rulebook.treaties
    between = agreements_between(treaties, importer, origin, on)
    if "AGREEMENT" in measure.requires:
        return between or (f"{importer}-{origin}",)
    found = _agreements_of(treaties, measure.requires)
    # One rule may stand in the table under one agreement and serve others (the pan-Euro-Mediterranean rule).
    return tuple(a for a in between if a in found) or between or tuple(sorted(found))


@lru_cache(maxsize=4096)
def _agreements_of(treaties: Treaties, rules: tuple[str, ...]) -> frozenset[str]:
    """Agreements some rules of origin belong to."""
    wanted = set(rules)
    found = {r.agreement_id for r in treaties.origin_rules if r.rule in wanted}
    # A rule named by the measure whose own rows are not in the table still needs a declaration.
    known = {r.rule for r in treaties.origin_rules}
    return frozenset(found | {rule.rsplit("-", 1)[0] for rule in wanted - known})


@lru_cache(maxsize=65536)
def agreements_between(treaties: Treaties, importer: str, origin: str, on: date) -> tuple[str, ...]:
    """Agreements in force between two countries on a day, in alphabetical order."""
    return tuple(
        sorted(
            agreement_id
            for agreement_id, agreement in treaties.agreements.items()
            if agreement.status in ENACTED
            and agreement.span.covers(on)
            and _is_member(treaties, agreement.members, importer, on)
            and _is_member(treaties, agreement.members, origin, on)
        )
    )


def _is_member(treaties: Treaties, members: frozenset[str], place: str, on: date) -> bool:
    if place in members:
        return True
    return any(
        member == place and span.covers(on)
        for bloc in members & treaties.blocs.keys()
        for member, span in treaties.blocs[bloc]
    )


def cumulating(rulebook: Rulebook, agreement_id: str, places: Iterable[str], on: date) -> frozenset[str]:
    """The places, of those asked about, whose materials count as originating.

    Members count. Where cumulation is diagonal, as among the partners of the Pan-Euro-Mediterranean Convention (art. 7 of
    its appendix I), so does a place that such agreements link with every member.
    """
    agreement = rulebook.agreements[agreement_id]
    found = {place for place in places if _is_member(rulebook.treaties, agreement.members, place, on)}
    if agreement.cumulation.startswith(DIAGONAL):
        found |= {place for place in places if _linked(rulebook.treaties, agreement.members, place, on)}
    return frozenset(found)


def _linked(treaties: Treaties, members: frozenset[str], place: str, on: date) -> bool:
    """True if diagonal agreements join a place with every member."""
    return all(
        any(
            treaties.agreements[other].cumulation.startswith(DIAGONAL)
            for other in agreements_between(treaties, member, place, on)
        )
        for member in members
    )


def originating_share(rulebook: Rulebook, agreement_id: str, content: Mapping[str, float], on: date) -> float:
    """Share of a car's value made in places whose materials count (cumulation)."""
    home = cumulating(rulebook, agreement_id, content, on)
    return sum(share for place, share in content.items() if place in home)


def rules_in_force(
    rulebook: Rulebook, agreement_id: str, product: str, powertrain: str, on: date
) -> tuple[OriginRule, ...]:
    """Rows of an agreement's rule of origin for a product on a day; all of them hold together."""
    if agreement_id not in rulebook.agreements:
        return ()
    return tuple(
        rule
        for rule in rulebook.origin_rules
        if rule.agreement_id == agreement_id
        and rule.product == product
        and rule.status in ENACTED
        and rule.span.covers(on)
        and (not rule.powertrains or powertrain in rule.powertrains)
    )


def test_origin(
    rulebook: Rulebook,
    agreement_id: str,
    powertrain: str,
    content: Mapping[str, float],
    on: date,
) -> OriginTest:
    """Test a car's content by country (shares of its ex-works value, summing to one) under an agreement's car rule.

    Raises
    ------
    RoadsteadError
        RS-L214 where the shares are negative or do not sum to one.
    """
    if any(share < 0 for share in content.values()) or abs(sum(content.values()) - 1.0) > 1e-6:
        shown = ", ".join(f"{place} {share:g}" for place, share in content.items())
        raise RoadsteadError(Fault("content", "RS-L214", f"shares {shown}", "shares of value by country that sum to 1"))
    if agreement_id not in rulebook.agreements:
        return OriginTest(agreement_id, None, 0.0, None, "no such agreement is in the table")
    originating = originating_share(rulebook, agreement_id, content, on)
    rules = rules_in_force(rulebook, agreement_id, "CAR", powertrain, on)
    if not rules:
        return OriginTest(agreement_id, None, originating, None, "no rule of origin is in the table")
    least = max((_least_share(r) for r in rules), default=0.0)
    if originating < least - 1e-12:
        reason = f"{originating:.0%} originates, {least:.0%} is asked for"
        return OriginTest(agreement_id, False, originating, least, reason)
    untestable = [r for r in rules if not _testable(r)]
    if untestable:
        asked = ", ".join(sorted({r.additional or r.metric for r in untestable}))
        return OriginTest(agreement_id, None, originating, least, f"cannot be tested on value: {asked}")
    return OriginTest(agreement_id, True, originating, least, f"{originating:.0%} originates")


def _least_share(rule: OriginRule) -> float:
    """Least originating share a row asks for. (T.4) and (T.5)"""
    if rule.threshold is None:
        return 0.0
    if rule.metric in _FLOOR:
        return rule.threshold
    return 1.0 - rule.threshold if rule.metric == "MAXNOM" else 0.0


def _testable(rule: OriginRule) -> bool:
    """True if a share of value decides the row."""
    if rule.metric == "FREE_CIRCULATION":
        return True
    return rule.metric in _FLOOR | {"MAXNOM"} and not rule.also and not rule.additional.startswith("AND")
