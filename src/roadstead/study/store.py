"""The run folder: what went in by hash, what came out as tables, and a check of both that needs no solver and no network."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from roadstead.footprint.certify import certify
from roadstead.footprint.solve import prove
from roadstead.study import flexible, frames, manifest, parquet, snapshot
from roadstead.study.footing import Footing
from roadstead.study.kept_book import write_book
from roadstead.study.progress import Quiet
from roadstead.study.snapshot import world_of
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.study.world_tables import PACKAGED
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import edition
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from roadstead.footprint.plan import FootprintPlan
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.study.study import Ready, Run

MANIFEST = manifest.NAME
PROSPECT, PLAN, PROOF, TABLES, TREE = "prospect", "plan", "proof", "tables", "tree.parquet"
ANSWERED, BOOK = "answered.parquet", "playbook.json"
TABLED = ("comparisons", "futures", "markets", "volumes", "sites", "timeline")
"""Tables of the book written for notebooks."""
NEAR = 1e-9
"""Relative difference below which two values are the same."""
FOLDERS = (manifest.INPUTS, PROSPECT, PLAN, PROOF, TABLES)
UNREADABLE = (OSError, ValueError, KeyError, IndexError, TypeError, pl.exceptions.PolarsError)
"""What reading a file that is no longer what was written may raise."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at again, whether it holds, and what was met."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verification(Shown):
    """What became of a run folder."""

    folder: Path
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """True where everything does."""
        return all(check.holds for check in self.checks)


