"""Whether the rules of a rulebook fit together: no rule doubled, no step of a ramp missing, no charge without a rate.

Every table is looked at whole, and every fault is told at once, each at its row: days the wrong way round, conditions over
facts that no shipment declares, charges in a currency without a rate, two base rates (or two preferences) of one scope on
one day, days that a dated series leaves uncovered, and taxes whose bases stand in no order. Where a user's own rows stand
beside the packaged ones, the place named is the user's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault
from roadstead.trade.columns import ENACTED, POWERTRAINS
from roadstead.trade.facts import read_condition
from roadstead.trade.non_tariff import ACTING, DELAYS, FORBIDS, NEED_MONEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from roadstead.terms.tables import Row

    Tables = Mapping[str, Sequence[Row]]

SPANS = {
    "measures": ("effective_from", "effective_to"),
    "agreements": ("effective_from", "effective_to"),
    "origin_rules": ("effective_from", "effective_to"),
    "non_tariff": ("effective_from", "effective_to"),
    "taxes": ("effective_from", "effective_to"),
    "blocs": ("member_from", "member_to"),
    "homologation": ("effective_from", "effective_to"),
}
"""Columns of first and last day, by table."""
CURRENCIES = {
    "measures": "specific_currency",
    "non_tariff": "currency",
    "units": "currency",
    "homologation": "currency",
}
"""Columns that name a currency, by table."""
CONDITIONS = ("measures", "non_tariff", "quota_shares")
"""Tables whose rows may have a condition."""
SETS = ("origins", "origins_except", "products", "powertrains", "firms", "requires", "replaces")
FAMILY = ("importer", "kind", "stack", "base", "rate_type", "group", "condition", *SETS)
"""Columns that the steps of one ramp share."""
EVER, NEVER = date.max, date.min


def faults(tables: Tables, currencies: Collection[str], own: Collection[int] = ()) -> Iterator[Fault]:
    """Everything that does not fit; ``own`` holds the ``id`` of each row of the user's, where he has any."""
    yield from _one_by_one(tables, currencies)
    measures = [row for row in tables["measures"] if _is_law(row)]
    found = [*_overlaps(measures), *_gaps(measures), *_taxes([row for row in tables["taxes"] if _is_law(row)])]
    for clash in found:
        mine = [row for row in clash.rows if id(row) in own]
        if mine or not own:
            yield clash.told(mine[-1] if mine else clash.rows[-1])


@dataclass(frozen=True, slots=True)
class Clash:
    """Rows that do not go together."""

    rows: tuple[Row, ...]
    column: str
    code: str
    message: str
    expected: str

    def told(self, at: Row) -> Fault:
        """The fault, at one of the rows."""
        return Fault(at.where(self.column), self.code, self.message, self.expected)


