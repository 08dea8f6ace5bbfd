"""Solve: a plan within the gap asked for, two bounds above it, the same each time; pins that cannot be are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from prospects import FIRST_YEAR, Invented, below, best_plan, changed, invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint import one_program, rounding
from roadstead.footprint import solve as solving
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import dispatch, no_new
from roadstead.footprint.extensive import OPTIMAL, Limits, WarmProgram, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.operations import has_one_entry
from roadstead.footprint.plan import Pin
from roadstead.footprint.rounding import Start, Tries, _postponed, _Trial, good_start
from roadstead.footprint.session import Checkpoint, News, Session
from roadstead.footprint.solve import Effort, Solved, prove, solve, without
from roadstead.futures.tree import ancestry
from roadstead.terms.errors import RoadsteadError

EXACT = Effort(gap=0.0)
NEAR = 1e-9
SMALL = (0, 2, 3, 5, 6, 7)


def same(first: Solved, second: Solved) -> bool:
    return (
        first.certificate.value == second.certificate.value
        and first.bound_certified == second.bound_certified
        and first.bound_solver == second.bound_solver
        and all(np.array_equal(getattr(first.plan.decisions, f), getattr(second.plan.decisions, f))
                for f in ("commit", "close", "build", "retire"))
    )  # fmt: skip


@pytest.mark.parametrize("gap", [0.0, 0.02, 0.3])
@pytest.mark.parametrize("seed", [0, 1, 2, 4, 9])
def test_the_gap_is_reached_and_proven(seed: int, gap: float):
    made = invented(seed)
    solved = best_plan(seed) if gap == 0.0 else solve(made.tree, made.prospect, Effort(gap=gap))
    value = solved.certificate.value
    assert solved.status == "Optimal"
    assert solved.bound_certified >= value - NEAR * abs(value)
    assert solved.bound_solver >= value - NEAR * abs(value)
    assert solved.bound == max(min(solved.bound_certified, solved.bound_solver), value)
    assert solved.gap_value_added <= gap + 1e-6 * abs(value) / max(solved.value_added, 1.0)
    assert solved.gap_npv == pytest.approx((solved.bound - value) / abs(value), abs=NEAR)
    assert solved.gap_bound == ("certified" if solved.bound_certified <= solved.bound_solver else "solver")


@pytest.mark.parametrize("seed", SMALL)
def test_the_proof_gives_its_bound_again(seed: int):
    """Pins, cuts and prices alone, no solver."""
    made = invented(seed)
    pins = (Pin("option", 0, do=False),) if seed % 2 else ()
    solved = solve(made.tree, made.prospect, EXACT, pins=pins)
    assert prove(made.tree, made.prospect, solved.proof) == solved.bound_certified


@pytest.mark.parametrize("seed", SMALL)
def test_cuts_bring_the_certified_bound_down(seed: int):
    made, solved = invented(seed), best_plan(seed)
    bare = MONEY * run(formulate(made.tree, made.prospect, relaxed=True).program, Limits()).bound
    assert solved.proof.cuts.count > 0
    assert solved.bound_certified <= bare + 1e-7 * abs(bare)
    assert solved.bound_certified < bare or solved.bound_certified == pytest.approx(solved.certificate.value, rel=1e-6)


@pytest.mark.parametrize("seed", SMALL)
def test_the_same_problem_gives_the_same_plan(seed: int):
    made = invented(seed)
    assert same(*(solve(made.tree, made.prospect, Effort(gap=0.05)) for _ in range(2)))


@pytest.mark.parametrize("seed", SMALL)
def test_standing_is_the_footprint_left_alone(seed: int):
    made, solved = invented(seed), best_plan(seed)
    plan = dispatch(made.tree, made.prospect, no_new(made.tree, made.prospect))
    assert solved.standing == certify(made.tree, made.prospect, plan).value
    assert solved.value_added >= -1e-6 * abs(solved.standing)


def nothing_worth_it(seed: int):
    """Whatever is new costs more than all the world's cars could earn, and to close what stands as well."""
    made = invented(seed)
    options, resources = made.prospect.options, made.prospect.resources
    made = changed(made, "options", cost=options.cost + 1e10, exit_cost=options.exit_cost + 1e10)
    return changed(made, "resources", cost=resources.cost + 1e10, scrap=resources.scrap - 1e10)


