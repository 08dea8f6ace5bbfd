"""Arrays on disk: one Parquet table for all arrays of one part that share their axes, with a column for each axis."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from roadstead.footprint.linking import LinkingCuts
from roadstead.footprint.lump_prices import Lumps, no_lumps
from roadstead.footprint.plan import Decisions, Flows, FootprintPlan, Pin
from roadstead.footprint.price_proof import PriceProof
from roadstead.footprint.pricing import NodePrices
from roadstead.footprint.solve import Proof
from roadstead.futures.accounts import Pledges, Tails
from roadstead.futures.axes import DIMENSIONS, arrays
from roadstead.futures.prospect import Arcs, Demand, Labels, NodeYears, Options, Prospect, Resources
from roadstead.futures.tree import ScenarioTree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

PARTS = {"node_years": NodeYears, "arcs": Arcs, "demand": Demand, "resources": Resources, "options": Options,
         "pledges": Pledges, "tails": Tails}  # fmt: skip
PLAN = {
    "commit": "nd",
    "close": "nd",
    "build": "nr",
    "retire": "nr",
    "flow": "ya",
    "sale": "ycs",
    "group_sale": "ygt",
    "short": "yr",
}
PRICE_PROOF = {
    "eta": "ycs", "gamma": "yg", "nu": "yr", "mu": "yr", "least": "yc", "earned": "yj", "spent": "yj", "rows": "w", "risk": "b",
}  # fmt: skip
PRICED_LUMPS = {"lump_year": "l", "lump_resource": "l", "lump_segment": "lc", "lump_price": "l"}
SECOND_LINES = {"lump_partner": "l", "lump_open": "l", "lump_modules": "l", "partner_open": "l", "partner_modules": "l"}
"""Of cuts of two lines: the second, and what stands before o and k of both. Runs written before these cuts have none."""
OF_PROGRAM = "lumps."
"""What names of such cuts begin with in a proof of one program: it has other cuts by L, too. Runs written before have none."""
PROOF = {"prices": "w", "risk": "b", "node_year": "l", "cell": "l", "segment": "l", "by_entry": "l", "options": "ld"}


def write_arrays(folder: Path, found: Mapping[str, Array], axes: Mapping[str, str]) -> None:
    """Write arrays, grouped by part and axes, as ``PART.AXES.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in found:
        groups.setdefault((name.rpartition(".")[0], axes[name]), []).append(name)
    for (part, along), names in groups.items():
        shape = found[names[0]].shape
        index = np.indices(shape).reshape(len(shape), -1)
        columns: dict[str, Any] = {axis: index[i].astype(np.int32) for i, axis in enumerate(along)}
        columns |= {name.rpartition(".")[2]: np.ascontiguousarray(found[name]).ravel() for name in names}
        pl.DataFrame(columns).write_parquet(folder / f"{part or 'all'}.{along}.parquet")


def read_arrays(folder: Path, axes: Mapping[str, str]) -> dict[str, Array]:
    """Read back what ``write_arrays`` wrote."""
    keys = dict.fromkeys((name.rpartition(".")[0], along) for name, along in axes.items())
    tables = {(part, along): pl.read_parquet(folder / f"{part or 'all'}.{along}.parquet") for part, along in keys}
    length: dict[str, int] = {}  # an axis is as long as any table says: one that crosses an empty axis holds no row
    for (_, along), table in tables.items():
        for axis in along:
            last = table[axis].max() if table.height else -1
            length[axis] = max(length.get(axis, 0), int(last) + 1)  # type: ignore[arg-type]
    found: dict[str, Array] = {}
    for name, along in axes.items():
        part, _, field = name.rpartition(".")
        shape = tuple(length[axis] for axis in along)
        found[name] = tables[part, along][field].to_numpy().reshape(shape)
    return found


