"""The months of the year under way into the table ``year_to_date``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversion.world_tables import ANDREW
from conversion.writing import SourceBook, evidence
from roadstead.world.readers.registrations import monthly, year_to_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.world.places import Gazetteer


def rows(folder: Path, gazetteer: Gazetteer, book: SourceBook) -> Iterator[dict[str, str]]:
    """NEV share of the first months of the newest year, and of the same months of the year before; none if it is over."""
    found = year_to_date(monthly(folder / "registrations_monthly.csv", gazetteer))
    newest = max((told.year for told in found.values()), default=0)
    source = book.cite(*ANDREW)
    for place, told in sorted(found.items()):
        unbroken = told.months == tuple(range(1, len(told.months) + 1))
        if told.year == newest and unbroken and told.share > 0 and told.share_before > 0:
            yield {
                "place": place,
                "year": str(told.year),
                "months": str(len(told.months)),
                "nev_share": f"{told.share:.4f}",
                "nev_share_before": f"{told.share_before:.4f}",
                "nev_sales": f"{told.nev:.0f}",
                "total_sales": f"{told.total:.0f}",
                **evidence(source, ANDREW[2], "high"),
            }
