"""What each table of the rulebook holds; the checks and docs/tables.md are made from this page."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade.columns import (
    CONDITION,
    DEAREST,
    DRIVER_SIDES,
    EFFECTS,
    ENACTED,
    FROM,
    IMPORTER,
    NOT_LAW,
    ORIGINS,
    POWERTRAIN_LIST,
    PRODUCTS,
    PUBLISHED,
    STATUS,
    TO,
)

MEASURES = Schema(
    "measures",
    "Duties and charges at the border: one dated rule a row.",
    (
        Column("measure", Kind.TEXT, "id"),
        IMPORTER,
        ORIGINS,
        Column("origins_except", Kind.LIST, "origins left out", required=False),
        Column("products", Kind.LIST, "products covered", choices=PRODUCTS),
        Column("hs", Kind.TEXT, "HS codes as the source prints them", required=False),
        POWERTRAIN_LIST,
        Column(
            "kind",
            Kind.TEXT,
            "nature of the measure",
            choices=(
                "MFN",
                "PREFERENTIAL",
                "COUNTERVAILING",
                "ANTIDUMPING",
                "SURTAX",
                "QUOTA_TRQ",
                "MIN_PRICE",
                "RECYCLING_FEE",
                "PROHIBITION",
            ),
        ),
        Column(
            "rate_type",
            Kind.TEXT,
            "how the charge is worked out",
            choices=("AD_VALOREM", "SPECIFIC", "COMPOUND_MAX", "COMPOUND_SUM", "CEILING_TOPUP"),
        ),
        Column("rate", Kind.FRACTION, "ad valorem rate", unit="1", most=DEAREST, required=False),
        Column("specific", Kind.NUMBER, "specific amount", required=False, least=0),
        Column(
            "specific_currency",
            Kind.TEXT,
            "its currency, or an indexed unit of units.csv",
            required=False,
        ),
        Column(
            "specific_unit",
            Kind.TEXT,
            "per what: vehicle; 100 kg, cm3, kW or kWh, by the facts mass_kg, engine_cm3, power_kw or battery_kwh",
            required=False,
        ),
        Column("ceiling", Kind.FRACTION, "total the top-up fills", unit="1", most=DEAREST, required=False),
        Column(
            "base",
            Kind.TEXT,
            "value the rate is charged on",
            choices=(
                "CIF",
                "FOB",
                "UNIT",
                "WEIGHT",
                "NON_US_CONTENT",
                "VALUE_LESS_CAN_MEX_CONTENT",
            ),
        ),
        Column(
            "stack",
            Kind.TEXT,
            "how it meets other measures: a base rate, a rate instead of others, or one on top",
            choices=("BASE", "REPLACE", "ADD"),
        ),
        Column(
            "replaces",
            Kind.LIST,
            "kinds of measure a REPLACE row stands in for",
            required=False,
        ),
        Column("group", Kind.TEXT, "group of which only the most specific applies", required=False),
        Column(
            "suppresses",
            Kind.LIST,
            "groups whose measures are not charged where this one is",
            required=False,
        ),
        Column(
            "firms",
            Kind.LIST,
            "producer groups covered; OTHERS for the rest; empty for all",
            required=False,
        ),
        CONDITION,
        Column("quota", Kind.NUMBER, "amount per period within the quota", required=False, least=0),
        Column("quota_unit", Kind.TEXT, "vehicles or value", required=False),
        Column(
            "quota_pool",
            Kind.TEXT,
            "name of a quota that several rows draw on together",
            required=False,
        ),
        Column(
            "quota_windows",
            Kind.COUNT,
            "equal parts a quota period opens in, what is left carried over; empty for one",
            required=False,
            least=1,
        ),
        Column(
            "over_quota_rate",
            Kind.FRACTION,
            "rate over the quota, if stated",
            unit="1",
            most=DEAREST,
            required=False,
        ),
        Column(
            "requires",
            Kind.LIST,
            "origin rules of which one must be met; AGREEMENT for any agreement of the two countries",
            required=False,
        ),
        Column("instrument", Kind.TEXT, "legal instrument", required=False),
        STATUS,
        FROM,
        Column(
            "from_is_floor",
            Kind.FLAG,
            "yes where the first day is the table's floor, not the law's",
        ),
        TO,
        PUBLISHED,
        Column(
            "not_expressible",
            Kind.TEXT,
            "why the engine cannot work it out yet; a quote that meets it says so",
            required=False,
        ),
        Column(
            "lapse",
            Kind.TEXT,
            "why no rule of its series held in the days before it; empty where days follow each other",
            required=False,
        ),
    ),
    key=("measure",),
)

AGREEMENTS = Schema(
    "agreements",
    "Trade agreements and customs unions.",
    (
        Column("agreement", Kind.TEXT, "id"),
        Column("name", Kind.TEXT, "name"),
        Column("kind", Kind.TEXT, "FTA, CU, EPA, PTA, DEAL or TRQ"),
        Column("members", Kind.LIST, "members: places or blocs"),
        FROM,
        TO,
        STATUS,
        Column("effect", Kind.TEXT, "effect on car duties", required=False),
        Column("cumulation", Kind.TEXT, "cumulation of origin; PEM is diagonal", required=False),
        Column(
            "tolerance",
            Kind.FRACTION,
            "share of the price in materials that need not change heading; never waives a share of value",
            unit="1",
            required=False,
        ),
    ),
    key=("agreement",),
)

ORIGIN_RULES = Schema(
    "origin_rules",
    "Thresholds of preferential origin; rows with one rule and one date hold together.",
    (
        Column("row", Kind.TEXT, "id"),
        Column("agreement", Kind.TEXT, "agreement"),
        Column("rule", Kind.TEXT, "rule that measures refer to"),
        Column("product", Kind.TEXT, "CAR, PARTS, LIGHT_TRUCK, BATTERY_PACK, BATTERY_CELL"),
        POWERTRAIN_LIST,
        Column(
            "metric",
            Kind.TEXT,
            "what is measured",
            choices=(
                "RVC",
                "QVC",
                "MAXNOM",
                "FREE_CIRCULATION",
                "LVC",
                "CORE_PARTS_RVC",
                "STEEL_PURCHASE",
                "STEEL_MELTED_POURED",
                "ALUMINIUM_PURCHASE",
                "QUALITATIVE",
            ),
        ),
        Column("threshold", Kind.FRACTION, "least or most share", unit="1", required=False),
        Column("basis", Kind.TEXT, "basis of the share", required=False),
        Column(
            "methods",
            Kind.LIST,
            "ways of counting of which one must be met, each with its share: BUILD_DOWN, BUILD_UP, NET_COST, MAXNOM; "
            "empty for the metric's own",
            required=False,
        ),
        Column(
            "also",
            Kind.LIST,
            "what must hold besides: BATTERY_PACK by its own rows, WORKFORCE with its share",
            required=False,
        ),
        Column("additional", Kind.TEXT, "further requirement as printed", required=False),
        Column("status", Kind.TEXT, "standing in law", choices=ENACTED + NOT_LAW),
        FROM,
        TO,
    ),
    key=("row",),
)

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
        Column("made_in", Kind.LIST, "countries or blocs it concerns cars made in; empty for all", required=False),
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
    "Taxes the buyer pays, kept apart from duties; charged in order, each on what its base names.",
    (
        Column("tax", Kind.TEXT, "id"),
        IMPORTER,
        Column("name", Kind.TEXT, "VAT, excise, registration tax ..."),
        POWERTRAIN_LIST,
        Column(
            "base",
            Kind.TEXT,
            "IMPORT: customs value with duty and the taxes before it; PRICE: dealer price with the taxes before it",
            choices=("IMPORT", "PRICE"),
        ),
        Column("order", Kind.COUNT, "place in the cascade", least=1),
        Column("rate", Kind.FRACTION, "rate", unit="1", most=3),
        Column(
            "forms",
            Kind.LIST,
            "forms of supply charged; empty for all",
            required=False,
            choices=("CBU", "CKD", "LOCAL"),
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

ALL = (
    MEASURES, AGREEMENTS, ORIGIN_RULES, NON_TARIFF, TAXES, FIRM_GROUPS, BLOCS, UNITS, QUOTA_SHARES, OBLIGATIONS
)  # fmt: skip
