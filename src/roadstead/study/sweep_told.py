"""A sweep told: points as a book's values, the assumptions that move most, and files of them for notebooks."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from roadstead.playbook.book import Name
from roadstead.playbook.what_if_book import Commitment, Mover, SweepBook, SweepPlace, SweepPoint
from roadstead.study.axes import HIGH, LOW
from roadstead.study.outcome import changed, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from roadstead.study.outcome import Built, Outcome
    from roadstead.study.sweep import PlannedPoint, Swept

PLACES = "places.parquet"
NUMBERS = ("npv", "standing", "gap", "sales", "local_output", "duty", "price")


def told(swept: Swept) -> SweepBook:
    """A sweep as plain values."""
    bases = {one.case: one for one in reversed(swept.points) if not one.values}
    return SweepBook(
        axes=swept.axes,
        fixed=swept.fixed,
        points=tuple(_point(swept, one, bases[one.case]) for one in swept.points),
        movers=tuple(sorted(_movers(swept), key=lambda mover: -mover.span)) if swept.is_tornado else (),
        currency=swept.currency,
        price_year=swept.price_year,
    )


def _point(swept: Swept, one: PlannedPoint, base: PlannedPoint) -> SweepPoint:
    came = one.outcome
    compared = came is not None and base.outcome is not None and bool(one.values)
    mine, stands = (_by_what(at.outcome) if compared else {} for at in (one, base))
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
        places=_places(swept, came) if came else (),
        compared=compared,
        added=tuple(_commitment(swept, b) for key, b in mine.items() if key not in stands or not same(b, stands[key])),
        dropped=tuple(_commitment(swept, b) for key, b in stands.items() if key not in mine),
    )


def _by_what(came: Outcome | None) -> dict[tuple[str, str], Built]:
    return {(built.kind, built.what): built for built in came.built} if came else {}


def _places(swept: Swept, came: Outcome) -> tuple[SweepPlace, ...]:
    """What a plan does by customs territory: those the sweep's axes ask about, then where most is made, then where most is sold."""
    of = swept.territory
    asked = {of[place] for axis in swept.axes if (place := axis.partition("/")[0]) in of}
    met = asked | {of[place] for part in (came.made_in, came.duty_of, came.sold_in) for place in part}
    found = [_place(swept, came, territory, territory in asked) for territory in sorted(met)]
    return tuple(sorted(found, key=lambda place: (not place.asked, -place.made, -place.sold)))


def _place(swept: Swept, came: Outcome, territory: str, asked: bool) -> SweepPlace:
    def there(part: Mapping[str, float]) -> dict[str, float]:
        return {place: value for place, value in part.items() if swept.territory[place] == territory}

    sold = there(came.sold_in)
    cars = sum(sold.values())
    paid = sum(number * came.price_in[market] for market, number in sold.items())
    return SweepPlace(
        place=Name(*swept.names[territory]),
        place_id=territory,
        asked=asked,
        sold=cars,
        made=sum(there(came.made_in).values()),
        duty=sum(there(came.duty_of).values()),
        price=paid / cars if cars else None,
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


def _mover(axis: str, base: PlannedPoint, low: PlannedPoint | None, high: PlannedPoint | None) -> Mover:
    def npv(end: PlannedPoint | None) -> float | None:
        return end.outcome.npv - base.outcome.npv if end and end.outcome and base.outcome else None

    def other(end: PlannedPoint | None) -> int:
        return changed(end.outcome, base.outcome) if end and end.outcome and base.outcome else 0

    def value(end: PlannedPoint | None) -> str:
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
                "places": [asdict(place) for place in point.places],
            }
            for one, point in zip(swept.points, book.points, strict=True)
        ],
        "movers": [asdict(mover) for mover in book.movers],
    }


def write(swept: Swept, folder: Path) -> dict[str, Path]:
    """``sweep.csv``, ``sweep.json`` and ``places.parquet`` in a folder; where each was written, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / name for name in ("sweep.csv", "sweep.json", PLACES)}
    places(swept).write_parquet(paths[PLACES])
    text = json.dumps(as_json(swept), ensure_ascii=False, indent=1, allow_nan=False)
    paths["sweep.json"].write_text(text + "\n", encoding="utf-8")
    made = sorted({place for one in swept.points if one.outcome for place in one.outcome.made_in})
    paid = sorted({place for one in swept.points if one.outcome for place in one.outcome.duty_of})
    sold = sorted({place for one in swept.points if one.outcome for place in one.outcome.sold_in})
    with paths["sweep.csv"].open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        parts = (("made_in", made), ("duty_of", paid), ("sold_in", sold), ("price_in", sold))
        header = [f"{part}_{place}" for part, there in parts for place in there]
        writer.writerow(["case", *swept.axes, *NUMBERS, *header, "built", "fault"])
        for one in swept.points:
            writer.writerow(_cells(one, swept.axes, parts))
    return paths


def places(swept: Swept) -> pl.DataFrame:
    """A row for every case, point and customs territory; the axes are columns, and empty for the case as it stands."""
    rows = [
        {"case": one.case, "carmaker": one.name[0], "carmaker_zh": one.name[1]}
        | {axis: one.values.get(axis, "") for axis in swept.axes}
        | {"patches": one.text, "place": at.place_id, "place_name": at.place.en, "place_name_zh": at.place.zh}
        | {"sold": at.sold, "made": at.made, "duty": at.duty, "price": at.price}
        for one, point in zip(swept.points, told(swept).points, strict=True)
        for at in point.places
    ]
    text = ("case", "carmaker", "carmaker_zh", *swept.axes, "patches", "place", "place_name", "place_name_zh")
    schema: dict[str, Any] = dict.fromkeys(text, pl.String) | dict.fromkeys(
        ("sold", "made", "duty", "price"), pl.Float64
    )
    return pl.DataFrame(rows, schema)


def points(swept: Swept) -> pl.DataFrame:
    """A row for every case and point; the axes are columns, and empty for the case as it stands."""
    rows = [
        {"case": one.case, "carmaker": one.name[0], "carmaker_zh": one.name[1]}
        | {axis: one.values.get(axis, "") for axis in swept.axes}
        | {"patches": one.text}
        | {name: getattr(one.outcome, name) if one.outcome else None for name in NUMBERS}
        | {"fault": one.fault}
        for one in swept.points
    ]
    schema: dict[str, Any] = dict.fromkeys(("case", "carmaker", "carmaker_zh", *swept.axes, "patches"), pl.String)
    return pl.DataFrame(rows, schema | dict.fromkeys(NUMBERS, pl.Float64) | {"fault": pl.String})


def _cells(one: PlannedPoint, axes: tuple[str, ...], parts: Sequence[tuple[str, list[str]]]) -> list[object]:
    values = [one.values.get(axis, "") for axis in axes]
    came = one.outcome
    if came is None:
        return [one.case, *values, *([""] * (len(NUMBERS) + sum(len(there) for _, there in parts) + 1)), one.fault]
    numbers = ["" if getattr(came, name) is None else getattr(came, name) for name in NUMBERS]
    # Where no car is sold there is no price; of all else there is none.
    cells = [
        getattr(came, part).get(place, "" if part == "price_in" else 0.0) for part, there in parts for place in there
    ]
    built = "; ".join(f"{b.kind} {b.what} {b.year} {b.probability:.2f}" for b in came.built)
    return [one.case, *values, *numbers, *cells, built, ""]
