"""A decomposition's proof on disk: it comes back whole, and proves the same bound; a spoiled one proves another."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import invented

from roadstead.footprint.plan import Pin
from roadstead.footprint.search import PriceProof
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.study import parquet

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("seed", "lines"), [(0, None), (3, None), (5, 0)])
def test_prices_of_node_years_come_back(tmp_path: Path, seed: int, lines: int | None):
    made = invented(seed, lines=lines)
    pins = (Pin("option", 0, do=False),) if made.prospect.labels.option else ()
    solved = solve(made.tree, made.prospect, Effort(gap=0.1, method="decomposition"), pins=pins)
    parquet.write_proof(tmp_path, solved.proof)
    back = parquet.read_proof(tmp_path, len(made.prospect.labels.option))
    assert isinstance(back, PriceProof)
    assert isinstance(solved.proof, PriceProof)
    assert back.pins == pins
    for field in fields(back.prices):
        assert np.array_equal(getattr(back.prices, field.name), getattr(solved.proof.prices, field.name)), field.name
    assert np.array_equal(back.rows, solved.proof.rows)
    assert prove(made.tree, made.prospect, back) == solved.bound_certified
    dearer = replace(back, prices=replace(back.prices, nu=back.prices.nu + 1.0))
    assert prove(made.tree, made.prospect, dearer) > solved.bound_certified
