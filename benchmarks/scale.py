"""What a cluster costs, and what sixty-four cores may bring: a round of node-year programs through Dask beside processes.

python -m benchmarks.scale --size medium --seed 0

Rounds through processes and through Dask take turns in one run, so that their ratio says something on a busy machine; seconds of the
processor say what the clock would on an idle one. The estimate takes a whole plan in one process apart: what node-years take is
divided by hands, all else is not, and every round costs what client and scheduler spend on it.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from benchmarks.instances import SIZES, as_prospect, generate
from roadstead.engine.crew import Crew
from roadstead.engine.hire import hire
from roadstead.footprint import extensive
from roadstead.footprint.ground import ground
from roadstead.footprint.master import Master
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.solve import Effort, solve
from roadstead.study.silence import solver_silenced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.engine.base import Hands
    from roadstead.footprint.ground import Ground
    from roadstead.footprint.node_years import Answered
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.solve import Solved
    from roadstead.terms.arrays import Floats, Ints

WORKERS, MANY = 2, 64
ROUNDS = 7
HANDS = (1, 2, 4, 8, 16, 32, 64)
Way: TypeAlias = tuple[int, int, str | None]
"""Workers, shares and cluster."""
TWO: tuple[Way, Way] = ((WORKERS, WORKERS, None), (WORKERS, WORKERS, "local"))


class Clocked(NodePrograms):
    """Tells beside an answer what it took of the processor."""

    def __call__(self, asked: Asked) -> tuple[Answered, float]:  # type: ignore[override]
        """The answer, and seconds."""
        began = time.thread_time()
        return self.answer(asked), time.thread_time() - began


class Remembering(Clocked):
    """Answers the second time what it answered the first: what a round takes without its work."""

    known: tuple[Answered, float] | None = None

    def __call__(self, asked: Asked) -> tuple[Answered, float]:  # type: ignore[override]
        """Solve once."""
        if self.known is None:
            self.known = super().__call__(asked)
        return self.known


@dataclass(frozen=True)
class Costs:
    """Median seconds of a round of each way: by the clock, of the workers' processors, of the processor here. Shapes (ways,)."""

    clock: Floats
    workers: Floats
    here: Floats


@dataclass
class Rounds:
    """A problem's node-years dealt out, and the tasks of a round."""

    at: Ground
    shares: list[Ints]

    def deal(self, hands: int) -> list[tuple[Operations, Ints]]:
        """As the planner deals them."""
        nodes = self.at.prospect.node_years.node
        hand = np.unique(nodes, return_inverse=True)[1] % hands
        self.shares = [np.flatnonzero(hand == i) for i in range(hands) if (hand == i).any()]
        return [(self.at.offered.of_years(share), nodes[share]) for share in self.shares]

    def tasks(self, point: Floats) -> list[Asked]:
        """One for every share."""
        states = self.at.states.at(point)
        return [Asked(states.of_years(share)) for share in self.shares]


@dataclass(frozen=True)
class Parts:
    """Seconds of the processor for a plan in one process: in node-years, in the master, in all; rounds of node-years."""

    node_years: float
    master: float
    total: float
    rounds: int


def estimated(parts: Parts, largest: float, per_round: float) -> float:
    """Seconds where the hand with most to do has this share of all node-years, and a round costs so much beside."""
    return parts.total - parts.node_years + parts.node_years * largest + parts.rounds * per_round


def largest_share(nodes: Ints, hands: int) -> float:
    """Share of all node-years that the hand with most of them has."""
    hand = np.unique(nodes, return_inverse=True)[1] % hands
    return float(np.bincount(hand).max() / len(nodes))


def points(at: Ground) -> list[Floats]:
    """States as a search meets them: from a quarter to all of every decision."""
    ceiling = np.minimum(at.decided.program.ceiling, 1.0)
    rng = np.random.default_rng(0)
    return [np.asarray(ceiling * rng.uniform(0.0, 0.6, len(ceiling))) for _ in range(ROUNDS)]


def rounds(crews: list[tuple[Hands[Any, Any], Rounds]], asked: list[Floats]) -> Costs:
    """What rounds of every crew cost. Crews take turns; the first round, which builds, is left out."""
    found = np.zeros((3, len(crews), len(asked) + 1))
    for j, point in enumerate([asked[0], *asked]):
        for i, (crew, dealt) in enumerate(crews):
            tasks = dealt.tasks(point)
            clock, here = time.perf_counter(), time.process_time()
            answers = crew.ask(tasks)
            spent = sum(seconds for _, seconds in answers)
            found[:, i, j] = time.perf_counter() - clock, spent, time.process_time() - here
    return Costs(*np.median(found[:, :, 1:], axis=2))


