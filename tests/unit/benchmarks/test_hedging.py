"""The measurement beside progressive hedging, as far as it needs neither mpi-sppy nor MPI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import hedging
from benchmarks.instances import MONEY, as_prospect, generate
from benchmarks.scenarios import cut, write_answers
from roadstead.footprint.solve import Effort, solve

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def best() -> tuple:
    tree, prospect = as_prospect(generate("tiny"))
    return tree, solve(tree, prospect, Effort(gap=0.0))


@pytest.mark.parametrize("stage", [0, 1])
def test_a_plan_read_back_is_worth_what_it_was(best: tuple, stage: int, tmp_path: Path):
    tree, solved = best
    value = solved.certificate.value / MONEY
    write_answers(tmp_path / "plan.npz", value, [(one, solved.plan.decisions) for one in cut(tree, stage)])
    assert hedging.certified_value(tmp_path / "plan.npz", "tiny", 0, stage) == pytest.approx(value, rel=1e-9)


def test_a_plan_that_is_worth_less_than_it_says_ends_the_measurement(best: tuple, tmp_path: Path):
    tree, solved = best
    value = 1.001 * solved.certificate.value / MONEY
    write_answers(tmp_path / "plan.npz", value, [(one, solved.plan.decisions) for one in cut(tree, 1)])
    with pytest.raises(SystemExit, match="two problems were solved"):
        hedging.certified_value(tmp_path / "plan.npz", "tiny", 0, 1)


def test_without_a_plan_there_is_no_value(tmp_path: Path):
    assert hedging.certified_value(tmp_path / "plan.npz", "tiny", 0, 1) is None


def test_what_is_lacking_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(hedging, "find_spec", lambda name: None if name == "mpisppy" else name)
    with pytest.raises(SystemExit, match=r"(?s)mpisppy is not installed.*\.\[hedging\]"):
        hedging.mpiexec()
    monkeypatch.setattr(hedging, "find_spec", lambda name: name)
    monkeypatch.setattr(hedging.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"mpiexec\) is not installed"):
        hedging.mpiexec()
