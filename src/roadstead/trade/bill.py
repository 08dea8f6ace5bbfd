r"""Whether a car's bill of materials qualifies under an agreement, how far it is from it, and the cheapest way there.

.. math::
    \text{RVC}_d = \frac{V - \text{VNM}}{V}         \quad (T.4)\ \text{build-down; MaxNOM of } m \text{ asks for } 1 - m \\
    \text{RVC}_n = \frac{NC - \text{VNM}}{NC}       \quad (T.5)\ \text{net cost} \\
    \text{RVC}_u = \frac{\text{VOM}}{V}             \quad (T.11)\ \text{build-up}

V is the price, NC the net cost (profit and what net cost leaves out taken off), VNM and VOM the value of materials that do
not, and do, originate. Sources: EU-UK Trade and Cooperation Agreement, annex 2 (MaxNOM) and annex 5 (batteries); USMCA art.
4.5 and appendix to annex 4-B, art. 3 to 7 (net cost, core parts, steel, aluminium, labour); KORUS art. 6.2; RCEP art. 3.5;
CPTPP art. 3.5; ASEAN Trade in Goods Agreement art. 29. Materials of every place that cumulates count as originating. The
tolerance waives a missing change of heading, never a share of value (TCA art. 42; USMCA art. 4.12).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.optimize import linprog

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.origin import cumulating, rules_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from roadstead.trade.bills import Bills
    from roadstead.trade.law import OriginRule
    from roadstead.trade.rulebook import Rulebook

MATERIALS = ("battery", "powertrain", "body", "other")
GROUPS = (*MATERIALS, "labour")
CORE = ("battery", "powertrain", "body")
"""Groups that hold the seven core parts of USMCA: engine and transmission, body and chassis, axles, suspension, steering
and the advanced battery."""
ROUNDING = 1e-9
Declared: TypeAlias = "Mapping[str, float]"
"""What shares of value do not show, by name: ``LVC``, ``STEEL_PURCHASE``, ``STEEL_MELTED_POURED``,
``ALUMINIUM_PURCHASE`` and ``WORKFORCE`` as shares met; ``BATTERY_PACK.UNCHANGED`` as the share of the pack's price in
materials that do not change heading as the rule asks."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a car is made of.

    Attributes
    ----------
    parts
        Value by group (``GROUPS``) and place of origin. [money/car]
    profit
        Price less net cost: profit, and the selling, shipping and royalty costs that net cost leaves out. [money/car]
    """

    parts: Mapping[str, Mapping[str, float]]
    profit: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that are no bill: RS-L231."""
        amounts = [value for places in self.parts.values() for value in places.values()]
        strange = sorted(set(self.parts) - set(GROUPS))
        finite = bool(np.isfinite([*amounts, self.profit]).all())
        if strange or not finite or min([0.0, *amounts]) < 0 or self.price <= 0:
            message = f"unknown groups {', '.join(strange)}" if strange else "a value is negative or nothing is left"
            raise RoadsteadError(
                Fault("bill of materials", "RS-L231", message, f"values above 0 of {', '.join(GROUPS)}")
            )

    @property
    def net_cost(self) -> float:
        """NC. [money/car]"""
        return sum(sum(places.values()) for places in self.parts.values())

    @property
    def price(self) -> float:
        """V. [money/car]"""
        return self.net_cost + self.profit

    @property
    def places(self) -> frozenset[str]:
        """Every place the bill names."""
        return frozenset(place for places in self.parts.values() for place in places)

    def worth(self, groups: Sequence[str], home: frozenset[str] | None = None) -> float:
        """Value of some groups: all of it, or what is made in the places of ``home``. [money/car]"""
        return sum(
            value
            for group in groups
            for place, value in self.parts.get(group, {}).items()
            if home is None or place in home
        )


@dataclass(frozen=True, slots=True)
class Tested:
    """One requirement of a rule.

    Attributes
    ----------
    row_id
        Row of origin_rules.csv.
    method
        How it was counted: of several ways allowed the one that comes nearest or passes.
    reached, least
        Share reached, None where it was not declared, and least share asked for. [fraction]
    gap_value
        Originating value missing at today's price. [money/car]
    met
        True, False, or None where a declaration is missing, named by ``missing``.
    """

    row_id: str
    method: str
    reached: float | None
    least: float
    gap_value: float
    met: bool | None
    missing: str = ""

    @property
    def gap(self) -> float:
        """How far the share falls short. [fraction]"""
        return max(0.0, self.least - (self.reached or 0.0)) if self.met is False else 0.0


