"""Collected trade rules into the tables of trade/data: lists, expressions and statuses instead of free text."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from conversion.writing import SourceBook, evidence, figures, fraction, number

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = "2026-07-02"
HERE = Path(__file__).resolve().parent

ORIGIN_SETS = {
    "ERGA_OMNES": "*",
    "JPN|GBR|VNM|MEX|AUS (CPTPP)": "JPN|GBR|VNM|MEX|AUS",
    "EU27|JPN|GBR|CHL|COL|PER|VNM|MYS|AUS|NZL (FTA/CPTPP)": "EU27|JPN|GBR|CHL|COL|PER|VNM|MYS|AUS|NZL",
    "EU27|USA|JPN|KOR|MEX|BRA|ARG|THA|IND(part)|TUR|GBR": "EU27|USA|JPN|KOR|MEX|BRA|ARG|THA|TUR|GBR",
    "USA|EU27|MEX|KOR|CHL|PER|ECU|BRA(ACE72)|ARG": "USA|EU27|MEX|KOR|CHL|PER|ECU|BRA|ARG",
    "EAEU partners|UZB(CIS FTA)": "RUS|BLR|ARM|KGZ|UZB",
    "KOR|GBR|MAR|MYS|SRB|EGY|ISR|others with FTA": "KOR|GBR|MAR|MYS|SRB|EGY|ISR|CHE|NOR|ISL|LIE",
    "GCC members": "GCC",
    "EU27|USA|KOR|GBR|TUR|MEX|CAN|JPN?(no)": "EU27|USA|KOR|GBR|TUR|MEX|CAN",
    "TUR|MAR(Agadir)|TUN|JOR": "TUR|MAR|TUN|JOR",
    "EU27|TUR|USA|EFTA|Agadir": "EU27|TUR|USA|EFTA|AGADIR",
    "60 economies (CHN,JPN,KOR,IND,VNM,BRA... 12.5; CAN,MEX,EU27,GBR,IDN,PAK 10)": "CHN|JPN|KOR|IND|VNM|BRA",
}
TURKISH_PARTNERS = "EU27|KOR|GBR|MAR|MYS|SRB|EGY|ISR|CHE|NOR|ISL|LIE"
ORIGIN_EXCEPT = {
    # The most specific rule of the group takes the place of the general one; no exception is needed.
    "CAN|MEX (USMCA-qualifying)|GBR in-quota|JPN|EU27|KOR per dates": "",
    # A partner's car that does not qualify pays the applied rate like any other.
    "FTA partners": "",
    "EU27|FTA": TURKISH_PARTNERS,
    "EU27|FTA|CHN": TURKISH_PARTNERS + "|CHN",
    "EU27|FTA partners": TURKISH_PARTNERS,
}
FIRMS = {
    "ALL": "",
    "BYD Group": "BYD Group",
    "Geely Group": "Geely Group",
    "SAIC Group": "SAIC Group",
    "Other cooperating": "Other cooperating",
    "All others": "OTHERS",
    "All other companies (non-cooperating)": "OTHERS",
    "Tesla (Shanghai)": "Tesla (Shanghai)",
    "SAIC Group (MG)": "SAIC Group",
    "Volkswagen (Anhui) Automotive / SEAT - CUPRA Tavascan only": "VW Anhui",
}
REQUIRES = {
    "TCA-*": "TCA-ICE|TCA-XEV",
    "per agreement": "AGREEMENT",
    "CHAFTA-CAR etc.": "AGREEMENT",
}
STACK = {
    "BASE": ("BASE", "", ""),
    "REPLACES_BASE": ("REPLACE", "MFN", ""),
    "ADD": ("ADD", "", ""),
    "ADD_EXCLUSIVE_GROUP:US232": ("ADD", "", "US232"),
    "TOPUP_TO_CEILING;GROUP:US232": ("ADD", "", "US232"),
    "GROUP:US232": ("ADD", "", "US232"),
    "REPLACES:COUNTERVAILING": ("REPLACE", "COUNTERVAILING", ""),
    "REPLACES_BASE_AND:SURTAX": ("REPLACE", "MFN|SURTAX", ""),
    "REPLACES:SURTAX": ("REPLACE", "SURTAX", ""),
    "SEE_CONDITION": ("ADD", "", ""),
}
STATUSES = {
    "ENDED_OR_CUMULATES (see note)": "ENDED",
    "SUPERSEDED": "ENDED",
    "IN_FORCE_ANNUAL_REVIEWS": "IN_FORCE",
    "PROVISIONAL": "IN_FORCE",
    "IN_FORCE (modernised text not verified in force)": "IN_FORCE",
    "NEGOTIATION (close Feb 2026)": "NEGOTIATION",
    "IN_FORCE (auto rules adopted Feb 2026)": "IN_FORCE",
}
PUBLISHED = {
    # Days named in the sources' own titles or notes.
    "USA-024": "2025-09-16",
    "USA-025": "2025-09-25",
    "USA-026": "2025-12-04",
    "EU27-029": "2026-02-10",
    "TUR-008": "2025-09-22",
    "TUR-009": "2025-09-22",
    "TUR-010": "2025-09-22",
}
NO_ACFTA = (
    "that ACFTA frees electric cars rests on no source; the ministry of industry and the press of 2025-26 name 50 % for "
    "Chinese makers once the import programme (IDN-003) ended, which they had joined to pay nothing"
)
UNPROVEN = {"IDN-004": ("EXPECTED_NOT_VERIFIED", NO_ACFTA)}
"""Collected rows that better sources speak against: standing in law, and why."""
KITS_ARE_CARS = {
    **dict.fromkeys(
        ("USA", "EU27", "GBR", "CAN", "MEX", "JPN", "KOR", "CHN", "TUR", "AUS", "NZL", "NOR", "CHE", "CHL", "PER", "COL",
         "ARG", "ISR", "SGP", "SAU", "ARE", "UKR", "EAEU", "RUS", "KAZ", "BLR", "PHL"),
        "9999-12-31",
    ),
    # Brazil's kits have rates of their own since then, those of petrol cars aside.
    "BRA": "2025-06-30",
}  # fmt: skip
"""Importers without a rate of their own for kits, and the last day of that: a kit is the car it makes."""
UNASSEMBLED = "a complete kit is the car it makes (Harmonized System, general rule 2(a)); parts shipped apart pay the rate of parts"
VALUE_BASE = {"VFD_MINUS_MAX(CAN_MEX_CONTENT,15%)": "VALUE_LESS_CAN_MEX_CONTENT"}


def _hand_table(name: str) -> dict[str, dict[str, str]]:
    """A hand-kept table beside this file, by its first column."""
    with (HERE / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {next(iter(row.values())): row for row in rows}


def measures(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Duties and charges; conditions come from conditions.csv beside this file, one per rule that has one."""
    conditions = _hand_table("conditions.csv")
    for row in figures(folder, "import_duties.csv"):
        yield _measure(row, conditions.get(row["rule_id"], {}), book)
    for row in _hand_table("extra_measures.csv").values():
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "rate_percent"}}
        source = book.cite(row["source_title"], row["source_url"])
        yield plain | {"rate": fraction(row["rate_percent"]), "source": source, "as_of": AS_OF}


