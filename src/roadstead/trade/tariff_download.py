"""A tariff download of WITS (UNCTAD TRAINS) into a user's own rules: MFN and preference rates by HS line.

    python -m roadstead.trade.tariff_download DOWNLOAD RULES_FOLDER

DOWNLOAD is the file the World Integrated Trade Solution hands out under "Bulk download", a CSV or the ZIP around it, with
one line per reporter, year, partner and HS subheading (six digits). A car of one drive spreads over several subheadings;
its row carries the dearest of their averages, and its note the rest. Only what the rules at hand lack is filled: what the
packaged rules say stands, and where the download says otherwise the difference is told.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook, schemas
from roadstead.trade.duty import covers
from roadstead.trade.valuation import valuation
from roadstead.world.reference import load as load_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roadstead.trade.rulebook import Rulebook

COLUMNS = (
    "NomenCode",
    "Reporter_ISO_N",
    "Year",
    "ProductCode",
    "Partner",
    "Min_Rate",
    "Max_Rate",
    "SimpleAverage",
    "TotalNoOfLines",
    "Nbr_NA_Lines",
)
"""Columns read; the download holds more."""

WORLD = "000"
"""Partner of the most-favoured-nation rate."""

UNIONS = {"918": "EU27", "097": "EU27"}
"""Numeric codes of WITS for customs unions; countries bear their own of the United Nations (M49)."""

SUBHEADINGS = {
    **dict.fromkeys(("870321", "870322", "870323", "870324", "870331", "870332", "870333"), ("CAR_CBU", "ICE")),
    **dict.fromkeys(("870340", "870350"), ("CAR_CBU", "HEV")),
    **dict.fromkeys(("870360", "870370"), ("CAR_CBU", "PHEV|EREV")),
    "870380": ("CAR_CBU", "BEV"),
    "850760": ("BATTERY", ""),
    **dict.fromkeys(("870421", "870431"), ("LIGHT_TRUCK", "ICE")),
    **dict.fromkeys(("870441", "870451"), ("LIGHT_TRUCK", "HEV|PHEV|EREV")),
    "870460": ("LIGHT_TRUCK", "BEV"),
}
"""Subheading -> product and powertrains (Harmonized System 2017 and 2022); all of heading 8708 are parts."""

OLD_ELECTRIC = "870390"
"""Where electric cars stood before the Harmonized System of 2017."""

SOURCE = "wits-trains"
TITLE = "World Integrated Trade Solution, UNCTAD TRAINS tariff data"
ADDRESS = "https://wits.worldbank.org/"
TELLING = 0.005
"""Least difference from the rate at hand that is told. [fraction]"""


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One line of the download that concerns cars.

    Attributes
    ----------
    partner
        Country or union of origin; ``*`` for the most-favoured-nation rate.
    average, least, most
        Of the national lines within the subheading. [fraction]
    lines, specific
        Number of national lines, and of those whose duty is no share of the value.
    """

    importer: str
    partner: str
    year: int
    subheading: str
    product: str
    powertrains: str
    average: float
    least: float
    most: float
    lines: int
    specific: int


