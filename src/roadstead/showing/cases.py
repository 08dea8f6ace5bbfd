"""How a case is told before it is planned, and how a run folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.charts.files import Drawing
    from roadstead.report.listing import Listing
    from roadstead.study.preflight import Checked
    from roadstead.study.spec import Study
    from roadstead.study.store import Verification

WIDTH = 1160.0
"""Of a tree. [pixels]"""


def study_told(study: Study) -> Telling:
    """A case as it was read, in a notebook."""
    case, firm = study.case, study.carmaker
    headline = f"{case.name}: {case.horizon.first} to {case.horizon.last}, rules as known on {study.as_known_on}"
    money = f"money of {case.money.price_year} in {case.money.currency}"
    counted = f"{len(firm.channels)} markets, {len(firm.lines)} lines, {len(firm.models)} models; {money}"
    return Telling(headline, (counted, _models(study), _tables(study)), lambda: rows_of(study))


def _models(study: Study) -> Listing:
    models = ((key, model.name, model.name_zh) for key, model in study.carmaker.models.items())
    return table("models", ("", "model", "车型"), models)


def _tables(study: Study) -> Listing:
    rows = (
        (name, number(len(rows)), number(sum(row.evidence.is_assumption for row in rows)))
        for name, rows in study.rows.items()
    )
    return table("rows", ("table", ">rows", ">assumed"), rows)


def rows_of(study: Study) -> pl.DataFrame:
    """Every row of the case's tables with what it rests on."""
    rows = (
        (
            name, row.line, "; ".join(f"{key}={value}" for key, value in row.values.items() if value not in (None, "", ())),
            row.evidence.source_id, row.evidence.is_assumption, row.evidence.as_of, row.evidence.confidence.value,
            row.evidence.note,
        )
        for name, rows in study.rows.items()
        for row in rows
    )  # fmt: skip
    return framed("table line:int row source is_assumption:yes as_of confidence note", rows)


def checked_told(found: Checked) -> Telling:
    """A case looked over, in a notebook."""
    blocks = iter(checked_blocks(found))
    headline = next(blocks)
    assert isinstance(headline, str)
    markets = ((m.market, m.name, m.entered, m.sales, ", ".join(m.models)) for m in found.markets)
    columns = "market name entered:yes sales:number models"
    return Telling(headline, blocks, lambda: framed(columns, markets), {"tree": lambda: tree_drawn(found)})


def tree_drawn(found: Checked) -> Drawing:
    """The tree with what becomes known at each node."""
    from roadstead.playbook.book import Name, TreeNode
    from roadstead.report.charts.files import Drawing
    from roadstead.report.charts.tree import tree_chart
    from roadstead.report.words import Words

    titles = {event.event: Name(event.title, event.title_zh) for event in found.events}
    ends = {
        n: min((o.start for o in found.tree if o.parent == n), default=found.last_year + 1) for n in range(found.nodes)
    }
    nodes = [
        TreeNode(
            node=n,
            parent=one.parent,
            name=Name(one.name, one.name_zh),
            year=one.start,
            years=ends[n] - one.start,
            probability=one.probability,
            fires=tuple(
                titles.get(event, Name(event, event))
                for event in one.in_force
                if one.parent < 0 or event not in found.tree[one.parent].in_force
            ),
            decisions=(),
        )
        for n, one in enumerate(found.tree)
    ]
    title = f"The tree of {found.case}"
    return Drawing("tree", tree_chart(nodes, Words("en", ""), WIDTH), title, is_titled=False)


def checked_blocks(found: Checked) -> Iterator[Listing | str]:
    """A case looked over: its tree, events, markets, lines, and how much of it is sourced."""
    yield f"{found.case}: {found.first_year} to {found.last_year}, rules as known on {found.as_known_on}"
    tree = f"{found.nodes} nodes, {found.futures} futures"
    yield f"{len(found.markets)} markets, {len(found.lines)} lines, {len(found.models)} models; {tree}"
    yield ""
    yield from _tree(found)
    odds = ((e.event, e.title, percent(e.stated, 1), percent(e.implied, 1), e.rests_on) for e in found.events)
    stated = ">stated" if found.nearness is None else ">paths"
    yield table("events", ("event", "what", stated, ">implied", "rests on"), odds)
    yield ""
    markets = (
        (m.market, m.name, "sells" if m.entered else "new", number(m.sales), ", ".join(m.models)) for m in found.markets
    )
    yield table("markets", ("", "market", "", ">cars now", "models"), markets)
    yield ""
    lines = (
        (e.line, e.place, e.mode, e.standing, number(e.capacity_now), number(e.capacity_limit), ", ".join(e.models))
        for e in found.lines
    )
    yield table("lines", ("line", "in", "mode", "standing", ">cars/year now", ">at most", "models"), lines)
    yield ""
    rows = [(t.table, number(t.rows), number(t.sourced), number(t.assumed)) for t in found.tables]
    counts = ([t.rows for t in found.tables], [t.sourced for t in found.tables], [t.assumed for t in found.tables])
    total, sourced, assumed = (number(sum(column)) for column in counts)
    rows.append(("together", total, sourced, assumed))
    yield table("rows", ("table", ">rows", ">sourced", ">assumed"), rows)
    for remark in found.remarks:
        yield f"- {remark}"
    yield "no fault found"


def _tree(found: Checked) -> Iterator[Listing | str]:
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
    yield table("tree", ("from", "node", "节点", ">probability", "in force at its end"), nodes)
    near = found.nearness
    if near is not None:
        away, line = (f"{money / 1e6:,.0f} million" for money in (near.distance, near.undivided))
        yield (
            f"grown from {number(near.paths)} paths: the tree's distance from them is {away}, in money of the case; that of a "
            f"single line, {line}"
        )
    yield f"planning takes roughly {told(found.need)}"
    yield ""


def verification_told(found: Verification) -> Telling:
    """A run folder looked at again, in a notebook."""
    rows = ((one.name, one.holds, one.detail) for one in found.checks)
    return Telling(verdict(found), (verification_listing(found),), lambda: framed("check holds:yes found", rows))


def verification_listing(found: Verification) -> Listing:
    """What was looked at, and what was met."""
    return table("", ("", "what", "found"), (("ok" if c.holds else "NO", c.name, c.detail) for c in found.checks))


def verdict(found: Verification) -> str:
    """Whether the run holds."""
    return "the run holds" if found.holds else "the run does not hold"
