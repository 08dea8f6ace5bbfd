"""Decomposition: the same best plan as the extensive form, by another way; a proof without a solver; no wrong word believed."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import FIRST_YEAR, best_plan, changed, invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint import decompose, extensive, master, method
from roadstead.footprint import search as search_room
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.decompose import _some_of_all
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.ground import ground
from roadstead.footprint.improving import Improver, _Plan
from roadstead.footprint.master import Master
from roadstead.footprint.plan import Pin
from roadstead.footprint.price_proof import PriceProof
from roadstead.footprint.search import Search
from roadstead.footprint.session import ALONE
from roadstead.footprint.solve import REFUTED, Effort, Solved, prove, solve
from roadstead.footprint.states import decisions_at
from roadstead.futures.tree import ScenarioTree
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.footprint.extensive import Answer
    from roadstead.terms.arrays import Floats, Ints

EXACT = Effort(gap=0.0, method="decomposition")
FAST = (0, 3, 5, 6, 7, 10)


@lru_cache(maxsize=32)
def decomposed(seed: int) -> Solved:
    made = invented(seed)
    return solve(made.tree, made.prospect, EXACT)


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_what_the_extensive_form_finds(seed: int):
    found, best = decomposed(seed), best_plan(seed)
    assert found.method == "decomposition"
    assert found.status == "Optimal"
    assert found.standing == pytest.approx(best.standing, rel=1e-9)
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)
    assert min(found.bound_certified, found.bound_solver) >= best.certificate.value * (1 - 1e-7)


@pytest.mark.parametrize("seed", FAST)
def test_families_of_nodes_in_one_row_find_the_same(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Rows that say less take more rounds, and what they leave open is branched for: plan and proof are as sharp."""
    monkeypatch.setattr(master, "MOST_ROWS", 2)
    made, best = invented(seed), best_plan(seed)
    assert len(np.unique(master.families(made.tree, 2))) < made.tree.count
    found = solve(made.tree, made.prospect, EXACT)
    assert found.status == "Optimal"
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified >= best.certificate.value * (1 - 1e-7)


@pytest.mark.parametrize(("most", "heads"), [(1, [0] * 7), (6, [0, 1, 2, 1, 1, 2, 2]), (7, range(7))])
def test_a_family_is_headed_in_the_last_stage_that_rows_suffice_for(most: int, heads: list[int]):
    parent, start = np.asarray([-1, 0, 0, 1, 1, 2, 2]), np.asarray([2030, 2032, 2032, 2034, 2034, 2034, 2034])
    chance, names = np.asarray([1.0, *[0.5] * 6]), tuple("abcdefg")
    tree = ScenarioTree(parent, start, np.full(7, 2), chance, names, names)
    assert master.families(tree, most).tolist() == list(heads)


@pytest.mark.parametrize("seed", range(12))
def test_the_proof_gives_its_bound_again(seed: int):
    """Pins, prices of node-years and of the master's rows alone, no solver."""
    made, found = invented(seed), decomposed(seed)
    assert isinstance(found.proof, PriceProof)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified


@pytest.mark.parametrize("seed", FAST)
def test_spoiled_prices_prove_a_looser_bound_never_a_false_one(seed: int):
    made, found = invented(seed), decomposed(seed)
    proof, rng = found.proof, np.random.default_rng(seed)
    assert isinstance(proof, PriceProof)
    for scale in (0.01, 1.0, 10.0):
        spoiled = replace(proof.prices, nu=proof.prices.nu + rng.normal(0, scale, proof.prices.nu.shape))
        worse = replace(proof, prices=spoiled, rows=proof.rows + rng.normal(0, scale, proof.rows.shape))
        assert prove(made.tree, made.prospect, worse) >= best_plan(seed).certificate.value * (1 - 1e-9)


@pytest.mark.parametrize("seed", FAST)
def test_its_flows_are_the_best_its_decisions_allow(seed: int):
    made, found = invented(seed), decomposed(seed)
    again = certify(made.tree, made.prospect, dispatch(made.tree, made.prospect, found.plan.decisions))
    assert found.certificate.value == pytest.approx(again.value, rel=1e-7)


