"""What a plan's worth hangs on: each assumption low and high, the plan's decisions held, cars sent anew where they then earn most.

A whole sweep plans again at every end (``study/sweep.py``). Here nothing is decided again, so an end takes one evaluation and one
program of flows. All assumptions are tried in the most likely future first; those that move it most are worked out on the whole
tree, as many as its size lets be. How many hangs on the case, and on no clock.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from roadstead.engine.hire import hire
from roadstead.playbook.leaving_out import QUICK
from roadstead.playbook.weights_book import Weight, Weights
from roadstead.study import axes
from roadstead.study.held import Ends, Held, Weigher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.footprint.solve import Effort, Solved
    from roadstead.study.axes import Point
    from roadstead.study.progress import Progress
    from roadstead.study.study import Ready

Moved: TypeAlias = "tuple[float | None, ...]"

FEWEST = 5
"""Assumptions worked out on the whole tree, at least."""
WORK = 180_000.0
"""Flows in node-years that may be worked out again on it in all, beyond those: 6 assumptions of the large bundled case."""
NEAR = 0.25
"""An assumption whose low end moves NPV by less, over the largest of those left out, is not tried at its high end where costs change."""
BATCH = 4
"""Assumptions, or ends of them, that a worker is handed at once."""


def weigh(ready: Ready, solved: Solved, most: int, effort: Effort, progress: Progress) -> Weights | None:
    """The assumptions that move the plan's worth most, ``most`` of them at most; None where there are none, or time was cut short."""
    points: defaultdict[str, list[Point]] = defaultdict(list)
    for point in axes.tornado(ready.study, axes.SPREAD)[1:]:
        points[point.values[0][0]].append(point)
    kept = min(max(int(WORK / (2 * solved.plan.flows.flow.size)), FEWEST), most, len(points))
    if not kept:
        return None
    workers = effort.workers if solved.seconds > QUICK else 1
    crew = hire(Weigher, lambda count: [_held(ready, solved)] * count, workers=workers)
    try:
        rounds = _Rounds(crew.ask, workers, progress)
        chosen, rest = _largest(points, kept, rounds)
        ends = [end for name in chosen for end in points[name]]
        found = rounds.ask([(end,) for end in ends], whole=True)
    except _CutShortError:
        return None
    finally:
        crew.close()
    moved = {end.values[0]: (end.text.rpartition("=")[2], at) for end, (at,) in zip(ends, found, strict=True)}
    rows = [_weight(name, moved) for name in chosen]
    return Weights(tuple(sorted(rows, key=lambda row: -row.span)), axes.SPREAD, len(points), rest)


def _held(ready: Ready, solved: Solved) -> Held:
    worth = solved.certificate.expected
    return Held(
        ready.study.folder,
        ready.rulebook,
        ready.outlook,
        ready.evaluation,
        ready.answered,
        solved.plan,
        worth,
    )


def _weight(name: str, moved: dict[tuple[str, str], tuple[str, float | None]]) -> Weight:
    (low, at_low), (high, at_high) = (moved.get((name, side), ("", None)) for side in (axes.LOW, axes.HIGH))
    return Weight(name, low, high, at_low, at_high)


def _largest(points: dict[str, list[Point]], kept: int, rounds: _Rounds) -> tuple[list[str], float | None]:
    """Assumptions that move the most likely future most, and by how much the others do at most; None where there are no others.

    Where only one end was looked at, as costs had to be worked out anew, the other is too if that one comes near those kept.
    """
    if kept == len(points):
        return list(points), None
    tried = dict(zip(points, rounds.ask([tuple(ends) for ends in points.values()], whole=False), strict=True))
    by = {name: _most(moved) for name, moved in tried.items()}
    ranked = sorted(points, key=lambda name: -by[name])
    near = [
        name for name in ranked[kept:] if len(tried[name]) < len(points[name]) and by[name] > by[ranked[kept]] * NEAR
    ]
    again = rounds.ask([tuple(points[name][len(tried[name]) :]) for name in near], whole=False)
    by |= {name: max(by[name], _most(moved)) for name, moved in zip(near, again, strict=True)}
    ranked = sorted(points, key=lambda name: -by[name])
    return ranked[:kept], by[ranked[kept]]


def _most(moved: Moved) -> float:
    return max((abs(end) for end in moved if end is not None), default=0.0)


class _CutShortError(Exception):
    """Whoever waits wants what there is by now."""


class _Rounds:
    """Hands work out, round by round, and says how far it has come."""

    def __init__(self, ask: Callable[[Sequence[Ends]], list[list[Moved]]], workers: int, progress: Progress) -> None:
        self._ask, self._workers, self._progress = ask, workers, progress

    def ask(self, points: Sequence[tuple[Point, ...]], *, whole: bool) -> list[Moved]:
        """What all ends move NPV by, in their order."""
        found: list[Moved] = []
        size, workers = BATCH * self._workers, self._workers
        for begin in range(0, len(points), size):
            if self._progress.stopped():
                raise _CutShortError
            some = points[begin : begin + size]
            told = self._ask([Ends(tuple(some[i::workers]), whole) for i in range(workers)])
            found += [told[i % workers][i // workers] for i in range(len(some))]
            self._progress.done(len(found), len(points))
        return found
