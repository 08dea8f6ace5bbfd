"""The EU's duty on electric cars from China, worked out on the market of 2024 with the package's own parameters.

Nothing here is fitted to 2025 but what is an input by name: how many cars of each powertrain were registered, and how many
of the two product lines that came new (SAIC's full hybrids and BYD's plug-in hybrids). The folder eu_duty_2024 holds every
figure with its source. What the steps mean stands on docs/eu-duty-2024.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations, product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import roadstead as rs
from roadstead.demand.calibrate import Elasticities, calibrate
from roadstead.demand.parameters import parameters
from roadstead.demand.pricing import Competition, competition_at, implied_costs, partial_cost, settle_prices
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.demand.calibrate import Scale
    from roadstead.demand.pricing import Equilibrium
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.terms.tables import Row

FOLDER = Path(__file__).parent / "eu_duty_2024"
BEFORE, AFTER = "2024-06-01", "2025-06-01"
"""Days of entry: before the provisional duties of July 2024, and under Regulation (EU) 2024/2754."""
POWERTRAINS = ("BEV", "PHEV", "HEV", "ICE")
CHINESE = {
    "SAIC": "SAIC",
    "BYD": "BYD",
    "Geely": "Geely",
    "Tesla": "Tesla",
    "Other makers in China": "Other cooperating",
}
"""Sellers of electric cars from China, and the name the rulebook knows each by."""
STEPS = ("growth", "duty", "launches")
LAUNCHED = (("SAIC", "HEV"), ("BYD", "PHEV"))
"""Lines whose 2025 is an input: hardly on sale in the first half of 2024."""
MOST_ROUNDS, CLOSE = 200, 1e-9
"""Rounds at most, and the largest gap left, in logarithms, where the registrations of 2025 are sought."""
FACTS = Schema(
    "facts",
    "Figures the back-test of the EU duty rests on.",
    (
        Column("fact", Kind.TEXT, "name"),
        Column("value", Kind.NUMBER, "figure used"),
        Column("low", Kind.NUMBER, "lower end of what it may be, where that is drawn", required=False),
        Column("high", Kind.NUMBER, "upper end of what it may be, where that is drawn", required=False),
        Column("unit", Kind.TEXT, "unit"),
        Column("area", Kind.TEXT, "where", required=False),
        Column("period", Kind.TEXT, "when", required=False),
    ),
    key=("fact",),
)
DEMAND = ("own_elasticity", "market_elasticity", "nest_correlation", "pass_through")


def read_facts() -> tuple[Row, ...]:
    """Every figure, with its source or its reasoning."""
    return read_table(FOLDER / "facts.csv", FACTS, must_rest_on=True)


def central() -> dict[str, float]:
    """Figures and the package's parameters of demand by name, at the values used."""
    return {row["fact"]: row["value"] for row in read_facts()} | {name: parameters()[name].value for name in DEMAND}


def spans() -> dict[str, tuple[float, float]]:
    """What may be drawn: parameters of demand and figures that carry a range."""
    told = {row["fact"]: (row["low"], row["high"]) for row in read_facts() if row["low"] is not None}
    return {name: (parameters()[name].low, parameters()[name].high) for name in DEMAND} | told


def draw(count: int, seed: int) -> list[dict[str, float]]:
    """Figures with everything that has a range drawn evenly and independently within it."""
    middle, ranges = central(), spans()
    rng = np.random.default_rng(seed)
    low, high = (np.array([ends[i] for ends in ranges.values()]) for i in (0, 1))
    drawn = rng.uniform(low, high, (count, len(ranges)))
    return [middle | dict(zip(ranges, row.tolist(), strict=True)) for row in drawn]


def saic(facts: Mapping[str, float], year: int) -> dict[str, float]:
    """SAIC's cars in the EU by powertrain; hybrids of 2024 from their growth in Europe and the EU's part of 2025."""
    total = facts[f"saic_{year}"]
    electric = facts[f"saic_bev_share_{year}"] * total
    hybrids = facts["saic_hev_share_2025"] * facts["saic_2025"]
    if year == 2024:
        hybrids /= 1.0 + facts["saic_hybrids_growth_2025"]
    plug_in = facts["saic_phev_share"] * total
    return {"BEV": electric, "PHEV": plug_in, "HEV": hybrids, "ICE": total - electric - plug_in - hybrids}