@pytest.mark.parametrize("gap", [0.02, 0.3])
@pytest.mark.parametrize("seed", [1, 2, 9])
def test_the_gap_is_reached_and_proven(seed: int, gap: float):
    made = invented(seed)
    found = solve(made.tree, made.prospect, Effort(gap=gap, method="decomposition"))
    assert found.status == "Optimal"
    assert found.gap_value_added <= gap + 1e-6 * abs(found.certificate.value) / max(found.value_added, 1.0)
    assert found.bound >= best_plan(seed).certificate.value * (1 - 1e-7)


@pytest.mark.parametrize("seed", [0, 2])
def test_problems_without_lines_are_planned_too(seed: int):
    made = invented(seed, lines=0)
    found, best = (
        solve(made.tree, made.prospect, replace(EXACT, method=way)) for way in ("decomposition", "extensive")
    )
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_pins_are_honoured(seed: int):
    made = invented(seed)
    taken = np.flatnonzero(best_plan(seed).plan.decisions.commit.sum(0))
    pins = tuple(Pin("option", int(i), do=False) for i in taken[:1])
    found, best = (
        solve(made.tree, made.prospect, replace(EXACT, method=way), pins=pins) for way in ("decomposition", "extensive")
    )
    assert found.plan.decisions.commit[:, taken[:1]].sum() == 0
    assert found.certificate.value == pytest.approx(best.certificate.value, rel=2e-6)


def test_a_pin_that_cannot_be_is_told():
    made = invented(4)
    plant = made.prospect.labels.option.index("plant 1")
    with pytest.raises(RoadsteadError) as caught:
        solve(made.tree, made.prospect, EXACT, pins=(Pin("option", plant, do=True, by=FIRST_YEAR - 1),))
    assert [fault.code for fault in caught.value.faults] == ["RS-F503"]


def test_workers_change_nothing_but_the_time():
    made = invented(3)
    found = solve(made.tree, made.prospect, replace(EXACT, workers=2))
    assert found.certificate.value == pytest.approx(decomposed(3).certificate.value, rel=2e-6)


def test_a_worker_lost_on_the_way_costs_nothing_but_time():
    made = invented(3)
    at = ground(made.tree, made.prospect, ())
    nothing = np.zeros(len(at.decided.program.gain))
    with Search(at, 2) as search, Search(at, 1) as alone:
        before = search.answers(nothing)
        for worker in search.crew.workers[:1]:
            worker.kill()
            worker.join()
        for answered in (search.answers(nothing), before):
            assert answered.value == pytest.approx(alone.answers(nothing).value, rel=1e-9, abs=1e-9)


def test_size_chooses_and_says_why(monkeypatch: pytest.MonkeyPatch):
    made = invented(7)
    small = solve(made.tree, made.prospect, Effort(gap=0.1))
    assert (small.method, "at most" in small.reason) == ("extensive", True)
    monkeypatch.setattr(method, "MOST_FLOWS", 3)
    large = solve(made.tree, made.prospect, Effort(gap=0.1))
    assert (large.method, "more than" in large.reason) == ("decomposition", True)
    assert large.gap_value_added <= 0.1 + 1e-6


def test_mixed_entries_are_left_to_the_extensive_form(monkeypatch: pytest.MonkeyPatch):
    """Arcs of one cell that wait for different entries: cuts would stay loose for ever."""
    made = invented(4)
    entry = made.prospect.arcs.entry_option.copy()
    entry[np.flatnonzero(entry >= 0)[0]] = -1
    mixed = changed(made, "arcs", entry_option=entry)
    monkeypatch.setattr(method, "MOST_FLOWS", 3)
    assert method.chosen(mixed.prospect, None)[0] == "extensive"


def doctored(monkeypatch: pytest.MonkeyPatch, change: float) -> None:
    """A solver that proves what is not so: its bound moved by a share of itself, its status still Optimal."""
    honest = extensive.run

    def lying(*given, **named) -> Answer:  # type: ignore[no-untyped-def]
        answer = honest(*given, **named)
        return replace(answer, status="Optimal", bound=answer.bound * (1 + change))

    monkeypatch.setattr(extensive, "run", lying)
    monkeypatch.setattr("roadstead.footprint.one_program.run", lying)


