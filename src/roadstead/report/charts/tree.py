"""Policy tree: what may become known when, how likely it is, and what is decided at each node.

Every node owns a block of its column, so that nothing can collide: its line as wide as the column and as thick as the node
is likely, its name above the line, its decisions below. Edges run along the lines and turn at right angles.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.playbook.book import Amount, Sentence
from roadstead.report.charts.style import ACCENT, MUTED, Place, drawing, haloed, inline, wrapped, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.playbook.book import TreeNode
    from roadstead.report.words import Words

COLUMN_GAP, HEAD, LINE, NAME, AFTER = 26.0, 30.0, 14.5, 18.0, 14.0
"""Between columns; for the years; a line of decisions; a node's name; below a block. [pixels]"""
MOST = 7
"""Decisions printed at a node."""
THICKEST = 7.0
"""Thickness of a certain node's line. [px]"""
NAME_SIZE, LINE_SIZE, BULLET = 12.0, 11.0, 9.0
"""Sizes of names and decisions; room for the dot before a decision. [px]"""


@dataclass(frozen=True, slots=True)
class Block:
    """A node with its words, and where they stand. [pixels]"""

    node: TreeNode
    name: tuple[str, ...]
    lines: tuple[tuple[str, bool], ...]
    left: float
    width: float

    @property
    def above(self) -> float:
        """Room above the node's line."""
        return NAME * len(self.name)

    @property
    def height(self) -> float:
        """Room the node takes with all its words."""
        return self.above + 8.0 + LINE * len(self.lines) + AFTER


def tree_chart(nodes: Sequence[TreeNode], words: Words, width: float) -> alt.LayerChart:
    """The tree, from left to right."""
    starts = sorted({node.year for node in nodes})
    column = (width + COLUMN_GAP) / len(starts) - COLUMN_GAP
    blocks = {}
    for node in nodes:
        left = starts.index(node.year) * (column + COLUMN_GAP)
        blocks[node.node] = Block(node, _name(node, words, column), _lines(node, words, column), left, column)
    children: dict[int, list[int]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node.node)
    tops: dict[int, float] = {}
    height = HEAD
    for root in children[-1]:
        height += _stack(root, height, blocks, children, tops)
    line = {n: tops[n] + block.above + 2.0 for n, block in blocks.items()}
    place = Place(width, height)
    edges = [*_edges(blocks, line), *_lines_of_nodes(blocks, line)]
    drawn = alt.Chart(inline(edges)).mark_rule(strokeCap="butt", color=ACCENT)
    thick = alt.StrokeWidth("thick:Q", scale=None)
    layers = [
        drawn.encode(**place.span, strokeWidth=thick, description=alt.Description("said:N")),
        *_words(blocks, tops, line, (place, words)),
    ]
    return drawing([_heads(nodes, starts, column, words, place), *layers], width, height)


def said(node: TreeNode, words: Words) -> str:
    """How likely a node is, in one line."""
    return words.headed(words.name(node.name), words.share(node.probability))


def _name(node: TreeNode, words: Words, width: float) -> tuple[str, ...]:
    likely = "" if node.parent < 0 else f"  {words.share(node.probability)}"
    return tuple(wrapped(words.name(node.name) + likely, width, NAME_SIZE + 0.6))


def _lines(node: TreeNode, words: Words, width: float) -> tuple[tuple[str, bool], ...]:
    """Decisions in lines, each with whether a decision begins there."""
    said = [words.say(Sentence(f"short.{d.key}", d.terms)) for d in node.decisions]
    shown = said if len(said) <= MOST else said[: MOST - 1]
    if len(said) > len(shown):
        shown.append(words.tell("more", count=Amount(len(said) - len(shown), "count")))
    found = []
    for text in shown:
        found += [(line, i == 0) for i, line in enumerate(wrapped(text, width - BULLET, LINE_SIZE))]
    return tuple(found)


def _stack(
    node: int, top: float, blocks: Mapping[int, Block], children: Mapping[int, list[int]], tops: dict[int, float]
) -> float:
    """Place a node and all after it below ``top``; the room they take together."""
    taken = 0.0
    for child in children.get(node, ()):
        taken += _stack(child, top + taken, blocks, children, tops)
    tops[node] = top
    return max(taken, blocks[node].height)


def _thick(node: TreeNode) -> float:
    return max(THICKEST * sqrt(node.probability), 1.2)


def _lines_of_nodes(blocks: Mapping[int, Block], line: Mapping[int, float]) -> Iterable[dict[str, Any]]:
    for n, block in blocks.items():
        yield _rule((block.left, block.left + block.width), (line[n], line[n]), _thick(block.node), block)


def _edges(blocks: Mapping[int, Block], line: Mapping[int, float]) -> Iterable[dict[str, Any]]:
    for n, block in blocks.items():
        if block.node.parent not in blocks:
            continue
        parent = blocks[block.node.parent]
        turn = block.left - COLUMN_GAP / 2
        thick = _thick(block.node)
        before, here = line[parent.node.node], line[n]
        yield _rule((parent.left + parent.width, turn + thick / 2), (before, before), thick, block)
        yield _rule((turn, turn), (before, here), thick, block)
        yield _rule((turn - thick / 2, block.left), (here, here), thick, block)


def _rule(x: tuple[float, float], y: tuple[float, float], thick: float, block: Block) -> dict[str, Any]:
    said = " ".join(block.name)
    return {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1], "thick": thick, "said": said}


def _heads(nodes: Sequence[TreeNode], starts: list[int], column: float, words: Words, place: Place) -> alt.Chart:
    rows = []
    for i, start in enumerate(starts):
        end = max(node.year + node.years - 1 for node in nodes if node.year == start)
        text = words.tell("tree.years", first=Amount(start, "year"), last=Amount(end, "year"))
        rows.append({"x": i * (column + COLUMN_GAP), "y": 8.0, "text": text})
    return written(rows, place, align="left", color=MUTED, fontWeight="bold")


def _words(
    blocks: Mapping[int, Block], tops: Mapping[int, float], line: Mapping[int, float], on: tuple[Place, Words]
) -> list[alt.Chart]:
    """Names, of which the last line has the probability, and decisions."""
    place, words = on
    names, likely = [], []
    for n, block in blocks.items():
        rows = [{"x": block.left, "y": tops[n] + NAME * (i + 0.5), "text": text} for i, text in enumerate(block.name)]
        if block.node.parent >= 0:
            likely.append(rows.pop() | {"said": said(block.node, words)})
        names += rows
    lines, bullets = [], []
    for n, block in blocks.items():
        for i, (text, is_first) in enumerate(block.lines):
            y = line[n] + 8.0 + LINE * (i + 0.5)
            lines.append({"x": block.left + BULLET, "y": y, "text": text})
            if is_first:
                bullets.append({"x": block.left, "y": y, "text": "•"})
    look = {"align": "left", "fontSize": NAME_SIZE, "fontWeight": "bold"}
    return [
        *haloed(names, place, **look),
        *haloed(likely, place, **look),
        written(bullets, place, align="left", fontSize=LINE_SIZE),
        *haloed(lines, place, align="left", fontSize=LINE_SIZE),
    ]
