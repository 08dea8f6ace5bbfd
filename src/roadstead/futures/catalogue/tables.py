"""What each table of the event catalogue holds; the checks and docs/tables.md are made from this page."""

from __future__ import annotations

from roadstead.futures.catalogue.past import COUNTERS
from roadstead.futures.events import SHIFTS
from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade.amendment import ACTIONS as LEGAL_ACTIONS
from roadstead.trade.columns import POWERTRAINS

EVENT = Column("event", Kind.TEXT, "event")
URL = Column("url", Kind.TEXT, "address of a source that is not in sources.csv", required=False)
KINDS = (
    "duty raised",
    "duty lifted",
    "duty prolonged",
    "quota or least price",
    "content rule",
    "connected-car ban",
    "plant permit",
    "sanction",
    "expropriation",
    "rival localises",
    "exchange rate",
    "freight",
    "demand",
    "home rule",
)
INFLUENCES = ("retaliation", "imitation", "bargain", "exhaustion", "common cause")
ACTIONS = (*LEGAL_ACTIONS, "content", "least_price", *SHIFTS)
ABOUT = ("chance", "lasts", "levels", "scope")

EVENTS = Schema(
    "events",
    "Events that may change the world: when they may come, and what a planner should know of each. "
    "A row whose chances are empty leaves the event out.",
    (
        Column("event", Kind.TEXT, "id"),
        Column("title", Kind.TEXT, "what happens"),
        Column("title_zh", Kind.TEXT, "the same in Chinese"),
        Column(
            "comes", Kind.TEXT, "the same in a few words, for names of futures; the title where empty", required=False
        ),
        Column("comes_zh", Kind.TEXT, "the same in Chinese", required=False),
        Column("stays_away", Kind.TEXT, "what holds without it, in a few words", required=False),
        Column("stays_away_zh", Kind.TEXT, "the same in Chinese", required=False),
        Column("markets", Kind.LIST, "countries or blocs it concerns first; WLD for the world"),
        Column("kind", Kind.TEXT, "what sort of event", choices=KINDS),
        Column(
            "chances",
            Kind.LIST,
            "YEAR=CHANCE: chance in each year from then on while not in force; nothing before the first",
            required=False,
        ),
        Column("needs", Kind.TEXT, "event that must be in force, for this one to come and stay", required=False),
        Column("ends", Kind.LIST, "events that this one ends as it comes", required=False),
        Column("lasts", Kind.NUMBER, "mean years in force; empty for good", unit="years", required=False, least=1),
        Column("low", Kind.NUMBER, "what the low end of the experts' range multiplies the odds by", least=0, most=1),
        Column("high", Kind.NUMBER, "the same of the high end", least=1, most=100),
        Column("amount_is", Kind.TEXT, "what the amount of its levels means; empty where it has none", required=False),
        Column("amount_is_zh", Kind.TEXT, "the same in Chinese", required=False),
        Column(
            "demand",
            Kind.TEXT,
            "half of the demand draws that holds from then on",
            required=False,
            choices=("slow", "fast"),
        ),
        Column(
            "route",
            Kind.TEXT,
            "sea route from then on",
            required=False,
            choices=("SUEZ_OPEN", "SUEZ_CLOSED"),
        ),
        Column("played", Kind.FLAG, "yes where a plan can work it out; no where it is shown, not played by itself"),
        Column("would_change", Kind.TEXT, "what it changes, in words; why it is not played"),
        Column("would_change_zh", Kind.TEXT, "the same in Chinese"),
        Column("base", Kind.TEXT, "class of base_classes.csv its chance is held against", required=False),
        Column(
            "why",
            Kind.TEXT,
            "judgement: why the chance stands where it does against its base rate",
        ),
        Column("why_zh", Kind.TEXT, "the same in Chinese"),
    ),
    key=("event",),
    evidence=False,
)

EVENT_LEVELS = Schema(
    "event_levels",
    "Degrees of severity of events, one of which is drawn as the event comes; an event without rows has one degree. "
    "Rows of an event take the place of all packaged rows of that event.",
    (
        EVENT,
        Column("level", Kind.TEXT, "id"),
        Column("title", Kind.TEXT, "what it is called"),
        Column("title_zh", Kind.TEXT, "the same in Chinese"),
        Column("probability", Kind.FRACTION, "probability, given that the event comes", unit="1"),
        Column("amount", Kind.NUMBER, "what it amounts to: `amount_is` of events.csv says of what", least=-1, most=10),
    ),
    key=("event", "level"),
    evidence=False,
)

EVENT_INFLUENCES = Schema(
    "event_influences",
    "What an event in force does to the chance of another. Rows of an event take the place of its packaged rows.",
    (
        EVENT,
        Column("cause", Kind.TEXT, "event in force in the year before"),
        Column("factor", Kind.NUMBER, "what the yearly odds are multiplied by; 0 rules it out", least=0, most=100),
        Column(
            "years", Kind.COUNT, "years from the cause's first in force; 0 for as long as it lasts", least=0, most=60
        ),
        Column("kind", Kind.TEXT, "why", choices=INFLUENCES),
        URL,
    ),
    key=("event", "cause"),
)

