"""Measure the back-tests of the planner again: every table of docs/evidence-*.md that is made by code.

python tools/evidence_report.py            prints them
python tools/evidence_report.py --write    puts them into the pages
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from typing import TYPE_CHECKING

from build_docs import DOCS, grid
from marked_tables import put

from roadstead.cli import walls_tables
from roadstead.futures.catalogue.hindcast import CATALOGUE, ONE_RATE, PRIOR
from roadstead.study.back_tests import KNOWN, backtest_walls
from roadstead.terms.ids import Product
from roadstead.trade import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.cli.walls_tables import Told
    from roadstead.futures.catalogue.hindcast import Hindcast

PART = "<!-- {name}: made by tools/evidence_report.py -->"
ENDS = range(2018, 2025)
"""Years at whose end chances are counted, to see what hangs on the one chosen."""


def as_grid(told: Told) -> list[str]:
    """A table of the command line as one of a page."""
    columns, rows = told
    return grid([column.removeprefix(">") for column in columns], rows)


def walls() -> Mapping[str, list[str]]:
    """Tables of evidence-walls.md."""
    found = backtest_walls(KNOWN)
    return {
        "walls in short": in_short(found),
        "walls by class": as_grid(walls_tables.classes(found, "en")),
        "walls by way": as_grid(walls_tables.scores(found, "en")),
        "walls by chance": as_grid(walls_tables.bins(found, "en")),
        "walls that came": as_grid(walls_tables.came(found, "en")),
        "walls that did not": as_grid(walls_tables.quiet(found, "en")),
        "walls by year": by_year(),
    }


def in_short(found: Hindcast) -> list[str]:
    """What it comes to."""
    one, pooled = found.score(CATALOGUE), found.score(ONE_RATE)
    judged = [each for each in found.classes if each.held is not None and not each.within]
    rows = [
        ("questions (class, place, year)", f"{one.count:,}"),
        ("expected to come by the counts", f"{one.expected:.1f}"),
        ("came", str(one.came)),
        ("of these, happenings (place and day)", str(found.happenings)),
        ("Brier score of the counts", f"{one.brier:.4f}"),
        ("Brier score of one rate for all", f"{pooled.brier:.4f}"),
        ("classes whose 80 % range held", f"{sum(each.held is True for each in judged)} of {len(judged)}"),
        ("rows of law on built-up cars that begin in 2016 to 2021", str(_begin(date(2016, 1, 1), found.known))),
        ("that begin later, to the day of the tables", str(_begin(found.known + timedelta(days=1), found.until))),
    ]
    return grid(("", f"counted to the end of {found.known.year}"), rows)


def _begin(first: date, last: date) -> int:
    law = (m for m in rulebook.load().every_measure() if m.is_law and Product.CAR in m.products)
    return sum(m.span.first is not None and first <= m.span.first <= last for m in law)


def by_year() -> list[str]:
    """The same from other years' ends."""
    rows = []
    for year in ENDS:
        found = backtest_walls(year)
        one = found.score(CATALOGUE)
        judged = [each for each in found.classes if each.held is not None and not each.within]
        rows.append(
            (
                str(year),
                str(one.count),
                f"{one.expected:.1f}",
                str(one.came),
                *(f"{found.score(way).brier:.4f}" for way in (CATALOGUE, PRIOR, ONE_RATE)),
                f"{sum(each.held is True for each in judged)} of {len(judged)}",
            )
        )
    header = ("counted to", "questions", "expected", "came", "Brier: count", "half an event", "one rate", "ranges held")
    return grid(header, rows)


PAGES = {"evidence-walls.md": walls}


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into the pages")
    write = parser.parse_args().write
    for name, tables in PAGES.items():
        path = DOCS / name
        page = path.read_text(encoding="utf-8")
        for part, lines in tables().items():
            page = put(page, PART.format(name=part), lines)
            if not write:
                print(f"\n{part}\n", *lines, sep="\n")
        if write:
            path.write_text(page, encoding="utf-8")
            print(f"docs/{name} written")


if __name__ == "__main__":
    main()
