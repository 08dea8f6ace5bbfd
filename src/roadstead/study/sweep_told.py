"""A sweep told: points as a book's values, the assumptions that move most, and files of them for notebooks."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from roadstead.playbook.book import Name
from roadstead.playbook.what_if_book import Commitment, Mover, SweepBook, SweepPoint
from roadstead.study.axes import HIGH, LOW
from roadstead.study.outcome import changed

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.outcome import Built
    from roadstead.study.sweep import Planned, Swept

NUMBERS = ("npv", "standing", "gap", "sales", "local_output", "duty", "price")


def told(swept: Swept) -> SweepBook:
    """A sweep as plain values."""
    return SweepBook(
        axes=swept.axes,
        fixed=swept.fixed,
        points=tuple(_point(swept, one) for one in swept.points),
        movers=tuple(sorted(_movers(swept), key=lambda mover: -mover.span)) if swept.is_tornado else (),
        currency=swept.currency,
        price_year=swept.price_year,
    )


def _point(swept: Swept, one: Planned) -> SweepPoint:
    came = one.outcome
    return SweepPoint(
        case=Name(*one.name),
        values=tuple(one.values.get(axis, "") for axis in swept.axes) if one.values else (),
        npv=came.npv if came else None,
        gap=came.gap if came else 0.0,
        sales=came.sales if came else None,
        local_output=came.local_output if came else None,
        duty=came.duty if came else None,
        price=came.price if came else None,
        built=tuple(_commitment(swept, built) for built in came.built) if came else (),
        fault=one.fault,
    )


def _commitment(swept: Swept, built: Built) -> Commitment:
    name = swept.names.get(built.what, (built.what, built.what))
    return Commitment(built.kind, Name(*name), built.year, built.probability, built.now)


def _movers(swept: Swept) -> list[Mover]:
    """Every assumption of every case against the case as it stands."""
    found = []
    for case in dict.fromkeys(one.case for one in swept.points):
        mine = [one for one in swept.points if one.case == case]
        base = next(one for one in mine if not one.values)
        for axis in swept.axes:
            ends = {one.values[axis]: one for one in mine if axis in one.values}
            if ends:
                found.append(_mover(axis, base, ends.get(LOW), ends.get(HIGH)))
    return found


def _mover(axis: str, base: Planned, low: Planned | None, high: Planned | None) -> Mover:
    def npv(end: Planned | None) -> float | None:
        return end.outcome.npv - base.outcome.npv if end and end.outcome and base.outcome else None

    def other(end: Planned | None) -> int:
        return changed(end.outcome, base.outcome) if end and end.outcome and base.outcome else 0

    def value(end: Planned | None) -> str:
        return end.text.rpartition("=")[2] if end else ""

    came = [end.outcome for end in (base, low, high) if end and end.outcome]
    noise = max((abs(one.npv) * one.gap for one in came), default=0.0)
    return Mover(
        Name(*base.name), axis, value(low), value(high), npv(low), npv(high), other(low), other(high), noise
    )  # fmt: skip


def as_json(swept: Swept) -> dict[str, Any]:
    """A sweep as data: every point with all that came of it, and the assumptions that move most."""
    book = told(swept)
    return {
        "axes": swept.axes,
        "tornado": swept.is_tornado,
        "with": swept.fixed,
        "currency": swept.currency,
        "price_year": swept.price_year,
        "points": [
            {
                "case": one.case,
                "values": dict(one.values),
                "patches": one.text,
                "outcome": asdict(one.outcome) if one.outcome else None,
                "fault": one.fault,
            }
            for one in swept.points
        ],
        "movers": [asdict(mover) for mover in book.movers],
    }


def write(swept: Swept, folder: Path) -> dict[str, Path]:
    """``sweep.csv`` and ``sweep.json`` in a folder; where each was written, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / name for name in ("sweep.csv", "sweep.json")}
    text = json.dumps(as_json(swept), ensure_ascii=False, indent=1, allow_nan=False)
    paths["sweep.json"].write_text(text + "\n", encoding="utf-8")
    made = sorted({place for one in swept.points if one.outcome for place in one.outcome.made_in})
    paid = sorted({place for one in swept.points if one.outcome for place in one.outcome.duty_of})
    with paths["sweep.csv"].open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        header = [*(f"made_in_{place}" for place in made), *(f"duty_of_{place}" for place in paid), "built", "fault"]
        writer.writerow(["case", *swept.axes, *NUMBERS, *header])
        for one in swept.points:
            writer.writerow(_cells(one, swept.axes, made, paid))
    return paths


def _cells(one: Planned, axes: tuple[str, ...], made: list[str], paid: list[str]) -> list[object]:
    values = [one.values.get(axis, "") for axis in axes]
    came = one.outcome
    if came is None:
        return [one.case, *values, *([""] * (len(NUMBERS) + len(made) + len(paid) + 1)), one.fault]
    numbers = ["" if getattr(came, name) is None else getattr(came, name) for name in NUMBERS]
    places = [*(came.made_in.get(place, 0.0) for place in made), *(came.duty_of.get(place, 0.0) for place in paid)]
    built = "; ".join(f"{b.kind} {b.what} {b.year} {b.probability:.2f}" for b in came.built)
    return [one.case, *values, *numbers, *places, built, ""]
