"""Claims that others published, and how each may be read: what the tables of claims hold."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind, Schema

CLAIM = Column("claim", Kind.TEXT, "id of a claim")
RELATIONS = ("about", "over", "under", "more", "less", "leading")
UNITS = ("vehicles", "share", "ratio", "US$bn", "count", "places")
AS_TOLD = "as told"
DIFFERENCES = (
    AS_TOLD,
    "calendar year",
    "part of the year",
    "count",
    "vehicles counted",
    "makers counted",
    "places counted",
    "goods counted",
    "denominator",
    "edition",
    "publisher",
    "measure",
)
QUANTITIES = (
    "exports",
    "exports_beside_japan",
    "exports_other_than_nev",
    "exports_ratio",
    "exports_spread",
    "large_markets",
    "leading_destinations",
    "nev_sales",
    "nev_share",
    "outlook_sales",
    "outlook_share",
    "overseas_over_exports",
    "overseas_over_home",
    "overseas_production",
    "overseas_share",
    "overseas_since_peak",
    "parts_exports",
    "parts_share",
    "plants_announced",
    "sales",
    "sales_added",
    "sales_outside",
    "share_of_all",
    "share_of_listed",
    "smallest_market",
)

CLAIMS = Schema(
    "claims",
    "Quantified claims of a published commentary, in words of our own; the source is where each is made.",
    (
        CLAIM,
        Column("told_in", Kind.TEXT, "part of the text"),
        Column(
            "relation",
            Kind.TEXT,
            "how a figure must stand to the value: docs/claims.md has the tolerances",
            choices=RELATIONS,
        ),
        Column("value", Kind.NUMBER, "the value claimed", required=False, least=0),
        Column("unit", Kind.TEXT, "unit of the value", choices=UNITS),
        Column("names", Kind.LIST, "places named, for the relation `leading`", required=False),
        Column("year", Kind.YEAR, "year the text names", required=False, least=1950, most=2100),
        Column("statement", Kind.TEXT, "the claim"),
        Column("statement_zh", Kind.TEXT, "the claim in Chinese"),
    ),
    key=("claim",),
)

CLAIM_READINGS = Schema(
    "claim_readings",
    "What a claim may mean: as told first, then by other definitions, each bound to a computation from the other tables.",
    (
        CLAIM,
        Column("reading", Kind.COUNT, "number within the claim; the first is as told", least=1),
        Column("differs_by", Kind.TEXT, "what sets it apart from the claim as told", choices=DIFFERENCES),
        Column(
            "quantity",
            Kind.TEXT,
            "what is worked out; empty where the tables do not hold what it takes",
            required=False,
            choices=QUANTITIES,
        ),
        Column("place", Kind.LIST, "places it is worked out for; + adds places up", required=False),
        Column("period", Kind.LIST, "periods, as the tables write them", required=False),
        Column("definition", Kind.LIST, "count, scope, edition, heading or basis", required=False),
        Column("beside", Kind.TEXT, "what is subtracted, divided by or picked out", required=False),
        Column("explanation", Kind.TEXT, "what is counted, or why it cannot be worked out"),
        Column("explanation_zh", Kind.TEXT, "the same in Chinese"),
    ),
    key=("claim", "reading"),
    evidence=False,
)

NEV_COUNTS = Schema(
    "nev_counts",
    "NEV sold in a year as other publishers count them, beside the counts of nev.csv.",
    (
        Column("place", Kind.TEXT, "ISO 3166-1 alpha-3 code, or a bloc or aggregate of places.csv"),
        Column("year", Kind.YEAR, "calendar year", least=1950, most=2100),
        Column("publisher", Kind.TEXT, "who counts"),
        Column("nev_sales", Kind.NUMBER, "NEV sold", unit="cars/year", least=0),
        Column("counts", Kind.TEXT, "vehicles counted"),
    ),
    key=("place", "year", "publisher"),
)