def store(run: Run, folder: Path, language: Literal["en", "zh"] = "en", made_from: Path | None = None) -> Path:
    """Write a run folder, whole or not at all; its path.

    Parameters
    ----------
    made_from
        Folder or workbook of the case as it lies with its owner, so that a later look at the run can tell what has become of its world.

    Raises
    ------
    RoadsteadError
        RS-S701 where something lies there already; RS-S702 where it cannot be written.
    """
    from roadstead.report.pages import write_pages

    must_be_free(folder)
    made = datetime.now(UTC)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise RoadsteadError(unwritable(folder, error)) from None
    try:
        book = replace(run.book, cover=replace(run.book.cover, run=folder.name))
        manifest.copy_case(run.ready.study.folder, beside / manifest.INPUTS)
        (beside / manifest.KEPT).write_bytes(snapshot.packed(Footing(PACKAGED, edition()))[0])
        parquet.write_tree(beside / TREE, run.ready.grown.tree)
        parquet.write_prospect(beside / PROSPECT, run.ready.evaluation.prospect)
        parquet.write_answered(beside / PROSPECT / ANSWERED, run.ready.answered)
        parquet.write_plan(beside / PLAN, run.solved.plan)
        parquet.write_proof(beside / PROOF, run.solved.proof)
        _write_tables(run, beside / TABLES)
        write_book(beside / BOOK, book)
        write_pages(book, beside, language)
        told = manifest.describe(run, made.isoformat(timespec="seconds"), language)
        told["made_from"] = "" if made_from is None else _way(folder, made_from)
        told["files"] = manifest.hashes(beside, (path for path in beside.rglob("*") if path.is_file()))
        (beside / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as error:
        raise RoadsteadError(unwritable(folder, error)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _way(folder: Path, case: Path) -> str:
    """The way from a run folder to its case; nothing where there is none."""
    try:
        return Path(os.path.relpath(case.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return ""


def must_be_free(folder: Path) -> None:
    """A run can be written there: RS-S701 where something lies there, RS-S702 where nothing may be written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        expected = "a folder that does not exist yet, or an empty one"
        raise RoadsteadError(Fault(str(folder), "RS-S701", "something lies there already", expected))
    above = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not os.access(above, os.W_OK | os.X_OK) or not above.is_dir():
        raise RoadsteadError(unwritable(folder, OSError(errno.EACCES, os.strerror(errno.EACCES))))


def unwritable(folder: Path, error: OSError) -> Fault:
    """RS-S702"""
    return Fault(
        str(folder), "RS-S702", f"cannot be written: {error.strerror}", "a place with room and permission to write"
    )


def _write_tables(run: Run, folder: Path) -> None:
    """The book's tables and the plan's flows with names in place of numbers."""
    folder.mkdir(parents=True)
    for name in TABLED:
        rows = [_flat(asdict(entry)) for entry in getattr(run.book, name)]
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    if run.book.pull is not None:
        for name, table in frames.tabled(run.book.pull).items():
            table.df.write_parquet(folder / f"{name}.parquet")
    for name, told in flexible.tabled(run.book).items():
        told.write_parquet(folder / f"{name}.parquet")
    carried = flows(run.ready.evaluation.prospect, run.ready.grown.tree, run.solved.plan)
    places = run.ready.study.world.gazetteer.places
    called = {market: places[market].name for market in carried["market"].unique() if market in places}
    named = carried.rename({"market": "market_code"}).with_columns(market=pl.col("market_code").replace(called))
    named.write_parquet(folder / "flows.parquet")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Names in two languages become two columns."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        flat |= {key: value["en"], f"{key}_zh": value["zh"]} if isinstance(value, dict) else {key: value}
    return flat


def flows(prospect: Prospect, tree: ScenarioTree, plan: FootprintPlan) -> pl.DataFrame:
    """Every flow of a car or more, with the names of node, market, model and supply. [cars/year]"""
    years, arcs, labels = prospect.node_years, prospect.arcs, prospect.labels
    flow = plan.flows.flow
    y, a = (flow >= 1.0).nonzero()
    cell = [labels.cell[c] for c in arcs.cell[a]]
    return pl.DataFrame(
        {
            "node": [tree.name[n] for n in years.node[y]],
            "n": years.node[y],
            "year": years.year[y],
            "span": years.span[y],
            "market": [labels.market[m] for m, _ in cell],
            "model": [labels.model[k] for _, k in cell],
            "supply": [labels.supply[s] for s in arcs.supply[a]],
            "regime": [arcs.regime[i] for i in a.tolist()],
            "cars": flow[y, a],
            "margin": arcs.margin[y, a],
        }
    )


def verify(folder: Path) -> Verification:
    """Check a run folder: its files, its inputs, its plan's value and its proof.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder.
    """
    told = manifest.read(folder)
    checks = [files_hold(folder, told)]
    if checks[0].holds:
        try:
            tree, prospect = parquet.read_tree(folder / TREE), parquet.read_prospect(folder / PROSPECT)
        except UNREADABLE as error:
            return Verification(folder, (*checks, Check("problem", False, f"cannot be read: {error}")))
        checks += [_problem(prospect, told), _inputs(tree, folder, told), _value(tree, prospect, folder, told)]
        checks += [_bound(tree, prospect, folder, told), _gap(told)]
    return Verification(folder, tuple(checks))


def files_hold(folder: Path, told: dict[str, Any]) -> Check:
    """Every file is as written, and every file of the run is one that was written."""
    changed = [name for name, known in told["files"].items() if not _is_same(folder / name, known)]
    own = [path for part in FOLDERS for path in (folder / part).rglob("*") if path.is_file()]
    own += [
        path for path in folder.glob("*") if path.name in {TREE, manifest.KEPT} or path.name.startswith("playbook.")
    ]
    strange = sorted({path.relative_to(folder).as_posix() for path in own} - told["files"].keys())
    faults = [f"changed or missing: {', '.join(changed)}"] if changed else []
    faults += [f"not written by this run: {', '.join(strange)}"] if strange else []
    return Check("files", not faults, "; ".join(faults) or f"{len(told['files'])} files as written")


def _is_same(path: Path, known: str) -> bool:
    return path.is_file() and manifest.sha256(path) == known


def _problem(prospect: Prospect, told: dict[str, Any]) -> Check:
    met = parquet.digest(prospect)
    return Check("problem", met == told["prospect_sha256"], f"prospect {met[:12]}")


def _inputs(tree: ScenarioTree, folder: Path, told: dict[str, Any]) -> Check:
    """The inputs, evaluated again by the program as it is installed now, give the same problem."""
    try:
        answered = parquet.read_answered(folder / PROSPECT / ANSWERED)
        with world_of(folder):
            again = prepare(read_study(folder / manifest.INPUTS), Quiet(), answered)
            changed = differs(tree, again, told)
    except RoadsteadError as error:
        return Check("inputs", False, f"the inputs are no sound case any more: {error.faults[0]}")
    except UNREADABLE as error:
        return Check("inputs", False, f"the prices that rivals answered cannot be read: {error}")
    today = told["reference_world"]["sha256"] == manifest.packaged_digest()
    on = "" if today else ", on the world they were planned with; today's is another"
    return Check("inputs", not changed, changed or f"the inputs give the same problem again{on}")


def differs(tree: ScenarioTree, again: Ready, told: dict[str, Any]) -> str:
    """What inputs that are evaluated again give another of than when the run was written; nothing where all is as it was."""
    if not parquet.same_tree(tree, again.grown.tree):
        return "the inputs give another tree"
    if parquet.digest(again.evaluation.prospect) == told["prospect_sha256"]:
        return ""
    now = manifest.versions()
    moved = [f"{name} {was} -> {now.get(name)}" for name, was in told["versions"].items() if now.get(name) != was]
    if manifest.packaged_digest() != told["reference_world"]["sha256"]:
        moved.append("the reference world")
    return f"the inputs give another problem now; changed since: {', '.join(moved) or 'unknown'}"


def _value(tree: ScenarioTree, prospect: Prospect, folder: Path, told: dict[str, Any]) -> Check:
    try:
        met = certify(tree, prospect, parquet.read_plan(folder / PLAN))
    except RoadsteadError as error:
        return Check("plan", False, str(error.faults[0]))
    except UNREADABLE as error:
        return Check("plan", False, f"cannot be read: {error}")
    npv = _same("plan", "NPV", met.expected, told["result"]["npv"])
    weighed = _same("plan", "NPV weighed with its worst futures", met.value, maximised(told["result"]))
    if maximised(told["result"]) == told["result"]["npv"]:
        return npv if weighed.holds else weighed
    return Check("plan", npv.holds and weighed.holds, f"{npv.detail}; {weighed.detail.removeprefix('NPV ')}")


def _bound(tree: ScenarioTree, prospect: Prospect, folder: Path, told: dict[str, Any]) -> Check:
    try:
        met = prove(tree, prospect, parquet.read_proof(folder / PROOF, prospect.labels))
    except UNREADABLE as error:
        return Check("proof", False, f"cannot be read: {error}")
    return _same("proof", "certified bound", met, told["result"]["bound_certified"])


def maximised(result: dict[str, Any]) -> float:
    """What a plan was the best by: expected NPV, or that weighed with its worst futures where the manifest says so."""
    return float(result.get("maximised", result["npv"]))


def _gap(told: dict[str, Any]) -> Check:
    """No bound lies below the plan, and the gap is what lies between the lowest and the plan."""
    result = told["result"]
    npv, least = maximised(result), min(result["bound_certified"], result["bound_solver"])
    # Value added has no beginning where today's footprint cannot keep what is asked: the gap is one of the plan's value then.
    whole = result["gap_value_added"] is None
    rest, of = least - npv, abs(npv - (0.0 if whole else result["standing"]))
    gap = result["gap_npv" if whole else "gap_value_added"]
    stated = gap * of if of else max(rest, 0.0)
    holds = rest >= -NEAR * abs(npv) and abs(stated - max(rest, 0.0)) <= NEAR * abs(npv)
    words = "its value" if whole else "value added"
    plan = "plan" if npv == result["npv"] else "plan weighed with its worst futures"
    return Check("bounds", holds, f"lowest bound {least:,.0f}, {plan} {npv:,.0f}, gap {gap:.2%} of {words}")


def _same(name: str, what: str, met: float, known: float) -> Check:
    return Check(name, abs(met - known) <= NEAR * max(abs(known), 1.0), f"{what} {met:,.2f}, as written {known:,.2f}")
