"""Plan, rivals' answer, plan again: rounds end, what rivals answered is kept, and the run is checked against it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from roadstead.footprint.solve import Effort
from roadstead.study import manifest, parquet, study
from roadstead.study.progress import Quiet
from roadstead.study.store import ANSWERED, PROSPECT, store, verify

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.spec import Study
    from roadstead.study.study import Run


@pytest.fixture(scope="module")
def three_rounds(starter_study: Study) -> Run:
    """The starter, planned until no car at all changes hands, which three rounds do not quite reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "SETTLED", 0.0)
        return study.run(starter_study, effort=Effort(gap=0.05, seconds=20.0), progress=Quiet())


def test_one_round_is_enough_where_rivals_hardly_answer(starter_run: Run):
    assert starter_run.book.demand is not None
    assert starter_run.book.demand.rounds == 1
    assert starter_run.book.demand.moved < study.SETTLED
    assert starter_run.ready.answered is None


def test_rounds_bring_rivals_to_rest(three_rounds: Run, starter_run: Run):
    told, first = three_rounds.book.demand, starter_run.book.demand
    assert told is not None
    assert first is not None
    assert told.rounds == study.MOST_ROUNDS
    assert told.moved < 0.1 * first.moved
    assert three_rounds.solved.certificate.value == pytest.approx(starter_run.solved.certificate.value, rel=0.02)


def test_a_run_of_several_rounds_is_checked_against_what_rivals_answered(three_rounds: Run, tmp_path: Path):
    folder = store(three_rounds, tmp_path / "run")
    found = verify(folder)
    assert found.holds, [check for check in found.checks if not check.holds]
    answered = parquet.read_answered(folder / PROSPECT / ANSWERED)
    assert answered is not None
    assert answered.keys() == three_rounds.ready.answered.keys()
    for market, price in three_rounds.ready.answered.items():
        assert answered[market] == pytest.approx(price, rel=0, abs=0)
    path = folder / PROSPECT / ANSWERED
    pl.read_parquet(path).with_columns(pl.col("price") * 1.1).write_parquet(path)
    sealed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sealed["files"] |= manifest.hashes(folder, [path])
    (folder / "manifest.json").write_text(json.dumps(sealed), encoding="utf-8")
    again = {check.name: check.holds for check in verify(folder).checks}
    assert again["files"]
    assert not again["inputs"]
