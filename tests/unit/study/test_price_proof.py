"""A decomposition's proof on disk: it comes back whole, and proves the same bound; a spoiled one proves another."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from prospects import invented

from benchmarks.instances import as_prospect, generate
from roadstead.footprint.lump_prices import no_lumps
from roadstead.footprint.plan import Pin
from roadstead.footprint.price_proof import PriceProof
from roadstead.footprint.session import Checkpoint, Session
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.study import parquet
from roadstead.study.checkpoint import Unfinished

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("seed", "lines"), [(0, None), (3, None), (5, 0)])
def test_prices_of_node_years_come_back(tmp_path: Path, seed: int, lines: int | None):
    made = invented(seed, lines=lines)
    pins = (Pin("option", 0, do=False),) if made.prospect.labels.option else ()
    solved = solve(made.tree, made.prospect, Effort(gap=0.1, method="decomposition"), pins=pins)
    parquet.write_proof(tmp_path, solved.proof)
    back = parquet.read_proof(tmp_path, made.prospect.labels)
    assert isinstance(back, PriceProof)
    assert isinstance(solved.proof, PriceProof)
    assert back.pins == pins
    for field in fields(back.prices):
        assert np.array_equal(getattr(back.prices, field.name), getattr(solved.proof.prices, field.name)), field.name
    for field in fields(back.lumps):
        assert np.array_equal(getattr(back.lumps, field.name), getattr(solved.proof.lumps, field.name)), field.name
    assert np.array_equal(back.rows, solved.proof.rows)
    assert prove(made.tree, made.prospect, back) == solved.bound_certified
    dearer = replace(back, prices=replace(back.prices, nu=back.prices.nu + 1.0))
    assert prove(made.tree, made.prospect, dearer) > solved.bound_certified


def test_lumps_come_back_with_their_prices(tmp_path: Path):
    """A frozen instance is sure to have some: without them, the same prices prove another bound. A checkpoint keeps them, too."""
    tree, prospect = as_prospect(generate("tiny", 1))
    kept: list[Checkpoint] = []
    solved = solve(tree, prospect, Effort(gap=0.001, method="decomposition"), session=Session(keep=kept.append))
    assert isinstance(solved.proof, PriceProof)
    assert solved.proof.lumps.count > 0
    parquet.write_proof(tmp_path, solved.proof)
    back = parquet.read_proof(tmp_path, prospect.labels)
    assert isinstance(back, PriceProof)
    assert prove(tree, prospect, back) == solved.bound_certified
    assert (back.lumps.lines[:, 1] >= 0).any()
    without = replace(back, lumps=no_lumps(len(prospect.labels.cell)))
    assert prove(tree, prospect, without) > solved.bound_certified
    before = pl.read_parquet(tmp_path / "all.l.parquet").drop(parquet.SECOND_LINES)
    before.write_parquet(tmp_path / "all.l.parquet")  # as written before cuts of two lines
    old = parquet.read_proof(tmp_path, prospect.labels)
    assert isinstance(old, PriceProof)
    assert np.all(old.lumps.lines[:, 1] == -1)
    (tmp_path / "all.lc.parquet").unlink()
    assert prove(tree, prospect, parquet.read_proof(tmp_path, prospect.labels)) > solved.bound_certified
    unfinished = Unfinished(tmp_path, "checkpoint")
    for each in kept:
        unfinished.keep(each)
    found = unfinished.found()
    assert found is not None
    given = [prices for each in kept for prices in each.prices]
    assert len(found.prices) == len(given)
    assert sum(prices.lumps.count for prices in given) > 0
    for one, other in zip(found.prices, given, strict=True):
        assert np.array_equal(one.nu, other.nu)
        assert np.array_equal(one.lumps.segment, other.lumps.segment)
        assert np.array_equal(one.lumps.price, other.lumps.price)
