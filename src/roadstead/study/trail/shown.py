"""Trails of the figures that a playbook shows, worked out once with it, so that its page can tell them without the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.playbook.trails_book import Trail, TrailPart, Trails
from roadstead.study.kept import Kept
from roadstead.study.manifest import result
from roadstead.study.study import read_back
from roadstead.study.trail.ground import AT, Ground
from roadstead.study.trail.mapped import of_other_years
from roadstead.study.trail.steps import ERROR
from roadstead.study.trail.supplied import of_timeline
from roadstead.study.trail.why import listed, trail
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from polars import DataFrame

    from roadstead.playbook.book import Book
    from roadstead.playbook.trails_book import Root
    from roadstead.study.study import Run
    from roadstead.study.trail.steps import Step

MOST_NODES = 40
"""Nodes of a tree, at most, whose parts of NPV are told beside the whole; those of a larger one are asked for one by one."""

MOST = 800
"""Figures told at most, so that the page stays light: one takes 1 to 2 kB of it. What is cut can be asked for all the same."""
LATE = (("cars/", "size/", "nev/", "mode/", "demand/"), ("room/", "total/", "abroad/", "after/"))
"""How keys begin that come last and are cut first: figures of single markets, which are many, and after them what drawings alone
show, and what a node is worth from there on, which its parts lead to."""
AGAIN = ("sign/", "fresh/", "breaks/")
"""How keys begin of figures that a rehearsal gives anew."""


def with_trails(run: Run) -> Run:
    """The run with the trails of its playbook's figures.

    One that does not lead to its figure is left out, as asking for it alone would be refused.
    """
    reading = read_back(run.ready.study, run.ready, run.solved)
    ground = Ground(Kept(run.ready.study.folder, {"result": result(run)}, run.ready, reading), run.book)
    nodes = reading.tree.count
    known = [one.key for one in listed(ground)]
    known += [f"npv/{AT[1:]}{n}" for n in range(nodes if nodes <= MOST_NODES else 0)]
    aside = {one.key for one in of_other_years(ground)}.difference(one.key for one in of_timeline(ground))
    reasons = (said for entry in run.book.do_now for said in entry.why.terms.values())
    first = {said.key for said in reasons if isinstance(said, Amount)}
    keys = sorted(known, key=lambda key: (key not in first, _late(key, aside=key in aside)))[:MOST]
    numbers: dict[Root, int] = {}
    found = [_told(step, numbers) for key in keys if (step := _followed(ground, key, keys)) is not None]
    return replace(run, book=replace(run.book, trails=Trails(tuple(found), tuple(numbers))))


def _late(key: str, *, aside: bool) -> int:
    """How late a key is told of those that no first decision gives as a reason; last of all what a map shows when asked for another year, and standard errors."""
    if aside or key.endswith(ERROR):
        return len(LATE) + 1
    return next((i for i, starts in enumerate(LATE, 1) if key.startswith(starts)), 0)


def with_fresh_trails(book: Book, kept: Kept, paths: DataFrame) -> Book:
    """A book that tells a rehearsal, with the trails of what it gave: ``paths`` are what became of every path, as a run keeps them."""
    told = book.trails or Trails((), ())
    ground = Ground(kept, book, paths)
    keys = [one.key for one in listed(ground) if one.key.startswith(AGAIN)]
    numbers = {root: i for i, root in enumerate(told.rows)}
    others = [one for one in told.figures if not one.figure.key.startswith(AGAIN)]
    found = [_told(step, numbers) for key in keys if (step := _followed(ground, key, keys)) is not None]
    return replace(book, trails=Trails((*found, *others)[:MOST], tuple(numbers)))


def _followed(ground: Ground, key: str, keys: list[str]) -> Step | None:
    try:
        return trail(ground, key, keys)
    except RoadsteadError:
        return None


def _told(step: Step, numbers: dict[Root, int]) -> Trail:
    """A figure with its parts; rows are numbered as they are met."""

    def part(one: Step) -> TrailPart:
        rests_on = tuple(numbers.setdefault(root, len(numbers)) for root in dict.fromkeys(one.rests_on))
        return TrailPart(one.what, one.amount, one.key, one.how, one.equation, rests_on)

    return Trail(part(step), tuple(map(part, step.parts)))
