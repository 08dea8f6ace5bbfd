"""What claims are about, each worked out from the tables of the world: exports, markets, NEV, plants and parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.study import claim_overseas
from roadstead.study.claim_figures import Figure, crossed, joined, of_row, of_rows
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import HOME
from roadstead.world.reference import SCOPES, WORLD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from roadstead.terms.tables import Row
    from roadstead.world.reference import World


def work_out(world: World, reading: Row) -> list[Figure]:
    """Every figure the tables give for a reading of a claim; none where it names no quantity or they hold no row.

    Raises
    ------
    RoadsteadError
        RS-W308 where a reading of one's own names what its quantity is not worked out of.
    """
    quantity = reading["quantity"]
    if not quantity:
        return []
    try:
        return QUANTITIES[quantity](world, reading)
    except (ValueError, KeyError, ZeroDivisionError) as error:
        message = f"`{quantity}` is not worked out of such places, periods, definitions and what stands beside them"
        expected = f"as many of each, and of the same kind, as packaged readings of `{quantity}` have"
        raise RoadsteadError(Fault(reading.at, "RS-W308", message, expected)) from error


def _exports(world: World, reading: Row) -> list[Figure]:
    (destination,) = reading["place"]
    return of_rows(_exported(world, destination, reading["period"], reading["definition"], reading["beside"]))


def _exported(
    world: World, destination: str, periods: Iterable[str], counts: Iterable[str], powertrain: str, origin: str = HOME
) -> Iterable[Row]:
    """Rows of vehicles shipped; of any count where none is named."""
    told = tuple(counts)
    return (
        row
        for row in world.tables["exports"]
        if (row["origin"], row["destination"], row["powertrain"]) == (origin, destination, powertrain)
        and row["unit"] == "vehicles"
        and row["period"] in set(periods)
        and (not told or row["definition"] in told)
    )


def _exports_ratio(world: World, reading: Row) -> list[Figure]:
    """Exports to a place in one period over those in another."""
    (place,) = reading["place"]
    later, earlier = (
        of_rows(_exported(world, place, [period], reading["definition"], reading["beside"]))
        for period in reading["period"]
    )
    return crossed(lambda a, b: a / b, later, earlier)


def _exports_spread(world: World, reading: Row) -> list[Figure]:
    """The largest count over the smallest, of figures that cite a document."""
    told = [figure for figure in _exports(world, reading) if figure.decides and figure.value]
    if len(told) < 2:
        return []
    least, most = min(told, key=_value), max(told, key=_value)
    return crossed(lambda a, b: a / b, [most], [least])


def _exports_other_than_nev(world: World, reading: Row) -> list[Figure]:
    """Share of what is exported that is no NEV."""
    nev, every = (
        of_rows(_exported(world, WORLD, reading["period"], reading["definition"], powertrain))
        for powertrain in ("NEV", "ALL")
    )
    return crossed(lambda part, whole: 1.0 - part / whole, nev, every)


def _exports_beside_japan(world: World, reading: Row) -> list[Figure]:
    """China's exports over Japan's in each year: the smaller ratio of the years, by every pair of rows."""
    (count,) = reading["definition"]
    ratios = [
        crossed(
            lambda ours, theirs: ours / theirs,
            of_rows(_exported(world, WORLD, [year], [count], "ALL")),
            _japanese(world, year, count),
        )
        for year in reading["period"]
    ]
    return crossed(lambda *v: min(v), *ratios)


def _japanese(world: World, year: str, count: str) -> list[Figure]:
    """Japan's exports as its makers' association counts them, or its customs."""
    if count == "CUSTOMS":
        return of_rows(_exported(world, WORLD, [year], [count], "ALL", "JPN"))
    return of_rows(
        row
        for row in world.tables["overseas_production"]
        if (row["home"], row["metric"], row["period"]) == ("JPN", "EXPORTS", year)
    )


def _leading_destinations(world: World, reading: Row) -> list[Figure]:
    """Destinations from the largest down: ranks as printed, else the vehicles of one document's list."""
    lists: dict[tuple[str, str], list[Row]] = {}
    for row in world.tables["exports"]:
        wanted = row["origin"] == HOME and row["destination"] != WORLD and row["period"] in reading["period"]
        if wanted and row["powertrain"] == reading["beside"] and row["unit"] in {"rank", "vehicles"}:
            lists.setdefault((row["source"], row["unit"]), []).append(row)
    found = []
    for (source, unit), rows in lists.items():
        if source and len(rows) >= LEAST_OF_A_LIST:
            rows.sort(key=lambda row: row["value"] if unit == "rank" else -row["value"])
            found.append(joined([of_row(row) for row in rows], None, tuple(row["destination"] for row in rows)))
    return found


