"""Ways to act that a plan is rehearsed beside, each as decisions on the plan's tree.

Beside what the plan is held against anyway (``yardsticks``): (e) **kits_first**: the best plan that commits to no line but kits before
the second stage. (f) **local_everywhere**: every full plant of the case is committed to at once, and all else is as good as can be.
(g) **timetable**: exports until as long after the first limit as Japanese makers took, then every full plant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import solve
from roadstead.playbook.rehearse import Policy
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import EntryMode
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.footprint.plan import Decisions
    from roadstead.footprint.solve import Effort
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.yardsticks import Yardstick
    from roadstead.world.carmaker import Line

Asked: TypeAlias = "tuple[Prospect, tuple[Pin, ...]]"
"""What a plan may do, and what it must."""

PLAN = "plan"
EXPORTS = "export_only"
TIMETABLE = "timetable"


def policies(
    tree: ScenarioTree,
    prospect: Prospect,
    held: tuple[Decisions, Sequence[Yardstick]],
    lines: Sequence[Line],
    wait: int,
    effort: Effort,
) -> tuple[Policy, ...]:
    """The plan, what it is held against, and those of (e) to (g) that the case has lines for and that fit.

    ``wait``: years from the first limit to the first car of a plant (``world/plants.py``).
    """
    plan, yardsticks = held
    found = [Policy(PLAN, plan)]
    found += [Policy(one.key, one.plan.decisions, abroad=one.key != EXPORTS) for one in yardsticks]
    for key, way in (("kits_first", kits_first), ("local_everywhere", local_everywhere)):
        found += _best(key, tree, way(tree, prospect, lines), effort)
    return (*found, *_best(TIMETABLE, tree, timetable(tree, prospect, lines, wait), effort))


def _best(key: str, tree: ScenarioTree, asked: Asked | None, effort: Effort) -> list[Policy]:
    """The best plan under what is asked; none where nothing is, or where it cannot be kept."""
    if asked is None:
        return []
    prospect, pins = asked
    try:
        return [Policy(key, solve(tree, prospect, effort, pins=pins).plan.decisions)]
    except RoadsteadError:
        return []


def kits_first(tree: ScenarioTree, prospect: Prospect, lines: Sequence[Line]) -> Asked | None:
    """(e)"""
    later = _open_to(prospect, lines, {EntryMode.LOCAL, EntryMode.CONTRACT})
    second = int(tree.start[0] + tree.years[0])
    return (not_before(tree, prospect, dict.fromkeys(later, second)), ()) if later else None


def local_everywhere(tree: ScenarioTree, prospect: Prospect, lines: Sequence[Line]) -> Asked | None:
    """(f)"""
    plants = _together(prospect, _open_to(prospect, lines, {EntryMode.LOCAL}))
    return (prospect, tuple(Pin("option", i, do=True, by=tree.first_year) for i in plants)) if plants else None


def timetable(tree: ScenarioTree, prospect: Prospect, lines: Sequence[Line], wait: int) -> Asked | None:
    """(g): the first limit is taken to come as the horizon begins, and a plant is ordered its lead before its first car is due."""
    plants = _together(prospect, _open_to(prospect, lines, {EntryMode.LOCAL}))
    if not plants:
        return None
    starts = np.unique(tree.start)
    due = {i: max(tree.first_year + wait - int(prospect.options.lead[i]), tree.first_year) for i in plants}
    when = {i: int(starts[starts <= year].max()) for i, year in due.items()}
    never = dict.fromkeys(_open_to(prospect, lines, set(EntryMode)), tree.last_year + 1)
    pins = tuple(Pin("option", i, do=True, by=year) for i, year in when.items())
    return not_before(tree, prospect, {**never, **when}), pins


def not_before(tree: ScenarioTree, prospect: Prospect, first: Mapping[int, int]) -> Prospect:
    """The prospect in which options cannot be committed to before a year."""
    allowed = prospect.options.allowed.copy()
    for option, year in first.items():
        allowed[tree.start < year, option] = False
    return replace(prospect, options=replace(prospect.options, allowed=allowed))


def _open_to(prospect: Prospect, lines: Sequence[Line], modes: set[EntryMode]) -> list[int]:
    """Options of lines of some kinds that nobody has committed to."""
    names = prospect.labels.option
    which = (names.index(line.line_id) for line in lines if line.mode in modes)
    return [i for i in which if prospect.options.opens[i] >= NEVER]


def _together(prospect: Prospect, options: Sequence[int]) -> list[int]:
    """Those that can all be committed to: of a choice its first, and nothing that converts another."""
    choice = prospect.options.choice
    found: dict[tuple[int, int], int] = {}
    for i in options:
        if prospect.options.grows_from[i] < 0:
            found.setdefault((int(choice[i]), i if choice[i] < 0 else -1), i)
    return list(found.values())
