"""The rules of a place that are no duties, told in full: what each does, whether the engine works it out, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from roadstead.terms.errors import RoadsteadError
from roadstead.terms.showing import Answers
from roadstead.trade.non_tariff import binding_abroad, concerning, is_shown_only
from roadstead.trade.quote import cited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Source
    from roadstead.trade.non_tariff import NonTariff
    from roadstead.trade.quote import Cited
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

Standing = Literal["acts", "worked out elsewhere", "shown, not modelled"]


@dataclass(frozen=True, slots=True)
class OtherRule:
    """One rule; trade/schemas.py says what the fields of non_tariff.csv hold.

    Attributes
    ----------
    standing
        ``acts`` where a plan applies it, ``worked out elsewhere`` where ``worked_out_in`` names the table that does, else
        ``shown, not modelled``.
    outward
        True where it binds the country's own makers that sell or build abroad.
    amount, currency
        What it acts with; months where no currency is named.
    condition
        Facts a car must have for it to act; empty for none.
    printed
        Amount, unit, base and condition in the source's words.
    """

    measure: str
    importer: str
    category: str
    title: str
    effect: str
    standing: Standing
    worked_out_in: str
    outward: bool
    amount: float | None
    currency: str
    condition: str
    printed: str
    firm_nationality: tuple[str, ...]
    made_in: tuple[str, ...]
    powertrains: tuple[str, ...]
    forms: tuple[str, ...]
    driver_side: str
    status: str
    effective_from: date | None
    effective_to: date | None
    cited: Cited


class OtherRules(Answers["OtherRule"]):
    """Rules of a place that are no duties."""

    __slots__ = ()


def other_rules(rulebook: Rulebook, world: World, importer: str, on: date | None = None) -> OtherRules:
    """Enacted rules of a country, with those of the customs territory it belongs to; of every day where ``on`` is None.

    Raises
    ------
    RoadsteadError
        RS-W301 where no country or bloc has the name.
    """
    place = world.gazetteer.find(importer)
    if place is None:
        raise RoadsteadError(world.gazetteer.fault(importer, "--importer"))
    territory = world.gazetteer.territory(place.place_id)
    first, last = on or date.min, on or date.max
    rules = (
        *concerning(rulebook, place.place_id, territory, first, last),
        *binding_abroad(rulebook, place.place_id, first, last),
    )
    return OtherRules(_listed(rule, world.sources) for rule in rules)


def _listed(rule: NonTariff, sources: Mapping[str, Source]) -> OtherRule:
    acts: Standing = "acts" if rule.acts else "worked out elsewhere"
    return OtherRule(
        measure=rule.measure_id,
        importer=rule.importer,
        category=rule.category,
        title=rule.title,
        effect=rule.effect,
        standing="shown, not modelled" if is_shown_only(rule) else acts,
        worked_out_in=rule.worked_out_in,
        outward=rule.outward,
        amount=rule.amount,
        currency=rule.currency,
        condition=rule.condition_text,
        printed=rule.printed,
        firm_nationality=tuple(sorted(rule.bars)),
        made_in=tuple(sorted(rule.made_in)),
        powertrains=tuple(sorted(rule.powertrains)),
        forms=tuple(sorted(rule.forms)),
        driver_side=rule.driver_side,
        status=rule.status,
        effective_from=rule.span.first,
        effective_to=rule.span.last,
        cited=cited(rule.evidence, sources),
    )
