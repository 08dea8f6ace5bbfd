"""Trails of what the plan implies about demand, of the bands that is held against, and of what its worth hangs on."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING

from roadstead.demand.bands import BANDS, bands
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.demand_book import MarketDemand
from roadstead.playbook.demand_told import kind_of
from roadstead.study.trail.roots import NEWEST
from roadstead.study.trail.steps import Keyed, Step, step, summed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Term
    from roadstead.playbook.trails_book import Root
    from roadstead.playbook.weights_book import Weight
    from roadstead.study.trail.ground import Asked, Ground
    from roadstead.terms.tables import Row

CHECKS = tuple(one.name for one in fields(MarketDemand) if one.type == "float" and one.name != "cars")
"""What is told of demand in a market, sales apart."""
PRICED = ("own_elasticity", "nest_correlation", "market_elasticity")
"""Parameters that fix what buyers do at other prices."""
TERMS = {
    "own_elasticity": PRICED,
    "market_elasticity": ("market_elasticity",),
    "pass_through": PRICED,
    "import_elasticity": (*PRICED, "rival_value"),
    "diverted_share": PRICED,
    "cost_gap": PRICED,
    "moved": PRICED,
    "curve_error": PRICED,
}
"""Parameters that each rests on."""
ENDS = ("low", "high")
ALL, ERROR = "all", "curve_error"
"""In place of a market: all together; the one check of which the largest counts, and not the mean."""


def listed(g: Ground) -> Iterator[Keyed]:
    """What demand is like in every market, the bands, and what NPV differs by where an assumption is low or high."""
    if g.book.demand is not None:
        for row in g.book.demand.markets:
            if row.key:
                yield Keyed(f"demand/{row.key}/cars", _what(row, "cars"), Amount(row.cars, "cars"))
            for check in CHECKS if row.key else ():
                yield Keyed(f"demand/{row.key}/{check}", _what(row, check), _amount(check, getattr(row, check)))
        for band in g.book.demand.bands:
            for end, value in zip(ENDS, (band.low, band.high), strict=True):
                yield Keyed(f"band/{band.check}/{end}", _band(band.check, end), _amount(band.check, value))
        for check, value in _together(g).items():
            yield Keyed(f"demand/{ALL}/{check}", Sentence("trail.demand.all", {"check": check}), _amount(check, value))
    yield from _weights(g)


def _weights(g: Ground) -> Iterator[Keyed]:
    for weight in g.book.weights.rows if g.book.weights else ():
        for end, moved in zip(ENDS, (weight.npv_low, weight.npv_high), strict=True):
            if moved is not None:
                yield Keyed(f"weight/{weight.assumption}/{end}", _of(weight, end), Amount(moved, "money"))


def demand(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What the plan implies about demand in a market, as it was worked out with the run, and the parameters behind it."""
    market, check = rest
    if market == ALL:
        return _of_all(g, key, check)
    known = {row.key: row for row in (g.book.demand.markets if g.book.demand else ()) if row.key}
    g.among(key, market, known, "market whose demand is told")
    g.among(key, check, ("cars", *CHECKS), "figure of it")
    row = known[market]
    how = {
        "cars": Sentence("trail.how.demand.cars", {}),
        "own_elasticity": Sentence("trail.how.demand.own_elasticity", {}),
        "market_elasticity": Sentence("trail.how.demand.market_elasticity", {}),
        "pass_through": Sentence("trail.how.demand.pass_through", {}),
        "import_elasticity": Sentence("trail.how.demand.import_elasticity", {}),
        "diverted_share": Sentence("trail.how.demand.diverted_share", {}),
        "cost_gap": Sentence("trail.how.demand.cost_gap", {}),
        "curve_error": Sentence("trail.how.demand.curve_error", {}),
        "moved": Sentence("trail.how.demand.moved", {}),
    }[check]
    amount = Amount(row.cars, "cars") if check == "cars" else _amount(check, getattr(row, check))
    roots = g.roots.demand(market, *TERMS.get(check, ()))
    return Step(_what(row, check), amount, key, how, rests_on=roots)


def _together(g: Ground) -> Mapping[str, float]:
    """What the playbook says of all markets together."""
    terms = (term for one in (g.book.demand.said if g.book.demand else ()) for term in one.terms.values())
    begins = f"demand/{ALL}/"
    said = (term for term in terms if isinstance(term, Amount) and term.key.startswith(begins))
    return {term.key.removeprefix(begins): term.value for term in said}


