"""Back-test of the nowcast: past years foreseen when some of their months were known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.beside import Beside
from roadstead.outlook.links import link, unlink
from roadstead.outlook.nowcast import MONTHS, tells_of
from roadstead.outlook.projections import can_start, look_back_on, project
from roadstead.outlook.score import Scores, score
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.world.readers.registrations import year_to_date, yearly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.world.panel import Panel
    from roadstead.world.places import Gazetteer
    from roadstead.world.readers.registrations import Registrations

LEAST = 0.005
"""Share of the year before below which a market is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Nowcasts:
    """Years foreseen with some of their months known, N of them; levels are those of the registrations.

    Attributes
    ----------
    code, year
        Market and year of each.
    before, by_months, actual
        Share of the year before; what the months alone say; what came. Shapes (N,). [fraction]
    quantiles
        Ours, at the nineteen levels. Shape (N, 19). [fraction]
    """

    months: int
    code: tuple[str, ...]
    year: Ints
    before: Floats
    by_months: Floats
    actual: Floats
    quantiles: Floats

    def scores(self, rows: Flags | None = None) -> Scores:
        """Of our quantiles, in share points."""
        return score(self.quantiles, self.actual, rows).in_points()

    def error(self, told: Floats) -> float:
        """Mean absolute error of some shares, shape (N,). [points]"""
        return float(100.0 * np.abs(told - self.actual).mean())


def nowcast(
    panel: Panel,
    registrations: Mapping[str, Registrations],
    gazetteer: Gazetteer,
    years: Sequence[int],
    months: int,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Nowcasts:
    """Foresee past years from the histories up to their beginning and their first months.

    Markets whose share was below half a percent the year before are left out, as are regions.

    Raises
    ------
    RoadsteadError
        RS-O410 where no month or every month is to be known, or no year can be judged.
    """
    if not 1 <= months < MONTHS:
        raise RoadsteadError(Fault("--months", "RS-O410", f"{months} months", f"a number from 1 to {MONTHS - 1}"))
    past, whole = look_back_on(panel, gazetteer), yearly(registrations)
    rows: list[tuple[float, ...]] = []
    codes: list[str] = []
    told: list[Floats] = []
    for year in years:
        known = {code: market.known(100 * year + months) for code, market in registrations.items()}
        so_far = {code: part for code, part in year_to_date(known).items() if len(part.months) == months}
        if not can_start(panel, year - 1):
            continue
        ours = project(panel, year - 1, gazetteer, draws=draws, seed=seed, past=past, beside=Beside(months=so_far))
        for i, code in enumerate(ours.codes):
            if not tells_of(so_far.get(code), year) or panel[code].is_aggregate or code not in whole:
                continue
            before, actual = whole[code].at(year - 1), whole[code].at(year)
            if not (np.isfinite(actual) and before >= LEAST):
                continue
            part = so_far[code]
            step = link(ours.share[i, 0], "logit") - link(np.asarray(panel[code].at(year - 1)), "logit")
            grown = link(np.asarray([before, part.share, part.share_before]), "logit") @ np.array([1.0, 1.0, -1.0])
            rows.append((year, before, float(unlink(np.asarray(grown), "logit")), actual))
            codes.append(code)
            told.append(unlink(link(np.asarray(before), "logit") + step, "logit"))
    if not rows:
        expected = "months of the target years and of the years before them, for markets of the histories"
        raise RoadsteadError(Fault("--monthly", "RS-O410", "no year can be foreseen from its months", expected))
    columns = np.asarray(rows, dtype=np.float64).T
    found = Nowcasts(
        months, tuple(codes), columns[0].astype(np.int64), columns[1], columns[2], columns[3], np.stack(told)
    )
    for array in (found.year, found.before, found.by_months, found.actual, found.quantiles):
        frozen(array)
    return found