@pytest.mark.parametrize("gap", [0.0, 0.01])
@pytest.mark.parametrize("seed", SMALL)
def test_where_nothing_is_worth_doing_nothing_is_done(seed: int, gap: float):
    made = nothing_worth_it(seed)
    solved = solve(made.tree, made.prospect, Effort(gap=gap))
    d = solved.plan.decisions
    assert not any(part.any() for part in (d.commit, d.close, d.build, d.retire))
    assert solved.certificate.value == solved.standing
    assert solved.value_added == 0.0
    assert solved.gap_value_added == 0.0


@pytest.mark.parametrize("seed", [0, 2, 5, 6])
def test_without_a_first_decision(seed: int):
    """Planned again without each thing the plan does: never better, and what was forbidden is not done."""
    made, solved = invented(seed), best_plan(seed)
    d = solved.plan.decisions
    families = {"option": d.commit, "resource": d.build, "close": d.close, "retire": d.retire}
    for kind, taken in families.items():
        for index in np.flatnonzero(taken.sum(0) > 0.5).tolist():
            pin = Pin(kind, index, do=False)  # type: ignore[arg-type]
            again = without(made.tree, made.prospect, solved, EXACT, (pin,))
            left = {"option": "commit", "resource": "build", "close": "close", "retire": "retire"}[kind]
            assert getattr(again.plan.decisions, left)[:, index].sum() == 0
            assert again.certificate.value <= solved.certificate.value * (1 + 1e-7)
            assert again.standing == solved.standing
            assert again.bound_solver == pytest.approx(again.certificate.value, rel=1e-6)


def test_a_pin_of_the_plan_gives_way_when_it_is_asked_for():
    """What a wish costs: the plan with it, and the plan with its opposite."""
    made = invented(4)
    plant = made.prospect.labels.option.index("plant 1")
    free = best_plan(4)
    assert not free.plan.decisions.commit[:, plant].any()
    wished = solve(made.tree, made.prospect, EXACT, pins=(Pin("option", plant, do=True, by=FIRST_YEAR),))
    assert wished.plan.decisions.commit[0, plant] == 1.0
    again = without(made.tree, made.prospect, wished, EXACT, (Pin("option", plant, do=False),))
    assert again.certificate.value == pytest.approx(free.certificate.value, rel=1e-6)
    assert again.proof.pins == (Pin("option", plant, do=False),)


@pytest.mark.parametrize("seed", SMALL)
def test_a_start_honours_the_pins(seed: int):
    """The search for a good plan to begin from never leaves the ground a pin leaves it."""
    made, solved = invented(seed), best_plan(seed)
    taken = np.flatnonzero(solved.plan.decisions.commit.sum(0))
    pins = tuple(Pin("option", int(i), do=False) for i in taken)
    whole = formulate(made.tree, made.prospect, pins)
    warm = WarmProgram(replace(whole.program, whole=np.zeros_like(whole.program.whole)))
    point = warm.solve().point
    assert point is not None
    begin = good_start(made.tree, made.prospect, whole.columns, warm, point, None)
    assert begin is not None
    assert begin.decisions.commit[:, taken].sum() == 0
    assert np.all(begin.point <= whole.program.ceiling + 1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 9])
def test_nothing_is_branched_for_where_the_relaxation_proves_enough(seed: int, monkeypatch: pytest.MonkeyPatch):
    """A gap a hair wider than the one certified for the start needs no branch and bound; one a hair narrower does."""
    made, best = invented(seed), best_plan(seed)
    wide = solve(made.tree, made.prospect, Effort(gap=1e3))
    left = (wide.bound_certified - wide.certificate.value) / wide.value_added
    assert wide.certificate.value <= best.certificate.value * (1 + NEAR) <= wide.bound_certified * (1 + 2 * NEAR)
    monkeypatch.setattr(one_program, "run", None)
    again = solve(made.tree, made.prospect, Effort(gap=left + 1e-6))
    assert same(again, wide)
    assert again.status == "Optimal"
    assert again.gap_value_added <= left + NEAR
    if left > 1e-6:
        with pytest.raises(TypeError):
            solve(made.tree, made.prospect, Effort(gap=left - 1e-6))


