"""The proof of a decomposition, worked out share by share: the same whoever holds the node-years, and whatever came before it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint import price_proof
from roadstead.footprint.ground import ground
from roadstead.footprint.price_proof import bound_of
from roadstead.footprint.search import Search

if TYPE_CHECKING:
    from roadstead.footprint.ground import Ground
    from roadstead.footprint.master import MasterAnswer
    from roadstead.footprint.price_proof import PriceProof


def after_rounds(search: Search, rounds: int = 8) -> MasterAnswer:
    """A relaxed master that pays for cuts of several rounds, those on lumps among them."""
    at = search.at
    if not at.offered.always_fits:
        search.learn_from_nothing()
    point = 0.25 * np.minimum(at.decided.program.ceiling, 4.0)
    search.learn(search.answers(point))
    for _ in range(rounds):
        answer = search.master.solve()
        assert answer is not None
        point = 0.4 * point + 0.6 * answer.point
        search.learn(search.answers(point, lumps=True))
    last = search.master.solve()
    assert last is not None
    return last


def proved(at: Ground, workers: int) -> tuple[PriceProof, float, MasterAnswer]:
    with Search(at, workers) as search:
        answer = after_rounds(search)
        return *search.proved(answer, ()), answer


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_bound_of_the_shares_is_that_of_the_whole_and_that_of_the_master(workers: int):
    tree, prospect = as_prospect(generate("tiny", 1))
    at = ground(tree, prospect, ())
    proof, bound, answer = proved(at, workers)
    assert proof.lumps.count > 0
    assert bound_of(at, proof) == pytest.approx(bound, rel=1e-12)
    assert bound <= answer.value * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_years_at_once_make_no_difference(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Nor do pledges, groups and what must be served, which the invented problems have."""
    made = invented(seed)
    at = ground(made.tree, made.prospect, ())
    with Search(at, 1) as search:
        answer = after_rounds(search, 3)
        whole, bound = search.proved(answer, ())
        monkeypatch.setattr(price_proof, "YEARS", 1)
        single, again = search.proved(answer, ())
    assert again == pytest.approx(bound, rel=1e-12)
    for field in fields(whole.prices):
        assert getattr(single.prices, field.name) == pytest.approx(getattr(whole.prices, field.name), abs=1e-9), (
            field.name
        )
    assert bound_of(at, whole) == pytest.approx(bound, rel=1e-12)


def test_what_is_asked_after_a_proof_is_answered_as_before():
    """Warm programs are let go for it, and built again."""
    tree, prospect = as_prospect(generate("tiny", 0))
    at = ground(tree, prospect, ())
    point = 0.25 * np.minimum(at.decided.program.ceiling, 4.0)
    with Search(at, 2) as search:
        answer = after_rounds(search, 2)
        before = search.answers(point).value
        search.proved(answer, ())
        assert search.answers(point).value == pytest.approx(before)
