"""Time the drawing of joint paths of the world beside one path after another in plain Python.

python -m benchmarks.paths --paths 100000 --plain 200

Thirty events, twelve years, twenty currencies. The plain way draws the first few of the same paths, which must be the same to
the last bit; its time for all of them follows by proportion. Then trees of several sizes are grown from the paths, and one of them
from paths of other seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial

import numpy as np

from benchmarks.clock import timed, yardstick
from benchmarks.plain_paths import PlainPath, plain_path
from roadstead.futures.growth.node_names import EventWords
from roadstead.futures.growth.reduce import Shape, reduce
from roadstead.futures.growth.stability import stability
from roadstead.futures.growth.stakes import Stakes
from roadstead.futures.paths.economy import usual_economy
from roadstead.futures.paths.exchange import Exchange
from roadstead.futures.paths.hazards import Hazard, Influence, Level
from roadstead.futures.paths.simulate import Paths, Possible, simulate

EVENTS, CURRENCIES, FIRST, LAST, DRAWS = 30, 20, 2026, 2037, 4000
STARTS = (2026, 2028, 2031, 2034)
SIZES = ((1, 2, 4, 6), (1, 4, 10, 20), (1, 10, 40, 100))


def invented_world() -> Possible:
    """A world of the size that is promised, with everything that events can have."""
    rng = np.random.default_rng(0)
    ids = [f"event-{i}" for i in range(EVENTS)]
    hazards = []
    for i, event_id in enumerate(ids):
        causes = rng.choice([other for other in ids if other != event_id], size=2, replace=False)
        hazards.append(
            Hazard(
                event_id=event_id,
                yearly=((FIRST, float(rng.uniform(0.02, 0.15))), (FIRST + 4, float(rng.uniform(0.02, 0.15)))),
                needs=ids[i - 5] if i % 6 == 5 else "",
                ends=(ids[i + 1],) if i % 10 == 3 else (),
                influences=tuple(Influence(str(c), float(rng.uniform(0.5, 3.0)), 2, "imitation") for c in causes),
                lasts=float(rng.choice([3.0, 8.0, np.inf])),
                levels=(Level("mild", 0.5, 0.1), Level("middle", 0.3, 0.25), Level("hard", 0.2, 0.5)),
                low=0.5,
                high=2.0,
            )
        )
    together = np.full((CURRENCIES, CURRENCIES), 0.4) + 0.6 * np.eye(CURRENCIES)
    exchange = Exchange(tuple(f"currency-{i}" for i in range(CURRENCIES)), np.full(CURRENCIES, 0.1), together)
    return Possible(tuple(hazards), usual_economy(exchange), np.arange(FIRST, LAST + 1), DRAWS)


def invented_stakes() -> Stakes:
    """Money at stake, very unlike from event to event, in the invented world."""
    rng = np.random.default_rng(1)
    worth = 50.0 * (1.0 + rng.pareto(1.2, EVENTS))
    years = LAST - FIRST + 1
    return Stakes(
        events=tuple((0.3 * most, 0.6 * most, most) for most in worth.tolist()),
        demand=800.0,
        index=np.exp(np.cumsum(rng.normal(0.0, 0.08, (DRAWS, years)), axis=1)),
        battery=300.0,
        rates=rng.uniform(10.0, 60.0, CURRENCIES),
        freight=150.0,
        year_weight=np.asarray(0.93 ** np.arange(years)),
    )


def invented_words() -> list[EventWords]:
    """What the invented events are called."""
    levels, levels_zh = ("mild", "middle", "hard"), ("轻", "中", "重")
    return [EventWords(f"{i} comes", f"{i} 发生", f"no {i}", f"无 {i}", levels, levels_zh) for i in range(EVENTS)]


def told_of_trees(possible: Possible, paths: Paths, seed: int) -> None:
    """Grow trees of several sizes, and one of them from several seeds, and print what came of it."""
    stakes, words = invented_stakes(), invented_words()
    print("nodes by stage      seconds  distance over a single line's  events missed by, mean and most")
    for nodes in SIZES:
        seconds, tree = timed(partial(reduce, paths, stakes, Shape(STARTS, nodes), words))
        missed = np.abs(tree.in_force - tree.in_force_paths)
        part = tree.distance / tree.undivided
        print(f"{'-'.join(map(str, nodes)):18} {seconds:8.2f} {part:31.3f} {missed.mean():15.3f} {missed.max():.3f}")
    found = stability(
        lambda other: reduce(simulate(possible, other, 0, paths.count), stakes, Shape(STARTS, SIZES[1]), words),
        range(seed, seed + 5),
    )
    print(
        f"five seeds, {'-'.join(map(str, SIZES[1]))}: distance spreads by {100.0 * found.distance_spread:.1f} % of its mean,"
    )
    print(f"probabilities of events in force by {found.in_force_spread.mean():.3f} on average")


def same(fast: Paths, plain: list[PlainPath]) -> bool:
    """True where the first paths are the same to the last bit."""
    some = len(plain)
    return (
        np.array_equal(fast.level[:some], np.asarray([one.level for one in plain]))
        and np.array_equal(fast.draw[:some], np.asarray([one.draw for one in plain]))
        and np.array_equal(fast.factors.battery[:some], np.asarray([one.battery for one in plain]))
        and np.array_equal(fast.factors.rates[:some], np.asarray([one.rates for one in plain]))
        and np.array_equal(fast.factors.freight[:some], np.asarray([one.freight for one in plain]))
    )


def main() -> int:
    """Print times, their ratio, and whether both ways agree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paths", description=__doc__)
    parser.add_argument("--paths", type=int, default=100_000)
    parser.add_argument("--plain", type=int, default=200, help="paths drawn one after another")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if not 1 <= asked.plain <= asked.paths:
        parser.error("at least one path is drawn the plain way, and no more than in all")
    possible, unit = invented_world(), yardstick()
    began = time.process_time()
    seconds, fast = timed(lambda: simulate(possible, asked.seed, 0, asked.paths))
    busy = time.process_time() - began
    plain_seconds, plain = timed(lambda: [plain_path(possible, asked.seed, i) for i in range(asked.plain)])
    each, each_plain = seconds / asked.paths, plain_seconds / asked.plain
    agree = same(fast, plain)
    print(f"{EVENTS} events, {len(possible.years)} years, {CURRENCIES} currencies, one core")
    print(
        f"{asked.paths:7} paths at once    {seconds:9.2f} s  {seconds / unit:7.0f} x the yardstick; {busy:.2f} s of the processor"
    )
    print(f"{asked.plain:7} paths one by one {plain_seconds:9.2f} s  {plain_seconds / unit:7.0f} x the yardstick")
    print(f"ratio for each path      {each_plain / each:9.0f}")
    print(f"the first {asked.plain} are the same to the last bit: {'yes' if agree else 'NO'}")
    told_of_trees(possible, fast, asked.seed)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