class Lane(NamedTuple):
    """What one row of the law is about: ``partner`` is ``*`` for the most-favoured-nation rate."""

    importer: str
    partner: str
    product: str
    powertrains: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a download filled.

    Attributes
    ----------
    rows
        Rows of measures.csv.
    differs
        Where the rules at hand say otherwise, in words.
    left_out
        Lines of the download that could not be used, by reason.
    """

    rows: tuple[dict[str, str], ...]
    differs: tuple[str, ...]
    left_out: Mapping[str, int]


def read(path: Path, places: Mapping[str, str]) -> tuple[list[TariffLine], dict[str, int]]:
    """Lines on cars, parts and batteries, and how many others were left out for which reason.

    Parameters
    ----------
    places
        Place by its numeric code of the United Nations.

    Raises
    ------
    RoadsteadError
        RS-T112 where the file cannot be read, RS-T102 where it is no such download, RS-T107 for a cell that is no number.
    """
    found: list[TariffLine] = []
    left_out: dict[str, int] = {}
    faults: list[Fault] = []
    for number, row in _records(path):
        kind = _kind(row["ProductCode"].strip(), row["NomenCode"].strip())
        if kind is None:
            continue
        importer, partner = _place(row["Reporter_ISO_N"], places), _place(row["Partner"], places)
        reason = "" if importer and partner else "reporter or partner is a group or no known place"
        if not row["SimpleAverage"].strip():
            reason = "no rate that is a share of the value"
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        try:
            found.append(_line(row, importer, partner, kind))
        except ValueError as error:
            faults.append(Fault(f"{path.name}:{number}", "RS-T107", str(error), "a number as WITS writes it"))
    raise_if_any(faults)
    return found, left_out


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = _text(path)
    except (OSError, StopIteration) as error:
        message = "no tariff download can be read here"
        raise RoadsteadError(Fault(str(path), "RS-T112", message, "a CSV, or a ZIP with a CSV in it")) from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        message = f"no bulk download of WITS: {', '.join(missing)} missing"
        raise RoadsteadError(Fault(path.name, "RS-T102", message, f"the columns {', '.join(COLUMNS)}"))
    yield from enumerate(reader, start=2)


def _text(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return path.read_text(encoding="utf-8-sig")
    with ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.lower().endswith(".csv"))
        return archive.read(name).decode("utf-8-sig")


def _kind(subheading: str, nomenclature: str) -> tuple[str, str] | None:
    if subheading.startswith("8708"):
        return "PARTS", ""
    if subheading == OLD_ELECTRIC and nomenclature in {"H0", "H1", "H2", "H3", "H4"}:
        return "CAR_CBU", "BEV"
    return SUBHEADINGS.get(subheading)


def _place(code: str, places: Mapping[str, str]) -> str:
    code = code.strip().zfill(3)
    return "*" if code == WORLD else UNIONS.get(code, places.get(code, ""))


def _line(row: Mapping[str, str], importer: str, partner: str, kind: tuple[str, str]) -> TariffLine:
    return TariffLine(
        importer=importer,
        partner=partner,
        year=int(row["Year"]),
        subheading=row["ProductCode"].strip(),
        product=kind[0],
        powertrains=kind[1],
        average=float(row["SimpleAverage"]) / 100,
        least=float(row["Min_Rate"] or row["SimpleAverage"]) / 100,
        most=float(row["Max_Rate"] or row["SimpleAverage"]) / 100,
        lines=int(row["TotalNoOfLines"] or 1),
        specific=int(row["Nbr_NA_Lines"] or 0),
    )


def fill(lines: Iterable[TariffLine], rules: Rulebook) -> Filled:
    """Rows for lanes and years without a base rate, and for origins without a preference, in the rules at hand."""
    lanes: dict[Lane, dict[int, list[TariffLine]]] = {}
    for line in lines:
        lane = Lane(line.importer, line.partner, line.product, line.powertrains)
        lanes.setdefault(lane, {}).setdefault(line.year, []).append(line)
    rows: list[dict[str, str]] = []
    differs: list[str] = []
    for lane, years in sorted(lanes.items()):
        known = sorted(years)
        for year, following in zip(known, [*known[1:], None], strict=True):
            row = _row(lane, year, following, years[year], valuation(rules, lane.importer))
            at_hand = _at_hand(rules, lane, date(year, 7, 1))
            if at_hand is None:
                rows.append(row)
            elif abs(at_hand - float(row["rate"])) > TELLING:
                origin = "" if lane.partner == "*" else f" from {lane.partner}"
                what = f"{lane.importer} {lane.product} {lane.powertrains}".strip()
                told = f"{at_hand:.1%} at hand, {float(row['rate']):.1%} in the download"
                differs.append(f"{what}{origin} {year}: {told}")
    return Filled(tuple(rows), tuple(differs), {})


def _at_hand(rules: Rulebook, lane: Lane, on: date) -> float | None:
    """The rate of the rules at hand for a lane: the dearest base rate, or the lowest preference; None without one."""
    unions = [
        union for union, members in rules.blocs.items() if any(m == lane.importer and s.covers(on) for m, s in members)
    ]
    powertrain = lane.powertrains.split("|")[0]
    stack = "BASE" if lane.partner == "*" else "REPLACE"
    rates = [
        measure.rate or 0.0
        for importer in (lane.importer, *unions)
        for measure in rules.measures.get(importer, ())
        if measure.stack == stack
        and measure.is_law
        and lane.product in measure.products
        and measure.span.covers(on)
        and (not powertrain or not measure.powertrains or powertrain in measure.powertrains)
        and (
            lane.partner == "*" or (measure.kind == "PREFERENTIAL" and covers(rules, measure.origins, lane.partner, on))
        )
    ]
    if not rates:
        return None
    return max(rates) if lane.partner == "*" else min(rates)


def _row(lane: Lane, year: int, following: int | None, lines: list[TariffLine], base: str) -> dict[str, str]:
    importer, partner, product, powertrains = lane
    dearest = max(lines, key=lambda line: line.average)
    mfn = partner == "*"
    specific = sum(line.specific for line in lines)
    note = (
        f"dearest average of {len(lines)} subheadings ({dearest.subheading}); "
        f"national lines from {min(line.least for line in lines):.1%} to {max(line.most for line in lines):.1%}"
    )
    if specific:
        note += f"; {specific} lines with specific duties are not in the average"
    words = ["WITS", importer, *([] if mfn else [partner]), product, powertrains.split("|")[0] or "ALL", str(year)]
    return {
        "measure": "-".join(words),
        "importer": importer,
        "origins": partner,
        "products": product,
        "powertrains": powertrains,
        "kind": "MFN" if mfn else "PREFERENTIAL",
        "rate_type": "AD_VALOREM",
        "rate": f"{dearest.average:.6g}",
        "base": base,
        "stack": "BASE" if mfn else "REPLACE",
        "replaces": "" if mfn else "MFN",
        "requires": "" if mfn else "AGREEMENT",
        "status": "IN_FORCE",
        "effective_from": f"{year}-01-01",
        "from_is_floor": "no",
        "effective_to": f"{following - 1}-12-31" if following else "",
        "source": SOURCE,
        "as_of": str(year),
        "confidence": "low" if specific else "medium",
        "note": note,
    }


def write(rows: Iterable[Mapping[str, str]], folder: Path) -> Path:
    """Write rows into the folder's measures.csv beside those that lie there, which give way where the id is the same."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "measures.csv"
    names = [column.name for column in schemas.MEASURES.all_columns]
    kept: dict[str, Mapping[str, str]] = {}
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as handle:
            kept = {row["measure"]: row for row in csv.DictReader(handle)}
    kept |= {row["measure"]: row for row in rows}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(kept.values())
    read_table(path, schemas.MEASURES, must_rest_on=True)
    return path


