"""The rest of the law in words: taxes, agreements, rules of origin, rules other than duties, obligations, members of blocs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.trade.condition import Known
from roadstead.trade.condition_words import condition_words
from roadstead.trade.law import Span
from roadstead.trade.non_tariff import ACTING, NEED_MONEY
from roadstead.trade.origin import read_methods
from roadstead.trade.telling import Told, clocks, dated, no_law
from roadstead.trade.wording import amount, form_words, goods_words, joined, listing, percent, plainly, powertrain_words

if TYPE_CHECKING:
    from roadstead.terms.tables import Row
    from roadstead.trade.telling import Law

TAXED = {
    "IMPORT": "of the customs value with duty",
    "PRICE": "of the price on sale",
    "EXPORT": "of the price free on board, borne by the maker",
}
WITHIN = "in the agreement's territory"
METHODS = {
    "BUILD_DOWN": "at least {share} of the value once foreign materials are taken off (build-down)",
    "BUILD_UP": "at least {share} of the value in originating materials (build-up)",
    "NET_COST": "at least {share} of the net cost originating",
    "MAXNOM": "foreign materials at most {share} of the {value}",
}
"""Ways of counting of which one must be met."""
METRICS = {
    "RVC": f"at least {{share}} of the {{value}} made {WITHIN}",
    "QVC": f"at least {{share}} of the {{value}} made {WITHIN}",
    "MAXNOM": METHODS["MAXNOM"],
    "LVC": "at least {share} of the cost paid for high-wage labour",
    "CORE_PARTS_RVC": f"at least {{share}} of the value of core parts made {WITHIN}",
    "STEEL_PURCHASE": f"at least {{share}} of the steel bought {WITHIN}",
    "STEEL_MELTED_POURED": f"at least {{share}} of the steel melted and poured {WITHIN}",
    "ALUMINIUM_PURCHASE": f"at least {{share}} of the aluminium bought {WITHIN}",
}
BASES = {"EXW": "ex-works price", "FOB": "FOB value"}
"""Bases of a share that its sentence has a place for; any other is told in brackets, as printed."""
EFFECTS = {
    "FORBIDS": "forbids",
    "DELAYS": "delays",
    "ONE_OFF_COST": "costs the maker once",
    "COST_PER_CAR": "costs the maker per car",
    "PRICE_TAX": "taxes the buyer",
    "PRICE_SUBSIDY": "grants the buyer",
    "CREDIT": "credits the maker",
    "OBLIGES": "obliges the maker",
    "INFORMS": "is told for information",
}
WORKED_OUT = {"measures": "duties and fees", "taxes": "taxes", "origin_rules": "rules of origin"}
SIDES = {"LHD": "steering wheel on the left", "RHD": "steering wheel on the right"}


def tell_tax(row: Row, law: Law) -> Told:
    """A tax the buyer pays."""
    after = ", after other taxes" if row["order"] > 1 else ""
    return Told(
        id=row["tax"],
        places=(row["importer"],),
        kind=row["name"],
        title=row["name"],
        does=f"{percent(row['rate'])} {TAXED[row['base']]}{after}",
        whom=joined((powertrain_words(row["powertrains"]), form_words(row["forms"]), law.where(row))),
        clocks=clocks(row, "taxes"),
    )


def tell_agreement(row: Row, law: Law) -> Told:
    """A trade agreement or customs union; of what it does for cars the table holds a few words."""
    members = row["members"]
    between = f"{'between ' if len(members) > 1 else ''}{listing(law.name(place) for place in members)}"
    return Told(
        id=row["agreement"],
        places=members,
        kind=row["kind"],
        title=plainly(row["kind"]),
        does=f"{between}{': ' if row['effect'] else ''}{row['effect']}",
        whom=row["name"],
        clocks=clocks(row, "agreements"),
    )


def tell_origin_rule(row: Row, law: Law) -> Told:
    """A threshold of origin; it concerns the members of its agreement and stands no firmer than that."""
    agreement = law.agreements.get(row["agreement"])
    found = clocks(row, "origin_rules")
    under = f"under {law.agreement(row['agreement'])}"
    return Told(
        id=row["row"],
        places=agreement["members"] if agreement else (),
        kind=row["metric"],
        title="rule of origin",
        does=_asks(row),
        whom=joined((goods_words([row["product"]]), powertrain_words(row["powertrains"]), under)),
        clocks=found if agreement else no_law(found),
    )


def tell_non_tariff(row: Row, law: Law) -> Told:
    """A rule other than a duty."""
    made = (
        ("made in {}", law.names(row["made_in"])),
        ("not made in {}", law.names(row["not_made_in"])),
        ("of makers whose home country is {}", law.names(row["firm_nationality"])),
    )
    return Told(
        id=row["measure"],
        places=(row["importer"],),
        kind=row["category"],
        title=plainly(row["category"]),
        does=joined((_effect(row), SIDES.get(row["driver_side"], ""), _standing(row))),
        whom=joined(
            (
                row["title"],
                powertrain_words(row["powertrains"]) if row["powertrains"] else "",
                form_words(row["forms"]),
                "makers of the country that sell or build abroad" if row["outward"] else "",
                *(words.format(listing(names, "or")) for words, names in made if names),
                law.where(row),
            )
        ),
        clocks=clocks(row, "non_tariff"),
    )


def tell_obligation(row: Row, law: Law) -> Told:
    """Local production owed for imports; it stands from the first import until the debt is due."""
    cars = f"{amount(row['owed'])} car{'' if row['owed'] == 1 else 's'}"
    owed = f"{cars} made locally for each car imported, from {row['made_from']} to {row['due']}"
    imported = f"cars imported from {row['imported_from']} to {row['imported_to']}"
    return Told(
        id=row["obligation"],
        places=(row["importer"],),
        kind=row["penalty"],
        title="local production owed",
        does=f"{owed}, or the duty that was saved is repaid",
        whom=joined((imported, f"where {condition_words(Known(row['fact']), law.name)}")),
        clocks=dated(Span(row["imported_from"], row["due"])),
    )


def tell_member(row: Row, law: Law) -> Told:
    """A member of a bloc."""
    member, bloc = law.name(row["member"]), law.name(row["bloc"])
    return Told(
        id=f"{row['bloc']}/{row['member']}",
        places=(row["bloc"], row["member"]),
        kind="",
        title="membership of a bloc",
        does=f"law that names {bloc} covers it",
        whom=f"{member} in {bloc}",
        clocks=dated(Span(row["member_from"], row["member_to"])),
    )


def tell_scheme(row: Row, law: Law) -> Told:
    """A scheme of approval of new models, and the others that serve as well."""
    cost = f"costs {row['currency']} {amount(row['cost'])} a model" if row["cost"] is not None else ""
    months = f"takes {amount(row['months'])} months" if row["months"] is not None else ""
    told = listing(part for part in (cost, months) if part) or "what it costs and how long it takes was not found"
    names = {scheme["scheme"]: scheme["name"] for scheme in law.tables["homologation"]}
    accepts = listing((names.get(scheme, scheme) for scheme in row["accepts"]), "or")
    return Told(
        id=row["scheme"],
        places=row["places"],
        kind="",
        title="scheme of type approval",
        does=joined((told, f"serves as well: {accepts}" if accepts else "")),
        whom=row["name"],
        clocks=dated(Span(row["effective_from"], row["effective_to"])),
    )


def _asks(row: Row) -> str:
    """What a threshold asks for: one of several ways of counting, or the metric's own, and what must hold besides."""
    methods = read_methods(row, [])
    value = BASES.get(row["basis"][:3], "value")
    if methods:
        told = " or ".join(METHODS[method].format(share=percent(share), value=value) for method, share in methods)
    elif row["metric"] in METRICS and row["threshold"] is not None:
        told = METRICS[row["metric"]].format(share=percent(row["threshold"]), value=value)
        told = f"{told} ({_printed(row['basis'])})" if row["basis"] and row["basis"] not in BASES else told
    elif row["metric"] == "FREE_CIRCULATION":
        told = f"free circulation is enough, whatever the origin ({row['basis']})"
    else:
        told = row["basis"] or "no share in the table"
    return joined((told, *(_besides(also) for also in row["also"]), _remark(row["additional"])))


