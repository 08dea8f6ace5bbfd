"""Words that people in customs use for what the tables of law write in short: shares, goods, powertrains, places, standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.trade.columns import POWERTRAINS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Namer = Callable[[str], str]
    """Turns the code of a place into its name."""

GOODS = {
    "CAR_CBU": "built-up cars",
    "KIT_CKD": "CKD kits",
    "KIT_SKD": "SKD kits",
    "PARTS": "parts",
    "BATTERY": "batteries",
    "LIGHT_TRUCK": "light trucks",
    "CAR": "cars",
    "BATTERY_PACK": "battery packs",
    "BATTERY_CELL": "battery cells",
}
FORMS = {
    "CBU": "built-up imports",
    "SKD": "cars from SKD kits",
    "CKD": "cars from CKD kits",
    "LOCAL": "cars made locally",
    "PARTS": "parts",
    "BATTERY": "batteries",
}
KINDS = {
    "MFN": "base rate (MFN)",
    "PREFERENTIAL": "preference",
    "COUNTERVAILING": "countervailing duty",
    "ANTIDUMPING": "anti-dumping duty",
    "QUOTA_TRQ": "tariff quota",
    "MIN_PRICE": "price undertaking",
    "FTA": "free-trade agreement",
    "CU": "customs union",
    "EPA": "economic partnership agreement",
    "PTA": "preferential agreement",
    "DEAL": "trade deal",
    "TRQ": "quota arrangement",
    "SUBSIDY_LOCAL": "support for local production",
    "SUBSIDY_ORIGIN": "subsidy tied to origin",
    "CONNECTED_VEHICLE_BAN": "ban on connected vehicles",
    "FDI_CONDITION": "condition on foreign investment",
    "ZEV_MANDATE": "zero-emission mandate",
    "CO2": "CO2 limit",
    "HOMOLOGATION": "type approval",
    "OUTWARD": "guidance on investment abroad",
    "QUOTA_SHARE": "share of a quota",
    "PRICE_FLOOR": "least price",
}
"""Kinds of rule whose code does not read as words by itself."""
STATUSES = {
    "FUTURE": "enacted, to come",
    "ANNOUNCED_NOT_IMPLEMENTED": "announced, not implemented",
    "CONCLUDED_NOT_IN_FORCE": "concluded, not in force",
    "EXPECTED_NOT_VERIFIED": "expected, not verified",
    "NEGOTIATION": "under negotiation",
    "REPORTED_UNCONFIRMED": "reported, not confirmed",
}
INDEXED = {"UZB_BRV": "base calculation amount", "RUS_FEE_BASE": "basic amount of the recycling fee"}
"""Units of account of units.csv, as their law calls them."""
ARTICLED = frozenset({"Agreement", "Council", "Maldives", "Netherlands", "Philippines", "Republic", "Union"})
"""Last words of names that take an article."""


def plainly(code: str) -> str:
    """A code as words: ``RECYCLING_FEE`` is a recycling fee."""
    return KINDS.get(code) or STATUSES.get(code) or code.lower().replace("_", " ")


def unit_words(unit: str) -> str:
    """A unit of account by its name."""
    return INDEXED.get(unit, f"unit {unit}")


def with_article(name: str) -> str:
    """A name as a sentence takes it: the European Union, but Germany."""
    words = name.split()
    return f"the {name}" if words and (words[0] == "United" or words[-1] in ARTICLED) else name


def percent(share: float) -> str:
    """A fraction as a percentage."""
    return f"{100.0 * share:.6g} %"


def amount(number: float) -> str:
    """A number with separators, and no zeros that say nothing."""
    return f"{number:,.15g}"


def goods_words(products: Iterable[str]) -> str:
    """Goods in the order of the tariff: cars, kits, parts."""
    order = list(GOODS)
    known = sorted(products, key=lambda code: order.index(code) if code in GOODS else len(order))
    return ", ".join(GOODS.get(code) or plainly(code) for code in known)


def powertrain_words(powertrains: Collection[str]) -> str:
    """Powertrains as law abbreviates them; all, or all but one, in short."""
    missing = [code for code in POWERTRAINS if code not in powertrains]
    if not powertrains or not missing:
        return "any powertrain"
    if len(missing) == 1:
        return f"any powertrain but {missing[0]}"
    return ", ".join(code for code in POWERTRAINS if code in powertrains)


def form_words(forms: Collection[str]) -> str:
    """Forms of supply; nothing where a rule asks for none in particular."""
    named = [words for code, words in FORMS.items() if code in forms]
    # Semi-knocked-down kits are left out of many rows that mean every car.
    return "" if {"CBU", "CKD", "LOCAL"} <= set(forms) else ", ".join(named)


def listing(words: Iterable[str], last: str = "and") -> str:
    """Words in a row, the last joined by ``and`` or another word."""
    *most, end = list(words) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def joined(parts: Iterable[str]) -> str:
    """Parts of a scope with semicolons between them, empty ones left out."""
    return "; ".join(part for part in parts if part)
