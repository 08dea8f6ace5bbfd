"""The stages of one plan, each timed by itself: facts, quote, outlook, tree, prospect, solve, comparisons, report."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import Row, median_seconds, timed
from benchmarks.diversions import diversions
from benchmarks.duties import duties
from benchmarks.outlooks import outlooks
from benchmarks.pricing import fresh_paths, plan_demand, pricing
from roadstead.footprint.columns import MONEY
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.evaluate import evaluate
from roadstead.futures.events import TreePlan
from roadstead.futures.grow import grow
from roadstead.outlook.forecast import forecast
from roadstead.report.pages import write_pages
from roadstead.study import costing, study
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.trade import rulebook
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import quote
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.solve import Solved
    from roadstead.study.study import Run

CASES = Path(__file__).resolve().parent.parent / "cases"
WORKERS = 2
PATIENCE = 300.0
"""Limit of time for the bare program. [s]"""
FRESH = """
import time
began = time.perf_counter()
from roadstead.world import reference
imported = time.perf_counter()
reference.load()
print(imported - began, time.perf_counter() - imported)
"""


def facts() -> Iterator[Row]:
    """World and rulebook in a fresh interpreter, and quotes once both are at hand."""
    done = subprocess.run([sys.executable, "-c", FRESH], check=True, capture_output=True, text=True)
    imported, loaded = (float(part) for part in done.stdout.split())
    yield Row("world: import", imported, "fresh interpreter")
    world = reference.load()
    rows = sum(len(table) for table in world.tables.values())
    yield Row("world: load", loaded, f"{rows:,} rows, fresh interpreter")
    seconds, rules = timed(rulebook.load)
    yield Row("rulebook: load", seconds, f"{sum(1 for _ in rules.every_measure())} measures")
    asked = Inquiry("EU27", "CHN", "BEV", "2025-03-01", 20000.0, firm="BYD")
    yield Row("quote: first", timed(lambda: quote(asked, world))[0], "EU27 from CHN, BEV, BYD, 2025-03-01")
    yield Row("quote: after that", median_seconds(lambda: quote(asked, world), 20), "median of 20")
    yield from duties(rules, world)
    yield from outlooks(world)
    yield from diversions()
    yield from pricing()


def stages(name: str) -> Iterator[Row]:
    """Every stage of a bundled case: up to the prospect one by one, then a whole run by the conductor's own clock."""
    seconds, read = timed(lambda: read_study(CASES / name))
    yield Row(
        f"{name}: read and check", seconds, f"{len(read.carmaker.offers)} offers, {len(read.carmaker.lines)} lines"
    )
    horizon = range(read.case.horizon.first, read.case.horizon.last + 1)
    markets = tuple(read.carmaker.channels)
    seconds, outlook = timed(
        lambda: forecast(
            read.world.markets, read.world.gazetteer, markets, horizon, draws=read.case.draws, seed=read.case.seed
        )
    )
    yield Row(f"{name}: outlook", seconds, f"{read.case.draws:,} draws of {len(markets)} markets")
    plan = read.tree
    assert isinstance(plan, TreePlan), "bundled cases declare their trees"
    seconds, grown = timed(lambda: grow(plan, read.events, outlook))
    yield Row(f"{name}: tree", seconds, f"{grown.tree.count} nodes")
    rules = rulebook.load(read.as_known_on, read.own_rules)
    terms = costing.prepare(read, outlook)
    seconds, evaluation = timed(lambda: evaluate(grown, terms, rules, read.events))
    prospect = evaluation.prospect
    size = f"{prospect.node_years.count} node-years, {len(prospect.arcs.cell)} arcs"
    yield Row(f"{name}: prospect", seconds, size)
    yield from plan_demand(name, read, grown, terms, rules)
    yield from fresh_paths(name)
    effort = Effort(gap=read.case.effort.gap, seconds=read.case.effort.seconds, workers=WORKERS)
    with solver_silenced():
        done = study.run(read, effort=effort, progress=Quiet())
    yield Row(f"{name}: solve", done.seconds["plan"], reached(done.solved))
    with solver_silenced():
        row = bare(name, done, effort)
    yield row
    again = len(done.book.comparisons) + len(done.book.do_now)
    yield Row(
        f"{name}: comparisons", done.seconds["comparisons"], f"{again} plans held against it, {WORKERS} processes"
    )
    yield Row(f"{name}: playbook", done.seconds["tell"], f"{len(done.book.do_now)} lines to do now")
    with tempfile.TemporaryDirectory() as folder:
        seconds, written = timed(lambda: write_pages(done.book, Path(folder)))
        size = ", ".join(f"{path.stat().st_size / 1e3:,.0f} kB" for path in written.values())
    yield Row(f"{name}: report", seconds, f"page, workbook and slides, {size}")


def bare(name: str, done: Run, effort: Effort) -> Row:
    """HiGHS on the extensive form as it is written, one thread, to the gap that our own solve, one thread, is asked for."""
    tree, prospect = done.ready.grown.tree, done.ready.evaluation.prospect
    ours, solved = timed(lambda: solve(tree, prospect, replace(effort, workers=1)))
    asked = effort.gap * solved.value_added / MONEY
    limits = Limits(absolute_gap=asked, relative_gap=0.0, seconds=PATIENCE)
    theirs, answer = timed(lambda: run(formulate(tree, prospect).program, limits))
    said = f"HiGHS alone to the same gap: {theirs / ours:.1f} times our {ours:.1f} s, one thread each ({answer.status})"
    return Row(f"{name}: solve, bare", theirs, said)


def reached(solved: Solved) -> str:
    """Gap of a plan, of what and by which bound."""
    return f"gap {solved.gap_value_added:.2%} of value added, {solved.gap_npv:.3%} of NPV, bound: {solved.gap_bound}"
