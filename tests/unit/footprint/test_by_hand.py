"""Footprint: problems small enough to solve by hand or by trying everything."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from walls import PLANT, M, wall_or_no_wall

from benchmarks.facilities import Facilities, as_prospect
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, solve
from roadstead.terms.errors import RoadsteadError

EXACT = Effort(gap=0.0)


def test_waiting_for_the_wall_is_best():
    """Without the plant: 2 x 10 M as the root, 3 x 10 M in `open`, nothing behind the wall: 20 + 15 = 35 M.

    Behind the wall, two steps ordered in 2029 yield nothing, half and all of 8,000 cars: 12,000 cars, or 14.4 M. They cost
    1 + 8 M, the site two years of 0.4 M, the steps two years of 1.6 M, and 1.2 M is left: 14.4 - 9 - 0.8 - 3.2 + 1.2 = 2.6 M,
    half of which counts. One step alone brings 7.2 - 5 - 0.8 - 1.6 + 0.6 = 0.4 M.

    Two steps at once sell 24,000 cars behind the wall (14.4 M expected), but bind 1 + 8 M, 0.4 M for four years, 1.6 M in
    2028 and in half of three years (given up in `open`, where they would stand idle): 14.4 - 9 - 1.6 - 1.6 - 2.4, with 1.2 M
    left behind the wall alone (0.6 M expected): 0.4 M. So the plan waits: 35 + 1.3 = 36.3 M.
    """
    tree, prospect = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT)
    assert solved.standing == pytest.approx(35 * M, abs=1)
    assert solved.certificate.value == pytest.approx(36.3 * M, abs=1)
    assert solved.certificate.by_node == pytest.approx([20 * M, 1.3 * M, 15 * M], abs=1)
    assert solved.certificate.capital == pytest.approx(4.5 * M, abs=1)
    assert solved.value_added == pytest.approx(1.3 * M, abs=1)
    assert solved.plan.decisions.commit.tolist() == [[0.0], [1.0], [0.0]]
    assert solved.plan.decisions.build.tolist() == [[0.0, 0.0], [0.0, 2.0], [0.0, 0.0]]
    assert solved.plan.flows.flow == pytest.approx(
        np.asarray([[10_000, 0], [10_000, 0], [0, 4_000], [10_000, 0]]), abs=0.1
    )


def test_building_at_once_costs_nine_tenths_of_a_million():
    """As reckoned above: 35 + 0.4 = 35.4 M, two steps at once, given up where the land stays open."""
    tree, prospect = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT, pins=(Pin("option", PLANT, do=True, by=2027),))
    assert solved.certificate.value == pytest.approx(35.4 * M, abs=1)
    assert solved.plan.decisions.build[:, 1].tolist() == [2.0, 0.0, 0.0]
    assert solved.plan.decisions.retire[:, 1].tolist() == [0.0, 0.0, 2.0]


def test_never_building_leaves_the_standing_plan():
    tree, prospect = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT, pins=(Pin("option", PLANT, do=False),))
    assert solved.certificate.value == solved.standing == pytest.approx(35 * M, abs=1)
    assert solved.gap_value_added == 0.0


def test_a_take_or_pay_contract_is_served_at_a_loss():
    """The plant is a contract: 70 % of what is rented is paid for at 900 a car, whether made or not.

    Behind the wall the 36.3 M of the plan stand, for all is made there. Where a car made loses 300 and a car not made 900,
    a contract that stands is served to the last car: 0.7 x 4,000 x 300 x 3 = 2.52 M are lost, not 7.56 M.
    """
    tree, prospect = wall_or_no_wall()
    margin, allowed = prospect.arcs.margin.copy(), prospect.arcs.allowed.copy()
    margin[:, 1], allowed[:, 0] = -300.0, False
    resources = replace(
        prospect.resources,
        minimum_take=np.asarray([0.0, 0.7]),
        take_price=np.asarray([0.0, 900.0]),
        existing=np.asarray([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]),
        fixed=np.zeros((4, 2)),
    )
    options = replace(
        prospect.options, opens=np.asarray([2027]), fixed=np.zeros((4, 1)), allowed=np.zeros((3, 1), dtype=bool)
    )
    bound = replace(
        prospect, arcs=replace(prospect.arcs, margin=margin, allowed=allowed), resources=resources, options=options
    )
    solved = solve(tree, bound, EXACT)
    assert solved.certificate.value == pytest.approx(-2.52 * M, abs=1)
    assert solved.plan.flows.flow[2:, 1] == pytest.approx([2800.0, 2800.0], abs=0.1)


def least_cost(f: Facilities) -> float:
    """Every set of sites tried, the transport between them and all customers solved for each."""
    sites, customers = f.cost.shape
    least = np.inf
    served = np.kron(np.ones((1, sites)), np.eye(customers))
    sent = np.kron(np.eye(sites), np.ones((1, customers)))
    for chosen in itertools.product((0.0, 1.0), repeat=sites):
        room = f.capacity * chosen
        if room.sum() < f.demand.sum():
            continue
        met = linprog(f.cost.ravel(), A_ub=sent, b_ub=room, A_eq=served, b_eq=f.demand, method="highs")
        least = min(least, float(met.fun + f.opening @ chosen))
    return least


@pytest.mark.parametrize("seed", range(3))
def test_sites_are_chosen_as_by_trying_every_set(seed: int):
    """Capacitated facility location, the classical problem this one grows out of."""
    rng = np.random.default_rng(seed)
    sites, customers = 6, 10
    here, there = rng.uniform(0, 100, (sites, 2)), rng.uniform(0, 100, (customers, 2))
    f = Facilities(
        capacity=rng.integers(150, 400, sites).astype(float),
        opening=rng.integers(500, 3000, sites).astype(float),
        demand=rng.integers(20, 80, customers).astype(float),
        cost=np.linalg.norm(here[:, None] - there[None], axis=2),
    )
    tree, prospect = as_prospect(f)
    solved = solve(tree, prospect, EXACT)
    assert solved.certificate.value == pytest.approx(-least_cost(f), rel=1e-6)
    assert solved.standing == -np.inf, "nothing stands that could serve anybody"
    assert solved.gap_npv <= 1e-6
    assert np.isnan(solved.gap_value_added)


@pytest.mark.parametrize("method", ["extensive", "decomposition"])
def test_a_first_decision_is_held_to_the_step(method: str):
    """One step at once: 12,000 cars behind the wall bring 14.4 M, for 5 M, four years of 0.4 M and of 0.8 M, with 0.6 M left.

    In `open` it is given up after two years: half of 14.4 + 0.6 - 3 x 0.8 M, less 5 + 0.4 x 4 + 0.8 M is - 1.1 M. A second step
    ordered behind the wall yields 6,000 cars, 7.2 M, for 4 + 1.6 M with 0.6 M left: half of 2.2 M more. So 35 + 0 M.
    """
    tree, prospect = wall_or_no_wall()
    effort = Effort(gap=0.0, method=method)  # type: ignore[arg-type]
    pins = (Pin("option", PLANT, do=True, by=2027, amount=1.0), Pin("resource", 1, do=True, by=2027, amount=1.0))
    solved = solve(tree, prospect, effort, pins=pins)
    assert solved.plan.decisions.build[:, 1].tolist() == [1.0, 1.0, 0.0]
    assert solved.certificate.value == pytest.approx(35 * M, abs=1)
    assert solved.bound == pytest.approx(35 * M, rel=1e-6)
    none = (Pin("option", PLANT, do=True, by=2027, amount=0.0),)
    assert solve(tree, prospect, effort, pins=none).certificate.value == pytest.approx(36.3 * M, abs=1)


def test_what_is_not_offered_cannot_be_held():
    tree, prospect = wall_or_no_wall()
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, prospect, EXACT, pins=(Pin("resource", 0, do=True, by=2027, amount=1.0),))
    [fault] = caught.value.faults
    assert (fault.where, fault.code) == ("pins[0]", "RS-F503")
    assert fault.message == "no plan can honour the pin `home` enlarged, exactly 1 up to 2027"


@pytest.mark.parametrize("method", ["extensive", "decomposition"])
def test_what_is_held_and_forbidden_is_told(method: str):
    tree, prospect = wall_or_no_wall()
    pins = (Pin("option", PLANT, do=True, by=2027, amount=1.0), Pin("option", PLANT, do=False))
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, prospect, Effort(gap=0.0, method=method), pins=pins)  # type: ignore[arg-type]
    [fault] = caught.value.faults
    assert fault.code == "RS-F503"
    assert "the pin `plant` never" in fault.message
    assert "the pin `plant` committed to, exactly 1 up to 2027" in fault.message
