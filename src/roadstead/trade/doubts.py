"""What a quote does not know: facts nobody declared, what each would decide, and facts that decided nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.duty import settle
from roadstead.trade.facts import VOCABULARY
from roadstead.trade.inquiry import is_yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.trade.condition import FactValue
    from roadstead.trade.duty import Shipment, Stack
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact law asked for and nobody declared.

    Attributes
    ----------
    decides
        The measures that hang on it, each in words.
    saves_rate
        What declaring it true would take off duties and fees, as a fraction of the customs value; None where it is not a
        fact of yes or no.
    """

    name: str
    meaning: str
    decides: tuple[str, ...]
    saves_rate: float | None


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """A fact somebody declared, which customs may ask to see proven.

    Attributes
    ----------
    saves_rate
        What it takes off duties and fees against leaving it out, as a fraction of the customs value; None where nothing
        can be charged without it.
    matters
        False where it changes nothing here: most often a name misspelt.
    """

    name: str
    value: FactValue
    saves_rate: float | None
    matters: bool


def missing_facts(
    rulebook: Rulebook, shipment: Shipment, value: float, dollars: Mapping[str, float], stack: Stack
) -> tuple[MissingFact, ...]:
    """Every missing fact of a stack."""
    measures = {measure.measure_id: measure for measure in rulebook.every_measure()}
    charged = _charges(stack, value)
    found = []
    for name, asked_by in stack.missing.items():
        saves = None
        if is_yes_or_no(name):
            declared = _settled(rulebook, replace(shipment, facts={**shipment.facts, name: True}), value, dollars)
            saves = (charged - _charges(declared, value)) / value if declared else None
        decides = tuple(in_words(measures[m], name) for m in asked_by if m in measures)
        found.append(MissingFact(name, meaning(name), decides, saves))
    return tuple(sorted(found, key=lambda fact: -(fact.saves_rate or 0.0)))


def meaning(name: str) -> str:
    """What a fact says."""
    if name == "firm":
        return "the carmaker, on whose producer group rates hang"
    family = name.split(".", 1)[0]
    fitting = (told for fact, told in VOCABULARY.items() if "." in fact and fact.split(".", 1)[0] == family)
    return VOCABULARY.get(name) or next(fitting, "")


def in_words(measure: Measure, fact: str) -> str:
    """A measure in a few words: what it charges, and on which condition."""
    parts = [f"{measure.measure_id} {measure.kind.lower().replace('_', ' ')}"]
    if measure.rate is not None:
        parts.append(f"{100 * measure.rate:g} %")
    if measure.specific:
        parts.append(f"{measure.specific:,.6g} {measure.specific_currency} per {measure.specific_unit}")
    if measure.condition is not None and fact in measure.condition_text:
        parts.append(f"if {measure.condition_text}")
    return ", ".join(parts)


def declared_facts(
    rulebook: Rulebook, shipment: Shipment, value: float, dollars: Mapping[str, float], stack: Stack
) -> tuple[DeclaredFact, ...]:
    """Every declared fact with what it does to this shipment."""
    charged = _charges(stack, value)
    found = []
    for name, told in sorted(shipment.facts.items()):
        rest = {other: given for other, given in shipment.facts.items() if other != name}
        without = _settled(rulebook, replace(shipment, facts=rest), value, dollars)
        idle = without is not None and (without.lines, without.missing) == (stack.lines, stack.missing)
        saves = (_charges(without, value) - charged) / value if without else None
        found.append(DeclaredFact(name, told, saves, not idle))
    return tuple(found)


def _settled(rulebook: Rulebook, shipment: Shipment, value: float, dollars: Mapping[str, float]) -> Stack | None:
    """The stack, or None where it cannot be settled."""
    try:
        return settle(rulebook, shipment, value, dollars)
    except RoadsteadError:
        return None


def _charges(stack: Stack, value: float) -> float:
    return float(stack.amounts(np.asarray(value)).sum())
