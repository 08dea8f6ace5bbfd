"""Borders on a car's way: which lane of the law each crossing is, origin included, and all of them crossed in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.costing import entry_day, facts_of_model
from roadstead.trade.bill import Bill, assess, requirements
from roadstead.trade.bills import FAILS, OPEN, QUALIFIES, qualify
from roadstead.trade.duty import covers
from roadstead.trade.landed import Consignments, crossing_lines, land
from roadstead.trade.origin import cumulating, preference_agreements
from roadstead.trade.schedule import Lane, in_scope
from roadstead.trade.tariff import Schedules

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from roadstead.futures.costs.costing import Circumstances, Costing, Voyages
    from roadstead.futures.costs.moments import Moments
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.terms.ids import Product
    from roadstead.trade.bills import Bills
    from roadstead.trade.condition import FactValue
    from roadstead.trade.landed import CostLine, Landed
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook
    from roadstead.trade.tariff import Tariff
    from roadstead.world.carmaker import Model


@dataclass(frozen=True, slots=True)
class Crossing:
    """One border, crossed in n moments.

    Attributes
    ----------
    bill
        The bill of materials that decides preferential origin: of each, or one of all.
    price
        Transfer price, free on board. Shape (n,). [money/car]
    import_tax_rate
        Shape (n,). [fraction]
    in_quota
        True where the car comes in under a quota's permit.
    """

    moments: Moments
    importer: str
    origin: str
    product: Product
    model: Model
    bill: Bill | Bills
    price: Floats
    way: Voyages
    import_tax_rate: Floats
    in_quota: bool = False


@dataclass(frozen=True, slots=True)
class Crossed:
    """Borders crossed, in the order they were asked for; ``begin`` is where each begins in ``landed``."""

    tariff: Tariff
    landed: Landed
    begin: Ints

    def total(self, which: int) -> Floats:
        """All that one crossing adds to the price free on board. Shape (n,). [money/car]"""
        return self.landed.total[self.begin[which] : self.begin[which + 1]]

    def carriage(self, which: int) -> Floats:
        """Its freight and insurance. Shape (n,). [money/car]"""
        at = slice(self.begin[which], self.begin[which + 1])
        return np.asarray(self.landed.freight[at] + self.landed.insurance[at])

    def bars(self, which: int, moment: int, prefix: str = "") -> list[CostLine]:
        """The bars of one crossing in one moment, empty ones left out."""
        return crossing_lines(self.tariff, self.landed, int(self.begin[which]) + moment, prefix)


@dataclass(frozen=True, slots=True)
class Law:
    """What may reach a kind of goods under some measures.

    Attributes
    ----------
    rulebook
        One in which it stands.
    scope
        As ``in_scope``.
    """

    rulebook: Rulebook
    scope: tuple[Measure, ...]


class Borders:
    """What is known of the borders of a plan: schedules of duty drawn up, and origin decided, once each.

    Rows of an importer are told apart by identity, and kept, so that no other takes their place. None of it hangs on what anything
    costs: it stands with the moments, for whoever crosses in them again.
    """

    def __init__(self, costing: Costing, moments: Moments) -> None:
        first, last = entry_day(int(moments.year.min())), entry_day(int(moments.year.max()))
        self.costing = costing
        self.moments = moments
        kept = moments.all.laws
        self._schedules: Schedules = kept.setdefault("schedules", Schedules(first, last, lambda _: costing.dollars))
        self._laws: list[Law] = kept.setdefault("laws", [])
        self._law_of: dict[tuple[object, ...], int] = kept.setdefault("law of", {})
        self._met: dict[tuple[object, ...], Ints] = kept.setdefault("met", {})
        self._agreements_of: dict[tuple[object, ...], tuple[str, ...]] = kept.setdefault("agreements of", {})
        self._asked_of: dict[tuple[object, ...], tuple[object, ...]] = kept.setdefault("asked of", {})

    def cross(self, crossings: Sequence[Crossing]) -> Crossed:
        """Cross them all in one pass over the compiled schedules."""

        def joined(parts: Iterable[Floats]) -> Floats:
            return np.concatenate([np.zeros(0), *parts])

        lanes = [self._lanes(one) for one in crossings]
        day = {year: entry_day(year).toordinal() for year in np.unique(self.moments.year).tolist()}
        entry = [np.asarray([day[year] for year in one.moments.year.tolist()], dtype=np.int64) for one in crossings]
        none = np.zeros(0, dtype=np.int64)
        goods = Consignments(
            lane=np.concatenate([none, *lanes]),
            day=np.concatenate([none, *entry]),
            transfer_price=joined(one.price for one in crossings),
            freight=joined(one.way.freight for one in crossings),
            insurance_rate=joined(one.way.insurance_rate for one in crossings),
            money_rate=joined(one.way.money_rate for one in crossings),
            days=joined(one.way.days for one in crossings),
            import_tax_rate=joined(one.import_tax_rate for one in crossings),
        )
        tariff = self._schedules.tariff
        begin = np.cumsum([0, *(len(one.moments) for one in crossings)])
        return Crossed(tariff, land(tariff, goods), begin)

    def _lanes(self, one: Crossing) -> Ints:
        """Lane of every moment: its law, and what its bill qualifies for. Shape (n,)."""
        lanes, law = np.empty(len(one.moments), dtype=np.int64), self._law(one)
        verdicts: dict[str, Ints] = {}
        for at in _split(law * (int(one.moments.year.max()) + 1) + one.moments.year):
            agreements = self._agreements(one, int(law[at[0]]), int(one.moments.year[at[0]]))
            for agreement in agreements:
                if agreement not in verdicts:
                    verdicts[agreement] = self._verdicts(one, agreement)
            for some, verdict in _alike([verdicts[agreement] for agreement in agreements], at):
                lanes[some] = self._lane(one, int(law[at[0]]), zip(agreements, verdict, strict=True))
        return lanes

    def _lane(self, one: Crossing, law: int, decided: Iterable[tuple[str, int]]) -> int:
        facts: dict[str, FactValue] = dict(facts_of_model(self.costing, one.model, one.importer))
        facts |= {f"qualifies.{agreement}": met == QUALIFIES for agreement, met in decided if met != OPEN}
        if one.in_quota:
            facts["in_quota"] = True
        given = self._laws[law]
        return self._schedules.lane(given.rulebook, self._bare(one, tuple(sorted(facts.items()))), given.scope)

    def _bare(self, one: Crossing, facts: tuple[tuple[str, FactValue], ...] = ()) -> Lane:
        firm = self.costing.carmaker.firm
        return Lane(one.importer, one.origin, one.product, one.model.powertrain, firm, facts)

    def _law(self, one: Crossing) -> Ints:
        """Number of what may reach the goods in every moment. Shape (n,)."""
        goods = (one.importer, one.origin, one.product, one.model.powertrain)
        if goods not in self._met:

            def standing(_: int, now: Circumstances) -> int:
                scope = in_scope(now.rulebook, self._bare(one))
                key = (*goods, id(now.rulebook.treaties), *map(id, scope))
                if key not in self._law_of:
                    self._law_of[key] = len(self._laws)
                    self._laws.append(Law(now.rulebook, scope))
                return self._law_of[key]

            found, which = one.moments.all.each(standing, one.moments.all.measures(one.importer))
            self._met[goods] = np.asarray(found)[which]
        return self._met[goods][one.moments.places]

    def _agreements(self, one: Crossing, law: int, year: int) -> tuple[str, ...]:
        """Agreements that preferences hang on; none for what is imported nowhere."""
        if (law, year) not in self._agreements_of:
            rules, on = self._laws[law].rulebook, entry_day(year)
            named: dict[str, None] = {}
            inside = covers(rules, frozenset((one.importer,)), one.origin, on)
            for measure in () if inside else self._laws[law].scope:
                if measure.requires and measure.stack == "REPLACE" and measure.importer == one.importer:
                    named |= dict.fromkeys(preference_agreements(rules, measure, one.importer, one.origin, on))
            self._agreements_of[law, year] = tuple(agreement for agreement in named if agreement in rules.agreements)
        return self._agreements_of[law, year]

    def _verdicts(self, one: Crossing, agreement: str) -> Ints:
        """What the bills come to under an agreement. Shape (n,)."""
        verdicts = np.empty(len(one.moments), dtype=np.int64)
        first, which = one.moments.apart(one.moments.treaties)
        kinds: dict[tuple[object, ...], list[int]] = {}
        for kind, i in enumerate(first.tolist()):
            rules, on = one.moments.now[i].rulebook, entry_day(int(one.moments.year[i]))
            kinds.setdefault(self._asked(one, rules, agreement, on), []).append(kind)
        for same in kinds.values():
            at, i = np.flatnonzero(np.isin(which, same)), int(first[same[0]])
            rules, on = one.moments.now[i].rulebook, entry_day(int(one.moments.year[i]))
            if isinstance(one.bill, Bill):
                met = assess(rules, agreement, one.model.powertrain, one.bill, on).qualifies
                verdicts[at] = OPEN if met is None else QUALIFIES if met else FAILS
            else:
                verdicts[at] = qualify(rules, agreement, one.model.powertrain, one.bill.some(at), on)
        return verdicts

    def _asked(self, one: Crossing, rules: Rulebook, agreement: str, on: date) -> tuple[object, ...]:
        """What an agreement asks for on a day, and whose materials count: days that ask alike are looked at together."""
        key = (agreement, one.model.powertrain, on, id(rules.treaties), one.bill.places)
        if key not in self._asked_of:
            asked = requirements(rules, agreement, one.model.powertrain, on)
            home = cumulating(rules, agreement, one.bill.places, on)
            self._asked_of[key] = (id(rules.treaties), None if asked is None else tuple(asked), home)
        return self._asked_of[key]


def _split(numbers: Ints) -> list[Ints]:
    """Places of every number there is, rising."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


def _alike(verdicts: Sequence[Ints], at: Ints) -> list[tuple[Ints, tuple[int, ...]]]:
    """Moments of which the same is decided, and what."""
    here = [each[at] for each in verdicts]
    if all(bool((each == each[0]).all()) for each in here):
        return [(at, tuple(int(each[0]) for each in here))]
    kinds, which = np.unique(np.stack(here, axis=1), axis=0, return_inverse=True)
    return [(at[which.reshape(-1) == i], tuple(map(int, kind))) for i, kind in enumerate(kinds)]
