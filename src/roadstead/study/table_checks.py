"""The tables of a case, held against one another and against the world: what types and bounds cannot see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roadstead.study import asking, line_checks
from roadstead.study.costing import segment_sales
from roadstead.terms.errors import Fault, spot
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.ids import Powertrain, powertrain_class
from roadstead.trade.duty import covers
from roadstead.world.carmaker import RUNS, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roadstead.study.entries import CaseFile
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Carmaker, Line
    from roadstead.world.reference import MarketHistory, World

FULL = 0.95
"""Highest share of a powertrain's base-year sales one maker is believed to have."""


LEAST_PRICE = 0.5
"""Retail price, as a share of what the car costs to make, below which nobody means it."""


def sources_exist(rows: Iterable[Row], sources: Mapping[str, Source], faults: list[Fault]) -> None:
    """Every row cites a known source or says it is an assumption."""
    for row in rows:
        cited = row["source"]
        if cited and cited != ASSUMPTION and cited not in sources:
            expected = f"an id of sources.csv, or `{ASSUMPTION}` with the reasoning in the note"
            faults.append(Fault(row.where("source"), "RS-S607", f"no source `{cited}` is listed", expected))


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of a case with what was made of them."""

    rows: Mapping[str, tuple[Row, ...]]
    case: CaseFile
    carmaker: Carmaker
    world: World

    def place(self, row: Row, column: str = "market") -> str:
        """Id of the country in a cell; empty where it is none."""
        found = self.world.gazetteer.find(row[column] or "")
        return found.place_id if found else ""


def check(tables: Tables, rulebook: Rulebook, faults: list[Fault]) -> None:
    """Note every contradiction between the tables."""
    faults += _twice(tables)
    faults += _models(tables)
    for row in tables.rows["lines"]:
        line = tables.carmaker.lines[row["line"]]
        faults += _capacity(line, row)
        faults += _reach(line, row, tables, rulebook)
    faults += line_checks.check(tables.rows["lines"], tables.carmaker.lines)
    faults += line_checks.check_tooling(tables.rows.get("tooling", ()), tables.carmaker.lines)
    faults += line_checks.check_variants(tables.rows.get("content_variants", ()), tables.carmaker.lines)
    faults += asking.check(tables.rows, tables.case, tables.carmaker, tables.world.gazetteer)
    faults += _histories(tables)
    # What rests on a cell already found faulty would only be told in other words.
    leant_on = ("models", "markets", "mix", "prices", "ambitions")
    if not _faulty(tables, faults, *leant_on):
        faults += _offers(tables)
    if not _faulty(tables, faults, *leant_on, "volumes"):
        faults += _volumes(tables)


def _faulty(tables: Tables, faults: Iterable[Fault], *names: str) -> bool:
    places = {row.file for name in names for row in tables.rows[name][:1]}
    return any(spot(fault.where)[0] in places for fault in faults)


def _twice(tables: Tables) -> Iterator[Fault]:
    """One country under two names."""
    for name, key in (("markets", ()), ("volumes", ("powertrain",)), ("ambitions", ("powertrain",)),
                      ("prices", ("model",)), ("mix", ("model",))):  # fmt: skip
        seen: dict[tuple[str, ...], Row] = {}
        for row in tables.rows[name]:
            place = tables.place(row)
            named = (place, *(row[column] for column in key))
            known = seen.setdefault(named, row)
            if place and known is not row and known["market"] != row["market"]:
                message = f"`{row['market']}` is `{known['market']}` of {known.called} under another name"
                yield Fault(row.where("market"), "RS-T104", message, "one row for each, best under its alpha-3 code")


def _models(tables: Tables) -> Iterator[Fault]:
    known = tables.carmaker.models
    for name in ("mix", "prices"):
        for row in tables.rows[name]:
            if row["model"] and row["model"] not in known:
                yield _no_model(row.where("model"), row["model"], known)
    for row in tables.rows["lines"]:
        for model in row["models"] or ():
            if model not in known:
                yield _no_model(row.where("models"), model, known)


def _no_model(where: str, model: str, known: Iterable[str]) -> Fault:
    return Fault(where, "RS-S606", f"there is no model `{model}`", f"one of {', '.join(known)}")


def _capacity(line: Line, row: Row) -> Iterator[Fault]:
    """A line says when it opens, how long a step takes, and how many there can be."""
    name, runs = line.line_id, line.standing in RUNS
    if row["modules_now"] is None or row["modules_limit"] is None:
        return
    grows = line.modules_limit > line.modules_now
    if row["lead"] is None and grows:
        expected = "years from order to first output, for instance 2"
        yield Fault(row.where("lead"), "RS-S611", f"`{name}` has capacity without a lead time", expected)
    if not line.opens and line.standing is not Standing.CANDIDATE:
        yield Fault(
            row.where("opens"), "RS-S611", f"`{name}` is {line.standing} but has no year", "first year of output"
        )
    if line.modules_now > line.modules_limit:
        message = f"{line.modules_now:g} steps stand where at most {line.modules_limit:g} can be"
        yield Fault(row.where("modules_limit"), "RS-S611", message, "a limit at least as high")
    elif not runs and line.modules_now > 0:
        message = f"`{name}` is {line.standing}, but {line.modules_now:g} steps stand"
        yield Fault(row.where("modules_now"), "RS-S611", message, "0, or the standing `operating` or `committed`")
    elif line.modules_limit < 1 and not line.converts:
        message = f"`{name}` has room for {line.modules_limit:g} steps"
        yield Fault(row.where("modules_limit"), "RS-S611", message, "at least 1")


def _reach(line: Line, row: Row, tables: Tables, rulebook: Rulebook) -> Iterator[Fault]:
    """A line can sell somewhere that is planned."""
    if not tables.place(row, "place"):
        return
    gazetteer = tables.world.gazetteer
    own = gazetteer.territory(line.place)
    on = date(tables.case.horizon.first, 7, 1)
    named = frozenset(line.serves)
    markets = [m for m in tables.carmaker.channels if m in gazetteer.places]
    if not any(gazetteer.territory(m) == own or covers(rulebook, named, m, on) for m in markets):
        message = f"`{line.line_id}` in {gazetteer.places[line.place].name} can sell in no planned market"
        expected = f"a row for a market of {own} in markets.csv with its prices, or planned markets that it `serves`"
        yield Fault(row.where("place"), "RS-S612", message, expected)


def _histories(tables: Tables) -> Iterator[Fault]:
    for row in tables.rows["markets"]:
        place = tables.place(row)
        if place and place not in tables.world.markets:
            message = f"no history of sales and NEV share of {tables.world.gazetteer.places[place].name} is known"
            expected = "a market of `roadstead world`, or your own world/sales.csv and world/nev.csv"
            yield Fault(row.where("market"), "RS-S612", message, expected)


def _offers(tables: Tables) -> Iterator[Fault]:
    """Every price has a share behind it, and every market sells something."""
    models = tables.carmaker.models
    mix = {(r["market"] if r["market"] == "*" else tables.place(r), r["model"]) for r in tables.rows["mix"]}
    mature = {(tables.place(r), r["powertrain"]) for r in tables.rows["ambitions"]}
    told: set[str] = set()
    for row in tables.rows["prices"]:
        market, model = tables.place(row), row["model"]
        if market not in tables.carmaker.channels or model not in models:
            told.add(market)
            continue
        group = powertrain_class(models[model].powertrain)
        if (market, group) not in mature:
            message = f"`{model}` is priced in {market}, but ambitions.csv has no {group} share there"
            expected = "the share the brand has once it is established, 0 for none"
            yield Fault(row.where("model"), "RS-S612", message, expected)
            told.add(market)
        if (market, model) not in mix and ("*", model) not in mix:
            message = f"`{model}` is priced in {market}, but has no share in mix.csv"
            yield Fault(row.where("model"), "RS-S612", message, "its share of the sales with its powertrain")
            told.add(market)
        offer = next((o for o in tables.carmaker.offers if (o.market, o.model_id) == (market, model)), None)
        if offer is not None and offer.price < LEAST_PRICE * models[model].ex_works:
            message = f"`{model}` is sold at {row['price']:g} {row['currency']}, and costs {models[model].ex_works:,.0f} USD to make"
            yield Fault(row.where("price"), "RS-S618", message, "the price of one car with all taxes, not in thousands")
    sold = {offer.market for offer in tables.carmaker.offers} | told
    for row in tables.rows["markets"]:
        place = tables.place(row)
        if place and place not in sold:
            message = f"nothing is offered in {tables.world.gazetteer.places[place].name}"
            yield Fault(row.where("market"), "RS-S612", message, "a price in prices.csv for at least one model")


def _volumes(tables: Tables) -> Iterator[Fault]:
    """What was sold in the base year fits the market, the models offered, and whether the brand is there."""
    carmaker, year = tables.carmaker, tables.case.money.base_year
    offered = {(o.market, powertrain_class(carmaker.models[o.model_id].powertrain)) for o in carmaker.offers}
    sold: set[str] = set()
    for row in tables.rows["volumes"]:
        market, sales = tables.place(row), row["sales"]
        if market not in carmaker.channels or not sales:
            continue
        sold.add(market)
        where, history = row.where("sales"), tables.world.markets.get(market)
        if not carmaker.channels[market].entered:
            message = f"{sales:,.0f} cars sold in {market}, which is not entered by markets.csv"
            yield Fault(where, "RS-S613", message, "`yes` under entered, or no sales")
        elif (market, row["powertrain"]) not in offered:
            message = f"{sales:,.0f} {row['powertrain']} sold in {market}, where no such model is priced"
            yield Fault(where, "RS-S613", message, "a price in prices.csv for a model with that powertrain")
        elif history and sales > FULL * (cars := _bought(history, row["powertrain"], year)):
            message = f"{sales:,.0f} cars sold in {market}, where all makers sold {cars:,.0f} with that powertrain"
            expected = f"sales of {year}, or your own count in world/nev.csv and world/nev_split.csv"
            yield Fault(where, "RS-S613", message, expected)
    counted = {(tables.place(row), row["powertrain"]) for row in tables.rows["volumes"]}
    for row in tables.rows["ambitions"]:
        market, group = tables.place(row), row["powertrain"]
        if market in sold and carmaker.channels[market].entered and (market, group) in offered - counted:
            message = f"how many {group} were sold in {market} is not said, though they are offered there"
            yield Fault(
                row.where("powertrain"), "RS-S613", message, f"a row of volumes.csv for {year}, 0 where none was"
            )
    for row in tables.rows["markets"]:
        market = tables.place(row)
        if row["entered"] and market and market not in sold:
            message = f"{market} is entered, but nothing was sold there"
            yield Fault(row.where("entered"), "RS-S613", message, f"its sales of {year} in volumes.csv, or `no`")


def _bought(history: MarketHistory, powertrain: str, year: int) -> float:
    return segment_sales(history, Powertrain(powertrain), history.bev_of_nev.value, year)