def convert(download: Path, folder: Path) -> Filled:
    """Read a download and write what it fills into a folder of own rules.

    Raises
    ------
    RoadsteadError
        As ``read``; and where the folder's own tables hold faults.
    """
    world = load_world()
    places = {place.m49: place.place_id for place in world.gazetteer.places.values() if place.m49}
    lines, left_out = read(download, places)
    own = folder if (folder / "measures.csv").exists() else None
    filled = fill(lines, rulebook.load(None, own))
    if filled.rows:
        write(filled.rows, folder)
    return Filled(filled.rows, filled.differs, left_out)


def main(arguments: list[str]) -> int:
    """Convert, and tell what was filled, what differs and what was left out."""
    if len(arguments) != 2:
        sys.stderr.write("python -m roadstead.trade.tariff_download DOWNLOAD RULES_FOLDER\n")
        return 2
    try:
        filled = convert(Path(arguments[0]), Path(arguments[1]))
    except RoadsteadError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    told = [f"{len(filled.rows)} rows written to {Path(arguments[1]) / 'measures.csv'}"]
    told += [f"the rules at hand stand: {line}" for line in filled.differs]
    told += [f"{count} lines left out: {reason}" for reason, count in filled.left_out.items()]
    if filled.rows:
        told.append(f"a case names the source in its sources.csv: {SOURCE},{TITLE},{ADDRESS},")
    sys.stdout.write("\n".join(told) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
