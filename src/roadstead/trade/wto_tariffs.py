"""Tariffs as the WTO's data portal and its Timeseries API hand them out: a CSV with one line per reporter, partner, code and year.

Read are the simple average of ad valorem MFN duties (HS_A_0010), their maximum (HS_A_0020), the number of national lines (HS_A_0040)
and of those that are not ad valorem (HS_A_0050), and the average of the best preference (HS_P_0070), at six digits. Averages
that contain ad valorem equivalents (HS_A_0015) are left out: they are estimates of specific duties.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.trade.tariff_download import TariffLine, kind_of, place_of
from roadstead.world.readers.sheet import LINE, Wanted, numbers, read_sheet, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MFN, MOST, LINES, SPECIFIC, PREFERENCE = "HS_A_0010", "HS_A_0020", "HS_A_0040", "HS_A_0050", "HS_P_0070"
READ = (MFN, MOST, LINES, SPECIFIC, PREFERENCE)
INDICATOR, REPORTER, PARTNER, CODE = (
    "indicator_code",
    "reporting_economy_code",
    "partner_economy_code",
    "product_sector_code",
)
COLUMNS = tuple(Wanted(name) for name in (INDICATOR, REPORTER, PARTNER, CODE, "year", "value"))
EDITION = "H5"
"""The file does not tell the edition of the Harmonized System: 8703.90, where electric cars stood before 2017, is left out."""
EVERYONE = ("", "000")
"""Partner of a line on every country alike."""


def read(path: Path, places: Mapping[str, str]) -> tuple[list[TariffLine], Counter[str]]:
    """Lines on cars, parts and batteries, and how many others were left out for which reason.

    Parameters
    ----------
    places
        Place by its numeric code of the United Nations.

    Raises
    ------
    RoadsteadError
        RS-T102 where columns are missing, RS-W316 where no line is of a tariff on cars, RS-W323 for one told twice, and what is
        wrong with any cell.
    """
    faults: list[Fault] = []
    sheet = read_sheet(path, COLUMNS, faults, western=True)
    value, year = numbers(sheet, "value", faults), whole_numbers(sheet, "year", faults)
    left_out: Counter[str] = Counter()
    told: dict[tuple[str, str, str, int, str], float] = {}
    cells = sheet.cells.with_columns(value=value, year=year)
    for row in cells.iter_rows(named=True):
        indicator, code, known = row[INDICATOR], row[CODE].replace(".", ""), row["year"]
        reason = _reason(indicator, code, row["value"])
        importer = place_of(row[REPORTER], places)
        partner = "*" if row[PARTNER] in EVERYONE else place_of(row[PARTNER], places)
        if not reason and not (importer and partner):
            reason = "reporter or partner is a group or no known place"
        if reason:
            left_out[reason] += 1
            continue
        key = (importer, partner, code, known, indicator)
        if key in told:
            message = f"{importer} {code} {known} {indicator} stands twice"
            faults.append(Fault(sheet.where(row[LINE], "value"), "RS-W323", message, "each figure once"))
        if row["value"] < 0:
            faults.append(
                Fault(sheet.where(row[LINE], "value"), "RS-T110", f"{row['value']:g} is too small", "at least 0")
            )
        told[key] = row["value"]
    raise_if_any(faults)
    lines = [_line(key, told) for key in told if key[-1] in {MFN, PREFERENCE}]
    if not lines:
        expected = f"{MFN} or {PREFERENCE} at six digits of 8703, 8704, 8708 or 850760"
        raise RoadsteadError(Fault(path.name, "RS-W316", "no line is of a tariff on cars", expected))
    return lines, left_out


def _reason(indicator: str, code: str, value: float | None) -> str:
    """Why a line is not taken; empty where it is."""
    if indicator not in READ:
        return "other indicators"
    if len(code) != 6 or kind_of(code, EDITION) is None:
        return "other goods, or not at six digits"
    return "no figure" if value is None else ""


def _line(key: tuple[str, str, str, int, str], told: Mapping[tuple[str, str, str, int, str], float]) -> TariffLine:
    importer, partner, code, year, _ = key
    kind = kind_of(code, EDITION)
    assert kind is not None
    beside = {name: told.get((importer, partner, code, year, name)) for name in (MOST, LINES, SPECIFIC)}
    average = told[key] / 100
    most = beside[MOST]
    return TariffLine(
        importer=importer,
        partner=partner,
        year=year,
        subheading=code,
        product=kind[0],
        powertrains=kind[1],
        average=average,
        least=None,
        most=average if most is None else most / 100,
        lines=int(beside[LINES] or 1),
        specific=int(beside[SPECIFIC] or 0),
    )