def _measure(row: dict[str, str], hand: dict[str, str], book: SourceBook) -> dict[str, str]:
    if row["condition"] and not hand:
        raise ValueError(f"{row['rule_id']}: conditions.csv has no expression for {row['condition']!r}")
    stack, replaces, group = STACK[row["stack_mode"]]
    if row["measure_kind"] == "RECYCLING_FEE":
        group = "FEE"  # bands of one schedule: one applies
    unexpressed = hand.get("not_expressible", "")
    powertrains = row["powertrain"]
    if "range-extender" in row["hs"] or "PHEV" in powertrains:
        powertrains += "|EREV"
    specific = hand.get("specific") or row["specific_amount"]
    firms = FIRMS.get(row["firm_scope"])
    if firms is None:
        firms = next((v for k, v in FIRMS.items() if k != "ALL" and row["firm_scope"].startswith(k)), "")
    base = "FOB" if row["importer"] == "AUS" else VALUE_BASE.get(row["valuation_base"], row["valuation_base"])
    status, note = UNPROVEN.get(row["rule_id"], (STATUSES.get(row["status"], row["status"]), row["note"]))
    source = book.cite(row["source_title"], row["source_url"])
    products = row["product"]
    if _covers_kits(row):
        products += "|KIT_CKD|KIT_SKD"
        note = f"{note.strip(' .;')}; {UNASSEMBLED}" if note else UNASSEMBLED
    return {
        "measure": row["rule_id"],
        "importer": row["importer"],
        "origins": ORIGIN_SETS.get(row["origin_scope"], row["origin_scope"]),
        "origins_except": ORIGIN_EXCEPT.get(row["origin_exclude"], row["origin_exclude"]),
        "products": products,
        "hs": row["hs"],
        "powertrains": powertrains,
        "kind": row["measure_kind"],
        "rate_type": row["rate_type"],
        "rate": fraction(row["rate_pct"]),
        "specific": "" if unexpressed else number(specific, 2),
        "specific_currency": "UZS" if hand.get("specific") else row["specific_currency"],
        "specific_unit": row["specific_unit"],
        "ceiling": fraction(row["cap_total_pct"]),
        "base": base,
        "stack": stack,
        "replaces": replaces,
        "group": group,
        "firms": firms,
        "condition": hand.get("condition", ""),
        "quota": number(row["quota_volume"], 0),
        "quota_unit": row["quota_unit"],
        "over_quota_rate": fraction(row["over_quota_pct"]),
        "requires": REQUIRES.get(row["requires_origin_rule"], row["requires_origin_rule"]),
        "instrument": row["legal_instrument"].replace("(number no source located)", "").strip(),
        "status": status,
        "effective_from": row["effective_from"],
        "from_is_floor": "yes" if row["from_is_floor"] == "Y" else "no",
        "effective_to": row["effective_to"],
        "published_on": PUBLISHED.get(row["rule_id"], ""),
        "not_expressible": unexpressed,
        **evidence(source, AS_OF, row["confidence"], note),
    }