def byd(facts: Mapping[str, float], year: int) -> dict[str, float]:
    """BYD's cars in the EU by powertrain; plug-in hybrids of 2024 are a share of its second half."""
    total, half_2025 = facts[f"byd_{year}"], facts["byd_to_july_2025"] - facts["byd_july_2025"]
    if year == 2025:
        plug_in = facts["byd_phev_half_2025"] / half_2025 * total
    else:
        first = facts["byd_to_july_2025"] / (1.0 + facts["byd_growth_to_july_2025"]) - facts["byd_july_2024"]
        plug_in = facts["byd_phev_share_late_2024"] * (total - first)
    return {"BEV": total - plug_in, "PHEV": plug_in}


def model_3(facts: Mapping[str, float], year: int) -> float:
    """Tesla Model 3 in the EU: Europe's, by the EU's part of all Teslas."""
    return facts[f"model_3_europe_{year}"] * facts[f"tesla_{year}"] / facts[f"tesla_europe_{year}"]


def ex30(facts: Mapping[str, float], year: int) -> float:
    """Volvo EX30 in the EU: Europe's, by the EU's part of all electric cars."""
    return facts[f"ex30_europe_{year}"] * facts[f"market_BEV_{year}"] / facts[f"bev_europe_{year}"]


def market_totals(facts: Mapping[str, float], year: int) -> dict[str, float]:
    """New cars in the EU by powertrain; diesel, gas and the rest stand with petrol."""
    engines = sum(facts[f"market_{fuel}_{year}"] for fuel in ("petrol", "diesel", "others"))
    return {p: facts[f"market_{p}_{year}"] for p in ("BEV", "PHEV", "HEV")} | {"ICE": engines}


@dataclass(frozen=True, slots=True)
class Market:
    """The EU's market of 2024.

    Attributes
    ----------
    firm, powertrain
        Of each product. Shape (J,).
    dutied
        Electric cars from China, which pay the duty. Shape (J,).
    cars, price
        Registrations and retail price. Shape (J,). [cars/year], [EUR/car]
    """

    firm: tuple[str, ...]
    powertrain: tuple[str, ...]
    dutied: Flags
    cars: Floats
    price: Floats

    def where(self, firm: str = "", powertrain: str = "") -> Flags:
        """Products of a firm, of a powertrain, or of both. Shape (J,)."""
        pairs = zip(self.firm, self.powertrain, strict=True)
        return np.array([firm in {"", f} and powertrain in {"", p} for f, p in pairs])

    def numbered(self, labels: Sequence[str]) -> Ints:
        """Labels as whole numbers from 0. Shape (J,)."""
        return np.unique(np.asarray(labels), return_inverse=True)[1].ravel()


def build(facts: Mapping[str, float]) -> Market:
    """The market of 2024: cars from China by maker, all others by group in the mix of what is left."""
    china = {
        "SAIC": saic(facts, 2024)["BEV"],
        "BYD": byd(facts, 2024)["BEV"],
        "Geely": ex30(facts, 2024),
        "Tesla": model_3(facts, 2024),
    }
    without_tesla = facts["china_made_bev_share"] * facts["market_BEV_2024"]
    china["Other makers in China"] = without_tesla - sum(n for firm, n in china.items() if firm != "Tesla")
    rows = [(firm, "BEV", True, n) for firm, n in china.items()]
    rows += [("SAIC", p, False, n) for p, n in saic(facts, 2024).items() if p != "BEV"]
    rows += [
        ("BYD", "PHEV", False, byd(facts, 2024)["PHEV"]),
        ("Tesla", "BEV", False, facts["tesla_2024"] - china["Tesla"]),
    ]
    left = market_totals(facts, 2024)
    for _, powertrain, _, n in rows:
        left[powertrain] -= n
    groups = {
        "Volkswagen": facts["volkswagen_2024"],
        "Stellantis": facts["stellantis_2024"],
        "Renault": facts["renault_2024"],
        "Ford": facts["ford_2024"],
        "Geely": facts["volvo_2024"] - china["Geely"],
    }
    rest, others = sum(left.values()) - sum(groups.values()), round(facts["other_groups"])
    groups |= {f"Group {number + 1}": rest / others for number in range(others)}
    whole = sum(left.values())
    rows += [(firm, p, False, size * left[p] / whole) for firm, size in groups.items() for p in POWERTRAINS]
    price = [_price(facts, firm, p, china) for firm, p, china, _ in rows]
    return Market(
        firm=tuple(row[0] for row in rows),
        powertrain=tuple(row[1] for row in rows),
        dutied=np.array([row[2] for row in rows]),
        cars=np.array([row[3] for row in rows]),
        price=np.array(price),
    )


