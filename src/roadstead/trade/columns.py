"""Words and columns that several tables of the rulebook share."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind

ENACTED = ("IN_FORCE", "ENDED", "FUTURE")
"""Statuses of law; rows of any other status are inputs of futures, never of a default quote."""

NOT_LAW = (
    "PROPOSED",
    "ANNOUNCED_NOT_IMPLEMENTED",
    "CONCLUDED_NOT_IN_FORCE",
    "EXPECTED_NOT_VERIFIED",
    "NEGOTIATION",
    "REPORTED_UNCONFIRMED",
    "SUPERSEDED",
)
DEAREST = 2.0
"""No duty on cars comes near 200 %, so 2.5 or 10 in a rate column is a percentage that someone forgot to divide."""
PRODUCTS = ("CAR_CBU", "KIT_CKD", "KIT_SKD", "PARTS", "BATTERY", "LIGHT_TRUCK")
POWERTRAINS = ("ICE", "HEV", "PHEV", "EREV", "BEV", "FCEV")
DRIVER_SIDES = ("LHD", "RHD")
"""Steering wheel on the left, on the right."""

STATUS = Column("status", Kind.TEXT, "standing in law", choices=ENACTED + NOT_LAW)
FROM = Column("effective_from", Kind.DATE, "first day, included", required=False)
TO = Column("effective_to", Kind.DATE, "last day, included; empty while open", required=False)
PUBLISHED = Column(
    "published_on",
    Kind.DATE,
    "day the rule could first be known; empty where not gathered, then the first day counts",
    required=False,
)
POWERTRAIN_LIST = Column(
    "powertrains",
    Kind.LIST,
    "powertrains covered; empty for all",
    required=False,
    choices=POWERTRAINS,
)
CONDITION = Column(
    "condition",
    Kind.TEXT,
    "expression over declared facts of the shipment (docs/conditions.md); empty for always",
    required=False,
)
IMPORTER = Column("importer", Kind.TEXT, "customs territory that levies it")
ORIGINS = Column("origins", Kind.LIST, "countries or blocs of origin covered; * for all", required=True)

EFFECTS = (
    "FORBIDS",
    "DELAYS",
    "ONE_OFF_COST",
    "COST_PER_CAR",
    "PRICE_TAX",
    "PRICE_SUBSIDY",
    "CREDIT",
    "OBLIGES",
    "INFORMS",
)
"""What a rule other than a duty does; the last three are shown, never worked out."""
