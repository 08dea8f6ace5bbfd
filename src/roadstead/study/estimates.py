"""A user's own estimates of the terms of demand, held against what is possible and laid over the packaged values.

An estimate for a market and powertrain goes before one for the market, one for every market (``*`` or nothing), a figure of
the case and the packaged value, in this order. With a standard error its range is (U.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.demand.parameters import parameters
from roadstead.terms.errors import Fault
from roadstead.terms.spelling import meant
from roadstead.world.demand_terms import EVERY, DemandTerms, Term

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from roadstead.demand.parameters import Parameter
    from roadstead.futures.events import Event
    from roadstead.study.entries import CaseFile
    from roadstead.study.places import Places
    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Figure
    from roadstead.world.demand_terms import Origin

ANY_MARKET = frozenset({"", "*"})
TOGETHER = ("market_elasticity", "own_elasticity")
"""The market must answer a price less than a model does."""

READ_AT_NODES = (
    "own_elasticity",
    "market_elasticity",
    "pass_through",
    "rival_value",
    "rivals_elsewhere",
    "sourcing_elasticity",
    "entry_strength",
)
"""What the tree asks for at every node, and an event may therefore set; all else is read once for the whole plan or not at all."""
READ = (*READ_AT_NODES, "nest_correlation", "rival_firms")
"""What a plan reads of the parameters of demand, and an estimate may therefore replace."""
BY_POWERTRAIN = frozenset({"own_elasticity"})
"""What of it is read for each powertrain; all else holds for a market."""


@dataclass(frozen=True, slots=True)
class EstimateReader:
    """What estimates may be about.

    Attributes
    ----------
    markets
        Markets that are planned.
    """

    places: Places
    markets: Collection[str]
    faults: list[Fault]


def demand_terms(rows: Sequence[Row], figures: Mapping[str, Figure], reader: EstimateReader) -> DemandTerms:
    """Packaged values, over them the case's figures by item, over these its estimates."""
    found: dict[tuple[str, str, str], Term] = {}
    for name, parameter in parameters().items():
        found[name, EVERY, EVERY] = _term(parameter, "packaged")
        if name in figures:
            figure = figures[name]
            found[name, EVERY, EVERY] = _term(
                parameter.as_stated(figure.value, figure.evidence), "figure", figure.where
            )
    seen: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key, estimated = _key(row, reader), _estimated(row, reader.faults)
        if key is None or estimated is None:
            continue
        if key in seen:
            message = f"`{row['market']}` has this estimate in {seen[key].called} already, under another name"
            reader.faults.append(Fault(row.where("market"), "RS-T104", message, "one row for each"))
        seen[key] = row
        found[key] = _term(estimated, "estimate", row.where("estimate"))
    terms = DemandTerms(found)
    reader.faults.extend(_out_of_order(terms, reader.markets))
    return terms


def set_terms(entries: Mapping[str, float | str], terms: DemandTerms) -> dict[str, float]:
    """What an event sets, ``low`` and ``high`` being the ends of the range that holds in every market.

    A name that is none is left out: ``unfit_terms`` tells of it.
    """
    known = parameters()
    found = {}
    for name, given in entries.items():
        if name in known:
            ends = {"low": terms.of(name).low, "high": terms.of(name).high}
            found[name] = ends[given] if isinstance(given, str) else given
    return found


def unfit_terms(entries: Mapping[str, float | str]) -> Iterator[tuple[str, str, str, str]]:
    """Name, code, message and what was expected of every entry of an event that nothing would read, or that cannot be."""
    for name, given in entries.items():
        parameter = parameters().get(name)
        if parameter is None:
            yield (name, "RS-S631", f"`{name}` is no parameter of demand", meant(name, READ_AT_NODES))
        elif name not in READ_AT_NODES:
            yield (
                name,
                "RS-S633",
                f"`{name}` is not read at the nodes of a tree",
                f"one of {', '.join(READ_AT_NODES)}",
            )
        elif not isinstance(given, str) and not parameter.is_possible(given):
            yield (name, "RS-S632", f"{given:g} is no {name}", f"{_possible(parameter)}; or low or high")


