"""Collected trade rules into the tables of trade/data: lists, expressions and statuses instead of free text."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from conversion.writing import SourceBook, evidence, figures, fraction, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    # China too is named there, but paid the same until it had a rate of its own.
    "EU27|FTA|CHN": TURKISH_PARTNERS,
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
NO_ACFTA = (
    "that ACFTA frees electric cars rests on no source; the ministry of industry and the press of 2025-26 name 50 % for "
    "Chinese makers once the import programme (IDN-003) ended, which they had joined to pay nothing"
)
UNPROVEN = {"IDN-004": ("EXPECTED_NOT_VERIFIED", NO_ACFTA)}
"""Collected rows that better sources speak against: standing in law, and why."""
BANS = {"DZA-002", "DZA-003", "UKR-005"}
"""Collected as quotas, but what they do is let nothing in (without a licence)."""
SUPPRESSED = {"US232": "US_RECIPROCAL"}
"""Group -> groups it does not stack with (Executive Order 14257, sec. 3(b): goods under section 232 are left out)."""
QUOTA_POOLS = {"BRA-029": "BRA_KITS_2025", "BRA-030": "BRA_KITS_2025"}
QUOTA_WINDOWS = {"CAN-007": "2"}
RUS_FEE_BASE = 20_000
METHODS = {
    "ROO-001": "NET_COST 0.625",
    "ROO-002": "NET_COST 0.66|BUILD_DOWN 0.76",
    "ROO-003": "NET_COST 0.69|BUILD_DOWN 0.79",
    "ROO-004": "NET_COST 0.72|BUILD_DOWN 0.82",
    "ROO-005": "NET_COST 0.75|BUILD_DOWN 0.85",
    "ROO-015": "NET_COST 0.85",
    "ROO-025": "MAXNOM 0.55|BUILD_DOWN 0.5",
    "ROO-026": "MAXNOM 0.5|BUILD_DOWN 0.55",
    "ROO-027": "MAXNOM 0.45|BUILD_DOWN 0.6",
    "ROO-040": "BUILD_UP 0.35|NET_COST 0.35|BUILD_DOWN 0.55",
    "ROO-041": "NET_COST 0.45|BUILD_DOWN 0.55",
}
"""Ways of counting that the collected `basis` names in words."""
ALSO = {"ROO-018": "BATTERY_PACK", "ROO-054": "WORKFORCE 0.25"}
"""What `AND ...` in the collected requirement asks for besides a share of value."""
TOLERANCE = dict.fromkeys(("USMCA", "EU-UK-TCA", "EU-JPN", "RCEP", "CPTPP", "ATIGA", "KORUS"), "10")
"""Percent, from the articles on tolerance or de minimis: TCA art. 42, USMCA art. 4.12, EU-Japan EPA art. 3.6, RCEP art. 3.7,
CPTPP art. 3.11, ATIGA art. 33, KORUS art. 6.6. Agreements that are not here count as having none."""
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


def hand_table(name: str) -> dict[str, dict[str, str]]:
    """A hand-kept table beside this file, by its first column."""
    with (HERE / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {next(iter(row.values())): row for row in rows}


def _cited(name: str, book: SourceBook) -> Iterator[dict[str, str]]:
    """Rows of a hand-kept table, with the source they cite."""
    for row in hand_table(name).values():
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url"}}
        yield plain | {"source": book.cite(row["source_title"], row["source_url"]), "as_of": AS_OF}


def _grouped(rows: Iterable[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def units(book: SourceBook) -> Iterator[dict[str, str]]:
    """Units that law counts charges in."""
    for row in _cited("units.csv", book):
        yield {name: cell for name, cell in row.items() if name != "row"}


def quota_shares(book: SourceBook) -> Iterator[dict[str, str]]:
    """Parts of quotas kept for, or capped for, some shipments."""
    for row in _cited("quota_shares.csv", book):
        yield {name: cell for name, cell in row.items() if name != "row"}


def obligations(book: SourceBook) -> Iterator[dict[str, str]]:
    """What incentives are owed for."""
    yield from _cited("obligations.csv", book)


def measures(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Duties and charges; conditions come from conditions.csv beside this file, one per rule that has one."""
    conditions = hand_table("conditions.csv")
    lapses = hand_table("lapses.csv")
    bands = _grouped(_cited("bands.csv", book), "of")
    for row in figures(folder, "import_duties.csv"):
        # A collected row that stands for a schedule is written out band by band, each with its own amount.
        written = bands.get(row["rule_id"])
        schedule = row | {"specific_amount": "", "specific_currency": ""} if written else row
        lapse = lapses.get(row["rule_id"], {}).get("lapse", "")
        built = _measure(schedule, conditions.get(row["rule_id"], {}), book) | {"lapse": lapse}
        for band in written or [{}]:
            yield built | {name: cell for name, cell in band.items() if name != "of" and cell}
    for row in hand_table("extra_measures.csv").values():
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
    specific, currency = row["specific_amount"], row["specific_currency"]
    if row["measure_kind"] == "RECYCLING_FEE" and currency == "RUB" and specific:
        # The decree sets coefficients of a base rate; the collected amounts are the two multiplied.
        specific, currency = repr(round(float(specific) / RUS_FEE_BASE, 6)), "RUS_FEE_BASE"
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
        "kind": "PROHIBITION" if row["rule_id"] in BANS else row["measure_kind"],
        "rate_type": row["rate_type"],
        "rate": fraction(row["rate_pct"]),
        "specific": "" if unexpressed else number(specific, 4),
        "specific_currency": currency,
        "specific_unit": row["specific_unit"],
        "ceiling": fraction(row["cap_total_pct"]),
        "base": base,
        "stack": stack,
        "replaces": replaces,
        "group": group,
        "suppresses": SUPPRESSED.get(group, ""),
        "firms": firms,
        "condition": hand.get("condition", ""),
        "quota": number(row["quota_volume"], 0),
        "quota_unit": row["quota_unit"],
        "quota_pool": QUOTA_POOLS.get(row["rule_id"], ""),
        "quota_windows": QUOTA_WINDOWS.get(row["rule_id"], ""),
        "over_quota_rate": fraction(row["over_quota_pct"]),
        "requires": REQUIRES.get(row["requires_origin_rule"], row["requires_origin_rule"]),
        "instrument": row["legal_instrument"].replace("(number no source located)", "").strip(),
        "status": status,
        "effective_from": row["effective_from"],
        "from_is_floor": "yes" if row["from_is_floor"] == "Y" else "no",
        "effective_to": row["effective_to"],
        "published_on": "",
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
            "tolerance": fraction(TOLERANCE.get(row["agreement_id"], "")),
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
            "methods": METHODS.get(row["rule_id"], ""),
            "also": ALSO.get(row["rule_id"], ""),
            "additional": row["additional_requirement"],
            "status": "PROPOSED" if proposed else "CONCLUDED_NOT_IN_FORCE" if waiting else "IN_FORCE",
            "effective_from": row["effective_from"],
            "effective_to": row["effective_to"],
            **evidence(source, AS_OF, row["confidence"], row["note"]),
        }
