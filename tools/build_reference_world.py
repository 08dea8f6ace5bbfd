"""Convert collected figures into the reference world that ships inside the package.

    python tools/build_reference_world.py --figures FOLDER

FOLDER holds ``markets/`` and ``rules/``, the collected tables with their citations. What the project gathered itself
stands in ``tools/figures``. The result goes to ``src/roadstead/world/data`` and ``src/roadstead/trade/data``; running it
twice gives the same bytes. Hand-kept tables (places.csv) are left alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

from conversion import gathered, hand_tables, monthly_table, non_tariff_table, rule_tables, world_tables  # noqa: E402
from conversion.writing import SourceBook, figures, write  # noqa: E402

import roadstead.trade.schemas as trade_schemas  # noqa: E402
import roadstead.world.schemas as world_schemas  # noqa: E402
from roadstead.terms.tables import read_table  # noqa: E402
from roadstead.trade import schemas_beside  # noqa: E402
from roadstead.world import claim_schemas, market_schemas  # noqa: E402
from roadstead.world.places import gazetteer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roadstead.terms.tables import Schema

WORLD = HERE.parent / "src/roadstead/world/data"
TRADE = HERE.parent / "src/roadstead/trade/data"


def build(folder: Path) -> list[tuple[str, int]]:
    """Write every table; returns their names and numbers of rows."""
    book = SourceBook()
    markets, rules, own = folder / "markets", folder / "rules", HERE / "figures"

    def cited(rows: Iterator[dict[str, str]], table: str) -> Iterator[dict[str, str]]:
        return gathered.cited(rows, table, own, book)

    tables: list[tuple[Path, Schema, Iterable[dict[str, str]]]] = [
        (WORLD, world_schemas.DEFINITIONS, world_tables.definitions()),
        (WORLD, world_schemas.SALES, gathered.sales(world_tables.sales(markets, book), own, book)),
        (WORLD, world_schemas.NEV, gathered.nev(world_tables.nev(markets, book), own, book)),
        (WORLD, world_schemas.NEV_SPLIT, gathered.nev_split(world_tables.nev_split(markets, book), own, book)),
        (WORLD, world_schemas.EXPORTS, gathered.exports(world_tables.exports(markets, book), own, book)),
        (
            WORLD,
            world_schemas.OVERSEAS_PRODUCTION,
            gathered.overseas_production(world_tables.overseas_production(markets, book), own, book),
        ),
        (
            WORLD,
            world_schemas.PARTS_TRADE,
            gathered.parts_trade(world_tables.parts_trade(markets, book), own, book),
        ),
        (
            WORLD,
            world_schemas.PRECEDENTS,
            gathered.precedents(world_tables.precedents(rules, book), own, book),
        ),
        (WORLD, world_schemas.PLANT_DATES, gathered.plain("plant_dates", own, book)),
        (WORLD, world_schemas.SEA_DISTANCES, gathered.sea_distances(world_tables.sea_distances(markets, book), own)),
        (WORLD, world_schemas.COSTS, world_tables.costs(markets, book)),
        (WORLD, world_schemas.OUTSIDE_VIEWS, world_tables.outside_views(markets, book)),
        (
            WORLD,
            world_schemas.YEAR_TO_DATE,
            monthly_table.rows(markets, gazetteer(read_table(WORLD / "places.csv", world_schemas.PLACES)), book),
        ),
        (WORLD, world_schemas.POLICY_STEPS, gathered.policy_steps(own, book)),
        (WORLD, world_schemas.BRAND_REGISTRATIONS, gathered.brand_registrations(own, book)),
        (WORLD, world_schemas.DEALER_OUTLETS, gathered.dealer_outlets(own, book)),
        (WORLD, world_schemas.ECONOMIES, gathered.economies(own, book)),
        (WORLD, world_schemas.INCOMES, world_tables.incomes(markets, book)),
        (WORLD, claim_schemas.NEV_COUNTS, gathered.plain("nev_counts", own, book)),
        (WORLD, market_schemas.TRANSIT_PORTS, gathered.plain("transit_ports", own, book)),
        (WORLD, market_schemas.MARKET_TERMS, gathered.plain("market_terms", own, book)),
        (WORLD, claim_schemas.CLAIMS, gathered.plain("claims", own, book)),
        (WORLD, claim_schemas.CLAIM_READINGS, figures(own, "claim_readings.csv")),
        (
            TRADE,
            trade_schemas.MEASURES,
            gathered.published(gathered.measures(cited(rule_tables.measures(rules, book), "measures"), own, book), own),
        ),
        (
            TRADE,
            trade_schemas.AGREEMENTS,
            gathered.agreements(cited(rule_tables.agreements(rules, book), "agreements"), own, book),
        ),
        (
            TRADE,
            trade_schemas.ORIGIN_RULES,
            gathered.origin_rules(cited(rule_tables.origin_rules(rules, book), "origin_rules"), own, book),
        ),
        (
            TRADE,
            schemas_beside.NON_TARIFF,
            gathered.non_tariff(cited(non_tariff_table.non_tariff(rules, book), "non_tariff"), own, book),
        ),
        (TRADE, schemas_beside.UNITS, rule_tables.units(book)),
        (TRADE, schemas_beside.QUOTA_SHARES, rule_tables.quota_shares(book)),
        (TRADE, schemas_beside.OBLIGATIONS, rule_tables.obligations(book)),
        (TRADE, schemas_beside.TAXES, gathered.taxes(own, book)),
        (TRADE, schemas_beside.BLOCS, hand_tables.blocs(book)),
        (TRADE, schemas_beside.FIRM_GROUPS, gathered.firm_groups(own, book)),
        (TRADE, schemas_beside.HOMOLOGATION, gathered.homologation(own, book)),
    ]
    used: set[str] = set()

    def noted(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
        for row in rows:
            used.add(row.get("source", ""))
            yield row

    counts = [(schema.name, write(to / f"{schema.name}.csv", schema, noted(rows))) for to, schema, rows in tables]
    # A source that a better one has taken the place of is left out.
    sources = (row for row in book.rows() if row["source"] in used)
    counts.append(("sources", write(WORLD / "sources.csv", world_schemas.SOURCES, sources)))
    for schema in (*world_schemas.ALL, *trade_schemas.ALL):
        read_table((WORLD if schema in world_schemas.ALL else TRADE) / f"{schema.name}.csv", schema)
    return counts


def main() -> None:
    """Run the conversion."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, required=True, help="folder of collected tables")
    for name, count in build(parser.parse_args().figures):
        print(f"{name:22s}{count:7,d} rows")


if __name__ == "__main__":
    main()