def out_of_order(
    case: CaseFile, events: Mapping[str, Event], terms: DemandTerms, markets: Iterable[str]
) -> Iterator[tuple[int, str]]:
    """Nodes, by their place in the case, whose events make a market answer a price at least as much as one model does."""
    set_at: dict[str, Mapping[str, float]] = {}
    places = (EVERY, *markets)
    for i, node in enumerate(case.tree.nodes):
        now = dict(set_at.get(node.parent, {}))
        for fired in node.fires:
            now |= events[fired].terms if fired in events else {}
        set_at[node.id] = now
        if not any(events[fired].terms for fired in node.fires if fired in events):
            continue
        for market in places:
            whole, own = (now.get(name, terms.of(name, market).value) for name in TOGETHER)
            if abs(whole) >= abs(own):
                place = f" in {market}" if market else ""
                yield i, f"market elasticity {whole:g} beside {own:g} of a model{place} from `{node.id}` on"
                break


def _key(row: Row, reader: EstimateReader) -> tuple[str, str, str] | None:
    """Parameter, market and powertrain of a row; None with a fault noted where it is about nothing."""
    name, written, powertrain = row["parameter"], row["market"] or "", row["powertrain"] or EVERY
    if not name:
        return None
    if fault := _unread(row, name, powertrain):
        reader.faults.append(fault)
        return None
    if written in ANY_MARKET:
        return name, EVERY, powertrain
    where = row.where("market")
    market = reader.places.country(written, where)
    if market in reader.places.unknown:
        return None
    if market not in reader.markets:
        expected = f"one of {', '.join(reader.markets)}, or * for all"
        reader.faults.append(Fault(where, "RS-S606", f"`{written}` is no planned market", expected))
        return None
    return name, market, powertrain


def _unread(row: Row, name: str, powertrain: str) -> Fault | None:
    """What is wrong with an estimate that would change nothing."""
    if name not in parameters():
        return Fault(row.where("parameter"), "RS-S631", f"`{name}` is no parameter of demand", meant(name, READ))
    if name not in READ:
        return Fault(row.where("parameter"), "RS-S634", f"no plan reads `{name}`", f"one of {', '.join(READ)}")
    if powertrain != EVERY and name not in BY_POWERTRAIN:
        message = f"`{name}` is read for a market, not for a powertrain"
        return Fault(row.where("powertrain"), "RS-S634", message, "nothing here")
    return None


def _estimated(row: Row, faults: list[Fault]) -> Parameter | None:
    """The parameter as a row estimates it; None with a fault noted where it cannot be that, or cannot be told from it."""
    parameter = parameters().get(row["parameter"])
    estimate, error = row["estimate"], row["standard_error"]
    if parameter is None or estimate is None or error is None:
        return None
    if not parameter.is_possible(estimate):
        message = f"{estimate:g} is no {parameter.name}"
        faults.append(Fault(row.where("estimate"), "RS-S632", message, _possible(parameter)))
        return None
    found = parameter.as_estimated(estimate, error, row.evidence)
    if not (parameter.is_possible(found.low) and parameter.is_possible(found.high)):
        message = (
            f"{estimate:g} with a standard error of {error:g} may be anything from {found.low:g} to {found.high:g}"
        )
        expected = (
            f"a range within what is possible, {_possible(parameter)}; or a figure in figures.csv with your reasons"
        )
        faults.append(Fault(row.where("standard_error"), "RS-S632", message, expected))
        return None
    return found


def _term(parameter: Parameter, origin: Origin, where: str = "") -> Term:
    p = parameter
    return Term(p.name, p.value, p.low, p.high, p.distribution, p.uncertain, origin, p.evidence, where)


def _possible(parameter: Parameter) -> str:
    return f"a number from {parameter.least:g} to {parameter.most:g}"


def _out_of_order(terms: DemandTerms, markets: Iterable[str]) -> Iterator[Fault]:
    """Estimates by which some market would answer a price at least as much as one model does."""
    powertrains = {powertrain for _, _, powertrain in terms.found}
    told: set[str] = set()
    for market in (EVERY, *markets):
        for powertrain in sorted(powertrains):
            whole, own = (terms.of(name, market, powertrain) for name in TOGETHER)
            where = next((term.where for term in (own, whole) if term.origin == "estimate"), "")
            if where and where not in told and abs(whole.value) >= abs(own.value):
                told.add(where)
                place = f" in {market}" if market else ""
                message = f"market elasticity {whole.value:g} beside {own.value:g} of a model{place}"
                yield Fault(where, "RS-D502", message, "a market elasticity nearer zero than a model's own")