@pytest.mark.parametrize("seed", [0, 6])
def test_a_bound_below_the_plan_is_not_believed(monkeypatch: pytest.MonkeyPatch, seed: int):
    made, best = invented(seed), best_plan(seed)
    doctored(monkeypatch, -0.1)
    for way in ("extensive", "decomposition"):
        found = solve(made.tree, made.prospect, replace(EXACT, method=way))
        assert found.bound >= best.certificate.value * (1 - 1e-7), way
        assert found.status == REFUTED or found.bound_solver >= best.certificate.value * (1 - 1e-7), way
    extensive_found = solve(made.tree, made.prospect, Effort(gap=0.0, method="extensive"))
    assert extensive_found.status == REFUTED
    assert extensive_found.bound_solver == extensive_found.bound_certified
    assert extensive_found.gap_bound == "certified"


def test_a_poor_plan_said_to_be_optimal_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    """Status Optimal, and a bound far above what the plan is worth: the gap is told as it is, the status as refuted."""
    made = invented(0)
    honest = extensive.run

    def lying(program, limits, **named) -> Answer:  # type: ignore[no-untyped-def]
        answer = honest(program, limits, **named)
        return replace(answer, bound=answer.bound * 1.05) if program.whole.any() else answer

    monkeypatch.setattr("roadstead.footprint.one_program.run", lying)
    found = solve(made.tree, made.prospect, Effort(gap=0.0, method="extensive"))
    assert found.status == REFUTED
    assert found.gap_value_added > 0


def test_the_goal_is_kept_in_time():
    """Where time is over at once there is still a plan, and a bound that holds."""
    made = invented(1)
    found = decompose.decompose(made.tree, made.prospect, decompose.Goal(0.0, 0.0, 1))
    assert found.certificate is not None
    assert found.status == decompose.TIME_OUT
    assert found.bound_certified >= best_plan(1).certificate.value


def test_time_is_kept_for_certificate_and_proof(monkeypatch: pytest.MonkeyPatch):
    """As much as what stands has taken and more; but never most of what there is."""
    made = invented(3)
    left = []
    for times in (0.0, 1.0, 1e9):
        monkeypatch.setattr(decompose, "ENDING", times)
        began = time.perf_counter()
        with Search(ground(made.tree, made.prospect, ()), 1, began + 1000.0) as search:
            run = decompose._Run(search, decompose.Goal(0.01, 1000.0, 1), ALONE, began)
            run.begin(None)
            left.append(began + 1000.0 - search.ends)
    assert left[0] == 0.0
    assert 0.0 < left[1] < 100.0
    assert left[2] == pytest.approx(500.0, rel=0.1)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_frozen_instance_is_planned_well(seed: int):
    """Within two hundredths; the extensive form's own best plan stays below the certified bound."""
    tree, prospect = as_prospect(generate("tiny", seed))
    found, best = (
        solve(tree, prospect, Effort(gap=gap, method=way)) for gap, way in ((0.02, "decomposition"), (0.0, "extensive"))
    )
    assert found.gap_value_added <= 0.02 + 1e-6
    assert found.certificate.value <= best.certificate.value * (1 + 1e-7)
    assert found.bound >= best.certificate.value * (1 - 1e-7)


@pytest.mark.parametrize("seed", FAST)
def test_changes_are_only_for_the_better_and_rightly_valued(seed: int):
    """From nothing new, by small changes alone: what the search says a plan is worth, the certificate says too."""
    made = invented(seed)
    at = ground(made.tree, made.prospect, ())
    with Search(at, 1) as search:
        nothing = np.zeros(len(at.decided.program.gain))
        begun = search.try_whole(nothing)
        Improver(search).improve()
        assert search.best >= begun
        assert search.plan is not None
        assert search.fits(search.plan)
        worth = certify(made.tree, made.prospect, search.plan_of(search.plan)).value / MONEY
    assert worth == pytest.approx(search.best, rel=1e-7)
    assert MONEY * search.best <= best_plan(seed).certificate.value * (1 + 1e-7)


