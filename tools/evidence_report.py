"""Measure the back-tests of the planner again: every table of docs/evidence-*.md that is made by code.

python tools/evidence_report.py --write            puts those of the walls into their page; prints them without --write
python tools/evidence_report.py --write --makers   those of the makers as well, which takes some twenty minutes
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from build_docs import DOCS, as_grid, grid
from marked_tables import put
from rests_on import constants, facts, fingerprints, room

from roadstead.futures.catalogue.hindcast import CATALOGUE, ONE_RATE, PRIOR
from roadstead.showing import makers as makers_tables
from roadstead.showing import walls as walls_tables
from roadstead.study.back_tests import KNOWN, backtest_makers, backtest_walls
from roadstead.study.makers import back_test, came, candidates, case, pricing, scoring
from roadstead.study.makers.assumed import Assumed
from roadstead.study.makers.back_test import PLAN, RULES
from roadstead.terms.ids import Product
from roadstead.trade import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.catalogue.hindcast import Hindcast
    from roadstead.study.makers.back_test import MakersTest

PART = "<!-- {name}: made by tools/evidence_report.py -->"
ENDS = range(2018, 2025)
"""Years at whose end chances are counted, to see what hangs on the one chosen."""


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


FIRST = "as above"
PAST = DOCS.parent / "cases" / "past"
VARIANTS = {
    FIRST: (KNOWN, Assumed()),
    "half the shares reached": (KNOWN, Assumed(0.04, 0.015)),
    "twice the shares reached": (KNOWN, Assumed(0.16, 0.06)),
    "prices carry duty up to 15 %": (KNOWN, Assumed(sheltered=0.15)),
    "prices carry duty up to 40 %": (KNOWN, Assumed(sheltered=0.40)),
    "from the end of 2023": (2023, Assumed()),
}
"""Every variant of the makers' back-test that was scored."""


def makers() -> Mapping[str, list[str]]:
    """Tables of evidence-makers.md; the cases they are first measured on are kept in cases/past."""
    return makers_told(
        {
            name: backtest_makers(known=known, assumed=assumed, cases=PAST if name == FIRST else None)
            for name, (known, assumed) in VARIANTS.items()
        }
    )


def makers_told(found: Mapping[str, MakersTest]) -> Mapping[str, list[str]]:
    """The same from back-tests that are done, by the names of the variants."""
    first, later = found[FIRST], found["from the end of 2023"]
    return {
        "makers by way": as_grid(makers_tables.scores(first, "en")),
        "makers by place": as_grid(makers_tables.places(first, "en")),
        "makers by maker": by_maker(first),
        "makers by time": in_time(found),
        "makers by variant": by_variant(found),
        "makers later by way": as_grid(makers_tables.scores(later, "en")),
        "makers later by place": as_grid(makers_tables.places(later, "en")),
        "makers rest on": makers_rest_on(),
    }


def makers_rest_on() -> list[str]:
    """What the makers' tables were measured on; nothing is planned for it."""
    asked = constants(back_test, came, candidates, case, pricing, scoring)
    return fingerprints(
        {
            "variants and rules": f"{VARIANTS}\n{asked}",
            "makers and their cars": (Path(case.__file__).parent / "data").glob("*.csv"),
            "facts": facts(),
            "law": room("trade"),
            "terms of demand": room("demand"),
        }
    )


def by_maker(found: MakersTest) -> list[str]:
    """What was picked and came of each maker."""
    rows = [
        (
            maker.name,
            str(len(maker.places)),
            str(len(maker.picks)),
            str(len(maker.came)),
            str(maker.asked(PLAN).hits),
            f"{maker.asked(PLAN).blind:.1f}",
            ", ".join(maker.outside) or "-",
            ", ".join(maker.before) or "-",
        )
        for maker in found.makers
    ]
    header = ("maker", "candidates", "picks", "came", "hits", "blind", "came elsewhere", "there or announced before")
    return grid(header, rows)


def in_time(found: Mapping[str, MakersTest]) -> list[str]:
    """How far off the years were."""
    rows = []
    for name, one in found.items():
        told = one.timing()
        rows.append((name, str(told.hits), f"{told.mean:+.1f}", f"{told.absolute:.1f}", str(told.same_mode)))
    return grid(("variant", "hits with a year", "years early (-) or late", "either way", "began as planned"), rows)


def by_variant(found: Mapping[str, MakersTest]) -> list[str]:
    """The plan, and the best simple rule, in every variant."""
    rows = []
    for name, one in found.items():
        told, kept = one.fared(PLAN), one.fared(PLAN, kept=True)
        rules = {rule: one.fared(rule).hits for rule in RULES}
        rows.append(
            (
                name,
                str(told.picks),
                str(told.hits),
                f"{told.blind:.1f}",
                f"{told.moved:.3f}",
                str(kept.hits),
                *(str(rules[rule]) for rule in RULES),
            )
        )
    names = [makers_tables.WORDS["en"][rule] for rule in RULES]
    return grid(("variant", "picks", "hits", "blind", "places moved", "not given up", *names), rows)


PAGES = {"evidence-walls.md": walls}
SLOW = {"evidence-makers.md": makers}


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into the pages")
    parser.add_argument("--makers", action="store_true", help="plan the makers again, too")
    asked = parser.parse_args()
    write = asked.write
    for name, tables in (PAGES | (SLOW if asked.makers else {})).items():
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
