"""Footprint: cars that must be served are, at the least loss; where they cannot be, it is said where, when and by how many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import second_model
from hypothesis import given, settings
from hypothesis import strategies as st
from prospects import Invented, best_plan, changed, invented

from benchmarks.facilities import Facilities, as_prospect, read_orlib
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.terms.errors import RoadsteadError

EXACT = Effort(gap=0.0)


def asked(seed: int, share: float) -> Invented:
    """More must be served in one cell and year than the best plan does, up to all that could ever be brought there."""
    made = invented(seed)
    p = made.prospect
    sold = best_plan(seed).plan.flows.sale.sum(-1)
    most = np.minimum(reachable(made), p.demand.width.sum(-1))
    y, c = np.unravel_index(int(np.argmax(most - sold)), sold.shape)
    least = np.zeros_like(sold)
    least[y, c] = sold[y, c] + share * (most[y, c] - sold[y, c])
    return changed(made, "demand", least=least)


def reachable(made: Invented) -> np.ndarray:
    """Cars of every cell that flows could bring if nothing else were served: home's own room alone. Shape (Y, C)."""
    p = made.prospect
    found = np.zeros(p.demand.width.shape[:2])
    for a in np.flatnonzero((p.arcs.supply_option < 0) & (p.arcs.entry_option < 0)):
        mine = p.resources.use_arc == a
        room = (p.resources.free[:, p.resources.use_resource[mine]] / p.resources.use_amount[mine]).min(-1)
        found[:, p.arcs.cell[a]] = np.maximum(found[:, p.arcs.cell[a]], np.where(p.arcs.allowed[:, a], room, 0.0))
    members = p.demand.member_cell, p.demand.member_group
    group = p.demand.group_width.sum(-1)
    for c, g in zip(*members, strict=True):
        found[:, c] = np.minimum(found[:, c], group[:, g])
    return found


@pytest.mark.parametrize(("seed", "share"), [(4, 0.9)])
def test_the_second_model_serves_them_at_the_same_loss(seed: int, share: float):
    made = asked(seed, share)
    met = second_model.values(made)
    assert met is not None
    solved = solve(made.tree, made.prospect, EXACT)
    assert solved.certificate.value == pytest.approx(met[0], rel=1e-6)
    assert solved.certificate.value < best_plan(seed).certificate.value
    relaxed = run(formulate(made.tree, made.prospect, relaxed=True).program, Limits())
    assert MONEY * relaxed.bound == pytest.approx(met[1], rel=1e-6)


@settings(max_examples=4)
@given(seed=st.integers(0, 11), share=st.floats(0.0, 0.95))
def test_what_must_be_served_is_and_never_pays(seed: int, share: float):
    made = asked(seed, share)
    solved = solve(made.tree, made.prospect, EXACT)
    sold = solved.plan.flows.sale.sum(-1)
    assert (made.prospect.demand.least - sold).max() <= 1.0
    before = best_plan(seed).certificate.value
    assert solved.certificate.value <= before + 1e-7 * abs(before)
    assert solved.bound_certified >= solved.certificate.value - 1e-7 * abs(before)
    assert prove(made.tree, made.prospect, solved.proof) == pytest.approx(solved.bound_certified, rel=1e-12)


def test_what_the_best_plan_serves_may_be_asked_for():
    made = invented(4)
    sold = best_plan(4).plan.flows.sale.sum(-1)
    same = changed(made, "demand", least=np.maximum(sold - 1.0, 0.0))
    value = solve(same.tree, same.prospect, EXACT).certificate.value
    assert value == pytest.approx(best_plan(4).certificate.value, rel=1e-6)


def test_a_plan_that_leaves_them_out_is_not_certified():
    made = asked(4, 0.9)
    with pytest.raises(
        RoadsteadError, match=r"fewer of a model are sold than must be served: by [\d,.]+ cars in \d{4}"
    ):
        certify(made.tree, made.prospect, best_plan(4).plan)


def few_sites() -> Facilities:
    """Two sites of 100 and 60; customers of 80, 50 and 40: ten too many."""
    return Facilities(
        capacity=np.asarray([100.0, 60.0]),
        opening=np.asarray([500.0, 400.0]),
        demand=np.asarray([80.0, 50.0, 40.0]),
        cost=np.asarray([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]),
    )


def told(tree, prospect, pins: tuple[Pin, ...] = ()) -> list[str]:
    with pytest.raises(RoadsteadError) as caught:
        solve(tree, prospect, EXACT, pins=pins)
    return [f"{fault.code} {fault.where}: {fault.message}" for fault in caught.value.faults]


def test_too_little_is_told_with_place_year_and_number():
    tree, prospect = as_prospect(few_sites())
    [fault] = told(tree, prospect)
    code, rest = fault.split(" ", 1)
    assert code == "RS-F505"
    assert rest.startswith("unit in customer ")
    assert "10 of " in rest
    assert rest.endswith("cars that must be served cannot be (2027, now)")


def test_a_site_that_opens_too_late_is_told():
    """The larger one takes a year, and there is but one."""
    f = few_sites()
    tree, prospect = as_prospect(replace(f, demand=np.asarray([80.0, 0.0, 0.0])))
    opens = replace(prospect.options, lead=np.asarray([1, 0]))
    late = replace(prospect, options=opens)
    assert told(tree, late) == ["RS-F505 unit in customer 0: 20 of 80 cars that must be served cannot be (2027, now)"]


def test_too_little_of_whole_modules_is_told():
    """One and a half modules of 100 would serve all 140; one can be had."""
    tree, prospect = as_prospect(replace(few_sites(), demand=np.asarray([80.0, 30.0, 30.0])))
    resources = replace(prospect.resources, limit=np.asarray([1.5, 0.0]))
    narrow = replace(prospect, resources=resources)
    short = [int(fault.split(": ", 1)[1].split(" of ")[0]) for fault in told(tree, narrow)]
    assert sum(short) == 40


def test_a_pin_that_shuts_what_must_be_open_is_to_blame():
    f = few_sites()
    tree, prospect = as_prospect(replace(f, demand=np.asarray([80.0, 30.0, 40.0])))
    [fault] = told(tree, prospect, (Pin("option", 0, do=False),))
    assert fault.startswith("RS-F503 pins[0]: no plan keeps these together: the pin `site 0` never; up to ")


def test_none_where_none_is_stated():
    p = invented(4).prospect
    assert not p.demand.least.any()
    assert p.demand.least.shape == p.demand.width.shape[:2]
    assert (formulate(invented(4).tree, p).must == -1).all()


def test_an_instance_of_the_or_library_is_read(tmp_path):
    """Its columns: capacity and opening cost by site; demand, and the cost of all of it from each site, by customer."""
    path = tmp_path / "tiny.txt"
    path.write_text(" 2 3\n 100 7.5\n 50 3\n 10\n 20 30\n 40\n 40 80\n 5\n 10 5\n", encoding="ascii")
    f = read_orlib(path)
    assert f.capacity.tolist() == [100, 50]
    assert f.opening.tolist() == [7.5, 3]
    assert f.demand.tolist() == [10, 40, 5]
    assert f.cost.tolist() == [[2, 1, 2], [3, 2, 1]]
    assert solve(*as_prospect(f), EXACT).certificate.value == pytest.approx(-(7.5 + 3 + 20 + 40 + 5))