@dataclass(frozen=True, slots=True)
class Assessment:
    """A bill under an agreement on a day.

    Attributes
    ----------
    qualifies
        True, False, or None where declarations are missing or no rule is in the table.
    missing
        Declarations that would decide.
    """

    agreement_id: str
    qualifies: bool | None
    tests: tuple[Tested, ...]
    missing: tuple[str, ...]

    @property
    def gap(self) -> float:
        """The largest shortfall of any test. [fraction]"""
        return max((test.gap for test in self.tests), default=0.0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that could make a group of parts.

    Attributes
    ----------
    premium
        What it costs on top of today's source. [fraction of the value moved]
    most
        Largest value it can take over, counted at today's source. [money/car]
    """

    group: str
    place: str
    premium: float
    most: float = float("inf")


@dataclass(frozen=True, slots=True)
class Move:
    """Value of a group moved to a place, counted at today's source. [money/car]"""

    group: str
    place: str
    value: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change of sourcing that makes a car qualify.

    Attributes
    ----------
    cost
        What it adds to the cost of the car. [money/car]
    bill
        The bill after it.
    """

    moves: tuple[Move, ...]
    cost: float
    bill: Bill


@dataclass(frozen=True, slots=True)
class Way:
    """One way to count a requirement: a share of originating value of some groups in a base.

    Attributes
    ----------
    groups, base
        Groups whose originating value counts, and groups whose whole value is the base.
    profit, profit_in_base
        Whether profit counts as originating, as in build-down, and whether the base is a price.
    """

    row_id: str
    method: str
    least: float
    groups: tuple[str, ...]
    profit: bool
    base: tuple[str, ...]
    profit_in_base: bool

    def shares(self, bill: Bill | Bills, home: frozenset[str]) -> tuple[Any, Any]:
        """Originating value and base: of one bill, or of many side by side."""
        top = bill.worth(self.groups, home) + self.profit * bill.profit
        return top, bill.worth(self.base) + self.profit_in_base * bill.profit

    def test(self, bill: Bill, home: frozenset[str]) -> Tested:
        """The way held against a bill."""
        top, base = self.shares(bill, home)
        if base <= 0:
            return Tested(self.row_id, self.method, None, self.least, 0.0, None, "what the part is worth")
        met = (short := self.least * base - top) <= ROUNDING * base
        return Tested(self.row_id, self.method, top / base, self.least, 0.0 if met else short, met)


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement: ways of counting of which one must be met, or a declared share."""

    ways: tuple[Way, ...]
    declared: str = ""
    row_id: str = ""
    least: float = 0.0
    is_most: bool = False

    def test(self, bill: Bill, home: frozenset[str], declared: Declared) -> Tested:
        """The way that passes, else a missing declaration, else the way that comes nearest."""
        counted = [way.test(bill, home) for way in self.ways]
        passed = next((test for test in counted if test.met), None)
        if passed:
            return passed
        if self.declared:
            told = declared.get(self.declared)
            if told is None:  # what value shows is told all the same: it is one of the ways
                near = counted[0] if counted else Tested(self.row_id, "declared", None, self.least, 0.0, None)
                return replace(near, met=None, missing=self.declared)
            met = told <= self.least + ROUNDING if self.is_most else told >= self.least - ROUNDING
            if met or not counted:
                return Tested(self.row_id, "declared", told, self.least, 0.0, met)
        return min(counted, key=lambda test: test.least - (test.reached or 0.0))


_COUNTED: Mapping[str, Callable[[str, float], Way]] = {
    "BUILD_DOWN": lambda row, t: Way(row, "BUILD_DOWN", t, GROUPS, True, GROUPS, True),  # (T.4)
    "MAXNOM": lambda row, t: Way(row, "MAXNOM", 1.0 - t, GROUPS, True, GROUPS, True),  # (T.4)
    "NET_COST": lambda row, t: Way(row, "NET_COST", t, GROUPS, False, GROUPS, False),  # (T.5)
    "BUILD_UP": lambda row, t: Way(row, "BUILD_UP", t, MATERIALS, False, GROUPS, True),  # (T.11)
}
_BY_METRIC = {"RVC": "BUILD_DOWN", "QVC": "BUILD_DOWN", "MAXNOM": "MAXNOM"}


def assess(
    rulebook: Rulebook, agreement_id: str, powertrain: str, bill: Bill, on: date, declared: Declared | None = None
) -> Assessment:
    """Test a bill under an agreement's rule for cars on a day (T.4), (T.5), (T.11); the rows cite their sources."""
    asked = requirements(rulebook, agreement_id, powertrain, on)
    if asked is None:
        return Assessment(agreement_id, None, (), ())
    home = cumulating(rulebook, agreement_id, bill.places, on)
    tests = tuple(one.test(bill, home, declared or {}) for one in asked)
    missing = tuple(sorted({test.missing for test in tests if test.missing}))
    if any(test.met is False for test in tests):
        return Assessment(agreement_id, False, tests, missing)
    return Assessment(agreement_id, None if missing else True, tests, missing)


def cheapest_change(
    rulebook: Rulebook,
    agreement_id: str,
    powertrain: str,
    bill: Bill,
    offers: Sequence[Offer],
    on: date,
    declared: Declared | None = None,
) -> Change | None:
    """The cheapest change of sourcing after which every requirement on value is met; None where no offer gets there.

    Each way of counting is linear in the values moved, so each choice of ways is a linear program; the cheapest of them is
    the answer. What is declared (labour, steel) does not move, and what is not declared is left open.
    """
    told = declared or {}
    asked = requirements(rulebook, agreement_id, powertrain, on)
    if asked is None:
        return None
    places = bill.places | {offer.place for offer in offers}
    home = cumulating(rulebook, agreement_id, places, on)
    usable = [offer for offer in offers if offer.place in home]
    choices = []
    for one in asked:
        test = one.test(bill, home, told)
        if one.declared and test.method == "declared" and (test.met or not one.ways):
            if test.met is False:
                return None
            continue
        choices.append(one.ways)
    found = [_solve(bill, home, usable, ways) for ways in itertools.product(*choices)]
    return min((change for change in found if change), key=lambda change: change.cost, default=None)


def _solve(bill: Bill, home: frozenset[str], offers: Sequence[Offer], ways: tuple[Way, ...]) -> Change | None:
    """Least extra cost of moves that meet every way of counting. Rows of the program: ways, then groups."""
    if all(way.test(bill, home).met for way in ways):
        return Change((), 0.0, bill)
    if not offers:
        return None
    premium = np.array([offer.premium for offer in offers])
    rows, bounds = [], []
    for way in ways:
        top, base = way.shares(bill, home)
        counts = np.array([offer.group in way.groups for offer in offers], dtype=float)
        enlarges = np.array([offer.group in way.base for offer in offers], dtype=float)
        rows.append(way.least * enlarges * premium - counts * (1.0 + premium))
        bounds.append(top - way.least * base)
    for group in sorted({offer.group for offer in offers}):
        rows.append(np.array([offer.group == group for offer in offers], dtype=float))
        bounds.append(bill.worth((group,)) - bill.worth((group,), home))
    most = [(0.0, None if np.isinf(offer.most) else offer.most) for offer in offers]
    solved = linprog(premium, A_ub=np.array(rows), b_ub=np.array(bounds), bounds=most, method="highs")
    if solved.status != 0:
        return None
    smallest = ROUNDING * bill.price
    moves = tuple(
        Move(offer.group, offer.place, float(value))
        for offer, value in zip(offers, solved.x, strict=True)
        if value > smallest
    )
    return Change(moves, float(premium @ solved.x), _moved(bill, home, offers, solved.x.tolist()))


def _moved(bill: Bill, home: frozenset[str], offers: Sequence[Offer], values: Sequence[float]) -> Bill:
    """The bill after moves: foreign sources of a group give up value in proportion."""
    parts = {group: dict(places) for group, places in bill.parts.items()}
    for group in {offer.group for offer in offers}:
        foreign = bill.worth((group,)) - bill.worth((group,), home)
        given = sum(value for offer, value in zip(offers, values, strict=True) if offer.group == group)
        if foreign <= 0:
            continue
        kept = max(0.0, 1.0 - given / foreign)
        for place in parts[group]:
            if place not in home:
                parts[group][place] *= kept
    for offer, value in zip(offers, values, strict=True):
        if value > 0:
            at = parts.setdefault(offer.group, {})
            at[offer.place] = at.get(offer.place, 0.0) + value * (1.0 + offer.premium)
    return replace(bill, parts=parts)


def requirements(rulebook: Rulebook, agreement_id: str, powertrain: str, on: date) -> list[Asked] | None:
    """Every requirement of the car rule in force; None where there is none or it cannot be put in shares."""
    rules = rules_in_force(rulebook, agreement_id, "CAR", powertrain, on)
    if not rules or any(rule.metric == "QUALITATIVE" for rule in rules):
        return None
    tolerance = rulebook.agreements[agreement_id].tolerance
    found = []
    for rule in rules:
        if asked := _required(rule):
            found.append(asked)
        for more in rule.also:
            name, _, share = more.partition(" ")
            if name == "BATTERY_PACK":
                packs = rules_in_force(rulebook, agreement_id, name, powertrain, on)
                found += [_pack(pack, tolerance) for pack in packs]
            else:
                found.append(Asked((), name, rule.row_id, float(share)))
    return found


def _required(rule: OriginRule) -> Asked | None:
    if rule.metric == "FREE_CIRCULATION" or rule.threshold is None:
        return None
    if rule.metric == "CORE_PARTS_RVC":
        return Asked((Way(rule.row_id, "CORE_PARTS", rule.threshold, CORE, False, CORE, False),))
    if rule.metric not in _BY_METRIC:
        return Asked((), rule.metric, rule.row_id, rule.threshold)
    methods = rule.methods or ((_BY_METRIC[rule.metric], rule.threshold),)
    return Asked(tuple(_COUNTED[name](rule.row_id, share) for name, share in methods))


def _pack(rule: OriginRule, tolerance: float) -> Asked:
    """The battery pack's own rule: a share of its price, or a change of heading within the tolerance."""
    least = 1.0 - (rule.threshold or 0.0)
    way = Way(rule.row_id, "MAXNOM of the battery pack", least, ("battery",), False, ("battery",), False)
    return Asked((way,), f"{rule.product}.UNCHANGED", rule.row_id, tolerance, is_most=True)
