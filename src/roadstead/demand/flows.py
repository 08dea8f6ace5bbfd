"""Who sells cars to whom: the packaged estimate, or a user's own table; labels stop here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.packaged import packaged_folder, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table, scan_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

ALL_CARS = "ALL"
POWERTRAINS = (ALL_CARS, "BEV")
"""Kinds of car whose flows are packaged."""
KNOWN, ESTIMATED = "known", "estimated"
FLOWS_YEAR = 2024
"""Year of the packaged flows."""

_IMPORTER = Column("importer", Kind.TEXT, "place where the cars are sold: a customs territory, or ROW for all others")
_EXPORTER = Column("exporter", Kind.TEXT, "place where the cars are made; the importer itself for cars sold at home")
_POWERTRAIN = Column("powertrain", Kind.TEXT, "ALL for all cars, or BEV", choices=POWERTRAINS)
_UNITS = Column("units", Kind.NUMBER, "new cars", unit="cars/year", least=0)

CAR_TRADE_PLACES = Schema(
    "car_trade_places",
    "Places of the table of car flows, and where they lie on the globe.",
    (
        Column("place", Kind.TEXT, "customs territory, or ROW for all others"),
        Column("latitude", Kind.NUMBER, "north positive", unit="degrees", least=-90, most=90),
        Column("longitude", Kind.NUMBER, "east positive", unit="degrees", least=-180, most=180),
    ),
    key=("place",),
)
CAR_MARGINS = Schema(
    "car_margins",
    f"What the car flows of {FLOWS_YEAR} are fitted to: what each place buys and ships.",
    (
        Column("place", Kind.TEXT, "place of car_trade_places.csv"),
        _POWERTRAIN,
        Column(
            "kind",
            Kind.TEXT,
            "SALES and EXPORTS in cars a year; MADE_SHARE, the share of the powertrain in what is shipped, as a fraction",
            choices=("SALES", "EXPORTS", "MADE_SHARE"),
        ),
        Column("value", Kind.NUMBER, "cars a year, or a fraction", least=0),
    ),
    key=("place", "powertrain", "kind"),
)
KNOWN_CAR_FLOWS = Schema(
    "known_car_flows",
    f"Car flows of {FLOWS_YEAR} that someone counted, or that follow from counts; held fixed as the others are fitted.",
    (_IMPORTER, _EXPORTER, _POWERTRAIN, _UNITS),
    key=("importer", "exporter", "powertrain"),
)
CAR_FLOWS = Schema(
    "car_flows",
    f"Car flows of {FLOWS_YEAR} from every exporter to every importer, made by tools/car_flows.py; a lane left out has none.",
    (
        _IMPORTER,
        _EXPORTER,
        _POWERTRAIN,
        _UNITS,
        Column("basis", Kind.TEXT, "known, or estimated between the margins", choices=(KNOWN, ESTIMATED)),
    ),
    key=("importer", "exporter", "powertrain"),
)
OWN_FLOWS = Schema(
    "flows",
    "A user's own car flows, in place of the packaged ones; cars sold where they are made are a lane as well.",
    (_IMPORTER, _EXPORTER, _UNITS),
    key=("importer", "exporter"),
    evidence=False,
)
PACKAGED = (CAR_TRADE_PLACES, CAR_MARGINS, KNOWN_CAR_FLOWS, CAR_FLOWS)


@dataclass(frozen=True, slots=True)
class CarFlows:
    """Cars from each exporter to each importer.

    Attributes
    ----------
    exporters, importers
        Place ids, in the order of the axes.
    units
        Shape (exporters, importers). [cars/year]
    is_known
        True for lanes that were counted, False for those estimated. Shape (exporters, importers).
    year
        The year they are of; None for a user's own, who does not say.
    """

    exporters: tuple[str, ...]
    importers: tuple[str, ...]
    units: Floats
    is_known: Flags
    year: int | None


def data_folder() -> Path:
    """Where the packaged tables of demand lie."""
    return packaged_folder("demand")


@remembered
def packaged_flows(powertrain: str) -> CarFlows:
    """The packaged flows of a powertrain."""
    rows = [row for row in read_table(data_folder() / "car_flows.csv", CAR_FLOWS) if row["powertrain"] == powertrain]
    lanes = {(row["exporter"], row["importer"]): float(row["units"]) for row in rows}
    known = {(row["exporter"], row["importer"]) for row in rows if row["basis"] == KNOWN}
    return _as_matrix(lanes, known, FLOWS_YEAR)


def read_flows(path: Path, gazetteer: Gazetteer) -> CarFlows:
    """A user's own flows; every lane counts as known.

    Raises
    ------
    RoadsteadError
        With every fault by file, line and column: RS-W301 for an unknown place, RS-D544 where no cars flow at all, and
        those of any table.
    """
    faults: list[Fault] = []
    rows = scan_table(path, OWN_FLOWS, faults) or ()
    lanes: dict[tuple[str, str], float] = {}
    written: dict[tuple[str, str], Row] = {}
    for row in rows:
        lane = _place(row, "exporter", gazetteer, faults), _place(row, "importer", gazetteer, faults)
        first = written.setdefault(lane, row)
        # The same words twice are refused as the table is read; here the same places in other words.
        if first is not row and first["exporter"] + first["importer"] != row["exporter"] + row["importer"]:
            message = f"{lane[0]} to {lane[1]} stands twice, first in {first.called}"
            faults.append(Fault(row.where("importer"), "RS-T104", message, "each lane once"))
        lanes[lane] = row["units"] or 0.0
    if not faults and not any(lanes.values()):
        message, expected = "no cars flow in this table", "one row for each exporter and importer, with cars a year"
        faults.append(Fault(path.name, "RS-D544", message, expected))
    raise_if_any(faults)
    return _as_matrix(lanes, set(lanes), None)


def _place(row: Row, column: str, gazetteer: Gazetteer, faults: list[Fault]) -> str:
    text = row[column] or ""
    place = gazetteer.find(text)
    if place is None:
        if text:
            faults.append(gazetteer.fault(text, row.where(column)))
        return text
    return place.place_id


def _as_matrix(
    lanes: Mapping[tuple[str, str], float], known: AbstractSet[tuple[str, str]], year: int | None
) -> CarFlows:
    exporters = tuple(sorted({exporter for exporter, _ in lanes}))
    importers = tuple(sorted({importer for _, importer in lanes}))
    units = np.zeros((len(exporters), len(importers)))
    is_known = np.zeros(units.shape, dtype=bool)
    for (exporter, importer), value in lanes.items():
        at = exporters.index(exporter), importers.index(importer)
        units[at], is_known[at] = value, (exporter, importer) in known
    return CarFlows(exporters, importers, units, is_known, year)
