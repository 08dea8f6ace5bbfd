"""`roadstead new` and `roadstead check`: begin a case, and look it over before planning."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from roadstead.cli.printing import answers, number, percent, print_json, table

if TYPE_CHECKING:
    from rich.console import Console

    from roadstead.study.preflight import Checked


def new(
    folder: Path,
    /,
    *,
    template: Annotated[str, Parameter(name="--from")] = "starter",
    grown: Annotated[bool, Parameter(negative=())] = False,
    json: bool = False,
) -> None:
    """Begin a case: copy a bundled one, another folder, or what a workbook holds, into a new folder.

    Parameters
    ----------
    folder
        Folder to make; nothing is ever written over.
    template
        Case to start from: starter or byd, the path of a case folder, or that of a workbook.
    grown
        Grow its tree from simulated paths of the events that `roadstead futures` lists, in place of the declared one.
    json
        Print JSON.
    """
    from roadstead.study.template import new_case

    names = new_case(folder, template, grown=grown)
    if json:
        print_json({"folder": folder, "from": template, "files": names})
        return
    console = answers()
    console.print(f"{folder} is a copy of `{template}`: {', '.join(names)}", soft_wrap=True)
    console.print("Next:")
    console.print(
        f"  change figures in {folder / 'figures.csv'}, each with its source or `assumption` and why", soft_wrap=True
    )
    console.print(f"  roadstead check {folder}", soft_wrap=True)
    console.print(f"  roadstead plan {folder}", soft_wrap=True)


def template(
    book: Path,
    /,
    *,
    case: Annotated[str, Parameter(name="--from")] = "",
    language: Literal["en", "zh"] = "en",
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    json: bool = False,
) -> None:
    """Write a case as an Excel workbook to fill in: drop-downs, units, notes and sources; every command takes it as a case.

    Parameters
    ----------
    book
        Workbook to write, BOOK.xlsx; nothing is ever written over.
    case
        What stands in it: a bundled case (starter or byd), a case folder or another workbook; empty without it.
    language
        Language of sheets, headings and notes: en or zh.
    every
        Sheets for own facts, own law and own events as well, where the case has none.
    json
        Print JSON.
    """
    from roadstead.study.template import source_of
    from roadstead.study.workbook.write import template as write

    written = write(book, source_of(case) if case else None, language, every=every)
    if json:
        print_json({"workbook": written, "from": case, "language": language})
        return
    console = answers()
    console.print(
        f"{written} holds {f'the case `{case}`' if case else 'an empty case'}; its first sheet says how to fill it in",
        soft_wrap=True,
    )
    console.print("Next:")
    console.print(f"  roadstead check {written}", soft_wrap=True)
    console.print(f"  roadstead plan {written}", soft_wrap=True)


def check(case: Path, /, *, json: bool = False) -> None:
    """Check a case: every fault with its place, the odds its tree implies, and how much of it is sourced.

    Parameters
    ----------
    case
        Folder of the case, or a workbook with it.
    json
        Print JSON.
    """
    from roadstead.study import api

    found = api.check(case)
    if json:
        print_json(found)
    else:
        _print(found, answers())


def _print_tree(found: "Checked", console: "Console") -> None:
    """Nodes in their order, each under its parent; how near a grown tree is to its paths; what planning takes."""
    from roadstead.futures.growth.tree_size import told

    depth: list[int] = []
    for node in found.tree:
        depth.append(depth[node.parent] + 1 if node.parent >= 0 else 0)
    children: dict[int, list[int]] = {}
    for n, node in enumerate(found.tree):
        children.setdefault(node.parent, []).append(n)
    order, left = [], [0]
    while left:
        order.append(left.pop())
        left += reversed(children.get(order[-1], []))
    nodes = (
        (
            str(found.tree[n].start),
            f"{'  ' * depth[n]}{found.tree[n].name}",
            found.tree[n].name_zh,
            percent(found.tree[n].probability, 1),
            ", ".join(found.tree[n].in_force),
        )
        for n in order
    )
    console.print(table("tree", ("from", "node", "节点", ">probability", "in force at its end"), nodes))
    near = found.nearness
    if near is not None:
        away, line = (f"{money / 1e6:,.0f} million" for money in (near.distance, near.undivided))
        console.print(
            f"grown from {number(near.paths)} paths: the tree's distance from them is {away}, in money of the case; that of a "
            f"single line, {line}",
            soft_wrap=True,
        )
    console.print(f"planning takes roughly {told(found.need)}")
    console.print()


def _print(found: "Checked", console: "Console") -> None:
    console.print(f"{found.case}: {found.first_year} to {found.last_year}, rules as known on {found.as_known_on}")
    tree = f"{found.nodes} nodes, {found.futures} futures"
    console.print(f"{len(found.markets)} markets, {len(found.lines)} lines, {len(found.models)} models; {tree}")
    console.print()
    _print_tree(found, console)
    odds = ((e.event, e.title, percent(e.stated, 1), percent(e.implied, 1), e.rests_on) for e in found.events)
    console.print(
        table(
            "events", ("event", "what", ">stated" if found.nearness is None else ">paths", ">implied", "rests on"), odds
        )
    )
    console.print()
    markets = (
        (m.market, m.name, "sells" if m.entered else "new", number(m.sales), ", ".join(m.models)) for m in found.markets
    )
    console.print(table("markets", ("", "market", "", ">cars now", "models"), markets))
    console.print()
    lines = (
        (e.line, e.place, e.mode, e.standing, number(e.capacity_now), number(e.capacity_limit), ", ".join(e.models))
        for e in found.lines
    )
    columns = ("line", "in", "mode", "standing", ">cars/year now", ">at most", "models")
    console.print(table("lines", columns, lines))
    console.print()
    rows = [(t.table, number(t.rows), number(t.sourced), number(t.assumed)) for t in found.tables]
    counts = ([t.rows for t in found.tables], [t.sourced for t in found.tables], [t.assumed for t in found.tables])
    total, sourced, assumed = (number(sum(column)) for column in counts)
    rows.append(("together", total, sourced, assumed))
    console.print(table("rows", ("table", ">rows", ">sourced", ">assumed"), rows))
    for remark in found.remarks:
        console.print(f"- {remark}", soft_wrap=True)
    console.print("no fault found")
