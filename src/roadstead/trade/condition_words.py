"""Conditions of law as a person in customs reads them: ``engine_cm3 <= 1000`` is an engine of at most 1,000 cm3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.trade.condition import Among, Compared, Joined, Known, Not
from roadstead.trade.wording import amount, listing, percent

if TYPE_CHECKING:
    from roadstead.trade.condition import Expression, FactValue
    from roadstead.trade.wording import Namer

FACTS = {
    "customs_value": ("customs value", "US$ {}"),
    "fob_value": ("FOB value", "US$ {}"),
    "retail_price": ("retail price", "{} in local money"),
    "firm_nationality": ("home country of the maker", "{}"),
    "model_year": ("model year", "{}"),
    "engine_cm3": ("engine", "{} cm3"),
    "power_kw": ("power", "{} kW"),
    "battery_kwh": ("battery", "{} kWh"),
    "mass_kg": ("mass", "{} kg"),
    "person": ("importer", "{}"),
}
"""What a fact is called, and how an amount of it is written; facts that are not here go by their own name."""
SIGNS = {"<": "under", "<=": "at most", ">": "over", ">=": "at least", "==": "is", "!=": "is not"}
PERSONS = {"natural": "a private person", "legal": "a firm"}
HELD = {
    "in_quota": ("within the quota or its permit held", "outside the quota and without its permit"),
    "qualifies": ("the origin rule of {} is met", "the origin rule of {} is not met"),
    "certificate": ("the certificate {} is held", "the certificate {} is not held"),
    "approved": ("approved under {}", "not approved under {}"),
    "programme": ("the maker takes part in the programme {}", "the maker takes no part in the programme {}"),
    "remission": ("within the remission {}", "outside the remission {}"),
    "undertaking": ("the sale keeps the undertaking {}", "the sale does not keep the undertaking {}"),
}
"""Facts of yes or no: what is so where they hold, and where they do not."""


def condition_words(expression: Expression, name: Namer) -> str:
    """A condition in words; ``name`` gives the name of a place."""
    match expression:
        case Known(name=fact):
            return _held(fact, holds=True)
        case Not(of=Known(name=fact)):
            return _held(fact, holds=False)
        case Not(of=inner):
            return f"not ({condition_words(inner, name)})"
        case Joined(all_of=all_of, parts=parts):
            return _joined(parts, name, " and " if all_of else " or ")
        case Among(name=fact, values=values):
            given = sorted(values, key=str)
            return f"{_called(fact, name)} is {listing((_value(fact, value, name) for value in given), 'or')}"
        case Compared(name=fact, sign=sign, value=value):
            return f"{_called(fact, name)} {SIGNS[sign]} {_value(fact, value, name)}"


def _joined(parts: tuple[Expression, ...], name: Namer, word: str) -> str:
    """Parts one after the other; of two bounds on one fact the second need not name it again."""
    told: list[str] = []
    before = ""
    for part in parts:
        words = condition_words(part, name)
        if isinstance(part, Compared) and part.name == before:
            words = words.removeprefix(f"{_called(part.name, name)} ")
        told.append(f"({words})" if isinstance(part, Joined) else words)
        before = part.name if isinstance(part, Compared) else ""
    return word.join(told)


def _held(fact: str, *, holds: bool) -> str:
    family, _, about = fact.partition(".")
    if family not in HELD:
        return fact if holds else f"not {fact}"
    return HELD[family][0 if holds else 1].format(about.replace("_", " "))


def _called(fact: str, name: Namer) -> str:
    family, _, about = fact.partition(".")
    if family == "content":
        return f"content made in {listing(name(place) for place in about.split('_'))}"
    words = FACTS[family][0] if family in FACTS else family.removesuffix("_years").replace("_", " ")
    return f"{words} in {about}" if about else words


def _value(fact: str, value: FactValue, name: Namer) -> str:
    family, _, about = fact.partition(".")
    if isinstance(value, str):
        return name(value) if family == "firm_nationality" else PERSONS.get(value, value)
    if family == "content":
        return percent(float(value))
    if family == "age_years":
        return f"{amount(value)} year{'' if value == 1 else 's'}"
    if family == "model_year":
        return f"{value:g}"
    return amount(value) if about else FACTS.get(family, ("", "{}"))[1].format(amount(value))
