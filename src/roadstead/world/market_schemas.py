"""What the ranking of markets takes beside the facts of each: ports of transit, a reference car, weights."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind, Schema

TRANSIT_PORTS = Schema(
    "transit_ports",
    "Places that cars are declared for and go on from: shipments to them are no sales there.",
    (
        Column("place", Kind.TEXT, "ISO 3166-1 alpha-3 code"),
        Column("serves", Kind.TEXT, "where the cars go on to"),
        Column("serves_zh", Kind.TEXT, "the same in Chinese"),
    ),
    key=("place",),
)

MARKET_TERMS = Schema(
    "market_terms",
    "What `roadstead markets` takes: weights, tiers, the car that is landed everywhere, and the ship it goes by.",
    (
        Column("term", Kind.TEXT, "what it is"),
        Column("value", Kind.NUMBER, "the figure"),
        Column("unit", Kind.TEXT, "its unit"),
    ),
    key=("term",),
)
