"""The carmaker: its models, what it sells where, and the lines it runs, is building or could build."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.terms.years import NEVER
from roadstead.world.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Evidence
    from roadstead.terms.ids import EntryMode, Powertrain
    from roadstead.world.demand_terms import DemandTerms
    from roadstead.world.line_terms import ContentVariant, Tooling


class Standing(StrEnum):
    """How far a line has come: running, being built with money sunk, told to the press, or only possible."""

    OPERATING = "operating"
    COMMITTED = "committed"
    ANNOUNCED = "announced"
    CANDIDATE = "candidate"


RUNS = frozenset({Standing.OPERATING, Standing.COMMITTED})
"""Standings of lines that run, or will without a decision."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit and what it rests on."""

    value: float
    unit: str
    evidence: Evidence
    where: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers by subject and item; a subject falls back to a wider one where it has no number of its own."""

    found: Mapping[tuple[str, str], Figure]

    def get(self, item: str, *subjects: str) -> Figure | None:
        """The figure of the first subject that has one; subjects go from the narrowest to the widest."""
        for subject in subjects:
            if (subject, item) in self.found:
                return self.found[subject, item]
        return None


@dataclass(frozen=True, slots=True)
class Model:
    """A model group.

    Attributes
    ----------
    ex_works
        Variable cost at the home gate. [money/car]
    home_fixed
        Home fixed cost a car carries when the line is full; avoidable only by not building it. [money/car]
    material, battery
        Share of material in ex_works, and of the battery in material. [fraction]
    volume
        Shipping volume. [m3]
    driver_sides
        Sides of the steering wheel it is built with, LHD or RHD; empty for both.
    """

    model_id: str
    name: str
    name_zh: str
    powertrain: Powertrain
    ex_works: float
    home_fixed: float
    material: float
    battery: float
    volume: float
    power_kw: float
    engine_cm3: float
    transfer_margin: float
    driver_sides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """A model in a market.

    Attributes
    ----------
    price
        Retail price with all taxes. [money/car]
    sales
        Cars sold in the base year.
    mature_share
        Share of its powertrain's sales at that price once the brand is established. [fraction]
    """

    market: str
    model_id: str
    price: float
    sales: float
    mature_share: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Cars of one powertrain that buyers hold against one another first: a size, a body.

    Attributes
    ----------
    share
        Of the powertrain's sales in the market. [fraction]
    models
        Own models that stand in it.
    """

    name: str
    share: float
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelModule:
    """What enlarging a network by one step costs.

    Attributes
    ----------
    size
        Cars it handles more. [cars/year]
    cost, fixed
        Appointing, fitting out and training; yearly cost of the maker's own. [money], [money/year]
    lead
        Years from order to the first car handled.
    """

    size: float
    cost: float
    fixed: float
    lead: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A market's dealers and workshops: what they keep, how they grow, what opening or enlarging them costs.

    Attributes
    ----------
    entered
        True where the brand sells already.
    dealer_margin
        Share of the price before tax the dealer keeps. [fraction]
    delivery, after_sales
        From the port or the line to the dealer; warranty, parts, marketing. [money/car]
    entry_cost, entry_lead, entry_fixed
        Homologation and network; years until the first sale; yearly cost. [money], [years], [money/year]
    growth
        Yearly growth of what the network of a market entered handles, nothing spent on it. [fraction]
    module
        A step that it can be enlarged by; None where the case prices none.
    """

    market: str
    entered: bool
    dealer_margin: float
    delivery: float
    after_sales: float
    entry_cost: float
    entry_lead: int
    entry_fixed: float
    growth: float
    module: ChannelModule | None


@dataclass(frozen=True, slots=True)
class Line:
    """A kit line, a contract assembler's line or a plant abroad.

    Attributes
    ----------
    opens
        Year of first output where committed or operating; for an announced or candidate line, the year named, or 0.
    module_size
        Capacity step. [cars/year]
    modules_now, modules_limit
        Modules that stand or are being built, and the most there can be.
    open_cost, module_cost
        Capital cost of the site and of a module. [money]
    site_fixed, module_fixed
        Yearly cost of the site and of a module. [money/year]
    conversion
        Cost of making one car there, material apart. [money/car]
    local_content
        Share of material bought in the host country. [fraction]
    local_premium
        What local material costs over home material. [fraction]
    fee
        Paid per car to a contract assembler. [money/car]
    tax_rate, holiday_rate, holiday_until
        Effective tax on profit; the lower rate and its last year where an incentive holds.
    grant
        Share of capital cost borne by the host. [fraction]
    minimum_life, maximum_life
        Years of service before the line, or a step bought, may be given up; years after which it ends by itself.
    notice
        Years from giving it up to the last car.
    converts
        Line at the same place that this one grows out of, and whose steps it takes over; empty for none.
    choice
        Name of a choice: of the lines that share it, at most one is committed to; empty for none.
    own_share
        Share of capital, yearly cost and profit that is the maker's own: less than one in a joint venture. [fraction]
    tooling
        Models that it can make only once it is tooled for them; every other of its models it makes as it opens.
    variants
        Other contents that its cars may be made with.
    """

    line_id: str
    site: str
    place: str
    mode: EntryMode
    standing: Standing
    opens: int
    module_size: float
    modules_now: float
    modules_limit: float
    lead: int
    models: tuple[str, ...]
    serves: tuple[str, ...]
    open_cost: float
    module_cost: float
    site_fixed: float
    module_fixed: float
    conversion: float
    local_content: float
    local_premium: float
    fee: float
    minimum_take: float
    exit_cost: float
    sunk_share: float
    tax_rate: float
    holiday_rate: float
    holiday_until: int
    grant: float
    evidence: Evidence
    minimum_life: int = 0
    maximum_life: int = NEVER
    notice: int = 0
    converts: str = ""
    choice: str = ""
    own_share: float = 1.0
    tooling: tuple[Tooling, ...] = ()
    variants: tuple[ContentVariant, ...] = ()

    @property
    def own_capital(self) -> float:
        """Share of capital that the maker pays: not the host's grant, nor the partner's share. [fraction]"""
        return (1.0 - self.grant) * self.own_share


@dataclass(frozen=True, slots=True)
class Home:
    """The plants at home.

    Attributes
    ----------
    place
        Home country.
    capacity, reserved
        Yearly capacity, and what is kept for the home market in the first year. [cars/year]
    reserved_growth
        Yearly growth of what is kept. [fraction]
    inland
        From the gate to the ship. [money/car]
    tax_rate
        Effective tax on profit made at home. [fraction]
    """

    place: str
    capacity: float
    reserved: float
    reserved_growth: float
    inland: float
    tax_rate: float


@dataclass(frozen=True, slots=True)
class Conventions:
    """How money and time are counted.

    Attributes
    ----------
    currency, price_year
        Money of every total; real, of that year.
    base_year
        Year of the sales and prices the case starts from.
    route
        Sea route in use today: SUEZ_OPEN or SUEZ_CLOSED.
    discount_base
        Real discount rate before country premium. [fraction]
    premiums
        Country risk premium by place, added to the base. [fraction]
    money_rate, insurance_rate
        Cost of stock on the way, yearly; marine insurance of the value. [fraction]
    land_days
        Days from gate to ship and from port to dealer. [days]
    cost_decline, price_decline
        Yearly fall of ex-works cost, and of retail prices, in real money. [fraction]
    own_elasticity, market_elasticity, pass_through
        Terms of demand in every market.
    demand
        All terms of demand, by market and powertrain where the case has estimates of its own.
    years_to_mature
        Years in which a brand's share moves from today's to its mature one.
    channel_headroom
        Cars a network can handle over its sales of the base year, in a new market over its reference sales. [multiple]
    salvage_share, plant_life
        Share of undepreciated capital recovered at the end of the horizon; years of straight-line depreciation.
    """

    currency: str
    price_year: int
    base_year: int
    route: str
    discount_base: float
    premiums: Mapping[str, float]
    money_rate: float
    insurance_rate: float
    land_days: float
    cost_decline: float
    price_decline: float
    own_elasticity: float
    market_elasticity: float
    pass_through: float
    years_to_mature: float
    channel_headroom: float
    channel_ramp: tuple[float, ...]
    plant_ramp: tuple[float, ...]
    kit_share: float
    kit_freight: float
    salvage_share: float
    plant_life: float
    demand: DemandTerms


@dataclass(frozen=True, slots=True)
class Carmaker:
    """All that is planned for.

    Attributes
    ----------
    firm
        Name as trade-defence law knows it.
    declared
        Facts of law it can declare by importer: certificates, programmes, permits.
    quota_share
        Share of an importer's quota it may count on. [fraction]
    chinese_rivals
        Share of rivals' sales in a market that are cars shipped from the home country. [fraction]
    segments
        Segments by market and powertrain class (BEV, PHEV, other) where they are known; elsewhere the class is one.
    asked
        What it asks of its plan, whatever that costs.
    """

    firm: str
    nationality: str
    home: Home
    models: Mapping[str, Model]
    offers: tuple[Offer, ...]
    channels: Mapping[str, Channel]
    lines: Mapping[str, Line]
    declared: Mapping[str, Mapping[str, bool | float | str]]
    quota_share: Mapping[str, float]
    chinese_rivals: Mapping[str, float]
    segments: Mapping[tuple[str, str], tuple[Segment, ...]] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
