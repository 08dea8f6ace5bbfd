"""The facts of a shipment that law may ask for, and how a person writes them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.condition import names, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.terms.tables import Row
    from roadstead.trade.condition import Expression, FactValue

VOCABULARY = {
    "customs_value": "customs value in US$, on the importer's own basis (given with the shipment)",
    "customs_value.CURRENCY": "customs value in another currency, for instance customs_value.EUR (given with the shipment)",
    "fob_value": "free-on-board value [US$]",
    "fob_value.CURRENCY": "free-on-board value in another currency, for instance fob_value.CAD (follows from fob_value)",
    "retail_price": "retail price with taxes [importer's currency]",
    "powertrain": "ICE, HEV, PHEV, EREV, BEV or FCEV (given with the shipment)",
    "firm_nationality": "home country of the carmaker's owner, ISO 3166-1 alpha-3",
    "model": "name of the model",
    "model_year": "model year",
    "engine_cm3": "engine displacement; 0 for BEV and FCEV [cm3]",
    "power_kw": "power, as the importer measures it [kW]",
    "battery_kwh": "usable battery capacity [kWh]",
    "mass_kg": "mass [kg]",
    "age_years": "age; 0, a new car, unless declared [years]",
    "fuel": "petrol, diesel, electric",
    "person": "legal or natural: who imports; legal unless declared",
    "in_quota": "true if the shipment is within the quota or holds its permit",
    "qualifies.AGREEMENT": "true if the car meets the agreement's rule of origin, for instance qualifies.USMCA",
    "content.PLACE": "share of value made there, for instance content.USA or content.CAN_MEX; to rules other than duties a plan's own "
    "cars made whole abroad declare the share of their material bought in the line's country and its union [fraction]",
    "certificate.NAME": "true if held, for instance certificate.TUR_INVESTMENT",
    "approved.NAME": "true if approved, for instance approved.IND_SPMEPCI",
    "programme.NAME": "true if the firm takes part, for instance programme.THA_EV35",
    "remission.NAME": "true if within a remission, for instance remission.CAN",
    "undertaking.NAME": "true if the sale keeps an accepted undertaking's price and volume",
}
"""Fact -> meaning; a word in capitals after the dot stands for any name."""

_FAMILIES = frozenset(name.split(".", 1)[0] for name in VOCABULARY if "." in name)


MONEY = ("customs_value.", "fob_value.")
"""Beginnings of facts that are an amount of the shipment in another currency."""


def money_facts(conditions: Iterable[Expression | None]) -> frozenset[str]:
    """Facts that conditions ask for and that are an amount of the shipment in another currency."""
    asked = (names(condition) for condition in conditions if condition is not None)
    return frozenset(name for facts in asked for name in facts if name.startswith(MONEY))


def is_known(name: str) -> bool:
    """True for a fact of the vocabulary."""
    return name in VOCABULARY or name.split(".", 1)[0] in _FAMILIES


def read_condition(row: Row, faults: list[Fault]) -> Expression | None:
    """The condition of a row of law; None, with faults noted, where it states none."""
    noted = condition_faults(row["condition"], row.where("condition"))
    faults.extend(noted)
    if any(fault.code == "RS-L201" for fault in noted):
        return None
    return parse(row["condition"], row.where("condition"))


def condition_faults(text: str, where: str) -> list[Fault]:
    """What is wrong with a condition: that it cannot be read, or names what is no fact."""
    try:
        condition = parse(text, where)
    except RoadsteadError as error:
        return list(error.faults)
    return [
        Fault(where, "RS-L202", f"{name!r} is not a fact a shipment can declare", "a fact listed in docs/conditions.md")
        for name in sorted(names(condition))
        if not is_known(name)
    ]


def parse_fact(text: str) -> tuple[str, FactValue]:
    """``NAME=VALUE`` as a person types it: true, false, a number, or text."""
    name, sign, value = text.partition("=")
    name, value = name.strip(), value.strip().strip('"')
    if not sign or not name or not value:
        fault = Fault("--fact", "RS-L202", f"{text!r} is not a fact", "NAME=VALUE, for instance power_kw=150")
        raise RoadsteadError(fault)
    if not is_known(name):
        known = ", ".join(sorted(VOCABULARY))
        raise RoadsteadError(Fault("--fact", "RS-L202", f"{name!r} is not a fact law asks for", f"one of {known}"))
    if value.lower() in {"true", "yes"}:
        return name, True
    if value.lower() in {"false", "no"}:
        return name, False
    try:
        return name, float(value)
    except ValueError:
        return name, value