def test_a_commitment_can_be_put_off():
    """One node later, in one future or in all, with the modules of both nodes; elsewhere nothing is left of it."""
    seen = 0
    for seed in range(10):
        made, decisions = invented(seed), best_plan(seed).plan.decisions
        tree, resources = made.tree, made.prospect.resources
        whole = formulate(made.tree, made.prospect)
        trial = _Trial(
            tree,
            made.prospect,
            whole.columns,
            WarmProgram(whole.program),
            np.zeros(0, dtype=int),
            ancestry(tree).toarray() > 0,
            0,
        )
        for n, option in zip(*np.nonzero(decisions.commit), strict=True):
            rows = [int(r) for r in np.flatnonzero((resources.option == option) & resources.whole)]
            children = np.flatnonzero(tree.parent == n)
            found = list(_postponed(trial, decisions, int(option), rows, int(n)))
            assert len(found) == (len(children) + 1 if len(children) > 1 else len(children))
            for later in found:
                chosen = np.flatnonzero(later.commit[:, option])
                assert set(chosen) <= set(children)
                kept = [m for child in chosen for m in below(tree, int(child))]
                for r in rows:
                    both = decisions.build[n, r] + decisions.build[chosen, r]
                    assert later.build[chosen, r] == pytest.approx(np.minimum(both, resources.limit[r]))
                    assert set(np.flatnonzero(later.build[below(tree, int(n)), r])) <= {
                        i for i, m in enumerate(below(tree, int(n))) if m in kept
                    }
                others = np.arange(len(made.prospect.labels.option)) != option
                assert np.array_equal(later.commit[:, others], decisions.commit[:, others])
                seen += 1
    assert seen > 10


