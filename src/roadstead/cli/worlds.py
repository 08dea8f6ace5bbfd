"""`roadstead world diff` and `world snapshot`: what moved between two worlds, and a world kept in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from roadstead.cli.printing import answers, number, print_json
from roadstead.cli.printing import table as table_of
from roadstead.showing.worlds import KINDS, as_json

if TYPE_CHECKING:
    from roadstead.study.world_diff import RowMoved

FEW = 10
"""Rows of a table that are listed unless all are asked for."""


def diff(
    a: Annotated[str, Parameter(name="A")],
    b: Annotated[str, Parameter(name="B")] = "packaged",
    /,
    *,
    table: str = "",
    rows: bool = False,
    json: bool = False,
) -> None:
    """Show what moved from one world to another: rows added, removed and changed, by table.

    Each is `packaged`, a run folder (the world it was made with), a snapshot, a case, or a folder of tables as the `world/` or `rules/` of a
    case; tables of one's own stand in their places among the packaged ones.

    Parameters
    ----------
    table
        Only this table, every row of it.
    rows
        List every row, however many.
    json
        Print JSON, every row.
    """
    from roadstead.study.evidence import world_diff

    found = world_diff(a, b, table)
    if json:
        print_json(as_json(found))
        return
    console = answers()
    for name, world in (("A", found.a), ("B", found.b)):
        console.print(
            f"{name}  {world.name}: {world.version}, rules as of {world.rules_as_of}, SHA-256 {world.sha256}",
            soft_wrap=True,
        )
    console.print()
    if not found.tables:
        console.print("no row differs")
        return
    counts = ((one.table, *(number(one.count(kind)) for kind in KINDS)) for one in found.tables)
    console.print(table_of("", ("table", ">added", ">removed", ">changed"), counts))
    for one in found.tables:
        console.print(f"\n{one.table}")
        shown = one.rows if rows or table else one.rows[:FEW]
        for row in shown:
            _print_row(row, console.print)
        if len(shown) < len(one.rows):
            name = one.table.rpartition("/")[2]
            console.print(f"  and {len(one.rows) - len(shown):,} more: `--table {name}`, or `--rows` for all")


def _print_row(row: "RowMoved", say: Any) -> None:
    where = " -> ".join(filter(None, dict.fromkeys((row.was_at, row.now_at))))
    say(f"  {row.what}: {row.key} ({where})", soft_wrap=True)
    if row.what == "changed":
        for cell in row.cells:
            say(f"      {cell.column}: {_cell(cell.was)} -> {_cell(cell.now)}", soft_wrap=True)


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(map(str, value)) or "nothing"
    return "nothing" if value in {None, ""} else str(value)


def snapshot(
    out: Annotated[Path, Parameter(name="OUT")],
    /,
    *,
    of: str = "packaged",
    json: bool = False,
) -> None:
    """Keep the world that a plan would use in one file, with its version and hash.

    Parameters
    ----------
    out
        Name of the file (a ZIP of CSV tables), which does not exist yet.
    of
        Whose world: `packaged`, a case, a run folder, or a folder of tables of your own beside the packaged ones.
    json
        Print JSON.
    """
    from roadstead.study.evidence import world_snapshot

    told = world_snapshot(out, of)
    if json:
        print_json({**told, "file": out})
        return
    rows = sum(told["rows"].values())
    answers().print(
        f"{out}: world {told['version']}, {len(told['files'])} tables, {rows:,} rows, SHA-256 {told['sha256']}",
        soft_wrap=True,
    )
