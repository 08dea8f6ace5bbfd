"""Schemas of the tables that stand beside duties: other rules, taxes, groups, blocs, units, quota shares, obligations."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade.columns import CONDITION, DRIVER_SIDES, EFFECTS, FROM, IMPORTER, POWERTRAIN_LIST, STATUS, TO

NON_TARIFF = Schema(
    "non_tariff",
    "Measures other than duties: taxes, homologation, subsidies, local content, prohibitions, permits.",
    (
        Column("measure", Kind.TEXT, "id"),
        IMPORTER,
        Column("category", Kind.TEXT, "HOMOLOGATION, TAX, SUBSIDY_LOCAL, ..."),
        Column("title", Kind.TEXT, "what it is"),
        Column("origins", Kind.TEXT, "origins concerned, as printed", required=False),
        Column("firms", Kind.TEXT, "firms concerned, as printed", required=False),
        Column("nature", Kind.TEXT, "kind of rule as printed: VAT, PERMIT, REGIME, ...", required=False),
        Column("value", Kind.TEXT, "amount or word, as printed", required=False),
        Column("unit", Kind.TEXT, "unit, as printed", required=False),
        Column("base", Kind.TEXT, "base, as printed", required=False),
        Column("condition_text", Kind.TEXT, "condition, as printed", required=False),
        Column("effect", Kind.TEXT, "what it does", choices=EFFECTS),
        Column(
            "acts",
            Kind.FLAG,
            "yes where the engine applies it; no where another table does, or where it is shown, not modelled",
        ),
        Column(
            "worked_out_in",
            Kind.TEXT,
            "table whose rows work it out; empty where none does",
            required=False,
            choices=("measures", "origin_rules", "taxes"),
        ),
        Column(
            "outward",
            Kind.FLAG,
            "yes where it binds the place's own makers that sell or build abroad, and not those who sell to it",
            required=False,
        ),
        Column(
            "amount",
            Kind.NUMBER,
            "what it acts with: months of a delay; money, once or per car",
            "months or currency",
            required=False,
            least=0,
        ),
        Column("currency", Kind.TEXT, "ISO 4217 code of the amount; empty for months", required=False),
        Column(
            "firm_nationality",
            Kind.LIST,
            "home countries of the firms it concerns; empty for all",
            required=False,
        ),
        Column(
            "made_in",
            Kind.LIST,
            "countries or blocs it concerns cars made in (plants, where it is outward); empty for all",
            required=False,
        ),
        Column("not_made_in", Kind.LIST, "countries or blocs whose cars it leaves out", required=False),
        POWERTRAIN_LIST,
        Column("forms", Kind.LIST, "forms of supply concerned", choices=("CBU", "SKD", "CKD", "LOCAL")),
        CONDITION,
        Column(
            "driver_side",
            Kind.TEXT,
            "side of the steering wheel that the market's traffic asks for",
            required=False,
            choices=DRIVER_SIDES,
        ),
        FROM,
        TO,
        STATUS,
    ),
    key=("measure",),
)

TAXES = Schema(
    "taxes",
    "Taxes, kept apart from duties; charged in order, each on what its base names.",
    (
        Column("tax", Kind.TEXT, "id"),
        IMPORTER,
        Column("name", Kind.TEXT, "VAT, excise, registration tax ..."),
        POWERTRAIN_LIST,
        Column(
            "base",
            Kind.TEXT,
            "IMPORT: customs value with duty and the taxes before it; PRICE: dealer price with the taxes before it; EXPORT: "
            "price free on board of what leaves the place, borne by its maker",
            choices=("IMPORT", "PRICE", "EXPORT"),
        ),
        Column("order", Kind.COUNT, "place in the cascade", least=1),
        Column("rate", Kind.FRACTION, "rate", unit="1", most=3),
        Column(
            "forms",
            Kind.LIST,
            "forms of supply charged; empty for all",
            required=False,
            choices=("CBU", "CKD", "LOCAL", "PARTS", "BATTERY"),
        ),
        FROM,
        TO,
        STATUS,
    ),
    key=("tax",),
)

FIRM_GROUPS = Schema(
    "firm_groups",
    "Which makers belong to which producer group in trade-defence law.",
    (
        Column("group", Kind.TEXT, "producer group as the measures name it"),
        Column("firm", Kind.TEXT, "carmaker or brand"),
    ),
    key=("group", "firm"),
)

BLOCS = Schema(
    "blocs",
    "Blocs that measures name, with dated members.",
    (
        Column("bloc", Kind.TEXT, "bloc"),
        Column("member", Kind.TEXT, "place"),
        Column("member_from", Kind.DATE, "first day as a member", required=False),
        Column("member_to", Kind.DATE, "last day as a member", required=False),
    ),
    key=("bloc", "member"),
)

UNITS = Schema(
    "units",
    "Units that law counts charges in, whose worth a decree changes: one value a row.",
    (
        Column("unit", Kind.TEXT, "unit as specific_currency names it"),
        Column("currency", Kind.TEXT, "currency of its worth"),
        Column("worth", Kind.NUMBER, "worth of one unit", least=0),
        Column("effective_from", Kind.DATE, "first day, included; it holds until the next row's"),
    ),
    key=("unit", "effective_from"),
)

QUOTA_SHARES = Schema(
    "quota_shares",
    "Parts of a quota kept for some shipments, or most that some may take.",
    (
        Column("measure", Kind.TEXT, "quota"),
        Column("condition", Kind.TEXT, "which shipments, as an expression over declared facts (docs/conditions.md)"),
        Column("share", Kind.FRACTION, "share of the quota", unit="1"),
        Column("rule", Kind.TEXT, "kept for them, or the most they may take", choices=("RESERVED", "AT_MOST")),
    ),
    key=("measure", "condition"),
)

OBLIGATIONS = Schema(
    "obligations",
    "What an incentive is owed for: cars to be made locally for every car imported under it, and what a shortfall costs.",
    (
        Column("obligation", Kind.TEXT, "id"),
        IMPORTER,
        Column("fact", Kind.TEXT, "fact that a car imported under the incentive declares"),
        Column("imported_from", Kind.DATE, "first day of import that makes the debt"),
        Column("imported_to", Kind.DATE, "last day of import that makes the debt"),
        Column("made_from", Kind.DATE, "first day of local production that counts"),
        Column("due", Kind.DATE, "day by which the debt is to be made good"),
        Column("owed", Kind.NUMBER, "cars to be made locally per car imported, where made good by then", least=0),
        Column(
            "penalty",
            Kind.TEXT,
            "what each car not made good costs: DUTY_FORGONE is the duty the incentive took off",
            choices=("DUTY_FORGONE",),
        ),
    ),
    key=("obligation",),
)

HOMOLOGATION = Schema(
    "homologation",
    "Approval of a new model of car: which scheme a market asks for, which others serve as well, what it costs and how long it takes.",
    (
        Column("scheme", Kind.TEXT, "id"),
        Column("name", Kind.TEXT, "what it is"),
        Column("places", Kind.LIST, "countries or blocs that ask for it"),
        Column("accepts", Kind.LIST, "schemes whose approval serves here as well", required=False),
        Column(
            "cost",
            Kind.NUMBER,
            "of approving one model; empty where no figure was found",
            "currency/model",
            required=False,
            least=0,
        ),
        Column("currency", Kind.TEXT, "ISO 4217 code of the cost", required=False),
        Column("months", Kind.NUMBER, "it takes; empty where no figure was found", "months", required=False, least=0),
        FROM,
        TO,
    ),
    key=("scheme",),
)
