"""Decomposition under every rule: cars that must be served, pledges and tails; the same optimum as one program, and as trying everything."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from prospects import ruled
from walls import M, wall_or_no_wall

from benchmarks.facilities import Facilities, as_prospect
from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.plan import Decisions, Pin
from roadstead.footprint.session import Checkpoint, News, Session
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.terms.errors import RoadsteadError

BOTH = ("extensive", "decomposition")
EXACT = {method: Effort(gap=0.0, seconds=120.0, method=method) for method in BOTH}


@pytest.mark.parametrize("seed", [2, 3, 5, 9, 10, 11])
def test_both_planners_find_the_same(seed: int):
    made = ruled(seed)
    whole, split = (solve(made.tree, made.prospect, EXACT[method]) for method in BOTH)
    assert split.method == "decomposition"
    assert split.certificate.value == pytest.approx(whole.certificate.value, rel=1e-6)
    for solved in (whole, split):
        assert solved.bound_certified >= whole.certificate.value * (1 - 1e-9 * np.sign(whole.certificate.value))
        assert prove(made.tree, made.prospect, solved.proof) == pytest.approx(solved.bound_certified, rel=1e-9)
    assert split.gap_npv <= 1e-6
    assert split.standing >= whole.standing - 1e-6 * abs(whole.standing), "value added is not flattered"


def test_what_stands_is_worth_the_same_whatever_is_pinned():
    """A pin asks for what does not stand yet, and value added begins where it did."""
    made = ruled(9)
    assert made.prospect.labels.pledge
    pin = Pin("option", 1, do=True, by=made.tree.first_year)
    free, pinned = (
        solve(made.tree, made.prospect, Effort(gap=0.5, method="decomposition"), pins=pins) for pins in ((), (pin,))
    )
    assert pinned.plan.decisions.commit[0, 1] == 1.0
    assert np.isfinite(free.standing)
    assert pinned.standing == pytest.approx(free.standing, rel=1e-6)


def all_plans():
    """Every way to commit, build and give up that leaves steps on a site and no more than two; to close never pays at 4 M."""
    for site in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1)):
        for first, wall, free in itertools.product((0, 1, 2), repeat=3):
            on_site = (first <= 2 * site[0], wall <= 2 * (site[0] + site[1]), free <= 2 * (site[0] + site[2]))
            if not all(on_site) or first + max(wall, free) > 2:
                continue
            for gone in itertools.product(range(first + 1), repeat=2):
                build, retire = np.zeros((3, 2)), np.zeros((3, 2))
                build[:, 1], retire[1:, 1] = (first, wall, free), gone
                yield Decisions(np.asarray(site, dtype=float)[:, None], np.zeros((3, 1)), build, retire)


def test_nothing_beats_what_both_planners_find():
    """All plans of the smallest tree tried: those that keep every rule are worth no more than either planner's."""
    tree, prospect = wall_or_no_wall()
    best = -np.inf
    for decisions in all_plans():
        try:
            best = max(best, certify(tree, prospect, dispatch(tree, prospect, decisions)).value)
        except RoadsteadError:
            continue
    assert best == pytest.approx(36.3 * M, abs=1)
    for method in BOTH:
        assert solve(tree, prospect, EXACT[method]).certificate.value == pytest.approx(best, abs=1)


def sites(rng: np.random.Generator, count: int, customers: int, room: float) -> Facilities:
    here, there = rng.uniform(0, 100, (count, 2)), rng.uniform(0, 100, (customers, 2))
    demand = rng.integers(20, 80, customers).astype(float)
    return Facilities(
        capacity=rng.dirichlet(np.full(count, 5.0)) * demand.sum() * room,
        opening=rng.integers(500, 3000, count).astype(float),
        demand=demand,
        cost=np.linalg.norm(here[:, None] - there[None], axis=2),
    )


@pytest.mark.parametrize("seed", range(3))
def test_customers_that_must_be_served_are(seed: int):
    """Capacitated facility location by both planners; the decomposition learns from what does not fit."""
    tree, prospect = as_prospect(sites(np.random.default_rng(seed), 8, 20, 2.0))
    whole, split = (solve(tree, prospect, EXACT[method]) for method in BOTH)
    assert split.certificate.value == pytest.approx(whole.certificate.value, rel=1e-6)
    assert split.bound_certified >= whole.certificate.value * (1 + 1e-9)
    assert split.standing == -np.inf


def test_too_little_room_is_told_by_both():
    tree, prospect = as_prospect(sites(np.random.default_rng(0), 4, 6, 0.9))
    told = []
    for method in BOTH:
        with pytest.raises(RoadsteadError) as caught:
            solve(tree, prospect, EXACT[method])
        told.append({(fault.code, fault.message.partition(" of ")[2]) for fault in caught.value.faults})
    assert told[0]
    assert {code for code, _ in told[0] | told[1]} == {"RS-F505"}


def test_a_decomposition_goes_on_from_what_it_had():
    """Stopped after some rounds, and begun again from what was kept: the bound and the plan are there at once."""
    made = ruled(5)
    kept: list[Checkpoint] = []
    first = Session(stop=lambda: len(kept) >= 6, keep=kept.append)
    stopped = solve(made.tree, made.prospect, EXACT["decomposition"], session=first)
    assert len(kept) >= 6
    found = Checkpoint(kept[-1].decisions, prices=tuple(price for each in kept for price in each.prices))
    told: list[News] = []
    again = Session(tell=told.append, stop=lambda: bool(told), found=found)
    resumed = solve(made.tree, made.prospect, EXACT["decomposition"], session=again)
    assert told[0].bound <= stopped.bound_solver * (1 + 1e-6)
    assert resumed.certificate.value >= stopped.certificate.value * (1 - 1e-9)
