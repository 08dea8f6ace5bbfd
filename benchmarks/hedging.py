"""Measure the planner beside progressive hedging: mpi-sppy on the same frozen instance, in the same run.

python -m benchmarks.hedging --seeds 1

Both are asked for the same gap: ours is ``solve`` as it picks, with two processes; mpi-sppy is its usual wheel of three, progressive
hedging with a Lagrangian bound and a shuffled search for plans, HiGHS below all of them. Its clock runs from arrays in memory, so
neither imports nor the start of MPI count. The plan it ends with is read back and valued by ``certify``, which shows that both
solve one problem. It needs the extra ``hedging``, MPI included: ``make bench-hedging`` brings it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instances import MONEY, as_prospect, generate
from benchmarks.memory import watch
from benchmarks.scenarios import cut, joined, read_answers
from benchmarks.side_by_side import GRACE, ROOT, measure, reached_by
from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.solve import Effort
from roadstead.study.silence import solver_silenced

if TYPE_CHECKING:
    from benchmarks.side_by_side import Measured

NEEDED = ("mpisppy", "pyomo", "mpi4py")
SIZE = "small"
"""The next size has 64 paths of some 40,000 flows each, where this one has 8 of 4,500; it was not tried."""
PROCESSES = 3
SAME = 1e-6
"""Share by which what mpi-sppy says of its plan and what the plan is worth may differ: what its solver leaves of fractions."""
LACKING = """{what} is not installed, so there is nothing to measure beside. In the environment of this Python:
    python -m pip install --editable ".[hedging]"
which `make bench-hedging` does. It brings MPI from the package mpich; where there is none for your system, Debian and Ubuntu have
it by apt-get install mpich."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How progressive hedging is set.

    Attributes
    ----------
    stage
        Where the tree is cut into scenarios, counted from the root's 0: at the last stage into paths, before it into branches.
    rho
        Weight of what draws shared decisions together, by unit of the decision, or as a share of what the decision costs.
    mip_gap
        Relative gap at which HiGHS ends each scenario.
    """

    stage: int
    rho: float
    rho_by_cost: bool
    mip_gap: float


SETTINGS = {
    "paths-by-cost": Setting(3, 1.0, rho_by_cost=True, mip_gap=0.005),
    "paths-at-50": Setting(3, 50.0, rho_by_cost=False, mip_gap=0.005),
    "pairs-by-cost": Setting(2, 1.0, rho_by_cost=True, mip_gap=0.005),
    "branches-by-cost": Setting(1, 1.0, rho_by_cost=True, mip_gap=0.002),
    "branches-at-50": Setting(1, 50.0, rho_by_cost=False, mip_gap=0.002),
}
BEST = "branches-by-cost"
"""As docs/hedging.md measures them."""


@dataclass(frozen=True, slots=True)
class Hedged:
    """One instance by progressive hedging and by ours, money in millions.

    Attributes
    ----------
    seconds
        Until progressive hedging had shown the gap asked for, or its limit where it did not. [s]
    gap_value_added, gap_npv
        What it had shown by then; none where it had no plan.
    inner, outer
        Its last plan's value by its own word, its last bound.
    certified
        What that plan is worth by ``certify``.
    ratio
        Our seconds to the same gap over its seconds; at most this where it did not reach the gap.
    """

    size: str
    seed: int
    setting: str
    seconds: float
    reached: bool
    gap_value_added: float | None
    gap_npv: float | None
    inner: float | None
    outer: float | None
    certified: float | None
    our_seconds: float
    our_gap_value_added: float
    our_value: float
    our_bound: float
    ratio: float


def mpiexec() -> str:
    """The command that starts processes of MPI: the one beside this Python, else the system's; without any, the end."""
    for module in NEEDED:
        if find_spec(module) is None:
            sys.exit(LACKING.format(what=module))
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        sys.exit(LACKING.format(what="MPI (the command mpiexec)"))
    # Open MPI refuses more processes than processors unless told; others do not read these.
    os.environ.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
    os.environ.setdefault("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe")
    return found


