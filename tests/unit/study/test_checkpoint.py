"""Study: what a search has found outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from prospects import best_plan, invented
from quick_cases import quick_case

import roadstead as rs
from benchmarks.instances import as_prospect, generate
from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.linking import LinkingCuts
from roadstead.footprint.lump_prices import Lumps
from roadstead.footprint.pricing import BarePrices
from roadstead.footprint.session import Checkpoint
from roadstead.playbook import leaving_out
from roadstead.study.checkpoint import Unfinished, problem_digest
from roadstead.study.progress import Quiet

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.footprint.solve import Effort

MADE = invented(3)
FOUND = best_plan(3)
PRICES = BarePrices(
    node_year=np.asarray([0, 3]), is_open=np.ones((2, 2)), gamma=np.zeros((2, 1)), nu=np.full((2, 3), 2.0), mu=np.zeros((2, 3)), least=np.zeros((2, 1)),
    earned=np.zeros((2, 0)), spent=np.zeros((2, 0)), unfit=np.asarray([False, True]),
    lumps=Lumps(np.asarray([1]), np.asarray([[2, 1]]), np.asarray([[-1, 3]], dtype=np.int8), np.ones((1, 4)), np.asarray([0.5])),
)  # fmt: skip


def same(first: object, second: object) -> bool:
    parts = [(getattr(first, f.name), getattr(second, f.name)) for f in fields(first)]  # type: ignore[arg-type]
    return all(same(*pair) if isinstance(pair[0], Lumps) else np.array_equal(*pair) for pair in parts)


def test_what_is_kept_is_found(tmp_path: Path):
    kept = Unfinished(tmp_path, "a" * 64)
    assert kept.found() is None
    decisions, cuts = FOUND.plan.decisions, FOUND.proof.cuts
    kept.keep(Checkpoint(decisions, cuts, (PRICES,)))
    kept.keep(Checkpoint(prices=(PRICES, PRICES)))
    found = Unfinished(tmp_path, "a" * 64).found()
    assert found is not None
    assert same(found.decisions, decisions)
    assert isinstance(found.cuts, LinkingCuts)
    assert same(found.cuts, cuts) == bool(cuts.count)
    assert len(found.prices) == 3
    assert same(found.prices[2], PRICES)
    kept.done()
    assert Unfinished(tmp_path, "a" * 64).found() is None


def test_what_was_cut_short_is_not_gone_on_from(tmp_path: Path):
    kept = Unfinished(tmp_path, "b" * 64)
    kept.keep(Checkpoint(FOUND.plan.decisions))
    path = next(kept.folder.glob("decisions*"))
    path.write_bytes(path.read_bytes()[:100])
    assert kept.found() is None


def test_a_disk_that_is_gone_costs_the_checkpoint_alone(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    Unfinished(tmp_path / "file", "c" * 64).keep(Checkpoint(FOUND.plan.decisions))


def test_another_problem_has_another_folder():
    other = invented(4)
    names = {problem_digest(MADE.tree, MADE.prospect, ()), problem_digest(other.tree, other.prospect, ())}
    assert len(names) == 2


class Ending(Quiet):
    """Ends planning as soon as it begins."""

    def stopped(self) -> bool:
        return True


@pytest.mark.parametrize("watching", [Quiet(), Ending()])
def test_a_plan_ended_early_is_held_against_others_no_closer_than_it(
    watching: Quiet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    asked: list[Effort] = []

    def seen(*args: Any) -> Any:
        asked.append(args[4])
        return solve_again(*args)

    solve_again = leaving_out.solve_again
    monkeypatch.setattr(leaving_out, "solve_again", seen)
    case, kept = quick_case(tmp_path / "case"), tmp_path / "kept"
    done = rs.plan(case, gap=1e-6, seconds=60.0, workers=1, progress=watching, unfinished=kept).run
    assert done.effort.gap == 1e-6
    assert asked[0].gap == max(1e-6, done.solved.gap_value_added if watching.stopped() else 0.0)
    assert (done.solved.gap_value_added > 1e-6) == watching.stopped()
    assert not list(kept.iterdir()), "a finished plan keeps no search"


SEARCH = """
import sys
import roadstead as rs
from benchmarks.instances import as_prospect, generate
rs.solve_problem(*as_prospect(generate("small", 0)), gap=0.0, seconds=600.0, unfinished=sys.argv[1])
"""


def test_a_search_killed_goes_on_from_what_it_had(tmp_path: Path, request: pytest.FixtureRequest):
    """Ended by SIGKILL once it had a plan; the next search begins with that plan."""
    root = request.config.rootpath
    search = subprocess.Popen([sys.executable, "-c", SEARCH, str(tmp_path)], cwd=root)
    try:
        ends = time.monotonic() + 120.0
        while not list(tmp_path.glob("*/decisions.npz")):
            assert search.poll() is None, "it ended by itself"
            assert time.monotonic() < ends
            time.sleep(0.05)
    finally:
        os.kill(search.pid, signal.SIGKILL)
        search.wait()
    tree, prospect = as_prospect(generate("small", 0))
    found = Unfinished(tmp_path, problem_digest(tree, prospect, ())).found()
    assert found is not None
    assert found.decisions is not None
    had = certify(tree, prospect, dispatch(tree, prospect, found.decisions)).value
    solved = rs.solve_problem(tree, prospect, gap=0.5, seconds=600.0, unfinished=tmp_path)
    assert solved.certificate.value >= had * (1 - 1e-9)
    assert not list(tmp_path.iterdir()), "what has ended is forgotten"
