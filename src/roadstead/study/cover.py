"""The cover of a playbook, its list of evidence and its warnings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.capacity.capital import TAX_YEARS
from roadstead.futures.costs.costing import OVERLAND_DAYS
from roadstead.futures.costs.waiting import approvals
from roadstead.playbook.book import Amount, Cover, EvidenceRow, Name, OtherRule, Sentence
from roadstead.study import tables
from roadstead.trade.non_tariff import binding_abroad, concerning, is_shown_only
from roadstead.world.sources import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roadstead.footprint.solve import Solved
    from roadstead.futures.costs.costing import Costing
    from roadstead.outlook.forecast import Outlook
    from roadstead.playbook.book import Term
    from roadstead.study.entries import PinEntry
    from roadstead.study.spec import Study
    from roadstead.trade.non_tariff import NonTariff
    from roadstead.trade.rulebook import Rulebook

VALUE_COLUMNS = {
    "models": ("ex_works", "money/car"),
    "markets": ("chinese_rivals", "1"),
    "volumes": ("sales", "cars/year"),
    "mix": ("share", "1"),
    "ambitions": ("share", "1"),
    "prices": ("price", ""),
    "lines": ("modules_now", "steps"),
    "figures": ("value", ""),
    "estimates": ("estimate", ""),
    "entry_paths": ("middle", "1"),
    "segments": ("share", "1"),
    "tooling": ("cost", ""),
    "content_variants": ("local_content", "1"),
    "least": ("cars", "cars/year"),
    "pledges": ("amount", "1"),
}
"""Column that holds a table's main figure, with its unit where no column names it."""


def cover(study: Study, rules: Rulebook, solved: Solved) -> Cover:
    """What was planned, in which money, and how close to the best plan."""
    case, terms = study.case, study.conventions
    rates = [terms.discount_base + premium for premium in terms.premiums.values()]
    conventions = (
        Sentence("money.unit", {"currency": terms.currency, "price_year": Amount(terms.price_year, "year")}),
        Sentence("money.tax", {"home_rate": Amount(study.carmaker.home.tax_rate, "share")}),
        Sentence(
            "money.discount",
            {
                "base": Amount(terms.discount_base, "share"),
                "low": Amount(min(rates), "share"),
                "high": Amount(max(rates), "share"),
            },
        ),
        Sentence("money.before", {}),
        Sentence("money.baseline", {}),
        *_asked(study),
    )
    return Cover(
        carmaker=Name(case.name, case.name_zh),
        run="",
        currency=terms.currency,
        price_year=terms.price_year,
        first_year=case.horizon.first,
        last_year=case.horizon.last,
        as_known_on=case.as_known_on,
        world_as_of=newest(study),
        rules_as_of=rules.as_of.isoformat(),
        conventions=conventions,
        gap_value_added=solved.gap_value_added,
        gap_npv=solved.gap_npv,
        bound="certified" if solved.gap_bound == "certified" else "solver",
        seconds=solved.seconds,
        patches=case.patched,
    )


def _asked(study: Study) -> Iterator[Sentence]:
    """What the case asks of the plan beside the most money: budgets, and how much the worst futures count."""
    asked = study.carmaker.asked
    for year, most in sorted(asked.budget.items()):
        yield Sentence("money.budget", {"year": Amount(float(year), "year"), "budget": Amount(most, "money")})
    if asked.least:
        places = study.world.gazetteer.places
        named = (places[market] for market in dict.fromkeys(one.market for one in asked.least))
        yield Sentence("money.least", {"markets": tuple(Name(place.name, place.name_zh) for place in named)})
    if asked.pledges:
        yield Sentence("money.pledges", {"pledges": tuple(Name(one.name, one.name) for one in asked.pledges)})
    if asked.tail is not None and asked.tail.weight > 0:
        terms = {
            "mean": Amount(1.0 - asked.tail.weight, "share"),
            "weight": Amount(asked.tail.weight, "share"),
            "level": Amount(asked.tail.level, "share"),
        }
        yield Sentence("money.tail", dict(terms))