def hedge(mine: Measured, name: str, asked: float, limit: float) -> Hedged:
    """Progressive hedging on the instance of ``mine``, by a setting's name, until ``asked`` of value added or the limit. [s]"""
    setting, added = SETTINGS[name], mine.value - mine.standing
    question: dict[str, Any] = {"size": mine.size, "seed": mine.seed, "seconds": limit, "absolute": asked * added}
    with tempfile.TemporaryDirectory() as folder:
        question |= asdict(setting) | {"plan": str(Path(folder) / "plan.npz")}
        ranks = (
            mpiexec(),
            "-np",
            str(PROCESSES),
            sys.executable,
            "-m",
            "benchmarks.hedging",
            "--spin",
            json.dumps(question),
        )
        done = watch(ranks, Path(folder), limit + GRACE, ROOT)
        told = [json.loads(line) for line in done.output.splitlines() if line.startswith("{") and line.endswith("}")]
        if done.status not in {0, -signal.SIGKILL}:
            sys.exit(f"progressive hedging failed:\n{done.output}")
        certified = certified_value(Path(question["plan"]), mine.size, mine.seed, setting.stage)
    met = reached_by(told, limit, asked * added, added)
    inner, outer = (
        max((line["value"] for line in told), default=-np.inf),
        min((line["bound"] for line in told), default=np.inf),
    )
    known = bool(np.isfinite(met["gap"]))
    return Hedged(
        size=mine.size,
        seed=mine.seed,
        setting=name,
        seconds=met["seconds"],
        reached=met["gap"] <= asked * (1 + 1e-6),
        gap_value_added=met["gap"] if known else None,
        gap_npv=met["gap"] * added / mine.value if known else None,
        inner=inner if np.isfinite(inner) else None,
        outer=outer if np.isfinite(outer) else None,
        certified=certified,
        our_seconds=mine.seconds,
        our_gap_value_added=mine.gap_value_added,
        our_value=mine.value,
        our_bound=mine.bound,
        ratio=mine.seconds / met["seconds"],
    )


def certified_value(path: Path, size: str, seed: int, stage: int) -> float | None:
    """What the plan on file is worth by our certificate, which also shows that it is one; none where there is no file. [million]"""
    if not path.exists():
        return None
    tree, prospect = as_prospect(generate(size, seed))
    claimed, answers = read_answers(path, cut(tree, stage))
    with solver_silenced():
        plan = dispatch(tree, prospect, joined(prospect, answers))
    worth = certify(tree, prospect, plan).value / MONEY
    if abs(worth - claimed) > SAME * abs(worth):
        sys.exit(f"a plan of {claimed:,.3f} is worth {worth:,.3f} by our certificate: two problems were solved")
    return worth


def _spin(question: dict[str, Any]) -> None:
    """Be one of the processes; mpi-sppy leaves its log files where it is imported."""
    os.chdir(Path(question["plan"]).parent)
    from benchmarks.wheel import spin

    spin(question)


def main() -> int:
    """Measure both, seed by seed and setting by setting."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hedging", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="seeds 0 to this, without it")
    parser.add_argument("--gap", type=float, default=0.01, help="share of value added that may stay unproven, for both")
    parser.add_argument("--seconds", type=float, default=300.0, help="limit of time for each")
    parser.add_argument("--setting", choices=(*SETTINGS, "all"), default=BEST, help="how progressive hedging is set")
    parser.add_argument("--json", action="store_true", help="one line of JSON a measurement, nothing else")
    parser.add_argument("--spin", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.spin:
        _spin(json.loads(asked.spin))
        return 0
    mpiexec()
    effort = Effort(gap=asked.gap, seconds=asked.seconds, workers=2)
    for seed in range(asked.seeds):
        mine = measure(SIZE, seed, effort, 0.0)
        for name in SETTINGS if asked.setting == "all" else (asked.setting,):
            told = asdict(hedge(mine, name, asked.gap, asked.seconds))
            print(json.dumps(told) if asked.json else "  ".join(f"{k} {v}" for k, v in told.items()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