LEAST_OF_A_LIST = 5
"""A document that prints fewer destinations tells no order."""


def _share_of_listed(world: World, reading: Row) -> list[Figure]:
    """What some places take of all that one list of destinations holds."""
    lists = ([row for row in told if row["destination"] != WORLD] for told in _shipped(world, reading))
    return [_share(listed, listed, reading) for listed in lists if len(listed) >= LEAST_OF_A_LIST]


LEAST_OF_ALL = 50
"""A document with fewer destinations is taken not to have every one: assumed."""


def _share_of_all(world: World, reading: Row) -> list[Figure]:
    """What some places take of all that is shipped, by documents that have it to every destination."""
    found = []
    for told in _shipped(world, reading):
        to = [row for row in told if row["destination"] != WORLD]
        if len(to) >= LEAST_OF_ALL:
            found.append(_share(told, [row for row in told if row["destination"] == WORLD] or to, reading))
    return found


def _shipped(world: World, reading: Row) -> Iterable[list[Row]]:
    """Cars shipped from home, by document and period; of any definition where the reading names none."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in world.tables["exports"]:
        wanted = row["origin"] == HOME and row["period"] in reading["period"] and row["unit"] == "vehicles"
        counted = not reading["definition"] or row["definition"] in reading["definition"]
        if wanted and counted and row["powertrain"] == reading["beside"]:
            found.setdefault((row["source"], row["period"]), []).append(row)
    return found.values()


def _share(told: Sequence[Row], whole: Sequence[Row], reading: Row) -> Figure:
    """What the reading's places take of rows that come to the whole, by a document."""
    part = sum(row["value"] for row in told if row["destination"] in reading["place"])
    return joined(of_rows(told), part / sum(row["value"] for row in whole))


def _sold(world: World, place: str, year: str, scope: str) -> list[Figure]:
    return of_rows(
        row
        for row in world.tables["sales"]
        if row["place"] == place and str(row["year"]) == year and row["scope"] == scope
    )


def _sales(world: World, reading: Row) -> list[Figure]:
    (place,), (year,), (scope,) = reading["place"], reading["period"], reading["definition"]
    return _sold(world, place, year, scope)


def _sales_added(world: World, reading: Row) -> list[Figure]:
    """Sales of several scopes that do not overlap."""
    (place,), (year,) = reading["place"], reading["period"]
    return crossed(lambda *v: sum(v), *(_sold(world, place, year, scope) for scope in reading["definition"]))


def _sales_outside(world: World, reading: Row) -> list[Figure]:
    """Sales of a place less those of another."""
    (place,), (year,), (scope,) = reading["place"], reading["period"], reading["definition"]
    other, others_scope = reading["beside"].split()
    return crossed(lambda a, b: a - b, _sold(world, place, year, scope), _sold(world, other, year, others_scope))


def _widest(world: World, place: str, year: str) -> list[Figure]:
    """Sales by the widest count that cites a document; the count preferred for it."""
    for scope in reversed(SCOPES):
        rows = [
            row
            for row in world.tables["sales"]
            if row["place"] == place and str(row["year"]) == year and row["scope"] == scope and row["preferred"]
        ]
        told = [figure for figure in of_rows(rows) if figure.decides]
        if told:
            return told
    return []


def _smallest_market(world: World, reading: Row) -> list[Figure]:
    """Sales of the smallest of several markets; places joined by + count as one."""
    (year,) = reading["period"]
    markets = [
        crossed(lambda *v: sum(v), *(_widest(world, place, year) for place in group.split("+")))
        for group in reading["place"]
    ]
    return crossed(lambda *v: min(v), *markets)


def _large_markets(world: World, reading: Row) -> list[Figure]:
    """Sales of all packaged countries but the home market that buy so many or more, by their widest count."""
    (year,), least = reading["period"], float(reading["beside"])
    told = []
    for place in sorted({row["place"] for row in world.tables["sales"]} - {HOME}):
        if world.gazetteer.places[place].kind == "territory":
            told += [figure for figure in _widest(world, place, year)[:1] if _value(figure) >= least]
    return [joined(told, sum(map(_value, told)))] if told else []


