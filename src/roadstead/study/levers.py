"""What people change most in a case, each as the selector of a what-if: duties, probabilities, costs, wishes, events, scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.playbook.book import Name
from roadstead.study.items import ITEMS
from roadstead.terms.errors import RoadsteadError
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import QuoteLine, quote
from roadstead.world.carmaker import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.study.spec import Study

LINE_COSTS = ("open_cost", "module_cost", "site_fixed", "module_fixed", "conversion", "local_premium", "fee")
CASE_COSTS = ("discount_base", "cost_decline", "price_decline", "fill")
ONE_CAR = 20_000.0
"""Customs value at which duties are looked up: rates on the value do not hang on it. [US$/car]"""
EX_WORKS = "ex_works"
NO_NAME = Name("", "")


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that may be set.

    Attributes
    ----------
    selector
        What ``--set`` calls it.
    of
        The country, node, line or model it belongs to.
    what
        Kind of the measure, item of the figure; empty where ``of`` says it all.
    value
        As it stands; None where it is set as a change. [fraction]
    joined
        Amount that stands beside a rate, and stays as it is; whether the ``higher`` or the ``sum`` of both is due. [US$/car]
    powertrains
        Those a duty is on, where it is not on all that the carmaker sells.
    """

    selector: str
    of: Name
    what: str = ""
    value: float | None = None
    joined: tuple[float, str] | None = None
    powertrains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishable:
    """A line or market that may be wished for, or ruled out; ``standing`` is what it is pinned to now, empty where it is free."""

    what: str
    name: Name
    is_line: bool
    standing: str


@dataclass(frozen=True, slots=True)
class PossibleEvent:
    """An event that may be made certain, and the years from which it can be."""

    event: str
    title: Name
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Levers:
    """All that a form of a case offers.

    Attributes
    ----------
    duties
        On cars from home, at the rates of the first year planned. [fraction]
    chances
        Nodes of a declared tree that have brothers, with their probability under their parent. [fraction]
    costs
        Figures of models, of each line and of the whole case, to be changed by a factor; each group under the same name, empty where its
        levers have names of their own or none.
    """

    duties: tuple[Lever, ...]
    chances: tuple[Lever, ...]
    costs: tuple[tuple[Name, tuple[Lever, ...]], ...]
    wishes: tuple[Wishable, ...]
    events: tuple[PossibleEvent, ...]
    scenarios: tuple[tuple[str, Name], ...]


def levers(study: Study) -> Levers:
    """What may be changed in a case."""
    return Levers(
        duties=tuple(_duties(study)),
        chances=tuple(_chances(study)),
        costs=tuple(_costs(study)),
        wishes=tuple(_wishes(study)),
        events=tuple(_events(study)),
        scenarios=tuple(
            (key, Name(entry.title or key, entry.title_zh or entry.title or key))
            for key, entry in study.case.scenarios.items()
        ),
    )


def _duties(study: Study) -> Iterator[Lever]:
    """Every duty with a rate that a car from home pays in some market, each once."""
    gazetteer = study.world.gazetteer
    powertrains = tuple(dict.fromkeys(model.powertrain.value for model in study.carmaker.models.values()))
    for territory in dict.fromkeys(gazetteer.territory(market) for market in study.carmaker.channels):
        place, found, of = gazetteer.places[territory], dict[str, QuoteLine](), dict[str, list[str]]()
        for powertrain in powertrains:
            for line in _lines(study, territory, powertrain):
                if line.layer == "duty" and (line.rate or not line.specific):
                    found.setdefault(line.measure, line)
                    of.setdefault(line.measure, []).append(powertrain)
        for measure, line in found.items():
            yield Lever(
                f"{territory}/{measure}",
                Name(place.name, place.name_zh),
                line.kind,
                line.rate,
                (line.specific, line.shape) if line.specific else None,
                () if len(of[measure]) == len(powertrains) else tuple(of[measure]),
            )


def _lines(study: Study, importer: str, powertrain: str) -> tuple[QuoteLine, ...]:
    """What a car from home is charged on the first day planned; nothing where no rule is known or it cannot be worked out."""
    case = study.case
    asked = Inquiry(
        importer,
        study.carmaker.home.place,
        powertrain,
        f"{case.horizon.first}-01-01",
        ONE_CAR,
        firm=case.firm,
        facts=case.declared.get(importer, {}),
        as_known_on=study.as_known_on,
        rules=study.own_rules,
    )
    try:
        return quote(asked, study.world).lines
    except RoadsteadError:
        return ()


def _chances(study: Study) -> Iterator[Lever]:
    nodes = study.case.tree.nodes
    names = {node.id: Name(node.name, node.name_zh) for node in nodes}
    for node in nodes:
        brothers = [other for other in nodes if other.parent == node.parent]
        if node.parent and len(brothers) > 1:
            above, own = names[node.parent], names[node.id]
            of = Name(f"{above.en} → {own.en}", f"{above.zh} → {own.zh}")
            yield Lever(f"case/tree/nodes/{node.id}/probability", of, value=node.probability)


def _costs(study: Study) -> Iterator[tuple[Name, tuple[Lever, ...]]]:
    models = study.carmaker.models.values()
    yield NO_NAME, tuple(Lever(f"models/{m.model_id}/{EX_WORKS}", Name(m.name, m.name_zh), EX_WORKS) for m in models)
    for line in study.carmaker.lines:
        of, used = Name(*study.names[line]), study.used.get(line, {})
        items = [item for item in LINE_COSTS if item in used and used[item].value and ITEMS[item].of == "line"]
        if items:
            yield of, tuple(Lever(f"lines/{line}/{item}", of, item) for item in items)
    of_case = study.used.get("case", {})
    yield NO_NAME, tuple(Lever(f"figures/case/{item}", NO_NAME, item) for item in CASE_COSTS if item in of_case)


def _wishes(study: Study) -> Iterator[Wishable]:
    pinned = {pin.what: f"{pin.do} {pin.by or ''}".strip() for pin in study.pins}
    for line in study.carmaker.lines.values():
        if line.standing not in RUNS:
            yield Wishable(line.line_id, Name(*study.names[line.line_id]), True, pinned.get(line.line_id, ""))
    for market, channel in study.carmaker.channels.items():
        if not channel.entered:
            place = study.world.gazetteer.places[market]
            yield Wishable(market, Name(place.name, place.name_zh), False, pinned.get(market, ""))


def _events(study: Study) -> Iterator[PossibleEvent]:
    """Events that the case declares. On a grown tree they are certain already, and those of the catalogue can be from its first year."""
    first, last = study.case.horizon.first, study.case.horizon.last
    if study.catalogue is not None:
        for event in study.catalogue.events.values():
            if event.played:
                yield PossibleEvent(event.event_id, Name(event.title, event.title_zh), first, first)
        return
    for entry in study.case.events:
        yield PossibleEvent(entry.id, Name(entry.title, entry.title_zh), first, last)
