"""Frozen instances: the same arrays for ever, and the same problem as a prospect as in their own arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.extensive_form import extensive_form
from benchmarks.frozen import HASHES, digest, is_frozen
from benchmarks.instances import MONEY, as_prospect, generate
from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch, no_new
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.plan import Decisions
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.tree import history

if TYPE_CHECKING:
    from roadstead.footprint.program import Program

IN_CI = ("tiny", "small", "medium")
"""Large ones are looked at as they are measured: `python -m benchmarks.planner`."""
PLAIN_SMALL = 57404.43890349685
"""Linear relaxation of the plain form of small, seed 0, as two models written before this one gave it."""


@pytest.mark.parametrize(("name", "seed"), [key for key in HASHES if key[0] in IN_CI])
def test_the_instances_are_frozen(name: str, seed: int):
    """The hashes were taken from the generator the instances were first drawn by, of the same arrays in the same order.

    They are tree (parent, stage, first year, years, probability, discount; node, year and weight of node-years, and the node an
    order must be placed at), lines, lanes, margins, demand, prices, home, quotas and which arcs can earn: shape, kind, bytes.
    """
    assert is_frozen(generate(name, seed), name, seed)


def test_a_changed_instance_is_told():
    made = generate("tiny", 0)
    margin = made.margin.copy()
    margin[-1, -1] *= 1 + 1e-3
    assert not is_frozen(replace(made, margin=margin), "tiny", 0)
    assert not is_frozen(generate("tiny", 1), "tiny", 0)


def test_numbers_of_other_last_bits_are_the_same_instance():
    made = generate("tiny", 0)
    near = replace(made, margin=np.nextafter(made.margin, 0.0))
    assert digest(near) != digest(made)
    assert is_frozen(near, "tiny", 0)


def relaxed(program: Program) -> float:
    answer = run(replace(program, whole=np.zeros_like(program.whole)), Limits())
    assert answer.status == "Optimal"
    return answer.bound


def test_the_plain_form_has_the_known_relaxation():
    assert relaxed(extensive_form(generate("small"), strong=False)) == pytest.approx(PLAIN_SMALL, rel=1e-9)


@pytest.mark.parametrize(("name", "seed"), [("tiny", 0), ("tiny", 1), ("tiny", 2), ("small", 0)])
def test_the_prospect_has_the_relaxation_of_the_arrays(name: str, seed: int):
    """Our extensive form of the prospect, and the strong form written straight from the arrays."""
    made = generate(name, seed)
    own = relaxed(formulate(*as_prospect(made), relaxed=True).program)
    assert own == pytest.approx(relaxed(extensive_form(made, strong=True)), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_prospect_has_the_optimum_of_the_arrays(seed: int):
    """Plain, strong and ours: three programs, one best plan."""
    made = generate("tiny", seed)
    best = [run(extensive_form(made, strong=strong), Limits(relative_gap=1e-9)).bound for strong in (False, True)]
    solved = solve(*as_prospect(made), Effort(gap=0.0))
    assert best[0] == pytest.approx(best[1], rel=1e-8)
    assert solved.certificate.value == pytest.approx(MONEY * best[1], rel=1e-6)


@pytest.mark.parametrize(("name", "seed"), [("tiny", 3), ("small", 1)])
def test_a_plan_is_worth_the_same_both_ways(name: str, seed: int):
    """Decisions at random, valued by the arrays' own program with what stands fixed, and by the certificate."""
    made = generate(name, seed)
    tree, prospect = as_prospect(made)
    rng, d = np.random.default_rng(seed), no_new(tree, prospect)
    commit, build = d.commit.copy(), d.build.copy()
    for n in range(tree.count):
        before = list(history(tree, n))[:-1]
        new = (rng.random(commit.shape[1]) < 0.15) & ~commit[before].any(0)
        useful = tree.start[n] + prospect.options.lead <= tree.last_year
        commit[n] = new & useful
        room = np.minimum(prospect.resources.limit - build[before].sum(0), 2.0)
        ready = np.zeros(build.shape[1], dtype=bool)
        ready[1 : 1 + commit.shape[1]] = commit[[*before, n]].any(0) & useful
        build[n] = np.where(ready, rng.integers(0, room.astype(int) + 1), 0)
    worth = certify(tree, prospect, dispatch(tree, prospect, Decisions(commit, d.close, build, d.retire))).value
    path = np.asarray([[m in history(tree, n) for m in range(tree.count)] for n in range(tree.count)], dtype=float)
    lines = commit.shape[1]
    stands = np.concatenate([(path @ commit).ravel(), (path @ build[:, 1 : 1 + lines]).ravel()])
    program = extensive_form(made, strong=False)
    floor, ceiling = program.floor.copy(), program.ceiling.copy()
    floor[: len(stands)] = ceiling[: len(stands)] = stands
    assert commit.sum() > 1
    assert worth == pytest.approx(MONEY * relaxed(replace(program, floor=floor, ceiling=ceiling)), rel=1e-8)