def _price(facts: Mapping[str, float], firm: str, powertrain: str, dutied: bool) -> float:
    """A Chinese maker's own price where one is among the figures, else the mean of the powertrain."""
    named = {"Other makers in China": "OTHER"}.get(firm, firm.upper())
    own = f"price_{named}_{powertrain}"
    is_chinese = dutied or firm in {"SAIC", "BYD"}
    return facts[own] if is_chinese and own in facts else facts[f"price_{powertrain}"]


@lru_cache(maxsize=1)
def duty_rates() -> dict[str, tuple[float, float]]:
    """The rulebook's duty on an electric car from China by seller, on both days."""
    return {firm: (_rate(known_as, BEFORE), _rate(known_as, AFTER)) for firm, known_as in CHINESE.items()}


def _rate(firm: str, on: str) -> float:
    quote = rs.duty(importer="EU27", origin="CHN", powertrain="BEV", firm=firm, on=on, value=20_000.0)
    if quote.total_duty_rate is None:
        raise ValueError(f"no duty rate for {firm} on {on}")
    return quote.total_duty_rate


def points(market: Market) -> Floats:
    """Points of duty that each product pays more after than before. Shape (J,)."""
    rates = duty_rates()
    pairs = zip(market.firm, market.dutied, strict=True)
    return np.array([rates[firm][1] - rates[firm][0] if china else 0.0 for firm, china in pairs])


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The market of 2024 with the demand and the costs that explain it.

    Attributes
    ----------
    cost
        What a car costs its seller, duty of 10 % in. Shape (J,). [EUR/car]
    """

    market: Market
    scale: Scale
    demand: Competition
    cost: Floats


def fit(market: Market, facts: Mapping[str, float]) -> Calibrated:
    """Demand at the package's elasticities: of the cars from China by their own price, of all cars together."""
    nest, firm = market.numbered(market.powertrain), market.numbered(market.firm)
    wanted = Elasticities(
        own=np.asarray(facts["own_elasticity"]),
        market=np.asarray(facts["market_elasticity"]),
        rho=facts["nest_correlation"],
    )
    scale = calibrate(market.cars, market.price, nest, market.dutied, wanted)
    kept = np.full(len(market.cars), (1.0 - facts["dealer_margin"]) / (1.0 + facts["value_added_tax"]))
    seen = Competition(
        appeal=np.zeros(len(nest)),
        firm=firm,
        nest=nest,
        twins=np.ones(len(nest)),
        alpha=scale.alpha,
        rho=wanted.rho,
        kept=kept,
    )
    share = market.cars / scale.potential
    demand = competition_at(share, market.price, seen)
    return Calibrated(market, scale, demand, implied_costs(demand, market.price, share))


def dutied_cost(calibrated: Calibrated, facts: Mapping[str, float], extra: Floats) -> Floats:
    """Costs that prices are set on with ``extra`` points of duty, (J,), on a customs value fixed in 2024. Shape (J,)."""
    value = facts["customs_share"] * calibrated.market.price
    return partial_cost(calibrated.cost, calibrated.cost + extra * value, facts["pass_through"])


def settle(calibrated: Calibrated, shift: Floats, cost: Floats) -> Equilibrium:
    """The market with appeals moved by ``shift``, at given costs."""
    moved = replace(calibrated.demand, appeal=calibrated.demand.appeal + shift)
    return settle_prices(moved, cost)


def shifts(calibrated: Calibrated, facts: Mapping[str, float], cost: Floats) -> tuple[Floats, Floats]:
    """How appeals moved from 2024 to 2025: by powertrain, and of the lines that came new beside that. Shapes (J,).

    Together they give 2025's registrations by powertrain and of the new lines, with the duty in force.
    """
    market, rho = calibrated.market, calibrated.demand.rho
    nests = {p: (market.where(powertrain=p), n) for p, n in market_totals(facts, 2025).items()}
    given = (saic(facts, 2025)["HEV"], byd(facts, 2025)["PHEV"])
    entered = [(market.where(*line), line[1], n) for line, n in zip(LAUNCHED, given, strict=True)]
    growth, launch = np.zeros(len(market.cars)), np.zeros(len(market.cars))
    for _ in range(MOST_ROUNDS):
        cars = settle(calibrated, growth + launch, cost).share * calibrated.scale.potential
        of_nest = {p: float(np.log(n / cars[mask].sum())) for p, (mask, n) in nests.items()}
        of_line = [float(np.log(n / cars[mask].sum())) for mask, _, n in entered]
        if max(map(abs, (*of_nest.values(), *of_line))) < CLOSE:
            return growth, launch
        for powertrain, (mask, _) in nests.items():
            growth[mask] += of_nest[powertrain]
        for (mask, powertrain, _), gap in zip(entered, of_line, strict=True):
            launch[mask] += (1.0 - rho) * (gap - of_nest[powertrain])
    raise ValueError("no shift of appeals gives the registrations of 2025")