def _covers_kits(row: dict[str, str]) -> bool:
    """True for a rule on cars that reaches kits; bans and fees on registering a car do not."""
    last = KITS_ARE_CARS.get(row["importer"])
    if last is None or row["product"] != "CAR_CBU" or row["quota_unit"] == "ban":
        return False
    if row["measure_kind"] == "RECYCLING_FEE":
        return False
    return row["powertrain"] == "ICE" or (row["effective_to"] or "9999-12-31") <= last


def agreements(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Agreements and customs unions."""
    for row in figures(folder, "agreements.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        members = row["members"].replace(";", "|")
        if "AU members" in members:
            members = "AFCFTA"
        yield {
            "agreement": row["agreement_id"],
            "name": row["name"],
            "kind": row["kind"],
            "members": members,
            "effective_from": row["effective_from"],
            "effective_to": row["effective_to"],
            "status": STATUSES.get(row["status"], row["status"]),
            "effect": row["auto_tariff_effect"],
            "cumulation": row["cumulation"],
            **evidence(source, AS_OF, row["confidence"], row["note"]),
        }


def origin_rules(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Thresholds of origin."""
    for row in figures(folder, "origin_rules.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        powertrains = row["powertrain"].replace("(not plug-in)", "")
        proposed = "PROPOSED" in row["additional_requirement"]
        # The India agreements are concluded, not in force.
        waiting = row["agreement_id"] in {"EU-IND", "UK-IND"}
        yield {
            "row": row["rule_id"],
            "agreement": row["agreement_id"],
            "rule": row["origin_rule_ref"],
            "product": row["product"],
            "powertrains": "" if powertrains == "ALL" else powertrains + ("|EREV" if "PHEV" in powertrains else ""),
            "metric": row["metric"],
            "threshold": fraction(row["threshold_pct"]),
            "basis": row["basis"],
            "additional": row["additional_requirement"],
            "status": "PROPOSED" if proposed else "CONCLUDED_NOT_IN_FORCE" if waiting else "IN_FORCE",
            "effective_from": row["effective_from"],
            "effective_to": row["effective_to"],
            **evidence(source, AS_OF, row["confidence"], row["note"]),
        }


BARRED = {"NTM-039": "CHN|RUS", "NTM-040": "CHN|RUS"}
"""Prohibitions the engine applies, and the home countries of the firms they bar."""


def non_tariff(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Measures other than duties; only prohibitions by the firm's nationality act so far, the rest is shown."""
    for row in figures(folder, "non_tariff_measures.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        powertrains = "" if row["powertrain"] == "ALL" else row["powertrain"]
        yield {
            "measure": row["measure_id"],
            "importer": "EU27" if row["importer"] == "FRA" else row["importer"],
            "category": row["category"],
            "title": row["title"] + (" (France)" if row["importer"] == "FRA" else ""),
            "origins": row["origin_scope"],
            "firms": row["firm_scope"],
            "firm_nationality": BARRED.get(row["measure_id"], ""),
            "powertrains": powertrains,
            "forms": row["form"],
            "effect": row["effect_type"],
            "value": row["value"],
            "unit": row["unit"],
            "base": row["valuation_base"],
            "condition_text": row["condition"],
            "effective_from": row["effective_from"],
            "effective_to": row["effective_to"],
            "status": row["status"],
            "acts": "yes" if row["measure_id"] in BARRED else "no",
            **evidence(source, AS_OF, row["confidence"], row["note"]),
        }
