"""A made year of trade is what it says it is, and its import adds up and stays small."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.imports import NAME, imported, made
from benchmarks.memory import GIGABYTE
from roadstead.world import reference

ROWS = 400_000


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / NAME
    made(path, ROWS)
    return path


def test_every_flow_is_made_once(file):
    flows = pl.read_csv(file, schema_overrides={"k": pl.String, "q": pl.String})
    assert flows.height == ROWS
    assert flows.select("i", "j", "k").is_duplicated().sum() == 0
    assert flows["k"].str.len_chars().unique().to_list() == [6]
    assert 0.0 < (flows["q"].str.strip_chars() == "NA").mean() < 0.1


def test_no_more_flows_than_there_are(tmp_path):
    with pytest.raises(ValueError, match="no more than"):
        made(tmp_path / NAME, 10**12)


def test_the_import_adds_up_within_its_bound(file, tmp_path):
    """Against a plain reading of the same file."""
    done = imported(file, tmp_path)
    assert done.status == 0, done.output
    assert done.memory / GIGABYTE < 0.8
    flows = pl.read_csv(file, schema_overrides={"k": pl.String, "q": pl.String})
    chinese = (pl.col("i") == 156) | (pl.col("j") == 156)
    traded = flows.filter(chinese & (pl.col("i") != pl.col("j")) & pl.col("k").str.starts_with("8703"))["v"]
    world = reference.load(tmp_path / "case" / "world")
    rows = [r for r in world.tables["exports"] if r["definition"] == "BACI HS 8703" and r["powertrain"] == "ALL"]
    assert traded.len() > 1
    assert sum(r["value"] for r in rows) == pytest.approx(traded.sum() / 1e6)
    parts = flows.filter((pl.col("j") == 156) & pl.col("k").str.starts_with("8708"))["v"].sum()
    (bought,) = [
        r["value"]
        for r in world.tables["parts_trade"]
        if (r["place"], r["flow"], r["definition"]) == ("CHN", "IMPORT", "BACI HS 8708")
    ]
    assert bought == pytest.approx(parts / 1e6)
