"""`roadstead world` and `roadstead sources`: how old the packaged facts are, and what they rest on."""

from cyclopts import App, Group, Parameter

from roadstead.cli.printing import answers, print_blocks, print_json
from roadstead.cli.printing import table as table_of
from roadstead.showing.holdings import blocks


def build(default: Parameter, group: Group) -> App:
    """The command with what else may be asked of a world."""
    from roadstead.cli import worlds

    app = App(
        name="world",
        help="Show how old the packaged facts and rules are; what moved between two worlds; keep one.",
        group=group,
        default_parameter=default,
        help_format="plaintext",
    )
    app.default(world)
    app.command(worlds.diff)
    app.command(worlds.snapshot)
    return app


def world(*, markets: bool = False, json: bool = False) -> None:
    """Show how old the packaged facts and rules are and how much of them is sourced.

    Parameters
    ----------
    markets
        List the markets whose sales and NEV share are both known.
    json
        Print JSON.
    """
    from datetime import date

    from roadstead.study.holdings import holdings

    held = holdings(date.today())  # noqa: DTZ011 - the day where the person sits
    if json:
        shown = ("built_on", "rules_as_of", "age_days", "coverage", "markets")
        told = {name: getattr(held, name) for name in shown}
        told["coverage"] = [
            {"table": c.table, "rows": c.rows, "sourced": c.rows - c.unsourced, "unsourced": c.unsourced}
            | {"high": c.high, "medium": c.medium, "low": c.low, "newest": c.newest}
            for c in held.coverage
        ]
        print_json(told)
        return
    print_blocks(blocks(held, markets=markets))


def sources(*, unsourced: bool = False, table: str = "", json: bool = False) -> None:
    """List the documents that packaged rows rest on, or the rows that rest on none.

    Parameters
    ----------
    unsourced
        List the rows for which no source was located.
    table
        Only rows of this table.
    json
        Print JSON.
    """
    from roadstead.study import holdings

    if unsourced:
        rows = holdings.unsourced(table)
        if json:
            print_json({"count": len(rows), "unsourced": rows})
            return
        told = [(r.table, r.place, r.confidence, r.row + (f" ({r.note})" if r.note else "")) for r in rows]
        console = answers()
        console.print(table_of("", ("table", "place", "confidence", "row"), told))
        console.print(f"{len(rows)} unsourced rows")
        return
    found = holdings.cited(table)
    if json:
        print_json({"count": len(found), "sources": found})
        return
    console = answers()
    for entry in found:
        address = entry.source.url or entry.source.source_id
        tables = ", ".join(entry.tables)
        console.print(f"{entry.rows:>5}  {entry.source.title}, {address} ({tables})", soft_wrap=True)
    console.print(f"{len(found)} sources, each with the number of rows that rest on it")
