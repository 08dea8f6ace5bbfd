"""Measures other than duties into trade/data: what is printed stays as printed, and a typed effect stands beside it.

What a rule does follows from the kind of rule as printed (``EFFECT``). Which rules the engine acts on, with which figure of
the collected row and for which cars, stands in non_tariff.csv beside this file, a line for each; a collected row whose figure
changes with the years is drawn out into one line a step, each named in ``drawn_from``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversion.rule_tables import AS_OF, hand_table
from conversion.writing import SourceBook, evidence, figures, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EFFECT = {
    "COMMITMENT": "OBLIGES",
    "COMPLIANCE": "OBLIGES",
    "DISCLOSURE": "INFORMS",
    "DUTY_CREDIT": "CREDIT",
    "DUTY_OFFSET": "CREDIT",
    "DUTY_RELIEF": "CREDIT",
    "ELIGIBILITY": "PRICE_SUBSIDY",
    "EXCISE": "PRICE_TAX",
    "EXPORT_CONTROL": "FORBIDS",
    "EXPORT_LICENCE": "OBLIGES",
    "INVESTIGATION": "INFORMS",
    "INVESTMENT": "OBLIGES",
    "INVESTMENT_CONDITION": "OBLIGES",
    "LOCAL_CONTENT": "OBLIGES",
    "LUXURY": "PRICE_TAX",
    "MARKET_ACCESS": "FORBIDS",
    "MIN_PRICE": "FORBIDS",
    "ORIGIN": "OBLIGES",
    "PENALTY": "OBLIGES",
    "PERMIT": "OBLIGES",
    "PRODUCTION_CREDIT": "CREDIT",
    "PROHIBITION": "FORBIDS",
    "PURCHASE_SUBSIDY": "PRICE_SUBSIDY",
    "PURCHASE_TAX": "PRICE_TAX",
    "QUOTA_CONDITION": "OBLIGES",
    "QUOTA_MANDATE": "OBLIGES",
    "RECYCLING_FEE": "COST_PER_CAR",
    "REGIME": "OBLIGES",
    "TAX_CREDIT": "CREDIT",
    "VAT": "PRICE_TAX",
}
"""What a rule does, by its kind as printed."""
NO_RULE = "NONE"
"""Kind of a collected row that says that a place has no such rule."""
OTHER_SIDE = {"NTM-004": {"RHD": "IRL CYP MLT"}}
"""Members of a union whose traffic keeps to the other side than the union's row says, as printed in it."""
DRIVER_SIDE = "driver side"


def non_tariff(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Every collected measure, those drawn out of it, and the members of a union that drive on the other side."""
    hand = hand_table("non_tariff.csv")
    for row in figures(folder, "non_tariff_measures.csv"):
        measure = row["measure_id"]
        if row["effect_type"] == NO_RULE:
            continue
        plain = _printed(row, book)
        yield plain | _typed(hand.get(measure, {}))
        for name, drawn in hand.items():
            if drawn["drawn_from"] == measure:
                yield plain | {"measure": name} | _typed(drawn)
        for side, members in OTHER_SIDE.get(measure, {}).items():
            for member in members.split():
                yield plain | {"measure": f"{measure}-{member}", "importer": member, "driver_side": side}


def _printed(row: dict[str, str], book: SourceBook) -> dict[str, str]:
    source = book.cite(row["source_title"], row["source_url"])
    powertrains = "" if row["powertrain"] == "ALL" else row["powertrain"]
    if "PHEV" in powertrains:
        powertrains += "|EREV"
    return {
        "measure": row["measure_id"],
        "importer": row["importer"],
        "category": row["category"],
        "title": row["title"],
        "origins": row["origin_scope"],
        "firms": row["firm_scope"],
        "nature": row["effect_type"],
        "value": row["value"],
        "unit": row["unit"],
        "base": row["valuation_base"],
        "condition_text": row["condition"],
        "effect": EFFECT[row["effect_type"]],
        "acts": "no",
        "powertrains": powertrains,
        "forms": row["form"],
        "driver_side": row["value"][:3] if row["unit"] == DRIVER_SIDE else "",
        "effective_from": row["effective_from"],
        "effective_to": row["effective_to"],
        "status": row["status"],
        **evidence(source, AS_OF, row["confidence"], row["note"]),
    }


def _typed(hand: dict[str, str]) -> dict[str, str]:
    """What the hand-kept line says over what is printed; an empty cell says nothing."""
    said = {name: text for name, text in hand.items() if text and name not in {"measure", "drawn_from", "amount"}}
    return said | ({"amount": number(hand["amount"], 2)} if hand.get("amount") else {})
