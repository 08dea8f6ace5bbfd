"""The tables of a case, each with the schema that its checks and its documentation come from."""

from __future__ import annotations

from roadstead.terms.ids import EntryMode, Powertrain, powertrain_class
from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade.columns import DRIVER_SIDES
from roadstead.world.asked import PledgeKind
from roadstead.world.carmaker import Standing
from roadstead.world.schemas import SOURCES

FRACTION = Kind.FRACTION
SOLD = tuple(dict.fromkeys(powertrain_class(powertrain).value for powertrain in Powertrain))
"""Powertrains that a maker's sales are counted by."""

MODELS = Schema(
    "models",
    "Model groups: cars that share a platform, a price position and a powertrain.",
    (
        Column("model", Kind.TEXT, "id"),
        Column("name", Kind.TEXT, "name"),
        Column("name_zh", Kind.TEXT, "Chinese name"),
        Column("powertrain", Kind.TEXT, "what drives it", choices=tuple(Powertrain)),
        Column("ex_works", Kind.NUMBER, "variable cost at the home gate in the base year", "money/car", least=1.0),
        Column("home_fixed", Kind.NUMBER, "avoidable fixed cost at home that a car carries", "money/car", least=0.0),
        Column("material", FRACTION, "share of material in the variable cost", "1"),
        Column("battery", FRACTION, "share of the battery in the material", "1"),
        Column("volume", Kind.NUMBER, "shipping volume", "m3", least=1.0),
        Column("power_kw", Kind.NUMBER, "power", "kW", least=0.0),
        Column("engine_cm3", Kind.NUMBER, "engine displacement; 0 without an engine", "cm3", least=0.0),
        Column("transfer_margin", FRACTION, "margin on cost in the price declared to customs", "1"),
        Column(
            "driver_sides",
            Kind.LIST,
            "sides of the steering wheel it is built with; empty for both",
            required=False,
            choices=DRIVER_SIDES,
        ),
    ),
    key=("model",),
)
MARKETS = Schema(
    "markets",
    "Markets that are planned.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("entered", Kind.FLAG, "yes where the brand sells already"),
        Column("chinese_rivals", FRACTION, "share of rivals' sales shipped from the home country", "1"),
    ),
    key=("market",),
)
VOLUMES = Schema(
    "volumes",
    "Cars sold in the base year.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("powertrain", Kind.TEXT, "what drives them", choices=SOLD),
        Column("sales", Kind.NUMBER, "cars", "cars/year", least=0.0),
    ),
    key=("market", "powertrain"),
)
MIX = Schema(
    "mix",
    "How a powertrain's sales divide among the model groups; * stands for every market without rows of its own.",
    (
        Column("market", Kind.TEXT, "country or *"),
        Column("model", Kind.TEXT, "model group"),
        Column("share", FRACTION, "share of the brand's sales in its powertrain", "1"),
    ),
    key=("market", "model"),
)
AMBITIONS = Schema(
    "ambitions",
    "Share of its powertrain's sales that the brand has at reference prices once established.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("powertrain", Kind.TEXT, "what drives them", choices=SOLD),
        Column(
            "share",
            FRACTION,
            "mature share of all sales with that powertrain; of ICE and HEV, of all cars that do not plug in",
            "1",
        ),
    ),
    key=("market", "powertrain"),
)
PRICES = Schema(
    "prices",
    "Retail prices with all taxes, base year.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("model", Kind.TEXT, "model group"),
        Column("price", Kind.NUMBER, "retail price", "currency/car", least=1.0),
        Column("currency", Kind.TEXT, "ISO 4217 code"),
    ),
    key=("market", "model"),
)
LINES = Schema(
    "lines",
    "Kit lines, contract assemblers' lines and plants abroad: running, committed, announced or possible.",
    (
        Column("line", Kind.TEXT, "id"),
        Column("name", Kind.TEXT, "name of the site"),
        Column("name_zh", Kind.TEXT, "Chinese name of the site"),
        Column("place", Kind.TEXT, "country"),
        Column("mode", Kind.TEXT, "how cars are made", choices=(EntryMode.KIT, EntryMode.CONTRACT, EntryMode.LOCAL)),
        Column("standing", Kind.TEXT, "how far it has come", choices=tuple(Standing)),
        Column("opens", Kind.YEAR, "first year of output of an operating, committed or announced line", required=False),
        Column("module_size", Kind.NUMBER, "capacity step", "cars/year", least=1.0),
        Column("modules_now", Kind.NUMBER, "steps that stand or are being built", "steps", least=0.0),
        Column("modules_limit", Kind.NUMBER, "most steps there can be", "steps", least=0.0),
        Column("lead", Kind.COUNT, "years from order to first output", "years", required=False, least=0, most=10),
        Column("models", Kind.LIST, "model groups it can make"),
        Column(
            "serves", Kind.LIST, "countries and blocs it may sell in beside its own customs territory", required=False
        ),
        Column(
            "minimum_life",
            Kind.COUNT,
            "years of service before it, or a step bought, may be given up; empty for none",
            "years",
            required=False,
            least=0,
            most=60,
        ),
        Column(
            "maximum_life",
            Kind.COUNT,
            "years after which it, or a step bought, ends by itself; empty for never",
            "years",
            required=False,
            least=1,
            most=60,
        ),
        Column(
            "notice",
            Kind.COUNT,
            "years from giving it up to the last car, paid for as before; empty for none",
            "years",
            required=False,
            least=0,
            most=10,
        ),
        Column(
            "converts",
            Kind.TEXT,
            "line of the same place that it grows out of: a kit line's steps go on in a plant for its open_cost; its own "
            "modules_limit and module_cost are those of steps beside them",
            required=False,
        ),
        Column(
            "choice",
            Kind.TEXT,
            "name of a choice: of the lines that share it at most one is committed to",
            required=False,
        ),
        Column(
            "own_share",
            FRACTION,
            "share of capital, yearly cost and profit that is the maker's own in a joint venture; empty for all",
            "1",
            required=False,
            least=0.01,
        ),
    ),
    key=("line",),
)
TOOLING = Schema(
    "tooling",
    "Models that a line can make only once it is tooled for them, each a decision of its own; a model of the line that is not listed "
    "needs none. The table may be left out.",
    (
        Column("line", Kind.TEXT, "line"),
        Column("model", Kind.TEXT, "one of its model groups"),
        Column("cost", Kind.NUMBER, "capital cost", "currency", least=0.0),
        Column("fixed", Kind.NUMBER, "yearly cost from then on", "currency/year", least=0.0),
        Column("currency", Kind.TEXT, "ISO 4217 code"),
        Column("lead", Kind.COUNT, "years from order to the first car", "years", least=0, most=10),
    ),
    key=("line", "model"),
)
FIGURES = Schema(
    "figures",
    "Every other figure. A line takes its own figure, else its country's, else its mode's, else that of *.",
    (
        Column("subject", Kind.TEXT, "line, country, mode, home, case, a year, FROM>TO, or *"),
        Column("item", Kind.TEXT, "what the figure is; docs/tables.md lists them"),
        Column("value", Kind.NUMBER, "the figure"),
        Column("unit", Kind.TEXT, "its unit; money may be in any currency with a known exchange rate"),
    ),
    key=("subject", "item"),
)
ESTIMATES = Schema(
    "estimates",
    "Own estimates of the terms of demand, for instance from pyblp; a case may leave this table out. An estimate takes the place "
    "of the figure or packaged value, and its range is 1.96 standard errors either way.",
    (
        Column("parameter", Kind.TEXT, "parameter of demand; docs/tables.md lists them"),
        Column("market", Kind.TEXT, "country; empty or * for every market without a row of its own", required=False),
        Column(
            "powertrain", Kind.TEXT, "what drives the cars; empty for all", required=False, choices=tuple(Powertrain)
        ),
        Column("estimate", Kind.NUMBER, "the estimate, in the parameter's unit"),
        Column("standard_error", Kind.NUMBER, "its standard error, in the same unit", least=0.0),
    ),
    key=("parameter", "market", "powertrain"),
)
ENTRY_PATHS = Schema(
    "entry_paths",
    "Paths of the brand's share where it is new, in place of those of all analogues; the table may be left out.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("powertrain", Kind.TEXT, "what drives the cars", choices=("BEV", "PHEV")),
        Column("years", Kind.COUNT, "year on the market, the first being 1", "years", required=False, least=1, most=40),
        Column(
            "low",
            FRACTION,
            "share of all sales with that powertrain that one entry in ten stays below",
            "1",
            required=False,
        ),
        Column("middle", FRACTION, "share that half of all entries reach", "1", required=False),
        Column("high", FRACTION, "share that one entry in ten passes", "1", required=False),
        Column(
            "analogues", Kind.LIST, "entries to take the path from, by the names of the packaged list", required=False
        ),
    ),
    key=("market", "powertrain", "years"),
)
SEGMENTS = Schema(
    "segments",
    "Segments of each powertrain's sales: cars that buyers hold against one another first. The table may be left out; a "
    "powertrain without rows is one segment.",
    (
        Column("market", Kind.TEXT, "country; * for every market without rows of its own for the powertrain"),
        Column(
            "powertrain", Kind.TEXT, "what drives the cars; OTHER for all that does not plug in",
            choices=("BEV", "PHEV", "OTHER"),
        ),
        Column("segment", Kind.TEXT, "a name such as small, mid or pickup"),
        Column("share", FRACTION, "share of all sales with that powertrain in the market", "1"),
        Column("models", Kind.LIST, "own models that stand in it; empty where none does", required=False),
    ),
    key=("market", "powertrain", "segment"),
)  # fmt: skip
CONTENT_VARIANTS = Schema(
    "content_variants",
    "Other contents that a plant's cars may be made with, car by car, so that the plan can buy more parts nearby where a border asks for "
    "them. The table may be left out.",
    (
        Column("line", Kind.TEXT, "line that makes whole cars, or a contract assembler's"),
        Column("variant", Kind.TEXT, "name"),
        Column("local_content", FRACTION, "share of material bought in the host country", "1"),
        Column("local_premium", Kind.NUMBER, "what it costs over home material, all of it", "1", least=-0.5, most=2.0),
    ),
    key=("line", "variant"),
)
LEAST = Schema(
    "least",
    "Cars that must be served whatever they earn: a government's order, a contract with a fleet. The table may be left out.",
    (
        Column("market", Kind.TEXT, "country"),
        Column("model", Kind.TEXT, "model group that is priced there"),
        Column("first", Kind.YEAR, "first year"),
        Column("last", Kind.YEAR, "last year; empty for the last of the plan", required=False),
        Column("cars", Kind.NUMBER, "cars that must be served in each of them", "cars/year", least=0.0),
    ),
    key=("market", "model", "first"),
)
PLEDGES = Schema(
    "pledges",
    "What is owed over several years: accounts that begin with the plan. The table may be left out.",
    (
        Column("pledge", Kind.TEXT, "name"),
        Column(
            "kind",
            Kind.TEXT,
            "local_for_imports: cars to be made in a place for cars brought into it; quota_carry_over: a quota whose rest is kept for "
            "the next year; local_content: a least share of material bought in a place, on average over cars made there, by value",
            choices=tuple(PledgeKind),
        ),
        Column("place", Kind.TEXT, "country, or customs territory, that it is owed to"),
        Column(
            "amount",
            Kind.NUMBER,
            "cars to be made for each brought in; share of the rest that is kept; least share of local content",
            "1",
            least=0.0,
        ),
        Column(
            "due",
            Kind.YEAR,
            "year at whose end nothing may be owed any more; later years are not counted. Empty: nothing is owed at the end of any year",
            required=False,
        ),
        Column("lines", Kind.LIST, "lines that count; empty for all that stand in the place", required=False),
    ),
    key=("pledge",),
)
ALL = (MODELS, MARKETS, VOLUMES, MIX, AMBITIONS, PRICES, LINES, FIGURES)
OPTIONAL = (ESTIMATES, ENTRY_PATHS, SEGMENTS, TOOLING, CONTENT_VARIANTS, LEAST, PLEDGES)
"""Tables that a case may leave out."""
WITH_SOURCES = (*ALL, SOURCES)
