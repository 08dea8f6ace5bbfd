"""`roadstead world diff` and `world snapshot`: what moved between two worlds, and a world kept in one file."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, print_blocks, print_json
from roadstead.showing.worlds import as_json, blocks


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
    print_blocks(blocks(found, every=rows or bool(table)))


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