def newest(study: Study) -> str:
    """Latest full date on which a packaged figure was read."""
    dates = (row["as_of"] for name in ("sales", "nev", "costs") for row in study.world.tables[name])
    return str(max(date for date in dates if len(date) == len("2026-01-01")))


def shown_years(study: Study) -> tuple[int, ...]:
    """First year, a year in the middle when what is decided now has ramped up, a late year."""
    horizon = study.case.horizon
    middle = min(horizon.first + 5, horizon.last)
    return tuple(dict.fromkeys((horizon.first, middle, min(middle + 5, horizon.last))))


UNIT_COLUMN = {"figures": "unit", "prices": "currency", "tooling": "currency"}
"""Tables in which each row tells its own unit, and the column that does."""


def evidence(study: Study) -> tuple[EvidenceRow, ...]:
    """Every figure of the case with what it rests on."""
    found = []
    for schema in (*tables.ALL, *tables.OPTIONAL):
        column, unit = VALUE_COLUMNS[schema.name]
        for row in study.rows.get(schema.name, ()):
            proof = row.evidence
            source = study.sources.get(proof.source_id)
            told = UNIT_COLUMN.get(schema.name)
            found.append(
                EvidenceRow(
                    figure=f"{schema.name}: {naming(schema, row)}",
                    value=", ".join(row["analogues"]) if row[column] is None else f"{row[column]:g}",
                    unit=row[told] if told else unit,
                    source=source.title if source else proof.source_id,
                    url=source.url if source else "",
                    as_of=proof.as_of,
                    confidence=proof.confidence.value,
                    is_assumption=not proof.is_sourced,
                    note=proof.note,
                )
            )
    return tuple(found)


def rests_on(study: Study) -> Mapping[str, tuple[str, ...]]:
    """Assumptions behind every line and market, the narrowest first."""
    found: dict[str, list[str]] = {}
    for subject, used in study.used.items():
        for item, figure in used.items():
            if figure.evidence.is_assumption and item not in {"holiday_rate", "holiday_until", "grant", "exit_cost"}:
                found.setdefault(subject, []).append(f"{item} {figure.value:,.6g} {figure.unit}".removesuffix(" 1"))
    for row in study.rows["prices"]:
        if row.evidence.is_assumption:
            place = study.world.gazetteer.find(row["market"])
            if place is not None:
                found.setdefault(place.place_id, []).append(f"price of {row['model']}")
    return {subject: tuple(items) for subject, items in found.items()}


def _pinned(study: Study, pin: PinEntry) -> Sentence:
    """A wish of the case that the plan had to honour."""
    place = study.world.gazetteer.places.get(pin.what)
    name = (
        Name(*study.names[pin.what])
        if pin.what in study.names
        else Name(place.name, place.name_zh)
        if place
        else Name(pin.what, pin.what)
    )
    if pin.do == "never":
        return Sentence("warn.pin_never", {"what": name})
    return Sentence(
        "warn.pin_open", {"what": name, "year": Amount(float(pin.by or study.case.horizon.last_decision), "year")}
    )


def _of_every_case(study: Study) -> Sentence:
    """What the program assumes where a case has no say."""
    terms = {
        "value": Amount(study.conventions.demand.of("rival_value").value, "share"),
        "days": Amount(OVERLAND_DAYS, "count"),
        "years": Amount(float(TAX_YEARS), "count"),
    }
    return Sentence("warn.every_case", terms)