@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_flows_of_a_plan_are_the_same_asked_for_in_parts(at_once: int, monkeypatch: pytest.MonkeyPatch):
    made, solved = invented(3), best_plan(3)
    at = ground(made.tree, made.prospect, ())
    point = decisions_at(at.families, solved.plan.decisions, len(at.decided.program.gain))
    monkeypatch.setattr(search_room, "FLOWS_AT_ONCE", at_once)
    with Search(at, 1) as search:
        plan = search.plan_of(point)
    assert plan.flows.flow.shape == solved.plan.flows.flow.shape
    worth = certify(made.tree, made.prospect, plan).value
    assert worth == pytest.approx(solved.certificate.value, rel=1e-7)


@pytest.mark.parametrize("seed", FAST)
def test_the_best_change_is_worth_what_the_cuts_allow_and_no_first_module_more(seed: int):
    """From nothing new, where every change at a node is a first module of one line, with its option: weighed one by one here."""
    made = invented(seed)
    at = ground(made.tree, made.prospect, ())
    with Search(at, 1) as search:
        base = np.zeros(len(at.decided.program.gain))
        search.try_whole(base)
        search.learn(search.answers(_some_of_all(at)))
        improver, now = Improver(search), search.by_node(base)
        plan, lines = _Plan(improver, base, now), improver.lines
        better = []

        def allowed(point: Floats, below: Ints) -> float:
            earned = (search.master.allowed(point) - now)[below].sum()
            return float(earned + at.decided.program.gain @ (point - base))

        for stage in improver.stages:
            for n, below, mine in zip(stage.nodes.tolist(), stage.below, stage.mine, strict=True):
                best, most = plan.best_change(n, below, mine), 0.0
                for columns in zip(lines.building[:, n], lines.opening[:, n], strict=True):
                    trial = base.copy()
                    trial[[column for column in columns if column >= 0]] = 1.0
                    if columns[0] >= 0 and search.fits(trial):
                        most = max(most, allowed(trial, below))
                if best is None:
                    assert most <= plan.least + 1e-9
                    continue
                better.append(n)
                trial = base.copy()
                trial[best.columns] += best.step
                assert search.fits(trial)
                assert best.promised == pytest.approx(allowed(trial, below), rel=1e-9)
                assert best.promised >= most - 1e-9
    assert better or seed == 6, "only of that problem no first module could pay"


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_master_that_gives_up_is_not_taken_for_a_problem_without_a_plan(monkeypatch: pytest.MonkeyPatch, after: int):
    """At once: told with the solver's word. Later: the plan and the proof there are by then, and no false bound."""
    made, best = invented(3), best_plan(3)
    honest, met = Master.solve, [0]

    def tired(master: Master, seconds: float = np.inf, near: float = 0.0):
        met[0] += 1
        if met[0] <= after:
            return honest(master, seconds, near)
        master.status = "Solve error"
        return None

    monkeypatch.setattr(Master, "solve", tired)
    if after == 0:
        with pytest.raises(RoadsteadError) as caught:
            solve(made.tree, made.prospect, EXACT)
        assert [fault.code for fault in caught.value.faults] == ["RS-F504"]
        assert "Solve error" in str(caught.value.faults[0])
        return
    found = solve(made.tree, made.prospect, EXACT)
    assert found.bound_certified >= best.certificate.value * (1 - 1e-7)
    assert prove(made.tree, made.prospect, found.proof) == found.bound_certified


@pytest.mark.parametrize("seed", [1, 2])
def test_cuts_that_come_while_the_master_is_solved_wait_for_the_next_solve(seed: int):
    """Whichever thread is faster, the answer is the same; the next one is lower."""
    tree, prospect = as_prospect(generate("tiny", seed))
    at = ground(tree, prospect, ())
    first_module = np.minimum(at.decided.program.ceiling, 1.0)

    def solved(shares: tuple[float, ...]) -> list[float]:
        with Search(at, 1) as search:
            search.learn(search.answers(first_module))
            search.master.solve()
            search.master.make_ready()
            for share in shares:
                search.learn(search.answers(share * first_module), asleep=True)
            answers = search.master.solve(), search.master.solve()
            return [answer.value for answer in answers if answer is not None]

    alone, beside = solved(()), solved((0.2, 0.4, 0.6))
    assert beside[0] == alone[0] == alone[1]
    assert beside[1] < beside[0]