@dataclass(frozen=True, slots=True)
class Story:
    """From 2024 to 2025 by every path.

    Attributes
    ----------
    cars
        By growth, duty and launches, each 0 without and 1 with. Shape (2, 2, 2, J). [cars/year]
    price
        Retail prices likewise. Shape (2, 2, 2, J). [EUR/car]
    """

    calibrated: Calibrated
    cars: Floats
    price: Floats


def tell(facts: Mapping[str, float]) -> Story:
    """Every combination of market growth, duty and launches, each an equilibrium of its own."""
    calibrated = fit(build(facts), facts)
    with_duty = dutied_cost(calibrated, facts, points(calibrated.market))
    growth, launch = shifts(calibrated, facts, with_duty)
    cars = np.empty((2, 2, 2, len(growth)))
    price = np.empty_like(cars)
    both = np.stack([calibrated.cost, with_duty])
    for grown, launched in product((0, 1), repeat=2):
        found = settle(calibrated, grown * growth + launched * launch, both)
        cars[grown, :, launched] = found.share * calibrated.scale.potential
        price[grown, :, launched] = found.price
    return Story(calibrated, cars, price)


def stories(drawn: Sequence[Mapping[str, float]]) -> list[tuple[Mapping[str, float], Story]]:
    """The story of every draw that makes a market; elasticities and a nest correlation that contradict make none."""
    told = []
    for facts in drawn:
        try:
            story = tell(facts)
        except RoadsteadError as error:
            if error.faults[0].code != "RS-D502":
                raise
            continue
        if story.calibrated.cost.min() > 0:
            told.append((facts, story))
    return told


def along(cars: Floats, order: Sequence[str]) -> dict[str, float]:
    """What each step adds when taken in an order; ``cars``: (2, 2, 2), summed over the products meant."""
    at = dict.fromkeys(STEPS, 0)
    added = {}
    for step in order:
        before = cars[tuple(at[s] for s in STEPS)]
        at[step] = 1
        added[step] = float(cars[tuple(at[s] for s in STEPS)] - before)
    return added


def averaged(cars: Floats) -> dict[str, float]:
    """What each step adds, averaged over all six orders (Shapley 1953)."""
    every = [along(cars, order) for order in permutations(STEPS)]
    return {step: float(np.mean([added[step] for added in every])) for step in STEPS}


@dataclass(frozen=True, slots=True)
class Line:
    """Cars that are told of together, and how many there were in 2025, where that is known."""

    name: str
    mask: Flags
    actual: float | None


def lines(market: Market, facts: Mapping[str, float]) -> list[Line]:
    """What the tables tell of."""
    china = market.dutied
    saic_2025, byd_2025 = saic(facts, 2025), byd(facts, 2025)
    return [
        Line("SAIC electric", market.where("SAIC") & china, saic_2025["BEV"]),
        Line("SAIC full hybrid (input)", market.where("SAIC", "HEV"), saic_2025["HEV"]),
        Line(
            "SAIC petrol and plug-in hybrid",
            market.where("SAIC", "ICE") | market.where("SAIC", "PHEV"),
            saic_2025["ICE"] + saic_2025["PHEV"],
        ),
        Line("SAIC all", market.where("SAIC"), facts["saic_2025"]),
        Line("BYD electric", market.where("BYD") & china, byd_2025["BEV"]),
        Line("BYD plug-in hybrid (input)", market.where("BYD", "PHEV"), byd_2025["PHEV"]),
        Line("BYD all", market.where("BYD"), facts["byd_2025"]),
        Line("Geely: Volvo EX30", market.where("Geely") & china, ex30(facts, 2025)),
        Line("Tesla Model 3", market.where("Tesla") & china, model_3(facts, 2025)),
        Line(
            "Tesla built elsewhere (no duty)",
            market.where("Tesla") & ~china,
            facts["tesla_2025"] - model_3(facts, 2025),
        ),
        Line("Other electric from China", market.where("Other makers in China"), None),
        Line("All electric from China", china, None),
    ]
