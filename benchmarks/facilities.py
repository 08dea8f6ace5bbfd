"""Capacitated facility location as a prospect: one node, one year, every customer a market that must be served, every site a line.

python -m benchmarks.facilities FOLDER

solves every instance of a folder of the OR-Library (Beasley 1988, capacitated warehouse location; the files are others' and not
carried here) and holds it against its published optimum in ``optima.csv``, columns instance and published_optimum.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.solve import Effort, solve
from roadstead.futures.prospect import Arcs, Demand, Labels, NodeYears, Options, Prospect, Resources
from roadstead.futures.tree import ScenarioTree

if TYPE_CHECKING:
    from roadstead.footprint.method import Method
    from roadstead.terms.arrays import Floats

CLOSE = 1e-4
"""Largest difference from a published optimum, as a share of it."""


@dataclass(frozen=True)
class Facilities:
    """Sites with ``capacity`` and ``opening`` cost, customers with ``demand``; ``cost`` of one unit by site and customer."""

    capacity: Floats
    opening: Floats
    demand: Floats
    cost: Floats


METHODS: tuple[Method, ...] = ("extensive", "decomposition")
LONGEST = 300.0
"""Limit of time for one instance. [s]"""


def read_orlib(path: Path) -> Facilities:
    """An instance of the OR-Library: sites and customers; capacity and cost of each site; demand and cost of all of it, by customer."""
    numbers = iter(path.read_text(encoding="ascii").split())
    sites, customers = int(next(numbers)), int(next(numbers))
    by_site = np.asarray([[float(next(numbers)) for _ in range(2)] for _ in range(sites)])
    by_customer = np.asarray([[float(next(numbers)) for _ in range(1 + sites)] for _ in range(customers)])
    demand = by_customer[:, 0]
    return Facilities(by_site[:, 0], by_site[:, 1], demand, (by_customer[:, 1:] / demand[:, None]).T)


def as_prospect(f: Facilities) -> tuple[ScenarioTree, Prospect]:
    """Its best value is less than nothing by the least cost of serving all demand."""
    sites, customers = f.cost.shape
    cell, supply = np.repeat(np.arange(customers), sites), np.tile(np.arange(sites), customers)
    none, zero = np.full(len(cell), -1), np.zeros(len(cell), dtype=int)
    flat, one_site = np.zeros((1, sites)), np.zeros(sites)
    names = tuple(f"site {i}" for i in range(sites))
    groups = tuple(f"customer {j}" for j in range(customers))
    width = f.demand[None, :, None].astype(float)
    first = np.zeros(customers, dtype=int)
    prospect = Prospect(
        labels=Labels(groups, ("unit",), tuple((j, 0) for j in range(customers)), names, groups, names, names, ("none",)),
        node_years=NodeYears(np.asarray([0]), np.asarray([2027]), np.asarray([1])),
        arcs=Arcs(
            cell, supply, ("",) * len(cell), supply, none, zero,
            -f.cost[supply, cell][None, :].astype(float), np.ones((1, len(cell)), dtype=bool),
        ),
        demand=Demand(
            *(np.arange(customers),) * 2, width, np.zeros_like(width), width, np.zeros_like(width), first, first,
            width[..., 0],
        ),
        resources=Resources(
            option=np.arange(sites), use_arc=np.arange(len(cell)), use_resource=supply,
            use_amount=np.ones(len(cell)), free=flat, existing=flat, usable=np.ones((1, sites)),
            size=f.capacity.astype(float), limit=np.ones(sites), whole=np.ones(sites, dtype=bool),
            lead=np.zeros(sites, dtype=int), ramp=np.ones((sites, 1)), cost=flat, fixed=flat, scrap=flat, salvage=flat,
            minimum_take=one_site, take_price=one_site, risk=np.zeros(sites, dtype=int),
        ),
        options=Options(
            opens=np.full(sites, 9999), lead=np.zeros(sites, dtype=int), cost=f.opening[None, :].astype(float),
            fixed=flat, exit_cost=flat, allowed=np.ones((1, sites), dtype=bool), risk=np.zeros(sites, dtype=int),
        ),
        discount=np.ones((1, 1)),
        node_discount=np.ones((1, 1)),
        end_discount=np.ones(1),
    )  # fmt: skip
    one = np.asarray([1])
    return ScenarioTree(np.asarray([-1]), np.asarray([2027]), one, np.ones(1), ("now",), ("now",)), prospect


def main() -> int:
    """Solve every instance; exit status 1 where one is not at its published optimum, or the proof lies beyond it."""
    parser = argparse.ArgumentParser(description="Hold the planner against published optima of the OR-Library.")
    parser.add_argument(
        "folder", type=Path, help="a folder with optima.csv and a file INSTANCE.txt for each of its rows"
    )
    folder: Path = parser.parse_args().folder
    with (folder / "optima.csv").open(encoding="utf-8") as rows:
        published = {row["instance"]: float(row["published_optimum"]) for row in csv.DictReader(rows)}
    missed = 0
    for name, optimum in published.items():
        problem = as_prospect(read_orlib(folder / f"{name}.txt"))
        for method in METHODS:
            began = time.perf_counter()
            solved = solve(*problem, Effort(gap=0.0, seconds=LONGEST, method=method))
            off = abs(solved.certificate.value + optimum) / optimum
            met = off <= CLOSE and solved.bound >= -optimum * (1.0 + CLOSE)
            missed += not met
            took = time.perf_counter() - began
            print(
                f"{name:10}{method:15}{optimum:16,.3f}{off:12.1e}{took:9.2f} s  {'met' if met else 'NOT MET'}",
                flush=True,
            )
    asked = len(METHODS) * len(published)
    print(f"{asked - missed} of {asked} met: {len(published)} published optima by each planner")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
