"""What a run was made from and what came out, so that anybody can make it again and compare."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from typing import TYPE_CHECKING, Any

from roadstead.study.parquet import digest
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.packaged import packaged_files
from roadstead.terms.placing import NAME as PLACED
from roadstead.terms.placing import unpacked
from roadstead.world.reference import BUILT_ON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roadstead.study.study import Run

NAME, INPUTS = "manifest.json", "inputs"
"""File of a run folder that says what it is, and the folder in it with the case as it was read."""
KEPT = "world.zip"
"""Snapshot in a run folder of the packaged tables that it was made with; the case's own lie among its inputs."""
FORMAT = 2
LIBRARIES = ("roadstead", "highspy", "numpy", "polars", "pydantic", "ruamel.yaml", "scipy")
"""Whose versions can move a number."""


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by their path inside a folder, in the order of the paths."""
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(paths)}


def files_of(folder: Path) -> list[Path]:
    """Every file of a case that a plan may read; hidden files, caches and finished runs are none."""
    runs = {path.parent for path in folder.rglob(NAME)} - {folder}
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        kept = not any(part.startswith((".", "__")) or part == "runs" for part in inside)
        if path.is_file() and kept and runs.isdisjoint(path.parents):
            found.append(path)
    return found


def copy_case(folder: Path, into: Path) -> None:
    """Copy every file of a case; of one that came in a workbook also where each part stood, for faults and trails to name."""
    files = files_of(folder)
    placed = (path for path in sorted({file.parent / PLACED for file in files}) if path.is_file())
    for path in (*files, *placed):
        to = into / path.relative_to(folder)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def packaged_digest() -> str:
    """SHA-256 over every packaged table, so that a newer reference world is noticed."""
    return digest_of(packaged_files())


def digest_of(tables: Mapping[str, Path]) -> str:
    """SHA-256 over files and what they are called."""
    told = "".join(f"{name} {sha256(path)}\n" for name, path in sorted(tables.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of everything that can move a number."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


MAY_BE_NONE = {"standing", "gap_value_added"}
"""Results that are none where today's footprint cannot keep what is asked."""
RESULTS = {"npv", "standing", "bound_certified", "bound_solver", "gap_value_added"}


def is_whole(told: dict[str, Any]) -> bool:
    """True where a manifest says all that is checked again."""
    files, result, known = told.get("files"), told.get("result"), told.get("versions")
    world = told.get("reference_world")
    return (
        isinstance(files, dict)
        and isinstance(known, dict)
        and isinstance(told.get("prospect_sha256"), str)
        and isinstance(world, dict)
        and isinstance(world.get("sha256"), str)
        and isinstance(result, dict)
        and all(isinstance(result.get(name), (int, float)) for name in RESULTS - MAY_BE_NONE)
        and all(name in result for name in MAY_BE_NONE)
    )


def read(folder: Path) -> dict[str, Any]:
    """What a run folder says of itself; RS-S703 where it is none."""
    path = folder / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT or not is_whole(told):
        expected = f"a folder that `roadstead plan` wrote, with a {NAME} of format {FORMAT}"
        raise RoadsteadError(Fault(str(path), "RS-S703", "this is no run folder", expected))
    return told


def _finite(value: float) -> float | None:
    """The number; None where there is none, as where today's footprint cannot keep what is asked."""
    return value if isfinite(value) else None


def result(run: Run) -> dict[str, Any]:
    """What came of a run, in numbers."""
    solved = run.solved
    return {
        "npv": solved.certificate.expected,
        **({"maximised": solved.certificate.value} if run.ready.evaluation.prospect.tails.level.size else {}),
        "standing": _finite(solved.standing),
        "capital": solved.certificate.capital,
        "worst_violation": solved.certificate.worst_violation,
        "bound_certified": solved.bound_certified,
        "bound_solver": solved.bound_solver,
        "gap_value_added": _finite(solved.gap_value_added),
        "gap_npv": solved.gap_npv,
        "gap_rests_on": solved.gap_bound,
        "solver_status": solved.status,
        "method": solved.method,
        "method_reason": solved.reason,
        "rounds": run.book.demand.rounds if run.book.demand else 1,
        "moved_by_rivals": run.book.demand.moved if run.book.demand else 0.0,
    }


def describe(run: Run, made_at: str, language: str) -> dict[str, Any]:
    """The manifest, but for the hashes of the files beside it."""
    study = run.ready.study
    case = study.case
    return {
        "format": FORMAT,
        "made_at": made_at,
        "versions": versions(),
        "case": case.name,
        "case_zh": case.name_zh,
        "workbook": unpacked(study.folder).get("workbook"),
        "patches": list(case.patched),
        "money": {"currency": case.money.currency, "price_year": case.money.price_year},
        "language": language,
        "seed": case.seed,
        "draws": case.draws,
        "as_known_on": case.as_known_on,
        "options": {"gap": run.effort.gap, "seconds": run.effort.seconds, "workers": run.effort.workers},
        "reference_world": {"built_on": BUILT_ON.isoformat(), "sha256": packaged_digest(), "kept": KEPT},
        "prospect_sha256": digest(run.ready.evaluation.prospect),
        "result": result(run),
        "comparisons": {entry.key: entry.npv for entry in run.book.comparisons},
        "seconds": dict(run.seconds),
    }