def _dealt(to: Rounds, shares: int, _: int) -> list[tuple[Operations, Ints]]:
    """So many shares, however many hands there are."""
    return to.deal(shares)


def measured(at: Ground, build: type[Clocked], asked: list[Floats], how: Sequence[Way]) -> Costs:
    """Median costs of a round of each way."""
    with ExitStack() as all_end:
        crews = []
        for workers, shares, cluster in how:
            dealt = Rounds(at, [])
            crew = hire(build, partial(_dealt, dealt, shares), workers=workers, cluster=cluster)
            all_end.callback(crew.close)
            crews.append((crew, dealt))
        return rounds(crews, asked)


@contextmanager
def clocked(owner: Any, name: str, spent: list[float]) -> Iterator[None]:
    """Seconds of the processor that every call of a function takes, added to a list."""
    honest = getattr(owner, name)

    def watched(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return honest(*given, **named)
        finally:
            spent.append(time.process_time() - began)

    setattr(owner, name, watched)
    try:
        yield
    finally:
        setattr(owner, name, honest)


def taken_apart(size: str, seed: int, gap: float, seconds: float) -> tuple[Parts, Solved]:
    """Where a plan in one process spends its time."""
    asks: list[float] = []
    master: list[float] = []
    tree, prospect = as_prospect(generate(size, seed))
    with clocked(Crew, "ask", asks), clocked(Master, "solve", master), clocked(extensive, "run", master):
        began = time.process_time()
        found = solve(tree, prospect, Effort(gap, seconds, 1, "decomposition"))
        total = time.process_time() - began
    return Parts(sum(asks), sum(master), total, len(asks)), found


def beside_processes(size: str, seed: int) -> list[str]:
    """What travels, and a round through Dask beside one through processes."""
    at = ground(*as_prospect(generate(size, seed)), ())
    whole, asked = Rounds(at, []), points(at)
    seeds = whole.deal(1)
    tasks = whole.tasks(asked[0])
    sent = [len(pickle.dumps(part)) / 1e6 for part in (seeds[0], tasks[0], NodePrograms(seeds[0])(tasks[0]))]
    costs = measured(at, Clocked, asked, TWO)
    clock, workers = costs.clock, costs.workers
    return [
        f"{size} {seed}: {at.tree.count} nodes, {len(at.prospect.node_years.node)} node-years",
        f"travels: seeds {sent[0]:.1f} MB once; states {sent[1]:.2f} MB and answers {sent[2]:.2f} MB a round",
        f"a round, {WORKERS} workers: processes {clock[0]:.3f} s, Dask {clock[1]:.3f} s, ratio {clock[1] / clock[0]:.3f}",
        f"of the workers' processors: {workers[0]:.3f} s and {workers[1]:.3f} s, ratio {workers[1] / workers[0]:.3f}",
    ]


def on_many(given: argparse.Namespace) -> list[str]:
    """What a round costs without its work, where a plan in one process spends its time, and what more hands may bring."""
    at = ground(*as_prospect(generate(given.size, given.seed)), ())
    nodes = at.prospect.node_years.node
    idle = measured(at, Remembering, points(at), (*TWO, (WORKERS, MANY, "local")))
    parts, found = taken_apart(given.size, given.seed, given.gap, given.seconds)
    rest = parts.total - parts.node_years - parts.master
    shares = [100 * part / parts.total for part in (parts.node_years, parts.master, rest)]
    lines = [
        f"without its work: processes {idle.clock[0]:.3f} s, Dask {idle.clock[1]:.3f} s, {MANY} shares {idle.clock[2]:.3f} s",
        f"of the processor here: {idle.here[0]:.3f} s, {idle.here[1]:.3f} s, {idle.here[2]:.3f} s",
        f"a plan in one process: {found.status}, {100 * found.gap_value_added:.2f} % of value added unproven, {parts.rounds} rounds, {parts.total:.1f} s",
        f"of its time: node-years {shares[0]:.1f} %, master {shares[1]:.1f} %, rest {shares[2]:.1f} %",
        f"a round of node-years in one process {parts.node_years / parts.rounds:.3f} s",
        "estimate: hands, largest share of node-years, times as fast as one process",
    ]
    for hands in HANDS:
        per_round = np.interp(hands, [1, WORKERS, min(MANY, at.tree.count)], [0.0, *idle.here[1:]])
        largest = largest_share(nodes, hands)
        lines.append(f"{hands:4d}  {largest:.3f}  {parts.total / estimated(parts, largest, float(per_round)):.1f}")
    return lines


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--size", choices=sorted(SIZES), default="medium")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--gap", type=float, default=0.02)
    words.add_argument("--seconds", type=float, default=120.0)
    given = words.parse_args()
    with solver_silenced():
        lines = [*beside_processes(given.size, given.seed), *on_many(given)]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
