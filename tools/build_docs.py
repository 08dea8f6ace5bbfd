"""Write the pages of the documentation that are made from the code: tables, facts of law, error codes, a picture.

python tools/build_docs.py           writes them
python tools/build_docs.py --check   fails, and names the pages, where they are out of date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from problem_page import problem_page

from roadstead.demand.analogues import ANALOGUES
from roadstead.demand.bands import BANDS
from roadstead.demand.entry_terms import ENTRY_TERMS
from roadstead.demand.flows import PACKAGED as FLOW_TABLES
from roadstead.demand.parameters import PARAMETERS, parameters
from roadstead.futures.catalogue.tables import ALL as CATALOGUE_TABLES
from roadstead.futures.paths import economy
from roadstead.showing.precedents import paths_drawn
from roadstead.study import items
from roadstead.study import tables as case_tables
from roadstead.study.precedents import precedents
from roadstead.study.shelf import IMPORTS
from roadstead.terms.codes import every_code
from roadstead.terms.tables import EVIDENCE_COLUMNS
from roadstead.trade import schemas as trade_schemas
from roadstead.trade.facts import VOCABULARY
from roadstead.world import reference
from roadstead.world import schemas as world_schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.showing.telling import Told
    from roadstead.terms.tables import Column, Schema

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Made by tools/build_docs.py; change the code it is made from, not this page. -->"
SPEAKERS = {
    "B": "The web desk",
    "C": "The command line",
    "D": "Demand",
    "E": "Processes and clusters",
    "F": "Futures and the planner",
    "L": "Law",
    "O": "The outlook",
    "S": "The case and the run",
    "T": "Tables",
    "W": "The world",
}
OF_WHOM = {
    "line": "A line abroad",
    "market": "A market",
    "home": "Home",
    "case": "The case",
    "year": "A year",
    "lane": "A pair of places",
}


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(escaped(cell) for cell in cells) + " |"

    return [line(header), line(["---"] * len(header)), *(line(row) for row in rows)]


def as_grid(told: Told) -> list[str]:
    """A table of the command line as one of a page."""
    columns, rows = told
    return grid([column.removeprefix(">") for column in columns], rows)


def escaped(text: str) -> str:
    """A cell's text with what Markdown would read as its own put out of reach."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;").replace("$", "\\$")


def column_row(column: Column) -> tuple[str, str, str, str, str]:
    """One column of a table: name, what a cell holds, unit, whether it may stay empty, meaning with bounds."""
    bounds = [f"at least {column.least:g}"] if column.least is not None else []
    bounds += [f"at most {column.most:g}"] if column.most is not None else []
    meaning = column.description
    if column.choices:
        meaning += "; one of " + ", ".join(f"`{choice}`" for choice in column.choices)
    if bounds:
        meaning += f" ({' and '.join(bounds)})"
    return f"`{column.name}`", str(column.kind), column.unit, "" if column.required else "may be empty", meaning


def table_section(schema: Schema) -> list[str]:
    """A table's heading, description and columns."""
    key = " and ".join(f"`{name}`" for name in schema.key)
    about = schema.description + (f" One row for each {key}." if key else "")
    if schema.evidence:
        about += " Rows carry [evidence](#evidence)."
    header = ("column", "holds", "unit", "", "meaning")
    return [f"### {schema.name}.csv", "", about, "", *grid(header, map(column_row, schema.columns)), ""]


def tables_page() -> str:
    """Page tables.md: every table that is read, column by column."""
    lines = [
        "# Tables",
        "",
        MADE,
        "",
        "Every table is a CSV file in UTF-8 with a header. A cell is checked against its column; every fault of a file is told at",
        "once, with file, line and column, or sheet and cell of a workbook ({doc}`workbook`). Shares and rates are fractions: 0.27, never 27.",
        "",
        "## Evidence",
        "",
        "What a row rests on. In a case's own tables every row names a source or says `assumption` with its reasoning in the note.",
        "",
        *grid(("column", "holds", "unit", "", "meaning"), map(column_row, EVIDENCE_COLUMNS)),
        "",
        "## A case",
        "",
        "The tables beside `case.yaml` in a case folder; `roadstead new FOLDER` makes one with all of them.",
        "",
    ]
    for schema in (*case_tables.ALL, *case_tables.OPTIONAL):
        lines += table_section(schema)
    lines += figures_section()
    lines += [
        "## The reference world",
        "",
        "Shipped inside the package. A case may bring rows of its own in a folder `world`: a row with the same key takes the place",
        "of the packaged one, others are added. `roadstead import` fills it from the world's standard data ({doc}`data`).",
        "",
    ]
    for schema in (*world_schemas.ALL, IMPORTS):
        lines += table_section(schema)
    lines += [
        "## Law",
        "",
        "Shipped inside the package; a case may bring rows of its own in a folder `rules`, as above.",
        "",
    ]
    for schema in trade_schemas.ALL:
        lines += table_section(schema)
    lines += [
        "## Economy",
        "",
        "What paths of the economy are drawn from.",
        "",
        *table_section(economy.ECONOMY),
        *economy_section(),
    ]
    lines += ["## Demand", "", *table_section(PARAMETERS), *parameters_section()]
    for schema in (BANDS, ENTRY_TERMS, ANALOGUES, *FLOW_TABLES):
        lines += table_section(schema)
    lines += [
        "## Futures",
        "",
        "Shipped inside the package; a case may bring rows of its own in a folder `futures` ({doc}`futures`).",
        "",
    ]
    for schema in CATALOGUE_TABLES:
        lines += table_section(schema)
    return "\n".join(lines)


