"""A whole problem, tree and prospect, in one file: so that anybody can pose one, keep it and hand it on.

The file is a zip archive of plain numpy arrays, one member an array under its name in ``futures.axes.DIMENSIONS``, beside
``problem.json`` with the names of everything. No member can carry code, and equal problems give equal files.
"""

from __future__ import annotations

import io
import json
import math
import os
import struct
import zipfile
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.footprint.plan import Pin
from roadstead.futures.axes import DIMENSIONS, arrays
from roadstead.futures.prospect import Labels, Prospect
from roadstead.futures.tree import ScenarioTree
from roadstead.study.parquet import PARTS, as_tuples, prospect_of
from roadstead.terms.arrays import NUMBERS
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.zips import BROKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

FORMAT = 2
NAMES = "problem.json"
TREE = {field.name: field.type for field in fields(ScenarioTree) if field.name not in {"name", "state"}}
"""Arrays of a tree and what each holds; all have shape (N,)."""
KINDS = {f"{part}.{field.name}": str(field.type) for part, kind in PARTS.items() for field in fields(kind)}
"""What every array of a part holds; those of the prospect itself hold numbers."""
HOLDS = {name: (kind, NUMBERS[kind]) for name, kind in {"Floats": "f", "Ints": "i", "Flags": "b"}.items()}
MADE_ON = (1980, 1, 1, 0, 0, 0)
"""Date of every member, so that a file tells nothing but its problem."""
DAMAGED = (*BROKEN, KeyError, TypeError, MemoryError, struct.error)
"""What reading a file that is no longer what was written may raise."""
EXPECTED = "a file that `roadstead.save_problem` wrote"