def write_prospect(folder: Path, prospect: Prospect) -> None:
    """Write a prospect: its arrays as tables, its labels as JSON."""
    write_arrays(folder, arrays(prospect), DIMENSIONS)
    labels = asdict(prospect.labels) | {"regime": prospect.arcs.regime}
    (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1), encoding="utf-8")


def read_prospect(folder: Path) -> Prospect:
    """Read back a prospect; its shapes are checked as of any other."""
    found = read_arrays(folder, DIMENSIONS)
    named = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    regime = tuple(named.pop("regime"))
    return prospect_of(found, Labels(**as_tuples(named)), regime)


def as_tuples(named: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of names, and of pairs, as JSON gives them back: the tuples they were."""
    return {name: tuple(tuple(e) if isinstance(e, list) else e for e in entries) for name, entries in named.items()}


def prospect_of(found: Mapping[str, Array], labels: Labels, regime: tuple[str, ...]) -> Prospect:
    """A prospect from its arrays by name, its labels and the regime of every arc."""
    parts: dict[str, Any] = {}
    for part, kind in PARTS.items():
        given = {f.name: found[f"{part}.{f.name}"] for f in fields(kind) if f"{part}.{f.name}" in found}
        parts[part] = kind(**(given | ({"regime": regime} if part == "arcs" else {})))
    whole: dict[str, Any] = {name: found[name] for name in DIMENSIONS if "." not in name}
    return Prospect(labels=labels, **parts, **whole)


def write_answered(path: Path, answered: Mapping[str, Array] | None) -> None:
    """Write own prices that rivals have answered, one row a market, node-year and own model; no row where none were."""
    columns: dict[str, list[Any]] = {"market": [], "y": [], "k": [], "price": []}
    for market, price in (answered or {}).items():
        y, k = np.indices(price.shape).reshape(2, -1)
        columns["market"] += [market] * price.size
        columns["y"] += y.tolist()
        columns["k"] += k.tolist()
        columns["price"] += price.ravel().tolist()
    kinds = {"market": pl.String, "y": pl.Int32, "k": pl.Int32, "price": pl.Float64}
    pl.DataFrame(columns, schema=kinds).write_parquet(path)


def read_answered(path: Path) -> dict[str, Array] | None:
    """Read back what ``write_answered`` wrote."""
    table = pl.read_parquet(path)
    found: dict[str, Array] = {}
    for (market,), rows in table.sort("market", "y", "k").group_by("market", maintain_order=True):
        found[str(market)] = rows["price"].to_numpy().reshape(rows["y"].n_unique(), rows["k"].n_unique())
    return found or None


def write_tree(path: Path, tree: ScenarioTree) -> None:
    """Write a tree, one row a node."""
    columns = {field.name: getattr(tree, field.name) for field in fields(tree)}
    pl.DataFrame({"n": np.arange(tree.count)} | columns).write_parquet(path)


def read_tree(path: Path) -> ScenarioTree:
    """Read back a tree."""
    table = pl.read_parquet(path)
    numbers = {name: table[name].to_numpy() for name in ("parent", "start", "years", "branch_probability")}
    return ScenarioTree(**numbers, name=tuple(table["name"]), state=tuple(table["state"]))


def same_tree(first: ScenarioTree, second: ScenarioTree) -> bool:
    """True where two trees are alike in every entry."""
    return all(
        np.array_equal(getattr(first, field.name), getattr(second, field.name)) for field in fields(ScenarioTree)
    )


def write_plan(folder: Path, plan: FootprintPlan) -> None:
    """Write decisions and flows."""
    found = {f.name: getattr(part, f.name) for part in (plan.decisions, plan.flows) for f in fields(part)}
    write_arrays(folder, found, PLAN)


def read_plan(folder: Path) -> FootprintPlan:
    """Read back decisions and flows."""
    found = read_arrays(folder, PLAN)
    decisions = Decisions(**{f.name: found[f.name] for f in fields(Decisions)})
    return FootprintPlan(decisions, Flows(**{f.name: found[f.name] for f in fields(Flows)}))


def write_proof(folder: Path, proof: Proof | PriceProof) -> None:
    """Write pins, and cuts with prices of every row, or prices of node-years with those of the master's rows."""
    if isinstance(proof, PriceProof):
        prices = {f.name: getattr(proof.prices, f.name) for f in fields(proof.prices)}
        write_arrays(folder, prices | {"rows": proof.rows, "risk": proof.risk}, PRICE_PROOF)
        _write_lumps(folder, proof.lumps)
    else:
        found = {f.name: getattr(proof.cuts, f.name) for f in fields(proof.cuts)} | {
            "prices": proof.prices,
            "risk": proof.risk,
        }
        write_arrays(folder, found, PROOF)
        _write_lumps(folder, proof.lumps, OF_PROGRAM)
    pins = [asdict(pin) for pin in proof.pins]
    (folder / "pins.json").write_text(json.dumps(pins, indent=1), encoding="utf-8")


def read_proof(folder: Path, labels: Labels) -> Proof | PriceProof:
    """Read back a proof; ``labels`` are those of its prospect, whose counts no cut at all would not tell."""
    pins = tuple(Pin(**pin) for pin in json.loads((folder / "pins.json").read_text(encoding="utf-8")))
    if (folder / "all.ycs.parquet").exists():
        found = read_arrays(folder, PRICE_PROOF)
        rows, risk = found.pop("rows"), found.pop("risk")
        return PriceProof(pins, NodePrices(**found), _read_lumps(folder, len(labels.cell)), rows, risk)
    found = read_arrays(folder, PROOF)
    prices, risk = found.pop("prices"), found.pop("risk")
    found["options"] = found["options"].reshape(len(found["cell"]), len(labels.option))
    return Proof(pins, LinkingCuts(**found), prices, _read_lumps(folder, len(labels.cell), OF_PROGRAM), risk)


def _write_lumps(folder: Path, lumps: Lumps, part: str = "") -> None:
    """Cuts (F.28) and (F.30) with their prices; ``part`` begins the names of their files."""
    axes = _of_part(PRICED_LUMPS | SECOND_LINES, part)
    told = (lumps.node_year, lumps.lines[:, 0], lumps.segment, lumps.price, lumps.lines[:, 1], *lumps.right.T)
    write_arrays(folder, dict(zip(axes, told, strict=True)), axes)


def _of_part(axes: Mapping[str, str], part: str) -> dict[str, str]:
    return {f"{part}{name}": along for name, along in axes.items()}


def _read_lumps(folder: Path, cells: int, part: str = "") -> Lumps:
    """Cuts (F.28) and (F.30) of a proof; none where it was written without any."""
    begin = part or "all."
    if not (folder / f"{begin}lc.parquet").exists():
        return no_lumps(cells)
    year, resource, segment, price = read_arrays(folder, _of_part(PRICED_LUMPS, part)).values()
    if "lump_partner" in pl.read_parquet_schema(folder / f"{begin}l.parquet"):
        partner, *right = read_arrays(folder, _of_part(SECOND_LINES, part)).values()
    else:
        partner, right = np.full_like(resource, -1), [np.zeros_like(price)] * 4
    lines = np.stack([resource, partner], axis=1)
    return Lumps(year, lines, segment.reshape(len(price), cells), np.stack(right, axis=1), price)


def digest(prospect: Prospect) -> str:
    """SHA-256 of a prospect's labels and arrays: equal digests mean equal problems."""
    summed = hashlib.sha256(repr(prospect.labels).encode())
    summed.update(repr(prospect.arcs.regime).encode())
    for name, array in arrays(prospect).items():
        summed.update(f"{name}{array.shape}{array.dtype.str}".encode())
        summed.update(np.ascontiguousarray(array).tobytes())
    return summed.hexdigest()