def _printed(basis: str) -> str:
    """A basis as the table prints it, ways of counting in small letters."""
    for method in METHODS:
        basis = basis.replace(method, method.lower().replace("_", "-"))
    return basis


def _besides(also: str) -> str:
    what, _, share = also.partition(" ")
    if what == "WORKFORCE":
        told = percent(float(share)) if share.replace(".", "", 1).isdecimal() else share
        return f"and {told} of the workforce national"
    return f"and the {plainly(what)} originating by its own rule"


def _remark(printed: str) -> str:
    return f"as printed: {printed}" if printed else ""


def _effect(row: Row) -> str:
    """What a rule does: with its figure where a plan acts on it, else with what its source prints."""
    told = EFFECTS[row["effect"]]
    if row["effect"] == "DELAYS" and row["amount"] is not None:
        return f"{told} by {amount(row['amount'])} months"
    if row["effect"] in NEED_MONEY and row["amount"] is not None and row["currency"]:
        return f"{told} {row['currency']} {amount(row['amount'])}"
    # A flag or a driver's side says nothing that the title and the side do not.
    figure = "" if row["unit"] in {"flag", "driver side"} else f"{row['value']} {row['unit']}".strip()
    printed = ", ".join(text for text in (figure, row["base"], row["condition_text"]) if text)
    return f"{told}, as printed: {printed}" if printed else told


def _standing(row: Row) -> str:
    """Whether a plan works the rule out."""
    if row["worked_out_in"]:
        return f"worked out among the {WORKED_OUT[row['worked_out_in']]}"
    return "" if row["acts"] and row["effect"] in ACTING else "shown, not modelled"
