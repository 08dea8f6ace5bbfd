"""Duties in words: measures, parts of their quotas, and the units of account they are counted in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead.trade.law import Span, rules_as_of
from roadstead.trade.telling import Clocks, Told, clocks, dated
from roadstead.trade.wording import (
    amount,
    goods_words,
    joined,
    listing,
    percent,
    plainly,
    powertrain_words,
    unit_words,
)

if TYPE_CHECKING:
    from roadstead.terms.tables import Row
    from roadstead.trade.telling import Law

ON = {
    "CIF": "of the customs value (CIF)",
    "FOB": "of the customs value (FOB)",
    "NON_US_CONTENT": "of the value without what was made in the United States",
    "VALUE_LESS_CAN_MEX_CONTENT": "of the value without what was made in Canada and Mexico, 15 % at least",
}
JOINS = {"COMPOUND_MAX": "or, if higher,", "COMPOUND_SUM": "plus"}
GROUPS = {"US232": "the Section 232 duties", "US_RECIPROCAL": "the reciprocal duties", "FEE": "the recycling fees"}
"""Groups of measures, as people call them."""


def tell_measure(row: Row, law: Law) -> Told:
    """A duty or fee at the border, or a prohibition there."""
    return Told(
        id=row["measure"],
        places=(row["importer"],),
        kind=row["kind"],
        title=plainly(row["kind"]),
        does=_prohibits(row) if row["kind"] == "PROHIBITION" else _charges(row, law),
        whom=_payers(row, law),
        clocks=clocks(row, "measures"),
    )


def tell_quota_share(row: Row, law: Law) -> Told:
    """A part of a quota that is kept for some shipments, or the most they may take; it holds as long as its quota."""
    measure = law.measures.get(row["measure"])
    shares = [share for share in law.tables["quota_shares"] if share["measure"] == row["measure"]]
    part = percent(row["share"])
    kept = f"{part} of the quota is kept for them"
    return Told(
        id=f"{row['measure']}/SHARE-{shares.index(row) + 1}",
        places=(measure["importer"],) if measure else (),
        kind=row["rule"],
        title="part of a quota",
        does=kept if row["rule"] == "RESERVED" else f"they may take {part} of the quota at most",
        whom=joined((f"cars within the quota of {row['measure']}", law.where(row))),
        clocks=clocks(measure, "measures")
        if measure
        else Clocks("", Span(None, None), rules_as_of(), from_is_floor=False),
    )


def tell_unit(row: Row, law: Law) -> Told:
    """What a unit of account is worth, until the next row of the same unit."""
    first, unit = row["effective_from"], row["unit"]
    later = [other["effective_from"] for other in law.tables["units"] if other["unit"] == unit]
    after = min((day for day in later if day > first), default=None)
    users = {m["importer"] for m in law.tables["measures"] if m["specific_currency"] == unit}
    return Told(
        id=f"{unit}/{first}",
        places=tuple(sorted(users)),
        kind="",
        title="worth of a unit",
        does=f"one is {row['currency']} {amount(row['worth'])}",
        whom=f"the {unit_words(unit)} that charges are counted in",
        clocks=dated(Span(first, after and after - timedelta(days=1))),
    )


def _prohibits(row: Row) -> str:
    """A prohibition; its condition and what a licence lets in are told with it."""
    within = f" beyond {amount(row['quota'])} {row['quota_unit']} a period" if row["quota"] else ""
    return f"forbids import{within}"


def _charges(row: Row, law: Law) -> str:
    """What a measure charges, as law would say it, and how it meets other measures."""
    on = ON.get(row["base"], "")
    if row["rate"] is None and not row["specific"] and row["ceiling"] is None:
        return f"not in the table: {row['not_expressible']}" if row["not_expressible"] else "rate not in the table"
    if row["rate_type"] == "CEILING_TOPUP":
        told = f"tops the base rate up to {percent(row['ceiling'] or 0.0)} {on}".rstrip()
    else:
        parts = [f"{percent(row['rate'])} {on}".rstrip()] if row["rate"] is not None else []
        if row["specific"]:
            parts.append(_specific(row, law))
        told = f" {JOINS.get(row['rate_type'], 'plus')} ".join(parts)
    return ", ".join((told, *_meets(row)))


def _specific(row: Row, law: Law) -> str:
    """An amount per car or other unit, in money or in a unit of account."""
    currency = row["specific_currency"]
    if any(unit["unit"] == currency for unit in law.tables["units"]):
        return f"{amount(row['specific'])} times the {unit_words(currency)} per {row['specific_unit']}"
    return f"{currency} {amount(row['specific'])} per {row['specific_unit']}"


def _meets(row: Row) -> list[str]:
    """How a measure meets others: its quota and its place beside or instead of them."""
    found = []
    if row["stack"] == "REPLACE":
        replaced = (plainly(kind) if kind != "MFN" else "base rate" for kind in sorted(row["replaces"]))
        found.append(
            f"in place of {listing(f'the {kind}' for kind in replaced) if row['replaces'] else 'other measures'}"
        )
    elif row["rate_type"] != "CEILING_TOPUP":
        found.append({"BASE": "as the base rate", "ADD": "on top of the base rate"}[row["stack"]])
    if row["quota"] is not None:
        size, unit = amount(row["quota"]), str(row["quota_unit"])
        dollars = unit.startswith("USD value")
        within = f"US$ {size} of value{unit.removeprefix('USD value')}" if dollars else f"{size} {unit}"
        found.append(f"within {within} a period")
    if row["over_quota_rate"] is not None:
        found.append(f"{percent(row['over_quota_rate'])} beyond")
    if row["group"]:
        found.append(f"only the most specific of {_group(row['group'])} is charged")
    found += [f"{_group(group)} are then not charged" for group in row["suppresses"]]
    return found


def _group(group: str) -> str:
    return GROUPS.get(group, f"the charges of group {group}")


def _payers(row: Row, law: Law) -> str:
    """Whom and what a measure charges."""
    origins = "anywhere" if "*" in row["origins"] else listing(law.names(row["origins"]), "or")
    firms = [*sorted({*row["firms"]} - {"OTHERS"}), *(["all others"] if "OTHERS" in row["firms"] else [])]
    return joined(
        (
            goods_words(row["products"]),
            powertrain_words(row["powertrains"]),
            f"from {origins}",
            f"but not {listing(law.names(row['origins_except']), 'or')}" if row["origins_except"] else "",
            f"made by {listing(firms, 'or')}" if firms else "",
            law.where(row),
            _required(row, law),
        )
    )


def _required(row: Row, law: Law) -> str:
    """The rules of origin of which one must be met, by the names of their agreements."""
    found: dict[str, None] = {}
    for rule in row["requires"]:
        # A rule whose own rows are in no table is named after its agreement.
        for agreement in law.agreements_of.get(rule, (rule.rsplit("-", 1)[0],)):
            found["any agreement of the two countries" if rule == "AGREEMENT" else law.agreement(agreement)] = None
    return f"that meet the origin rule of {listing(found, 'or')}" if found else ""
