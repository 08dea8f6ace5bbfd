"""What a person asks of the rulebook, in words, and what those words mean: one shipment, or every fault in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.ids import PRODUCT_WORDS, Product
from roadstead.trade import columns
from roadstead.trade.duty import Shipment
from roadstead.trade.facts import MONEY, is_known, parse_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roadstead.trade.condition import Facts, FactValue
    from roadstead.world.places import Gazetteer, Place

GIVEN = {"customs_value": "--value", "powertrain": "--powertrain"}
"""Facts that come with the shipment itself, and where."""

NUMBERS = frozenset(
    {"fob_value", "retail_price", "model_year", "engine_cm3", "power_kw", "battery_kwh", "mass_kg", "age_years"}
)
WORDS = frozenset({"firm_nationality", "model", "fuel", "person"})
CHOICES = {"fuel": ("petrol", "diesel", "electric"), "person": ("legal", "natural")}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question to the rulebook.

    Attributes
    ----------
    importer
        Country or customs territory: code, name or alias.
    value
        Customs value on the importer's own basis. [US$/car]
    facts
        Facts declared, by name; trade/facts.py lists them.
    as_known_on
        Only rules published by then; None for all in the tables.
    rules
        Folder of own tables that add to the packaged ones or take their place.
    """

    importer: str
    origin: str
    powertrain: str
    on: date | str
    value: float
    product: str = "car"
    firm: str = ""
    facts: Facts = field(default_factory=dict)
    as_known_on: date | str | None = None
    rules: Path | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An inquiry understood.

    Attributes
    ----------
    place
        The place asked about: a country of a union, or the territory itself.
    """

    place: Place
    shipment: Shipment
    value: float


def understand(inquiry: Inquiry, gazetteer: Gazetteer) -> Asked:
    """Read an inquiry.

    Raises
    ------
    RoadsteadError
        With every fault: RS-W301 no such place, RS-L208 product or powertrain, RS-L213 day, RS-L212 value,
        RS-L202 and RS-L203 facts.
    """
    faults: list[Fault] = []
    place = _place(inquiry.importer, "--importer", gazetteer, faults)
    origin = _place(inquiry.origin, "--origin", gazetteer, faults)
    product = _product(inquiry.product, faults)
    powertrain = inquiry.powertrain.strip().upper()
    if powertrain not in columns.POWERTRAINS:
        expected = f"one of {', '.join(columns.POWERTRAINS)}"
        faults.append(Fault("--powertrain", "RS-L208", f"{inquiry.powertrain!r} is no powertrain", expected))
    on = read_day(inquiry.on, "--on", faults)
    if not (math.isfinite(inquiry.value) and inquiry.value > 0):
        expected = "the customs value of one car in US$, more than nothing"
        faults.append(Fault("--value", "RS-L212", f"{inquiry.value:g} is no customs value", expected))
    facts = _checked(inquiry.facts, faults)
    _nationality(facts, gazetteer, faults)
    raise_if_any(faults)
    assert place is not None
    assert origin is not None
    assert on is not None
    importer = gazetteer.territory(place.place_id)
    shipment = Shipment(importer, origin.place_id, product, powertrain, inquiry.firm.strip(), on, facts)
    return Asked(place, shipment, float(inquiry.value))


def _place(text: str, where: str, gazetteer: Gazetteer, faults: list[Fault]) -> Place | None:
    place = gazetteer.find(text)
    if place is None:
        faults.append(gazetteer.fault(text, where))
    elif place.kind == "aggregate":
        message = f"{place.name} is an aggregate, which levies no duty and makes no car"
        faults.append(Fault(where, "RS-W301", message, "a country such as DEU, or a customs union such as EU27"))
    return place


def _product(text: str, faults: list[Fault]) -> str:
    word = text.strip()
    if word.upper() in tuple(Product):
        return word.upper()
    product = PRODUCT_WORDS.get(word.lower())
    if product is None:
        expected = f"one of {', '.join(PRODUCT_WORDS)}"
        faults.append(Fault("--product", "RS-L208", f"{text!r} is no product", expected))
        return ""
    return product.value


def read_day(text: date | str, where: str, faults: list[Fault]) -> date | None:
    """A day as YYYY-MM-DD; None, with a fault noted, where the text is none."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(Fault(where, "RS-L213", f"{text!r} is no day", "a day as YYYY-MM-DD, for instance 2025-03-01"))
        return None


def read_facts(texts: Iterable[str]) -> dict[str, FactValue]:
    """Facts as a person types them, NAME=VALUE each; raises RoadsteadError with every fault."""
    facts: dict[str, FactValue] = {}
    faults: list[Fault] = []
    for text in texts:
        try:
            name, value = parse_fact(text)
        except RoadsteadError as error:
            faults += error.faults
            continue
        if name in WORDS and not isinstance(value, str):
            # A word is kept as typed: a model may be called 500, and NO is no country.
            value = text.partition("=")[2].strip().strip('"')
        if facts.setdefault(name, value) != value:
            message = f"{name} is declared as {facts[name]} and as {value}"
            faults.append(Fault("--fact", "RS-L203", message, "each fact once"))
    raise_if_any(faults)
    return facts


def _checked(facts: Mapping[str, FactValue], faults: list[Fault]) -> dict[str, FactValue]:
    for name, value in facts.items():
        where = f"fact {name}"
        if name in GIVEN:
            message = f"{name} comes with the shipment"
            faults.append(Fault(where, "RS-L202", message, f"{GIVEN[name]}, not a fact"))
        elif not is_known(name):
            faults.append(Fault(where, "RS-L202", "law asks for no such fact", "a fact of docs/conditions.md"))
        elif name in NUMBERS or name.startswith(("content.", *MONEY)):
            _check_number(name, value, faults)
        elif name in WORDS:
            _check_word(name, value, faults)
        elif not isinstance(value, bool):
            faults.append(Fault(where, "RS-L203", f"{value!r} was declared", "true or false here"))
    return dict(facts)


def _check_number(name: str, value: FactValue, faults: list[Fault]) -> None:
    where = f"fact {name}"
    if isinstance(value, (bool, str)) or not math.isfinite(value) or value < 0:
        faults.append(Fault(where, "RS-L203", f"{value!r} was declared", "a number, not negative, here"))
    elif name.startswith("content.") and value > 1:
        message = f"{value:g} looks like a percentage"
        faults.append(Fault(where, "RS-T109", message, f"a fraction: write {value / 100:g} for {value:g} %"))


def _check_word(name: str, value: FactValue, faults: list[Fault]) -> None:
    choices = CHOICES.get(name)
    if not isinstance(value, str):
        faults.append(Fault(f"fact {name}", "RS-L203", f"{value!r} was declared", "a word here"))
    elif choices and value not in choices:
        faults.append(Fault(f"fact {name}", "RS-L203", f"{value!r} was declared", f"one of {', '.join(choices)}"))


def _nationality(facts: dict[str, FactValue], gazetteer: Gazetteer, faults: list[Fault]) -> None:
    """The code of the owner's home country, however it was written."""
    written = facts.get("firm_nationality")
    if isinstance(written, str):
        home = _place(written, "fact firm_nationality", gazetteer, faults)
        if home is not None:
            facts["firm_nationality"] = home.place_id


def is_yes_or_no(name: str) -> bool:
    """True for a fact that is declared true or false."""
    counted = name in NUMBERS | WORDS | GIVEN.keys() or name.startswith(("content.", *MONEY))
    return not counted and is_known(name)
