"""Plan the makers of 1981 again: every table of docs/evidence-japan.md.

python tools/japan_report.py FOLDER            prints them; plans are kept in FOLDER, and found there again
python tools/japan_report.py FOLDER --write    puts them into the page
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from build_docs import DOCS, as_grid
from marked_tables import put
from rests_on import constants, facts, fingerprints, room

from roadstead.cli.progress import Watch
from roadstead.showing import japan as japan_tables
from roadstead.study import japan_1981 as japan
from roadstead.study.bundled import past_case
from roadstead.study.japan_1981 import japan_1981

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.study.japan_1981 import JapanIn1981

PART = "<!-- {name}: made by tools/japan_report.py -->"
PAGE = "evidence-japan.md"


def tables(found: JapanIn1981) -> Mapping[str, list[str]]:
    """Tables of the page."""
    told = {
        "plans": japan_tables.plans,
        "beside": japan_tables.beside,
        "ends": japan_tables.ends,
        "corners": japan_tables.corners,
        "pushes": japan_tables.pushes,
    }
    return {f"japan {name}": as_grid(of(found, "en")) for name, of in told.items()} | {"japan rests on": rests_on()}


def rests_on() -> list[str]:
    """What the tables were measured on; nothing is planned for it."""
    return fingerprints(
        {
            "what is asked": constants(japan),
            "the case": (path for path in past_case(japan.CASE).rglob("*") if path.is_file()),
            "ways by sea": facts({"sea_distances"}),
            "terms of demand": room("demand"),
        }
    )


def main() -> None:
    """Plan, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where plans are kept")
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    asked = parser.parse_args()
    with Watch() as watch:
        found = japan_1981(corners=True, folder=asked.folder, progress=watch)
    path = DOCS / PAGE
    page = path.read_text(encoding="utf-8")
    for part, lines in tables(found).items():
        page = put(page, PART.format(name=part), lines)
        if not asked.write:
            print(f"\n{part}\n", *lines, sep="\n")
    if asked.write:
        path.write_text(page, encoding="utf-8")
        print(f"docs/{PAGE} written")


if __name__ == "__main__":
    main()