def warnings(study: Study, outlook: Outlook, rules: tuple[OtherRule, ...]) -> tuple[Sentence, ...]:
    """What a reader should know before trusting the numbers."""
    rows = evidence(study)
    assumed = sum(row.is_assumption for row in rows)
    found = [
        Sentence("warn.assumptions", {"count": Amount(assumed, "count"), "total": Amount(len(rows), "count")}),
        _of_every_case(study),
    ]
    found += [_pinned(study, pin) for pin in study.pins]
    found += _shown_only(study, rules)
    for market, note in outlook.notes.items():
        place = study.world.gazetteer.places[market]
        found.append(Sentence("warn.outlook_thin", {"market": Name(place.name, place.name_zh), "note": note}))
    return tuple(found)


def approvals_asked(costing: Costing, rulebook: Rulebook) -> Iterator[Sentence]:
    """For every market not entered, what approving the models offered there adds, or that nothing says what it costs."""
    for market, channel in costing.carmaker.channels.items():
        asked = approvals(costing, rulebook, market)
        if channel.entered or not asked.models:
            continue
        place = costing.world.gazetteer.places[market]
        terms: dict[str, Term] = {
            "market": Name(place.name, place.name_zh),
            "count": Amount(float(len(asked.models)), "count"),
        }
        if asked.scheme is None or asked.is_open:
            yield Sentence("warn.approval_open", terms)
            continue
        source = costing.world.sources.get(asked.scheme.evidence.source_id)
        terms |= {
            "cost": Amount(asked.cost, "money"),
            "months": Amount(asked.months, "count"),
            "source": source.title if source else asked.scheme.evidence.source_id,
        }
        yield Sentence("warn.approval", terms)


def _shown_only(study: Study, rules: tuple[OtherRule, ...]) -> Iterator[Sentence]:
    """How many rules of the markets, and of home on going abroad, the plan only shows."""
    place = study.world.gazetteer.places[study.carmaker.home.place]
    home = Name(place.name, place.name_zh)
    shown = [rule for rule in rules if rule.standing == "shown"]
    if theirs := [rule for rule in shown if rule.markets != (home,)]:
        markets = {market for rule in theirs for market in rule.markets}
        terms = {"count": Amount(len(theirs), "count"), "markets": Amount(len(markets), "count")}
        yield Sentence("warn.shown_not_modelled", terms)
    if ours := len(shown) - len(theirs):
        yield Sentence("warn.home_not_modelled", {"count": Amount(ours, "count"), "home": home})


def other_rules(study: Study, rules: Rulebook) -> tuple[OtherRule, ...]:
    """Rules that are no duties, of the planned markets and of home on going abroad, each once; what nothing works out first."""
    horizon, places = study.case.horizon, study.world.gazetteer
    first, last = date(horizon.first, 1, 1), date(horizon.last, 12, 31)
    markets: dict[NonTariff, list[str]] = {}
    for market in study.carmaker.channels:
        offered = {study.carmaker.models[o.model_id].powertrain for o in study.carmaker.offers if o.market == market}
        for rule in concerning(rules, market, places.territory(market), first, last):
            if not rule.powertrains or rule.powertrains & offered:
                markets.setdefault(rule, []).append(market)
    home = study.carmaker.home.place
    for rule in binding_abroad(rules, home, first, last):
        markets.setdefault(rule, []).append(home)
    found = [_told(study, rule, met_in) for rule, met_in in markets.items()]
    return tuple(sorted(found, key=lambda rule: ("shown", "acts", "elsewhere").index(rule.standing)))


def _told(study: Study, rule: NonTariff, markets: list[str]) -> OtherRule:
    source = study.world.sources.get(rule.evidence.source_id)
    places = (study.world.gazetteer.places[market] for market in markets)
    return OtherRule(
        markets=tuple(Name(place.name, place.name_zh) for place in places),
        measure=rule.measure_id,
        standing="shown" if is_shown_only(rule) else "acts" if rule.acts else "elsewhere",
        effect=rule.effect,
        title=rule.title,
        printed=rule.printed,
        first=rule.span.first.isoformat() if rule.span.first else "",
        last=rule.span.last.isoformat() if rule.span.last else "",
        source=source.title if source else rule.evidence.source_id,
        url=source.url if source else "",
    )
