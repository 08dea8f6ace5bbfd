"""The outlook of every market: joint draws of size and NEV share to the end of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.adoption import draw_paths
from roadstead.outlook.beside import NOTHING
from roadstead.outlook.experience import learn
from roadstead.outlook.industry import SETTLED, Sales, draw_markets
from roadstead.outlook.panels import FEW, last_run, region_of, shares_of
from roadstead.outlook.projections import look_back_on
from roadstead.outlook.saturation import anchor, fit, prospect
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.outlook.beside import Beside
    from roadstead.outlook.industry import Anchor
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.places import Gazetteer
    from roadstead.world.reference import MarketHistory


@dataclass(frozen=True, slots=True)
class Outlook:
    """Joint draws.

    Attributes
    ----------
    places
        Markets, P of them.
    years
        Calendar years, T of them.
    market
        New cars sold. Shape (draws, P, T). [cars/year]
    nev_share
        NEV share of them. Shape (draws, P, T). [fraction]
    bev_of_nev
        BEV share of NEV, held at its last known value. Shape (P,). [fraction]
    seed
        Seed of the draws.
    notes
        What is thin about a market's history.
    """

    places: tuple[str, ...]
    years: Ints
    market: Floats
    nev_share: Floats
    bev_of_nev: Floats
    seed: int
    notes: Mapping[str, str]


def forecast(
    markets: Mapping[str, MarketHistory],
    gazetteer: Gazetteer,
    places: Sequence[str],
    years: Sequence[int],
    *,
    draws: int = 1000,
    seed: int = 0,
    beside: Beside = NOTHING,
) -> Outlook:
    """Draw the outlook of ``places`` jointly; all packaged markets teach the growth model.

    ``beside`` are months known of the first year ahead (outlook/nowcast.py), projections to blend in (outlook/outside.py) and
    dated steps of policy (outlook/policy.py).

    Raises
    ------
    RoadsteadError
        RS-O401 where a market has no history of NEV share and sales.
    """
    faults = [
        Fault(
            place,
            "RS-O401",
            "no history of sales and NEV share is known",
            "rows in your own nev.csv and sales.csv",
        )
        for place in places
        if place not in markets or not markets[place].nev_share
    ]
    if faults:
        raise RoadsteadError(faults)
    panel = {place: shares_of(history, gazetteer) for place, history in sorted(markets.items()) if history.nev_share}
    newest = max(int(series.years[-1]) for series in panel.values())
    # What is decided after the last full year counts too: the forecast is made today.
    experience = learn(look_back_on(panel, gazetteer, beside.steps), newest, known_by=date.max)
    starts = (last_run(panel[place], region_of(panel[place], gazetteer)) for place in places)
    adoption = [run for run in starts if run is not None]
    sales = [_sales(markets[place]) for place in places]
    # Streams of their own: what is drawn for one year does not depend on how many years are asked for.
    of_shares, of_sizes = (np.random.Generator(np.random.Philox(s)) for s in np.random.SeedSequence(seed).spawn(2))
    wanted = np.asarray(years, dtype=np.int64)
    last = int(wanted[-1])
    shares = draw_paths(experience, adoption, last, draws, of_shares)
    anchors = _anchors(markets, gazetteer, sales, last)
    unanchored = {s.place for s in sales if s.place not in anchors and last - int(s.years[-1]) > SETTLED}
    notes = {place: note for place in places if (note := _thin(markets[place], place in unanchored))}
    for i, history in enumerate(adoption):
        shares[i] = beside.applied(shares[i], history)
        if told := beside.so_far(history):
            known = f"{len(told.months)} months of {told.year} are known"
            notes[history.place] = "; ".join(filter(None, (notes.get(history.place, ""), known)))
    sizes = draw_markets(sales, last, draws, of_sizes, anchors)
    nev_share = np.stack([_at(wanted, a.years, a.shares, s) for a, s in zip(adoption, shares, strict=True)], 1)
    market = np.stack([_at(wanted, a.years, a.cars, s) for a, s in zip(sales, sizes, strict=True)], 1)
    bev = np.asarray([markets[place].bev_of_nev.value for place in places])
    for array in (nev_share, market, bev):
        frozen(array)
    return Outlook(tuple(places), wanted, market, nev_share, bev, seed, notes)


def _sales(history: MarketHistory) -> Sales:
    years = np.asarray([f.year for f in history.sales])
    return Sales(history.place, years, np.asarray([f.value for f in history.sales]))


def _anchors(
    markets: Mapping[str, MarketHistory], gazetteer: Gazetteer, sales: Sequence[Sales], last: int
) -> Mapping[str, Anchor]:
    """Long-run anchors (O.9) by place, of the markets whose income is known; all packaged markets teach the curve."""
    known = {}
    for place, history in sorted(markets.items()):
        if history.incomes and history.sales and gazetteer.places[place].kind == "territory":
            years = np.asarray([f.year for f in history.incomes])
            people = np.asarray([f.population for f in history.incomes])
            dollars = np.asarray([np.nan if f.gdp_per_head is None else f.gdp_per_head for f in history.incomes])
            if (told := prospect(place, years, people, dollars, max(last, history.sales[-1].year))) is not None:
                known[place] = told
    curve = fit([_sales(markets[place]) for place in known], known)
    if curve is None:
        return {}
    found = {s.place: anchor(s, known[s.place], curve, last) for s in sales if s.place in known}
    return {place: told for place, told in found.items() if told is not None}


def _at(wanted: Ints, known_years: Ints, known: Floats, ahead: Floats) -> Floats:
    """Draws in the wanted years; a year already known is the same in every draw. Shape (draws, T)."""
    columns = []
    first = int(known_years[-1]) + 1
    past = dict(zip(known_years.tolist(), known.tolist(), strict=True))
    for year in wanted.tolist():
        if year >= first:
            columns.append(ahead[:, year - first])
        elif year in past:
            columns.append(np.full(len(ahead), past[year]))
        else:
            raise RoadsteadError(Fault("outlook", "RS-O402", f"{year} lies before the history", "a later first year"))
    return np.stack(columns, axis=1)


def _thin(history: MarketHistory, unanchored: bool) -> str:
    """What is thin about a market's history, in words; empty if nothing is."""
    found = []
    points = len(history.nev_share)
    if points < FEW:
        known = "1 year of NEV share is" if points == 1 else f"{points} years of NEV share are"
        found.append(f"only {known} known, the last {history.nev_share[-1].year}")
    if history.splits_as_the_world:
        told = history.bev_of_nev
        found.append(
            f"the split of BEV and PHEV is not known: {100 * told.value:.0f} % BEV, as in the world in {told.year}"
        )
    if unanchored:
        found.append("income is not known: the market's size stays at its own mean")
    return "; ".join(found)


def quantiles(draws: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles over the draws (first axis). Shape (len(levels), ...)."""
    return np.asarray(np.quantile(draws, levels, axis=0))