def _nev_sales(world: World, reading: Row) -> list[Figure]:
    """NEV sold, by every publisher or by one."""
    (place,), (year,) = reading["place"], reading["period"]
    publishers = set(reading["definition"])
    found = [] if publishers - {"IEA"} else _nev(world, place, year, "nev_sales")
    for row in world.tables["nev_counts"]:
        if row["place"] == place and str(row["year"]) == year and (not publishers or row["publisher"] in publishers):
            found.append(of_row(row, "nev_sales"))
    return found


def _nev_share(world: World, reading: Row) -> list[Figure]:
    (place,), (year,) = reading["place"], reading["period"]
    return _nev(world, place, year, "nev_share")


def _nev(world: World, place: str, year: str, column: str) -> list[Figure]:
    return of_rows((row for row in world.tables["nev"] if row["place"] == place and str(row["year"]) == year), column)


def _outlook(column: str) -> Callable[[World, Row], list[Figure]]:
    """What an edition of a published projection says of a place and year."""

    def found(world: World, reading: Row) -> list[Figure]:
        (place,), (year,), (publisher,) = reading["place"], reading["period"], reading["definition"]
        return of_rows(
            (
                row
                for row in world.tables["outside_views"]
                if (row["publisher"], row["scenario"]) == (publisher, reading["beside"])
                and row["place"] == place
                and str(row["year"]) == year
            ),
            column,
        )

    return found


def _parts(world: World, place: str, year: str, definition: str) -> list[Figure]:
    return of_rows(
        row
        for row in world.tables["parts_trade"]
        if (row["place"], row["flow"], row["definition"]) == (place, "EXPORT", definition) and str(row["year"]) == year
    )


def _parts_exports(world: World, reading: Row) -> list[Figure]:
    """Exports of parts in billions of dollars; headings joined by + are added up."""
    (place,), (year,), (headings,) = reading["place"], reading["period"], reading["definition"]
    return crossed(lambda *v: sum(v), *(_parts(world, place, year, heading) for heading in headings.split("+")))


def _parts_share(world: World, reading: Row) -> list[Figure]:
    (place,), (year,), (heading,) = reading["place"], reading["period"], reading["definition"]
    return crossed(
        lambda part, whole: part / whole,
        _parts(world, place, year, heading),
        _parts(world, reading["beside"], year, heading),
    )


def _plants_announced(world: World, reading: Row) -> list[Figure]:
    """Chinese plants in a customs territory announced from a month on, those with a source."""
    (territory,), (since,) = reading["place"], reading["period"]
    rows = [
        row
        for row in world.tables["precedents"]
        if row["kind"] == "CN_PLANT" and row["announced"] >= since and row.evidence.is_sourced
        if row["host"] in world.gazetteer.places and world.gazetteer.territory(row["host"]) == territory
    ]
    parts = [Figure(1.0, (), (row.at,), (row.evidence.source_id,), decides=True) for row in rows]
    return [joined(parts, float(len(parts)))] if parts else []


def _value(figure: Figure) -> float:
    assert figure.value is not None
    return figure.value


QUANTITIES: Mapping[str, Callable[[World, Row], list[Figure]]] = {
    "exports": _exports,
    "exports_beside_japan": _exports_beside_japan,
    "exports_other_than_nev": _exports_other_than_nev,
    "exports_ratio": _exports_ratio,
    "exports_spread": _exports_spread,
    "large_markets": _large_markets,
    "leading_destinations": _leading_destinations,
    "nev_sales": _nev_sales,
    "nev_share": _nev_share,
    "outlook_sales": _outlook("nev_sales"),
    "outlook_share": _outlook("nev_share"),
    "parts_exports": _parts_exports,
    "parts_share": _parts_share,
    "plants_announced": _plants_announced,
    "sales": _sales,
    "sales_added": _sales_added,
    "sales_outside": _sales_outside,
    "share_of_all": _share_of_all,
    "share_of_listed": _share_of_listed,
    "smallest_market": _smallest_market,
    **claim_overseas.QUANTITIES,
}
"""A computation by the name that claim_readings.csv gives it."""