def _one_by_one(tables: Tables, currencies: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a row by itself."""
    for table, (first, last) in SPANS.items():
        for row in tables[table]:
            if row[first] and row[last] and row[last] < row[first]:
                message = f"the last day {row[last]} comes before the first, {row[first]}"
                yield Fault(row.where(last), "RS-L204", message, "a later day, or nothing")
    for table in CONDITIONS:
        for row in tables[table]:
            yield from _condition(row)
    for row in tables["non_tariff"]:
        yield from _acting(row)
    schemes = [row["scheme"] for row in tables["homologation"]]
    for row in tables["homologation"]:
        yield from _scheme(row, schemes)
    yield from _money(tables, currencies)


def _money(tables: Tables, currencies: Collection[str]) -> Iterator[Fault]:
    """Currencies without a rate."""
    # A dated unit of account (the base of a fee, say) is money too: units.csv says what it is worth.
    worth = {*currencies, *(row["unit"] for row in tables["units"])}
    for table, column in CURRENCIES.items():
        for row in tables[table]:
            if row[column] and row[column] not in worth:
                message = f"no exchange rate is known for {row[column]}"
                expected = (
                    "an ISO 4217 code with a row of indicator exchange_rate in economies.csv, or such a row of your own"
                )
                yield Fault(row.where(column), "RS-L206", message, expected)


def _condition(row: Row) -> Iterator[Fault]:
    found: list[Fault] = []
    if row["condition"]:
        read_condition(row, found)
    yield from found


def _acting(row: Row) -> Iterator[Fault]:
    """A rule that should act needs a figure to act with, and an effect that can."""
    if not row["acts"]:
        return
    effect, needed = row["effect"], ""
    if effect not in ACTING:
        needed = f"one of {', '.join(sorted(ACTING))}, or no under `acts`"
        yield Fault(row.where("effect"), "RS-L244", f"the engine has nothing to do for {effect}", needed)
    elif effect == FORBIDS and not (row["firm_nationality"] or row["made_in"]):
        needed = "home countries of the firms it bars, or countries whose cars it bars under `made_in`"
        yield Fault(row.where("firm_nationality"), "RS-L244", "a prohibition that bars nobody in particular", needed)
    elif effect == DELAYS and (row["amount"] is None or row["currency"]):
        yield Fault(row.where("amount"), "RS-L244", "a delay without its months", "months, and no currency")
    elif effect in NEED_MONEY and (row["amount"] is None or not row["currency"]):
        yield Fault(row.where("amount"), "RS-L244", f"{effect} without its money", "an amount and its currency")


def _scheme(row: Row, schemes: Collection[str]) -> Iterator[Fault]:
    """A cost has a currency, and what is accepted is a scheme."""
    if (row["cost"] is None) != (not row["currency"]):
        message = "a cost without its currency, or the other way round"
        yield Fault(row.where("currency"), "RS-L244", message, "both, or neither")
    for name in sorted(set(row["accepts"]) - set(schemes)):
        expected = f"one of {', '.join(sorted(schemes))}"
        yield Fault(row.where("accepts"), "RS-L244", f"no scheme is called {name!r}", expected)


def _is_law(row: Row) -> bool:
    """True for a row of enacted law whose days are the right way round."""
    return row["status"] in ENACTED and _first(row) <= _last(row)


def _first(row: Row) -> date:
    return row["effective_from"] or NEVER


def _last(row: Row) -> date:
    return row["effective_to"] or EVER


def _overlaps(measures: Iterable[Row]) -> Iterator[Clash]:
    """Two base rates of one scope on one day, or two unconditional rates that take the same place."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in measures:
        if row["stack"] == "BASE" or (row["stack"] == "REPLACE" and not row["condition"]):
            groups.setdefault(_scope(row), []).append(row)
    for rows in groups.values():
        for one, other in itertools.combinations(rows, 2):
            if _meet(one, other) and max(_first(one), _first(other)) <= min(_last(one), _last(other)):
                day = max(_first(one), _first(other))
                message = f"{one['measure']} and {other['measure']} set the same {other['kind']} rate from {day} on"
                expected = "end the earlier row the day before, or give the later one the earlier one's id"
                yield Clash((one, other), "effective_from", "RS-L241", message, expected)


def _scope(row: Row) -> tuple[Any, ...]:
    """What makes two rates answers to one question, apart from whose cars they are.

    A quota's own rate, a rate under another agreement or on another condition answers another question.
    """
    preference = (row["kind"], row["group"], row["quota"] is None, *map(frozenset, (row["requires"], row["replaces"])))
    return (row["importer"], row["stack"], row["condition"], *(preference if row["stack"] == "REPLACE" else ()))


def _meet(one: Row, other: Row) -> bool:
    """True where some car meets both rows and neither is the narrower of the two."""
    if not set(one["products"]) & set(other["products"]):
        return False
    if set(one["origins_except"]) != set(other["origins_except"]):
        return False
    standing = {_standing(_listed(one, name), _listed(other, name)) for name in ("origins", "powertrains", "firms")}
    return standing <= {"same", "crossing"}


def _listed(row: Row, name: str) -> set[str]:
    """A list of the row; empty for all."""
    return set(row[name]) - {"*"}


def _standing(mine: set[str], theirs: set[str]) -> str:
    """How two lists, empty for all, stand to each other: ``same``, ``crossing``, ``apart``, or one the ``narrower``."""
    if mine == theirs:
        return "same"
    if not mine or not theirs or mine < theirs or theirs < mine:
        return "narrower"
    return "crossing" if mine & theirs else "apart"


def _gaps(measures: Sequence[Row]) -> Iterator[Clash]:
    """Days between two steps of a series that no rule of its kind covers, and for which no reason is given."""
    families: dict[tuple[Any, ...], list[Row]] = {}
    for row in measures:
        key = tuple(frozenset(row[name]) if name in SETS else row[name] for name in FAMILY)
        if row["stack"] == "ADD":
            key = (*key, row["instrument"])  # each act adds a charge of its own
        families.setdefault(key, []).append(row)
    for rows in families.values():
        reached: Row | None = None
        for row in sorted(rows, key=_first):
            if reached is not None and _last(reached) != EVER and not row["lapse"]:
                begins, ends = _last(reached) + timedelta(days=1), _first(row) - timedelta(days=1)
                if begins <= ends and _bare(measures, row, begins, ends):
                    message = f"from {begins} to {ends} neither {reached['measure']} nor {row['measure']} holds"
                    expected = "steps that follow each other day by day, or in `lapse` the reason why none held"
                    yield Clash((reached, row), "effective_from", "RS-L242", message, expected)
            reached = row if reached is None or _last(row) >= _last(reached) else reached


def _bare(measures: Iterable[Row], step: Row, begins: date, ends: date) -> bool:
    """True where on some day of a gap no other rule of the importer and kind holds for some car that the step covers."""
    kind = (step["importer"], step["kind"], step["stack"])
    rivals = [row for row in measures if (row["importer"], row["kind"], row["stack"]) == kind]
    rivals = [row for row in rivals if "*" in row["origins"] or set(step["origins"]) <= set(row["origins"])]
    for product, powertrain in itertools.product(step["products"], step["powertrains"] or POWERTRAINS):
        day = begins
        for row in sorted(rivals, key=_first):
            covers = product in row["products"] and (not row["powertrains"] or powertrain in row["powertrains"])
            if covers and _first(row) <= day <= _last(row):
                if _last(row) >= ends:
                    break
                day = _last(row) + timedelta(days=1)
        else:
            return True
    return False


def _taxes(taxes: Iterable[Row]) -> Iterator[Clash]:
    """Taxes on one car and day whose bases rest on each other, or stand in no order.

    A tax on import is charged before there is a dealer's price: one that comes after a tax on price in the cascade would be
    charged on what it is itself a part of.
    """
    markets: dict[str, list[Row]] = {}
    for row in taxes:
        if row["order"] is not None and row["importer"]:
            markets.setdefault(row["importer"], []).append(row)
    for rows in markets.values():
        for one, other in _together(sorted(rows, key=lambda row: row["order"])):
            if one["order"] == other["order"]:
                message = f"{one['tax']} and {other['tax']} have the same place in the cascade"
                expected = "another `order`, or days, powertrains or forms that do not meet"
                yield Clash((one, other), "order", "RS-L243", message, expected)
            elif (one["base"], other["base"]) == ("PRICE", "IMPORT"):
                message = f"{other['tax']}, a tax on import, comes after {one['tax']}, a tax on the price it is part of"
                expected = "taxes on import before those on price: a lower `order`"
                yield Clash((one, other), "order", "RS-L243", message, expected)


def _together(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of taxes that one car meets on one day."""
    for one, other in itertools.combinations(rows, 2):
        if (
            max(_first(one), _first(other)) <= min(_last(one), _last(other))
            and _share(one["powertrains"], other["powertrains"])
            and _share(one["forms"], other["forms"])
        ):
            yield one, other


def _share(mine: Collection[str], theirs: Collection[str]) -> bool:
    """True where two lists, empty for all, have something in common."""
    return not mine or not theirs or bool(set(mine) & set(theirs))
