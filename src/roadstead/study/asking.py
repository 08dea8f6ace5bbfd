"""What a case asks of its plan, read from case.yaml and its tables, and held against the rest of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault
from roadstead.world.asked import Asked, Least, PledgeKind, PledgeTerms, Tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.study.entries import CaseFile
    from roadstead.study.places import Places
    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Carmaker
    from roadstead.world.places import Gazetteer

CODE = "RS-S621"


def asked(case: CaseFile, rows: Mapping[str, Sequence[Row]], places: Places) -> Asked:
    """Budgets, the tail, cars that must be served, pledges."""
    last = case.horizon.last
    return Asked(
        budget=dict(case.budget),
        tail=Tail(case.risk.level, case.risk.weight) if case.risk else None,
        least=tuple(
            Least(
                places.country(row["market"], row.where("market")),
                row["model"],
                row["first"] or case.horizon.first,
                row["last"] or last,
                row["cars"] or 0.0,
            )
            for row in rows.get("least", ())
        ),
        pledges=tuple(_pledge(row, places) for row in rows.get("pledges", ())),
    )


def _pledge(row: Row, places: Places) -> PledgeTerms:
    kind = PledgeKind(row["kind"] or PledgeKind.LOCAL_CONTENT)
    where = row.where("place")
    place = (places.territory if kind is PledgeKind.QUOTA_CARRY_OVER else places.country)(row["place"], where)
    return PledgeTerms(row["pledge"], kind, place, row["amount"] or 0.0, row["due"] or 0, row["lines"])


def check(rows: Mapping[str, Sequence[Row]], case: CaseFile, carmaker: Carmaker, places: Gazetteer) -> Iterator[Fault]:
    """What is asked of no market, model, line or year of the plan, or cannot be asked."""
    for row, one in zip(rows.get("least", ()), carmaker.asked.least, strict=True):
        offered = [offer.model_id for offer in carmaker.offers if offer.market == one.market]
        if one.market in places.places and one.model_id not in offered:
            message = f"`{one.model_id}` is not sold in {one.market}, so none can have to be served"
            expected = (
                f"one of {', '.join(offered)}" if offered else f"a planned market: {', '.join(carmaker.channels)}"
            )
            yield Fault(row.where("model" if offered else "market"), CODE, message, expected)
        yield from _years(row, (one.first, one.last), case)
    for row, terms in zip(rows.get("pledges", ()), carmaker.asked.pledges, strict=True):
        if row["kind"] and terms.place in places.places:
            yield from _terms(row, terms, carmaker, places)
        if terms.due and not case.horizon.first <= terms.due <= case.horizon.last:
            message = f"`{terms.name}` is due in {terms.due}, outside the plan"
            expected = f"a year from {case.horizon.first} to {case.horizon.last}, or nothing"
            yield Fault(row.where("due"), CODE, message, expected)


def _years(row: Row, years: tuple[int, int], case: CaseFile) -> Iterator[Fault]:
    first, last = years
    if not case.horizon.first <= first <= last <= case.horizon.last:
        message = f"the years {first} to {last} are not of the plan"
        expected = f"rising years from {case.horizon.first} to {case.horizon.last}"
        yield Fault(row.where("first"), CODE, message, expected)


def _terms(row: Row, terms: PledgeTerms, carmaker: Carmaker, places: Gazetteer) -> Iterator[Fault]:
    """A pledge is about a quota, a line or a market that the plan has."""
    standing = [
        line.line_id for line in carmaker.lines.values() if terms.place in {line.place, places.territory(line.place)}
    ]
    markets = [market for market in carmaker.channels if terms.place in {market, places.territory(market)}]
    if terms.kind is PledgeKind.QUOTA_CARRY_OVER:
        if not carmaker.quota_share.get(terms.place):
            message = f"no share of a quota of {terms.place} is counted on, so nothing can carry over"
            yield Fault(row.where("place"), CODE, message, f"a figure `quota_share` of {terms.place} in figures.csv")
        for column in ("due", "lines"):
            if row[column]:
                message = f"a quota's rest is kept from year to year: `{column}` says nothing of it"
                yield Fault(row.where(column), CODE, message, "nothing here")
    elif terms.kind is PledgeKind.LOCAL_FOR_IMPORTS and not markets:
        message = f"no planned market lies in {terms.place}, so nothing is brought in"
        yield Fault(row.where("place"), CODE, message, f"one of {', '.join(carmaker.channels)}, or their union")
    elif terms.kind is PledgeKind.LOCAL_CONTENT and not (standing or terms.lines):
        message = f"no line stands in {terms.place}, so nothing made there has content"
        hosts = dict.fromkeys(line.place for line in carmaker.lines.values())
        yield Fault(row.where("place"), CODE, message, f"one of {', '.join(hosts)}")
    if terms.kind is not PledgeKind.LOCAL_FOR_IMPORTS and terms.amount > 1.0:
        message = f"{terms.amount:g} is no share"
        yield Fault(
            row.where("amount"), "RS-T109", message, f"a fraction: write {terms.amount / 100:g} for {terms.amount:g} %"
        )
    for line_id in terms.lines:
        if line_id not in carmaker.lines:
            message = f"there is no line `{line_id}`"
            yield Fault(row.where("lines"), "RS-S606", message, f"one of {', '.join(carmaker.lines)}")
