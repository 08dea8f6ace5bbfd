"""Trails of what leaves home beside built-up cars, of lines abroad as a supplier sees them, and of those who went before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.parts import GOODS
from roadstead.playbook.suppliers import start_chances
from roadstead.study.trail.steps import Keyed, Step, dated, money, step, summed
from roadstead.study.trail.volumes import LEVELS, at_level, by_node, by_place, weight_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Term
    from roadstead.playbook.parts_book import ExportYear, Forerunner, LineBrief
    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Asked, Ground
    from roadstead.terms.arrays import Floats
    from roadstead.terms.tables import Row

INPUTS = "inputs"
"""Everything sent to be built into cars: kits, batteries and other parts."""
OTHERS = "others"
"""Countries that the table does not name."""
MADE_OF = {
    "cars": slice(0, 1),
    INPUTS: slice(1, 4),
    "kits": slice(1, 2),
    "batteries": slice(2, 3),
    "parts": slice(3, 4),
}
"""Which of GOODS a word counts."""


def listed(g: Ground) -> Iterator[Keyed]:
    """Exports by country as the horizon begins and ends; lines abroad; those who went before; exports by goods and year, with spans."""
    pull = g.book.pull
    if pull is None:
        return
    for country, goods, year, value in _of_countries(g):
        yield Keyed(f"sent/{goods}/{country}/{year}", _to(g, country, goods, year), money(value))
    for line in filter(lambda one: one.key, pull.lines):
        for name, (value, kind) in _brief(line).items():
            yield Keyed(f"line/{line.key}/{name}", _what_of(g, line.key, name), Amount(value, kind))  # type: ignore[arg-type]
    for before in filter(lambda one: one.key, pull.forerunners):
        terms: dict[str, Term] = {"who": before.who, "year": dated(before.year)}
        for name, value in _published(before).items():
            yield Keyed(f"before/{before.key}/{name}", _before(name, terms), Amount(value, _kind(name)))  # type: ignore[arg-type]
    for row in pull.years:
        yield from _of_year(row)
    for said in (term for one in pull.said for term in one.terms.values()):
        if isinstance(said, Amount) and said.key.startswith(("fall/", "ahead/")):
            kind, *rest = said.key.split("/")
            found = ANSWERS[kind, len(rest)](g, said.key, rest)
            yield Keyed(said.key, found.what, found.amount)


def _of_year(row: ExportYear) -> Iterator[Keyed]:
    """Worth of goods sent in a year, and the span of cars and of what goes into cars."""
    for goods, value in _goods(row).items():
        if value:
            yield Keyed(f"sent/{goods}/{row.year}", _sent(goods, row.year), money(value))
    for goods, ends in (("cars", (row.cars_low, row.cars_high)), (INPUTS, (row.parts_low, row.parts_high))):
        for end, value in zip(("p10", "p90"), ends, strict=True):
            if ends[1] > ends[0]:
                yield Keyed(f"sent/{goods}/{row.year}/{end}", _span(goods, row.year, end), money(value))


def _published(one: Forerunner) -> Mapping[str, float]:
    """Figures of a country that went before, those its source has."""
    found = {"cars": one.cars, "parts": one.parts, "share": one.share}
    return {name: value for name, value in found.items() if value is not None}


def _kind(name: str) -> str:
    return "share" if name == "share" else "ratio"


def _goods(row: ExportYear) -> Mapping[str, float]:
    return {
        "cars": row.cars,
        INPUTS: row.parts,
        "kits": row.kits,
        "batteries": row.batteries,
        "parts": row.other_parts,
    }


def _of_countries(g: Ground) -> Iterator[tuple[str, str, int, float]]:
    """Country (or all others), goods, year and worth of every figure of the table by country, sums of all left out."""
    pull = g.book.pull
    assert pull is not None
    for row in pull.countries[:-1]:
        country = row.country_id or OTHERS
        first, last = g.book.cover.first_year, g.book.cover.last_year
        figures = (("cars", first, row.cars_first), ("cars", last, row.cars_last))
        figures += ((INPUTS, first, row.parts_first), (INPUTS, last, row.parts_last))  # type: ignore[assignment]
        yield from ((country, goods, year, value) for goods, year, value in figures if value)


def sent(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Worth of what is sent from home in a year, country by country (P.3)."""
    goods, text = rest
    g.among(key, goods, MADE_OF, "goods")
    (year, _), worth = g.year(key, text), _worth(g, goods, weight_of(g, key, text))
    parts = by_place(g, worth.items(), "money", lambda country: f"sent/{goods}/{country}/{text}")
    value = sum(part.amount.value for part in parts)
    how = Sentence("trail.how.sent", {})
    return summed(step(_sent(goods, year), value, "money", key=key, how=how, equation="P.3"), parts)