def figures_section() -> list[str]:
    """The items of figures.csv, by whose figure each is."""
    lines = [
        "#### Items of figures.csv",
        "",
        "A subject without a figure of its own takes the wider one. Money may stand in any currency with a known exchange rate.",
        "",
    ]
    for owner, title in OF_WHOM.items():
        rows = [
            (f"`{name}`", item.unit, "may be left out" if name in items.OPTIONAL else "", item.meaning, bounds(item))
            for name, item in items.ITEMS.items()
            if item.of == owner
        ]
        lines += [f"**{title}**", "", *grid(("item", "unit", "", "meaning", "bounds"), rows), ""]
    return lines


def economy_section() -> list[str]:
    """Every packaged parameter of the economy with what it rests on."""
    rows = [
        (f"`{name}`", f"{row['value']:g}", row["unit"], f"{row.evidence.source_id}: {row.evidence.note}")
        for name, row in economy.packaged().items()
    ]
    return ["#### Packaged parameters of the economy", "", *grid(("parameter", "value", "unit", "rests on"), rows), ""]


def parameters_section() -> list[str]:
    """Every packaged parameter of demand with its range and what it rests on."""
    rows = [
        (
            f"`{p.name}`",
            f"{p.value:g}",
            f"{p.low:g} to {p.high:g}",
            f"{p.distribution}{'' if p.uncertain else ', not drawn'}",
            f"{p.least:g} to {p.most:g}",
            f"{p.evidence.source_id}: {p.evidence.note}",
        )
        for p in parameters().values()
    ]
    header = ("parameter", "value", "range", "draws", "possible", "rests on")
    return ["#### Packaged parameters", "", *grid(header, rows), ""]


def bounds(item: items.Item) -> str:
    """Bounds of an item, in words."""
    unbounded = items.Item("", "case", "").most
    return f"at least {item.least:g}" + ("" if item.most == unbounded else f", at most {item.most:g}")


def conditions_page() -> str:
    """Page conditions.md: how law asks for facts, and which facts there are."""
    lines = [
        "# Facts and conditions",
        "",
        MADE,
        "",
        "A measure may hang on facts of the shipment: `power_kw >= 59 and power_kw < 73.56`, or `qualifies.USMCA and content.USA > 0`.",
        "Facts are declared with `--fact NAME=VALUE`, in Python as a mapping, in a case under `declared:`. Words are facts; numbers and",
        "quoted text are values; `and`, `or`, `not`, `in { }`, six comparisons and parentheses join them. Logic has three values: an",
        "unknown fact leaves a condition unknown unless the rest decides it.",
        "",
        "**A fact left out never becomes a preference.** The dearest reading holds, and the quote names the fact.",
        "",
        *grid(("fact", "meaning"), ((f"`{name}`", meaning) for name, meaning in VOCABULARY.items())),
        "",
        "A word in capitals after the dot stands for any name.",
        "",
    ]
    return "\n".join(lines)


def errors_page() -> str:
    """Page errors.md: every code, by the room that says it."""
    lines = [
        "# Errors",
        "",
        MADE,
        "",
        "A fault is one line: where, what was met, what was expected, and a code. All faults of an input are told at once, the exit",
        "status is 2, and nothing is written. `roadstead explain CODE` prints what stands here, `--language zh` prints it in Chinese.",
        "",
    ]
    chinese = {told.code: told.title for told in every_code("zh")}
    room = ""
    for told in every_code():
        if told.code[3] != room:
            room = told.code[3]
            lines += [f"## {SPEAKERS[room]}", ""]
        lines += [f"### {told.code}", "", f"**{told.title}** ({chinese[told.code]})", ""]
        lines += [escaped(told.meaning), "", "```text", told.example, "```", "", escaped(told.next_step), ""]
    return "\n".join(lines)


def arrays_page() -> str:
    """Page problem.md: every array of a problem."""
    return problem_page(MADE, grid)


def precedents_picture() -> str:
    """Picture of precedents.md: the paths of the homes, and China's."""
    world = reference.load()
    return paths_drawn(precedents(world), world, "en").svg()


PAGES = {
    "tables.md": tables_page,
    "conditions.md": conditions_page,
    "errors.md": errors_page,
    "problem.md": arrays_page,
    "pictures/precedents.svg": precedents_picture,
}


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/{name} {'is out of date: make docs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
