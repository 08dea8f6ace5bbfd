"""What of decisions is carried out where a part of them is refused: what rests on it falls with it, all else is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from prospects import best_plan, invented

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch, dispatch_in_reach, no_new
from roadstead.footprint.dispatcher import Dispatcher
from roadstead.footprint.formulation import formulate
from roadstead.footprint.reach import within_reach
from roadstead.futures.tree import from_root

SEEDS = [seed for seed in range(12) if seed != 6]
"""Of 6 the best plan commits to nothing."""


def refusing(seed: int):
    """An invented problem with its best plan, the same with the first commitment of it refused everywhere, and that option."""
    made, d = invented(seed), best_plan(seed).plan.decisions
    option = int(np.flatnonzero(d.commit.any(axis=0))[0])
    allowed = made.prospect.options.allowed.copy()
    allowed[:, option] = False
    return made, d, replace(made.prospect, options=replace(made.prospect.options, allowed=allowed)), option


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_offered_is_carried_out_as_it_is(seed: int):
    made, d = invented(seed), best_plan(seed).plan.decisions
    columns = formulate(made.tree, made.prospect, relaxed=True).columns
    assert within_reach(made.tree, made.prospect, columns, d) is d
    plan = dispatch_in_reach(made.tree, made.prospect, d)
    assert certify(made.tree, made.prospect, plan).value == pytest.approx(best_plan(seed).certificate.value, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_rests_on_a_refusal_falls_with_it(seed: int):
    """By hand: the option itself, its closing, and the steps that only it lets be bought."""
    made, d, without, option = refusing(seed)
    columns = formulate(made.tree, without, relaxed=True).columns
    found = within_reach(made.tree, without, columns, d)
    gone = np.zeros(d.commit.shape[1], dtype=bool)
    gone[option] = True
    while True:
        options = made.prospect.options
        rests = (
            gone | (gone[options.needs] & (options.needs >= 0)) | (gone[options.grows_from] & (options.grows_from >= 0))
        )
        if (rests == gone).all():
            break
        gone = rests
    steps = (made.prospect.resources.option >= 0) & gone[made.prospect.resources.option]
    assert (found.commit == np.where(gone, 0.0, d.commit)).all()
    assert (found.build == np.where(steps, 0.0, d.build)).all()
    assert not found.close[:, gone].any()
    plan = dispatch_in_reach(made.tree, without, d)
    value = certify(made.tree, without, plan).value
    by_hand = dispatch(made.tree, without, found)
    assert value == pytest.approx(certify(made.tree, without, by_hand).value, rel=1e-9)
    assert Dispatcher(made.tree, without).within_reach(d).commit.tolist() == found.commit.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_refusal_at_one_node_is_felt_below_it_alone(seed: int):
    made, d, _, option = refusing(seed)
    node = int(np.flatnonzero(d.commit[:, option])[-1])
    allowed = made.prospect.options.allowed.copy()
    allowed[node, option] = False
    without = replace(made.prospect, options=replace(made.prospect.options, allowed=allowed))
    found = within_reach(made.tree, without, formulate(made.tree, without, relaxed=True).columns, d)
    here = np.zeros(made.tree.count)
    here[node] = 1.0
    elsewhere = from_root(made.tree, here) == 0.0
    assert found.commit[node, option] == 0.0
    for part in ("commit", "close", "build", "retire"):
        assert (getattr(found, part)[elsewhere] == getattr(d, part)[elsewhere]).all()
    certify(made.tree, without, dispatch(made.tree, without, found))


def test_no_step_is_bought_of_what_cannot_be_used():
    made = invented(3)
    row = int(np.flatnonzero(made.prospect.resources.limit > 0)[0])
    usable = made.prospect.resources.usable.copy()
    usable[made.prospect.node_years.node == 1, row] = 0.0
    lost = replace(made.prospect, resources=replace(made.prospect.resources, usable=usable))
    nothing = no_new(made.tree, lost)
    build = nothing.build.copy()
    build[:2, row] = 1.0
    columns = formulate(made.tree, lost, relaxed=True).columns
    ready = replace(lost.resources, option=np.full_like(lost.resources.option, -1))
    found = within_reach(made.tree, replace(lost, resources=ready), columns, replace(nothing, build=build))
    assert found.build[:, row].tolist() == [1.0] + [0.0] * (made.tree.count - 1)