def _of_all(g: Ground, key: str, check: str) -> Step:
    """What demand is like in all markets together: each by its cars; of the error of price segments, the market where it is largest."""
    g.among(key, check, _together(g), "figure of all markets")
    assert g.book.demand is not None
    rows = [row for row in g.book.demand.markets if isfinite(getattr(row, check))]
    what, how = Sentence("trail.demand.all", {"check": check}), Sentence("trail.how.demand.all", {})
    shares = {row.key: row.cars / sum(one.cars for one in rows) for row in rows}
    if check == ERROR:
        rows = [max(rows, key=lambda row: abs(row.curve_error))]
        shares, how = {rows[0].key: 1.0 if rows[0].curve_error > 0 else -1.0}, Sentence("trail.how.demand.most", {})
    parts = []
    for row in rows:
        terms: dict[str, Term] = {
            "market": row.market,
            "value": _amount(check, getattr(row, check)),
            "cars": Amount(row.cars, "cars"),
        }
        value = shares[row.key] * getattr(row, check)
        part = Sentence("trail.demand.in_market", terms)
        parts.append(step(part, value, kind_of(check), key=f"demand/{row.key}/{check}"))
    total = sum(part.amount.value for part in parts)
    return summed(step(what, total, kind_of(check), key=key, how=how), parts)


def band(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """An end of a band: the packaged row."""
    check, end = rest
    g.among(key, check, bands(), "check of demand")
    g.among(key, end, ENDS, "end of a band")
    found = bands()[check]
    value = found.low if end == "low" else found.high
    roots = (g.roots.band(found, BANDS.name),)
    how = Sentence("trail.how.band", {})
    return step(_band(check, end), value, kind_of(check), key=key, how=how, rests_on=roots)


def weight(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What NPV differs by at an end of an assumption, decisions held: the plan's worth there, less the plan's."""
    name, end = "/".join(rest[:-1]), rest[-1] if rest else ""
    known = {row.assumption: row for row in (g.book.weights.rows if g.book.weights else ())}
    g.among(key, name, known, "assumption that was tried on all futures")
    ends = {"low": known[name].npv_low, "high": known[name].npv_high}
    g.among(key, end, [one for one, value in ends.items() if value is not None], "end that was tried")
    moved, own = ends[end] or 0.0, g.reading.certificate.expected
    written = known[name].low if end == "low" else known[name].high
    parts = (
        step(Sentence("trail.weight.there", {"end": written}), own + moved, "money", rests_on=_rows(g, name)),
        step(Sentence("trail.npv", {}), -own, "money", key="npv"),
    )
    how = Sentence("trail.how.weight", {})
    return summed(step(_of(known[name], end), moved, "money", key=key, how=how), parts)


def _rows(g: Ground, name: str) -> tuple[Root, ...]:
    """Rows of the case that an assumption moves, the first few of many; or the parameter of demand that it is."""
    table, *names = name.split("/")
    item, subjects = names[-1], set(names[:-1])

    def figure(row: Row) -> bool:
        return row["item"] == item and (
            row["subject"] in subjects or (not row.evidence.is_sourced and "assumed" in subjects)
        )

    if table == "figures":
        found = g.roots.own("figures", figure, "value")[:NEWEST]
        terms = g.study.conventions.demand.names
        return found or (g.roots.demand("", item) if item in terms else ())
    return g.roots.own(table, lambda row: not row.evidence.is_sourced, item)[:NEWEST]


def _amount(check: str, value: float) -> Amount:
    return Amount(value, kind_of(check))


def _what(row: MarketDemand, check: str) -> Sentence:
    return Sentence("trail.demand", {"market": row.market, "check": "sales" if check == "cars" else check})


def _band(check: str, end: str) -> Sentence:
    return (
        Sentence("trail.band.low", {"check": check}) if end == "low" else Sentence("trail.band.high", {"check": check})
    )


def _of(weight: Weight, end: str) -> Sentence:
    terms = {"of": weight.assumption.replace("/", " "), "end": weight.low if end == "low" else weight.high}
    return Sentence("trail.weight", terms)


ANSWERS: Mapping[tuple[str, int], Asked] = {("demand", 2): demand, ("band", 2): band}
"""What may be asked here, by the first word of a key and how many follow."""
