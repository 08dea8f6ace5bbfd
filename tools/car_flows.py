"""Make src/roadstead/demand/data/car_flows.csv from what is known of who sells cars to whom.

    python tools/car_flows.py            writes the table
    python tools/car_flows.py --check    fails where it differs from the one that lies there

Counted lanes (known_car_flows.csv) are held fixed. The others start from gravity, an exporter's unplaced cars times an
importer's unfilled demand over a power of the distance between them, and are fitted biproportionally (Deming & Stephan
1940; RAS) until every exporter ships what it ships and every importer buys what it buys (car_margins.csv); the rest of
the world takes what is left over. No lane starts at home: cars sold where they are made are counted or derived.
Flows of one powertrain start from those of all cars times the share of the powertrain in what the exporter makes.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.flows import (
    ALL_CARS,
    CAR_FLOWS,
    CAR_MARGINS,
    CAR_TRADE_PLACES,
    ESTIMATED,
    KNOWN,
    KNOWN_CAR_FLOWS,
    POWERTRAINS,
    data_folder,
)
from roadstead.demand.parameters import parameters
from roadstead.terms.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.tables import Row

REST = "ROW"
EARTH = 6371.0
"""Mean radius. [km]"""
NEAREST = 300.0
"""Least distance between two places. [km]"""
ROUNDS, CLOSE = 5_000, 1e-9


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: places in order, cars by lane and which lanes, and the rows they come from."""

    places: tuple[str, ...]
    units: Floats
    is_known: Flags
    rows: dict[tuple[str, str], Row]


def distances(rows: tuple[Row, ...]) -> Floats:
    """Great-circle distance between places. Shape (N, N). [km]"""
    latitude, longitude = (np.radians([row[name] for row in rows]) for name in ("latitude", "longitude"))
    cosine = np.sin(latitude)[:, None] * np.sin(latitude) + np.cos(latitude)[:, None] * np.cos(latitude) * np.cos(
        longitude[:, None] - longitude
    )
    return np.asarray(np.maximum(EARTH * np.arccos(np.clip(cosine, -1.0, 1.0)), NEAREST))


def balanced(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    """A matrix in the prior's proportions with these sums; a sum that is not a number is left free."""
    found = prior.copy()
    for _ in range(ROUNDS):
        before = found
        for axis, sums in ((1, rows), (0, columns)):
            total = found.sum(axis=axis)
            fits = np.isfinite(sums) & (total > 0)
            factor = np.where(fits, sums / np.where(fits, total, 1.0), 1.0)
            found = found * (factor[:, None] if axis else factor)
        if np.allclose(found, before, rtol=CLOSE, atol=CLOSE):
            return found
    message = "the margins cannot be met together"
    raise ValueError(message)


def fitted(known: Known, margins: dict[tuple[str, str], float], distance: Floats) -> Floats:
    """Flows of all cars. Shape (N, N), exporters first. [cars/year]"""
    held = np.where(known.is_known, known.units, 0.0)
    ships = np.asarray([margins.get((place, "EXPORTS"), 0.0) for place in known.places])
    buys = np.asarray([margins.get((place, "SALES"), np.nan) for place in known.places])
    abroad = held - np.diag(np.diag(held))
    left, unfilled = ships - abroad.sum(axis=1), buys - held.sum(axis=0)
    for name, rest in (("exports", left), ("sales", unfilled)):
        short = [f"{place} {value:,.0f}" for place, value in zip(known.places, rest, strict=True) if value < 0]
        if short:
            message = f"known flows exceed {name}: {', '.join(short)}"
            raise ValueError(message)
    pull = np.where(np.isfinite(unfilled), unfilled, np.nanmean(unfilled))
    prior = left[:, None] * pull * distance ** -abs(parameters()["gravity_distance"].value)
    prior[known.is_known] = 0.0
    np.fill_diagonal(prior, 0.0)
    return held + balanced(prior, left, unfilled)


def of_one_powertrain(known: Known, all_cars: Floats, margins: dict[tuple[str, str], float]) -> Floats:
    """Flows of one powertrain from those of all cars. Shape (N, N). [cars/year]"""
    made = np.asarray([margins.get((place, "MADE_SHARE"), 0.0) for place in known.places])
    buys = np.asarray([margins.get((place, "SALES"), 0.0) for place in known.places])
    held = np.where(known.is_known, known.units, 0.0)
    prior = np.where(known.is_known, 0.0, all_cars * made[:, None])
    return held + balanced(prior, np.full(len(made), np.nan), buys - held.sum(axis=0))


def what_is_known(places: tuple[str, ...], powertrain: str) -> Known:
    """The rows of known_car_flows.csv as a matrix."""
    units, is_known = np.zeros((len(places), len(places))), np.zeros((len(places), len(places)), dtype=bool)
    rows = {}
    for row in read_table(data_folder() / "known_car_flows.csv", KNOWN_CAR_FLOWS):
        if row["powertrain"] == powertrain:
            at = places.index(row["exporter"]), places.index(row["importer"])
            units[at], is_known[at] = row["units"], True
            rows[row["exporter"], row["importer"]] = row
    return Known(places, units, is_known, rows)


def lines() -> Iterator[tuple[str, ...]]:
    """All rows of the table."""
    where = read_table(data_folder() / "car_trade_places.csv", CAR_TRADE_PLACES)
    places = tuple(row["place"] for row in where)
    margins = read_table(data_folder() / "car_margins.csv", CAR_MARGINS)
    all_cars = np.zeros((len(places), len(places)))
    for powertrain in POWERTRAINS:
        known = what_is_known(places, powertrain)
        of_it = {(row["place"], row["kind"]): row["value"] for row in margins if row["powertrain"] == powertrain}
        if powertrain == ALL_CARS:
            flows = all_cars = fitted(known, of_it, distances(where))
        else:
            flows = of_one_powertrain(known, all_cars, of_it)
        for origin, destination in zip(*np.nonzero(np.rint(flows) > 0), strict=True):
            exporter, importer = places[origin], places[destination]
            row = known.rows.get((exporter, importer))
            units = f"{np.rint(flows[origin, destination]):.0f}"
            if row is None:
                evidence = ("assumption", "", "low", "gravity, fitted to the margins: tools/car_flows.py")
            else:
                evidence = (row["source"], row["as_of"], str(row["confidence"]), row["note"])
            yield importer, exporter, powertrain, units, ESTIMATED if row is None else KNOWN, *evidence


def _order(line: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return POWERTRAINS.index(line[2]), line


def table() -> str:
    """The file's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in CAR_FLOWS.all_columns)
    rows = sorted(lines(), key=_order)
    writer.writerows(rows)
    return text.getvalue()


def main() -> int:
    """Write the table, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where the table is not up to date")
    path = data_folder() / "car_flows.csv"
    if parser.parse_args().check:
        if path.read_text(encoding="utf-8") == table():
            return 0
        print(f"{path.name} is not what tools/car_flows.py makes of its inputs")
        return 1
    path.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
