"""Diversion's speed: sixty places under a thousand changes of duty, and gegravity's simulation of thirty, where installed."""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clock import Row, median_seconds, timed
from roadstead.demand.diversion import Elasticities, Flows, equilibrium
from roadstead.study.diversions import divert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.terms.arrays import Floats

PLACES, SCENARIOS = 60, 1_000
FEW = 30
"""Places of the comparison: as many as gegravity's own sample has."""
REPEATS = 3
SIGMA = 5.0
COSTS = {"lndist": -0.4, "international": -3.4}
"""Coefficients of trade costs, about those of gegravity's first example."""


def trade(places: int) -> Flows:
    """Invented trade by gravity: sizes and distances at random, most of it at home."""
    rng = np.random.default_rng(0)
    size = rng.lognormal(12.0, 1.0, places)
    spot = rng.uniform(0.0, 10_000.0, (places, 2))
    distance = np.maximum(np.linalg.norm(spot[:, None] - spot, axis=2), 200.0)
    is_home = np.eye(places, dtype=bool)
    cost = np.exp(COSTS["lndist"] * np.log(distance) + COSTS["international"] * ~is_home)
    units = size[:, None] * size * cost / size.sum()
    return Flows(units, np.ones_like(units), np.where(is_home, 0.0, 0.1), is_home)


def changes(flows: Flows, count: int) -> Floats:
    """New duties at random on one lane in ten. Shape (count, I, J)."""
    rng = np.random.default_rng(1)
    shape = (count, *flows.units.shape)
    return np.asarray(flows.duty + rng.uniform(0.0, 0.5, shape) * (rng.random(shape) < 0.1))


def diversions() -> Iterator[Row]:
    """Every row of diversion."""
    yield Row(
        "divert: one question", timed(lambda: divert("EU27", "CHN", 10, "2027-01-01"))[0], "duties and band in it"
    )
    given = Elasticities(np.asarray(SIGMA), np.asarray(-0.9), np.asarray(10.0))
    flows = trade(PLACES)
    duty = changes(flows, SCENARIOS)
    seconds = median_seconds(lambda: equilibrium(flows, duty, given), REPEATS)
    rounds = equilibrium(flows, duty, given).rounds
    size = f"{PLACES} x {PLACES} x {SCENARIOS:,}"
    yield Row(f"divert: {size}", seconds, f"{rounds} rounds; at most 1 s")
    flows = trade(FEW)
    duty = changes(flows, SCENARIOS)
    ours = median_seconds(lambda: equilibrium(flows, duty, given), REPEATS)
    size = f"{FEW} x {FEW} x {SCENARIOS:,}"
    if find_spec("gegravity") is None:
        yield Row(f"divert: {size}", ours, "gegravity is not installed, so not set beside it")
        return
    yield Row(f"divert: {size}", ours)
    theirs = simulated(flows)
    note = f"one change, full equilibrium; {theirs / (ours / SCENARIOS):,.0f} times as long as one of ours"
    yield Row(f"gegravity: simulate, {FEW} places", theirs, note)


def simulated(flows: Flows) -> float:
    """Seconds of gegravity's simulation of one change, its baseline built beforehand."""
    ge: Any = importlib.import_module("gegravity")
    pandas: Any = importlib.import_module("pandas")
    names = [f"P{i:02d}" for i in range(len(flows.units))]
    rows = [
        {
            "exporter": exporter, "importer": importer, "year": "2024", "trade": flows.units[i, j],
            "Y": flows.units[i].sum(), "E": flows.units[:, j].sum(), "international": int(i != j), "tariff": 0.0,
            "lndist": (np.log(flows.units[i, j] / flows.units[i].sum()) - COSTS["international"] * (i != j)) / COSTS["lndist"],
        }
        for i, exporter in enumerate(names)
        for j, importer in enumerate(names)
    ]  # fmt: skip
    baseline = ge.BaselineData(pandas.DataFrame(rows), trade_var_name="trade", expend_var_name="E", output_var_name="Y")
    costs = pandas.DataFrame(
        [{"var": name, "coeff": value, "ste": 0.1} for name, value in (COSTS | {"tariff": -SIGMA}).items()]
    )
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ge.OneSectorGE(
            baseline=baseline,
            year="2024",
            reference_importer=names[0],
            sigma=SIGMA,
            cost_variables=[*COSTS, "tariff"],
            cost_coeff_values=ge.CostCoeffs(costs, identifier_col="var", coeff_col="coeff", stderr_col="ste"),
        )
        model.build_baseline(omr_rescale=1)
        changed = model.baseline_data.copy()
        hit = (changed["exporter"] == names[1]) & (changed["importer"] == names[0])
        changed.loc[hit, "tariff"] = np.log(1.1)
        model.define_experiment(changed)
        return timed(model.simulate)[0]