def fall(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """By how much less goods are sent in a year than in the one before, over what was sent then."""
    goods, text = rest
    year, _ = g.year(key, text)
    g.among(key, text, [text] if year - 1 in g.reading.years else [], "year after another of the plan")
    before, after = (sent(g, f"sent/{goods}/{y}", (goods, str(y))) for y in (year - 1, year))
    g.among(key, goods, [goods] if before.amount.value else [], "goods that were sent before")
    share = after.amount.value / before.amount.value
    parts = (
        step(before.what, 1.0, "share", key=before.key),
        step(Sentence("trail.minus_sent", {"goods": goods, "year": dated(year)}), -share, "share", key=after.key),
    )
    how = Sentence("trail.how.fall", {"before": before.amount, "after": after.amount})
    what = Sentence("trail.fall", {"goods": goods, "year": dated(year)})
    return summed(step(what, 1.0 - share, "share", key=key, how=how), parts)


def ahead(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """In how much of the futures parts are worth as much as cars or more: the nodes at which they are."""
    year, _ = g.year(key, rest[0])
    weight, value = g.weight(year), g.drawn.value.sum(1)
    cars, inputs = (value[:, MADE_OF[goods]].sum(-1) for goods in ("cars", INPUTS))
    parts = []
    for y in np.flatnonzero((inputs >= cars) & (inputs > 0) & (weight > 0)).tolist():
        n = g.node_of(y)
        terms: dict[str, Term] = {"node": g.reading.names.node(n), "parts": money(inputs[y]), "cars": money(cars[y])}
        parts.append(step(Sentence("trail.ahead.node", terms), weight[y], "share", key=f"reached/n{n}"))
    what = Sentence("trail.ahead", {"year": dated(year)})
    whole = sum(part.amount.value for part in parts)
    return summed(step(what, whole, "share", key=key, how=Sentence("trail.how.ahead", {})), parts)


def sent_to(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The same to one country, model by model, and line by line; or the end of the span over futures."""
    goods, country, text = rest
    g.among(key, goods, MADE_OF, "goods")
    if text in LEVELS:
        return _end(g, key, goods, (country, text))
    (year, _), weight = g.year(key, text), weight_of(g, key, text)
    if country == OTHERS:
        return _to_others(g, key, goods, text)
    g.among(key, country, (*g.drawn.countries, OTHERS), "country that anything is sent to")
    parts = [*_cars_to(g, country, weight)] if goods == "cars" else _into(g, country, MADE_OF[goods], (text, weight))
    value = sum(part.amount.value for part in parts)
    how = Sentence("trail.how.sent_to", {})
    return summed(step(_to(g, country, goods, year), value, "money", key=key, how=how, equation="P.3"), parts)


def _cars_to(g: Ground, country: str, weight: Floats) -> Iterator[Step]:
    """Built-up cars that a market takes from home, model by model, at what they cost at the home gate."""
    labels = g.prospect.labels
    for m in (i for i, market in enumerate(labels.market) if market == country):
        for k, model in enumerate(labels.model):
            cars = float(weight @ g.drawn.home[:, m, k])
            if cars:
                worth = float(weight @ (g.drawn.home[:, m, k] * g.drawn.ex_works[:, k]))
                yield _each(g, model, cars, worth)


def _each(g: Ground, model: str, cars: float, worth: float) -> Step:
    terms: dict[str, Term] = {
        "model": g.reading.model(model),
        "cars": Amount(cars, "cars"),
        "each": Amount(worth / cars, "money_per_car"),
    }
    return step(Sentence("trail.sent.cars", terms), worth, "money", rests_on=_gate(g, model))


def _into(g: Ground, country: str, of: slice, when: tuple[str, Floats]) -> list[Step]:
    """What goes into the cars of lines that stand in a country, by line and model."""
    found, (text, weight) = [], when
    for i, line in enumerate(g.ledger.lines):
        for k, model in enumerate(g.prospect.labels.model) if line.place == country else ():
            each = g.drawn.sent[:, i, k, of].sum(-1)
            worth = float(weight @ (g.drawn.made[:, i, k] * each))
            if not worth:
                continue
            cars = float(weight @ (g.drawn.made[:, i, k] * (each > 0)))
            terms: dict[str, Term] = {
                "model": g.reading.model(model),
                "site": g.reading.names.line(line.line_id),
                "cars": Amount(cars, "cars"),
                "each": Amount(worth / cars, "money_per_car"),
            }
            roots = (*_gate(g, model), *g.roots.figures(line.line_id, "local_content", "local_premium"))
            what = Sentence("trail.sent.into", terms)
            found.append(step(what, worth, "money", key=f"made/{line.line_id}/{text}", rests_on=roots))
    return found


def _gate(g: Ground, model: str) -> tuple[Root, ...]:
    """Rows behind what a model and its parts cost at the home gate."""
    columns = ("ex_works", "material", "battery")
    made = g.roots.own("models", lambda row: row["model"] == model, *columns)
    return (*made, *g.roots.figures("case", "cost_decline", "kit_share"))


def _to_others(g: Ground, key: str, goods: str, text: str) -> Step:
    """To all countries that the table does not name."""
    assert g.book.pull is not None
    named = {row.country_id for row in g.book.pull.countries}
    worth = _worth(g, goods, weight_of(g, key, text)).items()
    others = ((country, value) for country, value in worth if country not in named)
    parts = by_place(g, others, "money", lambda country: f"sent/{goods}/{country}/{text}")
    value = sum(part.amount.value for part in parts)
    how = Sentence("trail.how.sent", {})
    return summed(
        step(_to(g, OTHERS, goods, g.year(key, text)[0]), value, "money", key=key, how=how, equation="P.3"), parts
    )


def _end(g: Ground, key: str, goods: str, of: tuple[str, str]) -> Step:
    """An end of the span that a year's exports lie in: those of the future that stands there, country by country."""
    text, end = of
    year, _ = g.year(key, text)
    worth = g.drawn.value[:, :, MADE_OF[goods]].sum(-1)
    y, how = at_level(g, year, worth.sum(1), end)
    values = zip(g.drawn.countries, worth[y].tolist(), strict=True)
    parts = by_place(g, values, "money", lambda country: f"sent/{goods}/{country}/{year}{g.at(y)}")
    return summed(step(_span(goods, year, end), worth[y].sum(), "money", key=key, how=how, equation="P.2"), parts)


def _worth(g: Ground, goods: str, weight: Floats) -> Mapping[str, float]:
    """Expected worth of goods by country. [money/year]"""
    worth = weight @ g.drawn.value[:, :, MADE_OF[goods]].sum(-1)
    return dict(zip(g.drawn.countries, worth.tolist(), strict=True))


def line(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """A line abroad as a supplier sees it: whether and when it begins, what it makes and takes as the horizon ends."""
    name, figure = rest
    known = {one.key: one for one in (g.book.pull.lines if g.book.pull else ()) if one.key}
    g.among(key, name, known, "line that makes cars in some future")
    figures = _brief(known[name])
    g.among(key, figure, figures, "figure of it")
    i = [one.line_id for one in g.ledger.lines].index(name)
    roots = g.roots.own("lines", lambda row: row["line"] == name, "standing", "opens", "module_size", "modules_limit")
    whole = step(_what_of(g, name, figure), figures[figure][0], figures[figure][1], key=key, rests_on=roots)
    if figure in {"started", "likely_start"}:
        return _begun(g, whole, i, figure)
    if figure in LEVELS:
        return _of_future(g, whole, i, figure)
    if figure == "made":
        year, cars = g.reading.tree.last_year, g.drawn.made[:, i].sum(-1)
        parts = by_node(g, year, cars, lambda y: f"made/{name}/{year}{g.at(y)}")
        return summed(replace(whole, how=Sentence("trail.how.expected", {})), parts)
    return _takes(g, whole, i, figure)


def _begun(g: Ground, whole: Step, i: int, figure: str) -> Step:
    """How likely its first car is in each year; or the year it is likeliest in."""
    of = g.ledger.lines[i]
    runs = of.standing.value == "operating" and of.opens < g.reading.tree.first_year
    if runs:
        return replace(whole, how=Sentence("trail.how.line.runs", {"year": dated(of.opens)}))
    chance = start_chances(g.reading, g.drawn.made.sum(-1))[:-1, i]
    if figure == "likely_start":
        terms: dict[str, Term] = {"chance": Amount(float(chance.max()), "share")}
        return replace(whole, how=Sentence("trail.how.line.likely", terms))
    parts = [
        step(Sentence("trail.line.first", {"year": dated(year)}), float(share), "share")
        for year, share in zip(g.reading.years, chance.tolist(), strict=True)
        if share
    ]
    return summed(replace(whole, how=Sentence("trail.how.line.started", {})), parts)


def _of_future(g: Ground, whole: Step, i: int, figure: str) -> Step:
    """The future that has a quantile of what it makes."""
    cars, year = g.drawn.made[:, i].sum(-1), g.reading.tree.last_year
    y, how = at_level(g, year, cars, figure)
    under = f"made/{g.ledger.lines[i].line_id}/{year}{g.at(y)}"
    part = step(Sentence("trail.line.node", {"node": g.reading.names.node(g.node_of(y))}), cars[y], "cars", key=under)
    return summed(replace(whole, how=how, equation="P.2"), [part])


def _takes(g: Ground, whole: Step, i: int, figure: str) -> Step:
    """What a car takes from home, or nearby, group by group, as the horizon ends."""
    weight, made = g.weight(g.reading.tree.last_year), g.drawn.made[:, i]
    cars = float(weight @ made.sum(-1))
    each = (g.drawn.sent if figure == "home_per_car" else g.drawn.bought)[:, i]
    parts = []
    for at, goods in enumerate(GOODS):
        worth = float(weight @ (made * each[:, :, at]).sum(1)) / cars
        if worth:
            parts.append(step(Sentence("trail.line.goods", {"goods": goods}), worth, "money_per_car"))
    models = [m for k, m in enumerate(g.prospect.labels.model) if made[:, k].any()]
    roots = tuple(dict.fromkeys(root for model in models for root in _gate(g, model)))
    own = g.roots.figures(g.ledger.lines[i].line_id, "local_content", "local_premium")
    how = Sentence("trail.how.line.takes", {"cars": Amount(cars, "cars")})
    return summed(replace(whole, how=how, rests_on=(*whole.rests_on, *own, *roots), equation="P.3"), parts)


def before(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Exports of a country whose makers built abroad before: the rows as published."""
    at, figure = "/".join(rest[:2]), rest[2]
    known = {one.key: one for one in (g.book.pull.forerunners if g.book.pull else ()) if one.key}
    g.among(key, at, known, "country and year of those who went before")
    found = known[at]
    values = _published(found)
    g.among(key, figure, values, "figure that its source has")

    def here(row: Row) -> bool:
        return (row["place"], str(row["year"]), row["flow"]) == (rest[0], rest[1], "EXPORT")

    rows = [row for row in g.study.world.tables["parts_trade"] if here(row)]
    wanted = {"cars": ("CARS",), "parts": ("PARTS",), "share": ("PARTS", "CARS")}[figure]
    used = [next(row for row in rows if row["goods"] == goods) for goods in wanted]
    terms: dict[str, Term] = {"who": found.who, "year": dated(found.year)}
    how = Sentence("trail.how.before.share", {}) if figure == "share" else Sentence("trail.how.before", {})
    roots = g.roots.facts("parts_trade", used, "goods", "definition", "value")
    return step(_before(figure, terms), values[figure], _kind(figure), key=key, how=how, rests_on=roots)


def _brief(one: LineBrief) -> Mapping[str, tuple[float, str]]:
    """What is told of a line, with how each is printed."""
    found = {
        "started": (one.started, "share"),
        "likely_start": (float(one.likely_start), "year"),
        "made": (one.expected, "cars"),
        "p10": (one.p10, "cars"),
        "p50": (one.p50, "cars"),
        "p90": (one.p90, "cars"),
    }
    for name, value in (("home_per_car", one.home_per_car), ("local_per_car", one.local_per_car)):
        found |= {} if value is None else {name: (value, "money_per_car")}
    return found


def _what_of(g: Ground, name: str, figure: str) -> Sentence:
    terms: dict[str, Term] = {"site": g.reading.names.line(name), "year": dated(g.reading.tree.last_year)}
    return {
        "started": Sentence("trail.line.started", terms),
        "likely_start": Sentence("trail.line.likely_start", terms),
        "made": Sentence("trail.made", terms),
        "p10": Sentence("trail.line.p10", terms),
        "p50": Sentence("trail.line.p50", terms),
        "p90": Sentence("trail.line.p90", terms),
        "home_per_car": Sentence("trail.line.home_per_car", terms),
        "local_per_car": Sentence("trail.line.local_per_car", terms),
    }[figure]


def _before(figure: str, terms: Mapping[str, Term]) -> Sentence:
    return {
        "cars": Sentence("trail.before.cars", terms),
        "parts": Sentence("trail.before.parts", terms),
        "share": Sentence("trail.before.share", terms),
    }[figure]


def _sent(goods: str, year: int) -> Sentence:
    return Sentence("trail.sent", {"goods": goods, "year": dated(year)})


def _to(g: Ground, country: str, goods: str, year: int) -> Sentence:
    if country == OTHERS:
        return Sentence("trail.sent.others", {"goods": goods, "year": dated(year)})
    terms: dict[str, Term] = {"goods": goods, "year": dated(year), "market": g.reading.place(country)}
    return Sentence("trail.sent.to", terms)


def _span(goods: str, year: int, end: str) -> Sentence:
    terms: dict[str, Term] = {"goods": goods, "year": dated(year)}
    return Sentence("trail.sent.p10", terms) if end == "p10" else Sentence("trail.sent.p90", terms)


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("sent", 2): sent,
    ("sent", 3): sent_to,
    ("fall", 2): fall,
    ("ahead", 1): ahead,
    ("line", 2): line,
    ("before", 3): before,
}
"""What may be asked here, by the first word of a key and how many follow."""