@pytest.mark.parametrize("seed", SMALL)
def test_more_is_tried_only_where_the_gap_is_not_proven(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Further trials add to the first ones and are counted as well; a start that is good enough ends without them."""
    made = invented(seed)
    whole = formulate(made.tree, made.prospect)

    def start(enough: float, further: int) -> Start:
        monkeypatch.setattr(rounding, "TRIALS", 6)
        monkeypatch.setattr(rounding, "TRIALS_FOR_A_PROOF", further)
        warm = WarmProgram(replace(whole.program, whole=np.zeros_like(whole.program.whole)))
        point = warm.solve().point
        assert point is not None
        begin = good_start(made.tree, made.prospect, whole.columns, warm, point, None, Tries(enough))
        assert begin is not None
        return begin

    few, content, none, many = start(-np.inf, 40), start(least(made), 40), start(np.inf, 0), start(np.inf, 40)
    assert few.value == content.value == none.value
    assert many.value >= few.value
    assert many.value <= best_plan(seed).certificate.value / MONEY * (1 + NEAR)


def least(made: Invented) -> float:
    """A value that every start reaches: a little less than today's footprint. In the program's unit."""
    standing = dispatch(made.tree, made.prospect, no_new(made.tree, made.prospect))
    return certify(made.tree, made.prospect, standing).value / MONEY - 1.0


def test_a_start_does_not_keep_the_plan_from_the_best():
    """A poor plan to begin from is left behind, even where the solver takes its own better one for it."""
    made = invented(6)
    best = best_plan(6)
    poor = no_new(made.tree, made.prospect)
    begun = solve(made.tree, made.prospect, EXACT, start=poor)
    assert begun.certificate.value == pytest.approx(best.certificate.value, rel=1e-6)


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("seed", SMALL)
def test_levels_and_a_plan_of_the_decomposition_change_nothing(
    seed: int, pinned: bool, monkeypatch: pytest.MonkeyPatch
):
    """Planned as large programs are, a small one has the same optimum, with and without a pin."""
    made = invented(seed)
    taken = np.flatnonzero(best_plan(seed).plan.decisions.commit.sum(0))[:1]
    pins = tuple(Pin("option", int(i), do=False) for i in taken) if pinned else ()
    usual = solve(made.tree, made.prospect, EXACT, pins=pins)
    monkeypatch.setattr(solving, "grows_large", lambda *_given: has_one_entry(made.prospect))
    large = solve(made.tree, made.prospect, EXACT, pins=pins)
    assert large.status == "Optimal"
    assert large.certificate.value == pytest.approx(usual.certificate.value, rel=1e-6)
    assert large.bound_certified == pytest.approx(usual.bound_certified, rel=1e-9)


def test_a_pin_that_cannot_be_is_told():
    """Nothing is decided before the horizon begins."""
    made = invented(4)
    plant = made.prospect.labels.option.index("plant 1")
    with pytest.raises(RoadsteadError) as caught:
        solve(made.tree, made.prospect, EXACT, pins=(Pin("option", plant, do=True, by=FIRST_YEAR - 1),))
    (fault,) = caught.value.faults
    assert fault.code == "RS-F503"
    assert "plant 1" in str(fault)


def test_only_the_pins_that_cannot_be_are_told():
    made = invented(4)
    plant = made.prospect.labels.option.index("plant 1")
    enter = made.prospect.labels.option.index("enter 2")
    pins = (Pin("option", enter, do=True, by=FIRST_YEAR), Pin("option", plant, do=True, by=FIRST_YEAR - 1))
    with pytest.raises(RoadsteadError) as caught:
        solve(made.tree, made.prospect, EXACT, pins=pins)
    assert len(caught.value.faults) == 1
    assert "plant 1" in str(caught.value)


def test_pins_that_cannot_be_together_are_told_together():
    made = invented(4)
    plant = made.prospect.labels.option.index("plant 1")
    pins = (Pin("option", plant, do=True, by=FIRST_YEAR), Pin("option", plant, do=False))
    with pytest.raises(RoadsteadError) as caught:
        solve(made.tree, made.prospect, EXACT, pins=pins)
    (fault,) = caught.value.faults
    assert fault.code == "RS-F503"
    assert "together" in fault.message
    assert fault.message.count("plant 1") == 2


def test_progress_is_told_in_money():
    """What the solver reports on the way lies between nothing and the proof, in the case's money, with both gaps."""
    made = invented(1)
    told: list[News] = []
    solved = solve(made.tree, made.prospect, EXACT, session=Session(tell=told.append))
    assert told
    news = told[-1]
    assert news.value <= solved.certificate.value * (1 + 1e-6)
    assert news.bound >= solved.certificate.value * (1 - 1e-6)
    assert news.standing == solved.standing
    assert news.seconds >= 0
    assert news.gap_value_added == pytest.approx((news.bound - news.value) / (news.value - news.standing))
    assert news.gap_npv <= news.gap_value_added


def test_a_search_that_is_stopped_gives_a_certified_plan():
    """Stopped at the first question: the best so far, with the bound of the relaxation, and no claim beyond it."""
    tree, prospect = as_prospect(generate("small", 0))
    kept: list[Checkpoint] = []
    solved = solve(tree, prospect, Effort(gap=0.0, seconds=600.0), session=Session(stop=lambda: True, keep=kept.append))
    assert solved.status != OPTIMAL
    assert solved.bound >= solved.certificate.value > solved.standing
    assert certify(tree, prospect, solved.plan).value == solved.certificate.value
    assert kept[0].decisions is not None
    again = solve(tree, prospect, Effort(gap=0.0, seconds=600.0), session=Session(stop=lambda: True, found=kept[-1]))
    begun = certify(tree, prospect, dispatch(tree, prospect, kept[-1].decisions)).value
    assert again.certificate.value >= begun * (1 - 1e-9)
    assert again.bound <= solved.bound_certified * (1 + 1e-6)


def test_where_nothing_is_pinned_pins_are_not_blamed(monkeypatch: pytest.MonkeyPatch):
    """All that anybody would buy must be sold, and time ends before it is found where it cannot be."""
    made = invented(0)
    made = changed(made, "demand", least=made.prospect.demand.width.sum(-1))
    monkeypatch.setattr(solving, "explained", lambda *_given: [])
    with pytest.raises(RoadsteadError) as caught:
        solve(made.tree, made.prospect, Effort(seconds=20.0))
    assert [str(fault) for fault in caught.value.faults] == [
        "plan: no plan fits, and in 20 s it was not found what stands in its way; more seconds [RS-F504]"
    ]