def save_problem(path: Path | str, tree: ScenarioTree, prospect: Prospect) -> Path:
    """Write a problem to one file, whole or not at all; its path.

    Raises
    ------
    RoadsteadError
        RS-S712 where tree and prospect make no problem; RS-S713 where the file cannot be written.
    """
    raise_if_any(unsound(tree, prospect))
    to = Path(path)
    beside = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(zipfile.ZipInfo(NAMES, MADE_ON), _named(tree, prospect))
            for name, array in _all_arrays(tree, prospect).items():
                member = zipfile.ZipInfo(f"{name}.npy", MADE_ON)
                member.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(member, "w", force_zip64=True) as written:
                    np.lib.format.write_array(written, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        beside.replace(to)
    except OSError as error:
        expected = "a place with room and permission to write"
        raise RoadsteadError(Fault(str(to), "RS-S713", f"cannot be written: {error.strerror}", expected)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return to


def load_problem(path: Path | str) -> tuple[ScenarioTree, Prospect]:
    """Read back what :func:`save_problem` wrote, to the last bit.

    Raises
    ------
    RoadsteadError
        RS-S711 where it is no such file, or damaged; RS-S712 where its arrays make no problem.
    """
    where = Path(path)
    try:
        named, found = _read(where)
        told = named.get("format")
    except DAMAGED as error:
        raise RoadsteadError(_unreadable(where, str(error) or type(error).__name__)) from None
    if told != FORMAT:
        raise RoadsteadError(_unreadable(where, f"format {told!r}, where this version reads {FORMAT}"))
    try:
        grown: dict[str, Any] = {name: found[f"tree.{name}"] for name in TREE}
        tree = ScenarioTree(**grown, **as_tuples(named["tree"]))
        prospect = prospect_of(found, Labels(**as_tuples(named["labels"])), tuple(named["regime"]))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        expected = "arrays as docs/problem.md describes them"
        raise RoadsteadError(Fault(str(where), "RS-S712", f"no problem: {error}", expected)) from None
    raise_if_any(unsound(tree, prospect))
    return tree, prospect


def _unreadable(where: Path, why: str) -> Fault:
    return Fault(str(where), "RS-S711", f"cannot be read as a problem: {why}", EXPECTED)


def _named(tree: ScenarioTree, prospect: Prospect) -> str:
    told = {
        "format": FORMAT,
        "tree": {"name": tree.name, "state": tree.state},
        "labels": asdict(prospect.labels),
        "regime": prospect.arcs.regime,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _all_arrays(tree: ScenarioTree, prospect: Prospect) -> dict[str, Array]:
    return {f"tree.{name}": getattr(tree, name) for name in TREE} | arrays(prospect)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Names and arrays; every member is checked against its sum before anything is made of it."""
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
        if broken is not None:
            raise ValueError(f"{broken} is damaged")
        named = json.loads(archive.read(NAMES).decode("utf-8"))
        if not isinstance(named, dict):
            raise TypeError(f"{NAMES} holds no names")
        found = {}
        for name in (*(f"tree.{name}" for name in TREE), *DIMENSIONS):
            raw = io.BytesIO(archive.read(f"{name}.npy"))
            found[name] = np.lib.format.read_array(raw, allow_pickle=False)
    return named, found


def unsound(tree: ScenarioTree, prospect: Prospect) -> list[Fault]:
    """What keeps a tree and a prospect from being one problem: kinds of numbers, names, years."""
    if not (isinstance(tree, ScenarioTree) and isinstance(prospect, Prospect)):
        met = f"a {type(tree).__name__} and a {type(prospect).__name__}"
        return [_wrong("tree, prospect", f"are {met}", "a ScenarioTree and a Prospect")]
    p, faults = prospect, []
    for name, array in _all_arrays(tree, prospect).items():
        kind, words = HOLDS[str(TREE.get(name.removeprefix("tree."), KINDS.get(name, "Floats")))]
        if array.dtype.kind != kind:
            faults.append(_wrong(name, f"holds {array.dtype}", words))
    nodes, markets, models = len(p.node_discount), len(p.labels.market), len(p.labels.model)
    if nodes != tree.count:
        return [*faults, _wrong("node_discount", f"has {nodes} nodes, the tree {tree.count}", "one row a node")]
    if any(not (0 <= m < markets and 0 <= k < models) for m, k in p.labels.cell):
        faults.append(_wrong("labels.cell", "names a market or a model that there is not", "pairs (market, model)"))
    years = p.node_years
    for n in range(tree.count):
        mine = years.node == n
        runs = np.concatenate([[tree.start[n]], (years.year + years.span)[mine]])
        if not np.array_equal(runs[:-1], years.year[mine]) or runs[-1] != tree.start[n] + tree.years[n]:
            expected = f"every year from {tree.start[n]} to {tree.start[n] + tree.years[n] - 1} once, in order"
            faults.append(_wrong("node_years.year", f"do not fill node {n}, {tree.name[n]}", expected))
    return faults


def unsound_pins(prospect: Prospect, pins: Sequence[Pin]) -> list[Fault]:
    """Pins that are none, name no option and no resource, or ask for no amount."""
    if not isinstance(pins, (tuple, list)):
        return [_wrong("pins", f"is a {type(pins).__name__}", "a tuple of Pin")]
    options, resources = len(prospect.labels.option), len(prospect.labels.resource)
    count = {"option": options, "close": options, "resource": resources, "retire": resources}
    faults = []
    for i, pin in enumerate(pins):
        if not isinstance(pin, Pin):
            faults.append(_wrong(f"pins[{i}]", f"is a {type(pin).__name__}", "a Pin"))
        elif pin.kind not in count:
            faults.append(_wrong(f"pins[{i}]", f"is of kind {pin.kind!r}", f"one of {', '.join(count)}"))
        elif not 0 <= pin.index < count[pin.kind]:
            expected = f"one of {count[pin.kind]} entries, counted from 0"
            faults.append(_wrong(f"pins[{i}]", f"names entry {pin.index} to `{pin.kind}`", expected))
        elif pin.amount is not None and not (pin.do and math.isfinite(pin.amount) and pin.amount >= 0):
            expected = "an amount that is not negative, of something to do"
            faults.append(_wrong(f"pins[{i}]", f"asks for {pin.amount:g} with do={pin.do}", expected))
    return faults


def _wrong(name: str, message: str, expected: str) -> Fault:
    return Fault(name, "RS-S712", message, expected)