EVENT_CHANGES = Schema(
    "event_changes",
    "What an event does to rules, in the rules' own terms (as under `events` in case.yaml), and to what stands in no row of law. "
    "Rows of an event take the place of its packaged rows.",
    (
        EVENT,
        Column("level", Kind.TEXT, "level at which it does so; empty for every level", required=False),
        Column(
            "place",
            Kind.TEXT,
            "importer; for `content`, `refuse_sites` and `seize` the country of assembly; for `export_tax` and `limit_exports` "
            "the country shipped from",
        ),
        Column(
            "action",
            Kind.TEXT,
            "end, prolong, set, add, lift, enact: of rows of law; forbid, grant, levy, charge: a rule of its own that bars makers, pays or "
            "charges the buyer of a car, or costs its maker; export_tax: a charge on the price free on board that the maker bears; content: least local "
            "content of cars assembled; least_price: of cars shipped from home over each model's reference price; refuse_sites: nothing "
            "new may be built (0: may again); seize: lines are taken, with the share of their written-down cost that is paid; "
            "limit_exports: cars shipped from home over those sold abroad in the base year; rivals_build: share of what rivals "
            "ship from home that they build inside instead; nev_sales: what the NEV share of sales is multiplied by",
            choices=ACTIONS,
        ),
        Column("kind", Kind.TEXT, "kind of measure", required=False),
        Column("measure", Kind.TEXT, "id of one row of law", required=False),
        Column("origins", Kind.LIST, "origins (of a rule brought: where cars are made); empty for any", required=False),
        Column("powertrains", Kind.LIST, "powertrains; empty for any", required=False, choices=POWERTRAINS),
        Column("products", Kind.LIST, "car, ckd, skd, parts, battery; empty for any", required=False),
        Column("firms", Kind.LIST, "producer groups; empty for any", required=False),
        Column(
            "makers",
            Kind.LIST,
            "home countries of the makers that a rule brought, refuse_sites, seize or rivals_build concerns; empty for any",
            required=False,
        ),
        Column(
            "rate",
            Kind.NUMBER,
            "rate, content or share; empty for the amount of the event's level",
            unit="1",
            required=False,
            least=0,
            most=5,
        ),
        Column("money", Kind.NUMBER, "of a grant, levy or charge", unit="currency/car", required=False, least=0),
        Column("currency", Kind.TEXT, "ISO 4217 code of the money", required=False),
        Column(
            "condition",
            Kind.TEXT,
            "facts of the car that a rule brought hangs on (docs/conditions.md); empty for always",
            required=False,
        ),
    ),
    key=(),
    evidence=False,
)

EVENT_EVIDENCE = Schema(
    "event_evidence",
    "What the figures of an event rest on, text in the note. Rows of an event take the place of its packaged rows.",
    (
        EVENT,
        Column("about", Kind.TEXT, "which of its figures", choices=ABOUT),
        URL,
    ),
    key=("event", "about", "source"),
)

BASE_CLASSES = Schema(
    "base_classes",
    "Classes of events of the past, counted in the tables of law and facts: what a chance is held against.",
    (
        Column("base", Kind.TEXT, "id"),
        Column("title", Kind.TEXT, "what happened, and to whom"),
        Column("title_zh", Kind.TEXT, "the same in Chinese"),
        Column("counts", Kind.TEXT, "how it is counted: docs/futures.md", choices=COUNTERS),
        Column("of", Kind.LIST, "what is counted: powertrains, categories or kinds; empty for all", required=False),
        Column(
            "places",
            Kind.LIST,
            "places counted; `large` for markets of a million cars a year and more; empty for all",
            required=False,
        ),
        Column("since", Kind.YEAR, "first year counted", least=1900, most=2100),
        Column("step", Kind.FRACTION, "smallest change that counts", unit="1", required=False),
        Column("note", Kind.TEXT, "what the count leaves out"),
    ),
    key=("base",),
    evidence=False,
)

EPISODES = Schema(
    "episodes",
    "What happened before and stands in no other table: plants lost to politics, sea routes closed.",
    (
        Column("episode", Kind.TEXT, "id"),
        Column("kind", Kind.TEXT, "what happened", choices=("PLANT_LOST", "ROUTE_CLOSED")),
        Column("title", Kind.TEXT, "who, what, where"),
        Column("place", Kind.TEXT, "country concerned"),
        Column("began", Kind.DATE, "first day"),
        Column("ended", Kind.DATE, "last day; empty while it goes on", required=False),
        Column("recovered", Kind.FRACTION, "share of the plant's worth that was paid for it", unit="1", required=False),
        Column("record", Kind.TEXT, "plant's row of precedents.csv, where it has one", required=False),
        URL,
    ),
    key=("episode",),
)
ALL = (EVENTS, EVENT_LEVELS, EVENT_INFLUENCES, EVENT_CHANGES, EVENT_EVIDENCE, BASE_CLASSES, EPISODES)
"""Every table of the catalogue: its first holds a row an event, the next four rows of an event."""
OF_AN_EVENT = (EVENT_LEVELS, EVENT_INFLUENCES, EVENT_CHANGES, EVENT_EVIDENCE)
