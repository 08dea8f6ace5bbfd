"""Borders on a car's way: which lane of the law each crossing is, origin included, and all of them crossed in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.costing import entry_day, facts_of_model
from roadstead.trade.bill import Bill, assess
from roadstead.trade.landed import Consignments, crossing_lines, land
from roadstead.trade.origin import preference_agreements
from roadstead.trade.schedule import Lane
from roadstead.trade.tariff import Schedules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.futures.costs.costing import Costing
    from roadstead.terms.ids import Product
    from roadstead.trade.condition import FactValue
    from roadstead.trade.landed import CostLine, Landed
    from roadstead.trade.rulebook import Rulebook
    from roadstead.trade.tariff import Tariff
    from roadstead.trade.valuation import Voyage
    from roadstead.world.carmaker import Model


@dataclass(frozen=True, slots=True)
class Crossing:
    """One border to be crossed.

    Attributes
    ----------
    bill
        The bill of materials that decides preferential origin; one object for all goods made alike.
    price
        Transfer price, free on board. [money/car]
    import_tax_rate
        [fraction]
    in_quota
        True where the car comes in under a quota's permit.
    """

    rulebook: Rulebook
    importer: str
    origin: str
    product: Product
    model: Model
    year: int
    bill: Bill
    price: float
    way: Voyage
    import_tax_rate: float = 0.0
    in_quota: bool = False


@dataclass(frozen=True, slots=True)
class Crossed:
    """Borders crossed, in the order they were asked for."""

    tariff: Tariff
    landed: Landed

    def bars(self, which: int, prefix: str = "") -> list[CostLine]:
        """The bars of one crossing, empty ones left out."""
        return crossing_lines(self.tariff, self.landed, which, prefix)


@dataclass(frozen=True, slots=True)
class Borders:
    """What is known of the borders of a plan: schedules of duty drawn up, and origin decided, once each."""

    costing: Costing
    schedules: Schedules
    # Rows of an importer, and bills, are told apart by identity; the values keep them, so that no other takes their place.
    agreements: dict[tuple[object, ...], tuple[object, tuple[str, ...]]] = field(default_factory=dict)
    verdicts: dict[tuple[object, ...], tuple[Bill, bool | None]] = field(default_factory=dict)

    def cross(self, crossings: Sequence[Crossing]) -> Crossed:
        """Cross them all in one pass over the compiled schedules."""
        lanes = [self.schedules.lane(one.rulebook, self._lane(one)) for one in crossings]
        goods = Consignments(
            lane=np.asarray(lanes, dtype=np.int64),
            day=np.asarray([entry_day(one.year).toordinal() for one in crossings], dtype=np.int64),
            transfer_price=np.asarray([one.price for one in crossings], dtype=np.float64),
            freight=np.asarray([one.way.freight for one in crossings], dtype=np.float64),
            insurance_rate=np.asarray([one.way.insurance_rate for one in crossings], dtype=np.float64),
            money_rate=np.asarray([one.way.money_rate for one in crossings], dtype=np.float64),
            days=np.asarray([one.way.days for one in crossings], dtype=np.float64),
            import_tax_rate=np.asarray([one.import_tax_rate for one in crossings], dtype=np.float64),
        )
        tariff = self.schedules.tariff
        return Crossed(tariff, land(tariff, goods))

    def _lane(self, one: Crossing) -> Lane:
        facts: dict[str, FactValue] = dict(facts_of_model(self.costing, one.model, one.importer))
        facts |= self._qualifies(one)
        if one.in_quota:
            facts["in_quota"] = True
        firm = self.costing.carmaker.firm
        return Lane(one.importer, one.origin, one.product, one.model.powertrain, firm, tuple(sorted(facts.items())))

    def _qualifies(self, one: Crossing) -> Mapping[str, FactValue]:
        """Facts ``qualifies.AGREEMENT`` the bill of materials decides; undecided agreements stay unknown."""
        on = entry_day(one.year)
        found: dict[str, FactValue] = {}
        for agreement in self._agreements(one, on):
            key = (agreement, one.model.powertrain, on, id(one.bill), id(one.rulebook.treaties))
            if key not in self.verdicts:
                verdict = assess(one.rulebook, agreement, one.model.powertrain, one.bill, on).qualifies
                self.verdicts[key] = (one.bill, verdict)
            qualifies = self.verdicts[key][1]
            if qualifies is not None:
                found[f"qualifies.{agreement}"] = qualifies
        return found

    def _agreements(self, one: Crossing, on: date) -> tuple[str, ...]:
        """Agreements that preferences of the importer's hang on."""
        measures = one.rulebook.measures.get(one.importer, ())
        key = (id(measures), one.importer, one.origin, on, id(one.rulebook.treaties))
        if key not in self.agreements:
            named = dict.fromkeys(
                agreement
                for measure in measures
                if measure.requires and measure.stack == "REPLACE"
                for agreement in preference_agreements(one.rulebook, measure, one.importer, one.origin, on)
            )
            known = tuple(agreement for agreement in named if agreement in one.rulebook.agreements)
            self.agreements[key] = (measures, known)
        return self.agreements[key][1]


def open_borders(costing: Costing, years: Sequence[int]) -> Borders:
    """Borders for crossings in some years."""
    days = entry_day(min(years)), entry_day(max(years))
    return Borders(costing, Schedules(*days, lambda _: costing.dollars))
