"""A tariff download into a user's own rules: MFN and preference rates by HS subheading, of WITS (UNCTAD TRAINS) or the WTO.

From WITS comes the file it hands out under "Bulk download", a CSV or the ZIP around it, with one line per reporter, year, partner
and subheading (six digits); from the WTO what :mod:`roadstead.trade.wto_tariffs` reads. A car of one drive spreads over several
subheadings; its row carries the dearest of their averages, and its note the rest. Only what the rules at hand lack is filled:
what the packaged rules say stands, and where the download says otherwise the difference is told.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.zips import BROKEN
from roadstead.trade.duty import covers
from roadstead.trade.valuation import valuation
from roadstead.world.imports.goods import BY_POWERTRAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

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

LAW = {"PHEV": "PHEV|EREV"}
"""Powertrains of the law that share the subheadings of one."""

SUBHEADINGS = {
    **{code: ("CAR_CBU", LAW.get(name, name)) for name, codes in BY_POWERTRAIN.items() for code in codes},
    "850760": ("BATTERY", ""),
    **dict.fromkeys(("870421", "870431"), ("LIGHT_TRUCK", "ICE")),
    **dict.fromkeys(("870441", "870451"), ("LIGHT_TRUCK", "HEV|PHEV|EREV")),
    "870460": ("LIGHT_TRUCK", "BEV"),
}
"""Subheading -> product and powertrains (Harmonized System 2017 and 2022); all of heading 8708 are parts."""

OLD_ELECTRIC = "870390"
"""Where electric cars stood before the Harmonized System of 2017."""

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
        Of the national lines within the subheading; ``least`` is None where it is not told. [fraction]
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
    least: float | None
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
    """

    rows: tuple[dict[str, str], ...]
    differs: tuple[str, ...]


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
        kind = kind_of(row["ProductCode"].strip(), row["NomenCode"].strip())
        if kind is None:
            continue
        importer, partner = place_of(row["Reporter_ISO_N"], places), place_of(row["Partner"], places)
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
    about = "a CSV, or a ZIP with a CSV in it"
    try:
        text = _text(path)
    except (*BROKEN, StopIteration) as error:
        message = "no tariff download can be read here"
        raise RoadsteadError(Fault(path.name, "RS-T112", message, about)) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            message = f"no bulk download of WITS: {', '.join(missing)} missing"
            raise RoadsteadError(Fault(path.name, "RS-T102", message, f"the columns {', '.join(COLUMNS)}"))
        yield from enumerate(reader, start=2)
    except csv.Error as error:
        message = f"not readable as a table: {error}"
        raise RoadsteadError(Fault(f"{path.name}:{reader.line_num}:1", "RS-T112", message, about)) from error


def _text(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return path.read_text(encoding="utf-8-sig")
    with ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.lower().endswith(".csv"))
        return archive.read(name).decode("utf-8-sig")


def kind_of(subheading: str, nomenclature: str) -> tuple[str, str] | None:
    """Product and powertrains of a subheading in an edition of the Harmonized System (H0 to H6); None where it is of neither."""
    if subheading.startswith("8708"):
        return "PARTS", ""
    if subheading == OLD_ELECTRIC and nomenclature in {"H0", "H1", "H2", "H3", "H4"}:
        return "CAR_CBU", "BEV"
    return SUBHEADINGS.get(subheading)


def place_of(code: str, places: Mapping[str, str]) -> str:
    """Place of a numeric code, ``*`` for the world; empty where it is a group or unknown."""
    code = code.strip().zfill(3)
    return "*" if code == WORLD else UNIONS.get(code, places.get(code, ""))


def _line(row: Mapping[str, str], importer: str, partner: str, kind: tuple[str, str]) -> TariffLine:
    average, least, most = (
        _rate(row[name] or row["SimpleAverage"]) for name in ("SimpleAverage", "Min_Rate", "Max_Rate")
    )
    return TariffLine(
        importer=importer,
        partner=partner,
        year=int(row["Year"]),
        subheading=row["ProductCode"].strip(),
        product=kind[0],
        powertrains=kind[1],
        average=average,
        least=least,
        most=most,
        lines=int(row["TotalNoOfLines"] or 1),
        specific=int(row["Nbr_NA_Lines"] or 0),
    )


def _rate(percent: str) -> float:
    rate = float(percent) / 100
    if not 0 <= rate < float("inf"):
        raise ValueError(f"{percent} is no rate of duty")
    return rate


def fill(lines: Iterable[TariffLine], rules: Rulebook, publisher: str) -> Filled:
    """Rows for lanes and years without a base rate, and for origins without a preference, in the rules at hand.

    ``publisher`` begins their ids.
    """
    lanes: dict[Lane, dict[int, list[TariffLine]]] = {}
    for line in lines:
        lane = Lane(line.importer, line.partner, line.product, line.powertrains)
        lanes.setdefault(lane, {}).setdefault(line.year, []).append(line)
    rows: list[dict[str, str]] = []
    differs: list[str] = []
    for lane, years in sorted(lanes.items()):
        known = sorted(years)
        for year, following in zip(known, [*known[1:], None], strict=True):
            row = _row(lane, year, following, years[year], (publisher, valuation(rules, lane.importer)))
            at_hand = _at_hand(rules, lane, date(year, 7, 1))
            if at_hand is None:
                rows.append(row)
            elif abs(at_hand - float(row["rate"])) > TELLING:
                origin = "" if lane.partner == "*" else f" from {lane.partner}"
                what = f"{lane.importer} {lane.product} {lane.powertrains}".strip()
                told = f"{at_hand:.1%} at hand, {float(row['rate']):.1%} in the download"
                differs.append(f"{what}{origin} {year}: {told}")
    return Filled(tuple(rows), tuple(differs))


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


def _row(
    lane: Lane, year: int, following: int | None, lines: list[TariffLine], told: tuple[str, str]
) -> dict[str, str]:
    """A row of measures.csv; ``told`` is the publisher and what the importer's duties are charged on."""
    publisher, base = told
    importer, partner, product, powertrains = lane
    dearest = max(lines, key=lambda line: line.average)
    mfn = partner == "*"
    specific = sum(line.specific for line in lines)
    least = [line.least for line in lines if line.least is not None]
    since = f"from {min(least):.1%} to" if len(least) == len(lines) else "up to"
    note = (
        f"dearest average of {len(lines)} subheadings ({dearest.subheading}); "
        f"national lines {since} {max(line.most for line in lines):.1%}"
    )
    if specific:
        note += f"; {specific} lines with specific duties are not in the average"
    words = [publisher, importer, *([] if mfn else [partner]), product, powertrains.split("|")[0] or "ALL", str(year)]
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
        "as_of": str(year),
        "confidence": "low" if specific else "medium",
        "note": note,
    }
