"""Figures the project gathered itself (tools/figures), merged into the reference world.

citations.csv says what was found out since about collected rows: a source, a day, a value (in percent), a standing, a remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversion.rule_tables import AS_OF
from conversion.writing import SourceBook, evidence, figures, fraction, number
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    return figures(folder, name) if (folder / name).exists() else []


def _evidence(row: dict[str, str], book: SourceBook) -> dict[str, str]:
    source = book.cite(row["source_title"], row["source_url"], row.get("published_on", ""))
    return evidence(source, row["as_of"], row["confidence"], row["note"])


def nev(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """NEV shares, with the project's own rows in place of collected ones of the same place and year."""
    own = {(row["place"], row["year"]): row for row in _rows(folder, "nev.csv")}
    rows = {(row["place"], row["year"]): row for row in collected}
    for key, row in own.items():
        rows[key] = {
            "place": row["place"],
            "year": row["year"],
            "nev_share": fraction(row["nev_share_percent"]),
            "nev_sales": number(row["nev_sales"], 0),
            "total_sales": number(row["total_sales"], 0),
            **_evidence(row, book),
        }
    for key in sorted(rows):
        yield rows[key]


def nev_split(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Shares of BEV in NEV, with the project's own rows in place of collected ones of the same place and year."""
    rows = {(row["place"], row["year"]): row for row in collected}
    for row in _rows(folder, "nev_split.csv"):
        share = fraction(row["bev_share_percent"])
        rows[row["place"], row["year"]] = {
            "place": row["place"],
            "year": row["year"],
            "bev_share": share,
            **_evidence(row, book),
        }
    yield from rows.values()


def sales(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Sales, with the project's own rows preferred to collected ones of the same place, year and scope."""
    own = _rows(folder, "sales.csv")
    better = {(row["place"], row["year"], row["scope"]) for row in own}
    for row in collected:
        key = (row["place"], row["year"], row["scope"])
        yield row | {"preferred": "no"} if key in better else row
    for row in own:
        yield {
            **{name: row[name] for name in ("place", "year", "scope", "measure")},
            "value": number(row["value"], 0),
            "preferred": "yes",
            **_evidence(row, book),
        }


def exports(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Exports; ``definition`` says what is counted."""
    names = ("origin", "destination", "period", "year", "full_year", "powertrain", "definition", "unit")
    yield from _better_sourced(collected, _rows(folder, "exports.csv"), names, book)


def overseas_production(
    collected: Iterator[dict[str, str]], folder: Path, book: SourceBook
) -> Iterator[dict[str, str]]:
    """Production at home and abroad."""
    names = ("home", "firms", "year", "period", "metric", "unit")
    yield from _better_sourced(collected, _rows(folder, "overseas_production.csv"), names, book)


def _better_sourced(
    collected: Iterator[dict[str, str]], own: list[dict[str, str]], names: tuple[str, ...], book: SourceBook
) -> Iterator[dict[str, str]]:
    """The project's own rows in place of collected ones without a source that say what they say, else after them."""
    better = {tuple(row[name] for name in names) for row in own}
    for row in collected:
        if row["source"] or tuple(row[name] for name in names) not in better:
            yield row
    for row in own:
        yield {name: row[name] for name in (*names, "value")} | _evidence(row, book)


def precedents(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Restraints and plants, with the project's own rows after the collected ones."""
    yield from collected
    yield from plain("precedents", folder, book)


def plain(name: str, folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """A table the project gathered whole, as it stands."""
    for row in _rows(folder, f"{name}.csv"):
        told = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "published_on"}}
        rests_on = {"source": row["source_title"]} if row["source_title"] == ASSUMPTION else _evidence(row, book)
        yield told | rests_on


def parts_trade(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Trade in parts, with the project's own rows, by place, goods and year."""
    own = [
        {k: row[k] for k in ("place", "flow", "year", "goods", "definition", "value")} | _evidence(row, book)
        for row in _rows(folder, "parts_trade.csv")
    ]
    yield from sorted(
        [*collected, *own], key=lambda r: (r["place"], r["flow"], r["goods"], int(r["year"]), r["definition"])
    )


def sea_distances(collected: Iterator[dict[str, str]], folder: Path) -> Iterator[dict[str, str]]:
    """Sea distances, with those round a closed canal that the collected table leaves out, from the same network."""
    model: dict[str, str] = {}
    for row in collected:
        model = model or row
        yield row
    rests_on = {name: model[name] for name in ("source", "as_of", "confidence")}
    for row in _rows(folder, "sea_distances.csv"):
        yield row | rests_on


def economies(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Tax rates, country risk premia and exchange rates."""
    for row in sorted(_rows(folder, "economies.csv"), key=lambda r: (r["indicator"], r["place"], r["period"])):
        rate = row["indicator"] != "exchange_rate"
        yield {
            "place": row["place"],
            "indicator": row["indicator"],
            "period": row["period"],
            "value": fraction(row["value"]) if rate else number(row["value"], 6),
            "unit": "1" if rate else row["unit"],
            **_evidence(row, book),
        }


def measures(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Duties, with the project's own rows after the collected ones."""
    for row in collected:
        yield _with_fuel_cells(row)
    for row in _rows(folder, "measures.csv"):
        plain = {
            k: v for k, v in row.items() if k not in {"source_title", "source_url", "rate_percent", "published_on"}
        }
        yield _with_fuel_cells(plain | {"rate": fraction(row["rate_percent"])} | _evidence(row, book))


def _with_fuel_cells(row: dict[str, str]) -> dict[str, str]:
    """A fuel-cell car has only an electric motor: heading 8703.80, as a battery car.

    What an importer grants to approved battery cars (quotas, undertakings) is not read as granted to fuel cells; nor is trade
    defence, which names battery cars (Regulation (EU) 2024/2754, article 1), charged on them.
    """
    powertrains = row["powertrains"].split("|")
    if "BEV" not in powertrains or "FCEV" in powertrains or row["kind"] in {"QUOTA_TRQ", "MIN_PRICE", "COUNTERVAILING"}:
        return row
    return row | {"powertrains": "|".join([*powertrains, "FCEV"])}


def agreements(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Agreements, with the project's own rows after the collected ones."""
    yield from collected
    for row in _rows(folder, "agreements.csv"):
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "published_on"}}
        yield plain | _evidence(row, book)


def cited(collected: Iterator[dict[str, str]], table: str, folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Collected rows of a table with what was found out about them since: a source, a day, a remark.

    Raises
    ------
    ValueError
        For a citation of a row that the table does not hold.
    """
    found = {row["row"]: row for row in _rows(folder, "citations.csv") if row["table"] == table}
    for row in collected:
        key = next(iter(row.values()))
        yield row | _amended(row, found.pop(key), book) if key in found else row
    if found:
        raise ValueError(f"citations.csv names rows of {table} that are not there: {', '.join(found)}")


def published(collected: Iterator[dict[str, str]], folder: Path) -> Iterator[dict[str, str]]:
    """Measures with the day on which each was published, where it is not the day from which it holds, and who says so.

    Raises
    ------
    ValueError
        For a day of a measure that is not there.
    """
    found = {row["row"]: row for row in _rows(folder, "published.csv")}
    for row in collected:
        told = found.pop(row["measure"], None)
        if told is None:
            yield row
            continue
        # Where no document is named, the measure's own note or source names the day.
        by = (
            f"published {told['published_on']}: {told['source_title']}, {told['source_url']}"
            if told["source_title"]
            else ""
        )
        yield row | {
            "published_on": told["published_on"],
            "note": "; ".join(part for part in (row["note"], by) if part),
        }
    if found:
        raise ValueError(f"published.csv names measures that are not there: {', '.join(found)}")


VALUED = {"measures": "rate", "origin_rules": "threshold"}
"""Column that a corrected value stands in, by table."""
FLOOR = "2015-01-01"
"""Written for a first day of which only this is known, that it was no later."""
NO_END = "-"
"""Written for a last day that the collected row has and the law has not."""


def _amended(row: dict[str, str], cited: dict[str, str], book: SourceBook) -> dict[str, str]:
    changes = {name: cited[name] for name in ("confidence", "effective_from", "effective_to", "status") if cited[name]}
    if changes.get("effective_to") == NO_END:
        changes["effective_to"] = ""
    if changes.get("effective_from") == FLOOR and "from_is_floor" in row:
        changes["from_is_floor"] = "yes"
    if cited["value"]:
        changes[VALUED[cited["table"]]] = fraction(cited["value"])
    if cited["source_title"]:
        changes["source"] = book.cite(cited["source_title"], cited["source_url"], cited["published_on"])
    if cited["note"]:
        changes["note"] = "; ".join(part for part in (row["note"], cited["note"]) if part)
    return changes


def taxes(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Taxes the buyer pays."""
    for row in _rows(folder, "taxes.csv"):
        plain = {
            k: v for k, v in row.items() if k not in {"source_title", "source_url", "rate_percent", "published_on"}
        }
        yield plain | {"rate": fraction(row["rate_percent"])} | _evidence(row, book)


def non_tariff(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Rules other than duties, with the project's own rows after the collected ones."""
    yield from collected
    for row in _rows(folder, "non_tariff.csv"):
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "published_on"}}
        yield plain | _evidence(row, book)


def homologation(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Schemes of approval."""
    for row in _rows(folder, "homologation.csv"):
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "published_on"}}
        yield plain | _evidence(row, book)


def policy_steps(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Dated steps of policy, in the order of the days they take effect."""
    for row in sorted(_rows(folder, "policy_steps.csv"), key=lambda r: (r["takes_effect"], r["step"])):
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "published_on"}}
        yield plain | _evidence(row, book)


def brand_registrations(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Cars sold by makers new to a market."""
    for row in _rows(folder, "brand_registrations.csv"):
        yield {
            **{name: row[name] for name in ("place", "year", "period", "brand", "powertrain")},
            "cars": number(row["cars"], 0),
            "share": fraction(row["share_percent"]),
            "definition": row["definition"],
            **_evidence(row, book),
        }


def dealer_outlets(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Outlets of brands new to a market."""
    for row in _rows(folder, "dealer_outlets.csv"):
        yield {**{name: row[name] for name in ("place", "brand", "on", "outlets")}, **_evidence(row, book)}


def firm_groups(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Producer groups of the European countervailing duty, each maker in English and Chinese."""
    for row in _rows(folder, "firm_groups.csv"):
        told = _evidence(row | {"as_of": AS_OF}, book)
        yield {"group": row["group"], "firm": row["firm"], **told}
        if row["in_chinese"]:
            note = "; ".join(filter(None, (f"Chinese name of {row['firm']}", row["note"])))
            yield {"group": row["group"], "firm": row["in_chinese"], **told, "note": note}


def origin_rules(collected: Iterator[dict[str, str]], folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Thresholds of origin, with the project's own rows after the collected ones."""
    yield from collected
    for row in _rows(folder, "origin_rules.csv"):
        plain = {k: v for k, v in row.items() if k not in {"source_title", "source_url", "threshold_percent"}}
        yield plain | {"threshold": fraction(row["threshold_percent"])} | _evidence(row, book)
