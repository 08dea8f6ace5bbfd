"""Measure the planner on the frozen instances, side by side with HiGHS on the extensive form.

python benchmarks/planner.py --size medium --seeds 1 --json

Every measurement runs in a fresh process of its own, one after another, so that memory is its own and nothing is warm. Ours is
``solve`` as it picks. The reference is HiGHS with as many threads on the plain and on the strong extensive form, each with the
same limit of time, and of both the one that does better. A gap of value added is a share of what the plan adds to exports alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.extensive_form import extensive_form
from benchmarks.frozen import is_frozen
from benchmarks.instances import MONEY, SIZES, as_prospect, generate
from benchmarks.memory import watch
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.solve import Effort, solve
from roadstead.study.silence import solver_silenced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ASKED = {"tiny": 1e-4, "small": 1e-4, "medium": 0.01, "large": 0.01, "tenfold": 0.01}
"""Gap of value added to stop at."""
SECONDS = {"tiny": 60.0, "small": 300.0, "medium": 120.0, "large": 600.0, "tenfold": 1800.0}
"""Limit of time for ours."""
REFERENCE_SECONDS = {"tiny": 60.0, "small": 300.0, "medium": 600.0, "large": 600.0, "tenfold": 600.0}
GRACE = 30.0
"""Seconds past its limit after which the reference is ended: what it had shown by its limit is what counts."""
FORMS = ("plain", "strong")
MEGABYTE = 1e6
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Measured:
    """One instance, ours and the reference.

    Attributes
    ----------
    asked
        Gap of value added to stop at.
    seconds
        From arrays in memory to the certified plan. [s]
    gap_value_added, gap_npv
        Unproven rest as a share of value added, of NPV.
    peak_mb
        Most memory of all processes together, the instance itself included. [MB]
    reference_seconds
        Of the better form, or its limit where it did not reach the gap asked for. [s]
    reference_gap_value_added
        Its gap by then, on the same value added; none where it had no plan or no bound.
    """

    size: str
    seed: int
    asked: float
    seconds: float
    gap_value_added: float
    gap_npv: float
    peak_mb: float
    reference_seconds: float | None
    reference_gap_value_added: float | None
    reference_form: str | None
    reference_peak_mb: float | None
    value: float
    bound: float
    standing: float
    status: str


def ours(name: str, seed: int, effort: Effort) -> None:
    """Plan one instance in this process and print what came of it."""
    made = generate(name, seed)
    if not is_frozen(made, name, seed):
        sys.exit(f"{name} {seed} is not the instance it was: its arrays have another hash")
    tree, prospect = as_prospect(made)
    del made
    began = time.perf_counter()
    with solver_silenced():
        solved = solve(tree, prospect, effort)
    told = {
        "seconds": time.perf_counter() - began,
        "gap_value_added": solved.gap_value_added,
        "gap_npv": solved.gap_npv,
        "value": solved.certificate.value / MONEY,
        "bound": solved.bound / MONEY,
        "standing": solved.standing / MONEY,
        "status": f"{solved.status}, bound: {solved.gap_bound}",
    }
    print(json.dumps(told), flush=True)


def reference(name: str, seed: int, form: str, limits: Limits) -> None:
    """HiGHS on one form in this process; a line for every better plan or bound, so that an end by force loses nothing."""
    made = generate(name, seed)
    began, last = time.perf_counter(), (-np.inf, np.inf)
    program = extensive_form(made, strong=form == "strong")
    del made

    def tell(value: float, bound: float, _seconds: float) -> None:
        nonlocal last
        if (value, bound) != last:
            last = (value, bound)
            line = json.dumps({"seconds": time.perf_counter() - began, "value": value, "bound": bound})
            os.write(told, f"{line}\n".encode())

    told = os.dup(1)
    with solver_silenced():
        answer = run(program, limits, progress=tell)
    value = -np.inf if answer.point is None else float(program.gain @ answer.point)
    tell(value, answer.bound, answer.seconds)


def measure(name: str, seed: int, effort: Effort, reference_seconds: float) -> Measured:
    """Ours, then both forms of the reference, each in a fresh process."""
    words = ("--gap", str(effort.gap), "--seconds", str(effort.seconds), "--threads", str(effort.workers))
    told, peak = _fresh(name, seed, ("--only", "ours", *words), effort.seconds * 10)
    if not told:
        sys.exit(f"{name} {seed}: ours ended without a plan")
    mine = told[-1]
    added = mine["value"] - mine["standing"]
    best: dict[str, Any] = {}
    for form in FORMS if reference_seconds > 0 else ():
        asked = ("--only", form, "--absolute", str(effort.gap * added), "--seconds", str(reference_seconds))
        lines, memory = _fresh(name, seed, (*asked, "--threads", str(effort.workers)), reference_seconds + GRACE)
        met = reached_by(lines, reference_seconds, effort.gap * added, added)
        met |= {"form": form, "peak_mb": memory / MEGABYTE}
        if not best or (met["gap"], met["seconds"]) < (best["gap"], best["seconds"]):
            best = met
    return Measured(
        size=name,
        seed=seed,
        asked=effort.gap,
        peak_mb=peak / MEGABYTE,
        reference_seconds=best.get("seconds"),
        reference_gap_value_added=best["gap"] if best and np.isfinite(best["gap"]) else None,
        reference_form=best.get("form"),
        reference_peak_mb=best.get("peak_mb"),
        **mine,
    )


def reached_by(lines: list[dict[str, Any]], limit: float, enough: float, added: float) -> dict[str, Any]:
    """Gap of value added that was reached by the limit, and when: as soon as it was enough, else the limit."""
    gap = np.inf
    for line in lines:
        if line["seconds"] > limit:
            break
        rest = line["bound"] - line["value"]
        gap = min(gap, max(rest, 0.0) / added)
        # A solver that stops at a gap may end a rounding above it.
        if rest <= enough * (1 + 1e-6):
            return {"gap": gap, "seconds": line["seconds"]}
    return {"gap": gap, "seconds": limit}


def _fresh(name: str, seed: int, words: Sequence[str], limit: float) -> tuple[list[dict[str, Any]], float]:
    """What one process printed, line by line, and the most memory it held. [bytes]"""
    command = (sys.executable, "-m", "benchmarks.side_by_side", "--size", name, "--seed", str(seed), *words)
    with tempfile.TemporaryDirectory() as folder:
        done = watch(command, Path(folder), limit, ROOT)
    lines = [line for line in done.output.splitlines() if line.startswith("{") and line.endswith("}")]
    if not lines:
        print(done.output, file=sys.stderr)
    return [json.loads(line) for line in lines], done.memory


def summary(found: Sequence[Measured]) -> Iterator[str]:
    """Median and worst of what was measured."""
    for field in ("seconds", "gap_value_added", "gap_npv", "peak_mb", "reference_seconds", "reference_gap_value_added"):
        values = [getattr(one, field) for one in found if getattr(one, field) is not None]
        if values:
            yield f"{field:28}median {np.median(values):12.5g}   worst {max(values):12.5g}"
    ratios = [one.seconds / one.reference_seconds for one in found if one.reference_seconds]
    if ratios:
        yield f"{'seconds over reference':28}median {np.median(ratios):12.5g}   worst {max(ratios):12.5g}"


def main() -> int:
    """Measure, or be one measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planner", description=__doc__)
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 to this, without it")
    parser.add_argument("--gap", type=float, help="share of value added that may stay unproven")
    parser.add_argument("--seconds", type=float, help="limit of time for ours")
    parser.add_argument(
        "--reference-seconds", type=float, help="limit of time for each form; 0 leaves the reference out"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads, or worker processes, of each")
    parser.add_argument("--json", action="store_true", help="one line of JSON a seed, nothing else")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=("ours", *FORMS), help=argparse.SUPPRESS)
    parser.add_argument("--absolute", type=float, default=0.0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    gap = ASKED[asked.size] if asked.gap is None else asked.gap
    seconds = SECONDS[asked.size] if asked.seconds is None else asked.seconds
    effort = Effort(gap=gap, seconds=seconds, workers=asked.threads)
    if asked.only == "ours":
        ours(asked.size, asked.seed, effort)
        return 0
    if asked.only:
        limits = Limits(asked.absolute, 0.0, effort.seconds, asked.threads)
        reference(asked.size, asked.seed, asked.only, limits)
        return 0
    limit = REFERENCE_SECONDS[asked.size] if asked.reference_seconds is None else asked.reference_seconds
    found = []
    for seed in range(asked.seeds):
        one = measure(asked.size, seed, effort, limit)
        found.append(one)
        line = json.dumps(asdict(one)) if asked.json else "  ".join(f"{k} {v}" for k, v in asdict(one).items())
        print(line, flush=True)
    if not asked.json:
        print("\n".join(summary(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
