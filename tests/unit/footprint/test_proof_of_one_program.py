"""The proof of one program: cuts on lumps count in it, and whatever is said of them, no bound is false."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from prospects import best_plan, invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import fixed
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.linking import joined, no_cuts
from roadstead.footprint.lump_prices import Lumps, all_lumps, no_lumps
from roadstead.footprint.one_program import relaxation
from roadstead.footprint.operations import offers
from roadstead.footprint.solve import Effort, Proof, prove, solve
from roadstead.footprint.strengthening import lump_rows, lumps_in_force

SEEDS = (0, 2, 3, 5, 6, 7)
ROUNDING = 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_spoiled_cuts_on_lumps_prove_a_looser_bound_never_a_false_one(seed: int):
    made, solved = invented(seed), best_plan(seed)
    proof, rng, worth = solved.proof, np.random.default_rng(seed), solved.certificate.value
    offered, whole = offers(made.tree, made.prospect), formulate(made.tree, made.prospect)
    best = run(fixed(whole, solved.plan.decisions), Limits()).point
    assert best is not None
    assert isinstance(proof, Proof)
    count, (_, cells, segments) = 30, made.prospect.demand.width.shape
    lines = rng.integers(-1, len(made.prospect.labels.resource), size=(count, 2))
    lines[:, 0] = np.maximum(lines[:, 0], 0)
    of = rng.integers(-1, segments, size=(count, cells)).astype(np.int8)
    years = rng.integers(made.prospect.node_years.count, size=count)
    spoiled_bounds = []
    for scale in (0.01, 1.0, 100.0):
        made_up = Lumps(years, lines, of, rng.normal(0, scale, (count, 4)), rng.uniform(-1, 1, count) * scale)
        both = all_lumps([proof.lumps, made_up])
        spoiled = replace(both, right=both.right + rng.normal(0, scale, both.right.shape))
        spoiled_bounds.append(prove(made.tree, made.prospect, replace(proof, lumps=spoiled)))
        assert spoiled_bounds[-1] >= worth - ROUNDING * abs(worth)
        held = lumps_in_force(offered, whole, spoiled)
        rows, high = lump_rows(offered, whole, held)
        assert (rows @ best - high).max(initial=0.0) <= 1e-5
    if held.count > proof.lumps.count:  # some problems have no line that works in whole modules alone
        assert spoiled_bounds[-1] > solved.bound_certified


def test_the_certified_bound_is_as_low_as_the_relaxation_with_cuts_on_lumps():
    tree, prospect = as_prospect(generate("small", 1))
    at = relaxation(tree, prospect, (), no_cuts(prospect), None)
    strong, lowest = at.strong, MONEY * at.strong.relaxed.bound
    assert strong.price is not None
    prices = np.append(strong.price, strong.link_price)
    proof = Proof((), joined(at.cuts, strong.links), prices, strong.lumps, np.zeros(0))
    assert strong.links.count > 0
    assert (proof.lumps.lines[:, 1] >= 0).any()
    assert prove(tree, prospect, proof) == pytest.approx(lowest, rel=1e-7)
    without = replace(proof, lumps=no_lumps(len(prospect.labels.cell)))
    assert prove(tree, prospect, without) > 1.01 * lowest


def test_a_gap_that_cuts_on_lumps_prove_needs_no_branching():
    """Without them it is 0.58 %."""
    tree, prospect = as_prospect(generate("small", 0))
    solved = solve(tree, prospect, Effort(gap=0.005, seconds=300))
    assert solved.status == "Optimal"
    assert solved.bound_certified == pytest.approx(solved.bound_solver, rel=1e-7)
    assert solved.gap_value_added <= 0.005
