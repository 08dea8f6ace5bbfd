"""The figures a case must give, one by one: unit, bounds, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Item:
    """What one kind of figure is.

    Attributes
    ----------
    unit
        ``1`` a fraction or ratio; ``money``, ``money/car``, ``money/year``, ``money/day`` in the case's currency or any with an
        exchange rate; else the unit itself.
    of
        Whose figure it is.
    """

    unit: str
    of: Literal["line", "market", "home", "case", "year", "lane"]
    meaning: str
    least: float = 0.0
    most: float = 1e15


_ONE = 1.0
ITEMS = {
    # a line abroad
    "open_cost": Item("money", "line", "capital cost of the site, whatever its capacity"),
    "module_cost": Item("money", "line", "capital cost of a capacity step"),
    "site_fixed": Item("money/year", "line", "yearly cost of the site"),
    "module_fixed": Item("money/year", "line", "yearly cost of a capacity step"),
    "conversion": Item("money/car", "line", "cost of making one car there, material apart"),
    "local_content": Item("1", "line", "share of material bought in the host country", most=_ONE),
    "local_premium": Item("1", "line", "what local material costs over home material", least=-0.5, most=2.0),
    "fee": Item("money/car", "line", "paid per car to a contract assembler"),
    "minimum_take": Item("1", "line", "share of contracted capacity paid for in any case", most=_ONE),
    "exit_cost": Item("money", "line", "cost of closing"),
    "sunk_share": Item("1", "line", "share of a committed line's capital already spent", most=_ONE),
    "tax_rate": Item("1", "line", "effective tax on profit (also of home)", most=_ONE),
    "holiday_rate": Item("1", "line", "tax on profit while an incentive holds", most=_ONE),
    "holiday_until": Item("year", "line", "last year of the incentive; 0 for none", most=2100.0),
    "grant": Item("1", "line", "share of capital cost borne by the host", most=_ONE),
    # a market
    "dealer_margin": Item("1", "market", "share of the price before tax that dealers keep", most=0.6),
    "delivery": Item("money/car", "market", "from the port or the line to the dealer"),
    "after_sales": Item("money/car", "market", "warranty, parts, marketing"),
    "entry_cost": Item(
        "money",
        "market",
        "network of a market not entered; approval of its models on top where homologation.csv has a figure",
    ),
    "entry_lead": Item("years", "market", "years until the first sale in a market not entered", most=10.0),
    "entry_fixed": Item("money/year", "market", "yearly cost of a market not entered"),
    "channel_growth": Item(
        "1", "market", "yearly growth of what a network can handle, nothing spent on it", least=-0.5, most=2.0
    ),
    "channel_module_size": Item("cars/year", "market", "step that a network can be enlarged by", least=1.0),
    "channel_module_cost": Item("money", "market", "cost of such a step: appointing, fitting out, training"),
    "channel_module_fixed": Item("money/year", "market", "yearly cost of such a step to the maker"),
    "channel_module_lead": Item("years", "market", "years until it handles its first car", most=10.0),
    "quota_share": Item("1", "market", "share of an importer's quota the maker may count on", most=_ONE),
    # home
    "capacity": Item("cars/year", "home", "capacity of the home plants for the planned model groups"),
    "reserved": Item(
        "cars/year", "home", "capacity kept for the home market and markets not planned, in the first year"
    ),
    "reserved_growth": Item("1", "home", "its yearly growth", least=-0.2, most=0.2),
    "inland": Item("money/car", "home", "from the gate to the ship"),
    # the case
    "discount_base": Item("1", "case", "real discount rate before country premium", most=0.4),
    "country_premium": Item("1", "case", "premium of a country (subject: the country)", most=0.5),
    "money_rate": Item("1", "case", "yearly cost of money tied up on the way", most=0.4),
    "insurance_rate": Item("1", "case", "marine insurance, share of the value", most=0.1),
    "land_days": Item("days", "case", "days from gate to ship and from port to dealer", most=365.0),
    "cost_decline": Item("1", "case", "yearly fall of ex-works cost, real", least=-0.1, most=0.2),
    "price_decline": Item("1", "case", "yearly fall of retail prices, real", least=-0.1, most=0.2),
    "years_to_mature": Item("years", "case", "years from today's share to the mature one", least=1.0, most=40.0),
    "channel_headroom": Item(
        "1", "case", "cars dealers can handle over those sold in the base year", least=0.1, most=10.0
    ),
    "kit_share": Item("1", "case", "price of a kit as a share of the finished car's cost", most=_ONE),
    "kit_freight": Item("1", "case", "freight of a kit over that of a finished car of the same worth", most=5.0),
    "salvage_share": Item("1", "case", "share of undepreciated capital recovered as the horizon ends", most=_ONE),
    "plant_life": Item("years", "case", "years of straight-line depreciation", least=1.0, most=60.0),
    "plant_ramp_1": Item("1", "case", "share of capacity reached in a line's first year", most=_ONE),
    "plant_ramp_2": Item("1", "case", "share of capacity reached in a line's second year", most=_ONE),
    "channel_ramp_1": Item(
        "1", "case", "share of its capacity a network's enlargement handles in its first year", most=_ONE
    ),
    "channel_ramp_2": Item(
        "1", "case", "share of its capacity a network's enlargement handles in its second year", most=_ONE
    ),
    "own_elasticity": Item("1", "case", "own-price elasticity at reference prices", least=-20.0, most=-1.01),
    "market_elasticity": Item("1", "case", "price elasticity of the whole market", least=-5.0, most=-0.01),
    "pass_through": Item("1", "case", "share of a duty change that rivals pass on", most=1.5),
    # shipping
    "charter_rate": Item("money/day", "year", "charter of a car carrier (subject: the year)"),
    "fuel": Item("money/day", "case", "fuel at sea"),
    "speed": Item("knots", "case", "service speed", least=5.0, most=30.0),
    "port_days": Item("days", "case", "days in port per voyage", most=60.0),
    "round_trip": Item("1", "case", "days paid per day laden", least=1.0, most=3.0),
    "ship_capacity": Item("cars", "case", "cars of the reference volume a ship carries", least=100.0),
    "fill": Item("1", "case", "share of that capacity filled", least=0.1, most=_ONE),
    "reference_volume": Item("m3", "case", "volume of the car the capacity counts", least=1.0),
    "handling": Item("money/car", "case", "both terminals"),
    "overland": Item("money/car", "lane", "freight between places no ship serves (subject: FROM>TO)"),
}
OPTIONAL = frozenset(
    {
        "country_premium",
        "tax_rate",
        "own_elasticity",
        "market_elasticity",
        "pass_through",
        "quota_share",
        "overland",
        "channel_growth",
        "channel_module_size",
        "channel_module_cost",
        "channel_module_fixed",
        "channel_module_lead",
    }
)
"""Items with a packaged figure behind them, or that need not exist."""
