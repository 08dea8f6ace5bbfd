"""Preferential origin: which agreement a preference hangs on, whose materials count, and which rule of origin is in force.

trade/bill.py holds a car's bill of materials against the rule.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault
from roadstead.trade.columns import ENACTED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from roadstead.terms.tables import Row
    from roadstead.trade.law import Measure, OriginRule
    from roadstead.trade.rulebook import Rulebook, Treaties

METHODS = ("BUILD_DOWN", "BUILD_UP", "NET_COST", "MAXNOM")
"""Ways a rule of origin counts a share of value; trade/bill.py works them out."""
_FRACTION = re.compile(r"0(\.\d+)?|1(\.0+)?")
DIAGONAL = "PEM"
"""Word in an agreement's cumulation for the Pan-Euro-Mediterranean system."""


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
