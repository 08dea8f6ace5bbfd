"""Trails of the figures that a playbook shows, worked out once with it, so that its page can tell them without the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.playbook.trails_book import Trail, TrailPart, Trails
from roadstead.study.kept import Kept
from roadstead.study.manifest import result
from roadstead.study.study import read_back
from roadstead.study.trail.ground import AT, Ground
from roadstead.study.trail.why import listed, trail
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.playbook.trails_book import Root
    from roadstead.study.study import Run
    from roadstead.study.trail.steps import Step

MOST_NODES = 40
"""Nodes of a tree, at most, whose parts of NPV are told beside the whole; those of a larger one are asked for one by one."""

MOST = 1000
"""Figures told at most, so that the page stays light: one takes 1 to 2 kB of it. Those of markets come last and are cut first."""
OF_MARKETS = ("cars/", "size/", "nev/", "mode/", "abroad/", "demand/")
"""How keys of figures of single markets begin, which are many, and told last."""


def with_trails(run: Run) -> Run:
    """The run with the trails of its playbook's figures.

    One that does not lead to its figure is left out, as asking for it alone would be refused.
    """
    reading = read_back(run.ready.study, run.ready, run.solved)
    ground = Ground(Kept(run.ready.study.folder, {"result": result(run)}, run.ready, reading), run.book)
    nodes = reading.tree.count
    known = [one.key for one in listed(ground)]
    keys = [key for key in known if not key.startswith(OF_MARKETS)]
    keys += [f"npv/{AT[1:]}{n}" for n in range(nodes if nodes <= MOST_NODES else 0)]
    keys = [*keys, *(key for key in known if key.startswith(OF_MARKETS))][:MOST]
    numbers: dict[Root, int] = {}
    found = [_told(step, numbers) for key in keys if (step := _followed(ground, key, keys)) is not None]
    return replace(run, book=replace(run.book, trails=Trails(tuple(found), tuple(numbers))))


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
