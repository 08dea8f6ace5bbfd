"""Footprint: every rule that ties decisions together, on the wall that may rise, reckoned by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from walls import PLANT, M, wall_or_no_wall

from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.footprint.tails import tail_mean
from roadstead.futures.accounts import Pledges, Tails
from roadstead.terms.errors import RoadsteadError

EXACT = Effort(gap=0.0)
AT_ONCE = Pin("option", PLANT, do=True, by=2027)
NEVER = Pin("option", PLANT, do=False)
TODAY, WALL, OPEN = range(3)


def value(prospect, *pins: Pin) -> float:
    """What the best plan is worth, in millions; its bound proved again."""
    tree, _ = wall_or_no_wall()
    solved = solve(tree, prospect, EXACT, pins=pins)
    assert prove(tree, prospect, solved.proof) == pytest.approx(solved.bound_certified, rel=1e-12)
    assert solved.bound_certified >= solved.certificate.value - 1.0
    return solved.certificate.value / M


def test_a_budget_leaves_room_for_one_step():
    """Six millions behind the wall buy the site and one step, which brings 0.4 M; nothing can be bought before."""
    _, prospect = wall_or_no_wall()
    assert value(replace(prospect, budget=np.asarray([0.0, 6 * M, 6 * M]))) == pytest.approx(35.2, abs=1e-5)
    assert value(replace(prospect, budget=np.asarray([0.0, 9 * M, np.inf]))) == pytest.approx(36.3, abs=1e-5)


def test_the_worst_half_of_futures_builds_at_once():
    """Waiting is worth 22.6 M where the wall rises and 50 M where it does not; two steps at once 33.0 and 37.8 M.

    At once, behind the wall: 20 + 28.8 - 9 - 1.6 - 1.6 - 4.8 + 1.2 = 33 M; in `open`: 20 + 30 - 9 - 1.6 - 1.6 = 37.8 M.
    """
    tree, prospect = wall_or_no_wall()
    worst = replace(prospect, tails=Tails(np.asarray([0.5]), np.asarray([1.0])))
    solved = solve(tree, worst, EXACT)
    assert solved.certificate.value == pytest.approx(33.0 * M, abs=1)
    assert solved.plan.decisions.build[:, 1].tolist() == [2.0, 0.0, 0.0]
    both = replace(prospect, tails=Tails(np.asarray([0.5]), np.asarray([0.5])))
    solved = solve(tree, both, EXACT)
    assert solved.certificate.value == pytest.approx(34.2 * M, abs=1)
    assert solved.certificate.expected == pytest.approx(35.4 * M, abs=1)
    assert solved.plan.decisions.retire[:, 1].tolist() == [0.0, 0.0, 2.0]
    assert value(replace(prospect, tails=Tails(np.asarray([1.0]), np.asarray([0.7])))) == pytest.approx(36.3, abs=1e-5)


def test_a_tail_counts_its_last_path_in_part():
    assert tail_mean(np.asarray([3.0, 1.0, 2.0]), np.asarray([0.5, 0.25, 0.25]), 0.4) == pytest.approx(
        (0.25 * 1.0 + 0.15 * 2.0) / 0.4
    )


def test_a_minimum_life_and_a_notice_keep_idle_steps():
    """A step is ordered at once, a second behind the wall: 4,000 cars in three years and 6,000 in all earn 21.6 M there.

    35 + 10.8 - 5 - 1.6 (site) - 0.8 (2028) - 1.2 (wall) - 2 - 0.8 + 0.6 = 35 M where the first is given up in `open`. Where it must
    serve three years, half of 2.4 M is paid and half of 0.6 M is left: 34.1 M. With a year's notice half of 0.8 M is paid: 34.6 M.
    """
    _, prospect = wall_or_no_wall()
    begun = (AT_ONCE, Pin("resource", 1, do=True, by=2027))
    kept = replace(prospect.resources, minimum_life=np.asarray([0, 3]))
    assert value(replace(prospect, resources=kept), *begun) == pytest.approx(34.1, abs=1e-5)
    noticed = replace(prospect.resources, notice=np.asarray([0, 1]))
    assert value(replace(prospect, resources=noticed), *begun) == pytest.approx(34.6, abs=1e-5)


def test_a_step_that_ends_by_itself_is_not_given_up():
    """A step that serves 2028 to 2030, ordered at once and only then: two years of 4,000 cars behind the wall.

    9.6 M, half of which counts; 4 M are paid, 0.8 M a year for three years in both futures, and 0.6 M is left: it loses 1 M.
    With 1 M for the site and 1.6 M to keep it: 35 - 2.6 - 1 = 31.4 M with the one step asked for.
    """
    tree, prospect = wall_or_no_wall()
    ends = replace(prospect.resources, maximum_life=np.asarray([9999, 3]))
    once = replace(prospect.options, allowed=np.asarray([[True], [False], [False]]))
    pinned = (AT_ONCE, Pin("resource", 1, do=True, by=2027))
    solved = solve(tree, replace(prospect, resources=ends, options=once), EXACT, pins=pinned)
    assert solved.certificate.value == pytest.approx(31.4 * M, abs=1)
    assert solved.plan.decisions.build[:, 1].tolist() == [1.0, 0.0, 0.0]
    assert solved.plan.flows.flow[2, 1] == pytest.approx(4_000 * 2 / 3, abs=0.1), (
        "an average over three years run alike"
    )


def full_plant():
    """The plant can be turned into one whose cars earn 1,700 behind the wall, for 2 M, with the steps that stand."""
    tree, p = wall_or_no_wall()
    arcs, resources, options = p.arcs, p.resources, p.options
    more = np.asarray([[500.0], [500.0], [1700.0], [500.0]])
    every_node, every_year = np.ones((3, 1)), np.ones((4, 1))
    return tree, replace(
        p,
        labels=replace(p.labels, supply=("home", "plant", "full"), option=("plant", "full")),
        arcs=replace(
            arcs,
            cell=np.zeros(3, dtype=int),
            supply=np.asarray([0, 1, 2]),
            regime=("", "", ""),
            supply_option=np.asarray([-1, 0, 1]),
            entry_option=np.full(3, -1),
            risk=np.zeros(3, dtype=int),
            margin=np.hstack([arcs.margin, more]),
            allowed=np.hstack([arcs.allowed, np.ones((4, 1), dtype=bool)]),
        ),
        resources=replace(
            resources, use_arc=np.asarray([0, 1, 2]), use_resource=np.asarray([0, 1, 1]), use_amount=np.ones(3)
        ),
        options=replace(
            options,
            opens=np.asarray([9999, 9999]),
            lead=np.asarray([1, 1]),
            cost=every_node * [M, 2 * M],
            fixed=every_year * [0.4 * M, 0.4 * M],
            exit_cost=every_node * [4 * M, 4 * M],
            allowed=np.ones((3, 2), dtype=bool),
            risk=np.zeros(2, dtype=int),
            minimum_life=np.zeros(2, dtype=int),
            maximum_life=np.full(2, 9999),
            notice=np.zeros(2, dtype=int),
            outlay=np.ones(2),
            grows_from=np.asarray([-1, 0]),
            needs=np.full(2, -1),
            choice=np.full(2, -1),
        ),
    )


def test_a_plant_is_converted_with_its_steps():
    """Pinned at once and converted behind the wall: 24,000 cars earn 500 more, half of which counts, for half of 2 M."""
    tree, prospect = full_plant()
    solved = solve(tree, prospect, EXACT, pins=(AT_ONCE,))
    assert solved.certificate.value == pytest.approx((35.4 + 6.0 - 1.0) * M, abs=1)
    assert solved.plan.decisions.commit.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    assert solved.plan.flows.flow[2] == pytest.approx([0.0, 0.0, 8000.0], abs=0.1)


def test_what_does_not_stand_is_not_converted():
    tree, prospect = full_plant()
    solved = solve(tree, prospect, EXACT, pins=(NEVER,))
    assert solved.plan.decisions.commit.sum() == 0
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, prospect, EXACT, pins=(NEVER, Pin("option", 1, do=True, by=2029)))
    [fault] = caught.value.faults
    assert fault.message == "no plan keeps these together: the pin `full` committed to by 2029; the pin `plant` never"


def test_one_of_a_choice_is_taken_and_what_is_needed_comes_along():
    """As a choice, converting is out: two steps at once, 35.4 M. Alone the full plant needs the plant, which it shuts: never."""
    tree, prospect = full_plant()
    alone = replace(prospect.options, grows_from=np.full(2, -1))
    chosen = replace(prospect, options=replace(alone, choice=np.zeros(2, dtype=int)))
    solved = solve(tree, chosen, EXACT, pins=(AT_ONCE,))
    assert solved.certificate.value == pytest.approx(35.4 * M, abs=1)
    needing = replace(prospect, options=replace(alone, needs=np.asarray([-1, 0])))
    both = solve(tree, needing, EXACT, pins=(Pin("option", 1, do=True, by=2029),)).plan.decisions.commit
    assert np.all(both.cumsum(0)[1:, 0] >= 1.0), "the plant is there in both futures"


def quota(carry: float, ceiling: float = np.inf):
    """6,000 cars a year may come from home; 2,000 are asked for in 2027, 10,000 a year later on."""
    _, p = wall_or_no_wall()
    width = p.demand.width.copy()
    width[0] = 2_000.0
    return replace(
        p,
        labels=replace(p.labels, pledge=("quota",)),
        demand=replace(p.demand, width=width, group_width=width),
        pledges=Pledges(
            earns=np.asarray([-1]),
            spends=np.asarray([0]),
            earn_rate=np.zeros(1),
            spend_rate=np.ones(1),
            carry=np.asarray([carry]),
            grant=np.full((4, 1), 6_000.0),
            floor=np.zeros((4, 1)),
            ceiling=np.full((4, 1), ceiling),
        ),
    )


def test_the_rest_of_a_quota_carries_over():
    """All of 4,000 cars, half of them, or 1,000: 2028 sells 10,000, 8,000 or 7,000; `open` 18,000 in three years, half of which counts."""
    assert value(quota(1.0), NEVER) == pytest.approx(2 + 10 + 9, abs=1e-5)
    assert value(quota(0.5), NEVER) == pytest.approx(2 + 8 + 9, abs=1e-5)
    assert value(quota(1.0, 1_000.0), NEVER) == pytest.approx(2 + 7 + 9, abs=1e-5)


def owed(rate: float):
    """For every car from home, ``rate`` cars are to be made in the plant by the end; until then they may be owed."""
    _, p = wall_or_no_wall()
    floor = np.where(np.asarray([0, 0, 1, 1])[:, None] == 1, 0.0, -1e6)
    pledges = Pledges(
        earns=np.asarray([1]), spends=np.asarray([0]), earn_rate=np.ones(1), spend_rate=np.asarray([rate]),
        carry=np.ones(1), grant=np.zeros((4, 1)), floor=floor, ceiling=np.full((4, 1), np.inf),
    )  # fmt: skip
    return replace(p, labels=replace(p.labels, pledge=("cars owed",)), pledges=pledges)


def test_cars_are_owed_for_those_brought_in():
    """Without the plant nothing comes in. With two steps built at once, 24,000 are made where the wall rises, and as many where not.

    At a rate of one half the root's 20,000 cars ask for 10,000: all come in. In `open` x cars from home beside y from the plant
    earn 1,000 and 500, with (20,000 + x) / 2 <= y + made in 2028 and x + y <= 30,000.
    """
    assert value(owed(0.5), NEVER) == pytest.approx(0.0, abs=1e-5)
    tree, _ = wall_or_no_wall()
    solved = solve(tree, owed(0.5), EXACT, pins=(AT_ONCE, Pin("resource", 1, do=True, by=2027)))
    flow, span = solved.plan.flows.flow, np.asarray([1, 1, 3, 3])[:, None]
    total = flow * span
    for end in (2, 3):
        home, plant = (total[[0, 1, end], i].sum() for i in (0, 1))
        assert plant >= 0.5 * home - 3.0
    home, plant = (total[[0, 1, 3], i].sum() for i in (0, 1))
    assert plant == pytest.approx(0.5 * home, abs=3.0), "in `open` no more is made there than is owed"


def test_a_pin_and_a_budget_that_clash_are_told_with_the_cheapest_way_out():
    """The site costs 1 M in 2027, of which there is half. In 2029 it would be bought in both futures, and closed in neither.

    Raised to 1 M, the plan buys the site in 2027 and two steps behind the wall: 36.3 - 0.5 - 0.8 in 2028 and ... less than that; the
    best is reckoned by the planner itself under each way out.
    """
    tree, prospect = wall_or_no_wall()
    poor = replace(prospect, budget=np.asarray([0.5 * M, np.inf, np.inf]))
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, poor, EXACT, pins=(AT_ONCE,))
    [fault] = caught.value.faults
    assert (fault.code, fault.where) == ("RS-F503", "pins[0]")
    assert fault.message == (
        "no plan keeps these together: the pin `plant` committed to by 2027; a budget of 2027 (today) of 500,000"
    )
    raised = value(replace(prospect, budget=np.asarray([M, np.inf, np.inf])), AT_ONCE)
    later = value(prospect, Pin("option", PLANT, do=True, by=2029))
    ways = [(raised, "a budget of 2027 (today) of 1,000,000"), (later, "`plant` committed to by 2029")]
    best, second = sorted(ways, reverse=True)
    assert fault.expected.startswith(f"cheapest: {best[1]}, with a plan worth ")
    assert fault.expected.endswith(f"; or {second[1]}")
    told = float(fault.expected.partition("worth ")[2].partition(";")[0].replace(",", ""))
    assert told == pytest.approx(best[0] * M, rel=0.011)


def test_a_pledge_that_cannot_be_kept_is_told():
    """Cars owed from the first day, with no plant to make them in."""
    tree, prospect = wall_or_no_wall()
    asked = owed(0.5)
    due = replace(asked, pledges=replace(asked.pledges, floor=np.asarray([[0.0], [0.0], [5_000.0], [5_000.0]])))
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, due, EXACT, pins=(NEVER,))
    [fault] = caught.value.faults
    assert fault.message == "no plan keeps these together: the pin `plant` never; the pledge `cars owed`"
    assert "the pledge `cars owed` with a balance that may be 5,000 lower" in fault.expected
    assert prospect.labels.pledge == ()


def test_steps_on_notice_still_stand():
    """Two steps given up leave no room for new ones while their notice runs: by both planners."""
    tree, p = wall_or_no_wall()
    resources = replace(
        p.resources,
        notice=np.asarray([0, 5]),
        lead=np.zeros(2, dtype=int),
        ramp=np.ones((2, 1)),
        cost=p.resources.cost / 40,
        fixed=np.zeros((4, 2)),
        salvage=np.zeros((3, 2)),
    )
    standing = replace(p.options, opens=np.asarray([2027]), fixed=np.full((4, 1), 0.01 * M))
    wide = replace(p.demand, width=2 * p.demand.width, group_width=2 * p.demand.group_width)
    prospect = replace(p, resources=resources, options=standing, demand=wide)
    values = [solve(tree, prospect, Effort(gap=0.0, method=method)) for method in ("extensive", "decomposition")]
    assert values[0].certificate.value == pytest.approx(values[1].certificate.value, abs=1)
    assert all(each.bound_certified >= values[1].certificate.value - 1 for each in values)


def test_a_line_that_costs_nothing_to_keep_is_shut_by_its_conversion():
    """Nothing is saved by closing it, so that no closure is offered; its flows end with the conversion all the same."""
    tree, prospect = full_plant()
    options = replace(prospect.options, opens=np.asarray([2027, 9999]), fixed=np.zeros((4, 2)))
    existing = np.asarray([[0.0, 2.0]] * 4)
    resources = replace(prospect.resources, existing=existing)
    solved = solve(tree, replace(prospect, options=options, resources=resources), EXACT)
    assert solved.plan.decisions.commit[:, 1].tolist() == [0.0, 1.0, 0.0]
    assert solved.plan.flows.flow[2] == pytest.approx([0.0, 0.0, 8000.0], abs=0.1)


def test_every_conflict_is_told_with_what_would_do_for_it():
    """Two pins, each impossible by itself: both are named, and each way out minds its own conflict alone."""
    tree, prospect = wall_or_no_wall()
    pins = (Pin("option", PLANT, do=True, by=2026), Pin("resource", 0, do=True, by=2030))
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, prospect, EXACT, pins=pins)
    told = {fault.where: fault for fault in caught.value.faults}
    assert set(told) == {"pins[0]", "pins[1]"}
    assert told["pins[0]"].expected.startswith("`plant` committed to by 2027")


def test_the_way_out_named_for_a_pledge_is_one():
    """1,000 cars owed a year for five years and no plant: 1,000 lower in the first year alone would not do."""
    tree, p = wall_or_no_wall()
    asked = replace(
        p,
        labels=replace(p.labels, pledge=("owed",)),
        pledges=Pledges(
            earns=np.asarray([1]), spends=np.asarray([-1]), earn_rate=np.ones(1), spend_rate=np.ones(1), carry=np.ones(1),
            grant=np.zeros((4, 1)), floor=np.asarray([[1000.0], [2000.0], [5000.0], [5000.0]]), ceiling=np.full((4, 1), np.inf),
        ),
    )  # fmt: skip
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, asked, EXACT, pins=(NEVER,))
    [fault] = caught.value.faults
    assert "the pledge `owed` with a balance that may be 5,000 lower" in fault.expected
    lower = replace(asked, pledges=replace(asked.pledges, floor=asked.pledges.floor - 5000.0))
    assert solve(tree, lower, EXACT, pins=(NEVER,)).certificate.value == pytest.approx(35.0 * M, abs=1)


def test_a_proof_cannot_be_talked_down():
    """Prices of paths give risk weights whatever they are; without a tail they count nothing, and any row prices prove a bound."""
    tree, prospect = wall_or_no_wall()
    worst = replace(prospect, tails=Tails(np.asarray([0.5]), np.asarray([0.8])))
    for problem in (prospect, worst):
        for method in ("extensive", "decomposition"):
            solved = solve(tree, problem, Effort(gap=0.0, method=method))
            for risk in (np.full_like(solved.proof.risk, 0.9), 0.1 * solved.proof.risk, -solved.proof.risk):
                assert prove(tree, problem, replace(solved.proof, risk=risk)) >= solved.certificate.value - 1
